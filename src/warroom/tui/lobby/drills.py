"""The lobby's drills as lines: the way to them, what is offered and planned, and what was practised."""

from ...core.text import clean
from ...core.values import DAY
from ...room.desk import Listed
from ...room.drill_plan import Planned
from .. import clock
from ..glyphs import IMPACT
from ..listing import lit, window
from ..panes.due import short
from ..panes.pane import Card
from ..spans import Line, cells, left, right, spread
from .found import PRACTISE, REPLAY
from .reading import MINUTES
from .rows import WIDE, View, place, ran, short_handle

_MOST = 4  # lines that a low screen has for drills
_SPAN = 6
_DAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")  # of the first week of 1970
_UNTOLD = "the plan cannot be read: `warroom drill plan` says why"

Heads = list[tuple[str, Line]]


def heads(view: View, width: int) -> Heads:
    """What stands above the drills, each line with what it stands for; empty: nothing that can be chosen."""
    if not view.found.practise:
        return []
    way: Line = (("Practise …", "violet bold"),)
    said: Line = ((offer(view), "muted"),)
    out: Heads = []
    if cells(way) + cells(said) + 3 <= width or not offer(view):
        out.append((PRACTISE, spread(way, said, width)))
    else:
        out += [(PRACTISE, way), ("", said)]
    if each := view.found.replay:
        name: Line = (("Replay ", "violet bold"), (short_handle(each), "bold"), (f"  {clean(each.title)}", ""))
        out.append((REPLAY, spread(name, ((f"{MINUTES} min", "muted"),), width)))
    if view.practice.untold:
        out.append(("", ((f"{IMPACT} ", "amber"), (_UNTOLD, "muted"))))
    elif view.practice.planned:
        out.append(("", (("planned: ", "muted"), (planned(view.practice.planned, view), ""))))
    return out


def offer(view: View) -> str:
    """What is said where the last drill is long ago."""
    last = view.practice.last
    if not view.practice.offered:
        return ""
    if last is None:
        return "You have not practised here yet"
    return f"Ten minutes? The last drill was {max(0, view.now - last) // DAY} days ago"


def planned(each: Planned, view: View) -> str:
    """`Thu 14:00 slow-queries, commander ana`, with a date where it is far off."""
    days = clock.day(each.at, view.zone) - clock.day(view.now, view.zone)
    when = "today" if days == 0 else clock.date(each.at, view.zone)
    if days and abs(days) < 7:
        when = _DAYS[clock.day(each.at, view.zone) % 7]
    roles = "".join(f", {role} {who}" for role, who in each.roles.items())
    return clean(f"{when} {clock.hm(each.at, view.zone)} {each.scenario}{roles}")


def lines_wanted(view: View, width: int) -> int:
    """How many lines the drills ask for on a low screen."""
    above, known = len(heads(view, width)), len(view.found.drills)
    return above + min(known, max(1, _MOST - above))


def drills_card(view: View, top: int, width: int, height: int) -> tuple[Card, int]:
    """What leads to a drill, then what was practised, the latest first; and the first of these in sight."""
    shown = view.found.drills
    above = heads(view, width)[:height]
    lines = [lit(line, width) if id and id == view.selected else line for id, line in above]
    first, last = window(len(shown), 1, place(shown, view.selected), top, height - len(above))
    if len(above) == height:
        first, last = top, top
    for each in shown[first:last]:
        row = _drill(each, view, width)
        lines.append(lit(row, width) if each.id == view.selected else row)
    if not lines:
        said = "No drill says that." if view.found.total else "No drills yet."
        lines = [((said, "muted"),)]
    return Card("Drills", lines, "pages nobody", tone="violet"), first


def _drill(each: Listed, view: View, width: int) -> Line:
    run = view.practice.runs.get(each.id)
    standing = run.standing if run else "running" if each.open else "over"
    date = clock.date(each.declared_at, view.zone)
    took = short(run.ran) if run else ran(each, view.now)
    head: Line = (
        (left(standing, 7), "muted" if standing == "over" else "violet bold"),
        ("  ", ""),
        (date if width >= WIDE - 2 else date[5:], "muted"),
        ("  ", ""),
        (clean(each.title), ""),
    )
    return spread(head, ((right(took, _SPAN), "muted"),), width)
