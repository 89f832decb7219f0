"""The stats screen: there at once, from the lobby and from a room; cut by key, scrolled, left with Esc."""

import threading
from pathlib import Path

import pytest
from textual.color import Color
from textual.pilot import Pilot

from lobby_app import DeskApp, screen, seen, settled
from pty_screen import PtyScreen
from stats_kit import NOW as STATS_NOW
from stats_kit import of, some
from story import NOW
from warroom.config.settings import Settings
from warroom.core.acts.lifecycle import ChangePhase, Declare, MarkMilestone
from warroom.core.values import HOUR, MINUTE, At, By
from warroom.room import metrics_cache
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.tui.filter import Safe
from warroom.tui.lobby import Lobby
from warroom.tui.spans import cells
from warroom.tui.stats import StatsScreen
from warroom.tui.stats.screen import View, text

SIZES = [(80, 24), (132, 40), (100, 30), (60, 15)]


def incidents(folder: Path, count: int) -> None:
    """So many real incidents that took 10 minutes to be resolved, and a drill."""
    app = DeskApp(str(folder))
    for n in range(count + 1):
        now = NOW - (n + 2) * HOUR
        desk = Desk(app.paths.incidents, app.desk.replica, By("dana"), lambda now=now: now)  # type: ignore[misc]
        room = desk.declare(
            Declare(title=f"number {n} [bold]", severity=f"SEV{n % 3 + 1}", services=("web",)), drill=n == count
        )
        assert isinstance(room, Room)
        room.do(MarkMilestone(milestone="impact started", at=At(now - 10 * MINUTE)))
        room.do(ChangePhase(phase="resolved"))
        room.log.close()


async def opened(pilot: Pilot[int]) -> StatsScreen:
    await settled(pilot)
    await pilot.press("f5")
    await settled(pilot)
    found = pilot.app.screen
    assert isinstance(found, StatsScreen)
    return found


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_the_numbers_in_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    incidents(tmp_path, 6)
    async with DeskApp(str(tmp_path)).run_test(size=size) as pilot:
        await opened(pilot)
        assert seen(pilot, "6 incidents")
        assert seen(pilot, "left out: 1 drill")
        assert seen(pilot, "How long it took")
        assert all(len(row) <= size[0] for row in screen(pilot))


async def test_a_key_changes_the_cut(tmp_path: Path) -> None:
    incidents(tmp_path, 6)
    async with DeskApp(str(tmp_path)).run_test(size=(100, 60)) as pilot:
        await opened(pilot)
        for key, title, row in (("v", "By service", "web"), ("m", "By month", "2026-"), ("s", "By severity", "SEV1")):
            await pilot.press(key)
            await settled(pilot)
            rows = screen(pilot)
            at = next(n for n, line in enumerate(rows) if title in line)
            assert row in rows[at + 2]


async def test_it_scrolls_and_stops_at_both_ends(tmp_path: Path) -> None:
    incidents(tmp_path, 6)
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        first = screen(pilot)
        for key, inverse in (("down", "up"), ("pagedown", "pageup"), ("end", "home")):
            await pilot.press(key)
            await settled(pilot)
            assert screen(pilot) != first
            await pilot.press(inverse)
            await settled(pilot)
            assert screen(pilot) == first
        await pilot.press("end", "down")
        await settled(pilot)
        assert seen(pilot, "Caught before users were hurt")
        assert not seen(pilot, "more lines")


async def test_esc_goes_back_to_the_lobby(tmp_path: Path) -> None:
    incidents(tmp_path, 1)
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(pilot.app.screen, Lobby)


def test_a_room_leads_there_and_back(room: PtyScreen) -> None:
    room.send("/stats\r")
    room.wait_for("1 incident,")
    room.send("\x1b")
    room.wait_for("log as lee")
    room.send("still here")
    room.wait_for("still here")


async def test_it_is_there_while_the_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    incidents(tmp_path, 3)
    go_on = threading.Event()
    really = metrics_cache.read

    def slow(folders, progress=None):  # type: ignore[no-untyped-def]  # as what it stands in for
        found = really(folders, progress)
        assert go_on.wait(20)
        return found

    monkeypatch.setattr("warroom.tui.stats.screen.read", slow)
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f5")
        await pilot.pause()
        for _ in range(400):
            if seen(pilot, "reading 4 of 4 incidents"):
                break
            await pilot.pause(0.02)
        assert seen(pilot, "reading 4 of 4 incidents")
        await pilot.press("m")
        assert seen(pilot, "Stats by month")
        go_on.set()
        await settled(pilot)
        assert seen(pilot, "3 incidents")


async def test_what_is_new_is_read_again_on_request(tmp_path: Path) -> None:
    incidents(tmp_path, 1)
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert seen(pilot, "1 incident,")
        incidents(tmp_path, 1)
        await pilot.press("r")
        await settled(pilot)
        assert seen(pilot, "2 incidents,")


async def test_with_nothing_to_count_it_says_so(tmp_path: Path) -> None:
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert seen(pilot, "No incident to count yet; drills are in no number.")


async def test_every_sign_is_ascii_where_somebody_wants_it(tmp_path: Path) -> None:
    incidents(tmp_path, 6)
    async with DeskApp(str(tmp_path), settings=Settings(theme="dark", glyphs="ascii")).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        spelt = next(each for each in pilot.app._filters if isinstance(each, Safe))
        rows = [list(strip) for strip in pilot.app.screen._compositor.render_strips()]
        assert all(segment.text.isascii() for row in rows for segment in spelt.apply(row, Color(0, 0, 0)))


def test_a_file_that_cannot_be_read_is_named_first_and_its_words_are_clean() -> None:
    rows = some(3)
    drawn = text(View(found=of(rows), rows=tuple(rows), now=STATS_NOW, unread=("In no number: \x1b]0;t\x07",)), 76)
    assert "".join(words for words, _ in drawn[0]).isprintable()


@pytest.mark.parametrize("by", ["severity", "service", "month"])
def test_no_line_is_wider_than_the_narrowest_screen_gives_room_for(by: str) -> None:
    rows = some(60)
    view = View(by=by, found=of(rows), rows=tuple(rows), now=STATS_NOW)
    whole = text(view, 76)
    assert max(cells(line) for line in whole) <= 76
    assert not any("…" in words for line in whole for words, _ in line)
