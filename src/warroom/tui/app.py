"""The console: which screen is up, who sits here, and the one room that is open.

Screens ask it for rooms and people; it knows no layout. Nothing here waits for a disk: what does runs in a thread.
"""

import asyncio
import os
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.app import App

from ..config import keep
from ..config.paths import Paths
from ..config.settings import Settings
from ..core.acts.lifecycle import Declare
from ..core.drill import clock as clock_of_drill
from ..core.values import Ms, Refused, is_drill
from ..core.zone import Zone, utc
from ..room import StoreError
from ..room.desk import Desk, Listed
from ..room.drill_history import Practised, history
from ..room.drill_runner import DrillRunner
from ..room.live import LiveRoom
from ..room.real import RealPages
from ..room.room import Room
from . import clock, filter, theme, who
from .keyboard import Keyed
from .keys import KeyMap, rebound

if TYPE_CHECKING:
    from ..config.load import Library
    from .lobby.reading import Reader, Seen

SMALL = 4 * 1024 * 1024  # bytes; a longer log is read while its end is shown already


@runtime_checkable
class Performer(Protocol):
    """A screen that takes acts of the key map and sentences for the person."""

    def perform(self, name: str) -> None: ...

    def show_keys(self, open: bool) -> None: ...

    def tell(self, sentence: str, trouble: bool = False) -> None: ...


