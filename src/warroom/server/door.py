"""The outermost layer: every answer has the strict headers, is counted and leaves one line in the log.

What nobody expected is answered as a plain 500 here or, once an answer has begun, by closing the connection.
"""

from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from .house import House
from .journal import Line, masked, stamp
from .problem import MEDIA, problem

STRICT = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
OTHER = "other"  # the route of a path that there is none for


class Answer:
    """What is being said to one request. `stream` says how it ended, where it was one."""

    __slots__ = ("_send", "begun", "bytes", "end", "error", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status, self.bytes, self.begun = 0, 0, False
        self.end = self.error = ""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun, self.status = True, message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(each for each in STRICT if each[0] not in given)]
        elif message["type"] == "http.response.body":
            self.bytes += len(message["body"])
        await self._send(message)

    async def write(self, block: bytes) -> None:
        """One piece of an answer that has begun, past all layers."""
        await self._send({"type": "http.response.body", "body": block, "more_body": True})
        self.bytes += len(block)


class Door:
    """Wraps the application. `scope["state"]["answer"]` is its `Answer`."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app, self._house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        path = scope["path"]  # litestar makes its own of it
        answer = Answer(send)
        scope.setdefault("state", {})["answer"] = answer
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            answer.error = self._house.mistake(error)
            if not answer.begun:
                await _apologize(answer)
        finally:
            self._note(scope, path, answer, perf_counter() - began)

    def _note(self, scope: HTTPScope, path: str, answer: Answer, seconds: float) -> None:
        route = str(scope.get("path_template", "")) or OTHER
        measures = self._house.measures
        measures.requests[scope["method"], route, answer.status] += 1
        if not answer.end:
            measures.seconds.add(route, seconds)
        client = scope.get("client")
        self._house.journal.line(
            Line(
                stamp(),
                scope["method"],
                masked(path),
                answer.status,
                round(seconds * 1000, 1),
                scope["state"].get("token", ""),
                answer.bytes,
                client[0] if client else "",
                answer.end,
                answer.error,
            )
        )


async def _apologize(answer: Answer) -> None:
    body = sorry(answer.error)
    headers = [(b"content-type", MEDIA.encode()), (b"content-length", b"%d" % len(body))]
    await answer.send({"type": "http.response.start", "status": 500, "headers": headers})
    await answer.send({"type": "http.response.body", "body": body, "more_body": False})


def sorry(number: str) -> bytes:
    """The body of a 500: the number under which the mistake stands in the server's log."""
    return problem(500, f"The server made a mistake; it is noted as {number} in its log.")
