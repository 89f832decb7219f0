"""What docs/alerts-intake.md shows can be copied: each table is read without a mistake, and reads what stands below."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from intake_kit import KEY, Room, T, as_bytes, hexed
from warroom.config.intake import KINDS, Intake, load
from warroom.core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED, Alert
from warroom.intake import base, lines
from warroom.intake.base import Delivery, Taken
from warroom.intake.hooks import hooks, take

DOCS = Path(__file__).parents[2] / "docs" / "alerts-intake.md"
TEXT = DOCS.read_text(encoding="utf-8")
TABLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
SENT = dict(re.findall(r"```toml\n\[hook\.(\w+)\]\n(?:(?!```).)*```\s+```json\n(.*?)```", TEXT, re.DOTALL))


def read(folder: Path, text: str) -> Intake:
    (folder / "intake.toml").write_text(text)
    intake, problems = load(str(folder))
    assert problems == []
    return intake


def sent(folder: Path, name: str, **changed: Any) -> Taken:
    """What the example's hook makes of the example's delivery, with some of it changed."""
    intake = read(folder, next(text for text in TABLES if f"[hook.{name}]" in text))
    hook = hooks(intake, {name: KEY.decode()})[name]
    body = as_bytes(json.loads(SENT[name]) | changed)
    headers = {"sentry-hook-signature": hexed(body)} if name == "sentry" else {}
    found = take(hook, Delivery(headers, body, T))
    assert isinstance(found, Taken), found
    return found


def one(found: Taken) -> Alert:
    [alert] = found.alerts
    return alert


@pytest.mark.parametrize("text", TABLES)
def test_a_table_is_read_without_a_mistake(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, text).by_name


def test_every_kind_has_a_table(tmp_path: Path) -> None:
    shown = {form.kind for text in TABLES for form in read(tmp_path, text).by_name.values()}
    assert {KINDS[kind] for kind in shown} == set(KINDS.values())


def test_zabbix(tmp_path: Path) -> None:
    alert = one(sent(tmp_path, "zabbix"))
    assert (alert.key, alert.rule, alert.service) == ("18344/db-2", "Free disk space is less than 5%", "Databases")
    assert (alert.state, alert.since, alert.labels) == (FIRING, 1_795_308_542_000, {"scope": "capacity"})
    room = Room()
    room.take(sent(tmp_path, "zabbix"))
    assert one(sent(tmp_path, "zabbix", acknowledged="Yes")).state == ACKNOWLEDGED
    assert [each.state for each in room.take(sent(tmp_path, "zabbix", value="0"))] == [RESOLVED]


def test_nagios(tmp_path: Path) -> None:
    alert = one(sent(tmp_path, "nagios"))
    assert (alert.key, alert.rule, alert.service, alert.severity) == ("web-3/HTTP", "HTTP", "checkout", "CRITICAL")
    room = Room()
    room.take(sent(tmp_path, "nagios"))
    assert [each.state for each in room.take(sent(tmp_path, "nagios", type="RECOVERY", time="1795308572"))] == [
        RESOLVED
    ]
    assert [each.state for each in room.take(sent(tmp_path, "nagios", time="1795308592"))] == [FIRING]
    assert sent(tmp_path, "nagios", type="FLAPPINGSTART").alerts == ()
    host = one(sent(tmp_path, "nagios", check="", state="DOWN"))
    assert (host.rule, host.key) == ("host", "web-3/")


def test_cloudwatch(tmp_path: Path) -> None:
    alert = one(sent(tmp_path, "cloudwatch"))
    assert (alert.key, alert.rule) == ("123456789012/EU (Ireland)/checkout-5xx", "checkout-5xx")
    assert (alert.service, alert.labels, alert.told) == ("checkout", {"TargetGroup": "checkout"}, 1_795_308_542_123)
    assert alert.summary.startswith("Threshold Crossed")
    inner = json.loads(json.loads(SENT["cloudwatch"])["Message"])
    room = Room()
    room.take(sent(tmp_path, "cloudwatch"))
    over = inner | {"NewStateValue": "OK", "StateChangeTime": "2026-11-22T00:49:32.000+0000"}
    assert len(room.take(sent(tmp_path, "cloudwatch", Message=json.dumps(over)))) == 1
    assert list(room.states.values()) == [RESOLVED]
    unknown = inner | {"NewStateValue": "INSUFFICIENT_DATA"}
    assert sent(tmp_path, "cloudwatch", Message=json.dumps(unknown)).alerts == ()


def test_cloudwatch_asks_to_be_confirmed(tmp_path: Path) -> None:
    asked = {
        "Type": "SubscriptionConfirmation",
        "Message": "You have chosen …",
        "SubscribeURL": "https://sns.example.org/?a",
    }
    assert sent(tmp_path, "cloudwatch", **asked).ignored == "confirm the subscription: open https://sns.example.org/?a"


def test_sentry(tmp_path: Path) -> None:
    alert = one(sent(tmp_path, "sentry"))
    assert (alert.key, alert.rule, alert.service, alert.severity) == ("45", "Too many errors", "checkout", "critical")
    room = Room()
    room.take(sent(tmp_path, "sentry"))
    assert [each.state for each in room.take(sent(tmp_path, "sentry", action="resolved"))] == [RESOLVED]
    event = {"issue_id": "1117540176", "title": "ReferenceError", "project": 1, "web_url": "https://sentry.io/e",
             "tags": [["browser", "Chrome 75"], ["level", "error"]], "level": "error"}  # fmt: skip
    issue = one(sent(tmp_path, "sentry", action="triggered", data={"event": event, "triggered_rule": "New issue"}))
    assert (issue.key, issue.rule, issue.labels["browser"]) == ("1117540176", "New issue", "Chrome 75")
    assert sent(tmp_path, "sentry", action="created").alerts == ()


def test_lines_of_text_as_shown() -> None:
    [shown] = re.findall(r"```\n(CRITICAL.*?)```", TEXT, re.DOTALL)
    found = lines.whole(shown.encode(), T)
    assert isinstance(found, Taken)
    assert [alert.state for alert in found.alerts] == [FIRING, RESOLVED]
    assert len({alert.key for alert in found.alerts}) == 1


def test_the_limits_are_those_of_the_code() -> None:
    for most in (base.RULE, base.SERVICE, base.SEVERITY, base.SUMMARY, base.NAME, base.VALUE, base.MAX_LABELS):
        assert f" {most}" in TEXT
    assert f"{base.MAX_ALERTS:,}" in TEXT
    assert f"{base.MAX_ALERT // 1024} KiB for an alert" in TEXT
