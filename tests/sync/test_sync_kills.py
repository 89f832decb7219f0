"""`kill -9` of what exchanges facts, and of the server, at any moment: nothing is lost, nothing is doubled."""

import os
import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from sync_kit import Home, until
from warroom.core.events import Event
from warroom.room import syncing
from warroom.store.log import Log

from server_kit import InProcess  # isort: skip  # found by the kit above


class Scene:
    """Two folders and a server, in which somebody writes while processes are killed. `known`: ids that were printed."""

    def __init__(self, server: InProcess, ana: Home, ivo: Home, seed: int) -> None:
        self.server, self.homes, self.dice = server, (ana, ivo), random.Random(seed)
        self.known: set[str] = set()
        ana.declare()
        for each in self.homes:
            each.join(server.url, server.make_token(each.name))
            until(each.incidents, f"{each.name} has it")

    def round(self, number: int, also_the_server: bool) -> None:
        """Everybody writes, and something is killed meanwhile."""
        running = [self._start(each) for each in self.homes]
        writers = [self._writer(each, number) for each in self.homes]
        time.sleep(self.dice.random() * 0.7)
        victim = self.dice.choice(running)
        if also_the_server and self.dice.random() < 0.4:
            self.server.kill()
            self.server.start()
        victim.kill()
        for writer in writers:
            said, _ = writer.communicate(timeout=60)
            self.known |= set(said.decode().split("\n")[:-1])
        time.sleep(self.dice.random() * 0.3)
        for each in running:
            each.kill()
            each.wait(20)

    def check(self) -> None:
        """Once all have met, every id that was printed is there once, everywhere."""
        for _ in range(3):
            for each in self.homes:
                assert each("sync").code in (0, 5)
        for each in self.homes:
            assert each.ok("sync").code == 0
        held = [Counter(event.id for event in _events(each)) for each in self.homes]
        (inc,) = self.homes[0].incidents()
        there = Counter(msgspec.json.decode(each)["e"]["id"] for each in self.server.facts(inc))
        for ids in (*held, there):
            assert self.known - set(ids) == set()
            assert max(ids.values()) == 1
        assert held[0] == held[1] == there
        for each in self.homes:
            each.ok("verify")
            assert not list((each.folder / "incidents").glob("*.torn*"))

    def _start(self, home: Home) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            home.command("sync", "--live", "--take"),
            env=home.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _writer(self, home: Home, number: int) -> "subprocess.Popen[bytes]":
        lines = "".join(f"{home.name} {number} {n}\n" for n in range(self.dice.randrange(20, 120)))
        writer = subprocess.Popen(
            home.command("log", "-"),
            env=home.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert writer.stdin is not None
        os.set_blocking(writer.stdin.fileno(), True)
        writer.stdin.write(lines.encode())
        writer.stdin.flush()
        return writer


def _events(home: Home) -> list[Event]:
    with Log.open(home.path, "", read_only=True) as log:
        return log.load()


def test_kills_of_what_exchanges_facts_lose_and_double_nothing(process: InProcess, ana: Home, ivo: Home) -> None:
    scene = Scene(process, ana, ivo, seed=1)
    for number in range(6):
        scene.round(number, also_the_server=number % 2 == 1)
    scene.check()
    assert len(scene.known) > 200


def test_one_that_was_killed_leaves_nothing_that_stops_the_next(process: InProcess, ana: Home) -> None:
    ana.declare()
    ana.join(process.url, process.make_token("ana"))
    for number in range(3):
        running = ana.live()
        ana.ok("log", f"turn {number}")
        running.kill()
        running.wait(20)
        assert syncing.running(ana.data) is None
    ana.live()
    (inc,) = ana.incidents()
    until(lambda: b"turn 2" in b"".join(process.facts(inc)), "the server has it")
    left = [path.name for path in Path(ana.folder / "incidents").iterdir() if path.name.endswith(".new")]
    assert len(left) <= 3


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_kills_lose_and_double_nothing(process: InProcess, ana: Home, ivo: Home, seed: int) -> None:
    scene = Scene(process, ana, ivo, seed)
    for number in range(50):
        scene.round(number, also_the_server=True)
        if number % 10 == 9:
            scene.check()
    scene.check()
