"""The board of hypotheses: open, supported, ruled out, each with its evidence."""

import pytest

from facts import T0, declared
from warroom.core.acts.entries import Amend, Log, Undo
from warroom.core.acts.practice import JudgeHypothesis
from warroom.core.hypotheses import hypotheses
from warroom.core.values import MINUTE


def board(*texts):
    desk = declared()
    for text in texts:
        desk.do(Log(text=text, kind="hypothesis"))
    return desk


def states(desk):
    return [(h.number, h.state, h.evidence) for h in hypotheses(desk.state)]


def test_an_entry_marked_as_one_stands_open_on_the_board():
    desk = board("the index was dropped")
    (seen,) = hypotheses(desk.state)
    assert (seen.number, seen.what, seen.who, seen.at, seen.state) == (1, "the index was dropped", "ana", T0, "open")


def test_evidence_supports_it_or_rules_it_out_and_says_when_and_by_whom():
    desk = board("the index was dropped", "the vacuum holds a lock")
    desk.name = "ivo"
    desk.do(JudgeHypothesis(state="ruled out", hypothesis="1", evidence="it is there"), after=MINUTE)
    desk.do(JudgeHypothesis(state="supported", evidence="400 locks since 13:57"))
    assert states(desk) == [(1, "ruled out", "it is there"), (2, "supported", "400 locks since 13:57")]
    assert [(h.by, h.judged) for h in hypotheses(desk.state)] == [("ivo", T0 + MINUTE)] * 2


def test_one_that_was_ruled_out_can_be_opened_again_and_needs_no_evidence_for_it():
    desk = board("a deploy")
    desk.do(JudgeHypothesis(state="ruled out", evidence="no deploy since Monday"))
    desk.do(JudgeHypothesis(state="open", hypothesis="1"))
    assert states(desk) == [(1, "open", "")]


@pytest.mark.parametrize(("state", "asks"), [("supported", "What supports it"), ("ruled out", "What rules it out")])
def test_a_judgement_without_evidence_is_refused(state, asks):
    assert asks in board("a deploy").refusal(JudgeHypothesis(state=state))


def test_a_number_stays_with_its_hypothesis_when_another_is_taken_back():
    desk = board("first", "second")
    first = hypotheses(desk.state)[0]
    desk.do(Undo(of=first.id))
    assert [(h.number, h.what) for h in hypotheses(desk.state)] == [(2, "second")]
    desk.do(JudgeHypothesis(state="supported", hypothesis="2", evidence="seen"))
    assert states(desk) == [(2, "supported", "seen")]


def test_a_corrected_one_says_what_it_was_corrected_to_and_an_entry_can_become_one():
    desk = board("the index was droped")
    desk.do(Amend(of=hypotheses(desk.state)[0].id, text="the index was dropped"))
    (note,) = desk.do(Log(text="perhaps the cache"))
    desk.do(Amend(of=note.id, kind="hypothesis"))
    assert [h.what for h in hypotheses(desk.state)] == ["the index was dropped", "perhaps the cache"]


@pytest.mark.parametrize("named", ["deploy", "7", "the"])
def test_a_name_that_fits_none_or_several_is_asked_about(named):
    desk = board("the deploy of 9f2c", "the deploy of 77ab")
    assert "Which hypothesis? 1 the deploy" in desk.refusal(
        JudgeHypothesis(state="supported", hypothesis=named, evidence="x")
    )


def test_of_none_it_says_how_to_write_one_down():
    assert "No hypothesis is written down" in declared().refusal(JudgeHypothesis(state="supported", evidence="x"))


def test_the_same_judgement_by_another_is_noted_beside_the_first():
    desk = board("a deploy")
    desk.do(JudgeHypothesis(state="ruled out", evidence="no deploy"))
    desk.name = "ivo"
    no = desk.ask(JudgeHypothesis(state="ruled out", hypothesis="1"))
    assert "says ana" in str(no)
    assert [d.body.text() for d in no.noted] == ["ruled out, too: a deploy"]
