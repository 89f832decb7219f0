"""How a delivery goes on after a try of it: how long a pause is, when it is tried again, when it is given up."""

from typing import TypeVar

from msgspec.structs import replace

from ..core.acts.delivery import Deliver
from ..core.alerts.facts import AlertCarried
from ..core.events import DeliveryChanged
from ..core.events.delivery import ACCEPTED, FAILED, QUEUED, SENT, UNKNOWN
from ..core.text import clean, clip, keepable
from ..core.values import SECOND, Ms
from .base import Accepted, Later, Sent

TRIES = 20  # of one way; with the pauses below some quarter of an hour
AGAIN = 3  # tries of what may have arrived
LONGEST = 60 * SECOND
_WHY = 200  # characters of a reason

D = TypeVar("D", DeliveryChanged, AlertCarried)


def pause(attempt: int) -> Ms:
    """1, 2, 4, … s, at most a minute."""
    return min(LONGEST, SECOND << min(max(attempt - 1, 0), 10))


def later(old: D, result: Later, now: Ms) -> D:
    """Tried again after a pause, or after as long as the far side asks for; after so many tries it has failed."""
    if old.attempt >= TRIES:
        why = f"given up after {old.attempt} tries: {result.why}"
        return replace(old, state=FAILED, again=None, why=short(why))
    wait = max(pause(old.attempt), int((result.after or 0) * SECOND))
    return replace(old, state=QUEUED, again=now + wait, why=short(result.why))


def settled(old: DeliveryChanged, result: Sent | Accepted) -> Deliver:
    """The far side has it."""
    state = SENT if isinstance(result, Sent) else ACCEPTED
    return Deliver(delivery=replace(old, state=state, again=None, remote=remote(result, old.remote), why=""))


def remote(result: Sent | Accepted, before: str = "") -> str:
    """What finds it there, as the log keeps it."""
    return keepable(clean(result.remote))[:300] or before


def give_up(old: D) -> D:
    """It may have arrived, and nothing more is done about it."""
    return replace(old, state=UNKNOWN, again=None)


def short(why: str) -> str:
    """A reason as the log keeps it."""
    return clip(keepable(clean(why)), _WHY)
