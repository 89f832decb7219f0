"""What every store takes out alike: the text of redacted facts, and evidence that no fact names any more."""

import random
from hashlib import sha256

import pytest
from chains import INC, Chain, bare, inc_of, kept, push, rows_of, soon, spoken
from places import Place

from warroom.core import codec
from warroom.core.events import Redacted
from warroom.server.stores.base import Meta, Store, StoreTrouble

pytestmark = pytest.mark.usefixtures("incident")

SECRET = "correct horse battery staple 7719"
PIECE = b"what the database said " * 40
SHA = sha256(PIECE).hexdigest()


# ── redaction ───────────────────────────────────────────────────────────────────────────────────


async def test_a_redaction_takes_the_text_out_of_every_row_and_every_file(store: Store, place: Place) -> None:
    writer, reader = Chain("r1"), Chain("r2")
    secret = writer.say(SECRET)
    writer.say("harmless")
    copy = reader.copy(secret[0])
    await push(store, [*writer.facts, copy])
    assert await place.holds(SECRET.encode())
    numbers = [row.n for row in await rows_of(store)]
    assert await push(store, [reader.redact(writer.id_of(1))]) == ["ok"]
    facts = await kept(store)
    assert facts == [bare(secret), writer.facts[1], bare(copy), reader.facts[1]]
    assert isinstance(codec.accept(*facts[0]).body, Redacted)
    assert [row.n for row in await rows_of(store)][:3] == numbers
    assert await place.holds(SECRET.encode()) == []


async def test_a_redaction_that_comes_before_its_fact_keeps_the_text_from_ever_being_written(
    store: Store, place: Place
) -> None:
    writer, reader = Chain("r1"), Chain("r2")
    secret = writer.say(SECRET)
    await push(store, [reader.redact(writer.id_of(1))])
    assert await push(store, [secret]) == ["ok"]
    assert await kept(store) == [*reader.facts, bare(secret)]
    assert await place.holds(SECRET.encode()) == []


async def test_a_fact_and_its_redaction_in_one_push_leave_no_text(store: Store, place: Place) -> None:
    chain = Chain("r1")
    secret = chain.say(SECRET)
    chain.redact(chain.id_of(1))
    chain.say("on")
    assert await push(store, chain.facts) == ["ok"] * 3
    assert await kept(store) == [bare(secret), *chain.facts[1:]]
    assert await place.holds(SECRET.encode()) == []


async def test_after_its_last_fact_was_redacted_a_chain_goes_on_where_it_was(store: Store) -> None:
    writer, reader = spoken("r1", 2), Chain("r2")
    await push(store, writer.facts)
    await push(store, [reader.redact(writer.id_of(2))])
    forked = spoken("r1", 1)
    forked.say("another second fact")
    assert await push(store, forked.facts[1:]) == ["fork"]
    writer.say("third")
    assert await push(store, writer.facts) == ["duplicate", "duplicate", "ok"]
    heads, last = await store.heads(INC)
    assert heads["r1"] == (3, writer.facts[2][1])
    assert last == (await rows_of(store))[-1].n


async def test_a_redaction_holds_after_a_restart_for_copies_that_come_late(store: Store, place: Place) -> None:
    writer, reader, late = spoken("r1", 1), Chain("r2"), Chain("r3")
    secret = writer.say(SECRET)
    await push(store, writer.facts)
    await push(store, [reader.redact(writer.id_of(2))])
    await store.close()
    again = await place.open()
    assert await push(again, [late.copy(secret[0])]) == ["ok"]
    assert (await kept(again))[-1] == bare(late.facts[0])
    assert await place.holds(SECRET.encode()) == []


async def test_erasing_a_fact_takes_its_text_out_in_its_place(store: Store, place: Place) -> None:
    chain = spoken("r1", 1)
    secret = chain.say(SECRET)
    chain.say("on")
    await push(store, chain.facts)
    await store.erase(INC, chain.id_of(2))
    assert await kept(store) == [chain.facts[0], bare(secret), chain.facts[2]]
    assert await place.holds(SECRET.encode()) == []
    await store.close()
    assert await kept(await place.open()) == [chain.facts[0], bare(secret), chain.facts[2]]


async def test_a_copy_without_its_text_gets_back_the_text_that_is_here(store: Store) -> None:
    writer, reader = spoken("r1", 1), Chain("r2")
    await push(store, writer.facts)
    copy = reader.copy(writer.facts[0][0])
    assert await push(store, [bare(copy)]) == ["ok"]
    assert await kept(store) == [writer.facts[0], copy]


async def test_many_redactions_at_once_leave_nothing(store: Store, place: Place) -> None:
    writer, reader = Chain("r1"), Chain("r2")
    for n in range(60):
        writer.say(f"{SECRET} {n}")
    copies = [Chain(f"c{n}") for n in range(3)]
    for chain in copies:
        for data, _ in writer.facts:
            chain.copy(data)
    await push(store, [*writer.facts, *(fact for chain in copies for fact in chain.facts)])
    for n in range(60):
        reader.redact(writer.id_of(n + 1))
    assert set(await push(store, reader.facts)) == {"ok"}
    assert not any(SECRET.encode() in row.data for row in await rows_of(store))
    await soon(lambda: place.holds(SECRET.encode()), [])


# ── evidence ────────────────────────────────────────────────────────────────────────────────────


async def test_evidence_is_kept_once_a_fact_names_it(store: Store, place: Place) -> None:
    assert await store.put_blob(INC, SHA, PIECE) is False
    await push(store, [Chain("r1").attach(SHA)])
    assert await store.blob(INC, SHA) is None
    assert await store.put_blob(INC, SHA, PIECE) is True
    assert await store.put_blob(INC, SHA, PIECE) is True
    assert await (await place.other()).blob(INC, SHA) == PIECE


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 3_000_000])
async def test_evidence_of_any_size_comes_back_as_it_was(store: Store, place: Place, size: int) -> None:
    piece = random.Random(size).randbytes(size)
    sha = sha256(piece).hexdigest()
    await push(store, [Chain("r1").attach(sha)])
    assert await store.put_blob(INC, sha, piece)
    await store.close()
    assert await (await place.open()).blob(INC, sha) == piece


async def test_bytes_that_do_not_have_their_hash_are_refused(store: Store) -> None:
    await push(store, [Chain("r1").attach(SHA)])
    with pytest.raises(StoreTrouble, match="hash"):
        await store.put_blob(INC, SHA, PIECE + b"!")
    assert await store.blob(INC, SHA) is None


async def test_an_incident_gives_out_only_the_evidence_that_it_names(store: Store) -> None:
    await push(store, [Chain("r1").attach(SHA)])
    await store.put_blob(INC, SHA, PIECE)
    await store.put_meta(Meta(inc_of(22), 1))
    assert await store.blob(inc_of(22), SHA) is None


async def test_evidence_goes_with_the_last_fact_that_names_it(store: Store, place: Place) -> None:
    piece = SECRET.encode() * 6000
    sha = sha256(piece).hexdigest()
    chain, other = Chain("r1"), Chain("r2")
    chain.attach(sha)
    chain.attach(sha)
    await push(store, chain.facts)
    await store.put_blob(INC, sha, piece)
    await push(store, [other.redact(chain.id_of(1))])
    assert await store.blob(INC, sha) == piece
    await push(store, [other.redact(chain.id_of(2))])
    assert await store.blob(INC, sha) is None
    await soon(lambda: place.holds(SECRET.encode()), [])
