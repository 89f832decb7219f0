"""A room with a thread of its own: commands that wait are committed as a group, and others' facts arrive by themselves.

The event loop never waits for a disk. Watchers are called on this thread; they hand over to their own.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from ..core.commands import Command
from ..core.incident import Incident
from ..core.values import By
from ..store.errors import StoreError
from ..store.watch import Watcher
from .room import Outcome, Room

State = Callable[[Incident], None]
Trouble = Callable[[StoreError], None]
_LOOK_AGAIN = 0.2  # seconds; where nothing wakes us, a stat this often does


class LiveRoom:
    """Starts with `start()`, ends with `close()`, which leaves nothing half done."""

    def __init__(self, room: Room):
        self._room = room
        self._watcher = Watcher(room.log.path)
        self._asked: list[tuple[Command, By, Future[Outcome]]] = []
        self._guard = threading.Lock()
        self._closing = False
        self._watchers: list[State] = []
        self._troubled: list[Trouble] = []
        self._thread = threading.Thread(target=self._run, name="room", daemon=True)
        self.state: Incident = room.state

    def start(self) -> None:
        self._thread.start()

    def subscribe(self, state: State, trouble: Trouble) -> None:
        """Calls `state` with every new state and `trouble` with what went wrong, on the room's thread."""
        self._watchers.append(state)
        self._troubled.append(trouble)

    def do(self, command: Command, by: By | None = None) -> "Future[Outcome]":
        """The command's outcome, once it is on disk or refused. Never raises and never waits."""
        future: Future[Outcome] = Future()
        with self._guard:
            if self._closing:
                future.set_result(StoreError("The room is closing; nothing more is written."))
                return future
            self._asked.append((command, by or self._room.me, future))
        self._watcher.wake()
        return future

    def close(self) -> None:
        """Commits what waits, then stops. The lock is free and the files are closed afterwards."""
        with self._guard:
            self._closing = True
        self._watcher.wake()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._watcher.close()
        self._room.log.close()

    def _run(self) -> None:
        self._guarded(self._first)
        while True:
            with self._guard:
                asked, self._asked = self._asked, []
                closing = self._closing
            if asked:
                self._commit(asked)
            elif closing:
                return
            else:
                self._watcher.wait(_LOOK_AGAIN if self._watcher.fileno() is None else 60.0)
                if not self._asked:
                    self._guarded(self._follow)

    def _first(self) -> None:
        self._room.load()
        self._publish()

    def _follow(self) -> None:
        if self._room.follow():
            self._publish()

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except StoreError as failed:
            for tell in self._troubled:
                tell(failed)

    def _commit(self, asked: list[tuple[Command, By, "Future[Outcome]"]]) -> None:
        before = self._room.state
        outcomes = self._room.commit([(command, by) for command, by, _ in asked])
        if self._room.state is not before:
            self._publish()
        for (_, _, future), outcome in zip(asked, outcomes, strict=True):
            future.set_result(outcome)

    def _publish(self) -> None:
        self.state = self._room.state
        for tell in self._watchers:
            tell(self.state)
