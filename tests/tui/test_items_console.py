"""Action items at the console: raised in the room, the board of them, and what is late in the lobby."""

from pathlib import Path

import pytest

from facts import declared
from lobby_app import DeskApp, screen, settled
from page_app import shows, until
from practice_app import Hand, console, done_elsewhere
from story import NOW
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.items import ChangeItem, RaiseItem
from warroom.core.acts.lifecycle import Declare
from warroom.core.review.items import items
from warroom.core.values import DAY, By, Ms, Refused
from warroom.intents import BY_VERB, Context, Screen
from warroom.intents.items import Item
from warroom.room.desk import Desk
from warroom.store.replica import current
from warroom.tui.items.board import Items
from warroom.tui.items.overdue import Overdue
from warroom.tui.overlays.help import Help

SIZE = (120, 40)
HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \u202egnp.exe"


def context() -> Context:
    desk = declared()
    desk.do(RaiseItem(what="alert on lag"))
    return Context(desk.state, "ana", desk.now, lambda text: None, lambda text: ("", ""))  # type: ignore[arg-type, return-value]  # no time is read here


def said(verb: str, args: str) -> object:
    return BY_VERB[verb].command(args, context())


# ── the line ──


@pytest.mark.parametrize(
    ("line", "what", "owner", "kind"),
    [
        ("alert on lag", "alert on lag", "", "prevent"),
        ("alert on lag @ivo", "alert on lag", "ivo", "prevent"),
        ("alert on lag for detect @ivo", "alert on lag", "ivo", "detect"),
        ("ask @ivo what is due tomorrow", "ask @ivo what is due tomorrow", "", "prevent"),
        ("look for detect", "look", "", "detect"),
        ("a runbook for learning", "a runbook for learning", "", "prevent"),
        ("mail ana@example.org", "mail ana@example.org", "", "prevent"),
    ],
)
def test_owner_and_purpose_stand_at_the_end_of_the_line(line: str, what: str, owner: str, kind: str):
    assert said("item", line) == RaiseItem(what=what, owner=owner, what_for=kind)


def test_a_date_stands_there_too_and_the_past_is_refused_with_a_sentence():
    raised = Item.command("alert on lag due 14d @ivo", context())
    assert isinstance(raised, RaiseItem)
    assert (raised.what, raised.owner) == ("alert on lag", "ivo")
    assert raised.due is not None
    with pytest.raises(Refused, match="2001-01-01 is over"):
        said("item", "alert on lag due 2001-01-01")


def test_a_number_and_a_word_change_one_of_them():
    assert said("items", "1 done it fires") == ChangeItem(item="1", state="done", why="it fires")
    assert said("items", "1 drop no budget") == ChangeItem(item="1", state="dropped", why="no budget")
    assert said("items", "1 reopen") == ChangeItem(item="1", state="open")
    assert said("items", "1 owner @lee") == ChangeItem(item="1", owner="lee")
    assert said("items", "1 for learn") == ChangeItem(item="1", what_for="learn")
    assert said("items", "") == Screen("items")
    with pytest.raises(Refused, match="What about item 1"):
        said("items", "1 frob")


def test_what_could_be_typed_next_is_offered():
    assert BY_VERB["items"].candidates("", context()) == ["1"]
    assert "drop" in BY_VERB["items"].candidates("1 ", context())
    assert BY_VERB["item"].candidates("alert for ", context()) == ["prevent", "detect", "mitigate", "learn"]


# ── the board ──


