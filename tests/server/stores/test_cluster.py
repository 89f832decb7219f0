"""A real cluster of three nodes on loopback, whose nodes are killed while eight writers push through two API nodes."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from chains import Chain, inc_of, kept, soon, spoken, statuses, until

from nats_kit import SAFE, Admin, Cluster
from warroom.server.stores.base import Meta, StoreTrouble
from warroom.server.stores.jetstream import JetStreamStore
from warroom.server.stores.jetstream.checks import Unsafe, wanted

INCS = (inc_of(101), inc_of(102))
SECRET = "correct horse battery staple 7719"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    found.start()
    yield found
    found.kill()


@pytest.fixture
async def admin(cluster: Cluster) -> AsyncIterator[Admin]:
    found = Admin()
    await found.open([node.server for node in cluster.nodes])
    yield found
    await found.close()


class Load:
    """Eight writers, each with a replica of its own, on two incidents and two API nodes.

    A writer whose push ends in trouble pushes the same fact again through the other node, as behind a balancer.
    """

    def __init__(self, nodes: list[JetStreamStore]) -> None:
        self.nodes = nodes
        self.chains = [Chain(f"w{n}", INCS[n % 2]) for n in range(8)]
        self.known: set[tuple[str, str]] = set()  # incident and hash of what was acknowledged
        self.troubles = 0
        self.moments: list[float] = []
        self._stopping = False

    async def write(self, n: int) -> None:
        chain, at = self.chains[n], n
        while not self._stopping:
            fact = chain.say(f"entry {len(chain.facts) + 1} of writer {n}")
            while True:
                try:
                    pushed = await self.nodes[at % 2].append_expected(chain.inc, [fact], "ana")
                except StoreTrouble:
                    self.troubles += 1
                    at += 1
                    await asyncio.sleep(0.1)
                    continue
                assert statuses(pushed) in (["ok"], ["duplicate"]), pushed
                self.known.add((chain.inc, fact[1]))
                self.moments.append(time.monotonic())
                break
            await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._stopping = True

    def gap(self, since: float) -> float:
        """The longest time without any acknowledged write from then on."""
        moments = [since, *(moment for moment in self.moments if moment >= since)]
        return max(b - a for a, b in pairwise(moments))


async def well(cluster: Cluster, admin: Admin) -> None:
    """Until the stream has its leader, and two followers that have everything."""
    for node in cluster.nodes:
        await asyncio.to_thread(node.wait)
    for _ in range(600):
        state = (await admin.ask("STREAM.INFO.WAR"))["cluster"]
        if state.get("leader") and all(peer.get("current") for peer in state.get("replicas", [{}])):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the cluster does not become well")


async def under_load(cluster: Cluster, admin: Admin, leaders: int, all_nodes: int) -> dict[str, float]:
    """Kills, and what came of it; nothing acknowledged may be lost, nothing doubled."""
    nodes = [JetStreamStore(cluster.settings()) for _ in range(2)]
    for node in nodes:
        await node.open()
    for inc in INCS:
        await nodes[0].put_meta(Meta(inc, 1))
    load = Load(nodes)
    writers = [asyncio.ensure_future(load.write(n)) for n in range(8)]
    gaps: list[float] = []
    gaps_of_all: list[float] = []
    for n in range(leaders + all_nodes):
        await asyncio.sleep(1)
        since = time.monotonic()
        killed = [cluster.node(await admin.leader())] if n < leaders else cluster.nodes
        for node in killed:
            node.kill()
        if n < leaders:  # the cluster has to go on without it
            before = len(load.moments)
            await until(lambda before=before: len(load.moments) >= before + 200)
        for node in killed:
            node.start()
        await well(cluster, admin)
        await asyncio.sleep(1)
        (gaps if n < leaders else gaps_of_all).append(load.gap(since))
    load.stop()
    await asyncio.gather(*writers)
    for node in nodes:
        await node.close()
    fresh = JetStreamStore(cluster.settings())
    await fresh.open()
    held = [(inc, fact) for inc in INCS for fact in await kept(fresh, inc)]
    await fresh.close()
    hashes = [(inc, hash) for inc, (_, hash) in held]
    assert load.known - set(hashes) == set()
    assert len(hashes) == len(set(hashes))
    for chain in load.chains:
        mine = [fact for inc, fact in held if inc == chain.inc and f'"rep":"{chain.rep}"'.encode() in fact[0]]
        assert mine == chain.facts[: len(mine)]
    figures = {
        "acknowledged": len(load.known),
        "lost": len(load.known - set(hashes)),
        "doubled": len(hashes) - len(set(hashes)),
        "refused meanwhile": load.troubles,
        "longest gap, leader killed": round(max(gaps, default=0), 2),
        "longest gap, all killed": round(max(gaps_of_all, default=0), 2),
    }
    print(figures, "gaps", [round(gap, 1) for gap in gaps], [round(gap, 1) for gap in gaps_of_all])
    return figures


async def test_nothing_is_lost_or_doubled_when_leaders_and_all_nodes_are_killed(cluster: Cluster, admin: Admin) -> None:
    figures = await under_load(cluster, admin, leaders=3, all_nodes=1)
    assert figures["acknowledged"] > 500


@pytest.mark.torture
async def test_twenty_leaders_and_five_times_all_nodes(cluster: Cluster, admin: Admin) -> None:
    figures = await under_load(cluster, admin, leaders=20, all_nodes=5)
    assert figures["acknowledged"] > 5_000
    # What this is for: a change of leader may cost a client so much, and no more. NATS itself takes 4 to 9 seconds.
    assert figures["longest gap, leader killed"] <= 10


async def test_a_leader_that_hangs_is_left_behind_and_what_it_wakes_up_with_changes_nothing(
    cluster: Cluster, admin: Admin
) -> None:
    nodes = [JetStreamStore(cluster.settings()) for _ in range(2)]
    for node in nodes:
        await node.open()
    for inc in INCS:
        await nodes[0].put_meta(Meta(inc, 1))
    load = Load(nodes)
    writers = [asyncio.ensure_future(load.write(n)) for n in range(8)]
    await asyncio.sleep(0.5)
    hung = cluster.node(await admin.leader())
    hung.pause()
    try:
        before = len(load.moments)
        await until(lambda: len(load.moments) >= before + 300)
    finally:
        hung.go_on()
    await well(cluster, admin)
    await asyncio.sleep(1)
    load.stop()
    await asyncio.gather(*writers)
    for inc in INCS:
        facts = [await kept(node, inc) for node in nodes]
        assert facts[0] == facts[1]
        hashes = [hash for _, hash in facts[0]]
        assert len(hashes) == len(set(hashes))
        assert {hash for of, hash in load.known if of == inc} <= set(hashes)
    for node in nodes:
        await node.close()


# ── refusals ────────────────────────────────────────────────────────────────────────────────────


async def refusal(store: JetStreamStore) -> str:
    with pytest.raises(Unsafe) as refused:
        await store.open()
    await store.close()
    return str(refused.value)


async def test_one_node_of_three_that_does_not_sync_is_enough_to_refuse(cluster: Cluster, admin: Admin) -> None:
    await admin.ask("STREAM.CREATE.WAR", wanted(3))
    careless = cluster.nodes[1]
    careless.kill()
    careless.jetstream = ""
    careless.start()
    await well(cluster, admin)
    assert "n2 acknowledges before its disk has it" in await refusal(JetStreamStore(cluster.settings()))
    # And a store that runs already notices it.
    careless.kill()
    running = JetStreamStore(cluster.settings())
    await running.open()  # two of three are proven; the third may be down
    assert await running.ready() == ""
    careless.start()
    await well(cluster, admin)
    await running._inspect()
    assert "n2 acknowledges" in await running.ready()
    await running.close()
    careless.kill()
    careless.jetstream = SAFE
    careless.start()


async def test_a_cluster_is_refused_until_a_majority_of_its_nodes_is_proven(cluster: Cluster, admin: Admin) -> None:
    await admin.ask("STREAM.CREATE.WAR", wanted(3))
    await well(cluster, admin)
    settings = cluster.settings()
    for monitors in ([0], [2], [0, 0]):
        few = msgspec.structs.replace(settings, monitors=tuple(cluster.nodes[n].monitor for n in monitors))
        assert "Give the monitor of each node" in await refusal(JetStreamStore(few))
    most = JetStreamStore(msgspec.structs.replace(settings, monitors=settings.monitors[:2]))
    await most.open()
    await most.close()


async def test_a_stream_that_only_one_node_of_the_cluster_keeps_is_refused(cluster: Cluster, admin: Admin) -> None:
    await admin.ask("STREAM.CREATE.WAR", wanted(1))
    assert "num_replicas must be 3" in await refusal(JetStreamStore(cluster.settings()))


async def test_without_a_majority_the_store_says_so_and_keeps_nothing(cluster: Cluster, admin: Admin) -> None:
    store = JetStreamStore(cluster.settings())
    await store.open()
    await store.put_meta(Meta(INCS[0], 1))
    chain = spoken("r1", 3, INCS[0])
    assert statuses(await store.append_expected(INCS[0], chain.facts[:1], "ana")) == ["ok"]
    for node in cluster.nodes[:2]:
        node.kill()
    with pytest.raises(StoreTrouble):
        await store.append_expected(INCS[0], chain.facts[1:2], "ana")

    async def says_so() -> bool:
        return await store.ready() != ""

    await soon(says_so, True)  # the node that is left notices it after a moment
    for node in cluster.nodes[:2]:
        node.start()
    await well(cluster, admin)
    await soon(store.ready, "")
    assert set(statuses(await store.append_expected(INCS[0], chain.facts, "ana"))) <= {"ok", "duplicate"}
    assert await kept(store, INCS[0]) == chain.facts
    await store.close()


async def test_a_node_of_the_cluster_is_no_reason_for_another_epoch(cluster: Cluster, admin: Admin) -> None:
    store = JetStreamStore(cluster.settings())
    await store.open()
    leader = cluster.node(await admin.leader())
    leader.kill()
    leader.start()
    await well(cluster, admin)
    await store._inspect()
    other = JetStreamStore(cluster.settings())
    await other.open()
    assert other.epoch == store.epoch
    await store.close()
    await other.close()


@pytest.mark.torture
async def test_a_redacted_text_leaves_the_logs_of_all_nodes_within_minutes(cluster: Cluster, admin: Admin) -> None:
    """At once it is gone from the stream; the nodes' own logs of what they agreed on are cut every two minutes."""
    store = JetStreamStore(cluster.settings())
    await store.open()
    await store.put_meta(Meta(INCS[0], 1))
    chain, other = Chain("r1", INCS[0]), Chain("r2", INCS[0])
    await store.append_expected(INCS[0], [chain.say(SECRET)], "ana")
    await store.append_expected(INCS[0], [other.redact(chain.id_of(1))], "ana")
    assert not [path for path in cluster.holds(SECRET.encode()) if "_js_" not in path]
    began = time.monotonic()
    while cluster.holds(SECRET.encode()):
        await asyncio.sleep(5)
        assert time.monotonic() - began < 600
        await store.append_expected(INCS[0], [chain.say("on")], "ana")
    print(f"gone from every file after {time.monotonic() - began:.0f} s")
    await store.close()
