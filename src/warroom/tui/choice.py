"""A few things of which one is chosen, by its digit or with Up and Down. Nothing is chosen before the person does."""

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.reactive import var

from ..core.text import clean
from .listing import lit
from .panes.pane import Card, Surface
from .spans import BLANK, Line, clip, left


class Option(msgspec.Struct, frozen=True):
    """One of them: its name, what stands beside it, and the colour of the name."""

    name: str
    about: str = ""
    ink: str = ""


def clause(text: str, width: int) -> str:
    """As much of `text` as fits in `width` cells and makes sense: up to a comma or semicolon, where it is too long."""
    if cell_len(text) <= width:
        return text
    ends = [n for n, char in enumerate(text[: width + 1]) if char in ",;:" and text[n + 1 : n + 2] == " "]
    return text[: ends[-1]] if ends else clip(text, width)


class Choice(Surface, can_focus=True):
    """The options, one line each. `chosen` is the place of the one chosen, -1 for none."""

    chosen: var[int] = var(-1, init=False)

    class Moved(Message):
        """Another one is chosen."""

    class Submitted(Message):
        """Enter."""

    def __init__(self, options: Sequence[Option], title: str = "", foot: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = tuple(options)
        self._title, self._foot = title, foot

    @property
    def asking(self) -> bool:
        """Esc is never its own: the screen decides."""
        return False

    def press(self, key: str, char: str | None) -> bool:
        """Take this key; False when it is not one of its own."""
        if key == "enter":
            self.post_message(self.Submitted())
        elif char is not None and char.isdecimal() and char.isascii() and 1 <= int(char) <= len(self._options):
            self.chosen = int(char) - 1
        else:
            return False
        return True

    def paste(self, text: str) -> None:
        """There is no place for text here."""

    def step(self, by: int) -> None:
        """Choose the one so many places on; the first time, the first or the last."""
        count = len(self._options)
        self.chosen = (0 if by > 0 else count - 1) if self.chosen < 0 else max(0, min(count - 1, self.chosen + by))

    def on_key(self, event: events.Key) -> None:
        if self.press(event.key, event.character):
            event.stop()
            event.prevent_default()

    # ── how it looks ──

    def watch_chosen(self) -> None:
        self._show()
        self.post_message(self.Moved())

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self._show()

    def below(self, width: int, height: int) -> Sequence[Line]:
        """What stands under the options."""
        return ()

    def content(self, width: int, height: int) -> Card:
        names = max(len(each.name) for each in self._options)
        lines: list[Line] = []
        for n, each in enumerate(self._options):
            line: Line = (
                (f"{n + 1}  ", "bold" if n == self.chosen else "muted"),
                (left(clean(each.name), names), f"{each.ink} bold".strip()),
                ("   ", ""),
                (clause(clean(each.about), width - names - 6), "" if n == self.chosen else "muted"),
            )
            lines.append(lit(line, width) if n == self.chosen else line)
        under = self.below(width, max(0, height - len(lines)))
        spaced = [BLANK] if len(lines) + len(under) < height and under else []
        tone = "sky" if self.has_focus else "rule"
        return Card(self._title, [*lines, *spaced, *under][:height], self._foot, tone)
