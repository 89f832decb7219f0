"""A change to a text as a unified diff: made, and put on a text that changed meanwhile, where its hunks still fit."""

import re
from collections.abc import Iterator, Sequence

import msgspec

_CONTEXT = 3
_HUNK = re.compile(r"@@ -(\d{1,7})(?:,(\d{1,7}))? \+\d{1,7}(?:,(\d{1,7}))? @@.*")
_NO_END = "\\ No newline at end of file"


class _Hunk(msgspec.Struct):
    at: int  # the index of its first line in the old text
    old: list[str]
    new: list[str]


def lines(text: str) -> list[str]:
    """The lines with their ends. Only a line feed ends one: nothing else does for `patch` and for TOML."""
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])


def unified(before: str, after: str, old: str, new: str) -> str:
    """The diff from one text to the other, `old` and `new` their names in it; empty where they are the same."""
    from difflib import unified_diff

    out = []
    for line in unified_diff(lines(before), lines(after), old, new, n=_CONTEXT):
        out.append(line if line.endswith("\n") else f"{line}\n{_NO_END}\n")
    return "".join(out)


def patched(text: str, diff: str) -> str | None:
    """The text with the diff's hunks in it; None where one of them does not fit, or fits several places alike."""
    try:
        hunks = list(_hunks(diff))
    except ValueError:
        return None
    given = lines(text)
    out: list[str] = []
    done = drift = 0
    for hunk in hunks:
        at = _place(given, hunk.old, hunk.at + drift, done)
        if at is None:
            return None
        out += [*given[done:at], *hunk.new]
        done, drift = at + len(hunk.old), at - hunk.at
    rest = given[done:]
    if rest and out and not out[-1].endswith("\n"):
        return None
    return "".join((*out, *rest))


def _place(given: Sequence[str], old: list[str], expected: int, first: int) -> int | None:
    """Where these lines stand, the nearest to where they are expected and not before `first`."""
    if not old:
        return 0 if not given else None
    found = [
        n for n in range(first, len(given) - len(old) + 1) if given[n] == old[0] and given[n : n + len(old)] == old
    ]
    near = sorted(found, key=lambda n: abs(n - expected))
    if not near or (len(near) > 1 and abs(near[0] - expected) == abs(near[1] - expected)):
        return None
    return near[0]


def _hunks(diff: str) -> Iterator[_Hunk]:
    """The hunks of a diff. Raises ValueError where it is none."""
    rows = _rows(diff)
    at = 0
    while at < len(rows):
        row = rows[at]
        at += 1
        if row.startswith(("--- ", "+++ ")):
            continue
        head = _HUNK.fullmatch(row.rstrip("\n"))
        if head is None:
            raise ValueError("there is something else in it")
        less, more = (1 if count is None else int(count) for count in (head[2], head[3]))
        hunk = _Hunk(int(head[1]) - 1 if less else int(head[1]), [], [])
        while len(hunk.old) < less or len(hunk.new) < more:
            if at == len(rows):
                raise ValueError("a hunk is cut")
            _take(hunk, rows[at])
            at += 1
        if len(hunk.old) != less or len(hunk.new) != more:
            raise ValueError("a hunk is longer than it says")
        yield hunk


def _rows(diff: str) -> list[str]:
    """Its rows; one whose line ends without a line feed ends without one here, too."""
    out: list[str] = []
    for row in lines(diff):
        if row.startswith("\\"):
            if not out:
                raise ValueError("it begins with an end")
            out[-1] = out[-1].removesuffix("\n")
        else:
            out.append(row)
    return out


def _take(hunk: _Hunk, row: str) -> None:
    mark, line = row[:1], row[1:]
    if mark not in (" ", "-", "+"):
        raise ValueError("a line of a hunk has no mark")
    if mark != "+":
        hunk.old.append(line)
    if mark != "-":
        hunk.new.append(line)
