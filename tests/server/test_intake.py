"""Alerts that are delivered to a server: kept before they are acknowledged, once, and a storm as few facts."""

import asyncio
import hmac
import json
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import msgspec
import pytest

from server_kit import INC, InProcess, InThread, facts_of, pushed, settled, until, written
from warroom.config.intake import PagerDuty
from warroom.core import codec
from warroom.core.alerts import week as weeks
from warroom.core.alerts.facts import Alert, AlertsReceived
from warroom.core.alerts.inbox import Inbox, fold_all
from warroom.core.events import Event
from warroom.core.values import DAY
from warroom.intake.base import Hook, Taken
from warroom.server import alerts_known
from warroom.server import intake as intaking
from warroom.server.app import application
from warroom.server.budget import Budget
from warroom.server.intake import Intake
from warroom.server.journal import Journal
from warroom.server.options import Options
from warroom.server.problem import Trouble
from warroom.server.run import Server
from warroom.server.stores.base import Pushed, Row, StoreTrouble
from warroom.server.stores.embedded import EmbeddedStore
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

    def __init__(self, folder: str, hook: Hook, options: Options | None = None, **serving: Any) -> None:
        self._hook = hook
        super().__init__(folder, options, **serving)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.store.open()
        self.made = application(self.store, self._options, Journal(self.log), {self._hook.name: self._hook})
        self.server = Server(self.made, self._serving, None)
        self._loop.call_soon(self._ready.set)
        await self.server.serve([self._socket])
        await self.store.close()


# ── when the store fails, waits, or is another one ──────────────────────────────────────────────

MIB = 1024 * 1024
NOW = weeks.begins("2026-W48") + DAY
WEEK = weeks.identity("2026-W48")


class Faulty(EmbeddedStore):
    """`broken`: nothing is kept; `lies`: it is kept, and trouble is told; `late`: it is not kept yet.

    `gate`: who reads or keeps waits for it.
    """

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.broken = self.lies = False
        self.late: list[tuple[list[tuple[bytes, str]], str]] | None = None
        self.gate: asyncio.Event | None = None
        self.stuck = 0
        self.reads: list[int] = []

    async def append_expected(self, inc: str, facts: list[tuple[bytes, str]], token: str) -> Pushed:
        if self.broken:
            raise StoreTrouble("The disk is full.")
        if self.late is not None:
            self.late.append((facts, token))
            raise StoreTrouble("Nobody answered.")
        await self._wait()
        pushed = await super().append_expected(inc, facts, token)
        if self.lies:
            raise StoreTrouble("Nobody answered.")
        return pushed

    async def read_after(self, inc: str, n: int, limit: int) -> list[Row]:
        self.reads.append(n)
        found = await super().read_after(inc, n, limit)
        await self._wait()
        return found

    async def _wait(self) -> None:
        if self.gate is not None:
            self.stuck += 1
            await self.gate.wait()
            self.stuck -= 1

    def restore_nothing(self) -> None:
        """An older copy is put back: one from before the first alert."""
        for room in self._rooms.values():
            room.log.close()
        self._rooms.clear()
        self._metas.clear()
        shutil.rmtree(self._incidents)
        os.mkdir(self._incidents)
        self.epoch = "restored"

    async def events(self) -> list[Event]:
        rows = [_fact.decode(row.data) for row in await super().read_after(WEEK, 0, 10_000)]
        return [codec.accept(bytes(row.e), row.h) for row in rows]


def told(*keys: str, rule: str = "R") -> Taken:
    return Taken("am", tuple(Alert(key, rule, since=NOW) for key in keys))


def keys(found: list[Event]) -> list[str]:
    return [each.key for event in found if isinstance(event.body, AlertsReceived) for each in event.body.alerts]


def beside(tmp_path: Path, act: Callable[[Faulty, Intake], Awaitable[None]]) -> None:
    """`act` with a store that can fail and the intake before it."""

    async def run() -> None:
        store = Faulty(str(tmp_path / "server"))
        await store.open()
        intake = Intake(store, lambda: NOW)
        intake.start()
        try:
            await act(store, intake)
        finally:
            await store.close()

    asyncio.run(run())


async def refused(work: Awaitable[None]) -> None:
    with pytest.raises(StoreTrouble):
        await work


def test_what_could_not_be_kept_is_no_storm_when_it_comes_again(tmp_path: Path) -> None:
    store = Faulty(str(tmp_path / "server"))
    server = InThread(store.folder, store=store)
    try:
        token, body = server.make_token("am", "intake"), group(*(alert(f"k{n}") for n in range(5)))
        store.broken = True
        for _ in range(8):
            answer = deliver(server, body, token)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        store.broken = False
        assert deliver(server, body, token).status_code == 204
        found = inbox(server)
        assert (len(found.lines), found.counted) == (5, {})
        assert len({event.rep for event in events(server)}) == 1
    finally:
        server.stop()


