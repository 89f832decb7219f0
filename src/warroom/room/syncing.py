"""How far an incident is in step with a server, as the process that exchanges facts last wrote it down.

That process is `warroom sync --live`, one for each data folder: consoles and commands only start it and look at what it
says, so that nothing remote ever delays them.
"""

import os
from typing import Literal

import msgspec

from ..core.values import Ms
from ..store import beside, disk, holding
from ..store.holding import Holder

LOCK = "sync.lock"  # in the data folder
LOG = "sync.log"  # in the state folder
JOINED = "server.json"  # in the data folder: which server, without its token
DELETED = "deleted.list"  # in the data folder: incidents that were deleted for good, and are not fetched again
OFF = "WARROOM_SYNC"

State = Literal["online", "offline", "denied"]


class Here(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who has the room open elsewhere; `seen` by this machine's clock."""

    who: str
    host: str = ""
    rep: str = ""
    seen: Ms = 0


class Status(msgspec.Struct, frozen=True, omit_defaults=True):
    """One incident and its server. `state` since `since`; `why`: what is wrong and what happens next, a sentence.

    `unsent`: fact id → when it was recorded, of what the server has not acknowledged. `refused`: fact id → why.
    `offset`: the server's clock minus this one's, ms; None while unknown. `relayed`: fact id → whose token brought it,
    where that differs. `cursor` is what to go on reading from, `heads` what the server acknowledged last.
    """

    server: str = ""
    state: State = "offline"
    since: Ms = 0
    why: str = ""
    grant: str = ""
    unsent: dict[str, Ms] = {}
    refused: dict[str, str] = {}
    here: tuple[Here, ...] = ()
    offset: Ms | None = None
    cursor: str = ""
    heads: dict[str, tuple[int, str]] = {}
    relayed: dict[str, str] = {}
    blobs: tuple[str, ...] = ()  # evidence that the server has


class Joined(msgspec.Struct, frozen=True, omit_defaults=True):
    """The server that this data folder has joined. `ca`: a file of certificates to trust beside the system's."""

    url: str
    name: str = ""
    grant: str = ""
    ca: str = ""
    at: Ms = 0
    pages: bool = False  # the server pages for what it keeps


_status = msgspec.json.Decoder(Status)
_joined = msgspec.json.Decoder(Joined)


def joined(data: str) -> Joined | None:
    """The server that this data folder has joined; None: none. A broken file counts as none."""
    try:
        with open(os.path.join(data, JOINED), "rb") as file:
            return _joined.decode(file.read(65536))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def status(path: str) -> Status | None:
    """How far the incident in this file is; None: it was never exchanged."""
    try:
        with open(beside.sync(path), "rb") as file:
            return _status.decode(file.read())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def save(path: str, status: Status) -> bool:
    """Writes the status in one step. False when it could not: it may be lost, and is found out anew."""
    return disk.swap(beside.sync(path), msgspec.json.encode(status))


def note_deleted(data: str, inc: str) -> None:
    """This incident was deleted here on purpose: a server that still has it does not bring it back."""
    fd = os.open(os.path.join(data, DELETED), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, inc.encode("ascii", "replace") + b"\n")
        disk.sync(fd)
    finally:
        os.close(fd)


def deleted(data: str) -> frozenset[str]:
    """The incidents that were deleted here for good."""
    try:
        with open(os.path.join(data, DELETED), encoding="ascii", errors="replace") as file:
            return frozenset(file.read().split())
    except OSError:
        return frozenset()


def running(data: str) -> Holder | None:
    """The process that exchanges facts for this data folder; None where none does."""
    return holding.look(os.path.join(data, LOCK))


def allowed() -> bool:
    """Whether it may be started by itself: `WARROOM_SYNC=off` forbids it."""
    return os.environ.get(OFF, "").strip().casefold() not in ("off", "0", "no", "false")


def ensure(data: str, state_folder: str) -> bool:
    """Starts that process where a server was joined and none runs; whether one was started."""
    if joined(data) is None or not allowed():
        return False
    there = running(data)
    if there is not None and not there.hangs:
        return False
    from . import process

    return process.start(state_folder, LOG, "sync", "--live", "--detached", *(("--take",) if there else ()))
