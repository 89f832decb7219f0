"""Where a store of either kind keeps its things during a test."""

from pathlib import Path
from typing import Protocol

from chains import INC

from nats_kit import Admin, Cluster
from warroom.server.stores.base import Meta, Store
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.stores.jetstream import JetStreamStore


class Place(Protocol):
    """`other`: a second node where there can be one, else the first again."""

    async def open(self) -> Store: ...

    async def other(self) -> Store: ...

    async def holds(self, text: bytes) -> list[str]: ...

    async def end(self) -> None: ...


class Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: list[EmbeddedStore] = []

    async def open(self) -> Store:
        store = EmbeddedStore(str(self.folder))
        await store.open()
        self._open.append(store)
        return store

    async def other(self) -> Store:
        return self._open[-1]

    async def holds(self, text: bytes) -> list[str]:
        return [str(p) for p in self.folder.rglob("*") if p.is_file() and text in p.read_bytes()]

    async def end(self) -> None:
        for store in self._open:
            await store.close()


class Stream:
    """A fresh stream on nodes that run already."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.admin = Admin()
        self._open: list[JetStreamStore] = []

    async def begin(self) -> None:
        await self.admin.open([node.server for node in self.cluster.nodes])
        await self.admin.ask("STREAM.DELETE.WAR")

    async def open(self) -> JetStreamStore:
        store = JetStreamStore(self.cluster.settings())
        await store.open()
        self._open.append(store)
        return store

    other = open

    async def holds(self, text: bytes) -> list[str]:
        """In the files of the nodes, and in what the stream gives out to somebody with all rights."""
        found = self.cluster.holds(text)
        seq = 1
        while "message" in (answer := await self.admin.message(seq)):
            if text in answer["message"]:
                found.append(f"message {answer['seq']}")
            seq = answer["seq"] + 1
        return found

    async def end(self) -> None:
        for store in self._open:
            await store.close()
        await self.admin.ask("STREAM.DELETE.WAR")
        await self.admin.close()


async def made(stream: Stream, count: int = 1) -> list[JetStreamStore]:
    """Nodes on the same stream, on which the incident is known."""
    nodes = [await stream.open() for _ in range(count)]
    await nodes[0].put_meta(Meta(INC, 1))
    return nodes
