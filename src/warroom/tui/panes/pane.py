"""What every pane is: a look, one moment, one watcher; the moment becomes lines, and those that differ are painted."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec
from rich.cells import cell_len
from textual.geometry import Region
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from .. import theme
from ..moment import Moment
from ..spans import BLANK, Line, clip, cut, strip

_FRAME = 4  # the frame's two columns and the blank one inside each


class Card(msgspec.Struct, frozen=True):
    """A pane's content: its title and foot stand in the frame, `tone` colours the frame."""

    title: str = ""
    lines: Sequence[Line] = ()
    foot: str = ""
    tone: str = "rule"
    foot_tone: str = "muted"


READING: Line = (("reading …", "muted"),)


def fitted(lines: Sequence[Line], height: int) -> Sequence[Line]:
    """The lines in `height` rows; where some are left out, the last row says how many."""
    if len(lines) <= height:
        return lines
    kept = max(0, height - 1)
    return [*lines[:kept], ((f"… {len(lines) - kept} more", "muted"),)][:height]


def framed(card: Card, width: int, height: int) -> list[Line]:
    """The card with its frame, exactly `height` lines."""
    tone = card.tone
    title = clip(card.title, max(0, width - 6))
    foot = clip(card.foot, max(0, width - 6))
    inner = max(0, width - _FRAME)
    bold = "muted bold" if tone == "rule" else f"{tone} bold"
    top: Line = (("╭─ ", tone), (title, bold), (" " + "─" * (width - 5 - cell_len(title)) + "╮", tone))
    if not title:
        top = (("╭" + "─" * (width - 2) + "╮", tone),)
    bottom: Line = (("╰" + "─" * (width - 2) + "╯", tone),)
    if foot:
        bottom = (("╰" + "─" * (width - 5 - cell_len(foot)) + " ", tone), (foot, card.foot_tone), (" ─╯", tone))
    out = [top]
    lines = fitted(card.lines, height - 2)
    for n in range(height - 2):
        line = cut(lines[n], inner) if n < len(lines) else BLANK
        pad = inner - sum(cell_len(text) for text, _ in line)
        out.append((("│ ", tone), *line, (" " * pad, ""), (" │", tone)))
    return [*out, bottom][:height]


class Surface(Widget):
    """Lines that are painted where they differ from before, with or without a frame."""

    DEFAULT_CSS = """
    Surface { background: $background; color: $foreground; }
    """

    framed = True  # whether there is a frame around the card; a strip of one or two lines has none

    def content(self, width: int, height: int) -> Card | None:
        """The content for `width` × `height` cells inside the frame; None while there is nothing to say."""
        raise NotImplementedError

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._card: Card | None = None

    def on_resize(self) -> None:
        self._lines = []
        self._show()

    def on_show(self) -> None:
        self._show()

    def _show(self) -> None:
        if not self.is_attached or not self.size or not self.display:
            return
        width, height = self.size
        lines = self._drawn(width, height)
        if lines is None:
            return
        before, self._lines = self._lines, lines
        if len(before) != len(lines):
            self.refresh()
            return
        changed = [Region(0, y, width, 1) for y in range(len(lines)) if lines[y] != before[y]]
        if changed:
            self.refresh(*changed)

    def _drawn(self, width: int, height: int) -> list[Line] | None:
        """The lines as they are painted: those that are there already, while the card says the same."""
        inside = (max(0, width - _FRAME), max(0, height - 2)) if self.framed else (width, height)
        card = self.content(*inside)
        if card is None or (card == self._card and self._lines):
            return self._lines if card else None
        self._card = card
        return framed(card, width, height) if self.framed else list(card.lines)[:height]

    def ground(self, y: int) -> str:
        """The ground that row `y` stands on, by its colour's name."""
        return "bg"

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else BLANK
        return strip(line, theme.palette(self.app), self.ground(y), self.size.width)


class Pane(Surface):
    """Base of the room's panes. A pane cannot tell where a fact came from, and holds nothing but the moment."""

    reading: ClassVar[Card | None] = None  # instead of what would be wrong while only the last facts were read

    moment: var[Moment | None] = var(None, init=False)
    zoomed: var[bool] = var(False, init=False)

    def card(self, moment: Moment, width: int, height: int) -> Card:
        """The content for `width` × `height` cells inside the frame."""
        raise NotImplementedError

    def content(self, width: int, height: int) -> Card | None:
        if self.moment is None:
            return None
        if self.reading is not None and self.moment.sight.reading:
            return self.reading
        return self.card(self.moment, width, height)

    def watch_moment(self) -> None:
        self._show()

    def watch_zoomed(self) -> None:
        self._show()
