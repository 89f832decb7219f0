"""A program in a real pseudo-terminal, with pyte as the screen. It waits for what is on the screen, never for time."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import pyte

Predicate = Callable[["PtyScreen"], object]


class Unanswered(AssertionError):
    """What was waited for did not come. The message holds the screen as it was."""


class _Screen(pyte.Screen):
    def report_device_status(self, *args: object, **kwargs: object) -> None:
        """No answer: a reply written by the terminal would look like typing in `raw`."""

    def set_margins(self, *args: object, **kwargs: object) -> None:
        # pyte reads `CSI > … r` and friends, which it does not know, as margins.
        if not kwargs.get("private"):
            super().set_margins(*(a for a in args if isinstance(a, int)))


class PtyScreen:
    """`cmd` runs in a pty of `cols` × `rows`. `env` is added to this process's environment.

    `raw` holds every byte that came, `text()` the screen. Always close it: it is a context manager.
    """

    def __init__(
        self, cmd: Sequence[str], cols: int = 80, rows: int = 24, env: Mapping[str, str] | None = None, cwd: str = ""
    ) -> None:
        self.raw = bytearray()
        self.status: int | None = None
        self._screen = _Screen(cols, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._open = True
        self._tail = b""
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        for unwanted in ("NO_COLOR", "COLUMNS", "LINES"):
            if not env or unwanted not in env:
                environment.pop(unwanted, None)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                if cwd:
                    os.chdir(cwd)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
                os.execvpe(cmd[0], list(cmd), environment)
            finally:
                os._exit(127)
        self._size(cols, rows)
        os.set_blocking(self.fd, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, data: bytes | str) -> None:
        """Type `data`, however long it is; what the program writes meanwhile is read, so that neither side blocks."""
        rest = memoryview(data.encode() if isinstance(data, str) else data)
        deadline = time.monotonic() + 30
        while rest:
            _, writable, _ = select.select([], [self.fd], [], 0.02)
            if writable:
                try:
                    rest = rest[os.write(self.fd, rest[:1024]) :]
                except BlockingIOError:
                    pass
            self._read(0)
            if time.monotonic() > deadline:
                raise Unanswered(f"the program does not read its keyboard\n{self.text()}")

    def wait_for(self, wanted: str | Predicate, timeout: float = 15.0) -> None:
        """Read until `wanted` (a text on the screen, or a predicate of this object) holds. `Unanswered` if never."""
        deadline = time.monotonic() + timeout
        while not self._holds(wanted):
            left = deadline - time.monotonic()
            if left <= 0 or (
                not self._read(min(left, 0.1)) and self._ended() and not self._open and not self._holds(wanted)
            ):
                why = "never came" if self._open else "did not come before the program ended"
                raise Unanswered(f"{wanted!r} {why}; the screen:\n{self.text()}")

    def wait_exit(self, timeout: float = 15.0) -> int:
        """Read until the program has ended; its exit status."""
        self.wait_for(lambda s: s._ended(), timeout)
        while self._read(0):
            pass
        assert self.status is not None
        return self.status

    def take(self, wait: float) -> bool:
        """Read what there is, after at most `wait` seconds; False when nothing came."""
        return self._read(wait)

    def settle(self, quiet: float = 0.2, timeout: float = 15.0) -> None:
        """Read until nothing has come for `quiet` seconds: for proving that something did *not* happen."""
        deadline = time.monotonic() + timeout
        while self._read(quiet):
            if time.monotonic() > deadline:
                raise Unanswered(f"the screen never comes to rest:\n{self.text()}")

    def text(self) -> str:
        """The screen, one line a row, without spaces at line ends."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def lines(self) -> list[str]:
        return self.text().split("\n")

    def cell(self, column: int, row: int) -> "pyte.screens.Char":
        """One cell of the screen, with its colours."""
        return self._screen.buffer[row][column]

    def resize(self, cols: int, rows: int) -> None:
        """What a terminal does when its window changes: a new size, and SIGWINCH from the kernel."""
        self._screen.resize(rows, cols)
        self._size(cols, rows)

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)

    def close(self) -> None:
        """End the program, if it has not ended, and free the terminal."""
        if self.fd < 0:
            return
        if not self._ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
        self.fd = -1

    def _holds(self, wanted: str | Predicate) -> bool:
        return wanted in self.text() if isinstance(wanted, str) else bool(wanted(self))

    def _size(self, cols: int, rows: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def _read(self, wait: float) -> bool:
        """Take in what there is, after at most `wait` seconds; False when nothing came."""
        if not self._open:
            time.sleep(min(wait, 0.01))  # the pty is gone, the process may still be on its way out
            return False
        ready, _, _ = select.select([self.fd], [], [], wait)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except BlockingIOError:
            return False
        except OSError:  # Linux says EIO when the last process on the terminal has gone
            data = b""
        if not data:
            self._open = False
            return False
        self.raw += data
        self._feed(data)
        return True

    def _feed(self, data: bytes) -> None:
        # pyte prints what it does not know of the kitty keyboard protocol (`CSI > 1 u`, `CSI < u`): take it out,
        # and hold back a sequence that was cut at the end of a read.
        data = self._tail + data
        cut = data.rfind(b"\x1b")
        if cut >= 0 and len(data) - cut < 12 and not data[cut + 1 :].lstrip(b"[<>?0123456789;").strip():
            data, self._tail = data[:cut], data[cut:]
        else:
            self._tail = b""
        self._stream.feed(_without_kitty(data))

    def _ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None


def _without_kitty(data: bytes) -> bytes:
    parts = data.split(b"\x1b[")
    kept = [parts[0]]
    for part in parts[1:]:
        if part[:1] in (b"<", b">"):
            digits = part[1:].lstrip(b"0123456789;")
            kept.append(digits[1:])
        else:
            kept.append(b"\x1b[" + part)
    return b"".join(kept)
