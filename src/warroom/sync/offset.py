"""By how much the server's clock is ahead of this one, from the times in its answers."""

from collections import deque
from threading import Lock

from ..core.values import Ms

_KEPT = 15  # answers
_EQUAL = 2  # ms by which two answers are equally quick
_SLOWEST = 5_000  # ms: an answer that took longer says nothing


class Offset:
    """`ms` is the median over the quick ones of the last answers; None while none came. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: deque[tuple[Ms, Ms]] = deque(maxlen=_KEPT)  # how long the answer took, and what it says
        self.ms: Ms | None = None

    def saw(self, theirs: Ms, asked: Ms, answered: Ms) -> None:
        """The server's time in an answer, and when it was asked for and came by this clock."""
        if theirs <= 0 or not 0 <= answered - asked <= _SLOWEST:
            return
        with self._lock:
            self._seen.append((answered - asked, theirs - (asked + answered) // 2))
            quick = 2 * min(took for took, _ in self._seen) + _EQUAL
            said = sorted(offset for took, offset in self._seen if took <= quick)
            self.ms = said[len(said) // 2]

    def forget(self) -> None:
        """One of the clocks was set."""
        with self._lock:
            self._seen.clear()

    def here(self, theirs: Ms) -> Ms:
        """A time of the server by this machine's clock."""
        return theirs - (self.ms or 0)
