"""Who this data directory is among all that write to an incident: one replica per directory on one machine.

A directory that was copied, restored or moved must not go on with another's numbers: it becomes a new replica.
"""

import os
from hashlib import sha256

import msgspec

from ..core.values import crockford
from . import disk
from .errors import not_written

_CHARS = 10  # 50 bits
_MACHINE_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")


class Replica(msgspec.Struct, frozen=True):
    """A replica and what it is bound to."""

    rep: str
    machine: str
    path: str
    inode: int


_decoder = msgspec.json.Decoder(Replica)


def machine() -> str:
    """What tells this machine from others, without giving its own identifier away: 16 hex digits."""
    for name in _MACHINE_FILES:
        try:
            with open(name, "rb") as file:
                found = file.read(256).strip()
        except OSError:
            continue
        if found:
            return sha256(b"warroom " + found).hexdigest()[:16]
    return sha256(b"warroom " + os.uname().nodename.encode()).hexdigest()[:16]


def current(folder: str | os.PathLike[str]) -> str:
    """The replica of this data directory; made, durably, when there is none or it was made for another place.

    Call it before the first write. Raises what a failed write raises.
    """
    folder = os.path.realpath(folder)
    path = os.path.join(folder, "replica.json")
    try:
        here = Replica("", machine(), folder, os.stat(folder).st_ino)
        known = _read(path)
        if known is not None and msgspec.structs.replace(known, rep="") == here:
            return known.rep
        rep = crockford(int.from_bytes(os.urandom(7), "big"), _CHARS)
        text = msgspec.json.encode(msgspec.structs.replace(here, rep=rep)) + b"\n"
        if known is None:
            return _first(path, text, rep)
        disk.replace(path, text)
    except OSError as problem:
        raise not_written(problem, path) from problem
    return rep


def renew(folder: str | os.PathLike[str], old: str) -> str:
    """A new replica for this data directory, whose numbers as `old` were used twice; the present one if it is another.

    Raises what a failed write raises.
    """
    now = current(folder)
    if now != old:
        return now
    path = os.path.join(os.path.realpath(folder), "replica.json")
    found = _read(path)
    rep = crockford(int.from_bytes(os.urandom(7), "big"), _CHARS)
    try:
        if found is not None:
            disk.replace(path, msgspec.json.encode(msgspec.structs.replace(found, rep=rep)) + b"\n")
    except OSError as problem:
        raise not_written(problem, path) from problem
    return rep


def known(folder: str | os.PathLike[str]) -> str:
    """The replica of this data directory, for looking only; empty where it has none yet. Writes nothing."""
    folder = os.path.realpath(folder)
    found = _read(os.path.join(folder, "replica.json"))
    try:
        here = Replica(found.rep, machine(), folder, os.stat(folder).st_ino) if found else None
    except OSError:
        return ""
    return found.rep if found and found == here else ""


def _read(path: str) -> Replica | None:
    try:
        with open(path, "rb") as file:
            found = _decoder.decode(file.read(65536))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    plain = found.rep.isascii() and found.rep.isalnum() and len(found.rep) == _CHARS
    return found if plain else None


def _first(path: str, text: bytes, rep: str) -> str:
    """Two processes may start at once: both go on with the one that came first."""
    try:
        disk.create(path, text)
        return rep
    except FileExistsError:
        known = _read(path)
        if known is not None:
            return known.rep
        disk.replace(path, text)  # a broken file
        return rep
