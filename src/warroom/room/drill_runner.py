"""Plays the world of one drill beside an open room: one process of all that look at it, the first to hold the lock.

Nothing leaves the machine from here: the world writes facts, and that is all it can do.
"""

import os
import threading
import time as _time
from collections.abc import Callable
from concurrent.futures import Future

from ..core.acts.drill import SetClock
from ..core.commands import Command
from ..core.drill import clock
from ..core.drill.world import WHERE, as_person, plan, waits_for_answer
from ..core.incident import Incident
from ..core.values import SECOND, By, Ms
from ..store import beside, holding
from ..store.errors import StoreError
from ..store.holding import Holder, Holding
from . import playing
from .live import LiveRoom
from .real import RealPages
from .room import Outcome

TICK = 0.2  # seconds
LEFT = "nobody plays it"
ASKED = "what would you do now?"
_SLEPT = 10 * SECOND  # a wall clock that jumps so far between two ticks: the machine slept, or somebody set it
_LAG = 3 * SECOND


class DrillRunner:
    """`told` is called, on this thread, with a sentence when a real page stops the drill. `now`: the wall (UTC ms)."""

    def __init__(self, live: LiveRoom, now: Callable[[], Ms], real: RealPages, told: Callable[[str], None]) -> None:
        self._live, self._now, self._real, self._told = live, now, real, told
        self._holding: Holding | None = None
        self._closing = threading.Event()
        self._refused: set[tuple[str, int]] = set()
        self._before: Ms = 0
        self._thread = threading.Thread(target=self._run, name="drill", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stops the world; whoever comes next finds it where it was."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    @property
    def plays(self) -> bool:
        """Whether it is this process that plays."""
        return self._holding is not None

    # ── the thread ──

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._tick()
                self._closing.wait(TICK)
            self._leave()
        finally:
            if self._holding is not None:
                self._holding.release()

    def _tick(self) -> None:
        state = self._live.state
        if not self._live.loaded or not clock.running(state):
            return
        try:
            if self._holding is None and not self._begin(state):
                return
        except StoreError:
            return  # a full or read-only folder: the drill stands until it can be written
        assert self._holding is not None
        if not self._holding.still():
            self._holding = None
            return
        wall = self._now()
        jumped = bool(self._before) and abs(wall - self._before) > _SLEPT and clock.speed(state)
        if jumped and not self._go_on(state, clock.time(state, self._before)):
            return
        self._before = wall
        self._holding.beat()
        if clock.speed(state) and (page := self._real.new()):
            self._stop(page)
        self._play()

    def _begin(self, state: Incident) -> bool:
        """Whether this process plays from now on."""
        path = self._live.path
        heard = playing.beat(path)
        where = f"the console, process {os.getpid()}"
        held = holding.take(beside.drill(path), Holder(os.getpid(), where, f"drill {os.getpid()}"))
        if held is None:
            return False
        wall = self._now()
        if clock.speed(state) and wall - max(heard, _set_wall(state)) > _LAG:
            if not self._go_on(state, playing.stood(state, heard)):
                held.release()
                return False
        elif not clock.speed(state) and _why(state) == LEFT:
            self._do(SetClock(speed=clock.before_pause(state), wall=wall, quiet=True))
        self._holding, self._before = held, 0
        self._real.begin()
        return True

    def _go_on(self, state: Incident, at: Ms) -> bool:
        """From `at` (drill time) on: what passed on the wall's clock meanwhile nobody practised. Whether it is so."""
        return isinstance(self._do(SetClock(speed=clock.speed(state), wall=self._now(), to=at, quiet=True)), list)

    def _leave(self) -> None:
        state = self._live.state
        if self._holding is not None and clock.running(state) and clock.speed(state):
            self._do(SetClock(speed=0, wall=self._now(), why=LEFT, quiet=True))

    def _stop(self, page: str) -> None:
        self._do(SetClock(speed=0, wall=self._now(), why=page))
        self._told(f"{page} The drill is paused; /drill go when there is time again.")

    def _play(self) -> None:
        for _ in range(200):
            if self._closing.is_set():
                return
            state = self._live.state
            now = clock.time(state, self._now())
            if self._asks(state):
                continue
            coming = plan(state, now)
            count = len(state.facts)
            act = next((a for a in coming.owed if (a.key, count) not in self._refused), None)
            if act is None:
                return
            if not isinstance(self._do(act.command, act.by), list):
                self._refused.add((act.key, count))

    def _asks(self, state: Incident) -> bool:
        """Lets the clock stand while a replay asks what they would do; whether it did anything about that."""
        if not clock.running(state):
            return False
        waits, speed = waits_for_answer(state) is not None, clock.speed(state)
        if waits and speed:
            return isinstance(self._do(SetClock(speed=0, wall=self._now(), why=ASKED, quiet=True)), list)
        if not waits and not speed and _why(state) == ASKED:
            goes = SetClock(speed=clock.before_pause(state), wall=self._now(), quiet=True)
            return isinstance(self._do(goes), list)
        return False

    def _do(self, command: Command, by: By | None = None) -> Outcome:
        future: Future[Outcome] = self._live.do(command, by or as_person(WHERE))
        try:
            return future.result(timeout=30)
        except TimeoutError:
            return StoreError("The disk does not answer.")


def _why(state: Incident) -> str:
    found = clock.set_at(state)
    return str(getattr(found.body, "why", "")) if found else ""


def _set_wall(state: Incident) -> Ms:
    found = clock.set_at(state)
    return int(getattr(found.body, "wall", 0)) if found else 0


def sleep_until(wall: Ms, now: Callable[[], Ms]) -> None:
    """Waits until the wall's clock shows `wall` (UTC ms)."""
    while (left := wall - now()) > 0:
        _time.sleep(min(left, 250) / 1000)
