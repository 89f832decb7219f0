"""The inbox as lines: pure, from what was seen, the moment and what the person chose, so that it can be read without
a terminal. A row is a group of alerts, or one alert under a group that was unfolded.
"""

from collections.abc import Mapping, Sequence

import msgspec

from ...core.alerts.inbox import Line as AlertLine
from ...core.alerts.match import Suggestion, suggest
from ...core.alerts.standing import BELONGS, DISMISSED, ENDED, SILENCED, TAKEN, WAITS, Group, Standing, began
from ...core.text import clean, wrap
from ...core.values import Ms
from ...core.zone import Zone, utc
from ...render import inbox as words
from ...render.times import moment
from ...room.alerts_live import View as Seen
from .. import clock
from ..glyphs import DONE, IMPACT, RULED_OUT, SNOOZED
from ..listing import lit
from ..panes.due import time_left, tone
from ..panes.pane import READING, Card
from ..spans import Line, cells, clip, left, right, spread

QUIET = frozenset(words.QUIET)
HOURS = 24  # cells of a sparkline, one for an hour; half of them where there is little room
_WIDE = 100
_SERVICE = 16
_INKS = {WAITS: "amber bold", TAKEN: "green", BELONGS: "sky", SILENCED: "muted", DISMISSED: "muted", ENDED: "muted"}
_SIGNS = {WAITS: IMPACT, TAKEN: DONE, BELONGS: "▸", SILENCED: SNOOZED, DISMISSED: RULED_OUT, ENDED: "·"}
_FOLDED, _UNFOLDED = "▸ ", "▾ "


class Due(msgspec.Struct, frozen=True):
    """What is due in the room under this screen, so that it stays in sight: `kind` of `what`, at `at` (UTC ms)."""

    handle: str
    kind: str
    at: Ms


class Row(msgspec.Struct, frozen=True, gc=False):
    """A group, or one of its alerts with how it stands."""

    group: Group
    line: AlertLine | None = None
    stands: Standing | None = None

    @property
    def id(self) -> str:
        return self.line.id if self.line is not None else self.group.id

    @property
    def lines(self) -> list[AlertLine]:
        """The alerts that an act here is about: this one, or those of the group that wait; else those that fire."""
        if self.line is not None:
            return [self.line]
        pairs = list(zip(self.group.lines, self.group.standings, strict=True))
        waiting = [line for line, each in pairs if each.kind == WAITS]
        return waiting or [line for line, each in pairs if each.kind not in QUIET] or list(self.group.lines)


class View(msgspec.Struct, frozen=True, eq=False):
    """What is shown at `now` (UTC ms). `all`: also what is quiet; `typed` filters; `open` names unfolded groups."""

    seen: Seen = Seen()
    now: Ms = 0
    zone: Zone = utc
    ascii: bool = False
    all: bool = False
    typed: str = ""
    open: frozenset[str] = frozenset()
    selected: str = ""
    due: Due | None = None

    def rows(self) -> list[Row]:
        """What Up and Down go through."""
        out: list[Row] = []
        parts = self.typed.casefold().split()
        for group in self.seen.groups:
            pairs = [
                (line, each)
                for line, each in zip(group.lines, group.standings, strict=True)
                if (self.all or each.kind not in QUIET) and all(_says(line, part) for part in parts)
            ]
            if pairs:
                out.append(Row(group))
                if group.id in self.open:
                    out += [Row(group, line, each) for line, each in pairs]
        return out


def _says(line: AlertLine, part: str) -> bool:
    alert = line.alert
    said = f"{line.id} {alert.rule} {alert.service} {alert.severity} {alert.summary}".casefold()
    return part in said or any(part in value.casefold() for value in alert.labels.values())


# ── the top line ──


def top_line(view: View, width: int) -> Line:
    """How much waits, what is due in the room, and the time."""
    seen, now = view.seen, view.now
    head: list[tuple[str, str]] = [(" ", ""), ("Alerts", "bold"), ("   ", "")]
    head.append((waits(seen.waiting), "amber bold") if seen.waiting else ("nothing waits", "muted"))
    holding = sum(words.holds(each, now) for each in seen.inbox.silences.values())
    if holding:
        head.append((f" · {holding} silence{'' if holding == 1 else 's'}", "muted"))
    if counted := sum(seen.inbox.counted.values()):
        head.append((f" · {counted:,} more only counted", "muted"))
    tail: list[tuple[str, str]] = []
    if view.due is not None:
        left_ = view.due.at - now
        how = "" if left_ < 0 else "in "
        said = f"{view.due.handle} {view.due.kind} {how}{time_left(left_)}"
        tail += [(said, f"{tone(left_)} bold"), ("   ", "")]
    tail += [(f"{clock.hms(now, view.zone)} {view.zone(now)[1]}", ""), (" ", "")]
    return spread(tuple(head), tuple(tail), width)


