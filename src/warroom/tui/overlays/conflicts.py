"""What was set twice at once: each value with who said it and when. Enter lets the chosen one stand, by a new fact."""

from typing import TYPE_CHECKING

import msgspec
from textual.message import Message

from ...core.events import Event, Value
from ...core.incident import Conflict, Incident, Key
from ...core.text import clean, wrap
from ..glyphs import OPEN, SEVERITY
from ..moment import Moment
from ..panes.pane import Card
from ..rows import about, value
from ..spans import BLANK, Line, clip, spread
from .above import Sheet

if TYPE_CHECKING:
    from .ask import Ask


class Option(msgspec.Struct, frozen=True, eq=False):
    """One of the values; `shown` is the one that stands while nobody has settled it."""

    event: Event
    shown: bool


class Conflicts(Sheet):
    """All conflicts. Up and Down choose a value."""

    class Settled(Message):
        """The value of the fact `fact` is to stand."""

        def __init__(self, fact: str) -> None:
            super().__init__()
            self.fact = fact

    chosen = ""
    open: tuple[Key, ...] = ()  # the conflicts that were there at the last look
    reason: "tuple[Key, Ask] | None" = None  # the dialog that asks why, and for which of them

    def again(self) -> None:
        super().again()
        if self.moment is None:
            return
        state = self.moment.incident
        before, self.open = self.open, tuple(each.key for each in state.conflicts)
        gone = [key for key in before if key not in self.open]
        if gone:
            self._settled(state, gone)

    def _settled(self, state: Incident, gone: list[Key]) -> None:
        """Somebody settled these, on this console or on another one."""
        if self.reason is not None and self.reason[0] in gone:
            self.reason[1].action_cancel()
            self.reason = None
        said = [words for key in gone if (words := settled(state, key))]
        self.post_message(self.Told(" ".join(said) or "It is settled."))
        if not self.open:
            self.close()

    def card(self, moment: Moment, width: int, height: int) -> Card:
        conflicts = moment.incident.conflicts
        if not conflicts:
            return Card("Conflicts", [(("Nothing was set twice.", "muted"),)], "Esc back", tone="sky")
        chosen = self._option(moment)
        lines: list[Line] = []
        focus = 0
        for conflict in conflicts:
            lines += [BLANK] if lines else []
            lines.append(((about(conflict), "amber bold"),))
            for option in options(conflict):
                if chosen is not None and option.event.id == chosen.event.id:
                    focus = len(lines)
                lines += _option(option, chosen is not None and option.event.id == chosen.event.id, moment, width)
        top = max(0, min(focus - height // 2, len(lines) - height))
        return Card("Conflicts", lines[top : top + height], "↑ ↓ choose · ↵ lets it stand", tone="amber")

    def _every(self, moment: Moment) -> list[Option]:
        return [option for conflict in moment.incident.conflicts for option in options(conflict)]

    def _option(self, moment: Moment) -> Option | None:
        every = self._every(moment)
        return next((each for each in every if each.event.id == self.chosen), every[0] if every else None)

    def step(self, by: int) -> None:
        if self.moment is None:
            return
        ids = [each.event.id for each in self._every(self.moment)]
        if ids:
            place = ids.index(self.chosen) if self.chosen in ids else 0
            self.chosen = ids[max(0, min(len(ids) - 1, place + by))]
            self._show()

    def choose(self) -> None:
        option = self._option(self.moment) if self.moment else None
        if option is None:
            self.close()
        else:
            self.post_message(self.Settled(option.event.id))


def options(conflict: Conflict) -> list[Option]:
    """The values of a conflict, the one that is shown first."""
    return [Option(conflict.shown, True), *(Option(event, False) for event in reversed(conflict.others))]


def _option(option: Option, chosen: bool, moment: Moment, width: int) -> list[Line]:
    event = option.event
    body = event.body
    text = clean(body.text()) if isinstance(body, Value) else ""
    by = f"{clean(event.by.name)}, {moment.hms(event.at.t)}"
    mark = SEVERITY if option.shown else OPEN
    rows = wrap(text, max(10, width - len(by) - 8))[:2]
    ink = "bold" if chosen else ""
    head: Line = (("▸ " if chosen else "  ", "sky bold"), (f"{mark} ", "muted"), (clip(rows[0], width), ink))
    said = " · shown" if option.shown else ""
    first = spread(head, ((by + said, "muted"),), width)
    return [first, *((("    ", ""), (row, ink)) for row in rows[1:])]


def settled(state: Incident, key: Key) -> str:
    """`ana settled it: severity is SEV1.`"""
    found = state.visible(key)
    body = found[-1].body if found else None
    if not found or not isinstance(body, Value):
        return ""
    conflict = Conflict(key, found[-1], ())
    return f"{clean(found[-1].by.name)} settled it: {about(conflict)} is {clean(value(body))}."
