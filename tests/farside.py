"""The far side of a channel: a real HTTP or HTTPS server on loopback that does what a test tells it to, well or badly.

An answer is a function of the open connection and the request. Each request takes the next one; the last one stays.
"""

import socket
import ssl
import struct
from collections.abc import Callable
from threading import Condition, Event, Lock, Thread
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import httpx

MEGABYTE = 1_000_000
SOON_S = 0.8  # the deadline of a request where a test waits for it to pass
SURELY_S = 20.0  # the deadline where it must not


class Request(msgspec.Struct, frozen=True):
    """One request as it came. Header names in lower case."""

    raw: bytes
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        return msgspec.json.decode(self.body, type=dict[str, object])


class Line:
    """One open connection, for an answer to write on."""

    def __init__(self, sock: socket.socket, closing: Event) -> None:
        self.sock, self.closing = sock, closing

    def write(self, what: bytes) -> None:
        self.sock.sendall(what)

    def until_gone(self) -> None:
        """Until whoever asked hangs up, or the server is closed."""
        self.sock.settimeout(0.1)
        while not self.closing.is_set():
            try:
                if not self.sock.recv(65_536):
                    return
            except TimeoutError:
                continue
            except OSError:
                return


Answer = Callable[[Line, Request], None]


def says(status: int = 200, body: object = b"", headers: dict[str, str] | None = None) -> Answer:
    """A whole answer; a body that is no bytes goes as JSON."""
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)

    def answer(line: Line, request: Request) -> None:
        line.write(head(status, {"Content-Type": kind, "Content-Length": str(len(data))} | (headers or {})))
        if request.method != "HEAD":
            line.write(data)

    return answer


def head(status: int, headers: dict[str, str]) -> bytes:
    rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Whatever\r\n{rows}\r\n".encode("latin-1")


def serves(handler: "Callable[[httpx.Request], httpx.Response]") -> Answer:
    """Answers by a handler as `httpx.MockTransport` has it, one request at a time."""
    one = Lock()

    def answer(line: Line, request: Request) -> None:
        import httpx

        asked = httpx.Request(
            request.method, f"http://127.0.0.1{request.target}", headers=request.headers, content=request.body
        )
        with one:
            reply = handler(asked)
        headers = {name: value for name, value in reply.headers.items() if name != "content-length"}
        line.write(head(reply.status_code, headers | {"Content-Length": str(len(reply.content))}) + reply.content)

    return answer


def redirects(to: str) -> Answer:
    return says(302, headers={"Location": to})


def half(status: int, body: bytes) -> Answer:
    """The first half of what its headers promise; then it hangs up."""

    def answer(line: Line, request: Request) -> None:
        line.write(head(status, {"Content-Length": str(len(body))}) + body[: len(body) // 2])

    return answer


def stalls(status: int, body: bytes) -> Answer:
    """The first half of what its headers promise; then silence."""

    def answer(line: Line, request: Request) -> None:
        line.write(head(status, {"Content-Length": str(len(body))}) + body[: len(body) // 2])
        line.until_gone()

    return answer


def drips(what: bytes, every_s: float = 0.02) -> Answer:
    """One byte at a time, for as long as anybody listens."""

    def answer(line: Line, request: Request) -> None:
        for number in range(len(what)):
            line.write(what[number : number + 1])
            if line.closing.wait(every_s):
                return

    return answer


def floods(status: int = 200, size: int = 100 * MEGABYTE) -> Answer:
    def answer(line: Line, request: Request) -> None:
        line.write(head(status, {"Content-Length": str(size)}))
        piece = b"x" * MEGABYTE
        for _ in range(size // MEGABYTE):
            line.write(piece)

    return answer


def silence(line: Line, request: Request) -> None:
    line.until_gone()


def hangs_up(line: Line, request: Request) -> None:
    """Closes in good order without a word."""


def resets(line: Line, request: Request) -> None:
    """Tears the connection down (RST)."""
    line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def garbage(line: Line, request: Request) -> None:
    line.write(b"\x00\xff\x1b]0;owned\x07 this is no HTTP\r\n\r\n")


class FarSide:
    """Listens on 127.0.0.1 until `close`. `requests` holds what came, in order.

    `greeting` is all that anybody gets, whatever they say, and before they have said all of it.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, greeting: bytes = b"") -> None:
        self.requests: list[Request] = []
        self._answers: list[Answer] = [says(200)]
        self._open = 0
        self._changed = Condition()
        self._closing = Event()
        self._tls, self._greeting = tls, greeting
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        Thread(target=self._accept, daemon=True).start()

    def answers(self, *answers: Answer) -> None:
        """What the next requests get, one each; the last one again and again."""
        with self._changed:
            self._answers = list(answers)

    def wait_for(self, count: int, within_s: float = SURELY_S) -> list[Request]:
        """The requests, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.requests) >= count, within_s), "no such request came"
            return list(self.requests)

    def wait_until_alone(self, within_s: float = SURELY_S) -> None:
        """Until everybody has hung up."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open == 0, within_s), "somebody is still connected"

    def close(self) -> None:
        self._closing.set()
        try:
            self._listening.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listening.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            with self._changed:
                self._open += 1
            Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._greeting:
                sock.recv(65_536)
                sock.sendall(self._greeting)
                Line(sock, self._closing).until_gone()
                return
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            request = _read(sock)
            if request is None:
                return
            with self._changed:
                self.requests.append(request)
                answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                self._changed.notify_all()
            answer(Line(sock, self._closing), request)
        except OSError:
            pass
        finally:
            sock.close()
            with self._changed:
                self._open -= 1
                self._changed.notify_all()


def _read(sock: socket.socket) -> Request | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = sock.recv(65_536)
        if not piece:
            return None
        raw += piece
    top, _, body = raw.partition(b"\r\n\r\n")
    first, *rows = top.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
    while len(body) < int(headers.get("content-length", "0")):
        piece = sock.recv(65_536)
        if not piece:
            return None
        raw, body = raw + piece, body + piece
    return Request(raw, method, target, headers, body)
