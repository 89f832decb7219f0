"""Alerts that are delivered to a server: kept before they are acknowledged, once, and a storm as few facts."""

import asyncio
import hmac
import json
import time
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import msgspec

from server_kit import InProcess, InThread
from warroom.config.intake import PagerDuty
from warroom.core import codec
from warroom.core.alerts import week as weeks
from warroom.core.alerts.facts import AlertsReceived
from warroom.core.alerts.inbox import Inbox, fold_all
from warroom.core.events import Event
from warroom.intake.base import Hook
from warroom.server.app import application
from warroom.server.journal import Journal
from warroom.server.run import Server
from warroom.sync.wire import Fact

_fact = msgspec.json.Decoder(Fact)
STARTED = "2026-11-22T00:49:02Z"


def alert(key: str, status: str = "firing", started: str = STARTED, **labels: str) -> dict[str, Any]:
    ended = "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-22T00:59:02Z"
    named = {"alertname": "HighErrorRate", "service": "checkout", "severity": "critical", **labels}
    return {"status": status, "labels": named, "startsAt": started, "endsAt": ended, "fingerprint": key}


def group(*alerts: dict[str, Any]) -> bytes:
    return json.dumps({"version": "4", "status": "firing", "receiver": "warroom", "alerts": alerts}).encode()


def events(server: InThread | InProcess) -> list[Event]:
    inc = weeks.identity(weeks.week_of(time.time_ns() // 1_000_000))
    rows = [_fact.decode(row) for row in server.facts(inc)]
    return [codec.accept(bytes(row.e), row.h) for row in rows]


def inbox(server: InThread | InProcess) -> Inbox:
    return fold_all(events(server))


def deliver(server: InThread | InProcess, body: bytes, token: str, hook: str = "alertmanager") -> httpx.Response:
    return server.ask("POST", f"/v1/hooks/{hook}", body, token)


def test_a_group_is_kept_and_each_of_its_alerts_judged_by_itself(server: InThread) -> None:
    token = server.make_token("am", "intake")
    assert deliver(server, group(alert("a"), alert("b")), token).status_code == 204
    assert deliver(server, group(alert("a", "resolved"), alert("b")), token).status_code == 204
    lines = inbox(server).lines
    assert {id: line.alert.state for id, line in lines.items()} == {
        "alertmanager:a": "resolved",
        "alertmanager:b": "firing",
    }
    assert {line.fired for line in lines.values()} == {1}


def test_what_is_delivered_again_makes_no_fact(server: InThread) -> None:
    token = server.make_token("am", "intake")
    for _ in range(3):
        assert deliver(server, group(alert("a"), alert("b")), token).status_code == 204
    assert len(events(server)) == 1


def test_a_wrong_token_is_401_and_one_of_another_grant_403_and_nothing_is_kept(server: InThread) -> None:
    token = server.make_token("am", "intake")
    assert deliver(server, group(alert("a")), "").status_code == 401
    assert deliver(server, group(alert("a")), "war_wrong").status_code == 401
    assert deliver(server, group(alert("a")), server.make_token("ana", "respond")).status_code == 403
    deliver(server, group(alert("b")), token)
    assert set(inbox(server).lines) == {"alertmanager:b"}


def test_a_token_for_alerts_reads_nothing_of_them(server: InThread) -> None:
    token = server.make_token("am", "intake")
    deliver(server, group(alert("a")), token)
    inc = weeks.identity(weeks.week_of(time.time_ns() // 1_000_000))
    assert server.ask("GET", f"/v1/incidents/{inc}/events", token=token).status_code in (403, 404)


def test_what_can_never_be_read_is_a_4xx_and_a_hook_that_is_not_there_404(server: InThread) -> None:
    token = server.make_token("am", "intake")
    assert deliver(server, b"no json", token).status_code == 400
    assert deliver(server, b"[" * 100_000, token).status_code == 400
    assert deliver(server, b" " * (1024 * 1024 + 1), token).status_code == 413
    assert deliver(server, b"{}", token, hook="nobody").status_code == 404


def test_a_delivery_is_acknowledged_only_when_it_is_durable(process: InProcess) -> None:
    token = process.make_token("am", "intake")
    for n in range(3):
        assert deliver(process, group(alert(f"k{n}")), token).status_code == 204
        process.kill()
        process.start()
        assert f"alertmanager:k{n}" in inbox(process).lines
    assert deliver(process, group(alert("k0")), token).status_code == 204  # known from before it was killed
    assert len(events(process)) == 3


def test_many_who_deliver_at_once_are_all_kept_once(server: InThread) -> None:
    token = server.make_token("am", "intake")
    bodies = [group(alert(f"k{n % 40}", alertname=f"rule {n % 40}")) for n in range(200)]
    statuses: list[int] = []

    def send(part: list[bytes]) -> None:
        statuses.extend(deliver(server, body, token).status_code for body in part)

    threads = [Thread(target=send, args=(bodies[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {204}
    told = [a.key for event in events(server) if isinstance(event.body, AlertsReceived) for a in event.body.alerts]
    assert sorted(told) == sorted({f"k{n}" for n in range(40)})


def test_a_storm_of_ten_thousand_alerts_is_few_facts_and_every_one_is_counted(server: InThread) -> None:
    token = server.make_token("am", "intake")
    for n in range(0, 10_000, 500):
        assert deliver(server, group(*[alert(f"s{k}") for k in range(n, n + 500)]), token).status_code == 204
    found = events(server)
    bodies = [event.body for event in found if isinstance(event.body, AlertsReceived)]
    assert sum(len(body.alerts) + body.more for body in bodies) == 10_000
    assert sum(len(body.alerts) for body in bodies) <= 20
    assert len(found) <= 25


def test_what_a_key_signs_is_taken_without_a_token_and_nothing_else_is(tmp_path: Path) -> None:
    hook = Hook("pd", PagerDuty(kind="pagerduty", secret_env="X"), b"key")
    made = Signed(str(tmp_path / "server"), hook)
    try:
        body = b'{"event":{"id":"1","event_type":"pagey.ping","resource_type":"pagey","data":{}}}'
        right = hmac.new(b"key", body, "sha256").hexdigest()
        for signature, status in ((f"v1={right}", 204), ("v1=" + "0" * 64, 401), ("", 401)):
            headers = {"X-PagerDuty-Signature": signature} if signature else {}
            answer = made.ask("POST", "/v1/hooks/pd", body, "", headers=headers)
            assert answer.status_code == status, answer.text
        token = made.make_token("am", "intake")
        assert made.ask("POST", "/v1/hooks/pd", body, token).status_code == 401  # a token signs nothing
    finally:
        made.stop()


class Signed(InThread):
    """A server with one hook of its own."""

    def __init__(self, folder: str, hook: Hook) -> None:
        self._hook = hook
        super().__init__(folder)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.store.open()
        self.made = application(self.store, self._options, Journal(self.log), {self._hook.name: self._hook})
        self.server = Server(self.made, self._serving, None)
        self._loop.call_soon(self._ready.set)
        await self.server.serve([self._socket])
        await self.store.close()
