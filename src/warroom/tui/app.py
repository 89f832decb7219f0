"""The console: which screen is up, who sits here, and the one room that is open.

Screens ask it for rooms and people; it knows no layout. Nothing here waits for a disk: what does runs in a thread.
"""

import asyncio
import os
import threading
from collections.abc import Callable
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
from ..room.live import LiveRoom
from ..room.room import Room
from . import clock, filter, theme, who
from .keyboard import Keyed
from .keys import KeyMap, rebound

if TYPE_CHECKING:
    from ..config.load import Library
    from ..room.alerts_live import LiveInbox
    from ..room.drill_history import Practised
    from ..room.drill_runner import DrillRunner
    from .lobby.reading import Reader, Seen

SMALL = 4 * 1024 * 1024  # bytes; a longer log is read while its end is shown already


def changes(paths: Paths) -> int:
    """Another number after every change to a file that was applied or taken back, by whomever."""
    try:
        return os.stat(os.path.join(paths.config, "history")).st_mtime_ns
    except OSError:
        return 0


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
        self._changes = changes(paths)  # as they were when the library was read
        self.local = settings.time != "utc"
        self.typed = typed
        self.bound: KeyMap = rebound(settings.keys)
        self.use_keys(self.bound)
        self._path = path
        self._master = master
        self._live: LiveRoom | None = None
        self._reader: Reader | None = None  # remembers what it read while other screens are up
        self._runner: DrillRunner | None = None  # plays the world, while a drill is open
        self._inbox: LiveInbox | None = None  # follows the alerts, once there are any
        self._inbox_guard = threading.Lock()
        theme.install(self, theme.choose(settings.theme, os.environ))
        filter.install(self, ascii=settings.glyphs == "ascii")

    # ── what screens ask ──

    @property
    def library(self) -> "Library":
        """Playbooks, policies and the rest; a room that is entered at once does without them until it is asked."""
        now = changes(self.paths)
        if self._library is None or now != self._changes:
            from ..config.load import Library

            self._library, self._changes = Library(self.paths), now
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

    # ── alerts ──

    def look_for_alerts(self) -> None:
        """Begin to follow the alerts, where any ever came in. From a thread that looks at files anyway."""
        # Two stats; where there is no such folder nothing is imported and nothing is opened.
        places = (os.path.join(self.paths.data, name) for name in ("alerts", "server"))
        if self._inbox is None and any(map(os.path.isdir, places)):
            self.alerts()

    def alerts(self) -> "LiveInbox":
        """The inbox, followed from now on."""
        from ..room.alerts_live import LiveInbox

        with self._inbox_guard:
            if self._inbox is None:
                paths, desk = self.paths, self.desk
                self._inbox = LiveInbox(
                    paths.data,
                    paths.incidents,
                    lambda: desk.replica,
                    lambda: desk.me,
                    lambda: desk.now(),
                    self._alerts_acted,
                )
                self._inbox.start()
            return self._inbox

    def _alerts_acted(self) -> str:
        """What was done about an alert is carried to where it came from, by the process that pages; or why not."""
        from ..config import intake
        from ..room import pager

        told = bool(intake.load(self.paths.config)[0].told)
        begun = pager.carries(self.paths.data, self.paths.state, told, self.settings.watch)
        return "" if begun else "Nobody carries it to where it came from: `warroom watch` does."

    @property
    def alerts_waiting(self) -> int:
        """How many alerts wait for somebody, as far as was seen by now."""
        return self._inbox.view.waiting if self._inbox is not None else 0

    @property
    def alerts_came(self) -> bool:
        """Whether any ever came in here, as far as was seen by now."""
        return self._inbox is not None

    def show_alerts(self) -> None:
        """The inbox over the screen that is up."""
        from .alerts.screen import AlertsScreen, due_of

        self.push_screen(AlertsScreen(self.alerts(), due_of(self.screen)))

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
            await self._open(self._path, self._master)
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

    async def _open(self, path: str, master: bool = False) -> None:
        try:
            room = await asyncio.to_thread(self._prepared, path, master)
        except StoreError as failed:
            if len(self.screen_stack) < 2:
                await self.show_lobby()
            self.tell(str(failed), trouble=True)
            return
        if master:
            await self.lead(room)
        elif room.loaded and is_drill(room.log.inc) and self._asks(room):
            return
        else:
            await self.enter(room)

    def _prepared(self, path: str, whole: bool = False) -> Room:
        room = self.desk.open(path)
        if whole or os.path.getsize(path) <= SMALL:
            room.load()
        return room

    def _asks(self, room: Room) -> bool:
        """Whether it depends on the person's answer how this drill is entered."""
        from .drill.join import LEAD, Join, asks

        if not asks(room.state, self.me):
            return False

        async def go(answer: str | None) -> None:
            if answer is not None:
                await (self.lead(room) if answer == LEAD else self.enter(room))
                return
            await asyncio.to_thread(room.log.close)
            if len(self.screen_stack) < 2:
                await self.show_lobby()

        def answered(answer: str | None) -> None:
            self.run_worker(go(answer), exit_on_error=False)  # on the app: the screen that is up goes away

        self.push_screen(Join(room.state), answered)
        return True

    async def enter(self, room: Room, ghost: str = "") -> None:
        """Show this room. `ghost` is a first entry that Enter logs."""
        from .incident_screen import IncidentScreen

        live = await self._alive(room)
        typed, self.typed = self.typed, ""
        screen = IncidentScreen(live, self._time_in(room, live), self.bound.acts, typed=typed, ghost=ghost)
        await self._go(screen)
        if is_drill(room.log.inc):
            self._play(live, screen.told_of_real_page)

    async def lead(self, room: Room) -> None:
        """Show the game master's console of this drill; where there is none to lead, the room."""
        from .drill.master import GameMaster

        if clock_of_drill.scenario(room.state) is None:
            await self.enter(room)
            self.tell("This is no drill with a scenario; there is nothing to lead.", trouble=True)
            return
        live = await self._alive(room)
        screen = GameMaster(live, self._time_in(room, live))
        await self._go(screen)
        self._play(live, screen.told_of_real_page)

    async def _alive(self, room: Room) -> LiveRoom:
        """The open room from now on."""
        await self.leave()
        self._live = LiveRoom(room)
        return self._live

    def _time_in(self, room: Room, live: LiveRoom) -> Callable[[], Ms]:
        """The clock of this room: a drill has one of its own."""
        return (lambda: clock_of_drill.time(live.state, self.now())) if is_drill(room.log.inc) else self.now

    def _play(self, live: LiveRoom, told: Callable[[str], None]) -> None:
        """Play the world of this drill, where no other console does."""
        # Only a drill has a world to play: every other start goes without what plays it.
        from ..room.drill_runner import DrillRunner
        from ..room.real import RealPages

        self._runner = DrillRunner(live, self.now, RealPages(self.paths.incidents, self.now), told)
        self._runner.start()

    @property
    def plays_drill(self) -> bool:
        """Whether it is this console that plays the world of the drill that is open."""
        return self._runner is not None and self._runner.plays

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
            from .lobby.server import ServerEye

            eye = ServerEye(self.paths, self.desk.now)
            self._reader = Reader(self.desk, self.paths.data, eye.look)
        reader = self._reader

        def read() -> "Seen":
            self.look_for_alerts()
            return reader.read()

        return await asyncio.to_thread(read)

    async def practised(self) -> "list[Practised]":
        """Every drill of this folder, the latest first. Raises `StoreError`."""
        from ..room.drill_history import history

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
        inbox, self._inbox = self._inbox, None
        if inbox is not None:
            await asyncio.to_thread(inbox.close)
