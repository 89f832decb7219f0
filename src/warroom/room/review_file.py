"""The file in which somebody edits a review: it stays until all of it is on the log, whatever ends the editor.

Two who edit at once have a file each; who comes back finds the one that was left.
"""

import fcntl
import os
from os.path import basename, join

from ..store import access, disk
from ..store.errors import StoreError, not_written

LARGEST = 8 * 1024 * 1024  # bytes of a file that is read back
_MOST = 50  # files of one person and incident


class Working:
    """One such file, held by a lock beside it. `left`: it was there already, with what somebody had written in it."""

    def __init__(self, path: str, lock: int) -> None:
        self.path = path
        self._lock = lock
        self.left = os.path.exists(path) and os.path.getsize(path) > 0

    def write(self, text: str) -> None:
        """The file holds `text`. Raises `StoreError`."""
        try:
            disk.replace(self.path, text.encode())
        except OSError as problem:
            raise not_written(problem, self.path) from None

    def read(self) -> str:
        """What it holds. Raises `StoreError`."""
        return read(self.path)

    def set_aside(self) -> str:
        """Its new name, under which it stays for whoever wants it."""
        number = 1
        while os.path.lexists(name := f"{self.path}.old{'' if number == 1 else number}"):
            number += 1
        os.rename(self.path, name)
        return name

    def done(self) -> None:
        """All of it is on the log: it goes."""
        disk.forget(self.path)
        self.close()

    def close(self) -> None:
        """It stays where it is, for the next edit."""
        if self._lock >= 0:
            disk.forget(_lock_of(self.path))
            os.close(self._lock)
            self._lock = -1


def working(folder: str, incident: str, who: str) -> Working:
    """The file of this person for the incident of that path, made or found in `folder`. Raises `StoreError`."""
    access.ready(folder)
    stem = basename(incident).removesuffix(".json")
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in who)[:40] or "somebody"
    for number in range(1, _MOST):
        path = join(folder, f"{stem}-review-{name}{'' if number == 1 else f'-{number}'}.md")
        if (lock := _locked(_lock_of(path))) is not None:
            return Working(path, lock)
    raise StoreError(f"{_MOST} reviews are being edited in {folder}; close some of them.")


def read(path: str) -> str:
    """A file to read back, as text. Raises `StoreError` with what is wrong with it."""
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as problem:
        raise StoreError(f"{path} cannot be read: {problem.strerror}. Nothing was written.") from None
    return decoded(data, path)


def decoded(data: bytes, name: str) -> str:
    """Its text. Raises `StoreError` where it is none that a log could keep."""
    if len(data) > LARGEST:
        raise StoreError(
            f"{name} is larger than {LARGEST // 1024 // 1024} MiB, which no review is. Nothing was written."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise StoreError(f"{name}, line {line}: it is not UTF-8. Save it as UTF-8; nothing was written.") from None


def _lock_of(path: str) -> str:
    return f"{path}.lock"


def _locked(path: str) -> int | None:
    """The lock's descriptor; None where somebody else has it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever was done just now took the file of the lock with them.
        if os.path.exists(path) and os.stat(path).st_ino == os.fstat(fd).st_ino:
            return fd
    except OSError:
        pass
    os.close(fd)
    return None
