"""Whatever is pushed in whatever order: every store keeps what the index alone would keep."""

import asyncio

from chains import INC, Chain, Facts, bare, inc_of, rows_of, soon, spoken, unwrapped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warroom.core import codec
from warroom.server.stores.base import Meta, Store
from warroom.server.stores.index import Index

SHA = "ab" * 32


def pool(inc: str) -> Facts:
    """Facts of four replicas: entries, a fork, copies, tombstones, redactions, what is too large, evidence."""
    one, two, three = spoken("r1", 3, inc), spoken("r2", 2, inc), Chain("r3", inc)
    fork = spoken("r1", 2, inc)
    fork.say("another third fact"), fork.say("and on")
    two.redact(one.id_of(2))
    two.attach(SHA)
    two.add(one.events[0].body, id=one.id_of(1), lam=9)  # an id that is taken, by something else
    three.copy(one.facts[1][0])
    three.copy(two.facts[0][0])
    three.say("x" * 70_000)
    three.redact(two.id_of(4))
    three.copy(one.facts[2][0])
    one.redact(three.id_of(3))
    return [*one.facts, *two.facts, *three.facts, *fork.facts[2:], bare(three.facts[0]), bare(three.facts[1])]


SIZE = len(pool(INC))
pushes = st.lists(st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=9), min_size=1, max_size=8)
_examples = iter(range(1000, 10_000_000))


@given(pushes)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
async def test_any_interleaving_leaves_what_the_index_alone_says(store: Store, pushed: list[list[int]]) -> None:
    inc = inc_of(next(_examples))
    await store.put_meta(Meta(inc, 1))
    facts, index = pool(inc), Index(inc)
    for numbers in pushed:
        expected = []
        for number in numbers:
            judged = index.judge(*facts[number])
            expected.append(judged.result)
            if judged.event is not None:
                index.add(judged.event, judged.data, facts[number][1])
        done = await store.append_expected(inc, [facts[number] for number in numbers], "ana")
        assert list(done.results) == expected
    assert (await store.heads(inc))[0] == index.heads
    assert [row.data for row in await rows_of(store, inc)] == index.rows


@given(pushes)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
async def test_pushes_at_once_through_two_nodes_leave_sound_chains_and_one_result(
    store: Store, other: Store, pushed: list[list[int]]
) -> None:
    inc = inc_of(next(_examples))
    await store.put_meta(Meta(inc, 1))
    facts = pool(inc)
    nodes = [store, other]
    answers = await asyncio.gather(
        *(
            nodes[at % 2].append_expected(inc, [facts[number] for number in numbers], "ana")
            for at, numbers in enumerate(pushed)
        )
    )
    last = max(answer.last for answer in answers)
    await soon(lambda: end_of(store, inc), last)
    rows = await rows_of(store, inc)
    await soon(lambda: rows_of(other, inc), rows)
    assert await other.heads(inc) == await store.heads(inc)
    found = {hash: data for data, hash in unwrapped(rows)}
    heads: dict[str, tuple[int, str]] = {}
    for data, hash in unwrapped(rows):
        event = codec.accept(data, hash)
        seq, prev = heads.get(event.rep, (0, ""))
        assert (event.seq, event.prev) == (seq + 1, prev)
        heads[event.rep] = (event.seq, hash)
    for numbers, answer in zip(pushed, answers, strict=True):
        for number, result in zip(numbers, answer.results, strict=True):
            if result.status in ("ok", "duplicate") or result.kept:
                assert facts[number][1] in found


async def end_of(store: Store, inc: str) -> int:
    return (await store.heads(inc))[1]
