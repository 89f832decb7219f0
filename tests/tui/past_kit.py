"""A folder with a past: incidents that ended and drills that were run, and the console in it at the frozen time."""

from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from lobby_app import DeskApp, screen, settled, type_in
from story import NOW
from warroom.config.drill_begin import declaration
from warroom.config.drills import files, load
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.config.settings import Settings
from warroom.core.acts.drill import EndDrill, SetClock
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import ChangePhase, Declare
from warroom.core.values import MINUTE, By, Ms
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store.replica import current
from warroom.tui.drill.chooser import Chooser
from warroom.tui.lobby import Lobby

HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \x9b31m \u202egnp.exe"


class Past:
    """What happened in a folder before the time that stands still."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.paths = Paths(str(home), str(home), str(home))
        self.now = NOW

    def desk(self, who: str) -> Desk:
        """The desk of this person."""
        return Desk(self.paths.incidents, current(self.paths.data), By(who), lambda: self.now)

    def drill(
        self, ago: Ms, name: str = "slow-queries", who: str = "dana", end: bool = True, pause: bool = False
    ) -> str:
        """A drill of a shipped scenario, begun `ago` before now; the path of its file."""
        self.now = NOW - ago
        library = Library(self.paths)
        played = load(library, files(library)[name], 3)
        room = self.desk(who).declare(declaration(library, Settings(), played, 3, self.now, who=who), drill=True)
        assert isinstance(room, Room), room
        if end:
            assert isinstance(room.do(EndDrill(why="somebody ended it", wall=self.now)), list)
        if pause:
            assert isinstance(room.do(SetClock(speed=0, wall=self.now)), list)
        room.log.close()
        return room.log.path

    def incident(self, title: str, ago: Ms, restricted: bool = False, little: bool = False, ended: bool = True) -> str:
        """A real incident that was declared `ago` before now, with a decision in it; its handle."""
        self.now = NOW - ago
        room = self.desk("mei").declare(Declare(title=title, severity="SEV2", restricted=restricted))
        assert isinstance(room, Room), room
        said = [("observed", "p99 is 4 s"), ("observed", "the queue grows"), ("decision", "roll back 9f2c")]
        for kind, text in said[: 1 if little else 3]:
            self.now += 2 * MINUTE
            assert isinstance(room.do(Log(text=text, kind=kind)), list)
        if ended:
            assert isinstance(room.do(ChangePhase(phase="resolved")), list)
        room.log.close()
        return room.log.inc[:4]


def app(past: Past, me: str = "dana") -> DeskApp:
    return DeskApp(str(past.home), me)


def lobby(pilot: Pilot[int]) -> Lobby:
    found = pilot.app.screen
    assert isinstance(found, Lobby)
    return found


def choosing(pilot: Pilot[int]) -> Chooser:
    found = pilot.app.screen
    assert isinstance(found, Chooser)
    return found


def entered(pilot: Pilot[int]) -> Room:
    assert isinstance(pilot.app, DeskApp)
    [(room, ghost)] = pilot.app.entered
    assert ghost == ""
    return room


def of_drills(pilot: Pilot[int]) -> list[str]:
    """The lines of the lobby's pane of drills."""
    surface = lobby(pilot).query_one("#drills")
    region = surface.region
    rows = [strip.text[region.x : region.right] for strip in pilot.app.screen._compositor.render_strips()]
    return [row.strip("│╭╮╰╯─ ") for row in rows[region.y + 1 : region.bottom - 1]]


async def practise(pilot: Pilot[int]) -> Chooser:
    """From the lobby to the chooser."""
    await settled(pilot)
    await type_in(pilot, "practise")
    await pilot.press("enter")
    await settled(pilot)
    return choosing(pilot)


async def until(pilot: Pilot[int], true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await pilot.pause(0.02)
    raise AssertionError("\n".join(screen(pilot)))
