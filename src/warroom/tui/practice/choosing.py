"""A sheet with a list in it: Up and Down choose, and what was chosen stays chosen whatever else comes and goes."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from ..moment import Moment
from ..overlays.above import Sheet
from ..panes.pane import Card
from ..spans import Line, left

T = TypeVar("T")
MARK = 2  # cells of the sign before the chosen one


class Choosing(Sheet, Generic[T]):
    """`items` are what can be chosen, the first one at the beginning; `id` names one of them for good."""

    chosen = ""  # the id of the one that Enter means
    _place = 0  # where it stood last

    def items(self, moment: Moment) -> Sequence[T]:
        """What there is to choose from, in order."""
        raise NotImplementedError

    def id_of(self, item: T) -> str:
        """What names this one whatever happens to the others."""
        raise NotImplementedError

    def rows(self, item: T, chosen: bool, moment: Moment, width: int) -> list[Line]:
        """How one of them looks, in `width` cells."""
        raise NotImplementedError

    def sheet(self, item: T | None, moment: Moment, width: int) -> Card:
        """Title, foot and colour; its lines stand under the list."""
        raise NotImplementedError

    def current(self, moment: Moment) -> T | None:
        """The chosen one; where that has gone, the one in its place."""
        items = self.items(moment)
        if not items:
            return None
        at = next((n for n, item in enumerate(items) if self.id_of(item) == self.chosen), -1)
        if at < 0:
            at = min(self._place, len(items) - 1) if self.chosen else 0
        self._place, self.chosen = at, self.id_of(items[at])
        return items[at]

    def card(self, moment: Moment, width: int, height: int) -> Card:
        item = self.current(moment)
        said = self.sheet(item, moment, width)
        lines: list[Line] = []
        focus, end = 0, 0
        for each in self.items(moment):
            here = self.id_of(each) == self.chosen
            start = len(lines)
            lines += self.rows(each, here, moment, width)
            focus, end = (start, len(lines)) if here else (focus, end)
        room = max(3, height - len(said.lines))
        if room < len(lines):
            # The chosen one is whole where that can be, and its first line is in sight in any case.
            top = min(focus, max(end - room, min(focus - room // 3, len(lines) - room), 0))
            lines = lines[top : top + room]
        return Card(said.title, [*lines, *said.lines][:height], said.foot, said.tone)

    def step(self, by: int) -> None:
        moment = self.moment
        items = self.items(moment) if moment else ()
        if moment is None or not items:
            return
        self.current(moment)
        self._place = max(0, min(len(items) - 1, self._place + by))
        self.chosen = self.id_of(items[self._place])
        self._show()

    def first_again(self) -> None:
        """The next time the first one is the chosen one."""
        self.chosen, self._place = "", 0


def mark(chosen: bool) -> tuple[str, str]:
    """The sign before a row."""
    return ("▸ " if chosen else "  ", "sky bold")


def cell(text: str, width: int, ink: str = "") -> tuple[str, str]:
    """A column."""
    return (left(text, width) + "  ", ink)
