"""Interleaved runs: A B A B …, so that what else the machine does falls on both alike."""

import statistics
from collections.abc import Callable, Mapping
from time import perf_counter

Seconds = float


def timed(act: Callable[[], object]) -> Seconds:
    """How long it took."""
    begin = perf_counter()
    act()
    return perf_counter() - begin


def interleaved(runs: int, acts: Mapping[str, Callable[[], Seconds]], warm: int = 1) -> dict[str, list[Seconds]]:
    """What each of `acts` measured in each of so many rounds; the first `warm` rounds do not count."""
    found: dict[str, list[Seconds]] = {name: [] for name in acts}
    for n in range(runs + warm):
        for name, act in acts.items():
            seconds = act()
            if n >= warm:
                found[name].append(seconds)
    return found


def median(values: list[Seconds]) -> Seconds:
    return statistics.median(values)


def ratio(subject: list[Seconds], peer: list[Seconds]) -> float:
    """Of the medians. Both lists come from the same rounds."""
    return statistics.median(subject) / statistics.median(peer)


def ms(values: list[Seconds]) -> str:
    """The median, and the spread in which nine of ten lie, in milliseconds."""
    ordered = sorted(values)
    tenth = len(ordered) // 20
    return f"{statistics.median(ordered) * 1e3:.3g} ms ({ordered[tenth] * 1e3:.3g}–{ordered[-1 - tenth] * 1e3:.3g})"
