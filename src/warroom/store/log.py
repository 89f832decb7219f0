"""The facts of one incident on disk: opened, loaded, followed and written under the lock.

A fact is on disk and synced before anybody else sees it. TinyDB is not imported here: its files are only opened by it.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Self

from ..core.events import Event
from . import access, layout, lock, network, rows
from .errors import Missing, Unreadable
from .file import AppendFile, make
from .layout import Place, Row
from .rows import LogRow
from .standing import Standing, after, scan
from .verify import Trouble, check
from .writing import Writing

TABLE = "events"


class _Damaged(Exception):
    """The file has to be mended before it can be loaded."""


class Log:
    """The facts of one incident. For one thread at a time.

    `inc`: the incident. `rep`: the replica that writes. `repaired`: what was put right, in a sentence, or None.
    """

    def __init__(self, file: AppendFile, inc: str, replica: str) -> None:
        self.file = file
        self.path = file.path
        self.inc = inc
        self.rep = replica
        self.repaired: str | None = None
        self.place: Place | None = None
        self.standing: Standing | None = None
        self._loaded = False  # whether everything before `place` was handed out
        self._seen = (0, 0)
        self._foreign = False  # whether another program laid the file out: the next write brings it back

    @classmethod
    def create(cls, path: str | os.PathLike[str], inc: str, replica: str) -> Self:
        """A new, empty, durable log. Raises Exists, or what a failed write raises."""
        path = os.path.realpath(path)
        lock.available()
        access.ready(os.path.dirname(path))
        make(path, rows.meta(inc), TABLE)
        return cls.open(path, replica)

    @classmethod
    def open(cls, path: str | os.PathLike[str], replica: str, *, read_only: bool = False) -> Self:
        """The log at `path`; a cut or damaged file is put right first, unless `read_only`.

        Raises NotOpened, LockHeld.
        """
        file = AppendFile(os.fspath(path), TABLE, read_only=read_only, tidy=rows.tidy)
        try:
            network.claim(file.path, write=not read_only)
            inc, repaired = _opening(file)
        except BaseException:
            file.close()
            raise
        log = cls(file, inc, replica)
        log.repaired = repaired or None
        return log

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    def load(self) -> list[Event]:
        """All facts in file order; `follow` goes on from here. A fact that cannot be read is left out: see `verify`."""
        try:
            return self._load()
        except _Damaged:
            with self.file.holding():
                self._mend()
                return self._load()

    def _load(self) -> list[Event]:
        file = self.file
        with file.sharing():
            data = file.read()
            self._seen = (file.inode, len(data))
            self._foreign = False
            events = rows.events_in(data)
            unread: list[Row] = []
            if events is None:
                events, unread = rows.events_of(self._ascending(rows.split(data)) or self._salvage(data))
                if not all(layout.is_object(row.data) for row in unread):
                    events, unread = rows.events_of(self._salvage(data))
            if unread:
                which = ", ".join(str(row.number) for row in unread[:5])
                self._say(f"{len(unread)} facts of {os.path.basename(self.path)} cannot be read (row {which}).")
            tail = file.tail()
            self._loaded = tail is not None and not self._foreign
            if tail is not None:
                self.place, _ = tail
            self.standing = None  # others may have written since it was known: the last row says where to go on from
        return events

    @staticmethod
    def _ascending(table: list[Row] | None) -> list[Row] | None:
        """None where a row has a number that others who open the file would take for another row's."""
        return table if table and all(b.number > a.number for a, b in pairwise(table)) else None

    def _salvage(self, data: bytes) -> list[Row]:
        """The rows of a file in another layout, or of a damaged one that must not be mended here."""
        from .salvage import salvage

        found = salvage(data, TABLE, rows.tidy)
        if not found.edited and not self.file.read_only:
            raise _Damaged
        self._foreign = found.edited
        if found.bad:
            self._say(f"{os.path.basename(self.path)} is damaged: {len(found.bad)} pieces of it cannot be read.")
        return found.rows

    def _mend(self) -> None:
        self._lost()
        self._foreign = False
        self._say(self.file.mend(rows.meta(self.inc)))

    def _say(self, sentence: str) -> None:
        if sentence and sentence not in (self.repaired or ""):
            self.repaired = f"{self.repaired} {sentence}" if self.repaired else sentence

    def tail(self, n: int) -> list[Event]:
        """The last `n` facts, without reading the rest of a long file."""
        with self.file.sharing():
            found = self.file.tail(n)
        if found is not None:
            events, unread = rows.events_of(found[1])
            if not unread:
                return events
        return self.load()[-n:] if n else []

    def follow(self, wait: float = lock.WAIT) -> list[Event] | None:
        """What others added since `load` or the last `follow` or writing; None: load again.

        Costs one stat when nothing happened.
        """
        try:
            status = os.stat(self.path)
        except OSError as problem:
            raise Missing(f"{os.path.basename(self.path)} was moved or removed. See `warroom list`.") from problem
        if (status.st_ino, status.st_size) == self._seen:
            return []
        with self.file.sharing(wait):
            return self._news()

    def _news(self) -> list[Event] | None:
        """What was added since the place, which moves on; None, and the log has to be loaded again."""
        found = self.file.since(self.place) if self._loaded and self.place is not None else None
        if found is None:
            self._lost()
            return None
        place, added = found
        if not added:
            return []
        events, unread = rows.events_of(added)
        if unread:
            self._lost()
            return None
        self.reached(place, self._standing_after(added, self.standing) if self.standing else None)
        return events

    def reached(self, place: Place, standing: Standing | None) -> None:
        """The file ends at `place` now; what stands before it and was not handed out before, is so by the caller."""
        self.place = place
        self.standing = standing
        if self._loaded:
            self._seen = (place.inode, place.end + len(layout.CLOSER))

    def _lost(self) -> None:
        self._loaded = False
        self._seen = (0, 0)

    def verify(self) -> list[Trouble]:
        """Every broken fact, first the first, and what was set aside; empty: the log is whole."""
        with self.file.sharing():
            data = self.file.read()
        return check(data, self.inc, self.path)

    def rows(self) -> Iterator[tuple[bytes, str]]:
        """Every fact as the bytes that were hashed, with its hash, in file order."""
        for row in self._unpacked():
            yield bytes(row.e), row.h

    def bytes_of(self, ids: Iterable[str]) -> dict[str, tuple[bytes, str]]:
        """The same for these facts, by id."""
        wanted = set(ids)
        found: dict[str, tuple[bytes, str]] = {}
        for row in self._unpacked():
            data = bytes(row.e)
            at = data.find(b'"id":"') + 6
            id = data[at : data.find(b'"', at)].decode("ascii", "replace")
            if id in wanted:
                found[id] = (data, row.h)
        return found

    def _unpacked(self) -> list[LogRow]:
        return [row for each in self.all_rows() if (row := rows.unpack(each.data)) is not None]

    def all_rows(self) -> list[Row]:
        """Every row of the file, however it is laid out."""
        with self.file.sharing():
            data = self.file.read()
        found = rows.split(data)
        if found is None:
            from .salvage import salvage

            found = salvage(data, TABLE, rows.tidy).rows
        return found

    # ── writing ─────────────────────────────────────────────────────────────────────────────────

    def writing(self, wait: float = lock.WAIT) -> Writing:
        """The exclusive lock for a block in which facts are sealed and written. Raises LockHeld, ReadOnlyNow."""
        return Writing(self, wait)

    def begin(self, wait: float) -> tuple[list[Event] | None, Standing]:
        """Takes the lock. What others added since the last look (None: load again), and what is to go on from."""
        self.file.acquire(False, wait)
        try:
            if self._loaded and self.standing and self.place and self.file.ends_at(self.place):
                return [], self.standing
            fresh = self._news()
            standing = self.standing
            if standing is None or not self._loaded:
                standing = self.standing = self._find_standing()
            return fresh if self._loaded else None, standing
        except BaseException:
            self.file.release()
            raise

    def _find_standing(self) -> Standing:
        found = self._last_row()
        if found is None or self._foreign:
            self._mend()
            found = self._last_row()
            if found is None:
                raise Unreadable(f"{os.path.basename(self.path)} could not be put right. See `warroom verify`.")
        place, last = found
        if not self._loaded:
            self.place = place
        return self._standing_after(last, None)

    def _last_row(self) -> tuple[Place, list[Row]] | None:
        found = self.file.tail()
        return found if found is not None and all(layout.is_object(row.data) for row in found[1]) else None

    def _standing_after(self, added: list[Row], before: Standing | None) -> Standing:
        if not added:
            return before or Standing()
        if self._renewed(added[-1]):
            before = None
        return after(added, self.rep, before) or scan(self.all_rows(), self.rep)

    def _renewed(self, last: Row) -> bool:
        """Whether this folder became another replica, by another process: then this one writes as that too."""
        row = rows.unpack(last.data)
        if row is None or row.own[0] == self.rep or self.file.read_only:
            return False
        from . import replica

        now = replica.known(os.path.dirname(os.path.dirname(self.path)))
        renewed = row.own[0] == now and now != self.rep
        if renewed:
            self.rep = now
        return renewed


def _opening(file: AppendFile) -> tuple[str, str]:
    """The incident in the file, and what had to be put right."""
    with file.sharing():
        tables = file.head()
        last = file.tail() if tables is not None else None
        if tables is not None and last is not None and all(layout.is_object(row.data) for row in last[1]):
            return _known(file.path, *rows.meta_of(tables)), ""
        data = file.read()
    from .salvage import salvage

    found = salvage(data, TABLE, rows.tidy)
    inc, format = rows.meta_of(found.tables)
    if not inc:
        events, _ = rows.events_of(found.rows)
        inc = events[0].inc if events else ""
    _known(file.path, inc, format)
    if found.edited:
        return inc, ""  # read as it is; the next write brings it back to the layout
    if file.read_only:
        return inc, f"{os.path.basename(file.path)} was cut or damaged; the next one who writes to it puts it right."
    with file.holding():
        return inc, file.mend(rows.meta(inc))


def _known(path: str, inc: str, format: int) -> str:
    name = os.path.basename(path)
    if format > rows.FORMAT:
        raise Unreadable(f"{name} was written by a newer warroom (format {format}). Update warroom to open it.")
    if not inc:
        raise Unreadable(f"{name} holds no incident: it was not written by warroom, or nothing of it is left.")
    return inc
