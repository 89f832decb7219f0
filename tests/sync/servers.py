"""A server for the convergence proof: the real embedded store on real files, without threads, so that a run repeats.

It can be killed, lost, put back from an older copy, and its disk can fail; it answers as the HTTP part does.
"""

import asyncio
import os
import shutil
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from warroom.server.stores import embedded
from warroom.server.stores.base import Meta, Row, StoreTrouble
from warroom.server.stores.embedded import EmbeddedStore
from warroom.store.errors import NotWritten, StoreError
from warroom.sync import wire
from warroom.sync.wire import Fact, Listed, Page, Pushed, Standing

T = TypeVar("T")
Request = tuple[Any, ...]
_fact = msgspec.json.Decoder(Fact)
_LOOP = asyncio.new_event_loop()


class Straight(EmbeddedStore):
    """The store with everything in one thread."""

    async def _in_thread(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except (StoreError, OSError, msgspec.MsgspecError) as trouble:
            raise embedded._trouble(trouble) from trouble


class Server:
    """`acked`: what it has acknowledged and must hold, as far as its files were not taken from it."""

    def __init__(self, folder: str, inc: str) -> None:
        self.folder, self.inc = folder, inc
        self.page = wire.LONGEST_PAGE
        self.acked: set[str] = set()
        self.news: list[tuple[str, bytes]] = []  # what its stream would send: cursor and fact
        self.copies = 0
        self.kept: tuple[str, set[str]] | None = None  # an older copy of its folder
        self._start()

    def _start(self) -> None:
        self.store = Straight(self.folder)
        run(self.store.open())
        self.store.watch(self._heard)

    def _heard(self, inc: str, rows: list[Row]) -> None:
        self.news += [(wire.cursor(self.store.epoch, row.n), row.data) for row in rows]

    # ── what happens to it ──────────────────────────────────────────────────────────────────────

    def stop(self) -> None:
        """As `kill -9` does: nothing is written any more."""
        for room in self.store._rooms.values():
            room.log.close()

    def kill(self) -> None:
        self.stop()
        self._start()

    def lose(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)
        self.acked = set()
        self._start()

    def remember(self) -> None:
        self.copies += 1
        copy = f"{self.folder}.{self.copies}"
        shutil.copytree(self.folder, copy)
        self.kept = copy, set(self.acked)

    def put_back(self) -> None:
        if self.kept is None:
            return
        self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept[0], self.folder)
        self.acked = set(self.kept[1])
        self._start()

    def fill_its_disk(self) -> None:
        """The next write fails."""

        def fails(*_: object) -> None:
            raise NotWritten("The disk is full.")

        for room in self.store._rooms.values():
            room.log.file.append = room.log.file.replace = fails  # type: ignore[method-assign, assignment]  # it fails

    # ── what it answers ─────────────────────────────────────────────────────────────────────────

    def answer(self, request: Request) -> Any:
        """None: it knows no such incident. Raises `StoreTrouble`."""
        match request:
            case ("create",):
                run(self.store.put_meta(Meta(self.inc, created=1)))
                return "created"
            case _ if run(self.store.meta(self.inc)) is None:
                return None
            case ("heads",):
                heads, last = run(self.store.heads(self.inc))
                return Standing(dict(heads), wire.cursor(self.store.epoch, last))
            case ("pull", after):
                return self._page(after)
            case ("push", facts):
                return self._pushed(facts)
        raise AssertionError(request)

    def _page(self, after: str) -> Page:
        n = wire.after(after, self.store.epoch) or 0
        rows = run(self.store.read_after(self.inc, n, self.page + 1))
        more, rows = len(rows) > self.page, rows[: self.page]
        last = rows[-1].n if rows else n
        return Page(tuple(_fact.decode(row.data) for row in rows), wire.cursor(self.store.epoch, last), more)

    def _pushed(self, facts: list[bytes]) -> Pushed:
        sent = [(bytes(each.e), each.h) for each in map(_fact.decode, facts)]
        pushed = run(self.store.append_expected(self.inc, sent, "token"))
        for (_, hash), result in zip(sent, pushed.results, strict=True):
            if result.status in ("ok", "duplicate") or result.kept:
                self.acked.add(hash)
        return Pushed(pushed.results, wire.cursor(self.store.epoch, pushed.last))

    def listed(self) -> Listed | None:
        """What its list of incidents says of this one."""
        if run(self.store.meta(self.inc)) is None:
            return None
        heads, last = run(self.store.heads(self.inc))
        return Listed(self.inc, wire.digest(heads), wire.cursor(self.store.epoch, last))

    @property
    def path(self) -> str:
        return os.path.join(self.folder, "incidents", self.inc + ".json")


def run(coroutine: Any) -> Any:
    return _LOOP.run_until_complete(coroutine)


__all__ = ["Request", "Server", "StoreTrouble"]
