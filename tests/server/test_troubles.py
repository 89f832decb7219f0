"""What goes wrong inside: told honestly, noted with a number, and never with what was sent."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server_kit import INC, OTHER, InThread, facts_of, pushed, until, written
from warroom.server.journal import MOST, Journal, Line, masked, stamp
from warroom.server.stores.base import Meta, Pushed, Row, StoreTrouble
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import TABLE
from warroom.sync.wire import Heads

EVENTS = f"/v1/incidents/{INC}/events"


class Moody(EmbeddedStore):
    """A store that fails as it is told: `trouble` is raised by whatever is asked of it."""

    trouble: Exception | None = None

    def _fail(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    async def append_expected(self, inc: str, facts: list[tuple[bytes, str]], token: str) -> Pushed:
        self._fail()
        return await super().append_expected(inc, facts, token)

    async def read_after(self, inc: str, n: int, limit: int) -> list[Row]:
        self._fail()
        return await super().read_after(inc, n, limit)

    async def heads(self, inc: str) -> tuple[Heads, int]:
        if inc == INC:
            self._fail()
        return await super().heads(inc)

    async def ready(self) -> str:
        return str(self.trouble or "")


@pytest.fixture
def moody(tmp_path: Path) -> Iterator[tuple[InThread, Moody]]:
    store = Moody(str(tmp_path / "server"))
    running = InThread(store.folder, store=store)
    running.create()
    yield running, store
    running.stop()


def test_a_store_that_cannot_keep_is_said_so_and_nothing_was_kept(moody: tuple[InThread, Moody]) -> None:
    server, store = moody
    store.trouble = StoreTrouble("The disk: /srv/warroom is full.")
    answer = server.push(facts_of(written(0)))
    assert (answer.status_code, answer.json()["code"]) == (503, "store")
    assert answer.headers["retry-after"]
    assert "/srv" not in answer.text
    assert server.ask("GET", EVENTS).status_code == 503
    store.trouble = None
    assert server.facts() == []
    assert set(server.results(facts_of(written(0)))) == {"ok"}
    assert server.logged("/srv/warroom is full")


def test_tokens_that_cannot_be_read_let_nobody_in_and_say_that_it_is_the_stores_trouble(server: InThread) -> None:
    (Path(server.folder) / "tables" / TABLE).write_bytes(b"7\n{broken")
    assert server.ask("GET", "/v1/info").status_code == 503
    assert server.ask("GET", "/v1/info", token="").status_code == 401
    assert server.ask("GET", "/healthz", token="").status_code == 200


def test_one_incident_that_cannot_be_read_hides_no_other(moody: tuple[InThread, Moody]) -> None:
    server, store = moody
    server.create(OTHER)
    server.results(facts_of(written(0)))
    store.trouble = StoreTrouble("This file is damaged.")
    listed = {each["inc"]: each["digest"] for each in server.ask("GET", "/v1/incidents").json()["incidents"]}
    assert listed[INC] == ""
    assert listed[OTHER]


# ── to whom a replica belongs ───────────────────────────────────────────────────────────────────


async def opened(folder: Path) -> EmbeddedStore:
    store = EmbeddedStore(str(folder))
    await store.open()
    if await store.meta(INC) is None:
        await store.put_meta(Meta(INC, 1))
    return store


async def test_a_push_that_was_not_kept_leaves_no_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = await opened(tmp_path)

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(store, "_keep", full)
        with pytest.raises(StoreTrouble):
            await store.append_expected(INC, facts_of(written(1)), "ana")
    await store.close()
    again = await opened(tmp_path)
    meta = await again.meta(INC)
    assert meta
    assert meta.owners == {}
    await again.close()


@pytest.mark.parametrize("by", ["put_meta", "a kill"])
async def test_facts_that_were_kept_before_their_owner_get_one_when_they_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    store, facts = await opened(tmp_path), facts_of(written(1))
    seen: list[Row] = []
    store.watch(lambda inc, rows: seen.extend(rows))

    async def fails(meta: Meta) -> None:
        raise StoreTrouble("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(store, "put_meta", fails)
        with pytest.raises(StoreTrouble):
            await store.append_expected(INC, facts, "ana")
    assert len(seen) == len(facts), "they are durable, and whoever reads hears of them"
    if by == "a kill":
        await store.close()
        store = await opened(tmp_path)
    pushed = await store.append_expected(INC, facts, "ana")
    assert {result.status for result in pushed.results} == {"duplicate"}
    meta = await store.meta(INC)
    assert meta
    assert meta.owners == {"r1": "ana"}
    await store.close()


def test_it_is_not_ready_while_it_cannot_keep(moody: tuple[InThread, Moody]) -> None:
    server, store = moody
    store.trouble = StoreTrouble("The disk: /srv/warroom is full.")
    here = server.ask("GET", "/readyz", token="")
    assert (here.status_code, here.json()["detail"]) == (503, "The disk: /srv/warroom is full.")
    elsewhere = server.ask("GET", "/readyz", token="", headers={"X-Forwarded-For": "203.0.113.7"})
    assert elsewhere.status_code == 503
    assert "/srv" not in elsewhere.text
    assert server.ask("GET", "/healthz", token="").status_code == 200


def test_a_stream_over_a_store_in_trouble_ends_so_that_its_reader_comes_again(moody: tuple[InThread, Moody]) -> None:
    server, store = moody
    store.trouble = StoreTrouble("no leader")
    with server.live(f"/v1/incidents/{INC}/live") as live:
        assert live.frame() is None
    assert server.made.house.measures.streams == 0


def test_a_mistake_is_answered_with_its_number_and_noted_without_its_text(moody: tuple[InThread, Moody]) -> None:
    server, store = moody
    store.trouble = ValueError("hunter2")
    answer = server.push(facts_of(written(0)))
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    number = re.search(r"noted as (\w{8}) ", answer.json()["detail"])
    assert number
    log = server.logged(number[1])
    assert "ValueError" in log
    assert "test_troubles.py" in log
    assert "hunter2" not in log + answer.text
    assert server.made.house.measures.errors == 1


def test_a_mistake_in_the_midst_of_a_stream_closes_it(moody: tuple[InThread, Moody]) -> None:
    server, store = moody
    store.trouble = ValueError("hunter2")
    with pytest.raises(Exception, match=r"(?i)closed|complete|peer"), server.live(f"/v1/incidents/{INC}/live") as live:
        live.frame()
    until(lambda: server.made.house.measures.streams == 0)
    store.trouble = None
    assert server.facts() == []


# ── the log ─────────────────────────────────────────────────────────────────────────────────────


def lines(server: InThread) -> list[dict[str, Any]]:
    server.made.house.journal.flush()
    return [msgspec.json.decode(line) for line in server.log.getvalue().splitlines()]


def test_every_request_leaves_one_line(server: InThread) -> None:
    server.ask("GET", "/first")
    server.logged("/first")
    before = len(lines(server))
    server.create()
    server.ask("GET", "/v1/nowhere", token="")
    server.push(facts_of(written(0)))
    server.logged("/events")
    created, nowhere, push = lines(server)[before:]
    assert (created["method"], created["path"], created["status"]) == ("PUT", f"/v1/incidents/{INC}", 201)
    assert (nowhere["path"], nowhere["status"], nowhere.get("token")) == ("/v1/nowhere", 404, None)
    assert push["token"] == created["token"]
    assert push["bytes"] > 0
    assert push["ms"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", push["time"])


def test_no_secret_text_or_query_is_in_the_log(server: InThread) -> None:
    server.create()
    link = server.ask("POST", f"/v1/incidents/{INC}/shares").json()["path"]
    server.ask("GET", link, token="")
    server.ask("GET", link + "/more", token="")
    server.ask("GET", f"/v1/{server.token}", headers={"X-Secret": "SECRETHEADER"})
    server.ask("GET", f"/v1/info?token={server.token}&x=SECRETQUERY")
    server.ask("POST", EVENTS, b'{"events":"SECRETBODY"}')
    server.ask("GET", "/v1/info", token="war_WRONGTOKENWRONGTOKEN")
    server.ask("GET", f"/v1/incidents/{INC}/blobs/{'a' * 64}")
    log = server.logged("a" * 64)
    for secret in (server.token, link[3:], "SECRET", "WRONGTOKEN", "Bearer", "checkout"):
        assert secret not in log
    assert '"/s/*"' in log
    # The hash of evidence is no secret, and was waited for above.


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1/info", "/v1/info"),
        ("/s/abc", "/s/*"),
        ("//s//abc/d", "/s/*/d"),
        ("/v1/war_abc", "/v1/*"),
        ("/v1/" + "x" * 43, "/v1/*"),
        ("/v1/" + "a" * 64, "/v1/" + "a" * 64),
        ("/\x1b[31m\n", "/␛[31m⏎"),
        ("/" + "ab/" * 200, ("/" + "ab/" * 200)[:199] + "…"),
    ],
)
def test_a_path_is_masked_and_clean(path: str, shown: str) -> None:
    assert masked(path) == shown


class Stuck:
    """A terminal that takes nothing until it is told to."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails, self.got = fails, ""

    def write(self, text: str) -> int:
        if self.fails is not None:
            raise self.fails
        self.got += text
        return len(text)

    def flush(self) -> None:
        pass


