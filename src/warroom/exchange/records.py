"""JSON, JSON lines and CSV: events as records with named fields."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from .found import Found, Gathering, Options
from .problem import shown

_any = msgspec.json.Decoder()
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:]', re.DOTALL)
_EVENT = ("at", "text", "kind", "who", "to", "approx", "evidence")
_HEAD = ("title", "source", "severity", "events", "drill", "redactions")
_DAMAGED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_COLUMNS = {
    "at": "at time timestamp when datetime date_time happened occurred",
    "text": "text message description event entry what summary",
    "kind": "kind type category",
    "who": "who speaker person",
    "to": "to until end",
}
_FORMULA = ("=", "+", "-", "@")
_COLUMN = {name: field for field, names in _COLUMNS.items() for name in names.split()} | {"drill": "drill"}
_DRILL = "is a drill's timeline, which must not become a real incident"


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────


def read_json(data: bytes, name: str, title: str, options: Options) -> Found:
    """A timeline as one JSON object with a list `events`. Raises `BadInput`."""
    found = Gathering(name, options)
    try:
        fields = _fields.decode(data)
    except _DAMAGED as wrong:
        raise found.problems.fail(*why(wrong, data)) from None
    events = bytes(fields.pop("events", msgspec.Raw(b"null")))
    if "meta" in fields and events[:1] == b"{":
        raise found.problems.fail(0, "is an incident's own file; `warroom export --format log` makes one to import")
    if events[:1] != b"[":
        raise found.problems.fail(0, "should be an object with a list “events”")
    _head(found, 0, {key: _value(raw) for key, raw in fields.items()})
    unknown: set[str] = set()
    start = max(0, data.find(events))
    for key in doubled(data[:start] + b"0" + data[start + len(events) :]):
        found.problems.add(0, f"{shown(key)} stands twice in it")
    for line, raw in _items(events, data.count(b"\n", 0, start) + 1):
        unknown |= _record(found, line, raw)
    _say_ignored(found, unknown)
    return found.done(title)


def _items(events: bytes, line: int) -> Iterator[tuple[int, bytes]]:
    """Each item of a JSON list with the line on which it starts, the list itself starting on `line`."""
    at = 1
    for raw in _raws.decode(events):
        item = bytes(raw)
        here = events.index(item, at)  # between two items there is nothing but white space and a comma
        line += events.count(b"\n", at, here)
        yield line, item
        line += item.count(b"\n")
        at = here + len(item)


def read_lines(data: bytes, name: str, title: str, options: Options) -> Found:
    """JSON lines: an event on each; a line without `at` and `text` may give title, severity and source."""
    found = Gathering(name, options)
    unknown: set[str] = set()
    for line, text in enumerate(data.split(b"\n"), 1):
        if text.strip():
            unknown |= _record(found, line, text.strip(), head=True)
    _say_ignored(found, unknown)
    return found.done(title)


def _record(found: Gathering, line: int, raw: bytes, head: bool = False) -> set[str]:
    """One event, and the names of its fields that nobody reads."""
    try:
        tree = _any.decode(raw)
    except _DAMAGED as wrong:
        found.problems.add(line + why(wrong, raw)[0] - 1, why(wrong, raw)[1])
        return set()
    if not isinstance(tree, dict):
        found.problems.add(line, f"should be an object with “at” and “text”, is {_called(tree)}")
        return set()
    for key in doubled(raw):
        found.problems.add(line, f"{shown(key)} stands twice in it")
    if head and "at" not in tree and "text" not in tree and ("title" in tree or "severity" in tree):
        _head(found, line, tree)
        return set()
    if missing := [f"“{key}”" for key in ("at", "text") if key not in tree]:
        found.problems.add(line, f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} missing")
        return set()
    strings: dict[str, str] = {}
    for key in ("at", "text", "kind", "who", "to"):
        value = tree.get(key)
        if not isinstance(value, str | None) or (value is None and key in ("at", "text")):
            found.problems.add(line, f"“{key}” should be a text, is {_called(value)}")
            return set()
        strings[key] = value or ""
    approx = tree.get("approx")
    if not isinstance(approx, bool | None):
        found.problems.add(line, f"“approx” should be true or false, is {_called(approx)}")
        return set()
    found.event(line, **strings, approx=approx)
    return set(tree).difference(_EVENT)


def _head(found: Gathering, line: int, tree: dict[str, Any]) -> None:
    told: dict[str, str | None] = {}
    for key in ("title", "severity", "source"):
        value = tree.get(key)
        if not isinstance(value, str | None):
            found.problems.add(line, f"“{key}” should be a text, is {_called(value)}")
            value = None
        told[key] = value
    if tree.get("drill"):
        found.problems.add(line, _DRILL)
    found.head(line, **told)
    _say_ignored(found, set(tree).difference(_HEAD))


def _say_ignored(found: Gathering, names: set[str]) -> None:
    if names:
        which = ", ".join(shown(name) for name in sorted(names)[:10])
        found.notes.append(f"Not read, since nothing here knows it: {which}.")


def _value(raw: msgspec.Raw) -> Any:
    try:
        return _any.decode(raw)
    except _DAMAGED:
        return Ellipsis  # no JSON value: whoever looks at it says that it is damaged


def _called(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"
    return "damaged"


def doubled(raw: bytes) -> list[str]:
    """The keys that stand twice in a JSON object; a decoder would silently keep the last one only."""
    seen: set[bytes] = set()
    twice: list[bytes] = []
    depth, last = 0, b""
    for token in _TOKEN.findall(raw):
        if token in b"{[":
            depth += 1
        elif token in b"}]":
            depth -= 1
        elif token != b":":
            last = token
        elif depth == 1:
            if last in seen:
                twice.append(last)
            seen.add(last)
    return [key[1:-1].decode(errors="replace") for key in dict.fromkeys(twice)]


def why(wrong: Exception, data: bytes) -> tuple[int, str]:
    """The line, from 1, and the reason for bytes that are not JSON."""
    if isinstance(wrong, RecursionError):
        return 1, "is nested too deeply"
    if isinstance(wrong, UnicodeDecodeError):
        return 1, "is not UTF-8 text"
    said = str(wrong)
    if "truncated" in said:
        return data.count(b"\n", 0, len(data.rstrip())) + 1, "is not whole: the JSON breaks off"
    reason, _, place = said.rpartition(" (byte ")
    if not reason:
        return 1, "should be an object" if said.startswith(
            "Expected `object`"
        ) else f"is not JSON that can be read: {said}"
    byte = int(place.rstrip(")"))
    line_start = data.rfind(b"\n", 0, byte) + 1
    column = len(data[line_start:byte].decode(errors="replace")) + 1
    reason = reason.removeprefix("JSON is malformed: ")
    if "hex escape" in reason or "surrogate" in reason:
        return data.count(b"\n", 0, byte) + 1, f"has half of a character pair (a lone surrogate) at column {column}"
    return data.count(b"\n", 0, byte) + 1, f"is not JSON: {reason} at column {column}"


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────


def read_csv(text: str, name: str, title: str, options: Options) -> Found:
    """CSV with a header that names the columns; commas, semicolons or tabs. Raises `BadInput`."""
    found = Gathering(name, options)
    csv.field_size_limit(1 << 20)
    first = text.split("\n", 1)[0]
    comma = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    try:
        header = next(rows, [])
        columns = [_COLUMN.get(cell.strip().casefold(), "") for cell in header]
        for needed in ("at", "text"):
            if columns.count(needed) != 1:
                known = ", ".join(_COLUMNS[needed].split()[:4])
                what = "no column" if needed not in columns else "several columns"
                raise found.problems.fail(1, f"has {what} for “{needed}”; the header should name one of them {known}")
        line = rows.line_num + 1
        for row in rows:
            if "drill" in columns and any(cell.strip() for cell in row[columns.index("drill") :][:1]):
                raise found.problems.fail(line, _DRILL)
            if any(cell.strip() for cell in row):
                _row(found, line, columns, row)
            line = rows.line_num + 1
    except csv.Error as wrong:
        raise found.problems.fail(rows.line_num, f"is not CSV: {wrong}") from None
    _say_ignored(found, {cell.strip() for cell, column in zip(header, columns, strict=True) if not column})
    return found.done(title)


def _row(found: Gathering, line: int, columns: list[str], row: list[str]) -> None:
    if len(row) > len(columns):
        found.problems.add(line, f"has {len(row)} cells, and the header {len(columns)}; is a text without quotes?")
        return
    cells = dict(zip(columns, row, strict=False))
    if not cells.get("at", "").strip():
        found.problems.add(line, "has no time")
        return
    at, text, kind, who, to = (unguarded(cells.get(field, "")) for field in _COLUMNS)
    found.event(line, at, text, kind, who, to)


def guarded(cell: str) -> str:
    """A cell that a spreadsheet takes for text, not for a formula: with a ' before it where it could be one."""
    return "'" + cell if cell.lstrip("'")[:1] in _FORMULA and cell else cell


def unguarded(cell: str) -> str:
    """The cell without the ' that keeps it from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].lstrip("'")[:1] in _FORMULA and len(cell) > 1 else cell
