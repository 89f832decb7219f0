"""Zones, as functions from a moment to what its clocks show. The core reads no zone file: callers bring the zone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .values import DAY, HOUR, MINUTE, SECOND, Ms

if TYPE_CHECKING:
    from datetime import tzinfo

Zone = Callable[[Ms], tuple[Ms, str]]  # what to add to UTC at that moment, and the zone's name then
_FAR = 400 * 366 * DAY


class Civil(NamedTuple):
    """What calendar and clock show."""

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0


def utc(_: Ms) -> tuple[Ms, str]:
    """The zone that everything is stored in."""
    return 0, "UTC"


def of(tz: "tzinfo") -> Zone:
    """The zone that a `tzinfo` describes (zoneinfo's too, with its gaps and folds)."""

    def zone(t: Ms) -> tuple[Ms, str]:
        from datetime import datetime, timedelta

        moment = datetime.fromtimestamp(min(max(t, -_FAR), 10 * _FAR) // SECOND, tz)
        return (moment.utcoffset() or timedelta()) // timedelta(milliseconds=1), moment.tzname() or "UTC"

    return zone


def civil(t: Ms, zone: Zone = utc) -> Civil:
    """What calendar and clock show at `t` in that zone."""
    days, rest = divmod(t + zone(t)[0], DAY)
    return Civil(*_date(days), rest // HOUR, rest // MINUTE % 60, rest // SECOND % 60)


def moments(shown: Civil, zone: Zone = utc) -> tuple[Ms, ...]:
    """The moments at which calendar and clock show this, earliest first.

    None when a clock change skips it or the calendar has no such day, two when the clock was turned back.
    """
    if not _exists(shown):
        return ()
    local = _days(*shown[:3]) * DAY + shown.hour * HOUR + shown.minute * MINUTE + shown.second * SECOND
    # Around a change of the clock both offsets may lead to a moment that shows `local`; no zone changes twice in a day.
    offsets = {zone(local - DAY)[0], zone(local + DAY)[0]}
    return tuple(sorted(local - offset for offset in offsets if zone(local - offset)[0] == offset))


def _exists(shown: Civil) -> bool:
    if not (1 <= shown.month <= 12 and 1 <= shown.day <= 31 and 1 <= shown.year <= 9999):
        return False
    if not (shown.hour < 24 and shown.minute < 60 and shown.second < 60):
        return False
    return _date(_days(*shown[:3])) == shown[:3]


# The calendar as arithmetic (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"):
# years begin in March, so that the leap day is a year's last.


def _days(year: int, month: int, day: int) -> int:
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def _date(days: int) -> tuple[int, int, int]:
    era, of_era = divmod(days + 719468, 146097)
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = (shifted + 2) % 12 + 1
    return year + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1
