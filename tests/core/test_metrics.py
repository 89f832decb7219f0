"""What one incident took: corrected, reopened, late, redacted; and nothing that the facts do not tell."""

import pytest

from facts import INC, T0, Desk, declared, other, sealed, state_of
from metric_logs import log
from warroom.core import events as ev
from warroom.core.acts.entries import Amend, Log, Redact, Undo
from warroom.core.acts.lifecycle import (
    ChangePhase,
    ChangeSeverity,
    Declare,
    Imported,
    ImportTimeline,
    Link,
    MarkMilestone,
    Reopen,
    StateImpact,
)
from warroom.core.acts.paging import Acknowledge
from warroom.core.commands import Command
from warroom.core.order import Replay
from warroom.core.review.bearing import bearing
from warroom.core.review.metrics import SPANS, Metrics, measured, metrics, times
from warroom.core.values import HOUR, MINUTE, At, Ms


def plain(now: Ms = T0) -> Desk:
    """A desk on an incident in which nothing is owed and nobody is called."""
    desk = Desk(now=now)
    desk.do(Declare(title="checkout returns 500s", severity="SEV2", services=("web",)))
    return desk


def of(desk: Desk, now: Ms = 0) -> Metrics:
    return metrics(desk.state, now or desk.now)


def back(minutes: int, desk: Desk) -> At:
    return At(desk.now - minutes * MINUTE)


# ── spans ──


def test_each_span_is_counted_from_one_milestone_to_another() -> None:
    desk = plain()
    desk.now += 60 * MINUTE
    for name, minutes in (("impact started", 60), ("detected", 55), ("acknowledged", 52), ("mitigated", 20)):
        desk.do(MarkMilestone(milestone=name, at=back(minutes, desk)))
    desk.do(ChangePhase(phase="resolved"))
    assert of(desk).spans == {
        "detect": 5 * MINUTE,
        "acknowledge": 3 * MINUTE,
        "mitigate": 40 * MINUTE,
        "resolve": 60 * MINUTE,
    }


def test_a_corrected_milestone_counts_as_it_was_corrected() -> None:
    desk = plain()
    desk.now += 60 * MINUTE
    desk.do(MarkMilestone(milestone="impact started", at=back(60, desk)))
    desk.do(MarkMilestone(milestone="detected", at=back(10, desk)))
    desk.do(MarkMilestone(milestone="detected", at=back(50, desk)))
    assert of(desk).spans["detect"] == 10 * MINUTE


def test_what_stands_in_an_impossible_order_is_no_span() -> None:
    desk = plain()
    desk.now += 60 * MINUTE
    desk.do(StateImpact(what="5xx", since=desk.now - 5 * MINUTE))
    desk.do(MarkMilestone(milestone="detected", at=back(50, desk)))
    assert "detect" not in of(desk).spans
    assert of(desk).missing["detect"] == "“detected” stands before “impact started”"


def test_a_milestone_that_is_known_as_a_span_only_feeds_none() -> None:
    desk = plain()
    desk.now += 60 * MINUTE
    desk.do(StateImpact(what="5xx", since=T0))
    desk.do(MarkMilestone(milestone="detected", at=At(T0 + MINUTE, T0 + 9 * MINUTE)))
    assert of(desk).missing["detect"] == "“detected” is known only about"


def test_an_end_that_is_known_only_about_feeds_none() -> None:
    desk = plain()
    desk.do(StateImpact(what="5xx", since=T0), after=HOUR)
    desk.do(ChangePhase(phase="resolved", at=At(desk.now, approx=True)))
    assert of(desk).missing["resolve"] == "“resolved” is known only about"
    assert of(desk).missing["in_phase"] == "since when it was resolved is known only about"


