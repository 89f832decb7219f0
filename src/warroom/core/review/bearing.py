"""What metrics are made of: the few facts of a log that bear on them, each once and in their order.

A fold of everything would take ten times as long; a test holds both to the same result.
"""

from collections.abc import Iterable

import msgspec

from .. import events as ev
from ..events import Event
from ..fold import fold
from ..incident import Incident
from ..order import rank, tombstone

_BEARING: frozenset[type[ev.Body]] = frozenset(
    (
        ev.Declared,
        ev.Renamed,
        ev.SeverityChanged,
        ev.PhaseChanged,
        ev.ServiceNamed,
        ev.ImpactStated,
        ev.MilestoneMarked,
        ev.CadenceAttached,
        ev.UpdatePosted,
        ev.Linked,
        ev.Acknowledged,
        ev.NoAnswer,
        ev.Retracted,
        ev.DrillStarted,
    )
)
_TYPES = frozenset(kind.type for kind in _BEARING)


class Bearing(msgspec.Struct, frozen=True, eq=False):
    """`facts` in their order, redacted ones as tombstones; `entries` is how many entries stand.

    `deliveries` as they stand now; `lines`: the entries of a timeline that was imported, and `fixes` of these.
    """

    facts: tuple[Event, ...]
    deliveries: tuple[ev.DeliveryChanged, ...] = ()
    entries: int = 0
    lines: tuple[Event, ...] = ()
    fixes: tuple[Event, ...] = ()

    def state(self) -> Incident:
        """The incident as far as these facts tell it."""
        state = Incident()
        for fact in (*self.facts, *self.fixes):
            state = fold(state, fact)
        return state


def bearing(events: Iterable[Event]) -> Bearing:
    """What bears on metrics in these facts, in whatever order and however often they came."""
    facts: list[Event] = []
    moved: list[Event] = []
    lines: list[Event] = []
    fixes: list[Event] = []
    gone: set[str] = set()
    for event in events:
        body = event.body
        kind = body.__class__
        if kind is ev.Logged:  # nearly every fact is one
            lines.append(event)
        elif kind in _BEARING:
            facts.append(event)
        elif isinstance(body, ev.DeliveryChanged):
            moved.append(event)
        elif isinstance(body, ev.Amended):
            fixes.append(event)
        elif isinstance(body, ev.FactRedacted):
            gone.add(body.of)
        elif isinstance(body, ev.Redacted):
            if body.type in _TYPES:
                facts.append(event)
            elif body.type == ev.Amended.type:
                fixes.append(event)
    return _bearing(_once(facts, gone), moved, lines, fixes, gone)


def _bearing(
    facts: tuple[Event, ...], moved: list[Event], lines: list[Event], fixes: list[Event], gone: set[str]
) -> Bearing:
    taken = {fact.body.of for fact in facts if isinstance(fact.body, ev.Retracted)} | gone
    declared = next((fact.body for fact in facts if fact.type == ev.Declared.type), None)
    imported = isinstance(declared, ev.Declared) and bool(declared.source)
    last = {fact.body.delivery: fact.body for fact in _once(moved, gone) if isinstance(fact.body, ev.DeliveryChanged)}
    return Bearing(
        facts=facts,
        deliveries=tuple(last.values()),
        entries=len({line.id for line in lines} - taken),
        lines=tuple(line for line in _once(lines, gone) if line.id not in taken) if imported else (),
        fixes=_once(fixes, gone) if imported else (),
    )


def _once(events: list[Event], gone: set[str]) -> tuple[Event, ...]:
    """Each fact once, at its first place, without the text of those that are `gone`."""
    once: dict[str, Event] = {}
    for event in sorted((tombstone(each) if each.id in gone else each for each in events), key=rank):
        once.setdefault(event.id, event)
    return tuple(sorted(once.values(), key=lambda each: each.order))
