"""A stream of server-sent events: frames as they come, until somebody closes it or nothing is heard for too long."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from . import deadline
from .errors import NoReply
from .exchange import Exchange

if TYPE_CHECKING:
    import httpx

LARGEST = 1 << 20  # bytes of one frame


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One event. `id` is that of the stream when it came."""

    event: str
    data: bytes
    id: str = ""


class Stream:
    """Iterate over it once, in one thread: all frames that came at once, together. Raises `NoReply` at its end.

    The first frame comes within `first_s`; after it `silence_s` without a whole line ends it. `close` does too, from
    any thread.
    """

    def __init__(
        self, response: "httpx.Response", exchange: Exchange, host: str, silence_s: float, first_s: float
    ) -> None:
        self._response, self._exchange, self._host = response, exchange, host
        self._silence_s = first_s
        self._then_s = silence_s
        self._closed = self._silent = False

    def close(self) -> None:
        """Ends it, also while another thread waits for its next frame."""
        self._closed = True
        self._exchange.stop()

    def __iter__(self) -> Iterator[list[Frame]]:
        late = deadline.arm(self._silence_s, self._late)
        parts = _Parts()
        try:
            for chunk in self._response.iter_raw():
                frames = parts.take(chunk)
                if frames:
                    self._silence_s = self._then_s
                if frames or (parts.lined and self._silence_s == self._then_s):
                    late.put_off(self._silence_s)
                if frames:
                    yield frames
                if self._closed or parts.size > LARGEST:
                    break
        except Exception:  # whatever httpx makes of a connection that ends
            pass
        finally:
            deadline.disarm(late)
            self._exchange.stop()
            self._response.close()
        if self._closed:
            return
        if parts.size > LARGEST:
            raise NoReply(f"{self._host} sent a frame without an end")
        if self._silent:
            raise NoReply(f"{self._host} was silent for {self._silence_s:g} s")
        raise NoReply(f"{self._host} ended the stream")

    def _late(self) -> None:
        self._silent = True
        self._exchange.stop()


class _Parts:
    """Bytes into frames. `lined`: whether the last piece ended a line; `size`: bytes of a frame that has no end yet."""

    def __init__(self) -> None:
        self.lined, self.size = False, 0
        self._rest = b""
        self._data: list[bytes] = []
        self._event, self._id = "", ""

    def take(self, chunk: bytes) -> list[Frame]:
        frames: list[Frame] = []
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self.lined = bool(lines)
        for line in lines:
            self._line(line.removesuffix(b"\r"), frames)
        self.size = len(self._rest) + sum(map(len, self._data))
        return frames

    def _line(self, line: bytes, frames: list[Frame]) -> None:
        if not line:
            if self._data:
                frames.append(Frame(self._event or "message", b"\n".join(self._data), self._id))
            self._data, self._event = [], ""
            return
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id":
            self._id = value.decode("utf-8", "replace")
