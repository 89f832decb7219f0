"""Who is called when: computed from the policy on the log and from what people did about it."""

import pytest
from msgspec.structs import replace

from facts import BO, DANA, POLICY, SAM, T0, declared, sealed
from laws import holds, the_clock_never_waits_in_the_past
from warroom.core import events as ev
from warroom.core import run as running
from warroom.core.acts.entries import Log, Undo
from warroom.core.acts.lifecycle import Attach, ChangePhase, Declare, Reopen
from warroom.core.acts.paging import Acknowledge, Escalate, ReportNoAnswer, Snooze
from warroom.core.escalation import pages_nobody, view
from warroom.core.run import people, start
from warroom.core.values import MINUTE, At

M = MINUTE


def test_a_view_never_fails_and_never_waits_in_the_past():
    holds(the_clock_never_waits_in_the_past, 300)


def at(desk, minutes):
    """The escalation pane so many minutes after the declaration."""
    return view(desk.state, T0 + int(minutes * M))


def place(line):
    """(level, backup, minutes after the declaration)."""
    return line and (line.level, line.backup, (line.at - T0) / M)


def lines(desk, minutes):
    return [(line.level, line.backup, line.state) for line in at(desk, minutes).levels]


def with_policy(policy):
    """A desk on an incident with this policy."""
    desk = declared()
    desk.do(Attach(body=replace(policy, policy="another")))
    return desk


def test_without_a_policy_nothing_counts_down():
    desk = declared()
    assert view(type(desk.state)(), T0).status == "none"


def test_the_levels_come_due_one_after_the_other_and_an_empty_one_is_skipped():
    desk = declared()
    assert place(at(desk, 0).current) == (1, 0, 0)
    assert place(at(desk, 0).next) == (3, 0, 10)
    assert lines(desk, 1) == [(1, 0, "calling"), (2, 0, "empty"), (3, 0, "next")]
    assert place(at(desk, 10).current) == (3, 0, 10)
    assert lines(desk, 11)[:3] == [(1, 0, "next"), (2, 0, "empty"), (3, 0, "calling")]


def test_the_levels_run_again_as_often_as_the_policy_says_and_then_are_exhausted():
    desk = declared()
    assert place(at(desk, 12).next) == (1, 0, 15)
    assert place(at(desk, 15).next) == (3, 0, 25)
    last = at(desk, 25)
    assert (last.status, last.next, place(last.current)) == ("exhausted", None, (3, 0, 25))


def test_an_acknowledgement_stops_the_clock_and_runs_out_after_half_an_hour():
    desk = declared()
    desk.do(Acknowledge(who="dana"), after=2 * M)
    acked = at(desk, 31.9)
    assert (acked.status, acked.next, acked.ack.who, acked.expires) == ("acknowledged", None, "dana", T0 + 32 * M)
    assert lines(desk, 3)[0] == (1, 0, "acked")
    expired = at(desk, 32)
    assert (expired.status, place(expired.current), place(expired.next)) == ("running", (1, 0, 32), (3, 0, 42))
    assert lines(desk, 33)[0] == (1, 0, "expired")


def test_every_sign_of_the_one_who_acknowledged_lengthens_it():
    desk = declared("dana")
    desk.do(Acknowledge(), after=2 * M)
    desk.do(Log(text="still on it"), after=28 * M)  # at 30
    assert at(desk, 59).expires == T0 + 60 * M
    desk.do(Log(text="nearly"), after=29 * M)  # at 59
    assert at(desk, 88).expires == T0 + 89 * M


def test_a_sign_after_it_ran_out_brings_nothing_back():
    desk = declared("dana")
    desk.do(Acknowledge(), after=2 * M)
    desk.do(Log(text="back again"), after=31 * M)
    assert at(desk, 34).status == "running"


def test_another_person_is_no_sign_but_what_they_quote_is_one_at_its_own_time():
    desk = declared("lee")
    desk.do(Acknowledge(who="dana"), after=2 * M)
    desk.do(Log(text="hm"), after=10 * M)
    assert at(desk, 13).expires == T0 + 32 * M
    desk.do(Log(text="rolled back", who="dana", at=At(T0 + 5 * M)), after=M)
    assert at(desk, 14).expires == T0 + 35 * M