async def test_an_item_is_raised_with_a_line_and_done_with_enter(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("/item alert on replica lag @ivo due 14d for detect")
        await pilot.press("enter")
        await hand.until(ev.ItemRaised)
        hand.words("/items")
        await pilot.press("enter")
        await shows(pilot, "Action items")
        await shows(pilot, "ivo alert on replica lag detect")
        await pilot.press("enter")
        body = (await hand.until(ev.ItemChanged)).body
        assert isinstance(body, ev.ItemChanged)
        assert body.state == "done"
        await shows(pilot, "No action item is open")


async def test_the_board_puts_what_is_late_first_and_its_keys_begin_a_line(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(
            app, "dana", RaiseItem(what="no date"), RaiseItem(what="soon", owner="ivo", due=app.clock + 2 * DAY)
        )
        await hand.until(ev.ItemRaised, 2)
        app.clock += 5 * DAY
        hand.words("/items")
        await pilot.press("enter")
        await shows(pilot, "3 days late ivo soon prevent")
        rows = screen(pilot)
        [late], [never] = (
            [n for n, row in enumerate(rows) if text in row] for text in ("days late  ivo", "nobody  no")
        )
        assert late < never
        await pilot.press("tab")
        assert app.room.prompt.text == "/items 2 drop "
        assert not app.room.query(Items)


@pytest.mark.parametrize(("key", "line"), [("o", "/items 1 owner "), ("d", "/items 1 due ")])
async def test_a_letter_names_an_owner_or_a_date(tmp_path: Path, key: str, line: str):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", RaiseItem(what="alert on lag"))
        await hand.until(ev.ItemRaised)
        hand.words("/items")
        await pilot.press("enter")
        await shows(pilot, "alert on lag")
        await pilot.press(key)
        await until(pilot, lambda: app.room.prompt.text == line)


async def test_a_follow_up_on_the_board_becomes_an_item_with_enter(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", Log(text="alarm on lag", kind="followup"))
        await hand.until(ev.Logged)
        hand.words("/items")
        await pilot.press("enter")
        await shows(pilot, "follow-up alarm on lag")
        await pilot.press("enter")
        body = (await hand.until(ev.ItemRaised)).body
        assert isinstance(body, ev.ItemRaised)
        assert body.what == "alarm on lag"


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (132, 40)])
async def test_hostile_words_are_text_on_the_board(tmp_path: Path, size: tuple[int, int]):
    app = console(tmp_path)
    async with app.run_test(size=size) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", RaiseItem(what=HOSTILE * 9, owner="ana"))
        await hand.until(ev.ItemRaised)
        hand.words("/items")
        await pilot.press("enter")
        await shows(pilot, "[bold]a[/]")
        assert "\x1b" not in "".join(screen(pilot))


async def test_the_help_names_both_verbs(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(Help())
        await pilot.pause()
        await pilot.press(*"/item")
        await shows(pilot, "raise an action item")


# ── the lobby ──


def folder(home: Path, *due: tuple[str, Ms], drill: bool = False) -> str:
    """A folder with one incident that has these items, raised in time."""
    now = [NOW - 60 * DAY]
    desk = Desk(str(home / "incidents"), current(str(home)), By("ana"), lambda: now[0])
    made = desk.declare(Declare(title="Checkout returns 500s", severity="SEV2"), drill)
    assert not isinstance(made, Refused | Exception)
    with made.log:
        made.load()
        for what, days in due:
            assert isinstance(made.do(RaiseItem(what=what, owner="ivo", due=NOW - days * DAY)), list)
    assert len(items(made.state)) == len(due)
    return str(home)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "incidents").mkdir()
    return tmp_path


async def test_the_lobby_lists_what_is_late_the_oldest_first(place: Path):
    app = DeskApp(folder(place, ("newer", 2), ("older", 12), ("to come", -2)))
    async with app.run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        await shows(pilot, "2 action items are overdue")
        await shows(pilot, "12 days older ivo")
        rows = [row for row in screen(pilot) if "older" in row or "newer" in row]
        assert "older" in rows[0]
        assert not any("to come" in row for row in screen(pilot))


async def test_in_eighty_columns_it_is_one_line_with_the_oldest(place: Path):
    app = DeskApp(folder(place, ("newer", 2), ("older", 12)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await shows(pilot, "2 action items are overdue · oldest 12 days: older")
        assert app.screen.query_one(Overdue).size.height == 1


async def test_many_are_counted(place: Path):
    app = DeskApp(folder(place, *((f"item {n}", n) for n in range(1, 12))))
    async with app.run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        await shows(pilot, "11 action items are overdue")
        await shows(pilot, "… 6 more")


@pytest.mark.parametrize("drill", [False, True])
async def test_where_nothing_real_is_late_nothing_is_said(place: Path, drill: bool):
    app = DeskApp(folder(place, ("to come", 5 if drill else -5), drill=drill))
    async with app.run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        assert not app.screen.query_one(Overdue).display


async def test_what_is_done_meanwhile_goes_away_with_the_next_look(place: Path):
    app = DeskApp(folder(place, ("older", 12)))
    async with app.run_test(size=(132, 40)) as pilot:
        await settled(pilot)
        await shows(pilot, "1 action item is overdue")
        [each] = app.desk.incidents()
        room = app.desk.open_loaded(each.path)
        with room.log:
            assert isinstance(room.do(ChangeItem(item="1", state="done")), list)
        app.screen.query_one(Overdue).look()
        await settled(pilot)
        app.screen._show()  # type: ignore[attr-defined]  # the lobby's second
        await settled(pilot)
        assert not app.screen.query_one(Overdue).display


async def test_hostile_words_are_text_in_the_lobby(place: Path):
    app = DeskApp(folder(place, (HOSTILE, 5)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await shows(pilot, "[bold]a[/]")
        assert "\x1b" not in "".join(screen(pilot))
