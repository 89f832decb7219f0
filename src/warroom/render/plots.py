"""Plots as lines of text: pure, readable without colour, and cell for cell in ASCII once `tui.glyphs.plain` spelt them.

A line is pieces of text, each with the words of its look: "", "bold", "muted", "sky". No plot shows quartiles of fewer
than five values: it shows the values.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import log

import msgspec

from ..core.duration import spell
from ..core.review.stats import Spread
from ..core.text import clip, width
from ..core.values import DAY, HOUR, MINUTE, SECOND, Ms
from ..core.zone import Zone, civil, utc

Line = tuple[tuple[str, str], ...]
BLANK: Line = ()

TICKS = (
    SECOND,
    10 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    4 * HOUR,
    DAY,
    4 * DAY,
    14 * DAY,
    60 * DAY,
    365 * DAY,
)
EDGES = (5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY)
_STEPS = "▁▂▃▄▅▆▇█"
_DOT, _LEAST, _REST, _HALF, _MIDDLE, _MOST, _BAR, _NONE = "●", "├", "─", "▒", "█", "┤", "█", "·"
_LABEL = 14  # cells of a row's name


def said(line: Line) -> str:
    """The line's text."""
    return "".join(text for text, _ in line)


def short(ms: Ms) -> str:
    """A span without a second unit that is zero: `5m`, `1h05m`."""
    text = spell(ms)
    for zero in ("m00s", "h00m", "d00h"):
        if text.endswith(zero):
            return text[:-3]
    return text


def left(text: str, cells: int) -> str:
    """`text` in exactly so many cells, at their left."""
    text = clip(text, cells)
    return text + " " * (cells - width(text))


def right(text: str, cells: int) -> str:
    """`text` in exactly so many cells, at their right."""
    text = clip(text, cells)
    return " " * (cells - width(text)) + text


def cut(line: Line, cells: int) -> Line:
    """The line in at most so many cells."""
    out: list[tuple[str, str]] = []
    for text, look in line:
        text = clip(text, cells)
        cells -= width(text)
        out.append((text, look))
    return tuple(out)


# ── one axis for all ──


class Axis(msgspec.Struct, frozen=True):
    """A logarithmic axis of so many cells between two of TICKS: minutes and days stand on it side by side."""

    low: Ms
    high: Ms
    cells: int

    def column(self, ms: Ms) -> int:
        """The cell in which this span lies."""
        return round((self.cells - 1) * self.share(ms))

    def share(self, ms: Ms) -> float:
        """Where it lies between 0 and 1."""
        ms = min(max(ms, self.low), self.high)
        return log(ms / self.low) / log(self.high / self.low)

    @property
    def ticks(self) -> list[Ms]:
        return [tick for tick in TICKS if self.low <= tick <= self.high]


def axis(spreads: Sequence[Spread], cells: int) -> Axis:
    """The axis on which all of these fit."""
    values = [value for each in spreads for value in each.values] or [MINUTE]
    low = max((tick for tick in TICKS if tick <= min(values)), default=TICKS[0])
    high = min((tick for tick in TICKS if tick >= max(values) and tick > low), default=TICKS[-1])
    return Axis(low if low < high else TICKS[-2], high, cells)


