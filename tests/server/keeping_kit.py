"""A server's store with something in it: incidents that desks wrote, evidence, tokens; and all of it as data."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from facts import DECLARE, Desk
from warroom.core import codec
from warroom.core.acts.entries import AttachEvidence, Log, Redact
from warroom.core.values import incident_id
from warroom.server.stores.base import Meta, Store
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import Tokens
from warroom.sync.wire import digest

PIECE = b"what the database said"
SHA = sha256(PIECE).hexdigest()

T = TypeVar("T")
Facts = list[tuple[bytes, str]]


def inc_of(number: int) -> str:
    return incident_id(number.to_bytes(16, "big"), drill=False)


def facts_of(desk: Desk, inc: str) -> Facts:
    """What one desk wrote, as facts of the incident `inc`."""
    prev, found = "", []
    for event in sorted(desk.state.facts, key=lambda event: event.seq):
        data, prev = codec.encode(replace(event, inc=inc, prev=prev, hash=""))
        found.append((data, prev))
    return found


def written(rep: str = "r1", entries: int = 3) -> Desk:
    """A desk with entries, one of them redacted, and a piece of evidence."""
    desk = Desk(rep)
    desk.do(DECLARE)
    for number in range(entries):
        desk.do(Log(text=f"line {number} of {rep} ünïcode \x1b[31m"))
    [secret] = [event for event in desk.do(Log(text="the password is hunter2"))]
    desk.do(Redact(of=secret.id, why="a secret"))
    desk.do(AttachEvidence(name="db.txt", sha=SHA, size=len(PIECE), media="text/plain"))
    return desk


async def filled(store: Store, incidents: int = 3, entries: int = 3) -> list[str]:
    """Puts incidents into an open store, the second one restricted; each with two replicas."""
    tokens = Tokens(store)
    ana, _ = await tokens.create("ana", "respond")
    incs = []
    for number in range(1, incidents + 1):
        inc = inc_of(number)
        await store.put_meta(Meta(inc, number, restricted=number == 2, named=(ana.id,) if number == 2 else ()))
        for rep in (f"a{number}", f"b{number}"):
            pushed = await store.append_expected(inc, facts_of(written(rep, entries), inc), ana.id)
            assert {result.status for result in pushed.results} <= {"ok"}, pushed
        await store.put_blob(inc, SHA, PIECE)
        incs.append(inc)
    return incs


async def everything(store: Store) -> dict[str, Any]:
    """All that a store holds, to compare two of them."""
    found: dict[str, Any] = {"tokens": (await store.read_table("tokens"))[0]}
    for meta in await store.incidents():
        heads, last = await store.heads(meta.inc)
        rows = await store.read_after(meta.inc, 0, 100_000)
        found[meta.inc] = (meta, digest(heads), last, [row.data for row in rows], await store.blob(meta.inc, SHA))
    return found


def with_store(folder: Path, act: Callable[[EmbeddedStore], Awaitable[T]]) -> T:
    """Opens the store, lets `act` use it, and closes it again, as a server that was started and stopped."""

    async def run() -> T:
        store = EmbeddedStore(str(folder))
        await store.open()
        try:
            return await act(store)
        finally:
            await store.close()

    return asyncio.run(run())


__all__ = ["PIECE", "SHA", "everything", "facts_of", "filled", "inc_of", "with_store", "written"]
