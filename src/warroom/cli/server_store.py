"""Which store a server's verbs mean: the folder of this machine, or a cluster; and who has the folder."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ..core.text import clean
from ..store import holding
from ..store.holding import Holder, Holding
from .session import Session
from .stop import No, Stop, Usage
from .verb import Arguments, Parser

if TYPE_CHECKING:
    from ..server.stores.base import Store

FOLDER = "server"  # in the data folder
LOCK = "server.lock"


def arguments(parser: Parser) -> None:
    parser.add_argument("--dir", metavar="DIR", help="the server's folder; without it, `server` in the data folder")
    parser.add_argument("--store", metavar="nats://…", default="", help="a NATS JetStream cluster instead")
    cluster(parser)


def cluster(parser: Parser) -> None:
    """What a cluster's store has to know beside its address."""
    parser.add_argument(
        "--monitor", metavar="URL", action="append", default=[], help="a node's monitoring address; can be repeated"
    )
    parser.add_argument(
        "--erase-credentials", metavar="FILE", default="", help="a file with the user that carries out redactions"
    )


def folder(session: Session, arguments: Arguments) -> str:
    return os.path.abspath(arguments.dir or os.path.join(session.paths.data, FOLDER))


def needs(extra: str = "server") -> None:
    """Raises `Stop` where the extra is not installed."""
    from importlib.util import find_spec

    wanted = {"server": ("litestar", "uvicorn"), "nats": ("nats",)}[extra]
    if any(find_spec(name) is None for name in wanted):
        raise Stop(f"This needs what a server stands on: pip install 'warroom[{extra}]'")


def made(where: str, arguments: Arguments) -> "Store":
    """The store at `where`: `nats://…`, or a folder. Not open yet."""
    if not where.startswith(("nats://", "tls://")):
        if "://" in where:
            raise Usage("A store is a folder, or nats://HOST:PORT of a cluster.")
        from ..server.stores.embedded import EmbeddedStore

        return EmbeddedStore(where)
    needs("nats")
    from ..server.stores.jetstream import JetStreamStore, settings_of

    try:
        return JetStreamStore(settings_of(where, os.environ, arguments.monitor, arguments.erase_credentials))
    except OSError as problem:
        raise Usage(f"{arguments.erase_credentials}: {problem.strerror}.") from None
    except ValueError as problem:
        raise Usage(f"{problem}.") from None


@asynccontextmanager
async def opened(session: Session, arguments: Arguments, where: str = "") -> "AsyncIterator[Store]":
    """The store that is meant, open. A trouble of the store ends the verb with its sentence."""
    from ..server.stores.base import StoreTrouble

    store = made(where or arguments.store or folder(session, arguments), arguments)
    try:
        await store.open()
        try:
            yield store
        finally:
            await store.close()
    except StoreTrouble as trouble:
        raise Stop(str(trouble)) from None


def hold(place: str, what: str = "serve") -> Holding:
    """The server's folder, for this process alone. Raises `No` with who has it."""
    from ..store.access import ready

    place = os.path.join(ready(place), LOCK)
    lock = holding.take(place, Holder(os.getpid(), f"{what}@{os.uname().nodename[:40]}"))
    if lock is None:
        there = holding.look(place)
        who = f"{clean(there.where)}, process {there.pid}," if there and there.pid else "Another process"
        raise No(f"{who} has {os.path.dirname(place)} already; end it first, or choose another folder with --dir.")
    return lock


def say_size(size: int) -> str:
    """`812 B`, `3.4 MiB`."""
    return f"{size} B" if size < 1024 else f"{size / 1024:.0f} KiB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MiB"
