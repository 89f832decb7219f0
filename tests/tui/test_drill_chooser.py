"""The screen that chooses a drill: what it lists, finds, says of each and begins."""

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from lobby_app import DeskApp, screen, seen, settled, type_in
from past_kit import HOSTILE, Past, app, entered, lobby, practise, until
from story import NOW
from warroom.config.drills import Listed as Scenario
from warroom.config.drills import files
from warroom.config.load import Library
from warroom.config.problem import Problem
from warroom.config.settings import Settings
from warroom.core.drill import clock
from warroom.core.values import DAY, HOUR
from warroom.room import drill_plan
from warroom.room.drill_plan import Planned
from warroom.tui.app import WarRoomApp
from warroom.tui.drill import chooser
from warroom.tui.drill.chooser import Chooser, broken, find
from warroom.tui.incident_screen import IncidentScreen


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def scenario(
    id: str, title: str, level: str = "easy", minutes: int = 20, own: bool = False, trains: str = ""
) -> Scenario:
    about = f"What {title.lower()} is about. Find who knows, and keep people informed."
    return Scenario(
        id, title, level, minutes, tuple((trains or "facts decisions").split()), about, own, f"/d/{id}.toml"
    )


def shipped(name: str) -> str:
    """The text of a scenario that ships."""
    return Path(files(Library())[name]).read_text()


SOME = [
    scenario("first-drill", "Checkout returns 500s", "first", 10, trains="console command"),
    scenario("night-shift", "Nineteen alerts at night", minutes=12, trains="noise facts escalation"),
    scenario("replay-k3f9", "Login tokens rejected", "medium", 21, own=True),
    scenario("slow-queries", "Booking returns 500s", "medium", 30, trains="escalation hypotheses tasks"),
    scenario("lost-region", "A region is gone", "hard", 120, trains="command escalation updates"),
]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("night-s", ["night-shift"]),
        ("500s", ["first-drill", "slow-queries"]),
        ("MEDIUM", ["replay-k3f9", "slow-queries"]),
        ("escal", ["night-shift", "slow-queries", "lost-region"]),
        ("escalation hard", ["lost-region"]),
        ("yours", ["replay-k3f9"]),
        ("nothing says this", []),
        ("", [each.id for each in SOME]),
    ],
)
def test_every_word_must_say_something_about_a_scenario(typed: str, ids: list[str]):
    assert [each.id for each in find(typed, SOME)] == ids


async def test_the_scenarios_are_there_with_the_easiest_first(past: Past):
    async with app(past).run_test(size=(132, 40)) as pilot:
        shown = await practise(pilot)
        levels = [each.level for each in shown.view.found]
        assert levels == sorted(levels, key=["first", "easy", "medium", "hard"].index)
        row = next(row for row in screen(pilot) if "first  " in row)
        assert "10 min  Checkout returns 500s" in row
        assert "console, command" in row
        assert seen(pilot, "Your first drill: ten minutes")


async def test_enter_begins_what_is_chosen(past: Past):
    async with app(past).run_test(size=(80, 24)) as pilot:
        await practise(pilot)
        await type_in(pilot, "slow-q")
        await pilot.press("enter", "enter")
        await settled(pilot)
        played = clock.scenario(entered(pilot).state)
        assert played is not None
        assert played.id == "slow-queries"


async def test_down_and_page_down_choose_and_what_is_chosen_is_in_sight(past: Past):
    async with app(past).run_test(size=(60, 15)) as pilot:
        shown = await practise(pilot)
        await pilot.press("down")
        assert shown.view.selected == shown.view.found[1].id
        await pilot.press("up", "up")
        last = shown.view.found[-1]
        assert shown.view.selected == last.id
        await settled(pilot)
        assert seen(pilot, last.title[:20])
        await pilot.press("pageup", "pageup", "pageup", "pagedown")
        assert shown.view.selected == shown.view.found[min(10, len(shown.view.found) - 1)].id


async def test_esc_leads_back_to_the_lobby(past: Past):
    async with app(past).run_test(size=(80, 24)) as pilot:
        await practise(pilot)
        await type_in(pilot, "slow")
        await pilot.press("escape")
        await settled(pilot)
        assert lobby(pilot).view.typed == "practise"


async def test_tab_spins_the_wheel_which_says_why(past: Past, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chooser, "listed", lambda library: (SOME, []))
    past.drill(40 * DAY, name="slow-queries")
    async with app(past).run_test(size=(80, 24)) as pilot:
        shown = await practise(pilot)
        await pilot.press("tab")
        await settled(pilot)
        assert shown.view.selected in ("night-shift", "replay-k3f9", "lost-region")
        assert seen(pilot, "The wheel chose this: “")
        assert seen(pilot, "was never trained here.")
        await pilot.press("up" if shown.view.selected == "lost-region" else "down")
        await settled(pilot)
        assert not seen(pilot, "The wheel chose this")


async def test_the_wheel_chooses_among_what_is_shown(past: Past):
    async with app(past).run_test(size=(80, 24)) as pilot:
        shown = await practise(pilot)
        await type_in(pilot, "hard")
        await pilot.press("tab")
        await settled(pilot)
        assert shown.view.chosen is not None
        assert shown.view.chosen.level == "hard"
        await type_in(pilot, " zebra")
        await pilot.press("tab")
        await settled(pilot)
        assert seen(pilot, "There is nothing for the wheel to choose from.")


