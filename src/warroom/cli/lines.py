"""Entries from standard input: every line one fact, its id printed once it is durable.

Lines that have come together are written together; nothing waits for a line that has not come yet.
"""

import os
from collections.abc import Callable, Iterator

from ..core.acts.entries import Log
from ..core.values import Refused
from ..store.errors import StoreError
from . import out
from .session import Session
from .stop import OK, REFUSED

_PIECE = 1 << 20
_GROUP = 500


def log_lines(session: Session, entry: Callable[[str], Log]) -> int:
    """Logs every line that is not empty. Returns REFUSED when any was; the others are written all the same."""
    refused = 0
    number = 0
    heard = True
    room = session.room()
    with room.log:
        for group in _groups(0):
            numbers = range(number + 1, number + len(group) + 1)
            number += len(group)
            some = [(n, line) for n, line in zip(numbers, group, strict=True) if line.strip()]
            if not some:
                continue
            outcomes = room.commit([(entry(line), session.me) for _, line in some])
            for (n, _), outcome in zip(some, outcomes, strict=True):
                if isinstance(outcome, StoreError):
                    out.say(f"Line {n} and what follows was not written.")
                    raise outcome
                if isinstance(outcome, Refused):
                    refused += 1
                    out.say(f"line {n}: {outcome}")
                elif heard:
                    heard = _told(session, outcome[0].id)
    return REFUSED if refused else OK


def _told(session: Session, id: str) -> bool:
    """Prints the id; whether somebody still reads them. Lines are logged also when nobody does."""
    try:
        if session.arguments.json:
            out.json({"id": id})
        else:
            out.data(id)
    except BrokenPipeError:
        out.drop()
        return False
    return True


def _groups(fd: int) -> Iterator[list[str]]:
    """The lines that can be had without waiting, again and again until the end."""
    rest = b""
    while piece := os.read(fd, _PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        for first in range(0, len(whole), _GROUP):
            yield [_text(line) for line in whole[first : first + _GROUP]]
    if rest:
        yield [_text(rest)]


def _text(line: bytes) -> str:
    # What is not UTF-8 becomes lone surrogates, which are refused with a sentence.
    return line.removesuffix(b"\r").decode(errors="surrogateescape")
