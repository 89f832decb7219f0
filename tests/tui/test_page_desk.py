"""What readers of the stakeholder page ask, on the desk of questions; and the link to that page. Keyboard only."""

from pathlib import Path

import pytest

from joined_kit import SERVER, JoinedConsole, quick
from lobby_app import screen, seen
from page_app import shows, until
from practice_app import Hand, console, done_elsewhere
from test_joined_server import Errands
from warroom.core import events as ev
from warroom.core.acts.page import AskOnPage
from warroom.room.errand import Said
from warroom.tui import sharing

SIZE = (120, 40)
URL = f"https://{SERVER}/s/{'x' * 43}"


def kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_the_desk_says_what_came_by_the_page_and_a_key_lets_it_through(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", AskOnPage(asker="Sales, Berlin", what="is data lost?"))
        await hand.until(ev.QuestionAsked)
        await pilot.press("escape", "o")
        await shows(pilot, "asks Sales, Berlin")
        await shows(pilot, "from the page, unseen")
        await shows(pilot, "p lets others see it")
        await pilot.press("p")
        body = (await hand.until(ev.QuestionModerated)).body
        assert isinstance(body, ev.QuestionModerated)
        assert body.shown
        await shows(pilot, "seen on the page")


async def test_declining_asks_for_the_reason_and_the_question_leaves_the_desk(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", AskOnPage(asker="Sales", what="is Contoso hit?"))
        await hand.until(ev.QuestionAsked)
        await pilot.press("escape", "o")
        await shows(pilot, "asks Sales")
        await pilot.press("d")
        await until(pilot, lambda: app.room.prompt.text == "/refuse 1 ")
        hand.words("it names a customer")
        await pilot.press("enter")
        body = (await hand.until(ev.QuestionModerated)).body
        assert isinstance(body, ev.QuestionModerated)
        assert (body.shown, body.why) == (False, "it names a customer")
        await pilot.press("escape", "o")
        await shows(pilot, "No question is open.")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_link_is_shown_once_and_stands_on_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
):
    quick(monkeypatch)
    errands = Errands()
    errands.said = Said(True, "Whoever has this link sees what is meant for the public, until 14:02 UTC.", URL)
    monkeypatch.setattr(sharing, "Errand", errands)
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=size) as pilot:
        hand = Hand(pilot)
        await until(pilot, lambda: app.room._seen is not None and app.room.sight().sync.joined)
        hand.words("/share public the board")
        await pilot.press("enter")
        await shows(pilot, "Whoever has this link sees")
        assert URL in "".join("".join(screen(pilot)).split()) or seen(pilot, URL[:60])
        inc = app.room.live.state.id
        assert errands == [(("page", "link", "-i", inc, "--audience", "public", "--for=the board"), "")]
        await pilot.press("enter")
        await shows(pilot, "Copied, if your terminal allows it.")
    assert URL.encode() not in kept(tmp_path)


async def test_without_a_server_there_is_no_link_and_the_line_stays(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("/share")
        await pilot.press("enter")
        await shows(pilot, "this folder has joined none")
        assert app.room.prompt.text == "/share"


async def test_a_link_that_is_refused_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    quick(monkeypatch)
    errands = Errands()
    errands.said = Said(False, "war.example.org does not let this token do that: it needs administer.")
    monkeypatch.setattr(sharing, "Errand", errands)
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await until(pilot, lambda: app.room._seen is not None and app.room.sight().sync.joined)
        hand.words("/share")
        await pilot.press("enter")
        await shows(pilot, "does not let this token do that")
