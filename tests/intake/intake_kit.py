"""Deliveries for tests: what senders send, as bytes with its headers and signatures, and an inbox that takes it."""

import hmac
import json
from base64 import b64encode
from itertools import count
from pathlib import Path
from typing import Any

from warroom.config.intake import KINDS, HookForm
from warroom.core import events as ev
from warroom.core.alerts.facts import Alert, AlertsReceived
from warroom.core.alerts.inbox import Folding, Line
from warroom.core.events import Event
from warroom.core.values import At, By, Ms
from warroom.intake.base import Delivery, Hook, No, Taken
from warroom.intake.hooks import take

T: Ms = 1_795_308_600_000  # 2026-11-22T00:50:00Z
KEY = b"a-secret-of-theirs"
SHARED = Path(__file__).parents[3] / "shared" / "payloads"


def hook(kind: str, key: bytes | None = None, **said: Any) -> Hook:
    """A hook of this kind, as a table in the file would make it."""
    if key is not None:
        said.setdefault("secret_env", "SECRET")
    form: HookForm = KINDS[kind](kind=kind, **said)
    return Hook(kind, form, key)


def deliver(to: Hook, body: object, headers: dict[str, str] | None = None, now: Ms = T) -> Taken | No:
    """What becomes of this body, JSON unless it is bytes already."""
    return take(to, Delivery(headers or {}, as_bytes(body), now))


def taken(to: Hook, body: object, headers: dict[str, str] | None = None, now: Ms = T) -> Taken:
    """The same, for what has to be taken."""
    found = deliver(to, body, headers, now)
    assert isinstance(found, Taken), found
    return found


def refused(to: Hook, body: object, headers: dict[str, str] | None = None, now: Ms = T) -> No:
    """The same, for what has to be refused."""
    found = deliver(to, body, headers, now)
    assert isinstance(found, No), found
    return found


def as_bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def hexed(body: bytes, key: bytes = KEY) -> str:
    return hmac.new(key, body, "sha256").hexdigest()


