"""The pager: the clock and the courier of every open incident in one data folder, without a screen.

One thread reads, decides and writes; channels are used on others, a few for each, so that one that hangs holds up no
other. An incident is this process's only while it holds the lock beside its file and the log says so.
"""

import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from ..config.channels import Channels
from ..core.acts.delivery import LetGoOfPager, TakePager
from ..core.acts.paging import StepClock
from ..core.commands import Command
from ..core.incident import Incident
from ..core.values import SECOND, By, Ms, Refused
from ..store import beside, holding
from ..store.errors import StoreError
from ..store.folder_watch import FolderWatcher
from .base import Channel
from .clock import Clock
from .courier import Job, Result
from .factory import Unusable
from .hands import Hands
from .kept import Kept, glimpsed, keeping, looks, opened, wanted
from .messages import Writer
from .passed_over import PassedOver
from .rooms import Rooms
from .rota import Rota
from .slack_people import People
from .standing import ACT as STANDING
from .voice import Told, Voice
from .whose import Claim, Whose

if TYPE_CHECKING:
    from .carrying import Carrying
    from .listening import Listening

BEAT = 4 * SECOND
LOOK = 20 * SECOND  # between two looks at the whole folder, beside what is noticed
_TICK = 1.0  # seconds: the longest it sleeps
_SOON = 0.2  # seconds: the same while somebody writes to an incident that is to be looked at
_SHORT = 50  # ms: the shortest
_PASSES = 5
_CLOSING = 2.0  # seconds that what is under way has at the end


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
        whose: Whose | None = None,
        clock: Clock | None = None,
        take: bool = False,
        only: str = "",
        rota: Rota | None = None,
        worked: Callable[[str], None] = lambda channel: None,
        rooms: Rooms | None = None,
        listens: "Callable[[Callable[[], None]], Listening] | None" = None,
        carries: "Callable[[Voice], Carrying] | None" = None,
    ) -> None:
        self._folder, self._replica, self._by, self._holder = incidents, replica, by, holder
        self._config, self._channels, self._writer, self._voice = config, channels, writer, Voice(tell)
        data = os.path.dirname(incidents)
        self._whose = whose or Whose(data, data, replica, takes=take)
        self._clock = clock or Clock()
        self._take = self._takes = take
        self._only, self._rota = only, rota
        self._kept: dict[str, Kept] = {}
        self._passed_over = PassedOver()
        self._later: set[str] = set()  # names of files that somebody was writing to
        self._watcher = FolderWatcher(incidents)
        self._hands = Hands(channels, self._clock.steady, self._watcher.wake, worked)
        self._rooms = rooms or Rooms(config, People({}), writer.handle)
        self._listening = listens(self._watcher.wake) if listens else None
        self._carrying = carries(self._voice) if carries else None
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
        return not self._kept and not self.busy and (self._carrying is None or self._carrying.idle)

    def run(self, patience: Callable[[bool], bool] = lambda idle: True) -> None:
        """Pages until `stop`, or until `patience(idle)` says that it is enough. Leaves nothing half done."""
        changed: set[str] | None = None
        if self._carrying is not None:
            self._carrying.start()
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
        self._whose.turned(now)
        if now - self._beat >= BEAT or now < self._beat:
            self._beat = now
            self._beats()
        if changed is None or not 0 <= now - self._looked < LOOK:
            self._looked = now
            self._look_at_all()
        else:
            self._look(changed | self._later | self._passed_over.due(now))
        self._collect()
        now = self._clock.now()
        fresh = self._rota is not None and self._rota.look(self._states, now, self._watcher.wake)
        for path, kept in list(self._kept.items()):
            if (kept.wake <= now or (fresh and not kept.ails)) and not self._whose.waits(path, now):
                self._guarded(path, self._work, kept)
        self._listen(now)

    def _listen(self, now: Ms) -> None:
        if self._listening is None:
            return
        try:
            self._listening.turn(self._kept, now, self._write)
        except Exception as mistake:  # whatever somebody wrote, pages go out
            self._voice.trouble("slack", f"a mistake in War room ({type(mistake).__name__}); please report it")

    def _states(self) -> list[Incident]:
        return [kept.room.state for kept in self._kept.values()]

    def _sleep(self) -> float:
        if self._later:
            return _SOON
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

    def _guarded(self, path: str, act: Callable[[str, Kept], None], kept: Kept) -> None:
        """Does `act`; whatever is wrong with one incident ends the pager of no other."""
        try:
            act(path, kept)
        except Exception as mistake:
            self._voice.trouble(path, f"a mistake in War room ({type(mistake).__name__}); please report it")
            kept.failed(self._clock.now())

    def _step(self, by: Ms) -> None:
        for kept in self._kept.values():
            kept.stepped += by
            kept.wake = 0
            kept.standing.set_clock(by)
        self._voice.tell({"what": "clock", "by_ms": by})

    # ── which incidents ──

    def _look_at_all(self) -> None:
        try:
            names = set(os.listdir(self._folder))
        except OSError:
            names = set()
        self._look(names | {os.path.basename(path) for path in self._kept})
        # From a holder that is well, it is taken once: at the start, by whoever asked for it.
        self._take = False
        self._whose.looked_at_all()

    def _look(self, names: set[str]) -> None:
        self._later = set()
        found = [os.path.join(self._folder, n) for n in names if n.endswith(".json") and ".local." not in n]
        # The newest first: whoever was just declared waits for nobody.
        for path in sorted(found, reverse=True):
            stamp = looks(path)
            if stamp is None:
                self._drop(path)
            elif path in self._kept:
                self._guarded(path, self._follow, self._kept[path])
            elif not self._passed_over.still(path, stamp):
                self._consider(path, stamp)

    def _consider(self, path: str, stamp: tuple[int, int]) -> None:
        """Takes this incident, if somebody is to be paged for it and nobody else pages."""
        there = holding.look(beside.pager(path))
        if there and not (self._take or (self._takes and there.hangs)):
            return
        try:
            state = glimpsed(path, self._replica, self._by, self._clock.now)
            if state is None:
                self._later.add(os.path.basename(path))
                return
            mine = not self._only or state.id == self._only
            if not (mine and wanted(state, self._config, self._channels, self._clock.now(), self._rooms)):
                self._pass_over(path, stamp, Claim(False))
            elif not (claim := self._whose.claim(path, state, self._clock.now())).take:
                self._pass_over(path, stamp, claim)
            else:
                self._acquire(path, claim.why, by_force=there is not None)
        except StoreError as trouble:
            self._voice.trouble(path, str(trouble))
        except Exception as mistake:  # whatever is in one file, the others are paged for
            self._voice.trouble(path, f"it cannot be read here ({type(mistake).__name__})")
        if path in self._kept:
            self._guarded(path, self._work, self._kept[path])

    def _pass_over(self, path: str, stamp: tuple[int, int], claim: Claim) -> None:
        self._passed_over.put(path, stamp, claim.again)
        if claim.why:
            self._voice.trouble(path, claim.why, "passed over")

    def _acquire(self, path: str, why: str, *, by_force: bool) -> None:
        held = holding.take(beside.pager(path), self._holder, by_force=by_force)
        if held is None:
            return
        try:
            room = opened(path, self._replica, self._by, self._clock.now)
        except BaseException:
            held.release()
            raise
        kept = self._kept[path] = keeping(
            room, held, self._holder.token, self._config, self._channels, self._hands, self._writer, self._rooms
        )
        kept.why, kept.shown = why, self._whose.shown(room.state.id, self._holder.where)
        self._passed_over.drop(path)
        if self._rota is not None:
            self._rota.soon()
        self._say(path, "holds", where=self._holder.where)

    def _drop(self, path: str, why: str = "") -> None:
        self._passed_over.drop(path)
        kept = self._kept.pop(path, None)
        if kept is None:
            return
        if kept.taken and not self.goes_on and os.path.exists(path):
            self._commit(path, kept, [LetGoOfPager(token=self._holder.token, why=why)])
        kept.release()

    def _follow(self, path: str, kept: Kept) -> None:
        try:
            if kept.room.follow():
                kept.wake = 0
        except StoreError as trouble:
            # What is known of it goes on: who had to be paged has to be paged still.
            self._voice.trouble(path, str(trouble))
            kept.failed(self._clock.now())

    # ── one incident ──

    def _work(self, path: str, kept: Kept) -> None:
        if not kept.lock.still():
            self._say(path, "taken", why="another process has taken the pager")
            kept.taken = False
            self._drop(path)
            return
        token = self._holder.token
        if not kept.taken:
            take = TakePager(token=token, where=self._holder.where, rep=self._replica, why=kept.why)
            kept.taken = not any(isinstance(x, StoreError) for x in self._commit(path, kept, [take]))
            if not kept.taken:
                return
        elif not (kept.room.state.pager and kept.room.state.pager.token == token):
            self._say(path, "taken", why="the log says that another process pages")
            kept.taken = False
            self._drop(path)
            return
        if kept.stepped and not self._set_clock(path, kept):
            return
        for _ in range(_PASSES):
            if not self._pass(path, kept):
                break
        if kept.ails:
            return
        state, now = kept.room.state, self._clock.now()
        self._keep_standing(path, kept, now)
        standing = kept.standing.wake(state, now) if kept.taken else None
        moments = (kept.courier.wake(state, now), standing, self._rooms.wake(state, now))
        at = min((moment for moment in moments if moment is not None), default=None)
        kept.wake = max(now + _SHORT, at) if at is not None else now + 3600 * SECOND
        if not state.open and at is None and not kept.courier.busy and not kept.standing.owes(state, now):
            self._drop(path, "the incident has ended")
            self._passed_over.put(path, looks(path) or (0, 0))

    def _set_clock(self, path: str, kept: Kept) -> bool:
        """Puts on the log by how much the clock was set; whether that is done."""
        by = kept.stepped
        later = kept.courier.set_clock(kept.room.state, by)
        self._commit(path, kept, [StepClock(by=by, where=self._by.host), *later])
        kept.stepped = by if kept.ails else 0
        return not kept.ails

    def _pass(self, path: str, kept: Kept) -> bool:
        """One look at what is due; whether another one may find more."""
        courier, now = kept.courier, self._clock.now()
        first = courier.first(kept.room.state, now)
        if self._rota is not None:
            first += self._rota.commands(kept.room.state, now)
        self._commit(path, kept, first)
        if first and kept.ails:
            return False
        steps = courier.due(kept.room.state, now)
        outcomes = self._commit(path, kept, [command for command, _ in steps])
        for (_, job), outcome in zip(steps, outcomes, strict=True):
            if job is not None and isinstance(outcome, list):
                self._start(path, kept, job)
        for job in courier.jobs(kept.room.state, now):
            self._start(path, kept, job)
        return any(isinstance(outcome, list) for outcome in outcomes)

    def _commit(self, path: str, kept: Kept, commands: list[Command]) -> list[object]:
        return self._write(path, kept, [(command, self._by) for command in commands])

    def _write(self, path: str, kept: Kept, asked: list[tuple[Command, By]]) -> list[object]:
        if not asked:
            return []
        outcomes: list[object] = list(kept.room.commit(asked))
        handle = self._writer.handle(kept.room.state.id)
        if trouble := next((str(x) for x in outcomes if isinstance(x, StoreError)), ""):
            kept.failed(self._clock.now())
        else:
            kept.went_well()
        self._voice.trouble(path, trouble)
        for outcome in outcomes:
            for event in outcome if isinstance(outcome, list) else ():
                self._voice.say(handle, event.body.kind, text=event.body.text(), id=event.id)
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
            message = self._writer.message(state, job.delivery, now, shared=shared)
        else:
            message = self._writer.bare(state, job.delivery)
        kept.courier.begun(job)
        self._hands.start(path, channel, job, message)

    def _keep_standing(self, path: str, kept: Kept, now: Ms) -> None:
        for job, message in kept.standing.jobs(kept.room.state, now) if kept.taken else ():
            channel = kept.channels[job.delivery.channel]
            if isinstance(channel, Channel):
                self._hands.start(path, channel, job, message)

    def _collect(self) -> None:
        late, self._unwritten = self._unwritten, []
        now = self._clock.now()
        for path, job, result in (*late, *self._hands.back()):
            kept = self._kept.get(path)
            if kept is None:
                continue
            if kept.ails and kept.wake > now and not self._stopping:
                self._unwritten.append((path, job, result))
            else:
                self._guarded(path, partial(self._came, job=job, result=result), kept)

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
            # It is true, whether it can be written now or later; until then the delivery is nobody else's.
            self._unwritten.append((path, job, result))
            kept.courier.begun(job)
        else:
            kept.wake = 0

    # ── the end, and what is said ──

    def _close(self) -> None:
        if self._listening is not None:
            self._listening.close()
        if self._carrying is not None:
            self._carrying.close()
        self._hands.close()
        until = time.monotonic() + _CLOSING
        while self._hands.under_way and time.monotonic() < until:
            self._watcher.wait(0.1)
            self._collect()
        for path in list(self._kept):
            self._drop(path, "it was stopped")
        if self._carrying is not None:
            self._carrying.join()
        self._watcher.close()

    def _say(self, path: str, what: str, **more: object) -> None:
        kept = self._kept.get(path)
        self._voice.say(self._writer.handle(kept.room.state.id) if kept else "", what, **more)
