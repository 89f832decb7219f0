"""A real Alertmanager, a real server with its pager, and a laptop: what fires there is here once, whatever was down,
and what is silenced here is silenced there, for as long, and nothing else.
"""

import hmac
import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import pytest

from alertmanager_there import Alertmanager, delivering, moment
from farside import FarSide, Line, Request, says, silence
from paging_kit import House, until
from paging_server import Laptop, PagingServer

Row = dict[str, Any]
API = '[hook.alertmanager]\nkind = "alertmanager"\n[hook.alertmanager.api]\nurl = "{url}"\n'


@pytest.fixture
def far() -> Iterator[FarSide]:
    side = FarSide()
    yield side
    side.close()


@pytest.fixture
def server(tmp_path: Path, far: FarSide) -> Iterator[PagingServer]:
    running = PagingServer(tmp_path / "there", far, hasty=True)
    yield running
    running.close()


@pytest.fixture
def there(tmp_path: Path, server: PagingServer) -> Iterator[Alertmanager]:
    token = json.loads(server.call("token", "create", "am", "--grant", "intake", "--json"))["token"]
    running = Alertmanager(tmp_path / "alertmanager", delivering(server.url, token))
    (server.home / "server" / "intake.toml").write_text(API.format(url=running.url))
    yield running
    running.close()


@pytest.fixture
def laptop(tmp_path: Path, server: PagingServer, far: FarSide) -> Iterator[Laptop]:
    made = Laptop(tmp_path / "laptop", far, server)
    yield made
    made.close()


def rows(house: House) -> dict[str, Row]:
    """The inbox as this house sees it, by instance."""
    return {row["labels"]["instance"]: row for row in json.loads(house.call("alerts", "list", "--json"))}


def states(house: House) -> dict[str, str]:
    return {instance: row["state"] for instance, row in rows(house).items()}


def test_nothing_is_lost_and_nothing_is_there_twice_with_the_intake_down_for_a_while(
    server: PagingServer, there: Alertmanager, laptop: Laptop
) -> None:
    there.fire("a")
    there.fire("b")
    until(lambda: states(laptop) == {"a": "firing", "b": "firing"})
    before = there.tries()
    until(lambda: there.tries() >= before + 1)  # it repeats

    server.end(signal.SIGKILL)
    there.end("a")
    there.fire("c")
    before = there.tries()
    until(lambda: there.tries() >= before + 2)  # in vain
    assert states(laptop) == {"a": "firing", "b": "firing"}
    server.start()
    until(lambda: states(laptop) == {"a": "resolved", "b": "firing", "c": "firing"})

    there.end("b")
    there.end("c")
    until(lambda: set(states(laptop).values()) == {"resolved"})
    found = rows(laptop)
    assert [(row["fired"], row["flaps"]) for row in found.values()] == [(1, 0)] * 3
    told: list[tuple[str, str]] = []
    for week in (laptop.home / "alerts").glob("*.json"):
        for line in week.read_text().splitlines():
            _, _, text = line.partition(": ")
            body = json.loads(text.rstrip(","))["e"].get("body", {}) if text.startswith('{"e"') else {}
            told += [(each["key"], each.get("state", "firing")) for each in body.get("alerts", ())]
    assert len(told) == 6, "each began once and ended once"
    assert len(set(told)) == 6


