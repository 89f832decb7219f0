"""The JetStream store behind the same interface as the embedded one. It holds nothing that the stream does not hold.

So there may be any number of these nodes, any of them may die at any moment, and a client may change between them.
"""

import asyncio
import logging
from collections.abc import Callable
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from ....sync.wire import Heads, Result
from ..base import Meta, Pushed, Row, StoreTrouble, Watcher
from ..turns import Turns
from . import checks
from .checks import Unsafe
from .documents import Documents
from .erasing import Erasing
from .following import Following
from .link import Answered, Denied, Link, Unknown
from .pushing import Pushing, Waiting
from .settings import Settings
from .sharing import Sharing
from .words import LARGEST, STREAM

MEMORY = 256 * 1024 * 1024  # bytes of facts that are kept in memory
_SLICE = 200  # facts that are judged together
_STARTING = 60.0  # seconds for a cluster to find itself
_LATER = (10005, 10008, 10023, 10049, 10074)  # nodes are missing still, or files of a stream that was deleted are there
_TIDY = 1.0
_INSPECT = 10.0
_EPOCH = "epoch"
_log = logging.getLogger("warroom.nats")


class JetStreamStore:
    """See `base.Store`. Numbers of rows ascend with gaps: they are those of the whole stream, on every node the same.

    `waiting`: redactions that nobody can read any more and whose bytes still stand in the stream. `sharing`: presence
    across nodes, where the cluster's permissions allow it.
    """

    kind = "jetstream"

    def __init__(self, settings: Settings, *, memory: int = MEMORY) -> None:
        self.settings = settings
        self.epoch = ""
        self._link = Link(settings, settings.user, settings.password, self._connected)
        self._eraser = self._link
        if settings.erase_user:
            self._eraser = Link(settings, settings.erase_user, settings.erase_password, lambda: None)
        self._following = Following(self._link, memory)
        self._erasing = Erasing(self._link, self._eraser, self._following)
        self._documents = Documents(self._link, self._following, self._erasing)
        self._pushing = Pushing(self._link, self._following, self._erasing, self._whose)
        self.sharing = Sharing(self._link)
        self._unsafe = ""
        self._told = b""  # what the nodes were last told of the epoch
        self._behind = self._gone_back = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._inspecting = asyncio.Lock()

    @property
    def waiting(self) -> int:
        return self._erasing.waiting

    # ── opening ─────────────────────────────────────────────────────────────────────────────────

    async def open(self) -> None:
        """Raises `StoreTrouble`, which is `Unsafe` where the cluster answers and must not be trusted with facts."""
        try:
            await self._link.open()
            if self._eraser is not self._link:
                await self._eraser.open()
            found, silent = await self._nodes()
            info = await self._stream()
            connected = str(self._link.info.get("server_id", ""))
            _refuse(checks.judged(found, silent, checks.peers_of(info), connected))
            _refuse(checks.stream_fault(info.get("config") or {}, self._replicas()))
            if not await self._erasing.allowed():
                raise Unsafe(
                    "No redaction could be carried out: this NATS user may not delete messages, as it should be. "
                    "Give one who may with WARROOM_NATS_ERASE_USER and WARROOM_NATS_ERASE_PASSWORD."
                )
            await self._following.begin()
            self.epoch = self._epoch_of(info)
            await self.sharing.begin()
        except (Unknown, Answered) as problem:
            await self.close()
            raise StoreTrouble(f"NATS does not open: {problem}.") from None
        except BaseException:
            await self.close()
            raise
        self._spawn(self._every(_TIDY, self._tidy))
        self._spawn(self._every(_INSPECT, self._inspect))

    async def _stream(self) -> dict[str, Any]:
        """What the cluster says of the stream, which is made where there is none."""
        deadline = asyncio.get_running_loop().time() + _STARTING
        while True:
            try:
                return await self._found_or_made()
            except Unknown as problem:
                # A cluster that was started at the same time as this node chooses its leaders first.
                if asyncio.get_running_loop().time() > deadline:
                    raise StoreTrouble(f"NATS does not answer ({problem}); it may be without a leader.") from None
            await asyncio.sleep(0.3)

    async def _found_or_made(self) -> dict[str, Any]:
        try:
            return await self._link.ask(f"STREAM.INFO.{STREAM}", within=3.0)
        except Answered as no:
            if no.code in (10039, 10076):
                raise Unsafe("This NATS account has no JetStream. Enable it for the account.") from None
            if no.code != 10059:
                raise Unknown(str(no)) from None
        try:
            return await self._eraser.ask(f"STREAM.CREATE.{STREAM}", checks.wanted(self._replicas()), within=5.0)
        except Denied:
            raise StoreTrouble(
                f"There is no stream {STREAM} yet, and this user may not make it: start once with a user who may."
            ) from None
        except Answered as no:
            if no.code in _LATER:
                raise Unknown(str(no)) from None
            raise StoreTrouble(f"The stream {STREAM} cannot be made: {no}.") from None

    def _replicas(self) -> int:
        return self.settings.replicas or (checks.REPLICAS if self._link.info.get("cluster") else 1)

    async def _nodes(self) -> tuple[list[checks.Node], list[str]]:
        """The nodes that answered, and why others did not."""
        version = str(self._link.info.get("version", ""))
        if not checks.new_enough(version):
            raise Unsafe(f"This is nats-server {version}; 2.12.3 or newer is needed.")
        if int(self._link.info.get("max_payload", 0)) < LARGEST:
            raise Unsafe("The cluster takes too small messages for a fact: set max_payload: 128KB or more.")
        found, silent = await checks.nodes(self.settings.monitors, self.settings.tls())
        _refuse(checks.fault_of(found))
        return found, silent

    def _epoch_of(self, info: dict[str, Any]) -> str:
        """The same on all nodes; another one when the stream was made anew, restored, or declared to be another."""
        group = str((info.get("cluster") or {}).get("raft_group", ""))
        self._told = self._documents.read_table(_EPOCH)[0]
        told = [STREAM, str(info.get("created", "")), group, self._told.hex()]
        return sha256("\n".join(told).encode()).hexdigest()[:12]

    async def renew_epoch(self) -> None:
        """Makes all cursors worthless: after a copy of the stream's files was put in its place."""
        while not await self._documents.write_table(_EPOCH, token_bytes(8), self._documents.read_table(_EPOCH)[1]):
            pass
        self._gone_back = False
        self.epoch = self._epoch_of(await self._link.ask(f"STREAM.INFO.{STREAM}"))

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)
        await self._documents.close()
        await self._following.stop()
        await self._link.close()
        if self._eraser is not self._link:
            await self._eraser.close()

    # ── staying well ────────────────────────────────────────────────────────────────────────────

    async def ready(self) -> str:
        if self._unsafe or self._link.trouble:
            return self._unsafe or self._link.trouble
        if self._following.deaf:
            return "This node does not hear the NATS stream."
        try:
            return checks.quorum_fault(await self._link.ask(f"STREAM.INFO.{STREAM}"))
        except (Unknown, Answered, StoreTrouble) as problem:
            return f"The NATS stream does not answer ({problem})."

    async def _tidy(self) -> None:
        if self._following.begun and self._documents.read_table(_EPOCH)[0] != self._told:
            await self._inspect()  # another node declared it to be another stream
        await self._erasing.tidy()

    async def _inspect(self) -> None:
        """Whether it is still the same stream, on nodes that may be trusted."""
        async with self._inspecting:
            await self._inspect_now()

    async def _inspect_now(self) -> None:
        applied = self._following.mirror.applied
        info = await self._link.ask(f"STREAM.INFO.{STREAM}")
        found, _ = await checks.nodes(self.settings.monitors, self.settings.tls())
        self._unsafe = checks.fault_of(found) or checks.stream_fault(info.get("config") or {}, self._replicas())
        if self._unsafe:
            _log.error("%s", self._unsafe)
        # A new leader may lag for a moment; one that still knows less ten seconds later is another stream's.
        behind = int((info.get("state") or {}).get("last_seq", 0)) < applied
        self._gone_back |= behind and self._behind
        self._behind = behind
        if self._gone_back or self._epoch_of(info) != self.epoch:
            await self._begin_again()

    async def _begin_again(self) -> None:
        _log.warning("the NATS stream is another one than before: everything is read again")
        await self._following.stop()
        self._behind = False
        while not self._following.begun:
            try:
                await self._following.begin()
            except (Unknown, Answered, StoreTrouble) as problem:
                _log.warning("the NATS stream cannot be read: %s", problem)
                await asyncio.sleep(_TIDY)
        if self._gone_back:
            await self.renew_epoch()
        else:
            self.epoch = self._epoch_of(await self._link.ask(f"STREAM.INFO.{STREAM}"))

    async def _every(self, seconds: float, act: Callable[[], Any]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await act()
            except (Unknown, Answered, StoreTrouble) as problem:
                _log.info("tried again later: %s", problem)
            except Exception:
                _log.exception("the store's housekeeping failed")

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _connected(self) -> None:
        self._following.again()
        self._spawn(self.sharing.begin())

    # ── incidents and facts ─────────────────────────────────────────────────────────────────────

    async def incidents(self) -> list[Meta]:
        self._following.check()
        return [self._documents.with_owners(meta) for meta, _ in self._following.mirror.metas.values()]

    async def meta(self, inc: str) -> Meta | None:
        self._following.check()
        return await self._documents.meta(inc)

    async def put_meta(self, meta: Meta) -> None:
        self._trusted()
        await self._documents.put_meta(meta)

    def _trusted(self) -> None:
        self._following.check()
        if self._unsafe:
            raise StoreTrouble(self._unsafe)

    async def _known(self, inc: str) -> None:
        self._following.check()
        if inc not in self._following.mirror.metas and await self._documents.meta(inc) is None:
            raise StoreTrouble(f"There is no incident {inc[:8]}… here.")

    def _whose(self, inc: str, rep: str) -> tuple[str, Turns]:
        """By the stream; by the meta, where it was copied from another store."""
        outline = self._following.mirror.outline(inc)
        if rep in outline.owners:
            return outline.owners[rep], outline.turns.get(rep, ())
        known = self._following.mirror.metas.get(inc)
        return (known[0].owners.get(rep, ""), known[0].turns.get(rep, ())) if known is not None else ("", ())

    async def append_expected(self, inc: str, facts: list[tuple[bytes, str]], token: str) -> Pushed:
        self._trusted()
        await self._known(inc)
        room = await self._following.room(inc)
        results: list[Result] = []
        last = room.ledger.last
        for at in range(0, len(facts), _SLICE):
            done: asyncio.Future[Pushed] = asyncio.get_running_loop().create_future()
            room.waiting.append(Waiting(facts[at : at + _SLICE], token, done))
            if not room.writing:
                room.writing = True
                self._spawn(self._pushing.write_all(inc, room))
            pushed = await done
            results += pushed.results
            last = pushed.last
        return Pushed(tuple(results), last)

    async def heads(self, inc: str) -> tuple[Heads, int]:
        await self._known(inc)
        room = self._following.mirror.rooms.get(inc)
        if room is not None:
            return dict(room.ledger.heads), room.ledger.last
        outline = self._following.mirror.outline(inc)
        return dict(outline.heads), outline.last

    async def read_after(self, inc: str, n: int, limit: int) -> list[Row]:
        await self._known(inc)
        return (await self._following.room(inc)).ledger.read_after(n, limit)

    def watch(self, watcher: Watcher) -> None:
        self._following.mirror.watchers.append(watcher)

    async def erase(self, inc: str, of: str) -> None:
        await self._known(inc)
        room = await self._following.room(inc)
        room.ledger.forget(of)
        await self._erasing.settle(inc, room, asyncio.get_running_loop().time() + 8.0)

    # ── evidence and tables ─────────────────────────────────────────────────────────────────────

    async def put_blob(self, inc: str, sha: str, data: bytes) -> bool:
        self._trusted()
        await self._known(inc)
        return await self._documents.put_blob(inc, sha, data)

    async def blob(self, inc: str, sha: str) -> bytes | None:
        await self._known(inc)
        return await self._documents.blob(inc, sha)

    async def read_table(self, name: str) -> tuple[bytes, int]:
        self._following.check()
        return self._documents.read_table(name)

    async def write_table(self, name: str, data: bytes, version: int) -> bool:
        self._trusted()
        return await self._documents.write_table(name, data, version)


def _refuse(fault: str) -> None:
    if fault:
        raise Unsafe(fault)
