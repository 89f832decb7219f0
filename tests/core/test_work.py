"""Steps, tasks, polls, questions and updates."""

import pytest

from facts import CHECKLIST, T0, declared
from warroom.core import events as ev
from warroom.core.acts.lifecycle import Attach, ChangePhase
from warroom.core.acts.talk import Answer, Ask, Object, OpenPoll, PostUpdate
from warroom.core.acts.work import ChangeStep, Extend, FinishTask, GiveTask, next_step
from warroom.core.values import MINUTE

SECOND_LIST = ev.ChecklistAttached("db", "Database", (ev.Step("a", "stop writes"), ev.Step("z", "check replicas")))


def states(desk):
    return [step.state for step in desk.state.steps]


# ── steps ──


@pytest.mark.parametrize("typed", ["1", "a", "general:a", "Commander", "name  a"])
def test_a_step_goes_by_number_id_or_a_part_of_its_text(typed):
    desk = declared()
    desk.do(ChangeStep(step=typed), after=MINUTE)
    step = desk.state.steps[0]
    assert (step.state, step.by, step.at) == ("done", "ana", T0 + MINUTE)
    assert next_step(desk.state).step.id == "b"


def test_several_checklists_are_numbered_through():
    desk = declared()
    desk.do(Attach(body=SECOND_LIST))
    assert [(c.title, [s.number for s in c.steps]) for c in desk.state.checklists] == [
        ("General", [1, 2]),
        ("Database", [3, 4]),
    ]
    desk.do(ChangeStep(step="db:a"))
    assert states(desk) == ["todo", "todo", "done", "todo"]
    desk.do(ChangeStep(step="a"))  # of two with that id the one that is still to do
    assert states(desk) == ["done", "todo", "done", "todo"]


def test_a_step_is_skipped_with_a_reason_and_put_back():
    desk = declared()
    assert "Why is it skipped" in desk.refusal(ChangeStep(step="2", state="skipped"))
    desk.do(ChangeStep(step="2", state="skipped", why="no users yet"))
    assert desk.state.steps[1].why == "no users yet"
    desk.do(ChangeStep(step="2", state="todo"))
    assert states(desk) == ["todo", "todo"]


@pytest.mark.parametrize(
    ("step", "state", "sentence"),
    [("99", "done", "No step"), ("", "done", "Which step"), ("1", "gone", "not “gone”"), ("1", "todo", "already")],
)
def test_a_step_that_is_not_there_or_so_already_says_so(step, state, sentence):
    assert sentence in declared().refusal(ChangeStep(step=step, state=state))


def test_what_fits_several_steps_names_them():
    desk = declared()
    desk.do(Attach(body=ev.ChecklistAttached("x", "X", (ev.Step("p", "call vendor"), ev.Step("q", "call lead")))))
    assert "3 call vendor; 4 call lead" in desk.refusal(ChangeStep(step="call"))


def test_without_a_checklist_there_is_no_step():
    desk = declared()
    desk.do(Attach(body=ev.ChecklistAttached(CHECKLIST.list, "empty", ())))
    assert "no checklist" in desk.refusal(ChangeStep(step="1"))


def test_a_step_gets_more_time_counted_from_now():
    desk = declared()
    assert desk.state.steps[0].due == T0 + 5 * MINUTE
    desk.do(Extend(what="1", more=10 * MINUTE), after=MINUTE)
    assert desk.state.steps[0].due == T0 + 11 * MINUTE
    assert "How much more" in desk.refusal(Extend(what="1", more=0))
    desk.do(ChangeStep(step="1"))
    assert "done already" in desk.refusal(Extend(what="1", more=1))


# ── tasks ──


def test_a_task_has_one_name_and_a_time_box():
    desk = declared()
    desk.do(GiveTask(who=" ivo ", what=" roll back ", within=10 * MINUTE))
    (task,) = desk.state.tasks
    assert (task.who, task.what, task.state, task.due) == ("ivo", "roll back", "open", T0 + 10 * MINUTE)
    assert "needs a name" in desk.refusal(GiveTask(who=" ", what="x"))
    assert "to do" in desk.refusal(GiveTask(who="ivo", what=" "))


