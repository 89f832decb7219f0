"""One stream of server-sent events, written straight to the connection: a delivery goes a short way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol, cast

from litestar.types import Receive, Scope, Send

from .door import Answer
from .house import House
from .problem import Trouble
from .readers import Reader
from .stores.base import StoreTrouble
from .tokens import Token

LINE = "line"  # in scope["state"]: the connection, where it is one of ours
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),  # nginx would keep frames until it has some KiB of them
]

Write = Callable[[bytes], bool]
"""Writes one chunk of an answer, framed as HTTP has it; False: it cannot be taken now, and was not."""

Opening = Callable[[Reader], AsyncIterator[bytes]]
"""Adds the reader to the hub, and says what comes before anything new."""


class Line(Protocol):
    """What a stream asks of its connection."""

    def abort(self) -> None: ...

    def writer(self, scope: object) -> Write | None: ...


class Readers(Protocol):
    """Who counts readers and knows them: the hub, for those of facts."""

    def enter(self, token: Token) -> bool: ...

    def leave(self, token: Token) -> None: ...

    def remove(self, reader: Reader) -> None: ...


class Stream:
    """An answer that goes on until the reader leaves, stalls or may no longer, or the server stops."""

    crowded = "This token has too many streams open."

    def __init__(self, house: House, token: Token, inc: str, opening: Opening, hub: Readers | None = None) -> None:
        self._house, self._token, self._inc, self._opening = house, token, inc, opening
        self._hub: Readers = house.hub if hub is None else hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub = self._hub
        if not hub.enter(self._token):
            raise Trouble(429, self.crowded, headers={"Retry-After": "10"})
        answer = cast(Answer, scope["state"]["answer"])
        line: Line | None = scope["state"].get(LINE)
        reader = Reader(self._token, self._inc, self._house.options.waiting, line.abort if line else _forget)
        watch = asyncio.create_task(_until_gone(receive, reader))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            reader.write = line.writer(scope) if line else None
            await self._write(reader, answer)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            watch.cancel()
            hub.remove(reader)
            hub.leave(self._token)
            answer.bytes += reader.written
            answer.end = reader.end or "left"

    async def _write(self, reader: Reader, answer: Answer) -> None:
        try:
            async for block in self._opening(reader):
                await answer.write(block)
            while block := await reader.take():
                await answer.write(block)
        except StoreTrouble as trouble:
            self._house.journal.say("store", str(trouble))
            reader.finish("trouble")  # the reader comes again


async def _until_gone(receive: Receive, reader: Reader) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.finish("left")


def _forget() -> None:
    """Under a server that is not ours there is nothing to tear down."""
