"""What is due, the rhythm of updates, and the milestones."""

import pytest

from facts import CADENCE, POLICY, RHYTHM, T0, Desk, declared
from warroom.core import cadence
from warroom.core import events as ev
from warroom.core.acts.entries import Undo
from warroom.core.acts.lifecycle import (
    Attach,
    ChangePhase,
    ChangeSeverity,
    Declare,
    MarkMilestone,
    Reopen,
    StateImpact,
)
from warroom.core.acts.paging import Acknowledge, Snooze
from warroom.core.acts.people import AssignRole
from warroom.core.acts.talk import PostUpdate
from warroom.core.acts.work import ChangeStep, FinishTask, GiveTask
from warroom.core.due import due
from warroom.core.incident import Incident
from warroom.core.milestones import problems, reached
from warroom.core.values import MILESTONES, MINUTE, At

M = MINUTE


def updates(desk, audience="public"):
    owed = cadence.next_due(desk.state, audience)
    return owed and (owed[0], (owed[1] - T0) / M)


# ── updates ──


def test_the_first_update_has_its_own_time_and_the_next_come_in_the_rhythm_of_the_phase():
    desk = declared()
    assert updates(desk) == (1, 5)
    desk.do(PostUpdate(what="x"), after=4 * M)
    assert updates(desk) == (2, 24)


def test_the_promised_time_wins():
    desk = declared()
    desk.do(PostUpdate(what="x", next_in=3 * M))
    assert updates(desk) == (2, 3)
    desk.do(ChangeSeverity(severity="SEV5"))
    assert updates(desk) == (2, 3)


def test_a_promise_is_owed_also_where_no_rhythm_is_in_force():
    desk = Desk()
    desk.do(Declare(title="x", severity="SEV2"))
    assert updates(desk) is None
    desk.do(PostUpdate(what="x", next_in=9 * M))
    assert updates(desk) == (2, 9)


def test_one_last_update_is_owed_when_it_is_resolved():
    desk = declared()
    desk.do(PostUpdate(what="x"))
    desk.do(ChangePhase(phase="resolved"), after=10 * M)
    assert updates(desk) == (2, 25)
    desk.do(PostUpdate(what="it is over"))
    assert updates(desk) is None


@pytest.mark.parametrize("phase", ["closed", "cancelled"])
def test_nothing_is_owed_once_it_is_closed_or_cancelled(phase):
    desk = declared()
    if phase == "closed":
        desk.do(ChangePhase(phase="resolved"))
    desk.do(ChangePhase(phase=phase))
    assert updates(desk) is None
    assert due(desk.state, T0) == []


def test_an_audience_without_a_rhythm_at_this_severity_is_owed_nothing():
    desk = declared()
    assert updates(desk, "executive") is None
    desk.do(ChangeSeverity(severity="SEV4"))
    assert updates(desk) is None
    assert cadence.every(desk.state, "public") is None


def test_a_phase_that_the_rhythm_leaves_out_owes_nothing():
    desk = declared()
    every = {"monitoring": M}
    desk.do(Attach(body=ev.CadenceAttached((ev.Rhythm("public", ("SEV2",), every),))))
    assert updates(desk) is None
    desk.do(ChangePhase(phase="monitoring"))
    assert updates(desk) == (1, 1)
    assert CADENCE.rhythms[0].every == RHYTHM


# ── due ──


def kinds(desk, minutes):
    return [(d.kind, d.who, (d.due - T0) / M) for d in due(desk.state, T0 + int(minutes * M))]


def test_everything_that_waits_is_there_nearest_first():
    desk = declared()
    desk.do(AssignRole(role="commander", who="ana"))
    desk.do(GiveTask(who="ivo", what="roll back", within=7 * M))
    assert kinds(desk, 1) == [
        ("page", "dana", 0),
        ("step", "", 5),
        ("update", "ana", 5),
        ("task", "ivo", 7),
        ("page", "bo", 10),
    ]
    assert due(desk.state, T0)[0].left(T0 + M) == -M


def test_what_was_done_is_due_no_more():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="roll back", within=7 * M))
    desk.do(FinishTask(task="ivo"))
    desk.do(ChangeStep(step="1"))
    desk.do(Acknowledge(who="dana"), after=M)
    desk.do(PostUpdate(what="x"))
    assert kinds(desk, 2) == [("update", "", 21), ("ack", "dana", 31)]


