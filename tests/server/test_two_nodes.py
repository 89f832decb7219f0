"""Two real API nodes on one real NATS: who is here is known at both, and an epoch that one renews is told by both."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import nats
import pytest

from nats_kit import ADMIN, API, Cluster
from server_kit import INC, SURELY_S, Asking, InThread, facts_of, free_port, until, written
from warroom.core.values import Ms, incident_id
from warroom.server import presence
from warroom.server.options import Options
from warroom.server.stores.jetstream import JetStreamStore
from warroom.server.tokens import Token, Tokens
from warroom.sync.wire import Grant

EVENTS = f"/v1/incidents/{INC}/events"
PRESENCE = f"/v1/incidents/{INC}/presence"
ANA, IVO = {"who": "ana", "host": "a", "rep": "r1"}, {"who": "ivo", "host": "b", "rep": "r2"}


class Node(InThread):
    """An API node in a thread; its tokens stand in the cluster."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        super().__init__(str(folder), Options(tick=0.05), JetStreamStore(cluster.settings()))

    def made_token(
        self, name: str, grant: Grant = "respond", incidents: tuple[str, ...] = (), expires: Ms | None = None
    ) -> tuple[Token, str]:
        return self.run(Tokens(self.store).create(name, grant, incidents, expires))

    def here(self) -> list[str]:
        rooms, now = self.made.house.rooms, self.made.house.now()
        return self.call(lambda: [each.who for each in rooms.here(INC, now)])


class Away(Asking):
    """An API node as a process of its own, which can be killed."""

    def __init__(self, home: Path, cluster: Cluster, token: str) -> None:
        port = free_port()
        self.url, self.token = f"http://127.0.0.1:{port}", token
        node = cluster.nodes[0]
        env = os.environ | {
            "WARROOM_HOME": str(home), "WARROOM_WATCH": "off", "WARROOM_SYNC": "off",
            "WARROOM_NATS_MONITORS": node.monitor, "WARROOM_NATS_USER": API[0], "WARROOM_NATS_PASSWORD": API[1],
            "WARROOM_NATS_ERASE_USER": ADMIN[0], "WARROOM_NATS_ERASE_PASSWORD": ADMIN[1],
        }  # fmt: skip
        words = ("serve", "--store", node.server, "--port", str(port))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "warroom", *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers)

    def _answers(self) -> bool:
        assert self.process.poll() is None
        with suppress(Exception):
            return self.client.get(self.url + "/readyz").status_code == 200
        return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(SURELY_S)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    alone = Cluster(tmp_path_factory.mktemp("nats"), 1, presence=True)
    alone.start()
    yield alone
    alone.kill()


