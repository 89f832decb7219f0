"""Under the levels: who has it, what stands in the way, and which process pages, always."""

from rich.cells import cell_len

from ...core.due import asks
from ...core.duration import spell
from ...core.escalation import View
from ...core.text import clean, wrap
from ..glyphs import DONE
from ..moment import Moment
from ..pager_view import words
from ..spans import Line, clip, cut
from .called import answered, called, not_told, untried

Row = tuple[int, Line]
"""A line and its rank: what failed has the first one, 4 is the first to go."""

BROKEN = -1
DRILL = "a drill: nobody is paged"
NOBODY = "PAGES NOBODY"


def under(view: View, moment: Moment, width: int) -> list[Row]:
    """Who has it, or why nobody is called, and who pages."""
    lines: list[Row] = []
    match view.status:
        case "acknowledged" if view.ack:
            lines.append((0, held(view, moment)))
        case "snoozed" if view.snoozed:
            head: Line = ((f"snoozed until {moment.hm(view.snoozed.until)}", "amber bold"),)
            lines.append((0, (*head, (f"  {clean(view.snoozed.why)}", "muted"))))
        case "exhausted":
            lines += [(BROKEN, line) for line in _nobody_after(view, moment, width)]
        case "waiting":
            lines.append((2, (("calls nobody before a trigger or /escalate", "muted"),)))
        case "called off" if view.off:
            lines.append((0, (("called off", "amber bold"), (f": {clean(view.off.why)}", "muted"))))
            lines.append((3, (("/escalate calls somebody again", "muted"),)))
        case "stopped":
            lines.append((2, (("stopped: the incident has ended", "muted"),)))
    for each in not_told(moment) if moment.incident.open else ():
        said = "that somebody has it" if each.what == "acknowledge" else "that it is over"
        lines.append((BROKEN, ((f"{clean(each.channel)} NOT TOLD ", "red bold"), (said + ", it may page on", "red"))))
    return [*lines, *_who_pages(view, moment, width)]


def held(view: View, moment: Moment) -> Line:
    """Who has it and for how long; five minutes before it runs out, whether they still do."""
    who = clean(view.ack.who) if view.ack else ""
    rest = max(0, (view.expires or moment.now) - moment.now)
    if view.expires is not None and asks(view.expires, moment.now):
        return ((f"{who} still on it?", "amber bold"), (f"  {spell(rest)} left · F8", "amber"))
    return ((DONE + " ", "green"), (f"{who} has it, for {spell(rest)} more", "bold"))


def _nobody_after(view: View, moment: Moment, width: int) -> list[Line]:
    page = called(moment)
    fallback = clean(view.policy.fallback) if view.policy else ""
    if page is None or answered(moment, page):
        said, ink = f"nobody is left to call: {fallback or 'ring whoever can help'}", "red bold"
    else:
        said, ink = "nobody comes after this level" + (f": {fallback}" if fallback else ""), "muted"
    return [((row, ink),) for row in wrap(said, width)[:2]]


def _who_pages(view: View, moment: Moment, width: int) -> list[Row]:
    """Whether pages go out at all, and by whom."""
    if view.status in ("stopped", "called off") or not moment.incident.open:
        return []
    if moment.incident.drill:
        return [(0, ((DRILL, "violet bold"),))]
    if view.pages_nobody:
        return [(0, ((NOBODY, "amber bold"), (" · ring by hand", "amber")))]
    rows: list[Row] = []
    near = view.current or view.next
    if view.policy and not view.policy.tested and near and near.target and (said := untried(moment, [near.target])):
        rows.append((3, ((clip(said, width), "amber"),)))
    line = words(moment.sight.pager, moment.now, moment.sight.zone)
    loud = moment.sight.pager.fails(moment.now)
    return [*rows, *((BROKEN if loud else 1, part) for part in _over_rows(line, width))]


def _over_rows(line: Line, width: int) -> list[Line]:
    """A line of two parts on two rows where it does not fit on one."""
    if len(line) < 2 or sum(cell_len(text) for text, _ in line) <= width:
        return [cut(line, width)]
    first, (text, ink) = line[:1], line[1]
    return [cut(first, width), (("  " + text.removeprefix(" · "), ink),)]
