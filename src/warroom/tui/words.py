"""A paragraph on the screen: clean text, wrapped to what there is, as high as it becomes."""

from collections.abc import Sequence

from textual.geometry import Size

from ..core.text import clean, wrap
from .panes.pane import Card, Surface
from .spans import BLANK, Line


class Words(Surface):
    """Paragraphs, each with the words of its style; an empty one is a blank line."""

    DEFAULT_CSS = "Words { height: auto; }"
    framed = False

    def __init__(self, paragraphs: Sequence[tuple[str, str]] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self._paragraphs = tuple(paragraphs)

    def say(self, paragraphs: Sequence[tuple[str, str]]) -> None:
        """Other words."""
        self._paragraphs = tuple(paragraphs)
        self._show()
        self.refresh(layout=True)

    def content(self, width: int, height: int) -> Card:
        return Card(lines=self._wrapped(width)[:height])

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._wrapped(width))

    def _wrapped(self, width: int) -> list[Line]:
        out: list[Line] = []
        for text, ink in self._paragraphs:
            indent = len(text) - len(text.lstrip(" "))
            rows = wrap(clean(text.strip()), max(10, width - 2 - indent))
            out += [((" " * (1 + indent), ""), (row, ink)) for row in rows] if text else [BLANK]
        return out
