"""How many keys each act of the practice takes beyond the words themselves, counted on the real screens."""

from pathlib import Path

from page_app import shows, until
from practice_app import Hand, console, done_elsewhere, facts
from warroom.core import deputy, updates
from warroom.core import events as ev
from warroom.core.acts.people import AssignRole, OfferRole
from warroom.core.acts.talk import OpenPoll
from warroom.core.acts.work import GiveTask
from warroom.core.values import MINUTE, SECOND
from warroom.tui.overlays.situation import Situation
from warroom.tui.practice.board import Board
from warroom.tui.practice.draft import DraftSheet
from warroom.tui.practice.handover import HandoverSheet

SIZE = (120, 40)


async def test_a_line_is_logged_with_enter(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("latency is back to 60 ms")
        await hand.press("enter")
        assert (await hand.until(ev.Logged)).body.text() == "latency is back to 60 ms"
        assert hand.keys == 1


async def test_a_line_that_is_late_and_somebody_elses_is_logged_with_enter(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "ana", AssignRole(role="scribe", who="sre1"))
        await hand.until(ev.RoleAssigned)
        hand.words("-3m sre1: first 500s in the edge log")
        await hand.press("enter")
        event = await hand.until(ev.Logged)
        assert isinstance(event.body, ev.Logged)
        assert (event.body.who, event.rec - event.at.t) == ("sre1", 3 * MINUTE)
        assert hand.keys == 1


async def test_the_next_item_is_ticked_with_one_key_and_it_is_said_which(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        first = app.room.live.state.steps[0].step
        await hand.press("f2")
        event = await hand.until(ev.StepChanged)
        assert isinstance(event.body, ev.StepChanged)
        assert (event.body.item, event.body.state) == (first.id, "done")
        assert hand.keys == 1
        await shows(pilot, "Ticked 1:")
        await pilot.press("escape", "x", "enter")
        await hand.until(ev.StepChanged, 2)
        assert app.room.live.state.steps[0].state == "todo"


async def test_a_task_is_given_with_enter(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("@sre1 roll back in 10m")
        await hand.press("enter")
        body = (await hand.until(ev.TaskGiven)).body
        assert isinstance(body, ev.TaskGiven)
        assert (body.who, body.what, body.due) == ("sre1", "roll back", app.clock + 10 * MINUTE)
        assert hand.keys == 1


async def test_the_most_urgent_task_is_done_with_two_keys(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        tasks = (GiveTask(who="ivo", what="later", within=9 * MINUTE), GiveTask(who="ana", what="soon", within=MINUTE))
        done_elsewhere(app, "dana", *tasks)
        await hand.until(ev.TaskGiven, 2)
        await hand.press("f3", "enter")
        body = (await hand.until(ev.TaskChanged)).body
        assert isinstance(body, ev.TaskChanged)
        assert (body.who, body.state) == ("ana", "done")
        assert hand.keys == 2


async def test_the_last_entry_is_corrected_with_enter(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("rolled back 9f2c")
        await pilot.press("enter")
        entry = await hand.until(ev.Logged)
        hand.words("s/9f2c/9f2d/")
        await shows(pilot, "fix my last entry: 9f2c → 9f2d")
        await hand.press("enter")
        body = (await hand.until(ev.Amended)).body
        assert isinstance(body, ev.Amended)
        assert (body.of, body.text_) == (entry.id, "rolled back 9f2d")
        assert hand.keys == 1


async def test_my_page_is_acknowledged_with_one_key(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await hand.press("f8")
        assert facts(app, ev.Acknowledged) or await hand.until(ev.Acknowledged)
        assert hand.keys == 1


async def test_that_nobody_answers_takes_three_keys(tmp_path: Path):
    app = console(tmp_path, me="dana")
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await hand.press("escape", "n", "enter")
        body = (await hand.until(ev.NoAnswer)).body
        assert isinstance(body, ev.NoAnswer)
        assert body.who == "Lee"
        assert hand.keys == 3


async def test_that_nothing_is_new_is_posted_with_enter(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        hand.words("/nochange")
        await hand.press("enter")
        body = (await hand.until(ev.UpdatePosted)).body
        assert isinstance(body, ev.UpdatePosted)
        assert body.same
        assert "no news" in body.what
        assert body.next is not None
        assert hand.keys == 1
        await shows(pilot, "is noted, sent nowhere")


async def test_an_update_that_fills_itself_is_drafted_approved_and_posted_with_three_keys(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await hand.press("f4")
        await hand.until(ev.UpdateDrafted)
        await until(pilot, lambda: not app.room.query_one(DraftSheet).busy)
        await hand.press("enter")
        await hand.until(ev.UpdateApproved)
        await until(pilot, lambda: not app.room.query_one(DraftSheet).busy)
        await hand.press("enter")
        event = await hand.until(ev.UpdatePosted)
        assert isinstance(event.body, ev.UpdatePosted)
        assert event.body.sha == updates.sha(event.body.what)
        assert event.body.next is not None
        assert hand.keys == 3
        await until(pilot, lambda: not app.room.query(DraftSheet))
        assert app.room.prompt.has_focus


async def test_what_came_of_a_poll_is_recorded_with_two_keys(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "lee", AssignRole(role="commander", who="lee"), OpenPoll(proposal="roll back 9f2c"))
        await hand.until(ev.PollOpened)
        await shows(pilot, "Proposed: roll back 9f2c")
        await hand.press("tab", "enter")
        body = (await hand.until(ev.PollClosed)).body
        assert isinstance(body, ev.PollClosed)
        assert body.outcome == "agreed"
        assert hand.keys == 2


async def test_what_the_deputy_asks_of_a_poll_is_answered_with_two_keys_and_the_log_says_so(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "lee", AssignRole(role="commander", who="lee"), OpenPoll(proposal="roll back 9f2c"))
        await hand.until(ev.PollOpened)
        for _ in range(12):  # what else the deputy has to say comes first, and rests two minutes after
            app.clock += MINUTE
            app.room.tick()
            await pilot.pause()
            shown = deputy.visible(app.room.live.state, app.clock, "lee")
            if shown and shown.kind == "poll":
                break
        await shows(pilot, "What came of it?")
        await hand.press("tab", "enter")
        body = (await hand.until(ev.PromptSettled)).body
        assert isinstance(body, ev.PromptSettled)
        assert body.how == "answered"
        assert facts(app, ev.PollClosed)
        assert hand.keys == 2


async def test_a_handover_is_offered_with_two_keys_and_the_name(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "lee", AssignRole(role="commander", who="lee"))
        await hand.until(ev.RoleAssigned)
        await hand.press("alt+h")
        hand.words("ana")
        await hand.press("enter")
        body = (await hand.until(ev.RoleOffered)).body
        assert isinstance(body, ev.RoleOffered)
        assert (body.role, body.who) == ("commander", "ana")
        assert "SITUATION" in body.brief
        assert hand.keys == 2
        await until(pilot, lambda: app.room.query(HandoverSheet))


async def test_a_handover_is_accepted_with_the_word_and_enter(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", AssignRole(role="commander", who="dana"), OfferRole(role="commander", who="lee"))
        await hand.until(ev.RoleOffered)
        assert app.room.live.state.role("commander").who == "dana"  # type: ignore[union-attr]  # somebody commands
        hand.words("/accept")
        await hand.press("enter")
        await hand.until(ev.RoleAssigned, 2)
        assert app.room.live.state.role("commander").who == "lee"  # type: ignore[union-attr]  # somebody commands
        assert hand.keys == 1


async def test_the_situation_to_read_aloud_takes_one_key(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await hand.press("f5")
        assert app.room.query(Situation)
        assert hand.keys == 1


async def test_what_is_due_next_is_seen_at_80_by_24_without_a_key(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", GiveTask(who="ivo", what="cancel the vacuum", within=30 * SECOND))
        await hand.until(ev.TaskGiven)
        await shows(pilot, "30s task: cancel the vacuum")
        assert hand.keys == 0


async def test_without_a_task_the_key_of_tasks_begins_one(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("f3")
        assert app.room.prompt.text == "@"
        assert not app.room.query(Board)
