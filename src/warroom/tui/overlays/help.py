"""Help: the grammar of the prompt, the keys, and every act by group. It derives from the intents; typing filters it."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding

from ...core.line import MARKS
from ...core.text import clean, wrap
from ...intents import ALL
from ..console import ConsoleDialog
from ..field import Field
from ..key_line import KeyLine, Keys
from ..keys import shipped
from ..panes.pane import Card, Surface
from ..spans import BLANK, Line, left, right
from .palette import keys_of


@runtime_checkable
class Teller(Protocol):
    """A screen that shows a sentence to the person."""

    def tell(self, sentence: str, trouble: bool = False) -> None: ...


_KEYS: Keys = (("esc", "back"), ("↑ ↓", "scroll"), ("PgUp PgDn", "page"))
GROUPS = {
    "write": "Write",
    "talk": "Talk",
    "work": "Work",
    "people": "People",
    "page": "Page",
    "steer": "Steer",
    "see": "See",
    "practise": "Practise",
}


class Entry(msgspec.Struct, frozen=True):
    """One line of help: what to type, what it does, and the key for it."""

    type: str
    does: str
    key: str = ""


class Section(msgspec.Struct, frozen=True):
    title: str
    entries: tuple[Entry, ...]


_MARKED = {"followup": "follow-up"}
LINE = Section(
    "What you type",
    (
        Entry("latency is back to 60 ms", "a note, with the time it is now"),
        Entry("-3m rolled back", "it happened three minutes ago; or 14:01, ~14:01 about then, 14:01..14:05"),
        Entry("11-21T23:58 disk alert", "on another day; times are in the zone that is shown"),
        Entry("ana: locks are gone", "ana said it, you write it down"),
        *(Entry(f"{mark} …", _MARKED.get(kind, kind)) for mark, kind in MARKS.items()),
        Entry("-3m ana: ? the vacuum holds a lock", "all of it together"),
        Entry("@ivo roll back 9f2c in 10m", "a task for one person, with its minutes"),
        Entry("s/9f2c/9f2d/", "correct my last entry"),
        Entry("/sev 1 checkout fails for all", "an act; a unique beginning will do for what can be undone"),
        Entry("//var/log is full", "a text that begins with a slash"),
        Entry("\\? really", "a text that begins with what would be a mark, a name or a time"),
    ),
)
PROMPT = Section(
    "Keys of the prompt",
    (
        Entry("Enter", "write it; it is saved before it is shown"),
        Entry("Tab", "complete a name or a verb; on plain text: another kind"),
        Entry("Tab on an empty line", "take up what is asked above it"),
        Entry("Backspace", "behind a chip: make it text again"),
        Entry("↑ ↓ · Ctrl+R", "what was typed before; search in it"),
        Entry("PgUp PgDn", "scroll the timeline"),
        Entry("Shift+↑ ↓", "choose an entry"),
        Entry("Ctrl+A E K U W Y", "start, end, cut, cut all before, cut a word, put back"),
        Entry("Ctrl+J", "a new line"),
        Entry("Ctrl+X Ctrl+E", "the text in your editor"),
        Entry("Ctrl+C", "clear the line, cancel a dialog; it never quits"),
        Entry("Ctrl+D", "leave, on an empty line, after asking"),
        Entry("Esc, or Alt + letter", "every key; the letter acts"),
        Entry("/", "the palette, on an empty line"),
    ),
)
SHEETS = Section(
    "Keys of sheets",
    (
        Entry("Esc", "back; typing closes it, too, and goes to the prompt"),
        Entry("update", "Enter approves, Enter again posts; e edits, f fills it anew"),
        Entry("tasks", "Enter done, Tab done with words, r read back, + ten more minutes"),
        Entry("questions", "Enter answers, t takes it, Tab changes the severity after a report"),
        Entry("hypotheses", "Enter supports it, Tab rules it out"),
        Entry("words at hand", "Enter copies them, l logs them as said"),
    ),
)


def sections(acts: Mapping[str, str]) -> tuple[Section, ...]:
    """All there is to say, with the keys as they are bound in `acts`."""
    by_group: list[Section] = []
    for group, title in GROUPS.items():
        entries = [
            Entry(f"/{each.verb} {each.usage}".rstrip(), each.words, keys_of(each, acts))
            for each in ALL
            if each.group == group and each.verb
        ]
        by_group.append(Section(title, tuple(entries)))
    return (LINE, PROMPT, SHEETS, *by_group)


def found(typed: str, everything: Sequence[Section]) -> tuple[Section, ...]:
    """What every word of `typed` is said in, section by section."""
    words = typed.casefold().split()
    out = []
    for section in everything:
        entries = [
            each
            for each in section.entries
            if all(word in f"{section.title} {each.type} {each.does} {each.key}".casefold() for word in words)
        ]
        if entries:
            out.append(Section(section.title, tuple(entries)))
    return tuple(out)


def lines(shown: Sequence[Section], width: int) -> list[Line]:
    """The sections as lines of at most `width` cells."""
    first = min(38, max(20, width * 2 // 5))
    out: list[Line] = []
    for section in shown:
        keys = max(len(each.key) for each in section.entries)
        out += [BLANK] if out else []
        out.append(((section.title, "sky bold"),))
        for each in section.entries:
            room = max(8, width - first - 2 - (keys + 2 if keys else 0))
            tail = ((right(each.key, keys + 2), "bold"),) if keys else ()
            types, does = wrap(each.type, first), wrap(each.does, room)
            for n in range(max(len(types), len(does))):
                typed = left(types[n] if n < len(types) else "", first)
                said = left(does[n] if n < len(does) else "", room)
                out.append(((typed, "bold"), ("  ", ""), (said, ""), *(tail if n == 0 else ())))
    return out


class _Text(Surface):
    """The help itself, scrolled."""

    DEFAULT_CSS = "_Text { height: 1fr; }"

    def __init__(self, everything: tuple[Section, ...]) -> None:
        super().__init__()
        self._everything = everything
        self.typed = ""
        self.top = 0

    def find(self, typed: str) -> None:
        self.typed, self.top = typed, 0
        self._show()

    def scroll(self, by: int) -> None:
        self.top = max(0, self.top + by)
        self._show()

    def content(self, width: int, height: int) -> Card:
        every = lines(found(self.typed, self._everything), width)
        if not every:
            said = f"Nothing here says “{clean(self.typed)}”."
            return Card("Help", [((said, "muted"),)], tone="sky")
        self.top = min(self.top, max(0, len(every) - height))
        below = len(every) - self.top - height
        shown = every[self.top : self.top + height]
        return Card("Help", shown, f"{below} more lines ↓" if below > 0 else "", tone="sky")


class Help(ConsoleDialog[None]):
    """Everything one can do, over whatever screen is up."""

    DEFAULT_CSS = """
    Help { background: $background; layout: vertical; }
    """

    BINDINGS = [
        Binding("escape,f1", "back", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    def __init__(self, acts: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._text = _Text(sections(shipped() if acts is None else acts))
        self._field = Field(title="find in help", blank="a key, a verb, a word")

    def compose(self) -> ComposeResult:
        yield self._text
        yield self._field
        keys = KeyLine()
        keys.set_reactive(KeyLine.keys, _KEYS)
        yield keys

    def on_mount(self) -> None:
        self._field.compact = self.size.height < 28
        self.set_focus(self._field)

    def on_resize(self) -> None:
        self._field.compact = self.size.height < 28

    def on_field_changed(self) -> None:
        self._text.find(self._field.text)

    def on_field_gave_up(self) -> None:
        self.action_back()

    def action_back(self) -> None:
        if self.is_active:
            self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        self._text.scroll(by)

    def action_page(self, by: int) -> None:
        self._text.scroll(by * max(1, self._text.size.height - 4))

    # ── as a screen of the console ──

    def perform(self, name: str) -> None:
        """The key that opened it closes it; no other act is possible here."""
        if name == "help":
            self.action_back()

    def show_keys(self, open: bool) -> None:
        """All keys are on the screen."""

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """It is shown on the screen under this one, where it will be read."""
        under = self.app.screen_stack[-2]
        if isinstance(under, Teller):
            under.tell(sentence, trouble)
