"""The first row at once: the last screen in plain escapes, before Textual is imported, and no key lost meanwhile.

Only what was typed before the keyboard was ours is read here; the rest waits in the terminal's queue, in order, for
`terminal.Terminal`. Imports nothing that `python -c pass` would not: it is what the first row waits for.

    early = start(display_cache.place(path), "INC-K3F9")
    try:
        from .app import WarRoomApp
        from .terminal import driver_for
        app = WarRoomApp(...)
        app.driver_class = driver_for(early)
        app.run()
    finally:
        early.restore()
"""

import os
import sys

from . import display_cache

ENTER_SCREEN = "\x1b[?1049h"  # as Textual's driver writes it, which must not write it again: that would clear
_ENTER = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?7l\x1b[H\x1b[2J"  # no cursor, pastes bracketed, no wrapping
_LEAVE = b"\x1b[?7h\x1b[?2004l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
_MOUSE_OFF = b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l"
_OPENING = b" opening \xe2\x80\xa6"
_LFLAG, _IFLAG, _CC = 3, 0, 6  # places in what termios.tcgetattr returns

_KEYBOARD, _SCREEN = 0, 2  # the two that Textual's driver uses


class Early:
    """A terminal that is ours before the console is. `attrs` is how it was; None where nothing was done to it."""

    def __init__(self) -> None:
        self.attrs: list[int | list[bytes | int]] | None = None
        self.typed = b""  # before the keyboard was ours, Enter as the byte that the key sends
        self.painted = False

    def restore(self) -> None:
        """The terminal as it was found. May be called at any time, and more than once."""
        if self.painted:
            self.painted = False
            say(_LEAVE)
        self.cook()

    def cook(self) -> None:
        """The keyboard as it was found."""
        import termios

        if self.attrs is not None:
            try:
                termios.tcsetattr(_KEYBOARD, termios.TCSANOW, self.attrs)
            except termios.error:
                pass  # the terminal has gone

    def abandon(self, status: int) -> None:
        """Leave now, whatever else runs, with the terminal as it was found. Never returns."""
        say(_MOUSE_OFF + _LEAVE)
        self.cook()
        os._exit(status)


_started: Early | None = None


def start(cache: str, heading: str) -> Early:
    """Shows the rows kept at `cache`, or else `heading`, and takes the keyboard. Without a terminal, nothing.

    Only once: who comes later gets what is there.
    """
    global _started
    if _started is None:
        _started = _start(cache, heading)
    return _started


def _start(cache: str, heading: str) -> Early:
    early = Early()
    if sys.platform == "win32" or os.environ.get("TERM", "dumb") in ("", "dumb"):
        return early
    if not all(map(os.isatty, (_KEYBOARD, 1, _SCREEN))):
        return early
    try:
        _take_keyboard(early)
        size = os.get_terminal_size(_SCREEN)
        early.painted = True
        say(_ENTER + _frame(display_cache.rows(cache, *size), heading, *size))
    except OSError:
        early.restore()
        return early
    _guard(early)
    return early


def say(data: bytes) -> None:
    """Write to the screen, unless it has gone or does not take anything any more."""
    import select

    try:
        if select.select([], [_SCREEN], [], 0.1)[1]:
            os.write(_SCREEN, data)
    except OSError:
        pass


def _take_keyboard(early: Early) -> None:
    """No echo and no lines from now on, as Textual does it; only Ctrl+C still means what it means in a shell."""
    import termios

    early.attrs = termios.tcgetattr(_KEYBOARD)
    raw = termios.tcgetattr(_KEYBOARD)
    raw[_LFLAG] = raw[_LFLAG] & ~(termios.ECHO | termios.ICANON | termios.IEXTEN) | termios.ISIG
    raw[_IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    off = bytes([os.fpathconf(_KEYBOARD, "PC_VDISABLE") & 0xFF])
    for unwanted in (termios.VQUIT, termios.VSUSP):
        raw[_CC][unwanted] = off
    raw[_CC][termios.VMIN], raw[_CC][termios.VTIME] = 0, 0
    termios.tcsetattr(_KEYBOARD, termios.TCSANOW, raw)
    # Until now Enter came as a line feed, which is another key to us.
    while data := os.read(_KEYBOARD, 4096):
        early.typed += data.replace(b"\n", b"\r")
    raw[_CC][termios.VMIN] = 1
    termios.tcsetattr(_KEYBOARD, termios.TCSANOW, raw)


def _frame(rows: list[str] | None, heading: str, width: int, height: int) -> bytes:
    if rows is None:
        return b" " + heading.encode(errors="replace")[: width - 1] + b"\x1b[%d;1H" % height + _OPENING
    lines = [b"\x1b[%d;1H" % (n + 1) + row.encode() + b"\x1b[0m" for n, row in enumerate(rows)]
    return b"".join(lines) + b"\x1b[%d;1H\x1b[2K" % height + _OPENING


def _guard(early: Early) -> None:
    """Whatever ends this program before the console is up leaves the terminal as it was."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: early.abandon(128 + number))
