"""The default store: one TinyDB file per incident, the same as a terminal's, in one folder of this machine.

Pushes that wait for one incident are judged one after the other and become durable together, in one write and sync.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

import msgspec

from ...core import codec
from ...core.values import crockford
from ...store import access, disk, evidence
from ...store.errors import Missing, StoreError
from ...store.log import Log
from ...sync.wire import Heads, Result
from . import index as indexing
from .base import Meta, Pushed, Row, StoreTrouble, Watcher
from .index import Index, Judged
from .turns import Turns, noted

MEMORY = 256 * 1024 * 1024  # bytes of facts that are kept in memory
WRITER = "0000000000"  # the server writes no facts of its own

T = TypeVar("T")
_meta = msgspec.json.Decoder(Meta)
_Waiting = tuple[list[tuple[bytes, str]], str, "asyncio.Future[Pushed]"]


class _Room:
    """One incident in memory. `durable`: how many rows may be shown."""

    def __init__(self, log: Log, index: Index) -> None:
        self.log, self.index = log, index
        self.durable = len(index.rows)
        self.heads = dict(index.heads)
        self.waiting: list[_Waiting] = []
        self.busy = False


class EmbeddedStore:
    """See `base.Store`. `folder` is made when it is not there; one process at a time."""

    kind = "embedded"

    def __init__(self, folder: str) -> None:
        self.folder = os.path.realpath(folder)
        self.epoch = crockford(int.from_bytes(os.urandom(7), "big"), 10)
        self._incidents = os.path.join(self.folder, "incidents")
        self._tables = os.path.join(self.folder, "tables")
        self._metas: dict[str, Meta] = {}
        self._rooms: OrderedDict[str, _Room] = OrderedDict()
        self._opening: dict[str, asyncio.Lock] = {}
        self._writing_metas = asyncio.Lock()
        self._watchers: list[Watcher] = []
        self._read: dict[str, tuple[tuple[int, int, int], bytes, int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        await self._in_thread(self._prepare)

    def _prepare(self) -> None:
        for folder in (self.folder, self._incidents, self._tables):
            access.ready(folder)
        for name in sorted(os.listdir(self._incidents)):
            inc, dot, kind = name.partition(".")
            if dot and kind == "meta":
                with open(os.path.join(self._incidents, name), "rb") as file:
                    self._metas[inc] = _meta.decode(file.read())

    async def close(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks)
        for room in self._rooms.values():
            room.log.close()
        self._rooms.clear()

    async def ready(self) -> str:
        """Whether this folder can be written now: tried with a small file."""

        def probe() -> None:
            disk.replace(os.path.join(self.folder, "ready"), b"")

        try:
            await self._in_thread(probe)
        except StoreTrouble as trouble:
            return str(trouble)
        return ""

    # ── incidents ───────────────────────────────────────────────────────────────────────────────

    async def incidents(self) -> list[Meta]:
        return list(self._metas.values())

    async def meta(self, inc: str) -> Meta | None:
        return self._metas.get(inc)

    async def put_meta(self, meta: Meta) -> None:
        async with self._writing_metas:
            known = self._metas.get(meta.inc)
            if known is not None:
                meta = merged(known, meta)
            if meta == known:
                return
            path = self._path(meta.inc)

            def keep() -> None:
                if not os.path.exists(path):
                    Log.create(path, meta.inc, WRITER).close()
                # The file first: whatever has a meta can be opened.
                disk.replace(os.path.join(self._incidents, meta.inc + ".meta"), msgspec.json.encode(meta))

            await self._in_thread(keep)
            self._metas[meta.inc] = meta

    def _path(self, inc: str) -> str:
        return os.path.join(self._incidents, inc + ".json")

    async def _room(self, inc: str) -> _Room:
        room = self._rooms.get(inc)
        if room is None:
            async with self._opening.setdefault(inc, asyncio.Lock()):
                room = self._rooms.get(inc)
                if room is None:
                    room = self._rooms[inc] = await self._in_thread(lambda: self._load(inc))
                    self._forget_some(inc)
            self._opening.pop(inc, None)
        self._rooms.move_to_end(inc)
        return room

    def _load(self, inc: str) -> _Room:
        if inc not in self._metas:
            raise StoreTrouble(f"There is no incident {inc[:8]}… here.")
        log = Log.open(self._path(inc), WRITER)
        log.load()
        return _Room(log, indexing.loaded(inc, log.rows()))

    def _forget_some(self, but: str) -> None:
        total = sum(room.index.size for room in self._rooms.values())
        for inc, room in list(self._rooms.items()):
            if total <= MEMORY:
                return
            if inc != but and not room.busy:
                total -= room.index.size
                self._rooms.pop(inc).log.close()

    # ── facts ───────────────────────────────────────────────────────────────────────────────────

    async def append_expected(self, inc: str, facts: list[tuple[bytes, str]], token: str) -> Pushed:
        room = await self._room(inc)
        done: asyncio.Future[Pushed] = asyncio.get_running_loop().create_future()
        room.waiting.append((facts, token, done))
        if not room.busy:
            room.busy = True
            task = asyncio.create_task(self._write_all(inc, room))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await done

    async def _write_all(self, inc: str, room: _Room) -> None:
        """Until nobody waits. What came while the disk was busy is the next group."""
        while room.waiting:
            group, room.waiting = room.waiting, []
            try:
                await self._write_group(inc, room, group)
            except Exception as trouble:
                self._rooms.pop(inc, None)  # what is in memory may be ahead of the disk
                room.log.close()
                for _, _, done in [*group, *room.waiting]:
                    if not done.done():
                        done.set_exception(_trouble(trouble))
                room.waiting = []
        room.busy = False

    async def _write_group(self, inc: str, room: _Room, group: list[_Waiting]) -> None:
        index = room.index
        new: list[tuple[Judged, str]] = []
        answers: list[tuple[Result, ...]] = []
        about, owners = self._metas[inc], dict[str, str]()
        turns: dict[str, Turns] = {}
        # Kept by a push that was never answered: they belong to whoever brings them again.
        nobodys = index.heads.keys() - about.owners.keys()
        for facts, token, _ in group:
            results = []
            for data, hash in facts:
                verdict = index.judge(data, hash)
                results.append(verdict.result)
                if nobodys and verdict.result.status == "duplicate" and (rep := codec.decode(data).rep) in nobodys:
                    owners.setdefault(rep, token)
                if verdict.event is not None:
                    index.add(verdict.event, verdict.data, hash)
                    new.append((verdict, hash))
                    rep, seq = verdict.event.rep, verdict.event.seq
                    owner = about.owners.get(rep) or owners.setdefault(rep, token)
                    turns[rep] = noted(turns.get(rep, about.turns.get(rep, ())), owner, seq, token)
            answers.append(tuple(results))
        if new:
            # A replica without turns has an empty entry here, and none in what is kept.
            known = {rep: now for rep, now in turns.items() if rep not in owners}
            if any(about.turns.get(rep, ()) != now for rep, now in known.items()):
                await self.put_meta(Meta(inc, turns=known))
            await self._in_thread(lambda: self._keep(room, new))
            self._publish(inc, room)
        if owners:
            # After the facts: a full disk would else leave an owner for every replica that never came to be.
            await self.put_meta(Meta(inc, owners=owners, turns={rep: turns[rep] for rep in owners if rep in turns}))
        last = len(index.rows)
        for (_, _, done), results_of in zip(group, answers, strict=True):
            if not done.done():
                done.set_result(Pushed(results_of, last))

    def _keep(self, room: _Room, new: list[tuple[Judged, str]]) -> None:
        with room.log.writing() as writing:
            if writing.fresh is None:
                room.log.load()
            elif writing.fresh:
                raise StoreTrouble("Another process wrote to the server's files; they are read again.")
            for verdict, hash in new:
                if verdict.event is not None:
                    writing.keep(verdict.event, verdict.data, hash)
            writing.write()
        evidence.sweep(room.log.path, room.index.unnamed())

    def _publish(self, inc: str, room: _Room) -> None:
        before, room.durable, room.heads = room.durable, len(room.index.rows), dict(room.index.heads)
        rows = room.index.after(before, room.durable - before)
        for watcher in self._watchers:
            watcher(inc, rows)

    async def heads(self, inc: str) -> tuple[Heads, int]:
        room = await self._room(inc)
        return room.heads, room.durable

    async def read_after(self, inc: str, n: int, limit: int) -> list[Row]:
        room = await self._room(inc)
        return room.index.after(n, min(limit, max(0, room.durable - n)))

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    async def erase(self, inc: str, of: str) -> None:
        room = await self._room(inc)

        def rewrite() -> None:
            with room.log.writing() as writing:
                writing.redact(of)
                writing.write()

        room.index.erase(of)
        await self._in_thread(rewrite)

    # ── evidence and tables ─────────────────────────────────────────────────────────────────────

    async def put_blob(self, inc: str, sha: str, data: bytes) -> bool:
        if not (await self._room(inc)).index.names(sha):
            return False
        folder = self._blobs()

        def keep() -> None:
            if sha256(data).hexdigest() != sha:
                raise StoreTrouble("These bytes do not have the hash that they came under.")
            try:
                disk.create(os.path.join(access.ready(folder), sha), data)
            except FileExistsError:
                pass

        await self._in_thread(keep)
        return True

    async def blob(self, inc: str, sha: str) -> bytes | None:
        # All incidents share one folder: what this one does not name is not its to give away.
        if not (await self._room(inc)).index.names(sha):
            return None

        def load() -> bytes | None:
            try:
                return evidence.load(self._blobs(), sha)
            except Missing:
                return None

        return await self._in_thread(load)

    def _blobs(self) -> str:
        return os.path.join(self._incidents, "evidence")

    async def read_table(self, name: str) -> tuple[bytes, int]:
        """Costs one stat while nothing has changed: a command may write it beside the running server."""
        path = os.path.join(self._tables, name)
        try:
            status = os.stat(path)
        except OSError:
            return b"", 0
        mark = (status.st_ino, status.st_size, status.st_mtime_ns)
        known = self._read.get(name)
        if known is None or known[0] != mark:
            data = await self._in_thread(lambda: _table(path))
            known = self._read[name] = (mark, *data)
        return known[1], known[2]

    async def write_table(self, name: str, data: bytes, version: int) -> bool:
        path = os.path.join(self._tables, name)

        def write() -> bool:
            from ...store import lock

            fd = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                lock.take(fd, path, False, lock.WAIT)
                if (_table(path)[1] if os.path.exists(path) else 0) != version:
                    return False
                disk.replace(path, b"%d\n%b" % (version + 1, data))
                return True
            finally:
                os.close(fd)

        return await self._in_thread(write)

    async def _in_thread(self, act: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(act)
        except (StoreError, OSError, msgspec.MsgspecError) as trouble:
            raise _trouble(trouble) from trouble


def _table(path: str) -> tuple[bytes, int]:
    with open(path, "rb") as file:
        head, _, data = file.read().partition(b"\n")
    return data, int(head)


def _trouble(problem: Exception) -> StoreTrouble:
    if isinstance(problem, StoreTrouble):
        return problem
    if isinstance(problem, StoreError):
        return StoreTrouble(str(problem))
    if isinstance(problem, OSError) and problem.strerror:
        return StoreTrouble(f"The disk: {problem.strerror}.")
    return StoreTrouble(f"The store failed ({type(problem).__name__}).")


def merged(known: Meta, new: Meta) -> Meta:
    """Both together: a restriction stays, names are added, a replica is whose it was first, later turns hold."""
    return msgspec.structs.replace(
        known,
        restricted=known.restricted or new.restricted,
        created=known.created or new.created,
        named=tuple(dict.fromkeys((*known.named, *new.named))),
        owners={**new.owners, **known.owners},
        turns={rep: turns for rep, turns in {**known.turns, **new.turns}.items() if turns},
    )
