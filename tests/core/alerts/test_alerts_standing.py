"""How an alert stands, and groups whose order does not depend on how many more come."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from facts import declared
from warroom.core.acts.entries import Log, Undo
from warroom.core.acts.lifecycle import StateImpact
from warroom.core.alerts import facts as fa
from warroom.core.alerts import observed
from warroom.core.alerts.facts import Alert, AlertsReceived
from warroom.core.alerts.inbox import Inbox, fold_all
from warroom.core.alerts.standing import (
    BELONGS,
    DISMISSED,
    ENDED,
    KINDS,
    SILENCED,
    TAKEN,
    WAITS,
    groups,
    standing,
)
from warroom.core.events import Body, Event
from warroom.core.values import DAY, HOUR, MINUTE, At, By

T0 = 1_795_000_000_000
_numbers = count(1)


def event(body: Body, t: int, by: str = "ana") -> Event:
    n = next(_numbers)
    return Event(id=f"F{n:019}", inc="I", rep="R", seq=n, lam=n, at=At(t), rec=t, by=By(by), body=body)


def fires(key: str = "a", rule: str = "HighErrorRate", service: str = "checkout", t: int = T0, **more: object) -> Event:
    alert = Alert(key, rule, since=t, service=service, **more)  # type: ignore[arg-type]  # as Alert has them
    return event(AlertsReceived("am", (alert,)), t, "am")


def kind(facts: list[Event], now: int = T0 + HOUR, going_on: tuple[str, ...] = (), key: str = "am:a") -> str:
    inbox = fold_all(facts)
    return standing(inbox.lines[key], inbox, now, going_on).kind


def test_each_way_in_which_an_alert_stands() -> None:
    assert kind([fires()]) == WAITS
    assert kind([fires(state=fa.ACKNOWLEDGED)]) == TAKEN
    assert kind([fires(state=fa.RESOLVED)]) == ENDED
    assert kind([fires(), event(fa.AlertHandled("am:a", fa.ACKNOWLEDGED), T0)]) == TAKEN
    assert kind([fires(), event(fa.AlertHandled("am:a", fa.RESOLVED), T0)]) == ENDED
    assert kind([fires(), event(fa.AlertDismissed("am:a", "test"), T0)]) == DISMISSED
    assert kind([fires(), event(fa.AlertAttached("am:a", "INC"), T0 + 1)]) == BELONGS
    silence = fa.AlertsSilenced({"service": "checkout"}, T0 + 2 * HOUR, "deploy")
    assert kind([fires(), event(silence, T0)]) == SILENCED
    assert kind([fires(), event(silence, T0)], now=T0 + 2 * HOUR) == WAITS


def test_what_belongs_to_an_incident_that_has_ended_waits_when_it_fires_again() -> None:
    first, attached = fires(), event(fa.AlertAttached("am:a", "INC"), T0 + 1)
    over = event(AlertsReceived("am", (Alert("a", "HighErrorRate", fa.RESOLVED, T0, T0 + 2, "checkout"),)), T0 + 2)
    again = fires(t=T0 + HOUR)
    assert kind([first, attached, over, again], going_on=("INC",)) == BELONGS
    assert kind([first, attached, over, again]) == WAITS


def test_it_waits_exactly_where_the_inbox_says_so() -> None:
    facts = [fires(), fires("b"), fires("c"), event(fa.AlertDismissed("am:b", "known"), T0 + 1)]
    facts.append(event(fa.AlertAttached("am:c", "INC"), T0 + 1))
    inbox = fold_all(facts)
    ours = {line.id for line in inbox.lines.values() if standing(line, inbox, T0 + 5).kind == WAITS}
    assert ours == {line.id for line in inbox.waiting(T0 + 5)}


def test_a_group_counts_all_of_its_alerts_and_lists_what_waits_first() -> None:
    facts = [fires("a", t=T0), fires("b", t=T0 + 1), fires("c", t=T0 + 2)]
    facts.append(event(fa.AlertHandled("am:c", fa.ACKNOWLEDGED), T0 + 3))
    [group] = groups(fold_all(facts), T0 + MINUTE)
    assert [line.alert.key for line in group.lines] == ["b", "a", "c"]
    assert (group.waiting, group.firing, group.fired, group.since, group.kind) == (2, 3, 3, T0, WAITS)
    assert group.times == (T0, T0 + 1, T0 + 2)
    assert groups(fold_all(facts), T0 + 2 * DAY)[0].times == ()


def order(inbox: Inbox) -> list[str]:
    return [group.rule for group in groups(inbox, T0 + HOUR)]


@given(st.lists(st.sampled_from(["one", "two", "three"]), max_size=60))
def test_however_many_more_come_no_group_moves(storm: list[str]) -> None:
    facts = [fires("k1", "one", t=T0), fires("k2", "two", t=T0 + 1), fires("k3", "three", t=T0 + 2)]
    before = order(fold_all(facts))
    assert before == ["three", "two", "one"]
    facts += [fires(f"s{n}", rule, t=T0 + 10 + n) for n, rule in enumerate(storm)]
    assert order(fold_all(facts)) == before


def test_what_waits_stands_above_what_fires_and_that_above_the_rest() -> None:
    facts = [
        fires("a", "ended", t=T0 + 9, state=fa.RESOLVED),
        fires("b", "taken", t=T0 + 8),
        fires("c", "waits", t=T0),
    ]
    facts.append(event(fa.AlertHandled("am:b", fa.ACKNOWLEDGED), T0 + 20))
    assert order(fold_all(facts)) == ["waits", "taken", "ended"]
    assert KINDS[0] == WAITS


# ── beside an incident ──


def test_what_an_incident_is_called_that_comes_of_an_alert() -> None:
    lines = fold_all([fires("a", summary="5xx  at\n12 %"), fires("b", summary=""), fires("c", summary="x" * 500)]).lines
    assert observed.title(lines["am:a"]) == "HighErrorRate: 5xx at 12 %"
    assert observed.title(lines["am:b"]) == "HighErrorRate"
    assert len(observed.title(lines["am:c"])) == 120


def test_an_entry_says_who_observed_what_and_when_and_never_in_the_future() -> None:
    line = fold_all([fires(summary="5xx", severity="page", url="https://g/1")]).lines["am:a"]
    entry = observed.entry(line, T0 - 5, others=2)
    assert entry.text == "alert HighErrorRate on checkout (page): 5xx (and 2 more like it) https://g/1"
    assert (entry.kind, entry.who) == ("observed", "am")
    assert entry.at is not None
    assert entry.at.t == T0 - 5


def test_whether_an_entry_stands_is_known_until_it_is_taken_back() -> None:
    desk = declared()
    wanted = Log(text="alert X", kind="observed", who="am", at=At(desk.now))
    assert not observed.stands(desk.state, wanted)
    desk.do(wanted)
    assert observed.stands(desk.state, wanted)
    desk.do(Undo())
    assert not observed.stands(desk.state, wanted)


def test_an_incident_in_short_begins_when_its_impact_did() -> None:
    desk = declared()
    assert observed.in_short(desk.state).began == desk.state.declared_at
    desk.do(StateImpact(what="replicas lag", since=desk.now - MINUTE))
    desk.do(Log(text="vacuum holds a lock"))
    short = observed.in_short(desk.state, frozenset({("a", "b")}))
    assert short.began == desk.state.impact.since  # type: ignore[union-attr]  # it was stated
    assert {"replicas", "vacuum"} <= short.words
    assert short.alerts == {("a", "b")}
