"""`warroom watch --hand-over`: this folder's pager lets go, and the server's goes on."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..core.values import Refused
from ..room import paged_there, syncing
from . import out
from .session import Session
from .stop import FAILED, OK, No

if TYPE_CHECKING:
    from ..room.room import Room
    from ..store.folder import Entry

_SENT = 10.0  # seconds that a page on its way has
_BEGINS = paged_there.BEGINS / 1000 + 5.0


def hand_over(session: Session) -> int:
    joined = syncing.joined(session.paths.data)
    if joined is None or not joined.pages:
        raise No("No server that pages was joined here; `warroom serve --pager` makes one page.")
    chosen = [entry for entry in _entries(session) if _ours(session, entry)]
    if not chosen:
        raise No("This folder pages for no incident that the server keeps; there is nothing to hand over.")
    given = [entry for entry in chosen if _let_go(session, entry)]
    began = [entry for entry in given if _begins(session, entry)]
    left = [session.handle(entry.inc) for entry in chosen if entry not in began]
    if session.arguments.json:
        out.json({"handed_over": [session.handle(entry.inc) for entry in began], "left": left})
    for entry in began:
        out.say(f"{session.handle(entry.inc)}: the server pages from now on.")
    for handle in left:
        out.say(f"{handle}: the server did not begin; a watch of this folder goes on with it by itself.")
    return FAILED if left else OK


def _entries(session: Session) -> "list[Entry]":
    from ..store import folder
    from .which import by_name

    if session.arguments.incident:
        return [by_name(session.paths, session.arguments.incident)]
    return folder.entries(session.paths.incidents)


def _ours(session: Session, entry: "Entry") -> bool:
    """Whether this folder pages for it by its log, and the server can go on."""
    with _opened(session, entry) as room:
        state = room.state
    mine = state.pager is not None and state.pager.rep == session.replica
    return mine and paged_there.kept(session.paths.data, state) and paged_there.in_reach(session.paths.data, entry.path)


def _let_go(session: Session, entry: "Entry") -> bool:
    """Puts it on the log as soon as no page is on its way. Raises `No`."""
    from ..core.acts.delivery import HandOverPager

    why = ""

    def once() -> bool:
        nonlocal why
        with _opened(session, entry) as room:
            held = room.state.pager
            if held is None or held.rep != session.replica:
                return True
            outcome = room.do(HandOverPager(token=held.token, why="the server goes on"))
        if isinstance(outcome, Exception) and not isinstance(outcome, Refused):
            raise outcome
        why = str(outcome) if isinstance(outcome, Refused) else ""
        return not why

    if not _until(_SENT, once):
        raise No(f"{session.handle(entry.inc)}: {why}")
    return True


def _begins(session: Session, entry: "Entry") -> bool:
    """Whether the server's pager says on the log that it pages, within the time that it has."""

    def once() -> bool:
        with _opened(session, entry) as room:
            held = room.state.pager
        return held is not None and held.rep != session.replica

    return _until(_BEGINS, once)


class _opened:
    """The incident's room, read; closed afterwards."""

    def __init__(self, session: Session, entry: "Entry") -> None:
        from ..room.room import Room
        from ..store.log import Log
        from .session import wall

        self._room = Room(Log.open(entry.path, session.replica), session.me, wall)

    def __enter__(self) -> "Room":
        self._room.load()
        return self._room

    def __exit__(self, *_: object) -> None:
        self._room.log.close()


def _until(seconds: float, so: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() >= end:
            return False
        time.sleep(0.1)
    return True
