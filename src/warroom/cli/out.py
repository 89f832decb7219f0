"""The one owner of standard output and standard error: data to one, talk to the other, and nothing uncleaned to either.

Bytes are UTF-8 whatever the locale says.
"""

import os
import sys
from collections.abc import Iterable

from ..core.text import clean


def data(text: str) -> None:
    """A line (or, with newlines, several) for whoever reads the output."""
    _write(1, clean(text, lines=True) + "\n")


def painted(lines: Iterable[str]) -> None:
    """Lines that a renderer has cleaned already; they may carry its colours."""
    _write(1, "".join(line + "\n" for line in lines))


def json(value: object) -> None:
    """`value` as one line of JSON, in which everything is escaped that could command a terminal."""
    from ..exchange.write import safe_json

    _write(1, safe_json(value) + "\n")


def whole(text: str) -> None:
    """Text that its writer has made safe already, as it is."""
    _write(1, text)


def raw(data: bytes) -> None:
    """Bytes for a file or a pipe, never for a terminal, which they could command."""
    if _caught is not None:
        return
    while data:
        data = data[os.write(1, data) :]


_held: list[str] | None = None


def hold() -> None:
    """Keep what is said from now on until `release`: the terminal shows a screen, which would swallow it."""
    global _held
    _held = []


def release() -> None:
    """Say what was kept."""
    global _held
    held, _held = _held, None
    for text in held or ():
        say(text)


def many(count: int, one: str, more: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{count} {one if count == 1 else more}"


def say(text: str) -> None:
    """A sentence for the person."""
    if _held is not None:
        _held.append(text)
        return
    try:
        _write(2, clean(text, lines=True) + "\n")
    except OSError:
        pass  # nobody is there to hear it


_caught: list[str] | None = None


class Caught:
    """Inside `with Caught() as lines`, what is said or printed goes into this list, and nowhere else."""

    def __enter__(self) -> list[str]:
        global _caught
        self._before, _caught = _caught, []
        return _caught

    def __exit__(self, *_: object) -> None:
        global _caught
        _caught = self._before


def _write(fd: int, text: str) -> None:
    if _caught is not None:
        _caught.append(text.rstrip("\n"))
        return
    data = text.encode()
    while data:
        data = data[os.write(fd, data) :]


def is_terminal(fd: int = 1) -> bool:
    return os.isatty(fd)


def width() -> int:
    """The terminal's cells; 0 where lines go to a file or a pipe and are not to be wrapped."""
    if not is_terminal():
        return 0
    try:
        return max(20, os.get_terminal_size(1).columns)
    except OSError:
        return 80


def colours() -> bool:
    """Whether this terminal shows colours and nobody said that they are not wanted."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") not in ("dumb", "")


def drop() -> None:
    """Whoever read the output has gone: what is still written goes nowhere, without a complaint."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for fd in (1, 2):
        try:
            os.write(fd, b"")
        except OSError:
            os.dup2(nowhere, fd)
    os.dup2(nowhere, 1)
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # it stays open for the rest of the process
