"""The keyboard between terminal and app. The driver reads tokens; `Keyed` decides what each key comes to.

Textual's own reader takes letters behind Esc for one sequence until 100 ms pass, and makes keys of an Esc in a paste:
a pasted log could press Enter. Hence our own reading of bytes; everything else stays Textual's.
"""

import os
from codecs import getincrementaldecoder
from selectors import EVENT_READ, SelectSelector
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual import constants, events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import ExitApp

from .esc import AT_ONCE, HAND, Act, EscLayer, Outcome, Press, Text
from .keys import KeyMap, shipped
from .tokens import Alt, Escape, Pasted, Sequence, Token, Tokens, Typed

if TYPE_CHECKING:
    from textual.app import App as _App

    AnyApp = _App[Any]
else:
    AnyApp = object

ESC_DELAY = int(os.environ.get("ESCDELAY") or 50) / 1000  # s; how long the rest of a sequence may take
_READ = 64 * 1024


class Terminal(LinuxDriver):
    """Textual's driver for Unix terminals, with our reading of what is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The kitty protocol would make Esc-then-letter and Alt+letter different keys, in a few terminals only.
        constants.DISABLE_KITTY_KEY = True  # type: ignore[misc]  # Final, but read whenever it is needed
        super().__init__(*args, **kwargs)

    def run_input_thread(self) -> None:
        """Read the keyboard until the app ends. A byte that is no UTF-8 is shown as one, and ends nothing."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        tokens, parser = Tokens(), XTermParser(self._debug)
        with SelectSelector() as selector:  # the one that knows terminals on macOS too
            selector.register(self.fileno, EVENT_READ)
            due = 0.0
            while not self.exit_event.is_set():
                found: list[Token] = []
                if selector.select(max(0.0, due - monotonic()) if tokens.waiting else 0.1):
                    data = self._read()
                    if not data:
                        self.process_message(ExitApp())  # the terminal has gone
                        break
                    found = tokens.feed(decode(data))
                    due = monotonic() + ESC_DELAY
                elif tokens.waiting and monotonic() >= due:
                    found = tokens.late()
                for token in found:
                    for message in messages(token, parser):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ)
        except OSError:
            return b""


def messages(token: Token, parser: XTermParser) -> list[Message]:
    """What a token is to Textual."""
    match token:
        case Pasted(text):
            return [events.Paste(text)]
        case Escape():
            return [events.Key("escape", "\x1b")]
        case Alt(char) if char.isprintable():
            return [events.Key(f"alt+{char}", None)]
        case Alt("\r"):
            return [events.Key("alt+enter", None)]
        case Alt("\x7f"):
            return [events.Key("alt+backspace", None)]
        case Alt(char) if f"\x1b{char}" not in ANSI_SEQUENCES_KEYS:
            return [events.Key("escape", "\x1b"), *parser.feed(char)]
        case Alt(char):
            return list(parser.feed(f"\x1b{char}"))
        case Typed(text) | Sequence(text):
            return list(parser.feed(text))


@runtime_checkable
class Typist(Protocol):
    """A widget that is typed into: the prompt."""

    @property
    def asking(self) -> bool:
        """Whether Esc is a cancel in it now."""

    def press(self, key: str, char: str | None) -> bool:
        """Take this key; False when it is not one of its own."""

    def paste(self, text: str) -> None:
        """Take a pasted text."""


class Keyed(AnyApp):
    """Mixin for the app (before `App`): every key goes through the Esc layer before anything else sees it.

    `act(name)` is called for each act, in the order of the keys. `layer_changed(open)`: show or hide the list of keys.
    A focused `Typist` (the prompt) gets its keys directly and in order; what it does not take, and every other
    widget's keys, go Textual's way.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.esc = EscLayer(shipped())
        self._layer_open = False
        super().__init__(*args, **kwargs)

    def get_driver_class(self) -> Any:
        return Terminal

    def act(self, name: str) -> None:
        """An act of the key map."""
        raise NotImplementedError

    def layer_changed(self, open: bool) -> None:
        """The Esc layer waits for a letter, or no longer does."""

    def in_dialog(self) -> bool:
        """Whether something waits for an answer, so that Esc is its cancel."""
        return self.screen.is_modal or (isinstance(self.focused, Typist) and self.focused.asking)

    def use_keys(self, keys: KeyMap) -> None:
        """Take this key map."""
        self.esc.acts = keys.acts

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.esc.pace = AT_ONCE if self.is_headless else HAND
            await self._through(self.esc.feed(event.key, event.character, event.time * 1000, self.in_dialog()))
        elif isinstance(event, events.Paste) and not event.is_forwarded and isinstance(self.focused, Typist):
            self.focused.paste(event.text)
        else:
            await super().on_event(event)

    async def _through(self, outcomes: list[Outcome]) -> None:
        was = self._layer_open
        for outcome in outcomes:
            match outcome:
                case Act(name):
                    self.act(name)
                case Text(text):
                    for char in text:
                        await self._press(char, char)
                case Press(key, char):
                    await self._press(key, char)
        if self.esc.open != was:
            self._layer_open = self.esc.open
            self.layer_changed(self.esc.open)
        if self.esc.deadline is not None:
            wait = max(0.0, self.esc.deadline / 1000 - get_time())
            self.set_timer(wait, self._late)

    async def _late(self) -> None:
        await self._through(self.esc.tick(get_time() * 1000))

    async def _press(self, key: str, char: str | None) -> None:
        if isinstance(self.focused, Typist) and self.focused.press(key, char):
            return
        await super().on_event(events.Key(key, char))
