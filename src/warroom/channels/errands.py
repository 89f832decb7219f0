"""Small things to do on a thread that may have to be tried again later, and are given up after a while."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from heapq import heappop, heappush
from itertools import count
from threading import Lock
from typing import TypeAlias

TRIES = 8
_FIRST_S, _LONGEST_S = 1.0, 60.0
_MOST = 2_000  # that wait

Errand: TypeAlias = Callable[[int], float | None]
"""Called with the number of its try, from 1. None: it is done; else the seconds to wait, 0: as long as is usual."""


class Errands:
    """A few threads. `turn` begins again what has waited long enough."""

    def __init__(self, name: str, threads: int = 4) -> None:
        self._pool = ThreadPoolExecutor(threads, name)
        self._waiting: list[tuple[float, int, int, Errand]] = []
        self._number = count()
        self._guard = Lock()
        self._closed = False

    def do(self, errand: Errand, tried: int = 0) -> None:
        """Begins it."""
        if self._closed:
            return

        def work() -> None:
            try:
                wait = errand(tried + 1)
            except Exception:  # one mistake must not end the others
                wait = 0.0
            if wait is None or tried + 1 >= TRIES:
                return
            pause = max(wait, min(_LONGEST_S, _FIRST_S * 2**tried))
            with self._guard:
                if len(self._waiting) < _MOST:
                    heappush(self._waiting, (time.monotonic() + pause, next(self._number), tried + 1, errand))

        try:
            self._pool.submit(work)
        except RuntimeError:
            pass  # it was closed just now

    def turn(self) -> None:
        """To be called now and then."""
        while True:
            with self._guard:
                if not self._waiting or self._waiting[0][0] > time.monotonic():
                    return
                _, _, tried, errand = heappop(self._waiting)
            self.do(errand, tried)

    def close(self) -> None:
        """Begins nothing more."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
