"""Streams and waiting pulls: what is durable reaches everybody who may see it, and nobody waits for a slow one."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from server_kit import INC, OTHER, SURELY_S, InThread, facts_of, in_store, read_answer, until, written
from warroom.core.acts.entries import Log
from warroom.core.values import incident_id
from warroom.server.hub import Hub
from warroom.server.measures import Measures
from warroom.server.options import Options
from warroom.server.readers import Reader
from warroom.server.stores.base import Meta, Row, Store
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import Token, Tokens, wall
from warroom.sync.wire import Heads, cursor

SECRET = incident_id(bytes(range(2, 18)), drill=False)
ONE = f"/v1/incidents/{INC}/live"
EVENTS = f"/v1/incidents/{INC}/events"


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[InThread]:
    """A server that looks at its streams many times a second."""
    running = InThread(str(tmp_path / "server"), Options(tick=0.05, ping=0.1))
    yield running
    running.stop()


def test_a_stream_over_all_incidents_says_hello_and_then_every_new_fact(server: InThread) -> None:
    server.create()
    desk = written(1)
    facts = facts_of(desk)
    with server.live() as live:
        assert live.answer.headers["content-type"].startswith("text/event-stream")
        assert live.answer.headers["x-accel-buffering"] == "no"
        epoch = live.next("hello")["epoch"]
        server.results(facts)
        for number, (_, hash) in enumerate(facts, 1):
            said = live.next("fact")
            assert (said["inc"], said["cursor"], said["fact"]["h"]) == (INC, f"{epoch}.{number}", hash)


def test_a_new_incident_is_heard_of_by_those_who_may_see_it(server: InThread) -> None:
    ivo, ana = server.make_token("ivo"), server.make_token("ana")
    with server.live(token=ivo) as his, server.live(token=ana) as hers:
        his.next("hello")
        hers.next("hello")
        server.create(SECRET, restricted=True, token=ana)
        server.create(OTHER, token=ana)
        assert hers.next("created") | {"id": ""} == {
            "id": "", "inc": SECRET, "restricted": True, "cursor": f"{server.store.epoch}.0",
            "digest": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
        }  # fmt: skip
        assert hers.next("created")["inc"] == OTHER
        assert his.next("created")["inc"] == OTHER


def test_facts_of_a_restricted_incident_go_to_those_who_are_named(server: InThread) -> None:
    server.create(INC, restricted=True)
    server.create(OTHER)
    listed = server.make_token("listed", "observe", (INC,))
    other = server.make_token("other", "administer")
    desk = written(0)
    with server.live(token=listed) as sees, server.live(token=other) as sees_not:
        sees.next("hello")
        sees_not.next("hello")
        server.results(facts_of(desk))
        server.ask("POST", f"/v1/incidents/{INC}/presence", {"who": "ana"})
        server.ask("POST", f"/v1/incidents/{OTHER}/presence", {"who": "ivo"})
        assert sees.next("here")["here"][0]["who"] == "ana"
        while (frame := sees_not.frame()) is not None and frame["event"] != "here":
            assert INC not in frame["data"]
        assert frame is not None
        assert INC not in frame["data"]


def test_a_stream_of_one_incident_begins_at_the_beginning(server: InThread) -> None:
    server.create()
    desk = written(700)
    facts = facts_of(desk)
    for at in range(0, len(facts), 200):
        server.results(facts[at : at + 200])
    with server.live(ONE) as live:
        assert [live.next("fact")["fact"]["h"] for _ in facts] == [hash for _, hash in facts]
        desk.do(Log(text="new"))
        server.results(facts_of(desk)[-1:])
        assert live.next("fact")["fact"]["h"] == desk.prev


@pytest.mark.parametrize("how", ["after", "header"])
def test_a_stream_of_one_incident_goes_on_from_a_cursor(server: InThread, how: str) -> None:
    server.create()
    facts = facts_of(written(3))
    server.results(facts)
    at = cursor(server.store.epoch, 2)
    more: dict[str, Any] = {"params": {"after": at}} if how == "after" else {"headers": {"Last-Event-ID": at}}
    with server.live(ONE, **more) as live:
        first = live.next("fact")
        assert (first["id"], first["fact"]["h"]) == (cursor(server.store.epoch, 3), facts[2][1])


def test_a_cursor_of_another_epoch_is_told_so_and_the_stream_goes_on_from_now(server: InThread) -> None:
    server.create()
    desk = written(1)
    facts = facts_of(desk)
    server.results(facts)
    with server.live(ONE, params={"after": "OTHEREPOCH.1"}) as live:
        frame = live.frame()
        assert frame is not None
        assert frame["event"] == "reset"
        assert frame["id"] == cursor(server.store.epoch, len(facts))
        desk.do(Log(text="new"))
        server.results(facts_of(desk)[-1:])
        assert live.next("fact")["fact"]["h"] == desk.prev


def test_no_fact_is_left_out_or_doubled_while_a_stream_begins(server: InThread) -> None:
    server.create()
    facts = facts_of(written(150))
    server.results(facts[:100])
    pushing = Thread(target=lambda: [server.results([fact]) for fact in facts[100:]])
    pushing.start()
    for _ in range(3):
        with server.live(ONE) as live:
            assert [live.next("fact")["fact"]["h"] for _ in facts] == [hash for _, hash in facts]
    pushing.join()


class Hesitant(EmbeddedStore):
    """A store whose answer about heads is on its way for a while."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.asked, self.go_on = Event(), Event()
        self.go_on.set()

    async def heads(self, inc: str) -> tuple[Heads, int]:
        found = await super().heads(inc)
        self.asked.set()
        await asyncio.to_thread(self.go_on.wait, SURELY_S)
        return found


