"""Practising from the lobby: the way to the drills, what is offered, how drills stand, what is planned."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lobby_app import screen, seen, settled, type_in
from past_kit import Past, app, choosing, entered, lobby, of_drills, practise, until
from story import NOW
from warroom.config.load import Library
from warroom.config.settings import Settings
from warroom.core.drill import clock
from warroom.core.values import DAY, HOUR, MINUTE, Ms
from warroom.room import drill_plan
from warroom.room.desk import Log as File
from warroom.room.drill_plan import Planned
from warroom.tui.app import WarRoomApp
from warroom.tui.incident_screen import IncidentScreen
from warroom.tui.lobby.found import NEW, PRACTISE
from warroom.tui.lobby.reading import coming


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


# ── the way there ──


@pytest.mark.parametrize("size", [(132, 40), (80, 24), (60, 15)])
async def test_down_leads_from_a_new_incident_over_past_ones_to_practising(past: Past, size: tuple[int, int]):
    past.incident("Login tokens rejected", 3 * DAY)
    async with app(past).run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("down", "down")
        await settled(pilot)
        assert lobby(pilot).view.selected == PRACTISE
        assert seen(pilot, "↵ Practise …")
        await pilot.press("enter")
        await settled(pilot)
        assert choosing(pilot).view.chosen is not None


async def test_practising_is_the_first_line_among_the_drills(past: Past):
    past.drill(2 * DAY)
    for size in ((132, 40), (80, 24)):
        async with app(past).run_test(size=size) as pilot:
            await settled(pilot)
            assert of_drills(pilot)[0].startswith("Practise …")
            assert "returns 500s" in of_drills(pilot)[1]


async def test_its_word_finds_it_and_the_words_of_an_incident_do_not(past: Past):
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await type_in(pilot, "prac")
        assert seen(pilot, "↵ Practise …   ↓ declare new: prac")
        await type_in(pilot, "ticallyall requests fail")
        assert lobby(pilot).view.selected == NEW
        assert not seen(pilot, "Practise …")


async def test_an_empty_line_never_means_practising(past: Past):
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert lobby(pilot).view.selected == NEW


# ── what is offered ──


async def test_who_has_not_practised_is_told_so(past: Past):
    past.drill(2 * DAY, who="mei")
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert seen(pilot, "You have not practised here yet")


@pytest.mark.parametrize("size", [(132, 40), (80, 24)])
async def test_after_long_without_a_drill_ten_minutes_are_offered(past: Past, size: tuple[int, int]):
    past.drill(34 * DAY)
    past.drill(50 * DAY)
    async with app(past).run_test(size=size) as pilot:
        await settled(pilot)
        assert seen(pilot, "Ten minutes? The last drill was 34 days ago")


@pytest.mark.parametrize("end", [True, False], ids=["finished", "running"])
async def test_who_practised_lately_is_offered_nothing(past: Past, end: bool):
    past.drill(20 * DAY, end=end)
    past.incident("Login tokens rejected", 3 * DAY)
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert not seen(pilot, "Ten minutes?")
        assert not seen(pilot, "You have not practised")
        assert not seen(pilot, "Replay")


async def test_the_latest_real_incident_is_offered_as_a_replay_and_begins_on_enter(past: Past):
    past.incident("Exports are slow", 12 * DAY)
    handle = past.incident("Login tokens rejected", 3 * DAY)
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert of_drills(pilot)[1].startswith(f"Replay {handle}  Login tokens rejected")
        await pilot.press(*["down"] * 4)
        await settled(pilot)
        assert seen(pilot, f"↵ Replay {handle} Login tokens rejected")
        await pilot.press("enter")
        await settled(pilot)
        played = clock.scenario(entered(pilot).state)
        assert played is not None
        assert played.id == f"replay-{handle.lower()}"
        assert next(each.text for each in played.injects if each.kind == "ask") == "roll back 9f2c"
        assert entered(pilot).state.drill
    assert (past.home / "drills" / f"replay-{handle.lower()}.toml").exists()


async def test_a_replay_that_is_there_already_is_played_as_its_person_left_it(past: Past):
    handle = past.incident("Login tokens rejected", 3 * DAY)
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(*["down"] * 3, "enter")
        await settled(pilot)
        played = entered(pilot).log.path
    file = past.home / "drills" / f"replay-{handle.lower()}.toml"
    file.write_text(file.read_text().replace("Login tokens rejected", "Tokens, with names changed"))
    os.remove(played)
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(*["down"] * 3, "enter")
        await settled(pilot)
        assert entered(pilot).state.title == "Tokens, with names changed"


@pytest.mark.parametrize(
    ("ago", "options"),
    [(50 * DAY, {}), (3 * DAY, {"restricted": True}), (3 * DAY, {"little": True}), (3 * DAY, {"ended": False})],
    ids=["too old", "restricted", "too little in it", "still open"],
)
async def test_what_is_no_good_for_it_is_not_offered_as_a_replay(past: Past, ago: Ms, options: dict[str, bool]):
    past.incident("Login tokens rejected", ago, **options)
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert seen(pilot, "You have not practised here yet")
        assert not seen(pilot, "Replay")


async def test_a_replay_that_cannot_be_written_says_so_in_place(past: Past):
    past.incident("Login tokens rejected", 3 * DAY)
    (past.home / "drills").write_text("not a folder")
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(*["down"] * 3, "enter")
        await settled(pilot)
        assert "drillsisnotafolder." in "".join("".join(screen(pilot)).split())  # wherever the path was broken
        assert pilot.app.entered == []  # type: ignore[attr-defined]  # the kit's


# ── how drills stand ──


@pytest.mark.parametrize(
    ("options", "standing"),
    [({"end": False}, "running"), ({"end": False, "pause": True}, "paused"), ({}, "over")],
    ids=["running", "paused", "over"],
)
@pytest.mark.parametrize("size", [(132, 40), (80, 24)])
async def test_a_drill_says_how_it_stands_and_enter_enters_it(
    past: Past, options: dict[str, bool], standing: str, size: tuple[int, int]
):
    path = past.drill(5 * MINUTE, **options)
    async with app(past).run_test(size=size) as pilot:
        await settled(pilot)
        assert of_drills(pilot)[1].startswith(standing)
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        assert entered(pilot).log.path == path


async def test_a_drill_that_is_over_has_its_report_behind_enter(past: Past):
    past.drill(DAY)
    console = WarRoomApp(past.desk("dana"), past.paths, Settings(theme="dark"), Library(past.paths))
    past.now = NOW
    async with console.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, IncidentScreen))
        await type_in(pilot, "/drill report")
        await pilot.press("enter")
        await until(pilot, lambda: seen(pilot, "Debrief"))


# ── what is planned ──


@pytest.mark.parametrize(
    ("ahead", "when"),
    [(3 * HOUR, "today 17:44"), (4 * DAY, "Thu 14:44"), (20 * DAY, "2026-12-12 14:44")],
    ids=["today", "this week", "later"],
)
async def test_what_is_planned_next_is_one_line(past: Past, ahead: Ms, when: str):
    drill_plan.add(past.paths.data, Planned(NOW + 30 * DAY, "night-shift"))
    drill_plan.add(past.paths.data, Planned(NOW + ahead, "slow-queries", {"commander": "ana"}))
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert f"planned: {when} slow-queries, commander ana" in of_drills(pilot)
        assert not seen(pilot, "night-shift")


def test_a_drill_that_began_less_than_an_hour_ago_is_still_the_next_one():
    early, soon = Planned(NOW - 9 * HOUR, "a"), Planned(NOW - 50 * MINUTE, "b")
    later = Planned(NOW + 5 * DAY, "c")
    assert coming([early, soon, later], NOW) is soon
    assert coming([early, later], NOW) is later
    assert coming([early], NOW) is early
    assert coming([Planned(NOW - 2 * DAY, "d")], NOW) is None


async def test_a_plan_that_cannot_be_read_is_said_and_the_lobby_goes_on(past: Past):
    past.incident("Login tokens rejected", 3 * DAY)
    (past.home / "drill-plan.json").write_text("{")
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert seen(pilot, "▲ the plan cannot be read: `warroom drill plan` says why")
        assert seen(pilot, "Login tokens rejected")


# ── reading ──


async def test_files_that_did_not_change_are_read_once(past: Past, monkeypatch: pytest.MonkeyPatch):
    past.drill(34 * DAY)
    past.incident("Login tokens rejected", 3 * DAY)
    opened: list[str] = []
    open_file = File.open

    def counted(path: str, *args: object, **options: object) -> File:
        opened.append(path)
        return open_file(path, *args, **options)  # type: ignore[arg-type]  # as they were given

    monkeypatch.setattr(File, "open", counted)
    async with app(past).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for _ in range(3):
            lobby(pilot).look_again()
            await settled(pilot)
        await practise(pilot)
    assert len(opened) == 2


async def test_nothing_is_read_where_the_keys_arrive(past: Past, monkeypatch: pytest.MonkeyPatch):
    past.drill(34 * DAY)
    threads: list[threading.Thread] = []

    def noted(act: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **options: object) -> object:
            threads.append(threading.current_thread())
            return act(*args, **options)

        return wrapped

    for where, name in (
        ("warroom.tui.lobby.reading", "practised"),
        ("warroom.tui.lobby.reading", "load"),
        ("warroom.tui.drill.chooser", "listed"),
        ("warroom.room.drill_history", "history"),
    ):
        module = __import__(where, fromlist=[name])
        monkeypatch.setattr(module, name, noted(getattr(module, name)))
    async with app(past).run_test(size=(80, 24)) as pilot:
        await practise(pilot)
    assert len(threads) >= 4
    assert threading.main_thread() not in threads
