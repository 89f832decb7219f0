"""PagerDuty's webhooks, version 3: what happened to an incident there, as the state of one alert here.

Signed over the raw body; several signatures may stand there, and one that is right is enough.
"""

from typing import Any

import msgspec

from ..core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED, Alert
from ..core.values import Ms
from .base import Delivery, Hook, No, Taken, Unreadable, alert, decode, gather, malformed, moment, too_large
from .signed import any_of, hexed, unsigned, wrong

MOST = 256 * 1024
HEADER = "x-pagerduty-signature"
STATES = {
    "incident.triggered": FIRING,
    "incident.acknowledged": ACKNOWLEDGED,
    "incident.unacknowledged": FIRING,
    "incident.resolved": RESOLVED,
    "incident.reopened": FIRING,
}


class Named(msgspec.Struct):
    """Something that is referred to by its name."""

    summary: str | None = None


class Incident(msgspec.Struct):
    """An incident there, with what is of use here."""

    id: str
    title: str | None = None
    html_url: str | None = None
    number: int | None = None
    incident_key: str | None = None
    created_at: str | None = None
    service: Named | None = None
    priority: Named | None = None
    urgency: str | None = None
    escalation_policy: Named | None = None


class Happened(msgspec.Struct):
    """An event. `data` is an incident in those that are read."""

    event_type: str
    id: str = ""
    occurred_at: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class Body(msgspec.Struct):
    event: Happened


def read(hook: Hook, delivery: Delivery) -> Taken | No:
    """The alert that an event is about; any other event is taken, and there is nothing in it."""
    refused = too_large(delivery, MOST) or _unsigned(hook, delivery)
    return refused or event(hook.name, delivery.body, delivery.now, delivery.headers.get("x-webhook-id", ""))


def _unsigned(hook: Hook, delivery: Delivery) -> No | None:
    if hook.key is None:
        return unsigned("no secret is known for it here")
    given = [each.strip() for each in delivery.headers.get(HEADER, "").split(",")]
    signatures = [each.removeprefix("v1=") for each in given if each.startswith("v1=")]
    if not signatures:
        return unsigned("X-PagerDuty-Signature has no v1=")
    return None if any_of(signatures, hexed(hook.key, delivery.body)) else wrong()


def event(source: str, body: bytes, now: Ms, delivery: str = "") -> Taken | No:
    """The same, of a body that is known to be small and authentic."""
    try:
        happened: Happened = decode(body, Body).event
    except Unreadable as why:
        return malformed(why)
    state = STATES.get(happened.event_type)
    if state is None:
        return Taken(source, ignored=f"{happened.event_type[:80]} changes no alert")
    return gather(
        source,
        [happened.data],
        lambda data: _alert(decode(data, Incident), state, moment(happened.occurred_at, now) or now, now),
        delivery=delivery or happened.id,
    )


def _alert(found: Incident, state: str, told: Ms, now: Ms) -> Alert:
    labels: dict[str, Any] = {
        "number": found.number,
        "urgency": found.urgency,
        "escalation_policy": _name(found.escalation_policy),
        "incident_key": found.incident_key,
    }
    return alert(
        key=found.id,
        rule=found.title,
        state=state,
        since=moment(found.created_at, now),
        ended=told if state == RESOLVED else None,
        service=_name(found.service),
        severity=_name(found.priority) or found.urgency,
        summary=found.title,
        url=found.html_url,
        labels=[(name, value) for name, value in labels.items() if value],
        told=told,
    )


def _name(found: Named | None) -> str:
    return (found.summary or "") if found else ""