def test_what_comes_while_a_stream_looks_where_it_is_comes_once(tmp_path: Path) -> None:
    store = Hesitant(str(tmp_path / "server"))
    server = InThread(store.folder, store=store)
    server.create()
    desk = written(0)
    server.results(facts_of(desk))
    store.asked.clear()
    store.go_on.clear()
    said: list[str] = []

    def read() -> None:
        with server.live(ONE) as live:
            while desk.prev not in said:
                said.append(live.next("fact")["fact"]["h"])

    reading = Thread(target=read)
    reading.start()
    assert store.asked.wait(SURELY_S)
    for text in ("meanwhile", "later"):
        desk.do(Log(text=text))
        server.results(facts_of(desk)[-1:])
        store.go_on.set()
    reading.join(SURELY_S)
    assert said == [hash for _, hash in facts_of(desk)]
    server.stop()


def test_signs_of_life_come_while_nothing_happens(quick: InThread) -> None:
    with quick.live() as live:
        live.next("hello")
        for _ in range(3):
            assert live.frame(comments=True) == {"": "ping"}


def test_who_is_here_goes_out_when_the_set_changes_and_only_then(server: InThread) -> None:
    server.create()
    path = f"/v1/incidents/{INC}/presence"
    with server.live() as live:
        live.next("hello")
        for who in ("ana", "ana", "ana", "ivo"):
            server.ask("POST", path, {"who": who})
        said = [[each["who"] for each in live.next("here")["here"]] for _ in range(2)]
    assert said == [["ana"], ["ana", "ivo"]]
    with server.live() as late:
        late.next("hello")
        assert [each["who"] for each in late.next("here")["here"]] == ["ana", "ivo"]


def test_whoever_says_nothing_more_is_gone(quick: InThread) -> None:
    quick.create()
    house = quick.made.house
    with quick.live() as live:
        live.next("hello")
        quick.ask("POST", f"/v1/incidents/{INC}/presence", {"who": "ana"})
        live.next("here")
        house.now = lambda: wall() + 30_000  # type: ignore[method-assign]  # half a minute later
        assert live.next("here")["here"] == []


def test_a_revoked_tokens_streams_end(quick: InThread) -> None:
    quick.create()
    token, secret = quick.made_token("ivo")
    with quick.live(token=secret) as all_of_it, quick.live(ONE, token=secret) as one, quick.live() as mine:
        all_of_it.next("hello")
        mine.next("hello")
        quick.revoke(token.id)
        assert all_of_it.frame() is None
        assert one.frame() is None
        quick.results(facts_of(written(0)))
        assert mine.next("fact")


def test_a_token_that_is_named_sees_the_incident_on_a_stream_that_is_open(quick: InThread) -> None:
    quick.create(INC, restricted=True)
    token, secret = quick.made_token("ivo")
    desk = written(0)
    with quick.live(token=secret) as live:
        live.next("hello")
        quick.results(facts_of(desk))
        in_store(quick.folder, lambda store: Tokens(store).name(token.id, INC))
        assert live.next("created")["inc"] == INC
        desk.do(Log(text="new"))
        quick.results(facts_of(desk)[-1:])
        assert live.next("fact")["fact"]["h"] == desk.prev
    assert quick.ask("GET", f"/v1/incidents/{INC}", token=secret).status_code == 200


def test_an_expired_tokens_streams_end(quick: InThread) -> None:
    secret = quick.made_token("ivo", expires=wall() + 1500)[1]
    with quick.live(token=secret) as live:
        live.next("hello")
        assert live.frame() is None


