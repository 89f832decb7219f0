"""What the nodes share beside the facts: metas, tables, evidence. Only who knew the last version replaces it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256

import msgspec

from ..base import Meta, StoreTrouble
from ..embedded import merged
from .erasing import Erasing
from .following import Following, no_leader
from .link import Answered, Link, Mismatch, Unknown
from .mirror import Document
from .words import LARGEST, PARTS, PIECE, Got, Message, blob_subject, meta_subject, table_subject

PATIENCE = 8.0
_AT_ONCE = 4  # pieces of evidence under way


class _Pieces(msgspec.Struct, frozen=True):
    pieces: int
    size: int


_pieces = msgspec.json.Decoder(_Pieces)


class Documents:
    def __init__(self, link: Link, following: Following, erasing: Erasing) -> None:
        self._link, self._following, self._erasing = link, following, erasing
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)

    # ── metas ───────────────────────────────────────────────────────────────────────────────────

    async def meta(self, inc: str) -> Meta | None:
        """With the owners of its replicas. What this node has not heard of, the leader is asked for."""
        mirror = self._following.mirror
        if inc not in mirror.metas:
            await self._following.look([meta_subject(inc)], _deadline())
        known = mirror.metas.get(inc)
        return None if known is None else self.with_owners(known[0])

    def with_owners(self, meta: Meta) -> Meta:
        outline = self._following.mirror.outlines.get(meta.inc)
        if outline is None:
            return meta
        return msgspec.structs.replace(
            meta, owners={**outline.owners, **meta.owners}, turns={**meta.turns, **outline.turns}
        )

    async def put_meta(self, meta: Meta) -> None:
        mirror = self._following.mirror
        subject, deadline = meta_subject(meta.inc), _deadline()
        while True:
            known = mirror.metas.get(meta.inc)
            wanted = merged(known[0], meta) if known is not None else meta
            if known is not None and wanted == known[0]:
                return
            data = msgspec.json.encode(wanted)
            if len(data) > LARGEST:
                raise StoreTrouble("Too many names are on one incident to be kept.")
            before = known[1] if known is not None else Document()
            if await self._replace([Message(subject, data, {}, before.version)], before, deadline):
                return

    # ── tables ──────────────────────────────────────────────────────────────────────────────────

    def read_table(self, name: str) -> tuple[bytes, int]:
        table = self._following.mirror.tables.get(name, Document())
        return table.data, table.version

    async def write_table(self, name: str, data: bytes, version: int) -> bool:
        """In one message, or in one batch of several."""
        if not name.isalnum():
            raise ValueError(f"{name!r} is no name of a table")
        pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)] or [b""]
        *first, last = pieces
        messages = [Message(table_subject(name, n), piece, {}) for n, piece in enumerate(first, 1)]
        messages.append(Message(table_subject(name), last, {PARTS: str(len(first))}, version))
        deadline = _deadline()
        before = self._following.mirror.tables.get(name, Document())
        if before.version != version:
            return False
        while not await self._replace(messages, before, deadline):
            now = self._following.mirror.tables.get(name, Document())
            if now.version != version:
                return now.data == data and now.version > version  # this very write may have arrived unheard
        return True

    async def _replace(self, messages: Sequence[Message], before: Document, deadline: float) -> bool:
        """Writes; False where it did not get through for sure, after having looked at what is there."""
        try:
            number = await self._link.publish(messages)
            await self._following.catch_up(number)
        except (Mismatch, Unknown) as problem:
            await self._following.look([messages[-1].subject], deadline)
            if asyncio.get_running_loop().time() > deadline:
                raise no_leader(self._link, problem) from None
            return False
        if before.numbers:
            task = asyncio.ensure_future(self._drop(before.numbers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return True

    async def _drop(self, numbers: Sequence[int]) -> None:
        """What was replaced only takes space."""
        for number in numbers:
            try:
                await self._erasing.delete(number)
            except (Unknown, StoreTrouble, Answered):
                return

    # ── evidence ────────────────────────────────────────────────────────────────────────────────

    async def put_blob(self, inc: str, sha: str, data: bytes) -> bool:
        room = await self._following.room(inc)
        if not room.ledger.names(sha):
            return False
        if sha256(data).hexdigest() != sha:
            raise StoreTrouble("These bytes do not have the hash that they came under.")
        pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
        deadline = _deadline() + len(pieces) / 8

        async def write(n: int | None, piece: bytes) -> None:
            await self._write_once(Message(blob_subject(inc, sha, n), piece, {}, 0), deadline)

        await _some_at_once([lambda n=n, piece=piece: write(n, piece) for n, piece in enumerate(pieces)])  # type: ignore[misc]  # mypy cannot tell the type of a default
        await write(None, msgspec.json.encode(_Pieces(len(pieces), len(data))))
        if not (await self._following.room(inc)).ledger.names(sha):  # redacted while it was on its way
            await self._erasing.delete_blob(inc, sha)
            return False
        return True

    async def _write_once(self, message: Message, deadline: float) -> None:
        """Writes what nothing else can stand in the place of: who finds it there, finds the same."""
        while True:
            try:
                await self._link.publish([message])
                return
            except Mismatch:
                if await self._message(message.subject, deadline) is not None:
                    return
                await asyncio.sleep(0.05)  # the same is being written at this moment
            except Unknown as problem:
                if await self._message(message.subject, deadline) is not None:
                    return
                if asyncio.get_running_loop().time() > deadline:
                    raise no_leader(self._link, problem) from None
                await asyncio.sleep(0.2)

    async def blob(self, inc: str, sha: str) -> bytes | None:
        room = await self._following.room(inc)
        if not room.ledger.names(sha):
            return None
        deadline = _deadline()
        end = await self._message(blob_subject(inc, sha, None), deadline)
        if end is None:
            return None
        pieces = _pieces.decode(end.data).pieces
        found = await _some_at_once(
            [lambda n=n: self._message(blob_subject(inc, sha, n), deadline + pieces / 8) for n in range(pieces)]  # type: ignore[misc]  # as above
        )
        data = b"".join(piece.data for piece in found if piece is not None)
        if sha256(data).hexdigest() == sha:
            return data
        if (await self._following.room(inc)).ledger.names(sha):
            raise StoreTrouble("This evidence is damaged in the NATS stream.")
        return None

    async def _message(self, subject: str, deadline: float) -> Got | None:
        """The newest of a subject, as the leader has it."""
        while True:
            try:
                return await self._link.message(last_by_subj=subject)
            except Unknown as problem:
                if asyncio.get_running_loop().time() > deadline:
                    raise no_leader(self._link, problem) from None
            await asyncio.sleep(0.1)


async def _some_at_once(acts: Sequence[Callable[[], Awaitable[Got | None]]]) -> list[Got | None]:
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(act: Callable[[], Awaitable[Got | None]]) -> Got | None:
        async with free:
            return await act()

    return list(await asyncio.gather(*(one(act) for act in acts)))


def _deadline() -> float:
    return asyncio.get_running_loop().time() + PATIENCE
