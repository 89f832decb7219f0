"""A node refuses a cluster that could lose what it acknowledges, and says why: each time a really wrong cluster."""

from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
from chains import INC, spoken, statuses
from places import Stream

from nats_kit import ADMIN, API, SAFE, Cluster, Node, ports
from warroom.server.stores.base import Meta, StoreTrouble
from warroom.server.stores.jetstream import JetStreamStore, Settings, settings_of
from warroom.server.stores.jetstream.checks import new_enough, wanted


async def refusal(settings: Settings) -> str:
    """The sentence with which a node refuses to open."""
    node = JetStreamStore(settings)
    try:
        with pytest.raises(StoreTrouble) as refused:
            await node.open()
    finally:
        await node.close()
    assert str(refused.value).endswith(".")
    return str(refused.value)


@pytest.fixture
async def alone(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Cluster]:
    """A node of its own, made wrong by the options of the test."""
    cluster = Cluster(tmp_path / "nats", 1, **request.param)
    cluster.nodes[0].start()
    cluster.nodes[0].wait("/healthz?js-server-only=true")
    yield cluster
    cluster.kill()


# ── the node ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("alone", [{"jetstream": 'sync_interval: "2m"'}, {"jetstream": ""}], indirect=True)
async def test_a_node_that_acknowledges_before_it_has_synced_is_refused(alone: Cluster) -> None:
    assert "sync_interval: always" in await refusal(alone.settings())


@pytest.mark.parametrize("alone", [{"jetstream": "none"}], indirect=True)
async def test_a_node_without_jetstream_is_refused(alone: Cluster) -> None:
    assert "JetStream" in await refusal(alone.settings())


@pytest.mark.parametrize("alone", [{"payload": "32KB"}], indirect=True)
async def test_a_node_that_takes_only_small_messages_is_refused(alone: Cluster) -> None:
    assert "max_payload: 128KB" in await refusal(alone.settings())


async def test_a_node_of_an_old_version_is_refused(stream: Stream) -> None:
    """Its monitor says so; that the version is read from what a node says of itself too is tested by its words."""
    varz = {"server_name": "n1", "version": "2.12.2", "jetstream": {"config": {"sync_always": True}}}
    with answering(msgspec.json.encode(varz)) as monitor:
        settings = msgspec.structs.replace(stream.cluster.settings(), monitors=(monitor,))
        assert "2.12.2; 2.12.3 or newer" in await refusal(settings)


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("2.12.3", True), ("2.12.10", True), ("2.15.1", True), ("3.0.0", True), ("2.13.0-RC.1", True),
        ("2.12.2", False), ("2.9.10", False), ("2.11.99", False), ("", False), ("dev", False),
    ],
)  # fmt: skip
def test_versions_are_compared_as_numbers(version: str, enough: bool) -> None:
    assert new_enough(version) is enough


# ── the monitor ─────────────────────────────────────────────────────────────────────────────────


async def test_where_no_monitor_answers_nothing_is_proven(stream: Stream) -> None:
    (port,) = ports(1)
    settings = msgspec.structs.replace(stream.cluster.settings(), monitors=(f"http://127.0.0.1:{port}",))
    assert "cannot be proven" in await refusal(settings)


async def test_the_monitor_of_another_node_proves_nothing(stream: Stream, tmp_path: Path) -> None:
    other = Node(tmp_path / "other", "other")
    other.start()
    try:
        other.wait()
        settings = msgspec.structs.replace(stream.cluster.settings(), monitors=(other.monitor,))
        assert "another node" in await refusal(settings)
    finally:
        other.kill()


async def test_what_is_no_monitor_proves_nothing(stream: Stream) -> None:
    for body in (b"<html>welcome</html>", b"[]", b"{}"):
        with answering(body) as monitor:
            settings = msgspec.structs.replace(stream.cluster.settings(), monitors=(monitor,))
            assert "no monitor of NATS" in await refusal(settings)


# ── the stream ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"storage": "memory"}, "storage must be file"),
        ({"discard": "old"}, "discard must be new"),
        ({"max_age": 86_400 * 10**9}, "max_age must be 0"),
        ({"max_msgs_per_subject": 5}, "max_msgs_per_subject must be -1"),
        ({"allow_direct": True}, "allow_direct must be off"),
        ({"allow_atomic": False}, "allow_atomic must be on"),
        ({"allow_rollup_hdrs": True, "deny_purge": False}, "allow_rollup_hdrs must be off"),
        ({"deny_delete": True}, "deny_delete must be off"),
        ({"no_ack": True}, "no_ack must be off"),
        ({"allow_msg_ttl": True}, "allow_msg_ttl must be off"),
        ({"subjects": ["war.>"]}, "its subjects must be war.*.*"),
        ({"retention": "interest"}, "retention must be limits"),
        ({"max_msg_size": 2000}, "max_msg_size is too small"),
        ({"republish": {"src": ">", "dest": "copy.>"}}, "repeats subjects"),
        ({"persist_mode": "async", "allow_atomic": False}, "before it has written"),
    ],
)
async def test_a_stream_that_could_lose_or_change_facts_is_refused(
    stream: Stream, change: dict[str, object], words: str
) -> None:
    made = await stream.admin.ask("STREAM.CREATE.WAR", {**wanted(1), **change})
    assert "error" not in made
    assert words in await refusal(stream.cluster.settings())