@pytest.fixture
def nodes(cluster: Cluster, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    one, other = Node(tmp_path / "one", cluster), Node(tmp_path / "other", cluster)
    one.create()
    until(lambda: other.ask("GET", f"/v1/incidents/{INC}").status_code == 200)
    other.run(other.made.house.hub.refresh())
    yield one, other
    one.stop()
    other.stop()


def told(cluster: Cluster, subject: str, *messages: bytes) -> None:
    """What somebody with all rights tells all nodes."""

    async def tell() -> None:
        admin = await nats.connect(cluster.nodes[0].server, user=ADMIN[0], password=ADMIN[1])
        for message in messages:
            await admin.publish(subject, message)
        await admin.flush()
        await admin.close()

    asyncio.run(tell())


# ── who is here ──


def test_who_is_here_at_one_node_is_shown_at_the_other(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    with other.live() as live:
        live.next("hello")
        assert one.ask("POST", PRESENCE, ANA).status_code == 200
        assert [each["who"] for each in live.next("here")["here"]] == ["ana"]
    answer = other.ask("POST", PRESENCE, IVO).json()
    assert [each["who"] for each in answer["here"]] == ["ana", "ivo"]
    until(lambda: one.here() == ["ana", "ivo"])


def test_a_stream_that_begins_at_the_other_node_says_who_is_there(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    one.ask("POST", PRESENCE, ANA)
    until(lambda: other.here() == ["ana"])
    with other.live() as live:
        assert [each["who"] for each in live.next("here")["here"]] == ["ana"]


def test_whoever_leaves_at_one_node_has_left_the_other(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    one.ask("POST", PRESENCE, ANA)
    until(lambda: other.here() == ["ana"])
    with other.live() as live:
        live.next("here")
        one.ask("POST", PRESENCE, ANA | {"gone": True})
        assert live.next("here")["here"] == []


def test_whoever_changes_nodes_is_there_once_and_leaves_both(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    token = one.token
    one.ask("POST", PRESENCE, ANA)
    until(lambda: other.here() == ["ana"])
    other.ask("POST", PRESENCE, ANA, token)
    other.ask("POST", PRESENCE, ANA | {"gone": True}, token)
    until(lambda: one.here() == other.here() == [])


def test_a_node_that_dies_takes_its_people_with_it_after_a_while(
    nodes: tuple[Node, Node], cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = nodes
    away = Away(tmp_path / "away", cluster, one.token)
    try:
        away.ask("POST", PRESENCE, ANA)
        until(lambda: one.here() == other.here() == ["ana"])
        one.ask("POST", PRESENCE, IVO)
        until(lambda: other.here() == ["ana", "ivo"])
    finally:
        away.kill()
    monkeypatch.setattr(presence, "GONE", 1_500)
    said = time.monotonic()
    with other.live() as live:
        while [each["who"] for each in live.next("here")["here"]] != ["ivo"]:
            one.ask("POST", PRESENCE, IVO)
            assert time.monotonic() - said < SURELY_S
            time.sleep(0.1)


def test_what_makes_no_sense_is_passed_over(nodes: tuple[Node, Node], cluster: Cluster) -> None:
    one, other = nodes
    said = {"node": "n9", "token": "t9", **ANA}
    nonsense: list[Any] = [
        {}, [], 7, None, said | {"who": ""}, said | {"who": "x" * 81}, said | {"who": 5}, said | {"rep": "r" * 41},
        said | {"host": "h" * 256}, said | {"gone": "yes"}, {"node": "n9", "who": "ana"},
    ]  # fmt: skip
    raw = [msgspec.json.encode(each) for each in nonsense]
    told(cluster, f"warp.{INC}", *raw, b"", b"\xff\xfe", b"[" * 8_000, b'{"node":', os.urandom(500))
    told(cluster, f"warp.{incident_id(bytes(16), drill=False)}", msgspec.json.encode(said))
    told(cluster, "warp.nothing", msgspec.json.encode(said))
    told(cluster, f"warp.{INC}", msgspec.json.encode(said | {"who": "lee", "more": [1]}))  # of a newer one
    until(lambda: one.here() == other.here() == ["lee"])
    assert one.call(one.made.house.rooms.occupied) == other.call(other.made.house.rooms.occupied) == [INC]


def test_many_who_are_made_up_take_no_more_room_than_one_node_would_give_them(
    nodes: tuple[Node, Node], cluster: Cluster
) -> None:
    one, _ = nodes
    crowd = [{"node": "n9", "token": "t9", "who": f"p{n:05}"} for n in range(2_000)]
    told(cluster, f"warp.{INC}", *(msgspec.json.encode(each) for each in crowd))
    until(lambda: "p01999" in one.here())
    assert len(one.here()) == presence.MOST


# ── another epoch ──


def test_an_epoch_that_one_node_renews_is_told_by_both(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    assert isinstance(one.store, JetStreamStore)
    facts = facts_of(written(1))
    one.results(facts)
    until(lambda: len(other.facts()) == len(facts))
    at, answers = other.ask("GET", EVENTS).json()["cursor"], list[Any]()
    puller = Thread(target=lambda: answers.append(other.ask("GET", EVENTS, params={"after": at, "wait": 20})))
    with one.live() as wide, other.live() as far, other.live(f"/v1/incidents/{INC}/live") as narrow:
        before = wide.next("hello")["epoch"]
        far.next("hello")
        for _ in facts:
            last = narrow.next("fact")["id"]
        puller.start()
        until(lambda: other.call(lambda: bool(other.made.house.hub._waiting)))
        one.run(one.store.renew_epoch())
        after = wide.next("reset")["epoch"]
        assert after != before
        assert far.next("reset")["epoch"] == after
        assert narrow.frame() is None
        puller.join(SURELY_S)
        assert answers[0].json()["cursor"].startswith(f"{after}.")
        assert len(answers[0].json()["events"]) == len(facts)
    with other.live(f"/v1/incidents/{INC}/live", headers={"Last-Event-ID": last}) as again:
        assert again.next("reset")["epoch"] == after


# ── what waits to be deleted ──


def test_a_redaction_whose_bytes_still_stand_in_the_stream_is_counted(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = nodes

    def counted() -> str:
        lines = one.ask("GET", "/metrics").text.splitlines()
        return next(line for line in lines if line.startswith("warroom_redactions_waiting "))

    assert counted() == "warroom_redactions_waiting 0"
    assert isinstance(one.store, JetStreamStore)
    monkeypatch.setattr(type(one.store._erasing), "waiting", 3)
    assert counted() == "warroom_redactions_waiting 3"
