"""Rows out of a file that was cut, damaged or laid out anew by another program. Pure.

A complete row is never dropped, whatever stands before or after it.
"""

import re
from collections.abc import Callable

import msgspec

from . import layout
from .layout import Row

# A row starts with its number as a key; inside a JSON string the quote would be escaped, so this cannot be text.
_START = re.compile(rb'"(\d{1,18})"\s*:\s*(?=\{)')
_LINE_START = re.compile(rb'^"\d{1,18}": \{', re.MULTILINE)
_TO_BRACE = re.compile(rb'[^{}"]*(?:"(?:[^"\\]|\\.)*"[^{}"]*)*', re.DOTALL)
_BETWEEN = re.compile(rb"[\s,]*")
_CLOSING = re.compile(rb"[\s,}]*")


class Salvaged(msgspec.Struct, frozen=True):
    """What a file holds, and what of it cannot be used."""

    tables: dict[str, bytes]  # all but the last one; empty when the head is damaged
    rows: list[Row]
    bad: list[bytes]  # the pieces that are no rows
    edited: bool  # complete JSON with nothing lost, in another layout
    good_end: int  # everything before it is as it should be; -1 when more than the end has to change


def salvage(data: bytes, last: str, tidy: Callable[[bytes], bytes] = layout.tidy) -> Salvaged:
    """All rows of the table `last` in `data`. `tidy` brings a row that another program wrote into our form."""
    tables = layout.tables(data)
    if tables is not None and last in tables:
        return _edited(data, tables, last, tidy)
    start = layout.rows_start(data, last)
    if start < 0:
        return _headless(data, last, tidy)
    others = layout.tables(data[: start + 1] + b"}}")
    rows, bad, good_end = _scan(data, start + 1, tidy)
    if others is None:
        bad.insert(0, data[:start])
    else:
        others.pop(last)
    numbered = _numbered(rows)
    as_it_should = others is not None and numbered == rows
    return Salvaged(others or {}, numbered, bad, False, good_end if as_it_should else -1)


def _edited(data: bytes, tables: dict[str, bytes], last: str, tidy: Callable[[bytes], bytes]) -> Salvaged:
    """Complete JSON. Our own layout comes here too, when something else made the reader doubt."""
    raw = tables.pop(last)
    rows, bad, _ = _scan(raw, 1, tidy)
    start = layout.rows_start(data, last)
    ours = start >= 0 and not bad and layout.whole(data[: start + 1], rows) == data
    if not ours:
        rows = [Row(row.number, _safely(tidy, row.data)) for row in rows]
        tables = {name: _safely(layout.tidy, table) for name, table in tables.items()}
    numbered = _numbered(rows)
    good_end = len(data) - len(layout.CLOSER) if ours and numbered == rows else -1
    return Salvaged(tables, numbered, bad, not ours and not bad, good_end)


def _headless(data: bytes, last: str, tidy: Callable[[bytes], bytes]) -> Salvaged:
    """The head is damaged, or the rows are laid out otherwise and cut: only what looks like rows can be trusted."""
    opening = re.search(re.escape(layout.encode(last)) + rb"\s*:\s*\{", data)
    first = _LINE_START.search(data)
    start = opening.end() if opening else first.start() if first else len(data)
    others = layout.tables(data[: opening.end()] + b"}}") if opening else None
    if others is not None:
        others.pop(last, None)
        others = {name: _safely(layout.tidy, table) for name, table in others.items()}
    rows, bad, _ = _scan(data, start, tidy)
    rows = [Row(row.number, _safely(tidy, row.data)) for row in rows]
    if others is None and data[:start].strip(b"{} \n"):
        bad.insert(0, data[:start])
    return Salvaged(others or {}, _numbered(rows), bad, False, -1)


def _scan(data: bytes, start: int, tidy: Callable[[bytes], bytes]) -> tuple[list[Row], list[bytes], int]:
    """Rows from `start` on, the pieces between them that are none, and where the good part ends (-1: not one part)."""
    rows: list[Row] = []
    bad: list[bytes] = []
    at = good_end = bad_from = start
    one_part = True
    work = 10_000 + len(data)  # a file made to be slow ends up beside, whole, rather than hanging the reader
    while work > 0 and (found := _START.search(data, at)) is not None:
        end, steps = _object_end(data, found.end(), work)
        text = data[found.end() : end]
        work -= steps + len(text) // 64
        # A row that lost a brace may go on over the next ones and still be JSON.
        if _LINE_START.search(text) or not layout.is_object(text):
            at = found.end()
            continue
        if _keep_bad(bad, data[bad_from : found.start()], _BETWEEN):
            one_part = False
        wanted = (b",\n" if rows else b"\n") + b'"%d": ' % int(found[1])
        if data[good_end : found.end()] != wanted or b"\n" in text:
            one_part = False
            text = _safely(tidy, text) if b"\n" in text else text
        rows.append(Row(int(found[1]), text))
        at = good_end = bad_from = end
    _keep_bad(bad, data[bad_from:], _CLOSING)
    return rows, bad, good_end if one_part else -1


def _keep_bad(bad: list[bytes], piece: bytes, harmless: re.Pattern[bytes]) -> bool:
    if harmless.fullmatch(piece):
        return False
    bad.append(piece)
    return True


def _object_end(data: bytes, start: int, work: int) -> tuple[int, int]:
    """Where the object that starts at `start` ends, by its braces outside strings, and the steps that took.

    The end is `start` when it does not end.
    """
    depth = steps = 0
    at = start
    while steps < work:
        steps += 1
        run = _TO_BRACE.match(data, at)
        at = run.end() if run else at
        brace = data[at : at + 1]
        if brace == b"{":
            depth += 1
        elif brace == b"}":
            depth -= 1
        else:  # the end, or a string that does not end
            break
        at += 1
        if depth == 0:
            return at, steps
    return start, steps


def _numbered(rows: list[Row]) -> list[Row]:
    """The rows with ascending numbers: one that does not ascend gets the next, so that none hides another."""
    largest = 0
    result = []
    for row in rows:
        largest = row.number if row.number > largest else largest + 1
        result.append(row if row.number == largest else Row(largest, row.data))
    return result


def _safely(tidy: Callable[[bytes], bytes], data: bytes) -> bytes:
    try:
        return tidy(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return data.replace(b"\n", b" ")
