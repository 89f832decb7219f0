"""A real server on a free port of this machine: in a thread of the test, or as a process that can be killed.

Everything is asked through real sockets.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import cached_property
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, TypeVar

import httpx
import msgspec

from facts import Desk, declared
from warroom.core import codec
from warroom.core.acts.entries import Log
from warroom.core.values import Ms, incident_id
from warroom.room.process import more_files
from warroom.server.app import Application, application
from warroom.server.binding import bound, url
from warroom.server.certificate import Certificate
from warroom.server.journal import Journal
from warroom.server.options import Options
from warroom.server.run import Server, Serving
from warroom.server.stores.base import Store
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import Token, Tokens
from warroom.sync.wire import Grant, fact_bytes

SURELY_S = 20.0
INC = incident_id(bytes(range(16)), drill=False)  # that of tests/facts.py
OTHER = incident_id(bytes(range(1, 17)), drill=False)
DRILL = incident_id(bytes(range(16)), drill=True)
PROGRAM = Path(__file__).resolve().with_name("serving.py")

T = TypeVar("T")
Facts = list[tuple[bytes, str]]


class Asking:
    """How a server is asked. `token` is the secret that goes along unless another does."""

    url: str
    folder: str
    token: str = ""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def ask(self, method: str, path: str, body: object = None, token: str | None = None, **more: Any) -> httpx.Response:
        """One request. A body that is no bytes goes as JSON."""
        secret = self.token if token is None else token
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        headers |= more.pop("headers", {})
        content = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        return self.client.request(method, self.url + path, content=content, headers=headers, **more)

    @cached_property
    def client(self) -> httpx.Client:
        return httpx.Client(timeout=SURELY_S)

    def create(self, inc: str = INC, restricted: bool = False, token: str | None = None) -> httpx.Response:
        return self.ask("PUT", f"/v1/incidents/{inc}", {"restricted": restricted}, token)

    def push(self, facts: Facts, inc: str = INC, token: str | None = None) -> httpx.Response:
        return self.ask("POST", f"/v1/incidents/{inc}/events", pushed(facts), token)

    def results(self, facts: Facts, inc: str = INC) -> list[str]:
        """What became of each of these facts."""
        answer = self.push(facts, inc)
        assert answer.status_code == 200, answer.text
        return [result["status"] for result in answer.json()["results"]]

    def facts(self, inc: str = INC, after: str = "", **query: Any) -> list[bytes]:
        """Everything that the server has of an incident, as it gives it away."""
        found: list[bytes] = []
        while True:
            answer = self.ask("GET", f"/v1/incidents/{inc}/events", params={"after": after, **query})
            assert answer.status_code == 200, answer.text
            page = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
            found += [bytes(each) for each in msgspec.json.decode(page["events"], type=list[msgspec.Raw])]
            after = msgspec.json.decode(page["cursor"], type=str)
            if bytes(page["more"]) == b"false":
                return found

    def make_token(self, name: str, grant: Grant = "respond", incidents: tuple[str, ...] = (), **more: Any) -> str:
        """A new token's secret, made beside the running server, as a command makes it."""
        return self.made_token(name, grant, incidents, **more)[1]

    def made_token(
        self, name: str, grant: Grant = "respond", incidents: tuple[str, ...] = (), expires: Ms | None = None
    ) -> tuple[Token, str]:
        return in_store(self.folder, lambda store: Tokens(store).create(name, grant, incidents, expires))

    def revoke(self, id: str) -> bool:
        return in_store(self.folder, lambda store: Tokens(store).revoke(id))

    def connection(self) -> socket.socket:
        """A bare connection, for whoever does not keep to the rules."""
        made = socket.create_connection(("127.0.0.1", self.port), SURELY_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def head(self, method: str, path: str, *more: str) -> bytes:
        """A request's head, as bytes, with this server's token."""
        rows = (f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {self.token}", *more)
        return "".join(f"{row}\r\n" for row in rows).encode() + b"\r\n"

    @contextmanager
    def live(self, path: str = "/v1/live", token: str | None = None, **more: Any) -> Iterator["Live"]:
        """An open stream."""
        secret = self.token if token is None else token
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        headers |= more.pop("headers", {})
        with (
            httpx.Client(timeout=SURELY_S) as client,
            client.stream("GET", self.url + path, headers=headers, **more) as answer,
        ):
            yield Live(answer)


class Live:
    """A stream's frames, one after the other."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = self._split()

    def _split(self) -> Iterator[str]:
        """httpx's own lines end at U+2028 too, which a fact may hold as it is."""
        rest = b""
        for part in self.answer.iter_bytes():
            *lines, rest = (rest + part).split(b"\n")
            yield from (line.decode() for line in lines)

    def frame(self, comments: bool = False) -> dict[str, str] | None:
        """The next frame by field (a comment under ""); None once the stream is over."""
        fields: dict[str, str] = {}
        late = monotonic() + SURELY_S
        for line in self._lines:
            assert monotonic() < late, "nothing but signs of life"
            if line:
                name, _, value = line.partition(": ") if not line.startswith(":") else ("", "", line[1:].strip())
                fields[name] = value
            elif fields and (comments or "" not in fields):
                return fields
            else:
                fields = {}
        return None

    def next(self, event: str) -> dict[str, Any]:
        """What the next frame of this kind says."""
        while (frame := self.frame()) is not None:
            if frame.get("event") == event:
                return {"id": frame.get("id", ""), **msgspec.json.decode(frame["data"])}
        raise AssertionError(f"the stream ended before a frame {event!r}")


class InThread(Asking):
    """A server in a thread of this process; `made` is its application, `log` what it has written."""

    def __init__(
        self,
        folder: str,
        options: Options | None = None,
        store: Store | None = None,
        certificate: Certificate | None = None,
        **serving: Any,
    ) -> None:
        more_files()
        self.folder = folder
        self.log = StringIO()
        self._options, self._certificate = options or Options(), certificate
        self._socket = bound("127.0.0.1", 0)
        self.url = url(self._socket, "127.0.0.1", certificate is not None)
        self.store: Store = store or EmbeddedStore(folder)
        self._serving = Serving(self.store, **serving)
        self._ready = Event()
        self.made: Application
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(SURELY_S), "the server did not start"
        self.token = self.make_token(f"root {self.port}", "administer")

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.store.open()
        self.made = application(self.store, self._options, Journal(self.log))
        self.server = Server(self.made, self._serving, self._certificate)
        self._loop.call_soon(self._ready.set)
        await self.server.serve([self._socket])
        await self.store.close()

    def logged(self, text: str = "") -> str:
        """The log, once this is in it."""
        until(lambda: self.made.house.journal.flush() or text in self.log.getvalue())
        return self.log.getvalue()

    def run(self, act: Coroutine[Any, Any, T]) -> T:
        """What `act` gives in the server's loop."""
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(SURELY_S)

    def call(self, act: Callable[[], T]) -> T:
        """`act` in the server's loop."""

        async def run() -> T:
            return act()

        return self.run(run())

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(SURELY_S)
        assert not self._thread.is_alive(), "the server did not stop"
        self.made.house.journal.flush()


class InProcess(Asking):
    """A server in a process of its own, on one port and one folder however often it is started again."""

    program = PROGRAM

    def __init__(self, folder: str, port: int = 0) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port or free_port()}"
        self.log = os.path.join(os.path.dirname(folder), "server.log")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()
        self.token = self.make_token("root", "administer")

    def start(self) -> None:
        """Returns once it answers."""
        # The log: a pipe that nobody reads would be one more thing that can go wrong.
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(self.program), self.folder, str(self.port)], stdout=subprocess.PIPE, stderr=log
            )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said.strip() == self.url.encode(), (said, Path(self.log).read_text())

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        code = self.process.wait(SURELY_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code


def in_store(folder: str, act: Callable[[EmbeddedStore], Awaitable[T]]) -> T:
    """What `act` gives on the store in `folder`, beside the server that has it open."""

    async def run() -> T:
        store = EmbeddedStore(folder)
        await store.open()
        try:
            return await act(store)
        finally:
            await store.close()

    return asyncio.run(run())


def until(so: Callable[[], object]) -> None:
    """Waits until it is so."""
    late = monotonic() + SURELY_S
    while not so():
        assert monotonic() < late, "it did not come to that"
        sleep(0.01)


async def settled(so: Callable[[], object]) -> None:
    """The same inside an event loop."""
    for _ in range(2_000):
        if so():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to that")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def facts_of(desk: Desk, after: int = 0) -> Facts:
    """What this desk wrote, as it is pushed."""
    mine = sorted((e for e in desk.state.facts if e.rep == desk.rep and e.seq > after), key=lambda e: e.seq)
    return [(codec.encode(event)[0], event.hash) for event in mine]


def written(entries: int = 3) -> Desk:
    """A desk that has declared, and written some entries."""
    desk = declared()
    for number in range(entries):
        desk.do(Log(text=f"line {number} · ünïcode [bold]\u2028 \x1b[31m"))
    return desk


def pushed(facts: Facts) -> bytes:
    """The body of a push."""
    return b'{"events":[%b]}' % b",".join(fact_bytes(data, hash) for data, hash in facts)


def read_answer(line: socket.socket) -> bytes:
    """Everything until the other side hangs up."""
    parts = []
    try:
        while part := line.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def status_of(answer: bytes) -> int:
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert match, answer[:100]
    return int(match[1])


def well(line: socket.socket) -> bytes:
    """The answer to a look at /healthz, of a connection that goes on."""
    answer = b""
    while not answer.endswith(b"ok\n"):
        part = line.recv(65_536)
        assert part, answer
        answer += part
    return answer


def said_by(answer: bytes) -> dict[str, object]:
    return msgspec.json.decode(answer.partition(b"\r\n\r\n")[2], type=dict[str, object])


def closed(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return line.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
