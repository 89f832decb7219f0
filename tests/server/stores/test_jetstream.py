"""What only the JetStream store has: several nodes, a bounded memory, an epoch that is the stream's, presence."""

import asyncio
import logging
from typing import Any

import msgspec
import pytest
from chains import INC, Chain, Facts, inc_of, kept, push, rows_of, soon, spoken, statuses, until
from places import Stream, made

from nats_kit import ADMIN, API, Cluster
from warroom.server.stores.base import Meta, StoreTrouble
from warroom.server.stores.jetstream import JetStreamStore
from warroom.server.stores.jetstream.link import Link, Unknown
from warroom.server.stores.jetstream.mirror import Mirror
from warroom.server.stores.jetstream.reading import Reader
from warroom.server.stores.jetstream.words import BY, HEAD, LARGEST, TURNS, Got, Message

# ── several nodes ───────────────────────────────────────────────────────────────────────────────


async def test_every_node_gives_the_same_numbers_and_the_same_epoch(stream: Stream) -> None:
    one, two = await made(stream, 2)
    chain, other = spoken("r1", 4), Chain("r2")
    await push(one, chain.facts)
    other.redact(chain.id_of(2))
    await push(two, other.facts)
    late = await stream.open()
    rows = await rows_of(two)
    assert len(rows) == 5
    for node in (one, late):
        await soon(lambda node=node: rows_of(node), rows)
        assert await node.heads(INC) == await two.heads(INC)
        assert node.epoch == one.epoch


async def test_the_same_facts_through_two_nodes_at_once_are_kept_once(stream: Stream) -> None:
    one, two = await made(stream, 2)
    facts = spoken("r1", 120).facts
    answers = await asyncio.gather(*(push(node, facts[:n]) for n in (10, 120) for node in (one, two)))
    assert {status for answer in answers for status in answer} <= {"ok", "duplicate"}
    assert await kept(one) == facts
    assert await written(stream) == len(facts)


async def test_a_fact_that_follows_what_another_node_has_just_kept_is_no_gap(stream: Stream) -> None:
    one, two = await made(stream, 2)
    for n, fact in enumerate(spoken("r1", 60).facts):
        assert await push((one, two)[n % 2], [fact]) == ["ok"]


async def test_of_two_forks_through_two_nodes_at_once_one_is_kept(stream: Stream) -> None:
    one, two = await made(stream, 2)
    for n in range(30):
        ours, theirs = Chain(f"r{n}"), Chain(f"r{n}")
        ours.say("here"), theirs.say("there")
        answers = await asyncio.gather(push(one, ours.facts), push(two, theirs.facts))
        assert sorted(answers) == [["fork"], ["ok"]]
    assert await written(stream) == 30


async def written(stream: Stream) -> int:
    """How many facts stand in the stream itself, whatever the nodes make of them."""
    count, seq = 0, 1
    while found := await stream.admin.message(seq):
        count += found["subject"].startswith(f"war.{INC}.")
        seq = found["seq"] + 1
    return count


async def test_a_table_that_another_node_wrote_is_seen_without_asking(stream: Stream) -> None:
    one, two = await made(stream, 2)
    await one.write_table("tokens", b"new", 0)
    await soon(lambda: two.read_table("tokens"), await one.read_table("tokens"))


async def test_a_meta_that_another_node_has_just_made_is_known_at_once(stream: Stream) -> None:
    one, two = await made(stream, 2)
    for n in range(30, 50):
        await one.put_meta(Meta(inc_of(n), 1))
        assert await two.meta(inc_of(n)) is not None


async def test_what_was_replaced_does_not_fill_the_stream(stream: Stream) -> None:
    (node,) = await made(stream)
    for n in range(20):
        assert await node.write_table("tokens", b"x" * 200_000, (await node.read_table("tokens"))[1]), n

    async def held() -> bool:
        state = (await stream.admin.ask("STREAM.INFO.WAR"))["state"]
        return bool(state["bytes"] < 2 * 210_000)

    await soon(held, True)
    assert (await node.read_table("tokens"))[0] == b"x" * 200_000