def test_no_answer_calls_the_backup_at_once_and_then_the_next_level():
    desk = with_policy(replace(POLICY, repeat=0))
    desk.do(ReportNoAnswer(), after=M)
    assert place(at(desk, 1).current) == (1, 1, 1)
    assert at(desk, 1).current.target == SAM
    assert lines(desk, 1)[:2] == [(1, 0, "no answer"), (1, 1, "calling")]
    desk.do(ReportNoAnswer(declined=True), after=M)
    assert place(at(desk, 2).current) == (3, 0, 2)
    assert at(desk, 2).current.target == BO
    assert lines(desk, 2)[:2] == [(1, 0, "no answer"), (1, 1, "declined")]


def test_no_answer_from_the_last_one_is_noted_and_says_to_ring():
    desk = with_policy(ev.PolicyAttached("one", (ev.Level(0, "only", (DANA,)),)))
    desk.do(ReportNoAnswer(), after=M)
    assert at(desk, 2).status == "exhausted"
    assert "Ring by hand" in desk.refusal(ReportNoAnswer())


def test_nobody_to_report_before_somebody_is_called_or_after_somebody_has_it():
    desk = with_policy(replace(POLICY, levels=(ev.Level(M, "later", (DANA,)),)))
    assert "Nobody has been called" in desk.refusal(ReportNoAnswer())
    desk.do(Acknowledge(who="dana"), after=2 * M)
    assert "dana has acknowledged" in desk.refusal(ReportNoAnswer())


def test_escalating_by_hand_calls_the_next_level_that_has_somebody_or_jumps():
    desk = declared()
    desk.do(Escalate(why="data at risk"), after=M)
    assert place(at(desk, 1).current) == (3, 0, 1)
    assert "last level" in desk.refusal(Escalate())
    desk.do(Escalate(level=1), after=M)
    assert place(at(desk, 2).current) == (1, 0, 2)
    assert "nobody in it" in desk.refusal(Escalate(level=2))
    assert "levels 1 to 3" in desk.refusal(Escalate(level=4))
    assert "levels 1 to 3" in desk.refusal(Escalate(level=0))


def test_escalating_goes_over_an_acknowledgement():
    desk = declared()
    desk.do(Acknowledge(who="dana"), after=M)
    desk.do(Escalate(), after=M)
    assert (at(desk, 2).status, place(at(desk, 2).current)) == ("running", (3, 0, 2))


def test_a_snooze_moves_what_is_next_and_ends_by_itself():
    desk = declared()
    desk.do(Snooze(length=30 * M, why="vendor is on it"), after=M)
    snoozed = at(desk, 30)
    assert (snoozed.status, place(snoozed.next), snoozed.snoozed.why) == ("snoozed", (3, 0, 31), "vendor is on it")
    assert at(desk, 31).status == "running"
    assert place(at(desk, 31).current) == (3, 0, 31)


def test_a_snooze_holds_also_after_no_answer():
    desk = declared()
    desk.do(Snooze(length=30 * M, why="vendor"), after=M)
    desk.do(ReportNoAnswer(), after=M)
    assert place(at(desk, 3).current) == (1, 1, 2)
    assert place(at(desk, 3).next) == (3, 0, 31)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (Snooze(length=M, why=" "), "Why"),
        (Snooze(length=0, why="x"), "4 hours"),
        (Snooze(length=5 * 60 * M, why="x"), "4 hours"),
    ],
)
def test_a_snooze_has_a_reason_and_an_end(command, sentence):
    assert sentence in declared().refusal(command)


def test_there_is_nothing_to_snooze_when_nobody_waits():
    desk = declared()
    desk.do(Acknowledge(who="dana"))
    assert "nothing is counting down" in desk.refusal(Snooze(length=M, why="x"))
    desk = with_policy(ev.PolicyAttached("none", ()))
    assert "nothing to snooze" in desk.refusal(Snooze(length=M, why="x"))


def test_resolving_stops_the_clock_and_reopening_starts_it_again():
    desk = declared()
    desk.do(ChangePhase(phase="resolved"), after=12 * M)
    stopped = at(desk, 500)
    assert (stopped.status, stopped.next, stopped.current) == ("stopped", None, None)
    assert "stopped" in desk.refusal(Acknowledge())
    desk.do(Reopen(), after=8 * M)
    assert (at(desk, 21).status, place(at(desk, 21).current)) == ("running", (1, 0, 20))


def test_a_policy_that_comes_into_force_after_the_end_calls_nobody():
    desk = declared()
    desk.do(ChangePhase(phase="resolved"))
    desk.do(Attach(body=replace(POLICY, title="new")))
    assert at(desk, 9).status == "stopped"


