"""The game master's console: what stands on it, its keys, entering and leaving; beside it the players' own."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from lobby_app import screen
from master_app import DRILL, SECRETS, Evening, asked, begun, choose, letter, master, told, whole
from page_app import shows, until
from warroom.core.acts.drill import EndDrill
from warroom.core.acts.lifecycle import Declare
from warroom.core.drill import clock
from warroom.tui.drill.join import Join
from warroom.tui.drill.letters import ALONE, Letters
from warroom.tui.drill.master import FULL, INJECTS, ROOM, TRUTH, GameMaster
from warroom.tui.incident_screen import IncidentScreen
from warroom.tui.lobby import Lobby
from warroom.tui.panes.pane import Surface


@pytest.fixture
def evening(tmp_path: Path) -> Evening:
    return Evening(tmp_path)


# ── what is on the screen ──


async def test_every_inject_stands_there_with_when_it_comes_or_what_it_waits_for(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        rows = [row[:80] for row in screen(pilot)]

        def row(of: str) -> str:
            found = [each for each in rows if of in each]
            assert found, f"{of}\n{whole(pilot)}"
            return " ".join(found[0].split())

        assert "T+0s √ alert monitoring 40 % of the lists" in row("40 %")
        assert "in 3m00s → alert monitoring the cache misses" in row("cache misses")
        assert "in 4m00s → voices Ivo +1 the import looks short" in row("looks short")
        assert "waits ○ report Dora not so 30s after talk it is the" in row("Dora   ")
        assert 'waits ○ observation Ivo when called("import") the lists' in row("called(")
        assert "an effect and no cause" in row("an effect")
        order = [whole(pilot).index(title) for title in ("Happened", "Coming", "Waiting")]
        assert order == sorted(order)
        assert "DRILL" in rows[0]
        assert "nothing leaves this machine" in rows[0]
        assert "dana practises" in whole(pilot)
        await until(
            pilot, lambda: f"{len(master(pilot).live.state.facts)} facts" in whole(pilot), "all facts are counted"
        )
        assert "ends at" in rows[1]


async def test_beside_them_stands_the_room_as_its_players_see_it(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        side = "\n".join(row[80:] for row in screen(pilot))
        assert "Timeline" in side
        assert "40 % of the" in side
        assert "Due" in side
        assert not any(secret in side for secret in SECRETS)


async def test_the_chosen_one_is_told_in_full(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        await choose(pilot, "talk")
        await shows(pilot, "+4s Dora: who has this?")
        assert "comes in 4m00s, at T+4m00s" in whole(pilot)
        await choose(pilot, "cache")
        await shows(pilot, "Whoever knows the import is asked: by 1m00s, late until 2m00s")
        await choose(pilot, "blame")
        await shows(pilot, "what it says is not the case")
        await pilot.press("enter")
        assert master(pilot)._page == FULL
        await pilot.press("escape")
        assert master(pilot)._page == INJECTS


async def test_the_truth_and_what_is_expected_have_a_page(evening: Evening):
    async with evening.console(size=(80, 24)) as pilot:
        await begun(pilot)
        await letter(pilot, "t")
        assert master(pilot)._page == TRUTH
        await shows(pilot, "The import of the night stopped half way.")
        seen = ""
        for _ in range(40):
            seen += whole(pilot)
            await pilot.press("pagedown")
        assert 'called("import")' in seen
        assert "by 1m00s, late until 2m00s, from cache, not yet" in seen
        await pilot.press("escape")
        await begun(pilot)


async def test_where_there_is_no_room_beside_the_injects_tab_shows_the_players_room(evening: Evening):
    async with evening.console(size=(80, 24)) as pilot:
        await begun(pilot)
        assert "Timeline" not in whole(pilot)
        await pilot.press("tab")
        assert master(pilot)._page == ROOM
        await shows(pilot, "Timeline")
        assert "40 % of the lists are empty" in whole(pilot)
        await letter(pilot, "f")
        await shows(pilot, "none is in sight")
        await pilot.press("tab")
        await begun(pilot)


@pytest.mark.parametrize("size", [(132, 40), (80, 24), (60, 15), (30, 8), (12, 4)])
async def test_it_holds_at_every_size_and_names_its_keys(evening: Evening, size: tuple[int, int]):
    async with evening.console(size=size) as pilot:
        await until(pilot, lambda: any(isinstance(each, GameMaster) for each in pilot.app.screen_stack))
        await until(pilot, lambda: master(pilot).view and len(master(pilot).view.found) == 5)
        for key in ("down", "down", "enter", "escape", "tab", "escape"):
            await pilot.press(key)
        await letter(pilot, "t")
        await pilot.press("pagedown", "pageup", "escape")
        if size[0] >= 60:
            await shows(pilot, "esc leave")
            keys = " ".join(" ".join(screen(pilot)[-3:]).split())
            for each in (
                "f fire",
                "d delay",
                "e edit",
                "x cancel",
                "a add",
                "n note",
                "p pause",
                "+ - speed",
                "s skip",
            ):
                assert each in keys
            assert "t truth" in keys
        await pilot.resize_terminal(100, 30)
        await pilot.resize_terminal(*size)
        await asked(pilot, "x")
        await pilot.press("escape")


def said(pilot: Pilot[int]) -> str:
    """What the parts of the screen say, before the console's last filter."""
    parts = pilot.app.screen.query(Surface)
    return "".join(text for part in parts for line in part._lines for text, _ in line)


HOSTILE = "\\u001b]52;c;aGk=\\u0007 [bold]\\u202egnp"


