"""The board of action items: who does what by when, where it was opened, and the follow-ups that none came of."""

from rich.cells import cell_len

from ...core.acts.items import ChangeItem, RaiseItem
from ...core.review.dates import date_of
from ...core.review.items import FollowUp, ItemView, followups, items
from ...core.text import clean, wrap
from ...core.values import DAY
from ...render.item import elsewhere, late
from ..glyphs import DONE, RULED_OUT
from ..moment import Moment
from ..panes.pane import Card
from ..practice.choosing import Choosing, cell, mark
from ..spans import BLANK, Line, cells, clip, right, spread

_WHO = 16
_TIME = 12  # "12 days late", "due 12-03", "no date"
_SOON = 3 * DAY
_ENDED = 5  # of those that are done or dropped

Row = ItemView | FollowUp


class Items(Choosing[Row]):
    """Enter is done, Tab drops it with a reason, `o` names an owner, `d` a date. A follow-up becomes an item."""

    letters = "od"

    def items(self, moment: Moment) -> list[Row]:
        still = sorted(
            (i for i in items(moment.incident) if i.open), key=lambda i: (i.due is None, i.due or 0, i.number)
        )
        return [*still, *followups(moment.incident)]

    def id_of(self, item: Row) -> str:
        return item.id

    def rows(self, item: Row, chosen: bool, moment: Moment, width: int) -> list[Line]:
        if isinstance(item, FollowUp):
            return _followup(item, chosen, width)
        names = max(
            (cell_len(clean(each.owner)) for each in self.items(moment) if isinstance(each, ItemView)), default=0
        )
        return _open(item, chosen, moment, width, max(6, min(_WHO, names)))

    def sheet(self, item: Row | None, moment: Moment, width: int) -> Card:
        every = items(moment.incident)
        lines: list[Line] = []
        if not any(each.open for each in every):
            lines.append((("No action item is open. `/item alert on replica lag @ivo due 14d` raises one.", "muted"),))
        if ended := [each for each in every if not each.open][-_ENDED:]:
            lines += [BLANK, *(_ended(each, width) for each in ended)]
        foot = "/item raises one · Esc back"
        if isinstance(item, FollowUp):
            foot = "↵ makes an action item of it · Esc back"
        elif item is not None:
            foot = "↵ done · Tab drops it · o owner · d due · ↑ ↓ choose · Esc back"
            foot = foot if len(foot) + 6 <= width else "↵ done · Tab drops · o owner · d due"
        tone = "red" if any(each.overdue(moment.now) for each in every) else "sky"
        return Card("Action items", lines, foot, tone=tone)

    def take(self, key: str) -> bool:
        item = self.current(self.moment) if self.moment else None
        if key == "tab" and isinstance(item, ItemView):
            self.offer(f"/items {item.number} drop ")
            return True
        return super().take(key)

    def choose(self) -> None:
        item = self.current(self.moment) if self.moment else None
        if item is None:
            self.offer("/item ")
        elif isinstance(item, FollowUp):
            self.ask(RaiseItem(of=item.id), lambda done: f"An action item now: {_named(item)}. Who does it by when?")
        else:
            self.ask(ChangeItem(item=item.id, state="done"), lambda done: f"Done: {_named(item)}.")
            self.first_again()

    def letter(self, char: str) -> None:
        item = self.current(self.moment) if self.moment else None
        if isinstance(item, ItemView):
            self.offer(f"/items {item.number} {'owner' if char == 'o' else 'due'} ")


def _named(item: Row) -> str:
    return clip(clean(" ".join(item.what.split())), 60)


def _time(item: ItemView, moment: Moment) -> tuple[str, str]:
    if item.due is None:
        return "no date", "amber"
    if item.overdue(moment.now):
        return f"{late(item, moment.now)} late", "red bold"
    day, today = (date_of(at, moment.sight.zone) for at in (item.due, moment.now))
    said = f"due {day[5:]}" if day[:4] == today[:4] else day
    return said, "amber" if item.due - moment.now < _SOON else "green"


def _open(item: ItemView, chosen: bool, moment: Moment, width: int, who: int) -> list[Line]:
    said, ink = _time(item, moment)
    owner = cell(clean(item.owner), who, "bold") if item.owner else cell("nobody", who, "amber")
    head: Line = (mark(chosen), (f"{item.number:>2}  ", "bold"), (right(said, _TIME) + "  ", ink), owner)
    tail: Line = ((item.what_for, "muted"),)
    room = max(10, width - cells(head) - cells(tail) - 2)
    what = clean(" ".join(item.what.split()))
    first, *more = wrap(what, room) if chosen else [clip(what, room)]
    loud = "bold" if chosen else ""
    indent = " " * cells(head)
    lines = [spread((*head, (first, loud)), tail, width)]
    lines += [((indent, ""), (row, loud)) for row in more[:3]]
    if place := elsewhere(item):
        bad = item.filing == "failed"
        rows = wrap(place, max(10, width - len(indent)))
        lines += [((indent, ""), (row, "red" if bad else "muted")) for row in (rows[:3] if chosen else rows[:1])]
    return lines


def _followup(item: FollowUp, chosen: bool, width: int) -> list[Line]:
    head: Line = (mark(chosen), (" +  ", "violet bold"), (right("follow-up", _TIME) + "  ", "violet"))
    tail: Line = ((clip(clean(item.who), _WHO), "muted"),)
    room = max(10, width - cells(head) - cells(tail) - 2)
    what = clean(" ".join(item.what.split()))
    first, *more = wrap(what, room) if chosen else [clip(what, room)]
    loud = "bold" if chosen else ""
    lines = [spread((*head, (first, loud)), tail, width)]
    return [*lines, *(((" " * cells(head), ""), (row, loud)) for row in more[:2])]


def _ended(item: ItemView, width: int) -> Line:
    sign, ink = (DONE, "green") if item.state == "done" else (RULED_OUT, "muted")
    why = f" · {clean(item.why)}" if item.why else ""
    return ((f"{sign} ", ink), (clip(f"{item.number}  {clean(item.what)}{why}", width - 2), "muted"))
