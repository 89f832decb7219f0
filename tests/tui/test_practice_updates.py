"""Updates at the console: filled, looked at, approved by whoever commands, posted; and what stands in the way."""

from pathlib import Path

import pytest

from lobby_app import screen
from page_app import CHANNELS, shows, until
from practice_app import Hand, commander, console, done_elsewhere, facts, laid, ready
from warroom.core import events as ev
from warroom.core import updates
from warroom.core.acts.lifecycle import ChangeSeverity, StateImpact
from warroom.core.acts.updates import ApproveUpdate, DraftUpdate
from warroom.core.values import MINUTE
from warroom.tui import editor
from warroom.tui.practice import draft as drafting
from warroom.tui.practice.draft import DraftSheet

SIZE = (120, 40)


async def test_only_whoever_commands_approves_and_everybody_else_gets_the_line_that_says_who_did(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", commander("dana"))
        await hand.until(ev.RoleAssigned)
        await pilot.press("f4")
        await hand.until(ev.UpdateDrafted)
        await shows(pilot, "dana commands and approves")
        await ready(app, pilot)
        await pilot.press("enter")
        assert app.room.prompt.text == "/approve public dana"
        assert not facts(app, ev.UpdateApproved)
        await pilot.press("enter")
        body = (await hand.until(ev.UpdateApproved)).body
        assert isinstance(body, ev.UpdateApproved)
        assert body.who == "dana"


async def test_an_approval_that_has_lapsed_says_why_and_enter_approves_again(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await pilot.press("f4")
        await hand.until(ev.UpdateDrafted)
        await ready(app, pilot)
        await pilot.press("enter")
        await hand.until(ev.UpdateApproved)
        await ready(app, pilot)
        done_elsewhere(app, "ana", ChangeSeverity(severity="SEV2", why="only cards"))
        await shows(pilot, "The approval has lapsed: severity changed since it was approved")
        sheet = app.room.query_one(DraftSheet)
        await pilot.press("enter")  # it was meant for what was there before
        sheet._settled = 0
        await pilot.press("enter")
        await hand.until(ev.UpdateApproved, 2)
        assert not facts(app, ev.UpdatePosted)


async def test_enter_waits_when_somebody_else_has_changed_what_it_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(drafting, "_SETTLES", 3600.0)
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await pilot.press("f4")
        await hand.until(ev.UpdateDrafted)
        await ready(app, pilot)
        done_elsewhere(app, "ana", ApproveUpdate())
        await shows(pilot, "approved by ana")
        await pilot.press("enter")  # meant to approve, and would have posted
        await pilot.pause()
        assert app.room.query(DraftSheet)
        assert not app.room.query_one(DraftSheet).busy
        assert not facts(app, ev.UpdatePosted)


async def test_a_draft_that_waits_is_shown_and_not_written_over(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "mei", DraftUpdate(what="Card payments fail for some customers."))
        await hand.until(ev.UpdateDrafted)
        await pilot.press("f4")
        await shows(pilot, "Card payments fail for some customers.")
        assert len(facts(app, ev.UpdateDrafted)) == 1
        await pilot.press("f")
        await hand.until(ev.UpdateDrafted, 2)
        await shows(pilot, "[what users see: not stated]")


async def test_an_update_is_shown_as_a_difference_from_the_last_one(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", StateImpact(what="38 % of card checkouts fail"))
        await hand.until(ev.ImpactStated)
        await pilot.press("f4")
        await hand.until(ev.UpdateDrafted)
        await ready(app, pilot)
        await pilot.press("enter")
        await hand.until(ev.UpdateApproved)
        await ready(app, pilot)
        await pilot.press("enter")
        await hand.until(ev.UpdatePosted)
        app.clock += 5 * MINUTE
        done_elsewhere(app, "dana", StateImpact(what="2 % of card checkouts fail"))
        await hand.until(ev.ImpactStated, 2)
        hand.words("/draft public")
        await pilot.press("enter")
        await hand.until(ev.UpdateDrafted, 2)
        await ready(app, pilot)
        rows = [row.strip("│ ") for row in screen(pilot)]
        assert any(row.startswith("- 38 % of card checkouts fail") for row in rows)
        assert any(row.startswith("+ 2 % of card checkouts fail") for row in rows)


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("{{ seen }}\n{% nonsense %}\n", "line 2: Encountered unknown tag 'nonsense'"),
        ("{{ seen }}\n\n{{ nothing }}\n", "line 3: 'nothing' is undefined"),
        ("{{ seen.__class__ }}\n", "line 1: access to attribute '__class__' of 'str' object is unsafe"),
    ],
)
async def test_a_template_with_a_mistake_is_named_with_file_and_line_and_the_draft_is_kept(
    tmp_path: Path, template: str, wrong: str
):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "update.public.txt").write_text(template)
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await pilot.press("f4")
        await hand.until(ev.UpdateDrafted)
        await until(pilot, lambda: wrong in laid(app), wrong)
        assert "update.public.txt" in laid(app)
        assert "The shipped template is used instead." in laid(app)
        draft = updates.draft(app.room.live.state, "public")
        assert draft is not None
        assert "Next update by" in draft.body.what


