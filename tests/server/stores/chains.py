"""Chains of facts as replicas push them, and the stores that they are pushed to."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from facts import T0, sealed
from warroom.core import codec
from warroom.core import events as ev
from warroom.core.events import Body, Event
from warroom.core.values import fact_id, incident_id
from warroom.server.stores.base import Pushed, Row, Store
from warroom.sync.wire import Fact

Facts = list[tuple[bytes, str]]

_fact = msgspec.json.Decoder(Fact)


def inc_of(number: int) -> str:
    """The identity of a real incident."""
    return incident_id(number.to_bytes(16, "big"), drill=False)


INC = inc_of(7)


class Chain:
    """One replica of one incident; each `say…` is its next fact, as it goes over the wire."""

    def __init__(self, rep: str, inc: str = INC) -> None:
        self.rep, self.inc = rep, inc
        self.events: list[Event] = []
        self.facts: Facts = []

    def add(self, body: Body, *, id: str = "", lam: int = 0, salt: str = "") -> tuple[bytes, str]:
        seq = len(self.events) + 1
        prev = self.facts[-1][1] if self.facts else ""
        event = sealed(body, rep=self.rep, seq=seq, lam=lam or seq, prev=prev, at=T0 + seq, id=id or self.id_of(seq))
        event = replace(event, inc=self.inc, hash="", salt=salt or event.salt)
        data, hash = codec.encode(event)
        self.events.append(codec.decode(data, hash))
        self.facts.append((data, hash))
        return data, hash

    def id_of(self, seq: int) -> str:
        return fact_id(sha256(f"{self.inc} {self.rep} {seq}".encode()).digest()[:12])

    def say(self, text: str) -> tuple[bytes, str]:
        return self.add(ev.Logged(text))

    def redact(self, of: str) -> tuple[bytes, str]:
        return self.add(ev.FactRedacted(of, "a secret"))

    def attach(self, sha: str) -> tuple[bytes, str]:
        return self.add(ev.EvidenceAttached(sha, 3, "a.log"))

    def copy(self, data: bytes) -> tuple[bytes, str]:
        """Somebody else's fact, as this replica passes it on."""
        prev = self.facts[-1][1] if self.facts else ""
        moved, hash = codec.readdressed(data, self.rep, len(self.facts) + 1, prev)
        self.events.append(codec.decode(moved, hash))
        self.facts.append((moved, hash))
        return moved, hash


def spoken(rep: str, count: int, inc: str = INC) -> Chain:
    """A replica that has said so many things."""
    chain = Chain(rep, inc)
    for n in range(1, count + 1):
        chain.say(f"line {n} of {rep} ünï \x1b[31m [b]")
    return chain


def bare(fact: tuple[bytes, str]) -> tuple[bytes, str]:
    """The tombstone of a fact."""
    data, hash = codec.redact(fact[0])
    assert hash == fact[1]
    return data, hash


def statuses(pushed: Pushed) -> list[str]:
    return [result.status for result in pushed.results]


async def push(store: Store, facts: Facts, token: str = "ana", inc: str = INC) -> list[str]:
    return statuses(await store.append_expected(inc, facts, token))


async def rows_of(store: Store, inc: str = INC) -> list[Row]:
    return await store.read_after(inc, 0, 1_000_000)


def unwrapped(rows: Sequence[Row]) -> Facts:
    """The facts in these rows, each as its bytes and its hash."""
    found = [_fact.decode(row.data) for row in rows]
    return [(bytes(fact.e), fact.h) for fact in found]


async def kept(store: Store, inc: str = INC) -> Facts:
    return unwrapped(await rows_of(store, inc))


async def until(true: Callable[[], object], within: float = 120.0) -> None:
    """Waits for what becomes true a moment later."""

    async def ask() -> bool:
        return bool(true())

    await soon(ask, True, within)


async def soon(ask: Callable[[], Awaitable[object]], expected: object, within: float = 120.0) -> None:
    """Waits until this is the answer. The limit is for what hangs, not for what is slow."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while (found := await ask()) != expected:
        assert loop.time() < end, found
        await asyncio.sleep(0.02)
