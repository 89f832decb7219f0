"""A durable commit against what the disk and SQLite need for the same bytes."""

import os
import sqlite3
from collections.abc import Callable, Iterator

from warroom.core.acts.entries import Log as LogEntry
from warroom.room.room import Room

from .corpus import SENTENCE, Corpus
from .measure import interleaved, ms, ratio, timed
from .row import Row

SIZES = (100, 1_000, 10_000, 100_000)


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    raw: dict[int, float] = {}
    lite: dict[int, float] = {}
    notes: list[str] = []
    for size in SIZES[::3] if quick else SIZES:
        found = _measured(corpus, size, 60 if quick else 300)
        raw[size], lite[size] = ratio(found["commit"], found["raw"]), ratio(found["commit"], found["sqlite"])
        notes.append(f"{size}: {ms(found['commit'])}, raw {ms(found['raw'])}, SQLite {ms(found['sqlite'])}")
    worst = max(raw, key=raw.__getitem__)
    yield Row("durable commit × raw write+fdatasync, the worst size", raw[worst], 1.6, 1.25, "; ".join(notes))
    worst = max(lite, key=lite.__getitem__)
    said = ", ".join(f"{size}: {figure:.2f}" for size, figure in lite.items())
    yield Row("durable commit × SQLite WAL FULL, the worst size", lite[worst], 1.1, 0.9, said)
    said = ", ".join(f"{size}: {figure:.2f}" for size, figure in raw.items())
    yield Row("the same × raw, 100,000 against 100 events", raw[SIZES[-1]] / raw[SIZES[0]], 1.4, 1.15, said)


def _measured(corpus: Corpus, size: int, runs: int) -> dict[str, list[float]]:
    room = corpus.incident(size)
    _commit(room)()  # whose bytes the peers write
    with open(room.log.path, "rb") as file:
        line = file.read()[:-3].rpartition(b"\n")[2]
    with open(room.log.path, "rb") as source, open(os.path.join(corpus.folder, f"raw-{size}"), "wb") as copy:
        copy.write(source.read())
    peer = sqlite3.connect(os.path.join(corpus.folder, f"lite-{size}"), isolation_level=None)
    peer.execute("PRAGMA journal_mode=WAL")
    peer.execute("PRAGMA synchronous=FULL")
    peer.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, e BLOB)")
    peer.execute("BEGIN")
    peer.executemany("INSERT INTO events (e) VALUES (?)", ([line] for _ in range(size)))
    peer.execute("COMMIT")
    fd = os.open(copy.name, os.O_RDWR)

    def raw() -> None:
        os.pwrite(fd, line, os.lseek(fd, 0, os.SEEK_END))
        os.fdatasync(fd)

    def lite() -> None:
        peer.execute("BEGIN")
        peer.execute("INSERT INTO events (e) VALUES (?)", [line])
        peer.execute("COMMIT")

    try:
        commit = _commit(room)
        acts = {"commit": lambda: timed(commit), "raw": lambda: timed(raw), "sqlite": lambda: timed(lite)}
        return interleaved(runs, acts, warm=10)
    finally:
        os.close(fd)
        peer.close()
        room.log.close()


def _commit(room: Room) -> Callable[[], None]:
    command = LogEntry(text=SENTENCE)

    def commit() -> None:
        outcome = room.do(command)
        assert isinstance(outcome, list), outcome

    return commit
