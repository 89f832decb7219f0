"""A pipe in groups of lines: what can be had without waiting for more, again and again until the end.

A line without an end takes no more memory than a line may have.
"""

import os
import select
from collections.abc import Iterator

from ..intake.base import MAX_BODY

_PIECE = 1 << 18
_MOST = 1 << 20  # bytes of one group
_LINGER = 0.01  # seconds in which what comes next still belongs to it


class Pipe:
    """What a file descriptor brings."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._rest = b""  # a line whose end has not come
        self._over = False  # that line was too long, and was handed out already

    def groups(self) -> Iterator[list[bytes]]:
        """The lines, without their ends; never an empty group. One that is too long is cut where that shows."""
        while piece := self._read():
            *whole, self._rest = (self._rest + piece).split(b"\n")
            if self._over and whole:
                whole, self._over = whole[1:], False
            if self._over:
                self._rest = b""
            elif len(self._rest) > MAX_BODY:
                whole.append(self._rest[: MAX_BODY + 1])
                self._rest, self._over = b"", True
            if whole:
                yield [line.removesuffix(b"\r") for line in whole]
        if self._rest and not self._over:
            yield [self._rest]

    def whole(self, first: list[bytes]) -> bytes:
        """The first group and all that follows it, up to one byte more than a document may have."""
        data = b"\n".join([*first, self._rest])
        while len(data) <= MAX_BODY and (piece := os.read(self._fd, _PIECE)):
            data += piece
        return data[: MAX_BODY + 1]

    def _read(self) -> bytes:
        """What there is, and what comes right behind it; empty at the end."""
        found = os.read(self._fd, _PIECE)
        while found and len(found) < _MOST and select.select([self._fd], [], [], _LINGER)[0]:
            piece = os.read(self._fd, _PIECE)
            if not piece:
                break
            found += piece
        return found