def test_after_trouble_only_what_is_new_is_read_and_the_same_replica_goes_on(tmp_path: Path) -> None:
    async def act(store: Faulty, intake: Intake) -> None:
        for n in range(3):
            await intake.take(told(f"a{n}", rule=f"A{n}"))
        for n in range(4):
            store.broken = True
            await refused(intake.take(told(f"b{n}", rule=f"B{n}")))
            store.broken, store.reads = False, []
            await intake.take(told(f"b{n}", rule=f"B{n}"))
            assert min(store.reads) == 3 + n
        found = await store.events()
        assert ([event.seq for event in found], len({event.rep for event in found})) == ([*range(1, 8)], 1)
        assert len(store._metas[WEEK].owners) == 1

    beside(tmp_path, act)


def test_what_was_kept_although_trouble_was_told_is_known_and_another_replica_goes_on(tmp_path: Path) -> None:
    async def act(store: Faulty, intake: Intake) -> None:
        await intake.take(told("a"))
        store.lies = True
        await refused(intake.take(told("b", rule="B")))
        store.lies = False
        await intake.take(told("b", rule="B"))
        await intake.take(told("c", rule="C"))
        found = await store.events()
        assert keys(found) == ["a", "b", "c"]
        assert len({event.rep for event in found}) == 2

    beside(tmp_path, act)


def test_what_came_late_after_trouble_was_told_is_known_and_kept_once(tmp_path: Path) -> None:
    async def act(store: Faulty, intake: Intake) -> None:
        await intake.take(told("a"))
        store.late = []
        await refused(intake.take(told("b", rule="B")))
        await intake.wordless("am")  # it looks at the store, and nothing has come
        [(facts, token)], store.late = store.late, None
        await store.append_expected(WEEK, facts, token)
        await refused(intake.take(told("b", rule="B")))
        await intake.take(told("b", rule="B"))
        await intake.take(told("c", rule="C"))
        assert keys(await store.events()) == ["a", "b", "c"]

    beside(tmp_path, act)


def test_two_who_ask_at_once_read_the_log_once_and_share_what_is_known(tmp_path: Path) -> None:
    async def act(store: Faulty, intake: Intake) -> None:
        await intake.take(told("before"))
        again = Intake(store, lambda: NOW)
        again.start()
        store.reads, store.gate = [], asyncio.Event()
        first = asyncio.create_task(again.wordless("am"))
        second = asyncio.create_task(again.take(told("before", "new")))
        await settled(lambda: store.reads)
        store.gate.set()
        assert await first == ["before"]
        await second
        await again.take(told("before", "new"))
        assert store.reads == [0, 1]
        assert len(await store.events()) == 2

    beside(tmp_path, act)


def test_what_another_adds_while_the_log_is_read_is_known(tmp_path: Path) -> None:
    async def act(store: Faulty, intake: Intake) -> None:
        await intake.take(told("before"))
        again = Intake(store, lambda: NOW)
        again.start()
        store.reads, store.gate = [], asyncio.Event()
        reading = asyncio.create_task(again.wordless("am"))
        await settled(lambda: store.reads)
        gate, store.gate = store.gate, None
        await intake.take(told("meanwhile", rule="M"))  # after the page was made that is waited for
        store.read_after = nothing_more  # type: ignore[method-assign]  # no later page tells it
        gate.set()
        await reading
        await again.take(told("meanwhile", rule="M"))
        assert len(await store.events()) == 2

    async def nothing_more(inc: str, n: int, limit: int) -> list[Row]:
        return []

    beside(tmp_path, act)


def test_while_a_week_is_read_others_have_their_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts_known, "_PIECE", 0.0)

    async def act(store: Faulty, intake: Intake) -> None:
        for n in range(30):
            await intake.take(told(f"a{n}", rule=f"A{n}"))
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(other())
        assert len(await Intake(store, lambda: NOW).wordless("am")) == 30
        ticking.cancel()
        assert turns >= 30

    beside(tmp_path, act)


def test_after_an_older_copy_was_put_back_its_alerts_are_kept_anew(tmp_path: Path) -> None:
    async def act(store: Faulty, intake: Intake) -> None:
        await intake.take(told("a"))
        store.restore_nothing()
        await intake.take(told("a"))
        assert [event.seq for event in await store.events()] == [1]

    beside(tmp_path, act)


def test_no_more_than_so_many_wait_and_whoever_goes_gives_its_place_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intaking, "MOST", 3)

    async def act(store: Faulty, intake: Intake) -> None:
        await intake.take(told("a"))
        store.gate = asyncio.Event()
        writing = asyncio.create_task(intake.take(told("b", rule="B")))
        await settled(lambda: store.stuck)
        waiting = [asyncio.create_task(intake.take(told(f"c{n}", rule=f"C{n}"))) for n in range(3)]
        await settled(lambda: len(intake._waiting) == 3)
        await refused(intake.take(told("d", rule="D")))
        waiting[0].cancel()
        await settled(lambda: len(intake._waiting) == 2)
        last = asyncio.create_task(intake.take(told("d", rule="D")))
        store.gate.set()
        await asyncio.gather(writing, *waiting[1:], last)
        assert set(keys(await store.events())) == {"a", "b", "c1", "c2", "d"}

    beside(tmp_path, act)


