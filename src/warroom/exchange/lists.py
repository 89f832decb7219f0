"""A Markdown list of `time text` lines, as people keep one by hand. A date is carried on to the times below it."""

import re

from ..core.values import DAY, HOUR, Ms
from ..core.zone import civil
from . import moments
from .found import Found, Gathering, Options
from .problem import shown

_ITEM = re.compile(r"(?P<indent>\s*)(?:[-*+•]|\d{1,4}[.)])(?:\s+|$)(?P<rest>.*)", re.DOTALL)
_WRAP = re.compile(r"[*_`]{0,3}")
_BEHIND = re.compile(r"[*_`]{0,3}\s*(?:[—–:|]|-(?=\s))?(?:[*_`]{1,3}(?=\s))?\s*")
_OTHER_CLOCK = re.compile(r"\s*(?P<word>[ap]\.?m\b|[A-Z]{1,2}[SD]T\b|(?:CE|EE|WE|MS|JS|KS|IS|BS)S?T\b)", re.IGNORECASE)
_SETTING = re.compile(
    r"\s*(?:[-*+]\s+)?[*_]{0,2}(?P<name>title|severity|source)[*_]{0,2}\s*:[*_]{0,2}\s*(?P<value>.+)", re.I
)
_BACK = 12 * HOUR  # a clock that goes back further than this has passed midnight


class _Reader:
    def __init__(self, found: Gathering, date: moments.Date | None) -> None:
        self.found = found
        self.date = date
        self.last: Ms | None = None
        self.open: tuple[int, moments.Moment, bool | None] | None = None
        self.text: list[str] = []
        self.skipped: list[int] = []

    def line(self, number: int, line: str) -> None:
        heading = line.startswith("#")
        item = None if heading else _ITEM.fullmatch(line)
        if self.open is None and (setting := _SETTING.fullmatch(line)):
            told = {name: None for name in ("title", "severity", "source")}
            self.found.head(number, **(told | {setting["name"].casefold(): setting["value"].strip()}))
        elif item and (not item["indent"] or _timed(item["rest"])):
            self.close()
            self._item(number, item["rest"])
        elif not heading and line[:1] not in (" ", "\t") and _timed(line):
            self.close()
            self._item(number, line)
        elif not line.strip():
            return
        elif self.open is not None and line[:1] in " \t" and not heading:
            self.text.append(line.strip())
        else:
            self.close()
            self._prose(number, line, heading)

    def close(self) -> None:
        """The event that is being read is complete."""
        if self.open is not None:
            number, moment, approx = self.open
            self.found.moment(number, moment, "\n".join(self.text), "", approx=approx)
        self.open, self.text = None, []

    def _prose(self, number: int, line: str, heading: bool) -> None:
        day = moments.DAY.search(line)
        if day:
            self.date, self.last = moments.date(day["date"]), None
        bare = line.lstrip("#").strip()
        if heading and line.startswith("# ") and not self.found.title:
            self.found.head(number, title=bare, severity=None, source=None)
        elif not heading and not (day and bare == day["date"]):
            self.skipped.append(number)

    def _item(self, number: int, text: str) -> None:
        rest = text[_end(_WRAP, text, 0) :]
        approx = rest.startswith("~")
        rest = rest[1:].lstrip() if approx else rest
        stamp = moments.STAMP.match(rest)
        found = stamp or moments.CLOCK.match(rest)
        if found is None:
            self.found.problems.add(number, f"does not begin with a time: {shown(text)}; write `- 14:02 text`")
            return
        if other := _OTHER_CLOCK.match(rest, found.end()):
            self.found.problems.add(number, f"has a time in {shown(other['word'])}; write it in UTC, or as 14:02+01:00")
            return
        if stamp:
            self.date, self.last = moments.date(stamp["date"]), None
        if self.date is None:
            self.found.problems.add(
                number,
                f"{shown(found[0])} has no date: write one in a heading above it, in its time, or with --date",
            )
            return
        try:
            moment = self._carried(moments.of(found, self.date))
        except ValueError as wrong:
            self.found.problems.add(number, f"the time {shown(found[0])} {wrong}")
            return
        self.last = moment.t
        self.open = (number, moment, True if approx else None)
        self.text = [rest[_end(_BEHIND, rest, found.end()) :]]

    def _carried(self, moment: moments.Moment) -> moments.Moment:
        if self.last is None or moment.t >= self.last - _BACK:
            return moment
        year, month, day, *_ = civil(moment.t + DAY)
        self.date = (year, month, day)
        return moments.Moment(moment.t + DAY, moment.zoned)


def _timed(text: str) -> bool:
    bare = text[_end(_WRAP, text, 0) :].lstrip("~ ")
    return bool(moments.STAMP.match(bare) or moments.CLOCK.match(bare))


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def read_list(text: str, name: str, title: str, options: Options) -> Found:
    """The events of a Markdown list. Raises `BadInput`."""
    found = Gathering(name, options)
    date: moments.Date | None = None
    if options.date:
        if not moments.DAY.fullmatch(options.date):
            raise found.problems.fail(0, f"--date {shown(options.date)} is not a day; write it as 2026-11-22")
        date = moments.date(options.date)
    reader = _Reader(found, date)
    for number, line in enumerate(text.split("\n"), 1):
        reader.line(number, line.rstrip("\r"))
    reader.close()
    if reader.skipped:
        which = ", ".join(str(number) for number in reader.skipped[:10])
        more = f" and {len(reader.skipped) - 10} more" if len(reader.skipped) > 10 else ""
        found.notes.append(f"Not imported, since it is no list item: line {which}{more}.")
    return found.done(title)
