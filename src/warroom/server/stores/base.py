"""What a server keeps its facts in: the interface of both stores, and the words they share.

Facts of one incident stand in the order in which they were received, under numbers that ascend, not always without
gaps, and are the same on every node; a redaction changes a fact's bytes and never its number. What `append_expected`
has answered with `ok` is durable.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from ...core.values import Ms
from ...sync.wire import Heads, Result
from .turns import Turns


class Pushed(msgspec.Struct, frozen=True):
    """What a push did: a result for each fact, in their order."""

    results: tuple[Result, ...]
    last: int  # the number of the last fact of the incident


class Meta(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the server knows of an incident beside its facts.

    `named`: the ids of the tokens that may see it although it is restricted. `owners`: replica → the token that first
    pushed a fact of it. `turns`: of the replicas whose facts others brought too, see `turns`.
    """

    inc: str
    created: Ms = 0
    restricted: bool = False
    named: tuple[str, ...] = ()
    owners: dict[str, str] = {}
    turns: dict[str, Turns] = {}


class Row(msgspec.Struct, frozen=True, gc=False):
    """A fact in the server's log: its number and its wire bytes, `{"e":EVENT,"h":HASH}`."""

    n: int
    data: bytes


Watcher = Callable[[str, list[Row]], None]
"""Called in the event loop with an incident and what is new in it; it must not wait."""


class StoreTrouble(Exception):
    """The store cannot keep or read now (disk full, no leader): `str()` says why. Nothing was acknowledged."""


class Store(Protocol):
    """Everything is safe to call from one event loop, many at a time. All may raise `StoreTrouble`.

    `epoch`: cursors of another epoch are worthless. `index`, `erase`: a redaction arrives as a fact and is carried out
    by `append` itself, which also erases the text of a redacted fact that arrives later.
    """

    epoch: str
    kind: str  # "embedded", "jetstream"

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def ready(self) -> str:
        """Empty: it keeps facts now. Else why not, in a sentence."""
        ...

    async def incidents(self) -> list[Meta]: ...

    async def meta(self, inc: str) -> Meta | None: ...

    async def put_meta(self, meta: Meta) -> None:
        """Makes the incident, or changes what is known of it. Durable. Two at once: both names are kept."""
        ...

    async def append_expected(self, inc: str, facts: list[tuple[bytes, str]], token: str) -> Pushed:
        """Judges each (event bytes, hash) against what is there and keeps what fits, in one durable step.

        Only the fact with the number after its replica's last one is kept; that is the expectation.
        """
        ...

    async def heads(self, inc: str) -> tuple[Heads, int]:
        """Of each replica the last fact, and the number of the last fact in all."""
        ...

    async def read_after(self, inc: str, n: int, limit: int) -> list[Row]: ...

    def watch(self, watcher: Watcher) -> None:
        """`watcher` is called for everything that becomes durable from now on, whichever node received it."""
        ...

    async def erase(self, inc: str, of: str) -> None:
        """Takes the text of this fact out, in its place. `append_expected` does so for every redaction it keeps."""
        ...

    async def put_blob(self, inc: str, sha: str, data: bytes) -> bool:
        """Keeps evidence that a fact of this incident names, durably; False where none does: the fact comes first."""
        ...

    async def blob(self, inc: str, sha: str) -> bytes | None:
        """The evidence; None where it has not come yet, or no fact of this incident names it."""
        ...

    async def read_table(self, name: str) -> tuple[bytes, int]:
        """A small document that all nodes share (tokens), and its version; empty and 0 where there is none."""
        ...

    async def write_table(self, name: str, data: bytes, version: int) -> bool:
        """Durable; False where its version is another by now: read it again."""
        ...
