"""Runs a server in this process, from its first socket to its last stream.

SIGTERM and SIGINT end it within 3 seconds, SIGHUP reads the certificate again.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from socket import socket
from typing import Any, cast
from typing import Protocol as Protocol_

import msgspec
import uvicorn

from ..intake.base import Hook
from ..room.process import more_files
from .app import Application, application
from .binding import BACKLOG, Unbound, bound, refusal, url
from .certificate import Certificate, Unreadable
from .journal import Journal
from .options import Options
from .protocol import Protocol, close_late
from .stores.base import Store, StoreTrouble
from .tokens import Tokens
from .words import Reader

OK, FAILED, REFUSED, INTERRUPTED = 0, 1, 4, 130
_GRACE = 1  # seconds for what is being answered when the server stops; its companion may have taken one already
_LOOK = 5.0  # seconds between two looks at the certificate's files


class Companion(Protocol_):
    """What runs beside the server and speaks to it over loopback: its pager."""

    async def start(self, tokens: Tokens, url: str) -> None:
        """Called once the server listens there. May raise `StoreTrouble`."""
        ...

    def stop(self) -> None:
        """Called before the server stops, in a thread; it takes a second at most."""
        ...


class Serving(msgspec.Struct, frozen=True):
    """What to serve, and where. `proxies`: addresses whose X-Forwarded-For is believed, where it is behind one.

    `listening` is told the URL once it does; `say` gets the sentence when it cannot.
    """

    store: Store
    host: str = "127.0.0.1"
    port: int = 8465
    cert: str = ""
    key: str = ""
    behind_proxy: bool = False
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    options: Options = Options()
    listening: Callable[[str], None] = lambda url: None
    say: Callable[[str], None] = lambda sentence: print(sentence, file=sys.stderr)
    journal: Journal | None = None
    companion: Companion | None = None
    senders: Mapping[str, Hook] | None = None  # of alerts
    readers: Mapping[str, Reader] | None = None  # of the messages that some of them mark


def serve(serving: Serving) -> int:
    """Serves until it is told to stop; the exit code of the process."""
    if why := refusal(serving.host, bool(serving.cert), serving.behind_proxy):
        serving.say(why)
        return REFUSED
    try:
        certificate = Certificate(serving.cert, serving.key) if serving.cert else None
        listening = bound(serving.host, serving.port)
    except (Unreadable, Unbound) as wrong:
        serving.say(str(wrong))
        return FAILED if isinstance(wrong, Unbound) else REFUSED
    more_files()
    with listening:
        return asyncio.run(_serve(serving, listening, certificate))


async def _serve(serving: Serving, listening: socket, certificate: Certificate | None) -> int:
    journal = serving.journal or Journal()
    asyncio.get_running_loop().set_exception_handler(journal.of_loop)
    try:
        await serving.store.open()
        options = msgspec.structs.replace(serving.options, behind_proxy=serving.behind_proxy)
        made = application(serving.store, options, journal, serving.senders, serving.readers)
        server = Server(made, serving, certificate)
        await server.serve([listening])
    except StoreTrouble as trouble:
        serving.say(str(trouble))
        return REFUSED
    finally:
        await serving.store.close()
        journal.close()
    return INTERRUPTED if server.stopped_by == signal.SIGINT else OK


class Server(uvicorn.Server):
    """uvicorn's, with sockets and certificates of our own, and an end that waits for nobody."""

    def __init__(self, made: Application, serving: Serving, certificate: Certificate | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                cast(Any, made.door),
                http="httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                log_level="critical",  # what it would log holds paths and addresses; see `journal`
                access_log=False,
                server_header=False,
                proxy_headers=serving.behind_proxy,
                forwarded_allow_ips=list(serving.proxies),
                timeout_keep_alive=int(made.house.options.idle),
                timeout_graceful_shutdown=_GRACE,
                backlog=BACKLOG,
            )
        )
        self.house, self._serving, self._certificate = made.house, serving, certificate
        self.stopped_by: int | None = None
        self._looked = 0.0

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise StoreTrouble("The server could not start; its log says why.")
        loop = asyncio.get_running_loop()
        state, options = self.lifespan.state, self.house.options
        make = partial(Protocol, self.config, self.server_state, state, options=options)
        context = self._certificate.context if self._certificate else None
        encrypted = context is not None
        self.servers = [
            await loop.create_server(
                make,
                sock=each,
                ssl=context,
                backlog=BACKLOG,
                ssl_handshake_timeout=options.headers if encrypted else None,
                ssl_shutdown_timeout=1.0 if encrypted else None,
            )
            for each in sockets or []
        ]
        self.started = True
        for each in sockets or []:
            self._serving.listening(url(each, self._serving.host, encrypted))
        if self._serving.companion is not None:
            inside = bound("127.0.0.1", 0)
            self.servers.append(await loop.create_server(make, sock=inside, backlog=BACKLOG))
            await self._serving.companion.start(self.house.tokens, url(inside, "127.0.0.1", encrypted=False))

    async def on_tick(self, counter: int) -> bool:
        now = asyncio.get_running_loop().time()
        if counter % 10 == 0:
            close_late(self.server_state, now)
        if now - self._looked >= _LOOK:
            self._looked = now
            if self._certificate is not None and self._certificate.changed():
                self._renew()
        return await super().on_tick(counter)

    def _renew(self) -> None:
        if self._certificate is None:
            return
        try:
            self._certificate.renew()
        except Unreadable as wrong:
            self.house.journal.say("certificate", f"{wrong} The old one stays in use.")
        else:
            self.house.journal.say("certificate", "It was read again.")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        if self._serving.companion is not None:
            await asyncio.to_thread(self._serving.companion.stop)
        # Before uvicorn waits for what is being answered: a stream would be answered forever.
        self.house.end_streams()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Instead of uvicorn's, which raises the signal again at the end, so that there is no exit code."""
        loop = asyncio.get_running_loop()
        taken = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._hang_up}
        try:
            for number, act in taken.items():
                loop.add_signal_handler(number, act, number)
        except (RuntimeError, ValueError):
            taken = {}  # not in the main thread: whoever runs it there stops it by `should_exit`
        try:
            yield
        finally:
            for number in taken:
                loop.remove_signal_handler(number)

    def _stop(self, number: int) -> None:
        self.force_exit = self.should_exit  # the second time nobody is waited for
        self.should_exit = True
        self.stopped_by = number

    def _hang_up(self, number: int) -> None:
        self._renew()


__all__ = ["Server", "Serving", "serve"]
