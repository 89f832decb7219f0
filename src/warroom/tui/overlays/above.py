"""What lies over the room: sheets over the timeline, and strips that stand above the prompt.

Typing is never taken away: a sheet has its few keys, and everything else closes it and goes to the prompt, in order.
A letter that is a sheet's key acts only when it comes alone: a word that begins with it is typing.
"""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from ...core.commands import Command
from ...core.events import Event
from ...intents import Screen
from ..keyboard import Typist
from ..moment import Moment
from ..panes.pane import Pane, Surface

_LAYER = "above"
_OTHERS = 9  # rows that no strip takes from the screen
_ALONE = 0.3  # seconds; whoever types a word is quicker
Telling = Callable[[list[Event]], str]


class Strip(Surface):
    """Lines above the prompt, as many as there is something to say. It stands there while `display` is set."""

    DEFAULT_CSS = """
    Strip { height: auto; display: none; }
    """

    def rows(self, width: int) -> int:
        """How many rows it takes in that width, frame included."""
        raise NotImplementedError

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        # Whatever it has to say, the prompt under it and a few rows above it stay in sight.
        return max(3, min(self.rows(width), viewport.height - _OTHERS))

    def watch_display(self) -> None:
        self._show()

    def again(self) -> None:
        """What it says has changed, its height perhaps too."""
        self._show()
        self.refresh(layout=True)


class Sheet(Pane, can_focus=True):
    """A text over the timeline, while what is due stays in sight. `moment` gives what the room shows now.

    Mount it in the room's `#body`, with the prompt that gets whatever is typed.
    """

    SCOPED_CSS = False  # the room's own class says whether there is something beside it
    DEFAULT_CSS = """
    Sheet { layer: above; width: 1fr; height: 1fr; margin-right: 44; }
    .-compact Sheet, .-zoomed Sheet { margin-right: 0; }
    """

    class Line(Message):
        """Put `text` into the prompt, for Enter to confirm; nothing was asked for yet."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Asked(Message):
        """Do `command`, then tell what `told` makes of the facts; `sheet` hears what came of it."""

        def __init__(self, command: Command, told: Telling, sheet: "Sheet") -> None:
            super().__init__()
            self.command = command
            self.told = told
            self.sheet = sheet

    class Wanted(Message):
        """Show this instead, or do what only this console sees."""

        def __init__(self, screen: Screen) -> None:
            super().__init__()
            self.screen = screen

    class Told(Message):
        """One sentence to the person."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    letters: ClassVar[str] = ""  # the letters and signs that are keys of its own

    def __init__(self, prompt: Widget, moment: Callable[[], Moment | None], id: str | None = None) -> None:
        super().__init__(id=id)
        self._prompt = prompt
        self._source = moment
        self.top = 0  # the first line in sight
        self.busy = False  # what was asked for is on its way to the disk
        self._letter: tuple[str, str] | None = None  # came alone so far
        self._alone: Timer | None = None

    def on_mount(self) -> None:
        body = self.parent
        if isinstance(body, Widget) and _LAYER not in body.styles.layers:
            body.styles.layers = f"default {_LAYER}"
        # At once, so that the next key is its own already.
        self.screen.set_focus(self)
        self.again()
        self.set_interval(1, self.again)

    def again(self) -> None:
        """Show what the room shows now."""
        self.moment = self._source()

    def close(self) -> None:
        """Give the keyboard back and go."""
        self.screen.set_focus(self._prompt)
        self.display = False
        self.remove()

    def ask(self, command: Command, told: Telling) -> None:
        """Have this done; until it is, nothing more is asked for."""
        if not self.busy:
            self.busy = True
            self.post_message(self.Asked(command, told, self))

    def answered(self, done: bool) -> None:
        """What was asked for is on the log, or was refused."""
        self.busy = False
        if self.is_attached and self.display:
            self.again()

    def offer(self, line: str) -> None:
        """Close, with this line for the prompt."""
        self.post_message(self.Line(line))
        self.close()

    # ── keys ──

    @property
    def asking(self) -> bool:
        """Esc closes it."""
        return True

    def press(self, key: str, char: str | None) -> bool:
        """Its own keys; any other that the prompt knows closes it and is the prompt's."""
        waits = self._letter
        if waits and char is not None and char.isprintable():
            self._typed()
            return isinstance(self._prompt, Typist) and self._prompt.press(key, char)
        self._use_letter()
        if char and char in self.letters:
            self._letter, self._alone = (key, char), self.set_timer(_ALONE, self._use_letter)
            return True
        if self.display and self.take(key):
            return True
        self.close()
        return isinstance(self._prompt, Typist) and self._prompt.press(key, char)

    def _use_letter(self) -> None:
        """The letter that came alone is a key."""
        waits, self._letter = self._letter, None
        if self._alone is not None:
            self._alone.stop()
        if waits and self.display:
            self.letter(waits[1])

    def _typed(self) -> None:
        """The letter was the beginning of a word."""
        waits, self._letter = self._letter, None
        if self._alone is not None:
            self._alone.stop()
        self.close()
        if waits and isinstance(self._prompt, Typist):
            self._prompt.press(*waits)

    def letter(self, char: str) -> None:
        """Use one of `letters`."""

    def paste(self, text: str) -> None:
        self._typed()
        if isinstance(self._prompt, Typist):
            self._prompt.paste(text)

    def take(self, key: str) -> bool:
        """Use this key; False when it is not one of its own."""
        page = max(1, self.size.height - 4)
        moves = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}
        if key in ("escape", "ctrl+c"):
            self.close()
        elif key == "enter":
            self.choose()
        elif key in moves:
            self.step(moves[key])
        else:
            return False
        return True

    def step(self, by: int) -> None:
        """Up and Down, a page at a time too."""
        self.top = max(0, self.top + by)
        self._show()

    def choose(self) -> None:
        """Enter."""
        self.close()

    def on_key(self, event: events.Key) -> None:
        if self.press(event.key, event.character):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.paste(event.text)