def standard(body: bytes, id: str = "msg_1", now: Ms = T, key: bytes = KEY) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    stamp = str(now // 1000)
    said = hmac.new(key, f"{id}.{stamp}.".encode() + body, "sha256").digest()
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": "v1," + b64encode(said).decode()}


def slack_headers(body: bytes, now: Ms = T, key: bytes = KEY) -> dict[str, str]:
    stamp = str(now // 1000)
    signature = "v0=" + hmac.new(key, f"v0:{stamp}:".encode() + body, "sha256").hexdigest()
    return {"x-slack-signature": signature, "x-slack-request-timestamp": stamp}


class Room:
    """An inbox that takes deliveries as the server does: what it knows is dropped, what is new becomes a fact."""

    def __init__(self) -> None:
        self.folding = Folding()
        self._numbers = count(1)

    def take(self, found: Taken, now: Ms = T) -> tuple[Alert, ...]:
        """The alerts that were new."""
        new: list[Alert] = []
        for alert in found.alerts:
            if not self.folding.knows(found.source, alert):
                new.append(alert)
                self.folding.take(self._fact(AlertsReceived(found.source, (alert,), 0, found.delivery), now))
        return tuple(new)

    def say(self, body: ev.Body, now: Ms = T, by: str = "ana") -> Event:
        """Somebody's act."""
        event = self._fact(body, now, by)
        self.folding.take(event)
        return event

    def line(self, id: str) -> Line:
        return self.folding.inbox.lines[id]

    @property
    def states(self) -> dict[str, str]:
        return {id: line.alert.state for id, line in self.folding.inbox.lines.items()}

    def _fact(self, body: ev.Body, now: Ms, by: str = "server") -> Event:
        number = next(self._numbers)
        return Event(
            id=f"{number:020}", inc="0" * 26, rep="r", seq=number, lam=number, at=At(now), rec=now, by=By(by), body=body
        )


def group(*alerts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A group as Alertmanager 0.25 posts it, with the facts of the recorded ones written anew."""
    return {
        "receiver": "warroom",
        "status": "firing" if any(each["status"] == "firing" for each in alerts) else "resolved",
        "alerts": list(alerts),
        "groupLabels": {"alertname": "HighErrorRate", "service": "checkout"},
        "commonLabels": {"alertname": "HighErrorRate", "service": "checkout", "severity": "critical"},
        "commonAnnotations": {},
        "externalURL": "http://vm:4021",
        "version": "4",
        "groupKey": '{}:{alertname="HighErrorRate", service="checkout"}',
        "truncatedAlerts": 0,
        **more,
    }


def firing(instance: str = "a", **more: Any) -> dict[str, Any]:
    """One alert of it; its fingerprint is Alertmanager's own for these labels."""
    prints = {"a": "dd8da78792863335", "b": "2ce12b6c3abb0fb4"}
    labels = {"alertname": "HighErrorRate", "instance": instance, "service": "checkout", "severity": "critical"}
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": f"5xx on {instance}"},
        "startsAt": "2026-11-22T00:49:02Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://127.0.0.1:9090/graph",
        "fingerprint": prints.get(instance, instance),
        **more,
    }


def resolved(instance: str = "a", **more: Any) -> dict[str, Any]:
    return firing(instance, status="resolved", endsAt="2026-11-22T00:49:08Z", annotations={}, **more)


def pagerduty(event_type: str, occurred: str = "2026-11-22T00:49:30.000Z", **data: Any) -> dict[str, Any]:
    """A webhook of PagerDuty, version 3."""
    incident = {
        "id": "PGR0VU2",
        "type": "incident",
        "self": "https://api.pagerduty.com/incidents/PGR0VU2",
        "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
        "number": 2,
        "status": "triggered",
        "incident_key": "d3640fbd41094207a1c11e58e46b1662",
        "created_at": "2026-11-22T00:49:02Z",
        "title": "checkout returns 500s",
        "service": {"id": "PF9KMXH", "summary": "checkout", "type": "service_reference"},
        "assignees": [{"id": "PTUXL6G", "summary": "Ana", "type": "user_reference"}],
        "escalation_policy": {"id": "PUS0KTE", "summary": "Default", "type": "escalation_policy_reference"},
        "teams": [],
        "priority": {"id": "PSO75BM", "summary": "P1", "type": "priority_reference"},
        "urgency": "high",
        "resolve_reason": None,
        **data,
    }
    event = {
        "id": "01BYZ1",
        "event_type": event_type,
        "resource_type": "incident",
        "occurred_at": occurred,
        "agent": {"id": "PLH1HKV", "summary": "Ana", "type": "user_reference"},
        "client": {"name": "PagerDuty"},
        "data": incident,
    }
    return {"event": event}


def opsgenie(action: str, updated: int = 1_795_308_570_000_000_000, **alert: Any) -> dict[str, Any]:
    """A webhook of Opsgenie: ms since 1970 for its making, ns for its last change."""
    return {
        "source": {"name": "web", "type": "API"},
        "alert": {
            "updatedAt": updated,
            "tags": ["db", "prod"],
            "message": "replication is late",
            "username": "ana@example.org",
            "alertId": "052652ac-5d1c-464a-812a-7dd18bbfba8c",
            "source": "nagios",
            "alias": "repl-late",
            "tinyId": "23",
            "entity": "db-2",
            "createdAt": 1_795_308_542_104,
            "priority": "P2",
            **alert,
        },
        "action": action,
        "integrationId": "37c8f316",
        "integrationName": "War room",
    }


def reaction(name: str = "rotating_light", **event: Any) -> dict[str, Any]:
    """An envelope of Slack's Events API."""
    return {
        "token": "z",
        "team_id": "T1",
        "api_app_id": "A1",
        "type": "event_callback",
        "event_id": "Ev1",
        "event_time": T // 1000,
        "event": {
            "type": "reaction_added",
            "user": "U1",
            "reaction": name,
            "item_user": "U2",
            "item": {"type": "message", "channel": "C1", "ts": "1795308500.000200"},
            "event_ts": "1795308590.000100",
            **event,
        },
    }
