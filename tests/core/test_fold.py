"""fold is total, changes nothing that somebody holds, and shows an impossible pair as a conflict."""

import pytest

from facts import T0, declared, fingerprint, other, sealed, state_of
from laws import fold_takes_anything, holds, old_states_stay
from warroom.core import escalation, milestones
from warroom.core import events as ev
from warroom.core.acts.entries import Amend, Log, Redact, Undo
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity, MarkMilestone, NameService, Reopen
from warroom.core.acts.paging import Acknowledge
from warroom.core.acts.work import ChangeStep
from warroom.core.fold import fold
from warroom.core.grown import Facts, Timeline
from warroom.core.incident import Incident
from warroom.core.order import Replay, tombstone
from warroom.core.values import MINUTE, At


def test_any_fact_on_any_state_gives_a_state():
    holds(fold_takes_anything, 300)


def test_a_state_that_somebody_holds_never_changes():
    holds(old_states_stay, 120)


def test_a_fact_that_is_known_gives_the_very_same_state():
    state = fold(Incident(), sealed(ev.Logged(text_="once")))
    assert fold(state, sealed(ev.Logged(text_="once"))) is state


def test_the_empty_incident_shows_nothing_and_fails_nowhere():
    fingerprint(Incident())
    assert not Incident().open
    assert not Incident().drill


def test_a_drill_is_one_from_its_first_fact_on_whatever_that_is():
    event = sealed(ev.Logged(text_="x"))
    assert not fold(Incident(), event).drill
    drill = Incident(id="Z" + event.inc[1:])
    assert drill.drill
    assert fold(Incident(), event).id == event.inc


def test_an_unknown_identity_is_no_drill_and_no_crash():
    assert not Incident(id="ü").drill


# ── conflicts ──


def both(first, second):
    """Two desks that decided without knowing of each other, and then heard."""
    facts = [*first.state.facts, *second.state.facts]
    first.receive(facts)
    second.receive(facts)
    assert fingerprint(first.state) == fingerprint(second.state)


def test_two_severities_at_once_are_a_conflict_that_one_more_fact_settles():
    ana = declared("ana")
    ivo = other(ana, "ivo")
    ana.do(ChangeSeverity(severity="SEV1"))
    ivo.do(ChangeSeverity(severity="SEV3"))
    both(ana, ivo)
    (conflict,) = ana.state.conflicts
    assert ana.state.severity == conflict.shown.body.severity == "SEV3"
    assert [e.by.name for e in conflict.others] == ["ana"]
    ana.do(ChangeSeverity(severity="SEV3"))
    assert not ana.state.conflicts
    both(ana, ivo)
    assert not ivo.state.conflicts


def test_the_same_severity_from_two_desks_is_no_conflict():
    ana = declared("ana")
    ivo = other(ana, "ivo")
    ana.do(ChangeSeverity(severity="SEV1", why="half of all users"))
    ivo.do(ChangeSeverity(severity="SEV1"))
    both(ana, ivo)
    assert not ana.state.conflicts


def test_resolved_and_reopened_at_once_is_shown_and_settled():
    ana = declared("ana")
    ana.do(ChangePhase(phase="resolved"))
    ivo = other(ana, "ivo")
    ana.do(ChangePhase(phase="closed"))
    ivo.do(Reopen(), after=MINUTE)
    both(ana, ivo)
    (conflict,) = ana.state.conflicts
    assert {conflict.shown.body.phase, conflict.others[0].body.phase} == {"closed", "investigating"}
    if ana.state.phase == "closed":
        ana.do(ChangePhase(phase="closed"))
    else:
        ana.do(ChangePhase(phase="investigating"))
    assert not ana.state.conflicts


def test_two_times_for_one_milestone_are_a_conflict():
    ana = declared("ana")
    ivo = other(ana, "ivo")
    ana.do(MarkMilestone(milestone="detected", at=At(T0 - MINUTE)))
    ivo.do(MarkMilestone(milestone="detected", at=At(T0 - 2 * MINUTE)))
    both(ana, ivo)
    assert len(ana.state.conflicts) == 1


def test_whoever_did_not_know_of_the_end_reopens_nothing():
    ana = declared("ana")
    ana.do(Acknowledge(who="ana"), after=MINUTE)
    ivo = other(ana, "ivo")
    ana.do(ChangePhase(phase="resolved"))
    ivo.do(ChangePhase(phase="monitoring"), after=MINUTE)
    both(ana, ivo)
    assert ana.state.phase == "monitoring"
    assert escalation.view(ana.state, T0 + 3 * MINUTE).status == "acknowledged"


def test_the_shown_value_of_a_service_can_settle_a_conflict():
    ana = declared("ana")
    ivo = other(ana, "ivo")
    ana.do(NameService(service="db"))
    ana.do(NameService(service="db", affected=False))
    ivo.do(NameService(service="db"))
    both(ana, ivo)
    assert len(ana.state.conflicts) == 1
    ana.do(NameService(service="db", affected="db" in ana.state.services))
    assert not ana.state.conflicts


# ── what goes and what stays ──


def test_only_entries_that_stand_are_counted():
    desk = declared()
    one, two, three = (desk.do(Log(text=text))[0] for text in "abc")
    desk.do(Undo(of=one.id))
    desk.do(Redact(of=two.id, why="name of a customer"))
    assert desk.state.entry_count == 1
    assert desk.state.stands(three.id)


