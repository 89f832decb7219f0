"""Wakes whoever waits for any file of a folder, and says which: by inotify, else by looking at all of them."""

import os

from .network import is_remote
from .wake import Wake, readable
from .watch import EVERY, HEAD, OVERFLOW, inotify, listen, unlisten


class FolderWatcher:
    """`wait` returns the names that may have changed; None: any of them may have."""

    def __init__(self, folder: str) -> None:
        self._wake = Wake()
        self._before: dict[int, str] = {}  # what stands before the names of a folder, by the number it is told under
        self._inotify = -1 if is_remote(folder) else inotify(folder)
        if self._inotify >= 0:
            self._before[listen(self._inotify, folder)] = ""

    def also(self, folder: str, before: str) -> None:
        """Names of this folder too, with `before` in front; in the place of the one that was called so before."""
        if self._inotify < 0:
            return  # everything is looked at in any case
        made = -1 if is_remote(folder) else listen(self._inotify, folder)
        for known in [known for known, word in self._before.items() if word == before and known != made]:
            del self._before[known]
            unlisten(self._inotify, known)
        if made >= 0:
            self._before[made] = before
        else:
            os.close(self._inotify)
            self._inotify = -1

    def wait(self, timeout_s: float) -> set[str] | None:
        """Waits so long at the most; `wake` ends it sooner. Where only looking helps, everything may have changed."""
        if self._inotify < 0:  # or for one of its folders there is no notice to be had
            readable((self._wake.fd,), min(EVERY, timeout_s))
            self._wake.drain()
            return None
        ready = readable((self._wake.fd, self._inotify), timeout_s)
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
                number, mask, _, length = HEAD.unpack_from(data, at)
                at += HEAD.size
                if mask & OVERFLOW:
                    return None
                if length and number in self._before:  # a folder that is not listened to any more tells of its end
                    found.add(self._before[number] + os.fsdecode(data[at : at + length].rstrip(b"\0")))
                at += length

    def wake(self) -> None:
        """Makes `wait` return, from any thread or signal handler."""
        self._wake.ring()

    def close(self) -> None:
        self._wake.close()
        if self._inotify >= 0:
            os.close(self._inotify)
        self._before.clear()
        self._inotify = -1
