"""Everything that the routes of one server share."""

import asyncio
import os
from collections.abc import Mapping
from functools import partial

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
from .nodes import Nodes
from .options import Options
from .pace import Pace
from .pages import Pages
from .presence import Rooms
from .situations import Situations
from .stores.base import Meta, Store, StoreTrouble
from .tokens import Token, Tokens, wall
from .words import Reader, Words
from .writer import Writer

_DELIVERY = 1024 * 1024  # so much one delivery of alerts may have


def default_hooks() -> dict[str, Hook]:
    """Those that are there by themselves: a token is all that they need."""
    return hooks(Settings(), {})


class House:
    """One server around an open store. `start` and `stop` belong to its event loop."""

    def __init__(
        self, store: Store, options: Options, journal: Journal, senders: Mapping[str, Hook] | None = None,
        readers: Mapping[str, Reader] | None = None,
    ) -> None:  # fmt: skip
        self.store, self.options, self.journal = store, options, journal
        self.measures = Measures()
        self.tokens = Tokens(store)
        self.hub = Hub(store, options, self.measures)
        self.rooms = Rooms()
        self.nodes = Nodes(store, self.rooms, self.hub, self.now)
        self.situations = Situations(store)
        self.writer = Writer(store, self.situations, self.now)
        self.pages = Pages(self.situations, options, self.measures, journal, self.now, self.mistake)
        self.hooks = default_hooks() if senders is None else senders
        self.intake = Intake(store, self.now)
        self.words = Words(self.intake, readers or {}, partial(journal.say, "intake"))
        self.pace = Pace(options.rate, options.burst)
        self.budget = Budget(options.bodies, 8 * options.bodies)
        self.strangers = Budget(max(_DELIVERY, options.bodies // 8), options.bodies)  # by network
        self.failures = Pace(1 / options.pardon, options.failures)
        self.asked = Pace(1 / options.asking, options.questions)
        self.asked_by_link = Pace(6 / options.asking, 6 * options.questions)
        self._ticking: asyncio.Task[None] | None = None

    @staticmethod
    def now() -> Ms:
        return wall()

    async def start(self) -> None:
        await self.hub.start()
        self.store.watch(self.pages.heard)
        self.nodes.start()
        self.intake.start()
        self.words.start()
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Ends every stream and every wait; what is being answered goes on."""
        self.end_streams()
        self.words.stop()
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    def end_streams(self) -> None:
        self.hub.stop()
        self.pages.stop()

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
        self.hub.look()
        self.pages.look()
        self.hub.drop_stalled()
        self.pages.drop_stalled()
        if pings:
            self.hub.ping()
            self.pages.ping()
        now = self.now()
        for inc in self.rooms.sweep(now):
            self.hub.here(inc, self.rooms.here(inc, now))
        await self._end_links()
        for known in self.hub.tokens():
            token = await self.tokens.holding(known.id)
            if token is None:
                self.hub.revoked(known.id)
            elif token != known:
                self.hub.renewed(token, [await self._listed(inc) for inc in token.named if inc not in known.named])
        if pings:
            await self.hub.refresh()

    async def _end_links(self) -> None:
        """Each by itself: that one cannot be read now must not let another go on."""
        for link in self.pages.links():
            try:
                if await self.shown_by(link) is None:
                    self.pages.revoked(link.id)
            except StoreTrouble as trouble:
                self.journal.say("store", str(trouble))

    async def shown_by(self, link: Token) -> Meta | None:
        """The incident that a share link shows; None where it shows none any more."""
        if await self.tokens.holding(link.id) is None:
            return None
        meta = await self.store.meta(link.incidents[0])
        return None if meta is None or meta.restricted else meta
