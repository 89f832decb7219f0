"""The review over the whole room: its sections at the left, the chosen one's text beside them, and what to look at.

Enter opens the section in the person's editor, `e` all of it. What is drawn is made off the event loop.
"""

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from ...core.incident import Incident
from ...core.review.document import literal_of
from ...core.review.written import Written, empty
from ...core.text import clean, wrap
from ...core.values import Ms
from ...intents import Screen
from ..glyphs import DONE, FAILED, IMPACT, NOTE, OPEN
from ..listing import lit, window
from ..moment import Moment
from ..overlays.above import Sheet
from ..panes.pane import Card
from ..spans import BLANK, Line, cut, left
from .owed import word

if TYPE_CHECKING:
    from ...render.review import Document, Pointed

_NARROW, _WIDE = 24, 30  # cells of the list of sections
_ROOMY = 100


class Shown(msgspec.Struct, frozen=True, eq=False):
    """One review as it is drawn: the document, and the findings of each section."""

    document: "Document"
    pointed: "dict[str, tuple[Pointed, ...]]"


class ReviewSheet(Sheet):
    """`make` makes the review of a state, and may take its time. `wanted`: the section to begin with."""

    DEFAULT_CSS = """
    ReviewSheet { margin-right: 0; }
    """

    letters = "el"

    def __init__(
        self,
        prompt: object,
        moment: Callable[[], Moment | None],
        make: Callable[[Incident], Shown],
        wanted: str = "",
    ) -> None:
        super().__init__(prompt, moment)  # type: ignore[arg-type]  # the prompt is a widget
        self._make = make
        self._wanted = wanted
        self._for: Incident | None = None
        self.shown: Shown | None = None
        self.trouble = ""
        self.chosen = 0
        self._first = 0  # of the list, the first section in sight
        self._log = False  # the log's own lines instead of what stands in the section

    def again(self) -> None:
        super().again()
        moment = self.moment
        if moment is not None and moment.incident is not self._for:
            self._for = moment.incident
            self.run_worker(self._read(moment.incident), exclusive=True, exit_on_error=False)

    async def _read(self, state: Incident) -> None:
        try:
            found = await asyncio.to_thread(self._make, state)
        except Exception as wrong:  # whatever a template or a log does, the room stays open
            self.trouble = f"The review cannot be made: {wrong}"
        else:
            self.trouble = ""
            self._took(found)
        self._show()

    def _took(self, found: Shown) -> None:
        """Another state of the review; the section that is chosen stays the same one."""
        key = self.section.key if self.section else self._wanted
        self.shown = found
        sections = found.document.sections
        self.chosen = next(
            (n for n, each in enumerate(sections) if each.key == key), min(self.chosen, len(sections) - 1)
        )
        if self._wanted:
            self.chosen, self._wanted = _named(sections, self._wanted, self.chosen), ""

    @property
    def section(self) -> Written | None:
        """The one that is chosen."""
        sections = self.shown.document.sections if self.shown else ()
        return sections[self.chosen] if self.chosen < len(sections) else None

    # ── keys ──

    def take(self, key: str) -> bool:
        page = max(1, self.size.height - 4)
        if key in ("pageup", "pagedown"):
            self.top = max(0, self.top + (page if key == "pagedown" else -page))
            self._show()
            return True
        return super().take(key)

    def step(self, by: int) -> None:
        count = len(self.shown.document.sections) if self.shown else 1
        self.chosen = max(0, min(count - 1, self.chosen + by))
        self.top = 0
        self._show()

    def choose(self) -> None:
        if self.section is not None and not self.busy:
            self.post_message(self.Wanted(Screen("review", f"edit {self.section.key or '-'}")))

    def letter(self, char: str) -> None:
        if char == "l":
            self._log, self.top = not self._log, 0
            self._show()
        elif not self.busy:
            self.post_message(self.Wanted(Screen("review", "edit")))

    # ── how it looks ──

    def card(self, moment: Moment, width: int, height: int) -> Card:
        if self.shown is None:
            said = self.trouble or "reading the log …"
            return Card(
                "Review", [((row, "red" if self.trouble else "muted"),) for row in wrap(said, width)], "Esc back"
            )
        document = self.shown.document
        late = document.facts.standing.due is not None and document.facts.standing.due < moment.now
        names = _WIDE if width >= _ROOMY else _NARROW
        rows = self._rows(document.sections, names, height)
        text = self._text(width - names - 3)
        self.top = max(0, min(self.top, len(text) - height))
        beside = text[self.top : self.top + height]
        lines: list[Line] = []
        for n in range(height):
            head = rows[n] if n < len(rows) else ((" " * names, ""),)
            lines.append((*head, (" │ ", "rule"), *(beside[n] if n < len(beside) else BLANK)))
        below = len(text) - self.top - height
        foot = self._foot(below, width >= _ROOMY)
        return Card(title(document, moment.now), lines, foot, tone="red" if late else "sky")

    def _foot(self, below: int, roomy: bool) -> str:
        if self.busy:
            return "saving …"
        more = f"{below} more PgDn · " if below > 0 else ""
        if not roomy:
            return f"{more}↵ edits it · e all of it · l {'text' if self._log else 'log'} · Esc"
        log = "l what is written" if self._log else "l the log's lines"
        return f"{more}↑ ↓ section · ↵ edits it · e all of it · {log} · Esc"

    def _rows(self, sections: tuple[Written, ...], width: int, height: int) -> list[Line]:
        first, last = window(len(sections), 1, self.chosen, self._first, height)
        self._first = first
        return [self._row(each, width, n == self.chosen) for n, each in enumerate(sections[first:last], first)]

    def _row(self, each: Written, width: int, chosen: bool) -> Line:
        sign, ink = _sign(each)
        count = len(self.shown.pointed.get(each.key, ())) if self.shown else 0
        tail = f" {IMPACT}{count}" if count else ""
        name = left(clean(each.title) or "Head", width - 2 - len(tail))
        line: Line = ((f"{sign} ", ink), (name, "muted" if empty(each) else ""), (tail, "amber"))
        return lit(line, width) if chosen else line

    def _text(self, width: int) -> list[Line]:
        """What stands in the chosen section, then what a reader may stumble over in it."""
        from ...render.review import section_text

        shown, each = self.shown, self.section
        if shown is None or each is None:
            return []
        lines = list(each.log.lines) if self._log and each.log else section_text(shown.document, each)
        out: list[Line] = []
        for note, ink in self._notes(each):
            out += [((row, ink),) for row in wrap(note, width)]
        out += [BLANK] if out else []
        for line in lines:
            if not _RULE.fullmatch(line):
                out += [
                    _looks(row, line) for row in wrap(_cells(clean(literal_of(line)).replace("**", "")), max(10, width))
                ]
        if not lines:
            out.append((("Nothing stands here yet. Enter opens it in your editor.", "muted"),))
        for pointed in () if self._log else shown.pointed.get(each.key, ()):
            hit = pointed.finding
            said = f"“{clean(hit.words)}”: {hit.why}. Instead: {hit.instead}."
            out += [BLANK, *(((row, "amber"),) for row in wrap(f"{IMPACT} {said}", width))]
        return [cut(line, width) for line in out]

    def _notes(self, each: Written) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        if each.conflict:
            names = ", ".join(dict.fromkeys(clean(version.by) for version in each.versions))
            found.append(
                (f"Written at the same time by {names}: both stand here, the next edit settles it.", "red bold")
            )
        newest = each.versions[-1] if each.versions else None
        if newest and newest.sha and each.log and newest.sha != each.log.sha:
            found.append(("The log has changed since this was written: l shows its lines.", "amber"))
        if self._log:
            found.append(("The log's own lines, whatever was written over them:", "muted"))
        return found


