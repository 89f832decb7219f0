"""JSON that nobody described: recognised by its shape, among those that senders of alerts write.

Alertmanager, Grafana, Prometheus, PagerDuty, Opsgenie, and our own: `{"rule": …, "key": …, "state": …}`, or a list.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from ..config.intake import SERVICE
from ..core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED, Alert
from ..core.values import Ms
from . import alertmanager, opsgenie, pagerduty
from .base import No, Taken, Unreadable, alert, decode, gather, malformed, moment, word

WORDS = {
    FIRING: ("firing", "triggered", "alerting", "alarm", "problem", "critical", "down", "open", "active", "new"),
    ACKNOWLEDGED: ("acknowledged", "ack", "acked"),
    RESOLVED: ("resolved", "ok", "recovery", "recovered", "closed", "close", "cleared", "up", "normal"),
}
STATES = {each: state for state, words in WORDS.items() for each in words}
_SUMMARY = ("summary", "message", "description", "text")


def read(source: str, body: bytes, now: Ms, delivery: str = "") -> Taken | No:
    """The alerts in one JSON document. An empty `source` stands for the name of the shape."""
    try:
        tree = decode(body)
    except Unreadable as why:
        return malformed(why)
    return of_tree(source, tree, body, now, delivery)


def of_tree(source: str, tree: Any, body: bytes, now: Ms, delivery: str = "") -> Taken | No:
    """The same, once it was decoded."""
    match tree:
        case {"alerts": [*_], "orgId": _}:
            return alertmanager.group(source or "grafana", body, now, SERVICE)
        case {"alerts": [*_]}:
            return alertmanager.group(source or "alertmanager", body, now, SERVICE)
        case {"data": {"alerts": [*rows]}}:
            return alertmanager.asked(source or "prometheus", rows, now, SERVICE)
        case {"event": {"event_type": str()}}:
            return pagerduty.event(source or "pagerduty", body, now, delivery)
        case {"action": str(), "alert": {"alertId": _}}:
            return opsgenie.action(source or "opsgenie", body, now, ("service",))
        case [{"labels": {}}, *_]:
            return alertmanager.asked(source or "alertmanager", tree, now, SERVICE)
        case [*_]:
            return gather(source or "hand", tree, lambda row: ours(row, now), delivery=delivery)
        case {}:
            return gather(source or "hand", [tree], lambda row: ours(row, now), delivery=delivery)
    return No(422, "unknown-shape", "The delivery is JSON of no shape that is known; describe it in intake.toml.")


def ours(row: Any, now: Ms) -> Alert:
    """An alert in words of our own. Raises `Unreadable`."""
    if not isinstance(row, dict):
        raise Unreadable("is no table")
    said = {str(name).lower(): each for name, each in row.items()}
    rule = said.get("rule") or said.get("alertname") or said.get("name") or said.get("title")
    if not word(rule, "rule"):
        raise Unreadable("has no rule")
    state = STATES.get(word(said.get("state") or said.get("status"), "state").lower(), FIRING)
    service = said.get("service")
    labels = list(pairs(said.get("labels")))
    told = moment(said.get("told") or said.get("time") or said.get("at"), now) or now
    return alert(
        key=said.get("key") or said.get("id") or made_of(rule, service, labels),
        rule=rule,
        state=state,
        since=moment(said.get("since"), now),
        ended=(moment(said.get("ended"), now) or told) if state == RESOLVED else None,
        service=service,
        severity=said.get("severity"),
        summary=next((said[name] for name in _SUMMARY if said.get(name)), ""),
        url=said.get("url"),
        labels=labels,
        told=told,
    )


def made_of(rule: Any, service: Any, labels: list[tuple[object, object]]) -> str:
    """A key for what has none: the same rule, service and labels are the same alert."""
    parts = [word(rule, "rule"), word(service, "service")]
    parts += sorted(f"{word(name, 'label')}={word(said, 'label')}" for name, said in labels)
    return sha256("\0".join(parts).encode()).hexdigest()[:32]


def pairs(found: Any) -> Iterator[tuple[object, object]]:
    """Labels as others write them: a table, a list of pairs, or a list of tables with a name and a value."""
    match found:
        case dict():
            yield from ((name, said) for name, said in found.items() if not isinstance(said, dict | list))
        case list():
            for each in found:
                match each:
                    case [str() as name, str() | int() | float() as said]:
                        yield name, said
                    case {"name": str() as name, "value": str() | int() | float() as said}:
                        yield name, said
                    case {"key": str() as name, "value": str() | int() | float() as said}:
                        yield name, said
                    case {"tag": str() as name, "value": str() | int() | float() as said}:
                        yield name, said
