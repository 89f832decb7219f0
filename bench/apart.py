"""Five terminals that were apart for a day and wrote two thousand facts each: how long until all of them are equal."""

import glob
import os
import shutil
import time
from collections.abc import Iterator
from hashlib import sha256
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import Any

from warroom.core.acts.entries import Log as LogEntry
from warroom.core.acts.lifecycle import Declare
from warroom.core.values import By
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.room.syncing import Joined
from warroom.store import access, replica
from warroom.store.log import Log
from warroom.sync import cycle
from warroom.sync.client import Client
from warroom.sync.token import Token

from .capacity import serving, token
from .corpus import SENTENCE, Corpus
from .row import Row

TERMINALS, AT_ONCE = 5, 500
DAY = 86_400_000
ENOUGH_S = 120.0


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    each = 200 if quick else 2_000
    took, count = meet(each)
    yield Row(
        f"{TERMINALS} terminals × {each} facts apart: equal again", took, 5.0, 3.0, f"{count} facts in each file", "s"
    )


def meet(each: int) -> tuple[float, int]:
    """Seconds until every file holds every fact, and how many those are. The processes are there before it begins."""
    with TemporaryDirectory() as home:
        os.mkdir(server := os.path.join(home, "server"))
        folders = _apart(home, each)
        expected = _size(folders[0]) + (TERMINALS - 1) * each
        secrets = [token(server, f"t{n}") for n in range(TERMINALS)]
        processes = get_context("spawn")
        ready, begin, told = processes.Queue(), processes.Event(), processes.Queue()
        with serving(server) as (_, url, _):
            terminals = [
                processes.Process(target=exchange, args=(folder, url, secret, expected, ready, begin, told))
                for folder, secret in zip(folders, secrets, strict=True)
            ]
            for terminal in terminals:
                terminal.start()
            for _ in terminals:
                ready.get(timeout=ENOUGH_S)
            began = time.perf_counter()
            begin.set()
            found = {told.get(timeout=ENOUGH_S) for _ in terminals}
            took = time.perf_counter() - began
            for terminal in terminals:
                terminal.join()
        assert len(found) == 1, "they do not hold the same"
        return took, expected


def exchange(folder: str, url: str, secret: str, expected: int, ready: Any, begin: Any, told: Any) -> None:
    """One terminal: cycles until it has everything; then it says what it holds."""
    joined, mine = Joined(url), Token(secret)
    client = Client(url, mine)
    client.info()  # what is imported for the first request is there in a terminal that was at work
    client.close()
    ready.put(None)
    begin.wait()
    while True:
        outcome = cycle.run(folder, joined, mine, By("ana"), lambda line: None)
        if not outcome.waits and _size(folder) == expected:
            break
    told.put(_held(folder))


def _apart(home: str, each: int) -> list[str]:
    """Data folders that know of one incident's beginning, and nothing of what the others wrote after it."""
    folders = [os.path.join(home, f"t{n}") for n in range(TERMINALS)]
    start = time.time_ns() // 1_000_000 - DAY
    first = _desk(folders[0], lambda: start)
    room = first.declare(Declare(title="Checkout returns 500s", severity="SEV2"))
    assert isinstance(room, Room)
    for folder in folders[1:]:
        incidents = access.ready(os.path.join(folder, "incidents"))
        shutil.copy(room.log.path, incidents)
    for n, folder in enumerate(folders):
        (path,) = glob.glob(os.path.join(folder, "incidents", "*.json"))
        clock = iter(range(start, start + DAY, DAY // each))
        other = Room(Log.open(path, replica.current(folder)), By(f"t{n}"), lambda clock=clock: next(clock))  # type: ignore[misc]  # its own clock
        other.load()
        for at in range(0, each, AT_ONCE):
            asked = [(LogEntry(text=f"{SENTENCE} #{n}.{at + i}"), other.me) for i in range(min(AT_ONCE, each - at))]
            assert all(isinstance(outcome, list) for outcome in other.commit(asked))
        other.log.close()
    return folders


def _desk(folder: str, now: Any) -> Desk:
    incidents = access.ready(os.path.join(folder, "incidents"))
    return Desk(incidents, replica.current(folder), By("t0"), now)


def _log(folder: str) -> Log:
    (path,) = glob.glob(os.path.join(folder, "incidents", "*.json"))
    return Log.open(path, "", read_only=True)


def _size(folder: str) -> int:
    with _log(folder) as log:
        return len(log.all_rows())


def _held(folder: str) -> str:
    """The same for the same set of facts."""
    with _log(folder) as log:
        return sha256("".join(sorted(hash for _, hash in log.rows())).encode()).hexdigest()
