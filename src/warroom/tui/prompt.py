"""The prompt, which always has the keyboard. What a line means is `core.line`'s business, what is done about it
the owner's: the prompt shows, asks and tells.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.events import Key, Paste
from textual.geometry import Offset, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ..core.complete import Completion
from ..core.line import Line
from ..core.text import clean, wrap
from ..core.values import Ms
from . import prompt_messages as say
from . import theme
from .panes.pane import Card, framed
from .prompt_state import Known, PromptState
from .prompt_view import CURSOR, rows
from .spans import Line as Spans
from .spans import cells, clip

__all__ = ["Known", "Prompt"]

_FRAME = 4
_CANDIDATES = 12


class Prompt(Widget, can_focus=True):
    """One line of the grammar, up to five rows high. The owner sets `now` (UTC ms), `known`, `title` and `history`.

    After `Submitted`, `LinesSubmitted` or `EvidencePasted` the text stays, dimmed, until the owner calls
    `accepted()` or `refused(sentence)`, once for each. The class `-compact` takes the frame away.
    """

    DEFAULT_CSS = """
    Prompt { height: auto; width: 1fr; background: $background; color: $foreground; }
    Prompt.-compact { background: $panel; }
    """

    Submitted: TypeAlias = say.Submitted
    LinesSubmitted: TypeAlias = say.LinesSubmitted
    EvidencePasted: TypeAlias = say.EvidencePasted
    Changed: TypeAlias = say.Changed
    PaletteRequested: TypeAlias = say.PaletteRequested
    EditorRequested: TypeAlias = say.EditorRequested
    Remembered: TypeAlias = say.Remembered
    Leave: TypeAlias = say.Leave

    def __init__(self, now: Callable[[], Ms] = lambda: 0, history: Iterable[str] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self.state = PromptState(now, self._post, history)
        self._title = "log"
        self._lines: list[Spans] = []

    def _post(self, message: Message) -> None:
        self.post_message(message)

    # ── what the owner says ──

    @property
    def text(self) -> str:
        """What is typed and not submitted."""
        return self.state.text

    @property
    def line(self) -> Line:
        """What the text means now."""
        return self.state.line()

    def completions(self) -> list[Completion]:
        """What Tab offers now."""
        return self.state.completions()

    def set_now(self, now: Callable[[], Ms]) -> None:
        self.state.now = now

    @property
    def known(self) -> Known:
        return self.state.known

    @known.setter
    def known(self, known: Known) -> None:
        self.state.known = known
        self._draw()

    @property
    def title(self) -> str:
        """Who logs: `log as lee`."""
        return self._title

    @title.setter
    def title(self, title: str) -> None:
        self._title = clean(title)
        self._draw()

    @property
    def ghost(self) -> str:
        """A first entry, shown while the prompt is empty; Enter logs it."""
        return self.state.ghost

    @ghost.setter
    def ghost(self, ghost: str) -> None:
        self.state.ghost = ghost
        self._draw()

    def remember(self, lines: Iterable[str]) -> None:
        """Lines of earlier days for the history, oldest first, behind what was typed since."""
        self.state.history.before(lines)

    def forget(self) -> None:
        """Nothing that was typed before can be brought back: a redaction has to hold here too."""
        self.state.history.items.clear()
        self.state.history.rest()

    def tell(self, sentence: str) -> None:
        """Show a sentence until the next key."""
        self.state.notice = clean(sentence)
        self._draw()

    def fill(self, text: str, cursor: int | None = None) -> None:
        """Put a line into the prompt. What is being typed waits behind it and comes back afterwards."""
        self.state.fill(text, cursor)
        self._draw()

    def edited(self, text: str) -> None:
        """The text as it came back from the editor."""
        self.state.edited(text)
        self._draw()

    def accepted(self) -> None:
        """The oldest line that was submitted is on the log."""
        self.state.accepted()
        self._draw()

    def refused(self, sentence: str) -> None:
        """The oldest line that was submitted is not on the log: it comes back, or is one Up away."""
        self.state.refused(sentence)
        self._draw()

    def tick(self) -> None:
        """Time has passed: a chip that says how long ago may read otherwise. Paints nothing when none does."""
        self._draw()

    # ── keys ──

    @property
    def asking(self) -> bool:
        """Whether Esc cancels something here: the search in the history."""
        return self.state.searching is not None

    def press(self, key: str, char: str | None) -> bool:
        """Take a key; False when it is not one of the prompt's."""
        taken = self.state.press(key, char)
        if taken:
            self._draw()
        return taken

    def paste(self, text: str) -> None:
        """Take a pasted text: what came between the terminal's brackets."""
        self.state.pasted(text)
        self._draw()

    def on_key(self, event: Key) -> None:
        if self.press(event.key, event.character):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        event.stop()
        self.paste(event.text)

    # ── how it looks ──

    @property
    def compact(self) -> bool:
        return self.has_class("-compact")

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._draw()  # the class that takes the frame away came or went

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._laid(width))

    def _draw(self) -> None:
        if not self.is_attached or not self.size.width:
            return
        lines = self._laid(self.size.width)
        if lines == self._lines:
            return
        self._lines = lines
        self.refresh(layout=len(lines) != self.size.height)

    def _laid(self, width: int) -> list[Spans]:
        if self.compact:
            return self._bare(width)
        inner = max(4, width - _FRAME)
        hint, tone = self._hint()
        lines = self._rows(inner)
        if len(hint) > inner - 4 and tone == "amber":
            lines += [((line, tone),) for line in wrap(hint, inner)[:3]]
            hint = ""
        card = Card(self._title, tuple(lines), hint, "sky" if self.has_focus else "rule", tone)
        return framed(card, width, len(lines) + 2)

    def _bare(self, width: int) -> list[Spans]:
        """Without a frame: title and text in one row, a sentence above them."""
        head = f" {clip(self._title, width // 3)} › "
        margin = cells(((head, ""),))
        lines = self._rows(max(4, width - margin - 1))
        out: list[Spans] = [((" " * margin, ""), *line) for line in lines]
        out[0] = ((head, "sky"), *lines[0])
        hint, tone = self._hint()
        if hint and (tone == "amber" or not self.state.line().chips):
            out = [((f" {line}", tone),) for line in wrap(hint, max(10, width - 2))[:3]] + out
        return out

    def _rows(self, width: int) -> list[Spans]:
        state = self.state
        if state.searching is not None:
            at = state.searching.at
            return rows(state.history.items[at] if at is not None else "", -1, (), width, "muted")
        cursor = state.edit.cursor if self.has_focus else -1
        if state.text or not (state.flying or state.ghost):
            return rows(state.text, cursor, state.line().chips, width)
        waiting = next((flight.raw for flight in reversed(state.flying) if flight.raw), "") or state.ghost
        first, *more = rows(waiting, -1, (), width, "muted")
        return [((first[0][0], CURSOR + "muted"), *first[1:]), *more] if cursor == 0 and first else [first, *more]

    def _hint(self) -> tuple[str, str]:
        """The sentence below the text, and its colour."""
        state = self.state
        if state.notice:
            return state.notice, "amber"
        if state.searching is not None:
            missing = " · not found" if state.searching.words and state.searching.at is None else ""
            return f"search: {state.searching.words}{missing} · Enter takes it · Ctrl+R older · Esc", "sky"
        if state.paste:
            return state.paste.note(), "amber"
        if state.flying and not state.text:
            return "saving …", "muted"
        if state.ghost and not state.text:
            return "Enter logs this · or type your own", "muted"
        found = state.completions() if state.text else []
        if found:
            return clean("Tab: " + "  ".join(each.label for each in found[:_CANDIDATES])), "muted"
        if state.text and state.line().chips:
            return clip(clean(state.text), 40), "muted"
        return "", "muted"

    def render_line(self, y: int) -> Strip:
        palette = theme.palette(self.app)
        ground = palette.style("text on panel" if self.compact else "text on bg")
        line = self._lines[y] if y < len(self._lines) else ()
        segments: list[Segment] = []
        for text, words in line:
            style = ground + palette.style(words.removeprefix(CURSOR)) if words.removeprefix(CURSOR) else ground
            if words.startswith(CURSOR):
                style += Style(reverse=True)
                region = self.content_region
                x = sum(segment.cell_length for segment in segments)
                self.app.cursor_position = Offset(region.x + x, region.y + y)  # where input methods open
            segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(self.size.width, ground)
