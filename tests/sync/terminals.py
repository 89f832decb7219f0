"""A terminal for the convergence proof: a data folder with a real room in it, a real file and the real engine."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from facts import INC, T0
from warroom.core import codec
from warroom.core.events import Event, FactRedacted, Logged, Unknown
from warroom.core.values import At, By, Ms, fact_id
from warroom.room.room import Room
from warroom.store import replica, rows
from warroom.store.errors import NotWritten, StoreError
from warroom.store.log import Log
from warroom.store.writing import Writing
from warroom.sync.answers import Offline
from warroom.sync.exchange import Exchange, Pace
from warroom.sync.files import LocalFile
from warroom.sync.wire import Fact

DAY: Ms = 86_400_000
Saved = tuple[str, dict[str, tuple[int, str]]]
_fact = msgspec.json.Decoder(Fact)

ODD = ("large", "fraction", "year 10000", "newer envelope")
PLAIN = ("unknown kind", "envelope 2")


class Terminal:
    """`kept`: the hashes of what was written or came here durably, as far as its file was not taken from it."""

    def __init__(self, folder: str, name: str, server: int, saved: Saved = ("", {})) -> None:
        self.folder, self.name, self.server = folder, name, server
        self.path = os.path.join(folder, "incidents", "war.json")
        self.ticks: Ms = 0
        self.saved = saved  # the cursor, and the server's heads, as its status has them
        self.kept: set[str] = set()
        self.copy: tuple[bytes, set[str]] | None = None
        self.saw: dict[str, list[str]] = {}  # of each fact that was written here, what its writer knew
        self.live: deque[tuple[str, bytes]] = deque()  # what its stream is about to bring, …
        self.heard: deque[tuple[str, bytes]] = deque(maxlen=3)  # … and brought last
        self.old: dict[str, list[Any]] = {}  # earlier answers, as a proxy may keep them
        self.open()

    def open(self) -> None:
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        rep = replica.current(self.folder)
        if not os.path.exists(self.path):
            Log.create(self.path, INC, rep).close()
        self.room = Room(Log.open(self.path, rep), By(self.name, self.name, "host"), self.now)
        self.room.load()
        self.exchange = Exchange(LocalFile(self.path, rep), *self.saved, reads_only=False)
        self.exchange.look()

    def close(self) -> None:
        self.room.log.close()
        self.exchange.file.close()

    def now(self) -> Ms:
        self.ticks += 1000
        return T0 + self.ticks

    # ── people ──────────────────────────────────────────────────────────────────────────────────

    def do(self, command: Any) -> list[Event]:
        done = self.room.do(command)
        if isinstance(done, StoreError):
            raise done
        facts = done if isinstance(done, list) else []
        self.kept |= {event.hash for event in facts}
        if facts:
            known = [event.id for event in self.room.state.facts]
            self.saw.update({event.id: known[: known.index(event.id)] for event in facts if event.id in known})
        return facts

    def write_odd(self, sort: str) -> str:
        """A fact such as a newer or a broken warroom writes; its id."""
        with self.room.log.writing() as writing:
            self.room._catch_up(writing)
            before = writing._standing
            plain = Event(
                id=fact_id(os.urandom(12)), inc=INC, rep=self.room.log.rep, seq=before.seq + 1, lam=before.lam + 1,
                at=At(self.now()), rec=self.now(), by=By(self.name), body=Logged(text_="odd"), prev=before.prev,
                salt=os.urandom(16).hex(),
            )  # fmt: skip
            event, data, hash = _odd(sort, plain)
            _keep(writing, event, data, hash)
            writing.write()
        self.room.load()
        self.kept.add(hash)
        return event.id

    # ── the exchange ────────────────────────────────────────────────────────────────────────────

    def step(self, line: Any) -> bool:
        """The next thing that the exchange does; False: nothing. `line` stands where the client would."""
        try:
            did = self.exchange.step(line, Pace(), self.now(), By(self.name))
        except Offline:
            did = True
        self.note()
        return did

    def hear(self, facts: list[tuple[str, bytes]]) -> None:
        """What the stream brings."""
        self.exchange.came((cursor, _fact.decode(data)) for cursor, data in facts)
        self.note()

    def note(self) -> None:
        """What the exchange says is in the file has to be there from now on."""
        file, status = self.exchange.file, os.stat(self.path)
        if not file.shrank and file._stamp == (status.st_ino, status.st_size):
            self.kept |= self.exchange.engine._rows.keys()
        self.saved = self.exchange.engine.cursor, dict(self.exchange.engine.heads)

    def leaves(self, sent: list[bytes]) -> None:
        gone = {e.body.of for e in self.room.state.facts if isinstance(e.body, FactRedacted)}
        for data in sent:
            event = codec.decode(_fact.decode(data).e)
            assert not (event.salt and event.id in gone), "the text of a redacted fact left this folder"

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """What comes from the server meanwhile cannot be written."""
        file = self.exchange.file._log.file

        def fails(*_: object) -> None:
            raise NotWritten("The disk is full.")

        file.append = file.replace = fails  # type: ignore[method-assign, assignment]  # it fails
        yield
        vars(file).pop("append", None)
        vars(file).pop("replace", None)


def _keep(writing: Writing, event: Event, data: bytes, hash: str) -> None:
    writing.keep(msgspec.structs.replace(event, hash=hash), data, hash)


def _odd(sort: str, plain: Event) -> tuple[Event, bytes, str]:
    change = msgspec.structs.replace
    event = {
        "large": lambda: change(plain, body=Logged(text_="x" * 70_000)),
        "fraction": lambda: change(plain, body=Unknown("moon.phase", b'{"phase":0.5}')),
        "year 10000": lambda: change(plain, at=At(253_402_300_800_000)),
        "unknown kind": lambda: change(plain, body=Unknown("moon.phase", b'{"phase":[9]}')),
        "envelope 2": lambda: change(plain, v=2),
        "newer envelope": lambda: change(plain, v=3),
    }[sort]()
    data, hash = codec.encode(event)
    if sort == "newer envelope":
        data, hash = data[:-1] + b',"zone":"x"}', "0" * 32 + hash[32:]
    return event, data, hash


Facts = list[tuple[Event, bytes, str]]
_read: dict[str, tuple[tuple[int, int, int], Facts]] = {}


def rows_of(path: str) -> Facts:
    """Every fact of a file, read past everything that is tested here."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return []
    stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
    known = _read.get(path)
    if known is None or known[0] != stamp:
        known = _read[path] = stamp, _read_rows(path)
    return known[1]


def forget() -> None:
    _read.clear()


def _read_rows(path: str) -> Facts:
    with open(path, "rb") as file:
        table = rows.split(file.read())
    assert table is not None, f"{path} is no whole file"
    found = [row for each in table if (row := rows.unpack(each.data))]
    assert len(found) == len(table)
    return [(codec.decode(row.e, row.h), bytes(row.e), row.h) for row in found]
