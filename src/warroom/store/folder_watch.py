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
        self._before: dict[int, str] = {}  # what stands before the names of another folder, by what tells of them
        self._inotify = -1 if is_remote(folder) else inotify(folder)

    def also(self, folder: str, before: str) -> None:
        """Names of this folder too, with `before` in front; in the place of the one that was called so before."""
        for known in [known for known, word in self._before.items() if word == before]:
            del self._before[known]
            os.close(known)
        if self._inotify < 0:
            return  # everything is looked at in any case
        made = -1 if is_remote(folder) else inotify(folder)
        if made >= 0:
            self._before[made] = before
        else:
            os.close(self._inotify)
            self._inotify = -1

    def wait(self, timeout_s: float) -> set[str] | None:
        """Waits so long at the most; `wake` ends it sooner. Where only looking helps, everything may have changed."""
        until = time.monotonic() + max(0.0, timeout_s)
        if self._inotify < 0:  # or for one of its folders there is no notice to be had
            select.select([self._wake.fd], [], [], min(EVERY, max(0.0, timeout_s)))
            self._wake.drain()
            return None
        told = [self._inotify, *self._before]
        ready, _, _ = select.select([self._wake.fd, *told], [], [], max(0.0, until - time.monotonic()))
        if self._wake.fd in ready:
            self._wake.drain()
        found: set[str] = set()
        for each in ready:
            if each != self._wake.fd:
                names = self._names(each)
                if names is None:
                    return None
                found |= {self._before.get(each, "") + name for name in names}
        return found

    @staticmethod
    def _names(told: int) -> set[str] | None:
        found: set[str] = set()
        while True:
            try:
                data = os.read(told, 65536)
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
        for each in (*self._before, *((self._inotify,) if self._inotify >= 0 else ())):
            os.close(each)
        self._before.clear()
        self._inotify = -1
