"""What is late among the action items of all incidents: in the lobby a pane beside them, one line where it is low."""

import asyncio

from rich.cells import cell_len

from ...core.text import clean
from ...core.values import Ms
from ...render.item import late
from ...room.items import ItemBook, Looked, Owed
from ..panes.pane import Card, Surface
from ..spans import Line, cells, clip, right, spread

EVERY = 30  # seconds between two looks at the files
_MOST = 6  # of them in the pane
_LATE = 8  # "340 days"
_FRAME = 2


class Overdue(Surface):
    """Shows itself only where something is late. `looked` is what there is."""

    DEFAULT_CSS = "Overdue { display: none; }"

    def __init__(self, incidents: str, archive: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._book = ItemBook(incidents, archive)
        self.looked = Looked()
        self._now: Ms = 0
        self._busy = False

    def on_mount(self) -> None:
        self.look()
        self.set_interval(EVERY, self.look)

    def look(self) -> None:
        """Reads what has changed, beside the screen."""
        if not self._busy:
            self._busy = True
            self.run_worker(self._read(), exit_on_error=False)

    async def _read(self) -> None:
        try:
            self.looked = await asyncio.to_thread(self._book.look)
        finally:
            self._busy = False

    def fit(self, now: Ms, *, wide: bool, low: bool) -> int:
        """Takes the rows that it needs at `now` in a lobby of that size; how many these are."""
        self._now = now
        count = len(self.looked.overdue(now))
        rows = 0 if not count or low else min(count, _MOST) + _FRAME if wide else 1
        self.display = bool(rows)
        if self.framed != wide:
            self.framed, self._card = wide, None
        self.styles.height = rows or 1
        self._show()
        return rows

    def content(self, width: int, height: int) -> Card:
        owed = self.looked.overdue(self._now)
        if not self.framed:
            return Card(lines=[line(owed, self._now, width)] if owed else [])
        some = owed[: height if len(owed) <= height else height - 1]
        lines = [row(each, self._now, width) for each in some]
        if len(some) < len(owed):
            lines.append(((f"… {len(owed) - len(some)} more", "muted"),))
        return Card(title(len(owed)), lines, "warroom items", tone="red")


def title(count: int) -> str:
    """`3 action items are overdue`."""
    return "1 action item is overdue" if count == 1 else f"{count} action items are overdue"


def line(owed: tuple[Owed, ...], now: Ms, width: int) -> Line:
    """All of it in one line: how many, and the oldest of them."""
    first = owed[0]
    head: Line = ((" ", ""), (title(len(owed)), "red bold"))
    about = f" · {'oldest ' if len(owed) > 1 else ''}{late(first.item, now)}: "
    tail: Line = (("  warroom items ", "muted"),)
    room = max(10, width - cells(head) - cell_len(about) - cells(tail))
    return spread((*head, (about, ""), (clip(_what(first), room), "")), tail, width)


def row(each: Owed, now: Ms, width: int) -> Line:
    """One of them: how late, what, whose, and the incident that it came of."""
    head: Line = ((right(late(each.item, now), _LATE) + "  ", "red bold"),)
    who = clip(clean(each.item.owner) or "nobody", 10)
    tail: Line = ((f"{who} ", ""), (each.handle.removeprefix("INC-"), "muted"))
    room = max(6, width - cells(head) - cells(tail) - 2)
    return spread((*head, (clip(_what(each), room), "")), tail, width)


def _what(each: Owed) -> str:
    return clean(" ".join(each.item.what.split()))
