"""The board of hypotheses: open, supported, ruled out, each with its evidence. Enter and Tab begin the judgement."""

from ...core.hypotheses import Hypothesis, hypotheses
from ...core.text import clean, wrap
from ..glyphs import DONE, OPEN, RULED_OUT
from ..moment import Moment
from ..panes.pane import Card
from ..spans import BLANK, Line, cells, clip, spread
from .choosing import Choosing, mark

_LOOKS = {"open": (OPEN, "sky"), "supported": (DONE, "green"), "ruled out": (RULED_OUT, "muted")}
_ORDER = tuple(_LOOKS)


class Hypotheses(Choosing[Hypothesis]):
    """The open ones first. Enter puts `/support N`, Tab `/ruledout N` into the prompt."""

    def items(self, moment: Moment) -> list[Hypothesis]:
        return sorted(hypotheses(moment.incident), key=lambda each: _ORDER.index(each.state))

    def id_of(self, item: Hypothesis) -> str:
        return item.id

    def rows(self, item: Hypothesis, chosen: bool, moment: Moment, width: int) -> list[Line]:
        sign, ink = _LOOKS[item.state]
        quiet = "muted" if item.state == "ruled out" else ""
        head: Line = (mark(chosen), (f"{item.number:>2}  ", "bold"), (f"{sign} {item.state:<10} ", ink))
        tail: Line = ((f"{clean(item.who)} {moment.hm(item.at)}", "muted"),)
        room = max(10, width - cells(head) - cells(tail) - 2)
        said = wrap(clean(" ".join(item.what.split())), room)
        loud = "bold" if chosen else quiet
        indent = " " * cells(head)
        lines = [spread((*head, (said[0] if chosen else clip(" ".join(said), room), loud)), tail, width)]
        lines += [((indent, ""), (row, loud)) for row in (said[1:4] if chosen else ())]
        if item.evidence:
            by = f", {clean(item.by)}" if item.by else ""
            proof = wrap(f"{clean(' '.join(item.evidence.split()))}{by}", max(10, width - len(indent)))
            lines += [((indent, ""), (row, quiet or "muted")) for row in (proof[:4] if chosen else proof[:1])]
        return lines

    def sheet(self, item: Hypothesis | None, moment: Moment, width: int) -> Card:
        if item is None:
            said: Line = (("Nothing is suspected yet: `? the index was dropped` writes a hypothesis down.", "muted"),)
            return Card("Hypotheses", [said], "Esc back", tone="sky")
        return Card("Hypotheses", [BLANK], "↵ supports it · Tab rules it out · ↑ ↓ choose · Esc back", tone="sky")

    def take(self, key: str) -> bool:
        found = self.current(self.moment) if self.moment else None
        if key == "tab" and found:
            self.offer(f"/ruledout {found.number} ")
            return True
        return super().take(key)

    def choose(self) -> None:
        found = self.current(self.moment) if self.moment else None
        if found:
            self.offer(f"/support {found.number} ")
        else:
            self.offer("? ")
