"""What every store does alike: keeps chains, gives them out in order, and holds what its nodes share."""

import asyncio
import random

import pytest
from chains import INC, Chain, bare, inc_of, kept, push, rows_of, soon, spoken, until
from places import Place

from warroom.server.stores.base import Meta, Row, Store, StoreTrouble

pytestmark = pytest.mark.usefixtures("incident")


# ── judging ─────────────────────────────────────────────────────────────────────────────────────


async def test_facts_that_follow_are_kept_with_their_bytes_unchanged(store: Store) -> None:
    facts = spoken("r1", 3).facts
    assert await push(store, facts) == ["ok"] * 3
    assert await kept(store) == facts


async def test_a_fact_that_comes_again_is_a_duplicate_and_kept_once(store: Store) -> None:
    facts = spoken("r1", 3).facts
    await push(store, facts[:2])
    assert await push(store, facts) == ["duplicate", "duplicate", "ok"]
    assert await push(store, facts[:1]) == ["duplicate"]
    assert await kept(store) == facts


async def test_a_fact_before_which_one_is_missing_is_not_kept(store: Store) -> None:
    facts = spoken("r1", 3).facts
    assert await push(store, [facts[0], facts[2]]) == ["ok", "gap"]
    assert await kept(store) == facts[:1]
    assert await push(store, facts[1:]) == ["ok", "ok"]


async def test_another_fact_under_the_same_number_is_a_fork_and_not_kept(store: Store) -> None:
    ours, theirs = spoken("r1", 1), spoken("r1", 1)
    ours.say("here"), ours.say("and on"), theirs.say("there"), theirs.say("and further")
    await push(store, ours.facts)
    assert await push(store, theirs.facts) == ["duplicate", "fork", "fork"]
    assert await kept(store) == ours.facts


async def test_what_is_no_fact_is_invalid_and_leaves_nothing(store: Store) -> None:
    data, hash = spoken("r1", 1).facts[0]
    elsewhere = spoken("r1", 1, inc_of(9)).facts
    assert await push(store, [(b"{}", hash), (data, "0" * 64), (data[:-1], hash), *elsewhere]) == ["invalid"] * 4
    assert await rows_of(store) == []


async def test_a_fact_whose_text_is_refused_leaves_its_place_so_that_the_chain_goes_on(store: Store) -> None:
    chain = Chain("r1")
    chain.say("x" * 70_000)
    chain.say("after it")
    first, second = (await store.append_expected(INC, chain.facts, "ana")).results
    assert (first.status, first.kept, second.status) == ("invalid", True, "ok")
    assert await kept(store) == [bare(chain.facts[0]), chain.facts[1]]


async def test_one_refused_fact_does_not_take_those_of_others_with_it(store: Store) -> None:
    one, other = spoken("r1", 3).facts, spoken("r2", 2).facts
    assert await push(store, [one[0], other[0], one[2], other[1]]) == ["ok", "ok", "gap", "ok"]
    assert await kept(store) == [one[0], *other]


async def test_a_long_push_is_kept_whole(store: Store) -> None:
    facts = spoken("r1", 700).facts
    assert await push(store, facts) == ["ok"] * 700
    assert await kept(store) == facts


async def test_an_incident_that_nobody_made_takes_and_gives_nothing(store: Store) -> None:
    with pytest.raises(StoreTrouble, match="no incident"):
        await store.append_expected(inc_of(8), spoken("r1", 1, inc_of(8)).facts, "ana")
    with pytest.raises(StoreTrouble, match="no incident"):
        await store.read_after(inc_of(8), 0, 10)
    assert await store.meta(inc_of(8)) is None


# ── numbers, order, watching ────────────────────────────────────────────────────────────────────


async def test_numbers_ascend_and_reading_goes_on_behind_any_of_them(store: Store) -> None:
    await push(store, spoken("r1", 4).facts)
    await push(store, spoken("r2", 3).facts)
    rows = await rows_of(store)
    numbers = [row.n for row in rows]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > 0
    for at, row in enumerate(rows):
        assert await store.read_after(INC, row.n, 100) == rows[at + 1 :]
    assert await store.read_after(INC, 0, 2) == rows[:2]


async def test_heads_are_the_last_fact_of_each_replica_and_the_last_number(store: Store) -> None:
    assert await store.heads(INC) == ({}, 0)
    one, other = spoken("r1", 2), spoken("r2", 1)
    pushed = await store.append_expected(INC, one.facts + other.facts, "ana")
    heads, last = await store.heads(INC)
    assert heads == {"r1": (2, one.facts[1][1]), "r2": (1, other.facts[0][1])}
    assert last == (await rows_of(store))[-1].n == pushed.last


async def test_a_push_that_keeps_nothing_tells_where_the_log_ends(store: Store) -> None:
    facts = spoken("r1", 2).facts
    pushed = await store.append_expected(INC, facts, "ana")
    assert (await store.append_expected(INC, facts, "ana")).last == pushed.last


async def test_watchers_see_once_and_in_order_what_readers_see(store: Store, place: Place) -> None:
    seen: list[tuple[str, Row]] = []
    far: list[tuple[str, Row]] = []
    store.watch(lambda inc, rows: seen.extend((inc, row) for row in rows))
    other = await place.other()
    other.watch(lambda inc, rows: far.extend((inc, row) for row in rows))
    await store.put_meta(Meta(inc_of(9), 1))
    chain = spoken("r1", 5)
    await asyncio.gather(
        push(store, chain.facts),
        push(store, spoken("r2", 5).facts),
        push(store, spoken("r3", 5, inc_of(9)).facts, inc=inc_of(9)),
    )
    await push(store, chain.facts)  # all known
    expected = [(inc, row) for inc in (INC, inc_of(9)) for row in await store.read_after(inc, 0, 100)]
    for found in (seen, far):
        await until(lambda found=found: len(found) >= 15)
        assert sorted(found, key=lambda one: (one[0] != INC, one[1].n)) == expected
        for inc in (INC, inc_of(9)):
            numbers = [row.n for of, row in found if of == inc]
            assert numbers == sorted(numbers)


