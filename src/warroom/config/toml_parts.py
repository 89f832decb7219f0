"""A TOML text as its parts, one after the other: headers, pairs of key and value, comments, blank lines.

It is told where each stands, so that one can be changed and the rest stays as it was written.
"""

import re

import msgspec

_HEADER = re.compile(r"""\s*\[\[\s*(?:"([\w-]+)"|'([\w-]+)'|([\w-]+))\s*\]\]""")
_KEY = re.compile(r"""\s*(?:"([\w-]+)"|'([\w-]+)'|([\w-]+))\s*=[ \t]*""")


class Part(msgspec.Struct, frozen=True):
    """From `start` to `end` in the text, its ends of lines included. `kind`: header, pair, comment or blank."""

    kind: str
    start: int
    end: int


def parts(text: str) -> list[Part]:
    """The parts of a text that is TOML, in order and without gaps."""
    found: list[Part] = []
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        kind, end = _one(text, at)
        found.append(Part(kind, at, end))
        at = end
    return found


def header_of(text: str, part: Part) -> str:
    """`[[step]]`, however it is written; empty where it is the header of something else than a list of tables."""
    found = _HEADER.match(text, part.start, part.end)
    return f"[[{found[1] or found[2] or found[3]}]]" if found else ""


def key_of(text: str, part: Part) -> str:
    """The key of a pair; empty where it is dotted."""
    found = _KEY.match(text, part.start, part.end)
    return (found[1] or found[2] or found[3]) if found else ""


def value_of(text: str, part: Part) -> tuple[int, int]:
    """Where the value of a pair with a plain key stands."""
    found = _KEY.match(text, part.start, part.end)
    start = found.end() if found else part.start
    end = _value(text, start)[1]
    return start, start + len(text[start:end].rstrip())


def _one(text: str, at: int) -> tuple[str, int]:
    first = at
    while first < len(text) and text[first] in " \t\r":
        first += 1
    char = text[first : first + 1]
    if char in ("", "\n"):
        return "blank", _line(text, first)
    if char == "#":
        return "comment", _line(text, first)
    if char == "[":
        return "header", _line(text, first)
    return "pair", _line(text, _value(text, first)[1])


def _value(text: str, at: int) -> tuple[int, int]:
    """From `at` to where the statement ends: its comment, or its end of line, outside of every text and bracket."""
    start, depth = at, 0
    while at < len(text):
        char = text[at]
        if char in "\"'":
            at = _string(text, at)
            continue
        if char == "#":
            if not depth:
                break
            at = _line(text, at)
            continue
        if char == "\n" and not depth:
            break
        depth += (char in "[{") - (char in "]}")
        at += 1
    return start, at


def _string(text: str, at: int) -> int:
    """The end of the text that begins here."""
    sign = text[at]
    if text.startswith(sign * 3, at):
        end = at + 3
        while end < len(text) and not text.startswith(sign * 3, end):
            end += 2 if sign == '"' and text[end] == "\\" else 1
        end += 3
        while end < len(text) and text[end] == sign:  # up to two signs more may stand before the end
            end += 1
        return end
    end = at + 1
    while end < len(text) and text[end] not in (sign, "\n"):
        end += 2 if sign == '"' and text[end] == "\\" else 1
    return end + 1


def _line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1
