"""Incidents of any length, as the console would have written them, in a folder of their own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from warroom.config.paths import Paths, find
from warroom.core.acts.entries import Log as LogEntry
from warroom.core.acts.lifecycle import Declare
from warroom.core.values import By
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store import access, replica

WARROOM = os.path.join(os.path.dirname(sys.executable), "warroom")
ME = By("dana", "dana", "bastion")
SENTENCE = "p99 on payments-db is at 4.2 s and was 40 ms; 1,900 sessions wait for a lock on orders"
_AT_ONCE = 1000


def now() -> int:
    return time.time_ns() // 1_000_000


class Corpus:
    """A home for the program with incidents in it. `env` makes a program use it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.env = {"WARROOM_HOME": folder, "WARROOM_ACTOR": ME.name}
        self.paths: Paths = find(self.env)
        access.ready(self.paths.incidents)
        self.replica = replica.current(self.paths.data)
        self.desk = Desk(self.paths.incidents, self.replica, ME, now)

    def incident(self, facts: int) -> Room:
        """A new incident of about so many facts, loaded."""
        room = self.desk.declare(Declare(title=f"{facts} facts", severity="SEV2", services=("payments",)))
        assert isinstance(room, Room), room
        left = facts - len(room.log.tail(10**6))
        while left > 0:
            outcomes = room.commit([(LogEntry(text=f"{SENTENCE} #{n}"), ME) for n in range(min(left, _AT_ONCE))])
            assert all(isinstance(outcome, list) for outcome in outcomes), outcomes[0]
            left -= _AT_ONCE
        return room

    def declared(self) -> str:
        """The handle of an incident as `warroom declare` makes it: with a policy, clocks and a checklist that tick."""
        command = [WARROOM, "declare", "Checkout returns 500s", "-s", "SEV2", "--json"]
        done = subprocess.run(command, env={**os.environ, **self.env}, capture_output=True, check=True)
        handle: str = msgspec.json.decode(done.stdout)["handle"]
        return handle

    def handle(self, room: Room) -> str:
        return room.log.inc[:8]

    def other(self, room: Room) -> Room:
        """The same incident in the hands of another process of this machine."""
        again = self.desk.open(room.log.path)
        again.load()
        return again


@contextmanager
def corpus() -> Iterator[Corpus]:
    """In the temporary folder, or in WARROOM_BENCH_DIR; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="warroom-bench-", dir=os.environ.get("WARROOM_BENCH_DIR")) as folder:
        yield Corpus(folder)


def disk(folder: str) -> str:
    """The kind of file system there, as far as /proc/mounts tells; a sync on tmpfs costs nothing."""
    try:
        with open("/proc/mounts") as mounts:
            found = [line.split()[1:3] for line in mounts]
    except OSError:
        return "unknown"
    folder = os.path.realpath(folder)
    fitting = [
        (len(place), kind) for place, kind in found if folder.startswith(place.rstrip("/") + "/") or place == "/"
    ]
    return max(fitting)[1] if fitting else "unknown"
