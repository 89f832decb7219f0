"""Counts over time in one line of text, in Unicode or in ASCII; each cell is the same stretch of time."""

from collections.abc import Iterable

from ..core.values import Ms
from .plots import sparkline

# As the console spells them on a terminal that draws them wide.
_ASCII = str.maketrans("▁▂▃▄▅▆▇█·", "..::++##-")


def counts(times: Iterable[Ms], since: Ms, until: Ms, cells: int) -> list[int]:
    """How many of `times` are in each of `cells` equal stretches from `since` up to `until` (UTC ms)."""
    found = [0] * max(0, cells)
    span = until - since
    for moment in times:
        if found and since <= moment < until:
            found[(moment - since) * len(found) // span] += 1
    return found


def spark(times: Iterable[Ms], since: Ms, until: Ms, cells: int, ascii: bool = False) -> str:
    """The counts as bars from 0 to the greatest, a dot where there is none."""
    drawn = sparkline(counts(times, since, until, cells))
    return drawn.translate(_ASCII) if ascii else drawn
