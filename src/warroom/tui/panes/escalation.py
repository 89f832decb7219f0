"""The escalation: its policy, every level's state, who is called next and when, how the page went out, who pages.

Rows have ranks: where there is no room for all, what is next and what failed stay in sight.
"""

from rich.cells import cell_len

from ...core.duration import spell
from ...core.escalation import LevelView, View
from ...core.text import clean, wrap
from ...core.values import Ms
from ..glyphs import DONE, FAILED, NEXT, NOTE, RULED_OUT
from ..moment import Moment
from ..spans import Line, clip, cut, left
from .called import NOT_SENT, OUT, Called, answered, by_hand, called, calling, not_told, number, ring, ways, why
from .pane import READING, Card, Pane
from .under import BROKEN, Row, under

_SIGNS = {
    "acked": (DONE, "green"),
    "no answer": (FAILED, "amber"),
    "declined": (FAILED, "amber"),
    "expired": (FAILED, "red"),
    "calling": (NEXT, "bold"),
    "next": (NEXT, "bold"),
    "passed": (NOTE, "muted"),
    "empty": (RULED_OUT, "muted"),
    "quiet": (RULED_OUT, "muted"),
    "waiting": (" ", "muted"),
}
_LEVEL = 3
_STATE = 12  # "acked 14:02", "in 1h05m"
_INDENT = " " * (2 + _LEVEL)


def card(moment: Moment, width: int, height: int) -> Card:
    """The escalation pane for `width` × `height` cells."""
    view = moment.page
    if view.policy is None:
        said = wrap("No escalation policy. Whoever is needed has to be rung by hand.", width)
        return Card("Escalation", [((line, "muted"),) for line in said])
    rows = [*_levels(view, moment, width), *_specialists(moment, width), *under(view, moment, width)]
    changed = moment.sight.offer is not None
    foot = f"policy {clean(view.policy.title or view.policy.policy)}" + (" · changed: /policy" if changed else "")
    tone = "red" if alarm(moment) else "rule"
    return Card("Escalation", _chosen(rows, height), foot, tone, "amber" if changed else "muted")


def alarm(moment: Moment) -> bool:
    """Whether something about paging failed: nobody pages, or what should have gone out did not."""
    view = moment.page
    if moment.incident.drill or view.policy is None or view.pages_nobody or not moment.incident.open:
        return False
    if view.status not in ("stopped", "called off") and moment.sight.pager.fails(moment.now):
        return True
    open_calls = (called(moment, topic) for topic in moment.runs)
    return any(page is not None and page.outcome == NOT_SENT for page in open_calls) or bool(not_told(moment))


def _chosen(rows: list[Row], height: int) -> list[Line]:
    """As many of the rows as fit, in their order; where some are left out, one says how many."""
    if len(rows) <= height:
        return [line for _, line in rows]
    best = sorted(range(len(rows)), key=lambda n: (rows[n][0], n))[: max(1, height - 1)]
    kept = set(best)
    lines: list[Line] = []
    said = height < 2
    for n, (_, line) in enumerate(rows):
        if n in kept:
            lines.append(line)
        elif not said:
            lines.append(((f"… {len(rows) - len(kept)} more", "muted"),))
            said = True
    return lines


# ── the levels ──


def _levels(view: View, moment: Moment, width: int) -> list[Row]:
    rows: list[Row] = []
    columns = _columns(view, width)
    page = called(moment)
    near = next((n for n, x in enumerate(view.levels) if x.state in ("next", "calling")), 0)
    for n, level in enumerate(view.levels):
        live = level.state in ("next", "calling")
        rank = 0 if live else min(4, 1 + abs(n - near))
        rows.append((rank, _level(level, moment, page, *columns)))
        if level.state == "calling" and page:
            rows += _about(page, moment, width)
        elif level.state == "next":
            rows += _ahead_of(level, view, width)
    return rows


