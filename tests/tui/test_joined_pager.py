"""Who pages where a server does, or another machine by way of one: well, out of reach, and taken over from."""

from pathlib import Path

import pytest

from joined_kit import JoinedConsole, quick
from lobby_app import seen
from page_app import shows, until
from story import NOW
from twice import arrive, elsewhere
from warroom.core.acts.delivery import TakePager
from warroom.core.values import MINUTE, SECOND
from warroom.room import pager
from warroom.room.syncing import Here
from warroom.tui.moment import moment
from warroom.tui.overlays.ask import Ask
from warroom.tui.paging import after_leaving

THEIRS = "ZZZZZZZZZZ"
SERVER = Here("server@ops", "ops", THEIRS, NOW)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    monkeypatch.setattr(pager, "start", lambda *words, **options: False)


def paged_by(app: JoinedConsole, where: str) -> None:
    """By the log, this process of another machine pages."""
    path = app.room.live.path
    arrive(path, elsewhere(path, "watch", TakePager(token="t9", where=where, rep=THEIRS), rep=THEIRS, now=NOW))


@pytest.mark.parametrize("size", [(80, 24), (132, 40)])
async def test_a_server_that_pages_is_named_as_one(tmp_path: Path, size: tuple[int, int]):
    app = JoinedConsole(tmp_path, here=(SERVER,))
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "PAGER: nobody")
        paged_by(app, "server@ops")
        await until(pilot, lambda: seen(pilot, "warroom server ops"))
        assert not seen(pilot, "another folder")


@pytest.mark.parametrize("size", [(80, 24), (132, 40)])
async def test_a_server_out_of_reach_was_last_heard_of_at_and_the_pager_can_be_taken(
    tmp_path: Path, size: tuple[int, int]
):
    app = JoinedConsole(tmp_path, here=(SERVER,))
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "PAGER: nobody")
        paged_by(app, "server@ops")
        await until(pilot, lambda: seen(pilot, "warroom server ops"))
        app.say(state="offline", since=NOW - 5 * MINUTE, why="no answer")
        await shows(pilot, "14:39")
        await until(pilot, lambda: seen(pilot, "last heard"))
        assert seen(pilot, "/pager takes it")
        app.say(here=(SERVER,))
        await until(pilot, lambda: not seen(pilot, "last heard"))


async def test_whoever_pages_elsewhere_and_is_not_there_is_told_of_after_a_while(tmp_path: Path):
    app = JoinedConsole(tmp_path, here=(Here("watch@laptop", "laptop", THEIRS, NOW),))
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "PAGER: nobody")
        paged_by(app, "watch@laptop")
        await shows(pilot, "pager: watch@laptop, from another folder")
        app.say()
        await until(pilot, lambda: app.room._seen is not None and app.room._seen.unheard)
        assert not seen(pilot, "last heard")
        app.clock += 25 * SECOND
        await until(pilot, lambda: seen(pilot, "PAGER: last heard of at 14:44"))
        assert seen(pilot, "watch@laptop · /pager takes it")


async def test_taking_the_pager_from_a_server_asks_first(tmp_path: Path):
    app = JoinedConsole(tmp_path, here=(SERVER,))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PAGER: nobody")
        paged_by(app, "server@ops")
        await until(pilot, lambda: seen(pilot, "warroom server ops"))
        await pilot.press(*"/pager", "enter")
        await shows(pilot, "warroom server ops pages. Take the pager from it?")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Ask))


async def test_taking_it_while_the_server_is_gone_says_that_somebody_may_be_called_twice(tmp_path: Path):
    app = JoinedConsole(tmp_path, here=(SERVER,))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PAGER: nobody")
        paged_by(app, "server@ops")
        app.say(state="offline", since=NOW - 5 * MINUTE, why="no answer")
        await until(pilot, lambda: seen(pilot, "last heard"))
        await pilot.press(*"/pager", "enter")
        await shows(pilot, "was last heard of at 14:39. Take the pager?")
        await shows(pilot, "may be called twice")


async def test_leaving_says_that_the_server_pages_if_it_is_still_there(tmp_path: Path):
    app = JoinedConsole(tmp_path, here=(SERVER,))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PAGER: nobody")
        paged_by(app, "server@ops")
        app.say(state="offline", since=NOW - 5 * MINUTE, why="no answer")
        await until(pilot, lambda: seen(pilot, "last heard"))
        now = moment(app.room.live.state, NOW, app.room.sight())
        assert "warroom server ops pages, if it is still there; last heard of at 14:39" in after_leaving(now)