def test_a_snoozed_page_is_due_when_the_snooze_ends():
    desk = declared()
    desk.do(Snooze(length=30 * M, why="vendor"), after=M)
    assert [d for d in kinds(desk, 2) if d[0] == "page"] == [("page", "bo", 31)]


def test_a_resolved_incident_waits_for_nothing_but_its_last_update():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="x", within=M))
    desk.do(ChangePhase(phase="resolved"))
    assert kinds(desk, 1) == [("update", "", 15)]


def test_nothing_is_due_before_a_declaration():
    assert due(Incident(), T0) == []


# ── milestones ──


def mark(desk, name, minutes, **more):
    return desk.ask(MarkMilestone(milestone=name, at=At(T0 + minutes * M, **more)))


def test_milestones_follow_from_facts_that_say_so():
    desk = declared()
    desk.do(StateImpact(what="5xx", since=T0 - 9 * M))
    desk.do(Acknowledge(who="dana"), after=M)
    desk.do(AssignRole(role="commander", who="ana"), after=M)
    desk.do(ChangePhase(phase="identified"), after=M)
    desk.do(ChangePhase(phase="monitoring"), after=M)
    desk.do(ChangePhase(phase="resolved"), after=M)
    desk.do(ChangePhase(phase="closed"), after=M)
    assert {name: (at.t - T0) / M for name, at in reached(desk.state).items()} == {
        "impact started": -9, "acknowledged": 1, "response started": 2, "identified": 3, "mitigated": 4, "resolved": 5,
    }  # fmt: skip
    assert problems(desk.state) == ["“detected” is missing"]


def test_the_earliest_counts_and_not_what_was_written_first():
    desk = declared()
    desk.do(ChangePhase(phase="identified"), after=9 * M)
    desk.do(ChangePhase(phase="investigating"), after=M)
    desk.do(ChangePhase(phase="identified", at=At(T0 + 2 * M)), after=M)
    desk.do(Acknowledge(who="dana"), after=M)
    desk.do(Acknowledge(who="bo", at=At(T0 + 3 * M)), after=M)
    found = reached(desk.state)
    assert (found["identified"].t, found["acknowledged"].t) == (T0 + 2 * M, T0 + 3 * M)


def test_what_was_taken_back_or_undone_was_not_reached():
    desk = declared()
    desk.do(Acknowledge(who="dana"))
    desk.do(Undo())
    desk.do(ChangePhase(phase="resolved"))
    desk.do(Reopen())
    assert {"acknowledged", "resolved"} & set(reached(desk.state)) == set()


def test_a_cancelled_incident_was_never_resolved():
    desk = declared()
    desk.do(ChangePhase(phase="cancelled"))
    desk.do(ChangePhase(phase="closed"))
    assert "resolved" not in reached(desk.state)


@pytest.mark.parametrize("later", MILESTONES[1:])
def test_marking_against_the_order_is_refused_and_names_the_other(later):
    desk = declared()
    mark(desk, later, -9)
    before = MILESTONES[MILESTONES.index(later) - 1]
    assert f"“{later}”" in str(mark(desk, before, -8))
    assert mark(desk, before, -10)[0].body.milestone == before
    assert f"“{before}”" in str(mark(desk, later, -11))


def test_a_marked_milestone_wins_and_can_be_corrected():
    desk = declared()
    desk.do(ChangePhase(phase="identified"))
    mark(desk, "identified", -4)
    mark(desk, "identified", -5)
    assert reached(desk.state)["identified"].t == T0 - 5 * M


def test_an_approximate_time_is_not_held_against_anybody():
    desk = declared()
    mark(desk, "detected", -5, approx=True)
    assert mark(desk, "impact started", -4)
    assert mark(desk, "acknowledged", -9, approx=True)
    assert problems(desk.state)


def test_an_impossible_order_is_named():
    desk = declared()
    desk.do(ChangePhase(phase="monitoring"), after=M)
    desk.do(ChangePhase(phase="identified"), after=M)
    assert "“mitigated” stands before “identified”" in problems(desk.state)


def test_an_unknown_milestone_names_those_there_are():
    assert "impact started" in declared().refusal(MarkMilestone(milestone="panic"))
    desk = declared()
    desk.do(MarkMilestone(milestone="impact_started"))
    assert "impact started" in reached(desk.state)
    assert POLICY.levels
