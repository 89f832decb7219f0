"""Small JSON files in the state folder, which may be lost: written in one step and 0600, read as none when broken."""

import os
from typing import Any

import msgspec

from warroom.store import disk

_MOST = 256 * 1024


def read(file: str, form: Any) -> Any:
    """What the file holds, as a `form`; None where there is none, or it is broken."""
    try:
        # Asked first, since opening a pipe waits for somebody to write into it.
        if not os.path.isfile(file):
            return None
        with open(file, "rb") as source:
            data = source.read(_MOST + 1)
        return msgspec.json.decode(data, type=form) if len(data) <= _MOST else None
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return None


def write(file: str, value: object) -> None:
    """Raises OSError when it cannot be kept; then the file holds what it held before."""
    folder = os.path.dirname(file)
    os.makedirs(folder, 0o700, exist_ok=True)
    temporary = f"{file}.{os.getpid()}.new"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        try:
            disk.write_at(fd, msgspec.json.encode(value), 0)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(temporary, file)
    except OSError:
        disk.forget(temporary)
        raise
