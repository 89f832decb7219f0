"""What was learned: changes to one's own playbooks, policies and drills, proposed, applied, rejected, taken back."""

from ..core.acts.learn import DecideChange
from ..core.commands import Command
from ..core.learn.proposals import OPEN, REJECTED, UNDONE, proposals
from .base import Context, Intent, Screen, split

STEPS = ("step", "apply", "reject", "undo")
STAGES = ("identify", "assess", "escalate", "communicate", "restore", "verify", "review")


class Learn(Intent):
    name = "learn"
    verb = "learn"
    words = "what is to change after this: proposals with their diffs; a new step for the playbook"
    usage = "[step [STAGE:] TEXT | apply N | reject N WHY | undo [RECORD]]"
    example = "/learn step restore: pause the backup job first"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        word, _, rest = args.strip().partition(" ")
        if word.casefold() == "reject":
            name, why = split(rest, "/learn reject N and why")
            return DecideChange(change=name, outcome=REJECTED, why=why)
        return Screen("learn", args.strip())

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        word, found, _ = args.lstrip().partition(" ")
        if not found:
            return list(STEPS)
        if word == "step":
            return [f"{stage}:" for stage in STAGES]
        if word in ("apply", "reject"):
            return [each.name for each in proposals(ctx.state) if each.state in (OPEN, UNDONE)]
        return []


INTENTS: tuple[type[Intent], ...] = (Learn,)
