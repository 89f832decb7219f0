"""Every inject as the game master sees it: what happened, what comes, what waits and for what, what is cancelled."""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from .. import events as ev
from ..duration import spell
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
    found = Standing(each, WAITING)
    if change is not None:
        moved = change.due is not None and not change.added
        found = replace(found, moved=moved, edited=change.words is not None, added=change.added is not None)
    before = fired(state, each.id)
    if before is not None:
        return replace(found, stands=HAPPENED, at=before.at.t, dropped=_dropped(before))
    at = due(state, each)
    if at is None:
        return replace(found, waits=tuple(_waits(state, each)))
    return replace(found, stands=COMING, at=at)


def _dropped(event: ev.Event) -> str:
    """Why it was passed over; empty where it happened."""
    return event.body.dropped if isinstance(event.body, ev.DrillInjected) else ""


def _change(state: Incident, id: str) -> ev.DrillChanged | None:
    found = state.value((ev.DrillChanged.type, id))
    return found if isinstance(found, ev.DrillChanged) else None


def _waits(state: Incident, each: ev.Inject) -> Iterator[str]:
    """What has to be so before it comes."""
    if each.after:
        before = fired(state, each.after)
        gone = before is not None and bool(_dropped(before))
        never = gone or all(other.id != each.after for other in injects(state))
        if before is None or gone:
            delay = f"{spell(each.delay)} " if each.delay else ""
            yield f"{delay}after {each.after}{', which never comes' if never else ''}"
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
