"""The state of an incident from the server's facts, for share links: folded in a thread, and kept for the next look."""

import asyncio
from collections import OrderedDict

import msgspec

from ..core import codec
from ..core.events import Event
from ..core.order import Replay
from ..core.values import Ms, handle
from ..render import situation
from ..sync.wire import LONGEST_PAGE, Fact
from .stores.base import Row, Store

MOST = 4  # incidents that are kept folded

_fact = msgspec.json.Decoder(Fact)


class _Folded:
    def __init__(self) -> None:
        self.replay, self.n = Replay(), 0
        self.lock = asyncio.Lock()

    def receive(self, rows: list[Row]) -> None:
        self.replay.receive(_events(rows))
        self.n = rows[-1].n


class Situations:
    """See `lines`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, _Folded] = OrderedDict()

    async def lines(self, inc: str, now: Ms) -> list[str]:
        """The six lines of the situation, clean; empty where nothing is declared yet."""
        folded = self._kept.setdefault(inc, _Folded())
        self._kept.move_to_end(inc)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        async with folded.lock:
            # A page at a time: a long incident must not keep all others waiting for the interpreter.
            while rows := await self._store.read_after(inc, folded.n, LONGEST_PAGE):
                await asyncio.to_thread(folded.receive, rows)
            state = folded.replay.state
            return situation.lines(state, handle(inc), now) if state.declaration is not None else []


def _events(rows: list[Row]) -> list[Event]:
    events = []
    for row in rows:
        fact = _fact.decode(row.data)
        try:
            events.append(codec.decode(bytes(fact.e), fact.h))
        except codec.Bad:
            continue  # written by a newer warroom in a way that this one cannot read
    return events