def test_an_acknowledgement_can_be_taken_back_within_a_minute_and_the_old_due_time_is_back():
    desk = declared()
    before = at(desk, 3)
    desk.do(Acknowledge(), after=2 * M)
    assert at(desk, 3).status == "acknowledged"
    desk.do(Undo(), after=60_000)
    assert at(desk, 3) == before
    desk.do(Acknowledge())
    desk.now += 60_001
    assert "within 60 s" in desk.refusal(Undo())


def test_a_sign_that_was_taken_back_was_a_sign_all_the_same():
    desk = declared("dana")
    desk.do(Acknowledge(), after=2 * M)
    desk.do(Log(text="on it"), after=20 * M)
    desk.do(Undo())
    desk.do(Acknowledge(who="ivo"), after=M)
    desk.do(Undo())
    assert at(desk, 40).expires == T0 + 53 * M


def test_acknowledging_before_anybody_is_called_holds_the_first_call():
    desk = with_policy(replace(POLICY, levels=(ev.Level(5 * M, "later", (DANA,)),), repeat=0))
    desk.do(Acknowledge(who="dana"), after=M)
    assert at(desk, 6).status == "acknowledged"
    assert place(at(desk, 31).current) == (1, 0, 31)


def test_acknowledging_twice_is_refused_and_by_another_takes_over():
    desk = declared()
    desk.do(Acknowledge(who="dana"))
    assert "dana has acknowledged already" in desk.refusal(Acknowledge(who="dana"))
    desk.do(Acknowledge(who="bo"), after=M)
    assert at(desk, 2).ack.who == "bo"


def test_a_level_without_its_own_target_calls_its_backup_first():
    level = ev.Level(0, "x", (), (SAM, BO))
    assert people(level) == (SAM, BO)
    assert people(ev.Level(0, "x", (DANA, BO), (SAM,))) == (DANA, SAM)


def test_everybody_whom_a_level_calls_at_once_is_named():
    desk = with_policy(ev.PolicyAttached("p", (ev.Level(0, "x", (DANA, BO)),)))
    assert at(desk, 0).current.others == (BO,)


@pytest.mark.parametrize(
    ("levels", "status"),
    [
        ((), "exhausted"),
        ((ev.Level(0), ev.Level(M)), "exhausted"),
        ((ev.Level(0, "", (DANA,)),), "exhausted"),
        ((ev.Level(M, "", (DANA,)),), "running"),
    ],
)
def test_a_policy_with_no_level_none_filled_or_one(levels, status):
    desk = with_policy(ev.PolicyAttached("p", levels))
    assert at(desk, 0).status == status
    desk.do(Acknowledge(who="dana"))
    assert at(desk, 1).status == ("acknowledged" if any(people(level) for level in levels) else "exhausted")


def test_one_level_repeats_after_a_pause():
    desk = with_policy(ev.PolicyAttached("p", (ev.Level(0, "", (DANA,)),), repeat=1))
    assert place(at(desk, 0).next) == (1, 0, 5)
    assert at(desk, 5).status == "exhausted"


def test_a_policy_that_asks_for_endless_rounds_ends():
    run = start(ev.PolicyAttached("p", (ev.Level(0, "", (DANA,)),), repeat=10**9), 0)
    assert running.advance(run, 10**15).next is None


def test_no_tested_channel_means_that_nobody_is_paged():
    assert pages_nobody(POLICY)
    assert not pages_nobody(replace(POLICY, tested=True))
    assert pages_nobody(ev.PolicyAttached("p", (ev.Level(0, "", (replace(DANA, example=True),)),), tested=True))


@pytest.mark.parametrize(
    "body",
    [ev.Acknowledged("x", -3), ev.Acknowledged("x", 99), ev.Escalated(-1), ev.Escalated(99), ev.NoAnswer("x", -2, -9)],
)
def test_a_page_fact_that_makes_no_sense_breaks_no_view(body):
    desk = declared()
    desk.receive([sealed(body, lam=99, at=T0 + M)])
    for minutes in (1, 2, 40, 400):
        at(desk, minutes)


def test_a_late_declaration_calls_nobody_in_the_past():
    desk = declared(now=T0 + 30 * M)
    late = type(desk)(now=T0 + 30 * M)
    late.do(Declare(title="x", severity="SEV1", attach=(POLICY,), at=At(T0)))
    assert late.state.declared_at == T0
    assert place(view(late.state, T0 + 30 * M).current) == (1, 0, 30)
