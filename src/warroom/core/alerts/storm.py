"""A storm of alerts as few facts: the first of a rule and service are told, the rest are counted, and none is dropped.

Pure: the rates of the last minute are kept by whoever takes alerts in, and time is an argument.
"""

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from ..codec import MAX_INT, canonical
from ..values import MINUTE, SECOND, Ms
from .facts import FIRING, Alert, AlertsReceived

TOLD = 20  # of one rule and service in a minute; then it is a storm
ALL = 600  # of all rules together
MOST = 48 * 1024  # canonical bytes of one fact's body
GROUPS = 10_000  # rules and services that are watched at once; beyond them only the whole is

Group: TypeAlias = tuple[str, str]  # service and rule, as `Line.group`


def group_of(alert: Alert) -> Group:
    """Where an alert stands in the inbox."""
    return (alert.service, alert.rule)


class Rates:
    """How many new alerts of each rule and service came in the last minute; it holds no more than it was told."""

    def __init__(self) -> None:
        self._came: deque[tuple[Ms, dict[Group, int]]] = deque()  # by second
        self._counts: dict[Group, int] = {}
        self._told = 0

    def add(self, alerts: Iterable[Alert], now: Ms) -> None:
        """These came now. Those of one second are kept as one."""
        second = now - now % SECOND
        if not self._came or self._came[-1][0] != second:
            self._came.append((second, {}))
        counts = self._came[-1][1]
        for alert in alerts:
            group = group_of(alert)
            if group not in self._counts and len(self._counts) >= GROUPS:
                group = ("", "")
            counts[group] = counts.get(group, 0) + 1
            self._change(group, 1)
        self._forget(now)

    def at(self, now: Ms) -> Mapping[Group, int]:
        """The counts of the minute before `now`."""
        self._forget(now)
        return self._counts

    def told(self, now: Ms) -> int:
        """How many of every rule together were told, at most: a storm of one rule takes no room from the others."""
        self._forget(now)
        return self._told

    def _forget(self, now: Ms) -> None:
        while self._came and self._came[0][0] <= now - MINUTE:
            for group, count in self._came.popleft()[1].items():
                self._change(group, -count)

    def _change(self, group: Group, by: int) -> None:
        before = self._counts.pop(group, 0)
        after = before + by
        self._told += min(after, TOLD) - min(before, TOLD)
        if after:
            self._counts[group] = after


class Told(msgspec.Struct, frozen=True):
    """What becomes of a batch: the alerts that are told, and how many others are counted."""

    alerts: tuple[Alert, ...]
    counted: int


def choose(
    alerts: Sequence[Alert], rates: Mapping[Group, int], before: int = 0, known: Container[str] = frozenset()
) -> Told:
    """The first of each rule and service, as long as the minute has room for them.

    `rates` and `before`: how many of each came in the minute before, and how many of all were told; without these.
    `known`: keys of alerts that the inbox has. Their end is always told, since nothing that was told may seem to go on
    for ever; the end of one that was only counted has nothing to end.
    """
    seen: dict[Group, int] = {}
    told: list[Alert] = []
    names: set[str] = set()
    total = before
    for alert in alerts:
        if alert.state != FIRING and (alert.key in known or alert.key in names):
            told.append(alert)
            continue
        group = group_of(alert)
        came = rates.get(group, 0) + seen.get(group, 0)
        seen[group] = seen.get(group, 0) + 1
        if came < TOLD and total < ALL:
            told.append(alert)
            names.add(alert.key)
            total += 1
    return Told(tuple(told), len(alerts) - len(told))


def facts(source: str, told: Told, delivery: str = "", more: int = 0) -> tuple[AlertsReceived, ...]:
    """The facts that hold what was told, none larger than 48 KiB, and the count of the rest on the last.

    `more`: alerts that were counted before. Nothing told and nothing counted is no fact.
    """
    counted = told.counted + more
    bare = len(canonical(AlertsReceived(source, (), MAX_INT, delivery))) + len(',"alerts":[]')
    parts: list[list[Alert]] = []
    room = 0
    for alert in told.alerts:
        size = len(canonical(alert)) + 1
        if not parts or size > room:
            parts.append([])
            room = MOST - bare
        parts[-1].append(alert)
        room -= size
    if counted and not parts:
        parts.append([])
    last = len(parts) - 1
    return tuple(
        AlertsReceived(source, tuple(part), counted if number == last else 0, delivery)
        for number, part in enumerate(parts)
    )
