"""Reads what a far side answered. Whatever it is, the worst that comes out is nothing: no key is taken for granted."""

from collections.abc import Iterator
from datetime import UTC
from re import fullmatch
from typing import Any
from urllib.parse import quote

from ..core.text import clean
from ..core.values import Ms

Row = dict[str, Any]
_LONGEST = 200


def row(tree: object, *path: str) -> Row:
    """The table behind these keys; an empty one where there is none."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def rows(tree: object, *path: str) -> list[Row]:
    """The tables in the list behind these keys; what is no table is passed over."""
    found = row(tree, *path[:-1]).get(path[-1]) if path else tree
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def word(tree: object, *path: str, most: int = _LONGEST) -> str:
    """The text behind these keys, on one line and cleaned, at most `most` characters; empty where there is none."""
    found = row(tree, *path[:-1]).get(path[-1])
    return " ".join(clean(found[: most * 4]).replace("⏎", " ").split())[:most] if isinstance(found, str) else ""


def number(tree: object, *path: str) -> int | None:
    """The whole number behind these keys."""
    found = row(tree, *path[:-1]).get(path[-1])
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**53 else None


def moment(tree: object, *path: str) -> Ms | None:
    """The time behind these keys (ISO 8601 with its offset), in UTC milliseconds; None where there is none."""
    return read_moment(word(tree, *path, most=40))


def read_moment(text: str) -> Ms | None:
    """`2026-11-23T09:00:00Z` in UTC milliseconds; a time without an offset is none."""
    from datetime import datetime, timedelta

    try:
        when = datetime.fromisoformat(text)
        since = when - datetime(1970, 1, 1, tzinfo=UTC) if when.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return None if since is None else since // timedelta(milliseconds=1)


def iso(at: Ms) -> str:
    """UTC milliseconds as `2026-11-23T09:00:00Z`."""
    from datetime import datetime, timedelta

    return (datetime(1970, 1, 1) + timedelta(seconds=at // 1000)).isoformat() + "Z"


def segment(text: str) -> str:
    """`text` as one step of a path, whatever it holds."""
    return quote(text, safe="") if text.strip(".") else "%2E" * len(text)


def is_id(text: str) -> bool:
    """Whether this looks like an identity that a vendor gave out."""
    return fullmatch(r"[A-Za-z0-9_-]{1,100}", text) is not None


def each(texts: object) -> Iterator[str]:
    """The texts of a list, cleaned."""
    for one in texts if isinstance(texts, list) else ():
        if isinstance(one, str) and (plain := word({"": one}, "")):
            yield plain
