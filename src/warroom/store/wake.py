"""A pipe by which any thread, or a signal handler, ends somebody else's waiting; and the waiting itself."""

import os
import select
from collections.abc import Iterable

_LONGEST_S = 86_400.0  # seconds: what the system waits for in one go has an end


class Wake:
    """`fd` is readable once `ring` was called, until `drain`."""

    def __init__(self) -> None:
        self.fd, self._other = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._other, False)

    def ring(self) -> None:
        try:
            os.write(self._other, b"!")
        except OSError:
            pass  # full: it is readable already; closed: nobody waits

    def drain(self) -> None:
        try:
            while os.read(self.fd, 4096):
                pass
        except BlockingIOError:
            pass

    def close(self) -> None:
        for fd in (self.fd, self._other):
            if fd >= 0:
                os.close(fd)
        self.fd = self._other = -1


def readable(fds: Iterable[int], timeout_s: float | None = None) -> set[int]:
    """Those of these that can be read, once there is one or the time is over; None: however long it takes.

    Not by `select.select`, which takes no descriptor from 1024 on, and a folder may have that many files open.
    """
    waiting = select.poll()
    for fd in fds:
        waiting.register(fd, select.POLLIN)
    limit = None if timeout_s is None else max(0.0, min(timeout_s, _LONGEST_S)) * 1000
    return {fd for fd, _ in waiting.poll(limit)}