def _columns(view: View, width: int) -> tuple[int, int]:
    """Cells for the levels' names and for who is called; what both want is shared."""
    room = max(2, width - 2 - _LEVEL - _STATE - 2)
    who = max((cell_len(clean(level.target.name)) for level in view.levels if level.target), default=6)
    name = max((cell_len(clean(level.name)) for level in view.levels), default=0)
    name = max(room - who, min(name, room // 2), 1)
    return name, room - name


def _level(level: LevelView, moment: Moment, page: Called | None, name_width: int, who_width: int) -> Line:
    sign, ink = _SIGNS[level.state]
    loud = level.state in ("next", "calling")
    plain = "bold" if loud else "muted" if level.state in ("waiting", "passed", "empty", "quiet") else ""
    number = "" if level.backup else f"L{level.level}"
    name = "backup" if level.backup else clean(level.name)
    who = clean(level.by or level.target.name) if level.target else "nobody"
    text, tone = _state(level, moment, page, plain)
    return (
        (sign + " ", ink),
        (left(number, _LEVEL), plain),
        (left(name, name_width), plain),
        (" ", ""),
        (left(who, who_width), plain),
        (" ", ""),
        (clip(text, _STATE), tone),
    )


def _state(level: LevelView, moment: Moment, page: Called | None, plain: str) -> tuple[str, str]:
    match level.state:
        case "next":
            return (f"in {_span(level.at, moment.now)}", plain) if _ahead(level, moment) else ("now", "bold")
        case "calling":
            return calling(page, moment) if page else ("ring now", "red bold")
        case "acked":
            return f"acked {moment.hm(level.at or 0)}", plain
        case "passed":
            return f"passed {moment.hm(level.at or 0)}", plain
        case "waiting":
            return "", plain
        case "empty":
            return "skipped", plain
        case "quiet":
            return "quiet hours", plain
        case "expired":
            return "ran out", "red bold"
        case state:
            return state, plain


def _about(page: Called, moment: Moment, width: int) -> list[Row]:
    """Under whoever is called: why out of turn, how it went out, the number, who else is called."""
    room = max(8, width - cell_len(_INDENT))
    rows: list[Row] = []
    if reason := why(moment, page.call):
        rows.append((4 if page.topic else 2, ((_INDENT, ""), (clip(reason, room), "muted"))))
    for failed, line in ways(page, moment, room):
        rows.append((BROKEN if failed else 1, ((_INDENT, ""), *line)))
    if page.targets and not moment.incident.drill:
        rows.append((0, _under(ring(page, moment, "red bold" if by_hand(page, moment) else ""), room)))
    return rows


def _ahead_of(level: LevelView, view: View, width: int) -> list[Row]:
    """Under whoever is next: why out of turn, and, where nobody is called now, their number."""
    room = max(8, width - cell_len(_INDENT))
    rows: list[Row] = []
    if level.why:
        rows.append((1, ((_INDENT, ""), (clip(clean(level.why), room), "muted"))))
    if level.target and (view.current is None or view.ack):
        line: Line = ((number(level.target) or "no number known", "muted"),)
        if level.others:
            line = (*line, (f" or {', '.join(clean(t.name) for t in level.others)}", "muted"))
        rows.append((3, _under(line, room)))
    return rows


def _under(line: Line, room: int) -> Line:
    return ((_INDENT, ""), *cut(line, room))


def _ahead(level: LevelView, moment: Moment) -> bool:
    return level.at is not None and level.at > moment.now


def _span(at: Ms | None, now: Ms) -> str:
    return spell(max(0, (at or now) - now))


# ── beside the hierarchy ──


def _specialists(moment: Moment, width: int) -> list[Row]:
    rows: list[Row] = []
    for topic, view in moment.specialists.items():
        if view.status in ("stopped", "called off"):
            continue
        page = called(moment, topic)
        who, text, sign, tone = _specialist(view, page, moment)
        room = width - 2 - _STATE - 1
        name = clip(clean(topic), max(_LEVEL + 1, room - cell_len(who) - 1))
        ink = _SIGNS[sign][1]
        loud = "bold" if sign in ("calling", "next") else ""
        head: Line = ((_SIGNS[sign][0] + " ", ink), (left(name, max(1, room - cell_len(who) - 1)), loud), (" ", ""))
        rows.append((0 if sign != "acked" else 2, (*head, (who, loud), (" ", ""), (clip(text, _STATE), tone))))
        if page:
            # That it went out is said already; beside the hierarchy only what is wrong needs a row of its own.
            rows += [row for row in _about(page, moment, width) if row[0] != 1 or page.outcome != OUT]
    return rows


def _specialist(view: View, page: Called | None, moment: Moment) -> tuple[str, str, str, str]:
    """Who, the state in words, its sign and its ink."""
    if view.ack:
        return clean(view.ack.who), f"acked {moment.hm(view.ack.at)}", "acked", ""
    if page:
        who = clean(page.targets[0].name) if page.targets else "nobody"
        return who, *_said(page, moment)
    if view.next:
        who = clean(view.next.target.name) if view.next.target else "nobody"
        return who, f"in {_span(view.next.at, moment.now)}", "next", "bold"
    return "nobody", "nobody left", "no answer", "red bold"


def _said(page: Called, moment: Moment) -> tuple[str, str, str]:
    last = answered(moment, page)
    if last:
        return last.what, last.what, "red bold"
    text, tone = calling(page, moment)
    return text, "calling", tone


class EscalationPane(Pane):
    """Who is called next, when, and how to ring them."""

    DEFAULT_CSS = "EscalationPane { height: 10; }"
    reading = Card("Escalation", [READING])

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return card(moment, width, height)
