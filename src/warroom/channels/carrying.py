"""Acts on alerts, carried back to where those came from, by the process that pages: on a thread of its own, so that no
page waits for an inbox that is full.

`sending` is on disk before anything leaves, and every decision is made again under the lock of the week's log. Beside a
server that pages, its pager carries for everybody; else each folder carries what was done in it.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue

import msgspec
from msgspec.structs import replace

from ..core.alerts import carry
from ..core.alerts.carry import Step
from ..core.alerts.facts import AlertCarried
from ..core.alerts.inbox import Inbox
from ..core.commands import Draft, Stamp
from ..core.values import SECOND, At, By, Ms, Refused
from ..room import syncing
from ..room.alerts import InboxRoom
from ..room.alerts_in import Receiver
from ..room.alerts_live import there
from ..store import replica
from ..store.errors import StoreError
from ..store.holding import Holding
from . import pulling
from .back import Closed, Pulled, Source
from .base import Later
from .carried import came
from .carry_jobs import Back, ask, tell, told_of
from .limiter import Pace
from .tries import pause
from .voice import Voice

LOCK = "carry.lock"  # in the data folder: one process of it carries
_TICK = 1.0  # seconds between two looks, beside what comes back
_AILS = 4.0  # the same after the inbox could not be read or written
_LOCK_AGAIN = 5.0
_LOOK = 5 * SECOND  # between two looks at an inbox that stays as it is
_THREADS = 4  # for each source
_BURST = 5.0
_CLOSING = 1.0  # seconds that what is under way has at the end

Key = tuple[str, str]


class Setup(msgspec.Struct, frozen=True):
    """`sources`: as `back.build` gives them. `pulls`: every so many ms each is asked what fires. `serves`: a server."""

    sources: Mapping[str, Source | Closed]
    pulls: Mapping[str, Ms] = {}
    serves: bool = False


class Carrying:
    """Starts with `start()`, ends with `close()` and `join()`. `own` takes the lock; `token` is this process's; `by`
    writes.
    """

    def __init__(
        self,
        data: str,
        setup: Setup,
        by: By,
        token: str,
        own: Callable[[], Holding | None],
        voice: Voice,
        now: Callable[[], Ms] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._data, self._setup, self._by, self._token, self._own = data, setup, by, token, own
        self._voice, self._now = voice, now
        self._sources = {name: each for name, each in setup.sources.items() if isinstance(each, Source)}
        self._ways = {name: each.way for name, each in setup.sources.items()}
        self._room: InboxRoom | None = None
        self._receiver: Receiver | None = None
        self._lock: Holding | None = None
        self._lock_at = 0.0
        self._busy: set[Key] = set()
        self._asked: dict[Key, tuple[int, Ms]] = {}  # how often a far side was asked of it, and when it is again
        self._seen: Inbox | None = None  # gone through at `_seen_at`, and again at `_next` if it stays as it is
        self._seen_at: Ms = 0
        self._next: Ms = 0
        self._pulled_at: dict[str, float] = {}
        self._pulling: set[str] = set()
        self._paces = {name: Pace(each.pace, _BURST) for name, each in self._sources.items()}
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._results: SimpleQueue[Back] = SimpleQueue()
        self._unwritten: list[Back] = []
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="carrying", daemon=True)
        self.idle = True  # whether nothing is under way or owed, as far as is known

    def start(self) -> None:
        for each in self._setup.sources.values():
            if isinstance(each, Closed):
                self._voice.trouble(each.name, f"{each.name} is told nothing: {each.why}")
        if self._setup.sources:
            self._thread.start()

    def close(self) -> None:
        """Begins nothing more, and does not wait; what has not come back is looked up by whoever carries next."""
        self._closing = True
        self._wake.set()

    def join(self) -> None:
        """Waits a little, after `close`, for what is under way."""
        if self._thread.is_alive():
            self._thread.join(_CLOSING + 1.0)

    # ── the loop ──

    def _run(self) -> None:
        while not self._closing:
            wait = self._guarded()
            self._wake.wait(wait)
            self._wake.clear()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + _CLOSING
        while self._busy and time.monotonic() < until:
            self._wake.wait(0.1)
            self._wake.clear()
            self._guarded()
        if self._room is not None:
            self._room.close()
        if self._lock is not None:
            self._lock.release()

    def _guarded(self) -> float:
        """One turn; the seconds until the next."""
        try:
            self.turn()
        except StoreError as trouble:
            self._voice.trouble("alerts", str(trouble))
            return _AILS
        except Exception as mistake:  # whatever stands in an alert, the others are carried
            self._voice.trouble("alerts", f"a mistake in War room ({type(mistake).__name__}); please report it")
            return _AILS
        return _TICK

    def turn(self) -> None:
        """Takes what came back, and does what is due. Raises `StoreError`."""
        if not self._is_mine():
            return
        room = self._opened()
        if room is None:
            return
        self._voice.trouble("alerts", "")
        self._collect(room)
        if not self._closing:
            self._carry(room)
            self._pull(room)
        self.idle = not self._busy and carry.wake(room.inbox, room.replica) is None

    def _is_mine(self) -> bool:
        """Whether this process carries for its folder."""
        joined = syncing.joined(self._data)
        if joined is not None and joined.pages and not self._setup.serves:
            return False
        if self._lock is not None and not self._lock.still():
            self._lock = None
        if self._lock is None and (not self._lock_at or time.monotonic() - self._lock_at > _LOCK_AGAIN):
            self._lock_at = time.monotonic()
            self._lock = self._own()
        if self._lock is not None:
            self._lock.beat()
        return self._lock is not None

    def _opened(self) -> InboxRoom | None:
        """The inbox as it is now; None where no alert ever came in and none is asked for."""
        rep = replica.current(self._data)
        if self._room is not None and self._room.replica == rep:
            self._room.follow()
            return self._room
        if not (there(self._data) or self._setup.pulls):
            return None
        if self._room is not None:
            self._room.close()
        room = InboxRoom(self._data, rep, self._by, self._now)
        room.load()
        self._room, self._receiver = room, Receiver(room, os.uname().nodename)
        return room

    def _mine(self, rep: str) -> bool:
        return self._setup.serves or (self._room is not None and rep == self._room.replica)

    # ── what is owed ──

    def _steps(self, room: InboxRoom, inbox: Inbox, now: Ms) -> list[Step]:
        return carry.steps(inbox, self._ways, now, self._mine, room.replica, self._busy)

    def _carry(self, room: InboxRoom) -> None:
        now = self._now()
        if room.inbox is self._seen and self._seen_at <= now < self._next:
            return  # a full inbox is not gone through every second for nothing
        found = self._steps(room, room.inbox, now)
        due = carry.wake(room.inbox, room.replica, self._busy)
        self._seen, self._seen_at = room.inbox, now
        self._next = now + _LOOK if due is None else min(now + _LOOK, max(now, due))
        if any(step.writes for step in found):
            begun = self._write(room, lambda inbox: self._in_turn(self._steps(room, inbox, self._now())))
            self._start(room, begun)
            if len(begun) < sum(step.writes for step in found):
                self._next = now  # some wait for their source's pace
        # Nothing is written before the far side answers.
        self._start(room, [step for step in found if not step.writes and self._due(step.carried, now)])

    def _in_turn(self, steps: Iterable[Step]) -> list[Step]:
        """Those that are written now: as many as each source takes now, so that nothing is said to leave and waits."""
        found, at = [], time.monotonic()
        for step in steps:
            if step.do == "send":
                pace = self._paces[step.carried.to]
                if pace.wait(at) > 0:
                    continue
                self._paces[step.carried.to] = pace.took(at)
            if step.writes:
                found.append(step)
        return found

    def _due(self, carried: AlertCarried, now: Ms) -> bool:
        _, at = self._asked.get((carried.cause, carried.to), (0, 0))
        return at <= now

    def _write(self, room: InboxRoom, decide: Callable[[Inbox], list[Step]]) -> list[Step]:
        """What `decide` finds on the log as it is, durable. Raises `StoreError`."""
        steps: list[Step] = []

        def act(inbox: Inbox, stamp: Stamp) -> list[Draft]:
            if self._lock is None or not self._lock.still():
                raise Refused("Another process carries now.")
            steps[:] = decide(inbox)
            for n, step in enumerate(steps):
                steps[n] = replace(step, carried=replace(step.carried, token=self._token))
            return [Draft(each.carried, At(stamp.now), (each.over,) if each.over else ()) for each in steps]

        outcome = room.do(act, self._by)
        if isinstance(outcome, StoreError):
            raise outcome
        if isinstance(outcome, Refused):
            return []
        for each in steps:
            self._voice.say("", "carried", text=each.carried.text())
        return steps

    def _start(self, room: InboxRoom, steps: Iterable[Step]) -> None:
        for step in steps:
            carried, source = step.carried, self._sources.get(step.carried.to)
            if step.do and source is not None:
                self._busy.add((carried.cause, carried.to))
                self._use(
                    carried.to, partial(tell, source, carried, step.do, told_of(room.inbox, carried, self._now()))
                )

    def _use(self, name: str, work: Callable[[], Back]) -> None:
        pool = self._pools.get(name)
        if pool is None:
            pool = self._pools[name] = ThreadPoolExecutor(_THREADS, f"carry-{name}")

        def do() -> None:
            self._results.put(work())
            self._wake.set()

        pool.submit(do)

    # ── what came of it ──

    def _collect(self, room: InboxRoom) -> None:
        late, self._unwritten = self._unwritten, []
        back = [*late, *self._back()]
        for number, each in enumerate(back):
            try:
                if each.carried is not None:
                    self._came(room, each, each.carried)
                else:
                    self._took(room, each)
            except StoreError:
                # It is true, whether it can be written now or later.
                self._unwritten = back[number:]
                raise

    def _back(self) -> list[Back]:
        found = []
        while True:
            try:
                found.append(self._results.get_nowait())
            except Empty:
                return found

    def _came(self, room: InboxRoom, back: Back, carried: AlertCarried) -> None:
        key, now = (carried.cause, carried.to), self._now()
        asked = self._asked.pop(key, (0, 0))[0] + 1
        if isinstance(back.result, Later) and back.result.busy:
            self._paces[carried.to] = self._paces[carried.to].busy(time.monotonic() + (back.result.after or 1.0))

        def decide(inbox: Inbox) -> list[Step]:
            known = inbox.carried.get(key)
            # What was said of it meanwhile, by its echo or by another process, stands.
            if known is None or (known.fact.state, known.fact.attempt) != (carried.state, carried.attempt):
                return []
            new = came(known.fact, back.do, back.result, now, asked)
            return [Step(new, over=known.id)] if new is not None else []

        if not self._write(room, decide):
            self._asked[key] = (asked, now + pause(asked))
        self._busy.discard(key)

    # ── what fires there ──

    def _pull(self, room: InboxRoom) -> None:
        at = time.monotonic()
        for name, every in self._setup.pulls.items():
            source = self._sources.get(name)
            last = self._pulled_at.get(name)
            if source is None or name in self._pulling or (last is not None and at - last < every / SECOND):
                continue
            self._pulled_at[name] = at
            self._pulling.add(name)
            before, now = pulling.firing(room.inbox, name), self._now()
            self._use(name, partial(ask, source, before, now))

    def _took(self, room: InboxRoom, back: Back) -> None:
        if not isinstance(back.pulled, Pulled):
            self._pulling.discard(back.source)
            self._voice.trouble(back.source, f"{back.source} cannot be asked: {getattr(back.pulled, 'why', '')}")
            return
        assert self._receiver is not None
        found = pulling.take_in(self._receiver, room, back.source, back.pulled, back.before, self._now())
        if isinstance(found, StoreError):
            raise found
        self._pulling.discard(back.source)
        self._voice.trouble(back.source, "; ".join(back.pulled.left))
        if found.told:
            self._voice.say("", "pulled", text=f"{len(found.told)} that {back.source} told nobody here")