# ── memory ──────────────────────────────────────────────────────────────────────────────────────


async def test_incidents_that_do_not_fit_into_memory_are_read_again(stream: Stream) -> None:
    node = JetStreamStore(stream.cluster.settings(), memory=20_000)
    await node.open()
    try:
        incs = [inc_of(n) for n in range(60, 72)]
        chains = {inc: spoken("r1", 20, inc) for inc in incs}
        for inc in incs:
            await node.put_meta(Meta(inc, 1))
            await node.append_expected(inc, chains[inc].facts, "ana")
        held = node._following.mirror.rooms
        assert 1 <= len(held) < 6
        for inc in incs:
            assert (await node.heads(inc))[0] == {"r1": (20, chains[inc].facts[-1][1])}
        for inc in incs:
            assert await kept(node, inc) == chains[inc].facts
            assert statuses(await node.append_expected(inc, [chains[inc].say("on")], "ana")) == ["ok"]
    finally:
        await node.close()


async def test_heads_of_all_incidents_are_known_after_the_start_without_reading_a_fact(stream: Stream) -> None:
    (node,) = await made(stream)
    chain, other = spoken("r1", 5), Chain("r2")
    await push(node, chain.facts)
    other.redact(chain.id_of(5))  # the newest message of r1 is a tombstone now
    await push(node, other.facts)
    await node.erase(INC, chain.id_of(4))  # and one that comes behind the last fact of all
    heads = await node.heads(INC)
    assert heads[1] == (await rows_of(node))[-1].n
    await node.close()
    again = await stream.open()
    assert await again.heads(INC) == heads
    assert list(again._following.mirror.rooms) == []


async def test_a_long_incident_is_read_while_others_write_to_it(stream: Stream) -> None:
    one, two = await made(stream, 2)
    chain, other = spoken("r1", 3000), spoken("r2", 40)
    await push(one, chain.facts)

    async def write() -> None:
        for fact in other.facts:
            assert await push(one, [fact]) == ["ok"]

    writing = asyncio.ensure_future(write())
    first = await rows_of(two)
    await writing
    rows = await rows_of(one)
    assert first == rows[: len(first)]
    assert len(first) >= 3000
    await soon(lambda: rows_of(two), rows)


# ── another stream ──────────────────────────────────────────────────────────────────────────────


async def test_a_stream_that_was_made_anew_has_another_epoch(stream: Stream) -> None:
    (node,) = await made(stream)
    await push(node, spoken("r1", 2).facts)
    await stream.admin.ask("STREAM.DELETE.WAR")
    fresh = await stream.open()
    assert fresh.epoch != node.epoch
    assert await fresh.incidents() == []
    # The node that ran all the time notices, forgets what is gone, and goes on.
    await node._inspect()
    assert node.epoch == fresh.epoch
    assert await node.incidents() == []
    await node.put_meta(Meta(INC, 1))
    assert await push(node, spoken("r1", 1).facts) == ["ok"]


async def test_a_stream_that_went_back_gets_another_epoch_on_every_node(stream: Stream) -> None:
    """As after a copy of the node's files was put in their place: same name, same birth, fewer messages."""
    one, two = await made(stream, 2)
    facts = spoken("r1", 3).facts
    await push(one, facts)
    epoch = one.epoch
    one._following.mirror.applied += 50  # it has heard of facts that are no more
    await one._inspect()
    assert one.epoch == epoch  # it may be a leader that lags for a moment
    await one._inspect()
    assert one.epoch != epoch
    await soon(lambda: _inspected(two), one.epoch)
    assert await kept(one) == await kept(two) == facts
    assert (await stream.open()).epoch == one.epoch


