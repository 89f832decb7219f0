"""What was said to whom, what waits, and when the next one is due: every audience on one sheet."""

from ...core import updates
from ...core.cadence import AUDIENCES, last, next_due
from ...core.events import UpdatePosted
from ...core.text import clean, wrap
from ...intents import Screen
from ..moment import Moment
from ..panes.due import time_left, tone
from ..panes.pane import Card
from ..spans import BLANK, Line, spread
from .choosing import Choosing, cell, mark


class Updates(Choosing[str]):
    """Enter goes on with the chosen audience's next update."""

    def items(self, moment: Moment) -> tuple[str, ...]:
        return AUDIENCES

    def id_of(self, item: str) -> str:
        return item

    def rows(self, item: str, chosen: bool, moment: Moment, width: int) -> list[Line]:
        state = moment.incident
        owed = next_due(state, item)
        due: Line = (("none is owed", "muted"),)
        if owed:
            left = owed[1] - moment.now
            due = ((f"#{owed[0]} {'in ' if left >= 0 else ''}{time_left(left)}", f"{tone(left)} bold"),)
        draft = updates.draft(state, item)
        waits: tuple[str, str] = ("", "")
        if draft:
            waits = ("approved, not posted", "green") if draft.ready else ("drafted, not approved", "amber")
            waits = ("approval lapsed", "red bold") if draft.lapsed else waits
        lines = [spread((mark(chosen), cell(item, 10, "bold"), waits), due, width)]
        sent = last(state, item)
        if sent and isinstance(sent.body, UpdatePosted):
            head = f"#{sent.body.number} {moment.hm(sent.at.t)} {clean(sent.by.name)}"
            lines.append((("    ", ""), (head, "muted")))
            rows = wrap(clean(sent.body.what, lines=True), max(10, width - 4))
            lines += [(("    ", ""), (row, "" if chosen else "muted")) for row in (rows if chosen else rows[:1])]
        else:
            lines.append((("    nothing was said yet", "muted"),))
        return [*lines, BLANK]

    def sheet(self, item: str | None, moment: Moment, width: int) -> Card:
        return Card("Updates", (), "↵ the next one · ↑ ↓ choose · Esc back", tone="sky")

    def choose(self) -> None:
        audience = self.current(self.moment) if self.moment else None
        self.close()
        if audience:
            self.post_message(self.Wanted(Screen("draft", audience)))
