"""What must not take longer than it may: one thread for all deadlines of the process."""

import time
from collections.abc import Callable
from math import inf
from threading import Condition, Thread


class Deadline:
    """A moment after which `late` is called once, from another thread. It can be put off and taken away."""

    __slots__ = ("at", "late")

    def __init__(self, at: float, late: Callable[[], None]) -> None:
        self.at, self.late = at, late

    def put_off(self, within_s: float) -> None:
        """From now on so many seconds again."""
        self.at = time.monotonic() + within_s


_armed: set[Deadline] = set()
_changed = Condition()
_looks_at = inf  # when the thread will look again by itself
_thread: Thread | None = None


def arm(within_s: float, late: Callable[[], None]) -> Deadline:
    """Calls `late` after so many seconds, unless it is disarmed."""
    global _thread
    deadline = Deadline(time.monotonic() + within_s, late)
    with _changed:
        _armed.add(deadline)
        if _thread is None or not _thread.is_alive():
            _thread = Thread(target=_watch, name="warroom-deadlines", daemon=True)
            _thread.start()
        elif deadline.at < _looks_at:
            _changed.notify()
    return deadline


def disarm(deadline: Deadline) -> None:
    """From now on it is not called any more, unless it is being called."""
    with _changed:
        _armed.discard(deadline)


def _watch() -> None:
    global _looks_at
    while True:
        with _changed:
            now = time.monotonic()
            due = [each for each in _armed if each.at <= now]
            _armed.difference_update(due)
            if not due:
                # It sleeps on until here also when everything is disarmed meanwhile: nobody has to wake it for that.
                _looks_at = min((each.at for each in _armed), default=inf)
                _changed.wait(None if _looks_at == inf else max(0.0, _looks_at - now))
        for each in due:
            each.late()
