"""`warroom alerts`: the inbox as text and data, every act on an alert, incidents that come of one, and the report."""

import fcntl
import json
import re
from pathlib import Path

import pytest

from cli_kit import Program

Row = dict[str, object]
KEYS = {
    *("id", "source", "key", "rule", "service", "severity", "state", "since", "fired", "flaps", "dismissed", "handled"),
    *("silenced_until", "incidents", "summary", "url", "labels", "suggestions", "stands", "waits", "ended", "last"),
    "carried",
}


def fire(warroom: Program, *rows: Row) -> None:
    warroom.ok("alert", "-", "--source", "prom", input="".join(json.dumps(row) + "\n" for row in rows))


def alert(key: str = "e1", rule: str = "HighErrorRate", service: str = "checkout", **more: object) -> Row:
    return {"key": key, "rule": rule, "service": service, "severity": "critical", "summary": "5xx at 12 %", **more}


@pytest.fixture
def night(warroom: Program) -> Program:
    """Two of one rule, one of another, and one that has ended."""
    fire(
        warroom,
        alert("e1", labels={"instance": "web-1"}),
        alert("e2", summary="5xx at 9 %", labels={"instance": "web-2"}),
        alert("l1", "ReplicaLag", "payments-db", severity="warning", summary="41 s behind"),
        alert("d1", "DiskFull", "edge"),
    )
    fire(warroom, alert("d1", "DiskFull", "edge", state="resolved"))
    return warroom


def rows(warroom: Program, *words: str) -> dict[str, Row]:
    found = warroom.ok("alerts", "--json", *words).json
    return {row["key"]: row for row in found}


# ── looking ──


def test_an_empty_inbox_says_so(warroom: Program) -> None:
    done = warroom.ok("alerts")
    assert (done.out, done.err) == ("", "No alert came in, this week or last.\n")
    assert warroom.ok("alerts", "list", "--json").json == []
    assert warroom("alerts", "ack", "x").code == 3


def test_alerts_stand_by_rule_and_service_with_counts_and_a_sparkline(night: Program) -> None:
    done = night.ok("alerts")
    heads = [line for line in done.out.splitlines() if not line.startswith(" ")]
    assert any(re.fullmatch(r"checkout · HighErrorRate  +[·▁-█]{24}  2 fired, 2 wait", head) for head in heads)
    assert sorted(line.split("  ")[0] for line in heads) == ["checkout · HighErrorRate", "payments-db · ReplicaLag"]
    assert "prom:l1  warning  41 s behind" in done.out
    assert done.err == "3 of 4 alerts wait; 1 ended or quiet (--all shows them).\n"
    assert "edge · DiskFull" in night.ok("alerts", "list", "--all").out


def test_the_list_can_be_of_one_service_or_rule(night: Program) -> None:
    assert set(rows(night, "--service", "payments")) == {"l1"}
    assert set(rows(night, "--rule", "higherror")) == {"e1", "e2"}
    assert night.ok("alerts", "--rule", "nothing").err == "No alert here is meant by that.\n"


def test_as_data_every_alert_is_there_with_all_there_is_to_say(night: Program) -> None:
    found = rows(night)
    assert set(found) == {"e1", "e2", "l1", "d1"}
    assert all(set(row) == KEYS for row in found.values())
    one = found["e1"]
    assert (one["id"], one["source"], one["rule"], one["service"]) == ("prom:e1", "prom", "HighErrorRate", "checkout")
    assert (one["state"], one["stands"], one["waits"], one["fired"]) == ("firing", "waits", True, 1)
    assert (one["labels"], one["dismissed"], one["silenced_until"]) == ({"instance": "web-1"}, None, None)
    assert (found["d1"]["state"], found["d1"]["waits"]) == ("resolved", False)
    assert night.ok("alerts", "--json").out == night.ok("alerts", "list", "--json").out


