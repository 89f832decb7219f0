"""How an alert stands now, in one word; and the alerts of one rule and service together, in an order that stays.

A group stands where the first of its alerts that wait began: however many more come, it does not move.
"""

from collections.abc import Container, Iterable

import msgspec

from ..values import DAY, Ms
from .facts import ACKNOWLEDGED, RESOLVED
from .inbox import Inbox, Line

WAITS, TAKEN, BELONGS, SILENCED, DISMISSED, ENDED = (
    "waits",
    "acknowledged",
    "in an incident",
    "silenced",
    "dismissed",
    "ended",
)
KINDS = (WAITS, TAKEN, BELONGS, SILENCED, DISMISSED, ENDED)
SPARK = DAY  # of so long the moments of a group are kept


class Standing(msgspec.Struct, frozen=True, gc=False):
    """`kind` is one of KINDS; `by` who saw to that, "" where its sender said so; `what` the reason or the incident.

    `at`: since when, of a silence until when, of one that waits when it began to fire (UTC ms).
    """

    kind: str
    at: Ms
    by: str = ""
    what: str = ""


class Group(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Alerts of one rule and service, those that wait first, then the latest first; `standings` are theirs.

    `since`: when the first that waits began, None where none does. `times`: when they fired lately, in order.
    """

    service: str
    rule: str
    lines: tuple[Line, ...]
    standings: tuple[Standing, ...]
    waiting: int
    firing: int
    fired: int
    flaps: int
    since: Ms | None
    last: Ms
    times: tuple[Ms, ...]

    @property
    def id(self) -> str:
        """What names it whatever comes in; no alert has such a name."""
        return f"\0{self.service}\0{self.rule}"

    @property
    def kind(self) -> str:
        """How the most urgent of them stands."""
        return min((each.kind for each in self.standings), key=KINDS.index)


def began(line: Line) -> Ms:
    """When it began to fire the last time (UTC ms)."""
    return line.times[-1] if line.times else line.first


def standing(line: Line, inbox: Inbox, now: Ms, going_on: Container[str] = ()) -> Standing:
    """How it stands at `now`; `going_on`: the incidents that are open."""
    alert, since = line.alert, began(line)
    if alert.state == RESOLVED:
        return Standing(ENDED, alert.ended or alert.told or line.last)
    if line.dismissed is not None:
        return Standing(DISMISSED, line.dismissed.at, line.dismissed.by, line.dismissed.what)
    if line.handled is not None and line.handled.what == RESOLVED:
        return Standing(ENDED, line.handled.at, line.handled.by)
    mark = next((m for m in reversed(line.attached) if m.what in going_on or m.at >= since), None)
    if mark is not None:
        return Standing(BELONGS, mark.at, mark.by, mark.what)
    if (silence := inbox.silenced(line, now)) is not None:
        return Standing(SILENCED, silence.until, silence.by, silence.why)
    if line.handled is not None:
        return Standing(TAKEN, line.handled.at, line.handled.by)
    if alert.state == ACKNOWLEDGED:
        return Standing(TAKEN, alert.told or line.last)
    return Standing(WAITS, since)


def groups(inbox: Inbox, now: Ms, going_on: Container[str] = ()) -> list[Group]:
    """All of it: what waits first, the latest to begin on top; then what fires, then the rest, the latest first."""
    found: dict[tuple[str, str], list[tuple[Line, Standing]]] = {}
    for line in inbox.lines.values():
        found.setdefault(line.group, []).append((line, standing(line, inbox, now, going_on)))
    return sorted((_group(key, rows, now) for key, rows in found.items()), key=_order)


def _group(key: tuple[str, str], rows: list[tuple[Line, Standing]], now: Ms) -> Group:
    rows.sort(key=lambda row: (KINDS.index(row[1].kind), -began(row[0]), row[0].id))
    waiting = [row[1].at for row in rows if row[1].kind == WAITS]
    return Group(
        service=key[0],
        rule=key[1],
        lines=tuple(line for line, _ in rows),
        standings=tuple(stands for _, stands in rows),
        waiting=len(waiting),
        firing=sum(line.alert.state != RESOLVED for line, _ in rows),
        fired=sum(line.fired for line, _ in rows),
        flaps=sum(line.flaps for line, _ in rows),
        since=min(waiting, default=None),
        last=max(began(line) for line, _ in rows),
        times=tuple(sorted(t for line, _ in rows for t in line.times if t > now - SPARK)),
    )


def _order(group: Group) -> tuple[bool, bool, Ms, str, str]:
    anchor = group.since if group.since is not None else group.last
    return (group.since is None, not group.firing, -anchor, group.service, group.rule)


def quiet(each: Iterable[Group]) -> int:
    """How many of these groups nobody has to look at."""
    return sum(group.kind in (SILENCED, DISMISSED, ENDED) for group in each)
