"""What can go wrong between the program and the disk. `str()` of each is a sentence a person can act on.

StoreError
├── NotWritten        nothing of it was written; what was there is still there
│   ├── DiskFull
│   ├── WriteFailed   the disk or the file system refused
│   ├── TooLarge
│   ├── LockHeld      another process holds the file: `pid`, `command`
│   └── ReadOnlyNow   a sync failed: nothing more is written until the file was opened again
├── NotOpened
│   ├── Missing       no such file, or it was moved away
│   ├── Exists
│   ├── Unreadable    not an incident, or not readable by this user
│   ├── AnotherHost   a network file system, and another machine writes there
│   └── WrongSystem   no file locks: Windows
├── BadFolder
│   ├── NoHome
│   ├── FolderReadOnly
│   └── FolderNotOurs
└── NotFound
    └── Ambiguous     several incidents answer to that: `candidates`
"""

import errno
import os


class StoreError(OSError):
    """The base of all; an OSError, since that is what callers of TinyDB expect from a disk."""


class NotWritten(StoreError):
    pass


class DiskFull(NotWritten):
    pass


class WriteFailed(NotWritten):
    pass


class TooLarge(NotWritten):
    pass


class LockHeld(NotWritten):
    pid: int = 0
    command: str = ""


class ReadOnlyNow(NotWritten):
    pass


class NotOpened(StoreError):
    pass


class Missing(NotOpened):
    pass


class Exists(NotOpened):
    pass


class Unreadable(NotOpened):
    pass


class AnotherHost(NotOpened):
    pass


class WrongSystem(NotOpened):
    pass


class BadFolder(StoreError):
    pass


class NoHome(BadFolder):
    pass


class FolderReadOnly(BadFolder):
    pass


class FolderNotOurs(BadFolder):
    pass


class NotFound(StoreError):
    pass


class Ambiguous(NotFound):
    candidates: tuple[str, ...] = ()


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def not_written(problem: OSError, path: str) -> StoreError:
    """The typed error for a write to `path` that failed."""
    if isinstance(problem, StoreError):
        return problem
    name = os.path.basename(path)
    if problem.errno in _FULL:
        which = {errno.EDQUOT: "Your disk quota is used up", errno.EFBIG: "The file may not grow any more"}
        head = which.get(problem.errno or 0, "The disk is full")
        return DiskFull(f"{head}: nothing was written to {name}. Make room, then press Enter again.")
    if problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return FolderReadOnly(
            f"{os.path.dirname(path) or '.'} is read-only for you: nothing was written to {name}. "
            "Make it writable, or set WARROOM_HOME to another folder."
        )
    return WriteFailed(
        f"The disk failed ({reason(problem)}): nothing was written to {name}. "
        "Copy what you typed to a safe place and look at the disk."
    )


def not_opened(problem: OSError, path: str) -> StoreError:
    """The typed error for a file that could not be opened."""
    if isinstance(problem, StoreError):
        return problem
    if problem.errno in (errno.ENOENT, errno.ENOTDIR):
        return Missing(f"There is no file {path}. It may have been moved or archived: see `warroom list`.")
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Unreadable(f"You may not open {path}. Look at who owns it: ls -l {path}")
    return Unreadable(f"{path} could not be opened: {reason(problem)}.")


def reason(problem: OSError) -> str:
    """What the system says, in its own words: "No space left on device"."""
    return problem.strerror or str(problem)
