"""On the machine of a server its inbox is the inbox: what was delivered to it is there, without joining it."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from alerts_kit import alert
from cli_kit import Program
from warroom.core.alerts import week as weeks
from warroom.core.alerts.facts import Alert, AlertDismissed, AlertsReceived
from warroom.core.commands import Draft
from warroom.core.values import HOUR, At, By
from warroom.room import alerts_beside
from warroom.room.alerts import InboxRoom, path_of
from warroom.room.alerts_beside import Beside
from warroom.room.alerts_live import LiveInbox
from warroom.store import rows
from warroom.store.log import Log

NOW = weeks.begins("2026-W48") + HOUR
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


# ── one process that goes on looking ──


class Server:
    """The log that a server keeps in this data folder."""

    def __init__(self, home: Path) -> None:
        self._path = str(home / "server" / "incidents" / f"{weeks.identity('2026-W48')}.json")
        Log.create(self._path, weeks.identity("2026-W48"), "SERVER0000").close()

    def receives(self, *alerts: Alert) -> None:
        with Log.open(self._path, "SERVER0000") as log, log.writing() as writing:
            for each in alerts:
                writing.seal(Draft(AlertsReceived("am", (each,)), At(NOW)), at_now=NOW, by=By("am", "intake"))
            writing.write()


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def watching(home: Path) -> Beside:
    return Beside(str(home), lambda: "ANA0000000", lambda: NOW)


def inbox(home: Path) -> set[str]:
    room = InboxRoom(str(home), "", By(""), lambda: NOW, read_only=True)
    try:
        return {line.alert.key for line in room.load().lines.values()}
    finally:
        room.close()


def facts(home: Path) -> int:
    with Log.open(path_of(str(home), "2026-W48"), "", read_only=True) as log:
        return len(log.load())


def test_after_the_first_look_only_what_is_new_is_read(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = watching(tmp_path)
    server.receives(*(alert(f"a{n}", since=NOW) for n in range(50)))
    assert beside.took() == ""
    read: list[bytes] = []
    unpack = rows.unpack

    def noted(data: bytes) -> rows.LogRow | None:
        read.append(data)
        return unpack(data)

    monkeypatch.setattr(alerts_beside.rows, "unpack", noted)
    server.receives(alert("new", since=NOW))
    assert beside.took() == ""
    assert len(read) < 15
    assert (len(inbox(tmp_path)), facts(tmp_path)) == (51, 51)


def test_two_processes_that_look_copy_each_fact_once_and_leave_what_people_did(tmp_path: Path, server: Server) -> None:
    one, other = watching(tmp_path), watching(tmp_path)
    for n in range(4):
        server.receives(alert(f"a{n}", since=NOW))
        assert (one.took(), other.took()) == ("", "")
        with Log.open(path_of(str(tmp_path), "2026-W48"), "ANA0000000") as log, log.writing() as writing:
            writing.seal(Draft(AlertDismissed(f"am:a{n}", "test"), At(NOW)), at_now=NOW, by=By("ana"))
            writing.write()
        assert facts(tmp_path) == 2 * (n + 1)


def test_an_inbox_that_was_removed_is_filled_again(tmp_path: Path, server: Server) -> None:
    beside = watching(tmp_path)
    server.receives(alert("a", since=NOW))
    beside.took()
    Path(path_of(str(tmp_path), "2026-W48")).unlink()
    server.receives(alert("b", since=NOW))
    assert beside.took() == ""
    assert inbox(tmp_path) == {"a", "b"}


def test_what_cannot_be_copied_is_left_alone_for_a_while_and_then_copied(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def broken(path: str, *more: object, **rest: object) -> Log:
        tries.append(path)
        raise ValueError("nobody expected this")

    beside = watching(tmp_path)
    server.receives(alert("a", since=NOW))
    with monkeypatch.context() as patch:
        patch.setattr(alerts_beside.Log, "open", broken)
        patch.setattr(alerts_beside.Log, "create", broken)
        for _ in range(3):
            assert "not among these: it failed (ValueError)." in beside.took()
    assert len(tries) == 1
    monkeypatch.setattr(alerts_beside.time, "monotonic", lambda: 1e9)
    assert beside.took() == ""
    assert inbox(tmp_path) == {"a"}


def test_nothing_that_is_wrong_with_a_servers_log_ends_the_thread_that_looks(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(now: int, back: int) -> dict[str, str]:
        raise ValueError("nobody expected this")

    live = LiveInbox(str(tmp_path), str(tmp_path / "incidents"), lambda: "ANA0000000", lambda: By("ana"), lambda: NOW)
    with monkeypatch.context() as patch:
        patch.setattr(alerts_beside.weeks, "known", broken)
        live._look()
        assert "not among these: it failed (ValueError)." in live.view.trouble
    server.receives(alert("a", since=NOW))
    live._look()
    assert (live.view.waiting, live.view.trouble) == (1, "")
    live.close()