def test_an_alert_is_shown_by_its_name_its_key_or_words_that_no_other_has(night: Program) -> None:
    for named in ("prom:l1", "l1", "replicalag"):
        done = night.ok("alerts", "show", named)
        assert done.out.startswith("ReplicaLag on payments-db\n  41 s behind\n  stands        waits")
    assert night.ok("alerts", "show", "l1", "--json").json["key"] == "l1"
    several = night("alerts", "show", "checkout")
    assert several.code == 4
    assert "2 alerts answer to “checkout”: prom:e1 HighErrorRate; prom:e2 HighErrorRate" in several.err
    assert night("alerts", "show", "nothing").code == 3


def test_an_open_incident_is_suggested_and_the_suggestion_says_why(night: Program) -> None:
    handle = night.ok("declare", "Checkout returns 500s", "-s", "2", "--service", "checkout").line
    assert f"fits {handle} Checkout returns 500s: same service (checkout)" in night.ok("alerts").out
    [first] = rows(night)["e1"]["suggestions"]  # type: ignore[misc]  # JSON
    assert first["handle"] == handle
    assert "same service (checkout)" in first["reasons"]
    assert rows(night)["d1"]["suggestions"] == []
    night.ok("resolve", "-i", handle)
    assert rows(night)["e1"]["suggestions"] == []


# ── acts ──


def test_acknowledging_is_once_and_the_second_is_told_who_was_first(night: Program) -> None:
    done = night.ok("alerts", "ack", "e1", "looking", "at", "it")
    assert done.err == "HighErrorRate (prom:e1): acknowledged here\n"
    again = night("--by", "ivo", "alerts", "ack", "e1")
    assert (again.code, again.err) == (4, "ana has acknowledged it already.\n")
    row = rows(night)["e1"]
    assert row["handled"]["as"] == "acknowledged"  # type: ignore[index]  # JSON
    assert row["handled"]["note"] == "looking at it"  # type: ignore[index]  # JSON
    assert (row["state"], row["stands"], row["waits"]) == ("firing", "acknowledged", False)


def test_resolving_here_ends_it_here(night: Program) -> None:
    assert night.ok("alerts", "resolve", "e1", "--json").json["text"] == "resolved here"
    assert rows(night)["e1"]["stands"] == "ended"
    refused = night("alerts", "resolve", "d1")
    assert (refused.code, "It has ended already" in refused.err) == (4, True)


@pytest.mark.parametrize(
    ("words", "reason", "note"),
    [
        (("flapping",), "flapping", None),
        (("not-actionable", "we", "know"), "not actionable", "we know"),
        (("not", "actionable", "at night"), "not actionable", "at night"),
        (("dup",), "duplicate", None),
    ],
)
def test_dismissing_needs_a_reason_and_may_have_a_note(
    night: Program, words: tuple[str, ...], reason: str, note: str | None
) -> None:
    night.ok("alerts", "dismiss", "e1", *words)
    found = rows(night)["e1"]["dismissed"]
    assert (found["as"], found["note"]) == (reason, note)  # type: ignore[index]  # JSON
    night.ok("alerts", "undismiss", "e1")
    assert rows(night)["e1"]["waits"] is True


@pytest.mark.parametrize("words", [("dismiss", "e1"), ("dismiss", "e1", "boring"), ("dismiss", "e1", "")])
def test_what_is_no_reason_is_refused_with_those_there_are(night: Program, words: tuple[str, ...]) -> None:
    done = night("alerts", *words)
    assert done.code == 2
    assert "flapping, known, not actionable, duplicate, test" in done.err


