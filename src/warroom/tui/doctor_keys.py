"""`warroom doctor keys`: what arrives for each key, as bytes, by name, and as an act. A plain terminal, no console."""

import os
import select
import sys
import termios
import tty
from collections.abc import Mapping
from time import monotonic

from .esc import READLINE
from .keys import rebound, spoken
from .prompt_keys import KEYS
from .tokens import Alt, Escape, Pasted, Sequence, Token, Tokens, Typed

ESC_DELAY = int(os.environ.get("ESCDELAY") or 50) / 1000  # s
_CONTROL = {"\r": "Enter", "\t": "Tab", "\x7f": "Backspace", "\x1b": "Esc", " ": "Space"}
_HEAD = (
    "Press keys; each shows the bytes that arrive, the key they are, and what it does in a room.\r\n"
    "Esc and then a letter is the same as Alt and that letter. Ctrl+C twice ends this.\r\n\r\n"
)


def describe(token: Token, acts: Mapping[str, str]) -> tuple[str, str, str]:
    """A token as a row: its bytes, its key, what the key does."""
    match token:
        case Pasted(text):
            lines = text.count("\r") + text.count("\n") + 1
            return (
                "…",
                f"a paste, {len(text)} characters",
                f"stays in the prompt, {lines} lines" if lines > 1 else "typed",
            )
        case Escape():
            return _bytes("\x1b"), "Esc", "shows every key; a letter next is an act"
        case Alt(char):
            return _bytes(f"\x1b{char}"), f"Esc {_name(char)}, or Alt+{_name(char)}", _alt(char, acts)
        case Sequence(text):
            key = _sequence(text)
            return _bytes(text), key or "not known here", _does(key, acts)
        case Typed(text):
            return _bytes(text), _name(text), _typed(text)


def run() -> int:
    """Read the keyboard until Ctrl+C came twice; an exit status."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("doctor keys needs a terminal: it shows what your keyboard sends", file=sys.stderr)
        return 2
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    acts = _acts()
    try:
        tty.setraw(fd, termios.TCSADRAIN)  # what was typed already is shown too
        _write(_HEAD + "\x1b[?2004h")
        _show(fd, acts)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
        _write("\x1b[?2004l")
    return 0


def _acts() -> Mapping[str, str]:
    from ..config.paths import find
    from ..config.settings import load

    return rebound(load(find())[0].keys).acts


def _show(fd: int, acts: Mapping[str, str]) -> None:
    tokens = Tokens()
    due, stopping = 0.0, False
    while True:
        wait = max(0.0, due - monotonic()) if tokens.waiting else None
        if select.select([fd], [], [], wait)[0]:
            data = os.read(fd, 4096)
            if not data:
                return
            found = tokens.feed(data.decode(errors="replace"))
            due = monotonic() + ESC_DELAY
        else:
            found = tokens.late()
        for token in [each for one in found for each in _single(one)]:
            _write("{:<22} {:<28} {}\r\n".format(*describe(token, acts)))
            if token == Typed("\x03"):
                if stopping:
                    return
                _write("once more Ctrl+C ends this\r\n")
            stopping = token == Typed("\x03")


def _single(token: Token) -> list[Token]:
    """One row for each character typed."""
    return [Typed(char) for char in token.text] if isinstance(token, Typed) else [token]


def _bytes(text: str) -> str:
    return " ".join("ESC" if byte == 0x1B else f"{byte:02x}" for byte in text.encode(errors="replace"))


def _name(char: str) -> str:
    if char in _CONTROL:
        return _CONTROL[char]
    if char < " ":
        return f"Ctrl+{chr(ord(char) + 64)}"
    return char if char.isprintable() else f"U+{ord(char):04X}"


def _sequence(text: str) -> str:
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

    keys = ANSI_SEQUENCES_KEYS.get(text)
    return keys[0].value if isinstance(keys, tuple) else ""


def _alt(char: str, acts: Mapping[str, str]) -> str:
    letter = char.lower()
    if letter in READLINE:
        return "moves or cuts a word in the prompt"
    return _does(f"alt+{letter}", acts)


def _does(key: str, acts: Mapping[str, str]) -> str:
    if key in acts:
        others = [spoken(each) for each, name in acts.items() if name == acts[key] and each != key]
        return acts[key] + (f" (also {', '.join(others)})" if others else "")
    return "the prompt's" if key in KEYS else "nothing"


def _typed(char: str) -> str:
    if char >= " " and char != "\x7f":
        return "typed"
    key = {"\r": "enter", "\t": "tab", "\x7f": "backspace"}.get(char) or f"ctrl+{chr(ord(char) + 96)}"
    return "the prompt's" if key in KEYS else "nothing"


def _write(text: str) -> None:
    os.write(sys.stdout.fileno(), text.encode())
