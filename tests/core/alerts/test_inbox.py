"""The inbox: what comes in is told once, what people said counts for that firing, and nothing is quiet for ever."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.alerts import acts
from warroom.core.alerts import facts as fa
from warroom.core.alerts.facts import Alert, AlertsReceived
from warroom.core.alerts.inbox import Folding, Inbox, fold_all
from warroom.core.alerts.week import before, begins, identity, known, named, week_of
from warroom.core.commands import Stamp
from warroom.core.events import Body, Event
from warroom.core.values import DAY, HOUR, MINUTE, At, By, Refused, incident_id, is_drill

T0 = 1_795_000_000_000
ANA, INTAKE = By("ana"), By("alertmanager", "intake")
_lam = itertools.count(1)


def event(body: Body, t: int, by: By = INTAKE, id: str = "") -> Event:
    lam = next(_lam)
    return Event(id=id or f"F{lam:019}", inc="I", rep="R", seq=lam, lam=lam, at=At(t), rec=t, by=by, body=body)


def firing(t: int, key: str = "a1", since: int = T0, **more: str) -> Event:
    alert = Alert(key, "HighErrorRate", since=since, service="checkout", severity="critical", **more)
    return event(AlertsReceived("am", (alert,)), t)


def ended(t: int, key: str = "a1", since: int = T0) -> Event:
    return event(AlertsReceived("am", (Alert(key, "HighErrorRate", fa.RESOLVED, since, t, service="checkout"),)), t)


def did(inbox: Inbox, drafts: list[object]) -> list[Event]:
    return [event(draft.body, draft.at.t, ANA) for draft in drafts]  # type: ignore[attr-defined]  # drafts of acts


def test_an_alert_that_fires_waits_and_one_that_has_ended_does_not() -> None:
    first = firing(T0)
    assert [line.id for line in fold_all([first]).waiting(T0)] == ["am:a1"]
    assert fold_all([first, ended(T0 + MINUTE)]).waiting(T0 + MINUTE) == []


def test_a_repeat_is_no_news_and_a_later_firing_is() -> None:
    folding = Folding()
    folding.take(firing(T0))
    alert = folding.inbox.lines["am:a1"].alert
    assert folding.knows("am", alert)
    assert not folding.knows("am", Alert("a1", "HighErrorRate", since=T0 + HOUR))
    assert not folding.knows("am", Alert("a1", "HighErrorRate", fa.RESOLVED, T0, T0 + 1))
    assert not folding.knows("other", alert)


def test_a_resolve_that_was_overtaken_by_the_next_firing_does_not_end_it() -> None:
    facts = [firing(T0), firing(T0 + HOUR, since=T0 + HOUR), ended(T0 + HOUR + 1, since=T0)]
    line = fold_all(facts).lines["am:a1"]
    assert line.alert.state == fa.FIRING
    assert line.fired == 2


def test_what_was_dismissed_waits_again_when_it_fires_again() -> None:
    facts = [firing(T0)]
    inbox = fold_all(facts)
    facts += did(inbox, acts.dismiss(inbox.lines["am:a1"], "flapping", "", Stamp(T0 + MINUTE, ANA)))
    assert fold_all(facts).waiting(T0 + MINUTE) == []
    facts += [ended(T0 + 2 * MINUTE), firing(T0 + HOUR, since=T0 + HOUR)]
    line = fold_all(facts).waiting(T0 + HOUR)[0]
    assert line.reasons == {"flapping": 1}
    assert line.answered == (MINUTE,)


def test_a_dismissal_that_was_taken_back_does_not_count() -> None:
    facts = [firing(T0)]
    for reason in ("known", "test", ""):
        inbox = fold_all(facts)
        facts += did(inbox, acts.dismiss(inbox.lines["am:a1"], reason, "", Stamp(T0 + MINUTE, ANA)))
    line = fold_all(facts).lines["am:a1"]
    assert line.dismissed is None
    assert sum(line.reasons.values()) == 0


def test_what_belongs_to_an_open_incident_does_not_wait_and_to_a_closed_one_it_does_when_it_fires_again() -> None:
    facts = [firing(T0)]
    inbox = fold_all(facts)
    facts += did(inbox, acts.attach(inbox.lines["am:a1"], "INC1", "Checkout", True, Stamp(T0 + MINUTE, ANA)))
    facts += [ended(T0 + HOUR), firing(T0 + 2 * HOUR, since=T0 + 2 * HOUR)]
    inbox = fold_all(facts)
    assert inbox.waiting(T0 + 2 * HOUR, {"INC1"}) == []
    assert len(inbox.waiting(T0 + 2 * HOUR, set())) == 1


def test_a_silence_holds_for_its_labels_until_its_end_and_no_longer() -> None:
    facts = [firing(T0), firing(T0, "b")]
    inbox = fold_all(facts)
    facts += did(inbox, acts.silence({"service": "checkout"}, T0 + HOUR, "deploy", Stamp(T0, ANA)))
    inbox = fold_all(facts)
    assert inbox.waiting(T0 + HOUR - 1) == []
    assert len(inbox.waiting(T0 + HOUR)) == 2


def test_a_silence_can_end_before_its_time() -> None:
    facts = [firing(T0)]
    facts += did(fold_all(facts), acts.silence({"service": "checkout"}, T0 + HOUR, "deploy", Stamp(T0, ANA)))
    (silence,) = fold_all(facts).silences.values()
    facts += did(fold_all(facts), acts.unsilence(silence, Stamp(T0 + MINUTE, ANA)))
    assert len(fold_all(facts).waiting(T0 + MINUTE)) == 1


@pytest.mark.parametrize("until", [T0 - 1, T0 + 1, T0 + 31 * DAY])
def test_a_silence_is_never_for_ever_and_never_over_already(until: int) -> None:
    with pytest.raises(Refused, match="30 days"):
        acts.silence({"service": "checkout"}, until, "why", Stamp(T0, ANA))


def test_a_silence_says_why_and_of_what() -> None:
    with pytest.raises(Refused, match="Why"):
        acts.silence({"a": "b"}, T0 + HOUR, " ", Stamp(T0, ANA))
    with pytest.raises(Refused, match="Which"):
        acts.silence({}, T0 + HOUR, "why", Stamp(T0, ANA))


def test_two_who_acknowledge_at_once_are_told_who_was_first() -> None:
    facts = [firing(T0)]
    inbox = fold_all(facts)
    facts += did(inbox, acts.handle(inbox.lines["am:a1"], fa.ACKNOWLEDGED, "", Stamp(T0 + 1, ANA)))
    with pytest.raises(Refused, match="ana has acknowledged it already"):
        acts.handle(fold_all(facts).lines["am:a1"], fa.ACKNOWLEDGED, "", Stamp(T0 + 2, By("ivo")))


def test_an_alert_is_found_by_its_key_or_by_words_that_no_other_has() -> None:
    inbox = fold_all([firing(T0, summary="5xx at 12 %"), firing(T0, "b2", summary="queue is full")])
    assert acts.find(inbox, "b2").id == "am:b2"
    assert acts.find(inbox, "am:a1").id == "am:a1"
    assert acts.find(inbox, "QUEUE").id == "am:b2"
    with pytest.raises(Refused, match="2 alerts answer"):
        acts.find(inbox, "checkout")
    with pytest.raises(Refused, match="No alert"):
        acts.find(inbox, "nothing")


@given(st.permutations(range(9)))
def test_the_inbox_is_the_same_in_whatever_order_its_facts_come(order: list[int]) -> None:
    facts = [firing(T0), firing(T0, "b"), ended(T0 + MINUTE), firing(T0 + HOUR, since=T0 + HOUR), ended(T0, "b")]
    facts += [
        event(fa.AlertDismissed("am:a1", "known"), T0 + 1, ANA),
        event(fa.AlertHandled("am:b", fa.ACKNOWLEDGED), T0 + 2, ANA),
        event(fa.AlertAttached("am:a1", "INC1"), T0 + 3, ANA),
        event(fa.AlertsSilenced({"service": "checkout"}, T0 + HOUR, "why"), T0 + 4, ANA),
    ]
    straight = fold_all(facts)
    mixed = fold_all([facts[n] for n in order] + [facts[order[0]]])
    assert mixed.lines == straight.lines
    assert mixed.silences == straight.silences


def test_a_week_has_one_log_that_everybody_finds() -> None:
    week = week_of(T0)
    assert begins(week) <= T0 < begins(week) + 7 * DAY
    assert week_of(begins(week) - 1) == before(week)
    assert not is_drill(identity(week))
    assert known(T0)[identity(week)] == week
    assert identity(before(week)) in known(T0)


def test_a_log_of_alerts_is_told_from_an_incident_by_no_clock() -> None:
    for week in ("2025-W01", "2026-W53", "2074-W52", week_of(T0)):
        assert named(identity(week)) == week
    assert named(incident_id(bytes(16), False)) == ""


def test_the_words_of_a_message_come_behind_its_alert_and_stay_when_it_ends() -> None:
    first = Alert("C1/1", "marked in Slack", since=T0, summary="A message of U2", told=T0)
    facts = [
        event(fa.AlertWorded("slack:nobody", "of an alert that never came"), T0, ANA),
        event(fa.AlertsReceived("slack", (first,)), T0, ANA),
        event(fa.AlertWorded("slack:C1/1", "disk full"), T0 + 1, ANA),
        event(
            fa.AlertsReceived("slack", (Alert("C1/1", "marked in Slack", fa.RESOLVED, T0, T0 + 2, told=T0 + 2),)),
            T0 + 2,
            ANA,
        ),
    ]
    (line,) = fold_all(facts).lines.values()
    assert (line.alert.summary, line.alert.state, line.fired) == ("disk full", fa.RESOLVED, 1)


@given(st.integers(min_value=0, max_value=4_000_000_000_000))
def test_every_moment_is_in_its_week(t: int) -> None:
    week = week_of(t)
    assert begins(week) <= t < begins(week) + 7 * DAY
    assert week_of(begins(before(week))) == before(week)
