"""The process that keeps a folder in step with its server, incidents and alerts, as fast as facts are written.

Three threads: this one looks at files and asks the server, one hears its stream, one runs errands. None of them holds a
file while it waits for the network, and nothing here is waited for by anybody who types.
"""

import time
from collections import deque
from collections.abc import Callable
from threading import Thread

import msgspec

from ..core.values import By, Ms
from ..room.syncing import Joined
from ..store import access
from ..store.folder_watch import FolderWatcher
from ..store.wake import Wake, readable
from . import joining, weeks, wire
from .answers import Offline, Trouble
from .board import Board
from .client import Client
from .errands import Errands
from .exchange import Exchange, Pace
from .folder import Folder, Told, label
from .link import Link
from .listener import Listener
from .offset import Offset
from .token import Token

MINUTE_S = 60.0
POLLING_S = 2.0  # seconds between two looks at the server's list, where no stream tells what is new
_SLEPT_S = 5.0  # seconds by which the two clocks part when the machine was asleep
_STEPPED_MS = 2_000
_ENDING_S = 5.0  # seconds for the other threads' waiting to end
_AILING_S = 2.0  # seconds until a file that could not be written is tried again


def steady() -> float:
    """Seconds since some moment, counted also while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # not on macOS, whose monotonic clock counts sleep
    return time.clock_gettime(boot) if boot is not None else time.monotonic()


class Daemon:
    """`run` until `stop`, or until its patience ends. `boot`: a clock that counts sleep."""

    def __init__(
        self, data: str, state_folder: str, joined: Joined, token: Token, by: By, tell: Told,
        boot: Callable[[], float] = steady,
    ) -> None:  # fmt: skip
        self._by, self._tell, self._boot = by, tell, boot
        self._joined, self._data = joined, data
        self.offset = Offset()
        self.link = Link(_now())
        self._client, heard, ran = (Client(joined.url, token, joined.ca, self.offset) for _ in range(3))
        self._client.answered = self._alive
        self.folder = Folder(data, tell)
        self.board = Board(joined.url, joined.grant, self.link, self.offset)
        self.listener = Listener(heard, self.link, self, time.monotonic)
        self.errands = Errands(ran, self.link, self, state_folder, time.monotonic)
        self._watcher = FolderWatcher(access.ready(self.folder.incidents))
        self._ending = Wake()
        self._interrupting = Thread(target=self._interrupts, name="warroom-ending", daemon=True)
        self._pace = Pace()
        self._todo: dict[str, Exchange] = {}
        self._told: deque[Exchange] = deque()  # by other threads
        self._latest: Exchange | None = None
        self._stopping = False
        self._patience: Callable[[], bool] = lambda: True
        self._patient = True
        self._all = False  # whether the status of every incident may be another
        self._missed = False  # whether something happened in the folder that nobody told the name of
        self._compare_due = 0.0
        self._again_due = 0.0
        self._alerts = 0  # the folder of alerts that is watched; 0: there is none yet
        self._known = False  # whether the token was looked at since there was no server
        self._slept = self._boot() - time.monotonic()
        self._wall = _now() - self._boot() * 1000

    # ── the loop ────────────────────────────────────────────────────────────────────────────────

    def stop(self) -> None:
        """Ends `run` soon; from any thread or signal handler: it takes no lock that whoever is interrupted may hold."""
        self._stopping = True
        self._ending.ring()
        self._watcher.wake()

    def _interrupts(self) -> None:
        """On a thread of its own: once it is to end, ends what all others wait for."""
        readable((self._ending.fd,))
        self._client.stop()
        self.listener.stop()
        self.errands.stop()

    def _alive(self) -> None:
        """Between two calls: whoever looks for a sign of life finds one however many calls there are."""
        self._patient = self._patient and self._patience()

    @property
    def waits(self) -> int:
        """How many facts the server has not acknowledged, and may with this token."""
        return sum(each.waiting for each in self.folder.exchanges.values() if not each.barring)

    def run(self, patience: Callable[[], bool] = lambda: True) -> None:
        """Exchanges facts until it is stopped, or patience ends."""
        self._patience = patience
        for exchange in self.folder.scan():
            self._changed(exchange)
        self.folder.archived()
        self._interrupting.start()
        self.listener.start()
        self.errands.start()
        try:
            while self._goes_on():
                names = self._watcher.wait(self._turn())
                self._look(None if self._missed else names)
                self._missed = False
        finally:
            self._close()

    def _goes_on(self) -> bool:
        self._alive()
        return self._patient and not self._stopping

    def _turn(self) -> float:
        """Does what is to be done; seconds until there may be more."""
        self._clocks()
        self._watch_alerts()
        self._collect()
        if time.monotonic() >= self._due:
            self._compare()
        if self.link.state == "online":
            self._exchange()
        wait = self.board.flush()
        if self._told or self._all or self._missed:
            return 0.0
        return max(0.0, min(wait, self._due - time.monotonic()))

    @property
    def _due(self) -> float:
        return self._compare_due if self.link.state == "online" else self.link.due

    def _watch_alerts(self) -> None:
        """Their folder comes with the first alert, and may be made anew."""
        path, number = weeks.folder(self._data)
        if number != self._alerts:
            self._alerts = number
            if number:
                self._watcher.also(path, weeks.BEFORE)
                self._look(weeks.there(self._data))

    def _look(self, names: set[str] | None) -> None:
        for exchange in self.folder.scan() if names is None else self.folder.look(names):
            self._changed(exchange)

    def _changed(self, exchange: Exchange) -> None:
        self._todo.pop(exchange.inc, None)
        self._todo[exchange.inc] = self._latest = exchange
        self.board.changed(exchange)
        self.errands.owes(exchange)

    def _collect(self) -> None:
        """What the other threads have told."""
        if self._all:
            self._all = False
            for exchange in self.folder.exchanges.values():
                self.board.changed(exchange)
        while self._told:
            exchange = self._told.popleft()
            if self._is_here(exchange):
                self._todo[exchange.inc] = exchange
                self.board.changed(exchange)

    def _is_here(self, exchange: Exchange) -> bool:
        """Whether it is not one whose file was let go of, since it was archived or became another."""
        return self.folder.exchanges.get(exchange.inc) is exchange

    def _clocks(self) -> None:
        """A machine that slept has no connections any more; a clock that was set says nothing about the server's."""
        slept = self._boot() - time.monotonic()
        wall = _now() - self._boot() * 1000
        if abs(wall - self._wall) > _STEPPED_MS:
            self.offset.forget()
        if slept - self._slept > _SLEPT_S:
            self._tell({"what": "awake", "text": "this machine was asleep; everything is compared anew"})
            self.link.at_once()
            self._client.close()
            self.listener.again()
            self.errands.again()
            self._compare_due = 0.0
        self._slept, self._wall = slept, wall

    # ── the server ──────────────────────────────────────────────────────────────────────────────

    def _compare(self) -> None:
        """What both sides have, of all incidents; and whether there is a server at all."""
        try:
            if not self._known:
                self._introduce(self._client.info())
            listed = self._client.incidents()
        except Trouble as trouble:
            self.lost(trouble)
            return
        self._up()
        now = time.monotonic()
        self._compare_due = now + (POLLING_S if self.listener.polling else MINUTE_S)
        if now >= self._again_due:
            self._again_due = now + MINUTE_S
            self._each_minute()
        self.folder.compare(listed)
        for exchange in self.folder.exchanges.values():
            self._todo.setdefault(exchange.inc, exchange)
            self.errands.owes(exchange)

    def _each_minute(self) -> None:
        """What was given up is tried anew, and what no notice told of is looked for."""
        for exchange in self.folder.exchanges.values():
            exchange.again()
        self._alerts = 0
        self._look(None)

    def _introduce(self, info: wire.Info) -> None:
        self._known = True
        self.board.grant = info.grant
        self.folder.grant(info.grant == "observe")
        if info.pages != self._joined.pages:
            # Who pages is read from there; whoever made this daemon makes it anew then.
            self._joined = msgspec.structs.replace(self._joined, pages=info.pages)
            try:
                joining.keep(self._data, self._joined)
            except OSError as trouble:
                self._tell({"what": "trouble", "text": str(trouble)})

    def _exchange(self) -> None:
        """Everything that the engines ask for, one thing of one incident after the other, what is new first."""
        try:
            while (self._todo or self.folder.wanted) and self._goes_on():
                self._next()
                names = self._watcher.wait(0.0)
                self._missed = self._missed or names is None
                self._look(names or set())
        except Trouble as trouble:
            self.lost(trouble)

    def _next(self) -> None:
        """One thing of one incident: what is here goes first, then what only the server has. Raises `Offline`."""
        if not self._todo:
            exchange = self.folder.fetch(self._client, self._pace)
            if exchange is not None:
                self._tell({"what": "fetched", "incident": label(exchange.inc), "text": exchange.file.path})
                self._changed(exchange)
            return
        inc, exchange = self._todo.popitem()
        if self._step(exchange):
            self._todo = {inc: exchange, **self._todo}  # behind all others

    def _step(self, exchange: Exchange) -> bool:
        """Whether there may be more to do for it. Raises `Offline`."""
        if not self._is_here(exchange):
            return False
        before = exchange.waiting
        rep = exchange.file.rep
        try:
            more = exchange.step(self._client, self._pace, _now(), self._by)
        except Offline:
            self._todo[exchange.inc] = exchange
            raise
        if exchange.file.rep != rep:
            self.folder.renewed()
        after = exchange.waiting
        self.board.changed(exchange, at_once=after < before)
        if after < before or (exchange.relays.due and not more):
            self.errands.owes(exchange)
        if exchange.ails:
            self._compare_due = min(self._compare_due, time.monotonic() + _AILING_S)
        return more

    def _up(self) -> None:
        if self.link.up(_now()):
            self._tell({"what": "online", "where": self._joined.url})
            self._all = True
            self.listener.nudge()

    # ── told by the other threads ───────────────────────────────────────────────────────────────

    def exchange(self, inc: str) -> Exchange | None:
        return self.folder.exchanges.get(inc)

    def liveliest(self) -> Exchange | None:
        latest = self._latest
        if latest is None or not self._is_here(latest):
            latest = next(iter(list(self.folder.exchanges.values())), None)
        if latest is None:
            return None
        with latest.guard:
            return latest if latest.engine.cursor and latest.engine.in_step else None

    def connected(self) -> None:
        self.board.streaming = self.listener.streaming
        self.link.at_once()
        self._compare_due = 0.0
        self._watcher.wake()

    def lost(self, trouble: Trouble) -> None:
        """There is no server now, or it does not let this token in. From any thread."""
        self._known = False
        self.board.streaming = self.listener.streaming
        if not self._stopping and self.link.down(trouble, _now(), time.monotonic()):
            self._tell({"what": self.link.state, "text": str(trouble)})
            self._all = True
            self._watcher.wake()

    def failed(self, fault: Exception) -> None:
        self._tell({"what": "trouble", "text": f"{type(fault).__name__}: {fault}"})

    def unknown(self, inc: str) -> None:
        self.folder.told_of(inc)
        self._watcher.wake()

    def heard(self, exchange: Exchange) -> None:
        self._latest = exchange
        self._told.append(exchange)
        self._watcher.wake()

    def present(self, exchange: Exchange, here: tuple[wire.Present, ...]) -> None:
        exchange.here, exchange.heard = here, time.monotonic()
        self.heard(exchange)

    def _close(self) -> None:
        self.stop()
        self._client.close()
        self.board.end(list(self.folder.exchanges.values()), "Nothing is exchanged now; `warroom sync --live` does.")
        self.folder.close()
        self._watcher.close()
        self._interrupting.join(_ENDING_S)
        if not self._interrupting.is_alive():  # else it waits on what would be another's by then
            self._ending.close()


def _now() -> Ms:
    return time.time_ns() // 1_000_000
