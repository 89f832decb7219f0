"""PagerDuty's webhooks: what happened to an incident there is the state of one alert here, also when it is late."""

import pytest

from intake_kit import KEY, Room, T, as_bytes, hexed, hook, pagerduty, refused, taken
from warroom.core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED
from warroom.core.values import MINUTE
from warroom.intake.base import Taken

PD = hook("pagerduty", KEY)
ID = "pagerduty:PGR0VU2"


def told(event_type: str, minute: int = 49, **data: object) -> Taken:
    body = as_bytes(pagerduty(event_type, f"2026-11-22T00:{minute:02}:30Z", **data))
    return taken(
        PD, body, {"x-pagerduty-signature": f"v1={hexed(body)}", "x-webhook-id": f"wh-{minute}"}, T + 10 * MINUTE
    )


def test_an_incident_there_is_an_alert_here() -> None:
    found = told("incident.triggered")
    [alert] = found.alerts
    assert (alert.key, alert.rule, alert.service, alert.severity) == (
        "PGR0VU2",
        "checkout returns 500s",
        "checkout",
        "P1",
    )
    assert alert.since == 1_795_308_542_000
    assert alert.url == "https://acme.pagerduty.com/incidents/PGR0VU2"
    assert alert.labels["escalation_policy"] == "Default"
    assert found.delivery == "wh-49"


def test_its_whole_life_is_followed() -> None:
    room = Room()
    lived = [
        ("incident.triggered", FIRING),
        ("incident.acknowledged", ACKNOWLEDGED),
        ("incident.unacknowledged", FIRING),
        ("incident.acknowledged", ACKNOWLEDGED),
        ("incident.resolved", RESOLVED),
        ("incident.reopened", FIRING),
        ("incident.acknowledged", ACKNOWLEDGED),
        ("incident.resolved", RESOLVED),
    ]
    for minute, (event_type, state) in enumerate(lived, 50):
        assert len(room.take(told(event_type, minute))) == 1
        assert room.states == {ID: state}
    line = room.line(ID)
    assert (line.fired, line.resolved, line.flaps, line.theirs) == (2, 2, 1, RESOLVED)


def test_an_acknowledgement_that_runs_out_there_waits_here_again() -> None:
    room = Room()
    room.take(told("incident.triggered", 50))
    room.take(told("incident.acknowledged", 51))
    room.take(told("incident.unacknowledged", 52))
    line = room.line(ID)
    assert line.waits(())
    assert (line.fired, line.theirs) == (1, "")


def test_a_word_that_is_late_or_comes_twice_changes_nothing() -> None:
    room = Room()
    for event_type, minute in (("incident.triggered", 50), ("incident.acknowledged", 51), ("incident.resolved", 52)):
        room.take(told(event_type, minute))
    for event_type, minute in (("incident.acknowledged", 51), ("incident.triggered", 50), ("incident.resolved", 52)):
        assert room.take(told(event_type, minute)) == ()
    room.take(told("incident.reopened", 53))
    assert room.take(told("incident.resolved", 52)) == ()
    assert room.states == {ID: FIRING}


@pytest.mark.parametrize(
    "event_type",
    ["incident.annotated", "incident.escalated", "incident.priority_updated", "service.created", "pagey.ping"],
)
def test_an_event_that_changes_no_alert_is_taken(event_type: str) -> None:
    found = told(event_type)
    assert (found.alerts, found.ignored) == ((), f"{event_type} changes no alert")


def test_parts_that_are_missing_are_no_reason_to_refuse() -> None:
    [alert] = told("incident.triggered", service=None, priority=None, title=None, html_url=None).alerts
    assert (alert.rule, alert.service, alert.severity, alert.url) == ("unnamed", "", "high", "")


def test_a_body_beyond_what_pagerduty_sends_is_refused_before_its_signature() -> None:
    assert refused(PD, b" " * (256 * 1024 + 1)).status == 413
    assert refused(PD, b" " * (256 * 1024)).status == 401


def test_what_is_signed_and_is_no_event_is_malformed() -> None:
    for body in (b"{}", b"nonsense", b'{"event": []}'):
        assert refused(PD, body, {"x-pagerduty-signature": f"v1={hexed(body)}"}).status == 400