def test_a_silence_says_how_long_and_why_and_can_be_ended(night: Program) -> None:
    assert night("alerts", "silence", "service=checkout", "--why", "deploy").code == 2
    assert night("alerts", "silence", "service=checkout", "--for", "2h").code == 2
    assert night("alerts", "silence", "service=checkout", "--for", "40d", "--why", "x").code == 4
    assert night("alerts", "silence", "checkout=", "--for", "2h", "--why", "x").code == 2
    assert night("alerts", "silence", "service=checkout", "l1", "--for", "2h", "--why", "x").code == 2
    night.ok("alerts", "silence", "service=checkout", "alertname=HighErrorRate", "--for", "2h", "--why", "deploying")
    found = rows(night)
    assert [found[key]["stands"] for key in ("e1", "e2", "l1")] == ["silenced", "silenced", "waits"]
    assert found["e1"]["silenced_until"]
    assert "1  alertname=HighErrorRate, service=checkout  until" in night.ok("alerts", "silences").out
    [row] = night.ok("alerts", "silences", "--json").json
    assert (row["number"], row["why"], row["by"], row["holds"]) == (1, "deploying", "ana", True)
    night.ok("alerts", "unsilence", "1")
    assert rows(night)["e1"]["waits"] is True
    assert night.ok("alerts", "silences").err == "Nothing is silenced.\n"
    assert len(night.ok("alerts", "silences", "--all", "--json").json) == 1
    assert night("alerts", "unsilence", "1").code == 4
    assert night("alerts", "unsilence", "7").code == 3


def test_one_alert_is_silenced_by_its_own_labels(night: Program) -> None:
    night.ok("alerts", "silence", "e1", "--for", "2h", "--why", "web-1 is drained")
    assert [rows(night)[key]["stands"] for key in ("e1", "e2")] == ["silenced", "waits"]


# ── incidents ──


def test_attaching_writes_what_the_sender_saw_into_the_incident(night: Program) -> None:
    handle = night.ok("declare", "Checkout returns 500s", "-s", "2").line
    done = night.ok("alerts", "attach", "e1", handle, "--json").json
    assert (done["alert"], done["handle"]) == ("prom:e1", handle)
    entry = night.ok("timeline", handle, "--json").json[0]
    assert (entry["kind"], entry["who"], entry["by"]) == ("observed", "prom", "ana")
    assert entry["text"] == "alert HighErrorRate on checkout (critical): 5xx at 12 %"
    assert rows(night)["e1"]["incidents"] == [done["incident"]]
    assert rows(night)["e1"]["stands"] == "in an incident"
    again = night("alerts", "attach", "e1", handle)
    assert (again.code, "attached to that incident already" in again.err) == (4, True)
    assert len([e for e in night.ok("timeline", handle, "--json").json if e["kind"] == "observed"]) == 1
    assert night("alerts", "attach", "e1", "nowhere").code == 3
    one = night.ok("stats", handle, "--json").json
    assert one["alerts"] == [{"id": "prom:e1", "rule": "HighErrorRate"}]
    assert "alerts        1 alert: HighErrorRate" in night.ok("stats", handle).out


def test_opening_from_an_alert_makes_an_incident_whose_first_entry_is_the_alert(night: Program) -> None:
    handle = night.ok("alerts", "open", "e1", "-s", "2").line
    state = night.ok("status", handle, "--json").json
    assert (state["title"], state["severity"], state["services"]) == (
        "HighErrorRate: 5xx at 12 %",
        "SEV2",
        ["checkout"],
    )
    entries = night.ok("timeline", handle, "--json").json
    assert (entries[0]["kind"], entries[0]["who"]) == ("observed", "prom")
    assert state["checklist"]["total"] > 0
    assert state["escalation"]["policy"]
    row = rows(night)["e1"]
    assert row["incidents"] == [state["id"]]
    named = night.ok("alerts", "open", "l1", "-s", "3", "Exports", "are", "slow", "--policy", "none", "--json").json
    assert night.ok("status", str(named["handle"]), "--json").json["title"] == "Exports are slow"


