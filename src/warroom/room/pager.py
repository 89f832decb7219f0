"""The process that pages: who it is, whether it is well, and how it is started beside this one.

It is `warroom watch`, whoever starts it: a console and a command only ever start it and look at it, so that nothing
that reaches for the network lives in them.
"""

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from ..store import beside, holding, replica
from ..store.holding import Holder

if TYPE_CHECKING:
    from ..core.incident import Incident

OFF = ("off", "0", "no", "false")
LOCK = "watch.lock"  # in the data folder: one watch pages for all its incidents
LOG = "watch.log"  # in the state folder: what a detached one says

_started: list["subprocess.Popen[bytes]"] = []


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


def wanted(state: "Incident") -> bool:
    """Whether a pager has anything to do: somebody can be reached, something waits to go out or is followed elsewhere.

    For a drill it never has.
    """
    from ..core.notices import notices
    from ..core.review.items import waits_elsewhere

    run = state.run
    reaches = bool(run and state.open and run.policy.reachable)
    return not state.drill and (reaches or waits_elsewhere(state) or any(notice.way for notice in notices(state)))


def ensure(data: str, state_folder: str, state: "Incident", setting: bool = True) -> bool:
    """Starts a detached watch where one is wanted, allowed and not running yet; whether one was started."""
    if not (wanted(state) and allowed(setting)):
        return False
    running = watching(data)
    if running is not None and not running.hangs:
        return False
    return start(state_folder, "--detached", *(("--take",) if running else ()))


def start(state_folder: str, *words: str, tied: bool = False) -> bool:
    """Starts `warroom watch WORDS` in a session of its own, so that it outlives this terminal; whether it began.

    `tied`: it ends with this process instead, when the pipe to it breaks.
    """
    command = [sys.executable, "-m", "warroom", "watch", *words]
    # What this program was found through must be found there too, and never what lies in the folder somebody is in.
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    try:
        os.makedirs(state_folder, 0o700, exist_ok=True)
        said = os.open(os.path.join(state_folder, LOG), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        said = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
    except OSError:
        return False
    finally:
        os.close(said)
    _started.append(process)  # kept, so that its end is noticed by nobody else and no pipe is closed early
    return True


def tied(pid: int) -> bool:
    """Whether the process of this number was started by this one, and ends with it."""
    return any(each.pid == pid and each.stdin is not None for each in _started)


def ends_with_this() -> bool:
    """Whether a pager runs that ends with this process."""
    return any(each.stdin is not None and each.poll() is None for each in _started)