class WarRoomApp(Keyed, App[int], inherit_bindings=False):
    """One person's console. `path` opens that incident at once; `typed` is what was typed while it started."""

    ENABLE_COMMAND_PALETTE = False
    CLOSE_TIMEOUT = 1.0
    AUTO_FOCUS = None

    def __init__(
        self,
        desk: Desk,
        paths: Paths,
        settings: Settings,
        library: "Library | None" = None,
        *,
        path: str = "",
        typed: str = "",
        master: bool = False,
    ):
        super().__init__()
        self.desk = desk
        self.paths = paths
        self.settings = settings
        self._library = library
        self.local = settings.time != "utc"
        self.typed = typed
        self.bound: KeyMap = rebound(settings.keys)
        self.use_keys(self.bound)
        self._path = path
        self._master = master
        self._live: LiveRoom | None = None
        self._reader: Reader | None = None  # remembers what it read while other screens are up
        self._runner: DrillRunner | None = None  # plays the world, while a drill is open
        theme.install(self, theme.choose(settings.theme, os.environ))
        filter.install(self, ascii=settings.glyphs == "ascii")

    # ── what screens ask ──

    @property
    def library(self) -> "Library":
        """Playbooks, policies and the rest; a room that is entered at once does without them until it is asked."""
        if self._library is None:
            from ..config.load import Library

            self._library = Library(self.paths)
        return self._library

    @property
    def me(self) -> str:
        return self.desk.me.name

    def now(self) -> Ms:
        return self.desk.now()

    @property
    def zone(self) -> Zone:
        """The zone that is shown."""
        return clock.local if self.local else utc

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """One sentence to the person, on whatever screen is up."""
        if isinstance(self.screen, Performer):
            self.screen.tell(sentence, trouble)

    # ── keys ──

    def act(self, name: str) -> None:
        if isinstance(self.screen, Performer):
            self.screen.perform(name)

    def layer_changed(self, open: bool) -> None:
        if isinstance(self.screen, Performer):
            self.screen.show_keys(open)

    # ── screens ──

    async def on_mount(self) -> None:
        if not self.me:
            from .first_minute import FirstMinute

            await self.push_screen(FirstMinute())
        elif self._path:
            await self._open(self._path)
        else:
            await self.show_lobby()

    def set_me(self, name: str) -> None:
        """From now on facts are written by `name`, on this machine's next console too."""
        self.desk.me = who.writer(name)
        try:
            keep.name(self.paths, name)
        except Refused as no:
            self.tell(str(no), trouble=True)

    async def show_lobby(self) -> None:
        """Leave the room, if one is open, and show what there is."""
        from .lobby import Lobby

        await self._go(Lobby())
        await self.leave()

    async def _go(self, screen: "object") -> None:
        from textual.screen import Screen

        assert isinstance(screen, Screen)
        with self.batch_update():
            while len(self.screen_stack) > 2:
                await self.pop_screen()  # what lies over the screen that is left
            if len(self.screen_stack) > 1:
                await self.switch_screen(screen)
            else:
                await self.push_screen(screen)

    def open_room(self, path: str) -> None:
        """Open that incident's file; a sentence where it cannot be."""
        self.run_worker(self._open(path), exclusive=True, exit_on_error=False)

    async def _open(self, path: str) -> None:
        try:
            room = await asyncio.to_thread(self._prepared, path)
        except StoreError as failed:
            if len(self.screen_stack) < 2:
                await self.show_lobby()
            self.tell(str(failed), trouble=True)
            return
        await self.enter(room)

    def _prepared(self, path: str) -> Room:
        room = self.desk.open(path)
        if os.path.getsize(path) <= SMALL:
            room.load()
        return room

    async def enter(self, room: Room, ghost: str = "") -> None:
        """Show this room. `ghost` is a first entry that Enter logs."""
        from .incident_screen import IncidentScreen

        await self.leave()
        self._live = live = LiveRoom(room)
        typed, self.typed = self.typed, ""
        now = (lambda: clock_of_drill.time(live.state, self.now())) if is_drill(room.log.inc) else self.now
        screen = IncidentScreen(live, now, self.bound.acts, typed=typed, ghost=ghost)
        await self._go(screen)
        if is_drill(room.log.inc):
            real = RealPages(self.paths.incidents, self.now)
            self._runner = DrillRunner(live, self.now, real, screen.told_of_real_page)
            self._runner.start()

    async def practise(self, file: str, seed: int | None = None) -> str:
        """Begin a drill of the scenario in this file, and show it; or why that is not possible."""
        import random

        from ..config.drill_begin import declaration
        from ..config.drills import load
        from ..config.problem import Fault

        chosen = random.randrange(1, 10_000) if seed is None else seed
        try:
            played = await asyncio.to_thread(load, self.library, file, chosen)
        except Fault as fault:
            return f"{os.path.basename(file)}, {fault.path}: {fault.reason}."
        command = declaration(self.library, self.settings, played, chosen, self.now(), who=self.me)
        outcome = await self.declare(command, drill=True)
        if isinstance(outcome, Refused | StoreError):
            return str(outcome)
        await self.enter(outcome)
        return ""

    async def declare(self, command: Declare, drill: bool = False) -> Room | Refused | StoreError:
        """A new incident on disk, or why not."""
        return await asyncio.to_thread(self.desk.declare, command, drill)

    async def look(self) -> "Seen":
        """Every incident of this folder, and what is practised there. Raises `StoreError`."""
        from .lobby.reading import Reader

        if self._reader is None:
            self._reader = Reader(self.desk, self.paths.data)
        return await asyncio.to_thread(self._reader.read)

    async def practised(self) -> list[Practised]:
        """Every drill of this folder, the latest first. Raises `StoreError`."""
        return await asyncio.to_thread(history, self.desk)

    async def replay_of(self, each: Listed, minutes: int) -> str:
        """The scenario's file that replays this incident, made where there is none yet. Raises `Refused`."""

        def made() -> str:
            from ..exchange.replay import file_of

            try:
                state = self.desk.state(each.path)
            except StoreError as failed:
                raise Refused(str(failed)) from None
            return file_of(self.library, self.paths, state, each.handle, minutes)

        return await asyncio.to_thread(made)

    async def leave(self) -> None:
        """Close the room that is open: what waits is written, the lock is free."""
        live, self._live = self._live, None
        runner, self._runner = self._runner, None
        if runner is not None:
            await asyncio.to_thread(runner.close)
        if live is not None:
            await asyncio.to_thread(live.close)

    async def on_unmount(self) -> None:
        await self.leave()
