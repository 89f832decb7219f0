"""After a gap (a machine that slept, a process that was gone) others may page by now, and the log has yet to say so.

Until it had the time to, nothing is sent for the incidents that were there before the gap. What began later is not held
up, and neither is anything after a gap that was too short for others to take over.
"""

import os

from ..core.values import SECOND, Ms
from ..room import paged_there

BEAT = 4 * SECOND
HERE = 10 * SECOND  # so long what others did takes to come from a server that is there …
SERVER = 40 * SECOND  # … and to a server: whoever lost it tries again every half a minute
_FILE = "watch.alive"


class Settling:
    """`state_folder`: where the last sign of life is kept. `incidents`: the folder of what was there. UTC ms."""

    def __init__(self, state_folder: str, incidents: str, lasts: Ms) -> None:
        self._file, self._incidents, self._lasts = os.path.join(state_folder, _FILE), incidents, lasts
        self._turned = self._beat = self._until = 0
        self._before: frozenset[str] = frozenset()

    def turned(self, now: Ms) -> bool:
        """Called at every turn; whether a gap lies before it."""
        last = self._turned or self._last()
        gap = bool(last) and now - last >= paged_there.BEGINS
        if gap:
            self._until, self._before = now + self._lasts, self._there()
        self._turned = now
        if now - self._beat >= BEAT or now < self._beat:
            self._beat = now
            self._say(now)
        return gap

    def until(self, path: str, now: Ms) -> Ms:
        """Until when nothing is to be done for the incident in this file; 0: it may be."""
        held = now < self._until <= now + self._lasts and os.path.basename(path) in self._before
        return self._until if held else 0

    def _last(self) -> Ms:
        try:
            return os.stat(self._file).st_mtime_ns // 1_000_000
        except OSError:
            return 0

    def _say(self, now: Ms) -> None:
        try:
            os.close(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            os.utime(self._file, ns=(now * 1_000_000, now * 1_000_000))
        except OSError:
            pass  # then the next start waits for nothing, and finds out from the log

    def _there(self) -> frozenset[str]:
        try:
            return frozenset(os.listdir(self._incidents))
        except OSError:
            return frozenset()
