"""Deadlines as an iCalendar file (RFC 5545), which every calendar reads."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ..core.text import clean
from ..core.values import Ms
from ..core.zone import civil

_FOLD = 75  # bytes of a line without its end; the blank that begins a folded one counts
_PRODUCT = "-//War room//incident deadlines//EN"


class Entry(msgspec.Struct, frozen=True):
    """One deadline. `uid` is the same for the same thing at every export; `done`: it needs nobody any more."""

    uid: str
    at: Ms
    what: str
    about: str = ""
    kind: str = ""
    done: bool = False


def calendar(entries: Iterable[Entry], name: str, now: Ms, redactions: Sequence[str] = ()) -> str:
    """The whole file, its lines ended and folded as the standard wants, which wants one entry at least."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    if redactions:
        lines.append(f"X-WR-CALDESC:{_text(' '.join(redactions))}")
    for each in sorted(entries, key=lambda entry: (entry.at, entry.uid)):
        lines += _event(each, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(entry: Entry, now: Ms) -> list[str]:
    # Without an end it is a moment: an end must be later than the start.
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"DTSTAMP:{_stamp(now)}",
        f"DTSTART:{_stamp(entry.at)}",
        f"SUMMARY:{_text(entry.what)}",
        "TRANSP:TRANSPARENT",
        f"STATUS:{'CANCELLED' if entry.done else 'CONFIRMED'}",
    ]
    if entry.about:
        lines.append(f"DESCRIPTION:{_text(entry.about)}")
    if entry.kind:
        lines.append(f"CATEGORIES:{_text(entry.kind)}")
    return [*lines, "END:VEVENT"]


def _stamp(t: Ms) -> str:
    c = civil(t)
    return f"{c.year:04}{c.month:02}{c.day:02}T{c.hour:02}{c.minute:02}{c.second:02}Z"


def _text(text: str) -> str:
    """A value: what could end it, or begin another one, is escaped."""
    flat = clean(text.replace("\r\n", "\n"), lines=True)
    return flat.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 bytes, none of which cuts a character."""
    piece, size = "", 0
    for char in line:
        wide = len(char.encode())
        if size + wide > _FOLD:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + wide
    yield piece
