"""Pushing and pulling facts: bytes stay as they are, each fact has its verdict, and what is no push is malformed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from judged import Judged
from server_kit import INC, OTHER, InThread, facts_of, pushed, written
from warroom.core.acts.entries import Log, Redact
from warroom.sync.wire import fact_bytes

EVENTS = f"/v1/incidents/{INC}/events"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InThread]:
    made = InThread(str(Path(tmp_path_factory.mktemp("api")) / "server"))
    yield made
    made.stop()


@pytest.fixture
def api(running: InThread) -> Judged:
    return Judged(running)


def test_facts_come_back_byte_for_byte(server: InThread) -> None:
    api = Judged(server)
    server.create()
    facts = facts_of(written(3))
    said = api.ask("POST", EVENTS, pushed(facts)).json()
    assert [result["status"] for result in said["results"]] == ["ok"] * len(facts)
    assert server.facts() == [fact_bytes(*fact) for fact in facts]
    assert api.ask("POST", EVENTS, pushed(facts)).json()["results"] == [{"status": "duplicate"}] * len(facts)


def test_each_fact_has_a_verdict_of_its_own(server: InThread) -> None:
    server.create()
    desk, twin = written(3), written(1)
    facts = facts_of(desk)
    twin.do(Log(text="another"))
    assert server.results(facts[:2]) == ["ok", "ok"]
    changed = (facts[2][0], "0" * 64)
    assert server.results([facts[0], facts[3], changed, facts[2]]) == ["duplicate", "gap", "invalid", "ok"]
    server.results(facts[3:])
    fork = facts_of(twin)[-1]
    assert server.results([fork]) == ["fork"]
    assert len(server.facts()) == len(facts)


def test_a_fact_of_another_incident_is_not_kept(server: InThread) -> None:
    server.create(OTHER)
    assert set(server.results(facts_of(written(0)), OTHER)) == {"invalid"}
    assert server.facts(OTHER) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        b"{}",
        b"[]",
        b'{"events":7}',
        b'{"events":[7]}',
        b'{"events":[{"e":{}}]}',
        b'{"events":[{"e":{},"h":7}]}',
        b'{"events":[{"e":NaN,"h":""}]}',
        b'{"events":[{"e":' + b"[" * 200_000 + b"]" * 200_000 + b',"h":""}]}',
        b'{"events":[{"e":{},"h":"\xff"}]}',
        b'{"events":[]}]',
    ],
)
def test_what_is_no_push_is_malformed(api: Judged, body: bytes) -> None:
    api.server.create()
    assert api.refusal(400, "POST", EVENTS, body).startswith("The body ")


def test_no_more_than_200_facts_at_once(server: InThread) -> None:
    api = Judged(server)
    server.create()
    facts = facts_of(written(250))
    assert "200" in api.refusal(413, "POST", EVENTS, pushed(facts[:201]))
    assert server.facts() == []
    assert server.results(facts[:200]) == ["ok"] * 200


def test_pages_follow_each_other(server: InThread) -> None:
    api = Judged(server)
    server.create()
    facts = facts_of(written(20))
    server.results(facts)
    assert server.facts(limit=3) == [fact_bytes(*fact) for fact in facts]
    page = api.ask("GET", EVENTS + "?limit=500").json()
    assert page["more"] is False
    beyond = api.ask("GET", EVENTS, params={"after": page["cursor"]}).json()
    assert (beyond["events"], beyond["cursor"], beyond["more"]) == ([], page["cursor"], False)


def test_a_page_is_never_much_larger_than_a_push(server: InThread) -> None:
    server.create()
    desk = written(0)
    for _ in range(60):
        desk.do(Log(text="x" * 50_000))
    facts = facts_of(desk)
    for at in range(0, len(facts), 15):
        assert set(server.results(facts[at : at + 15])) == {"ok"}
    first = server.ask("GET", EVENTS)
    assert first.json()["more"] is True
    assert len(first.content) < 1_200_000
    assert len(server.facts()) == len(facts)


@pytest.mark.parametrize("after", ["", "x", "x.3", "OTHER0EPOC.2", ".", "é.1", "1" * 90])
def test_a_cursor_of_no_epoch_of_this_server_is_the_beginning(api: Judged, after: str) -> None:
    api.server.create()
    api.server.results(facts_of(written(1)))
    everything = api.ask("GET", EVENTS).json()["events"]
    assert everything
    assert api.ask("GET", EVENTS, params={"after": after}).json()["events"] == everything


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "limit=-1",
        "wait=21",
        "wait=1.5",
        "after=" + "x" * 101,
        "&".join("abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_a_query_out_of_bounds_is_malformed(api: Judged, query: str) -> None:
    api.server.create()
    assert api.refusal(400, "GET", f"{EVENTS}?{query}").startswith("The query ")


def test_a_redacted_text_is_gone_from_every_answer(server: InThread) -> None:
    server.create()
    desk = written(0)
    [secret] = desk.do(Log(text="hunter2"))
    server.results(facts_of(desk))
    before = len(server.facts())
    desk.do(Redact(of=secret.id, why="a secret"))
    server.results(facts_of(desk)[-1:])
    assert len(server.facts()) == before + 1
    assert b"hunter2" not in b"".join(server.facts())
