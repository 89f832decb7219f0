"""A mistake in a file, in plain words: which file, where in it, what is wrong, and what is used instead."""

import re

import msgspec

# What msgspec calls things, as people who write TOML call them.
_TYPES = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "array": "a list in [ ]",
    "object": "a table",
    "datetime": "a date with a time",
    "date": "a date",
    "time": "a time of day",
    "null": "nothing",
}
_SHOWN = 60


class Problem(msgspec.Struct, frozen=True):
    """`place` is `line 3, column 7` or `line 12, step[3].due`, counted from 1; empty: the file as a whole."""

    file: str
    place: str
    reason: str
    instead: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: {self.reason}." + (f" {self.instead}" if self.instead else "")


class Fault(Exception):
    """What is wrong and where, while the file is not known yet. `path` is dotted, lists counted from 1."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


def in_plain_words(problem: msgspec.ValidationError, known: tuple[str, ...] = ()) -> Fault:
    """What msgspec says, for people. `known` are the keys that the outermost table may have."""
    said, _, path = str(problem).rpartition(" - at `$")
    said, path = (said, path.rstrip("`")) if said else (path, "")
    path = re.sub(r"\[(\d+)\]", lambda n: f"[{int(n[1]) + 1}]", path).lstrip(".").replace("[...]", "")
    if key := re.fullmatch(r"Object contains unknown field `(.*)`", said, re.DOTALL):
        own = "" if path else f"; the keys here are {', '.join(known)}" if known else ""
        return Fault(_under(path, key[1]), f"“{shown(key[1])}” is not a key that anything reads{own}")
    if key := re.fullmatch(r"Object missing required field `(.*)`", said):
        return Fault(path, f"“{key[1]}” is missing")
    if types := re.fullmatch(r"Expected `(.*)`, got `(.*)`", said):
        return Fault(path, f"should be {_type(types[1])}, is {_type(types[2])}")
    if limit := re.fullmatch(r"Expected `(?:str|array)` of length ([<>])= (\d+)", said):
        return Fault(path, "is empty" if limit[1] == ">" else f"is longer than {limit[2]}")
    if limit := re.fullmatch(r"Expected `int` ([<>])= (-?\d+)", said):
        return Fault(path, f"should be at {'most' if limit[1] == '<' else 'least'} {limit[2]}")
    return Fault(path, said)


def one_of(words: tuple[str, ...]) -> str:
    """`a, b or c`."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)


def shown(text: str) -> str:
    """A value from a file, short enough for a sentence about it."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def line_of(text: str, path: str) -> int:
    """The line, from 1, on which `path` (`step[3].due`) stands in a TOML text; 0 when it cannot be told cheaply."""
    lines = text.splitlines()
    first, last, found = 0, len(lines), 0
    for part in path.split("."):
        name, _, number = part.partition("[")
        header = re.compile(rf"\s*\[\[?\s*([\w.-]+\.)?[\"']?{re.escape(name)}[\"']?\s*\]\]?\s*(#.*)?")
        headers = [n for n in range(first, last) if header.fullmatch(lines[n])]
        if headers:
            nth = int(number[:-1]) - 1 if number[:-1].isdecimal() else 0
            if nth >= len(headers):
                return found
            first, found = headers[nth] + 1, headers[nth] + 1
            if nth + 1 < len(headers):
                last = headers[nth + 1]
            continue
        key = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=.]")
        if line := next((n + 1 for n in range(first, last) if key.match(lines[n])), 0):
            return line
    # A table that is only there as the beginning of another one's name.
    start = re.compile(rf"\s*\[\[?\s*{re.escape(path.partition('.')[0])}\s*\.")
    return found or next((n + 1 for n, line in enumerate(lines) if start.match(line)), 0)


def _under(path: str, key: str) -> str:
    return f"{path}.{shown(key)}" if path else shown(key)


def _type(word: str) -> str:
    return _TYPES.get(word, word)
