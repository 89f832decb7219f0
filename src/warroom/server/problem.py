"""Whatever goes wrong is told as problem+json: one status, one code for programs, one sentence for people."""

from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from ..sync.wire import Problem
from .stores.base import StoreTrouble

MEDIA = "application/problem+json"
CODES = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method",
    408: "too-slow",
    409: "conflict",
    410: "gone",
    413: "too-large",
    415: "compressed",
    422: "refused",
    429: "too-many",
    500: "error",
    503: "store",
}
SENTENCES = {
    400: "This request cannot be understood.",
    404: "Nothing is at this address.",
    405: "This address does not answer to that method; the header Allow says to which it does.",
}


class Trouble(Exception):
    """What a request is answered with instead. Nothing of it was done."""

    def __init__(self, status: int, detail: str, code: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code, self.headers = status, detail, code or CODES[status], headers or {}


def problem(status: int, detail: str, code: str = "") -> bytes:
    """The body of an error."""
    title = HTTPStatus(status).phrase
    return msgspec.json.encode(Problem(status, code or CODES.get(status, "error"), title, detail))


def spoken(status: int, detail: str, code: str = "", headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(problem(status, detail, code), status_code=status, media_type=MEDIA, headers=headers)


def of_trouble(request: Request[Any, Any, Any], trouble: Trouble) -> Response[bytes]:
    return spoken(trouble.status, trouble.detail, trouble.code, trouble.headers)


def of_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What litestar refuses by itself, in our words: its own may repeat what was sent."""
    status = error.status_code
    detail = SENTENCES.get(status, f"This request is refused: {HTTPStatus(status).phrase.lower()}.")
    return spoken(status, detail, headers=dict(error.headers or {}))


def of_store(request: Request[Any, Any, Any], trouble: StoreTrouble) -> Response[bytes]:
    """The one honest 5xx. Why stands in the server's log: it may name folders of that machine."""
    detail = "The server cannot keep or read facts now. Nothing of this was kept; try again in a moment."
    return spoken(503, detail, headers={"Retry-After": "2"})
