"""Several processes at one file, and processes that are killed: no acknowledged fact is lost, none is there twice."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tinydb import TinyDB

from store_kit import INC, REP, write
from warroom.store import disk
from warroom.store.errors import LockHeld, ReadOnlyNow
from warroom.store.log import Log

HERE = Path(__file__).parent


def start(path: Path, name: str, count: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(HERE / "writer.py"), str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def whole(path: Path, acknowledged: list[str]) -> None:
    """The next opening has every acknowledged fact, once, in an unbroken chain, and stock TinyDB reads it."""
    with Log.open(path, REP) as log:
        events = log.load()
        ids = [event.id for event in events]
        assert len(ids) == len(set(ids))
        assert [i for i in acknowledged if i not in ids] == []
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [trouble for trouble in log.verify() if trouble.row] == []
    with TinyDB(path) as db:
        assert len(db.table("events").all()) == len(events)


def test_four_processes_write_at_once(path: Path, log: Log) -> None:
    writers = [start(path, name, 60) for name in "abcd"]
    acknowledged = [line for writer in writers for line in writer.communicate()[0].decode().split()]
    assert [writer.returncode for writer in writers] == [0, 0, 0, 0]
    assert len(acknowledged) == 4 * 120
    whole(path, acknowledged)


def test_a_follower_sees_every_fact_once_and_none_that_was_not_written(path: Path, log: Log) -> None:
    seen = [event.id for event in log.load()]
    writers = [start(path, name, 40) for name in "ab"]
    while any(writer.poll() is None for writer in writers):
        seen += [event.id for event in log.follow() or []]
    seen += [event.id for event in log.follow() or []]
    acknowledged = [line for writer in writers for line in writer.communicate()[0].decode().split()]
    assert sorted(seen) == sorted(acknowledged)


def killed_once(path: Path, after: int) -> list[str]:
    """A writer that is killed after it acknowledged `after` facts; the ids it had said by then."""
    writer = start(path, "k", 10_000)
    assert writer.stdout is not None
    said = [writer.stdout.readline().decode().strip() for _ in range(after)]
    # Not exactly after an acknowledgement: wherever it happens to be by the time the signal arrives.
    for _ in range(random.randrange(2000)):
        pass
    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate()
    lines = rest.decode().split("\n")[:-1]
    return [*said, *lines]


def kills(path: Path, times: int) -> None:
    Log.create(path, INC, REP).close()
    acknowledged: list[str] = []
    for number in range(times):
        acknowledged += killed_once(path, 1 + number % 5)
        if number % 10 == 9:
            whole(path, acknowledged)
            os.unlink(path)
            Log.create(path, INC, REP).close()
            acknowledged = []


def test_a_killed_writer_loses_nothing_it_acknowledged(path: Path) -> None:
    kills(path, 50)


def test_a_fact_whose_write_is_undone_was_never_seen(path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    follower = Log.open(path, REP)
    follower.load()
    looked = 0

    def failing(fd: int) -> None:
        nonlocal looked
        if b"undone" in path.read_bytes():  # a reader without the lock would take it now
            looked += 1
            with pytest.raises(LockHeld):
                follower.follow(wait=0.01)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "sync", failing)
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(ReadOnlyNow, match="not saved"):
        write(log, "undone")
    monkeypatch.undo()
    assert looked
    assert follower.follow() == []
    assert follower.load() == []
