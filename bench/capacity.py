"""`python -m bench.capacity [--quick]`: what one server with its embedded store carries: figures for docs/deploy.md."""

import argparse
import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from statistics import median
from tempfile import TemporaryDirectory

from warroom.core import codec
from warroom.core.events import Logged
from warroom.core.events.envelope import Event
from warroom.core.values import At, By, fact_id, incident_id
from warroom.server.stores.base import Meta
from warroom.server.stores.embedded import EmbeddedStore
from warroom.sync.wire import fact_bytes

from .__main__ import machine

WRITERS = 8
NOW = 1_790_000_000_000
Facts = list[tuple[bytes, str]]


def inc_of(number: int) -> str:
    return incident_id(number.to_bytes(16, "big"), drill=False)


def facts(inc: str, rep: str, count: int, first: int = 1, prev: str = "") -> Facts:
    """Log lines of a usual length, as one replica writes them."""
    found = []
    by = By("ana", "ana", "laptop-of-ana")
    for seq in range(first, first + count):
        text = f"{seq}: checkout answers 500 to every third request, the pool of payments-db is full again"
        event = Event(
            id=fact_id(os.urandom(12)), inc=inc, rep=rep, seq=seq, lam=seq, at=At(NOW + seq), rec=NOW + seq, by=by,
            body=Logged(text), over=(), prev=prev, salt=os.urandom(16).hex(),
        )  # fmt: skip
        data, prev = codec.encode(event)
        found.append((data, prev))
    return found


@contextmanager
def serving(home: str) -> Iterator[tuple[subprocess.Popen[bytes], str, float]]:
    """The server as a process, its address, and the seconds until it listened."""
    env = {**os.environ, "WARROOM_HOME": home}
    began = time.perf_counter()
    with open(os.path.join(home, "log"), "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "warroom", "serve", "--port", "0", "--json"],
            env=env, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
    assert process.stdout is not None
    url = str(json.loads(process.stdout.readline())["url"])
    try:
        yield process, url, time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


def token(home: str, name: str = "bench") -> str:
    env = {**os.environ, "WARROOM_HOME": home}
    words = [sys.executable, "-m", "warroom", "token", "create", name, "--grant", "administer"]
    return subprocess.run(words, env=env, capture_output=True, check=True).stdout.decode().strip()


def rss(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Pushes:
    """One connection that pushes."""

    def __init__(self, url: str, secret: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"))
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes) -> bytes:
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        data = answer.read()
        while answer.status == 429:  # a token may ask so often; whoever measures waits
            time.sleep(1)
            return self.ask(method, path, body)
        assert answer.status < 300, data
        return data

    def push(self, inc: str, group: Facts) -> None:
        body = b'{"events":[%b]}' % b",".join(fact_bytes(*each) for each in group)
        results = json.loads(self.ask("POST", f"/v1/incidents/{inc}/events", body))["results"]
        assert all(each["status"] == "ok" for each in results), results


def write(url: str, secret: str, inc: str, rep: str, seconds: float, group: int, told: object) -> None:
    pushes, prepared, done, spent = Pushes(url, secret), facts(inc, rep, 200 * group), 0, []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if done >= len(prepared):
            prepared += facts(inc, rep, 200 * group, done + 1, prepared[-1][1])
        at = time.perf_counter()
        pushes.push(inc, prepared[done : done + group])
        spent.append(time.perf_counter() - at)
        done += group
    told.put((done, time.perf_counter() - began, median(spent)))  # type: ignore[attr-defined]  # a queue


def rate(home: str, incidents: int, group: int, seconds: float) -> tuple[float, float]:
    """Durable facts in a second, of all writers together, and the median push in ms."""
    secrets = [token(home, f"w{n}") for n in range(WRITERS)]  # one token may ask 200 times a second
    processes = get_context("spawn")
    with serving(home) as (_, url, _):
        for number in range(incidents):
            Pushes(url, secrets[0]).ask("PUT", f"/v1/incidents/{inc_of(number + 1)}", b"{}")
        told = processes.Queue()
        writers = [
            processes.Process(
                target=write,
                args=(url, secrets[n], inc_of(n % incidents + 1), f"w{n}", seconds, group, told),
            )
            for n in range(WRITERS)
        ]
        for each in writers:
            each.start()
        found = [told.get() for _ in writers]
        for each in writers:
            each.join()
    return sum(done / took for done, took, _ in found), median(ms for _, _, ms in found) * 1000


def raw(folder: str, seconds: float = 2.0) -> float:
    """How many appends of a fact's size this disk makes durable in a second, one after the other."""
    data, count = os.urandom(512), 0
    fd = os.open(os.path.join(folder, "raw"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        os.write(fd, data)
        os.fdatasync(fd)
        count += 1
    os.close(fd)
    return count / (time.perf_counter() - began)


def fill(home: str, incidents: int, each: int) -> None:
    """A server's folder with so many incidents of so many facts."""

    async def run() -> None:
        store = EmbeddedStore(os.path.join(home, "server"))
        await store.open()
        for number in range(incidents):
            inc = inc_of(number + 1)
            await store.put_meta(Meta(inc, NOW))
            written = facts(inc, "w0", each)
            for first in range(0, each, 200):
                await store.append_expected(inc, written[first : first + 200], "")
        await store.close()

    asyncio.run(run())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter, with fewer incidents")
    seconds, many = (3.0, 100) if parser.parse_args().quick else (10.0, 1000)
    with TemporaryDirectory() as folder:
        print(machine(folder))
        print(f"load average {os.getloadavg()[0]:.1f}; write+fdatasync, one after the other: {raw(folder):.0f}/s")
    for incidents, group, words in (
        (8, 1, "8 incidents"),
        (1, 1, "one incident"),
        (8, 50, "8 incidents, 50 in a push"),
    ):
        with TemporaryDirectory() as home:
            per_second, ms = rate(home, incidents, group, seconds)
            print(f"8 writers, {words}: {per_second:.0f} durable facts/s, median push {ms:.1f} ms")
    with TemporaryDirectory() as home:
        fill(home, many, 20)
        with serving(home) as (process, url, took):
            print(f"start with {many} incidents of 20 facts: {took:.2f} s, {rss(process.pid) >> 20} MiB")
    with TemporaryDirectory() as home:
        fill(home, 50, 1000)
        secret = token(home)
        with serving(home) as (process, url, took):
            before = rss(process.pid)
            asks = Pushes(url, secret)
            for number in range(50):
                asks.ask("GET", f"/v1/incidents/{inc_of(number + 1)}/heads", b"")
            after = rss(process.pid)
            print(f"start with 50 incidents of 1,000 facts: {took:.2f} s, {before >> 20} MiB; ", end="")
            print(f"{(after - before) / 50 / 1024:.0f} KiB for each that was asked for")


if __name__ == "__main__":
    main()
