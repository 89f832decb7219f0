"""Who pages where a server does, or another machine by way of one: well, out of reach, and taken over from."""

from pathlib import Path

import pytest

from joined_kit import JoinedConsole, join, quick
from lobby_app import seen
from page_app import shows, until
from story import NOW
from twice import arrive, elsewhere
from warroom.core.acts.delivery import TakePager
from warroom.core.values import MINUTE, SECOND
from warroom.room import pager
from warroom.room.errand import Said
from warroom.room.syncing import Here
from warroom.store.holding import Holder
from warroom.tui import handing_over
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


async def test_a_watch_of_this_folder_is_not_said_to_begin_where_a_server_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pager, "watching", lambda data: Holder(1, "watch@here"))
    app = JoinedConsole(tmp_path, here=(SERVER,))
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "it is being started")
        paged_by(app, "server@ops")
        await until(pilot, lambda: seen(pilot, "warroom server ops"))
        assert not seen(pilot, "being started")


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


# ── /pager server ──


class Errands(list[tuple[str, ...]]):
    """Stands where `warroom …` is run: notes the words, and answers with `said`."""

    said = Said(True, "INC-K3F9: the server pages from now on.")

    def __call__(self, *words: str) -> "Errands":
        self.append(words)
        return self

    def run(self) -> Said:
        return self.said


@pytest.fixture
def errands(monkeypatch: pytest.MonkeyPatch) -> Errands:
    found = Errands()
    monkeypatch.setattr(handing_over, "Errand", found)
    return found


@pytest.mark.parametrize("size", [(80, 24), (132, 40)])
async def test_the_pager_is_handed_over_to_the_server_and_what_came_of_it_is_said(
    tmp_path: Path, errands: Errands, size: tuple[int, int]
):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=size) as pilot:
        join(app.paths, pages=True)
        await until(pilot, lambda: app.room._seen is not None and app.room.sight().sync.pages)
        await pilot.press(*"/pager", "space", *"server", "enter")
        await shows(pilot, "the server pages from now on")
        assert errands == [("watch", "--hand-over", "-i", app.room.live.state.id)]


async def test_where_the_server_does_not_begin_that_is_said(tmp_path: Path, errands: Errands):
    errands.said = Said(False, "INC-K3F9: the server did not begin.")
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(132, 40)) as pilot:
        join(app.paths, pages=True)
        await until(pilot, lambda: app.room.sight().sync.pages)
        await pilot.press(*"/pager", "space", *"server", "enter")
        await shows(pilot, "the server did not begin")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"joined": False}, "has joined no server"),
        ({"joined": True}, "This server has no pager"),
        ({"drill": True}, "there is no pager to hand over"),
    ],
)
async def test_handing_over_what_cannot_be_is_refused_in_a_sentence_and_the_line_stays(
    tmp_path: Path, errands: Errands, given: dict[str, bool], why: str
):
    app = JoinedConsole(tmp_path, **given)
    async with app.run_test(size=(132, 40)) as pilot:
        await until(pilot, lambda: app.room.moment is not None)
        await pilot.press(*"/pager", "space", *"server", "enter")
        await shows(pilot, why)
        assert app.room.prompt.state.text == "/pager server"
        assert errands == []


async def test_a_server_that_pages_already_is_handed_nothing(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, here=(SERVER,))
    async with app.run_test(size=(132, 40)) as pilot:
        join(app.paths, pages=True)
        paged_by(app, "server@ops")
        await until(pilot, lambda: seen(pilot, "warroom server ops") and app.room.sight().sync.pages)
        await pilot.press(*"/pager", "space", *"server", "enter")
        await shows(pilot, "warroom server ops has it already")
        assert errands == []


async def test_pager_here_takes_it_back_and_another_word_is_refused(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, here=(SERVER,))
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "PAGER: nobody")
        paged_by(app, "server@ops")
        await until(pilot, lambda: seen(pilot, "warroom server ops"))
        await pilot.press(*"/pager", "space", *"moon", "enter")
        await shows(pilot, "“moon” cannot page")
        await pilot.press("ctrl+u", *"/pager", "space", *"here", "enter")
        await shows(pilot, "warroom server ops pages. Take the pager from it?")
