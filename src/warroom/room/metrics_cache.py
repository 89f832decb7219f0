"""The metrics of all incidents in some folders: a file that did not change since the last look is not read again.

What is kept lies beside the incidents, where a redaction takes it away at once; it may be lost at any time.
"""

import os
from collections.abc import Callable, Iterable

import msgspec

from .. import __version__
from ..core.review.bearing import bearing
from ..core.review.metrics import Measured, Metrics, measured
from ..core.values import Ms
from ..store import beside, disk, folder
from ..store.errors import StoreError
from ..store.log import Log

VERSION = 2  # of what is kept: another one wherever a metric means something else than before

Mark = tuple[int, int, int]  # inode, size, time of the last change
Progress = Callable[[int, int], None]


class Trouble(msgspec.Struct, frozen=True):
    """A file that could not be read, and why: its incident is in no number."""

    path: str
    why: str


class Read(msgspec.Struct, frozen=True):
    """Every incident, measured; how many files were read for it; and those that could not be."""

    incidents: tuple[Measured, ...] = ()
    files_read: int = 0
    troubles: tuple[Trouble, ...] = ()

    def at(self, now: Ms) -> list[Metrics]:
        """The metrics at `now` (UTC ms), drills among them."""
        return [each.at(now) for each in self.incidents]


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    mark: Mark
    measured: Measured


class _File(msgspec.Struct, frozen=True):
    by: str
    files: dict[str, _Kept]


_decoder = msgspec.json.Decoder(_File)
_BY = f"{VERSION} {__version__}"


def read(folders: Iterable[str], progress: Progress | None = None) -> Read:
    """The metrics of every incident there. `progress` is told how many of how many files were looked at.

    Raises `StoreError` where a folder cannot be read.
    """
    found = [(path, [each.path for each in folder.entries(path)]) for path in folders]
    total = sum(len(paths) for _, paths in found)
    known: dict[str, Measured] = {}
    troubles: list[Trouble] = []
    seen = files_read = 0
    for place, paths in found:
        kept = _load(beside.metrics(place))
        now: dict[str, _Kept] = {}
        for path in paths:
            name = os.path.basename(path)
            try:
                mark = _mark(path)
                old = kept.get(name)
                if old is None or old.mark != mark:
                    old = _Kept(mark, _measured(path))
                    files_read += 1
                now[name] = old
                known.setdefault(old.measured.so_far.id, old.measured)
            except StoreError as failed:
                troubles.append(Trouble(path, str(failed)))
            seen += 1
            if progress is not None:
                progress(seen, total)
        if now != kept:
            _save(beside.metrics(place), now)
    return Read(tuple(known.values()), files_read, tuple(troubles))


def _mark(path: str) -> Mark:
    try:
        status = os.stat(path)
    except OSError as gone:
        raise StoreError(f"{path} cannot be read: {gone.strerror}.") from None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _measured(path: str) -> Measured:
    with Log.open(path, "", read_only=True) as log:
        found = bearing(log.load())
    if not any(fact.type == "incident.declared" for fact in found.facts):
        raise StoreError(f"{os.path.basename(path)} does not say when it was declared. See `warroom verify`.")
    return measured(found)


def _load(path: str) -> dict[str, _Kept]:
    """What is kept there; nothing where it cannot be read, or was made by another warroom."""
    try:
        with open(path, "rb") as file:
            found = _decoder.decode(file.read())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return found.files if found.by == _BY else {}


def _save(path: str, files: dict[str, _Kept]) -> None:
    """In one step. Where it cannot be written everything is read again the next time, and nobody is told."""
    temp = f"{path}.{os.getpid()}.new"
    try:
        fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            disk.write_at(fd, msgspec.json.encode(_File(_BY, files)), 0)
        finally:
            os.close(fd)
        os.replace(temp, path)
    except OSError:
        try:
            disk.forget(temp)
        except OSError:
            pass
