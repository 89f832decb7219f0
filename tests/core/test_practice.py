"""Polls, read-backs, reports, the bridge; and what two people do at the same moment."""

import pytest

from facts import T0, declared, fingerprint
from warroom.core import events as ev
from warroom.core.acts.entries import Redact
from warroom.core.acts.people import AssignRole
from warroom.core.acts.practice import AttendBridge, ClosePoll, ReadBack, ReportCan, open_polls
from warroom.core.acts.talk import Object, OpenPoll
from warroom.core.acts.work import FinishTask, GiveTask
from warroom.core.values import MINUTE


def decisions(desk):
    return [e.body.text() for e in desk.state.timeline if e.body.kind == "decision"]


def noted(desk, command):
    """The refusal, and what is written all the same."""
    no = desk.ask(command)
    return str(no), [draft.body.text() for draft in no.noted]


# ── polls ──


def test_an_agreed_proposal_becomes_a_decision_of_the_commander():
    desk = declared()
    desk.do(AssignRole(role="commander", who="dana"))
    desk.do(OpenPoll(proposal="fail over"))
    desk.do(ClosePoll())
    assert decisions(desk) == ["fail over; no strong objections"]
    assert desk.state.timeline[-1].body.who == "dana"
    assert open_polls(desk.state) == []


def test_a_decision_keeps_each_strong_objection_by_name():
    desk = declared()
    desk.do(OpenPoll(proposal="fail over"))
    desk.do(Object(what="the replica lags", who="ivo"))
    desk.do(Object(what="it is night in Tokyo", who="lee"))
    desk.do(ClosePoll(why="the lag is small"))
    assert decisions(desk) == [
        "fail over; strong objection heard and kept: ivo: the replica lags; lee: it is night in Tokyo"
    ]


@pytest.mark.parametrize("outcome", ["rejected", "withdrawn"])
def test_what_was_not_agreed_is_no_decision(outcome):
    desk = declared()
    desk.do(OpenPoll(proposal="fail over"))
    (closed,) = desk.do(ClosePoll(outcome=outcome, why="the replica lags"))
    assert closed.body.text() == f"{outcome}: fail over · the replica lags"
    assert decisions(desk) == []


def test_a_result_without_a_proposal_is_refused():
    assert "No proposal is open" in declared().refusal(ClosePoll())


def test_two_who_close_a_poll_at_once_have_one_result_and_both_words():
    desk = declared()
    desk.do(OpenPoll(proposal="fail over"))
    desk.do(ClosePoll())
    desk.name = "ivo"
    said, kept = noted(desk, ClosePoll(outcome="rejected", why="it lags"))
    assert "agreed, noted by ana" in said
    assert kept == ["rejected, too: fail over · it lags"]
    assert decisions(desk) == ["fail over; no strong objections"]


def test_a_redacted_proposal_leaves_neither_its_result_nor_its_decision():
    desk = declared()
    (poll,) = desk.do(OpenPoll(proposal="set the password to hunter2"))
    desk.do(ClosePoll())
    desk.do(Redact(of=poll.id, why="a password"))
    assert "hunter2" not in repr(fingerprint(desk.state))


# ── read-backs and tasks ──


def test_a_task_that_was_read_back_says_when():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="roll back"))
    (said,) = desk.do(ReadBack(task="ivo", words="I roll it back"), after=MINUTE)
    assert desk.state.tasks[0].read_back == T0 + MINUTE
    assert said.body.text() == "read back by ivo: roll back · I roll it back"


def test_the_second_read_back_is_kept_beside_the_first():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="roll back"))
    desk.do(ReadBack(task="ivo"))
    desk.name = "lee"
    said, kept = noted(desk, ReadBack(task="ivo", words="all of it"))
    assert "ana noted it" in said
    assert kept == ["read back, too: @ivo roll back · all of it"]


def test_a_task_that_two_finish_is_done_once_and_both_results_are_kept():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="roll back"))
    desk.do(FinishTask(task="ivo", result="9f2c is out"))
    desk.name = "ivo"
    said, kept = noted(desk, FinishTask(task="ivo", result="out, errors fall"))
    assert "done already, noted by ana" in said
    assert kept == ["done, too: @ivo roll back · out, errors fall"]
    assert desk.state.tasks[0].result == "9f2c is out"


def test_a_read_back_of_what_is_done_says_so():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="roll back"))
    desk.do(FinishTask(task="ivo"))
    assert "done already" in desk.refusal(ReadBack(task="ivo"))


# ── reports and the bridge ──


def test_a_report_says_condition_actions_and_needs_of_whoever_reports():
    desk = declared()
    (said,) = desk.do(ReportCan(who="ivo", condition="locks at 400", actions="cancelling", needs="ten minutes"))
    assert said.body.text() == "ivo: locks at 400; doing: cancelling; needs: ten minutes"
    assert "What is the condition" in desk.refusal(ReportCan(condition=" ", needs="coffee"))


def test_the_bridge_knows_who_came_and_who_left():
    desk = declared()
    assert [e.body.who for e in desk.do(AttendBridge(who="ana, ivo,ana"))] == ["ana", "ivo"]
    desk.do(AttendBridge(who="ivo", here=False))
    assert desk.state.attendance == {"ana": True, "ivo": False}
    assert "there already" in desk.refusal(AttendBridge())
    assert "not on the bridge" in desk.refusal(AttendBridge(who="ivo", here=False))
    assert isinstance(desk.do(AttendBridge(who="ivo, lee"))[1].body, ev.BridgeAttended)