async def test_it_says_when_this_person_ran_a_scenario_last(past: Past):
    past.drill(34 * DAY)
    past.drill(50 * DAY)
    past.drill(2 * DAY, who="mei")
    async with app(past).run_test(size=(80, 24)) as pilot:
        await practise(pilot)
        await type_in(pilot, "slow-queries")
        assert seen(pilot, "slow-queries · you ran it 34 days ago, 2 times so far")
        await pilot.press("ctrl+c")
        await type_in(pilot, "night")
        assert seen(pilot, "you have not run it yet")


async def test_ones_own_scenarios_are_marked_and_broken_files_are_named_with_the_reason(past: Past):
    folder = past.home / "drills"
    folder.mkdir()
    (folder / "mine.toml").write_text(shipped("small-fault"))
    (folder / "half.toml").write_text('title = "Half"\nlevel = "easy"\nminutes = 900\n')
    for size in ((132, 40), (80, 24), (60, 15)):
        async with app(past).run_test(size=size) as pilot:
            await practise(pilot)
            rows = [row for row in screen(pilot) if "yours" in row]
            assert len(rows) == 1
            assert "easy" in rows[0]
            assert seen(pilot, "▲ half.toml, line 3, minutes: should be at most 240")


def test_where_there_is_little_room_every_broken_file_has_a_line_and_the_rest_are_counted_on():
    problems = [Problem(f"/d/{n}.toml", "line 1", "is not TOML: " + "x" * 90, "It is not offered.") for n in range(3)]
    said = ["".join(text for text, _ in line) for line in broken(problems, 60, 3)]
    assert [row[:12] for row in said] == [" ▲ 0.toml, l", " ▲ 1.toml, l", " ▲ 2.toml, l"]
    assert "".join(text for text, _ in broken(problems, 60, 2)[1]).startswith("   … `warroom drill check")


async def test_a_scenario_that_cannot_begin_says_why_and_another_one_can(past: Past):
    folder = past.home / "drills"
    folder.mkdir()
    text = shipped("small-fault")
    (folder / "small-fault.toml").write_text(
        text + '\n[[inject]]\nid = "late"\nkind = "alert"\nafter = "nowhere"\ntext = "x"\n'
    )
    async with app(past).run_test(size=(80, 24)) as pilot:
        shown = await practise(pilot)
        await type_in(pilot, "small-fault")
        await pilot.press("enter")
        await settled(pilot)
        assert pilot.app.screen is shown
        assert seen(pilot, "small-fault.toml, line")
        assert seen(pilot, "nowhere")
        await pilot.press("ctrl+c")
        await type_in(pilot, "slow-queries")
        await pilot.press("enter")
        await settled(pilot)
        assert entered(pilot).state.drill


async def test_a_drill_leaves_no_screen_behind_it(past: Past):
    console = WarRoomApp(past.desk("dana"), past.paths, Settings(theme="dark"), Library(past.paths))
    async with console.run_test(size=(80, 24)) as pilot:
        await practise(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, IncidentScreen))
        assert [type(each) for each in pilot.app.screen_stack[1:]] == [IncidentScreen]
        await until(pilot, lambda: seen(pilot, "38 % of payments fail"))


async def test_foreign_text_is_only_ever_text(past: Past, monkeypatch: pytest.MonkeyPatch):
    bad = Scenario(HOSTILE, HOSTILE, HOSTILE, 10, (HOSTILE, HOSTILE), HOSTILE, True, f"/d/{HOSTILE}.toml")
    problem = Problem(f"/d/{HOSTILE}.toml", HOSTILE, HOSTILE)
    monkeypatch.setattr(chooser, "listed", lambda library: ([bad], [problem]))
    drill_plan.add(past.paths.data, Planned(NOW + HOUR, HOSTILE, {HOSTILE: HOSTILE}))
    async with app(past).run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        drawn = "\n".join(screen(pilot))
        await practise(pilot)
        await pilot.press("tab")
        await settled(pilot)
        drawn += "\n".join(screen(pilot))
        assert drawn.count("[bold]a[/]") > 6
        assert not any(char in drawn for char in "\x1b\x07\x9b\u202e")


@pytest.mark.parametrize("size", [(60, 15), (30, 8), (12, 4), (2, 2)])
async def test_nothing_breaks_where_there_is_no_room(past: Past, size: tuple[int, int]):
    (past.home / "drills").mkdir()
    (past.home / "drills" / "half.toml").write_text("half")
    async with app(past).run_test(size=(132, 40)) as pilot:
        await practise(pilot)
        await pilot.resize_terminal(*size)
        await pilot.press("a", "down", "tab", "backspace", "up", "pagedown")
        await settled(pilot)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert seen(pilot, "find a drill")
    assert pilot.app.return_code in (None, 0)


class Choosing(DeskApp):
    """The chooser, at once."""

    async def on_mount(self, event: events.Mount) -> None:
        event.prevent_default()
        await self.push_screen(Chooser())


@pytest.mark.parametrize("size", [(132, 40), (80, 24), (60, 15)], ids=["132x40", "80x24", "60x15"])
def test_the_picture_of_choosing(snap_compare, past: Past, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]):
    monkeypatch.delenv("NO_COLOR", raising=False)
    problem = Problem("/d/half.toml", "line 3, minutes", "should be at most 240", "It is not offered.")
    monkeypatch.setattr(chooser, "listed", lambda library: (SOME, [problem]))
    monkeypatch.setattr("random.randrange", lambda most: 4)

    async def spin(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("tab")
        await settled(pilot)

    assert snap_compare(Choosing(str(past.home)), terminal_size=size, run_before=spin)
