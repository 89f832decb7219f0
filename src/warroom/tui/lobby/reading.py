"""What the lobby reads: the folder's incidents, what was practised in it, what is planned, and what to offer.

All of it in one thread; a file that did not change is not read again, and nothing is made of it twice.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from ...core.drill import clock
from ...core.incident import Incident
from ...core.values import DAY, HOUR, Ms, Refused
from ...room import StoreError
from ...room.desk import Desk, Listed
from ...room.drill_history import LONG_AGO, RECENT, Practised, is_long_ago, mine, practised
from ...room.drill_plan import Planned, load
from ..sync_view import SyncView

MINUTES = 10  # what is offered takes about so long


class Run(msgspec.Struct, frozen=True):
    """How a drill stands: running, paused or over; `ran` is how long it took so far, in drill time."""

    standing: str
    ran: Ms


class Practice(msgspec.Struct, frozen=True, eq=False):
    """What is practised here. `last`: when this person's last finished drill began (UTC ms), None where there is none.

    `offered`: it is long ago, so that ten minutes are worth offering; `replay` is the incident to replay then.
    `untold` says why the plan cannot be read.
    """

    runs: Mapping[str, Run] = {}
    last: Ms | None = None
    offered: bool = False
    replay: Listed | None = None
    planned: Planned | None = None
    untold: str = ""


class Step(msgspec.Struct, frozen=True):
    """How one incident stands to the server: who has it open, oneself among them, and what waits or was refused."""

    here: int = 0
    unsent: int = 0
    refused: int = 0


class Server(msgspec.Struct, frozen=True, eq=False):
    """The server that this folder has joined; `view` is alone where there is none. `steps` by incident."""

    view: SyncView = SyncView()
    steps: Mapping[str, Step] = {}


class Seen(msgspec.Struct, frozen=True, eq=False):
    """One look at the folder."""

    incidents: list[Listed]
    practice: Practice
    server: Server = Server()


class Reader:
    """Looks at the folder, again and again, for one person. `data` is the folder with the plan.

    `server` looks at how its incidents stand to the server that it has joined.
    """

    def __init__(self, desk: Desk, data: str, server: Callable[[list[Listed]], Server] | None = None) -> None:
        self._desk, self._data, self._server = desk, data, server
        self._drills: dict[str, tuple[Incident, Practised | None]] = {}
        self._playable: dict[str, tuple[Incident, bool]] = {}

    def read(self) -> Seen:
        """What there is now. Raises `StoreError` where the folder cannot be read."""
        incidents = self._desk.incidents()
        now, me = self._desk.now(), self._desk.me.name
        drills = [each for each in incidents if each.drill and not each.trouble]
        runs = {each.id: known for each in drills if (known := self._practised(each))}
        found = list(runs.values())
        finished = [each.at for each in mine(found, me)]
        begun = any(not each.ended and each.who == me and now - each.at <= LONG_AGO for each in found)
        offered = is_long_ago(found, me, now) and not begun
        planned, untold = self._planned(now)
        practice = Practice(
            runs={id: _run(each, now) for id, each in runs.items()},
            last=max(finished, default=None),
            offered=offered,
            replay=self._replay(incidents, now) if offered else None,
            planned=planned,
            untold=untold,
        )
        return Seen(incidents, practice, self._server(incidents) if self._server else Server())

    def _practised(self, each: Listed) -> Practised | None:
        try:
            state = self._desk.state(each.path)
        except StoreError:
            return None
        known = self._drills.get(each.path)
        if known is None or known[0] is not state:
            known = self._drills[each.path] = (state, practised(state, each.path, []))
        return known[1]

    def _replay(self, incidents: Iterable[Listed], now: Ms) -> Listed | None:
        """The latest real incident that ended lately and has enough in it to practise on."""
        for each in incidents:
            # What is restricted stays in its own file.
            real = not (each.drill or each.trouble or each.restricted) and each.phase in ("resolved", "closed")
            if real and each.ended is not None and now - each.ended <= RECENT and self._can_be_played(each):
                return each
        return None

    def _can_be_played(self, each: Listed) -> bool:
        try:
            state = self._desk.state(each.path)
        except StoreError:
            return False
        known = self._playable.get(each.path)
        if known is None or known[0] is not state:
            known = self._playable[each.path] = (state, _is_playable(state))
        return known[1]

    def _planned(self, now: Ms) -> tuple[Planned | None, str]:
        try:
            found = load(self._data)
        except Refused as no:
            return None, str(no)
        return coming(found, now), ""


def coming(planned: Iterable[Planned], now: Ms) -> Planned | None:
    """What is next, an hour after its time still; else the last one of the past half day."""
    near = [each for each in planned if each.at > now - DAY // 2]
    return next((each for each in near if each.at > now - HOUR), near[-1] if near else None)


def _run(each: Practised, now: Ms) -> Run:
    state, over = each.state, clock.ended(each.state)
    end = over.at.t if over else clock.time(state, now)
    standing = "over" if over else "running" if clock.speed(state) else "paused"
    return Run(standing, max(0, end - clock.start_of(state)))


def _is_playable(state: Incident) -> bool:
    from ...exchange.replay import scenario

    try:
        scenario(state, MINUTES)
    except ValueError:
        return False
    return True
