"""What was met, late or missed in a drill: expectations and measures, each with the fact it rests on.

Fair means here: bands and no number; only what was on the screen by then counts; other good ways are as good; what the
drill never came to is held against nobody; how late things were written down is told apart.
"""

from functools import lru_cache

from .. import events as ev
from ..events import Event, Expectation
from ..fold import fold
from ..incident import Incident
from ..values import Ms
from . import clock, measures
from .moments import of_type, simulated, since
from .points import LATE, MET, MISSED, Point, judged
from .world import happened


def points(state: Incident, now: Ms) -> tuple[Point, ...]:
    """Everything that could be judged by `now` (drill time, UTC ms), in the order in which it came due."""
    played = clock.scenario(state)
    if played is None:
        return ()
    end, state = end_of(state, now), at_end(state)
    found: list[Point] = []
    for rule in played.expectations:
        if rule.severities and not _was(state, rule.severities):
            continue
        if rule.measure:
            found += measures.MEASURES[rule.measure](state, rule, end)
        elif point := _expected(state, rule, end):
            found.append(point)
    return tuple(sorted(found, key=lambda p: (p.start + p.rule.by, p.rule.id, p.case)))


def untested(state: Incident, now: Ms) -> tuple[Expectation, ...]:
    """What the drill never came to."""
    played = clock.scenario(state)
    known = {point.rule.id for point in points(state, now)}
    return tuple(rule for rule in (played.expectations if played else ()) if rule.id not in known)


def end_of(state: Incident, now: Ms) -> Ms:
    """When the drill ended; `now` while it runs."""
    ended = clock.ended(state)
    return ended.at.t if ended else now


@lru_cache(maxsize=4)
def at_end(state: Incident) -> Incident:
    """The state as the drill ended; what anybody does afterwards earns nothing and costs nothing."""
    ended = clock.ended(state)
    last = len(state.facts)
    while ended and isinstance(state.facts[last - 1].body, ev.DRILL) and state.facts[last - 1].id != ended.id:
        last -= 1
    if ended is None or state.facts[last - 1].id == ended.id:
        return state
    then = Incident()
    for event in state.facts:
        then = fold(then, event)
        if event.id == ended.id:
            break
    return then


def _was(state: Incident, severities: tuple[str, ...]) -> bool:
    declared = state.declared
    known = {declared.severity} if declared else set()
    known |= {e.body.severity for e in of_type(state, ev.SeverityChanged) if isinstance(e.body, ev.SeverityChanged)}
    return bool(known & set(severities))


def _expected(state: Incident, rule: Expectation, end: Ms) -> Point | None:
    start = clock.start_of(state)
    if rule.since:
        before = happened(state, rule.since)
        if before is None:
            return None
        start = before.at.t
    best: Point | None = None
    for condition, via in ((rule.check, ""), *rule.also):
        found = since(condition, state, start)
        if found is not None and found.at <= end:
            point = judged(rule, start, found.event, end, at=found.at, via=via)
            if point and (best is None or (_RANK[point.band], point.at) < (_RANK[best.band], best.at)):
                best = point
    return best or judged(rule, start, None, end)


_RANK = {MET: 0, LATE: 1, MISSED: 2}


def lag(state: Incident) -> list[tuple[Event, Ms]]:
    """Entries that people wrote down later than they happened, with how much later (ms): told apart from the rest."""
    end = end_of(state, 1 << 60)
    found = []
    for event in of_type(at_end(state), ev.Logged):
        if not simulated(event) and event.rec <= end and event.rec - event.at.t > 1000:
            found.append((event, event.rec - event.at.t))
    return found