@pytest.mark.parametrize("typed", ["ivo", "@ivo", "back"])
def test_a_task_is_finished_extended_or_dropped(typed):
    desk = declared()
    desk.do(GiveTask(who="ivo", what="roll back"))
    desk.do(Extend(what=typed, more=MINUTE))
    assert desk.state.tasks[0].due == T0 + MINUTE
    desk.do(FinishTask(task=typed, result="9f2c is out"))
    assert (desk.state.tasks[0].state, desk.state.tasks[0].result) == ("done", "9f2c is out")
    assert "No open task" in desk.refusal(FinishTask(task=typed))
    desk.do(GiveTask(who="ivo", what="roll back"))
    desk.do(FinishTask(task=typed, dropped=True))
    assert desk.state.tasks[1].state == "dropped"


def test_a_number_means_a_step_also_where_a_task_speaks_of_it():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="restart node 1"))
    desk.do(Extend(what="1", more=MINUTE))
    assert desk.state.tasks[0].due is None
    assert desk.state.steps[0].due == T0 + MINUTE


def test_what_fits_several_tasks_names_them():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="a"))
    desk.do(GiveTask(who="ivo", what="b"))
    assert "@ivo a; @ivo b" in desk.refusal(FinishTask(task="ivo"))


# ── polls and questions ──


def test_a_proposal_asks_for_strong_objections_and_an_objection_names_its_person():
    desk = declared("lee")
    assert "Nothing has been proposed" in desk.refusal(Object(what="x"))
    (poll,) = desk.do(OpenPoll(proposal="roll back 9f2c"))
    assert poll.body.text() == "roll back 9f2c  Any strong objections?"
    (no,) = desk.do(Object(what="data", who="ivo"))
    assert (no.body.of, no.body.text()) == (poll.id, "strong objection by ivo: data")
    assert desk.do(Object(what="data"))[0].body.who == "lee"
    assert "What is the objection" in desk.refusal(Object(what=" "))
    assert "What is proposed" in desk.refusal(OpenPoll(proposal=" "))


def test_a_question_is_open_until_it_is_answered():
    desk = declared("lee")
    desk.do(Ask(what="when is it back?", asker="ceo"))
    desk.do(Ask(what="is data lost?"))
    assert [q.body.asker for q in desk.state.open_questions] == ["ceo", "lee"]
    assert "Which question? 1 when is it back?; 2" in desk.refusal(Answer(question="is", what="x"))
    assert "What is the answer" in desk.refusal(Answer(question="2", what=" "))
    (answer,) = desk.do(Answer(question="lost", what="no"))
    assert answer.body.text() == "is data lost? → no"
    desk.do(Answer(question="1", what="15:00"))
    assert "answered already, by lee: “15:00”" in desk.refusal(Answer(question="1", what="x"))
    assert "No question is open" in desk.refusal(Answer(question="nothing", what="x"))
    assert "What is the question" in desk.refusal(Ask(what=""))


# ── updates ──


def test_an_update_is_numbered_and_promises_the_next_as_the_cadence_says():
    desk = declared()
    (first,) = desk.do(PostUpdate(what="we know"))
    (second,) = desk.do(PostUpdate(what="still on it", audience="pub", next_in=3 * MINUTE))
    (inside,) = desk.do(PostUpdate(what="x", audience="internal"))
    assert [(e.body.number, e.body.next) for e in (first, second, inside)] == [
        (1, T0 + 20 * MINUTE),
        (2, T0 + 3 * MINUTE),
        (1, None),
    ]
    assert "no audience" in desk.refusal(PostUpdate(what="x", audience="press"))
    assert "What did the update say" in desk.refusal(PostUpdate(what=" "))


def test_the_last_update_promises_nothing():
    desk = declared()
    desk.do(ChangePhase(phase="resolved"))
    assert desk.do(PostUpdate(what="all is well", next_in=MINUTE))[0].body.next is None
