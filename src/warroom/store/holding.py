"""Who holds the pager: a lock that lives and dies with a process, on a file that says who it is and that it is well.

A holder that hangs keeps its lock; whoever takes the pager from it puts another file under the name, and the old one
finds out before it does anything (`still`). A process that sleeps through all this is stopped by the log, which knows
whose turn it is.
"""

import os
import time

import msgspec

from . import lock
from .errors import not_written

HANGS = 20.0  # seconds without a beat
_TRIES = 5


class Holder(msgspec.Struct, frozen=True):
    """A process that holds a pager. `where` is for people, `silent` the seconds since its last beat."""

    pid: int = 0
    where: str = ""
    token: str = ""
    detached: bool = False
    silent: float = 0.0

    @property
    def hangs(self) -> bool:
        return self.silent > HANGS


_decoder = msgspec.json.Decoder(Holder)


class Holding:
    """The lock on one pager, held. `release` gives it back; so does the end of the process."""

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self._fd = fd

    def still(self) -> bool:
        """Whether it is still this process's: nobody has put another file in its place."""
        try:
            mine, there = os.fstat(self._fd), os.stat(self.path)
        except OSError:
            return False
        return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)

    def beat(self) -> None:
        """Says that the process is well."""
        try:
            os.utime(self._fd)
        except OSError:
            pass  # a full or vanished disk: then it looks as if it hung, which is near enough

    def release(self) -> None:
        if self._fd < 0:
            return
        if self.still():
            try:
                os.unlink(self.path)
            except OSError:
                pass
        os.close(self._fd)
        self._fd = -1


def take(path: str, holder: Holder, *, by_force: bool = False) -> Holding | None:
    """The pager at `path`, or None while another process holds it. `by_force` takes it from whoever does.

    Raises what a failed write raises.
    """
    try:
        if by_force:
            return _put(path, holder)
        for _ in range(_TRIES):
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if not lock.at_once(fd):
                os.close(fd)
                if look(path) is not None:
                    return None
                time.sleep(0.01)  # somebody has only looked
                continue
            holding = Holding(path, fd)
            if holding.still():
                os.ftruncate(fd, 0)
                os.pwrite(fd, msgspec.json.encode(holder), 0)
                return holding
            os.close(fd)
    except OSError as problem:
        raise not_written(problem, path) from problem
    return None


def _put(path: str, holder: Holder) -> Holding:
    temporary = f"{path}.{os.getpid()}.new"
    fd = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        lock.take(fd, temporary, False, 1.0)
        os.pwrite(fd, msgspec.json.encode(holder), 0)
        os.rename(temporary, path)
    except BaseException:
        os.close(fd)
        raise
    return Holding(path, fd)


def look(path: str) -> Holder | None:
    """Who holds the pager at `path`; None where no living process does. Changes nothing."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if lock.at_once(fd, shared=True):
            return None
        silent = max(0.0, time.time() - os.fstat(fd).st_mtime)
        found = _decoder.decode(os.pread(fd, 4096, 0) or b"{}")
        return msgspec.structs.replace(found, silent=silent)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Holder()
    finally:
        os.close(fd)
