"""Peers that send whatever they like: nobody else notices, nothing is lost, and it is no mistake of the server's."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from facts import Desk, declared
from server_kit import INC, OTHER, Facts, InProcess, facts_of, pushed
from warroom.core import codec
from warroom.core.acts.entries import Log
from warroom.core.order import Replay
from warroom.sync.wire import Fact

FUZZED = 20_000
BATCH = 200
_fact = msgspec.json.Decoder(Fact)
_any = msgspec.json.Decoder()


class Forger:
    """Facts that are nearly right, from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rounds = 0

    def batch(self) -> Facts:
        """A chain of its own that begins well, and in which one fact after the other is tampered with."""
        self.rounds += 1
        desk = Desk(rep=f"FORGED{self.rounds:04}", name="mallory")
        desk.replay.receive(SEED.state.facts)
        for line in range(BATCH):
            desk.do(Log(text=f"line {line}"))
        facts = facts_of(desk)
        keep = self.chance.randrange(0, BATCH)
        return [fact if n < keep else self.forged(*fact, facts) for n, fact in enumerate(facts)]

    def forged(self, data: bytes, hash: str, others: Facts) -> tuple[bytes, str]:
        kind = self.chance.randrange(12)
        tree = _any.decode(data)
        if kind == 0:  # bytes that are another's
            at = self.chance.randrange(len(data))
            return data[:at] + bytes([self.chance.randrange(32, 127)]) + data[at + 1 :], hash
        if kind == 1:
            return data, others[self.chance.randrange(len(others))][1]
        if kind == 2:
            tree["lam"] = self.chance.choice((2**53 - 1, 2**53 - 2, 2**52, 0, -1, 10_000_000))
        elif kind == 3:
            tree["seq"] = self.chance.choice((0, -1, 1, 2, 2**53 - 1, tree["seq"] + 1))
        elif kind == 4:
            tree["prev"] = self.chance.choice(("", "0" * 64, hash, "x"))
        elif kind == 5:
            tree["id"] = self.chance.choice((TAKEN, "", "../../etc/passwd", "a" * 500, "id\u202e"))
        elif kind == 6:
            tree["inc"] = self.chance.choice((OTHER, "", INC.lower()))
        elif kind == 7:
            tree["at"] = self.chance.choice(({"t": -1}, {"t": 2**53 - 1}, {"t": 1, "to": -5}))
        elif kind == 8:
            tree["body"] = self.nested(self.chance.choice((3, 15, 17, 400)))
        elif kind == 9:
            tree["type"] = self.chance.choice(("drill.started", "incident.declared", "no.such.kind", "fact.redacted"))
        elif kind == 10:
            tree["salt"] = self.chance.choice(("", "short", "z" * 32))
        else:
            tree["rep"] = self.chance.choice((SEED.rep, "", "a b", "*", "R" * 300))
        return self.sealed(tree)

    def nested(self, depth: int) -> object:
        found: object = "core"
        for _ in range(depth):
            found = {"a": [found]}
        return found

    @staticmethod
    def sealed(tree: object) -> tuple[bytes, str]:
        """With a hash that fits, where there is one."""
        data = codec.canonical(tree)
        try:
            return data, codec.hash_of(data)
        except codec.Bad:
            return data, "0" * 64


SEED = declared()
TAKEN = next(iter(SEED.state.facts)).id


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InProcess]:
    made = InProcess(str(tmp_path / "server"))
    assert made.create().status_code == 201
    assert made.create(OTHER).status_code == 201
    assert set(made.results(facts_of(SEED))) == {"ok"}
    yield made
    made.kill()


def memory(server: InProcess) -> int:
    """What the process holds, in MiB."""
    assert server.process is not None
    with open(f"/proc/{server.process.pid}/status") as file:
        said = next(line for line in file if line.startswith("VmRSS"))
    return int(said.split()[1]) // 1024


def test_twenty_thousand_forged_facts_change_nothing_of_anybody_elses(server: InProcess) -> None:
    forger, statuses = Forger(7), Counter[int]()
    results: Counter[str] = Counter()
    honest = Desk(rep="HONEST0001", name="ana")
    honest.replay.receive(SEED.state.facts)
    with httpx.Client(timeout=20, headers={"Authorization": f"Bearer {server.token}"}) as client:
        for round in range(FUZZED // BATCH):
            facts = forger.batch()
            answer = client.post(f"{server.url}/v1/incidents/{INC}/events", content=pushed(facts))
            statuses[answer.status_code] += 1
            if answer.status_code == 200:
                results.update(each["status"] for each in answer.json()["results"])
            if round % 10 == 0:
                mine = [(codec.encode(event)[0], event.hash) for event in honest.do(Log(text=f"honest {round}"))]
                assert server.results(mine) == ["ok"]
            if round == 20:
                before = memory(server)
    assert statuses.keys() <= {200, 400}, statuses
    assert results.keys() - {"duplicate"} == {"ok", "gap", "fork", "invalid"}, results
    assert memory(server) - before < 100  # what was kept, and nothing of what was refused
    rows = [_fact.decode(row) for row in server.facts()]
    state = Replay().receive(codec.accept(bytes(row.e), row.h) for row in rows)
    assert state.title == SEED.state.title
    for event in (*SEED.state.facts, *(e for e in honest.state.facts if e.rep == honest.rep)):
        there = state.facts.get(event.id)
        assert there is not None
        assert there.body == event.body
    heads: dict[str, tuple[int, str]] = {}
    for row in rows:  # every chain is whole
        event = codec.decode(row.e, row.h)
        seq, prev = heads.get(event.rep, (0, ""))
        assert (event.seq, event.prev) == (seq + 1, prev)
        heads[event.rep] = (event.seq, row.h)
    server.kill()
    server.start()
    assert len(server.facts()) == len(rows)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 1000,
        b"[" * 100_000,
        b'{"events":' + b"[" * 100_000,
        b'{"events":[{"e":{},"h":""}]}',
        b'{"events":[{"e":NaN,"h":""}]}',
        b'{"events":[{"e":"\\ud800","h":"\\ud800"}]}',
        b'{"events":[' + b",".join([b'{"e":1,"h":"x"}'] * 201) + b"]}",
        b'{"events":[{"e":{"a":1,"a":2},"h":"' + b"0" * 64 + b'"}]}',
    ],
)
def test_a_body_that_is_no_push_is_a_plain_refusal(server: InProcess, body: bytes) -> None:
    answer = server.ask("POST", f"/v1/incidents/{INC}/events", body)
    assert answer.status_code in (200, 400, 413)
    if answer.status_code == 200:
        assert {each["status"] for each in answer.json()["results"]} == {"invalid"}
    assert len(server.facts()) == len(facts_of(SEED))
