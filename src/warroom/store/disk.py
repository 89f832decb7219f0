"""What makes bytes stay: whole writes, syncs that mean it, and files that are replaced in one step.

Every function here raises plain OSError; the callers know which file a person would miss.
"""

import os
import sys

_CHUNK = 1 << 20

if sys.platform == "darwin":  # fsync there only reaches the drive's cache
    import fcntl

    def sync(fd: int) -> None:
        """Returns when the file's bytes are on the medium."""
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)

else:

    def sync(fd: int) -> None:
        """Returns when the file's bytes are on the medium."""
        os.fdatasync(fd)


def write_at(fd: int, data: bytes, offset: int) -> None:
    """All of `data` at `offset`, or OSError: a short write on a full disk is followed by one that names it."""
    done = os.pwrite(fd, data, offset)
    while done < len(data):
        done += os.pwrite(fd, memoryview(data)[done:], offset + done)


def read_from(fd: int, offset: int) -> bytes:
    """Everything from `offset` to the end of the file."""
    part = os.pread(fd, 65536, offset)
    if len(part) < 65536:
        return part
    parts = [part]
    at = offset + len(part)
    while part := os.pread(fd, 8 * _CHUNK, at):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def sync_folder(folder: str) -> None:
    """Returns when the names in the folder are on the medium."""
    fd = os.open(folder or ".", os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def replace(path: str, data: bytes, mode: int = 0o600) -> None:
    """The file at `path` holds `data`, durably, or what it held before."""
    temp = f"{path}.new"
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        try:
            write_at(fd, data, 0)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(temp, path)
    except OSError:
        forget(temp)
        raise
    sync_folder(os.path.dirname(path))


def swap(path: str, data: bytes) -> bool:
    """The file's content in one step, without waiting for the disk: for what may be lost. False: it could not."""
    temp = f"{path}.{os.getpid()}.new"
    try:
        fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            write_at(fd, data, 0)
        finally:
            os.close(fd)
        os.replace(temp, path)
    except OSError:
        try:
            forget(temp)
        except OSError:
            pass
        return False
    return True


def create(path: str, data: bytes, mode: int = 0o600) -> None:
    """A new durable file at `path`, whole from its first moment. FileExistsError when there is one already."""
    temp = f"{path}.{os.getpid()}.new"
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        try:
            write_at(fd, data, 0)
            os.fsync(fd)
        finally:
            os.close(fd)
        _name(temp, path)
    finally:
        forget(temp)
    sync_folder(os.path.dirname(path))


def _name(temp: str, path: str) -> None:
    try:
        os.link(temp, path)  # unlike rename, refuses to take the place of another file
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        os.replace(temp, path)


def keep_beside(path: str, data: bytes) -> str:
    """A new durable file `path`, or `path.2`, `path.3` …: never over an older one. Returns its path."""
    number = 1
    while True:
        name = path if number == 1 else f"{path}.{number}"
        try:
            create(name, data)
            return name
        except FileExistsError:
            number += 1


def forget(path: str) -> None:
    """Removes the file if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
