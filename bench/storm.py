"""What a storm of alerts does to the timeline: a fact's way to another terminal while 100,000 alerts come in."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from warroom.core.acts.entries import Log as LogEntry
from warroom.core.values import By
from warroom.room.room import Room
from warroom.store import folder, replica
from warroom.store.log import Log
from warroom.store.watch import Watcher

from .capacity import rss, serving, token
from .corpus import SENTENCE, WARROOM, Corpus
from .row import Row

ALERTS, SECONDS = 100_000, 60
SENDER = os.path.join(os.path.dirname(__file__), "apps", "storm_sender.py")
PAUSE_S = 0.03


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    seconds = 15 if quick else SECONDS
    alerts = ALERTS * seconds // SECONDS
    with TemporaryDirectory() as home, serving(home) as (process, url, _):
        secret = token(home)
        with _terminals(url, secret) as write:
            # Before and after: a machine that has other things to do has them in both.
            half = 100 if quick else 300
            quiet = [write() for _ in range(half)]
            before = rss(process.pid)
            stormy, said = _in_a_storm(url, secret, alerts, seconds, write)
            grown = rss(process.pid) - before
            quiet += [write() for _ in range(half)]
    assert set(said["statuses"]) == {"204"}, said
    note = (
        f"median {median(stormy) * 1e3:.2f} ms, p95 {_p95(stormy) * 1e3:.1f}; quiet {median(quiet) * 1e3:.2f}, "
        f"p95 {_p95(quiet) * 1e3:.1f}; {alerts:,} alerts in {said['seconds']:.0f} s, {grown / 2**20:+.0f} MiB"
    )
    yield Row("fact → another terminal in a storm of alerts × quiet", median(stormy) / median(quiet), 2.0, 1.5, note)
    yield Row("time that the storm's alerts took × that in which they fell", said["seconds"] / seconds, 1.1, 1.05)


def _p95(took: list[float]) -> float:
    return quantiles(took, n=20)[-1]


@contextmanager
def _terminals(url: str, secret: str) -> Iterator[Callable[[], float]]:
    """Two that exchange facts. What it gives writes one fact here; the seconds until it is durable there."""
    with TemporaryDirectory() as here, TemporaryDirectory() as there:
        for home in (here, there):
            _warroom(home, secret, "join", url)
        _warroom(here, secret, "declare", "Checkout returns 500s", "-s", "SEV2")
        live = [
            subprocess.Popen([WARROOM, "sync", "--live"], env=_env(home, secret), stdout=subprocess.DEVNULL)
            for home in (here, there)
        ]
        try:
            yield _writes(_incident(here), _incident(there), replica.current(here))
        finally:
            for process in live:
                process.terminate()
                process.wait()


def _incident(home: str) -> str:
    """The path of its only one, once it is there."""
    until = time.monotonic() + 30
    while not (found := folder.entries(os.path.join(home, "incidents"))):
        assert time.monotonic() < until, "the incident did not come"
        time.sleep(0.05)
    return found[0].path


def _writes(near: str, there: str, rep: str) -> Callable[[], float]:
    room = Room(Log.open(near, rep), By("ana"), lambda: time.time_ns() // 10**6)
    room.load()
    far, watcher = Log.open(there, "", read_only=True), Watcher(there)
    far.load()
    time.sleep(1.0)

    def write() -> float:
        time.sleep(PAUSE_S)
        far.follow()
        began = time.perf_counter()
        outcome = room.do(LogEntry(text=SENTENCE))
        assert isinstance(outcome, list), outcome
        while not any(event.id == outcome[0].id for event in far.follow() or ()):
            watcher.wait(5.0)
        return time.perf_counter() - began

    return write


def _in_a_storm(
    url: str, secret: str, alerts: int, seconds: int, write: Callable[[], float]
) -> tuple[list[float], dict[str, float]]:
    """The same from the storm's first delivery to its last, and what its sender says of it."""
    words = [sys.executable, SENDER, url.rpartition(":")[2], str(alerts), str(seconds)]
    sender = subprocess.Popen(
        words, env={**os.environ, "WARROOM_TOKEN": secret}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert sender.stdin is not None
    assert sender.stdout is not None
    assert sender.stdout.readline() == "ready\n"
    sender.stdin.write("go\n")
    sender.stdin.close()
    until = time.monotonic() + seconds
    took = []
    while time.monotonic() < until and sender.poll() is None:
        took.append(write())
    said = json.loads(sender.stdout.readline())
    sender.wait()
    sender.stdout.close()
    return took, said


def _env(home: str, secret: str) -> dict[str, str]:
    own = {"WARROOM_HOME": home, "WARROOM_TOKEN": secret, "WARROOM_SYNC": "off", "WARROOM_WATCH": "off"}
    return {**os.environ, **own, "WARROOM_ACTOR": "ana"}


def _warroom(home: str, secret: str, *words: str) -> None:
    subprocess.run([WARROOM, *words], env=_env(home, secret), check=True, capture_output=True)
