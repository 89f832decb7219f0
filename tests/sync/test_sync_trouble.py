"""What a network, a certificate, a clock and a disk do to an exchange, seen from one process of a test."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from between import Between
from sync_kit import Home, until
from warroom.core.values import By
from warroom.room.syncing import Joined
from warroom.sync.daemon import Daemon
from warroom.sync.token import Token

from server_kit import InThread  # isort: skip  # found by the kit above
from warroom.server.certificate import Certificate  # isort: skip  # beside it


class Running:
    """A daemon on a thread of the test; `told` is what it said."""

    def __init__(self, home: Home, url: str, token: str, ca: str = "", boot: Callable[[], float] | None = None) -> None:
        self.told: list[dict[str, object]] = []
        more = {"boot": boot} if boot is not None else {}
        self.daemon = Daemon(
            home.data, home.data, Joined(url, ca=ca), Token(token), By("sync"), self.told.append, **more
        )
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.daemon.run()
        except BaseException as failed:
            self._failed.append(failed)

    def said(self, what: str) -> int:
        return sum(line["what"] == what for line in self.told)

    def end(self) -> None:
        self.daemon.stop()
        self._thread.join(20)
        assert not self._thread.is_alive(), "it did not end"
        assert self._failed == []


@pytest.fixture
def running(ana: Home) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def make(*words: object, **more: object) -> Running:
        made.append(Running(ana, *words, **more))  # type: ignore[arg-type]  # as a test has them
        return made[-1]

    yield make
    for each in made:
        each.end()


def there(server: InThread, home: Home, text: str) -> bool:
    (inc,) = home.incidents()
    answer = server.ask("GET", f"/v1/incidents/{inc}/events")
    return answer.status_code == 200 and text.encode() in answer.content


# ── certificates ──


class Issued:
    """A certificate and its key in files, issued by one authority or another."""

    def __init__(self, folder: Path) -> None:
        self.known, self.stranger = trustme.CA(), trustme.CA()
        self.cert, self.key, self.ca = (str(folder / name) for name in ("cert.pem", "key.pem", "ca.pem"))
        self.known.cert_pem.write_to_path(self.ca)
        self.by(self.known)

    def by(self, authority: trustme.CA) -> None:
        made = authority.issue_cert("127.0.0.1")
        made.private_key_pem.write_to_path(self.key)
        Path(self.cert).write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))


def test_a_certificate_that_changed_is_told_and_heals(
    tmp_path: Path, ana: Home, running: Callable[..., Running]
) -> None:
    issued = Issued(tmp_path)
    certificate = Certificate(issued.cert, issued.key)
    server = InThread(str(tmp_path / "server"), certificate=certificate)
    between = Between(server.url)  # to cut open connections, which a new certificate does not concern
    ana.declare()
    running(between.url, server.make_token("ana"), ca=issued.ca)
    until(lambda: ana.status.state == "online", "it is online")
    issued.by(issued.stranger)
    certificate.renew()
    between.change("through")
    ana.ok("log", "while nobody is trusted")
    until(lambda: "certificate" in ana.status.why and ana.status.unsent, "it says what is wrong")
    assert ana.status.state == "offline"
    issued.by(issued.known)
    certificate.renew()
    until(lambda: ana.status.state == "online" and not ana.status.unsent, "it heals")
    between.close()
    server.stop()


# ── clocks ──


def test_after_a_sleep_everything_is_asked_anew_at_once(
    server: InThread, ana: Home, running: Callable[..., Running]
) -> None:
    slept = [0.0]
    between = Between(server.url)
    ana.declare()
    daemon = running(between.url, server.make_token("ana"), boot=lambda: time.monotonic() + slept[0])
    until(lambda: ana.status.state == "online" and daemon.daemon.listener.streaming, "it is online")
    came = between.connections
    slept[0] += 3_600.0
    until(lambda: daemon.said("awake") == 1, "it notices")
    until(lambda: between.connections >= came + 2 and daemon.daemon.listener.streaming, "all connections are new")
    assert ana.status.state == "online"
    between.close()


def test_a_clock_that_is_kept_right_is_no_sleep(server: InThread, ana: Home, running: Callable[..., Running]) -> None:
    drift = [0.0]
    ana.declare()
    daemon = running(server.url, server.make_token("ana"), boot=lambda: time.monotonic() + drift[0])
    until(lambda: ana.status.state == "online", "it is online")
    for _ in range(10):
        drift[0] += 0.5
        time.sleep(0.05)
    ana.ok("log", "on and on")
    until(lambda: there(server, ana, "on and on"), "it goes on")
    assert daemon.said("awake") == 0


# ── the disk ──


def test_a_file_that_cannot_be_written_says_so_and_catches_up(
    server: InThread, ana: Home, ivo: Home, running: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    from warroom.store.errors import DiskFull
    from warroom.store.writing import Writing

    ana.declare()
    running(server.url, server.make_token("ana"))
    until(lambda: ana.status.state == "online", "it is online")
    ivo.join(server.url, server.make_token("ivo"))

    write = Writing.write

    def full(writing: Writing) -> None:
        if str(ana.folder) in writing._log.path:
            raise DiskFull("The disk is full: nothing was written.")
        write(writing)

    with monkeypatch.context() as broken:
        broken.setattr(Writing, "write", full)
        ivo.ok("log", "there is no room for this")
        ivo.ok("sync")
        until(lambda: "disk is full" in ana.status.why, "it says what is wrong")
    until(lambda: b"no room for this" in Path(ana.path).read_bytes(), "it is written once there is room")
    until(lambda: ana.status.state == "online" and not ana.status.why, "and all is well")


def test_a_file_that_was_archived_is_left_alone(server: InThread, ana: Home, running: Callable[..., Running]) -> None:
    inc = ana.declare()
    running(server.url, server.make_token("ana"))
    ana.ok("cancel", "-i", inc, "--why", "not one")
    until(lambda: there(server, ana, "cancelled"), "the server has it")
    until(lambda: not ana.status.unsent, "it is acknowledged")
    ana.ok("archive", inc)
    time.sleep(0.3)
    assert ana.incidents() == []
    ana.declare("Another")
    until(lambda: len(server.ask("GET", "/v1/incidents").json()["incidents"]) == 2, "it goes on with others")


def test_a_folder_of_incidents_that_is_swept_away_comes_back(
    server: InThread, ana: Home, running: Callable[..., Running]
) -> None:
    ana.declare()
    ana.ok("log", "before")
    first = running(server.url, server.make_token("ana"))
    until(lambda: there(server, ana, "before") and not ana.status.unsent, "the server has it")
    first.end()
    shutil.rmtree(ana.folder / "incidents")
    running(server.url, server.make_token("ana 2"))
    until(lambda: os.path.isdir(ana.folder / "incidents") and ana.incidents(), "it is back")
    assert "before" in ana.texts()


# ── restricted, refused ──


def test_an_incident_that_the_token_may_not_see_is_told_by_itself(
    server: InThread, ana: Home, ivo: Home, running: Callable[..., Running]
) -> None:
    ana.declare("Salaries are public", "--restricted")
    (inc,) = ana.incidents()
    ana.join(server.url, server.make_token("first"))
    ana.declare("Mail is late")
    running(server.url, server.make_token("second"))
    paths = {os.path.basename(path)[11:15]: path for path in map(str, (ana.folder / "incidents").glob("*.json"))}
    from warroom.room import syncing

    def status(handle: str) -> syncing.Status:
        return syncing.status(paths[handle]) or syncing.Status()

    other = next(name for name in paths if name != inc[:4].lower())
    until(lambda: status(other).state == "online" and not status(other).unsent, "the open one goes along")
    until(lambda: status(inc[:4].lower()).state == "denied", "the restricted one says why not")
    assert "may see it" in status(inc[:4].lower()).why
