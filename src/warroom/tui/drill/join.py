"""Entering a drill that somebody else practises: to take part in it, or to lead it."""

from textual.app import ComposeResult
from textual.binding import Binding

from ...core.drill import clock
from ...core.events import DrillStarted
from ...core.incident import Incident
from ..choice import Choice, Option
from ..console import ConsoleDialog
from ..key_line import KeyLine, Keys
from ..words import Words

TAKE_PART, LEAD = "take part", "lead"
_ANSWERS = (TAKE_PART, LEAD)
_OPTIONS = (
    Option("Take part", "you see what the players see"),
    Option("Lead it as game master", "you see all that comes, and the truth"),
)
_KEYS: Keys = (("1 2", "choose"), ("↑↓", "choose"), ("↵", "enter"), ("esc", "not now"))


def asks(state: Incident, me: str) -> bool:
    """Whether there is a question: a drill runs on a screen, and somebody else practises in it."""
    started = state.value((DrillStarted.type,))
    if not isinstance(started, DrillStarted) or started.headless or not clock.running(state):
        return False
    return started.who.casefold() != me.casefold()


class Join(ConsoleDialog[str | None]):
    """One of TAKE_PART and LEAD; `None` when cancelled. Nothing is chosen before the person does."""

    DEFAULT_CSS = """
    Join { align: center bottom; background: $background 60%; }
    Join:ansi { background: transparent; }
    Join Words, Join Choice, Join KeyLine { width: 100%; max-width: 80; }
    Join Choice { height: 4; }
    """

    BINDINGS = [
        Binding("escape,ctrl+c", "cancel", show=False),
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
    ]

    def __init__(self, state: Incident) -> None:
        super().__init__()
        started = state.value((DrillStarted.type,))
        self._who = started.who if isinstance(started, DrillStarted) else ""
        self._title = state.title
        self._choice = Choice(_OPTIONS, "This drill runs")

    def compose(self) -> ComposeResult:
        yield Words([(f"{self._who or 'Somebody'} practises “{self._title}”.", "bold")])
        yield self._choice
        keys = KeyLine()
        keys.set_reactive(KeyLine.keys, _KEYS)
        yield keys

    def on_mount(self) -> None:
        self.set_focus(self._choice)

    def on_choice_submitted(self) -> None:
        if self._choice.chosen >= 0 and self.is_active:
            self.dismiss(_ANSWERS[self._choice.chosen])

    def action_choose(self, by: int) -> None:
        self._choice.step(by)

    def action_cancel(self) -> None:
        if self.is_active:
            self.dismiss(None)
