"""A server that is killed while facts are pushed: nothing that it acknowledged is lost, and nothing is there twice."""

import random
import time
from collections import Counter
from pathlib import Path
from threading import Event, Thread

import httpx
import msgspec
import pytest

from facts import Desk, declared
from server_kit import INC, Facts, InProcess, facts_of, in_store
from warroom.core import codec
from warroom.core.acts.entries import Log
from warroom.sync.wire import Fact

_fact = msgspec.json.Decoder(Fact)
BATCH = 3


class Writer:
    """Writes one replica's chain and pushes it in small parts; what was not answered is sent again as it was."""

    def __init__(self, server: InProcess, number: int) -> None:
        self.server, self.number = server, number
        self.desk = Desk(rep=f"REPLICA{number:03}", name=f"writer {number}")
        self.desk.replay.receive(SEED.state.facts)
        self.acknowledged: list[str] = []
        self.odd: list[str] = []
        self.over = Event()
        self.thread = Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        part: Facts = []
        while part or not self.over.is_set():
            part = part or self._written()
            try:
                answer = self.server.push(part)
            except httpx.HTTPError:
                time.sleep(0.01)
                continue
            if answer.status_code != 200:
                self.odd += [f"{answer.status_code} {answer.text}"] if answer.status_code != 503 else []
                continue
            said = [result["status"] for result in answer.json()["results"]]
            self.odd += [status for status in said if status not in ("ok", "duplicate")]
            self.acknowledged += [hash for _, hash in part]
            part = []

    def _written(self) -> Facts:
        made = [event for n in range(BATCH) for event in self.desk.do(Log(text=f"writer {self.number}, line {n}"))]
        return [(codec.encode(event)[0], event.hash) for event in made]


SEED = declared()


def _killed(folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    server = InProcess(str(folder / "server"))
    try:
        server.create()
        assert set(server.results(facts_of(SEED))) == {"ok"}
        writers = [Writer(server, number) for number in range(4)]
        for writer in writers:
            writer.thread.start()
        for _ in range(kills):
            before = sum(len(writer.acknowledged) for writer in writers)
            while sum(len(writer.acknowledged) for writer in writers) == before:
                time.sleep(0.002)  # each kill meets pushes
            time.sleep(chance.uniform(0.0, 0.1))
            server.kill()
            server.start()
        for writer in writers:
            writer.over.set()
        for writer in writers:
            writer.thread.join(120)
            assert not writer.thread.is_alive()
            assert writer.odd == []
        acknowledged = [hash for writer in writers for hash in writer.acknowledged]
        _all_there_once(server.facts(), acknowledged)
    finally:
        server.kill()
    kept = in_store(server.folder, lambda store: store.read_after(INC, 0, 1_000_000))
    _all_there_once([row.data for row in kept], acknowledged)


def _all_there_once(rows: list[bytes], acknowledged: list[str]) -> None:
    there = Counter(_fact.decode(row).h for row in rows)
    assert [hash for hash in acknowledged if hash not in there] == []
    assert [hash for hash, times in there.items() if times > 1] == []


def test_a_server_that_is_killed_while_facts_are_pushed_loses_none_and_has_none_twice(tmp_path: Path) -> None:
    _killed(tmp_path, kills=5, seed=1)


@pytest.mark.torture
def test_three_hundred_kills_during_pushes(tmp_path: Path) -> None:
    _killed(tmp_path, kills=300, seed=2)
