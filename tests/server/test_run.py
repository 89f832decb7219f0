"""A server's whole life: where it listens, its certificate, its end, and what a `kill -9` leaves."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest
import trustme

from server_kit import INC, PROGRAM, SURELY_S, InProcess, InThread, Live, facts_of, free_port, in_store, until, written
from warroom.core.acts.entries import Log
from warroom.server.binding import only_here, refusal
from warroom.server.certificate import Certificate, Unreadable
from warroom.server.options import Options
from warroom.server.run import FAILED, REFUSED, Serving, serve
from warroom.server.stores.base import StoreTrouble
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import Tokens

EVENTS = f"/v1/incidents/{INC}/events"


def refused(folder: Path, **serving: object) -> tuple[int, str]:
    """The exit code of a server that does not start, and what it said."""
    said: list[str] = []
    given = {"store": EmbeddedStore(str(folder)), "port": 0, **serving}
    code = serve(Serving(say=said.append, listening=lambda url: pytest.fail("it listens"), **given))  # type: ignore[arg-type]  # as given
    [sentence] = said
    return code, sentence


# ── where ───────────────────────────────────────────────────────────────────────────────────────


def test_beyond_this_machine_it_needs_encryption_and_says_how(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "", "192.0.2.7", "no.such.name.invalid"):
        code, sentence = refused(tmp_path, host=host)
        assert code == REFUSED
        assert "--cert" in sentence
        assert "--behind-proxy" in sentence
    assert not any(tmp_path.iterdir()), "nothing was touched"


def test_on_this_machine_it_needs_none() -> None:
    assert all(only_here(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost"))
    assert refusal("0.0.0.0", encrypted=True, behind_proxy=False) == ""
    assert refusal("0.0.0.0", encrypted=False, behind_proxy=True) == ""


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, sentence = refused(tmp_path, port=taken.getsockname()[1])
    assert code == FAILED
    assert "in use" in sentence
    assert "--port" in sentence


def test_a_port_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path, port=70_000)[0] == FAILED


def test_a_store_that_does_not_open_is_one_sentence(tmp_path: Path) -> None:
    class Broken(EmbeddedStore):
        async def open(self) -> None:
            raise StoreTrouble("The cluster does not sync.")

    assert refused(tmp_path, store=Broken(str(tmp_path))) == (REFUSED, "The cluster does not sync.")


# ── encryption ──────────────────────────────────────────────────────────────────────────────────


class Papers:
    """A certificate authority, and a server's certificate in files."""

    def __init__(self, folder: Path) -> None:
        self.cert, self.key = str(folder / "cert.pem"), str(folder / "key.pem")
        self.ca = trustme.CA()
        self.issue()

    def issue(self) -> None:
        made = self.ca.issue_cert("localhost", "127.0.0.1")
        for path, parts in ((self.key, [made.private_key_pem]), (self.cert, made.cert_chain_pems)):
            Path(path + ".new").write_bytes(b"".join(part.bytes() for part in parts))
            os.replace(path + ".new", path)

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        return context


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return Papers(tmp_path)


@pytest.fixture
def encrypted(papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InThread]:
    monkeypatch.setattr("warroom.server.run._LOOK", 0.05)
    monkeypatch.setattr(InThread, "client", httpx.Client(verify=papers.context(), timeout=SURELY_S))
    running = InThread(str(tmp_path / "server"), certificate=Certificate(papers.cert, papers.key))
    yield running
    running.stop()


def _serial(server: InThread, papers: Papers) -> str:
    with (
        socket.create_connection(("127.0.0.1", server.port), SURELY_S) as line,
        papers.context().wrap_socket(line, server_hostname="localhost") as safe,
    ):
        found = safe.getpeercert()
        assert found
        return str(found["serialNumber"])


def test_it_speaks_tls(encrypted: InThread) -> None:
    assert encrypted.url.startswith("https://")
    assert encrypted.ask("GET", "/v1/info").json()["service"] == "warroom"
    with pytest.raises(httpx.HTTPError):
        httpx.get(encrypted.url.replace("https", "http") + "/healthz")
    assert encrypted.ask("GET", "/healthz").status_code == 200


