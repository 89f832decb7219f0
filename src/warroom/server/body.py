"""Bodies, counted while they come: too large is known before anything is parsed, and too slow after 20 s."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request

from .problem import Trouble

_MIB = 1024 * 1024
T = TypeVar("T")


async def read(
    request: Request[Any, Any, Any], most: int, patience: float, came: Callable[[int], None] = lambda size: None
) -> bytes:
    """The whole body. Each MiB of it has `patience` seconds. Raises `Trouble` 413, 408, and what `came` does."""
    expected(request, most)
    parts: list[bytes] = []
    size = 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout_at(began + patience) as deadline:
            while True:
                message = await request.receive()
                if message["type"] != "http.request":
                    raise Trouble(400, "The request ended before its body did.")
                part = message["body"]
                size += len(part)
                if size > most:
                    raise _too_large(most)
                came(len(part))
                parts.append(part)
                if not message["more_body"]:
                    return parts[0] if len(parts) == 1 else b"".join(parts)
                if len(part):
                    deadline.reschedule(began + patience * (1 + size // _MIB))
    except TimeoutError:
        raise Trouble(
            408, f"The body did not come within {patience:g} seconds.", headers={"Connection": "close"}
        ) from None


def expected(request: Request[Any, Any, Any], most: int) -> int:
    """The bytes that a body may turn out to have. Raises `Trouble` 413."""
    said = request.headers.get("content-length", "")
    if not said.isdigit():
        return most
    if int(said) > most:
        raise _too_large(most)
    return int(said)


def _too_large(most: int) -> Trouble:
    return Trouble(413, f"At most {most} bytes are taken at once.")


def decoded(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """What the bytes say. Raises `Trouble` 400."""
    try:
        return decoder.decode(data)
    except RecursionError:
        raise Trouble(400, "The body is nested too deeply.") from None
    except msgspec.ValidationError as wrong:
        raise Trouble(400, f"The body is not as this address takes it: {wrong}.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Trouble(400, "The body is no JSON.") from None
