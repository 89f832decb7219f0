"""The pager's clock: this machine's time of day, and whether somebody set it.

A clock that counts while the machine sleeps runs beside it. Where the two part by more than two seconds, the time of
day was set; that is a fact, and countdowns go on with what was left of them.
"""

import time
from collections.abc import Callable

from ..core.values import SECOND, Ms

STEP = 2 * SECOND  # less is a clock that is being kept right


def steady() -> int:
    """Nanoseconds since some moment, counted through sleep, never set."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # not on macOS, whose monotonic clock counts sleep
    return time.clock_gettime_ns(boot) if boot is not None else time.monotonic_ns()


class Clock:
    """`now()` is UTC ms. `stepped()` says once by how much it was set since the last look, in ms."""

    def __init__(self, wall: Callable[[], int] = time.time_ns, even: Callable[[], int] = steady) -> None:
        self._wall, self._even = wall, even
        self._offset = wall() - even()

    def now(self) -> Ms:
        return self._wall() // 1_000_000

    def steady(self) -> Ms:
        """Milliseconds since some moment, which nobody sets: for pauses, never for times that people read."""
        return self._even() // 1_000_000

    def stepped(self) -> Ms:
        offset = self._wall() - self._even()
        by = (offset - self._offset) // 1_000_000
        if abs(by) <= STEP:
            # Slow corrections are followed, so that they do not add up to a step.
            self._offset = offset
            return 0
        self._offset = offset
        return by