def test_a_certificate_that_changes_is_taken_up_while_streams_go_on(encrypted: InThread, papers: Papers) -> None:
    first = _serial(encrypted, papers)
    with encrypted.client.stream(
        "GET", encrypted.url + "/v1/live", headers={"Authorization": f"Bearer {encrypted.token}"}
    ) as answer:
        live = Live(answer)
        live.next("hello")
        papers.issue()
        until(lambda: _serial(encrypted, papers) != first)
        encrypted.create()
        assert live.next("created")["inc"] == INC


def test_a_certificate_that_makes_no_sense_leaves_the_old_one_in_use(encrypted: InThread, papers: Papers) -> None:
    first = _serial(encrypted, papers)
    Path(papers.cert).write_text("nonsense")
    encrypted.logged("stays in use")
    assert _serial(encrypted, papers) == first
    papers.issue()
    until(lambda: _serial(encrypted, papers) != first)


def test_a_key_that_is_not_the_certificates_is_not_taken(papers: Papers) -> None:
    certificate = Certificate(papers.cert, papers.key)
    other = trustme.CA().issue_cert("localhost")
    Path(papers.key).write_bytes(other.private_key_pem.bytes())
    assert certificate.changed()
    with pytest.raises(Unreadable):
        certificate.renew()
    assert not certificate.changed(), "it is not tried again until it changes again"


