"""What became of a try to carry an act back to its source, as the next state of that delivery. Pure."""

from typing import TypeAlias

from msgspec.structs import replace

from ..core.alerts.facts import AlertCarried
from ..core.events.delivery import ACCEPTED, FAILED, QUEUED, SENT, UNKNOWN
from ..core.values import SECOND, Ms
from .base import Accepted, Failed, Later, Outcome, Sent, Unknown
from .tries import AGAIN, TRIES, give_up, later, pause, remote, short

SEND, LOOK_UP, SETTLE = "send", "look up", "settle"
Result: TypeAlias = Outcome | None
_UNHEARD = "it was taken, and nothing is heard of what became of it"


def came(old: AlertCarried, do: str, result: Result, now: Ms, asked: int = 1) -> AlertCarried | None:
    """The state after `do` came to `result`; None: it is as it was, and is asked once more after a pause.

    `asked`: how often the far side was asked about it, this time included.
    """
    match do, result:
        case (_, Sent()):
            return replace(old, state=SENT, again=None, far=remote(result, old.far), why="")
        case "look up", Accepted():
            return replace(old, state=SENT, again=None, far=remote(result, old.far), why="")
        case "look up", None:
            return replace(old, state=QUEUED, again=now, why="the far side does not have it")
        case "settle", Accepted() | Later() | Unknown() if asked < TRIES:
            return None
        case "settle", Accepted() | Later() | Unknown():
            return replace(old, state=UNKNOWN, again=None, why=_UNHEARD)
        case (_, Failed()):
            return replace(old, state=FAILED, again=None, why=short(result.why))
        case "look up", Later() | Unknown():
            return None if asked < TRIES else replace(give_up(old), why=short(result.why))
        case (_, Accepted()):
            return replace(old, state=ACCEPTED, again=now + SECOND, far=remote(result, old.far), why="")
        case (_, Later()):
            return later(old, result, now)
        case (_, Unknown()):
            again = now + pause(old.attempt) if old.attempt < AGAIN else None
            return replace(old, state=UNKNOWN, again=again, why=short(result.why))
    return None
