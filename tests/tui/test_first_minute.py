"""The first minute: a name that is a person's, and three ways to begin, none of which leaves this machine."""

import json
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from console_kit import cli, console
from lobby_app import DeskApp, screen, seen, settled, type_in
from warroom.core import events as ev
from warroom.core.drill import clock
from warroom.core.values import Refused
from warroom.tui import who
from warroom.tui.declare import DeclareScreen
from warroom.tui.first_minute import GHOST, FirstMinute, person, suggested
from warroom.tui.lobby import Lobby


@pytest.mark.parametrize("typed", ["dana", "Ana", " ivo ", "o'neil", "j.doe", "李", "mei-2"])
def test_a_word_that_is_a_persons_will_do(typed: str):
    assert person(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "dana lee", "a:b", "@dana", "a/b", "x" * 33, "123", "da\x1bna", "\u202edana", *sorted(who.SHARED)],
)
def test_anything_else_is_refused_in_a_sentence(typed: str):
    with pytest.raises(Refused) as no:
        person(typed)
    assert str(no.value).endswith((".", "?"))
    assert str(no.value).isprintable()


def test_a_shared_login_is_refused_however_it_is_written():
    with pytest.raises(Refused, match="is a login that people share"):
        person("Root")


def test_only_a_persons_login_is_suggested():
    assert suggested("dana") == "dana"
    assert suggested("ec2-user") == ""


class First(DeskApp):
    """A console that knows no name, on the login `login`."""

    def __init__(self, folder: str, login: str = "root") -> None:
        super().__init__(folder, me="")
        self._login = login

    async def on_mount(self, event: events.Mount) -> None:
        event.prevent_default()
        await self.push_screen(FirstMinute(self._login))


@pytest.fixture
def app(tmp_path: Path) -> First:
    return First(str(tmp_path))


async def named(pilot: Pilot[int]) -> None:
    await settled(pilot)
    await type_in(pilot, "dana")
    await pilot.press("enter")
    await settled(pilot)


async def test_a_shared_login_is_told_so_and_offered_nothing(app: First):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert seen(pilot, "You are logged in as root, which is nobody in particular.")
        await pilot.press("enter")
        await settled(pilot)
        assert seen(pilot, "One word that people call you by, such as dana.")
        assert app.me == ""


async def test_a_persons_login_is_one_enter_away(tmp_path: Path):
    app = First(str(tmp_path), login="ivo")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert app.me == "ivo"
        assert seen(pilot, "Hello ivo.")


async def test_what_was_refused_stays_to_be_corrected(app: First):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "oncall")
        await pilot.press("enter")
        await settled(pilot)
        assert seen(pilot, "“oncall” is a login that people share.")
        assert seen(pilot, "│ oncall")


async def test_the_three_ways_are_there_and_nothing_leaves_this_machine(app: First):
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot)
        drawn = "\n".join(screen(pilot))
        for words in ("Practise 10 minutes   pages nobody", "Declare", "Set up paging", "Nothing leaves this machine"):
            assert words in drawn


async def test_practising_begins_the_drill_that_teaches_the_console(app: First):
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot)
        said = " ".join(" ".join(screen(pilot)).split())
        assert "It leads you through, key by key" in said
        assert "It pages nobody" in said
        await pilot.press("1", "enter")
        await settled(pilot)
        [(room, ghost)] = app.entered
        played = clock.scenario(room.state)
        assert room.state.drill
        assert played is not None
        assert played.id == "first-drill"
        assert room.state.steps
        assert room.state.cards
        assert room.state.run is not None
        assert all(t.reach == ("simulated",) for level in room.state.run.policy.levels for t in level.notify)
        assert ghost == ""


async def test_where_that_drill_cannot_be_played_there_is_still_an_incident_to_practise_on(app: First, tmp_path: Path):
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "first-drill.toml").write_text('title = "half')
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot)
        await pilot.press("1", "enter")
        await settled(pilot)
        [(room, ghost)] = app.entered
        assert room.state.drill
        assert clock.scenario(room.state) is None
        assert room.state.steps
        assert room.state.run is not None
        assert all(t.example for level in room.state.run.policy.levels for t in level.notify)
        assert ghost == GHOST


async def test_declaring_asks_on_its_own_screen_and_offers_the_title_as_the_first_entry(app: First):
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot)
        await pilot.press("2", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, DeclareScreen)
        await type_in(pilot, "Login fails")
        await pilot.press("down", "enter")
        await settled(pilot)
        [(room, ghost)] = app.entered
        assert not room.state.drill
        assert ghost == "* Login fails"


async def test_setting_up_paging_names_the_files_and_how_to_check_them(app: First, tmp_path: Path):
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot)
        await pilot.press("3", "enter")
        await settled(pilot)
        drawn = "\n".join(screen(pilot))
        assert app.paths.config[:40] in drawn
        for words in ("policies/NAME.toml", "contacts.toml", "channels.toml", "example.toml", "warroom policy check"):
            assert words in drawn
        await pilot.press("escape")
        await settled(pilot)
        assert seen(pilot, "What now?")


async def test_esc_leads_to_the_lobby(app: First):
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(pilot.app.screen, Lobby)


async def test_a_folder_that_takes_nothing_says_so_in_place(app: First, tmp_path: Path):
    async with app.run_test(size=(80, 24)) as pilot:
        await named(pilot)
        (tmp_path / "incidents").rmdir() if (tmp_path / "incidents").exists() else None
        (tmp_path / "incidents").write_text("not a folder")
        await pilot.press("1", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, FirstMinute)
        assert app.entered == []
        assert app.screen.query_one("#notice").display


def test_what_is_in_force_in_practice_is_on_the_log(tmp_path: Path):
    app = First(str(tmp_path))
    from warroom.config.opening import opening

    values = opening(app.library, app.settings, "SEV2").values
    assert {type(each) for each in values} == {
        ev.RolesAttached,
        ev.ChecklistAttached,
        ev.CadenceAttached,
        ev.PolicyAttached,
    }


def test_a_name_and_two_enters_lead_into_a_drill_that_says_what_to_press_in_a_real_terminal(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WARROOM_ACTOR")
    with console() as terminal:
        terminal.wait_for("Who are you?")
        terminal.send("dana\r")
        terminal.wait_for("Hello dana.")
        terminal.send("\r")
        terminal.wait_for("DRILL")
        terminal.wait_for("Type what you see")
        terminal.send("* checkout returns 500s\r")
        terminal.wait_for("OBS  checkout returns 500s")
        terminal.wait_for("saved")
        terminal.wait_for("Nobody leads yet")
    [drill] = json.loads(cli("list", "--json"))
    assert drill["title"] == "Checkout returns 500s"
