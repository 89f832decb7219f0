"""On the machine of a server its inbox is the inbox: what was delivered to it is there, without joining it."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from cli_kit import Program

START = "2026-11-22T00:49:02Z"
NEVER = "0001-01-01T00:00:00Z"


@pytest.fixture
def home(tmp_path: Path) -> Program:
    made = Program(tmp_path / "home", tmp_path / "cache")
    made.env |= {"WARROOM_ACTOR": "ana", "WARROOM_WATCH": "off", "WARROOM_SYNC": "off"}
    return made


@pytest.fixture
def url(home: Program) -> Iterator[str]:
    process = home.start("serve", "--port", "0", "--json")
    yield json.loads(process.stdout.readline())["url"]
    process.terminate()
    process.wait(30)
    process.stdout.close()
    process.stderr.close()


def deliver(url: str, token: str, *keys: str, status: str = "firing") -> int:
    alerts = [
        {
            "status": status,
            "labels": {"alertname": "HighErrorRate", "service": "checkout", "severity": "critical", "instance": key},
            "startsAt": START,
            "endsAt": NEVER if status == "firing" else "2026-11-22T00:59:02Z",
            "fingerprint": key,
        }
        for key in keys
    ]
    body = json.dumps({"version": "4", "status": status, "receiver": "warroom", "alerts": alerts}).encode()
    asked = Request(f"{url}/v1/hooks/alertmanager", body, {"Authorization": f"Bearer {token}"}, method="POST")
    try:
        with urlopen(asked, timeout=30) as reply:
            return int(reply.status)
    except HTTPError as refused:
        return refused.code


def listed(home: Program) -> dict[str, str]:
    return {row["key"]: row["stands"] for row in home.ok("alerts", "list", "--json").json}


def test_what_a_sender_delivered_is_in_the_inbox_of_the_servers_folder(home: Program, url: str) -> None:
    token = home.ok("token", "create", "monitoring", "--grant", "intake", "--json").json["token"]
    assert deliver(url, "war_wrong", "x") == 401
    assert listed(home) == {}
    assert deliver(url, token, "a", "b") == 204
    assert listed(home) == {"a": "waits", "b": "waits"}
    home.ok("alerts", "ack", "b", "I have it")
    assert deliver(url, token, "a", status="resolved") == 204
    assert deliver(url, token, "b", "c") == 204
    assert listed(home) == {"a": "ended", "b": "acknowledged", "c": "waits"}
    assert listed(home) == {"a": "ended", "b": "acknowledged", "c": "waits"}, "and it comes once"


def test_a_log_of_the_server_that_cannot_be_read_is_told_and_hides_nothing(home: Program, url: str) -> None:
    token = home.ok("token", "create", "monitoring", "--grant", "intake", "--json").json["token"]
    assert deliver(url, token, "a") == 204
    assert listed(home) == {"a": "waits"}
    [path] = (home.home / "server" / "incidents").glob("*.json")
    path.write_bytes(b"{")
    done = home("alerts", "list", "--json")
    assert [row["key"] for row in done.json] == ["a"]
    assert "What came in at the server of this folder is not among these" in done.err
