"""Frames of a stream, as server-sent events: encoded once, whoever reads them."""

from collections.abc import Iterator

import msgspec

from ..core.values import Ms
from ..sync.wire import Listed, Present, cursor
from .stores.base import Row

LARGEST = 64 * 1024  # bytes that are joined into one write: what a slow reader can make the server copy
PING = b": ping\n\n"


class Hello(msgspec.Struct, frozen=True):
    """The first frame of a stream over all incidents."""

    epoch: str
    time: Ms


class Reset(msgspec.Struct, frozen=True):
    """The cursors of before mean nothing any more: compare heads. A stream of one incident goes on after `cursor`."""

    epoch: str
    cursor: str


class HereNow(msgspec.Struct, frozen=True):
    """Who has the room open now, all of them."""

    inc: str
    here: tuple[Present, ...]


_encode = msgspec.json.Encoder().encode


def hello(epoch: str, time: Ms) -> bytes:
    return _frame(b"hello", _encode(Hello(epoch, time)))


def reset(epoch: str, n: int) -> bytes:
    at = cursor(epoch, n)
    return b"id: %b\n" % at.encode() + _frame(b"reset", _encode(Reset(epoch, at)))


def reset_all(epoch: str) -> bytes:
    return _frame(b"reset", _encode(Reset(epoch, "")))


def here(inc: str, present: tuple[Present, ...]) -> bytes:
    return _frame(b"here", _encode(HereNow(inc, present)))


def created(listed: Listed) -> bytes:
    return _frame(b"created", _encode(listed))


def facts(inc: str, epoch: str, rows: list[Row], ids: bool = False) -> Iterator[bytes]:
    """The rows in few blocks of whole frames. `ids`: with the `id:` that a stream of one incident goes on from."""
    before, after = f'event: fact\ndata: {{"inc":"{inc}","cursor":"{epoch}.', b"}\n\n"
    parts: list[bytes] = []
    size = 0
    for row in rows:
        head = f'{before}{row.n}","fact":'
        if ids:
            head = f"id: {epoch}.{row.n}\n{head}"
        if parts and size + len(row.data) > LARGEST:
            yield b"".join(parts)
            parts, size = [], 0
        parts += (head.encode(), row.data, after)
        size += len(head) + len(row.data) + len(after)
    if parts:
        yield b"".join(parts)


def chunk(block: bytes) -> bytes:
    """The block as one piece of an answer whose length nobody knows, as HTTP/1.1 has it."""
    return b"%x\r\n%b\r\n" % (len(block), block)


def _frame(event: bytes, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (event, data)
