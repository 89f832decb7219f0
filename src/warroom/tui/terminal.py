"""The console's driver: Textual's own, which takes over the early screen and reads the keyboard once somebody listens.

A key is read only when a widget has the focus: until then it waits in the terminal's queue, so that none is lost.
Textual's own reader takes letters behind Esc for one sequence until 100 ms pass, and makes keys of an Esc in a paste:
a pasted log could press Enter. Hence our own reading of bytes.
"""

import asyncio
import gc
import os
import select
import signal
import termios
import threading
import time
from codecs import getincrementaldecoder
from typing import Any, ClassVar

from textual import constants, events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.app import ScreenStackError
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from .early import ENTER_SCREEN, Early
from .tokens import Alt, Escape, Pasted, Sequence, Token, Tokens, Typed

ESC_DELAY = int(os.environ.get("ESCDELAY") or 50) / 1000  # s; how long the rest of a sequence may take
_READ = 64 * 1024
_LOOK = 0.003  # seconds between two looks whether a widget has the focus
_PATIENCE = 0.8  # seconds that an app which was told to go has for its last words
_SETTLED = 0.15  # seconds after the last of a storm of resizes
_LFLAG = 3


def driver_for(early: Early) -> type[Driver]:
    """The driver class for the console that follows this early screen."""
    return type("Terminal", (Terminal,), {"early": early})


class Terminal(LinuxDriver):
    """Reads without polling, ends at once, and leaves the terminal as it was found when it is told to go."""

    early: ClassVar[Early] = Early()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The kitty protocol would make Esc-then-letter and Alt+letter different keys, in a few terminals only.
        constants.DISABLE_KITTY_KEY = True  # type: ignore[misc]  # Final, but read whenever it is needed
        constants.ESCAPE_DELAY = 0  # type: ignore[misc]  # likewise; what Textual's parser gets is whole
        super().__init__(*args, **kwargs)
        self._wake = (-1, -1)
        self._leaving = False
        self._settling: asyncio.TimerHandle | None = None

    def write(self, data: str) -> None:
        if data == ENTER_SCREEN and self.early.painted:
            self.early.painted = False  # from here on the driver leaves what the early screen entered
            return
        super().write(data)

    def start_application_mode(self) -> None:
        self._wake = os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's has no types
        if self.early.attrs is not None:
            self.attrs_before = self.early.attrs
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._loop.add_signal_handler(number, self._told_to_go, number)  # wakes a loop that waits
            signal.signal(number, self._told_to_go)  # and interrupts one that does not
        # Textual's handler can be interrupted by the next one, and then reports the older size last.
        signal.signal(signal.SIGWINCH, lambda *_: self._loop.call_soon_threadsafe(self._resized))

    def _resized(self) -> None:
        size = Size(*self._get_terminal_size())
        self.process_message(events.Resize(size, size))
        if self._settling:
            self._settling.cancel()
        self._settling = self._loop.call_later(_SETTLED, self._settled, size, 5)

    def _settled(self, size: Size, tries: int) -> None:
        # A screen tells itself the size it was laid out in, and that can supersede a newer one in its queue.
        for screen in self._app._background_screens + self._app.screen_stack[-1:]:
            if tries and screen.is_attached and screen.outer_size != size:
                screen.post_message(events.Resize(size, size))
                self._settling = self._loop.call_later(_SETTLED, self._settled, size, tries - 1)

    def disable_input(self) -> None:
        if self._wake[1] >= 0:
            os.write(self._wake[1], b"!")
        super().disable_input()
        for end in self._wake:
            if end >= 0:
                os.close(end)
        self._wake = (-1, -1)

    # ── the keyboard ──

    def run_input_thread(self) -> None:
        """Read the keyboard until the app ends. A byte that is no UTF-8 is shown as one, and ends nothing."""
        if not self._heard():
            return
        # The start is over: what it made stays, and need not be looked through again. See `__main__`.
        gc.freeze()
        gc.enable()
        self._only_keys()
        decode = getincrementaldecoder("utf-8")("replace").decode
        tokens, parser = Tokens(), XTermParser(self._debug)
        typed, self.early.typed = self.early.typed, b""
        self._send(tokens.feed(decode(typed)), parser)
        while True:
            ready, _, _ = select.select([self.fileno, self._wake[0]], [], [], ESC_DELAY if tokens.waiting else None)
            if self._wake[0] in ready:
                return
            if not ready:
                self._send(tokens.late(), parser)
                continue
            data = self._read()
            if not data:
                self._loop.call_soon_threadsafe(self._told_to_go, signal.SIGHUP)
                return
            self._send(tokens.feed(decode(data)), parser)

    def _send(self, found: list[Token], parser: XTermParser) -> None:
        for token in found:
            for message in messages(token, parser):
                self.process_message(message)

    def _heard(self) -> bool:
        """Waits until a widget has the focus; False when the input is closed before."""
        while not select.select([self._wake[0]], [], [], _LOOK)[0]:
            try:
                if self._app.focused is not None:
                    return True
            except ScreenStackError:
                pass
        return False

    def _only_keys(self) -> None:
        """From now on Ctrl+C is a key like any other."""
        try:
            attrs = termios.tcgetattr(self.fileno)
            attrs[_LFLAG] &= ~termios.ISIG
            termios.tcsetattr(self.fileno, termios.TCSANOW, attrs)
        except termios.error:
            pass

    @classmethod
    def _patch_lflag(cls, attrs: int) -> int:
        """As Textual's, but that Ctrl+C still ends a start that hangs: see `_only_keys`."""
        return super()._patch_lflag(attrs) | termios.ISIG

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ)
        except OSError:  # the terminal has gone
            return b""

    # ── the end ──

    def _told_to_go(self, number: int, _frame: object = None) -> None:
        """A signal, or no terminal any more: leave in order, or else at once."""
        if self._leaving:
            return
        self._leaving = True
        threading.Thread(target=self._insist, args=(128 + number,), daemon=True).start()
        self._loop.call_soon_threadsafe(self._app.exit, None, 128 + number)

    def _insist(self, status: int) -> None:
        time.sleep(_PATIENCE)
        self.early.abandon(status)


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
        case Typed(text):
            return list(parser.feed(text))
        case Sequence(text):
            found = list(parser.feed(text))
            list(parser.tick())  # a sequence that nobody knows would wait for more, and then come as letters
            return found