async def test_a_push_under_way_when_the_stream_is_read_anew_writes_nothing_by_what_was_known_before(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    (node,) = await made(stream)
    await push(node, spoken("r1", 2).facts)
    publish = Link.publish
    tries: list[int] = []

    async def replaced(self: Link, messages: list[Message], within: float = 2.0) -> int:
        tries.append(len(messages))
        if len(tries) == 1:
            await node._begin_again()
            raise Unknown("lost")
        return await publish(self, messages, within)

    monkeypatch.setattr(Link, "publish", replaced)
    third = spoken("r1", 3).facts[2:]
    with pytest.raises(StoreTrouble, match="replaced"):
        await push(node, third)
    assert len(tries) == 1
    assert await push(node, third) == ["ok"]
    assert await written(stream) == 3


async def test_an_incident_that_is_read_while_the_stream_is_read_anew_is_read_again(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await made(stream, 2)
    chain = spoken("r1", 6)
    await push(one, chain.facts[:3])
    await soon(lambda: two.heads(INC), await one.heads(INC))
    through = Reader.through
    done: list[int] = []

    async def meanwhile(self: Reader, reach: int, within: float) -> int:
        found = await through(self, reach, within)
        if not done:
            done.append(found)
            await push(one, chain.facts[3:])
            await two._begin_again()
        return found

    monkeypatch.setattr(Reader, "through", meanwhile)
    with pytest.raises(StoreTrouble, match="being read"):
        await rows_of(two)
    assert await kept(two) == chain.facts


async def test_what_a_node_that_lags_gives_out_is_not_taken_for_everything(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A consumer is made on any node of a cluster: one that lags says that nothing is pending, and sends later."""
    one, two = await made(stream, 2)
    facts = spoken("r1", 20).facts
    await push(one, facts)
    await soon(lambda: two.heads(INC), await one.heads(INC))
    ask = Link.ask

    async def lagging(self: Link, name: str, body: object = None, within: float = 2.0) -> dict[str, Any]:
        answer = await ask(self, name, body, within)
        return {**answer, "num_pending": 0} if name.startswith("CONSUMER.CREATE") else answer

    monkeypatch.setattr(Reader, "_received", delayed(Reader._received))
    monkeypatch.setattr(Link, "ask", lagging)
    assert await kept(two) == facts


def delayed(received: Any) -> Any:
    """The same a moment later, so that the answer to the creation comes first."""

    async def later(self: Reader, name: str, message: Any) -> None:
        await asyncio.sleep(0.02)
        await received(self, name, message)

    return later


async def test_while_a_replaced_stream_is_being_read_nothing_is_told_that_is_not_so(stream: Stream) -> None:
    (node,) = await made(stream)
    await node.write_table("tokens", b"kept", 0)
    chains = [spoken(f"w{n}", 40) for n in range(3)]

    async def write(chain: Chain) -> None:
        for fact in chain.facts:
            while True:
                try:
                    assert await push(node, [fact]) in (["ok"], ["duplicate"])
                    break
                except StoreTrouble:
                    await asyncio.sleep(0.01)

    async def read() -> None:
        before: Facts = []
        while not all(task.done() for task in writing):
            try:
                now = await kept(node)
                assert now[: len(before)] == before
                before = now
                assert (await node.read_table("tokens"))[0] == b"kept"
                assert [meta.inc for meta in await node.incidents()] == [INC]
            except StoreTrouble:
                pass
            await asyncio.sleep(0)

    writing = [asyncio.ensure_future(write(chain)) for chain in chains]
    reading = asyncio.ensure_future(read())
    for _ in range(12):
        await node._begin_again()
        await asyncio.sleep(0.03)
    await asyncio.gather(*writing)
    await reading
    held = await kept(await stream.open())
    assert await kept(node) == held
    assert sorted(held) == sorted(fact for chain in chains for fact in chain.facts)
    state = (await stream.admin.ask("STREAM.INFO.WAR"))["state"]
    assert state["messages"] == len(held) + 2  # the meta and the table: no fact was written twice


async def _inspected(node: JetStreamStore) -> str:
    await node._inspect()
    return node.epoch


async def test_the_epoch_can_be_renewed_by_hand(stream: Stream) -> None:
    one, two = await made(stream, 2)
    epoch = one.epoch
    await one.renew_epoch()
    assert one.epoch != epoch
    await soon(lambda: _inspected(two), one.epoch)


async def test_without_its_stream_a_node_says_so(stream: Stream) -> None:
    (node,) = await made(stream)
    await stream.admin.ask("STREAM.DELETE.WAR")
    assert "does not answer" in await node.ready()


# ── presence, users, logs ───────────────────────────────────────────────────────────────────────


async def test_where_permissions_do_not_allow_presence_across_nodes_the_store_is_ready_all_the_same(
    stream: Stream,
) -> None:
    (node,) = await made(stream)
    assert node.sharing.possible is False
    await node.sharing.tell(INC, b"ana")
    assert await node.ready() == ""


async def test_where_permissions_allow_it_nodes_hear_who_is_where_also_after_a_connection_that_was_given_up(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    cluster = Cluster(tmp_path_factory.mktemp("presence"), 1, presence=True)
    cluster.start()
    nodes = [JetStreamStore(cluster.settings()) for _ in range(2)]
    heard: list[tuple[str, bytes]] = []
    try:
        for node in nodes:
            await node.open()
        nodes[1].sharing.listen(lambda inc, data: heard.append((inc, data)))
        assert nodes[0].sharing.possible
        before = set(nodes[1]._tasks)
        await nodes[0].sharing.tell(INC, b"ana")
        await soon(lambda: asyncio.sleep(0, heard), [(INC, b"ana")])
        client = nodes[1]._link._nc
        assert client is not None
        await client.close()  # as it does by itself where it gives up for good: the next one has to listen again
        await until(lambda: nodes[1]._link.number == 2 and not nodes[1]._tasks - before, 20.0)
        await nodes[0].sharing.tell(INC, b"ivo")
        await soon(lambda: asyncio.sleep(0, heard), [(INC, b"ana"), (INC, b"ivo")], 20.0)
    finally:
        for node in nodes:
            await node.close()
        cluster.kill()


async def test_passwords_are_in_no_log_and_no_error(
    stream: Stream, nats_node: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = msgspec.structs.replace(nats_node.settings(), password="wrong-word-991")
    wrong = JetStreamStore(settings)
    with pytest.raises(StoreTrouble) as refused:
        await wrong.open()
    (node,) = await made(stream)
    await push(node, spoken("r1", 1).facts)
    told = caplog.text + str(refused.value) + repr(refused.value) + repr(settings)
    assert not [word for word in ("wrong-word-991", ADMIN[1], API[1]) if word in told]


async def test_the_largest_fact_fits_into_a_message(stream: Stream) -> None:
    (node,) = await made(stream)
    chain = Chain("r1")
    chain.say('"' * 31_900)  # canonical JSON doubles each
    assert 63_000 < len(chain.facts[0][0]) <= 64 * 1024 < LARGEST
    assert await push(node, chain.facts) == ["ok"]
    assert await kept(node) == chain.facts


def test_a_fact_of_a_node_that_says_nothing_of_turns_takes_none_back() -> None:
    mirror = Mirror()
    mirror.take_outline(Got(f"war.{INC}.r1", 1, b"", {HEAD: "1 h1", BY: "ana", TURNS: "1:ivo"}))
    mirror.take_outline(Got(f"war.{INC}.r1", 2, b"", {HEAD: "2 h2", BY: "ana"}))
    assert (mirror.outline(INC).heads, mirror.outline(INC).turns) == ({"r1": (2, "h2")}, {"r1": ((1, "ivo"),)})
