"""One question, asked once: Enter confirms, Esc and Ctrl+C cancel; the reason is given in the same dialog.

Where there is more to choose than yes and nothing, each other choice has a key of its own. What is typed can be judged
before it is taken: then what it comes to, or why it cannot be, stands above the line.

It lies over the prompt; nothing under it moves, and what is typed there waits.
"""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Key

from ...core.text import clean, wrap
from ..console import ConsoleDialog
from ..field import Field
from ..key_line import KeyLine, Keys
from ..panes.pane import Card, Surface

_WIDTH = 80
Judge = Callable[[str], tuple[bool, str]]
"""Whether this can be, and what it comes to, or why not."""
_KEYS: Keys = (("↵", "yes"), ("esc", "no"))


class _Question(Surface):
    """The question, with what there is to know before answering it."""

    def __init__(self, question: str, note: str, tone: str) -> None:
        super().__init__()
        self._question, self._note, self._tone = question, note, tone
        self._remark: tuple[str, str] | None = None

    def remark(self, said: str, ink: str) -> None:
        """What stands under the note, from now on."""
        self._remark = (said, ink)
        self._show()
        self.refresh(layout=True)

    def lines(self, width: int) -> list[tuple[str, str]]:
        question = [(line, "bold") for line in wrap(clean(self._question), width)]
        question += [(line, "muted") for line in wrap(clean(self._note, lines=True), width) if self._note]
        if self._remark is None:
            return question
        said, ink = self._remark
        return question + [(line, ink) for line in wrap(clean(said), width)]

    def content(self, width: int, height: int) -> Card:
        return Card("", [(line,) for line in self.lines(width)], tone=self._tone)

    def get_content_height(self, *_: object) -> int:
        return len(self.lines(min(_WIDTH, self.screen.size.width) - 4)) + 2


class Ask(ConsoleDialog[str | None]):
    """`None` when cancelled, else the reason, which may be empty.

    `reason` is the name of the field; without one there is none. `needed`: it must not be empty. `keys` are the words
    for Enter and Esc; `other`, only where there is no field, is the key of a third choice, and the answer then. `judge`
    looks at what is typed; what cannot be stays in the field.
    """

    DEFAULT_CSS = """
    Ask { align: center bottom; background: $background 60%; }
    Ask:ansi { background: transparent; }
    Ask _Question, Ask Field { width: 100%; max-width: 80; }
    Ask _Question { height: auto; }
    Ask KeyLine { width: 100%; max-width: 80; }
    """

    BINDINGS = [
        Binding("enter", "answer", show=False),
        Binding("escape,ctrl+c", "cancel", show=False),
    ]

    def __init__(
        self,
        question: str,
        note: str = "",
        reason: str = "",
        text: str = "",
        needed: bool = False,
        tone: str = "amber",
        keys: Keys = _KEYS,
        other: str = "",
        judge: Judge | None = None,
    ) -> None:
        super().__init__()
        self._question = _Question(question, note, tone)
        self._field = Field(text, title=reason, tone=tone) if reason else None
        self._needed = needed
        self._keys, self._other = keys, other
        self._judge = judge

    def compose(self) -> ComposeResult:
        yield self._question
        if self._field is not None:
            yield self._field
        keys = KeyLine()
        keys.set_reactive(KeyLine.keys, self._keys)
        yield keys

    def on_mount(self) -> None:
        if self._field is not None:
            self.set_focus(self._field)
            self._judged()

    def on_field_changed(self) -> None:
        self._judged()

    def _judged(self, asked: bool = False) -> bool:
        """Says what comes of what is typed; whether it can be. `asked`: somebody pressed Enter on it."""
        if self._judge is None or self._field is None:
            return True
        fits, said = self._judge(self._field.text.strip())
        self._question.remark(said, "green" if fits else "red" if asked else "amber")
        return fits

    def on_field_submitted(self) -> None:
        self.action_answer()

    def on_field_gave_up(self) -> None:
        self.action_cancel()

    def action_answer(self) -> None:
        said = self._field.text.strip() if self._field is not None else ""
        if self._needed and not said and self._field is not None:
            self._field.remark("a few words, please")
            return
        if self._judged(asked=True) and self.is_active:
            self.dismiss(said)

    def action_cancel(self) -> None:
        if self.is_active:
            self.dismiss(None)

    def on_key(self, event: Key) -> None:
        if self._other and event.key == self._other and self.is_active:
            event.stop()
            self.dismiss(self._other)
            return
        super().on_key(event)
