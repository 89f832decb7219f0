"""The practice of command as the console's prompt has it: each word and what it asks for."""

import pytest

from facts import ROLES, declared
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import Attach, StateImpact
from warroom.core.acts.people import AssignRole, OfferRole
from warroom.core.acts.practice import (
    AttendBridge,
    ClosePoll,
    DeclineRole,
    JudgeHypothesis,
    ReadBack,
    ReportCan,
    SettlePrompt,
)
from warroom.core.acts.talk import OpenPoll
from warroom.core.acts.work import FinishTask, GiveTask
from warroom.core.deputy import visible
from warroom.core.values import MINUTE, Refused
from warroom.intents import BY_KEY, BY_NAME, BY_VERB, Context, Screen


def asking(desk):
    return Context(desk.state, desk.name, desk.now, lambda text: None, lambda text: ("", ""))


def asked(desk, line):
    verb, _, args = line.removeprefix("/").partition(" ")
    return BY_VERB[verb].command(args, asking(desk))


def room():
    desk = declared("ana")
    desk.do(AssignRole(role="commander", who="ana"))
    desk.do(GiveTask(who="ivo", what="roll back 9f2c"))
    return desk


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/readback ivo", ReadBack(task="ivo")),
        ("/readback @ivo I roll it back", ReadBack(task="ivo", words="I roll it back")),
        ("/readback roll back: all of it", ReadBack(task="roll back", words="all of it")),
        ("/done ivo: out", FinishTask(task="ivo", result="out")),
        ("/drop ivo not needed", FinishTask(task="ivo", result="not needed", dropped=True)),
        ("/agreed", ClosePoll(outcome="agreed")),
        ("/agreed it can be undone", ClosePoll(outcome="agreed", why="it can be undone")),
        ("/rejected it lags", ClosePoll(outcome="rejected", why="it lags")),
        ("/withdrawn", ClosePoll(outcome="withdrawn")),
        ("/support 2 400 locks", JudgeHypothesis(state="supported", hypothesis="2", evidence="400 locks")),
        ("/support locks at 400", JudgeHypothesis(state="supported", evidence="locks at 400")),
        ("/ruledout #1 no deploy", JudgeHypothesis(state="ruled out", hypothesis="1", evidence="no deploy")),
        (
            "/can ivo: locks at 400 | cancelling | ten minutes",
            ReportCan(who="ivo", condition="locks at 400", actions="cancelling", needs="ten minutes"),
        ),
        ("/can lag is 0", ReportCan(condition="lag is 0")),
        ("/can p99: 9 s | a: b", ReportCan(who="p99", condition="9 s", actions="a: b")),
        ("/can the lag | ratio 3:1", ReportCan(condition="the lag", actions="ratio 3:1")),
        ("/join ana, ivo", AttendBridge(who="ana, ivo")),
        ("/leave", AttendBridge(here=False)),
        ("/offer commander bo", OfferRole(role="commander", who="bo")),
        ("/turndown commander I am off", DeclineRole(role="commander", why="I am off")),
        ("/turndown I am off", DeclineRole(why="I am off")),
        ("/board", Screen("tasks")),
        ("/hypotheses", Screen("hypotheses")),
        ("/roster", Screen("roster")),
        ("/say opening", Screen("say", "opening")),
    ],
)
def test_a_word_asks_for_its_act(line, command):
    assert asked(room(), line) == command


def test_a_read_back_without_a_name_is_that_of_the_only_task_that_waits_for_one():
    desk = room()
    assert asked(desk, "/readback").task == desk.state.tasks[0].id
    desk.do(GiveTask(who="lee", what="look"))
    with pytest.raises(Refused, match="Who has read it back"):
        asked(desk, "/readback")


def test_a_rejection_wants_its_grounds():
    with pytest.raises(Refused, match="On what grounds"):
        asked(room(), "/rejected")


def test_a_handover_is_offered_with_h_and_of_several_roles_the_command():
    desk = room()
    desk.do(Attach(body=ev.RolesAttached(ROLES.roles[::-1])))
    desk.do(AssignRole(role="scribe", who="ana"))
    assert BY_KEY["h"].prefill(asking(desk)) == "/offer commander "
    desk.name = "lee"
    assert BY_KEY["h"].prefill(asking(desk)) == "/offer commander "


def test_the_word_for_a_role_is_not_that_for_a_page():
    assert BY_VERB["decline"] is not BY_VERB["turndown"]


# ── the deputy ──


def changed():
    desk = room()
    desk.do(StateImpact(what="slow"))
    desk.do(StateImpact(what="down"))
    return desk


def test_the_prompt_that_is_shown_is_dismissed_with_a_reason_or_answered():
    desk = changed()
    prompt = visible(desk.state, desk.now, "ana")
    assert asked(desk, "/dismiss SEV2 it is") == SettlePrompt(
        prompt=prompt.key, what=prompt.text, how="dismissed", why="SEV2 it is"
    )
    assert asked(desk, "/answered kept") == SettlePrompt(prompt=prompt.key, what=prompt.text, why="kept")
    desk.name = "lee"
    with pytest.raises(Refused, match="No prompt is shown"):
        asked(desk, "/dismiss so")


def test_one_key_takes_up_what_is_asked_now_and_enter_does_the_rest():
    desk = room()
    take_up = BY_NAME["prompt"].prefill
    assert take_up(asking(desk)) == ""
    desk.do(OpenPoll(proposal="fail over"))
    assert take_up(asking(desk)) == "/agreed "
    desk.do(StateImpact(what="slow"))
    desk.do(StateImpact(what="down"))
    assert take_up(asking(desk)) == "/sev "
    desk.do(OfferRole(role="commander", who="bo"))
    desk.name = "bo"
    assert take_up(asking(desk)) == "/accept commander"


@pytest.mark.parametrize(
    ("act", "after", "line"),
    [
        (GiveTask(who="lee", what="look", within=MINUTE), MINUTE, "/done lee: "),
        (OpenPoll(proposal="fail over"), 2 * MINUTE, "/agreed "),
    ],
)
def test_the_line_of_a_prompt_is_one_that_answers_it(act, after, line):
    desk = room()
    desk.do(ReadBack(task="ivo"))
    desk.do(act)
    desk.do(Log(text="waiting"), after=after)
    prompt = visible(desk.state, desk.now, "ana")
    assert prompt.line == line
    desk.do(asked(desk, prompt.line))
    assert visible(desk.state, desk.now, "ana") is None
    assert prompt.key not in {p.key for p in [visible(desk.state, desk.now + 2 * MINUTE, "ana")] if p}
