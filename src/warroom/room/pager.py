"""The process that pages: who it is, whether it is well, and how it is started beside this one.

It is `warroom watch`, whoever starts it: a console and a command only ever start it and look at it, so that nothing
that reaches for the network lives in them.
"""

import os
from typing import TYPE_CHECKING

from ..store import beside, holding, replica
from ..store.holding import Holder
from . import paged_there, process, syncing

if TYPE_CHECKING:
    from ..core.incident import Incident

OFF = ("off", "0", "no", "false")
LOCK = "watch.lock"  # in the data folder: one watch pages for all its incidents
LOG = "watch.log"  # in the state folder: what a detached one says


def allowed(setting: bool = True) -> bool:
    """Whether a pager may be started by itself: neither WARROOM_WATCH nor the settings forbid it."""
    return setting and os.environ.get("WARROOM_WATCH", "").strip().casefold() not in OFF


def holder(path: str) -> Holder | None:
    """Who pages for the incident in this file; None where no living process of this folder does."""
    return holding.look(beside.pager(path))


def watching(data: str) -> Holder | None:
    """The watch of this data folder; None where none runs."""
    return holding.look(os.path.join(data, LOCK))


def unheld(path: str, data: str, state: "Incident") -> str:
    """Why the process of this folder that the log names pages no more, and what to do; empty where it does.

    A process of another folder cannot be looked at, and is believed.
    """
    said = state.pager
    if said is None or said.rep != replica.known(data):
        return ""
    found = holder(path)
    if found is None:
        return f"{said.where} is gone, nobody pages: `warroom watch --detach` does"
    if found.hangs:
        return f"{said.where} has not been heard of for {found.silent:.0f} s: `warroom watch --take` takes over"
    return ""


def wanted(state: "Incident", rooms: bool = False) -> bool:
    """Whether a pager has anything to do: somebody can be reached, something waits to go out or is followed elsewhere.

    `rooms`: incidents have a room in a chat. For a drill it never has.
    """
    from ..core.notices import notices
    from ..core.review.items import waits_elsewhere

    run = state.run
    reaches = bool(run and state.open and run.policy.reachable)
    reaches = reaches or (rooms and state.open)
    return not state.drill and (reaches or waits_elsewhere(state) or any(notice.way for notice in notices(state)))


def ensure(data: str, state_folder: str, state: "Incident", setting: bool = True, rooms: bool = False) -> bool:
    """Starts a detached watch where one is wanted, allowed and not running yet; whether one was started.

    None is needed where a server's pager pages and is well; what begins beside one leaves it the first word.
    """
    if not (wanted(state, rooms) and allowed(setting)) or paged_there.there(data, state):
        return False
    running = watching(data)
    if running is not None and not running.hangs:
        return False
    return start(state_folder, "--detached", *(("--take",) if running else ()))


def carries(data: str, state_folder: str, told: bool, setting: bool = True) -> bool:
    """Starts a detached watch, where none runs, for what was done about alerts; whether one runs or begins.

    `told`: this folder says how the places where alerts come from are told. A server's pager tells them for everybody.
    """
    joined = syncing.joined(data)
    if not told or (joined is not None and joined.pages):
        return True  # nothing is to be told from here
    running = watching(data)
    if running is not None and not running.hangs:
        return True
    return allowed(setting) and start(state_folder, "--detached", *(("--take",) if running else ()))


def start(state_folder: str, *words: str, tied: bool = False) -> bool:
    """Starts `warroom watch WORDS` beside this process; whether it began."""
    return process.start(state_folder, LOG, "watch", *words, tied=tied)


def tied(pid: int) -> bool:
    """Whether the process of this number was started by this one, and ends with it."""
    return process.tied(pid)


def ends_with_this() -> bool:
    """Whether a pager runs that ends with this process."""
    return process.ends_with_this()
