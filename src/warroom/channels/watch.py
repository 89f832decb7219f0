"""The pager: the clock and the courier of every open incident in one data folder, without a screen.

One thread reads, decides and writes; channels are used on others, a few for each, so that one that hangs holds up no
other. An incident is this process's only while it holds the lock beside its file and the log says so.
"""

import os
from collections.abc import Callable, Mapping
from typing import TypeAlias

from ..config.channels import Channels
from ..core import outbox
from ..core.acts.delivery import LetGoOfPager, TakePager
from ..core.acts.paging import StepClock
from ..core.commands import Command
from ..core.incident import Incident
from ..core.run import on_duty, people
from ..core.values import SECOND, By, Ms, Refused
from ..room.room import Room
from ..store import beside, holding
from ..store.errors import StoreError
from ..store.folder_watch import FolderWatcher
from ..store.log import Log
from .base import Channel
from .clock import Clock
from .courier import Courier, Job, Result
from .factory import Unusable, for_incident
from .hands import Hands
from .messages import Writer
from .rota import Rota
from .standing import ACT as STANDING
from .standing import Standing, unsaid
from .ways import ways

BEAT = 4 * SECOND
LOOK = 20 * SECOND  # between two looks at the whole folder, beside what is noticed
_TICK = 1.0  # seconds: the longest it sleeps
_SHORT = 50  # ms: the shortest
_PASSES = 5
_PATIENCE = 1.0  # seconds for a file's lock: others wait behind it

Told: TypeAlias = Callable[[dict[str, object]], None]
"""Takes one line about what happened, as data."""


class Kept:
    """One incident that this process pages for."""

    def __init__(
        self,
        room: Room,
        lock: holding.Holding,
        courier: Courier,
        standing: Standing,
        channels: Mapping[str, Channel | Unusable],
    ) -> None:
        self.room, self.lock, self.courier, self.standing, self.channels = room, lock, courier, standing, channels
        self.wake: Ms = 0
        self.taken = False  # whether the log says that it is ours


