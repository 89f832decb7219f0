"""What calls a level or a specialist by itself: each condition alone, and that it fires once."""

import pytest
from msgspec.structs import replace

from facts import BO, DANA, POLICY, SAM, T0, Desk, declared
from warroom.core import escalation, triggers
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import (
    Attach,
    ChangePhase,
    ChangeSeverity,
    Declare,
    MarkMilestone,
    NameService,
    Reopen,
    StateImpact,
    users_in,
)
from warroom.core.acts.paging import Acknowledge, CallOff, Escalate, FireTrigger
from warroom.core.acts.people import AssignRole
from warroom.core.values import MINUTE

M = MINUTE


def with_trigger(when: ev.When, **how) -> Desk:
    """A desk on an incident whose policy has this one trigger, to level 3 where nothing else is said."""
    trigger = ev.Trigger("t", when, **({"level": 3, "why": "so it is"} | how))
    desk = Desk()
    desk.do(Declare(title="down", severity="SEV2", services=("web",), attach=(replace(POLICY, triggers=(trigger,)),)))
    return desk


def at(desk):
    """Minutes after the declaration at which the trigger fires, or None."""
    found = triggers.coming(desk.state)
    return (found[0].at - T0) / M if found else None


def test_elapsed_counts_from_the_declaration():
    assert at(with_trigger(ev.When(elapsed=45 * M))) == 45


def test_a_severity_must_be_so_and_all_that_is_asked_for_must_hold():
    desk = with_trigger(ev.When(severity=("SEV1",), elapsed=10 * M))
    assert at(desk) is None
    desk.do(ChangeSeverity(severity="SEV1"), after=20 * M)
    assert at(desk) == 10


def test_minutes_in_a_phase_count_from_its_beginning():
    desk = with_trigger(ev.When(phase=("mitigating",), in_phase=30 * M))
    assert at(desk) is None
    desk.do(ChangePhase(phase="mitigating"), after=5 * M)
    assert at(desk) == 35


def test_users_that_are_affected_are_read_from_the_impact():
    desk = with_trigger(ev.When(users=1_000))
    desk.do(StateImpact(what="999 users cannot pay"))
    assert at(desk) is None
    desk.do(StateImpact(what="12k users cannot pay"))
    assert at(desk) == 0
    desk.do(StateImpact(what="it is over", state="ended", users=12_000))
    assert at(desk) is None


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("38 % of card checkouts fail", None),
        ("1,200 users cannot log in", 1_200),
        ("1 200 000 customers", 1_200_000),
        ("about 12k active users of 40k customers", 40_000),
        ("2 people", 2),
        ("version 1.200 users", 1_200),
        ("abc123 users", None),
        ("", None),
    ],
)
def test_how_many_users_a_sentence_names(text, users):
    assert users_in(text) == users


def test_two_services():
    desk = with_trigger(ev.When(services=2))
    assert at(desk) is None
    desk.do(NameService(service="db"))
    assert at(desk) == 0


def test_one_person_alone_until_somebody_else_is_there():
    desk = with_trigger(ev.When(alone=15 * M))
    assert at(desk) == 15
    desk.do(Log(text="hi"), after=M)
    assert at(desk) == 15
    desk.do(AssignRole(role="scribe", who="lee"))
    assert at(desk) is None


def test_the_pagers_own_facts_are_nobody():
    desk = with_trigger(ev.When(alone=15 * M))
    pager = Desk("r2", "watch", desk.now)
    pager.receive(desk.state.facts)
    from warroom.core.acts.delivery import TakePager

    pager.do(TakePager(token="t", where="watch@host"))
    pager.do(Acknowledge(who="ana", via="pd", level=1))
    desk.receive(pager.state.facts)
    assert triggers.there(desk.state) == {"ana"}


def test_nobody_has_acknowledged():
    desk = with_trigger(ev.When(unacknowledged=10 * M))
    assert at(desk) == 10
    desk.do(MarkMilestone(milestone="acknowledged"))
    assert at(desk) is None
    again = with_trigger(ev.When(unacknowledged=10 * M))
    again.do(Acknowledge(who="dana"))
    assert at(again) is None


def test_a_missing_role_counts_from_when_it_became_free():
    desk = with_trigger(ev.When(missing="commander", missing_for=10 * M))
    assert at(desk) == 10
    desk.do(AssignRole(role="commander", who="lee"), after=3 * M)
    assert at(desk) is None
    desk.do(AssignRole(role="commander", who="", replace=True), after=4 * M)
    assert at(desk) == 17


