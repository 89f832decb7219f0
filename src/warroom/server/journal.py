"""One JSON line on stderr for each request and for what goes wrong: never a header, a body, a query or a secret.

Lines are written by a thread, so that a terminal or pipe that takes nothing stops the log and not the server.
"""

import asyncio
import os
import re
import traceback
from collections import deque
from datetime import UTC, datetime
from threading import Thread
from typing import Any, TextIO

import msgspec

from ..core.text import clean, clip

MOST = 10_000  # lines that wait; more are counted and left out
_EVERY = 0.1  # seconds
_LAST = 0.3  # seconds for the last lines
_STDERR = 2
_LONGEST_PATH = 200
_SHARE = re.compile(r"^/+s/+[^/]+")
_LONG = re.compile(r"(?<![0-9A-Za-z_-])(?![0-9a-f]{64}(?![0-9A-Za-z_-]))[0-9A-Za-z_-]{40,}|war_[0-9A-Za-z_-]*")


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request. `ms` is how long it took, `bytes` what was sent, `token` an id, `at` an address."""

    time: str
    method: str
    path: str
    status: int
    ms: float
    token: str = ""
    bytes: int = 0
    at: str = ""
    end: str = ""  # why a stream ended
    error: str = ""  # the number under which the mistake stands in the log


class Word(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is about no request. `where`: file, line and function of each step, the innermost last."""

    time: str
    event: str
    what: str = ""
    error: str = ""
    where: tuple[str, ...] = ()


class Journal:
    """Writes from a thread, some lines at a time; to stderr unless there is an `out`."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out
        self._waiting: deque[bytes] = deque()
        self._left_out = 0
        self._writing = False
        self._encode = msgspec.json.Encoder().encode

    def line(self, line: Line) -> None:
        self._add(line)

    def say(self, event: str, what: str = "") -> None:
        """Something about the server itself."""
        self._add(Word(stamp(), event, clean(what)))

    def mistake(self, error: BaseException, number: str) -> None:
        """An exception that nobody expected: its kind and its way, without its text, which may hold what was sent."""
        way = tuple(f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__))
        self._add(Word(stamp(), "mistake", type(error).__name__, number, way))

    def of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """For `loop.set_exception_handler`: what asyncio would print with all its arguments."""
        error = context.get("exception")
        self.say("loop", str(context.get("message", "")) if error is None else type(error).__name__)

    def _add(self, line: Line | Word) -> None:
        if len(self._waiting) >= MOST:
            self._left_out += 1
            return
        self._waiting.append(self._encode(line))
        if not self._writing:
            self._writing = True
            asyncio.get_running_loop().call_later(_EVERY, lambda: Thread(target=self.flush, daemon=True).start())

    def close(self) -> None:
        """Writes what waits, as far as somebody takes it soon."""
        last = Thread(target=self.flush, daemon=True)
        last.start()
        last.join(_LAST)

    def flush(self) -> None:
        """Writes what waits. Blocks as long as whoever reads does."""
        while True:
            try:
                self._write()
            except (OSError, ValueError):
                self._waiting.clear()  # a log that is gone stops nothing
            self._writing = False
            if not self._waiting:  # else a line came after the last look, and nobody else was asked to write it
                return

    def _write(self) -> None:
        lines = []
        while self._waiting:
            lines.append(self._waiting.popleft())
        if self._left_out:
            lines.append(self._encode(Word(stamp(), "left out", f"{self._left_out} lines")))
            self._left_out = 0
        if lines:
            text = b"\n".join(lines) + b"\n"
            if self._out is not None:
                self._out.write(text.decode())
            # Not through `sys.stderr`: this thread may be stuck here for good, and that has a lock which others need.
            while self._out is None and text:
                text = text[os.write(_STDERR, text) :]


def stamp() -> str:
    """This moment, UTC, in milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def masked(path: str) -> str:
    """A path for the log: no share link's secret, nothing that looks like a token, nothing that commands a terminal."""
    return clip(clean(_LONG.sub("*", _SHARE.sub("/s/*", path))), _LONGEST_PATH)