class Watch:
    """`holder` is this process; `channels` what is configured and what came of building it; `by` writes the facts."""

    def __init__(
        self,
        incidents: str,
        replica: str,
        by: By,
        holder: holding.Holder,
        config: Channels,
        channels: Mapping[str, Channel | Unusable],
        writer: Writer,
        tell: Told,
        *,
        clock: Clock | None = None,
        take: bool = False,
        only: str = "",
        rota: Rota | None = None,
        worked: Callable[[str], None] = lambda channel: None,
    ) -> None:
        self._folder, self._replica, self._by, self._holder = incidents, replica, by, holder
        self._config, self._channels, self._writer, self._tell = config, channels, writer, tell
        self._clock = clock or Clock()
        self._take = self._takes = take
        self._only, self._rota = only, rota
        self._kept: dict[str, Kept] = {}
        self._passed_over: dict[str, tuple[int, int]] = {}  # path → how the file looked when there was nothing to do
        self._troubles: dict[str, str] = {}
        self._watcher = FolderWatcher(incidents)
        self._hands = Hands(channels, self._clock.now, self._watcher.wake, worked)
        self._stopping = False
        self.goes_on = False  # whether this process pages on with another watch: then the log need not say it let go
        self._beat: Ms = 0
        self._looked: Ms = 0
        self._unwritten: list[tuple[str, Job, Result]] = []

    # ── the loop ──

    def stop(self) -> None:
        """Ends `run` soon; from any thread or signal handler."""
        self._stopping = True
        self._watcher.wake()

    @property
    def busy(self) -> bool:
        """Whether a channel is being used, or what came of it is still to be written."""
        return bool(self._hands.under_way or self._unwritten)

    @property
    def idle(self) -> bool:
        """Whether nothing here is paged for, and nothing is under way."""
        return not self._kept and not self.busy

    def run(self, patience: Callable[[bool], bool] = lambda idle: True) -> None:
        """Pages until `stop`, or until `patience(idle)` says that it is enough. Leaves nothing half done."""
        changed: set[str] | None = None
        try:
            while not self._stopping:
                self.turn(changed)
                if not patience(self.idle):
                    return
                changed = self._watcher.wait(self._sleep())
        finally:
            self._close()

    def turn(self, changed: set[str] | None) -> None:
        stepped = self._clock.stepped()
        if stepped:
            self._step(stepped)
        now = self._clock.now()
        if now - self._beat >= BEAT or now < self._beat:
            self._beat = now
            self._beats()
        if changed is None or not 0 <= now - self._looked < LOOK:
            self._looked = now
            self._look_at_all()
        else:
            self._look(changed)
        self._collect()
        now = self._clock.now()
        fresh = self._rota is not None and self._rota.look(self._states, now, self._watcher.wake)
        for path, kept in list(self._kept.items()):
            if kept.wake <= now or fresh:
                self._work(path, kept)

    def _states(self) -> list[Incident]:
        return [kept.room.state for kept in self._kept.values()]

    def _sleep(self) -> float:
        if not self._kept:
            return _TICK
        nearest = min(kept.wake for kept in self._kept.values())
        wait = max(_SHORT, nearest - self._clock.now()) / 1000
        return min(_TICK, wait)

    def _beats(self) -> None:
        for path, kept in list(self._kept.items()):
            if kept.lock.still():
                kept.lock.beat()
            else:
                self._say(path, "taken", why="another process has taken the pager")
                self._drop(path)

    def _step(self, by: Ms) -> None:
        for path, kept in list(self._kept.items()):
            self._commit(path, kept, [StepClock(by=by, where=self._by.host)])
            kept.wake = 0
        self._tell({"what": "clock", "by_ms": by})

    # ── which incidents ──

    def _look_at_all(self) -> None:
        try:
            names = set(os.listdir(self._folder))
        except OSError:
            names = set()
        self._look(names | {os.path.basename(path) for path in self._kept})
        # From a holder that is well, it is taken once: at the start, by whoever asked for it.
        self._take = False

    def _look(self, names: set[str]) -> None:
        found = [os.path.join(self._folder, n) for n in names if n.endswith(".json") and ".local." not in n]
        # The newest first: whoever was just declared waits for nobody.
        for path in sorted(found, reverse=True):
            stamp = self._stamp(path)
            if stamp is None:
                self._drop(path)
            elif path in self._kept:
                self._follow(path, self._kept[path])
            elif stamp != self._passed_over.get(path):
                self._consider(path, stamp)

    @staticmethod
    def _stamp(path: str) -> tuple[int, int] | None:
        try:
            status = os.stat(path)
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns)

    def _consider(self, path: str, stamp: tuple[int, int]) -> None:
        """Takes this incident, if somebody is to be paged for it and nobody else pages."""
        there = holding.look(beside.pager(path))
        if there and not (self._take or (self._takes and there.hangs)):
            return
        try:
            room = Room(Log.open(path, self._replica, read_only=True), self._by, self._clock.now)
            with room.log:
                state = room.load()
            if self._wanted(state):
                self._acquire(path, by_force=there is not None)
            else:
                self._passed_over[path] = stamp
        except StoreError as trouble:
            self._trouble(path, str(trouble))

    def _wanted(self, state: Incident) -> bool:
        if state.declaration is None or state.drill or state.run is None or (self._only and state.id != self._only):
            return False
        other = state.pager
        if other and other.rep and other.rep != self._replica and not self._takes:
            return False  # another folder's process pages; this one takes over only when it is told to
        if not state.open:
            now = self._clock.now()
            told = any(self._follows(told.of.channel) for told in outbox.to_tell(state, now))
            return told or unsaid(state, self._config, self._channels, now)
        levels = [t for level in state.run.policy.levels for t in (*people(level), *level.notify[1:])]
        targets = [*levels, *(t for each in state.run.policy.specialists for t in each.targets)]
        return any(ways(on_duty(t, shift.start), self._config) for t in targets for shift in t.shifts) or any(
            ways(t, self._config) for t in targets
        )

    def _follows(self, name: str) -> bool:
        channel = self._channels.get(name)
        return isinstance(channel, Channel) and channel.follows

    def _acquire(self, path: str, *, by_force: bool) -> None:
        lock = holding.take(beside.pager(path), self._holder, by_force=by_force)
        if lock is None:
            return
        try:
            room = Room(Log.open(path, self._replica), self._by, self._clock.now)
            room.patience = _PATIENCE
            room.load()
        except StoreError:
            lock.release()
            raise
        channels = for_incident(room.state.id, self._channels)
        token, config, hands = self._holder.token, self._config, self._hands
        courier = Courier(token, config, channels, hands.turn)
        standing = Standing(token, config, channels, self._writer, hands.spare_turn)
        self._kept[path] = Kept(room, lock, courier, standing, channels)
        if self._rota is not None:
            self._rota.soon()
        self._say(path, "holds", where=self._holder.where)

    def _drop(self, path: str, why: str = "") -> None:
        kept = self._kept.pop(path, None)
        if kept is None:
            return
        if kept.taken and not self.goes_on and os.path.exists(path):
            self._commit(path, kept, [LetGoOfPager(token=self._holder.token, why=why)])
        kept.lock.release()
        kept.room.log.close()

    def _follow(self, path: str, kept: Kept) -> None:
        try:
            if kept.room.follow():
                kept.wake = 0
        except StoreError as trouble:
            self._trouble(path, str(trouble))
            self._drop(path)

    # ── one incident ──

    def _work(self, path: str, kept: Kept) -> None:
        if not kept.lock.still():
            self._say(path, "taken", why="another process has taken the pager")
            kept.taken = False
            self._drop(path)
            return
        token = self._holder.token
        if not kept.taken:
            take = TakePager(token=token, where=self._holder.where, rep=self._replica)
            kept.taken = not any(isinstance(x, StoreError) for x in self._commit(path, kept, [take]))
        elif not (kept.room.state.pager and kept.room.state.pager.token == token):
            self._say(path, "taken", why="the log says that another process pages")
            kept.taken = False
            self._drop(path)
            return
        for _ in range(_PASSES):
            if not self._pass(path, kept):
                break
        state, now = kept.room.state, self._clock.now()
        self._keep_standing(path, kept, now)
        moments = (kept.courier.wake(state, now), kept.standing.wake(state, now) if kept.taken else None)
        at = min((moment for moment in moments if moment is not None), default=None)
        kept.wake = max(now + _SHORT, at) if at is not None else now + 3600 * SECOND
        if not state.open and at is None and not kept.courier.busy and not kept.standing.owes(state, now):
            self._drop(path, "the incident has ended")
            self._passed_over[path] = self._stamp(path) or (0, 0)

    def _pass(self, path: str, kept: Kept) -> bool:
        """One look at what is due; whether another one may find more."""
        courier, now = kept.courier, self._clock.now()
        first = courier.first(kept.room.state, now)
        if self._rota is not None:
            first += self._rota.commands(kept.room.state, now)
        self._commit(path, kept, first)
        steps = courier.due(kept.room.state, now)
        outcomes = self._commit(path, kept, [command for command, _ in steps])
        for (_, job), outcome in zip(steps, outcomes, strict=True):
            if job is not None and isinstance(outcome, list):
                self._start(path, kept, job)
        for job in courier.jobs(kept.room.state, now):
            self._start(path, kept, job)
        return any(isinstance(outcome, list) for outcome in outcomes)

    def _commit(self, path: str, kept: Kept, commands: list[Command]) -> list[object]:
        if not commands:
            return []
        outcomes: list[object] = list(kept.room.commit([(command, self._by) for command in commands]))
        trouble = next((str(x) for x in outcomes if isinstance(x, StoreError)), "")
        self._trouble(path, trouble)
        for outcome in outcomes:
            for event in outcome if isinstance(outcome, list) else ():
                self._say(path, event.body.kind, text=event.body.text(), id=event.id)
            if isinstance(outcome, Refused):
                kept.wake = 0
        return outcomes

    # ── channels ──

    def _start(self, path: str, kept: Kept, job: Job) -> None:
        channel = kept.channels.get(job.delivery.channel)
        if not isinstance(channel, Channel):
            return
        now, state = self._clock.now(), kept.room.state
        shared = self._config.by_name[channel.name].shared if channel.name in self._config.by_name else True
        if job.act == "send":
            message = self._writer.page(state, job.delivery, now, shared=shared)
        else:
            message = self._writer.bare(state, job.delivery)
        kept.courier.begun(job, now)
        self._hands.start(path, channel, job, message)

    def _keep_standing(self, path: str, kept: Kept, now: Ms) -> None:
        for job, message in kept.standing.jobs(kept.room.state, now) if kept.taken else ():
            channel = kept.channels[job.delivery.channel]
            if isinstance(channel, Channel):
                self._hands.start(path, channel, job, message)

    def _collect(self) -> None:
        late, self._unwritten = self._unwritten, []
        for path, job, result in late:
            if path in self._kept:
                self._came(path, self._kept[path], job, result)
        for path, job, result in self._hands.back():
            if path in self._kept:
                self._came(path, self._kept[path], job, result)

    def _came(self, path: str, kept: Kept, job: Job, result: Result) -> None:
        now = self._clock.now()
        if job.act == STANDING:
            commands, trouble = kept.standing.done(kept.room.state, job, result, now)
            if trouble:
                self._say(path, "trouble", text=trouble)
        else:
            commands = kept.courier.done(kept.room.state, job, result, now)
        outcomes = self._commit(path, kept, commands)
        if any(isinstance(outcome, StoreError) for outcome in outcomes):
            self._unwritten.append((path, job, result))  # it is true, whether it can be written now or later
        kept.wake = 0

    # ── the end, and what is said ──

    def _close(self) -> None:
        self._hands.close()
        until = self._clock.now() + 2 * SECOND
        while self._hands.under_way and self._clock.now() < until:
            self._watcher.wait(0.1)
            self._collect()
        for path in list(self._kept):
            self._drop(path, "it was stopped")
        self._watcher.close()

    def _say(self, path: str, what: str, **more: object) -> None:
        kept = self._kept.get(path)
        handle = self._writer.handle(kept.room.state.id) if kept else ""
        self._tell({"incident": handle, "what": what, **{k: v for k, v in more.items() if v}})

    def _trouble(self, path: str, said: str) -> None:
        """Says it once, and again when it is another."""
        if said and self._troubles.get(path) != said:
            self._tell({"what": "trouble", "file": os.path.basename(path), "text": said})
        self._troubles[path] = said