def _named(sections: tuple[Written, ...], wanted: str, other: int) -> int:
    from ...core.review.document import slug

    key = slug(wanted)
    hits = [n for n, each in enumerate(sections) if key and each.key.startswith(key)]
    return hits[0] if hits else other


def _sign(each: Written) -> tuple[str, str]:
    """How far a section is: written twice, written, filled from the log, empty."""
    if each.conflict:
        return FAILED, "red bold"
    if empty(each):
        return OPEN, "muted"
    return (DONE, "green") if each.versions else (NOTE, "sky")


_RULE = re.compile(r"\s*\|[\s|:-]*-[\s|:-]*")
_COLUMN = 18


def _cells(line: str) -> str:
    """A row of a table with its cells beside each other; any other line as it is."""
    if not line.startswith("|"):
        return line
    *cells, last = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return "  ".join([*(f"{cell:<{_COLUMN}}" for cell in cells), last]).rstrip()


def _looks(row: str, line: str) -> Line:
    """A line of Markdown with as much of a look as tells a heading from the rest."""
    if line.startswith(("#", "**")):
        return ((row, "bold"),)
    return ((row, "muted" if line.startswith(("<!--", "|")) else ""),)


def title(document: "Document", now: Ms) -> str:
    """`Review: draft · ana owns it · draft due in 2d · 4 empty`."""
    stands = document.facts.standing
    blank = sum(bool(each.key) and empty(each) for each in document.sections)
    parts = [stands.state, f"{clean(stands.owner)} owns it" if stands.owner else "nobody owns it", word(stands, now)]
    return "Review: " + " · ".join(filter(None, (*parts, f"{blank} empty" if blank else "")))
