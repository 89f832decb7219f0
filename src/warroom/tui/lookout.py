"""What a console looks at while a room is open: who holds the pager, which channels were tried, whether files changed.

It has a thread of its own, which may wait for a disk as long as it likes: nothing here delays a keystroke, and what
was seen is handed over to the screen.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from ..core.values import SECOND, Ms
from ..room import pager
from ..store.holding import Holder
from . import pager_view as pv
from .moment import Offer
from .pager_view import PagerView
from .paging import late_pages
from .policy_offer import Stamp, compare, stamps

if TYPE_CHECKING:
    from ..config.paths import Paths
    from ..core.incident import Incident
    from ..room.live import LiveRoom

LOOK = 2.0  # seconds between two looks at who pages …
FILES = 5.0  # … and at the files
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


class Lookout:
    """`saw` is called on the lookout's thread after every look. `setting`: whether a pager may be started by itself."""

    def __init__(
        self, live: "LiveRoom", paths: "Paths", setting: bool, now: Callable[[], Ms], saw: Callable[[Seen], None]
    ) -> None:
        self._live, self._paths, self._setting, self._now, self._saw = live, paths, setting, now, saw
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
        self._wanted = False
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
        files = time.monotonic() + FILES  # the first look is at who pages; files are read once the room is there
        while not self._closing:
            try:
                seen = self._look()
                if time.monotonic() >= files:
                    files = time.monotonic() + FILES
                    seen = self._look_at_files(seen)
            except Exception:  # whatever is wrong with a file or a folder may be right by the next look
                pass
            else:
                if not self._closing:
                    self._saw(seen)
            self._wake.wait(LOOK)
            self._wake.clear()

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

    def _see_to_it(self, state: "Incident", now: Ms, held: bool) -> None:
        """Start a pager where one is wanted that was not before. Later on, one that is gone is only told of."""
        wanted = pager.wanted(state)
        if wanted and not self._wanted and not late_pages(state, now):
            self._ensure_until = now + STARTS  # for a while, since another one may just be ending
        self._wanted = wanted
        start = wanted and not held and now < self._ensure_until
        if start and pager.ensure(self._paths.data, self._paths.state, state, self._setting):
            self._starting_until, self._ensure_until = now + STARTS, 0

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
    if seen.starting:
        return PagerView(pv.STARTING)
    said = state.pager
    if said is not None and said.rep and said.rep != replica:
        return PagerView(pv.ELSEWHERE, said.where)
    return PagerView(pv.NOBODY)
