"""The webhook of Opsgenie and of Jira Service Management: what somebody did to an alert there, as its state here.

Neither signs; a token goes along in a header of one's own.
"""

from typing import Any, cast

import msgspec

from ..config.intake import Opsgenie
from ..core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED, Alert
from ..core.values import Ms
from .alertmanager import first
from .base import Delivery, Hook, No, Taken, Unreadable, alert, decode, gather, malformed, moment, too_large

STATES = {
    "create": FIRING,
    "acknowledge": ACKNOWLEDGED,
    "unacknowledge": FIRING,
    "close": RESOLVED,
    "delete": RESOLVED,
}


class Theirs(msgspec.Struct):
    """An alert there, with what is of use here."""

    alertId: str
    message: str = ""
    alias: str = ""
    entity: str = ""
    priority: str = ""
    tinyId: str | int = ""
    source: str = ""
    createdAt: Any = None
    updatedAt: Any = None
    tags: list[Any] = []
    details: dict[str, Any] = {}


class Body(msgspec.Struct):
    action: str
    alert: msgspec.Raw = msgspec.Raw(b"null")


def read(hook: Hook, delivery: Delivery) -> Taken | No:
    """The alert that an action is about; an action that changes no state is taken, and there is nothing in it."""
    form = cast(Opsgenie, hook.form)
    return too_large(delivery) or action(hook.name, delivery.body, delivery.now, form.service)


def action(source: str, body: bytes, now: Ms, service: tuple[str, ...]) -> Taken | No:
    """The same, of a body that is known to be small and authentic."""
    try:
        found: Body = decode(body, Body)
    except Unreadable as why:
        return malformed(why)
    state = STATES.get(found.action.lower())
    if state is None:
        return Taken(source, ignored=f"{found.action[:80]} changes no alert")
    return gather(source, [found.alert], lambda raw: _alert(decode(raw, Theirs), state, now, service))


def _alert(found: Theirs, state: str, now: Ms, service: tuple[str, ...]) -> Alert:
    told = moment(found.updatedAt, now) or now
    about = {
        "alias": found.alias,
        "entity": found.entity,
        "tags": ", ".join(str(tag) for tag in found.tags[:40] if isinstance(tag, str)),
        "source": found.source,
        "number": found.tinyId,
    }
    return alert(
        key=found.alertId,
        rule=first(found.details, ("alertname", "rule")) or found.message,
        state=state,
        since=moment(found.createdAt, now),
        ended=told if state == RESOLVED else None,
        service=first(found.details, service) or found.entity,
        severity=found.priority,
        summary=found.message,
        labels=[*found.details.items(), *((name, value) for name, value in about.items() if value)],
        told=told,
    )
