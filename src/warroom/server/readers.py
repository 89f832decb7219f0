"""One open stream as the hub sees it: frames that wait for it, few enough that a reader who stalls harms nobody."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal

from .frames import LARGEST
from .tokens import Token

End = Literal["", "left", "stopped", "revoked", "dropped", "trouble", "reset"]


class Reader:
    """`inc`: the incident it is about; empty: all that its token sees. `has`: the last number it gets in other ways.

    `abort` tears its connection down, which is the only way to be rid of one that takes nothing. `write`: where
    nothing waits, a block goes out by it at once; `written` counts those bytes.
    """

    __slots__ = (
        "_asleep",
        "_limit",
        "_since",
        "_size",
        "_waiting",
        "abort",
        "end",
        "has",
        "inc",
        "sees",
        "token",
        "write",
        "written",
    )

    def __init__(self, token: Token, inc: str, limit: int, abort: Callable[[], None], has: int = 0) -> None:
        self.token, self.inc, self.abort, self.has = token, inc, abort, has
        self.sees: dict[str, bool] = {}
        self.end: End = ""
        self.write: Callable[[bytes], bool] | None = None
        self.written = 0
        self._since = 0.0  # since when something waits
        self._waiting: deque[bytes] = deque()
        self._size, self._limit = 0, limit
        self._asleep: asyncio.Future[None] | None = None

    def offer(self, block: bytes, chunk: bytes, now: float, instead: bool = False) -> bool:
        """Sends a block, or puts it into the queue; False where that is full. `chunk` is the block framed for HTTP.

        `instead`: nothing of what waits is wanted any more. How long the reader has taken nothing stays as it is.
        """
        if self._asleep is not None and self.write is not None and not self._waiting and self.write(chunk):
            self.written += len(block)
            return True
        if self.end:
            return True  # it is over, and nothing may come behind its end
        waiting = self._waiting
        if not waiting:
            self._since = now
        elif instead:
            waiting.clear()
            self._size = 0
        elif self._size + len(block) > self._limit:
            return False
        waiting.append(block)
        self._size += len(block)
        if self._asleep is not None:
            self._wake()
        return True

    def stalled(self, now: float, patience: float) -> bool:
        return bool(self._waiting) and now - self._since > patience

    def finish(self, why: End) -> None:
        """Nothing more comes: `take` returns empty."""
        self.end = self.end or why
        self._waiting.clear()
        self._wake()

    def _wake(self) -> None:
        asleep, self._asleep = self._asleep, None
        if asleep is not None and not asleep.done():
            asleep.set_result(None)

    async def take(self) -> bytes:
        """What waits, joined, at most `LARGEST` bytes unless one block is larger; empty once it is over."""
        waiting = self._waiting
        loop = asyncio.get_running_loop()
        while not waiting:
            if self.end:
                return b""
            self._asleep = loop.create_future()
            await self._asleep
        first = waiting.popleft()
        if not waiting:
            self._size = 0
            return first
        size, parts = len(first), [first]
        while waiting and size + len(waiting[0]) <= LARGEST:
            parts.append(waiting.popleft())
            size += len(parts[-1])
        self._size -= size
        self._since = loop.time()
        return b"".join(parts)
