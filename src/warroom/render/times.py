"""Moments as text. Data is UTC in ISO 8601; people see the zone that they chose, by its name."""

from ..core.values import SECOND, At, Ms
from ..core.zone import Zone, civil, utc


def iso(t: Ms) -> str:
    """`2026-11-22T14:02:11.250Z`."""
    c = civil(t)
    return f"{c.year:04}-{c.month:02}-{c.day:02}T{c.hour:02}:{c.minute:02}:{c.second:02}.{t % SECOND:03}Z"


def iso_short(t: Ms) -> str:
    """The same without a fraction that is zero: `2026-11-22T14:02:11Z`."""
    return iso(t).replace(".000Z", "Z")


def iso_or_none(t: Ms | None) -> str | None:
    return None if t is None else iso(t)


def day(t: Ms, zone: Zone = utc) -> str:
    """`2026-11-22`."""
    c = civil(t, zone)
    return f"{c.year:04}-{c.month:02}-{c.day:02}"


def clock(t: Ms, zone: Zone = utc, seconds: bool = False) -> str:
    """`14:02`, with seconds `14:02:11`."""
    c = civil(t, zone)
    return f"{c.hour:02}:{c.minute:02}" + (f":{c.second:02}" if seconds else "")


def clock_of(at: At, zone: Zone = utc, seconds: bool = False) -> str:
    """A moment or span: `14:02:11`, `~14:02`, `14:01–14:05`."""
    text = ("~" if at.approx else "") + clock(at.t, zone, seconds)
    if at.to is None:
        return text
    there = "" if day(at.to, zone) == day(at.t, zone) else day(at.to, zone)[5:] + " "
    return f"{text}–{there}{clock(at.to, zone, seconds)}"


def moment(t: Ms, now: Ms, zone: Zone = utc) -> str:
    """`14:02 UTC`, with its date when that is not today's."""
    date = "" if day(t, zone) == day(now, zone) else day(t, zone) + " "
    return f"{date}{clock(t, zone)} {zone(t)[1]}"
