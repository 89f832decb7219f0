"""The logs of alerts of a data folder, one for each week: which are exchanged, and how each is called here."""

import os
import re

from ..core.alerts import week as weeks
from ..core.values import Ms
from ..room import alerts
from ..room.alerts_weeks import every_week
from ..store.log import Log

BEFORE = f"{alerts.FOLDER}/"  # stands before their names
_NAME = re.compile(rf"{BEFORE}(\d{{4}}-W\d\d)\.json")


def week_of(name: str) -> str:
    """The week of a file's name, as `alerts/2026-W48.json`; empty: it is no log of alerts."""
    found = _NAME.fullmatch(name)
    return found[1] if found else ""


def name_of(week: str) -> str:
    return f"{BEFORE}{week}.json"


def there(data: str) -> set[str]:
    """The names of those that lie here."""
    try:
        return {name_of(week) for week, _ in every_week(data)}
    except OSError:
        return set()  # nobody may look


def folder(data: str) -> tuple[str, int]:
    """Where they lie, and another number whenever that is another folder; 0: there is none."""
    path = os.path.join(data, alerts.FOLDER)
    try:
        return path, os.stat(path).st_ino
    except OSError:
        return path, 0


def wanted(inc: str, now: Ms) -> bool:
    """Whether the inbox reads the log of this identity; next week's too, since another clock may be ahead of ours."""
    return inc in weeks.known(now, alerts.BEFORE)


def make(data: str, inc: str, rep: str) -> None:
    """The new, empty file of a log. Raises `StoreError`; `Exists`: something lies there, be it what it may."""
    Log.create(alerts.path_of(data, weeks.named(inc)), inc, rep).close()
