"""The widgets of the inbox: each is given the same view, and paints what its card says. The list has the keyboard."""

import time
from collections.abc import Callable

from textual import events
from textual.reactive import var
from textual.timer import Timer

from ..key_line import Keys
from ..panes.pane import Card, Surface
from .rows import Row, View, about_card, list_card, top_line

KEYS: Keys = (
    ("a", "ack"),
    ("i", "attach"),
    ("o", "open"),
    ("x", "dismiss"),
    ("s", "silence"),
    ("r", "resolve"),
    ("/", "find"),
    ("w", "all"),
    ("u", "undo"),
    ("m", "what to mend"),
    ("esc", "back"),
)
FINDING: Keys = (("↵", "done"), ("↑ ↓", "choose"), ("esc", "all of them again"))
ALONE = 0.3  # seconds; whoever types a word is quicker
_NARROW = ("m", "u", "w", "/", "r")  # what gives way first where there is little room


def keys(width: int) -> Keys:
    """The keys that fit on the last line."""
    for gone in range(len(_NARROW) + 1):
        shown = tuple(each for each in KEYS if each[0] not in _NARROW[:gone])
        if sum(len(key) + len(word) + 2 for key, word in shown) <= width:
            return shown
    return KEYS[-1:]


class Board(Surface):
    """Base of them: one view, one watcher."""

    view: var[View] = var(View(), init=False)

    def watch_view(self) -> None:
        self._show()


class Top(Board):
    """How much waits, and what is due in the room under it."""

    DEFAULT_CSS = "Top { height: 1; background: $panel; }"
    framed = False

    def content(self, width: int, height: int) -> Card:
        return Card(lines=[top_line(self.view, width)])

    def ground(self, y: int) -> str:
        return "panel"


class About(Board):
    """The chosen one."""

    row: Row | None = None

    def content(self, width: int, height: int) -> Card:
        return about_card(self.view, self.row, width, height)


class Groups(Board, can_focus=True):
    """The rows, and the keys of the inbox in the order in which they were pressed.

    A letter acts only when it comes alone: whoever begins to type here meant another screen. `act` is told the key.
    """

    def __init__(self, act: Callable[[str], bool], id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: list[Row] = []
        self.first = 0
        self._act = act
        self._letter = ""  # came alone so far
        self._alone: Timer | None = None
        self._typed_at = 0.0

    def content(self, width: int, height: int) -> Card:
        return list_card(self.view, self.rows, self.first, width, height)

    # ── keys ──

    @property
    def asking(self) -> bool:
        """Esc goes back."""
        return True

    def press(self, key: str, char: str | None) -> bool:
        """Take this key; False when it is not one of its own."""
        if char is None or not char.isprintable():
            self._use()
            self._typed_at = 0.0  # nobody writes a word with such a key in it
            return self._act(key)
        now = time.monotonic()
        alone, self._typed_at = now - self._typed_at >= ALONE, now
        if not alone:
            self._drop()
        elif char.isalpha():
            self._letter, self._alone = char, self.set_timer(ALONE, self._use)
        else:
            self._act(char)
        return True

    def fresh(self) -> None:
        """The next key is the first: what was pressed before went elsewhere."""
        self._drop()
        self._typed_at = 0.0

    def _use(self) -> None:
        letter = self._drop()
        if letter and self.is_attached:
            self._act(letter)

    def _drop(self) -> str:
        letter, self._letter = self._letter, ""
        if self._alone is not None:
            self._alone.stop()
            self._alone = None
        return letter

    def paste(self, text: str) -> None:
        """There is no place for text here."""

    def on_key(self, event: events.Key) -> None:
        if self.press(event.key, event.character):
            event.stop()
            event.prevent_default()
