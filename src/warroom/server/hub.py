"""What becomes durable goes out to everybody who reads it: one encoding for all, one bounded queue for each."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from ..sync.wire import Listed, Present, cursor, digest
from . import frames
from .catalogue import Catalogue
from .measures import Measures
from .options import Options
from .readers import Reader
from .stores.base import Meta, Row, Store, StoreTrouble
from .tokens import Token


class Hub:
    """The open streams and waiting pulls of this node."""

    def __init__(self, store: Store, options: Options, measures: Measures) -> None:
        self.catalogue = Catalogue(store)
        self.stopping = False
        self._store, self._options, self._measures = store, options, measures
        self._epoch = ""
        self._wide: set[Reader] = set()
        self._narrow: dict[str, set[Reader]] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._open: Counter[str] = Counter()  # streams and waiting pulls by token
        self._unknown: dict[str, list[Row]] = {}
        self._learning: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._store.watch(self.heard)
        self._epoch = self._store.epoch
        await self.refresh()

    # ── facts ───────────────────────────────────────────────────────────────────────────────────

    def heard(self, inc: str, rows: list[Row]) -> None:
        """The store's watcher: these rows are durable."""
        if not rows:
            return
        self.look()
        self.catalogue.changed(inc, rows[-1].n)
        _answer(self._waiting.pop(inc, ()))
        if narrow := self._narrow.get(inc):
            self._to_narrow(inc, rows, narrow)
        if not self._wide:
            return
        if self.catalogue.knows(inc):
            self._to_wide(inc, frames.facts(inc, self._store.epoch, rows))
        else:
            self._learn(inc, rows)

    def _to_narrow(self, inc: str, rows: list[Row], readers: set[Reader]) -> None:
        first, last = rows[0].n, rows[-1].n
        whole = [reader for reader in readers if reader.has < first]
        for block in frames.facts(inc, self._store.epoch, rows, ids=True):
            self._offer(block, whole)
        for reader in [reader for reader in readers if first <= reader.has < last]:
            rest = [row for row in rows if row.n > reader.has]
            for block in frames.facts(inc, self._store.epoch, rest, ids=True):
                self._offer(block, (reader,))

    def _to_wide(self, inc: str, blocks: Iterable[bytes]) -> None:
        readers = [reader for reader in self._wide if self._visible(reader, inc)]
        for block in blocks:
            self._offer(block, readers)

    def _visible(self, reader: Reader, inc: str) -> bool:
        known = reader.sees.get(inc)
        if known is None:
            known = reader.sees[inc] = self.catalogue.seen_by(reader.token, inc)
        return known

    def _offer(self, block: bytes, readers: Iterable[Reader]) -> None:
        now = asyncio.get_running_loop().time()
        chunk = frames.chunk(block)
        full = [reader for reader in readers if not reader.offer(block, chunk, now)]
        for reader in full:
            self._drop(reader)

    def here(self, inc: str, present: tuple[Present, ...]) -> None:
        """Who is in a room has changed."""
        block = frames.here(inc, present)
        self._to_wide(inc, (block,))
        self._offer(block, tuple(self._narrow.get(inc, ())))

    # ── incidents ───────────────────────────────────────────────────────────────────────────────

    def learned(self, meta: Meta) -> None:
        """An incident that is new, or of which something changed; whoever may see it hears of a new one."""
        what = self.catalogue.learned(meta)
        if not what:
            return
        for reader in self._wide:
            reader.sees.pop(meta.inc, None)
        if what == "created" and self._wide:
            listed = Listed(meta.inc, digest({}), cursor(self._store.epoch, 0), meta.restricted)
            self._to_wide(meta.inc, (frames.created(listed),))

    async def refresh(self) -> None:
        """What other nodes made or changed."""
        for meta in await self._store.incidents():
            self.learned(meta)
        self._measures.incidents = len(self.catalogue)

    def _learn(self, inc: str, rows: list[Row]) -> None:
        """Another node made it: who may see it has to be read before anybody does."""
        if inc in self._unknown:
            self._unknown[inc] += rows
            return
        self._unknown[inc] = list(rows)
        task = asyncio.create_task(self._learn_now(inc))
        self._learning.add(task)
        task.add_done_callback(self._learning.discard)

    async def _learn_now(self, inc: str) -> None:
        meta = None
        try:
            meta = await self._store.meta(inc)
        except StoreTrouble:
            pass  # `refresh` learns of it, and whoever hears of it then compares heads
        rows = self._unknown.pop(inc)
        if meta is not None:
            self.learned(meta)
            self._to_wide(inc, frames.facts(inc, self._store.epoch, rows))

    # ── another epoch ───────────────────────────────────────────────────────────────────────────

    def look(self) -> None:
        """Whether the store has another epoch than those who read know of: then they compare what both sides have.

        A stream of one incident ends: whoever comes again with a cursor of before is told where it goes on.
        """
        if self._store.epoch == self._epoch:
            return
        self._epoch = self._store.epoch
        self.catalogue.anew()
        for reader in self._readers():
            reader.sees.clear()
        for readers in list(self._narrow.values()):
            for reader in list(readers):
                reader.finish("reset")
        self._offer(frames.reset_all(self._epoch), list(self._wide))
        self._answer_all()

    # ── who reads ───────────────────────────────────────────────────────────────────────────────

    def enter(self, token: Token) -> bool:
        """Counts a stream or a waiting pull; False: this token has enough of them open."""
        if self._open[token.id] >= self._options.streams:
            return False
        self._open[token.id] += 1
        return True

    def leave(self, token: Token) -> None:
        self._open[token.id] -= 1
        if self._open[token.id] <= 0:
            del self._open[token.id]

    def add(self, reader: Reader) -> None:
        """From now on it gets what becomes durable."""
        self._measures.streams += 1
        if reader.inc:
            self._narrow.setdefault(reader.inc, set()).add(reader)
        else:
            self._wide.add(reader)
        if self.stopping:
            reader.finish("stopped")

    def remove(self, reader: Reader) -> None:
        readers = self._narrow.get(reader.inc, set()) if reader.inc else self._wide
        if reader in readers:
            self._measures.streams -= 1
            readers.discard(reader)
        if reader.inc and not readers:
            self._narrow.pop(reader.inc, None)

    def pull(self, inc: str) -> "asyncio.Future[None]":
        """Done with the next fact of this incident, or when the server stops."""
        waits: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.stopping:
            waits.set_result(None)
        else:
            self._waiting.setdefault(inc, set()).add(waits)
        return waits

    def forget(self, inc: str, waits: "asyncio.Future[None]") -> None:
        if waiting := self._waiting.get(inc):
            waiting.discard(waits)
            if not waiting:
                del self._waiting[inc]

    def tokens(self) -> list[Token]:
        """The tokens that read now, as their readers know them."""
        return list({reader.token.id: reader.token for reader in self._readers()}.values())

    def revoked(self, id: str) -> None:
        for reader in self._readers():
            if reader.token.id == id:
                reader.finish("revoked")

    def renewed(self, token: Token, shown: list[Listed | None]) -> None:
        """A token may see other incidents than before: its readers hear of those it is `shown`."""
        readers = [reader for reader in self._readers() if reader.token.id == token.id]
        for reader in readers:
            reader.token = token
            reader.sees.clear()
        for listed in filter(None, shown):
            self._offer(frames.created(listed), [reader for reader in readers if not reader.inc])

    def ping(self) -> None:
        self._offer(frames.PING, self._readers())

    def drop_stalled(self) -> None:
        now = asyncio.get_running_loop().time()
        for reader in self._readers():
            if reader.stalled(now, self._options.stalled):
                self._drop(reader)

    def stop(self) -> None:
        """Every stream ends in good order, and every waiting pull is answered with what there is."""
        self.stopping = True
        for reader in self._readers():
            reader.finish("stopped")
        self._answer_all()

    def _answer_all(self) -> None:
        for pulls in self._waiting.values():
            _answer(pulls)
        self._waiting.clear()

    def _readers(self) -> list[Reader]:
        return [*self._wide, *(reader for readers in self._narrow.values() for reader in readers)]

    def _drop(self, reader: Reader) -> None:
        if not reader.end:
            self._measures.dropped += 1
            reader.finish("dropped")
            reader.abort()


def _answer(pulls: Iterable["asyncio.Future[None]"]) -> None:
    for pull in pulls:
        if not pull.done():
            pull.set_result(None)
