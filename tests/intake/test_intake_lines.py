"""`… | warroom alert -`: known documents, lines of JSON, plain text; what is broken is named and makes no alert."""

import json

import pytest

from intake_kit import Room, T, as_bytes, firing, group, opsgenie, pagerduty
from warroom.core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED
from warroom.intake import lines
from warroom.intake.base import No, Taken


def took(said: object, source: str = "") -> Taken:
    found = lines.whole(as_bytes(said), T, source)
    assert isinstance(found, Taken), found
    return found


@pytest.mark.parametrize(
    ("document", "source", "key"),
    [
        (group(firing()), "alertmanager", "dd8da78792863335"),
        (group(firing(), orgId=1), "grafana", "dd8da78792863335"),
        ([firing(status={"state": "active"})], "alertmanager", "dd8da78792863335"),
        (pagerduty("incident.triggered"), "pagerduty", "PGR0VU2"),
        (opsgenie("Create"), "opsgenie", "052652ac-5d1c-464a-812a-7dd18bbfba8c"),
        ({"rule": "disk full", "key": "db-2"}, "hand", "db-2"),
        ([{"rule": "disk full", "key": "db-2"}], "hand", "db-2"),
    ],
)
def test_a_known_document_is_recognised(document: object, source: str, key: str) -> None:
    found = took(document)
    assert (found.source, [alert.key for alert in found.alerts]) == (source, [key])
    assert took(document, "mine").source == "mine"
    assert took(json.dumps(document, indent=2).encode()).alerts == found.alerts


def test_what_prometheus_answers_is_recognised_without_what_is_pending() -> None:
    one = {"labels": firing()["labels"], "annotations": {}, "state": "firing", "activeAt": "2026-11-22T00:49:02Z"}
    other = one | {"state": "pending", "labels": {"alertname": "x"}}
    found = took({"status": "success", "data": {"alerts": [one, other]}})
    assert [(each.key, each.since) for each in found.alerts] == [("dd8da78792863335", 1_795_308_542_000)]


def test_our_own_words() -> None:
    said = {"rule": "disk full", "status": "OK", "service": "db", "labels": {"host": "a"}, "message": "fine", "time": T}
    [alert] = took(said).alerts
    assert (alert.state, alert.service, alert.summary, alert.told, alert.ended) == (RESOLVED, "db", "fine", T, T)


def test_lines_of_json_stand_each_for_itself() -> None:
    found = took(b'{"rule": "a"}\n\n{"rule": "b", "state": "ack"}\n{"no": 1}\n')
    assert [(alert.rule, alert.state) for alert in found.alerts] == [("a", FIRING), ("b", ACKNOWLEDGED)]
    assert found.left == ("line 4: No alert in the delivery can be read: alert 1 has no rule.",)


@pytest.mark.parametrize(
    "said",
    [b'{"alerts": [\n {"labels": {}}\n', b'[\n {"rule": "x"}\n', b'{\n "state": "firing",\n', b'{"rule": "x"', b"[{]"],
)
def test_no_piece_of_a_broken_document_passes_for_an_alert(said: bytes) -> None:
    found = lines.whole(said, T)
    assert isinstance(found, No)
    assert (found.status, "JSON" in found.sentence) == (422, True)


@pytest.mark.parametrize(
    ("said", "rule", "state", "severity", "summary"),
    [
        ("disk full on db-2", "disk full on db-2", FIRING, "", "disk full on db-2"),
        ("CRITICAL disk full: 97% of /var", "disk full", FIRING, "critical", "97% of /var"),
        ("[WARNING] disk full: 90%", "disk full", FIRING, "warning", "90%"),
        ("RESOLVED disk full", "disk full", RESOLVED, "", "disk full"),
        ("OK: disk full", "disk full", RESOLVED, "", "disk full"),
        ("[ok] disk full", "disk full", RESOLVED, "", "disk full"),
        ("up and down the line", "up and down the line", FIRING, "", "up and down the line"),
        ("OK", "OK", FIRING, "", "OK"),
        ("http://x.org: down", "http://x.org", FIRING, "", "down"),
    ],
)
def test_a_line_of_text_is_an_alert(said: str, rule: str, state: str, severity: str, summary: str) -> None:
    [alert] = took(said.encode()).alerts
    assert (alert.rule, alert.state, alert.severity, alert.summary) == (rule, state, severity, summary)


def test_its_end_finds_it_and_it_can_fire_again() -> None:
    room = Room()
    for second, said in enumerate(
        ("CRITICAL disk full: 97%", "CRITICAL disk full: 98%", "OK disk full", "disk full: 99%")
    ):
        found = lines.line(said.encode(), T + second)
        assert isinstance(found, Taken)
        assert len(room.take(found)) == (second != 1)
    [line] = room.folding.inbox.lines.values()
    assert (line.fired, line.resolved, line.alert.state) == (2, 1, FIRING)


def test_many_lines_of_text_are_many_alerts() -> None:
    found = took(b"disk full\r\nload high\r\n\r\n")
    assert [alert.rule for alert in found.alerts] == ["disk full", "load high"]


def test_a_line_that_is_no_text_is_named_and_the_others_are_taken() -> None:
    found = took(b"disk full\n\xff\xfe\nnul \0 here\n")
    assert [alert.rule for alert in found.alerts] == ["disk full"]
    assert [said.partition(":")[0] for said in found.left] == ["line 2", "line 3"]


def test_nothing_is_taken_and_holds_nothing() -> None:
    assert took(b"\n \n").ignored == "it holds no alert"
    assert lines.line(b"  ", T) == Taken("hand", ignored="it is empty")


def test_what_is_too_much_at_once_is_refused() -> None:
    big = lines.whole(b"x" * (1024 * 1024 + 1), T)
    assert isinstance(big, No)
    assert big.status == 413


def test_the_same_words_about_two_services_are_two_alerts_and_their_ends_find_them() -> None:
    one, two = (lines.plain("disk full: 97%", T, service) for service in ("db", "web"))
    assert one is not None
    assert two is not None
    assert one.key != two.key != lines.key_of("disk full")
    end = lines.plain("RESOLVED disk full", T, "DB ")
    assert end is not None
    assert (end.key, end.state, one.service) == (one.key, RESOLVED, "db")


@pytest.mark.parametrize(
    ("first", "goes_on"),
    [
        (b"{", True),
        (b'[{"rule": "x"},', True),
        (b'{"rule": "x"}', False),
        (b'{"rule": oops', False),
        (b"[CRITICAL] disk full", False),
        (b"disk full", False),
    ],
)
def test_whether_a_document_goes_on_shows_in_its_first_line(first: bytes, goes_on: bool) -> None:
    assert lines.goes_on(first) is goes_on
