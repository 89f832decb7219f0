"""A room with a thread of its own: commands that wait are committed as a group, and others' facts arrive by themselves.

The event loop never waits for a disk. Watchers are called on this thread; they hand over to their own.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec

from ..core.commands import Command
from ..core.incident import Incident
from ..core.values import By
from ..store import beside, local
from ..store.errors import StoreError
from ..store.local import Local
from ..store.watch import Watcher
from .room import Outcome, Room

if TYPE_CHECKING:
    from ..store.evidence import Kept

State = Callable[[Incident], None]
Trouble = Callable[[StoreError], None]
_LONG = 60.0  # seconds; nothing but a command or a change of the file ends the wait


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
        self._memory = local.load(beside.local(room.log.path))
        self._saved = self._memory  # as it was last read or written here
        self._forgetful = True  # what is remembered is on disk as it is
        self.state: Incident = room.state if room.loaded else room.glimpse()

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

    @property
    def path(self) -> str:
        """The incident's file."""
        return self._room.log.path

    @property
    def loaded(self) -> bool:
        """Whether the whole file was read; until then `state` is what its last facts tell."""
        return self._room.loaded

    @property
    def memory(self) -> Local:
        """What this person's consoles remember of the incident; it may be lost."""
        return self._memory

    def remember(self, memory: Local) -> None:
        """Keep this beside what other consoles keep there; nobody waits for it."""
        self._memory = memory
        self._forgetful = False
        self._watcher.wake()

    def keep(self, data: bytes, name: str, of: str = "") -> "Future[Outcome]":
        """Bytes as evidence of the entry `of`, masked and durable before the fact that names them."""
        return self._kept(lambda folder: evidence().keep(folder, data, name), name, of)

    def keep_file(self, path: str, of: str = "") -> "Future[Outcome]":
        """The same for a file."""
        return self._kept(lambda folder: evidence().keep_file(folder, path, wait=False), os.path.basename(path), of)

    def _kept(self, keep: "Callable[[str], Kept]", name: str, of: str) -> "Future[Outcome]":
        future: Future[Outcome] = Future()

        def work() -> None:
            try:
                command = evidence().attached(keep(beside.evidence(self.path)), name, of)
            except StoreError as failed:
                future.set_result(failed)
            else:
                self.do(command).add_done_callback(lambda done: future.set_result(done.result()))

        # Ten megabytes take seconds to look through, and neither the screen nor the other facts wait for them.
        threading.Thread(target=work, name="evidence", daemon=True).start()
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
            elif not self._forgetful:
                self._forgetful = True
                self._save()
            elif closing:
                return
            else:
                self._watcher.wait(_LONG)
                if not self._asked:
                    self._guarded(self._follow)

    def _save(self) -> None:
        path, ours = beside.local(self._room.log.path), self._memory
        local.save(path, local.merged(self._saved, ours, local.load(path)))
        self._saved = ours

    def _first(self) -> None:
        if self._room.loaded:
            self._follow()
        else:
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
        before, self.state = self.state, self._room.state
        if len(self.state.redacted) > len(before.redacted):
            # What was typed once may be what had to go: nothing that was remembered is kept.
            self._memory = msgspec.structs.replace(self._memory, drafts={}, history=())
            self._save()
        for tell in self._watchers:
            tell(self.state)


def evidence() -> ModuleType:
    """The store of evidence: nobody brings any before the first frame, which would wait for it."""
    from ..store import evidence

    return evidence
