"""What two machines write into one incident at the same time, on real files: by a copy whose facts come back later."""

import os
import shutil
import tempfile

from facts import T0
from warroom.core.acts.lifecycle import ChangeSeverity
from warroom.core.acts.people import AssignRole
from warroom.core.commands import Command
from warroom.core.values import By, Ms
from warroom.room.room import Room
from warroom.store.log import Log

Facts = list[tuple[bytes, str]]


def elsewhere(path: str, me: str, *commands: Command, rep: str = "ZZZZZZZZZZ", now: Ms = T0) -> Facts:
    """The facts that `me` writes on another machine, to which this file was copied, and that did not come back yet."""
    twin = os.path.join(tempfile.mkdtemp(), os.path.basename(path))
    shutil.copy(path, twin)
    with Log.open(twin, rep) as log:
        room = Room(log, By(me), lambda: now)
        room.load()
        for command in commands:
            assert isinstance(room.do(command), list)
        return [(bytes(data), hash) for data, hash in log.rows() if f'"rep":"{rep}"'.encode() in data]


def arrive(path: str, facts: Facts) -> None:
    """These facts come into the file, as the process that exchanges them brings them."""
    with Log.open(path, "ARRIVALS00") as log, log.writing() as writing:
        for data, hash in facts:
            writing.accept(data, hash)
        writing.write()


def set_twice(path: str, rep: str, me: str = "dana", now: Ms = T0) -> None:
    """Severity and commander are set here and elsewhere at the same time."""
    both = ChangeSeverity(severity="SEV3", why="few users"), AssignRole(role="commander", who="ivo")
    theirs = elsewhere(path, "ivo", *both, now=now)
    with Log.open(path, rep) as log:
        room = Room(log, By(me), lambda: now)
        room.load()
        for command in (ChangeSeverity(severity="SEV2", why="only cards"), AssignRole(role="commander", who="ana")):
            assert isinstance(room.do(command), list)
    arrive(path, theirs)
