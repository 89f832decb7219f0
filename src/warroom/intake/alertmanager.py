"""Alertmanager's webhook, version 4. A group says that it fires while one of its alerts does: each is judged by itself.

An alert is its fingerprint, and this firing of it when it started.
"""

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from ..config.intake import Alertmanager
from ..core.alerts.facts import FIRING, RESOLVED, Alert
from ..core.values import MINUTE, Ms
from .base import Delivery, Hook, No, Taken, Unreadable, alert, decode, gather, malformed, moment, too_large, word

# A firing that comes this soon after its end may have been on its way for so long: two Alertmanagers tell the same
# alerts, and one of them can be late. After that it fires again, though it began at the same time: so it looks when
# Alertmanager had lost sight of Prometheus.
LATE = 5 * MINUTE
_NEVER = "0001-01-01"


class Group(msgspec.Struct):
    """A webhook's body. `truncatedAlerts`: so many its sender left out, by its own `max_alerts`."""

    alerts: list[msgspec.Raw]
    truncatedAlerts: int = 0


class One(msgspec.Struct):
    """An alert of a group. Grafana's have the last two."""

    labels: dict[str, Any]
    status: str = "firing"
    annotations: dict[str, Any] = {}
    startsAt: str = ""
    endsAt: str = ""
    generatorURL: str = ""
    fingerprint: str = ""
    dashboardURL: str = ""
    panelURL: str = ""


def read(hook: Hook, delivery: Delivery) -> Taken | No:
    """The alerts of a group."""
    form = cast(Alertmanager, hook.form)
    return too_large(delivery) or group(hook.name, delivery.body, delivery.now, form.service)


def group(source: str, body: bytes, now: Ms, service: Iterable[str]) -> Taken | No:
    """The same, of a body that is known to be small and authentic."""
    try:
        found: Group = decode(body, Group)
    except Unreadable as why:
        return malformed(why)
    names = tuple(service)
    taken = gather(source, found.alerts, lambda raw: one(decode(raw, One), now, names))
    if isinstance(taken, Taken) and found.truncatedAlerts > 0:
        left = f"its sender left out {found.truncatedAlerts} alerts; raise max_alerts there"
        return msgspec.structs.replace(taken, left=(*taken.left, left))
    return taken


def one(found: One, now: Ms, service: Iterable[str]) -> Alert:
    """One alert. Raises `Unreadable`."""
    labels, notes = found.labels, found.annotations
    over = found.status.lower() == RESOLVED
    ended = moment(found.endsAt, now) if over and not found.endsAt.startswith(_NEVER) else 0
    return alert(
        key=found.fingerprint or fingerprint(labels),
        rule=labels.get("alertname"),
        state=RESOLVED if over else FIRING,
        since=moment(found.startsAt, now),
        ended=ended or None,
        service=first(labels, service),
        severity=first(labels, ("severity", "priority")),
        summary=first(notes, ("summary", "description", "message", "title")),
        url=found.panelURL or found.dashboardURL or found.generatorURL,
        labels=labels.items(),
        told=now if over else now - LATE,
    )


def first(table: dict[str, Any], names: Iterable[str]) -> Any:
    """The first of the names that stands for something."""
    return next((table[name] for name in names if table.get(name)), "")


def fingerprint(labels: dict[str, Any]) -> str:
    """What Alertmanager calls an alert with these labels: FNV-1a, 64 bits, over names and values in order."""
    found = 0xCBF29CE484222325
    for name in sorted(labels):
        said = name.encode() + b"\xff" + word(labels[name], "label").encode() + b"\xff"
        for byte in said:
            found = (found ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{found:016x}"


def asked(source: str, rows: list[Any], now: Ms, service: Iterable[str]) -> Taken | No:
    """What `GET /api/v2/alerts` of Alertmanager answers, or the list in Prometheus' `/api/v1/alerts`.

    What is silenced or inhibited there is no alert, nor what is only pending.
    """
    names = tuple(service)

    def read(row: Any) -> Alert | None:
        if not isinstance(row, dict):
            raise Unreadable("is no table")
        status = row.get("status")
        state = status.get("state") if isinstance(status, dict) else row.get("state")
        if state in ("suppressed", "pending", "unprocessed", "inactive"):
            return None
        plain = {**row, "status": FIRING, "startsAt": row.get("startsAt") or row.get("activeAt") or ""}
        try:
            return one(msgspec.convert(plain, One), now, names)
        except msgspec.ValidationError as problem:
            raise Unreadable(f"has another form: {str(problem)[:120]}") from None

    return gather(source, rows, read, ignored="nothing fires there")
