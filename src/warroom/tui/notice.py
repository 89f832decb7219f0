"""One sentence to the person, above the line where they type: what went wrong, or what was done. Never a toast."""

from textual.reactive import var

from ..core.text import clean
from .panes.pane import Card, Surface


class Notice(Surface):
    """The last sentence. It takes a row only while there is one."""

    DEFAULT_CSS = "Notice { height: 1; display: none; }"
    framed = False

    said: var[tuple[str, bool]] = var(("", False), init=False)

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """Show this sentence until the next one; an empty one takes it away."""
        self.said = (sentence, trouble)

    def watch_said(self) -> None:
        self.display = bool(self.said[0])
        self._show()

    def content(self, width: int, height: int) -> Card:
        sentence, trouble = self.said
        return Card(lines=[((" ", ""), (clean(sentence), "red bold" if trouble else "green"))])
