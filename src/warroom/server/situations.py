"""The state of an incident from the server's facts: folded in a thread, and kept for the next look."""

import asyncio
from collections import Counter, OrderedDict
from typing import TypeAlias

import msgspec

from ..core import codec
from ..core.events import Event
from ..core.incident import Incident
from ..core.order import Replay
from ..sync.wire import LONGEST_PAGE, Fact
from .stores.base import Row, Store

MOST = 4  # incidents that are kept folded although nobody watches their page

_fact = msgspec.json.Decoder(Fact)
Mark: TypeAlias = tuple[str, int]


class _Folded:
    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.replay, self.n = Replay(), 0
        self.lock = asyncio.Lock()

    def receive(self, rows: list[Row]) -> None:
        self.replay.receive(_events(rows))
        self.n = rows[-1].n


class Situations:
    """`state` and `lam` of any incident. Those that are `held` stay folded until they are `released`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, _Folded] = OrderedDict()
        self._held: Counter[str] = Counter()

    async def state(self, inc: str) -> Incident:
        """As the store has it now; the same object as before where nothing is new."""
        return (await self._folded(inc)).replay.state

    async def lam(self, inc: str) -> tuple[Incident, int]:
        """The state, and the largest clock of its facts."""
        replay = (await self._folded(inc)).replay
        return replay.state, replay.lam

    async def marked(self, inc: str) -> tuple[Incident, Mark]:
        """The state, and its mark: another one wherever the state is another."""
        folded = await self._folded(inc)
        return folded.replay.state, (folded.epoch, folded.n)

    @property
    def epoch(self) -> str:
        """That of the store: with another one everything may be another."""
        return self._store.epoch

    def hold(self, inc: str) -> None:
        self._held[inc] += 1

    def release(self, inc: str) -> None:
        self._held[inc] -= 1
        if self._held[inc] <= 0:
            del self._held[inc]

    async def _folded(self, inc: str) -> _Folded:
        folded = self._kept.get(inc)
        if folded is None or folded.epoch != self._store.epoch:  # numbers of another epoch mean nothing
            folded = self._kept[inc] = _Folded(self._store.epoch)
        self._kept.move_to_end(inc)
        self._forget_some(inc)
        async with folded.lock:
            # A page at a time: a long incident must not keep all others waiting for the interpreter.
            while rows := await self._store.read_after(inc, folded.n, LONGEST_PAGE):
                await asyncio.to_thread(folded.receive, rows)
        return folded

    def _forget_some(self, asked: str) -> None:
        loose = [inc for inc in self._kept if inc not in self._held and inc != asked]
        for inc in loose[: max(0, len(loose) - MOST + 1)]:
            del self._kept[inc]


def _events(rows: list[Row]) -> list[Event]:
    events = []
    for row in rows:
        fact = _fact.decode(row.data)
        try:
            events.append(codec.decode(bytes(fact.e), fact.h))
        except codec.Bad:
            continue  # written by a newer warroom in a way that this one cannot read
    return events
