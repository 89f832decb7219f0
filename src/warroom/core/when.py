"""Times as people type them: `-3m 14:01 ~14:01 14:01..14:05 11-21T23:58`, read in the zone that is shown.

A clock time alone is the latest such moment that is not in the future. What lies in the future is refused.
"""

from typing import TypeGuard

import msgspec

from .duration import duration
from .values import DAY, HOUR, MINUTE, SECOND, At, Ms
from .zone import Civil, Zone, civil, moments, utc

FORM = "write -3m, 14:01, ~14:01, 14:01..14:05 or 11-21T23:58"
_AHEAD = MINUTE  # clocks differ, and people round: this much ahead is now
_LONGEST_WORD = 80


class When(msgspec.Struct, frozen=True, gc=False):
    """A time that was found at the start of a text: how long its word is, and the moment, or what is wrong with it."""

    end: int
    at: At | None = None
    problem: str = ""
    seconds: bool = False  # whether seconds were written
    unitless: bool = False  # `-3`: a slip, or a text that begins with a number

    def spoken(self, now: Ms, zone: Zone = utc) -> str:
        """`14:01 UTC, 43 min ago`; with the date when that is not today's."""
        return spoken(self.at, now, zone, self.seconds) if self.at else ""


class _Clock(msgspec.Struct, frozen=True):
    """One end of a time as it was written: parts that were left out are None."""

    hour: int
    minute: int
    second: int = 0
    month: int | None = None
    day: int | None = None
    year: int | None = None
    offset: Ms | None = None  # an explicit zone, as `Z` or `+02:00`


class _Ago(msgspec.Struct, frozen=True):
    span: Ms


_Point = _Clock | _Ago


def when(text: str, now: Ms, zone: Zone = utc) -> At:
    """The time that `text` names, seen from `now`. Raises ValueError, whose text is a sentence for the person."""
    word = text.strip()
    found = scan(word, now, zone)
    if found is None or (found.end != len(word) and not found.problem):
        raise ValueError(f"“{text[:40]}” is not a time; {FORM}")
    if found.at is None:
        raise ValueError(found.problem)
    return found.at


def scan(text: str, now: Ms, zone: Zone = utc) -> When | None:
    """The time that `text` begins with, up to a space or the end; None when it begins with something else."""
    word = _word(text)
    bare = word.removeprefix("~")
    first, dots, last = bare.partition("..")
    try:
        start = _point(first)
        stop = _point(last) if dots else None
        if start is None or (dots and stop is None):
            return None
        t, to = _span(start, stop, now, zone) if stop else (_resolve(start, now, zone), None)
    except ValueError as problem:
        return When(len(word), problem=str(problem), unitless=first[1:].isdecimal())
    return When(len(word), At(t, to, bare != word), seconds=_has_seconds(bare))


def spoken(at: At, now: Ms, zone: Zone = utc, seconds: bool = False) -> str:
    """A moment or span for a person: `14:01 UTC, 43 min ago`, `~11-21 23:58 UTC, 15 h ago`."""
    start = civil(at.t, zone)
    today = civil(now, zone)
    date = ""
    if start.year != today.year:
        date = f"{start.year:04}-{start.month:02}-{start.day:02} "
    elif start[:3] != today[:3]:
        date = f"{start.month:02}-{start.day:02} "
    clock = _hms(start, seconds)
    last = at.t
    if at.to is not None:
        last = at.to
        stop = civil(last, zone)
        clock += "–" + ("" if stop[:3] == start[:3] else f"{stop.month:02}-{stop.day:02} ") + _hms(stop, seconds)
    return f"{'~' if at.approx else ''}{date}{clock} {zone(at.t)[1]}, {_ago(now - last)}"


def _word(text: str) -> str:
    head = text[:_LONGEST_WORD].split(None, 2) if text[:1].strip() else []
    if not head:
        return ""
    # `2026-11-21 23:58:01` of a pasted log is one time with a space in it.
    if len(head) > 1 and _date(head[0].removeprefix("~")) and text[len(head[0])] == " " and _clock(head[1]):
        return text[: len(head[0]) + 1 + len(head[1])] if text.startswith(f"{head[0]} {head[1]}") else head[0]
    return head[0]


def _point(word: str) -> _Point | None:
    """One end of a time; None when it is not one. Raises ValueError for a time nobody can mean."""
    if word[:1] == "-" and word[1:2].isascii() and word[1:2].isdigit():
        try:
            return _Ago(duration(word[1:]))
        except ValueError:
            if word[1:].isdecimal():
                raise ValueError(f"“{word}” has no unit; write {word}m for minutes") from None
            return None
    for mark in ("T", "t", " "):
        date, cut, clock = word.partition(mark)
        if cut and (day := _date(date)) is not None and (time := _clock(clock)) is not None:
            return msgspec.structs.replace(time, year=day[0], month=day[1], day=day[2])
    return _clock(word)


