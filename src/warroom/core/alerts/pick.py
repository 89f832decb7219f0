"""Where a value stands in somebody else's JSON: `event.tags.0` is a path, `{host} on {site}` a text with paths in
braces, `=checkout` a text as it is.

A path counts from the alert, one that begins with `/` from the whole. A name that has a dot in it is found as well.
What is not there is None, whatever the JSON looks like.
"""

import re
from collections.abc import Iterable
from typing import Any

PARTS = 12  # of one path
LONGEST = 200
_BRACES = re.compile(r"\{([^{}]*)\}")


def mistake(where: str) -> str:
    """What is wrong with the way somebody wrote a place down; empty: nothing."""
    if not where.strip():
        return "is empty"
    if len(where) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if where.startswith("="):
        return ""
    if "{" in where or "}" in where:
        rest = _BRACES.sub("", where)
        if "{" in rest or "}" in rest:
            return "has a brace without its other half"
        paths = _BRACES.findall(where)
    else:
        paths = [where]
    return next((said for path in paths if (said := _path_mistake(path))), "")


def _path_mistake(path: str) -> str:
    parts = path.removeprefix("/").split(".")
    if len(parts) > PARTS:
        return f"goes deeper than {PARTS} names"
    return "has an empty name between its dots" if not all(parts) else ""


def value(tree: Any, where: str, whole: Any = None) -> Any:
    """The value at one place, of whatever kind; of a text with braces, what it says."""
    if where.startswith("="):
        return where[1:]
    if "{" not in where:
        return _from(tree, where, whole)
    found = {path: _from(tree, path, whole) for path in _BRACES.findall(where)}
    if all(each is None for each in found.values()):
        return None
    return _BRACES.sub(lambda braces: _plain(found[braces[1]]), where)


def first(tree: Any, places: str | Iterable[str], whole: Any = None) -> Any:
    """The first value that is there and not empty, in the order in which the places are written."""
    for where in (places,) if isinstance(places, str) else places:
        found = value(tree, where, whole)
        if found is not None and found != "":
            return found
    return None


def _from(tree: Any, path: str, whole: Any) -> Any:
    return _at(whole, path[1:]) if path.startswith("/") else _at(tree, path)


def _at(tree: Any, path: str) -> Any:
    if isinstance(tree, dict):
        if path in tree:
            return tree[path]
        parts = path.split(".")
        for many in range(len(parts) - 1, 0, -1):
            name = ".".join(parts[:many])
            if name in tree:
                found = _at(tree[name], ".".join(parts[many:]))
                if found is not None:
                    return found
        return None
    if isinstance(tree, list):
        head, _, rest = path.partition(".")
        if not (head.removeprefix("-").isdecimal() and head.isascii() and len(head) < 6):
            return None
        number = int(head)
        if not -len(tree) <= number < len(tree):
            return None
        return _at(tree[number], rest) if rest else tree[number]
    return None


def _plain(found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)[:LONGEST] if isinstance(found, str | int | float) else ""
