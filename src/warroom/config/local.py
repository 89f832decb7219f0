"""Dates and times of day as files say them, in a time zone of theirs → UTC milliseconds, across clock changes.

The modules that are slow to import are imported when there is something to work out.
"""

from datetime import UTC
from typing import TYPE_CHECKING

from warroom.core.values import HOUR, MINUTE, Ms

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

_YEARS = range(1990, 2200)


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    return zone(name) is not None


def zone(name: str) -> "tzinfo | None":
    """The time zone of this name; UTC for an empty one, None where there is no such zone."""
    from zoneinfo import ZoneInfo

    if not name or name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def local(said: str) -> "datetime | None":
    """`2026-11-23T09:00` (or with a space, or a date alone) as what calendar and clock show; None: it is none."""
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(said.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is None and moment.year in _YEARS else None


def utc_of(shown: "datetime", tz: "tzinfo") -> Ms:
    """The moment at which the clocks of `tz` show this: the first of two, and the one after a gap that skips it."""
    from datetime import datetime, timedelta

    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return (shown.replace(tzinfo=tz) - epoch) // timedelta(milliseconds=1)


def shown_at(at: Ms, tz: "tzinfo") -> "datetime":
    """What calendar and clock of `tz` show at that moment, within the years that files may speak of."""
    from datetime import datetime

    first, last = 631_152_000, 7_258_118_400  # 1990 to 2200
    return datetime.fromtimestamp(min(max(at // 1000, first), last), tz).replace(tzinfo=None)


def span_of_day(said: str) -> tuple[Ms, Ms] | None:
    """`22:00-07:00` as two times of day in ms after midnight; None: it is none."""
    start, mark, end = said.replace("–", "-").partition("-")
    times = _time_of_day(start), _time_of_day(end)
    return (times[0], times[1]) if mark and times[0] is not None and times[1] is not None else None


def _time_of_day(said: str) -> Ms | None:
    hour, mark, minute = said.strip().partition(":")
    if not (mark and hour.isascii() and hour.isdecimal() and minute.isascii() and minute.isdecimal()):
        return None
    if len(hour) > 2 or len(minute) != 2 or int(minute) > 59 or int(hour) * 60 + int(minute) > 24 * 60:
        return None
    return int(hour) * HOUR + int(minute) * MINUTE