async def test_a_stream_that_somebody_made_as_it_should_be_is_taken(stream: Stream) -> None:
    await stream.admin.ask("STREAM.CREATE.WAR", wanted(1))
    node = await stream.open()
    await node.put_meta(Meta(INC, 1))
    assert statuses(await node.append_expected(INC, spoken("r1", 2).facts, "ana")) == ["ok", "ok"]


# ── users ───────────────────────────────────────────────────────────────────────────────────────


async def test_without_a_user_who_may_delete_no_redaction_could_be_carried_out(stream: Stream) -> None:
    await stream.admin.ask("STREAM.CREATE.WAR", wanted(1))
    assert "WARROOM_NATS_ERASE_USER" in await refusal(stream.cluster.settings(API, erase=None))


async def test_one_user_with_all_rights_will_do(stream: Stream) -> None:
    node = JetStreamStore(stream.cluster.settings(ADMIN, erase=None))
    await node.open()
    await node.close()


async def test_a_user_who_may_not_make_the_stream_is_told_so(stream: Stream) -> None:
    assert "may not make it" in await refusal(stream.cluster.settings(API, erase=None))


async def test_a_wrong_password_is_told_at_once(stream: Stream) -> None:
    assert "user or password" in await refusal(stream.cluster.settings(("api", "nonsense")))
    assert "user or password" in await refusal(stream.cluster.settings(API, ("admin", "nonsense")))


async def test_where_nobody_listens_the_refusal_names_the_place(stream: Stream) -> None:
    (port,) = ports(1)
    settings = msgspec.structs.replace(stream.cluster.settings(), servers=(f"nats://127.0.0.1:{port}",))
    assert f"127.0.0.1:{port} cannot be reached" in await refusal(settings)


# ── later ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("alone", [{}], indirect=True)
async def test_a_node_that_is_made_unsafe_while_the_store_runs_takes_nothing_more(alone: Cluster) -> None:
    store = JetStreamStore(alone.settings())
    await store.open()
    try:
        await store.put_meta(Meta(INC, 1))
        node = alone.nodes[0]
        for line, safe in (('sync_interval: "2m"', False), (SAFE, True)):
            node.kill()
            node.jetstream = line
            node.start()
            node.wait()
            await checked(store)
            if safe:
                assert await store.ready() == ""
                assert statuses(await store.append_expected(INC, spoken("r1", 1).facts, "ana")) == ["ok"]
            else:
                assert "sync_interval: always" in await store.ready()
                with pytest.raises(StoreTrouble, match="sync_interval: always"):
                    await store.append_expected(INC, spoken("r1", 1).facts, "ana")
    finally:
        await store.close()


async def checked(store: JetStreamStore) -> None:
    """Until the store has looked at its nodes again, as it does every ten seconds."""
    import asyncio

    for _ in range(100):
        try:
            await store._inspect()
            if not store._following.deaf and not store._link.trouble:
                return
        except Exception:
            pass
        await asyncio.sleep(0.1)


# ── the address ─────────────────────────────────────────────────────────────────────────────────


def test_an_address_names_all_nodes_and_guesses_their_monitors() -> None:
    found = settings_of("nats://n1:4222,n2,[::1]:14222", {})
    assert found.servers == ("nats://n1:4222", "nats://n2:4222", "nats://[::1]:14222")
    assert found.monitors == ("http://n1:8222", "http://n2:8222", "http://[::1]:18222")


def test_what_is_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "erase"
    file.write_text("admin:a:b\n")
    environ = {"WARROOM_NATS_USER": "api", "WARROOM_NATS_PASSWORD": "p w", "WARROOM_NATS_MONITORS": "http://a,http://b"}
    found = settings_of("tls://n1", environ, erase_file=str(file))
    assert (found.user, found.password, found.erase_user, found.erase_password) == ("api", "p w", "admin", "a:b")
    assert found.monitors == ("http://a", "http://b")
    assert settings_of("tls://n1", environ, ["http://c"]).monitors == ("http://c",)
    assert settings_of("nats://u:p%40x@n1,n2", {}).password == "p@x"
    assert "p w" not in repr(found)


@pytest.mark.parametrize("address", ["nats://", "http://n1", "nats://n1:x", "nats://n1,http://n2", "nats://n1:0"])
def test_an_address_that_is_none_is_refused_in_words(address: str) -> None:
    with pytest.raises(ValueError, match="nats://"):
        settings_of(address, {})


def test_a_file_without_a_user_and_a_password_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "erase"
    file.write_text("admin\n")
    with pytest.raises(ValueError, match="USER:PASSWORD"):
        settings_of("nats://n1", {}, erase_file=str(file))


class answering:  # reads as a verb where it is used
    """A web server that answers everything with these bytes."""

    def __init__(self, body: bytes) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
