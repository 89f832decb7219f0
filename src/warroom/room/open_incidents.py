"""The real incidents of a folder that are open, followed; one that has ended is read again once its file changed."""

from ..core.alerts.inbox import Inbox
from ..core.alerts.match import Open
from ..core.alerts.observed import attached, in_short
from ..core.incident import Incident
from ..core.values import By, handle, is_drill
from ..store import folder
from ..store.errors import StoreError
from ..store.log import Log
from .alerts import Mark, mark
from .room import Room


class OpenIncidents:
    """For one thread at a time. `states` and `handles` are by incident, as they were at the last look."""

    def __init__(self, incidents: str) -> None:
        self._folder = incidents
        self._rooms: dict[str, Room] = {}
        self._ended: dict[str, Mark] = {}
        self._short: dict[str, tuple[Incident, frozenset[tuple[str, str]], Open]] = {}
        self.states: dict[str, Incident] = {}
        self.handles: dict[str, str] = {}
        self.paths: dict[str, str] = {}

    def look(self) -> dict[str, Incident]:
        """Those that are open now. A file that cannot be read is left out: lobby and `warroom list` name it."""
        try:
            entries = folder.entries(self._folder)
        except StoreError:
            entries = []
        ids = [entry.inc for entry in entries]
        found: dict[str, Incident] = {}
        for entry in entries:
            if not is_drill(entry.inc) and (state := self._state(entry.path)) is not None:
                found[state.id] = state
                self.paths[state.id] = entry.path
        for path in [path for path in self._rooms if path not in {entry.path for entry in entries}]:
            self._rooms.pop(path).log.close()
        self.states = found
        self.handles = {inc: handle(inc, ids) for inc in ids if inc}
        return found

    def short(self, inbox: Inbox) -> list[Open]:
        """Each of them as a suggestion looks at it."""
        alerts = attached(inbox)
        found = []
        for inc, state in self.states.items():
            own = alerts.get(inc, frozenset())
            known = self._short.get(inc)
            if known is None or known[0] is not state or known[1] != own:
                known = self._short[inc] = (state, own, in_short(state, own))
            found.append(known[2])
        return found

    def _state(self, path: str) -> Incident | None:
        room = self._rooms.get(path)
        if room is None and path in self._ended and self._ended[path] == mark(path):
            return None
        try:
            if room is None:
                seen = mark(path)
                room = self._rooms[path] = Room(Log.open(path, "", read_only=True), By(""), lambda: 0)
                room.load()
            else:
                seen = mark(path)
                room.follow()
        except StoreError:
            self._drop(path)
            return None
        if room.state.declaration is not None and room.state.open:
            return room.state
        self._drop(path)
        self._ended[path] = seen
        return None

    def _drop(self, path: str) -> None:
        room = self._rooms.pop(path, None)
        if room is not None:
            room.log.close()

    def close(self) -> None:
        """Let go of the files."""
        for path in list(self._rooms):
            self._drop(path)
