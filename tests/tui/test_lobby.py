"""The lobby: finding, choosing, entering and declaring; what it says when there is nothing, too much, or trouble."""

import pytest
from textual.pilot import Pilot

from lobby_app import LobbyApp, MadeUpDesk, listed, screen, seen, settled, some, type_in
from story import NOW
from warroom.config.load import Library
from warroom.config.problem import Problem
from warroom.core.due import Due
from warroom.core.values import HOUR, MINUTE
from warroom.room import StoreError
from warroom.tui.declare import DeclareScreen
from warroom.tui.first_minute import FirstMinute
from warroom.tui.lobby import Lobby
from warroom.tui.lobby.found import NEW, find
from warroom.tui.lobby.rows import View, open_card, past_card
from warroom.tui.overlays.ask import Ask
from warroom.tui.overlays.help import Help
from warroom.tui.spans import cells

HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \x9b31m \u202egnp.exe \x1b]8;;http://evil\x1b\\link"


def lobby(pilot: Pilot[int]) -> Lobby:
    found = pilot.app.screen
    assert isinstance(found, Lobby)
    return found


def app_of(pilot: Pilot[int]) -> LobbyApp:
    assert isinstance(pilot.app, LobbyApp)
    return pilot.app


# ── what is found ──


def test_every_word_must_say_something_about_an_incident():
    assert [each.title for each in find("sev3 closed", some()).past] == [
        "Search index 40 min behind",
        "Webhooks delayed",
    ]
    assert find("checkout nothing", some()).ids == [NEW]


@pytest.mark.parametrize("typed", ["K3F9", "k3f9", "inc-k3f9", "k3", "500s", "DANA"])
def test_an_incident_is_found_by_its_handle_its_title_and_its_commander(typed: str):
    assert [each.handle for each in find(typed, some()).open] == ["INC-K3F9"]


def test_the_last_match_always_declares():
    for typed in ("", "checkout", "nothing says this"):
        assert find(typed, some()).ids[-1] == NEW


def test_the_gravest_open_incident_comes_first_and_a_file_that_cannot_be_read_last():
    incidents = [*some(), listed("T0RN", "torn", trouble="torn.json is not an incident.")]
    assert [each.handle for each in find("", incidents).open] == ["INC-K3F9", "INC-P07Q", "INC-T0RN"]


# ── how it is drawn ──


def view(typed: str = "", selected: str = "") -> View:
    return View(found=find(typed, some()), selected=selected, now=NOW, typed=typed, ready=True)


def text(line: tuple[tuple[str, str], ...]) -> str:
    return "".join(span for span, _ in line)


def test_what_is_late_is_red_and_says_so():
    card, _ = open_card(view(), 0, 82, 6)
    assert card.lines[2][-1] == ("update 12m late", "red bold")
    assert card.tone == "red"


def test_what_is_due_soon_is_amber_and_never_looks_like_a_time_of_day():
    card, _ = open_card(view(), 0, 82, 6)
    assert card.lines[0][-1] == ("update in 1m32s", "amber bold")


@pytest.mark.parametrize("width", [56, 76, 82, 120])
def test_rows_align_to_the_character(width: int):
    card, _ = open_card(view(), 0, width, 6)
    starts = {text(line).index("T+") for line in card.lines[::2]}
    assert len(starts) == 1
    card, _ = past_card(view(), 0, width, 20)
    assert {cells(line) for line in card.lines} == {width}


def test_only_what_is_in_sight_is_drawn_and_the_chosen_one_is_in_sight():
    many = [listed(f"{n:04d}", f"Number {n}", phase="closed", ago=(n + 1) * HOUR, lasted=MINUTE) for n in range(500)]
    shown = View(found=find("", many), selected=many[400].id, now=NOW, ready=True)
    card, top = past_card(shown, 0, 80, 12)
    assert len(card.lines) == 12
    assert top == 389
    assert "Number 400" in text(card.lines[-1])
    assert card.foot.startswith("401 of 500")


# ── on the screen ──


async def test_enter_on_an_empty_line_opens_the_first_open_incident():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        assert app_of(pilot).opened == ["/incidents/k3f9.json"]


