"""What only the JetStream store has to stand: lost acknowledgements, bad lines, redactions that a node died in."""

import asyncio
import random
from collections.abc import AsyncIterator
from hashlib import sha256

import msgspec
import pytest
from bad_line import BadLine
from chains import INC, Chain, bare, kept, push, rows_of, soon, spoken, until
from nats.aio.msg import Msg
from places import Stream, made

from nats_kit import Cluster
from warroom.server.stores.base import Meta, StoreTrouble
from warroom.server.stores.jetstream import JetStreamStore, erasing, pushing
from warroom.server.stores.jetstream.erasing import Erasing
from warroom.server.stores.jetstream.link import Link, Unknown
from warroom.server.stores.jetstream.reading import Reader
from warroom.server.stores.jetstream.words import FOR, HEAD, Message

SECRET = "correct horse battery staple 7719"


# ── acknowledgements that never come ────────────────────────────────────────────────────────────


async def test_a_lost_acknowledgement_is_looked_up_and_nothing_is_written_twice(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    (node,) = await made(stream)
    publish, lost = Link.publish, []

    async def written_unheard(self: Link, messages: list[Message], within: float = 2.0) -> int:
        number = await publish(self, messages, within)
        if len(lost) < 3:
            lost.append(number)
            raise Unknown("lost")
        return number

    monkeypatch.setattr(Link, "publish", written_unheard)
    chain = Chain("r1")
    chain.say("one"), chain.say("x" * 70_000), chain.say("three")
    pushed = await node.append_expected(INC, chain.facts, "ana")
    assert [(result.status, result.kept) for result in pushed.results] == [
        ("ok", False),
        ("invalid", True),
        ("ok", False),
    ]
    assert await kept(node) == [chain.facts[0], bare(chain.facts[1]), chain.facts[2]]
    assert len(lost) == 3


async def test_what_was_never_written_is_written_again(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    (node,) = await made(stream)
    publish, lost = Link.publish, []

    async def swallowed(self: Link, messages: list[Message], within: float = 2.0) -> int:
        if len(lost) < 3:
            lost.append(1)
            raise Unknown("lost")
        return await publish(self, messages, within)

    monkeypatch.setattr(Link, "publish", swallowed)
    facts = spoken("r1", 30).facts
    assert await push(node, facts) == ["ok"] * 30
    assert await kept(node) == facts


async def test_a_push_that_nobody_ever_acknowledges_is_trouble_and_never_ok(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    (node,) = await made(stream)

    async def never(self: Link, messages: list[Message], within: float = 2.0) -> int:
        raise Unknown("lost")

    with monkeypatch.context() as broken:
        broken.setattr(Link, "publish", never)
        broken.setattr(pushing, "PATIENCE", 0.3)
        with pytest.raises(StoreTrouble, match="not known: push it again"):
            await push(node, spoken("r1", 2).facts)
    assert await push(node, spoken("r1", 2).facts) == ["ok", "ok"]


@pytest.mark.parametrize("last", [False, True])
async def test_a_message_that_is_lost_on_its_way_to_a_reader_is_read_again(
    stream: Stream, monkeypatch: pytest.MonkeyPatch, last: bool
) -> None:
    """One in the middle is missed by its number, the last of all by the heartbeat that follows."""
    one, two = await made(stream, 2)
    seen: list[bytes] = []
    two.watch(lambda _, rows: seen.extend(row.data for row in rows))
    received, lost = Reader._received, []
    reader = two._following._reader

    async def lossy(self: Reader, name: str, message: Msg) -> None:
        wanted = b"line 5 of" if last else b"line 3 of"
        if self is reader and not lost and wanted in message.data:
            lost.append(message)
            return
        await received(self, name, message)

    monkeypatch.setattr(Reader, "_received", lossy)
    facts = spoken("r1", 5).facts
    for fact in facts:
        assert await push(one, [fact]) == ["ok"]
    assert len(await kept(two)) >= 4  # which reads by itself, and ahead of the reader that lost something
    await until(lambda: len(seen) == 5)
    assert len(lost) == 1
    assert seen == [row.data for row in await rows_of(one)] == [row.data for row in await rows_of(two)]


@pytest.fixture
async def line(nats_node: Cluster) -> AsyncIterator[BadLine]:
    found = BadLine(nats_node.nodes[0].port)
    await found.start()
    yield found
    await found.close()


async def behind(line: BadLine, stream: Stream) -> JetStreamStore:
    """A node that reaches the cluster through the bad line."""
    settings = msgspec.structs.replace(stream.cluster.settings(), servers=(f"nats://127.0.0.1:{line.port}",))
    node = JetStreamStore(settings)
    await node.open()
    return node


async def test_a_line_that_loses_answers_and_breaks_off_loses_and_doubles_nothing(
    stream: Stream, line: BadLine
) -> None:
    node = await behind(line, stream)
    await node.put_meta(Meta(INC, 1))
    seen: list[bytes] = []
    node.watch(lambda _, rows: seen.extend(row.data for row in rows))
    chains = [spoken(f"w{n}", 60) for n in range(4)]
    acknowledged: list[tuple[bytes, str]] = []

    async def write(chain: Chain) -> None:
        for fact in chain.facts:
            while True:
                try:
                    (status,) = await push(node, [fact])
                except StoreTrouble:
                    continue
                assert status in ("ok", "duplicate")
                acknowledged.append(fact)
                break
            await asyncio.sleep(0.002)

    async def spoil() -> None:
        dice = random.Random(5)
        for _ in range(12):
            await asyncio.sleep(dice.random() / 8)
            if dice.random() < 0.7:
                line.lose_answers()
                await asyncio.sleep(dice.random() / 10)
            line.break_off()

    try:
        await asyncio.gather(spoil(), *(write(chain) for chain in chains))
        whole = await kept(await stream.open())
        assert len(whole) == 240
        assert sorted(whole) == sorted(acknowledged) == sorted(fact for chain in chains for fact in chain.facts)
        rows = [row.data for row in await rows_of(node)]
        await soon(lambda: asyncio.sleep(0, len(seen)), 240)
        assert seen == rows
    finally:
        await node.close()


async def test_a_node_that_is_cut_off_says_so_and_heals_by_itself(
    stream: Stream, line: BadLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "PATIENCE", 1.0)
    node = await behind(line, stream)
    (other,) = await made(stream)
    try:
        assert await node.ready() == ""
        line.stall()
        assert await node.ready() != ""
        with pytest.raises(StoreTrouble):
            await push(node, spoken("r1", 1).facts)
        await push(other, spoken("r2", 3).facts)
        line.break_off()
        await soon(node.ready, "")
        await soon(lambda: rows_of(node), await rows_of(other))
        assert await push(node, spoken("r3", 1).facts) == ["ok"]
    finally:
        await node.close()


async def test_a_full_stream_refuses_with_the_reason_and_forgets_nothing(stream: Stream) -> None:
    (node,) = await made(stream)
    facts = spoken("r1", 40).facts
    await push(node, facts)
    config = (await stream.admin.ask("STREAM.INFO.WAR"))["config"]
    await stream.admin.ask("STREAM.UPDATE.WAR", {**config, "max_bytes": 30_000})
    with pytest.raises(StoreTrouble, match="takes nothing more"):
        await push(node, spoken("r2", 200).facts)
    singles = [push(node, spoken(f"s{n}", 1).facts) for n in range(50)]
    refused = [said for said in await asyncio.gather(*singles, return_exceptions=True) if isinstance(said, Exception)]
    assert "takes nothing more" in str(refused[0])
    assert (await kept(node))[:40] == facts
    await stream.admin.ask("STREAM.UPDATE.WAR", {**config, "max_bytes": -1})
    assert set(await push(node, spoken("r2", 200).facts)) == {"ok"}


# ── redactions that something comes between ─────────────────────────────────────────────────────


async def test_a_redaction_whose_node_dies_before_it_deletes_is_finished_by_the_next(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    (node,) = await made(stream)
    writer, reader = spoken("r1", 1), Chain("r2")
    piece = SECRET.encode() * 5000
    sha = sha256(piece).hexdigest()
    secret = writer.say(SECRET)
    writer.attach(sha)
    await push(node, writer.facts)
    await node.put_blob(INC, sha, piece)
    reader.redact(writer.id_of(2)), reader.redact(writer.id_of(3))

    async def dead(*_: object) -> None:
        await asyncio.sleep(60)

    with monkeypatch.context() as killed:
        killed.setattr(Erasing, "finish", dead)
        killed.setattr(Erasing, "tidy", dead)
        killed.setattr(pushing, "_ERASING", 0.05)
        assert await push(node, reader.facts) == ["ok", "ok"]
        assert (await kept(node))[1] == bare(secret)
        assert node.waiting == 3
        await node.close()
        assert await stream.holds(SECRET.encode())  # the death came before the deletion
    again = await stream.open()
    assert (await kept(again))[1] == bare(secret)
    await soon(lambda: stream.holds(SECRET.encode()), [])
    assert again.waiting == 0
    assert await again.blob(INC, sha) is None


async def test_a_redaction_that_cannot_be_carried_out_now_is_kept_and_carried_out_later(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    (node,) = await made(stream)
    writer, reader = Chain("r1"), Chain("r2")
    secret = writer.say(SECRET)
    await push(node, writer.facts)

    async def refused(*_: object) -> None:
        raise StoreTrouble("the user who may delete is not known")

    with monkeypatch.context() as broken:
        broken.setattr(Erasing, "delete", refused)
        assert await push(node, [reader.redact(writer.id_of(1))]) == ["ok"]
        assert node.waiting == 1
        assert (await kept(node))[0] == bare(secret)
        assert await node.ready() == ""
    await soon(lambda: stream.holds(SECRET.encode()), [])
    assert node.waiting == 0


async def test_a_text_that_reached_the_stream_beside_its_redaction_is_taken_out(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two nodes at once: one keeps the redaction, the other the fact, before either has heard of the other's."""
    monkeypatch.setattr(erasing, "SETTLING", 0.2)
    one, two = await made(stream, 2)
    reader, writer = Chain("r2"), Chain("r1")
    secret = writer.say(SECRET)
    await push(one, [reader.redact(writer.id_of(1))])
    await rows_of(two)
    row = b'{"e":' + secret[0] + b',"h":"' + secret[1].encode() + b'"}'
    await stream.admin.nc.publish(f"war.{INC}.r1", row, headers={HEAD: f"1 {secret[1]}"})
    for node in (one, two):
        await soon(lambda node=node: kept(node), [*reader.facts, bare(secret)])
    await soon(lambda: stream.holds(SECRET.encode()), [])
    late = await stream.open()
    assert await kept(late) == [*reader.facts, bare(secret)]
    assert (await late.heads(INC))[0]["r1"] == (1, secret[1])


async def test_a_message_that_goes_on_from_nothing_is_no_row_on_any_node(stream: Stream) -> None:
    """Whatever gets into the stream by another way than a judged push: each node leaves out the same."""
    one, two = await made(stream, 2)
    chain, fork = spoken("r1", 2), spoken("r1", 1)
    fork.say("another"), fork.say("and on")
    await push(one, chain.facts)
    for data, hash in (*fork.facts[1:], *spoken("r3", 3).facts[2:], (b"{}", "0" * 64)):
        rep = "r3" if b'"rep":"r3"' in data else "r1"
        row = b'{"e":' + data + b',"h":"' + hash.encode() + b'"}'
        await stream.admin.nc.publish(f"war.{INC}.{rep}", row, headers={HEAD: f"2 {chain.facts[1][1]}"})
    await stream.admin.nc.publish(f"war.{INC}.r1", b"\xff", headers={FOR: "999999"})
    chain.say("third")
    assert await push(two, chain.facts) == ["duplicate", "duplicate", "ok"]
    for node in (one, two, await stream.open()):
        await soon(lambda node=node: kept(node), chain.facts)
