"""Writing, correcting and taking back."""

import pytest

from facts import T0, declared
from warroom.core.acts.entries import Amend, Log, Undo
from warroom.core.acts.lifecycle import ChangeSeverity
from warroom.core.acts.talk import Ask, OpenPoll
from warroom.core.acts.work import ChangeStep, GiveTask
from warroom.core.values import ENTRY_KINDS, HOUR, MINUTE, At


def shown(desk, entry):
    fixed = desk.state.correction(entry.id)
    text = entry.body.text() if fixed is None or fixed.text_ is None else fixed.text_
    kind = entry.body.kind if fixed is None or fixed.kind_ is None else fixed.kind_
    return text, kind


@pytest.mark.parametrize("kind", ENTRY_KINDS)
def test_an_entry_has_a_kind_a_speaker_a_writer_and_two_times(kind):
    desk = declared("lee")
    entry = desk.do(Log(text="db failed over", kind=kind, who="ivo", at=At(T0 - MINUTE, T0, True)), after=HOUR)[0]
    assert (entry.body.kind, entry.body.who, entry.by.name) == (kind, "ivo", "lee")
    assert (entry.at, entry.rec) == (At(T0 - MINUTE, T0, True), T0 + HOUR)


def test_an_empty_entry_and_an_unknown_kind_are_refused():
    assert "nothing to log" in declared().refusal(Log(text=" \n"))
    assert "no kind of entry" in declared().refusal(Log(text="x", kind="gossip"))


def test_a_correction_stands_beside_what_it_corrects():
    desk = declared()
    entry = desk.do(Log(text="dp failed over"))[0]
    desk.do(Amend(of=entry.id, text="db failed over"))
    desk.do(Amend(of=entry.id[:8].lower(), kind="action"))
    assert shown(desk, entry) == ("db failed over", "action")
    assert entry.body.text() == "dp failed over"
    assert "changes nothing" in desk.refusal(Amend(of=entry.id, kind="action"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": " "}, "needs a text"),
        ({"kind": "gossip"}, "no kind"),
        ({"to_at": At(T0 + HOUR)}, "future"),
        ({"to_at": At(T0, T0 + HOUR)}, "future"),
        ({"to_at": At(T0, T0 - 1)}, "before it begins"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(change, sentence):
    desk = declared()
    entry = desk.do(Log(text="x"))[0]
    assert sentence in desk.refusal(Amend(of=entry.id, **change))


def test_only_an_entry_that_stands_can_be_corrected():
    desk = declared()
    entry = desk.do(Log(text="x"))[0]
    desk.do(Undo())
    assert "log it again" in desk.refusal(Amend(of=entry.id, text="y"))
    assert "Only an entry" in desk.refusal(Amend(of=desk.state.facts[0].id, text="y"))
    assert "No fact here" in desk.refusal(Amend(of="ZZZZZZ", text="y"))


def test_a_correction_that_was_taken_back_leaves_no_correction():
    desk = declared()
    (entry,) = desk.do(Log(text="old"))
    desk.do(Amend(of=entry.id, text="new"))
    assert desk.state.correction(entry.id) is not None
    desk.do(Undo())
    assert desk.state.correction(entry.id) is None


def test_undo_takes_back_my_last_fact_and_then_the_one_before():
    desk = declared()
    first, second = desk.do(Log(text="a"))[0], desk.do(GiveTask(who="ivo", what="b"))[0]
    desk.name = "ivo"
    ivos = desk.do(Log(text="c"))[0]
    desk.name = "ana"
    desk.do(Undo())
    desk.do(Undo(why="slip"))
    assert [desk.state.stands(e.id) for e in (first, second, ivos)] == [False, False, True]
    assert "nothing here to take back" in desk.refusal(Undo())
    assert "taken back" in desk.refusal(Undo(of=first.id))


def test_undo_puts_a_step_back_to_what_it_was():
    desk = declared()
    desk.do(ChangeStep(step="1", state="skipped", why="no"))
    done = desk.do(ChangeStep(step="1"))[0]
    desk.do(Undo())
    assert desk.state.steps[0].state == "skipped"
    assert "changed again since" in desk.refusal(Undo(of=done.id))


def test_undo_goes_back_to_the_text_before_the_last_correction():
    desk = declared()
    entry = desk.do(Log(text="one"))[0]
    desk.do(Amend(of=entry.id, text="two"))
    desk.do(Undo())
    assert shown(desk, entry) == ("one", "note")
    desk.do(Undo())
    assert not desk.state.stands(entry.id)


def test_a_value_cannot_be_taken_back():
    desk = declared()
    event = desk.do(ChangeSeverity(severity="1"))[0]
    assert "values are replaced" in desk.refusal(Undo(of=event.id))


@pytest.mark.parametrize("command", [OpenPoll(proposal="roll back"), Ask(what="when?"), GiveTask(who="ivo", what="x")])
def test_what_was_taken_back_repeats_nothing_of_its_text(command):
    desk = declared()
    desk.do(command)
    (undo,) = desk.do(Undo())
    assert undo.body.text().startswith("took back a ")
    assert "roll" not in undo.body.text()
    assert not desk.state.open_questions
    assert not desk.state.tasks
