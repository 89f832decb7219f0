"""What one fact costs a server that passes it on to 200 terminals, and how soon it is durable at another terminal."""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from warroom.core.acts.entries import Log as LogEntry
from warroom.core.values import By
from warroom.room.room import Room
from warroom.store import folder, replica
from warroom.store.log import Log
from warroom.store.watch import Watcher
from warroom.sync.wire import fact_bytes

from .capacity import facts, inc_of, serving, token
from .corpus import SENTENCE, WARROOM, Corpus
from .row import Row

READERS = 200
PER_S = 20
PAUSE_S = 0.03
BARE = os.path.join(os.path.dirname(__file__), "apps", "bare_stream.py")
_TICKS = os.sysconf("SC_CLK_TCK")


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    seconds = 5 if quick else 20
    with _bare() as (bare_pid, bare):
        bare_rate = _deliveries(bare_pid, bare, "/live", "", _to_bare(bare), seconds)
    with TemporaryDirectory() as home, serving(home) as (process, url, _):
        secret = token(home)
        rate = _deliveries(process.pid, url, "/v1/live", secret, _to_ours(url, secret), seconds)
    with _bare() as (_, bare), TemporaryDirectory() as home, serving(home) as (_, url, _):
        there, trip = _there(url, token(home), bare, 100 if quick else 300)
    said = f"{rate:,.0f} deliveries per CPU second to {READERS} streams at {PER_S} facts/s; bare {bare_rate:,.0f}"
    yield Row("a delivery's CPU × that of a bare starlette stream", bare_rate / rate, 1 / 0.8, 1.0, said)
    said = f"median {there * 1e3:.2f} ms; a bare HTTP round trip beside each {trip * 1e3:.2f} ms"
    yield Row("terminal → server → durable there × HTTP round trip", there / trip, 5.0, 4.0, said)


@contextmanager
def _bare() -> Iterator[tuple[int, str]]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    process = subprocess.Popen([sys.executable, BARE, str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.post(f"{url}/push", content=b"{}")
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield process.pid, url
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _to_bare(url: str) -> Callable[[httpx.Client], None]:
    ((data, hash),) = facts(inc_of(1), "BENCHBENCH", 1)
    text = b'{"inc":"%b","cursor":"ABCDEFGHJK.1","fact":%b}' % (inc_of(1).encode(), fact_bytes(data, hash))
    return lambda client: _good(client.post(f"{url}/push", content=text))


def _to_ours(url: str, secret: str) -> Callable[[httpx.Client], None]:
    inc = inc_of(1)
    headers = {"Authorization": f"Bearer {secret}"}
    _good(httpx.put(f"{url}/v1/incidents/{inc}", json={}, headers=headers))
    left = iter(facts(inc, "BENCHBENCH", 2_000))

    def push(client: httpx.Client) -> None:
        body = b'{"events":[%b]}' % fact_bytes(*next(left))
        _good(client.post(f"{url}/v1/incidents/{inc}/events", content=body, headers=headers))

    return push


def _good(answer: httpx.Response) -> None:
    assert answer.is_success, answer.text


def _deliveries(
    pid: int, url: str, path: str, secret: str, push: Callable[[httpx.Client], None], seconds: int
) -> float:
    """Frames that arrived at all readers, for each second of the server's CPU."""
    port = int(url.rpartition(":")[2])
    readers = selectors.DefaultSelector()
    lines = []
    for _ in range(READERS):
        line = socket.create_connection(("127.0.0.1", port))
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\r\n".encode())
        lines.append(line)
        readers.register(line, selectors.EVENT_READ)
    _read(readers, 1.0)
    began, came, sent = _cpu(pid), 0, 0
    with httpx.Client() as client:
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            push(client)
            sent += 1
            came += _read(readers, max(0.0, 1 / PER_S - (time.monotonic() - now)))
    came += _read(readers, 0.5)
    spent = _cpu(pid) - began
    for line in lines:
        line.close()
    assert came == sent * READERS, (came, sent * READERS)
    return came / spent


def _read(readers: selectors.BaseSelector, seconds: float) -> int:
    found, until = 0, time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        for key, _ in readers.select(left):
            found += key.fileobj.recv(65_536).count(b"event: fact")  # type: ignore[union-attr]  # it is a socket
    return found


def _cpu(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        parts = file.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / _TICKS


def _there(url: str, secret: str, bare: str, times: int) -> tuple[float, float]:
    """Seconds from before a commit here until it is durable in another data folder, and of a round trip; medians.

    One of each in turn, after the same pause: nobody types so fast that caches and processors stay warm.
    """
    with TemporaryDirectory() as here, TemporaryDirectory() as there:
        for home in (here, there):
            _warroom(home, secret, "join", url)
        _warroom(here, secret, "declare", "Checkout returns 500s", "-s", "SEV2")
        live = [
            subprocess.Popen([WARROOM, "sync", "--live"], env=_env(home, secret), stdout=subprocess.DEVNULL)
            for home in (here, there)
        ]
        try:
            with httpx.Client() as client:
                return _timed(here, there, lambda: client.post(f"{bare}/push", content=b"{}"), times)
        finally:
            for process in live:
                process.terminate()
                process.wait()


def _timed(here: str, there: str, trip: Callable[[], object], times: int) -> tuple[float, float]:
    incidents = os.path.join(there, "incidents")
    until = time.monotonic() + 30
    while not folder.entries(incidents):
        assert time.monotonic() < until, "the incident did not come"
        time.sleep(0.05)
    near = os.path.join(here, "incidents")
    room = Room(
        Log.open(folder.entries(near)[0].path, replica.current(here)), By("ana"), lambda: time.time_ns() // 10**6
    )
    room.load()
    path = folder.entries(incidents)[0].path
    far, watcher = Log.open(path, "", read_only=True), Watcher(path)
    far.load()
    time.sleep(1.0)
    took, trips = [], []
    for _ in range(times):
        time.sleep(PAUSE_S)
        began = time.perf_counter()
        trip()
        trips.append(time.perf_counter() - began)
        time.sleep(PAUSE_S)
        far.follow()
        began = time.perf_counter()
        outcome = room.do(LogEntry(text=SENTENCE))
        assert isinstance(outcome, list), outcome
        wanted = outcome[0].id
        while True:
            watcher.wait(5.0)
            if any(event.id == wanted for event in far.follow() or ()):
                break
        took.append(time.perf_counter() - began)
    return median(took), median(trips)


def _env(home: str, secret: str) -> dict[str, str]:
    own = {"WARROOM_HOME": home, "WARROOM_TOKEN": secret, "WARROOM_SYNC": "off", "WARROOM_WATCH": "off"}
    return {**os.environ, **own, "WARROOM_ACTOR": "ana"}


def _warroom(home: str, secret: str, *words: str) -> None:
    subprocess.run([WARROOM, *words], env=_env(home, secret), check=True, capture_output=True)
