"""The server's own facts and its stakeholder pages over every store, and over two nodes where there can be two."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from chains import INC, Chain, kept, push, soon
from places import Place

from warroom.core import events as ev
from warroom.core.acts.page import AskedAlready, AskOnPage
from warroom.core.values import Ms, Refused
from warroom.server.journal import Journal
from warroom.server.measures import Measures
from warroom.server.options import Options
from warroom.server.pages import Pages
from warroom.server.readers import Reader
from warroom.server.situations import Situations
from warroom.server.stores.base import Store, StoreTrouble
from warroom.server.tokens import Token, wall
from warroom.server.writer import Unheard, Writer

pytestmark = pytest.mark.usefixtures("incident")

LINK = Token("link", "the board", "0" * 64, "observe", (INC,), share=True)
KEY = (INC, "internal")


class Node:
    """What one API node has of pages."""

    def __init__(self, store: Store, now: Callable[[], Ms] = wall) -> None:
        self.store = store
        self.situations = Situations(store)
        self.writer = Writer(store, self.situations, now)
        self.mistakes: list[BaseException] = []
        self.pages = Pages(self.situations, Options(), Measures(), Journal(), now, self.mistakes.append)
        store.watch(self.pages.heard)

    async def ask(self, what: str, id: str = "") -> list[ev.Event]:
        return await self.writer.do(INC, AskOnPage(what=what, asker="support", id=id), "stakeholder page")

    async def asked(self) -> list[str]:
        state = await self.situations.state(INC)
        return [each.body.what for each in state.questions if isinstance(each.body, ev.QuestionAsked)]


def room() -> Chain:
    chain = Chain("room")
    chain.add(ev.Declared("checkout returns 500s", "SEV2"))
    return chain


async def test_a_question_is_durable_under_the_nodes_own_replica(store: Store, place: Place) -> None:
    await push(store, room().facts)
    [event] = await Node(store).ask("Is data lost?")
    heads, _ = await store.heads(INC)
    assert heads[event.rep] == (1, event.hash)
    assert event.rep != "room"
    again = await place.other()
    assert await Node(again).asked() == ["Is data lost?"]


async def test_two_nodes_ask_at_once_and_each_goes_on_in_its_own_chain(store: Store, other: Store) -> None:
    await push(store, room().facts)
    one, two = Node(store), Node(other)
    for number in range(3):
        await asyncio.gather(one.ask(f"one {number}"), two.ask(f"two {number}"))
    wanted = sorted(f"{node} {number}" for node in ("one", "two") for number in range(3))
    await soon(partial(_sorted, one), wanted)
    await soon(partial(_sorted, two), wanted)
    heads, _ = await store.heads(INC)
    assert sorted(seq for rep, (seq, _) in heads.items() if rep != "room") == [3, 3]


async def _sorted(node: Node) -> list[str]:
    return sorted(await node.asked())


async def test_the_same_question_by_another_node_is_known(store: Store, other: Store) -> None:
    await push(store, room().facts)
    await Node(store).ask("Is data lost?", "0" * 20)
    two = Node(other)
    await soon(two.asked, ["Is data lost?"])
    with pytest.raises(AskedAlready):
        await two.ask("Is data lost?", "0" * 20)


@pytest.mark.parametrize("kept", [True, False])
async def test_the_chain_goes_on_after_a_push_that_nobody_answered(
    store: Store, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    await push(store, room().facts)
    node, real = Node(store), store.append_expected

    async def unheard(*given: object) -> None:
        if kept:
            await real(*given)
        raise StoreTrouble("nobody answered")

    await node.ask("one")
    with monkeypatch.context() as broken:
        broken.setattr(store, "append_expected", unheard)
        with pytest.raises(StoreTrouble) as said:
            await node.ask("two")
    assert isinstance(said.value, Unheard) == (kept or store.kind != "embedded"), "a cluster may keep it still"
    await node.ask("three")
    assert await node.asked() == (["one", "two", "three"] if kept else ["one", "three"])
    heads, _ = await store.heads(INC)
    assert [seq for rep, (seq, _) in heads.items() if rep != "room"] == [3 if kept else 2]


async def test_what_lands_after_all_makes_a_new_chain_and_nothing_is_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await push(store, room().facts)
    node, real = Node(store), store.append_expected
    late = []

    async def later(*given: object) -> None:
        late.append(given)
        raise StoreTrouble("nobody answered")

    with monkeypatch.context() as broken:
        broken.setattr(store, "append_expected", later)
        with pytest.raises(StoreTrouble):
            await node.ask("one")
    await real(*late[0])
    await node.ask("two")
    assert sorted(await node.asked()) == ["one", "two"]


async def test_a_refusal_leaves_nothing(store: Store) -> None:
    await push(store, room().facts)
    with pytest.raises(Refused, match="write your question"):
        await Node(store).ask("  ")
    assert len(await kept(store)) == 1


async def test_a_page_is_another_on_every_node_when_one_learns_of_an_update(store: Store, other: Store) -> None:
    chain = room()
    await push(store, chain.facts)
    node = Node(other)
    reader = Reader(LINK, INC, 1 << 20, lambda: None)
    await node.pages.add(reader, KEY)
    chain.add(ev.UpdatePosted("public", "It is the database."))
    await push(store, chain.facts[1:])
    assert b"It is the database." in await asyncio.wait_for(reader.take(), 60)
    node.pages.remove(reader)
    assert node.pages.links() == []
