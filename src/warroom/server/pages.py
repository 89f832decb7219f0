"""The stakeholder pages that are read now: each is made once for each change, and goes to all who read it.

What a page shows is a function of the facts; a fact that changes nothing on it is not sent.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TypeAlias

import msgspec

from ..core.page import AUDIENCE, Page, page
from ..core.values import Ms, handle
from ..render import page as html
from . import frames
from .journal import Journal
from .measures import Measures
from .options import Options
from .readers import Reader
from .situations import Mark, Situations
from .stores.base import Row, StoreTrouble
from .tokens import Token

_BUNCH = 0.2  # seconds in which what comes together is shown together
_LATER = 1.0  # seconds until the store is asked again that could not answer
_STALE = 5_000  # ms for which ages that were rendered are true enough
_MOST = 64  # pages that are kept
_encode = msgspec.json.Encoder().encode


class Changed(msgspec.Struct, frozen=True):
    """What a stream says of a page that is another now. `made` and `news` are sentences, `now` is UTC ms."""

    version: str
    now: Ms
    look: str
    title: str
    made: str
    news: str
    html: str


class Made(msgspec.Struct, frozen=True, eq=False):
    """A page as it was made at `now`: what it shows, under which version, and its living part. `of`: of which facts."""

    of: Mark
    page: Page
    version: str
    now: Ms
    html: str


Key: TypeAlias = tuple[str, str]
"""An incident, and whose page of it."""


class _Group:
    """Who reads one page; `version` is what all of them have, or are being sent."""

    __slots__ = ("readers", "version")

    def __init__(self) -> None:
        self.readers: set[Reader] = set()
        self.version = ""


class Pages:
    """The readers of all pages of this node."""

    def __init__(
        self, situations: Situations, options: Options, measures: Measures, journal: Journal, now: Callable[[], Ms],
        mistake: Callable[[BaseException], object],
    ) -> None:  # fmt: skip
        self._situations, self._options, self._measures = situations, options, measures
        self._journal, self._now, self._mistake = journal, now, mistake
        self._epoch = ""  # of the store, as it was looked at last
        self._made: OrderedDict[Key, Made] = OrderedDict()
        self._groups: dict[Key, _Group] = {}
        self._key: dict[Reader, Key] = {}
        self._open: Counter[str] = Counter()  # by link
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._stopping = False

    async def made(self, key: Key) -> Made:
        """The page as it is now. Raises `StoreTrouble`."""
        inc, audience = key
        (state, mark), now = await self._situations.marked(inc), self._now()
        known = self._made.get(key)
        if known is not None and known.of == mark and 0 <= now - known.now < _STALE:
            return known
        shown = page(state, handle(inc), audience)
        version = sha256(_encode(shown)).hexdigest()[:16]
        made = self._made[key] = Made(mark, shown, version, now, html.living(shown, now))
        self._made.move_to_end(key)
        if len(self._made) > _MOST:
            self._made.popitem(last=False)
        return made

    # ── what is new ─────────────────────────────────────────────────────────────────────────────

    def heard(self, inc: str, rows: list[Row]) -> None:
        """The store's watcher: these rows are durable."""
        if rows and any(key[0] == inc for key in self._groups):
            self._begin(inc)

    def look(self) -> None:
        """Whether the store has another epoch than the readers' pages were made from: then all are made anew."""
        before, self._epoch = self._epoch, self._situations.epoch
        if before and before != self._epoch:
            for inc in {key[0] for key in self._groups}:
                self._begin(inc)

    def _begin(self, inc: str) -> None:
        self._again.add(inc)
        if inc not in self._tasks:
            self._tasks[inc] = asyncio.create_task(self._renew(inc))

    async def _renew(self, inc: str) -> None:
        try:
            while inc in self._again and not self._stopping:
                await asyncio.sleep(_BUNCH)
                self._again.discard(inc)
                try:
                    await self._show_all(inc)
                except StoreTrouble as trouble:
                    self._journal.say("store", str(trouble))
                    self._again.add(inc)  # the readers are owed what is new
                    await asyncio.sleep(_LATER)
        finally:
            # In the same step as the last look at what is to be done again: what comes after it begins anew.
            del self._tasks[inc]

    async def _show_all(self, inc: str) -> None:
        for key in [key for key in self._groups if key[0] == inc]:
            try:
                await self._show(key)
            except StoreTrouble:
                raise
            except Exception as error:
                self._mistake(error)  # the others are owed their page all the same

    async def _show(self, key: Key) -> None:
        made = await self.made(key)
        group = self._groups.get(key)
        if group is not None and group.version != made.version:
            group.version = made.version
            self._offer(changed(made), tuple(group.readers), instead=True)

    def _offer(self, block: bytes, readers: Iterable[Reader], instead: bool = False) -> None:
        now, chunk = asyncio.get_running_loop().time(), frames.chunk(block)
        for reader in [reader for reader in readers if not reader.offer(block, chunk, now, instead)]:
            self._drop(reader)

    def _drop(self, reader: Reader) -> None:
        if not reader.end:
            self._measures.dropped += 1
            reader.finish("dropped")
            reader.abort()

    # ── who reads ───────────────────────────────────────────────────────────────────────────────

    def enter(self, token: Token) -> bool:
        """Counts a reader; False: there are enough of them, or of this link's, which gets half of all places."""
        most = self._options.viewers  # the terminals of the room come first
        if self._open.total() >= most or self._open[token.id] >= max(1, most // 2):
            return False
        self._open[token.id] += 1
        return True

    def leave(self, token: Token) -> None:
        self._open[token.id] -= 1
        if self._open[token.id] <= 0:
            del self._open[token.id]

    async def add(self, reader: Reader, key: Key) -> Made:
        """From now on it gets every change after the page that is returned. Raises `StoreTrouble`."""
        self._measures.streams += 1
        self._key[reader] = key
        group = self._groups.setdefault(key, _Group())
        group.readers.add(reader)
        self._situations.hold(key[0])
        if self._stopping:
            reader.finish("stopped")
        made = await self.made(key)
        group.version = group.version or made.version
        return made

    def remove(self, reader: Reader) -> None:
        key = self._key.pop(reader, None)
        if key is None:
            return
        self._measures.streams -= 1
        self._situations.release(key[0])
        group = self._groups[key]
        group.readers.discard(reader)
        if not group.readers:
            del self._groups[key]
            self._made.pop(key, None)

    def links(self) -> list[Token]:
        """The share links by which somebody reads now."""
        return list({reader.token.id: reader.token for reader in self._key}.values())

    def revoked(self, id: str) -> None:
        for reader in [reader for reader in self._key if reader.token.id == id]:
            reader.finish("revoked")

    def ping(self) -> None:
        """A sign of life that a script can hear, and the server's time."""
        self._offer(here(self._now()), tuple(self._key))

    def drop_stalled(self) -> None:
        now = asyncio.get_running_loop().time()
        for reader in [reader for reader in self._key if reader.stalled(now, self._options.stalled)]:
            self._drop(reader)

    def stop(self) -> None:
        self._stopping = True
        for reader in list(self._key):
            reader.finish("stopped")


def of(link: Token) -> Key:
    """The page that a link shows."""
    return link.incidents[0], link.audience or AUDIENCE


def first(made: Made, have: str, now: Ms) -> bytes:
    """What is said to whoever comes with this version."""
    return here(now) if made.version == have else changed(made)


def here(now: Ms) -> bytes:
    return b"event: here\ndata: %d\n\n" % now


def changed(made: Made) -> bytes:
    shown = made.page
    said = Changed(
        made.version, made.now, html.look(shown), html.title(shown), html.as_of(made.now), html.news(shown), made.html
    )
    return b"event: page\ndata: %b\n\n" % _encode(said)
