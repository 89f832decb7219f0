"""Every inject as the game master sees it: what happened, what comes and when, what waits for what, what is cancelled."""

from collections.abc import Iterator

import msgspec

from .. import events as ev
from ..incident import Incident
from ..values import Ms
from . import clock
from .moments import since
from .world import due, fired, injects

HAPPENED, COMING, WAITING, CANCELLED = "happened", "coming", "waiting", "cancelled"


class Standing(msgspec.Struct, frozen=True):
    """Where one inject stands. `at` (UTC ms, drill time): when it happened, or when it comes.

    `waits`: what for. `dropped`: why it was passed over. `moved`, `edited`, `added`: what the game master did to it.
    """

    inject: ev.Inject
    stands: str
    at: Ms | None = None
    waits: tuple[str, ...] = ()
    dropped: str = ""
    moved: bool = False
    edited: bool = False
    added: bool = False

    @property
    def id(self) -> str:
        return self.inject.id


def standings(state: Incident) -> tuple[Standing, ...]:
    """All of them: what happened in that order, what comes with the nearest first, what waits, what is cancelled."""
    found = [_standing(state, each) for each in injects(state)]
    dated = [each for each in found if each.stands in (HAPPENED, COMING)]
    dated.sort(key=lambda each: (each.stands != HAPPENED, each.at or 0))
    waiting = [each for each in found if each.stands == WAITING]
    return (*dated, *waiting, *_cancelled(state))


def _standing(state: Incident, each: ev.Inject) -> Standing:
    change = _change(state, each.id)
    marks = {
        "moved": bool(change and change.due is not None and not change.added),
        "edited": bool(change and change.words is not None),
        "added": bool(change and change.added),
    }
    before = fired(state, each.id)
    if before is not None:
        dropped = getattr(before.body, "dropped", "")
        return Standing(each, HAPPENED, before.at.t, dropped=dropped, **marks)
    at = due(state, each)
    if at is None:
        return Standing(each, WAITING, waits=tuple(_waits(state, each)), **marks)
    return Standing(each, COMING, at, **marks)


def _change(state: Incident, id: str) -> ev.DrillChanged | None:
    found = state.value((ev.DrillChanged.type, id))
    return found if isinstance(found, ev.DrillChanged) else None


def _waits(state: Incident, each: ev.Inject) -> Iterator[str]:
    """What has to be so before it comes."""
    if each.after:
        before = fired(state, each.after)
        gone = before is not None and getattr(before.body, "dropped", "")
        never = gone or all(other.id != each.after for other in injects(state))
        if before is None or gone:
            yield f"after {each.after}{', which never comes' if never else ''}"
    if each.when and since(each.when, state, clock.start_of(state)) is None:
        yield f"when {each.when}"


def _cancelled(state: Incident) -> Iterator[Standing]:
    played = clock.scenario(state)
    for key, event in state.under(ev.DrillChanged.type):
        body = event.body
        if isinstance(body, ev.DrillChanged) and body.cancelled:
            known = next((each for each in played.injects if each.id == key[1]), None) if played else None
            each = known or body.added
            if each is not None:
                yield Standing(each, CANCELLED, added=bool(body.added))


def passed_over(state: Incident, each: ev.Inject) -> bool:
    """Whether it would be passed over if it came now, because what it was for is so already."""
    return bool(each.unless) and since(each.unless, state, clock.start_of(state)) is not None


def counting(state: Incident, id: str) -> tuple[ev.Expectation, ...]:
    """What is expected from the moment on at which this inject comes."""
    played = clock.scenario(state)
    return tuple(each for each in played.expectations if each.since == id) if played else ()


def following(state: Incident, id: str) -> tuple[str, ...]:
    """The injects that come after this one and have not come yet."""
    return tuple(each.id for each in injects(state) if each.after == id and fired(state, each.id) is None)


def fresh_id(state: Incident) -> str:
    """A name for an inject that the game master adds: `gm-1`, `gm-2` …"""
    played = clock.scenario(state)
    taken = {key[1] for key, _ in state.under(ev.DrillChanged.type)}
    taken |= {each.id for each in played.injects} if played else set()
    return next(f"gm-{n}" for n in range(1, len(taken) + 2) if f"gm-{n}" not in taken)
