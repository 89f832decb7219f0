"""What the intake knows of the alerts of this week and the last one, and the chain under which it writes."""

import asyncio
import os

import msgspec

from ..core import codec
from ..core.alerts.facts import FIRING, AlertsReceived, AlertWorded
from ..core.alerts.inbox import Folding, name_of
from ..core.events import Event
from ..core.values import crockford
from ..sync.wire import Fact, Heads
from .stores.base import Row, Store

_PAGE = 500
_PIECE = 0.005  # seconds that a week is read for before others have their turn
_fact = msgspec.json.Decoder(Fact)


class Known:
    """Facts, each once, in the order in which they came. `lam`: the largest clock of the log that was read last.

    `n`: the number up to which everything of that log was read or heard.
    """

    def __init__(self) -> None:
        self.folding = Folding()
        self.lam = self.n = 0
        self._seen: set[str] = set()
        self._worded: set[str] = set()

    async def read(self, store: Store, inc: str, after: int = 0) -> None:
        """What stands in that log. Others have their turn meanwhile, since a week may take seconds."""
        clock = asyncio.get_running_loop().time
        until = clock() + _PIECE
        while rows := await store.read_after(inc, after, _PAGE):
            for row in rows:
                self.hear(row)
                if clock() >= until:
                    await asyncio.sleep(0)
                    until = clock() + _PIECE
            after = rows[-1].n

    def begin(self) -> None:
        """Another log begins: it has clocks and numbers of its own."""
        self.lam = self.n = 0

    def hear(self, row: Row) -> None:
        self.n = max(self.n, row.n)
        fact = _fact.decode(row.data)
        try:
            event = codec.decode(fact.e, fact.h)
        except codec.Bad:
            return  # a newer one's, or what was kept of one that could not be read
        self.keep(event)

    def keep(self, event: Event) -> None:
        if event.id in self._seen:
            return
        self._seen.add(event.id)
        self.lam = max(self.lam, event.lam)
        self.folding.take(event)
        body = event.body
        if isinstance(body, AlertWorded):
            self._worded.add(body.of)
        elif isinstance(body, AlertsReceived) and self._worded:
            self._worded -= {name_of(body.source, alert.key) for alert in body.alerts if alert.state == FIRING}

    def lacks_words(self, source: str, key: str) -> bool:
        name = name_of(source, key)
        return self.folding.has(name) and name not in self._worded

    def wordless(self, source: str) -> list[str]:
        """The keys of its alerts that fire and have no words yet."""
        lines = (line for line in self.folding.inbox.lines.values() if line.source == source)
        return [line.alert.key for line in lines if line.alert.state == FIRING and line.id not in self._worded]


class Chain:
    """A replica of this server in one log: a new one for each start, so that nobody has to remember its end.

    `seq` and `prev` are of the last fact that was sealed.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.rep = crockford(int.from_bytes(os.urandom(7), "big"), 10)
        self.seq, self.prev = 0, ""
        self._sure = (0, "")  # the last that was acknowledged

    def acknowledged(self, event: Event) -> None:
        self._sure = (event.seq, event.hash)

    def go_on(self, heads: Heads) -> None:
        """After trouble: from where it was, if the store kept no more; else as a new replica."""
        if tuple(heads.get(self.rep, (0, ""))) == self._sure:
            self.seq, self.prev = self._sure
        else:
            self.begin()

    def wrote(self, row: Row) -> bool:
        return f'"rep":"{self.rep}"'.encode() in row.data