def test_a_certificate_that_cannot_be_read_is_one_sentence(papers: Papers, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    for cert in (str(tmp_path / "none.pem"), str(nonsense), str(tmp_path)):
        code, sentence = refused(tmp_path / "server", cert=cert, key=papers.key)
        assert code == REFUSED
        assert cert in sentence


# ── behind a proxy ──────────────────────────────────────────────────────────────────────────────


def test_who_asks_is_what_the_proxy_says_and_nobody_else(tmp_path: Path) -> None:
    def at(proxies: tuple[str, ...]) -> str:
        running = InThread(str(tmp_path / "server"), Options(behind_proxy=True), behind_proxy=True, proxies=proxies)
        running.ask("GET", "/v1/nowhere", headers={"X-Forwarded-For": "203.0.113.7"})
        assert running.ask("GET", "/metrics", token="").status_code == 401, "everybody seems to be on this machine"
        running.stop()
        [line] = [line for line in running.log.getvalue().splitlines() if "nowhere" in line]
        return "proxy" if '"at":"203.0.113.7"' in line else "127.0.0.1" if '"at":"127.0.0.1"' in line else line

    assert at(("127.0.0.1",)) == "proxy"
    assert at(("192.0.2.1",)) == "127.0.0.1"


def test_without_a_proxy_nobody_says_who_asks(server: InThread) -> None:
    server.ask("GET", "/v1/nowhere", headers={"X-Forwarded-For": "203.0.113.7"})
    assert "203.0.113.7" not in server.logged("/v1/nowhere")


# ── its end ─────────────────────────────────────────────────────────────────────────────────────


def test_it_stops_while_200_streams_are_open_and_ends_each_in_good_order(process: InProcess) -> None:
    process.create()
    lines = [process.connection() for _ in range(200)]
    for line in lines:
        line.sendall(process.head("GET", "/v1/live"))
    for line in lines:
        while b"event: hello" not in line.recv(65_536, socket.MSG_PEEK):
            pass
    waiting = process.connection()
    waiting.sendall(process.head("GET", EVENTS + "?wait=20"))
    stalled = process.connection()
    stalled.sendall(process.head("POST", EVENTS, "Content-Length: 1000"))
    assert process.stop() == 0
    for line in lines:
        assert _all(line).endswith(b"\r\n0\r\n\r\n")
    assert b" 200 " in _all(waiting)
    assert b" 200 " not in _all(stalled)


def _all(line: socket.socket) -> bytes:
    parts = []
    try:
        while part := line.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    line.close()
    return b"".join(parts)


def test_what_is_being_pushed_when_it_stops_is_kept_or_not_acknowledged(process: InProcess) -> None:
    process.create()
    facts, acked = facts_of(written(400)), []

    def push() -> None:
        for fact in facts:
            try:
                if process.push([fact]).status_code == 200:
                    acked.append(fact)
            except httpx.HTTPError:
                return

    pushing = Thread(target=push)
    pushing.start()
    until(lambda: len(acked) > 20)
    assert process.stop() == 0
    pushing.join()
    process.start()
    kept = process.facts()
    assert len(kept) >= len(acked)
    assert kept[: len(acked)] == [b'{"e":%b,"h":"%b"}' % (data, hash.encode()) for data, hash in acked]


def test_ctrl_c_ends_it_with_130(process: InProcess) -> None:
    assert process.process is not None
    process.process.send_signal(signal.SIGINT)
    assert process.process.wait(SURELY_S) == 130


def test_after_kill_9_it_is_there_again_with_all_it_acknowledged_and_another_epoch(process: InProcess) -> None:
    process.create()
    desk = written(0)
    process.results(facts_of(desk))
    epoch = process.ask("GET", "/v1/info").json()["epoch"]
    for round in range(3):
        desk.do(Log(text=f"round {round}"))
        assert process.results(facts_of(desk)[-1:]) == ["ok"]
        process.kill()
        process.start()
        assert len(process.facts()) == len(facts_of(desk))
    assert process.ask("GET", "/v1/info").json()["epoch"] != epoch
    assert process.make_token("another")


def test_a_hang_up_reads_the_certificate_again_and_ends_nothing(process: InProcess) -> None:
    assert process.process is not None
    process.process.send_signal(signal.SIGHUP)
    assert process.ask("GET", "/healthz").status_code == 200


def test_a_log_that_nobody_reads_stops_nothing(tmp_path: Path) -> None:
    """stderr is a pipe that is full."""
    folder = str(tmp_path / "server")
    secret = in_store(folder, lambda store: Tokens(store).create("ana", "respond"))[1]
    port = free_port()
    ours, its = os.pipe()
    os.set_blocking(its, False)
    try:
        while True:
            os.write(its, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(its, True)
    running = subprocess.Popen([sys.executable, str(PROGRAM), folder, str(port)], stdout=subprocess.PIPE, stderr=its)
    try:
        assert running.stdout is not None
        url = running.stdout.readline().strip().decode()
        with httpx.Client(headers={"Authorization": f"Bearer {secret}"}, timeout=SURELY_S) as client:
            for _ in range(300):
                assert client.get(url + "/v1/info").status_code == 200
        running.terminate()
        assert running.wait(SURELY_S) == 0
    finally:
        running.kill()
        running.wait()
        assert running.stdout is not None
        running.stdout.close()
        os.close(ours)
        os.close(its)


def test_it_starts_with_more_files_than_connections(process: InProcess) -> None:
    assert process.process is not None
    limits = Path(f"/proc/{process.process.pid}/limits").read_text()
    [row] = [line for line in limits.splitlines() if line.startswith("Max open files")]
    soft, hard = row.split()[3:5]
    assert int(soft) == min(int(hard), 65_536)


def test_no_answer_waits_for_more(server: InThread) -> None:
    """Nagle's algorithm would hold the second half of every answer back for 40 ms."""

    def option(line: object) -> int:
        sock = line.transport.get_extra_info("socket")  # type: ignore[attr-defined]  # uvicorn's is a union of protocols
        return int(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    assert server.ask("GET", "/healthz").status_code == 200
    assert server.call(lambda: {option(line) for line in server.server.server_state.connections}) == {1}


def test_two_applications_share_nothing(tmp_path: Path) -> None:
    one, two = InThread(str(tmp_path / "one")), InThread(str(tmp_path / "two"))
    assert one.ask("GET", "/v1/info").status_code == 200
    assert one.ask("GET", "/v1/info", token=two.token).status_code == 401
    one.stop()
    assert two.ask("GET", "/v1/info").status_code == 200
    two.stop()


def test_the_program_imports_no_screen() -> None:
    code = "import sys, warroom.server.run; print([m for m in sys.modules if m.split('.')[0] in ('textual', 'rich')])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
