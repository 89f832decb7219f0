"""The timeline: newest next to the prompt, following the end unless the person scrolled up.

Only what is in sight is made, wrapped and painted, upward from the row at the bottom, so that a hundred thousand rows
cost as much as thirty. A place is remembered by the id of its fact, so that nothing moves under the person.
"""

from rich.cells import cell_len
from textual import events
from textual.reactive import var

from ..core.text import wrap
from ..core.zone import Zone, utc
from . import clock
from .glyphs import BELOW
from .moment import Moment, Sight
from .panes.pane import Card, Pane
from .rows import LOUD, QUIET, Row, row
from .shown import Filter, Shown
from .spans import BLANK, Line, clip, left, right, spread

_WIDE = 84  # from here on, kinds are words and times have seconds
_TALL = 6  # lines that a row which is not a decision gets before it is cut
_WHEEL = 3
_EMPTY = "Nothing yet. Type what you see and press Enter."
_NONE = "Nothing matches."


class Columns:
    """Where things stand in a row of `width` cells."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.wide = width >= _WIDE
        self.time, self.gap, self.word, self.by = (8, 2, 10, 8) if self.wide else (6, 1, 4, 6)
        self.sign = self.time + self.gap
        self.text = self.sign + 2 + self.word + 1
        self.room = max(8, width - self.text - self.by - 2)


def painted(each: Row, width: int, tall: int, zone: Zone = utc, selected: bool = False) -> list[Line]:
    """One row as lines of at most `width` cells; more than `tall` lines are cut."""
    columns = Columns(width)
    if each.rule:
        return [_rule(each, columns, zone), *(((" " * columns.text, ""), span) for span in _stands(each, columns))]
    lines = _body(each, columns, tall)
    out = [_headed(each, columns, lines[0], zone)]
    indent = (" " * columns.text, "")
    out += [(indent, span) for span in lines[1:]]
    return [_lit(line, width) for line in out] if selected else out


def _body(each: Row, columns: Columns, tall: int) -> list[tuple[str, str]]:
    ink = {LOUD: "bold", QUIET: "muted"}.get(each.weight, "") + (" strike" if each.struck else "")
    # Nobody reads beyond what is shown: a text of 64 KiB is cut before it is wrapped.
    lines = wrap(each.text[: columns.room * (tall + 1) * 2], columns.room)
    if len(lines) > tall:
        lines = [*lines[: tall - 1], clip(lines[tall - 1] + " …", columns.room)]
        lines[-1] = lines[-1] if lines[-1].endswith("…") else lines[-1] + " …"
    spans = [(line, ink) for line in lines] or [("", ink)]
    if each.note:
        spans.append((clip(each.note, columns.room), "amber"))
    return spans + _stands(each, columns)


def _stands(each: Row, columns: Columns) -> list[tuple[str, str]]:
    """In words how it stands to the server, in two lines at the most."""
    if not each.stands:
        return []
    first, *more = wrap(each.stands, columns.room)
    return [(line, each.stands_tone) for line in (first, *([clip(" ".join(more), columns.room)] if more else []))]


def _headed(each: Row, columns: Columns, text: tuple[str, str], zone: Zone) -> Line:
    time = clock.stamp(each.at, zone, each.seconds and columns.wide)
    return (
        (right(time if columns.wide else time.partition("–")[0], columns.time), "muted"),
        (" " * columns.gap, ""),
        (each.glyph + " ", each.tone),
        (left(each.word if columns.wide else each.short, columns.word) + " ", each.tone),
        *_sign(each, text, columns),
        (right(each.by, columns.by), "muted"),
    )


def _sign(each: Row, text: tuple[str, str], columns: Columns) -> Line:
    """The text, and behind it, in a column that is there with and without a sign, how the fact stands to the server."""
    if not each.sign:
        return ((left(text[0], columns.room + 2), text[1]),)
    return ((left(text[0], columns.room), text[1]), (each.sign, each.sign_tone), (" ", ""))


def _rule(each: Row, columns: Columns, zone: Zone) -> Line:
    time = clock.stamp(each.at, zone, each.seconds and columns.wide)
    text = f"{each.text}   {time} {zone(each.at.t)[1]}" if columns.wide else f"{each.text}  {time}"
    return ruled(f"{text} {each.sign}".rstrip(), columns)


def ruled(text: str, columns: Columns) -> Line:
    """A rule across with `text` in it, where the texts or the signs stand."""
    start, gap = (columns.text, "  ") if columns.wide else (columns.sign, " ")
    text = clip(text, max(0, columns.width - start - 4))
    after = columns.width - start - cell_len(text) - len(gap)
    return (("─" * (start - len(gap)) + gap, "rule"), (text + gap, "muted"), ("─" * max(0, after), "rule"))


def _lit(line: Line, width: int) -> Line:
    return tuple((text, f"{ink or 'text'} on select") for text, ink in spread(line, (), width))


def _same_look(old: Sight, new: Sight) -> bool:
    """Whether rows look the same in both; who holds the pager, for one, changes no row."""
    same = (old.zone, old.ascii, old.reading) == (new.zone, new.ascii, new.reading)
    return same and (old.sync is new.sync or old.sync.same_rows(new.sync))


class Timeline(Pane):
    """What happened, newest at the bottom."""

    DEFAULT_CSS = "Timeline { width: 1fr; height: 1fr; }"

    filter: var[Filter] = var(Filter(), init=False)
    selected: var[str] = var("", init=False)
    compact: var[bool] = var(False, init=False)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown = Shown()
        self._bottom = -1  # the row at the bottom
        self._anchor = ""  # its fact, while the person is not at the end
        self._seen = 0
        self._cache: dict[tuple[Row, int, int, Zone, bool], list[Line]] = {}

    # ── what it is given ──

    def watch_moment(self, old: Moment | None = None, new: Moment | None = None) -> None:
        if new is not None and old is not None and old.incident is new.incident and _same_look(old.sight, new.sight):
            return
        self._take()

    def watch_filter(self) -> None:
        self._take()

    def watch_selected(self) -> None:
        self._show()

    def watch_compact(self) -> None:
        self._show()

    def _take(self) -> None:
        if self.moment is None:
            return
        self._shown.take(self.moment.incident, self.filter)
        place = self._shown.find(self._anchor) if self._anchor else -1
        self._go(place if place >= 0 else len(self._shown) - 1)

    # ── where it is ──

    @property
    def following(self) -> bool:
        """Whether the newest row is in sight and stays so."""
        return not self._anchor

    @property
    def below(self) -> int:
        """How many rows came since the person left the end."""
        return 0 if self.following else max(0, len(self._shown) - self._seen)

    def scroll_rows(self, rows: int) -> None:
        """Move by so many rows, up where negative."""
        self._go(self._bottom + rows)

    def scroll_pages(self, pages: int) -> None:
        """Move by what fits on the screen, less two rows to keep one's place."""
        self.scroll_rows(pages * max(1, self._room()[1] - 2))

    def to_end(self) -> None:
        self._go(len(self._shown) - 1)

    def to_start(self) -> None:
        self._go(0)

    def select(self, step: int) -> None:
        """Move the selection by so many rows; the first time, to the newest row in sight."""
        if not len(self._shown):
            return
        place = self._shown.find(self.selected) if self.selected else -1
        place = self._bottom if place < 0 else max(0, min(len(self._shown) - 1, place + step))
        self.selected = self._shown.event(place).id
        self._reveal(place)

    def reveal(self, id: str) -> bool:
        """Select the fact with this id and bring it into sight; False where the filter hides it."""
        place = self._shown.find(id)
        if place < 0:
            return False
        self.selected = id
        self._reveal(place)
        return True

    def _reveal(self, place: int) -> None:
        if place > self._bottom:
            self._go(place)
            return
        width, height = self._room()
        used, n = 0, self._bottom
        while n >= place and used <= height:
            used += len(self._row(n, width, height))
            n -= 1
        if used > height or n >= place:
            self._go(self._first_full(place, width, height))

    def _go(self, place: int) -> None:
        """Put this row at the bottom; but never leave more room above than there must be."""
        last = len(self._shown) - 1
        width, height = self._room()
        if self._size_known() and place < last:
            place = max(place, min(last, self._first_full(0, width, height)))
        place = max(-1, min(place, last))
        if place >= last:
            self._anchor = ""
        else:
            if not self._anchor:
                self._seen = len(self._shown)
            self._anchor = self._shown.event(place).id if place >= 0 else ""
        self._bottom = place
        self._show()

    def _first_full(self, top: int, width: int, height: int) -> int:
        """The last row that is whole on a screen whose first row is `top`."""
        used, n = 0, top
        while n < len(self._shown):
            used += len(self._row(n, width, height))
            if used > height:
                return max(top, n - 1)
            n += 1
        return len(self._shown) - 1

    def _size_known(self) -> bool:
        return self.size.height > 0

    def _room(self) -> tuple[int, int]:
        """The cells that rows have while the person is not at the end."""
        width, height = self.size
        if self.compact:  # away from the end, the last row says where one is
            return max(0, width - 2), max(0, height - 1)
        return max(0, width - 4), max(0, height - 2)

    @property
    def _says_where(self) -> bool:
        """Whether the last row says where one is, because there is no frame to say it."""
        return self.compact and (bool(self.filter) or not self.following)

    # ── what it shows ──

    @property
    def framed(self) -> bool:  # type: ignore[override]  # the other panes never change between the two
        return not self.compact

    def card(self, moment: Moment, width: int, height: int) -> Card:
        margin = 1 if self.compact else 0
        width -= 2 * margin
        foot, tone = self._foot()
        below = [ruled(foot, Columns(width))] if self._says_where else []
        lines = self._window(width, height - len(below)) + below
        hint = _NONE if self.filter else _EMPTY
        if height > 2 and not (len(self._shown) if self.filter else moment.incident.entry_count):
            lines[height // 2] = lines[height // 2] or ((" " * Columns(width).text, ""), (hint, "muted"))
        if margin:
            lines = [((" ", ""), *line) for line in lines]
        drill = moment.incident.drill
        return Card("Timeline · DRILL" if drill else "Timeline", lines, foot, "violet" if drill else "rule", tone)

    def _foot(self) -> tuple[str, str]:
        count = len(self._shown)
        if self.moment is not None and self.moment.sight.reading:
            return f"the last {count} entries · reading …", "muted"
        if not self.following:
            new = f"{BELOW} {self.below} new" if self.below else f"{BELOW} {count - 1 - self._bottom} below"
            return f"{new} · {self.filter.words()}", "sky" if self.below else "muted"
        if self.filter:
            return f"{count} of {self._shown.total} · {self.filter.words()}", "sky"
        return f"{count} {'entry' if count == 1 else 'entries'} · all kinds", "muted"

    def _window(self, width: int, height: int) -> list[Line]:
        lines: list[Line] = []
        n = self._bottom
        while n >= 0 and len(lines) < height:
            lines = [*self._row(n, width, height), *lines]
            n -= 1
        return [BLANK] * (height - len(lines)) + lines[max(0, len(lines) - height) :]

    def _row(self, n: int, width: int, height: int) -> list[Line]:
        """The lines of the `n`th row, with the date before it where a new day begins."""
        state, zone = self._shown.state, self.moment.sight.zone if self.moment else utc
        event = self._shown.event(n)
        each, selected = row(state, event), event.id == self.selected
        if self.moment is not None and self.moment.sight.sync.joined:
            from .sync_rows import marked  # only where a server was joined

            each = marked(each, event, self.moment, selected)
        tall = max(1, height - 1) if each.weight == LOUD or self.zoomed else min(_TALL, max(1, height - 1))
        key = (each, width, tall, zone, selected)
        lines = self._cache.get(key)
        if lines is None:
            if len(self._cache) > 4096:
                self._cache.clear()
            lines = self._cache[key] = painted(each, width, tall, zone, selected)
        # The first row has its date too, once that is not today's.
        before = state.when(self._shown.event(n - 1)).t if n else self.moment.now if self.moment else each.at.t
        if clock.day(before, zone) != clock.day(each.at.t, zone):
            return [ruled(clock.date(each.at.t, zone), Columns(width)), *lines]
        return lines

    def on_resize(self) -> None:
        super().on_resize()
        if not self.following:
            self._go(self._bottom)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-_WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(_WHEEL)
