"""What a node knows of the stream by listening to it: outlines of all incidents, ledgers of those in use, documents.

`take` is called with every message in the order of the stream, and with nothing else; so each node that has come to the
same number knows the same.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ....sync.wire import Heads
from ..base import Meta, Row, StoreTrouble, Watcher
from ..turns import Turns, read
from .ledger import Ledger
from .words import BY, FOR, HEAD, PARTS, TURNS, Got, Mark

if TYPE_CHECKING:
    from .pushing import Waiting

_meta = msgspec.json.Decoder(Meta)
_mark = msgspec.json.Decoder(Mark)


class Outline(msgspec.Struct):
    """How far an incident goes, without its facts. `tips`: of each subject the last message; `reach`: of all."""

    heads: Heads = {}
    owners: dict[str, str] = {}
    turns: dict[str, Turns] = {}
    tips: dict[str, int] = {}
    last: int = 0  # the number of the last row
    reach: int = 0


class Document(msgspec.Struct, frozen=True):
    """A table or a meta as of message `version`; `numbers`: all messages that it is made of."""

    data: bytes = b""
    version: int = 0
    numbers: tuple[int, ...] = ()


class Room:
    """An incident in use: its ledger, and who waits for a push to be written."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.waiting: list[Waiting] = []
        self.writing = False
        self.settling = 0.0  # when its unfinished redactions are taken up, by the loop's clock

    @property
    def free(self) -> bool:
        return not (self.writing or self.waiting or self.ledger.unfinished or self.ledger.unnamed_blobs)


class Mirror:
    def __init__(self) -> None:
        self.applied = 0
        self.outlines: dict[str, Outline] = {}
        self.metas: dict[str, tuple[Meta, Document]] = {}
        self.tables: dict[str, Document] = {}
        self.marks: dict[int, tuple[str, str, Mark]] = {}  # number → incident, name, what
        self.rooms: OrderedDict[str, Room] = OrderedDict()
        self.loading: dict[str, list[Got]] = {}
        self.watchers: list[Watcher] = []
        self._parts: dict[str, Document] = {}
        self._fresh: dict[str, list[Row]] = {}
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def forget(self, why: str) -> None:
        """The stream is another one: nothing of what was known holds."""
        self.applied = 0
        known = (self.outlines, self.metas, self.tables, self.marks, self.rooms, self.loading, self._parts, self._fresh)
        for each in known:
            each.clear()
        for _, waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(StoreTrouble(why))
        self._waiting = []

    async def reached(self, number: int, within: float) -> bool:
        """Whether the message of this number has been taken by then."""
        if self.applied >= number:
            return True
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((number, waiting))
        done, _ = await asyncio.wait((waiting,), timeout=within)
        if done:
            waiting.result()
        return bool(done)

    def outline(self, inc: str) -> Outline:
        known = self.outlines.get(inc)
        if known is None:
            known = self.outlines[inc] = Outline({}, {}, {}, {})
        return known

    # ── taking ──────────────────────────────────────────────────────────────────────────────────

    def take_outline(self, got: Got) -> int:
        """The newest message of a subject, without its bytes; its number where the bytes are wanted too."""
        _, group, name = got.subject.split(".")
        if "_" not in group:
            self._note(group, name, got)
        elif group[:2] in ("m_", "t_", "x_"):
            return got.seq
        return 0

    def take(self, got: Got) -> None:
        """The next message of the stream. One that is behind `applied` has been taken."""
        if got.seq <= self.applied:
            return
        _, group, name = got.subject.split(".")
        if "_" not in group:
            self._note(group, name, got)
            self._take_fact(group, got)
        else:
            self.take_document(got)
        self.applied = got.seq
        if self._waiting:
            self._wake()

    def take_document(self, got: Got) -> None:
        """A message that is no fact."""
        _, group, name = got.subject.split(".")
        kind, inc = group[:2], group[2:]
        if kind == "m_":
            document = Document(got.data, got.seq, (got.seq,))
            self._decoded(lambda: self.metas.__setitem__(inc, (_meta.decode(got.data), document)))
        elif kind == "t_":
            self._take_table(name, got)
        elif kind == "x_":
            self._decoded(lambda: self._take_mark(got.seq, inc, name, _mark.decode(got.data)))

    def _take_mark(self, number: int, inc: str, name: str, mark: Mark) -> None:
        self.marks[number] = (inc, name, mark)
        room = self.rooms.get(inc)
        if room is not None:
            room.ledger.unnamed_blobs.difference_update(mark.blobs)

    @staticmethod
    def _decoded(keep: Callable[[], Any]) -> None:
        try:
            keep()
        except msgspec.MsgspecError:
            pass  # another version's: it is left alone

    def _take_table(self, name: str, got: Got) -> None:
        table, _, part = name.partition("_")
        if part:
            self._parts[name] = Document(got.data, got.seq, (got.seq,))
            return
        before = [self._parts.get(f"{table}_{n}", Document()) for n in range(1, int(got.headers.get(PARTS, 0)) + 1)]
        data = b"".join(part.data for part in before) + got.data
        self.tables[table] = Document(data, got.seq, (*(part.version for part in before), got.seq))

    def _note(self, inc: str, rep: str, got: Got) -> None:
        outline = self.outline(inc)
        outline.tips[rep] = outline.reach = got.seq
        words = got.headers.get(HEAD, "").split(" ")
        if len(words) < 2 or not words[0].isdigit():
            return
        outline.heads[rep] = (int(words[0]), words[1])
        outline.owners.setdefault(rep, got.headers.get(BY, ""))
        if turns := read(got.headers.get(TURNS, "")):
            outline.turns[rep] = turns  # a node of an older version says nothing of them, and takes none back
        row = got.seq if FOR not in got.headers else int(words[2]) if len(words) > 2 else 0
        outline.last = max(outline.last, row)

    def _take_fact(self, inc: str, got: Got) -> None:
        if inc in self.loading:
            self.loading[inc].append(got)
        room = self.rooms.get(inc)
        row = Row(got.seq, got.data) if room is None else room.ledger.take(got)
        if row is None or FOR in got.headers:
            return
        if not self._fresh:
            asyncio.get_running_loop().call_soon(self._tell)
        self._fresh.setdefault(inc, []).append(row)

    def _tell(self) -> None:
        fresh, self._fresh = self._fresh, {}
        for inc, rows in fresh.items():
            for watcher in self.watchers:
                watcher(inc, rows)

    def _wake(self) -> None:
        still = []
        for number, waiting in self._waiting:
            if waiting.done():
                continue
            if number <= self.applied:
                waiting.set_result(None)
            else:
                still.append((number, waiting))
        self._waiting = still
