"""Words at hand with the names filled in, to be read aloud. Enter copies them, `l` logs that they were said."""

from collections.abc import Callable, Mapping

from ...core.acts.entries import Log
from ...core.text import clean, wrap
from ...render.say import fill, values
from ..moment import Moment
from ..panes.pane import Card
from ..spans import BLANK, Line, clip
from .choosing import Choosing, cell, mark

Entry = tuple[str, str, str]  # name, what it is for, the words with their places


class SaySheet(Choosing[Entry]):
    """All words; `name` are the chosen ones, `other` the person that they are about."""

    letters = "l"

    def __init__(
        self,
        prompt: object,
        moment: Callable[[], Moment | None],
        words: tuple[Entry, ...],
        name: str = "",
        other: str = "",
        problems: tuple[str, ...] = (),
    ) -> None:
        super().__init__(prompt, moment)  # type: ignore[arg-type]  # the prompt is a widget
        self._words, self.chosen, self._other, self._problems = words, name, other, problems

    def items(self, moment: Moment) -> tuple[Entry, ...]:
        return self._words

    def id_of(self, item: Entry) -> str:
        return item[0]

    def rows(self, item: Entry, chosen: bool, moment: Moment, width: int) -> list[Line]:
        name = max(len(each[0]) for each in self._words)
        ink = "bold" if chosen else ""
        what = clip(clean(item[1]), max(8, width - name - 4))
        return [(mark(chosen), cell(clean(item[0]), name, ink), (what, "" if chosen else "muted"))]

    def sheet(self, item: Entry | None, moment: Moment, width: int) -> Card:
        lines: list[Line] = [BLANK]
        if item:
            said = wrap(f"“{self._said(item, moment)}”", width)
            lines += [((row, "bold"),) for row in said]
        for problem in self._problems:
            lines += [BLANK, *(((row, "amber"),) for row in wrap(clean(problem), width))]
        return Card("Words at hand", lines, "↵ copies · l logs it as said · ↑ ↓ choose · Esc back", tone="sky")

    def _said(self, item: Entry, moment: Moment) -> str:
        given: Mapping[str, str] = values(moment.incident, moment.sight.me, moment.now, other=self._other)
        return fill(item[2], given)

    def choose(self) -> None:
        item = self.current(self.moment) if self.moment else None
        if item and self.moment:
            self.app.copy_to_clipboard(self._said(item, self.moment))
            self.post_message(self.Told("Copied, if your terminal allows it."))
        self.close()

    def letter(self, char: str) -> None:
        item = self.current(self.moment) if self.moment else None
        if item and self.moment:
            said = self._said(item, self.moment)
            self.ask(Log(text=said, who=self.moment.sight.me), lambda done: f"Logged as said: {clean(item[0])}.")
