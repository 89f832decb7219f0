"""A small drill that dana practises, the console of its game master, and hers, on one file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from lobby_app import screen
from page_app import shows, until
from story import NOW
from warroom.config.drill_begin import declaration
from warroom.config.drills import load
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.config.settings import Settings
from warroom.core import events as ev
from warroom.core.acts.lifecycle import Declare
from warroom.core.values import SECOND, By, Ms
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store.replica import current
from warroom.tui.app import WarRoomApp
from warroom.tui.drill import letters
from warroom.tui.drill.master import GameMaster
from warroom.tui.overlays.ask import Ask

DRILL = """
title = "The shelf is empty"
level = "easy"
minutes = 20
trains = ["escalation"]
about = "Customers see an empty shelf."
severity = "SEV2"
truth = "The import of the night stopped half way."

[[person]]
id = "first"
name = "Nora"
[[person]]
id = "second"
name = "Ivo"

[[inject]]
id = "alert"
kind = "alert"
at = "0s"
who = "monitoring"
text = "40 % of the lists are empty"
[[inject]]
id = "cache"
kind = "alert"
at = "3m"
who = "monitoring"
text = "the cache misses a lot"
hint = "an effect and no cause"
[[inject]]
id = "talk"
kind = "voices"
at = "4m"
lines = [["0s", "second", "the import looks short"], ["4s", "Dora", "who has this?"]]
[[inject]]
id = "blame"
kind = "report"
after = "talk"
delay = "30s"
who = "Dora"
text = "it is the release"
wrong = true
[[inject]]
id = "back"
kind = "observation"
when = 'called("import")'
who = "second"
text = "the lists fill again"

[[specialist]]
topic = "import"
notify = ["second"]
[[tier]]
after = "PT0S"
notify = ["first"]

[[expect]]
id = "asked"
what = "Whoever knows the import is asked"
check = 'called("import")'
since = "cache"
by = "1m"
group = "escalation"
why = "Only they can see that it is short."
better = "Call the specialist."
"""
SECRETS = (
    *("cache misses", "effect and no cause", "looks short", "it is the release", "fill again", "gm-1", "they dither"),
    *("not so", "game master", "stopped half way", "Injects", "knows the import"),
)
"""What no player sees before it happened, or ever."""


class Evening:
    """One folder with one drill in it, which dana practises, at a time that stands still."""

    def __init__(self, home: Path, text: str = DRILL) -> None:
        self.now = NOW
        self.paths = Paths(str(home), str(home), str(home))
        file = home / "drills" / "shelf.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        library = Library(self.paths)
        played = load(library, str(file), 3)
        command = declaration(library, Settings(), played, 3, self.now, who="dana")
        self.path = self.declared(command)

    def desk(self, me: str) -> Desk:
        return Desk(self.paths.incidents, current(self.paths.data), By(me), lambda: self.now)

    def declared(self, command: Declare) -> str:
        room = self.desk("dana").declare(command, drill=True)
        assert isinstance(room, Room), room
        room.log.close()
        return room.log.path

    @asynccontextmanager
    async def console(
        self, me: str = "ana", size: tuple[int, int] = (132, 40), path: str | None = None, master: bool = True
    ) -> AsyncIterator[Pilot[int]]:
        settings, where = Settings(theme="dark"), self.path if path is None else path
        app = WarRoomApp(self.desk(me), self.paths, settings, Library(self.paths), path=where, master=master)
        async with app.run_test(size=size) as pilot:
            yield pilot

    def player(self, me: str = "dana") -> "asynccontextmanager[Pilot[int]]":
        return self.console(me, master=False)  # type: ignore[return-value]  # one as the other is

    async def passes(self, pilot: Pilot[int], span: Ms) -> None:
        """So much time passes for both consoles, in steps that no machine's sleep is taken for."""
        end = self.now + span
        while self.now < end:
            self.now = min(end, self.now + 8 * SECOND)
            await asyncio.sleep(0.45)
        await pilot.pause()


def master(pilot: Pilot[int]) -> GameMaster:
    return next(each for each in pilot.app.screen_stack if isinstance(each, GameMaster))


def facts(pilot: Pilot[int], kind: type[ev.Body]) -> list[ev.Body]:
    return [event.body for event in master(pilot).live.state.facts if isinstance(event.body, kind)]


def whole(pilot: Pilot[int]) -> str:
    return "\n".join(screen(pilot))


async def begun(pilot: Pilot[int]) -> None:
    await shows(pilot, "Happened")


async def choose(pilot: Pilot[int], id: str) -> None:
    """Up and down until this inject is chosen."""
    view = master(pilot).view
    assert view is not None
    ids = [each.id for each in view.found]
    by = ids.index(id) - ids.index(view.chosen)
    for _ in range(abs(by)):
        await pilot.press("down" if by > 0 else "up")
    assert master(pilot).view.chosen == id


async def letter(pilot: Pilot[int], key: str) -> None:
    """A letter that comes alone, as a dialog or at once."""
    await asyncio.sleep(letters.ALONE + 0.05)
    await pilot.press(key)
    await asyncio.sleep(letters.ALONE + 0.05)
    await pilot.pause()


async def asked(pilot: Pilot[int], key: str, text: str = "") -> Ask:
    """The dialog that this letter opens, with this in its line."""
    await letter(pilot, key)
    await until(pilot, lambda: isinstance(pilot.app.screen, Ask), f"a dialog for {key}")
    dialog = pilot.app.screen
    assert isinstance(dialog, Ask)
    if text:
        await pilot.press("ctrl+u", *("space" if char == " " else char for char in text))
        await pilot.pause()
    return dialog


async def answer(pilot: Pilot[int]) -> None:
    """Enter, which closes the dialog."""
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, GameMaster), "the dialog closes")


def told(pilot: Pilot[int], but: tuple[str, ...] = ()) -> list[str]:
    """What the player's console shows of what is not theirs."""
    shown = whole(pilot)
    return [secret for secret in SECRETS if secret in shown and secret not in but]
