"""One incident in the memory of a node: its facts in the order of the stream, and what more facts would make of it."""

from bisect import bisect_left, bisect_right
from collections import ChainMap
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from ....core import codec
from ....core.events import Event
from ....sync.wire import Fact
from ..base import Row
from ..index import Index
from .words import FOR, Got

_fact = msgspec.json.Decoder(Fact)


class Ledger(Index):
    """The index of one incident whose rows are numbered by the stream.

    Whether a message becomes a row depends on nothing but the messages before it: a fact that does not go on from its
    replica's last one is none, on every node. So every node has the same rows under the same numbers.
    `unfinished`: rows whose text is gone here and still stands in the stream; `unnamed_blobs`: evidence of that kind.
    """

    def __init__(self, inc: str) -> None:
        super().__init__(inc)
        self.through = 0  # the last message that was taken
        self.numbers: list[int] = []
        self.ends: dict[str, int] = {}  # of each replica the number of its last row
        self.unfinished: set[int] = set()
        self.unnamed_blobs: set[str] = set()

    @property
    def last(self) -> int:
        return self.numbers[-1] if self.numbers else 0

    def holds(self, rep: str, seq: int, hash: str) -> bool:
        return self._hashes.get((rep, seq)) == hash

    def read_after(self, number: int, limit: int) -> list[Row]:
        at = bisect_right(self.numbers, number)
        return [Row(n, row) for n, row in zip(self.numbers[at : at + limit], self.rows[at : at + limit], strict=True)]

    def take(self, got: Got) -> Row | None:
        """A message of this incident; the row that it is, also where it was read before, or None."""
        known, self.through = got.seq <= self.through, max(got.seq, self.through)
        place = got.headers.get(FOR)
        if place is None:
            return self._row(got.seq) if known else self.apply(got.seq, got.data)
        if place.isdigit() and not known:
            self.replace(int(place), got.data)
        return None

    def apply(self, number: int, data: bytes) -> Row | None:
        """The next message that is a fact; None where it does not become a row."""
        try:
            fact = _fact.decode(data)
            event = codec.decode(bytes(fact.e), fact.h)
        except (codec.Bad, msgspec.MsgspecError, RecursionError):
            return None
        seq, prev = self.heads.get(event.rep, (0, ""))
        if event.seq != seq + 1 or event.prev != prev:
            return None
        row, erased = self.add(event, bytes(fact.e), fact.h)
        self.numbers.append(number)
        self.ends[event.rep] = number
        if event.id in self.redacted:
            # It was on its way to another node when this one kept its redaction.
            erased = [*erased, *self.erase(event.id)]
        self.unfinished.update(self.numbers[at - 1] for at in erased)
        self.unnamed_blobs.update(self.unnamed())
        return Row(number, self.rows[row.n - 1])

    def _at(self, number: int) -> int:
        at = bisect_left(self.numbers, number)
        return at if at < len(self.numbers) and self.numbers[at] == number else -1

    def _row(self, number: int) -> Row | None:
        at = self._at(number)
        return Row(number, self.rows[at]) if at >= 0 else None

    def replace(self, number: int, data: bytes) -> None:
        """The tombstone of a row is in the stream."""
        at = self._at(number)
        if at < 0:
            return
        self.unfinished.update(self.numbers[copy - 1] for copy in self.erase(event_of(data).id))
        self.rows[at] = data
        self.unfinished.discard(number)

    def forget(self, of: str) -> None:
        """Takes the text of a fact out of memory, for good; the stream is another matter."""
        self.unfinished.update(self.numbers[at - 1] for at in self.erase(of))
        self.unnamed_blobs.update(self.unnamed())

    def row_at(self, number: int) -> bytes:
        return self.rows[bisect_left(self.numbers, number)]


def event_of(row: bytes) -> Event:
    """The event in the bytes of a row, which were read before."""
    fact = _fact.decode(row)
    return codec.decode(bytes(fact.e), fact.h)


def loaded(inc: str, messages: Sequence[Got], through: int) -> Ledger:
    """The ledger of what the stream holds, up to the message of this number."""
    ledger = Ledger(inc)
    there = {got.seq: got.data for got in messages if FOR not in got.headers}
    places = [(got.headers[FOR], got.data) for got in messages if FOR in got.headers]
    tombstones = {int(place): data for place, data in places if place.isdigit()}
    for number in sorted(there.keys() | tombstones.keys()):
        ledger.apply(number, tombstones.get(number) or there[number])
    for number in tombstones:
        ledger.replace(number, tombstones[number])
    ledger.through = through
    return ledger


class Trial(Index):
    """What a ledger would be with more facts; the ledger itself stays as it is."""

    def __init__(self, base: Ledger) -> None:
        self.inc, self.lam, self.size = base.inc, base.lam, base.size
        self.heads, self.redacted = dict(base.heads), set(base.redacted)
        # Views that behave like what they stand for: a copy would cost as much as the whole incident, at every push.
        self.rows = cast("list[bytes]", _Rows(base.rows))
        self._hashes = cast("dict[tuple[str, int], str]", ChainMap({}, base._hashes))
        self._ids = cast("dict[str, list[int]]", _Ids({}, base._ids))
        self._blobs = {sha: set(ids) for sha, ids in base._blobs.items()}


class _Ids(ChainMap[str, list[int]]):
    def setdefault(self, key: str, default: Any = None) -> Any:
        own = self.maps[0]
        if key not in own:
            own[key] = list(self.get(key, default))
        return own[key]


class _Rows:
    """A list, and what it would be with some rows changed and some more."""

    def __init__(self, base: list[bytes]) -> None:
        self._base, self._length = base, len(base)
        self._changed: dict[int, bytes] = {}
        self._more: list[bytes] = []

    def __len__(self) -> int:
        return self._length + len(self._more)

    def append(self, row: bytes) -> None:
        self._more.append(row)

    def __getitem__(self, at: int) -> bytes:
        if at >= self._length:
            return self._more[at - self._length]
        return self._changed.get(at) or self._base[at]

    def __setitem__(self, at: int, row: bytes) -> None:
        if at >= self._length:
            self._more[at - self._length] = row
        else:
            self._changed[at] = row
