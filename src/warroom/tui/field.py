"""One line to type in, for the screens outside a room and for dialogs, with the prompt's keys and the prompt's look.

What is typed is kept as it is and cleaned where it is drawn.
"""

from collections.abc import Callable

from textual import events
from textual.message import Message
from textual.reactive import var

from .edit import Edit, spaced
from .panes.pane import Card, Surface
from .prompt_view import CURSOR, one_row
from .spans import BLANK, Line, cells, cut

_TAIL_FROM = 26  # where what stands behind the text begins, while the text is short
_LEAST = 12  # cells that the text has, however narrow it gets


class Field(Surface, can_focus=True):
    """A line of text with a title and a foot, or behind its title where it is `compact`.

    `tail` stands behind the text. Ctrl+C clears it; on an empty one Ctrl+C and Ctrl+D post `GaveUp` and `Left`.
    """

    DEFAULT_CSS = """
    Field { height: 3; }
    Field.-compact { height: 1; background: $panel; }
    """

    text: var[str] = var("", init=False)
    tail: var[Line] = var(BLANK, init=False)
    compact: var[bool] = var(False, init=False)

    class Changed(Message):
        """Another text stands in it."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

    class Submitted(Message):
        """Enter."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

    class GaveUp(Message):
        """Ctrl+C, when there was nothing to clear."""

    class Left(Message):
        """Ctrl+D, when there was nothing to delete."""

    def __init__(
        self, text: str = "", title: str = "", foot: str = "", blank: str = "", tone: str = "sky", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.title, self.foot, self.blank, self.tone = title, foot, blank, tone
        self._edit = Edit()
        self._edit.set(text)
        self.set_reactive(Field.text, text)

    # ── what stands in it ──

    def put(self, text: str) -> None:
        """Another text, with the cursor behind it."""
        self._edit.set(text)
        self._changed()

    def type(self, text: str) -> None:
        """`text` at the cursor, as if it were typed; line breaks become spaces."""
        if text:
            self._edit.insert(" ".join(text.splitlines()))
            self._changed()

    def forget(self) -> None:
        """Nothing that was typed or cut here is held any more."""
        self._edit = Edit()
        self._changed()

    def remark(self, blank: str) -> None:
        """What stands in it while nothing else does."""
        self.blank = blank
        self._show()

    def _changed(self) -> None:
        if self.text != self._edit.text:
            self.text = self._edit.text
            self.post_message(self.Changed(self))
        self._show()

    # ── keys ──

    @property
    def asking(self) -> bool:
        """Esc is never its own: the screen decides."""
        return False

    def press(self, key: str, char: str | None) -> bool:
        """Take this key; False when it is not one of its own."""
        edit = self._edit
        if key == "enter":
            self.post_message(self.Submitted(self))
        elif key in ("ctrl+c", "ctrl+d") and not edit.text:
            self.post_message(self.GaveUp() if key == "ctrl+c" else self.Left())
        elif act := _KEYS.get(key):
            act(edit)
        elif char is not None and char.isprintable() and not key.startswith("alt+"):
            edit.insert(char)
            edit.end_cut()
        else:
            return False
        self._changed()
        return True

    def paste(self, text: str) -> None:
        """Pasted lines become one line."""
        self.type(" ".join(text.split()))

    def on_key(self, event: events.Key) -> None:
        if self.press(event.key, event.character):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.paste(event.text)

    # ── how it looks ──

    @property
    def framed(self) -> bool:  # type: ignore[override]  # the panes never change between the two
        return not self.compact

    def watch_tail(self) -> None:
        self._show()

    def watch_compact(self) -> None:
        self.set_class(self.compact, "-compact")
        self._lines = []
        self._show()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self._show()

    def ground(self, y: int) -> str:
        return "panel" if self.compact else "bg"

    def content(self, width: int, height: int) -> Card:
        head: Line = ((" ", ""), (f"{self.title} › ", self.tone)) if self.compact else ()
        return Card(self.title, [(*head, *self._line(width - cells(head)))], self.foot, self._tone())

    def _tone(self) -> str:
        return self.tone if self.has_focus else "rule"

    @property
    def shown(self) -> str:
        """The text as it is drawn, letter for letter."""
        return self.text

    def _line(self, width: int) -> Line:
        text, cursor = self.shown, self._edit.cursor if self.has_focus else -1
        behind = cells(self.tail)
        line = _painted(one_row(text, cursor, max(_LEAST, width)))
        if not text and self.blank:
            line = (*line, (" " if cursor >= 0 else "", ""), (self.blank, "muted"))
        used = cells(line)
        start = min(max(used + 3, _TAIL_FROM), max(used + 1, width - behind))
        if not behind or width - start < 4:
            return line
        return (*line, (" " * (start - used), ""), *cut(self.tail, width - start))


def _painted(line: Line) -> Line:
    return tuple(
        (text, f"{style.removeprefix(CURSOR)} reverse" if style.startswith(CURSOR) else style) for text, style in line
    )


_KEYS: dict[str, Callable[[Edit], None]] = {
    "left": lambda e: e.move(e.before()),
    "ctrl+b": lambda e: e.move(e.before()),
    "right": lambda e: e.move(e.after()),
    "ctrl+f": lambda e: e.move(e.after()),
    "ctrl+left": lambda e: e.move(e.word_before()),
    "alt+b": lambda e: e.move(e.word_before()),
    "ctrl+right": lambda e: e.move(e.word_after()),
    "alt+f": lambda e: e.move(e.word_after()),
    "home": lambda e: e.move(0),
    "ctrl+a": lambda e: e.move(0),
    "end": lambda e: e.move(len(e.text)),
    "ctrl+e": lambda e: e.move(len(e.text)),
    "backspace": lambda e: e.delete(e.before(), e.cursor),
    "ctrl+h": lambda e: e.delete(e.before(), e.cursor),
    "delete": lambda e: e.delete(e.cursor, e.after()),
    "ctrl+d": lambda e: e.delete(e.cursor, e.after()),
    "ctrl+w": lambda e: e.kill(e.word_before(spaced), e.cursor),
    "alt+backspace": lambda e: e.kill(e.word_before(), e.cursor),
    "alt+d": lambda e: e.kill(e.cursor, e.word_after()),
    "ctrl+u": lambda e: e.kill(0, e.cursor),
    "ctrl+k": lambda e: e.kill(e.cursor, len(e.text)),
    "ctrl+y": lambda e: e.insert(e.cut),
    "ctrl+c": lambda e: e.set(""),
}
