"""One request under way, which its caller may stop at any moment; what it said by then stays true."""

import socket
from collections.abc import Iterator
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from .errors import NoReply, NotSent, reason
from .reply import Reply

if TYPE_CHECKING:
    import httpx


class _Over(Exception):
    """The deadline has passed, so nothing may be sent any more."""


class _Cold(Exception):
    """A new connection would have to be made, where only a kept one was to be used."""


class Exchange:
    """`line`: the kept connection that alone may be used. `opening`: the reply's body is left to be read by others."""

    def __init__(self, limit: int, line: Any = None, opening: bool = False) -> None:
        self.done = Event()
        self.response: httpx.Response | None = None
        self.line = line  # httpcore's stream of the connection in use
        self.whole = False  # whether the reply was read to its end, so that the connection is as new
        self._lock = Lock()
        self._limit, self._warm, self._opening = limit, line is not None, opening
        self._over = self._sent = self._traced = self._cold = False
        self._error: Exception | None = None
        self._status, self._headers = 0, dict[str, str]()
        self._body, self._cut = bytearray(), True

    def run(self, client: "httpx.Client", request: "httpx.Request") -> None:
        try:
            response = client.send(request, stream=True)
            try:
                self._read(response)
            finally:
                if self.response is None:
                    response.close()
        except _Cold:
            self._cold = True
        except Exception as error:
            self._error = error
        finally:
            self.done.set()

    def _read(self, response: "httpx.Response") -> None:
        with self._lock:
            self._headers = {name.lower(): value for name, value in response.headers.items()}
            self._status = response.status_code
            kind = self._headers.get("content-type", "").partition(";")[0].strip().lower()
            if self._opening and self._status == 200 and kind == "text/event-stream" and not self._over:
                self.response = response
                return
        # Raw, since a small body that was packed may unpack to any size.
        chunks: Iterator[bytes] = iter([response.content]) if response.is_stream_consumed else response.iter_raw()
        for chunk in chunks:
            with self._lock:
                room = self._limit - len(self._body)
                self._body += chunk[:room]
                if self._over or len(chunk) > room:
                    return
        self._cut = False
        self.whole = True

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """What the connection does, told by httpcore: the one sure sign of whether anything was sent."""
        self._traced = True
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            with self._lock:
                self.line = info["return_value"]
        elif name.endswith(".connect_tcp.started"):
            if self._warm:
                raise _Cold
        elif name.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            with self._lock:
                if self._over:
                    raise _Over
                self._sent = True

    def stop(self) -> None:
        """The deadline has passed: from now on nothing is sent and nothing more is read."""
        with self._lock:
            self._over = True
            held = self.line.get_extra_info("socket") if self.line is not None else None
        if isinstance(held, socket.socket):
            try:
                # Not the method of a TLS socket, which would take the session from under the thread that reads.
                socket.socket.shutdown(held, socket.SHUT_RDWR)
            except OSError:
                pass

    def stale(self, again: bool) -> bool:
        """Whether the kept connection turned out to be none, so that a new one may be tried at once.

        `again`: also where the far side may have the request, since it takes it twice as once.
        """
        if not self._warm or self._status or self._over:
            return False
        return self._cold or not self._sent or (again and self._error is not None)

    def result(self, host: str, timeout_s: float) -> Reply:
        """What came back. Raises `NetError`."""
        with self._lock:
            if self._status:
                return Reply(self._status, self._headers, bytes(self._body), self._cut)
            over, sent, traced, error = self._over, self._sent, self._traced, self._error
        if over:
            late = f"within {timeout_s:g} s"
            raise NoReply(f"{host} did not answer {late}") if sent else NotSent(f"no connection to {host} {late}")
        raise reason(error, host, sent, traced) from None