def axis_line(at: Axis) -> str:
    """The names of the ticks under their cells; one that has no room is left out."""
    cells = [" "] * at.cells
    free = 0
    for tick in at.ticks:
        name = short(tick)
        start = min(max(at.column(tick) - len(name) // 2, 0), at.cells - len(name))
        if start >= free:
            cells[start : start + len(name)] = name
            free = start + len(name) + 1
    return "".join(cells)


# ── spreads ──


def box(spread: Spread, at: Axis) -> str:
    """Range, half of the values and the median on the axis; of few values each one, as a dot or as how many."""
    cells = [" "] * at.cells
    if spread.few:
        columns = [at.column(value) for value in spread.values]
        for column in columns:
            count = columns.count(column)
            cells[column] = _DOT if count == 1 else str(count)
        return "".join(cells)
    places = [at.column(value or 0) for value in (spread.least, spread.lower, spread.median, spread.upper, spread.most)]
    least, lower, median, upper, most = places
    cells[least : most + 1] = _REST * (most + 1 - least)
    cells[least], cells[most] = _LEAST, _MOST
    cells[lower : upper + 1] = _HALF * (upper + 1 - lower)
    cells[median] = _MIDDLE
    return "".join(cells)


def boxes(rows: Sequence[tuple[str, Spread]], cells: int) -> list[Line]:
    """A row for each name over one axis: how many values, where they lie, and the median; of few, that they are few."""
    shown = [row for row in rows if row[1].n]
    if not shown:
        return []
    at = axis([spread for _, spread in shown], max(16, cells - _LABEL - 5 - 10))
    out: list[Line] = []
    for name, spread in shown:
        last = f"{spread.n} only" if spread.few else short(spread.median or 0)
        look = "muted" if spread.few else "bold"
        out.append(
            (
                (left(name, _LABEL), ""),
                (right(str(spread.n), 4) + " ", "muted"),
                (box(spread, at), "sky"),
                (right(last, 10), look),
            )
        )
    ticks = " " * (_LABEL + 5) + axis_line(at)
    return [*out, ((ticks.rstrip(), "muted"),)]


BOX_KEY = f"{_LEAST}{_REST} all {_REST}{_MOST}   {_HALF * 3} the middle half   {_MIDDLE} median   {_DOT} one of few"
"""What the signs of `boxes` mean."""


def buckets(values: Sequence[Ms]) -> list[tuple[str, int]]:
    """How many values lie between which spans, from the first that has one to the last."""
    rows = []
    for low, high in pairwise((0, *EDGES, None)):
        name = f"{short(low or 0)} or more" if high is None else f"under {short(high)}"
        rows.append((name, sum((low or 0) <= each and (high is None or each < high) for each in values)))
    filled = [n for n, (_, count) in enumerate(rows) if count]
    return rows[filled[0] : filled[-1] + 1] if filled else []


def bars(rows: Sequence[tuple[str, int]], cells: int) -> list[Line]:
    """A bar for each count; every count that is not 0 has one."""
    most = max((count for _, count in rows), default=0)
    room = max(4, cells - _LABEL - 8)
    out: list[Line] = []
    for name, count in rows:
        long = max(1, round(room * count / most)) if count else 0
        out.append(((left(name, _LABEL), ""), (_BAR * long, "sky"), (f" {count}" if long else str(count), "bold")))
    return out


# ── over time ──


def sparkline(values: Sequence[int | None]) -> str:
    """A cell for each value, from 0 to the greatest; a dot for 0, a blank where there is none."""
    most = max((value for value in values if value), default=0)
    return "".join(
        " " if value is None else _NONE if value <= 0 else _STEPS[max(0, -(-value * 8 // most) - 1)] for value in values
    )


class Mark(msgspec.Struct, frozen=True, gc=False):
    """An incident on a timeline: which lane it is on, and from when to when it went on (UTC ms)."""

    lane: str
    start: Ms
    end: Ms


def lanes(marks: Sequence[Mark], cells: int, zone: Zone = utc) -> list[Line]:
    """How many incidents went on in each stretch of time, a lane for each severity: 1 to 9, + for more, a dot: none."""
    if not marks:
        return []
    room = max(16, cells - _LABEL)
    first, last = min(mark.start for mark in marks), max(mark.end for mark in marks)
    step = max(HOUR, -(-(last - first + 1) // room))
    columns = -(-(last - first + 1) // step)
    out: list[Line] = []
    for lane in sorted({mark.lane for mark in marks}):
        counts = [0] * columns
        for mark in marks:
            if mark.lane == lane:
                for column in range((mark.start - first) // step, (mark.end - first) // step + 1):
                    counts[column] += 1
        drawn = "".join(_NONE if not n else str(n) if n < 10 else "+" for n in counts)
        out.append(((left(lane, _LABEL), ""), (drawn, "bold")))
    return [*out, ((" " * _LABEL + _dates(first, step, columns, zone), "muted"),)]


def step_of(marks: Sequence[Mark], cells: int) -> Ms:
    """How much time one cell of `lanes` stands for."""
    if not marks:
        return 0
    first, last = min(mark.start for mark in marks), max(mark.end for mark in marks)
    return max(HOUR, -(-(last - first + 1) // max(16, cells - _LABEL)))


def _dates(first: Ms, step: Ms, columns: int, zone: Zone) -> str:
    """Dates under their cells, as many as there is room for."""
    cells = [" "] * max(columns, 10)
    for column in range(0, len(cells) - 9, 16):
        at = civil(first + column * step, zone)
        cells[column : column + 10] = f"{at.year:04}-{at.month:02}-{at.day:02}"
    return "".join(cells).rstrip()
