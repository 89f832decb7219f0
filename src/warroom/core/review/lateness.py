"""Which updates came when they were promised, which came late, and which never came.

What was promised to readers counts, by what the room knew then. An update that was due and did not come is late
even where a change made another one due meanwhile; and nothing is late because of what happened after its time.
"""

from collections.abc import Iterable

import msgspec

from .. import events as ev
from ..cadence import AUDIENCES, every, next_due
from ..events import Event
from ..fold import fold
from ..incident import Incident
from ..updates import GRACE
from ..values import MINUTE, Ms
from .bearing import bearing

_AT_LEAST = 15 * MINUTE  # where a change makes one due and no rhythm says how soon
_MOVES = (ev.Declared, ev.CadenceAttached, ev.SeverityChanged, ev.PhaseChanged, ev.UpdatePosted)
_TYPES = frozenset(kind.type for kind in _MOVES)


class Sent(msgspec.Struct, frozen=True, gc=False):
    """An update that went out. `due` (UTC ms) is None where none was owed; `known`: whether that is told at all."""

    event: Event
    due: Ms | None
    known: bool = True

    def is_late(self, grace: Ms = GRACE) -> bool:
        return self.due is not None and self.event.at.t > self.due + grace


class Followed(msgspec.Struct, frozen=True):
    """What went out, in the order in which it was written; what was owed and never came, and what is owed now."""

    sent: tuple[Sent, ...] = ()
    broken: tuple[Ms, ...] = ()
    owed: tuple[Ms, ...] = ()

    def missed(self, now: Ms, grace: Ms = GRACE) -> int:
        """How many were owed and have not come at `now`."""
        return len(self.broken) + sum(now > due + grace for due in self.owed)


def promised(state: Incident) -> list[tuple[Event, Ms | None]]:
    """Every update that went out, with the time by which it was owed (UTC ms), where one was owed."""
    return [(each.event, each.due) for each in follow(bearing(state.facts).facts).sent]


def updates_late(state: Incident, now: Ms, grace: Ms = GRACE) -> tuple[int, int]:
    """How many updates went out or were owed and never came, and how many of them were late or never came."""
    found = follow(bearing(state.facts).facts)
    missed = found.missed(now, grace)
    return len(found.sent) + missed, sum(each.is_late(grace) for each in found.sent) + missed


class _Audience:
    """What one audience waits for: `raw` as the rhythm says it, `due` as it is fair to hold it against anybody."""

    __slots__ = ("broken", "due", "raw", "unsure")

    def __init__(self) -> None:
        self.raw: Ms | None = None
        self.due: Ms | None = None
        self.broken: Ms | None = None  # it was due, did not come, and then something else was due
        self.unsure = False  # an update was redacted: what it promised is not known

    def sent(self, event: Event) -> Sent:
        if self.unsure:
            return Sent(event, None, known=False)
        return Sent(event, self.due if self.broken is None else self.broken)

    def posted(self, raw: Ms | None) -> None:
        self.raw, self.due, self.broken, self.unsure = raw, raw, None, False

    def moved(self, raw: Ms | None, at: Ms, wait: Ms) -> None:
        """Another time is due since `at`, for another reason than an update."""
        if self.due is not None and at > self.due + GRACE and self.broken is None:
            self.broken = self.due
        self.raw = raw
        # What is due from now on can be met from now on only.
        self.due = raw if raw is None or raw >= at else at + wait


def follow(facts: Iterable[Event]) -> Followed:
    """The updates of an incident with these facts, in their order."""
    ordered, unsaid = _said_again(list(facts))
    if not any(isinstance(fact.body, ev.CadenceAttached | ev.UpdatePosted) for fact in ordered) and not unsaid:
        return Followed()
    audiences = {name: _Audience() for name in AUDIENCES}
    sent: list[Sent] = []
    state = Incident()
    for fact in ordered:
        if isinstance(fact.body, ev.UpdatePosted):
            waits = audiences.get(fact.body.audience)
            sent.append(waits.sent(fact) if waits else Sent(fact, None))
        elif fact.id in unsaid:
            sent.append(Sent(fact, None, known=False))
            for each in audiences.values():
                each.unsure = True
        state = fold(state, fact)
        _wait(audiences, state, fact)
    waiting = [each for each in audiences.values() if not each.unsure]
    return Followed(
        tuple(sent),
        tuple(each.broken for each in waiting if each.broken is not None),
        tuple(each.due for each in waiting if each.broken is None and each.due is not None),
    )


def _wait(audiences: dict[str, _Audience], state: Incident, fact: Event) -> None:
    """What each audience waits for after this fact, which made this state."""
    told_to = fact.body.audience if isinstance(fact.body, ev.UpdatePosted) else None
    for name, each in audiences.items():
        if told_to not in (None, name):
            continue  # an update is one audience's affair
        owed = next_due(state, name)
        raw = owed[1] if owed else None
        if told_to == name:
            each.posted(raw)
        elif raw != each.raw:
            each.moved(raw, fact.rec, every(state, name) or _AT_LEAST)


def _said_again(facts: list[Event]) -> tuple[list[Event], set[str]]:
    """The facts with a redacted update's remains in its own place, and the ids of those of which nothing remains."""
    taken = {fact.body.of for fact in facts if isinstance(fact.body, ev.Retracted)}
    facts = [fact for fact in facts if not (isinstance(fact.body, ev.UpdatePosted) and fact.id in taken)]
    facts = [fact for fact in facts if fact.type in _TYPES]
    posted = [fact for fact in facts if isinstance(fact.body, ev.UpdatePosted)]
    again: dict[str, Event] = {}
    unsaid: set[str] = set()
    for fact in facts:
        if isinstance(fact.body, ev.Redacted) and fact.type == ev.UpdatePosted.type and fact.id not in taken:
            used = {each.id for each in again.values()}
            later = [each for each in posted if each.at == fact.at and each.order > fact.order and each.id not in used]
            if later:
                again[fact.id] = later[0]
            else:
                unsaid.add(fact.id)
    moved = {each.id for each in again.values()}
    return [again.get(fact.id, fact) for fact in facts if fact.id not in moved], unsaid
