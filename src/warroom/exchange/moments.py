"""Times as files have them: ISO 8601 with a zone, or without one, which is then read as UTC and said."""

import re

import msgspec

from ..core.values import HOUR, MINUTE, Ms
from ..core.zone import Civil, moments

FORM = "write it as 2026-11-22T14:02:00Z"

_DATE = r"(?P<date>\d{4}-\d{2}-\d{2})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
_ZONE = r"(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|(?<!\s)[+-]\d{2})(?![A-Za-z0-9]))?"
STAMP = re.compile(rf"{_DATE}[Tt ]\s*{_CLOCK}{_ZONE}", re.ASCII | re.IGNORECASE)
CLOCK = re.compile(rf"{_CLOCK}{_ZONE}(?![\d:])", re.ASCII | re.IGNORECASE)
DAY = re.compile(rf"(?<![\d-]){_DATE}(?![\d-])", re.ASCII)

Date = tuple[int, int, int]


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A moment that was read, and whether it had a zone."""

    t: Ms
    zoned: bool


def moment(text: str) -> Moment:
    """The moment that the whole of `text` names. Raises ValueError with what is wrong."""
    text = text.strip()
    found = STAMP.fullmatch(text)
    if found is None:
        if DAY.fullmatch(text):
            raise ValueError(f"is a day without a time of day; {FORM}")
        raise ValueError(f"is not a time; {FORM}")
    return of(found, date(found["date"]))


def date(text: str) -> Date:
    """Year, month and day of `2026-11-22`, whether or not there is such a day."""
    return int(text[:4]), int(text[5:7]), int(text[8:10])


def of(found: re.Match[str], day: Date) -> Moment:
    """The moment of a match of CLOCK or STAMP on that day. Raises ValueError with what is wrong."""
    second = int(found["second"] or 0)
    shown = Civil(*day, int(found["hour"]), int(found["minute"]), second)
    known = moments(shown)
    if not known:
        raise ValueError(f"is no time that a calendar and a clock can show; {FORM}")
    fraction = int((found["fraction"] or "0").ljust(3, "0")[:3])
    zone = found["zone"]
    return Moment(known[0] + fraction - _offset(zone or "Z"), zone is not None)


def _offset(zone: str) -> Ms:
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 15 or minutes > 59:
        raise ValueError(f"has no zone that there is; {FORM}")
    return (hours * HOUR + minutes * MINUTE) * (-1 if zone[0] == "-" else 1)
