"""What nodes tell each other and nobody keeps: who is here. Only where the cluster's permissions allow `warp.*`."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..base import StoreTrouble
from .link import Link, Unknown

if TYPE_CHECKING:
    from nats.aio.msg import Msg

_SUBJECT = "warp."
_LARGEST = 8 * 1024

Heard = Callable[[str, bytes], None]


class Sharing:
    """`possible`: the other nodes hear what is told; else each knows of its own clients only."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._listeners: list[Heard] = []
        self.possible = False
        self._heard_on = 0  # which connection it listens on

    async def begin(self) -> None:
        """Listens, where it does not on this connection yet: one that came back by itself still knows of it."""
        number = self._link.number
        if self._heard_on == number:
            return
        try:
            await self._link.listen(_SUBJECT + "*", self._received)
            self._heard_on, self.possible = number, True
        except (Unknown, StoreTrouble):  # this user may not, or there is no connection again
            self.possible = False

    def listen(self, heard: Heard) -> None:
        """`heard` is called in the event loop with an incident and what some node, this one too, told of it."""
        self._listeners.append(heard)

    async def tell(self, inc: str, data: bytes) -> None:
        """Tells all nodes, unless there is no connection now; nobody keeps it."""
        if not (self.possible and inc.isalnum() and len(data) <= _LARGEST):
            return
        try:
            await asyncio.wait_for(self._link.tell(_SUBJECT + inc, data), 1)
        except (Unknown, TimeoutError):
            pass

    async def _received(self, message: "Msg") -> None:
        for heard in self._listeners:
            heard(message.subject.removeprefix(_SUBJECT), message.data)
