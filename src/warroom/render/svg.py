"""Drawings as inline SVG: no script, no address of another place, no colour of their own (classes say what a part is).

Each has a title and a description that say what it shows; what people wrote goes through `text`.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from ..core.review.stats import Spread
from ..core.text import clean, clip
from ..core.values import Ms
from ..core.zone import Zone, utc
from .plots import Axis, Mark, axis, short
from .times import day

_WIDE = 760
_LEFT = 170  # of the names
_RIGHT = 90
_ROW = 30
_TOP = 12
_NAME = 24  # letters of a name


def text(words: str) -> str:
    """What people wrote, as text of a page."""
    return escape(clean(words))


def drawing(id: str, title: str, says: str, height: int, parts: Iterable[str]) -> str:
    """The whole drawing; `says` is read to whoever cannot see it."""
    return (
        f'<svg viewBox="0 0 {_WIDE} {height}" role="img" aria-labelledby="{id}-title {id}-says">'
        f'<title id="{id}-title">{text(title)}</title><desc id="{id}-says">{text(says)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def boxes(id: str, title: str, rows: Sequence[tuple[str, Spread]]) -> str:
    """Range, half of the values and median of each row over one logarithmic axis; of few values each as a dot."""
    shown = [row for row in rows if row[1].n]
    if not shown:
        return ""
    at = axis([spread for _, spread in shown], 1000)
    bottom = _TOP + _ROW * len(shown)
    parts = [*_ticks(at, bottom)]
    for n, (name, spread) in enumerate(shown):
        parts += _box(name, spread, at, _TOP + _ROW * n + _ROW // 2)
    return drawing(id, title, "; ".join(told(name, spread) for name, spread in shown), bottom + 30, parts)


def told(name: str, spread: Spread) -> str:
    """A spread in words."""
    if not spread.n:
        return f"{name}: no value"
    if spread.few:
        return f"{name}: only {spread.n}, {', '.join(short(value) for value in spread.values)}"
    least, lower, median, upper, most = (
        short(value or 0) for value in (spread.least, spread.lower, spread.median, spread.upper, spread.most)
    )
    return f"{name}: {spread.n} values, median {median}, half of them {lower} to {upper}, all {least} to {most}"


def _x(at: Axis, value: Ms | None) -> int:
    return _LEFT + round((_WIDE - _LEFT - _RIGHT) * at.share(value or at.low))


def _ticks(at: Axis, bottom: int) -> Iterator[str]:
    for tick in at.ticks:
        x = _x(at, tick)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>'
        yield f'<text class="soft" x="{x}" y="{bottom + 18}" text-anchor="middle">{short(tick)}</text>'


def _box(name: str, spread: Spread, at: Axis, y: int) -> Iterator[str]:
    yield f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{text(clip(clean(name), _NAME))}</text>'
    if spread.few:
        yield from (f'<circle class="dot" cx="{_x(at, value)}" cy="{y}" r="4.5"/>' for value in spread.values)
        yield f'<text class="soft" x="{_WIDE - _RIGHT + 12}" y="{y + 4}">{spread.n} only</text>'
        return
    least, lower, median, upper, most = (
        _x(at, value) for value in (spread.least, spread.lower, spread.median, spread.upper, spread.most)
    )
    yield f'<line class="line" x1="{least}" x2="{most}" y1="{y}" y2="{y}"/>'
    yield from (f'<line class="line" x1="{x}" x2="{x}" y1="{y - 6}" y2="{y + 6}"/>' for x in (least, most))
    yield f'<rect class="half" x="{lower}" y="{y - 9}" width="{max(2, upper - lower)}" height="18"/>'
    yield f'<line class="middle" x1="{median}" x2="{median}" y1="{y - 11}" y2="{y + 11}"/>'
    yield f'<text class="strong" x="{_WIDE - _RIGHT + 12}" y="{y + 4}">{short(spread.median or 0)}</text>'


def bars(id: str, title: str, rows: Sequence[tuple[str, int]]) -> str:
    """A bar for each count, one under the other."""
    if not rows:
        return ""
    most = max(count for _, count in rows) or 1
    parts = []
    for n, (name, count) in enumerate(rows):
        y, wide = _TOP + _ROW * n, round((_WIDE - _LEFT - _RIGHT) * count / most)
        parts.append(f'<text x="{_LEFT - 12}" y="{y + 19}" text-anchor="end">{text(clip(clean(name), _NAME))}</text>')
        parts.append(f'<rect class="bar" x="{_LEFT}" y="{y + 5}" width="{wide}" height="18"/>' if count else "")
        parts.append(f'<text class="strong" x="{_LEFT + wide + 8}" y="{y + 19}">{count}</text>')
    says = ", ".join(f"{name}: {count}" for name, count in rows)
    return drawing(id, title, says, _TOP + _ROW * len(rows) + 8, parts)


def columns(id: str, title: str, rows: Sequence[tuple[str, int]]) -> str:
    """A column for each month; the first, the last and the highest are named."""
    if not rows:
        return ""
    most, tall = max(count for _, count in rows) or 1, 120
    step = (_WIDE - 60) / len(rows)
    parts = [f'<line class="line" x1="40" x2="{_WIDE - 20}" y1="{tall + 20}" y2="{tall + 20}"/>']
    parts.append(f'<text class="soft" x="34" y="28" text-anchor="end">{most}</text>')
    parts.append(f'<text class="soft" x="34" y="{tall + 20}" text-anchor="end">0</text>')
    for n, (_, count) in enumerate(rows):
        high = round(tall * count / most)
        x = f"{40 + n * step + step * 0.1:.1f}"
        parts.append(
            f'<rect class="bar" x="{x}" y="{20 + tall - high}" width="{step * 0.8:.1f}" height="{high}"/>'
            if high
            else ""
        )
    parts.append(f'<text class="soft" x="40" y="{tall + 38}">{text(rows[0][0])}</text>')
    if len(rows) > 1:
        parts.append(
            f'<text class="soft" x="{_WIDE - 20}" y="{tall + 38}" text-anchor="end">{text(rows[-1][0])}</text>'
        )
    return drawing(id, title, ", ".join(f"{name}: {count}" for name, count in rows), tall + 50, parts)


def timeline(id: str, title: str, marks: Sequence[Mark], zone: Zone = utc) -> str:
    """A bar for each incident from its declaration to its end, a lane for each severity."""
    if not marks:
        return ""
    first, last = min(mark.start for mark in marks), max(mark.end for mark in marks)
    span = max(1, last - first)
    names = sorted({mark.lane for mark in marks})
    bottom = _TOP + _ROW * len(names)
    room = _WIDE - _LEFT - 20
    parts = []
    for n, name in enumerate(names):
        y = _TOP + _ROW * n
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDE - 20}" y1="{y + 15}" y2="{y + 15}"/>')
        parts.append(f'<text x="{_LEFT - 12}" y="{y + 19}" text-anchor="end">{text(clip(clean(name), _NAME))}</text>')
        for mark in marks:
            if mark.lane == name:
                x, wide = room * (mark.start - first) / span, max(2.0, room * (mark.end - mark.start) / span)
                parts.append(f'<rect class="went" x="{_LEFT + x:.1f}" y="{y + 6}" width="{wide:.1f}" height="18"/>')
    parts.append(f'<text class="soft" x="{_LEFT}" y="{bottom + 18}">{day(first, zone)}</text>')
    parts.append(f'<text class="soft" x="{_WIDE - 20}" y="{bottom + 18}" text-anchor="end">{day(last, zone)}</text>')
    counts = ", ".join(f"{name}: {sum(mark.lane == name for mark in marks)}" for name in names)
    return drawing(id, title, f"{day(first, zone)} to {day(last, zone)}; {counts}", bottom + 30, parts)
