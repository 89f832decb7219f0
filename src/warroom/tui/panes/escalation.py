"""The escalation: its policy, every level's state, who is called next and when, and the number to ring."""

from rich.cells import cell_len

from ...core.duration import spell
from ...core.escalation import LevelView, View
from ...core.events import Target
from ...core.text import clean, wrap
from ...core.values import Ms
from ..glyphs import DONE, FAILED, NEXT, NOTE, RULED_OUT
from ..moment import Moment
from ..spans import Line, clip, left
from .pane import READING, Card, Pane

_SIGNS = {
    "acked": (DONE, "green"),
    "no answer": (FAILED, "amber"),
    "declined": (FAILED, "amber"),
    "expired": (FAILED, "red"),
    "calling": (NEXT, "bold"),
    "next": (NEXT, "bold"),
    "passed": (NOTE, "muted"),
    "empty": (RULED_OUT, "muted"),
    "waiting": (" ", "muted"),
}
_LEVEL = 3
_STATE = 12  # "acked 14:02", "in 1h05m"
NOTHING_SENT = "nothing is sent yet: ring by hand"


def card(moment: Moment, width: int, height: int) -> Card:
    """The escalation pane for `width` × `height` cells."""
    view = moment.page
    if view.policy is None:
        said = wrap("No escalation policy. Whoever is needed has to be rung by hand.", width)
        return Card("Escalation", [((line, "muted"),) for line in said])
    foot = f"policy {clean(view.policy.title or view.policy.policy)}"
    tail = _tail(view, moment, width)
    levels = _levels(view, moment, width, max(1, height - len(tail)))
    return Card("Escalation", [*levels, *tail], foot)


def _levels(view: View, moment: Moment, width: int, height: int) -> list[Line]:
    lines: list[Line] = []
    focus = 0
    columns = _columns(view, width)
    for level in view.levels:
        if level.state in ("next", "calling"):
            focus = len(lines)
        lines.append(_level(level, moment, *columns))
        if level.state == "calling" or (level.state == "next" and (view.current is None or view.ack)):
            lines += _ring(level, width)
    if len(lines) <= height:
        return lines
    # What comes next must be in sight, whatever else is not.
    top = max(0, min(focus - 1, len(lines) - height))
    shown = lines[top : top + height]
    hidden = len(lines) - height + 1
    shown[0 if top else -1] = ((f"… {hidden} more", "muted"),)
    return shown


def _columns(view: View, width: int) -> tuple[int, int]:
    """Cells for the levels' names and for who is called; what both want is shared."""
    room = max(2, width - 2 - _LEVEL - _STATE - 2)
    who = max((cell_len(clean(level.target.name)) for level in view.levels if level.target), default=6)
    name = max((cell_len(clean(level.name)) for level in view.levels), default=0)
    name = max(room - who, min(name, room // 2), 1)
    return name, room - name


def _level(level: LevelView, moment: Moment, name_width: int, who_width: int) -> Line:
    sign, ink = _SIGNS[level.state]
    loud = level.state in ("next", "calling")
    plain = "bold" if loud else "muted" if level.state in ("waiting", "passed", "empty") else ""
    number = "" if level.backup else f"L{level.level}"
    name = "backup" if level.backup else clean(level.name)
    who = clean(level.target.name) if level.target else "nobody"
    return (
        (sign + " ", ink),
        (left(number, _LEVEL), plain),
        (left(name, name_width), plain),
        (" ", ""),
        (left(who, who_width), plain),
        (" ", ""),
        (clip(_state(level, moment), _STATE), _state_ink(level, moment, plain)),
    )


def _state(level: LevelView, moment: Moment) -> str:
    match level.state:
        case "next":
            return f"in {_span(level.at, moment.now)}" if _ahead(level, moment) else "now"
        case "calling":
            return "ring now"
        case "acked":
            return f"acked {moment.hm(level.at or 0)}"
        case "passed":
            return f"passed {moment.hm(level.at or 0)}"
        case "waiting":
            return ""
        case "empty":
            return "skipped"
        case state:
            return state


def _state_ink(level: LevelView, moment: Moment, plain: str) -> str:
    if level.state in ("calling", "expired") or (level.state == "next" and not _ahead(level, moment)):
        return "red bold"
    return plain


def _ahead(level: LevelView, moment: Moment) -> bool:
    return level.at is not None and level.at > moment.now


def _span(at: Ms | None, now: Ms) -> str:
    return spell(max(0, (at or now) - now))


def _ring(level: LevelView, width: int) -> list[Line]:
    """The number to ring, or how else to reach them; and who is called at the same time."""
    indent = " " * (2 + _LEVEL)
    target = level.target
    if target is None:
        return []
    how = reach(target)
    others = ", ".join(clean(t.name) for t in level.others)
    line: Line = ((indent, ""), (how or "no number known", "" if how else "amber"))
    return [(*line, (f" or {others}", "muted")) if others else line]


def reach(target: Target) -> str:
    """How to ring this person by hand; an example contact says that it reaches nobody."""
    how = clean(target.phone) or ", ".join(clean(each) for each in target.reach)
    return f"{how} (example)" if how and target.example else how


def _tail(view: View, moment: Moment, width: int) -> list[Line]:
    lines: list[Line] = []
    match view.status:
        case "acknowledged" if view.ack:
            who = clean(view.ack.who)
            left_over = (view.expires or moment.now) - moment.now
            said = f"{who} has it, for {spell(max(0, left_over))} more"
            lines.append(((DONE + " ", "green"), (said, "bold")))
        case "snoozed" if view.snoozed:
            until = moment.hm(view.snoozed.until)
            lines.append(((f"snoozed until {until}", "amber bold"), (f"  {clean(view.snoozed.why)}", "muted")))
        case "exhausted":
            lines.append((("no level is left: ring whoever can help", "red bold"),))
        case "stopped":
            lines.append((("stopped: the incident has ended", "muted"),))
    if view.status in ("running", "snoozed", "exhausted"):
        if view.pages_nobody:
            lines.append((("PAGES NOBODY", "amber bold"), (" · ring by hand", "amber")))
        else:
            lines.append(((NOTHING_SENT, "amber"),))
    if moment.sight.pager:
        lines.append(((f"pager: {clean(moment.sight.pager)}", "muted"),))
    return lines


class EscalationPane(Pane):
    """Who is called next, when, and how to ring them."""

    DEFAULT_CSS = "EscalationPane { height: 9; }"
    reading = Card("Escalation", [READING])

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return card(moment, width, height)
