"""Who pages, as a console finds it out; taking the pager; and what is said to whoever leaves."""

import os
from pathlib import Path

import pytest

import night
from lobby_app import seen
from night import NOW, sight
from page_app import CHANNELS, POLICY, PageConsole, files, shows, until
from warroom.core import events as ev
from warroom.core.values import MINUTE
from warroom.room import pager
from warroom.store import beside, holding
from warroom.store.holding import Holder
from warroom.tui import lookout
from warroom.tui.moment import moment
from warroom.tui.pager_view import HERE, NOBODY, PagerView
from warroom.tui.paging import after_leaving

WATCH = Holder(os.getpid(), "watch@bastion", "t1")


class Starts(list[tuple[str, ...]]):
    """Stands where processes are started: notes with which words, and starts none."""

    def __call__(self, folder: str, *words: str, tied: bool = False) -> bool:
        self.append((*words, "tied") if tied else words)
        return False


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Starts:
    found = Starts()
    monkeypatch.setattr(pager, "start", found)
    return found


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at who pages takes no waiting here."""
    monkeypatch.setattr(lookout, "LOOK", 0.05)


def held(app: PageConsole, holder: Holder = WATCH) -> holding.Holding:
    lock = holding.take(beside.pager(app.room.live.path), holder)
    assert lock is not None
    return lock


def facts(app: PageConsole, kind: type[ev.Body]) -> list[ev.Body]:
    return [event.body for event in app.room.live.state.facts if isinstance(event.body, kind)]


async def typed(pilot: object, line: str) -> None:
    room = pilot.app.room  # type: ignore[attr-defined]  # the app of this file
    room.prompt.fill(line)
    await pilot.press("enter")  # type: ignore[attr-defined]  # textual's


# ── what a console sees ──


async def test_who_pages_stands_there_and_that_nobody_does_is_told_with_the_bell_once(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "PAGER: nobody · /pager takes it")
        assert app.bells == 1
        lock = held(app)
        await shows(pilot, "pager: watch@bastion · seen ")
        assert app.bells == 1
        lock.release()
        await shows(pilot, "PAGER: nobody · /pager takes it")
        assert app.bells == 2


async def test_a_holder_that_hangs_is_told_of(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PAGER: nobody")
        lock = held(app)
        await shows(pilot, "pager watch@bastion")
        path = beside.pager(app.room.live.path)
        then = os.stat(path).st_mtime - 27
        os.utime(path, (then, then))
        await until(pilot, lambda: seen(pilot, "PAGER silent "))
        lock.release()


async def test_in_a_drill_nothing_is_said_of_a_pager(tmp_path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WARROOM_WATCH")
    app = PageConsole(files(tmp_path), drill=True)
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "a drill: nobody is paged")
        await until(pilot, lambda: app.room._seen is not None)
        assert not seen(pilot, "PAGER")
        assert app.bells == 0
        assert starts == []


# ── a pager that starts by itself ──


async def test_entering_a_room_starts_a_pager(tmp_path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WARROOM_WATCH")
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(132, 40)) as pilot:
        await until(pilot, lambda: starts)
        assert starts[0] == ("--detached",)


async def test_the_settings_may_forbid_it(tmp_path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WARROOM_WATCH")
    app = PageConsole(files(tmp_path), watch=False)
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "PAGER: nobody")
        assert starts == []


async def test_a_page_that_is_very_late_is_not_sent_by_entering(
    tmp_path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("WARROOM_WATCH")
    app = PageConsole(files(tmp_path), ago=27 * MINUTE)
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "PAGER: nobody · /pager takes it")
        assert starts == []


# ── /pager ──


async def test_taking_the_pager_where_none_starts_by_itself_ties_it_to_this_console(tmp_path: Path, starts: Starts):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "/pager")
        await shows(pilot, "The pager could not be started")
        assert starts == [("--take", "--tied", "-i", app.room.live.state.id, "tied")]


async def test_taking_it_where_it_may_start_by_itself_detaches_it(
    tmp_path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch
):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PAGER: nobody")
        monkeypatch.delenv("WARROOM_WATCH")
        await typed(pilot, "/pager")
        await until(pilot, lambda: ("--take", "--detached") in starts)


async def test_a_pager_that_is_well_is_taken_only_after_asking(tmp_path: Path, starts: Starts):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lock = held(app)
        await shows(pilot, "pager watch@bastion")
        await typed(pilot, "/pager")
        await shows(pilot, "watch@bastion pages. Take the pager from it?")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.room)
        assert starts == []
        lock.release()


async def test_a_page_that_is_very_late_is_asked_about_once(tmp_path: Path, starts: Starts):
    app = PageConsole(files(tmp_path), ago=27 * MINUTE)
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "/pager")
        await shows(pilot, "L2 Mei is 22m late: page now?")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.room)
        assert starts == []
        assert facts(app, ev.LevelSkipped) == []
        await typed(pilot, "/pager")
        await shows(pilot, "page now?")
        await pilot.press("enter")
        await until(pilot, lambda: starts)
        assert facts(app, ev.LevelSkipped) == []


async def test_no_puts_the_page_on_the_log_as_skipped_before_the_pager_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    app = PageConsole(files(tmp_path), ago=27 * MINUTE)
    known: list[int] = []

    def start(folder: str, *words: str, tied: bool = False) -> bool:
        known.append(len(facts(app, ev.LevelSkipped)))
        return False

    monkeypatch.setattr(pager, "start", start)
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "/pager")
        await shows(pilot, "page now?")
        await pilot.press("n")
        await until(pilot, lambda: known)
        assert known == [1]
        (skip,) = facts(app, ev.LevelSkipped)
        assert isinstance(skip, ev.LevelSkipped)
        assert (skip.level, skip.who) == (2, "Mei")
        assert "lee took the pager" in skip.why


@pytest.mark.parametrize("what", ["drill", "nobody"])
async def test_where_there_is_nothing_to_page_a_sentence_says_so(tmp_path: Path, starts: Starts, what: str):
    app = PageConsole(files(tmp_path, channels="" if what == "nobody" else CHANNELS), drill=what == "drill")
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "/pager")
        await shows(pilot, "This is a drill" if what == "drill" else "The policy reaches nobody")
        assert starts == []


# ── whose page it is ──


async def test_f8_has_my_page_at_once(tmp_path: Path):
    paths = files(tmp_path, policy='id = "quick"\nowner = "us"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:lee"]\n')
    app = PageConsole(paths)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: facts(app, ev.Acknowledged))
        assert app.room.prompt.text == ""


async def test_the_bell_tells_me_once_that_i_am_called(tmp_path: Path):
    app = PageConsole(files(tmp_path, policy=POLICY.replace("contact:mei", "contact:lee")), ago=4 * MINUTE)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PAGER: nobody")
        before = app.bells
        app.clock = NOW + MINUTE
        app.room.tick()
        app.room.tick()
        assert app.bells == before + 1


async def test_f8_opens_the_line_for_another_s_page(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: app.room.prompt.text == "/ack Ivo Petrov ")
        assert facts(app, ev.Acknowledged) == []


@pytest.mark.parametrize("me", ["ivo", "lee"])
async def test_f8_says_that_somebody_is_still_on_it_at_once_only_for_myself(tmp_path: Path, me: str):
    app = PageConsole(files(tmp_path), me=me)
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "/ack Ivo Petrov")
        await until(pilot, lambda: facts(app, ev.Acknowledged))
        app.clock = NOW + 26 * MINUTE
        app.room.tick()
        await shows(pilot, "Ivo Petrov still on it?")
        await pilot.press("f8")
        if me == "lee":
            await until(pilot, lambda: app.room.prompt.text == "Ivo Petrov: still on it")
            await pilot.press("enter")
        await shows(pilot, "√ Ivo Petrov has it, for 30m00s more")
        (said,) = facts(app, ev.Logged)
        assert said.text() == "still on it"


# ── leaving ──


def leaving(state: str, view: PagerView | None = None) -> str:
    incident, look = night.STATES[state]()
    return after_leaving(moment(incident, NOW, look if view is None else sight(view)))


def test_a_watch_goes_on_without_the_console():
    assert leaving("calling") == "Everything is saved. watch still pages: L2 Mei in 3m52s."
    assert leaving("acknowledged") == "Everything is saved. watch still pages: Ivo has it for 29m22s."


@pytest.mark.parametrize("state", ["nobody", "silent", "here", "pages_nobody"])
def test_where_nobody_pages_afterwards_that_is_said(state: str):
    assert "Nobody pages after you leave" in leaving(state)
    assert "L2 Mei in 3m52s" in leaving(state)


def test_a_console_that_pages_alone_says_that_it_does():
    assert "since this console alone does" in leaving("calling", PagerView(HERE, "watch", NOW))
    assert "/pager takes it" in leaving("calling", PagerView(NOBODY))


def test_where_no_page_is_open_that_is_said():
    assert leaving("resolved") == "Everything is saved. No page is open."
    assert leaving("called_off") == "Everything is saved. It was called off: nobody is paged."
    assert leaving("drill") == "Everything is saved. It is a drill: nobody is paged."
    assert after_leaving(None) == "Everything is saved. No page is open."


async def test_the_question_before_leaving_tells_it(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PAGER: nobody")
        await pilot.press("ctrl+d")
        await shows(pilot, "Nobody pages after you leave: L2 Mei in 4m00s. /pager takes it.")