def test_a_silence_here_is_one_there_with_its_end_and_silences_nothing_else(
    there: Alertmanager, laptop: Laptop
) -> None:
    by_hand = there.silence(instance="z")
    for instance in "abz":
        there.fire(instance)
    there.fire("c", job="web", service="db")  # of a service that is called as the job of the others
    until(lambda: {"a", "b", "c"} <= set(states(laptop)))
    key = rows(laptop)["a"]["key"]

    laptop.call("alerts", "ack", rows(laptop)["b"]["key"])
    laptop.call("alerts", "silence", key, "--for", "2h", "--why", "it is drained")
    until(lambda: len(there.silences()) == 2)
    [made] = [each for each in there.silences() if each["id"] != by_hand]
    matchers = {each["name"]: each["value"] for each in made["matchers"]}
    assert matchers == {"alertname": "DiskFull", "service": "", "job": "db", "severity": "critical", "instance": "a"}
    assert all(each["isEqual"] and not each["isRegex"] for each in made["matchers"])
    [here] = json.loads(laptop.call("alerts", "silences", "--json"))
    assert 0 <= moment(here["until"]) - moment(made["endsAt"]) < 1, "it ends there as it ends here"
    assert (made["createdBy"], made["comment"].partition(" [")[0]) == ("ana", "it is drained")
    until(lambda: there.quiet() == {"a", "z"})
    until(lambda: carried(laptop) == [("silence", "sent", made["id"])])
    until(lambda: [each["state"] for each in rows(laptop)["b"]["carried"]] == ["dropped"])
    assert "Alertmanager knows no such thing" in rows(laptop)["b"]["carried"][0]["why"]

    laptop.call("alerts", "silence", "alertname=DiskFull", "service=db", "--for", "30m", "--why", "all of it")
    until(lambda: len(there.silences()) == 4)  # the db is a job of some, and the service of another
    assert there.quiet() == {"a", "b", "c", "z"}
    for _ in range(2):
        laptop.call("alerts", "unsilence", "1") if _ == 0 else laptop.call("alerts", "unsilence", "2")
    until(lambda: [each["id"] for each in there.silences()] == [by_hand])
    until(lambda: there.quiet() == {"z"})
    assert len(there.silences("expired")) == 3


def carried(house: House) -> list[tuple[str, str, str]]:
    every = json.loads(house.call("alerts", "silences", "--all", "--json"))
    return [(each["act"], each["state"], each["far"]) for one in every for each in one["carried"]]


def test_what_the_intake_missed_is_found_by_asking_and_nothing_is_twice(tmp_path: Path, far: FarSide) -> None:
    there = Alertmanager(tmp_path / "alertmanager")
    house = House(tmp_path / "house", far)
    (house.home / "intake.toml").write_text(API.format(url=there.url))
    try:
        there.silence(instance="z")
        for instance in "abz":
            there.fire(instance)
        said = json.loads(house.call("alerts", "pull", "alertmanager", "--json"))
        assert said == [{"source": "alertmanager", "new": 2, "known": 0, "left": 0}]
        again = json.loads(house.call("alerts", "pull", "--json"))
        assert again == [{"source": "alertmanager", "new": 0, "known": 2, "left": 0}]
        by_eve = there.silence(instance="b")
        until(lambda: "b" in there.quiet())
        house.call("alerts", "pull")
        assert {instance: row["stands"] for instance, row in rows(house).items()} == {"a": "waits", "b": "silenced"}
        [theirs] = json.loads(house.call("alerts", "silences", "--json"))
        assert (theirs["by"], theirs["why"], theirs["source"]) == ("eve", "by hand", "alertmanager")
        there.loud(by_eve)
        until(lambda: "b" not in there.quiet())
        house.call("alerts", "pull")
        assert rows(house)["b"]["stands"] == "waits"
        there.end("a")
        there.fire("c")
        with (house.home / "intake.toml").open("a") as file:
            file.write('pull = "5s"\n')
        house.watch()
        until(lambda: "c" in rows(house))  # on its own rhythm
        assert [(row["fired"], row["flaps"]) for row in rows(house).values()] == [(1, 0)] * 3
        # It was started just now, and may not have heard of everything yet: what it does not tell has not ended.
        assert states(house) == dict.fromkeys("abc", "firing")
    finally:
        there.close()
        house.close()


def test_a_silence_that_was_under_way_when_its_carrier_was_killed_is_looked_up_and_not_made_again(
    tmp_path: Path, far: FarSide
) -> None:
    side = FarSide()
    house = House(tmp_path / "house", far, watch="off")
    (house.home / "intake.toml").write_text(API.format(url=side.url))
    posted: list[Row] = []
    fires = {"fingerprint": "k", "labels": {"alertname": "DiskFull"}, "status": {"state": "active"}}

    def there(line: Line, request: Request) -> None:
        """As Alertmanager does it; only its answer to a new silence never comes."""
        if request.method == "POST":
            posted.append({"id": f"id-{len(posted)}", "status": {"state": "active"}, **request.json()})
            silence(line, request)
        answer = {"/api/v2/status": {"uptime": "2026-01-01T00:00:00Z"}, "/api/v2/alerts": [fires]}
        says(200, answer.get(request.target, posted))(line, request)

    side.answers(there)
    try:
        house.call("alerts", "pull")
        house.call("alerts", "silence", "k", "--for", "1h", "--why", "known")
        watch = house.start("watch", "--json")
        until(lambda: posted)
        watch.kill()
        watch.wait()
        assert [state for _, state, _ in carried(house)] == ["sending"]
        watch = house.start("watch", "--json")
        until(lambda: carried(house) == [("silence", "sent", "id-0")])
        assert len(posted) == 1
        watch.terminate()
        watch.wait()
    finally:
        side.close()
        house.close()


