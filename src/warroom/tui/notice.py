"""One sentence to the person, above the line where they type: what went wrong, or what was done. Never a toast."""

from textual.geometry import Size
from textual.reactive import var

from ..core.text import clean, wrap
from .panes.pane import Card, Surface
from .spans import clip

_ROWS = 4  # a longer text is an error's detail: its end says that there is more


class Notice(Surface):
    """The last sentence, whole. It takes rows only while there is one."""

    DEFAULT_CSS = "Notice { height: auto; display: none; }"
    framed = False

    said: var[tuple[str, bool]] = var(("", False), init=False)

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """Show this sentence until the next one; an empty one takes it away."""
        self.said = (sentence, trouble)

    def watch_said(self) -> None:
        self.display = bool(self.said[0])
        self._show()
        self.refresh(layout=True)

    def _rows(self, width: int) -> list[str]:
        room = max(8, width - 2)
        lines = wrap(clean(self.said[0]), room) or [""]
        return lines if len(lines) <= _ROWS else [*lines[: _ROWS - 1], clip(lines[_ROWS - 1] + " …", room)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def content(self, width: int, height: int) -> Card:
        ink = "red bold" if self.said[1] else "green"
        return Card(lines=[((" ", ""), (line, ink)) for line in self._rows(width)])