def test_a_reopened_incident_took_until_its_last_end_and_its_first_mitigation_does_not_count() -> None:
    desk = plain()
    desk.do(StateImpact(what="5xx", since=T0))
    desk.do(ChangePhase(phase="monitoring"), after=10 * MINUTE)
    desk.do(ChangePhase(phase="resolved"), after=10 * MINUTE)
    desk.do(Reopen(), after=HOUR)
    assert of(desk).missing["resolve"] == "it is not over"
    assert of(desk).missing["mitigate"] == "“mitigated” is not known since it came back"
    desk.do(ChangePhase(phase="monitoring"), after=10 * MINUTE)
    desk.do(ChangePhase(phase="resolved"), after=10 * MINUTE)
    found = of(desk)
    assert found.spans["mitigate"] == 90 * MINUTE
    assert found.spans["resolve"] == 100 * MINUTE
    assert found.reopened == 1


def test_a_mark_from_before_a_reopening_is_that_of_the_earlier_end() -> None:
    desk = plain()
    desk.do(StateImpact(what="5xx", since=T0))
    desk.do(MarkMilestone(milestone="resolved"), after=10 * MINUTE)
    desk.do(ChangePhase(phase="resolved"))
    desk.do(Reopen(), after=HOUR)
    desk.do(ChangePhase(phase="resolved"), after=20 * MINUTE)
    assert of(desk).spans["resolve"] == 90 * MINUTE


def test_a_cancelled_incident_never_was_resolved() -> None:
    desk = plain()
    desk.do(StateImpact(what="5xx", since=T0))
    desk.do(ChangePhase(phase="cancelled"), after=HOUR)
    desk.do(ChangePhase(phase="closed"))
    found = of(desk)
    assert found.missing["resolve"] == found.missing["mitigate"] == found.missing["caught"] == "it was cancelled"
    assert found.cancelled


def test_a_redacted_acknowledgement_still_was_one() -> None:
    desk = declared()
    desk.do(MarkMilestone(milestone="detected"))
    first = desk.do(Acknowledge(who="dana"), after=5 * MINUTE)[0]
    desk.do(Acknowledge(who="bo"), after=HOUR)
    desk.do(Redact(of=first.id, why="a name"))
    assert of(desk).spans["acknowledge"] == 5 * MINUTE


def test_an_acknowledgement_that_was_taken_back_was_none() -> None:
    desk = declared()
    desk.do(MarkMilestone(milestone="detected"))
    slip = desk.do(Acknowledge(who="dana"), after=5 * MINUTE)[0]
    desk.do(Undo(of=slip.id))
    desk.do(Acknowledge(who="bo"), after=10 * MINUTE)
    assert of(desk).spans["acknowledge"] == 15 * MINUTE


# ── an imported timeline ──


def imported(*lines: Imported) -> Desk:
    desk = Desk(now=T0 + 9 * HOUR)
    ends = [line.at for line in lines if line.kind == "phase"]
    desk.do(ImportTimeline(title="x", severity="SEV1", entries=lines, source="y", resolved=ends[-1] if ends else None))
    return desk


def test_an_imported_timeline_says_in_its_own_words_when_it_was_detected_and_acknowledged() -> None:
    desk = imported(
        Imported(At(T0), "deployed", "action"),
        Imported(At(T0 + 3 * MINUTE), "monitoring", "observed", "detection"),
        Imported(At(T0 + 5 * MINUTE), "dana has it", "acked"),
    )
    assert of(desk).spans == {"acknowledge": 2 * MINUTE}


def test_a_line_that_was_corrected_counts_as_it_was_corrected() -> None:
    desk = imported(
        Imported(At(T0), "deployed", "action"),
        Imported(At(T0 + 3 * MINUTE), "a graph", "observed", "detection"),
        Imported(At(T0 + 9 * MINUTE), "monitoring", "observed", "detection"),
    )
    desk.do(MarkMilestone(milestone="impact started", at=At(T0)))
    graph, page = (fact for fact in desk.state.facts if getattr(fact.body, "word", ""))
    desk.do(Amend(of=graph.id, kind="note"))
    assert of(desk).spans["detect"] == 9 * MINUTE
    desk.do(Amend(of=page.id, to_at=At(T0 + 4 * MINUTE)))
    assert of(desk).spans["detect"] == 4 * MINUTE


