"""The lobby's widgets: each is given the same view, and paints what its card says."""

from textual.reactive import var

from ..panes.pane import Card, Surface
from . import drills, rows
from .rows import View


class Board(Surface):
    """Base of them: one view, one watcher. `top` is the first row in sight."""

    view: var[View] = var(View(), init=False)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.top = 0

    def watch_view(self) -> None:
        self._show()


class OpenPane(Board):
    """What is open now."""

    def content(self, width: int, height: int) -> Card:
        card, self.top = rows.open_card(self.view, self.top, width, height)
        return card


class PastPane(Board):
    """What has ended."""

    def content(self, width: int, height: int) -> Card:
        card, self.top = rows.past_card(self.view, self.top, width, height)
        return card


class DrillsPane(Board):
    """The way to the drills, and what was practised."""

    def content(self, width: int, height: int) -> Card:
        card, self.top = drills.drills_card(self.view, self.top, width, height)
        return card


class FilesPane(Board):
    """A person's own files: what could not be used of them, and where they are."""

    def content(self, width: int, height: int) -> Card:
        return rows.files_card(self.view, width, height)


class Top(Board):
    """The first line: whose console this is, and the time."""

    DEFAULT_CSS = "Top { height: 1; background: $panel; }"
    framed = False
    me = ""

    def content(self, width: int, height: int) -> Card:
        return Card(lines=[rows.header_line(self.view, self.me, width)])

    def ground(self, y: int) -> str:
        return "panel"