def test_silence_counts_from_the_last_entry():
    desk = with_trigger(ev.When(silence=20 * M))
    assert at(desk) == 20
    desk.do(Log(text="still here"), after=15 * M)
    assert at(desk) == 35


def test_it_fires_once_and_says_why_on_the_log():
    desk = with_trigger(ev.When(elapsed=2 * M))
    assert "not due" in desk.refusal(FireTrigger(trigger="t"))
    [fired] = desk.do(FireTrigger(trigger="t"), after=3 * M)
    assert (fired.body.level, fired.body.who, fired.body.why, fired.body.trigger) == (3, "bo", "so it is", "t")
    assert at(desk) is None
    assert "not due" in desk.refusal(FireTrigger(trigger="t"))
    view = escalation.view(desk.state, desk.now)
    assert (view.current.level, view.current.at) == (3, desk.now)


def test_a_level_that_was_called_already_is_not_called_by_a_trigger():
    desk = with_trigger(ev.When(elapsed=30 * M))
    desk.do(Escalate(level=3), after=M)
    assert at(desk) is None


def test_an_incident_that_is_reopened_has_its_triggers_anew():
    desk = with_trigger(ev.When(elapsed=2 * M))
    desk.do(FireTrigger(trigger="t"), after=3 * M)
    desk.do(ChangePhase(phase="resolved"), after=M)
    assert at(desk) is None
    desk.do(Reopen(), after=M)
    assert at(desk) == 5  # the clock began again, and what it asks for has been so since


def test_a_trigger_can_call_a_specialist_beside_the_levels():
    desk = with_trigger(ev.When(services=1), level=0, topic="db", why="it is the database")
    before = escalation.view(desk.state, T0)
    desk.do(FireTrigger(trigger="t"))
    assert escalation.view(desk.state, T0).current == before.current
    aside = escalation.specialists(desk.state, T0)["db"]
    assert (aside.current.target, aside.policy.policy) == (BO, "db")


def test_a_policy_that_waits_calls_nobody_before_its_trigger():
    trigger = ev.Trigger("t", ev.When(elapsed=5 * M), level=1)
    desk = Desk()
    policy = replace(POLICY, waits=True, triggers=(trigger,))
    desk.do(Declare(title="down", severity="SEV2", attach=(policy,)))
    seen = escalation.view(desk.state, T0 + M)
    assert (seen.status, seen.current) == ("waiting", None)
    assert (seen.next.level, seen.next.at) == (1, T0 + 5 * M)
    desk.do(FireTrigger(trigger="t"), after=5 * M)
    seen = escalation.view(desk.state, desk.now)
    assert (seen.status, seen.current.target) == ("running", DANA)


def test_a_trigger_that_is_sooner_than_the_next_turn_is_what_comes_next():
    desk = with_trigger(ev.When(elapsed=4 * M))
    seen = escalation.view(desk.state, T0)
    assert (seen.next.level, seen.next.at, seen.next.why) == (3, T0 + 4 * M, "so it is")
    later = with_trigger(ev.When(elapsed=40 * M))
    assert escalation.view(later.state, T0).next.at == T0 + 10 * M


def test_a_trigger_still_counts_while_somebody_has_it():
    desk = with_trigger(ev.When(elapsed=45 * M))
    desk.do(Acknowledge(who="dana"), after=M)
    seen = escalation.view(desk.state, desk.now)
    assert (seen.status, seen.next.level, seen.next.at) == ("acknowledged", 3, T0 + 45 * M)


def test_nothing_fires_once_it_was_called_off():
    desk = with_trigger(ev.When(elapsed=0))
    desk.do(CallOff(why="false alarm"))
    assert triggers.coming(desk.state) == ()


def test_a_new_version_of_the_policy_goes_on_where_the_old_one_was():
    desk = declared()
    desk.do(Acknowledge(who="dana"), after=M)
    desk.do(Attach(body=replace(POLICY, levels=(*POLICY.levels, ev.Level(20 * M, "last", (SAM,))))), after=M)
    seen = escalation.view(desk.state, desk.now)
    assert (seen.status, seen.ack.who, len(seen.policy.levels)) == ("acknowledged", "dana", 4)
