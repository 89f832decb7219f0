"""One total order, and late facts: whatever order facts come in, the state is that of folding them in order.

A `Replay` keeps what was folded and a few checkpoints; a fact that belongs earlier refolds from the nearest one.
"""

from bisect import bisect_right
from collections.abc import Iterable

from msgspec.structs import replace

from . import codec
from .events import Event, FactRedacted, Redacted
from .fold import fold
from .incident import Incident

EVERY = 1024  # facts between checkpoints


class Replay:
    """The state of one incident, as facts come in any order."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._order: list[tuple[int, str, int, str]] = []
        self._marks: list[tuple[int, Incident]] = [(0, Incident())]
        self._ids: set[str] = set()
        self._forgotten: set[str] = set()
        self.state = Incident()

    @property
    def lam(self) -> int:
        """The largest Lamport clock so far."""
        return self._order[-1][0] if self._order else 0

    def receive(self, events: Iterable[Event]) -> Incident:
        """The state with these facts as well. Those that are known already, under whatever replica, change nothing."""
        late: list[Event] = []
        for event in events:
            if isinstance(event.body, FactRedacted):
                self._forget(event.body.of)
            if event.id in self._forgotten:
                event = tombstone(event)
            if event.id in self._ids and not self._earlier_copy(event):
                continue
            if self._order and event.order < self._order[-1]:
                late.append(event)
            else:
                self._push(event)
        if late:
            self._refold(late, bisect_right(self._order, min(event.order for event in late)))
        return self.state

    def trial(self) -> "Trial":
        """The state as the next commit would make it, while nothing of it is on disk yet."""
        return Trial(self.state)

    def keep(self, trial: "Trial") -> Incident:
        """What was tried is durable now: its state becomes the state."""
        for event in trial.events:
            self._note(event)
        self.state = trial.state
        for event in trial.events:
            if isinstance(event.body, FactRedacted):
                self._forget(event.body.of)
        return self.state

    def _note(self, event: Event) -> None:
        self._ids.add(event.id)
        self._events.append(event)
        self._order.append(event.order)

    def _push(self, event: Event) -> None:
        self._note(event)
        self.state = fold(self.state, event)
        if len(self._events) - self._marks[-1][0] >= EVERY:
            self._marks.append((len(self._events), self.state))

    def _earlier_copy(self, event: Event) -> bool:
        """Whether this is a copy of a known fact that comes before it in order: then it is the one that counts."""
        known = self.state.facts.get(event.id)
        return known is not None and event.order < known.order

    def _forget(self, id: str) -> None:
        """A redaction holds for memory too: the text goes, and the state is that of the tombstone."""
        self._forgotten.add(id)
        fact = self.state.facts.get(id)
        if fact is not None and not isinstance(fact.body, Redacted):
            i = bisect_right(self._order, fact.order) - 1
            self._events[i] = tombstone(fact)
            self._refold([], i)

    def _refold(self, late: list[Event], i: int) -> None:
        while len(self._marks) > 1 and self._marks[-1][0] > i:
            self._marks.pop()
        at, self.state = self._marks[-1]
        again = sorted([*self._events[at:], *late], key=lambda e: e.order)
        del self._events[at:], self._order[at:]
        for event in again:
            self._push(event)


class Trial:
    """Facts that are sealed and not yet written, folded onto a state that nobody else sees."""

    def __init__(self, state: Incident):
        self.state = state
        self.events: list[Event] = []

    def fold(self, event: Event) -> None:
        self.state = fold(self.state, event)
        self.events.append(event)


def tombstone(event: Event) -> Event:
    """The fact as a redaction leaves it: its place and its digests, no text and no writer."""
    if isinstance(event.body, Redacted):
        return event
    data, hash = codec.redact(codec.encode(event)[0])
    return replace(codec.decode(data, event.hash or hash), over=event.over)