def test_one_token_has_so_many_streams_and_no_more(tmp_path: Path) -> None:
    running = InThread(str(tmp_path / "server"), Options(streams=2))
    running.create()
    ivo = running.make_token("ivo")
    with running.live() as first:
        first.next("hello")
        with running.live() as second:
            second.next("hello")
            with running.live() as third:
                assert third.answer.status_code == 429
                assert third.answer.headers["retry-after"] == "10"
            assert running.ask("GET", EVENTS, params={"wait": 1}).status_code == 429
            with running.live(token=ivo) as other:
                other.next("hello")
    until(lambda: running.made.house.measures.streams == 0)
    with running.live() as again:
        again.next("hello")
    running.stop()


def test_a_waiting_pull_answers_with_the_next_fact(server: InThread) -> None:
    server.create()
    desk = written(0)
    server.results(facts_of(desk))
    at = server.ask("GET", EVENTS).json()["cursor"]
    said: list[httpx.Response] = []
    waiting = Thread(target=lambda: said.append(server.ask("GET", EVENTS, params={"after": at, "wait": 20})))
    waiting.start()
    until(lambda: server.made.house.hub._waiting)
    desk.do(Log(text="new"))
    server.results(facts_of(desk)[-1:])
    waiting.join(10)
    assert said, "it waited on although there was something"
    assert [fact["h"] for fact in said[0].json()["events"]] == [desk.prev]
    assert server.made.house.hub._waiting == {}
    assert server.ask("GET", EVENTS, params={"after": said[0].json()["cursor"], "wait": 1}).json()["events"] == []


def test_a_pull_whose_token_is_revoked_while_it_waits_gets_nothing(server: InThread) -> None:
    server.create()
    token, secret = server.made_token("ivo")
    said: list[httpx.Response] = []
    waiting = Thread(target=lambda: said.append(server.ask("GET", EVENTS, token=secret, params={"wait": 20})))
    waiting.start()
    until(lambda: server.made.house.hub._waiting)
    server.revoke(token.id)
    server.results(facts_of(written(0)))
    waiting.join(20)
    assert said[0].status_code == 401


def _stalled(server: InThread, path: str) -> socket.socket:
    """A reader that asks for a stream and takes nothing of it."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    line.sendall(server.head("GET", path))
    return line


@pytest.mark.parametrize("path", ["/v1/live", ONE])
def test_a_reader_who_takes_nothing_is_dropped_while_others_go_on(tmp_path: Path, path: str) -> None:
    server = InThread(str(tmp_path / "server"), Options(waiting=256 * 1024))
    server.create()
    desk = written(0)
    with server.live() as live:
        live.next("hello")
        line = _stalled(server, path)
        while server.made.house.measures.streams < 2:
            pass
        sent = 0
        while not server.made.house.measures.dropped:
            for _ in range(10):
                desk.do(Log(text="x" * 50_000))
            fresh = facts_of(desk, after=sent)
            assert set(server.results(fresh)) == {"ok"}
            sent += len(fresh)
        assert [live.next("fact")["fact"]["h"] for _ in range(sent)][-1] == desk.prev
    assert not read_answer(line).endswith(b"0\r\n\r\n"), "it was torn down, not ended in good order"
    assert server.made.house.measures.dropped == 1
    server.stop()
    assert '"end":"dropped"' in server.log.getvalue()


def test_a_reader_who_stalls_with_little_to_take_is_dropped_too(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(tick=0.05, stalled=0.2, waiting=10**9))
    server.create()
    desk = written(0)
    line = _stalled(server, "/v1/live")
    until(lambda: server.made.house.measures.streams)
    sent = 0
    while not server.made.house.measures.dropped:
        for _ in range(10):
            desk.do(Log(text="x" * 50_000))
        fresh = facts_of(desk, after=sent)
        server.results(fresh)
        sent += len(fresh)
    line.close()
    server.stop()


def test_readers_who_hang_up_are_forgotten(server: InThread) -> None:
    for _ in range(20):
        with server.live() as live:
            live.next("hello")
    until(lambda: server.made.house.measures.streams == 0)
    hub = server.made.house.hub
    assert (hub._wide, hub._narrow, dict(hub._open)) == (set(), {}, {})


def test_what_another_node_made_is_shown_to_those_who_may_see_it(tmp_path: Path) -> None:
    """The hub hears of a fact before it knows its incident: who may see it is read first."""

    async def run() -> list[bytes]:
        store: Store = EmbeddedStore(str(tmp_path))
        await store.open()
        hub = Hub(store, Options(), Measures())
        await hub.start()
        sees = Reader(Token("A", "a", "", "respond", (INC,)), "", 10**6, lambda: None)
        sees_not = Reader(Token("B", "b", "", "administer"), "", 10**6, lambda: None)
        hub.add(sees)
        hub.add(sees_not)
        await store.put_meta(Meta(INC, 1, restricted=True))
        hub.heard(INC, [Row(1, b'{"e":{},"h":"1"}')])
        hub.heard(INC, [Row(2, b'{"e":{},"h":"2"}')])
        said = [await sees.take()]
        sees_not.finish("stopped")
        said.append(await sees_not.take())
        await store.close()
        return said

    shown, hidden = asyncio.run(run())
    assert [line for line in shown.split(b"\n") if line.startswith(b"event")] == [
        b"event: created",
        b"event: fact",
        b"event: fact",
    ]
    assert hidden == b""


# ── another epoch ───────────────────────────────────────────────────────────────────────────────


def becomes_another(server: InThread) -> str:
    """The store's epoch, as after a copy of the files was put in their place."""
    server.call(lambda: setattr(server.store, "epoch", "AFTERWARDS"))
    return "AFTERWARDS"


