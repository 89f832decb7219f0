"""Declaring: the severity with its criteria and who would be called, before Enter; and nothing typed is ever lost."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

import night
from lobby_app import DeskApp, screen, seen, settled, type_in
from warroom.config.load import Library
from warroom.config.opening import opening
from warroom.config.settings import Settings
from warroom.core.events import PolicyAttached
from warroom.core.values import SEVERITIES
from warroom.tui.declare import Declared, DeclareScreen
from warroom.tui.lobby import Lobby
from warroom.tui.opening import lines
from warroom.tui.spans import cells

SETTINGS = Settings(theme="dark", services=("payments", "payments-db", "orders"))


class Declaring(DeskApp):
    """A console that begins with this title."""

    def __init__(self, folder: str, title: str = "Login fails", settings: Settings = SETTINGS) -> None:
        super().__init__(folder, settings=settings)
        self._title = title
        self.outcome: list[Declared | None] = []

    async def on_mount(self, event: events.Mount) -> None:
        event.prevent_default()
        await self.push_screen(DeclareScreen(self._title), self.outcome.append)


@pytest.fixture
def app(tmp_path: Path) -> Declaring:
    return Declaring(str(tmp_path))


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


# ── what it begins with ──


def test_a_grave_incident_has_a_policy_and_a_cosmetic_one_calls_nobody():
    library = Library()
    assert opening(library, Settings(), "SEV1").policy is not None
    assert opening(library, Settings(), "SEV5").policy is None


def test_the_checklists_follow_from_severity_and_services():
    library = Library()
    assert [each.id for each in opening(library, Settings(), "SEV1").playbooks] == ["general"]
    assert [each.id for each in opening(library, Settings(), "SEV2", ("orders-db",)).playbooks] == [
        "database",
        "general",
    ]
    assert [each.id for each in opening(library, Settings(), "SEV5").playbooks] == ["minor"]


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("width", [40, 76, 128])
def test_the_opening_fits_in_words(severity: str, width: int):
    drawn = lines(opening(Library(), Settings(), severity, ("orders-db",)), width)
    assert all(cells(line) <= width for line in drawn)
    said = " ".join("".join(text for text, _ in line) for line in drawn)
    assert ("PAGES NOBODY · ring by hand" in said) == (severity in ("SEV1", "SEV2", "SEV3"))


def said_of(policy: PolicyAttached, paged: bool = True) -> str:
    what = replace(opening(Library(), Settings(), "SEV1"), policy=policy)
    return " ".join("".join(text for text, _ in line) for line in lines(what, 128, paged))


def test_a_policy_that_reaches_people_says_by_what_and_that_pages_go_out():
    said = said_of(night.policy())
    assert "Ivo now by hook → Mei in 5m by hook → Rahul in 15m by hook" in said
    assert "pages go out by themselves, with every console closed too" in said


def test_where_no_pager_starts_by_itself_that_is_seen_before_enter():
    assert "PAGER: nobody, none is started by itself here" in said_of(night.policy(), paged=False)


def test_a_way_that_was_never_tried_is_seen_before_enter():
    assert "none of these ways was ever tried: warroom doctor" in said_of(night.policy(tested=False))


# ── on the screen ──


async def test_the_severities_stand_there_with_their_criteria_and_none_is_chosen(app: Declaring):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for severity in SEVERITIES:
            assert seen(pilot, severity)
        await press(pilot, "enter")
        assert seen(pilot, "Choose the severity first")
        assert app.outcome == []
        await press(pilot, "2")
        assert seen(pilot, "Something that many users depend on is down")


async def test_who_would_be_called_is_seen_before_enter(app: Declaring):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "1")
        assert seen(pilot, "Example Primary now → Example Backup in 5m")
        assert seen(pilot, "PAGES NOBODY · ring by hand: +44 20 7946 0001 (example)")
        assert seen(pilot, "Major incident, ")
        await press(pilot, "5")
        assert seen(pilot, "nobody is called for a SEV5")


async def test_enter_declares_with_everything_in_force(app: Declaring):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "down", "down", "tab")
        await type_in(pilot, "orders-db, web")
        await press(pilot, "enter")
        [outcome] = app.outcome
        assert outcome is not None
        assert outcome.room is not None
        state = outcome.room.state
        outcome.room.log.close()
        assert (state.title, state.severity, state.services) == ("Login fails", "SEV2", ("orders-db", "web"))
        assert [each.id for each in state.checklists] == ["database", "general"]
        assert state.run is not None


async def test_an_empty_title_is_asked_for_and_the_severity_stays(app: Declaring):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "3", "shift+tab", "ctrl+u", "enter")
        assert seen(pilot, "An incident needs a title: what do users see?")
        await type_in(pilot, "Slow")
        await press(pilot, "enter")
        assert app.outcome[0] is not None
        assert app.outcome[0].room is not None
        assert app.outcome[0].room.state.severity == "SEV3"
        app.outcome[0].room.log.close()


async def test_digits_are_text_in_a_title(app: Declaring):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "shift+tab")
        await type_in(pilot, " 500")
        assert seen(pilot, "Login fails 500")
        assert not seen(pilot, "PAGES NOBODY")


async def test_tab_completes_a_known_service(app: Declaring):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "tab")
        await type_in(pilot, "web,paym")
        assert seen(pilot, "Tab: payments  payments-db")
        await press(pilot, "tab")
        assert seen(pilot, "web,payments")


async def test_esc_goes_back_with_the_title(app: Declaring):
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "shift+tab")
        await type_in(pilot, " badly")
        await press(pilot, "escape")
        assert app.outcome == [Declared(None, "Login fails badly")]


async def test_what_could_not_be_written_is_said_in_place_and_nothing_is_lost(tmp_path: Path):
    app = Declaring(str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        incidents = tmp_path / "incidents"
        incidents.write_text("not a folder")
        await press(pilot, "2", "tab")
        await type_in(pilot, "web")
        await press(pilot, "enter")
        assert app.outcome == []
        assert app.screen.query_one("#notice").display
        assert seen(pilot, "Login fails")
        assert seen(pilot, "Services, where known › web")
        incidents.unlink()
        await press(pilot, "enter")
        [outcome] = app.outcome
        assert outcome is not None
        assert outcome.room is not None
        outcome.room.log.close()


async def test_a_resize_keeps_everything_that_was_said(app: Declaring):
    async with app.run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "1", "tab")
        await type_in(pilot, "web")
        for size in ((60, 15), (80, 24), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        assert seen(pilot, "Login fails")
        assert seen(pilot, "Services, where known › web")
        assert seen(pilot, "PAGES NOBODY")


async def test_the_name_that_was_typed_is_only_ever_text(tmp_path: Path):
    app = Declaring(str(tmp_path), title="[bold]a[/] \x1b]52;c;aGk=\x07 \u202egnp.exe")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        drawn = "\n".join(screen(pilot))
        assert "[bold]a[/] ␛]52" in drawn
        assert not any(char in drawn for char in "\x1b\x07\u202e")


async def test_from_the_lobby_into_the_room(tmp_path: Path):
    app = DeskApp(str(tmp_path), settings=SETTINGS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, Lobby)
        await type_in(pilot, "Login fails")
        await press(pilot, "enter")
        await press(pilot, "4", "enter")
        [(room, _)] = app.entered
        assert (room.state.title, room.state.severity) == ("Login fails", "SEV4")