# ── how long at which severity and in which phase ──


def test_time_counts_at_each_severity_and_in_each_phase_until_it_is_over() -> None:
    desk = plain()
    desk.do(ChangeSeverity(severity="SEV1"), after=10 * MINUTE)
    desk.do(ChangePhase(phase="mitigating"), after=5 * MINUTE)
    desk.do(ChangePhase(phase="resolved"), after=30 * MINUTE)
    desk.do(ChangePhase(phase="closed"), after=HOUR)
    found = of(desk, desk.now + HOUR)
    assert found.at_severity == {"SEV2": 10 * MINUTE, "SEV1": 35 * MINUTE}
    assert found.in_phase == {"investigating": 15 * MINUTE, "mitigating": 30 * MINUTE}
    assert found.severity == "SEV1"


def test_what_lies_between_an_end_and_a_reopening_counts_nowhere() -> None:
    desk = plain()
    desk.do(ChangePhase(phase="resolved"), after=10 * MINUTE)
    desk.do(Reopen(), after=5 * HOUR)
    found = of(desk, desk.now + 7 * MINUTE)
    assert found.at_severity == {"SEV2": 17 * MINUTE}
    assert found.in_phase == {"investigating": 17 * MINUTE}


def test_a_severity_that_is_told_late_counts_from_when_it_was_so() -> None:
    desk = plain()
    desk.do(ChangeSeverity(severity="SEV1", at=At(T0 + 10 * MINUTE)), after=40 * MINUTE)
    assert of(desk).at_severity == {"SEV2": 10 * MINUTE, "SEV1": 30 * MINUTE}


def test_a_severity_that_is_corrected_from_before_it_began_never_was() -> None:
    desk = plain()
    desk.do(ChangeSeverity(severity="SEV1"), after=20 * MINUTE)
    desk.do(ChangeSeverity(severity="SEV3", at=At(T0 + 10 * MINUTE)), after=5 * MINUTE)
    found = of(desk, T0 + HOUR)
    assert found.at_severity == {"SEV2": 10 * MINUTE, "SEV3": 50 * MINUTE}
    assert found.severity == "SEV2"


def test_facts_that_come_late_from_elsewhere_change_the_numbers_as_if_they_had_been_there() -> None:
    ana = plain()
    ivo = other(ana)
    ivo.do(ChangeSeverity(severity="SEV1"), after=10 * MINUTE)
    ana.do(Log(text="seen"), after=20 * MINUTE)
    ana.do(ChangePhase(phase="identified"), after=10 * MINUTE)
    ana.receive(ivo.state.facts)
    assert of(ana).at_severity == {"SEV2": 10 * MINUTE, "SEV1": 20 * MINUTE}


def test_a_redacted_change_is_told_by_the_one_that_replaced_it() -> None:
    desk = plain()
    words = desk.do(ChangeSeverity(severity="SEV1", why="a name"), after=10 * MINUTE)[0]
    desk.do(ChangeSeverity(severity="SEV3"), after=20 * MINUTE)
    desk.do(Redact(of=words.id, why="a name"))
    assert of(desk, T0 + HOUR).at_severity == {"SEV2": 10 * MINUTE, "SEV1": 20 * MINUTE, "SEV3": 30 * MINUTE}


def test_where_nothing_tells_any_more_what_a_redacted_change_said_it_is_named() -> None:
    desk = plain()
    first = desk.do(ChangeSeverity(severity="SEV1"), after=10 * MINUTE)[0]
    second = desk.do(ChangeSeverity(severity="SEV3"), after=20 * MINUTE)[0]
    desk.do(ChangeSeverity(severity="SEV2"), after=5 * MINUTE)
    desk.do(Redact(of=first.id, why="a name"))
    desk.do(Redact(of=second.id, why="a name"))
    found = of(desk)
    assert found.at_severity == {}
    assert found.missing["at_severity"] == "a change is redacted, and nothing else tells what it said"
    assert found.in_phase == {"investigating": 35 * MINUTE}


