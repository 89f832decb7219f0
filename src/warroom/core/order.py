"""One total order, and late facts: whatever order facts come in, the state is that of folding them in order.

A `Replay` keeps what was folded and a few checkpoints; a fact that belongs earlier refolds from the nearest one.
"""

from bisect import bisect_left
from collections.abc import Iterable

import msgspec

from . import codec
from .events import Event, FactRedacted, Order, Redacted
from .fold import fold
from .incident import Incident

EVERY = 1024  # facts between checkpoints


class Replay:
    """The state of one incident, as facts come in any order."""

    def __init__(self) -> None:
        self._events: list[Event] = []  # each id once, in order
        self._order: list[Order] = []
        self._marks: list[tuple[int, Incident]] = [(0, Incident())]
        self._forgotten: set[str] = set()
        self._bare: dict[str, Event] = {}  # tombstones that stand before the copy whose text is shown
        self.state = Incident()

    @property
    def lam(self) -> int:
        """The largest Lamport clock so far."""
        return self._order[-1][0] if self._order else 0

    def receive(self, events: Iterable[Event]) -> Incident:
        """The state with these facts as well. Those that are known already, under whatever replica, change nothing."""
        came = list(events)
        late = self._forget(came)
        for event in came:
            if event.id in self._forgotten:
                event = tombstone(event)
            order = event.order
            known = late.get(event.id) or self.state.facts.get(event.id)
            if known is not None:
                self._remember_bare(known, event)
                if rank(known) <= rank(event):
                    continue
            if known is None and not late and (not self._order or order > self._order[-1]):
                self._push(event, order)
            else:
                late[event.id] = event
        if late:
            self._refold(late)
        return self.state

    def trial(self) -> "Trial":
        """The state as the next commit would make it, while nothing of it is on disk yet."""
        return Trial(self, self.state)

    def keep(self, trial: "Trial") -> Incident:
        """What was tried is durable now: its state becomes the state."""
        if trial.copy is not None:
            self._become(trial.copy)
            return self.state
        for event in trial.events:
            self._events.append(event)
            self._order.append(event.order)
        self.state = trial.state
        self._mark()
        return self.state

    def copied(self) -> "Replay":
        """A replay that goes its own way from here."""
        copy = Replay()
        copy._become(self)
        return copy

    def _become(self, other: "Replay") -> None:
        self._events, self._order, self._marks = other._events[:], other._order[:], other._marks[:]
        self._forgotten, self._bare, self.state = set(other._forgotten), dict(other._bare), other.state

    def _push(self, event: Event, order: Order) -> None:
        self._events.append(event)
        self._order.append(order)
        self.state = fold(self.state, event)
        self._mark()

    def _mark(self) -> None:
        if len(self._events) - self._marks[-1][0] >= EVERY:
            self._marks.append((len(self._events), self.state))

    def _forget(self, came: list[Event]) -> dict[str, Event]:
        """A redaction holds for memory too: the tombstones of the known facts whose text has to go now."""
        gone = {e.body.of for e in came if isinstance(e.body, FactRedacted)} - self._forgotten
        self._forgotten |= gone
        known = [fact for id in gone if (fact := self.state.facts.get(id))]
        buried = {fact.id: grave for fact in known if (grave := tombstone(fact)) is not fact}
        for id, grave in buried.items():
            buried[id] = min(grave, self._bare.pop(id, grave), key=lambda event: event.order)
        return buried

    def _remember_bare(self, known: Event, event: Event) -> None:
        """Of two copies the one without text may come first in the order: once the text has to go, its place counts."""
        for copy, other in ((known, event), (event, known)):
            bare = self._bare.get(copy.id)
            without = isinstance(copy.body, Redacted) and not isinstance(other.body, Redacted)
            if without and copy.order < other.order and (bare is None or copy.order < bare.order):
                self._bare[copy.id] = copy

    def _refold(self, changed: dict[str, Event]) -> None:
        """The state with `changed` in their places, and instead of other copies of the same facts."""
        instead_of = [known for id in changed if (known := self.state.facts.get(id))]
        first = min(event.order for event in (*changed.values(), *instead_of))
        i = bisect_left(self._order, first)
        while self._marks[-1][0] > i:
            self._marks.pop()
        at, self.state = self._marks[-1]
        again = [event for event in self._events[at:] if event.id not in changed]
        again = sorted([*again, *changed.values()], key=lambda event: event.order)
        del self._events[at:], self._order[at:]
        for event in again:
            self._push(event, event.order)


class Trial(msgspec.Struct, eq=False):
    """Facts that are sealed and not yet written, folded onto a state that nobody else sees."""

    _replay: Replay
    state: Incident
    events: list[Event] = []
    copy: Replay | None = None  # from the first redaction on, which reaches back

    def fold(self, event: Event) -> None:
        if self.copy is None and isinstance(event.body, FactRedacted):
            self.copy = self._replay.copied()
            self.copy.receive(self.events)
        self.events.append(event)
        self.state = fold(self.state, event) if self.copy is None else self.copy.receive([event])


def rank(event: Event) -> tuple[bool, Order]:
    """Of several copies of a fact the first counts, and one that has its text before any that came without.

    Only a redaction takes a text out, so that nobody does by passing on a copy without it.
    """
    return isinstance(event.body, Redacted), event.order


def tombstone(event: Event) -> Event:
    """The fact as a redaction leaves it: its place and its digests, no text and no writer."""
    if isinstance(event.body, Redacted):
        return event
    data, hash = codec.redact(codec.encode(event)[0])
    return codec.decode(data, event.hash or hash)