async def test_typing_filters_and_enter_opens_what_is_left():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "token")
        assert seen(pilot, "7XMA")
        assert not seen(pilot, "QD21")
        assert "↵ 7XMA Login tokens rejected   ↓ declare new: token" in screen(pilot)[22]
        await pilot.press("enter")
        assert app_of(pilot).opened == ["/incidents/7xma.json"]


async def test_down_leads_to_a_new_one_with_the_title_that_was_typed():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "checkout")
        await pilot.press("down", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, DeclareScreen)
        assert seen(pilot, "checkout")
        assert app_of(pilot).opened == []


async def test_what_is_typed_is_in_sight_and_the_hint_gives_way():
    title = "Checkout returns 500s for all in every region of the world"
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, title[:28])
        assert seen(pilot, f"› {title[:28]}")
        assert seen(pilot, "↵ declare new")
        await type_in(pilot, title[28:])
        assert seen(pilot, f"› {title}")


async def test_both_ways_on_from_a_match_are_named_where_there_is_little_room():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(60, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "checkout")
        row = next(row for row in screen(pilot) if row.startswith(" find or declare"))
        assert "↵ K3F9" in row
        assert row.endswith(("new", "declare new …"))


@pytest.mark.parametrize("size", [(80, 24), (132, 40)])
async def test_what_is_open_has_most_of_the_room_and_no_half_row(size: tuple[int, int]):
    many = [listed(f"{n:04d}", f"Number {n}", ago=(n + 1) * MINUTE) for n in range(30)]
    past = [listed(f"P{n:03d}", f"Past {n}", phase="closed", ago=HOUR, lasted=MINUTE) for n in range(30)]
    async with LobbyApp(MadeUpDesk([*many, *past])).run_test(size=size) as pilot:
        await settled(pilot)
        height = lobby(pilot).query_one("#open").size.height
        assert height % 2 == 0
        assert height >= 2 * lobby(pilot).query_one("#past").size.height - 1
        await type_in(pilot, "Number")
        assert seen(pilot, "Nothing past says that.")


async def test_going_back_from_a_declaration_brings_back_the_title_as_it_was_left():
    async with LobbyApp(MadeUpDesk()).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "Login fails")
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("shift+tab")
        await type_in(pilot, " badly")
        await pilot.press("escape")
        await settled(pilot)
        assert lobby(pilot).view.typed == "Login fails badly"


async def test_a_second_enter_opens_no_second_declaration():
    async with LobbyApp(MadeUpDesk()).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "Login fails")
        shown = lobby(pilot)
        shown.on_field_submitted()
        shown.on_field_submitted()
        await settled(pilot)
        assert [type(each) for each in pilot.app.screen_stack[1:]] == [Lobby, DeclareScreen]


async def test_the_selection_stays_on_its_incident_whatever_comes_before_it():
    desk = MadeUpDesk(some())
    async with LobbyApp(desk).run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down")
        chosen = lobby(pilot).view.selected
        desk.listed.insert(0, listed("N3WW", "Everything is down", "SEV1", ago=MINUTE))
        lobby(pilot).look_again()
        await settled(pilot)
        assert seen(pilot, "N3WW")
        assert lobby(pilot).view.selected == chosen
        await pilot.press("enter")
        assert app_of(pilot).opened == ["/incidents/7xma.json"]


async def test_a_refresh_and_a_resize_keep_what_is_typed():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        await type_in(pilot, "chec")
        lobby(pilot).look_again()
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        await type_in(pilot, "k")
        assert lobby(pilot).view.typed == "check"
        assert "find or declare › check" in screen(pilot)[22]


async def test_what_was_typed_while_the_console_started_is_in_the_line():
    async with LobbyApp(MadeUpDesk(some()), typed="chec").run_test(size=(80, 24)) as pilot:
        await type_in(pilot, "k")
        assert lobby(pilot).view.typed == "check"


async def test_nothing_yet_says_how_to_begin():
    async with LobbyApp(MadeUpDesk()).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert seen(pilot, "No incidents yet.")
        assert seen(pilot, "declare new …")


