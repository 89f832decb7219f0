"""Wakes whoever waits for a file.

By inotify on its folder, so that a rename is seen too; where there is none, by a stat every 200 ms.
"""

import os
import struct
import sys
import time
from typing import Any

from .network import is_remote
from .wake import Wake, readable

EVERY = 0.2  # seconds between two looks where nothing wakes us

_MODIFY, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x2, 0x40, 0x80, 0x100, 0x200
HEAD = struct.Struct("iIII")
OVERFLOW = 0x4000


class Watcher:
    """`wait` returns when the file may have changed, or when another thread calls `wake`."""

    def __init__(self, path: str, *, polling: bool = False) -> None:
        self._path = os.path.realpath(path)
        self._name = os.path.basename(self._path).encode()
        self._polling = polling
        self._listening = self._missed = False
        self._inotify = -1
        self._wake = Wake()
        self._last = self._state()

    def _listen(self) -> None:
        """The first time: asks the system for notices, and looks whether the file has changed before."""
        if self._listening:
            return
        self._listening = True
        folder = os.path.dirname(self._path)
        if not (self._polling or is_remote(folder)):
            self._inotify = inotify(folder)
        state = self._state()
        self._missed, self._last = state != self._last, state

    def fileno(self) -> int | None:
        """What can be waited on for a change of the file; None where only looking helps."""
        self._listen()
        return self._inotify if self._inotify >= 0 else None

    def wait(self, timeout_s: float) -> bool:
        """True: the file may have changed. False: `timeout_s` is over, or `wake` was called."""
        self._listen()
        if self._missed:
            self._missed = False
            return True
        until = time.monotonic() + timeout_s
        while True:
            left = max(0.0, until - time.monotonic())
            if self._inotify >= 0:
                ready = readable((self._wake.fd, self._inotify), left)
            else:
                ready = readable((self._wake.fd,), min(left, EVERY))
            changed = self._changed(ready)
            if self._wake.fd in ready:
                self._wake.drain()
            if changed or self._wake.fd in ready or time.monotonic() >= until:
                return changed

    def _changed(self, ready: set[int]) -> bool:
        if self._inotify >= 0:
            return self._inotify in ready and self._named()
        state = self._state()
        changed, self._last = state != self._last, state
        return changed

    def _named(self) -> bool:
        """Whether one of the waiting notices is about our file."""
        try:
            data = os.read(self._inotify, 65536)
        except BlockingIOError:
            return False
        at = 0
        found = False
        while at < len(data):
            _, mask, _, length = HEAD.unpack_from(data, at)
            at += HEAD.size
            found = found or bool(mask & OVERFLOW) or data[at : at + length].rstrip(b"\0") == self._name
            at += length
        return found

    def _state(self) -> tuple[int, int, int]:
        try:
            status = os.stat(self._path)
        except OSError:
            return (0, 0, 0)
        return (status.st_ino, status.st_size, status.st_mtime_ns)

    def wake(self) -> None:
        """Makes `wait` return, from any thread or signal handler."""
        self._wake.ring()

    def close(self) -> None:
        self._wake.close()
        if self._inotify >= 0:
            os.close(self._inotify)
        self._inotify = -1


def inotify(folder: str) -> int:
    """A descriptor that is readable when a name in the folder changes, or -1 where there is none to be had."""
    if sys.platform != "linux":
        return -1
    fd: int = _libc().inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if fd >= 0 and listen(fd, folder) < 0:
        os.close(fd)
        return -1
    return fd


def listen(fd: int, folder: str) -> int:
    """This descriptor tells of names in that folder too; the number by which it does, or -1: it cannot."""
    mask = _MODIFY | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
    number: int = _libc().inotify_add_watch(fd, os.fsencode(folder), mask)
    return number


def unlisten(fd: int, number: int) -> None:
    """No more of that folder; one that is gone has ended by itself."""
    _libc().inotify_rm_watch(fd, number)


def _libc() -> Any:
    import ctypes  # slow to import: the first frame does not wait for it

    return ctypes.CDLL(None, use_errno=True)
