"""The lobby of a folder that has joined a server: how many are in each room, and whether the server has all of it."""

import os
from pathlib import Path

import pytest

from joined_kit import IVO, SERVER, join, lives, quick, tell
from lobby_app import DeskApp, screen, seen, settled, type_in
from page_app import shows, until
from story import NOW
from warroom.config.paths import Paths
from warroom.core.acts.lifecycle import ChangePhase, Declare
from warroom.core.values import MINUTE, By
from warroom.room.desk import Desk
from warroom.room.errand import Said
from warroom.room.room import Room
from warroom.store import holding
from warroom.store.holding import Holder
from warroom.store.replica import current
from warroom.tui import joining
from warroom.tui.joining import Join
from warroom.tui.overlays.ask import Ask

SIZES = [(80, 24), (120, 40)]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


def declared(home: Path, title: str, severity: str = "SEV2", over: bool = False) -> str:
    """The file of a new incident in this folder."""
    paths = Paths(str(home), str(home), str(home))
    desk = Desk(paths.incidents, current(paths.data), By("dana"), lambda: NOW - 5 * MINUTE)
    room = desk.declare(Declare(title=title, severity=severity))
    assert isinstance(room, Room)
    if over:
        assert isinstance(room.do(ChangePhase(phase="resolved")), list)
    room.log.close()
    return room.log.path


def row(pilot: object, text: str) -> str:
    """The second line of this incident."""
    rows = screen(pilot)  # type: ignore[arg-type]  # textual's pilot
    return rows[next(n for n, each in enumerate(rows) if text in each) + 1]


@pytest.mark.parametrize("size", SIZES)
async def test_a_folder_that_joined_nothing_says_nothing_of_a_server(tmp_path: Path, size: tuple[int, int]):
    declared(tmp_path, "Checkout fails")
    async with DeskApp(str(tmp_path)).run_test(size=size) as pilot:
        await shows(pilot, "Checkout fails")
        assert not any(word in " ".join(screen(pilot)) for word in ("on the server", "joined ", "sent ", "1 here"))


@pytest.mark.parametrize(("size", "said"), [((80, 24), "sent"), ((160, 40), "on the server")])
async def test_each_incident_says_who_is_there_and_how_it_stands(tmp_path: Path, size: tuple[int, int], said: str):
    first, second = declared(tmp_path, "Checkout fails"), declared(tmp_path, "Exports are slow", "SEV3")
    app = DeskApp(str(tmp_path))
    join(app.paths)
    held = lives(app.paths)
    tell(first, here=(IVO,), unsent={"a": NOW - MINUTE, "b": NOW - MINUTE})
    tell(second)
    os.makedirs(tmp_path / "here")
    inc = next(each.id for each in app.desk.incidents() if each.path == first)
    beside = holding.take(str(tmp_path / "here" / f"{inc}-1"), Holder(1, "ana"))
    async with app.run_test(size=size) as pilot:
        await shows(pilot, f"joined {SERVER}")
        await shows(pilot, "2 unsent")
        assert "2 here · 2 unsent" in row(pilot, "Checkout fails")
        assert row(pilot, "Exports are slow").split("││")[0].rstrip(" │").endswith(said)
    held.release()
    assert beside is not None
    beside.release()


async def test_a_past_incident_says_what_the_server_lacks(tmp_path: Path):
    path = declared(tmp_path, "Checkout failed", over=True)
    app = DeskApp(str(tmp_path))
    join(app.paths)
    held = lives(app.paths)
    tell(path, unsent={"a": NOW - MINUTE})
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 unsent")
        tell(path)
        pilot.app.screen.look_again()  # type: ignore[attr-defined]  # the lobby
        await shows(pilot, "draft due")
    held.release()


async def test_a_server_that_is_gone_is_said_on_top(tmp_path: Path):
    path = declared(tmp_path, "Checkout fails")
    app = DeskApp(str(tmp_path))
    join(app.paths)
    held = lives(app.paths)
    tell(path, state="offline", since=NOW - 12 * MINUTE, why="no answer", here=(IVO,))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, f"offline since 14:32 {SERVER}")
        assert not seen(pilot, "1 here")
    held.release()


async def test_the_lobby_starts_what_exchanges_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    starts = quick(monkeypatch)
    declared(tmp_path, "Checkout fails")
    app = DeskApp(str(tmp_path))
    join(app.paths)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: starts == [("sync", "--live", "--detached")])
        await shows(pilot, f"connecting {SERVER}")


async def test_a_line_that_begins_with_a_slash_joins_and_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[str, ...]] = []

    class Errand:
        def __init__(self, *words: str, token: str = "") -> None:
            asked.append((*words, token))

        def run(self) -> Said:
            return Said(True, "Done.")

    monkeypatch.setattr(joining, "Errand", Errand)
    declared(tmp_path, "Checkout fails")
    app = DeskApp(str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Checkout fails")
        await type_in(pilot, f"/join https://{SERVER}")
        await shows(pilot, "join a server")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        await type_in(pilot, "token")
        await pilot.press("enter")
        await shows(pilot, "Done.")
        assert asked == [("join", f"https://{SERVER}", "token")]
        await type_in(pilot, "/leave")
        await pilot.press("enter")
        await shows(pilot, "This folder has joined no server")
        join(app.paths)
        held = lives(app.paths)
        pilot.app.screen.look_again()  # type: ignore[attr-defined]  # the lobby
        await shows(pilot, f"{SERVER}")
        await pilot.press("ctrl+c")
        await type_in(pilot, "/leave")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("enter")
        await until(pilot, lambda: asked[1:] == [("leave", "--server", "--anyway", "")])
        await settled(pilot)
        held.release()
