"""Who is here, across the API nodes of one cluster: told by the node that heard it, believed by all for 30 seconds.

What is said at one node is repeated by it whenever its own client says it again; so the people of a node that dies are
gone everywhere after 30 seconds, and a node that begins knows everybody soon. Nothing of it is kept.
"""

import asyncio
import os
from collections.abc import Callable
from typing import Annotated, Protocol, cast

import msgspec

from ..core.values import Ms, crockford
from ..sync.wire import Present
from .hub import Hub
from .presence import Rooms
from .stores.base import Store

_MOST = 64  # messages under way; while the cluster takes none, more are not worth having


class Sharing(Protocol):
    """What a store that several nodes share may have."""

    possible: bool

    def listen(self, heard: Callable[[str, bytes], None]) -> None: ...

    async def tell(self, inc: str, data: bytes) -> None: ...


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """That somebody is there, or has left; `node` heard it, of a client with this token."""

    node: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    token: Annotated[str, msgspec.Meta(max_length=40)]
    who: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    host: Annotated[str, msgspec.Meta(max_length=255)] = ""
    rep: Annotated[str, msgspec.Meta(max_length=40)] = ""
    gone: bool = False


_said = msgspec.json.Decoder(Said)
_encode = msgspec.json.Encoder().encode


class Nodes:
    """Does nothing where the store is one node's alone."""

    def __init__(self, store: Store, rooms: Rooms, hub: Hub, now: Callable[[], Ms]) -> None:
        self._sharing = cast("Sharing | None", getattr(store, "sharing", None))
        self._rooms, self._hub, self._now = rooms, hub, now
        self.name = crockford(int.from_bytes(os.urandom(10), "big"), 16)
        self._telling: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        if self._sharing is not None:
            self._sharing.listen(self.heard)

    def tell(self, inc: str, token: str, present: Present, gone: bool) -> None:
        """Tells the others; whoever said it does not wait for that."""
        if self._sharing is None or not self._sharing.possible or len(self._telling) >= _MOST:
            return
        said = Said(self.name, token, present.who, present.host, present.rep, gone)
        task = asyncio.ensure_future(self._sharing.tell(inc, _encode(said)))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def heard(self, inc: str, data: bytes) -> None:
        """A message of some node, perhaps this one; what makes no sense is passed over."""
        try:
            said = _said.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        if said.node == self.name or not self._hub.catalogue.knows(inc):
            return
        now, present = self._now(), Present(said.who, said.host, said.rep)
        act = self._rooms.left if said.gone else self._rooms.said
        if act(inc, said.token, present, now):
            self._hub.here(inc, self._rooms.here(inc, now))
