"""The console's driver: Textual's own, which takes over the early screen and reads the keyboard once somebody listens.

A key is read only when a widget has the focus: until then it waits in the terminal's queue, so that none is lost.
"""

import os
import select
import signal
import termios
import threading
import time
from codecs import getincrementaldecoder
from typing import Any, ClassVar

from textual import constants
from textual._xterm_parser import XTermParser
from textual.app import ScreenStackError
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from .early import ENTER_SCREEN, Early

_LOOK = 0.003  # seconds between two looks whether a widget has the focus
_PATIENCE = 0.8  # seconds that an app which was told to go has for its last words
_LFLAG = 3


def driver_for(early: Early) -> type[Driver]:
    """The driver class for the console that follows this early screen."""
    return type("Terminal", (Terminal,), {"early": early})


class Terminal(LinuxDriver):
    """Reads without polling, ends at once, and leaves the terminal as it was found when it is told to go."""

    early: ClassVar[Early] = Early()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wake = (-1, -1)
        self._leaving = False

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
            signal.signal(number, self._told_to_go)

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
        parser = XTermParser(self._debug)
        # Not strict, as in Textual: a byte that is no UTF-8 must not end the console.
        decode = getincrementaldecoder("utf-8")("replace").decode
        if not self._heard():
            return
        self._only_keys()
        typed, self.early.typed = self.early.typed, b""
        fresh = bool(typed)
        for event in parser.feed(decode(typed)) if typed else ():
            self.process_message(event)
        while True:
            ready, _, _ = select.select([self.fileno, self._wake[0]], [], [], constants.ESCAPE_DELAY if fresh else None)
            if self._wake[0] in ready:
                return
            fresh = bool(ready)
            if ready:
                data = self._read()
                if not data:
                    self._loop.call_soon_threadsafe(self._told_to_go, signal.SIGHUP)
                    return
                for event in parser.feed(decode(data)):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)

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
            return os.read(self.fileno, 4096)
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
