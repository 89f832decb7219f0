"""The practice of command: read-backs, the result of a poll, hypotheses, reports, the bridge, the deputy's prompts."""

from ..core import deputy
from ..core import hypotheses as board
from ..core.acts import practice as act
from ..core.acts import work
from ..core.commands import Command
from ..core.values import Refused
from .base import Context, Intent, Screen


def _open_tasks(ctx: Context) -> list[str]:
    return list(dict.fromkeys(t.who for t in ctx.state.tasks if t.state == "open"))


def _task_and_words(args: str, ctx: Context) -> tuple[str, str]:
    """The task that `args` begins with, and what is said of it: `ivo: words`, `ivo words`, `roll back: words`."""
    task, _, words = args.strip().removeprefix("@").partition(":")
    if " " in task.strip() and not words and work.find_task(ctx.state, task) is None:
        who, _, said = task.strip().partition(" ")
        if work.find_task(ctx.state, who):
            return who, said.strip()
    return task.strip(), words.strip()


class ReadBack(Intent):
    name = "readback"
    verb = "readback"
    words = "a task was said back: it was understood"
    usage = "WHO or part of the task [: their words]"
    example = "/readback ivo: I roll back 9f2c and watch the errors"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        task, said = _task_and_words(args, ctx)
        waiting = [t for t in ctx.state.tasks if t.state == "open" and not t.read_back]
        if not task and len(waiting) == 1:
            task = waiting[0].id
        if not task:
            raise Refused("Who has read it back? `/readback ivo`.")
        return act.ReadBack(task=task, words=said)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        waiting = [t.who for t in ctx.state.tasks if t.state == "open" and not t.read_back]
        return f"/readback {waiting[-1]} " if waiting else "/readback "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return list(dict.fromkeys(t.who for t in ctx.state.tasks if t.state == "open" and not t.read_back))


class Drop(Intent):
    name = "drop"
    verb = "drop"
    words = "a task is not to be done any more"
    usage = "WHO or part of the task [: why]"
    example = "/drop ivo: the locks went by themselves"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        task, why = _task_and_words(args, ctx)
        if not task:
            raise Refused("Which task? The person's name or a part of it: `/drop ivo: not needed`.")
        return work.FinishTask(task=task, result=why, dropped=True)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return _open_tasks(ctx)


class Board(Intent):
    name = "tasks"
    verb = "board"
    words = "every task: who, time left, read back or not, what came of it"
    group = "work"
    quick = True


class _Closes(Intent):
    """What came of the last open proposal: its outcome is the verb."""

    group = "talk"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return act.ClosePoll(outcome=cls.verb, why=args.strip())


class Agreed(_Closes):
    name = "agreed"
    verb = "agreed"
    words = "the proposal is agreed: it becomes a decision, with the objections by name"
    usage = "[why]"
    example = "/agreed it can be undone in a minute"


class Rejected(_Closes):
    name = "rejected"
    verb = "rejected"
    words = "the proposal is rejected"
    usage = "why"
    example = "/rejected the replica is rebuilding"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        if not args.strip():
            raise Refused("On what grounds? `/rejected the replica is rebuilding`.")
        return super().command(args, ctx)


class Withdrawn(_Closes):
    name = "withdrawn"
    verb = "withdrawn"
    words = "the proposal was withdrawn"
    usage = "[why]"


class _Judges(Intent):
    """What evidence says of a hypothesis: its number first, or the last open one is meant."""

    group = "write"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        state = "supported" if cls.name == "support" else "ruled out"
        head, _, rest = args.strip().partition(" ")
        numbered = head.removeprefix("#")
        if numbered.isascii() and numbered.isdecimal() and len(numbered) < 5:
            return act.JudgeHypothesis(state=state, hypothesis=numbered, evidence=rest.strip())
        return act.JudgeHypothesis(state=state, evidence=args.strip())

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        waiting = [h.number for h in board.hypotheses(ctx.state) if h.state == "open"]
        return f"/{cls.verb} {waiting[-1]} " if waiting else f"/{cls.verb} "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [str(h.number) for h in board.hypotheses(ctx.state) if h.state == "open"]


class Support(_Judges):
    name = "support"
    verb = "support"
    words = "evidence for a hypothesis"
    usage = "[NUMBER] evidence"
    example = "/support 2 locks began with the vacuum at 13:57"


class RuledOut(_Judges):
    name = "ruledout"
    verb = "ruledout"
    words = "a hypothesis is ruled out, by this evidence"
    usage = "[NUMBER] evidence"
    example = "/ruledout 1 no deploy since Monday"


