"""One file of rows, at the level of bytes: it knows the layout, and nothing of what a row says.

Every write happens under the exclusive lock and is durable before it returns; every read under the shared one.
For one thread at a time.
"""

import os
from collections.abc import Callable, Iterable
from types import TracebackType

from . import disk, layout, lock
from .errors import Missing, ReadOnlyNow, StoreError, Unreadable, not_opened, not_written, reason
from .layout import CLOSER, MARKED, Place, Row

_WINDOW = 4096


class Hold:
    """A lock on the file while the block runs. Inside an exclusive one any other costs nothing."""

    __slots__ = ("_file", "_shared", "_wait")

    def __init__(self, file: "AppendFile", shared: bool, wait: float) -> None:
        self._file, self._shared, self._wait = file, shared, wait

    def __enter__(self) -> None:
        self._file.acquire(self._shared, self._wait)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.release()


class AppendFile:
    """An open file whose last table, `last`, grows in place.

    `tidy` brings a row that another program laid out anew into the form it must have.
    """

    def __init__(
        self,
        path: str,
        last: str,
        *,
        read_only: bool = False,
        tidy: Callable[[bytes], bytes] = layout.tidy,
    ) -> None:
        lock.available()
        self.path = os.path.realpath(path)  # a rename must replace the file, not a link to it
        self.last = last
        self.read_only = read_only
        self.tidy = tidy
        self.doubtful = ""  # after a failed sync: why nothing more is written
        self.fd = -1
        self.inode = 0
        self._depth = 0
        self._shared = False
        self._headed = (0, "")  # of which file and table the head was looked at
        self._open()

    def _open(self) -> None:
        try:
            fd = os.open(self.path, (os.O_RDONLY if self.read_only else os.O_RDWR) | os.O_CLOEXEC)
        except OSError as problem:
            raise not_opened(problem, self.path) from problem
        self._use(fd)

    def _use(self, fd: int) -> None:
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = fd
        self.inode = os.fstat(fd).st_ino

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    @property
    def closed(self) -> bool:
        return self.fd < 0

    # ── the lock ────────────────────────────────────────────────────────────────────────────────

    def holding(self, wait: float = lock.WAIT) -> Hold:
        """The exclusive lock, for writing."""
        return Hold(self, False, wait)

    def sharing(self, wait: float = lock.WAIT) -> Hold:
        """The shared lock, for reading: what is read under it is durable."""
        return Hold(self, True, wait)

    @property
    def held(self) -> bool:
        """Whether this file is locked for writing, by us."""
        return self._depth > 0 and not self._shared

    def acquire(self, shared: bool, wait: float) -> None:
        if self._depth:
            if self._shared and not shared:
                raise RuntimeError("a shared lock does not become an exclusive one")
            self._depth += 1
            return
        if not shared and (self.read_only or self.doubtful):
            self._refuse()
        while True:
            if self.fd < 0:  # it was let go of, since it is not where it was
                raise self._moved()
            lock.take(self.fd, self.path, shared, wait)
            try:
                if os.stat(self.path).st_ino == self.inode:
                    break
                self._open()  # closing the old one lets its lock go
            except OSError as problem:
                lock.release(self.fd)
                raise self._moved() from problem
        self._depth, self._shared = 1, shared

    def _moved(self) -> Missing:
        name = os.path.basename(self.path)
        return Missing(f"{name} was moved or removed while it was open. See `warroom list`.")

    def release(self) -> None:
        self._depth -= 1
        if not self._depth and self.fd >= 0:
            lock.release(self.fd)

    def _refuse(self) -> None:
        raise ReadOnlyNow(self.doubtful or f"{os.path.basename(self.path)} was opened for reading only.")

    # ── reading, under a lock ───────────────────────────────────────────────────────────────────

    def size(self) -> int:
        return os.fstat(self.fd).st_size

    def read(self) -> bytes:
        """All bytes of the file."""
        return disk.read_from(self.fd, 0)

    def head(self) -> dict[str, bytes] | None:
        """The tables before the last one, each as its JSON; None when the file is not laid out like this."""
        size = _WINDOW
        while True:
            data = os.pread(self.fd, size, 0)
            start = layout.rows_start(data, self.last)
            if start >= 0 or len(data) < size:
                break
            size *= 4
        tables = layout.tables(data[: start + 1] + b"}}") if start >= 0 else None
        if tables is not None:
            tables.pop(self.last)
        return tables

    def tail(self, n: int = 1) -> tuple[Place, list[Row]] | None:
        """Where the file ends and its last `n` rows, without reading more than these; None: not our layout."""
        if self._headed != (self.inode, self.last):  # appending never changes a head
            if self.head() is None:
                return None
            self._headed = (self.inode, self.last)
        size = self.size()
        window = _WINDOW
        while True:
            start = max(0, size - window)
            data = os.pread(self.fd, size - start, start)
            if not data.endswith(CLOSER):
                return None
            parts = data[: -len(CLOSER)].split(b"\n")
            if len(parts) > n + 2 or not start:  # one more row than asked for, and what may be cut before it
                break
            window *= 4
        rows: list[Row] = []
        for line in reversed(parts if not start else parts[1:]):
            text = line if not rows else line[:-1] if line.endswith(b",") else b""
            row = layout.parse_line(text)
            if row is None and line == layout.opening(self.last):
                break
            if row is None or (rows and row.number >= rows[-1].number):
                return None
            rows.append(row)
            if len(rows) > n:
                break
        end = size - len(CLOSER)
        return Place(self.inode, end, rows[0].number if rows else 0, data[MARKED]), rows[:n][::-1]

    def ends_at(self, place: Place) -> bool:
        """Whether nothing was added after `place`."""
        if place.inode != self.inode:
            return False
        end = place.mark + CLOSER
        return os.pread(self.fd, len(end) + 1, place.end - len(place.mark)) == end

    def since(self, place: Place) -> tuple[Place, list[Row]] | None:
        """The rows added after `place`, and the new place; None when the file is not a continuation of it."""
        if place.inode != self.inode:
            return None
        if self.ends_at(place):
            return place, []
        mark = place.mark
        start = place.end - len(mark)
        data = disk.read_from(self.fd, start)
        if not (data.startswith(mark) and data.endswith(CLOSER)):
            return None
        rows = layout.parse_rows(data[len(mark) : -len(CLOSER)])
        if not rows or any(b.number != a for a, b in enumerate(rows, place.last + 1)):
            return None
        end = start + len(data) - len(CLOSER)
        return Place(self.inode, end, rows[-1].number, data[MARKED]), rows

    # ── writing, under the exclusive lock ───────────────────────────────────────────────────────

    def append(self, place: Place, rows: list[bytes], first: int = 0) -> Place:
        """The rows, durable, after `place`, which must be where the file ends. Returns the new place.

        They are numbered from `first`, or go on from the last.

        Raises a typed error, and the file is as it was: NotWritten, or ReadOnlyNow when a sync failed and
        no fresh file could be made either.
        """
        first = first or place.last + 1
        text = layout.lines(rows, first, place.last > 0) + CLOSER
        size = len(text)
        try:
            if os.pwrite(self.fd, text, place.end) != size:
                disk.write_at(self.fd, text, place.end)  # short: once more, to hear why
        except OSError as problem:
            self._undo(place)
            raise not_written(problem, self.path) from problem
        try:
            disk.sync(self.fd)
        except OSError as problem:
            return self._afresh(place, rows, first, problem)
        mark = (place.mark + text)[MARKED]
        return Place(self.inode, place.end + size - len(CLOSER), first + len(rows) - 1, mark)

    def _undo(self, place: Place) -> None:
        try:
            disk.write_at(self.fd, CLOSER, place.end)
            os.ftruncate(self.fd, place.end + len(CLOSER))
            disk.sync(self.fd)
        except OSError:
            pass  # what is left is a cut end: the next opening mends it

    def _afresh(self, place: Place, rows: list[bytes], first: int, problem: OSError) -> Place:
        """After a failed sync nothing about the file is believed: what it holds goes to a fresh one."""
        name = os.path.basename(self.path)
        try:
            from .salvage import salvage

            kept = salvage(disk.read_from(self.fd, 0)[: place.end] + CLOSER, self.last, self.tidy)
            if kept.bad:
                raise Unreadable(f"{name} cannot be read again.")
            new = [Row(number, data) for number, data in enumerate(rows, first)]
            return self.replace(kept.tables, [*kept.rows, *new])
        except OSError as again:
            if self.inode == place.inode:
                self._undo(place)
            cause = again.__cause__ if isinstance(again.__cause__, OSError) else again
            self.doubtful = (
                f"The disk failed to keep {name} ({reason(problem)}; then {reason(cause)}): this is not saved, "
                "and nothing more will be written. Copy what you typed to a safe place, then open the incident again."
            )
            raise ReadOnlyNow(self.doubtful) from problem

    def replace(self, tables: dict[str, bytes], rows: Iterable[Row]) -> Place:
        """The whole file anew, by rename. Who has the old one open finds out by its inode."""
        rows = list(rows)
        return self.replace_bytes(layout.whole(layout.head(tables, self.last), rows), rows[-1].number if rows else 0)

    def replace_bytes(self, data: bytes, last_number: int = 0) -> Place:
        """The same for a whole content that is ready."""
        temp = f"{self.path}.new"
        fd = -1
        try:
            old = os.fstat(self.fd)
            fd = os.open(temp, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            os.fchmod(fd, old.st_mode & 0o777)
            if old.st_uid != os.geteuid() or old.st_gid != os.getegid():
                _keep_owner(fd, old)
            lock.take(fd, temp, False, lock.WAIT)  # before it has the name, so that nobody comes between
            disk.write_at(fd, data, 0)
            os.fsync(fd)
            os.replace(temp, self.path)
        except OSError as problem:
            if fd >= 0:
                os.close(fd)
                disk.forget(temp)
            raise not_written(problem, self.path) from problem
        self._use(fd)
        try:
            disk.sync_folder(os.path.dirname(self.path))
        except OSError as problem:
            name = os.path.basename(self.path)
            self.doubtful = (
                f"The disk failed to keep the new {name} ({reason(problem)}): it may not be saved, and nothing more "
                "will be written. Copy what you typed to a safe place, then open the incident again."
            )
            raise ReadOnlyNow(self.doubtful) from problem
        return Place(self.inode, len(data) - len(CLOSER), last_number, data[MARKED])

    def mend(self, tables: dict[str, bytes] | None = None) -> str:
        """Brings the file back to its layout; what cannot be read goes beside it as `NAME.torn`. Under the lock.

        `tables` stand in when the head is damaged. Returns what was done, in a sentence; empty: nothing was wrong.
        """
        from .salvage import salvage

        data = self.read()
        found = salvage(data, self.last, self.tidy)
        others = found.tables or tables or {}
        name = os.path.basename(self.path)
        try:
            beside = disk.keep_beside(f"{self.path}.torn", b"\n".join(found.bad)) if found.bad else ""
            if found.good_end < 0:
                self.replace(others, found.rows)
            elif data[found.good_end :] == CLOSER:
                return ""
            else:
                disk.write_at(self.fd, CLOSER, found.good_end)
                os.ftruncate(self.fd, found.good_end + len(CLOSER))
                disk.sync(self.fd)
        except OSError as problem:
            raise not_written(problem, self.path) from problem
        if beside:
            pieces = "piece" if len(found.bad) == 1 else "pieces"
            return f"{name} was damaged: {len(found.bad)} {pieces} set aside in {os.path.basename(beside)}."
        return f"{name} was {'edited elsewhere: its layout is' if found.edited else 'cut short: its end is'} put right."


def _keep_owner(fd: int, old: os.stat_result) -> None:
    try:
        os.fchown(fd, old.st_uid, old.st_gid)  # root must not take a person's file away from them
    except OSError:
        pass


def make(path: str, tables: dict[str, bytes], last: str) -> None:
    """A new file without rows, durable, 0600. Raises Exists, or what a failed write raises."""
    from .errors import Exists

    try:
        disk.create(path, layout.whole(layout.head(tables, last), []))
    except FileExistsError as problem:
        raise Exists(f"{path} is there already. Choose another name.") from problem
    except OSError as problem:
        raise problem if isinstance(problem, StoreError) else not_written(problem, path) from problem
