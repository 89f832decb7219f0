"""The escalation on one line, where there is no room for its pane: what failed first, then who is called, who pages."""

from ...core.duration import spell
from ...core.escalation import View
from ...core.text import clean
from ..moment import Moment
from ..pager_view import short
from ..spans import Line, cells, cut, spread
from .called import DOUBT, NOT_SENT, OUT, WAITS, Called, answered, by_hand, called, calling, not_told, number
from .pane import Card, Pane
from .under import DRILL, NOBODY, held

_GAP = ("  ", "")


def strip_line(moment: Moment, width: int) -> Line:
    """`L2 Mei paged 14:13  L3 Rahul in 4m37s   pager watch@bastion`"""
    view = moment.page
    if view.policy is None:
        return (("no escalation policy: ring by hand", "muted"),)
    tail = _who_pages(view, moment)
    parts = [*_failures(moment), *_now(view, moment), *_specialists(moment), *_next(view, moment)]
    if tail and any("red" in ink for _, ink in tail):
        return _fitted([tail, *parts], width)  # that nobody pages comes before everything else
    room = width - cells(tail) - (len(_GAP[0]) if tail else 0)
    return spread(_fitted(parts, room), tail, width)


def _fitted(parts: list[Line], width: int) -> Line:
    """The first part, cut where it must be, and those behind it that fit whole: half a number helps nobody."""
    line = cut(parts[0], width) if parts else ()
    for part in parts[1:]:
        if cells(line) + len(_GAP[0]) + cells(part) <= width:
            line = (*line, _GAP, *part)
    return line


def _who_pages(view: View, moment: Moment) -> Line:
    if view.status in ("stopped", "called off") or not moment.incident.open:
        return ()
    if moment.incident.drill:
        return ((DRILL, "violet bold"),)
    if view.pages_nobody:
        return ((NOBODY, "amber bold"),)
    return short(moment.sight.pager, moment.now, moment.sight.zone)


def _failures(moment: Moment) -> list[Line]:
    if not moment.incident.open:
        return []
    return [((f"{clean(each.channel)} NOT TOLD, may page on", "red bold"),) for each in not_told(moment)[:1]]


def _now(view: View, moment: Moment) -> list[Line]:
    match view.status:
        case "acknowledged":
            return [held(view, moment)]
        case "snoozed" if view.snoozed:
            return [((f"snoozed until {moment.hm(view.snoozed.until)}", "amber bold"),)]
        case "called off":
            return [(("called off", "amber bold"),)]
        case "stopped":
            return [(("stopped: the incident has ended", "muted"),)]
        case "waiting":
            return [(("calls nobody before a trigger", "muted"),)]
    page = called(moment)
    if page is None:
        return []
    if view.status == "exhausted" and answered(moment, page):
        left = clean(view.policy.fallback) if view.policy else ""
        return [(("nobody is left to call", "red bold"), (f": {left or 'ring whoever can help'}", "red"))]
    return [_page(page, f"L{page.call.level}" + (" backup" if page.call.backup else ""), moment)]


def _page(page: Called, place: str, moment: Moment) -> Line:
    """Who is called and how it stands; the number where ringing is what is left."""
    target = page.targets[0] if page.targets else None
    name = f"{place} {clean(target.name) if target else 'nobody'} "
    text, ink = calling(page, moment)
    if by_hand(page, moment):
        failed = page.outcome == NOT_SENT
        phone = number(target) if target else ""
        head = "NOT SENT, ring " if failed else "ring "
        return ((head, "red bold"), (name + phone, "red bold" if failed else "bold"))
    alone = page.outcome in (WAITS, DOUBT) or (page.outcome == OUT and not page.answers)
    if alone and target and target.phone:
        return ((name, "bold"), (text, ink), (f", ring {number(target)}", "muted"))
    return ((name, "bold"), (text, ink))


def _specialists(moment: Moment) -> list[Line]:
    lines: list[Line] = []
    for topic, view in moment.specialists.items():
        page = called(moment, topic)
        if view.ack:
            lines.append(((f"{clean(topic)}: {clean(view.ack.who)}", ""),))
        elif page and not answered(moment, page):
            lines.append(_page(page, f"{clean(topic)}:", moment))
    return lines


def _next(view: View, moment: Moment) -> list[Line]:
    near = view.next
    if near is None or near.at is None or near.at <= moment.now:
        return []
    who = clean(near.target.name) if near.target else "nobody"
    return [((f"L{near.level} {who} ", "muted"), (f"in {spell(near.at - moment.now)}", ""))]


class EscalationStrip(Pane):
    """Who is called, how it went out and who pages, on one line."""

    DEFAULT_CSS = "EscalationStrip { height: 1; background: $panel; }"
    framed = False
    reading = Card()

    def ground(self, y: int) -> str:
        return "panel"

    def card(self, moment: Moment, width: int, height: int) -> Card:
        return Card(lines=[((" ", ""), *strip_line(moment, width - 2))])
