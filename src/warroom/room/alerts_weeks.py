"""The inboxes of whole weeks, read for a report: what fired in them, and what people made of it, then or soon after."""

import os
import re
from collections.abc import Sequence

from ..core.alerts import week as weeks
from ..core.alerts.facts import FIRING, AlertAttached, AlertDismissed, AlertHandled, AlertsReceived
from ..core.alerts.inbox import Folding, Inbox, name_of
from ..core.events import Event
from ..core.values import DAY, Ms
from ..store.errors import StoreError
from ..store.log import Log
from .alerts import FOLDER, path_of

_NAME = re.compile(r"\d{4}-W\d\d\.json")
_LONGEST = 27  # weeks in which an incident's alerts are looked for
_SAID = (AlertDismissed, AlertHandled, AlertAttached)


def lately(now: Ms, count: int = 2) -> list[str]:
    """The names of this week and those before it, `count` together, the oldest first."""
    found = [weeks.week_of(now)]
    while len(found) < count:
        found.append(weeks.before(found[-1]))
    return found[::-1]


def every_week(data: str) -> list[tuple[str, str]]:
    """Each week whose alerts lie here, with the path of its log, the latest first."""
    folder = os.path.join(data, FOLDER)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    found = [(name[:-5], os.path.join(folder, name)) for name in names if _NAME.fullmatch(name)]
    return sorted(found, reverse=True)


def read(data: str, chosen: Sequence[str]) -> tuple[Inbox, list[str]]:
    """These weeks as one inbox, and a sentence for each file that cannot be read.

    What people said in the week after of an alert that has not fired again still counts: Sunday's is seen to on Monday.
    """
    folding = Folding()
    troubles: list[str] = []
    for week in sorted(chosen):
        for event in _events(data, week, troubles):
            folding.take(event)
    if chosen:
        _aftermath(folding, _events(data, weeks.week_of(weeks.begins(max(chosen)) + 8 * DAY), []))
    return folding.inbox, troubles


def of_incident(data: str, inc: str, since: Ms, until: Ms) -> list[tuple[str, str]]:
    """The names and rules of the alerts that belong to an incident that went on from `since` to `until` (UTC ms)."""
    chosen = [weeks.before(weeks.week_of(since))]
    while weeks.begins(chosen[-1]) <= until and len(chosen) < _LONGEST:
        chosen.append(weeks.week_of(weeks.begins(chosen[-1]) + 8 * DAY))
    inbox, _ = read(data, chosen)
    found = (line for line in inbox.lines.values() if any(mark.what == inc for mark in line.attached))
    return sorted((line.id, line.alert.rule) for line in found)


def _aftermath(folding: Folding, events: Sequence[Event]) -> None:
    again: set[str] = set()
    for event in events:
        body = event.body
        if isinstance(body, AlertsReceived):
            again |= {name_of(body.source, alert.key) for alert in body.alerts if alert.state == FIRING}
        elif isinstance(body, _SAID) and body.of not in again:
            folding.take(event)


def _events(data: str, week: str, troubles: list[str]) -> list[Event]:
    path = path_of(data, week)
    if not os.path.exists(path):
        return []
    try:
        with Log.open(path, "", read_only=True) as log:
            once = {event.id: event for event in log.load()}
    except StoreError as failed:
        troubles.append(f"{week} is in no number: {failed}")
        return []
    return sorted(once.values(), key=lambda event: event.order)
