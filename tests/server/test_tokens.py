"""Tokens: made, found, taken back; whatever happens to the table, nobody gets in who should not."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_kit import INC
from warroom.core.values import DAY
from warroom.server.answers import _pieces, cut
from warroom.server.frames import LARGEST
from warroom.server.pace import Pace, loopback, network
from warroom.server.stores.base import StoreTrouble
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import PREFIX, TABLE, Tokens

T = TypeVar("T")


class Clock:
    now = 1_000

    def __call__(self) -> int:
        return self.now


def on(folder: Path, act: Callable[[EmbeddedStore, Tokens, Clock], Awaitable[T]]) -> T:
    async def run() -> T:
        store, clock = EmbeddedStore(str(folder)), Clock()
        await store.open()
        try:
            return await act(store, Tokens(store, clock), clock)
        finally:
            await store.close()

    return asyncio.run(run())


def test_a_token_is_found_by_its_secret_and_by_nothing_else(tmp_path: Path) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        token, secret = await tokens.create("ana", "respond", (INC,))
        assert await tokens.find(secret) == token
        for wrong in ("", secret[:-1], secret + "x", token.sha, token.id, "\udcff", "x" * 10**6):
            assert await tokens.find(wrong) is None

    on(tmp_path, act)


def test_no_secret_is_kept(tmp_path: Path) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        token, secret = await tokens.create("ana", "respond")
        assert len(secret.removeprefix(PREFIX)) == 43
        assert token.sha == sha256(secret.encode()).hexdigest()
        data, _ = await store.read_table(TABLE)
        assert secret.encode() not in data
        assert token.sha.encode() in data

    on(tmp_path, act)


def test_a_token_ends_when_it_expires_or_is_revoked(tmp_path: Path) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        short, secret = await tokens.create("short", "respond", expires=2_000)
        long, other = await tokens.create("long", "respond")
        clock.now = 1_999
        assert await tokens.find(secret)
        clock.now = 2_000
        assert await tokens.find(secret) is None
        assert await tokens.holding(short.id) is None
        assert await tokens.revoke(long.id)
        assert await tokens.find(other) is None
        assert not await tokens.revoke(long.id)
        assert not await tokens.revoke("NOBODY")
        # Who relayed a fact is still told by name.
        assert await tokens.names() == {short.id: "short", long.id: "long"}

    on(tmp_path, act)


def test_what_another_process_changes_is_seen_at_the_next_look(tmp_path: Path) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        other = Tokens(EmbeddedStore(str(tmp_path)), clock)
        token, secret = await other.create("ana", "respond")
        assert await tokens.find(secret) == token
        await other.revoke(token.id)
        assert await tokens.find(secret) is None

    on(tmp_path, act)


def test_tokens_that_are_made_at_once_are_all_kept(tmp_path: Path) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        many = [Tokens(EmbeddedStore(str(tmp_path)), clock) for _ in range(6)]
        made = await asyncio.gather(*(each.create(f"t{n}", "respond") for n, each in enumerate(many)))
        assert {token.id for token in await tokens.all()} == {token.id for token, _ in made}

    on(tmp_path, act)


def test_a_token_is_named_for_an_incident_beside_all_others(tmp_path: Path) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        token, secret = await tokens.create("ana", "respond")
        assert await tokens.name(token.id, INC)
        assert await tokens.name(token.id, INC)
        found = await tokens.find(secret)
        assert found is not None
        assert found.named == (INC,)
        assert not await tokens.name("NOBODY", INC)

    on(tmp_path, act)


def test_a_link_that_is_over_says_so_for_a_month_and_leaves_the_table(tmp_path: Path) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        _, secret = await tokens.create("board", "observe", (INC,), expires=2_000, share=True)
        assert await tokens.find(secret) is None, "a link is no token"
        assert await tokens.find_share(secret)
        clock.now = 3_000
        assert await tokens.find_share(secret) is None
        assert await tokens.ended_share(secret)
        assert not await tokens.ended_share(secret[::-1])
        clock.now = 3_000 + 30 * DAY
        await tokens.create("ana", "respond")
        assert not await tokens.ended_share(secret)
        assert [token.name for token in await tokens.all()] == ["ana"]

    on(tmp_path, act)


def test_a_table_that_cannot_be_read_lets_nobody_in_and_is_not_written_over(tmp_path: Path) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        _, secret = await tokens.create("ana", "respond")
        data, version = await store.read_table(TABLE)
        await store.write_table(TABLE, b"{broken", version)
        with pytest.raises(StoreTrouble):
            await tokens.find(secret)
        with pytest.raises(StoreTrouble):
            await tokens.create("ivo", "respond")
        assert (await store.read_table(TABLE))[0] == b"{broken"
        await store.write_table(TABLE, data, version + 1)
        assert await tokens.find(secret)

    on(tmp_path, act)


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\nb", "\x1b[31m"])
def test_a_name_is_one_that_can_be_shown(tmp_path: Path, name: str) -> None:
    async def act(store: EmbeddedStore, tokens: Tokens, clock: Clock) -> None:
        with pytest.raises(ValueError, match="name"):
            await tokens.create(name, "respond")

    on(tmp_path, act)


# ── how fast ────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 10), st.integers(1, 10))
def test_nobody_gets_more_than_the_burst_and_what_time_gives(gaps: list[float], rate: float, burst: int) -> None:
    pace, now, taken = Pace(rate, burst), 100.0, 0
    for gap in gaps:
        now += gap
        wait = pace.take("ana", now)
        taken += wait == 0
        assert taken <= burst + (now - 100.0) * rate + 1e-6
        if wait:
            assert pace.take("ana", now + wait + 1e-9) == 0
            now, taken = now + wait + 1e-9, taken + 1


def test_one_key_does_not_slow_another_down() -> None:
    pace = Pace(1.0, 1)
    assert [pace.take(key, 0.0) for key in ("a", "b", "a", "b")] == [0.0, 0.0, 1.0, 1.0]


def test_what_is_remembered_of_many_keys_is_bounded() -> None:
    pace = Pace(1.0, 1, most=3)
    for n in range(100):
        pace.take(str(n), 0.0)
    assert list(pace._buckets) == ["97", "98", "99"]


@given(st.lists(st.integers(0, 80_000), max_size=12))
def test_an_answer_goes_out_in_pieces_that_are_small_and_all_there(sizes: list[int]) -> None:
    parts = [bytes([number]) * size for number, size in enumerate(sizes)]
    pieces = list(_pieces(parts))
    assert b"".join(pieces) == b"".join(parts)
    assert all(len(piece) <= max(LARGEST, *sizes, 0) for piece in pieces)
    assert all(len(one) + len(two) > LARGEST for one, two in pairwise(pieces))
    assert b"".join(cut(b"".join(parts))) == b"".join(parts)


def test_of_an_ipv6_address_the_network_counts() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff") == "2001:db8::/64"
    assert network("2001:db8:0:1::1") != network("2001:db8::1")
    assert network("192.0.2.1") == "192.0.2.1"
    assert network("fe80::1%eth0") == "fe80::/64"
    assert network("") == ""
    assert [loopback(each) for each in ("127.0.0.1", "::1", "10.0.0.1", "", "x")] == [True, True, False, False, False]
