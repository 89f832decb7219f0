"""HTTP on one connection, with the limits that uvicorn has not: a request that does not come ends its connection.

Headers have 10 s, a body 20 s for each MiB; what is neither (headers, chunk sizes, trailers) may have 256 KiB. One
look a second at all connections costs less than timers for every request.
"""

import asyncio
import math
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from .options import Options
from .problem import MEDIA, problem
from .stream import LINE, Write

_MIB = 1024 * 1024
LARGEST_FRAME = 256 * 1024  # bytes of a request that are no body
MOST_DISCARDED = 128 * _MIB  # of a body that was answered before it came; then nobody is polite any more
_GRACE = 5.0  # seconds: the application answers a slow body first


class Protocol(HttpToolsProtocol):
    """One connection. `due`, `stuck`: when it is closed if no more comes, or no more is taken; the loop's seconds."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        options: Options,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.options = options
        self.due = self.stuck = math.inf
        self._coming = False  # a request has begun and is not all here
        self._began = 0.0
        self._framing = self._body = 0

    def abort(self) -> None:
        """Tears the connection down, whatever waits to be sent."""
        self.transport.abort()

    def writer(self, scope: object) -> Write | None:
        """A short way to write pieces of the answer to `scope`, once it has begun; None: there is only the long one."""
        cycle, transport, flow = self.cycle, self.transport, self.flow
        if cycle.scope is not scope or not cycle.chunked_encoding:
            return None

        def write(chunk: bytes) -> bool:
            if flow.write_paused or transport.is_closing():
                return False
            transport.write(chunk)
            return True

        return write

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.due = self.loop.time() + self.options.headers
        if len(self.connections) > self.options.connections:
            self.abort()

    def data_received(self, data: bytes) -> None:
        self._framing += len(data)
        super().data_received(data)
        if self._framing > LARGEST_FRAME:
            self.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"][LINE] = self
        self._coming, self._body = True, 0
        self.due = self.loop.time() + self.options.headers

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._began = self.loop.time()
        self.due = self._began + self.options.body + _GRACE

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._framing -= len(body)
        self._body += len(body)
        if not self.cycle.response_complete:
            self.due = self._began + self.options.body * (1 + self._body // _MIB) + _GRACE
        elif self._body > MOST_DISCARDED:
            self.abort()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._coming, self._framing = False, 0
        self.due = math.inf if self._answering() else self.loop.time() + self.options.idle

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._coming and not self._answering():
            self.due = self.loop.time() + self.options.idle

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stuck = self.loop.time() + self.options.stalled

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stuck = math.inf

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.due = self.stuck = math.inf

    def send_400_response(self, msg: str) -> None:
        body = problem(400, "This is no HTTP request that can be understood.")
        head = (
            f"HTTP/1.1 400 Bad Request\r\ncontent-type: {MEDIA}\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


def close_late(state: ServerState, now: float) -> None:
    """Closes every connection that is past what it was given."""
    for connection in list(state.connections):
        if isinstance(connection, Protocol) and min(connection.due, connection.stuck) < now:
            connection.abort()
