"""Everything that the routes of one server share."""

import asyncio
import os
from collections.abc import Mapping

from ..config.intake import Intake as Settings
from ..core.values import Ms, crockford
from ..intake.base import Hook
from ..intake.hooks import hooks
from ..sync.wire import Listed
from .budget import Budget
from .hub import Hub
from .intake import Intake
from .journal import Journal
from .measures import Measures
from .options import Options
from .pace import Pace
from .presence import Rooms
from .situations import Situations
from .stores.base import Store, StoreTrouble
from .tokens import Tokens, wall


def default_hooks() -> dict[str, Hook]:
    """Those that are there by themselves: a token is all that they need."""
    return hooks(Settings(), {})


class House:
    """One server around an open store. `start` and `stop` belong to its event loop."""

    def __init__(
        self, store: Store, options: Options, journal: Journal, senders: Mapping[str, Hook] | None = None
    ) -> None:
        self.store, self.options, self.journal = store, options, journal
        self.measures = Measures()
        self.tokens = Tokens(store)
        self.hub = Hub(store, options, self.measures)
        self.rooms = Rooms()
        self.situations = Situations(store)
        self.hooks = default_hooks() if senders is None else senders
        self.intake = Intake(store, self.now)
        self.pace = Pace(options.rate, options.burst)
        self.budget = Budget(options.bodies, 8 * options.bodies)
        self.failures = Pace(1 / options.pardon, options.failures)
        self._ticking: asyncio.Task[None] | None = None

    @staticmethod
    def now() -> Ms:
        return wall()

    async def start(self) -> None:
        await self.hub.start()
        self.intake.start()
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Ends every stream and every wait; what is being answered goes on."""
        self.hub.stop()
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def mistake(self, error: BaseException) -> str:
        """Notes an exception that nobody expected; the number under which it stands in the log."""
        number = crockford(int.from_bytes(os.urandom(5), "big"), 8)
        self.measures.errors += 1
        self.journal.mistake(error, number)
        return number

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        pinged = loop.time()
        while True:
            await asyncio.sleep(self.options.tick)
            try:
                pings = loop.time() - pinged >= self.options.ping
                pinged = loop.time() if pings else pinged
                await self._look(pings)
            except StoreTrouble as trouble:
                self.journal.say("store", str(trouble))
            except Exception as error:
                self.mistake(error)

    async def _listed(self, inc: str) -> Listed | None:
        meta = await self.store.meta(inc)
        return await self.hub.catalogue.listed(meta) if meta is not None else None

    async def _look(self, pings: bool) -> None:
        self.hub.drop_stalled()
        if pings:
            self.hub.ping()
        now = self.now()
        for inc in self.rooms.sweep(now):
            self.hub.here(inc, self.rooms.here(inc, now))
        for known in self.hub.tokens():
            token = await self.tokens.holding(known.id)
            if token is None:
                self.hub.revoked(known.id)
            elif token != known:
                self.hub.renewed(token, [await self._listed(inc) for inc in token.named if inc not in known.named])
        if pings:
            await self.hub.refresh()