def _clock(word: str) -> _Clock | None:
    word, offset = _split_offset(word)
    parts = word.replace(",", ".").split(":")
    if len(parts) not in (2, 3):
        return None
    if len(parts) == 3:
        parts[2], dot, fraction = parts[2].partition(".")
        if dot and not _number(fraction, 1, 9):
            return None
    if not (_number(parts[0], 1, 2) and all(_number(part, 2, 2) for part in parts[1:])):
        return None
    hour, minute, second = (*map(int, parts), 0)[:3]
    return _Clock(hour, minute, second, offset=offset) if hour < 24 and minute < 60 and second < 60 else None


def _split_offset(word: str) -> tuple[str, Ms | None]:
    if word[-1:] in ("Z", "z"):
        return word[:-1], 0
    for sign in "+-":
        head, cut, tail = word.partition(sign)
        digits = tail.replace(":", "")
        if cut and _number(digits, 4, 4) and int(digits[2:]) < 60:
            span = int(digits[:2]) * HOUR + int(digits[2:]) * MINUTE
            return head, span if sign == "+" else -span
    return word, None


def _date(word: str) -> tuple[int | None, int, int] | None:
    parts = word.split("-")
    if len(parts) == 3 and _number(parts[0], 4, 4) and all(_number(part, 2, 2) for part in parts[1:]):
        year, month, day = map(int, parts)
        return (year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None
    if len(parts) == 2 and all(_number(part, 2, 2) for part in parts):
        month, day = map(int, parts)
        return (None, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None
    return None


def _number(word: str, least: int, most: int) -> bool:
    return least <= len(word) <= most and word.isascii() and word.isdigit()


def _has_seconds(word: str) -> bool:
    return any(part.count(":") >= 2 for part in word.replace("+", " ").split(".."))


def _resolve(point: _Point, now: Ms, zone: Zone) -> Ms:
    if isinstance(point, _Ago):
        return now - point.span
    if point.month is None:
        return _latest_clock(point, now, zone)
    return _dated(point, now, zone)


def _there(point: _Clock, zone: Zone) -> Zone:
    """The zone that was written with the time, else the one that is shown."""
    offset = point.offset
    return zone if offset is None else lambda _: (offset, "")


def _latest_clock(point: _Clock, now: Ms, zone: Zone) -> Ms:
    """The latest moment not in the future at which a clock there showed this."""
    zone = _there(point, zone)
    found = [t for back in range(-1, 5) for t in _on(point, civil(now - back * DAY, zone), zone) if t <= now + _AHEAD]
    return min(max(found), now)


def _on(point: _Clock, day: Civil, zone: Zone) -> tuple[Ms, ...]:
    return moments(Civil(day.year, day.month, day.day, point.hour, point.minute, point.second), zone)


def _dated(point: _Clock, now: Ms, zone: Zone) -> Ms:
    assert point.month is not None
    assert point.day is not None
    zone = _there(point, zone)
    this_year = civil(now, zone).year
    date = f"{point.month:02}-{point.day:02}"
    years = [point.year] if point.year is not None else list(range(this_year, this_year - 9, -1))
    for year in years:
        found = _on(point, Civil(year, point.month, point.day), zone)
        past = [t for t in found if t <= now + _AHEAD]
        if past:
            return min(max(past), now)
        # Without a year, a date far ahead is last year's; one that is near is a slip.
        if found and (point.year is not None or found[0] - now < 183 * DAY):
            raise ValueError(
                f"{date} {point.hour:02}:{point.minute:02} is in the future; an entry says what has happened"
            )
        if not found and _on(point, Civil(year, point.month, point.day), utc):
            raise ValueError(f"{point.hour:02}:{point.minute:02} on {date} was skipped when the clocks went forward")
    raise ValueError(f"there is no day {date}; write the date as month-day, 11-21T23:58")


def _span(start: _Point, stop: _Point, now: Ms, zone: Zone) -> tuple[Ms, Ms]:
    if _bare(stop) and not _bare(start):
        t = _resolve(start, now, zone)
        there = _there(stop, zone)
        after = [m for ahead in range(3) for m in _on(stop, civil(t + ahead * DAY, there), there) if m >= t]
        to = min(after)
    else:
        to = _resolve(stop, now, zone)
        t = _latest_clock(start, to, zone) if _bare(start) else _resolve(start, now, zone)
    if to > now + _AHEAD:
        raise ValueError("that span ends in the future; an entry says what has happened")
    if t > to or (_bare(start) and _bare(stop) and to - t > 12 * HOUR):
        raise ValueError("that span ends before it begins; write the earlier time first, 14:01..14:05")
    return t, min(to, now)


def _bare(point: _Point) -> TypeGuard[_Clock]:
    return isinstance(point, _Clock) and point.month is None


def _hms(shown: Civil, seconds: bool) -> str:
    return f"{shown.hour:02}:{shown.minute:02}" + (f":{shown.second:02}" if seconds else "")


def _ago(span: Ms) -> str:
    if span < SECOND:
        return "now"
    if span < MINUTE:
        return f"{span // SECOND} s ago"
    if span < 2 * HOUR:
        return f"{span // MINUTE} min ago"
    if span < 2 * DAY:
        return f"{span // HOUR} h ago"
    return f"{span // DAY} days ago"
