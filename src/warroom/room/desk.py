"""All incidents of this data folder: what there is, opening one, declaring one."""

import os
from collections.abc import Callable

import msgspec

from ..core.acts.lifecycle import Declare, ImportTimeline
from ..core.due import Due, due
from ..core.incident import Incident
from ..core.review.deadlines import Owes, owes
from ..core.values import By, Ms, Refused, handle, incident_id
from ..store import folder
from ..store.errors import StoreError
from ..store.log import Log
from . import playing
from .room import Outcome, Room


class Listed(msgspec.Struct, frozen=True):
    """One incident as the lobby and `list` show it; `trouble` says why a file could not be read."""

    id: str
    handle: str
    path: str
    title: str = ""
    severity: str = ""
    phase: str = ""
    declared_at: Ms = 0
    ended: Ms | None = None
    drill: bool = False
    restricted: bool = False
    due: Due | None = None
    commander: str = ""
    entries: int = 0
    trouble: str = ""
    owes: Owes | None = None  # the review that may be owed of it

    @property
    def open(self) -> bool:
        return not self.trouble and self.phase not in ("resolved", "closed", "cancelled")


def listed(state: Incident, path: str, others: list[str], now: Ms) -> Listed:
    """What the lobby says of this state at `now`."""
    waiting = due(state, now)
    commander = state.role("commander")
    return Listed(
        id=state.id,
        handle=handle(state.id, others),
        path=path,
        title=state.title,
        severity=state.severity,
        phase=state.phase,
        declared_at=state.declared_at,
        ended=state.ended,
        drill=state.drill,
        restricted=state.restricted,
        due=waiting[0] if waiting else None,
        commander=commander.who if commander else "",
        entries=state.entry_count,
    )


class Desk:
    """The incidents in one folder, for one person. `now` gives UTC ms."""

    def __init__(self, incidents: str, replica: str, me: By, now: Callable[[], Ms]):
        self.folder = incidents
        self.replica = replica
        self.me = me
        self.now = now
        self._read: dict[str, tuple[tuple[int, int, int], Incident]] = {}
        self._owed: dict[str, tuple[Incident, Owes | None]] = {}

    def incidents(self) -> list[Listed]:
        """Every incident, the latest first; files that did not change are not read again."""
        found = folder.entries(self.folder)
        ids = [e.inc for e in found]
        out = []
        for entry in found:
            try:
                out.append(self._listed(entry.path, ids))
            except StoreError as failed:
                out.append(Listed(entry.inc, handle(entry.inc, ids), entry.path, entry.title, trouble=str(failed)))
        return sorted(out, key=lambda each: -each.declared_at)

    def _listed(self, path: str, ids: list[str]) -> Listed:
        state = self.state(path)
        now = self.now()
        found = listed(state, path, ids, playing.time(path, state, now) if state.drill else now)
        return msgspec.structs.replace(found, owes=self._owes(path, state))

    def _owes(self, path: str, state: Incident) -> Owes | None:
        """What review may be owed; of a state that was looked at before, nothing is read again."""
        known = self._owed.get(path)
        if known is None or known[0] is not state:
            known = self._owed[path] = (state, owes(state))
        return known[1]

    def state(self, path: str) -> Incident:
        """The incident in this file; one that did not change is not read again. Raises `StoreError`."""
        try:
            stat = os.stat(path)
        except OSError as gone:
            raise StoreError(f"{path} cannot be read: {gone.strerror}.") from None
        mark = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        known = self._read.get(path)
        if known and known[0] == mark:
            return known[1]
        room = Room(Log.open(path, self.replica, read_only=True), self.me, self.now)
        try:
            state = room.load()
        finally:
            room.log.close()
        self._read[path] = (mark, state)
        return state

    def find(self, text: str) -> folder.Entry:
        """The incident that a handle or a part of its title names. Raises `StoreError` (`NotFound`, `Ambiguous`)."""
        return folder.find(self.folder, text)

    def open(self, path: str) -> Room:
        """The room of this file, not loaded yet. Raises `StoreError`."""
        return Room(Log.open(path, self.replica), self.me, self.now)

    def declare(self, command: Declare | ImportTimeline, drill: bool = False) -> Room | Refused | StoreError:
        """A new incident, durable when this returns; or why not, and then there is no file."""
        inc = incident_id(os.urandom(16), drill)
        if isinstance(command, Declare):
            command = msgspec.structs.replace(command, inc=inc)
        at = command.entries[0].at.t if isinstance(command, ImportTimeline) and command.entries else self.now()
        path = folder.path_for(self.folder, inc, command.title, at)
        draft = f"{path}.new"  # no incident before its declaration is on disk
        try:
            outcome = self._begun(draft, inc, command)
            if isinstance(outcome, list):
                return self.open_loaded(folder.publish(draft, path))
        except StoreError as failed:
            outcome = failed
        if os.path.lexists(draft):
            os.unlink(draft)
        return outcome

    def _begun(self, draft: str, inc: str, command: Declare | ImportTimeline) -> Outcome:
        log = Log.create(draft, inc, self.replica)
        try:
            room = Room(log, self.me, self.now)
            room.load()
            return room.do(command)
        finally:
            log.close()

    def open_loaded(self, path: str) -> Room:
        """The room of this file with its facts read. Raises `StoreError`."""
        room = self.open(path)
        room.load()
        return room
