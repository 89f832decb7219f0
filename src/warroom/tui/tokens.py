"""What a terminal sends, cut into whole tokens. Pure: no terminal and no clock in here.

A pasted text is one token, whatever it holds: an escape sequence or a line break in it never becomes a key.
"""

import re

import msgspec

PASTE, END = "\x1b[200~", "\x1b[201~"
_CSI = re.compile(r"\x1b\[(?:\[[A-Za-z]|[0-?]*[ -/]*[@-~])")
_SS3 = re.compile(r"\x1bO[A-Za-z]")
_STARTED = re.compile(r"\x1b(?:\[\[?[0-?]*[ -/]*|O)?\Z")
_LATE = re.compile(r"(?:\[[0-?]*[A-Za-z~]|O[A-Z])")


class Typed(msgspec.Struct, frozen=True):
    """Characters, control characters included."""

    text: str


class Escape(msgspec.Struct, frozen=True):
    """The Esc key alone."""


class Alt(msgspec.Struct, frozen=True):
    """A character with Alt, or behind Esc: terminals send the same bytes for both."""

    char: str


class Sequence(msgspec.Struct, frozen=True):
    """A control sequence: a function key, the mouse, a report of the terminal's."""

    text: str


class Pasted(msgspec.Struct, frozen=True):
    """What came between the brackets of a paste."""

    text: str


Token = Typed | Escape | Alt | Sequence | Pasted


class Tokens:
    """Feed it what was read. While `waiting`, call `late()` when nothing more came for the Esc delay."""

    def __init__(self) -> None:
        self._held = ""  # the beginning of a sequence
        self._pasting = False
        self._paste: list[str] = []
        self._gave_up = False

    @property
    def waiting(self) -> bool:
        return bool(self._held) and not self._pasting

    def feed(self, data: str) -> list[Token]:
        """The tokens that are whole now."""
        out: list[Token] = []
        data = self._held + data
        self._held = ""
        if self._gave_up and _LATE.match(data):
            data = "\x1b" + data  # the rest of a sequence whose Esc was taken for the key
        self._gave_up = False
        while data:
            data = self._in_paste(data, out) if self._pasting else self._outside(data, out)
        return out

    def late(self) -> list[Token]:
        """What a sequence that never went on was: the Esc key, or a letter with Alt; one that was cut is dropped."""
        held, self._held = self._held, ""
        self._gave_up = bool(held)
        if held == "\x1b":
            return [Escape()]
        return [Alt(held[1])] if len(held) == 2 else []

    def _outside(self, data: str, out: list[Token]) -> str:
        head, escape, _ = data.partition("\x1b")
        if head:
            out.append(Typed(head))
        if not escape:
            return ""
        data = data[len(head) :]
        if data.startswith(PASTE):
            self._pasting = True
            return data[len(PASTE) :]
        if _STARTED.match(data) or (len(data) < len(PASTE) and PASTE.startswith(data)):
            self._held = data
            return ""
        found = _CSI.match(data) or _SS3.match(data)
        if found:
            out.append(Sequence(found[0]))
            return data[found.end() :]
        if data[1] == "\x1b":
            out.append(Escape())
            return data[1:]
        out.append(Alt(data[1]))
        return data[2:]

    def _in_paste(self, data: str, out: list[Token]) -> str:
        text, end, rest = data.partition(END)
        if end:
            out.append(Pasted("".join(self._paste) + text))
            self._paste, self._pasting = [], False
            return rest
        # The end may be cut in two.
        keep = next((n for n in range(len(END) - 1, 0, -1) if data.endswith(END[:n])), 0)
        self._paste.append(data[: len(data) - keep])
        self._held = data[len(data) - keep :]
        return ""