def test_a_stream_over_all_incidents_says_that_the_epoch_is_another(quick: InThread) -> None:
    quick.create()
    with quick.live() as live:
        live.next("hello")
        epoch = becomes_another(quick)
        assert live.next("reset") == {"id": "", "epoch": epoch, "cursor": ""}
        quick.results(facts_of(written(1))[:1])
        assert live.next("fact")["cursor"] == f"{epoch}.1"


def test_a_stream_of_one_incident_ends_and_whoever_comes_again_is_told_where_it_goes_on(quick: InThread) -> None:
    quick.create()
    facts = facts_of(written(1))
    quick.results(facts)
    with quick.live(ONE) as live:
        last = [live.next("fact")["id"] for _ in facts][-1]
        epoch = becomes_another(quick)
        assert live.frame() is None
    with quick.live(ONE, headers={"Last-Event-ID": last}) as again:
        assert again.next("reset") == {
            "id": f"{epoch}.{len(facts)}", "epoch": epoch, "cursor": f"{epoch}.{len(facts)}",
        }  # fmt: skip


def test_no_fact_of_another_epoch_comes_before_its_reset(server: InThread) -> None:
    server.create()
    with server.live() as wide, server.live(ONE) as narrow:
        wide.next("hello")
        until(lambda: server.made.house.measures.streams == 2)
        becomes_another(server)
        server.results(facts_of(written(1))[:1])
        kinds = [(wide.frame() or {}).get("event") for _ in range(2)]
        assert kinds == ["reset", "fact"]
        assert narrow.frame() is None


@pytest.mark.parametrize("known", [False, True])
def test_what_was_known_of_who_may_see_an_incident_does_not_outlive_the_epoch(tmp_path: Path, known: bool) -> None:
    """The store that was put in its place keeps the incident from whom the old one showed it to."""

    async def run() -> bytes:
        store: Store = EmbeddedStore(str(tmp_path))
        await store.open()
        hub = Hub(store, Options(), Measures())
        await hub.start()
        await store.put_meta(Meta(INC, 1, restricted=True))
        if known:
            hub.learned(Meta(INC, 1))  # as it was before
        reader = Reader(Token("B", "b", "", "administer"), "", 10**6, lambda: None)
        reader.sees[INC] = True
        hub.add(reader)
        store.epoch = "AFTERWARDS"
        hub.heard(INC, [Row(1, b'{"e":{},"h":"1"}')])
        await asyncio.gather(*hub._learning)
        said = await reader.take()
        await store.close()
        return said

    assert [line for line in asyncio.run(run()).split(b"\n") if line.startswith(b"event")] == [b"event: reset"]


def test_a_waiting_pull_is_answered_when_the_epoch_is_another(quick: InThread) -> None:
    quick.create()
    facts = facts_of(written(1))
    quick.results(facts)
    at = quick.ask("GET", EVENTS).json()["cursor"]
    found: list[httpx.Response] = []
    puller = Thread(target=lambda: found.append(quick.ask("GET", EVENTS, params={"after": at, "wait": 20})))
    puller.start()
    until(lambda: quick.call(lambda: bool(quick.made.house.hub._waiting)))
    epoch = becomes_another(quick)
    puller.join(10)
    page = found[0].json()
    assert page["cursor"] == f"{epoch}.{len(facts)}"
    assert [each["h"] for each in page["events"]] == [hash for _, hash in facts]
