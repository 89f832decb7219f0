"""The review of an incident that is over: looking at it, its state and its owner."""

from ..core.acts.review import MoveReview, OwnReview, over
from ..core.commands import Command
from ..core.events import REVIEW_STATES
from ..core.values import Refused
from .base import Context, Intent, Screen


class Review(Intent):
    name = "review"
    verb = "review"
    words = "the review: its sections, its state, its owner"
    usage = "[SECTION] | state STATE | owner WHO | edit"
    example = "/review state in review"
    group = "see"
    quick = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        over(ctx.state)
        word, _, rest = args.strip().partition(" ")
        rest = rest.strip()
        match word.casefold():
            case "state" if rest:
                return MoveReview(state=rest)
            case "owner" if rest:
                return OwnReview(who="" if rest.casefold() == "nobody" else rest)
            case "state" | "owner":
                usage = {"state": f"a state: {', '.join(REVIEW_STATES)}", "owner": "who owns it, or nobody"}
                raise Refused(f"What is missing: {usage[word.casefold()]}.")
        return Screen(cls.name, args.strip())

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        word, found, _ = args.lstrip().partition(" ")
        if not found:
            return ["state", "owner", "edit"]
        if word.casefold() == "state":
            return list(REVIEW_STATES)
        return list(ctx.state.people) if word.casefold() == "owner" else []


INTENTS = (Review,)