@pytest.mark.parametrize("words", [("open", "e1"), ("open", "-s", "2"), ("open", "e1", "-s", "9"), ("attach", "e1")])
def test_an_incident_needs_a_severity(night: Program, words: tuple[str, ...]) -> None:
    assert night("alerts", *words).code == 2
    assert night.ok("list", "--json").json == []


def test_where_attaching_fails_the_incident_is_there_and_says_so(night: Program) -> None:
    [week] = Path(night.home, "alerts").iterdir()
    with open(week, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # others may read, nobody may write
        done = night("alerts", "open", "e1", "-s", "2")
    assert done.code == 1
    handle = done.line
    assert f"{handle} is there, but the alert is not attached to it" in done.err
    assert f"`warroom alerts attach prom:e1 {handle}` does it." in done.err
    night.ok("alerts", "attach", "prom:e1", handle)
    entries = night.ok("timeline", handle, "--json").json
    assert len([entry for entry in entries if entry["kind"] == "observed"]) == 1


def test_a_drill_takes_no_alert(night: Program) -> None:
    night.ok("drill", "run", "slow-queries", "--headless", "--json")
    drill = next(row["handle"] for row in night.ok("list", "--json").json if row["drill"])
    done = night("alerts", "attach", "e1", drill)
    assert (done.code, "they never meet" in done.err) == (4, True)
    assert rows(night)["e1"]["incidents"] == []


def test_a_restricted_incident_takes_no_alert(night: Program) -> None:
    handle = night.ok("declare", "A laptop was stolen", "-s", "2", "--restricted").line
    done = night("alerts", "attach", "e1", handle)
    assert (done.code, "log there by hand what the alert says" in done.err) == (4, True)
    assert rows(night)["e1"]["incidents"] == []


# ── the report ──


def test_the_report_names_the_rules_to_mend_with_their_evidence(night: Program, tmp_path: Path) -> None:
    for key in ("e1", "e2"):
        night.ok("alerts", "dismiss", key, "flapping")
    done = night.ok("alerts", "report")
    assert done.out.startswith("# Alerts: signal and noise, ")
    assert "1. **HighErrorRate** (prom, checkout): fires twice, 0 incidents, dismissed twice as flapping" in done.out
    assert "hysteresis" in done.out
    found = night.ok("alerts", "report", "--json").json
    assert (found["fired"], found["mend"][0]) == (4, "HighErrorRate")
    page = tmp_path / "alerts.md"
    night.ok("alerts", "report", "-o", str(page))
    assert page.read_text() == done.out
    assert night("alerts", "report", "-o", str(page)).code == 4
    assert "Signal and noise of alerts" in night.ok("stats").out
    assert night.ok("stats", "--json").json["alerts"]["mend"][0] == "HighErrorRate"
    html = tmp_path / "stats.html"
    night.ok("declare", "Checkout returns 500s", "-s", "2")
    night.ok("stats", "--html", str(html))
    assert "dismissed twice as flapping" in html.read_text()


def test_the_report_is_of_the_weeks_that_were_asked_for(night: Program) -> None:
    assert night.ok("alerts", "report", "--week", "2020-W53", "--json").json["weeks"] == ["2020-W53"]
    assert len(night.ok("alerts", "report", "--weeks", "5", "--json").json["weeks"]) == 5
    assert "no alert came in" in night.ok("alerts", "report", "--week", "2020-w1").out
    for words in (
        ("--week", "2021-W53"),
        ("--week", "monday"),
        ("--weeks", "0"),
        ("--week", "2020-W1", "--weeks", "2"),
    ):
        assert night("alerts", "report", *words).code == 2, words


@pytest.mark.parametrize(
    "words", [("frob",), ("show",), ("show", "a", "b"), ("ack",), ("silences", "x"), ("report", "x"), ("list", "x")]
)
def test_a_step_that_is_none_is_a_question_of_usage(night: Program, words: tuple[str, ...]) -> None:
    done = night("alerts", *words)
    assert done.code == 2
    assert done.err.startswith("warroom alerts")
