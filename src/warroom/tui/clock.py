"""Times of day as the console writes them, in the zone that is shown. A span alone is spelled by `core.duration`."""

import time

from ..core.values import DAY, HOUR, MINUTE, SECOND, At, Ms
from ..core.zone import Zone, civil, utc


def local(t: Ms) -> tuple[Ms, str]:
    """This machine's own zone; where it has no short name, its offset stands for it: `UTC+5:30`."""
    there = time.localtime(t // SECOND)
    name = there.tm_zone
    if name.isascii() and name.isalpha() and len(name) <= 5:
        return there.tm_gmtoff * SECOND, name
    sign, minutes = ("-" if there.tm_gmtoff < 0 else "+"), abs(there.tm_gmtoff) // 60
    return there.tm_gmtoff * SECOND, f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def hms(t: Ms, zone: Zone = utc) -> str:
    """`14:02:11`"""
    day = (t + zone(t)[0]) % DAY
    return f"{day // HOUR:02}:{day // MINUTE % 60:02}:{day // SECOND % 60:02}"


def hm(t: Ms, zone: Zone = utc) -> str:
    """`14:02`"""
    return hms(t, zone)[:5]


def date(t: Ms, zone: Zone = utc) -> str:
    """`2026-11-22`"""
    shown = civil(t, zone)
    return f"{shown.year:04}-{shown.month:02}-{shown.day:02}"


def day(t: Ms, zone: Zone = utc) -> int:
    """Days since 1970: the same for two moments of one day."""
    return (t + zone(t)[0]) // DAY


def stamp(at: At, zone: Zone, seconds: bool) -> str:
    """When a fact happened in at most eight cells: `14:02:11`, `14:02`, `~14:01`, `14:01–05` for a span."""
    text = hms(at.t, zone) if seconds and not at.approx else hm(at.t, zone)
    if at.to is not None and hm(at.to, zone) != hm(at.t, zone):
        text = f"{hm(at.t, zone)}–{hm(at.to, zone)[3:]}"
    return f"~{text}"[:8] if at.approx else text