async def test_what_watchers_see_is_still_there_after_a_restart(store: Store, place: Place) -> None:
    seen: list[Row] = []
    store.watch(lambda _, rows: seen.extend(rows))
    await push(store, spoken("r1", 5).facts)
    await until(lambda: len(seen) == 5)
    await store.close()
    assert [row.data for row in await rows_of(await place.open())] == [row.data for row in seen]


async def test_a_replica_belongs_to_the_token_that_pushed_it_first(store: Store, place: Place) -> None:
    chain = spoken("r1", 2)
    await push(store, chain.facts[:1], "ana")
    await push(store, [*chain.facts[1:], *spoken("r2", 1).facts], "ivo")
    await store.close()
    meta = await (await place.open()).meta(INC)
    assert meta
    assert meta.owners == {"r1": "ana", "r2": "ivo"}


async def test_from_which_number_on_others_brought_a_replicas_facts_is_kept(store: Store, place: Place) -> None:
    chain, other = spoken("r1", 6), spoken("r2", 1)
    await push(store, chain.facts[:2], "ana")
    await push(store, chain.facts, "ivo")  # two of them are known, and were hers to bring
    chain.say("hers again")
    await push(store, [*chain.facts, *other.facts], "ana")
    await store.close()
    meta = await (await place.open()).meta(INC)
    assert meta
    assert meta.turns == {"r1": ((3, "ivo"), (7, "ana"))}


async def test_a_redaction_leaves_who_brought_what(store: Store, place: Place) -> None:
    chain, eraser = spoken("r1", 1), Chain("r2")
    await push(store, chain.facts, "ana")
    chain.say("secret")
    await push(store, chain.facts, "ivo")
    eraser.redact(chain.id_of(2))
    await push(store, eraser.facts, "lee")
    await until(lambda: not getattr(store, "waiting", 0))
    await store.close()
    meta = await (await place.open()).meta(INC)
    assert meta
    assert meta.turns == {"r1": ((2, "ivo"),)}


# ── metas and tables ────────────────────────────────────────────────────────────────────────────


async def test_two_who_change_a_meta_at_once_both_keep_their_names(store: Store, place: Place) -> None:
    other = await place.other()
    inc = inc_of(20)
    await asyncio.gather(
        *(
            node.put_meta(Meta(inc, 5, restricted=n == 3, named=(f"t{n}",)))
            for n, node in enumerate((store, other, store, other))
        )
    )

    async def known(node: Store) -> object:
        meta = await node.meta(inc)
        return meta and (meta.restricted, sorted(meta.named), meta.created)

    for node in (store, other):
        await soon(lambda node=node: known(node), (True, ["t0", "t1", "t2", "t3"], 5))


async def test_metas_and_tables_are_there_after_a_restart(store: Store, place: Place) -> None:
    await store.put_meta(Meta(inc_of(21), 5, restricted=True, named=("t1",)))
    assert await store.write_table("tokens", b'{"a":1}', 0)
    before = sorted(await store.incidents(), key=lambda meta: meta.inc)
    table = await store.read_table("tokens")
    await store.close()
    again = await place.open()
    assert sorted(await again.incidents(), key=lambda meta: meta.inc) == before
    assert len(before) == 2
    assert await again.read_table("tokens") == table == (b'{"a":1}', table[1])


async def test_of_two_who_write_a_table_at_once_one_is_told_to_read_it_again(store: Store, place: Place) -> None:
    other = await place.other()
    assert await store.read_table("tokens") == (b"", 0)
    done = await asyncio.gather(*(node.write_table("tokens", b"%d" % n, 0) for n, node in enumerate((store, other))))
    assert sorted(done) == [False, True]
    data, version = await store.read_table("tokens")
    assert data == b"%d" % done.index(True)
    assert not await store.write_table("tokens", b"late", 0)
    assert await store.write_table("tokens", b"next", version)
    assert (await store.read_table("tokens"))[0] == b"next"


async def test_a_table_may_be_large_and_shrink_again(store: Store, place: Place) -> None:
    large = random.Random(1).randbytes(400_000)
    assert await store.write_table("tokens", large, 0)
    data, version = await (await place.other()).read_table("tokens")
    assert data == large
    assert await store.write_table("tokens", b"small", version)
    await store.close()
    assert (await (await place.open()).read_table("tokens"))[0] == b"small"


# ── opening again ───────────────────────────────────────────────────────────────────────────────


async def test_everything_is_as_it_was_after_a_restart(store: Store, place: Place) -> None:
    chain, other = spoken("r1", 6), Chain("r2")
    await push(store, chain.facts)
    other.redact(chain.id_of(6))
    other.redact(chain.id_of(2))
    await push(store, other.facts)
    rows, heads = await rows_of(store), await store.heads(INC)
    await store.close()
    again = await place.open()
    assert await again.heads(INC) == heads
    assert await rows_of(again) == rows
    assert await push(again, [chain.say("on")]) == ["ok"]


async def test_a_cursor_whose_epoch_still_holds_leads_to_the_same_rows(store: Store, place: Place) -> None:
    await push(store, spoken("r1", 4).facts)
    epoch, rows = store.epoch, await rows_of(store)
    await store.close()
    again = await place.open()
    assert again.epoch
    assert again.epoch != epoch or await again.read_after(INC, rows[1].n, 9) == rows[2:]


async def test_an_open_store_is_ready(store: Store) -> None:
    assert await store.ready() == ""
