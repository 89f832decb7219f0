"""Facts that the server itself writes: under a replica of its own, durable before anybody is told that they are."""

import asyncio
import os
from collections.abc import Callable

import msgspec

from ..core import codec
from ..core.commands import Command, Draft, Stamp
from ..core.decide import decide
from ..core.events import Event
from ..core.values import By, Ms, Refused, crockford, fact_id
from .situations import Situations
from .stores.base import Store, StoreTrouble

TOKEN = "server"  # what the store is told of whoever brought these facts
_TRIES = 2


class Unheard(StoreTrouble):
    """What was written may be on the log, or not, or only later."""


class _Chain:
    """One incident's replica of this server: a new one for each start, so that nobody has to remember its end.

    `unsure`: what was written last may be there.
    """

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.begin()

    def begin(self) -> None:
        self.rep = crockford(int.from_bytes(os.urandom(7), "big"), 10)
        self.seq, self.prev = 0, ""
        self.unsure = False


class Writer:
    """See `do`."""

    def __init__(self, store: Store, situations: Situations, now: Callable[[], Ms]) -> None:
        self._store, self._situations, self._now = store, situations, now
        self._host = os.uname().nodename[:64]
        self._chains: dict[str, _Chain] = {}

    async def do(self, inc: str, command: Command, name: str) -> list[Event]:
        """What `command` puts on the log, once it is durable; `name` wrote it.

        Raises `Refused` with what to tell whoever asked, `StoreTrouble` where nothing was kept, and `Unheard`; a
        command that knows its fact's id can be tried again after any of them.
        """
        chain = self._chains.setdefault(inc, _Chain())
        async with chain.lock:
            for _ in range(_TRIES):
                if chain.unsure:
                    await self._look_again(inc, chain)
                state, lam = await self._situations.lam(inc)
                now = self._now()
                by = By(name, "server", self._host)
                drafts = decide(state, command, Stamp(now, by))
                if isinstance(drafts, Refused):
                    raise drafts
                if events := await self._written(inc, chain, drafts, by, lam):
                    return events
                chain.begin()
        raise StoreTrouble("The log goes on otherwise than was known here.")

    async def _look(self, inc: str, chain: _Chain) -> bool:
        """The chain goes on from where the store has it; whether that is where it was. Raises `StoreTrouble`."""
        before = chain.seq, chain.prev
        heads, _ = await self._store.heads(inc)
        chain.seq, chain.prev = heads.get(chain.rep, (0, ""))
        chain.unsure = False
        return (chain.seq, chain.prev) == before

    async def _look_again(self, inc: str, chain: _Chain) -> None:
        try:
            await self._look(inc, chain)
        except StoreTrouble as trouble:
            raise Unheard(str(trouble)) from trouble  # this may be the second try of what is there

    async def _kept_nothing(self, inc: str, chain: _Chain) -> bool:
        """Whether what failed is surely not on the log. A cluster may still keep what it has not answered."""
        try:
            return await self._look(inc, chain) and self._store.kind == "embedded"
        except StoreTrouble:
            return False

    async def _written(self, inc: str, chain: _Chain, drafts: list[Draft], by: By, lam: int) -> list[Event]:
        """These facts, durable; empty where this chain cannot go on."""
        sealed = []
        prev = chain.prev
        for n, draft in enumerate(drafts, 1):
            event = Event(
                id=draft.id or fact_id(os.urandom(12)),
                inc=inc,
                rep=chain.rep,
                seq=chain.seq + n,
                lam=lam + n,
                at=draft.at,
                rec=self._now(),
                by=by,
                body=draft.body,
                over=draft.over,
                prev=prev,
                salt=os.urandom(16).hex(),
            )
            data, prev = codec.seal(event)
            msgspec.structs.force_setattr(event, "hash", prev)
            sealed.append((event, data))
        chain.unsure = True  # until it is known: whoever waits for it may be gone before
        try:
            pushed = await self._store.append_expected(inc, [(data, event.hash) for event, data in sealed], TOKEN)
        except StoreTrouble as trouble:
            if await self._kept_nothing(inc, chain):
                raise
            raise Unheard(str(trouble)) from trouble
        if any(result.status not in ("ok", "duplicate") for result in pushed.results):
            return []
        chain.unsure = False
        chain.seq, chain.prev = chain.seq + len(sealed), prev
        return [event for event, _ in sealed]