def test_a_retraction_before_its_fact_in_order_counts_all_the_same():
    entry = sealed(ev.Logged(text_="x"), lam=5)
    page = sealed(ev.Acknowledged("ana"), lam=6, seq=2)
    policy = next(e for e in declared().state.facts if isinstance(e.body, ev.PolicyAttached))
    undo = [sealed(ev.Retracted(e.id), lam=1, seq=n, rep="r0") for n, e in enumerate((entry, page), 1)]
    state = state_of([*undo, entry, page, policy])
    assert state.entry_count == 0
    assert state.run is not None
    assert state.run.ack is None


def test_retracting_a_phase_change_does_not_start_the_clock_of_a_resolved_incident():
    desk = declared()
    desk.do(ChangePhase(phase="resolved"))
    resolved = desk.state.facts[-1]
    acked = sealed(ev.Acknowledged("x"), lam=50, seq=50)
    desk.receive(
        [sealed(ev.Retracted(resolved.id), lam=51, seq=51), acked, sealed(ev.Retracted(acked.id), lam=52, seq=52)]
    )
    assert desk.state.phase == "resolved"
    assert escalation.view(desk.state, T0 + MINUTE).status == "stopped"


def test_the_text_of_an_old_phase_change_can_go_without_touching_the_clock():
    desk = declared()
    resolved = desk.do(ChangePhase(phase="resolved", why="hunter2"), after=MINUTE)[0]
    desk.do(Reopen(), after=20 * MINUTE)
    before = escalation.view(desk.state, T0 + 22 * MINUTE)
    desk.do(Redact(of=resolved.id, why="a password"), after=1000)
    assert escalation.view(desk.state, T0 + 22 * MINUTE) == before


@pytest.mark.parametrize("which", ["resolved", "closed"])
def test_an_incident_still_ended_when_it_did_after_the_words_of_that_went(which):
    desk = declared()
    for phase in ("resolved", "closed"):
        desk.do(ChangePhase(phase=phase, why="hunter2"), after=MINUTE)
    event = next(e for e in desk.state.phase_changes if e.body.phase == which)
    desk.do(Redact(of=event.id, why="a password"), after=MINUTE)
    assert (desk.state.phase, desk.state.ended) == ("closed", T0 + MINUTE)
    assert milestones.reached(desk.state)["resolved"].t == T0 + MINUTE


def test_a_redacted_declaration_keeps_a_restricted_incident_restricted():
    event = sealed(ev.Declared("x", "SEV1", restricted=True))
    assert fold(Incident(), tombstone(event)).restricted
    assert not fold(Incident(), sealed(ev.Declared("x", "SEV1"))).restricted


def test_who_was_seen_and_when():
    desk = declared("ana")
    desk.do(Log(text="seen", who="lee", at=At(T0 - 5 * MINUTE)), after=MINUTE)
    assert desk.state.seen == {"ana": T0 + MINUTE, "lee": T0 - 5 * MINUTE}
    assert desk.state.people == ("ana", "lee")


def test_an_amended_time_is_the_one_the_timeline_sorts_by():
    desk = declared()
    entry = desk.do(Log(text="x"), after=9 * MINUTE)[0]
    desk.do(Amend(of=entry.id, to_at=At(T0 - MINUTE, approx=True)))
    assert desk.state.timeline[0].id == entry.id


# ── the lists that only grow ──


def test_older_views_of_a_list_keep_what_they_had():
    a, b, c = (sealed(ev.Logged(text_=text), seq=n, lam=n) for n, text in enumerate("abc", 1))
    one = Facts().append(a)
    two, fork = one.append(b), one.append(c)
    assert [[e.id for e in view] for view in (one, two, fork)] == [[a.id], [a.id, b.id], [a.id, c.id]]
    assert (b.id in two, b.id in fork, b.id in one, c.id in two) == (True, False, False, False)
    assert one.get(b.id) is None
    assert (two[-1], two[0]) == (b, a)


def test_the_first_row_that_changed_is_found_also_where_only_its_text_went():
    desk = declared()
    entry = desk.do(Log(text="hunter2"))[0]
    desk.do(Log(text="more"), after=1)
    old = desk.state.timeline
    place = [e.id for e in old].index(entry.id)
    assert desk.do(Log(text="last"), after=1)
    assert desk.state.timeline.first_change(old) == len(old)
    desk.do(Redact(of=entry.id, why="a password"), after=1)
    assert desk.state.timeline.first_change(old) == place
    assert Timeline().first_change(old) == 0


def test_a_late_row_changes_the_rows_from_its_place_on():
    desk = declared()
    desk.do(Log(text="now"), after=MINUTE)
    old = desk.state.timeline
    desk.do(Log(text="late", at=At(T0 + 1)), after=MINUTE)
    assert desk.state.timeline.first_change(old) == len(old) - 1


def test_a_step_of_a_list_that_nobody_attached_is_kept_and_shown_nowhere():
    replay = Replay()
    state = replay.receive([sealed(ev.StepChanged("nolist", "x", "done"))])
    assert state.steps == ()
    desk = declared()
    desk.do(ChangeStep(step="1"))
    assert [s.state for s in desk.state.steps] == ["done", "todo"]
