"""Who reads a stakeholder page while it changes: everybody gets what is new, and nobody what is gone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from facts import declared
from server_kit import INC, facts_of
from warroom.core.acts.talk import PostUpdate
from warroom.server import pages as paging
from warroom.server.house import House
from warroom.server.journal import Journal
from warroom.server.options import Options
from warroom.server.pages import Pages
from warroom.server.readers import Reader
from warroom.server.stores.base import Meta, Row, StoreTrouble
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import Token

LINK = Token("LINK", "the board", "0" * 64, "observe", (INC,), share=True)
KEY = (INC, "internal")
NEWS = [Row(1, b"")]


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """One whose incident is declared, and which shows at once what is new; nothing ticks."""
    monkeypatch.setattr(paging, "_BUNCH", 0.0)
    store = EmbeddedStore(str(tmp_path / "server"))
    await store.open()
    await store.put_meta(Meta(INC, 1))
    it = House(store, Options(viewers=6), Journal())
    it.desk = declared()
    store.watch(it.pages.heard)
    await store.append_expected(INC, facts_of(it.desk), "room")
    yield it
    await store.close()


async def news(house: House, what: str) -> None:
    """The room posts this update, and it is durable."""
    before = len(house.desk.state.facts)
    house.desk.do(PostUpdate(what=what, audience="public"))
    await house.store.append_expected(INC, facts_of(house.desk, before), "room")


class Watching(Reader):
    """A reader who takes nothing by itself; `seen` is what it was offered."""

    def __init__(self, pages: Pages, link: Token = LINK) -> None:
        super().__init__(link, INC, 1 << 20, lambda: None)
        self.pages, self.seen = pages, []

    def offer(self, block: bytes, chunk: bytes, now: float, instead: bool = False) -> bool:
        self.seen.append(block)
        return super().offer(block, chunk, now, instead)


async def reading(house: House) -> Watching:
    reader = Watching(house.pages)
    await house.pages.add(reader, KEY)
    return reader


async def idle(house: House) -> None:
    async with asyncio.timeout(20):
        while tasks := list(house.pages._tasks.values()):
            await asyncio.wait(tasks)


async def test_what_is_heard_while_the_last_change_goes_out_is_shown_too(house: House) -> None:
    loop = asyncio.get_running_loop()
    looks = []
    real = house.pages._show

    async def show(key: paging.Key) -> None:
        await real(key)
        looks.append(key)
        if len(looks) == 1:
            loop.call_soon(house.pages.heard, INC, NEWS)  # in the next step of the loop

    house.pages._show = show
    await reading(house)
    house.pages.heard(INC, NEWS)
    await asyncio.sleep(0.05)
    await idle(house)
    assert len(looks) == 2


async def test_a_mistake_is_noted_and_the_next_change_is_shown(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = await reading(house)
    with monkeypatch.context() as broken:
        broken.setattr(paging, "page", lambda *given: 1 / 0)
        await news(house, "one")
        await idle(house)
    assert house.measures.errors == 1
    await news(house, "two")
    await idle(house)
    assert b"two" in reader.seen[-1]
    assert b"one" in reader.seen[-1]


async def test_a_new_page_goes_out_instead_of_those_that_wait(house: House) -> None:
    reader = await reading(house)
    for what in ("Contoso is hit", "put right"):
        await news(house, what)
        await idle(house)
    house.pages.ping()
    since = reader._since
    await news(house, "over")
    await idle(house)
    assert len(reader._waiting) == 1
    assert reader._since == since, "it is dropped as soon as before"
    assert reader._size == len(await reader.take())


async def test_pages_are_made_anew_when_the_store_is_another(house: House) -> None:
    reader = await reading(house)
    house.desk.do(PostUpdate(what="by another node", audience="public"))
    reader.pages._made.clear()
    house.store._watchers.clear()  # nothing tells of what is new
    await house.store.append_expected(INC, facts_of(house.desk, len(await house.store.read_after(INC, 0, 99))), "room")
    await house._look(False)
    await idle(house)
    assert reader.seen == []
    house.store.epoch = "ANOTHER"
    await house._look(False)
    await idle(house)
    assert b"by another node" in reader.seen[-1]


async def test_a_page_that_nobody_reads_any_more_is_forgotten_and_none_keeps_its_facts(house: House) -> None:
    one, two = await reading(house), await reading(house)
    made = await house.pages.made(KEY)
    assert await house.pages.made(KEY) is made, "it is made once"
    state = await house.situations.state(INC)
    assert not [name for name in made.__struct_fields__ if getattr(made, name) is state]
    house.pages.remove(one)
    assert KEY in house.pages._made
    house.pages.remove(two)
    assert not house.pages._made


async def test_one_link_takes_half_of_all_places_at_most(house: House) -> None:
    other = Token("OTHER", "the press", "1" * 64, "observe", (INC,), share=True)
    assert [house.pages.enter(LINK) for _ in range(4)] == [True, True, True, False]
    assert [house.pages.enter(other) for _ in range(4)] == [True, True, True, False]
    house.pages.leave(LINK)
    assert house.pages.enter(other) is False
    assert house.pages.enter(LINK) is True


async def test_a_link_that_was_taken_back_ends_although_something_else_cannot_be_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await reading(house)
    terminal = Reader(Token("TERM", "ana", "2" * 64, "respond"), INC, 1 << 20, lambda: None)
    house.hub.add(terminal)

    async def holding(id: str) -> Token | None:
        if id == "LINK":
            return None
        raise StoreTrouble("the disk is gone")

    monkeypatch.setattr(house.tokens, "holding", holding)
    with pytest.raises(StoreTrouble):
        await house._look(False)
    assert reader.end == "revoked"


async def test_a_link_that_cannot_be_looked_up_hides_no_other_that_was_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = [Watching(house.pages, Token(f"L{n}", "x", "0" * 64, "observe", (INC,), share=True)) for n in range(3)]
    for reader in readers:
        await house.pages.add(reader, KEY)

    async def shown_by(link: Token) -> Meta | None:
        if link.id == "L1":
            raise StoreTrouble("the disk is gone")
        return None

    monkeypatch.setattr(house, "shown_by", shown_by)
    await house._look(False)
    assert [reader.end for reader in readers] == ["revoked", "", "revoked"]
