"""Values as TOML. Whatever a value holds, it stands there as one string, and no line is long."""

from collections.abc import Iterable

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
_WIDE = 100


def string(text: str) -> str:
    """A basic TOML string."""
    return '"' + "".join(_ESCAPES.get(char, char) if char.isprintable() else _escaped(char) for char in text) + '"'


def strings(texts: Iterable[str]) -> str:
    """A list of them, one a line where they would make a long one."""
    items = [string(text) for text in texts]
    line = ", ".join(items)
    return f"[{line}]" if len(line) <= _WIDE else "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    point = ord(char)
    # TOML has no lone surrogates.
    return "" if 0xD800 <= point < 0xE000 or not point else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
