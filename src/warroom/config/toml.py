"""Bytes of a TOML file → a checked tree. Whatever the bytes are, the worst that comes out is a `Fault`.

tomllib is imported when there is a file to read: it costs more than a whole `warroom log`.
"""

import os
import stat
from typing import Any

import msgspec

from warroom.core.duration import duration

from .problem import Fault, in_plain_words, line_of, shown

MAX_FILE = 128 * 1024
MAX_LINE = 2_000


class Span(int):
    """A duration in a file, in milliseconds; written as `PT5M` or `5m`."""


def read(file: str) -> tuple[dict[str, Any], str]:
    """The tree of a TOML file and its text. Raises `Fault`; its path says the line already, as `place` would."""
    text = _text(file)
    return parsed(text), text


def parsed(text: str) -> dict[str, Any]:
    """The tree of a TOML text. Raises `Fault`, as `read` does."""
    import tomllib

    try:
        tree = tomllib.loads(text)
        _no_nul(tree, "")
    except Fault as fault:
        raise Fault(place(fault, text), fault.reason) from None
    except tomllib.TOMLDecodeError as problem:
        reason, where = _syntax(str(problem), text)
        raise Fault(where, reason) from None
    except RecursionError:
        raise Fault("", "is nested too deeply") from None
    except ValueError:
        # A whole number of thousands of digits: Python refuses to read it, and so does everything behind it.
        raise Fault("", "has a number that is too long") from None
    return tree


def convert(tree: object, to: Any, at: str = "") -> Any:
    """`tree` as a `to`, a form or a plain type. Raises `Fault` with the dotted path below `at`."""
    known = getattr(to, "__struct_encode_fields__", ())
    try:
        return msgspec.convert(tree, to, dec_hook=_span)
    except msgspec.ValidationError as problem:
        fault = in_plain_words(problem, known)
        raise Fault(_below(at, fault.path), fault.reason) from None


def _below(at: str, path: str) -> str:
    return at + path if path.startswith("[") else f"{at}.{path}".strip(".")


def place(fault: Fault, text: str) -> str:
    """Where in the file the fault is, for people: `line 12, step[3].due`."""
    if not fault.path or fault.path.startswith("line "):
        return fault.path
    line = line_of(text, fault.path)
    path = shown(fault.path)
    return f"line {line}, {path}" if line else path


def _text(file: str) -> str:
    try:
        # Asked first, since opening a pipe waits for somebody to write into it.
        kind = os.stat(file)
        if not stat.S_ISREG(kind.st_mode):
            raise Fault("", "is not a file")
        with open(file, "rb") as source:
            data = source.read(MAX_FILE + 1)
    except OSError as problem:
        raise Fault("", f"cannot be read ({problem.strerror or 'input/output error'})") from None
    if len(data) > MAX_FILE:
        raise Fault("", f"is larger than {MAX_FILE // 1024} KiB")
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise Fault(f"line {line}", "is not UTF-8 text") from None
    # tomllib needs the square of a dotted key's length in time; such a key cannot span lines.
    for number, line_text in enumerate(text.splitlines(), 1):
        if len(line_text) > MAX_LINE:
            raise Fault(f"line {number}", f"is longer than {MAX_LINE} characters; break it up")
    return text


def _syntax(said: str, text: str) -> tuple[str, str]:
    """tomllib's message as a reason, and the place as `line 3, column 7`."""
    reason, _, where = said.rpartition(" (at ")
    where = where.rstrip(")")
    if not reason:
        return said, ""
    if where == "end of document":
        where = f"line {max(1, len(text.splitlines()))}"
    return "is not TOML: " + reason[:1].lower() + reason[1:], where


def _no_nul(tree: object, path: str) -> None:
    if isinstance(tree, str):
        if "\0" in tree:
            raise Fault(path, "holds a NUL character, which no fact may")
    elif isinstance(tree, dict):
        for key, each in tree.items():
            _no_nul(key, path)
            _no_nul(each, f"{path}.{key}".lstrip("."))
    elif isinstance(tree, list):
        for number, each in enumerate(tree, 1):
            _no_nul(each, f"{path}[{number}]")


def _span(to: type, value: object) -> object:
    if to is not Span:
        raise NotImplementedError
    if not isinstance(value, str):
        raise ValueError('should be a duration in quotes, as "PT5M" or "5m"')
    return Span(duration(value))