async def test_a_draft_that_was_edited_is_the_next_draft_and_holds_to_the_time_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(editor, "edit", lambda app, old, chosen="": "Cards fail again. Next update by 15:14 UTC.")
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await pilot.press("f4")
        await hand.until(ev.UpdateDrafted)
        await ready(app, pilot)
        await pilot.press("ctrl+x", "ctrl+e")
        body = (await hand.until(ev.UpdateDrafted, 2)).body
        assert isinstance(body, ev.UpdateDrafted)
        assert body.what == "Cards fail again. Next update by 15:14 UTC."
        assert body.next is not None
        assert app.room.moment is not None
        assert app.room.moment.hm(body.next) == "15:14"


async def test_a_word_typed_over_a_sheet_is_typing_though_it_begins_with_one_of_its_keys(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await pilot.press("f4")
        await hand.until(ev.UpdateDrafted)
        await ready(app, pilot)
        await pilot.press(*"errors")
        assert app.room.prompt.text == "errors"
        assert not app.room.query(DraftSheet)


async def test_what_waits_for_each_audience_is_on_one_sheet(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "mei", DraftUpdate(what="All is known.", audience="internal"))
        await hand.until(ev.UpdateDrafted)
        hand.words("/updates")
        await pilot.press("enter")
        await shows(pilot, "drafted, not approved")
        await pilot.press("down", "enter")
        await shows(pilot, "All is known.")
        assert app.room.query_one(DraftSheet).filled.audience == "internal"


async def test_a_wrong_update_is_corrected_by_another_one_and_goes_where_the_first_one_went(tmp_path: Path):
    app = console(tmp_path)
    (tmp_path / "channels.toml").write_text(CHANNELS + '[audience]\npublic = ["hook"]\n')
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("/nochange public Nothing is new; next in 15m")
        await pilot.press("enter")
        wrong = await hand.until(ev.UpdatePosted)
        assert isinstance(wrong.body, ev.UpdatePosted)
        assert (wrong.body.what, wrong.body.next) == ("Nothing is new", app.clock + 15 * MINUTE)
        hand.words("/correct public It is 3 % of checkouts, not 30 %.")
        await pilot.press("enter")
        body = (await hand.until(ev.UpdatePosted, 2)).body
        assert isinstance(body, ev.UpdatePosted)
        assert (body.corrects, body.ways) == (wrong.id, ("hook",))
        await shows(pilot, "Public #2 goes to hook.")


async def test_a_time_that_is_named_with_the_draft_is_in_its_text(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("/draft executive; next in 25m; estimate 2h")
        await pilot.press("enter")
        body = (await hand.until(ev.UpdateDrafted)).body
        assert isinstance(body, ev.UpdateDrafted)
        assert (body.audience, body.next, body.estimate) == (
            "executive",
            app.clock + 25 * MINUTE,
            app.clock + 120 * MINUTE,
        )
        assert "15:09" in body.what
        assert "16:44" in body.what


async def test_what_is_not_approved_is_not_posted_and_the_line_comes_back(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "mei", DraftUpdate(what="All is known."))
        await hand.until(ev.UpdateDrafted)
        hand.words("/post public")
        await pilot.press("enter")
        await shows(pilot, "public #1 is not approved yet.")
        assert app.room.prompt.text == "/post public"
        assert not facts(app, ev.UpdatePosted)
