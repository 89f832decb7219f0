"""Pictures of the lobby and of what lies over the room, to be looked at when they change (`--snapshot-update`)."""

import pytest
from textual.pilot import Pilot

from lobby_app import LobbyApp, MadeUpDesk, listed, settled, some
from over_app import set_twice
from story import RoomApp, story
from warroom.config.load import Library
from warroom.config.problem import Problem
from warroom.config.settings import Settings
from warroom.tui.first_minute import FirstMinute
from warroom.tui.overlays.above import Sheet
from warroom.tui.overlays.ask import Ask
from warroom.tui.overlays.brief import BriefSheet
from warroom.tui.overlays.conflicts import Conflicts
from warroom.tui.overlays.esc_layer import EscLayerView, room_keys
from warroom.tui.overlays.help import Help
from warroom.tui.overlays.palette import Palette
from warroom.tui.overlays.roles import Roles
from warroom.tui.overlays.situation import Situation

WIDE, NARROW = (132, 40), (80, 24)
LOOKS = [
    pytest.param("dark", "unicode", WIDE, id="dark-132x40"),
    pytest.param("light", "unicode", WIDE, id="light-132x40"),
    pytest.param("ansi", "unicode", WIDE, id="ansi-132x40"),
    pytest.param("dark", "ascii", WIDE, id="ascii-132x40"),
    pytest.param("dark", "unicode", NARROW, id="dark-80x24"),
    pytest.param("ansi", "ascii", NARROW, id="ansi-ascii-80x24"),
]
SIZES = [pytest.param(WIDE, id="132x40"), pytest.param(NARROW, id="80x24")]


def lobby(look: str = "dark", glyphs: str = "unicode", broken: bool = False) -> LobbyApp:
    desk, library = MadeUpDesk(some()), Library()
    if broken:
        desk.listed.append(listed("T0RN", "2026-11-22-t0rn.json", trouble="/incidents/t0rn.json is not an incident."))
        library.problems.append(Problem("/c/playbooks/db.toml", "line 12, step[3].due", "should be text", "Ignored."))
    return LobbyApp(desk, Settings(theme=look, glyphs=glyphs, services=("payments",)), library)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize(("look", "glyphs", "size"), LOOKS)
def test_the_lobby(snap_compare, look: str, glyphs: str, size: tuple[int, int]):
    assert snap_compare(lobby(look, glyphs), terminal_size=size, run_before=settled)


@pytest.mark.parametrize("size", SIZES)
def test_finding_and_choosing(snap_compare, size: tuple[int, int]):
    async def find(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press(*"sev2", "down", "down")
        await settled(pilot)

    assert snap_compare(lobby(), terminal_size=size, run_before=find)


@pytest.mark.parametrize("size", SIZES)
def test_broken_files(snap_compare, size: tuple[int, int]):
    assert snap_compare(lobby(broken=True), terminal_size=size, run_before=settled)


def test_nothing_yet(snap_compare):
    assert snap_compare(LobbyApp(MadeUpDesk()), terminal_size=NARROW, run_before=settled)


@pytest.mark.parametrize("size", SIZES)
def test_declaring(snap_compare, size: tuple[int, int]):
    async def declare(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press(*"Login", "space", *"fails", "enter")
        await settled(pilot)
        await pilot.press("1")
        await settled(pilot)

    assert snap_compare(LobbyApp(MadeUpDesk()), terminal_size=size, run_before=declare)


@pytest.mark.parametrize("name", ["", "dana"], ids=["who", "what"])
def test_the_first_minute(snap_compare, name: str):
    async def begin(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.app.push_screen(FirstMinute("root"))
        await settled(pilot)

    assert snap_compare(LobbyApp(MadeUpDesk(me=name)), terminal_size=NARROW, run_before=begin)


class Laid(RoomApp):
    """The room of the story with something over it."""

    def __init__(self, over: object, look: str = "dark", ascii: bool = False) -> None:
        super().__init__(set_twice() if over is Conflicts else story().state(), look, ascii)
        self._over = over

    def lay(self) -> None:
        over = self._over
        if isinstance(over, Help | Ask):
            self.push_screen(over)
        elif isinstance(over, type) and issubclass(over, Sheet):
            self.room.query_one("#body").mount(over(self.room.query_one("Stub"), lambda: self.room.moment))
        elif isinstance(over, EscLayerView | Palette):
            self.room.mount(over, before=self.room.query_one("Stub"))
            over.display = True
            if isinstance(over, Palette):
                over.feed("/")
                over.press("down")


async def laid(pilot: Pilot[None]) -> None:
    await pilot.pause()
    assert isinstance(pilot.app, Laid)
    pilot.app.lay()
    await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sheet", [Situation, BriefSheet, Roles, Conflicts])
def test_a_sheet(snap_compare, sheet: type[Sheet], size: tuple[int, int]):
    assert snap_compare(Laid(sheet), terminal_size=size, run_before=laid)


@pytest.mark.parametrize("size", SIZES)
def test_the_keys(snap_compare, size: tuple[int, int]):
    assert snap_compare(Laid(EscLayerView(room_keys())), terminal_size=size, run_before=laid)


@pytest.mark.parametrize("size", SIZES)
def test_the_palette(snap_compare, size: tuple[int, int]):
    assert snap_compare(Laid(Palette()), terminal_size=size, run_before=laid)


@pytest.mark.parametrize(("look", "ascii"), [("dark", False), ("light", False), ("ansi", True)])
def test_help(snap_compare, look: str, ascii: bool):
    assert snap_compare(Laid(Help(), look, ascii), terminal_size=NARROW, run_before=laid)


@pytest.mark.parametrize(("look", "ascii"), [("dark", False), ("light", False), ("ansi", True)])
def test_a_question(snap_compare, look: str, ascii: bool):
    ask = Ask("Cancel this incident?", note="It stays on the log.", reason="why", needed=True)
    assert snap_compare(Laid(ask, look, ascii), terminal_size=NARROW, run_before=laid)
