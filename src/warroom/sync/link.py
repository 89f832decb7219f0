"""Whether there is a server now: online, offline since when and why, or denied; and when the next try is due."""

import random
from threading import Lock

from ..core.values import Ms
from ..room.syncing import State
from .answers import Denied, Offline, Trouble
from .engine import Backoff

DENIED_S = 60.0  # seconds between two tries with a token that was refused


class Link:
    """For all incidents of a folder. Any thread may use it. Times are seconds of a steady clock; `since` is UTC ms."""

    def __init__(self, now: Ms) -> None:
        self.state: State = "offline"
        self.why = "not tried yet"
        self.since = now
        self.due = 0.0  # when the next try is due, where there is no server
        self._backoff = Backoff()
        self._lock = Lock()

    def up(self, now: Ms) -> bool:
        """An answer came; whether that is news."""
        with self._lock:
            self._backoff.reset()
            return self._become("online", "", now)

    def down(self, trouble: Trouble, now: Ms, steady: float) -> bool:
        """None came, or a refusal of the token; whether that is news."""
        with self._lock:
            if self.state != "online" and steady < self.due:
                return False  # another thread has found out before
            if isinstance(trouble, Denied):
                self.due = steady + DENIED_S
                return self._become("denied", str(trouble), now)
            wait = trouble.wait if isinstance(trouble, Offline) else 0.0
            self.due = steady + max(wait, self._backoff.next(random.random()))
            return self._become("offline", str(trouble), now)

    def at_once(self) -> None:
        """The world has changed: what failed before says nothing about the next try."""
        with self._lock:
            self._backoff.reset()
            self.due = 0.0

    def _become(self, state: State, why: str, now: Ms) -> bool:
        changed = (state, why) != (self.state, self.why)
        if state != self.state:
            self.since = now
        self.state, self.why = state, why
        return changed
