"""TinyDB on the append file: a storage and a table that can stand in for TinyDB's own.

An insert into the last table is one in-place append; every other operation reads the whole, and replaces the file by
rename under one lock, so that two processes never undo each other. JSON that cannot be read back (NaN, lone
surrogates) is refused before anything is written.
"""

import json
import os
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec
from tinydb import TinyDB
from tinydb.storages import Storage, touch
from tinydb.table import Document, Table

from . import layout
from .file import AppendFile
from .layout import Place

Tables: TypeAlias = dict[str, dict[str, Any]]
Result = TypeVar("Result")
_OPENING = re.compile(rb'^("(?:[^"\\]|\\.)*"): \{$', re.MULTILINE)


class AppendStorage(Storage):
    """Takes what TinyDB's JSONStorage takes. `last`: the table to keep last; by default the one inserted into.

    With an `encoding`, or with arguments for `json.dumps` that shape the text, the file is plain JSON and every
    write a whole one.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        create_dirs: bool = False,
        encoding: str | None = None,
        access_mode: str = "r+",
        last: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__()
        if access_mode not in ("r", "rb", "r+", "rb+"):
            warnings.warn(
                "Using an `access_mode` other than 'r', 'rb', 'r+' or 'rb+' can cause data loss or corruption",
                stacklevel=2,
            )
        self._mode = access_mode
        self._writable = any(letter in access_mode for letter in "+wa")
        self._encoding = encoding
        self._kwargs = kwargs
        self._plain = bool(encoding) or any(name != "ensure_ascii" for name in kwargs)
        self._last = last
        if self._writable:
            touch(os.fspath(path), create_dirs=create_dirs)
        if not os.path.exists(path):
            raise FileNotFoundError(2, "No such file or directory", os.fspath(path))
        self.file = AppendFile(os.fspath(path), last, read_only=not self._writable)
        self._handle = self.file  # where TinyDB's own storage has it, and others look for it

    def close(self) -> None:
        self.file.close()

    def read(self) -> Tables | None:
        with self.file.sharing():
            data = self.file.read()
        try:
            return self._decode(data)
        except json.JSONDecodeError:
            if not self._mended(data):
                raise
        return self.read()

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        if not self._writable:
            raise OSError(f'Cannot write to the database. Access mode is "{self._mode}"')
        text = self._encode_plain(data) if self._plain else self._encode(data)
        with self.file.holding():
            self.file.replace_bytes(text)

    def _decode(self, data: bytes) -> Tables | None:
        if not data:
            return None
        text = data.decode(self._encoding or "utf-8", "replace")
        try:
            found: Tables = msgspec.json.decode(text)
            return found
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as problem:
            raise json.JSONDecodeError(f"{os.path.basename(self.file.path)}: {problem}", "", 0) from problem

    def _mended(self, data: bytes) -> bool:
        """Whether a file that was cut or damaged could be put right; what cannot be read lies beside it then."""
        opening = _OPENING.search(data)
        if opening is None or self._plain or not self._writable:
            return False
        kept, self.file.last = self.file.last, msgspec.json.decode(opening[1], type=str)
        try:
            with self.file.holding():
                return bool(self.file.mend()) or layout.tables(self.file.read()) is not None
        finally:
            self.file.last = kept

    def _encode_plain(self, data: Mapping[str, Mapping[str, Any]]) -> bytes:
        return json.dumps(data, **self._kwargs).encode(self._encoding or "utf-8")

    def _encode(self, data: Mapping[str, Mapping[str, Any]]) -> bytes:
        names = sorted(data, key=lambda name: name == self._last)  # stable: the last one goes to the end
        lines = [layout.encode(name) + b": " + pack(data[name]) for name in names[:-1]]
        if not names:
            return b"{}"
        table = data[names[-1]]
        if not _grows(table):
            lines.append(layout.encode(names[-1]) + b": " + pack(table))
            return b"{\n" + b",\n".join(lines) + b"\n}"
        head = b"{\n" + b"".join(line + b",\n" for line in lines) + layout.opening(names[-1])
        return layout.whole(head, [layout.Row(int(number), pack(row)) for number, row in table.items()])

    # ── for AppendTable ─────────────────────────────────────────────────────────────────────────

    def goes_last(self, name: str) -> None:
        """The next whole write puts this table last, so that it grows in place from then on."""
        if not self.file.last:
            self._last = name

    def end_of(self, name: str) -> Place | None:
        """Where this table ends, when it is the last one and the file can grow there. Under the lock."""
        if self._plain or not self._writable:
            return None
        file = self.file
        kept, file.last = file.last, name
        try:
            found = file.tail()
        finally:
            file.last = kept
        return found[0] if found is not None else None


def pack(value: Any) -> bytes:
    """The value as `json.dumps` has it, compact. TypeError or ValueError for what JSON does not have."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _grows(table: Any) -> bool:
    """Whether this table can be written a row a line with its largest number last."""
    if not isinstance(table, Mapping) or not all(isinstance(row, Mapping) for row in table.values()):
        return False
    keys = [str(key) for key in table]
    if not all(key.isascii() and key.isdigit() and key[0] != "0" and len(key) <= layout.MAX_DIGITS for key in keys):
        return False
    return not keys or int(keys[-1]) == max(map(int, keys))