def test_a_phase_that_began_only_about_then_leaves_the_whole_table_out() -> None:
    desk = plain()
    desk.now += 30 * MINUTE
    desk.do(ChangePhase(phase="mitigating", at=At(T0 + 10 * MINUTE, approx=True)))
    found = of(desk)
    assert found.in_phase == {}
    assert found.missing["in_phase"] == "since when it was mitigating is known only about"
    assert found.at_severity == {"SEV2": 30 * MINUTE}


# ── whether users were hurt ──


@pytest.mark.parametrize(
    ("said", "caught", "why"),
    [
        ((StateImpact(what="replicas lag", users=0), StateImpact(what="still nobody", users=0)), True, None),
        ((StateImpact(what="replicas lag", users=0), StateImpact(what="5xx", users=40)), False, None),
        ((StateImpact(what="5xx", users=40), StateImpact(what="nobody any more", users=0)), False, None),
        ((StateImpact(what="checkout fails"),), False, None),
        ((MarkMilestone(milestone="impact started"),), False, None),
        ((), None, "no impact was stated"),
    ],
)
def test_an_incident_is_caught_before_users_are_hurt_where_every_statement_says_so(
    said: tuple[Command, ...], caught: bool | None, why: str | None
) -> None:
    desk = plain()
    for each in said:
        desk.do(each, after=MINUTE)
    assert (of(desk).caught, of(desk).missing.get("caught")) == (None, "it is not over")
    desk.do(ChangePhase(phase="resolved"))
    assert (of(desk).caught, of(desk).missing.get("caught")) == (caught, why)


def test_a_redacted_impact_tells_nothing_of_users() -> None:
    desk = plain()
    said = desk.do(StateImpact(what="ana's replica lags", users=0))[0]
    desk.do(Redact(of=said.id, why="a name"))
    desk.do(ChangePhase(phase="resolved"))
    assert of(desk).missing["caught"] == "what was said of the impact is redacted"


# ── the rest ──


def test_a_duplicate_says_of_what() -> None:
    desk = plain()
    desk.do(Link(link="duplicate of", to="0" * 26))
    assert of(desk).duplicate_of == "0" * 26


def test_a_log_without_its_declaration_gives_no_table_and_does_not_fail() -> None:
    state = state_of([sealed(ev.PhaseChanged("identified"), at=T0)])
    found = metrics(state, T0 + HOUR)
    assert found.missing["in_phase"] == found.missing["at_severity"] == "its declaration is not here"
    assert metrics(state_of([]), T0).spans == {}


@pytest.mark.parametrize("part", range(4))
def test_the_few_facts_that_bear_on_metrics_say_what_all_of_them_say(part: int) -> None:
    for seed in range(part, 400, 4):
        raw = log(seed)
        state, now = Replay().receive(raw), T0 + 90 * HOUR
        found = measured(bearing(raw)).at(now)
        assert found == metrics(state, now), seed
        assert (found.title, found.services) == (state.title, state.services), seed
        assert (found.phase, found.declared_at, found.ended) == (state.phase, state.declared_at, state.ended), seed
        assert (found.entries, found.drill, found.id) == (state.entry_count, state.drill, INC), seed
        reached = times(state)
        for name, span in found.spans.items():
            start, end = SPANS[name]
            assert span == reached[end].t - reached[start].t, seed


def test_what_was_measured_can_be_kept_and_grows_with_the_time_only() -> None:
    for seed in range(1, 200):
        kept = measured(bearing(log(seed)))
        early, late = (kept.at(T0 + hours * HOUR) for hours in (80, 90))
        grown = sum(late.at_severity.values()) - sum(early.at_severity.values())
        assert grown == (10 * HOUR if early.open and "at_severity" not in early.missing else 0), seed
        assert (early.spans, early.caught, early.pages) == (late.spans, late.caught, late.pages), seed