PAGERDUTY = """[hook.pagerduty]
kind = "pagerduty"
secret_file = "pd.secret"
[hook.pagerduty.api]
token_file = "pd.token"
sender = "room@example.org"
url = "{url}"
"""


class EchoingPagerDuty:
    """PagerDuty's REST API and its webhook: whatever is done there it tells, and with it all that it ever told."""

    def __init__(self, to: str) -> None:
        self._to = to
        self.side = FarSide()
        self.status = "triggered"
        self._begun = datetime.now(UTC).isoformat()
        self._told: list[bytes] = []
        self.written: list[str] = []
        self.side.answers(self._answer)

    def _answer(self, line: Line, request: Request) -> None:
        assert request.headers["authorization"] == "Token token=a-token-of-nobody"
        if request.method == "PUT":
            body: Row = request.json()
            self.status = body["incident"]["status"]
            self.written.append(self.status)
        says(200, {"incident": {"id": "P1", "status": self.status}})(line, request)
        if request.method == "PUT":
            self.tell(f"incident.{self.status}")
            self.again()

    def tell(self, what: str) -> None:
        incident = {"id": "P1", "title": "Checkout is slow", "created_at": self._begun}
        event = {"id": what, "event_type": what, "occurred_at": datetime.now(UTC).isoformat(), "data": incident}
        self._deliver(json.dumps({"event": event}).encode())

    def again(self) -> None:
        """Everything that it ever told, once more."""
        for body in list(self._told):
            self._deliver(body)

    def _deliver(self, body: bytes) -> None:
        self._told = [*(each for each in self._told if each != body), body]
        signed = f"v1={hmac.new(b'a-secret-of-nobody', body, 'sha256').hexdigest()}"
        asked = UrlRequest(f"{self._to}/v1/hooks/pagerduty", body, {"X-PagerDuty-Signature": signed}, method="POST")
        with urlopen(asked, timeout=10) as reply:
            assert reply.status == 204


def test_what_pagerduty_tells_back_of_what_it_was_told_goes_no_further(
    tmp_path: Path, server: PagingServer, laptop: Laptop
) -> None:
    there = EchoingPagerDuty(server.url)
    folder = server.home / "server"
    for name, secret in (("pd.secret", "a-secret-of-nobody"), ("pd.token", "a-token-of-nobody")):
        (folder / name).touch(0o600)
        (folder / name).write_text(secret)
    (folder / "intake.toml").write_text(PAGERDUTY.format(url=there.side.url))
    server.end(signal.SIGTERM)
    server.start()
    try:
        there.tell("incident.triggered")
        until(lambda: [row["state"] for row in listed(laptop)] == ["firing"])
        laptop.call("alerts", "ack", "P1", "looking")
        until(lambda: [row["state"] for row in listed(laptop)] == ["acknowledged"])  # so it says itself
        until(lambda: [each["state"] for each in listed(laptop)[0]["carried"]] == ["sent"])
        laptop.call("alerts", "resolve", "P1")
        until(lambda: [row["state"] for row in listed(laptop)] == ["resolved"])
        until(lambda: [each["state"] for each in listed(laptop)[0]["carried"]] == ["sent", "sent"])
        there.again()
        assert there.written == ["acknowledged", "resolved"]
        [row] = listed(laptop)
        assert (row["state"], row["fired"], row["handled"]["by"]) == ("resolved", 1, "ana")
    finally:
        there.side.close()


def listed(house: House) -> list[Row]:
    found: list[Row] = json.loads(house.call("alerts", "list", "--json"))
    return found
