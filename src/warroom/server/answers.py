"""What routes answer with, and how a query is read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Response
from litestar.types import Receive, Scope, Send

from .frames import LARGEST
from .problem import Trouble
from .seat import AnyRequest

_encode = msgspec.json.Encoder().encode
_MOST_FIELDS = 20
T = TypeVar("T", bound=msgspec.Struct)
Buffer: TypeAlias = bytes | memoryview
Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


def reply(what: msgspec.Struct, status: int = 200) -> Response[bytes]:
    return raw(_encode(what), status=status)


def raw(data: bytes, media: str = "application/json", status: int = 200) -> Response[bytes]:
    return Response(data, status_code=status, media_type=media)


class Pieces:
    """An answer in pieces, of which only those under way are copied: whoever reads slowly holds little of it."""

    def __init__(self, parts: Sequence[Buffer], media: str = "application/json", headers: Headers = ()) -> None:
        self._parts, self._media, self._headers = parts, media, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = sum(len(part) for part in self._parts)
        headers = [(b"content-type", self._media.encode()), (b"content-length", b"%d" % size), *self._headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in _pieces(self._parts):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def cut(data: bytes) -> list[memoryview]:
    """The parts of something large."""
    view = memoryview(data)
    return [view[at : at + LARGEST] for at in range(0, len(data), LARGEST)]


def _pieces(parts: Iterable[Buffer]) -> Iterator[bytes]:
    waiting: list[Buffer] = []
    size = 0
    for part in parts:
        if waiting and size + len(part) > LARGEST:
            yield b"".join(waiting)
            waiting, size = [], 0
        waiting.append(part)
        size += len(part)
    yield b"".join(waiting)


def nothing() -> Response[bytes]:
    return Response(b"", status_code=204)


def asked(request: AnyRequest, shape: type[T]) -> T:
    """The query as `shape`. Raises `Trouble` 400."""
    text = request.scope["query_string"].decode("latin-1")
    try:
        return msgspec.convert(dict(parse_qsl(text, True, max_num_fields=_MOST_FIELDS)), shape, strict=False)
    except msgspec.ValidationError as wrong:
        raise Trouble(400, f"The query is not as this address takes it: {wrong}.") from None
    except ValueError:
        raise Trouble(400, f"The query has more than {_MOST_FIELDS} fields.") from None