def test_a_delivery_takes_its_part_until_it_is_kept_and_one_whose_sender_went_waits_no_more(tmp_path: Path) -> None:
    store = Faulty(str(tmp_path / "server"))
    server = InThread(store.folder, store=store)
    try:
        token = server.make_token("am", "intake")
        assert deliver(server, group(alert("a")), token).status_code == 204
        gate = asyncio.Event()
        store.gate = gate
        house, bodies = server.made.house, [group(alert(key, alertname=key)) for key in ("b", "c")]
        lines = [server.connection() for _ in bodies]
        for line, body in zip(lines, bodies, strict=True):
            head = server.head("POST", "/v1/hooks/alertmanager", f"Content-Length: {len(body)}")
            line.sendall(head.replace(server.token.encode(), token.encode()) + body)
            until(lambda: store.stuck)
        until(lambda: server.call(lambda: house.budget._all) == sum(map(len, bodies)))
        until(lambda: server.call(lambda: len(house.intake._waiting)) == 1)
        for line in lines:
            line.close()
        until(lambda: server.call(lambda: (house.budget._all, house.intake._waiting)) == (0, []))
        store.gate = None
        server.call(gate.set)
        assert deliver(server, bodies[1], token).status_code == 204
        assert {"alertmanager:a", "alertmanager:c"} <= set(inbox(server).lines)
    finally:
        server.stop()


def test_senders_whom_nobody_knows_yet_take_nothing_from_those_who_are_known(tmp_path: Path) -> None:
    hook = Hook("pd", PagerDuty(kind="pagerduty", secret_env="X"), b"key")
    server = Signed(str(tmp_path / "server"), hook, Options(bodies=2 * MIB))
    body = b'{"event":{"id":"1","event_type":"pagey.ping","resource_type":"pagey","data":{}}}'
    signed = {"X-PagerDuty-Signature": "v1=" + hmac.new(b"key", body, "sha256").hexdigest()}
    lines = [server.connection() for _ in range(40)]
    try:
        budget = server.made.house.budget
        for number, line in enumerate(lines):
            line.sendall(server.head("POST", "/v1/hooks/pd", f"Content-Length: {MIB}"))
            if number < 3:
                line.sendall(b" " * (300 * 1024))
        until(lambda: server.call(lambda: server.made.house.strangers._all) > 700 * 1024)
        assert server.call(lambda: budget._all) == 0
        assert server.create().status_code == 201
        facts = facts_of(written(1))
        assert server.ask("POST", f"/v1/incidents/{INC}/events", pushed(facts)).status_code == 200
        assert server.ask("POST", "/v1/hooks/pd", body, "", headers=signed).status_code == 204
    finally:
        for line in lines:
            line.close()
        until(lambda: server.call(lambda: server.made.house.strangers._all) == 0)
        server.stop()


def test_all_addresses_of_one_network_share_its_part(tmp_path: Path) -> None:
    hook = Hook("pd", PagerDuty(kind="pagerduty", secret_env="X"), b"key")
    behind: dict[str, Any] = {"behind_proxy": True, "proxies": ("127.0.0.1",)}
    server = Signed(str(tmp_path / "server"), hook, Options(behind_proxy=True), **behind)
    lines = [server.connection() for _ in range(4)]
    try:
        for number, line in enumerate(lines):
            sender = f"X-Forwarded-For: 2001:db8:1:{number // 3}::{number + 1:x}"
            line.sendall(server.head("POST", "/v1/hooks/pd", f"Content-Length: {MIB}", sender) + b" " * 1_000)
        held = {"2001:db8:1::/64": 3_000, "2001:db8:1:1::/64": 1_000}
        until(lambda: server.call(lambda: dict(server.made.house.strangers._held)) == held)
    finally:
        for line in lines:
            line.close()
        server.stop()


def test_a_crowd_keeps_no_small_delivery_out_and_no_network_has_more_than_its_part() -> None:
    budget = Budget(each=100, most=200)
    with budget.growing("a", 10) as a, budget.growing("b", 10) as b, budget.growing("c", 10) as c:
        for more in (a, b):
            more(100)
        with pytest.raises(Trouble):
            a(1)
        c(30)
        with pytest.raises(Trouble):
            c(1)
        with budget.growing("d", 10) as d:
            d(10)
            with pytest.raises(Trouble):
                d(1)
    assert (budget._all, dict(budget._held)) == (0, {})
