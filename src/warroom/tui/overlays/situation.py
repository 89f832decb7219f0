"""The situation in six lines to read aloud, over the timeline. The words are those that `warroom situation` prints."""

from ...core.text import wrap
from ...render.situation import lines
from ..moment import Moment
from ..panes.pane import Card
from ..spans import BLANK, Line, left
from .above import Sheet

_NUMBER = 4


class Situation(Sheet):
    """Six sentences, with room between them where there is room."""

    def card(self, moment: Moment, width: int, height: int) -> Card:
        said = sentences(moment, width)
        spaced = sum(len(each) for each in said) + len(said) + 1 <= height
        every: list[Line] = [BLANK] if spaced else []
        for each in said:
            every += [*each, BLANK] if spaced else each
        self.top = min(self.top, max(0, len(every) - height))
        below = len(every) - self.top - height
        foot = f"{below} more lines ↓" if below > 0 else "Esc back"
        title = f"Situation at {moment.hm(moment.now)} {moment.zone}, to read aloud"
        return Card(title, every[self.top : self.top + height], foot, tone="sky")


def sentences(moment: Moment, width: int) -> list[list[Line]]:
    """Each sentence as lines of at most `width` cells, numbered."""
    out: list[list[Line]] = []
    for number, sentence in enumerate(lines(moment.incident, moment.handle, moment.now, moment.sight.zone), 1):
        rows = wrap(sentence, max(10, width - _NUMBER))
        head = left(str(number), _NUMBER)
        out.append([((head if n == 0 else " " * _NUMBER, "muted"), (row, "bold")) for n, row in enumerate(rows)])
    return out
