"""A text under the fingers: cursor, words, cutting, as readline does it. Pure; nothing is ever cut in two
that a screen shows as one.
"""

from collections.abc import Callable
from unicodedata import category

_JOINER = "\u200d"


class Edit:
    """`text` with a `cursor` (0..len). `cut` is what was cut last; cuts in a row add up."""

    def __init__(self) -> None:
        self.text = ""
        self.cursor = 0
        self.cut = ""
        self._cutting = False

    def set(self, text: str, cursor: int | None = None) -> None:
        """Another text, with the cursor at its end unless told."""
        self.text = text
        self.cursor = len(text) if cursor is None else min(max(0, cursor), len(text))
        self._cutting = False

    def insert(self, text: str) -> None:
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)

    # ── where things are ──

    @property
    def line_start(self) -> int:
        return self.text.rfind("\n", 0, self.cursor) + 1

    @property
    def line_end(self) -> int:
        end = self.text.find("\n", self.cursor)
        return len(self.text) if end < 0 else end

    def before(self) -> int:
        """Where the character before the cursor begins."""
        here = max(0, self.cursor - 1)
        while here > 0 and _hangs_on(self.text, here):
            here -= 1
        return here

    def after(self) -> int:
        """Where the character at the cursor ends."""
        here = min(len(self.text), self.cursor + 1)
        while here < len(self.text) and _hangs_on(self.text, here):
            here += 1
        return here

    def word_before(self, inside: Callable[[str], bool] = str.isalnum) -> int:
        """Where the word before the cursor begins; `inside` says which characters make a word."""
        here = self.cursor
        while here and not inside(self.text[here - 1]):
            here -= 1
        while here and inside(self.text[here - 1]):
            here -= 1
        return here

    def word_after(self) -> int:
        """Where the word at or after the cursor ends."""
        here = self.cursor
        while here < len(self.text) and not self.text[here].isalnum():
            here += 1
        while here < len(self.text) and self.text[here].isalnum():
            here += 1
        return here

    # ── what keys do ──

    def move(self, to: int) -> None:
        self.cursor = to
        self._cutting = False

    def up(self) -> bool:
        """To the line above, in the same column; False when there is none."""
        start = self.line_start
        if not start:
            return False
        above = self.text.rfind("\n", 0, start - 1) + 1
        self.move(min(above + self.cursor - start, start - 1))
        return True

    def down(self) -> bool:
        """To the line below, in the same column; False when there is none."""
        start, end = self.line_start, self.line_end
        if end == len(self.text):
            return False
        below = self.text.find("\n", end + 1)
        last = len(self.text) if below < 0 else below
        self.move(min(end + 1 + self.cursor - start, last))
        return True

    def delete(self, start: int, end: int) -> None:
        self.text = self.text[:start] + self.text[end:]
        self.cursor = start
        self._cutting = False

    def kill(self, start: int, end: int) -> None:
        """Cut `start`..`end`, which lies at the cursor, into `cut`."""
        piece = self.text[start:end]
        backwards = end == self.cursor
        if not self._cutting:
            self.cut = piece
        elif piece:
            self.cut = piece + self.cut if backwards else self.cut + piece
        self.delete(start, end)
        self._cutting = True

    def end_cut(self) -> None:
        """Something else happened: the next cut begins anew."""
        self._cutting = False


def _hangs_on(text: str, here: int) -> bool:
    """Whether the character at `here` is drawn as part of the one before it."""
    char = text[here]
    if char < "\u0300":
        return False
    return char == _JOINER or text[here - 1] == _JOINER or category(char) in ("Mn", "Mc", "Me") or "🏻" <= char <= "🏿"


def spaced(char: str) -> bool:
    """What belongs to a word of a shell: all but spaces. For Ctrl+W."""
    return not char.isspace()
