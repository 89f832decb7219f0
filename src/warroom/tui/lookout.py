"""What a console looks at while a room is open: who holds the pager, which channels were tried, whether files changed,
and, where its folder has joined a server, how the room stands to it.

It has a thread of its own, which may wait for a disk as long as it likes: nothing here delays a keystroke, and what
was seen is handed over to the screen.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from ..core.values import SECOND, Ms
from ..room import paged_there, pager
from ..store.holding import Holder
from . import pager_view as pv
from .moment import Offer
from .pager_view import PagerView
from .paging import late_pages
from .policy_offer import Stamp, compare, stamps
from .sync_view import ONLINE, STARTING, SyncView

if TYPE_CHECKING:
    from ..config.paths import Paths
    from ..core.incident import Incident
    from ..room.live import LiveRoom

LOOK = 2.0  # seconds between two looks at who pages …
FILES = 5.0  # … at the files …
EVERY = 0.5  # … and at how it stands to the server, where there is one
STARTS = 10 * SECOND  # so long a pager may take to begin


class Seen(msgspec.Struct, frozen=True, eq=False):
    """What one look found. `compared`: the files were; `broken` says why those that changed cannot be offered."""

    holder: Holder | None
    starting: bool
    tied: bool
    tried: Mapping[str, bool] | None
    compared: bool = False
    offer: Offer | None = None
    broken: str = ""
    sync: SyncView = SyncView()
    unheard: Ms = (
        0  # since when whoever pages elsewhere is not heard of by way of the server; 0: it is, or there is none
    )


class Lookout:
    """`saw` is called on the lookout's thread after every look. `setting`: whether a pager may be started by itself.

    `who` is said to be here where the folder has joined a server. `beside` looks at what else there may be.
    """

    def __init__(
        self,
        live: "LiveRoom",
        paths: "Paths",
        setting: bool,
        now: Callable[[], Ms],
        saw: Callable[[Seen], None],
        who: str = "",
        beside: Callable[[], None] = lambda: None,
    ) -> None:
        self._live, self._paths, self._setting, self._now, self._saw = live, paths, setting, now, saw
        self._who, self._beside = who, beside
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
        self._wanted = False
        self._makes_rooms: bool | None = None
        self._unheard_since: Ms = 0
        self._starting_until: Ms = 0
        self._ensure_until: Ms = 0
        self._stamp: Stamp = {}
        self._compared: tuple[str, bool] | None = None  # the policy in force when the files were last compared
        self._tried: Mapping[str, bool] | None = None

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """It ends by itself; nobody waits for it."""
        self._closing = True
        self._wake.set()

    def again(self, starting: bool = False) -> None:
        """Look now. `starting`: somebody has just started a pager."""
        if starting:
            self._starting_until = self._now() + STARTS
        self._wake.set()

    def _run(self) -> None:
        from .sync_lookout import SyncEye  # after the first frame

        eye = SyncEye(self._live, self._paths, self._who, self._now)
        self._files_at = time.monotonic() + FILES  # the first look is at who pages; files are read later
        pages_at, again, seen = 0.0, False, Seen(None, False, False, None)
        while not self._closing:
            view = eye.look(again)
            try:
                if again or time.monotonic() >= pages_at:
                    pages_at = time.monotonic() + LOOK
                    seen = msgspec.structs.replace(self._look_around(), sync=view, unheard=self._unheard(view))
                    self._tell(seen)
                elif view is not seen.sync:
                    seen = msgspec.structs.replace(seen, sync=view, unheard=self._unheard(view), compared=False)
                    self._tell(seen)
            except Exception:  # whatever is wrong with a file or a folder may be right by the next look
                pass
            again = self._wake.wait(min(LOOK, EVERY) if view.joined else LOOK)
            self._wake.clear()
        eye.close()

    def _look_around(self) -> Seen:
        self._beside()
        seen = self._look()
        if time.monotonic() < self._files_at:
            return seen
        self._files_at = time.monotonic() + FILES
        return self._look_at_files(seen)

    def _tell(self, seen: Seen) -> None:
        if not self._closing:
            self._saw(seen)

    # ── who pages ──

    def _look(self) -> Seen:
        state, now = self._live.state, self._now()
        holder = pager.holder(self._live.path)
        if self._live.loaded:
            self._see_to_it(state, now, holder is not None)
        running = pager.watching(self._paths.data) if holder is None else None
        if running is not None and not running.hangs and not self._starting_until:
            self._starting_until = now + STARTS  # a watch that runs takes an incident as soon as it sees it
        if holder is not None:
            self._starting_until = 0
        starting = holder is None and now < self._starting_until
        tied = holder is not None and pager.tied(holder.pid)
        return Seen(holder, starting, tied, self._tried)

    def _unheard(self, view: SyncView) -> Ms:
        """Since when whoever pages elsewhere is not heard of: the server is gone, or tells of others only."""
        said = self._live.state.pager
        if not view.joined or view.state == STARTING or said is None or not said.rep or said.rep == view.rep:
            self._unheard_since = 0
        elif view.state != ONLINE:
            self._unheard_since = view.since
        elif any(each.rep == said.rep for each in view.here):
            self._unheard_since = 0
        else:
            self._unheard_since = self._unheard_since or self._now()
        return self._unheard_since

    def _see_to_it(self, state: "Incident", now: Ms, held: bool) -> None:
        """Start a pager where one is wanted that was not before. Later on, one that is gone is only told of."""
        wanted = pager.wanted(state, self._rooms(state))
        if wanted and not self._wanted and not late_pages(state, now):
            self._ensure_until = now + STARTS  # for a while, since another one may just be ending
        self._wanted = wanted
        silent = paged_there.silent(self._paths.data, self._live.path, state, now)
        start = wanted and not held and (now < self._ensure_until or silent)
        if start and pager.ensure(self._paths.data, self._paths.state, state, self._setting, self._rooms(state)):
            self._starting_until, self._ensure_until = now + STARTS, 0

    def _rooms(self, state: "Incident") -> bool:
        """Whether incidents have a room in a chat, by the file as it was when that was first asked."""
        if self._makes_rooms is None and state.open and not state.drill:
            from ..config import channels

            self._makes_rooms = channels.load(self._paths.config)[0].makes_rooms
        return bool(self._makes_rooms)

    # ── the files ──

    def _look_at_files(self, seen: Seen) -> Seen:
        from ..config import tested

        self._tried = {name: each.ok for name, each in tested.load(self._paths).items()}
        state = self._live.state
        in_force = state.run.policy if state.run else None
        key = (in_force.version, in_force.reachable) if in_force else None
        stamp = stamps(self._paths.config)
        if key == self._compared and stamp == self._stamp:
            return msgspec.structs.replace(seen, tried=self._tried)
        changed = [name for name, mark in stamp.items() if self._stamp and self._stamp.get(name) != mark]
        self._stamp, self._compared = stamp, key
        offer, broken = compare(state, self._paths, changed)
        return msgspec.structs.replace(seen, tried=self._tried, compared=True, offer=offer, broken=broken)


def viewed(seen: Seen, state: "Incident", replica: str, now: Ms) -> PagerView:
    """Who holds the pager, from what was seen at `now`."""
    holder = seen.holder
    if holder is not None:
        where = holder.where or "a process"
        return PagerView(pv.HERE if seen.tied else pv.HELD, where, now - int(holder.silent * SECOND), holder.pid)
    said = state.pager
    lost = bool(seen.unheard) and now - seen.unheard > pv.HANGS
    if said is not None and said.rep and said.rep != replica and not (lost and seen.starting):
        return PagerView(pv.LOST if lost else pv.ELSEWHERE, said.where, seen.unheard)
    return PagerView(pv.STARTING if seen.starting else pv.NOBODY)