def waits(count: int) -> str:
    """`3 alerts wait`."""
    return "1 alert waits" if count == 1 else f"{count:,} alerts wait"


# ── the list ──


class _Columns:
    """Where things stand in a group's row; they depend on the width alone, so that nothing moves."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.hours = HOURS if width >= _WIDE else HOURS // 2
        self.service = _SERVICE if width >= _WIDE else 12
        self.severity = 8 if width >= _WIDE else 0
        self.fired, self.stands, self.age = 7, 16 if width >= _WIDE else 12, 6
        rest = width - 2 - self.service - 2 - 2 - self.hours - 1 - self.fired - 2 - self.stands - 1 - self.age
        rest -= self.severity + 2 if self.severity else 0
        self.rule = max(8, rest)


def list_card(view: View, rows: Sequence[Row], first: int, width: int, height: int) -> Card:
    """The rows in sight, from `first` on."""
    seen = view.seen
    if seen.trouble and not seen.groups:
        return Card("Alerts", [((row, "red bold"),) for row in wrap(clean(seen.trouble), width)], tone="red")
    if not seen.ready:
        return Card("Alerts", [READING])
    if not rows:
        return Card("Alerts", _nothing(view, width), _hidden(view, rows))
    columns = _Columns(width)
    lines = [_drawn(row, view, columns) for row in rows[first : first + height]]
    above, below = first, len(rows) - first - height
    foot = " · ".join(
        filter(
            None, (f"↑ {above} above" if above else "", f"↓ {below} below" if below > 0 else "", _hidden(view, rows))
        )
    )
    return Card(_title(view), lines, foot, tone="amber" if seen.waiting else "sky")


def _title(view: View) -> str:
    return "Alerts, all of them" if view.all else "Alerts"


def _hidden(view: View, rows: Sequence[Row]) -> str:
    if view.all:
        return "w shows only what fires"
    quiet = sum(each.kind in QUIET for group in view.seen.groups for each in group.standings)
    return f"{quiet:,} ended or quiet, w shows them" if quiet else ""


def _nothing(view: View, width: int) -> list[Line]:
    if view.typed:
        return [((f"No alert here says “{clean(view.typed)}”.", "muted"),)]
    if view.seen.groups:
        return [(("Nothing fires that anybody would have to look at.", "muted"),)]
    said = (
        "Monitoring systems deliver theirs to the server, at /v1/hooks/NAME; `… | warroom alert -` puts alerts here "
        "from a pipe, and `warroom alert TEXT` one from a script."
    )
    return [(("No alert has come in, this week or last.", "bold"),), *(((row, "muted"),) for row in wrap(said, width))]


def _drawn(row: Row, view: View, columns: _Columns) -> Line:
    line = _group(row.group, view, columns) if row.line is None else _one(row, view, columns.width)
    return lit(line, columns.width) if row.id == view.selected else line


def _group(group: Group, view: View, columns: _Columns) -> Line:
    kind = group.kind
    loud = "bold" if kind == WAITS else "" if kind not in QUIET else "muted"
    at = group.since if group.since is not None else group.last
    return (
        (_UNFOLDED if group.id in view.open else _FOLDED, "muted"),
        (left(clean(group.service) or "–", columns.service), "muted" if kind in QUIET else ""),
        ("  ", ""),
        (left(clean(group.rule), columns.rule), loud),
        ("  ", ""),
        (left(clean(group.lines[0].alert.severity), columns.severity) + "  " if columns.severity else "", "muted"),
        (words.bars(group.times, view.now, columns.hours, view.ascii), "sky" if kind not in QUIET else "muted"),
        (" ", ""),
        (right(f"{group.fired:,}×", columns.fired), "" if kind not in QUIET else "muted"),
        ("  ", ""),
        (left(_group_stands(group, view), columns.stands), _INKS[kind]),
        (" ", ""),
        (right(words.since(max(0, view.now - at)), columns.age), "muted"),
    )


def _group_stands(group: Group, view: View) -> str:
    """How its most urgent alerts stand, with their number where they are several."""
    kind = group.kind
    count = sum(each.kind == kind for each in group.standings)
    if kind == WAITS:
        return f"{count:,} wait" if count > 1 else "waits"
    first = next(each for each in group.standings if each.kind == kind)
    if kind == BELONGS:
        return f"in {words.handle_of(first.what, view.seen.handles).removeprefix('INC-')}"
    return {TAKEN: "acknowledged", SILENCED: "silenced", DISMISSED: "dismissed", ENDED: "ended"}[kind]


def _one(row: Row, view: View, width: int) -> Line:
    assert row.line is not None
    assert row.stands is not None
    kind, alert = row.stands.kind, row.line.alert
    said = words.stands(row.stands, view.now, view.zone, view.seen.handles)
    tail: Line = (("  ", ""), (said, _INKS[kind]))
    severity = clean(alert.severity)
    head: Line = (("    ", ""), (f"{_SIGNS[kind]} ", _INKS[kind]), (f"{severity}  " if severity else "", "muted"))
    summary = clean(" ".join(alert.summary.split()) or alert.rule)
    room = max(6, width - cells(head) - cells(tail))
    return spread((*head, (clip(summary, room), "muted" if kind in QUIET else "")), tail, width)


# ── what is chosen ──


def about_card(view: View, row: Row | None, width: int, height: int) -> Card:
    """All there is to say of the chosen alert, or of the group and the first of it that waits."""
    if row is None:
        return Card()
    line = row.line or row.group.lines[0]
    stands = row.stands or row.group.standings[0]
    lines = _said(view, row, line, stands, width)
    name = " · ".join(filter(None, (clean(row.group.rule), clean(row.group.service))))
    foot = clean(line.id) if row.line is not None else words.counted(row.group)
    return Card(clip(name, width - 4), lines[:height], foot)


def _said(view: View, row: Row, line: AlertLine, stands: Standing, width: int) -> list[Line]:
    alert = line.alert
    out: list[Line] = [((each, "bold"),) for each in wrap(clean(" ".join(alert.summary.split())), width)[:2]]
    out += _fits(view, line, stands, width)
    more = len(row.group.lines) - 1 if row.line is None else 0
    said = [words.stands(stands, view.now, view.zone, view.seen.handles)]
    said += [clean(alert.severity)] if alert.severity else []
    said += [f"since {moment(began(line), view.now, view.zone)}", f"from {clean(line.source)}"]
    said += [f"fired {line.fired:,} times" if line.fired != 1 else "fired once"]
    said += [f"{line.flaps} flap{'' if line.flaps == 1 else 's'}"] if line.flaps else []
    out += [((each, ""),) for each in wrap(" · ".join(said), width)[:2]]
    for mark, what in ((line.handled, "handled"), (line.dismissed, "dismissed")):
        if mark is not None and mark.note:
            out += [((each, "muted"),) for each in wrap(clean(f"{mark.by} {what} it: {mark.note}"), width)[:2]]
    for told, bad in words.far(line, view.seen.inbox, view.now):
        out += [((each, "red bold" if bad else "muted"),) for each in wrap(told, width)[:2]]
    if labels := words.labels(alert.labels):
        out += [((each, "muted"),) for each in wrap(labels, width)[:3]]
    if alert.url:
        out.append(((clip(clean(alert.url), width), "muted"),))
    if more:
        out.append(((f"and {more:,} more of this rule and service: ↵ shows them", "muted"),))
    return out


def _fits(view: View, line: AlertLine, stands: Standing, width: int) -> list[Line]:
    """The open incident that it may belong to, and why."""
    if stands.kind != WAITS:
        return []
    best = next(iter(suggestions(view, line)), None)
    if best is None:
        return []
    said = wrap(f"{words.fits(best, view.seen.handles)} · i attaches", max(10, width - 2))
    return [(("→ " if n == 0 else "  ", "sky"), (each, "sky")) for n, each in enumerate(said[:3])]


def suggestions(view: View, line: AlertLine) -> list[Suggestion]:
    """The open incidents that it may belong to, the best first."""
    return suggest(line, view.seen.open)


def incidents(view: View, line: AlertLine) -> list[tuple[str, str]]:
    """What it can be attached to: identity, and what to say of it; the one that fits best first."""
    fitting = {each.inc: each.text() for each in suggestions(view, line)}
    rest = [each for each in view.seen.open if each.inc not in fitting]
    rest.sort(key=lambda each: (-each.began, each.inc))
    titles: Mapping[str, str] = {each.inc: each.title for each in view.seen.open}
    return [
        *((inc, f"{clean(titles.get(inc, ''))}: {why}") for inc, why in fitting.items()),
        *((each.inc, clean(each.title)) for each in rest),
    ]