def _logged(out: Any, count: int) -> None:
    async def run() -> None:
        journal = Journal(out)
        for n in range(count):
            journal.line(Line(stamp(), "GET", f"/{n}", 200, 1.0))
        await asyncio.to_thread(journal.flush)

    asyncio.run(run())


def test_lines_that_nobody_takes_are_counted_and_left_out() -> None:
    out = Stuck()
    _logged(out, MOST + 7)
    said = out.got.splitlines()
    assert len(said) == MOST + 1
    assert "7 lines" in said[-1]


@pytest.mark.parametrize("fails", [BrokenPipeError(), OSError(28, "full"), ValueError("closed file")])
def test_a_log_that_is_gone_stops_nothing(fails: Exception) -> None:
    _logged(Stuck(fails), 3)


def test_what_asyncio_says_is_noted_without_what_it_was_about() -> None:
    out = Stuck()

    async def run() -> None:
        journal = Journal(out)
        asyncio.get_running_loop().set_exception_handler(journal.of_loop)
        act: Callable[[], None] = lambda: 1 / 0 and None  # noqa: E731  # a callback that fails
        asyncio.get_running_loop().call_soon(act)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.to_thread(journal.flush)

    asyncio.run(run())
    assert '"event":"loop","what":"ZeroDivisionError"' in out.got


def test_a_push_is_counted_by_what_became_of_it(server: InThread) -> None:
    server.create()
    facts = facts_of(written(1))
    server.push(facts)
    server.push(facts[:2])
    assert server.ask("POST", EVENTS, pushed([])).json()["results"] == []
    counted = server.made.house.measures.facts
    assert counted == {"ok": len(facts), "duplicate": 2}
