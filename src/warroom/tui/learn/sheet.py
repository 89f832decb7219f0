"""The changes that came out of this incident, over the timeline: what each would change, why, and what became of it."""

from ...core.incident import Incident
from ...core.learn.proposals import APPLIED, OPEN, REJECTED, Proposal, proposals
from ...core.text import clean, wrap
from ...intents import Screen
from ..glyphs import BACK, DONE, RULED_OUT
from ..glyphs import OPEN as RING
from ..moment import Moment
from ..panes.pane import Card
from ..practice.choosing import Choosing, mark
from ..spans import BLANK, Line, cells, clip, spread

_LOOKS = {OPEN: (RING, "sky"), APPLIED: (DONE, "green"), REJECTED: (RULED_OUT, "muted")}
_INKS = {"+": "green", "-": "amber", "@": "muted", "\\": "muted"}


class Learned(Choosing[Proposal]):
    """Enter applies the chosen one after one question, `u` takes it back, `r` begins a rejection."""

    letters = "ur"
    _known: tuple[Incident, tuple[Proposal, ...]] | None = None

    def items(self, moment: Moment) -> tuple[Proposal, ...]:
        if self._known is None or self._known[0] is not moment.incident:
            self._known = (moment.incident, proposals(moment.incident))
        return self._known[1]

    def id_of(self, item: Proposal) -> str:
        return item.fact

    def rows(self, item: Proposal, chosen: bool, moment: Moment, width: int) -> list[Line]:
        sign, ink = _LOOKS.get(item.state, (BACK, "muted"))
        head: Line = (mark(chosen), (f"{item.name:>2}  ", "bold"), (f"{sign} {item.state:<9}", ink))
        tail: Line = ((clip(clean(item.target), width // 3), "muted"),)
        room = max(10, width - cells(head) - cells(tail) - 1)
        return [spread((*head, (clip(clean(item.summary or item.why), room), "bold" if chosen else "")), tail, width)]

    def sheet(self, item: Proposal | None, moment: Moment, width: int) -> Card:
        if item is None:
            said = "No change was proposed yet. `/learn step restore: …` proposes a step for the playbook."
            return Card("Learned", [((row, "muted"),) for row in wrap(said, width)], "Esc back", tone="sky")
        every = about(item, moment, width)
        self.top = min(self.top, max(0, len(every) - 3))
        keys = "Enter applies · r rejects" if item.state not in (APPLIED, REJECTED) else "u takes it back"
        keys = "Esc back" if item.state == REJECTED else f"{keys} · Esc back"
        return Card("Learned", every[self.top :], f"PgDn diff · {keys}", tone="sky")

    def take(self, key: str) -> bool:
        page = max(1, self.size.height // 2)
        if key in ("pageup", "pagedown"):
            self.top = max(0, self.top + (page if key == "pagedown" else -page))
            self._show()
            return True
        return super().take(key)

    def step(self, by: int) -> None:
        self.top = 0
        super().step(by)

    def letter(self, char: str) -> None:
        found = self.current(self.moment) if self.moment else None
        if found is None:
            return
        if char == "r":
            self.offer(f"/learn reject {found.name} ")
        elif found.state != APPLIED:
            self.post_message(self.Told(f"Change {found.name} is {found.state}; there is nothing to take back."))
        else:
            self.post_message(self.Wanted(Screen("learn", f"undo {found.record}".strip())))

    def choose(self) -> None:
        found = self.current(self.moment) if self.moment else None
        if found is None:
            self.offer("/learn step ")
        else:
            self.post_message(self.Wanted(Screen("learn", f"apply {found.name}")))


def about(item: Proposal, moment: Moment, width: int) -> list[Line]:
    """The chosen change in full, each line of at most `width` cells."""
    out: list[Line] = [BLANK]
    if item.summary:
        out += [((row, "bold"),) for row in wrap(clean(item.summary), width)]
    if item.why:
        out += [((row, ""),) for row in wrap(f"why: {clean(item.why)}", width)]
    said = f"{clean(item.by)} proposed it at {moment.hm(item.at)} {moment.zone}"
    if item.decided_at is not None:
        because = f": {clean(item.decided_why)}" if item.decided_why else ""
        said += f"; {item.state} by {clean(item.decided_by)} at {moment.hm(item.decided_at)}{because}"
    out += [((row, "muted"),) for row in wrap(said, width)]
    return [*out, BLANK, *diff(item.diff, width)]


def diff(text: str, width: int) -> list[Line]:
    """The lines of a diff; what is too long for one row goes on under its mark."""
    out: list[Line] = []
    for line in text.rstrip("\n").split("\n"):
        if line.startswith(("--- ", "+++ ")):
            continue
        sign, ink = line[:1], _INKS.get(line[:1], "")
        if sign == "@":
            out.append(((clip(clean(line), width), ink),))
            continue
        first, *rest = wrap(clean(line[1:].removesuffix("\r")), max(10, width - 2))
        out.append(((f"{sign} ", f"{ink} bold"), (first, ink)))
        out += [(("  ", ""), (row, ink)) for row in rest]
    return out
