"""What a console reads of the server: the file beside the incident, which server was joined, whether its process lives.

All of it on the lookout's thread. Without a server it looks at one name, whether it is there, and at nothing more.
"""

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..core.values import SECOND, Ms
from . import sync_view as sv
from .sync_view import SyncView

if TYPE_CHECKING:
    from ..config.paths import Paths
    from ..room.live import LiveRoom
    from ..room.syncing import Joined, Status
    from ..store.holding import Holder, Holding

PROCESS = 2.0  # seconds between two looks at the process that exchanges facts
STARTS = 10 * SECOND  # so long it may take to begin, and so long at least between two tries …
_SELDOM = 60 * SECOND  # … and at the most

Mark = tuple[int, int, int] | None


def mark(path: str) -> Mark:
    """Another value whenever the file is another one; None: there is none."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def host_of(url: str) -> str:
    """The server's name, with its port where it has one of its own."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2] or url


class Exchange:
    """The server that this folder has joined, and the process that exchanges facts with it."""

    def __init__(self, paths: "Paths", now: Callable[[], Ms]) -> None:
        self._paths, self._now = paths, now
        self.joined: Joined | None = None
        self.mark: Mark = None
        self.rep = ""  # this folder's replica
        self._holder: Holder | None = None
        self._looked = -PROCESS
        self._started: Ms = 0  # when it was last started
        self._tries = 0
        self._gone: Ms = 0  # since when there is none

    def look(self, again: bool = False) -> bool:
        """Look at both, at the process now and then only; whether it was looked at."""
        from ..room import syncing  # nobody reads a file before the first frame
        from ..store import replica

        found = mark(os.path.join(self._paths.data, syncing.JOINED))
        if found != self.mark:
            self.joined = syncing.joined(self._paths.data) if found is not None else None
            self.mark, self._tries, self._started, again = found, 0, 0, True
        if self.joined is None or not (again or time.monotonic() - self._looked >= PROCESS):
            return False
        self._looked = time.monotonic()
        self.rep = replica.known(self._paths.data)
        self._see_to_it()
        return True

    def _see_to_it(self) -> None:
        """Start the process where there is none that lives, ever more seldom while that fails."""
        from ..room import syncing

        self._holder = syncing.running(self._paths.data)
        now = self._now()
        if self._holder is not None and not self._holder.hangs:
            self._started = self._gone = self._tries = 0
            return
        self._gone = self._gone or now
        if self._started and now - self._started < min(_SELDOM, STARTS * max(1, self._tries)):
            return
        if syncing.ensure(self._paths.data, self._paths.state):
            self._started, self._tries = now, self._tries + 1

    def standing(self, status: "Status | None") -> tuple[str, Ms, str]:
        """The state, since when, and why: what is written down is believed only while whoever writes it lives."""
        holder = self._holder
        if holder is not None and not holder.hangs:
            return (status.state, status.since, status.why) if status else (sv.STARTING, self._gone, "")
        if holder is None and self._started and self._tries < 2:
            return sv.STARTING, self._gone, ""
        return sv.SILENT, self._gone, self._silence()

    def _silence(self) -> str:
        """Why nothing is exchanged, and what is done about it."""
        from ..room import syncing

        if not syncing.allowed():
            return "WARROOM_SYNC=off forbids what sends. `warroom sync` sends once"
        if self._holder is not None:
            return "what sends is not heard of. Another one is started"
        return "what sends does not start. `warroom sync` says why"


class SyncEye:
    """One incident's. `who` is said to be here while the room is open."""

    def __init__(self, live: "LiveRoom", paths: "Paths", who: str, now: Callable[[], Ms]) -> None:
        self._live, self._paths, self._who = live, paths, who
        self._exchange = Exchange(paths, now)
        self._status: Status | None = None
        self._mark: Mark = None
        self._here: Holding | None = None
        self._beside: tuple[str, ...] = ()
        self._key: object = None
        self.view = SyncView()

    def look(self, again: bool = False) -> SyncView:
        """How it stands now; the same object while that is the same. `again`: something about it was just changed."""
        if not self._live.state.drill:  # which never leaves this machine
            try:
                self.view = self._look(again)
            except Exception:  # as for the lookout: whatever is wrong with a file may be right by the next look
                pass
        return self.view

    def close(self) -> None:
        """The room is left."""
        if self._here is not None:
            self._here.release()
            self._here = None

    def _look(self, again: bool) -> SyncView:
        looked = self._exchange.look(again)
        joined = self._exchange.joined
        if joined is None:
            self.close()
            self._key = None
            return SyncView() if self.view.joined else self.view
        if looked:
            self._meet()
        self._read()
        return self._viewed(joined)

    def _meet(self) -> None:
        """Say that this person has the room open, and see who else has it at a console of this folder."""
        from ..room import here

        inc = self._live.state.id
        if self._here is None and inc:
            self._here = here.enter(self._paths.state, inc, self._who)
        names = [each.who for each in here.now(self._paths.state) if each.inc == inc]
        if self._here is not None and self._who in names:
            names.remove(self._who)
        self._beside = tuple(names)

    def _read(self) -> None:
        from ..room import syncing
        from ..store import beside

        found = mark(beside.sync(self._live.path))
        if found != self._mark:
            self._mark = found
            self._status = syncing.status(self._live.path) if found is not None else None

    def _viewed(self, joined: "Joined") -> SyncView:
        from ..room import syncing

        state, since, why = self._exchange.standing(self._status)
        key = (state, since, why, self._mark, self._exchange.mark, self._exchange.rep, self._beside)
        if key == self._key:
            return self.view
        self._key, known = key, self._status or syncing.Status()
        return SyncView(
            state=state,
            server=host_of(joined.url),
            since=since,
            why=why,
            grant=known.grant or joined.grant,
            unsent=known.unsent,
            refused=known.refused,
            relayed=known.relayed,
            here=known.here,
            beside=self._beside,
            offset=known.offset,
            rep=self._exchange.rep,
            reached=known.heads.get(self._exchange.rep, (0, ""))[0] if self._status else None,
            pages=joined.pages,
        )
