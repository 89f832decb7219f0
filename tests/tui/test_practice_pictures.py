"""Pictures of the sheets of the practice, to be looked at when they change (`pytest --snapshot-update`)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widget import Widget

from story import NOW, RoomApp, Writer, at, story
from warroom.core import events as ev
from warroom.core.deputy import Prompt
from warroom.core.updates import basis, sha
from warroom.core.values import MINUTE
from warroom.tui.moment import Moment, Sight
from warroom.tui.overlays.above import Sheet
from warroom.tui.practice.board import Board
from warroom.tui.practice.desk import Questions
from warroom.tui.practice.draft import DraftSheet, Filled
from warroom.tui.practice.handover import HandoverSheet
from warroom.tui.practice.hypotheses import Hypotheses
from warroom.tui.practice.said import Updates
from warroom.tui.practice.say import SaySheet
from warroom.tui.practice.strip import AskedStrip, asked

SIZES = {"120x40": (120, 40), "80x24": (80, 24)}
TEXT = (
    "0.8 % of card checkouts fail, was 38 %.\nAffected: card payments in Europe. Not affected: PayPal, invoices.\n"
    "Since 13:58 UTC.\nWe are cancelling a maintenance job because of db-3.\nNext update by 15:06 UTC."
)
WORDS = (
    ("opening", "you take command", "This is {name}, {role} for {severity}: {title}. Who is with us?"),
    ("poll", "you propose something", "I propose that we do this. Are there strong objections?"),
    ("rest", "somebody is tired", "{other}, you have done enough for tonight. Who takes over?"),
)
Made = Callable[[Widget, Callable[[], Moment | None]], Sheet]


def practice() -> Writer:
    """The story, with what the practice adds to it."""
    w = story()
    w.log("14:31:00", "ivo", "hypothesis", "a client retries without a limit")
    index = next(e for e in w.events if isinstance(e.body, ev.Logged) and "dropped the index" in e.body.text_)
    w.add("14:33:00", "ivo", ev.HypothesisJudged(index.id, "ruled out", "rolled back, latency unchanged", "deploy"))
    vacuum = next(e for e in w.events if isinstance(e.body, ev.Logged) and "holds a lock since" in e.body.text_)
    w.add("14:34:00", "ana", ev.HypothesisJudged(vacuum.id, "supported", "pg_locks: 1,900 waits, gone with it", "lock"))
    w.add("14:38:00", "legal", ev.QuestionAsked("Is any order lost or charged twice?", "legal", at("14:50")))
    report = ev.QuestionAsked("1,200 people in the queue say that they cannot pay", "support", None, True, 1200)
    w.add("14:39:00", "lena", report)
    late = w.add("14:32:00", "dana", ev.TaskGiven("ivo", "find who retries without a limit, and stop it", at("14:42")))
    w.add("14:32:30", "ivo", ev.TaskReadBack(late.id, "ivo"))
    for n, due in enumerate(("14:45:20", "14:50", "14:58")):
        w.add("14:40:00", "dana", ev.TaskGiven("ivo", f"compare shard {n + 1} with its replica", at(due)))
    w.add("14:41:00", "mei", ev.UpdateDrafted("public", TEXT, at("15:06"), at("15:30"), basis(w.state()), 3))
    w.add("14:44:00", "dana", ev.RoleOffered("commander", "Lee", "", "six hours are enough"))
    return w


def approved(lapsed: bool) -> Writer:
    """The draft approved; with `lapsed` the severity changed since."""
    w = practice()
    draft = next(e for e in w.events if isinstance(e.body, ev.UpdateDrafted))
    w.add("14:42:00", "dana", ev.UpdateApproved("public", draft.id, sha(TEXT), basis(w.state()), "Dana", False, 3))
    if lapsed:
        was = [e.id for e in w.events if isinstance(e.body, ev.SeverityChanged)]
        w.add("14:43:00", "dana", ev.SeverityChanged("SEV2", "only cards", was="SEV1"), over=tuple(was))
    return w


class Practice(RoomApp):
    """The room with a sheet over it, and the line that asks something under it."""

    def __init__(self, made: Made | None = None, w: Writer | None = None, look: str = "dark", ascii: bool = False):
        super().__init__((w or practice()).state(), look, ascii, Sight(me="Dana", ascii=ascii, handle="INC-K3F9"))
        self._made = made
        self.line = AskedStrip()

    async def laid(self) -> None:
        stub = self.room.query_one("Stub")
        await self.room.mount(self.line, before=stub)
        if self._made is not None:
            await self.room.query_one("#body").mount(self._made(stub, lambda: self.room.moment))

    def ask(self, prompt: Prompt | None) -> None:
        assert self.room.moment is not None
        self.line.asked = asked(self.room.moment, prompt)


async def laid(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause()
    assert isinstance(pilot.app, Practice)
    await pilot.app.laid()
    await pilot.pause()
    await pilot.pause()


def drafted(stub: Widget, moment: Callable[[], Moment | None]) -> Sheet:
    return DraftSheet(stub, moment, Filled("public", TEXT, (), ("slack:C1", "mail:status@example.org")))


def words(stub: Widget, moment: Callable[[], Moment | None]) -> Sheet:
    return SaySheet(stub, moment, WORDS, "opening")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("made", [Board, Questions, Hypotheses, HandoverSheet, Updates, drafted, words])
def test_a_sheet_of_the_practice(snap_compare, made: Made, size: str):
    assert snap_compare(Practice(made), terminal_size=SIZES[size], run_before=laid)


@pytest.mark.parametrize("lapsed", [False, True], ids=["approved", "lapsed"])
def test_an_approved_update(snap_compare, lapsed: bool):
    assert snap_compare(Practice(drafted, approved(lapsed)), terminal_size=SIZES["120x40"], run_before=laid)


@pytest.mark.parametrize(("look", "ascii"), [("light", False), ("ansi", True)])
def test_an_update_whose_approval_lapsed_in_other_looks(snap_compare, look: str, ascii: bool):
    app = Practice(drafted, approved(lapsed=True), look, ascii)
    assert snap_compare(app, terminal_size=SIZES["120x40"], run_before=laid)


@pytest.mark.parametrize(("look", "ascii"), [("light", False), ("dark", True)])
def test_the_board_in_other_looks(snap_compare, look: str, ascii: bool):
    assert snap_compare(Practice(Board, look=look, ascii=ascii), terminal_size=SIZES["80x24"], run_before=laid)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("me", ["Lee", "Dana"])
def test_what_is_asked_of_me(snap_compare, me: str, size: str):
    app = Practice()
    app.sight = replace(app.sight, me=me)
    text = "Minute 40: call out. What is running, what is due, who has not reported? Is the plan right?"

    async def shown(pilot: Pilot[None]) -> None:
        await laid(pilot)
        app.ask(Prompt("call-out:40", "call-out", text, NOW - MINUTE, line="/situation"))
        await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=shown)
