"""Which facts the timeline shows: by kind, person and text, and what happens to the choice as facts come in."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

import msgspec

from ..core import events as ev
from ..core.events import Event
from ..core.incident import Incident
from ..core.text import clean
from ..core.values import SIMULATED
from .rows import kind_of, speaker, text_of, word

# Kept on the log and shown when asked for by kind: what they changed is to be seen on the row that they changed.
BACKSTAGE = ("attached", "fixed", "undo", "sent")
_CHANGES = (ev.Amended, ev.Retracted, ev.FactRedacted)


def backstage(event: Event) -> bool:
    """Whether it is shown only when asked for. Another policy that somebody accepted is news."""
    body = event.body
    if isinstance(body, ev.PagerHeld):
        return event.by.login == SIMULATED
    return body.kind in BACKSTAGE and not (isinstance(body, ev.PolicyAttached) and event.over)


def stands(state: Incident, event: Event) -> bool:
    """Whether this fact is one that the timeline ever shows: of a delivery, only its present state is."""
    body = event.body
    if ev.hidden(body):
        return False
    if not isinstance(body, ev.DeliveryChanged) or event.id in state.redacted:
        return True
    return any(each.id == event.id for each in state.visible(body.key()))


class Filter(msgspec.Struct, frozen=True):
    """What is looked for; nothing is left out by what is empty."""

    kinds: tuple[str, ...] = ()
    who: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.kinds or self.who or self.text)

    def words(self) -> str:
        """`all kinds`, or `decision · ana · “vacuum”`."""
        parts = [", ".join(word(kind) for kind in self.kinds)] if self.kinds else []
        parts += [clean(self.who)] if self.who else []
        parts += [f"“{clean(self.text)}”"] if self.text else []
        return " · ".join(parts) or "all kinds"

    def matches(self, state: Incident, event: Event) -> bool:
        kind = kind_of(state, event)
        if (kind not in self.kinds) if self.kinds else backstage(event):
            return False
        if self.who and self.who.casefold() not in (speaker(state, event).casefold(), event.by.name.casefold()):
            return False
        return not self.text or self.text.casefold() in text_of(state, event).casefold()


class Shown:
    """The places in the timeline that a filter leaves, brought up to date from the first fact that moved."""

    def __init__(self) -> None:
        self.state = Incident()
        self.filter = Filter()
        self._at: list[int] = []

    def __len__(self) -> int:
        return len(self._at)

    def event(self, n: int) -> Event:
        """The `n`th fact that is shown."""
        return self.state.timeline[self._at[n]]

    @property
    def total(self) -> int:
        """How many there would be without a filter. Counts them all: for a foot that is shown while one is set."""
        state = self.state
        return sum(not backstage(event) and stands(state, event) for event in state.timeline)

    def take(self, state: Incident, filter: Filter) -> None:
        """Show `state` through `filter`."""
        old, timeline = self.state, state.timeline
        keep = 0
        if filter == self.filter:
            keep = timeline.first_change(old.timeline)
            if filter and self._changed(old, state):
                keep = 0
        self.state, self.filter = state, filter
        del self._at[bisect_left(self._at, keep) :]
        self._at += self._found(range(keep, len(timeline)))
        if keep:
            self._drop_superseded(old)

    @staticmethod
    def _new(old: Incident, new: Incident) -> Iterator[Event]:
        """The facts that `old` does not know."""
        before, facts = old.facts, new.facts
        n = len(before)
        # Facts never go: the same one at the old end means that all the new ones stand behind it.
        behind = n <= len(facts) and (not n or facts[n - 1].id == before[n - 1].id)
        for i in range(n if behind else 0, len(facts)):
            if facts[i].id not in before:
                yield facts[i]

    def _changed(self, old: Incident, new: Incident) -> bool:
        return any(isinstance(event.body, _CHANGES) for event in self._new(old, new))

    def _drop_superseded(self, old: Incident) -> None:
        """Take away the rows of deliveries that have come to another state since."""
        for event in self._new(old, self.state):
            for id in event.over if isinstance(event.body, ev.DeliveryChanged) else ():
                if (place := self.find(id)) >= 0:
                    del self._at[place]

    def _found(self, places: Iterable[int]) -> list[int]:
        state, filter = self.state, self.filter
        timeline = state.timeline
        if filter:
            return [n for n in places if filter.matches(state, timeline[n]) and stands(state, timeline[n])]
        return [n for n in places if not backstage(timeline[n]) and stands(state, timeline[n])]

    def find(self, id: str) -> int:
        """The place of the fact with this id among those that are shown, or -1."""
        event = self.state.facts.get(id)
        if event is None:
            return -1
        t, order = self.state.when(event).t, event.order
        low, high = 0, len(self._at)
        while low < high:
            middle = (low + high) // 2
            other = self.event(middle)
            if (self.state.when(other).t, other.order) < (t, order):
                low = middle + 1
            else:
                high = middle
        return low if low < len(self._at) and self.event(low).id == id else -1
