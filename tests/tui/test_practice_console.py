"""The practice of command at the console: questions, tasks, hypotheses, handovers, the deputy's quiet line."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from page_app import shows, until
from practice_app import Hand, PracticeConsole, commander, console, done_elsewhere, facts, laid
from warroom.core import deputy
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.people import OfferRole
from warroom.core.acts.practice import AttendBridge
from warroom.core.acts.talk import Answer, Ask
from warroom.core.acts.work import GiveTask
from warroom.core.values import MINUTE
from warroom.tui.practice.board import Board
from warroom.tui.practice.desk import Questions
from warroom.tui.practice.handover import HandoverSheet
from warroom.tui.practice.strip import AskedStrip

SIZE = (120, 40)


# ── questions and tasks ──


async def test_the_desk_shows_who_asked_and_answers_by_number(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        asked = Ask(asker="legal", what="is data lost?", within=20 * MINUTE)
        report = Ask(asker="support", what="1,200 users cannot pay", report=True)
        done_elsewhere(app, "dana", asked, report)
        await hand.until(ev.QuestionAsked, 2)
        await pilot.press("escape", "o")
        await shows(pilot, "asks legal")
        await shows(pilot, "nobody is on it")
        await pilot.press("t")
        body = (await hand.until(ev.QuestionTaken)).body
        assert isinstance(body, ev.QuestionTaken)
        assert body.owner == "lee"
        await shows(pilot, "lee is on it")
        await pilot.press("down")
        await shows(pilot, "1,200 users. Is SEV1 still right?")
        await pilot.press("enter")
        assert app.room.prompt.text == "/answer 2 "
        assert not app.room.query(Questions)


async def test_the_board_says_who_has_too_much_and_its_keys_read_back_and_give_more_time(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", *(GiveTask(who="ivo", what=f"look at shard {n}", within=MINUTE) for n in range(4)))
        await hand.until(ev.TaskGiven, 4)
        app.clock += 2 * MINUTE
        await pilot.press("f3")
        await shows(pilot, "ivo has 4 open tasks: who can take one of them?")
        await shows(pilot, "1m late")
        await pilot.press("r")
        await hand.until(ev.TaskReadBack)
        await shows(pilot, "read back ")
        board = app.room.query_one(Board)
        await until(pilot, lambda: not board.busy)
        await pilot.press("+")
        body = (await hand.until(ev.TaskChanged)).body
        assert isinstance(body, ev.TaskChanged)
        assert body.due == app.clock + 10 * MINUTE


async def test_the_chosen_task_stays_chosen_when_a_more_urgent_one_comes(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", GiveTask(who="ivo", what="the first", within=9 * MINUTE))
        await hand.until(ev.TaskGiven)
        await pilot.press("f3")
        await until(pilot, lambda: "▸" in laid(app))
        done_elsewhere(app, "dana", GiveTask(who="ana", what="the other", within=MINUTE))
        await until(pilot, lambda: "the other" in laid(app))
        await pilot.press("enter")
        body = (await hand.until(ev.TaskChanged)).body
        assert isinstance(body, ev.TaskChanged)
        assert body.what == "the first"


async def test_what_two_people_do_at_once_has_one_result_and_the_second_is_told(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", Ask(asker="legal", what="is data lost?"))
        await hand.until(ev.QuestionAsked)
        hand.words("/answer 1 no, only delayed")
        done_elsewhere(app, "ana", Answer(question="1", what="nothing is lost"))
        await pilot.press("enter")
        await shows(pilot, "answered already, by ana")
        body = (await hand.until(ev.ActRepeated)).body
        assert isinstance(body, ev.ActRepeated)
        assert body.words == "no, only delayed"
        assert len(facts(app, ev.QuestionAnswered)) == 1


async def test_the_board_of_hypotheses_shows_the_evidence_and_begins_a_judgement(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "ana", Log(text="the index was dropped", kind="hypothesis"))
        await hand.until(ev.Logged)
        hand.words("/ruledout 1 the index is there")
        await pilot.press("enter")
        await hand.until(ev.HypothesisJudged)
        hand.words("/hypotheses")
        await pilot.press("enter")
        await shows(pilot, "ruled out the index was dropped")
        await shows(pilot, "the index is there, lee")
        await pilot.press("enter")
        assert app.room.prompt.text == "/support 1 "


# ── people ──


async def test_an_offer_stands_above_the_prompt_until_it_is_accepted_and_nothing_changes_before(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", commander("dana"), OfferRole(role="commander", who="lee"))
        await hand.until(ev.RoleOffered)
        await shows(pilot, "dana offers you Incident Commander: /accept commander")
        await pilot.press("escape", "h")
        await shows(pilot, "SITUATION")
        held = app.room.live.state.role("commander")
        assert held is not None
        assert held.who == "dana"
        await pilot.press("enter")
        assert app.room.prompt.text == "/accept commander"
        assert app.room.query_one(AskedStrip).display
        await pilot.press("enter")
        await hand.until(ev.RoleAssigned, 2)
        await until(pilot, lambda: not app.room.query_one(AskedStrip).display)
        assert not app.room.query(HandoverSheet)


async def test_the_roles_sheet_says_who_is_on_the_bridge_and_who_left(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", AttendBridge(who="ana, ivo"), AttendBridge(who="ivo", here=False))
        await hand.until(ev.BridgeAttended, 3)
        await pilot.press("f6")
        await until(pilot, lambda: "on the bridge ana left ivo" in laid(app))


# ── the deputy ──


async def asked(app: PracticeConsole, pilot: Pilot[int], kind: str) -> None:
    """Until the deputy shows a prompt of this kind."""
    for _ in range(40):
        prompt = deputy.visible(app.room.live.state, app.clock, app.me)
        if prompt is not None and prompt.kind == kind:
            break
        app.clock += MINUTE
    app.room.tick()
    strip = app.room.query_one(AskedStrip)
    await until(pilot, lambda: strip.asked and strip.asked.prompt and strip.asked.prompt.kind == kind)


async def test_a_prompt_never_takes_the_keyboard_and_tab_takes_its_line_only_from_an_empty_prompt(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await asked(app, pilot, "role")
        assert app.room.prompt.has_focus
        await pilot.press(*"lat", "tab")
        assert "/assign" not in app.room.prompt.text
        await pilot.press("ctrl+c", "tab")
        assert app.room.prompt.text == "/assign commander "


async def test_a_prompt_that_is_answered_is_settled_on_the_log_and_one_that_was_refused_can_be_tried_again(
    tmp_path: Path,
):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await asked(app, pilot, "role")
        await pilot.press("tab", "enter")
        await shows(pilot, "Who is commander?")
        await pilot.pause()
        assert not facts(app, ev.PromptSettled)
        hand.words("dana")
        await pilot.press("enter")
        body = (await hand.until(ev.PromptSettled)).body
        assert isinstance(body, ev.PromptSettled)
        assert body.how == "answered"
        assert body.prompt.startswith("role:commander")
        await until(pilot, lambda: not app.room.query_one(AskedStrip).display)


async def test_another_line_than_the_prompts_own_settles_nothing(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await asked(app, pilot, "role")
        await pilot.press("tab", "ctrl+c")
        hand.words("something else")
        await pilot.press("enter")
        await hand.until(ev.Logged)
        assert not facts(app, ev.PromptSettled)


async def test_a_prompt_is_dismissed_with_a_reason_and_costs_one_row_only_while_it_is_there(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        hand = Hand(pilot)
        await asked(app, pilot, "role")
        before = app.room.timeline.size.height
        hand.words("/dismiss dana is on her way")
        await pilot.press("enter")
        body = (await hand.until(ev.PromptSettled)).body
        assert isinstance(body, ev.PromptSettled)
        assert (body.how, body.why) == ("dismissed", "dana is on her way")
        await until(pilot, lambda: app.room.timeline.size.height == before + 1)


async def test_a_call_out_is_answered_by_looking_at_the_situation(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "lee", commander("lee"))
        await hand.until(ev.RoleAssigned)
        await asked(app, pilot, "call-out")
        await pilot.press("tab", "enter")
        body = (await hand.until(ev.PromptSettled)).body
        assert isinstance(body, ev.PromptSettled)
        assert body.prompt.startswith("call-out:")
        await shows(pilot, "to read aloud")


# ── words at hand ──


async def test_words_at_hand_are_filled_in_and_copied_or_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        copied: list[str] = []
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        hand.words("/say opening")
        await pilot.press("enter")
        await shows(pilot, "This is lee")
        await pilot.press("l")
        body = (await hand.until(ev.Logged)).body
        assert "Checkout returns 500s" in body.text()
        await pilot.press("enter")
        assert copied == [body.text()]


async def test_words_that_do_not_exist_are_refused_with_those_that_do(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("/say nonsense")
        await pilot.press("enter")
        await shows(pilot, "There are no words “nonsense”. There is opening")
        assert app.room.prompt.text == "/say nonsense"