class AppendTable(Table):
    """A table whose inserts grow the file in place. On any other storage it is TinyDB's own."""

    def insert(self, document: Mapping[str, Any]) -> int:
        storage = self._storage
        if not isinstance(storage, AppendStorage) or not isinstance(document, Mapping):
            return super().insert(document)
        wanted = document.doc_id if isinstance(document, Document) else 0
        if isinstance(document, Document) and wanted < 1:
            return self._whole(lambda: super(AppendTable, self).insert(document))
        with storage.file.holding():
            ids = self._append(storage, [document], wanted)
            if ids:
                return ids[0]
            return self._whole(lambda: super(AppendTable, self).insert(document))

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        storage = self._storage
        if not isinstance(storage, AppendStorage):
            return super().insert_multiple(documents)
        listed = list(documents)
        if not all(isinstance(each, Mapping) for each in listed):
            raise ValueError("Document is not a Mapping")
        if not listed:
            return []
        with storage.file.holding():
            ids = None
            if not any(isinstance(each, self.document_class) for each in listed):
                ids = self._append(storage, listed, 0)
            return ids or self._whole(lambda: super(AppendTable, self).insert_multiple(listed))

    def _append(self, storage: AppendStorage, documents: list[Mapping[str, Any]], wanted: int) -> list[int] | None:
        """The ids of what was appended, or None when this table does not end the file.

        `wanted`: the id it must have; 0 for the next.
        """
        place = storage.end_of(self.name)
        if place is None or (wanted and wanted <= place.last):
            return None
        first = wanted or place.last + 1
        storage.file.append(place, [pack(dict(each)) for each in documents], first)
        self._next_id = None
        self.clear_cache()
        return list(range(first, first + len(documents)))

    def _whole(self, insert: Callable[[], Result]) -> Result:
        storage = self._storage
        assert isinstance(storage, AppendStorage)
        with storage.file.holding():
            self._next_id = None  # another process may have used it
            storage.goes_last(self.name)
            return insert()

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        if not isinstance(self._storage, AppendStorage):
            super()._update_table(updater)
            return
        with self._storage.file.holding():
            super()._update_table(updater)


class WarDB(TinyDB):
    """TinyDB with our storage and table; what spans several reads and writes happens under one lock."""

    table_class = AppendTable
    default_storage_class = AppendStorage  # type: ignore[assignment]  # TinyDB infers its own storage as the type

    def drop_table(self, name: str) -> None:
        storage = self.storage
        if not isinstance(storage, AppendStorage):
            super().drop_table(name)
            return
        with storage.file.holding():
            super().drop_table(name)
