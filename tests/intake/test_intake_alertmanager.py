"""Alertmanager's groups: each alert by itself, by fingerprint and beginning; what is told twice is told once."""

import json

import pytest

from intake_kit import SHARED, Room, T, deliver, firing, group, hook, refused, resolved, taken
from warroom.core.alerts.facts import FIRING, RESOLVED
from warroom.core.values import HOUR, MINUTE, SECOND
from warroom.intake import alertmanager
from warroom.intake.base import Taken

AM = hook("alertmanager")
RECORDED = ("alertmanager-0.25-firing.json", "alertmanager-0.25-partial-resolved.json")


def test_an_alert_has_its_fingerprint_rule_service_and_beginning() -> None:
    [alert] = taken(AM, group(firing())).alerts
    assert (alert.key, alert.rule, alert.service, alert.severity) == (
        "dd8da78792863335", "HighErrorRate", "checkout", "critical",
    )  # fmt: skip
    assert alert.since == 1_795_308_542_000
    assert (alert.state, alert.ended) == (FIRING, None)
    assert (alert.summary, alert.url) == ("5xx on a", "http://127.0.0.1:9090/graph")
    assert alert.labels["instance"] == "a"


def test_in_a_group_that_fires_one_alert_may_be_over() -> None:
    over, on = taken(AM, group(resolved("a"), firing("b"))).alerts
    assert (over.state, over.ended) == (RESOLVED, 1_795_308_548_000)
    assert (on.state, on.ended) == (FIRING, None)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded deliveries are not here")
def test_the_recorded_deliveries_of_a_real_one() -> None:
    room = Room()
    first, second = (taken(AM, json.loads((SHARED / name).read_text())["body"]) for name in RECORDED)
    assert len(room.take(first)) == 2
    assert [alert.key for alert in room.take(second)] == ["dd8da78792863335"]
    assert room.states == {
        "alertmanager:dd8da78792863335": RESOLVED,
        "alertmanager:2ce12b6c3abb0fb4": FIRING,
    }
    assert room.line("alertmanager:dd8da78792863335").alert.summary == "5xx 12%"  # its end came without it
    assert room.take(first) == room.take(second) == ()


def test_the_fingerprint_is_alertmanagers_own() -> None:
    for instance in ("a", "b"):
        one = firing(instance)
        assert alertmanager.fingerprint(one["labels"]) == one["fingerprint"]
    del one["fingerprint"]
    assert taken(AM, group(one)).alerts[0].key == "2ce12b6c3abb0fb4"


def test_the_same_delivery_again_is_nothing_new() -> None:
    room = Room()
    assert len(room.take(taken(AM, group(firing("a"), firing("b"))))) == 2
    assert room.take(taken(AM, group(firing("a"), firing("b")), now=T + 4 * HOUR)) == ()


def test_a_firing_on_its_way_does_not_open_again_what_ended_meanwhile() -> None:
    room = Room()
    room.take(taken(AM, group(firing())))
    room.take(taken(AM, group(resolved()), now=T + MINUTE))
    assert room.take(taken(AM, group(firing()), now=T + 3 * MINUTE)) == ()
    assert room.states == {"alertmanager:dd8da78792863335": RESOLVED}


def test_what_fires_again_with_its_old_beginning_long_after_its_end_is_not_lost() -> None:
    # So it looks when Alertmanager had lost sight of Prometheus and took the alert for over.
    room = Room()
    room.take(taken(AM, group(firing())))
    room.take(taken(AM, group(resolved()), now=T + MINUTE))
    assert len(room.take(taken(AM, group(firing()), now=T + 8 * MINUTE), T + 8 * MINUTE)) == 1
    line = room.line("alertmanager:dd8da78792863335")
    assert (line.alert.state, line.fired) == (FIRING, 2)


def test_a_later_beginning_is_a_new_firing() -> None:
    room = Room()
    room.take(taken(AM, group(firing())))
    room.take(taken(AM, group(resolved())))
    room.take(taken(AM, group(firing(startsAt="2026-11-22T00:49:58.5Z"))))
    line = room.line("alertmanager:dd8da78792863335")
    assert (line.fired, line.resolved, line.flaps) == (2, 1, 1)


def test_the_end_of_an_older_firing_ends_nothing() -> None:
    room = Room()
    room.take(taken(AM, group(firing(startsAt="2026-11-22T00:49:58Z"))))
    assert room.take(taken(AM, group(resolved()), now=T + HOUR)) == ()


def test_labels_that_name_the_service_are_a_matter_of_the_file() -> None:
    one = firing()
    del one["labels"]["service"]
    one["labels"] |= {"job": "web", "team": "payments"}
    assert taken(AM, group(one)).alerts[0].service == "web"
    assert taken(hook("alertmanager", service=("team", "job")), group(one)).alerts[0].service == "payments"


def test_what_its_sender_left_out_is_named() -> None:
    assert taken(AM, group(firing(), truncatedAlerts=7)).left == (
        "its sender left out 7 alerts; raise max_alerts there",
    )


def test_one_alert_that_cannot_be_read_takes_no_other_with_it() -> None:
    found = taken(AM, group(firing("a"), firing("b", labels="none"), firing("c", labels={"alertname": "x\0y"})))
    assert [alert.key for alert in found.alerts] == ["dd8da78792863335"]
    assert [said.split(" has ")[0] for said in found.left] == ["alert 2", "alert 3"]
    assert "NUL" in found.left[1]


def test_nothing_that_can_be_read_is_refused_for_good() -> None:
    no = refused(AM, group(firing(labels=7)))
    assert (no.status, no.code) == (422, "unreadable")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"alerts": 3}', b"\xff", b"[" * 200_000, {"status": "firing"}])
def test_what_is_no_group_is_malformed(body: object) -> None:
    no = refused(AM, body)
    assert (no.status, no.code) == (400, "malformed")


def test_a_group_without_alerts_is_taken() -> None:
    assert taken(AM, group()).ignored == "it holds no alert"


def test_a_body_beyond_the_limit_is_not_even_looked_at() -> None:
    assert refused(AM, b"x" * (1024 * 1024 + 1)).status == 413
    assert refused(AM, b"x" * (1024 * 1024)).status == 400


def test_what_the_api_answers_is_read_too() -> None:
    row = firing(status={"state": "active", "silencedBy": [], "inhibitedBy": []})
    silenced = firing("b", status={"state": "suppressed", "silencedBy": ["x"], "inhibitedBy": []})
    found = alertmanager.asked("am", [row, silenced], T, ("service",))
    assert isinstance(found, Taken)
    assert [alert.key for alert in found.alerts] == ["dd8da78792863335"]
    assert alertmanager.asked("am", [silenced], T, ()) == Taken("am", ignored="nothing fires there")


def test_a_beginning_that_cannot_be_right_is_none() -> None:
    for said in ("2226-11-22T00:49:02Z", "1971-01-01T00:00:00Z", "yesterday", ""):
        assert taken(AM, group(firing(startsAt=said))).alerts[0].since == 0
    ahead = taken(AM, group(firing(startsAt="2026-11-22T00:51:00Z"))).alerts[0]
    assert ahead.since == T + 60 * SECOND  # clocks differ a little


def test_a_delivery_of_two_thousand_and_more_counts_the_rest() -> None:
    body = {"alerts": [{"labels": {"alertname": "x", "n": str(n)}} for n in range(2_010)]}
    found = deliver(AM, body)
    assert isinstance(found, Taken)
    assert (len(found.alerts), found.more) == (2_000, 10)
