"""Wakes whoever waits for any file of a folder, and says which: by inotify, else by looking at all of them."""

import os
import select
import time

from .network import is_remote
from .wake import Wake
from .watch import EVERY, HEAD, OVERFLOW, inotify


class FolderWatcher:
    """`wait` returns the names that may have changed; None: any of them may have."""

    def __init__(self, folder: str) -> None:
        self._wake = Wake()
        self._inotify = -1 if is_remote(folder) else inotify(folder)

    def wait(self, timeout_s: float) -> set[str] | None:
        """Waits so long at the most; `wake` ends it sooner. Where only looking helps, everything may have changed."""
        until = time.monotonic() + max(0.0, timeout_s)
        if self._inotify < 0:
            select.select([self._wake.fd], [], [], min(EVERY, max(0.0, timeout_s)))
            self._wake.drain()
            return None
        ready, _, _ = select.select([self._wake.fd, self._inotify], [], [], max(0.0, until - time.monotonic()))
        if self._wake.fd in ready:
            self._wake.drain()
        return self._names() if self._inotify in ready else set()

    def _names(self) -> set[str] | None:
        found: set[str] = set()
        while True:
            try:
                data = os.read(self._inotify, 65536)
            except BlockingIOError:
                return found
            at = 0
            while at < len(data):
                _, mask, _, length = HEAD.unpack_from(data, at)
                at += HEAD.size
                if mask & OVERFLOW:
                    return None
                found.add(os.fsdecode(data[at : at + length].rstrip(b"\0")))
                at += length

    def wake(self) -> None:
        """Makes `wait` return, from any thread or signal handler."""
        self._wake.ring()

    def close(self) -> None:
        self._wake.close()
        if self._inotify >= 0:
            os.close(self._inotify)
        self._inotify = -1