async def test_what_a_scenario_says_commands_no_terminal(tmp_path: Path):
    text = DRILL.replace("the cache misses a lot", HOSTILE).replace("an effect and no cause", HOSTILE)
    text = text.replace("The import of the night stopped half way.", HOSTILE).replace("who has this?", HOSTILE)
    async with Evening(tmp_path, text).console() as pilot:
        await begun(pilot)
        for id in ("cache", "talk"):
            await choose(pilot, id)
            await shows(pilot, "[bold]")
            assert not set("\x1b\x07\u202e") & set(said(pilot))
            await asked(pilot, "e")
            assert not set("\x1b\x07\u202e") & set(said(pilot))
            await pilot.press("escape")
        await letter(pilot, "t")
        await shows(pilot, "[bold]")
        assert not set("\x1b\x07\u202e") & set(said(pilot))


# ── keys that come by accident ──


async def test_a_word_that_is_typed_does_nothing(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        before = len(master(pilot).live.state.facts)
        await pilot.press(*"pax", "space", *"fed", "enter")
        await asyncio.sleep(ALONE + 0.1)
        await shows(pilot, "Nothing is typed here")
        assert isinstance(pilot.app.screen, GameMaster)
        assert master(pilot)._page == INJECTS
        assert len(master(pilot).live.state.facts) == before
        pilot.app.screen.focused.paste("f\n")
        await pilot.pause()
        assert isinstance(pilot.app.screen, GameMaster)


def pressed(keys: str, gap: float, first: float = 0.0) -> list[str]:
    """What letters that come `gap` seconds after one another come to; `first`: after the first one."""
    letters, acts, at, due = Letters(), [], 0.0, None
    for n, char in enumerate(keys):
        at += (first or gap) if n == 1 else gap
        if due is not None and due <= at:
            acts += letters.take()
        due = at + ALONE if letters.feed(char, at) else due
    return acts + list(letters.take())


@pytest.mark.parametrize("first", [0.25, 0.4, 0.66])
def test_a_letter_that_is_held_down_acts_once(first: float):
    assert pressed("p" * 60, 0.03, first) == ["p"]


def test_letters_that_come_one_by_one_act_each_and_a_word_does_not():
    assert pressed("pnf", 0.5) == ["p", "n", "f"]
    assert pressed("pp", 0.8) == ["p", "p"]
    assert pressed("fix it now", 0.1) == []
    assert pressed("office", 0.05) == []


# ── who plays, and leaving ──


async def test_without_a_players_console_the_game_masters_plays_the_world(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        await until(pilot, lambda: pilot.app.plays_drill)
        await pilot.press("escape")
        await shows(pilot, "without one, the drill stands")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Lobby))


async def test_a_players_console_goes_on_when_the_game_master_leaves(evening: Evening):
    async with evening.player() as player:
        await shows(player, "40 % of the lists")
        await until(player, lambda: player.app.plays_drill)
        async with evening.console() as pilot:
            await begun(pilot)
            await pilot.press("escape")
            await shows(pilot, "a players' console plays it")
            await pilot.press("escape")
            await pilot.press("ctrl+d")
            await shows(pilot, "Leave War room?")
            await pilot.press("enter")
        assert player.app.plays_drill
        assert clock.speed(player.app.screen.live.state) == 100


async def test_a_real_page_that_stops_the_drill_is_told(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        master(pilot).told_of_real_page("A REAL PAGE for INC-K3F9.")
        await shows(pilot, "A REAL PAGE for INC-K3F9.")


async def test_what_is_no_drill_with_a_scenario_is_entered_as_a_room(evening: Evening):
    path = evening.declared(Declare(title="Practice", severity="SEV3"))
    async with evening.console(path=path) as pilot:
        await shows(pilot, "there is nothing to lead")
        assert isinstance(pilot.app.screen, IncidentScreen)


# ── entering a drill of somebody else's ──


def there(pilot: Pilot[int], kind: type) -> Callable[[], bool]:
    return lambda: isinstance(pilot.app.screen, kind)


async def test_entering_somebody_elses_drill_asks_whether_to_take_part_or_to_lead(evening: Evening):
    async with evening.console("ana", path="", master=False) as pilot:
        await until(pilot, there(pilot, Lobby))
        pilot.app.open_room(evening.path)
        await until(pilot, there(pilot, Join))
        await shows(pilot, "dana practises “The shelf is empty”.")
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, Join)
        await pilot.press("escape")
        await until(pilot, there(pilot, Lobby))
        pilot.app.open_room(evening.path)
        await until(pilot, there(pilot, Join))
        await pilot.press("2", "enter")
        await until(pilot, there(pilot, GameMaster))
        await begun(pilot)
        await pilot.app.show_lobby()
        pilot.app.open_room(evening.path)
        await until(pilot, there(pilot, Join))
        await pilot.press("down", "enter")
        await until(pilot, there(pilot, IncidentScreen))
        await shows(pilot, "40 % of the lists")
        assert not told(pilot)


async def test_ones_own_drill_and_one_that_is_over_are_entered_at_once(evening: Evening):
    async with evening.console("Dana", path="", master=False) as pilot:
        await until(pilot, there(pilot, Lobby))
        pilot.app.open_room(evening.path)
        await until(pilot, there(pilot, IncidentScreen))
        pilot.app.screen.live.do(EndDrill(why="enough", wall=evening.now))
        await until(pilot, lambda: clock.ended(pilot.app.screen.live.state))
    async with evening.console("ana", path="", master=False) as pilot:
        await until(pilot, there(pilot, Lobby))
        pilot.app.open_room(evening.path)
        await until(pilot, there(pilot, IncidentScreen))


async def test_named_on_the_command_line_it_asks_as_well(evening: Evening):
    async with evening.console("ana", master=False) as pilot:
        await until(pilot, there(pilot, Join))
        await pilot.press("escape")
        await until(pilot, there(pilot, Lobby))
