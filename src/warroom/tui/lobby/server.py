"""How the incidents of the lobby stand to the server that their folder has joined: how many are here, what waits."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ...core.values import Ms
from ...room.desk import Listed
from ..sync_lookout import Exchange, Mark, host_of, mark
from ..sync_view import ONLINE, SyncView
from ..sync_words import others
from .reading import Server, Step

if TYPE_CHECKING:
    from ...config.paths import Paths
    from ...room.syncing import Status


class ServerEye:
    """Looks again and again, on the thread that reads the folder; a file that did not change is not read again."""

    def __init__(self, paths: "Paths", now: Callable[[], Ms]) -> None:
        self._paths, self._now = paths, now
        self._exchange = Exchange(paths, now)
        self._known: dict[str, tuple[Mark, Status | None]] = {}

    def look(self, incidents: Iterable[Listed]) -> Server:
        """How each of them stands, and the server."""
        self._exchange.look()
        joined = self._exchange.joined
        if joined is None:
            return Server()
        found = {each.id: self._status(each.path) for each in incidents if not each.drill}
        newest = max(self._known.values(), key=lambda known: known[0][2] if known[0] else 0, default=(None, None))[1]
        state, since, why = self._exchange.standing(newest)
        view = SyncView(state=state, server=host_of(joined.url), since=since, why=why, rep=self._exchange.rep)
        beside = self._beside()
        steps = {inc: self._step(view, status, beside[inc]) for inc, status in found.items() if status or beside[inc]}
        return Server(view, steps)

    def _status(self, path: str) -> "Status | None":
        from ...room import syncing
        from ...store import beside

        found = mark(beside.sync(path))
        known = self._known.get(path)
        if known is None or known[0] != found:
            known = self._known[path] = (found, syncing.status(path) if found is not None else None)
        return known[1]

    def _beside(self) -> Counter[str]:
        """How many consoles of this folder have each incident open."""
        from ...room import here

        return Counter(each.inc for each in here.now(self._paths.state) if "@" not in each.who)

    def _step(self, view: SyncView, status: "Status | None", beside: int) -> Step:
        if status is None:
            return Step(beside)
        there = SyncView(state=ONLINE, here=status.here, rep=self._exchange.rep) if view.state == ONLINE else view
        waits = sum(id not in status.refused for id in status.unsent)
        return Step(beside + len(others(there, self._now())), waits, len(status.refused))