async def test_a_file_that_cannot_be_read_is_shown_with_the_reason():
    torn = listed("T0RN", "2026-11-22-t0rn.json", trouble="/incidents/t0rn.json is not an incident: no JSON.")
    async with LobbyApp(MadeUpDesk([torn])).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert seen(pilot, "✗ file  T0RN")
        assert seen(pilot, "t0rn.json is not an incident: no JSON.")


async def test_a_folder_that_cannot_be_read_is_said_and_typing_goes_on():
    desk = MadeUpDesk(some())
    desk.failing = StoreError("/incidents belongs to somebody else. Set WARROOM_HOME to a folder of yours.")
    async with LobbyApp(desk).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "abc")
        assert seen(pilot, "/incidents belongs to somebody else.")
        desk.failing = None
        lobby(pilot).look_again()
        await settled(pilot)
        assert not seen(pilot, "belongs to somebody else")
        assert lobby(pilot).view.typed == "abc"


async def test_what_is_ignored_in_the_persons_files_is_named_with_place_and_reason():
    library = Library()
    library.problems.append(Problem("/c/playbooks/db.toml", "line 12, step[3].due", "should be text", "It is ignored."))
    async with LobbyApp(MadeUpDesk(some()), library=library).run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        assert seen(pilot, "▲ db.toml, line 12, step[3].due")
        assert seen(pilot, "should be text. It is ignored.")


async def test_esc_shows_every_key_and_the_next_one_is_typing_again():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert seen(pilot, "All keys")
        await pilot.press("escape")
        await type_in(pilot, "a")
        assert not seen(pilot, "All keys")
        assert lobby(pilot).view.typed == "a"


async def test_f1_is_help_and_esc_leads_back():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "ch")
        await pilot.press("f1")
        await settled(pilot)
        assert isinstance(pilot.app.screen, Help)
        await pilot.press("escape")
        await settled(pilot)
        assert lobby(pilot).view.typed == "ch"


async def test_ctrl_c_clears_the_line_and_never_quits():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "ch")
        await pilot.press("ctrl+c", "ctrl+c", "ctrl+c")
        await settled(pilot)
        assert lobby(pilot).view.typed == ""


async def test_ctrl_d_on_an_empty_line_leaves_after_asking():
    async with LobbyApp(MadeUpDesk(some())).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+d")
        await settled(pilot)
        assert isinstance(pilot.app.screen, Ask)
        await pilot.press("enter")
        await pilot.pause()
    assert pilot.app.return_code == 0


async def test_foreign_text_is_only_ever_text():
    due = Due("task", HOSTILE, HOSTILE, NOW + MINUTE)
    bad = [
        listed("AAAA", HOSTILE, due=due, commander=HOSTILE),
        listed("BBBB", HOSTILE, phase="closed", lasted=HOUR),
        listed("CCCC", HOSTILE, trouble=HOSTILE),
        listed("DDDD", HOSTILE, drill=True),
    ]
    async with LobbyApp(MadeUpDesk(bad, me=HOSTILE), typed=HOSTILE[:9]).run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        drawn = "\n".join(screen(pilot))
        assert drawn.count("[bold]a[/]") == drawn.count("[bold]a[/] ␛]52") > 4
        assert not any(char in drawn for char in "\x1b\x07\x9b\u202e")


@pytest.mark.parametrize("size", [(60, 15), (30, 8), (12, 4), (2, 2)])
@pytest.mark.parametrize(
    ("over", "then"),
    [(None, "› a1"), (DeclareScreen, "│ a1"), (FirstMinute, "What now?")],
    ids=["lobby", "declare", "first"],
)
async def test_nothing_breaks_where_there_is_no_room(over: type | None, then: str, size: tuple[int, int]):
    torn = listed("T0RN", "torn", trouble="torn.json is not an incident.")
    async with LobbyApp(MadeUpDesk([*some(), torn])).run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        if over is not None:
            await pilot.app.push_screen(over())
        await pilot.resize_terminal(*size)
        await pilot.press("a", "down", "1", "up", "tab")
        await settled(pilot)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert seen(pilot, then)
    assert pilot.app.return_code in (None, 0)
