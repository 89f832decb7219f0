"""What was set twice at once, here and on another machine: seen, asked about, and settled from the keyboard."""

from pathlib import Path

import pytest

from joined_kit import JoinedConsole, quick
from lobby_app import screen, seen
from page_app import shows, until
from story import NOW
from twice import arrive, elsewhere, set_twice
from warroom.core.acts.lifecycle import Settle
from warroom.core.values import By
from warroom.room.room import Room
from warroom.store.log import Log
from warroom.tui.overlays.ask import Ask
from warroom.tui.overlays.conflicts import Conflicts

SIZES = [(80, 24), (120, 40)]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


async def opened(app: JoinedConsole, pilot: object) -> None:
    """The dialog, by the keyboard alone."""
    await shows(pilot, "saved · ")  # type: ignore[arg-type]  # textual's pilot
    set_twice(app.room.live.path, app.desk.replica, now=NOW)
    await shows(pilot, "was set twice")  # type: ignore[arg-type]  # textual's pilot
    await pilot.press("tab", "enter")  # type: ignore[attr-defined]  # textual's pilot
    await shows(pilot, "lets it stand")  # type: ignore[arg-type]  # textual's pilot


def value(app: JoinedConsole) -> tuple[str, str]:
    state = app.room.live.state
    commander = state.role("commander")
    return state.severity, commander.who if commander else ""


def conflicts(app: JoinedConsole) -> list[str]:
    return sorted(each.key[0] for each in app.room.live.state.conflicts)


@pytest.mark.parametrize("size", SIZES)
async def test_each_value_stands_there_with_who_and_when(tmp_path: Path, size: tuple[int, int]):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        rows = [" ".join(row.split()) for row in screen(pilot)]
        assert any("SEV1 → SEV2 · only cards" in row and "dana, 14:44:28" in row for row in rows)
        assert any("SEV1 → SEV3 · few users" in row and "ivo, 14:44:28" in row for row in rows)


async def test_the_quiet_line_says_that_something_was_set_twice(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "on the server")
        set_twice(app.room.live.path, app.desk.replica, now=NOW)
        await shows(pilot, "was set twice:")
        await shows(pilot, "Tab chooses")


async def test_choosing_writes_one_fact_over_both_and_asks_for_the_reason(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        both = {event.id for event in app.room.live.state.visible(("severity.changed",))}
        sheet = app.room.query_one(Conflicts)
        while "SEV2" not in next(row for row in screen(pilot) if "▸" in row):
            await pilot.press("down")
        assert sheet.display
        await pilot.press("enter")
        await shows(pilot, "severity: let SEV2 by dana stand?")
        await pilot.press(*"cards", "enter")
        await until(pilot, lambda: conflicts(app) == ["role.assigned"])
        last = app.room.live.state.visible(("severity.changed",))[-1]
        assert set(last.over) == both
        assert (last.body.severity, last.body.why, last.by.name) == ("SEV2", "cards", "lee")
        await shows(pilot, "lee settled it: severity is SEV2.")
        assert sheet.display


async def test_without_a_reason_the_one_that_was_given_stays(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        while "SEV2" not in next(row for row in screen(pilot) if "▸" in row):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("enter")
        await until(pilot, lambda: conflicts(app) == ["role.assigned"])
        assert app.room.live.state.visible(("severity.changed",))[-1].body.why == "only cards"


async def test_a_value_without_a_reason_stands_at_once(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        while "commander is ana" not in next(row for row in screen(pilot) if "▸" in row):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: conflicts(app) == ["severity.changed"])
        assert value(app)[1] == "ana"
        assert not isinstance(app.screen, Ask)


async def test_esc_settles_nothing(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        facts = len(app.room.live.state.facts)
        await pilot.press("escape")
        await until(pilot, lambda: not app.room.query(Conflicts))
        assert len(app.room.live.state.facts) == facts
        assert len(conflicts(app)) == 2


def settled_elsewhere(app: JoinedConsole, *kinds: str) -> None:
    """Ivo settles these on his machine, and it comes back."""
    path, state = app.room.live.path, app.room.live.state
    chosen = [each.shown.id for each in state.conflicts if each.key[0] in kinds]
    arrive(path, elsewhere(path, "ivo", *(Settle(fact=id) for id in chosen), rep="YYYYYYYYYY", now=NOW))


async def test_what_somebody_else_settles_closes_the_dialog_with_a_word(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        settled_elsewhere(app, "severity.changed", "role.assigned")
        await shows(pilot, "ivo settled it:")
        await until(pilot, lambda: not app.room.query(Conflicts))
        assert app.focused is app.room.prompt


async def test_what_somebody_else_settles_takes_the_question_away_too(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        while "SEV2" not in next(row for row in screen(pilot) if "▸" in row):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        settled_elsewhere(app, "severity.changed")
        await until(pilot, lambda: app.screen is app.room)
        await shows(pilot, "ivo settled it: severity is")
        assert conflicts(app) == ["role.assigned"]


async def test_a_choice_that_comes_too_late_is_told_so_and_writes_nothing(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        fact = app.room.live.state.conflicts[0].shown.id
        with Log.open(app.room.live.path, app.desk.replica) as log:
            room = Room(log, By("dana"), app.now)
            room.load()
            assert isinstance(room.do(Settle(fact=fact)), list)
            facts = len(room.state.facts)
        app.room.on_conflicts_settled(Conflicts.Settled(fact))
        await shows(pilot, "settled")
        await until(pilot, lambda: len(app.room.live.state.facts) >= facts)
        assert len(app.room.live.state.facts) == facts


async def test_without_a_conflict_the_dialog_says_so(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        await pilot.press(*"/conflicts", "enter")
        await shows(pilot, "Nothing was set twice.")
        assert not seen(pilot, "was set twice:")