class Hypotheses(Intent):
    name = "hypotheses"
    verb = "hypotheses"
    words = "the board: open, supported and ruled out, each with its evidence"
    group = "see"
    quick = True


class Can(Intent):
    name = "can"
    verb = "can"
    words = "an expert's report: condition, actions, needs"
    usage = "[WHO:] condition | actions | needs"
    example = "/can ivo: locks at 400 | cancelling the vacuum | ten minutes"
    group = "write"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        who, found, said = args.partition(":")
        if not found or " " in who.strip() or "|" in who:
            who, said = "", args
        condition, actions, needs = [*(part.strip() for part in said.split("|", 2)), "", ""][:3]
        return act.ReportCan(who=who.strip().removeprefix("@"), condition=condition, actions=actions, needs=needs)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [f"{name}:" for name in ctx.state.people]


class TurnDown(Intent):
    name = "turndown"
    verb = "turndown"
    words = "decline a role that was offered, or take back my offer: nothing changes"
    usage = "[ROLE] [why]"
    example = "/turndown commander I am off in ten minutes"
    group = "people"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        head, _, why = args.strip().partition(" ")
        known = {n.casefold() for r in ctx.state.roles for n in (r.role, r.name, r.short)}
        if head.casefold() in known:
            return act.DeclineRole(role=head, why=why.strip())
        return act.DeclineRole(why=args.strip())

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [r.role for r in ctx.state.roles if r.offered_to]


class Join(Intent):
    name = "join"
    verb = "join"
    words = "note who joined the bridge; with an address, join a server"
    usage = "[WHO, WHO]|URL"
    example = "/join ana, ivo"
    group = "people"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        if args.strip().casefold().startswith(("http://", "https://")):
            return Screen("server", f"join {args.strip()}")
        return act.AttendBridge(who=args.strip())

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [name for name in ctx.state.people if not ctx.state.attendance.get(name)]


class Leave(Intent):
    name = "leave"
    verb = "leave"
    words = "note who left the bridge"
    usage = "[WHO, WHO]"
    group = "people"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return act.AttendBridge(who=args.strip(), here=False)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [name for name, here in ctx.state.attendance.items() if here]


class Roster(Intent):
    name = "roster"
    verb = "roster"
    words = "who is on the bridge, and who left"
    group = "see"
    quick = True


# ── the deputy ──


def shown(ctx: Context) -> deputy.Prompt:
    """The prompt that this person sees now. Raises `Refused`."""
    prompt = deputy.visible(ctx.state, ctx.now, ctx.me)
    if prompt is None:
        raise Refused("No prompt is shown now.")
    return prompt


def next_line(ctx: Context) -> str:
    """The line that answers what is asked of this person now: the prompt's, an offered role, an open proposal."""
    prompt = deputy.visible(ctx.state, ctx.now, ctx.me)
    if prompt is not None and prompt.line:
        return prompt.line
    if mine := next((r.role for r in ctx.state.roles if r.offered_to == ctx.me), ""):
        return f"/accept {mine}"
    if act.open_polls(ctx.state):
        return "/agreed "
    return "/answered " if prompt is not None else ""


class AnswerPrompt(Intent):
    """The console puts `prefill` into the prompt; where that is empty, nothing is asked."""

    name = "prompt"
    verb = "prompt"
    words = "take up what the deputy asks, an offered role, or the open proposal"
    group = "see"

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return next_line(ctx)


class Answered(Intent):
    name = "answered"
    verb = "answered"
    words = "the prompt that is shown is answered"
    usage = "[what came of it]"
    group = "see"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        prompt = shown(ctx)
        return act.SettlePrompt(prompt=prompt.key, what=prompt.text, why=args.strip())


class Dismiss(Intent):
    name = "dismiss"
    verb = "dismiss"
    words = "dismiss the prompt that is shown; it does not come again"
    usage = "why"
    example = "/dismiss we know, the vendor is on it"
    group = "see"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        prompt = shown(ctx)
        return act.SettlePrompt(prompt=prompt.key, what=prompt.text, how="dismissed", why=args.strip())


class Say(Intent):
    name = "say"
    verb = "say"
    words = "words at hand, with the names filled in"
    usage = "[NAME] [WHO]"
    example = "/say opening"
    group = "see"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return Screen("say", args.strip())


INTENTS: tuple[type[Intent], ...] = (
    ReadBack,
    Drop,
    Board,
    Agreed,
    Rejected,
    Withdrawn,
    Support,
    RuledOut,
    Hypotheses,
    Can,
    TurnDown,
    Join,
    Leave,
    Roster,
    AnswerPrompt,
    Answered,
    Dismiss,
    Say,
)
