"""The console in a real room at a time that stands still, with files of its own that say who is called and how."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from lobby_app import screen
from story import NOW
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.config.settings import Settings
from warroom.core.acts.lifecycle import Declare
from warroom.core.events import Value
from warroom.core.values import MINUTE, By, Ms
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store.replica import current
from warroom.tui.app import WarRoomApp
from warroom.tui.incident_screen import IncidentScreen

CONTACTS = """
[contact.ivo]
name = "Ivo Petrov"
reach = ["hook"]
phone = "+44 20 7946 0001"
[contact.mei]
name = "Mei"
reach = ["hook"]
[contact.lee]
name = "Lee"
reach = ["hook"]
"""
CHANNELS = '[channel.hook]\nkind = "webhook"\nurl = "http://127.0.0.1:9/page"\n'
POLICY = """
id = "quick"
owner = "payments"
[[level]]
after = "PT0S"
notify = ["contact:ivo"]
[[level]]
after = "PT5M"
notify = ["contact:mei"]
"""


def files(home: Path, policy: str = POLICY, channels: str = CHANNELS) -> Paths:
    """The configuration in this folder."""
    (home / "policies").mkdir(parents=True, exist_ok=True)
    (home / "contacts.toml").write_text(CONTACTS)
    (home / "channels.toml").write_text(channels)
    (home / "policies" / "quick.toml").write_text(policy)
    return Paths(str(home), str(home), str(home))


class PageConsole(WarRoomApp):
    """In the room of an incident that was declared `ago` before the time that stands still."""

    def __init__(self, paths: Paths, me: str = "lee", ago: Ms = MINUTE, drill: bool = False, **options: object) -> None:
        self.clock = NOW - ago
        desk = Desk(paths.incidents, current(paths.data), By(me), lambda: self.clock)
        settings = Settings(theme="dark", **options)  # type: ignore[arg-type]  # as they are named
        super().__init__(desk, paths, settings, Library(paths))
        self._drill = drill
        self.bells = 0

    def attached(self) -> tuple[Value, ...]:
        return (Library(self.paths).policy("quick", self.clock),)

    async def on_mount(self, event: events.Mount) -> None:
        event.prevent_default()  # the lobby
        command = Declare(title="Checkout returns 500s", severity="SEV1", attach=self.attached())
        room = self.desk.declare(command, self._drill)
        assert isinstance(room, Room), room
        self.clock = NOW
        await self.enter(room)

    def bell(self) -> None:
        self.bells += 1

    @property
    def room(self) -> IncidentScreen:
        assert isinstance(self.screen_stack[1], IncidentScreen)
        return self.screen_stack[1]


async def until(pilot: Pilot[int], true: Callable[[], object], what: str = "") -> None:
    """Until this is so; it fails where it never is."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, f"{what or true}\n" + "\n".join(screen(pilot))
        await pilot.pause()
        await asyncio.sleep(0.02)


async def shows(pilot: Pilot[int], text: str) -> None:
    """Until the screen has this text, wherever its lines were broken."""
    await until(pilot, lambda: text in " ".join(" ".join(screen(pilot)).replace("│", " ").split()), text)
