"""Slow senders and slow readers: each has its time, and nobody else waits for it."""

import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from server_kit import INC, InProcess, InThread, facts_of, read_answer, said_by, status_of, until, well, written
from warroom.core.acts.entries import AttachEvidence, Log
from warroom.server import protocol
from warroom.server.options import Options

EVENTS = f"/v1/incidents/{INC}/events"
MIB = 1024 * 1024


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[InThread]:
    """A server with very little patience."""
    running = InThread(str(tmp_path / "server"), Options(body=0.3, headers=0.3, idle=1))
    yield running
    running.stop()


# ── slow senders ────────────────────────────────────────────────────────────────────────────────


def test_a_body_that_does_not_come_is_answered_with_408(quick: InThread) -> None:
    quick.create()
    with quick.connection() as line:
        line.sendall(quick.head("POST", EVENTS, "Content-Length: 1000") + b'{"events":')
        answer = read_answer(line)
    assert status_of(answer) == 408
    assert said_by(answer)["code"] == "too-slow"


def test_a_body_that_drips_is_no_faster(quick: InThread) -> None:
    quick.create()
    with quick.connection() as line:
        line.sendall(quick.head("POST", EVENTS, "Content-Length: 100000"))
        _drip(line, b"x")
        assert status_of(read_answer(line)) == 408


def test_headers_that_do_not_come_end_the_connection(quick: InThread) -> None:
    with quick.connection() as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        assert read_answer(line) == b""


def test_headers_that_drip_end_the_connection(quick: InThread) -> None:
    with quick.connection() as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        _drip(line, b"x")
        assert read_answer(line) == b""


@pytest.mark.parametrize("what", [b"", b"\r\n"])
def test_a_connection_on_which_nothing_is_asked_ends(quick: InThread, what: bytes) -> None:
    with quick.connection() as line:
        _drip(line, what)
        assert read_answer(line) == b""


def test_a_connection_that_was_of_use_ends_when_nothing_more_is_asked(quick: InThread) -> None:
    with quick.connection() as line:
        line.sendall(quick.head("GET", "/healthz"))
        assert well(line).endswith(b"ok\n")
        _drip(line, b"\r\n")
        assert read_answer(line) == b""


def test_a_body_that_nobody_reads_ends_its_connection_when_it_does_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_GRACE", 0.1)
    running = InThread(str(tmp_path / "server"), Options(body=0.3))
    with running.connection() as line:
        line.sendall(running.head("GET", "/healthz", "Content-Length: 1000"))
        assert well(line).endswith(b"ok\n")
        line.sendall(b"x")
        assert read_answer(line) == b""
    running.stop()


def test_a_slow_answer_is_waited_for(quick: InThread) -> None:
    """Patience is for what a sender owes: a pull may wait longer."""
    quick.create()
    with quick.connection() as line:
        line.sendall(quick.head("GET", EVENTS + "?wait=2"))
        assert status_of(line.recv(65_536)) == 200


def _drip(line: socket.socket, what: bytes) -> None:
    """Goes on sending a little, until the other side has enough. It has to, while this still goes on."""
    try:
        for _ in range(800):
            line.sendall(what)
            line.settimeout(0.02)
            try:
                line.recv(1, socket.MSG_PEEK)
                return  # it is answered, or closed
            except TimeoutError:
                continue
        raise AssertionError("it never has enough")
    except OSError:
        return
    finally:
        line.settimeout(20)


# ── slow readers ────────────────────────────────────────────────────────────────────────────────


def _with_evidence(server: InThread | InProcess) -> str:
    """The path of eight MiB."""
    piece = bytes(8 * MIB)
    sha = sha256(piece).hexdigest()
    server.create()
    desk = written(0)
    desk.do(AttachEvidence(name="dump", sha=sha, size=len(piece), media="application/octet-stream"))
    server.results(facts_of(desk))
    path = f"/v1/incidents/{INC}/blobs/{sha}"
    assert server.ask("PUT", path, piece).status_code == 204
    assert server.ask("GET", path).content == piece
    return path


def _takes_nothing(server: InThread | InProcess, path: str) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    line.sendall(server.head("GET", path))
    return line


def test_an_answer_that_nobody_takes_ends_its_connection(tmp_path: Path) -> None:
    running = InThread(str(tmp_path / "server"), Options(stalled=0.3))
    path = _with_evidence(running)
    line = _takes_nothing(running, path)
    until(lambda: running.made.house.budget._all)
    until(lambda: not running.made.house.budget._all)
    assert len(read_answer(line)) < 8 * MIB
    running.stop()


def test_one_token_has_so_much_under_way_and_another_is_not_concerned(tmp_path: Path) -> None:
    running = InThread(str(tmp_path / "server"), Options(bodies=11 * MIB))
    path = _with_evidence(running)
    ivo = running.make_token("ivo")
    with _takes_nothing(running, path):
        until(lambda: running.made.house.budget._all)
        refused = running.ask("GET", path)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert running.ask("PUT", path, bytes(8 * MIB)).status_code == 429
        assert running.ask("GET", path, token=ivo).status_code == 200
    until(lambda: not running.made.house.budget._all)
    assert running.ask("GET", path).status_code == 200
    running.stop()


def test_many_who_take_nothing_cost_little(process: InProcess) -> None:
    path = _with_evidence(process)
    before = _peak(process)
    lines = [_takes_nothing(process, path) for _ in range(100)]
    lines += [_takes_nothing(process, "/v1/live") for _ in range(100)]
    desk = written(0)
    desk.do(Log(text="x" * 50_000))
    process.results(facts_of(desk))
    assert _peak(process) - before < 250 * MIB, "a copy for each of them would be 800 MiB"
    for line in lines:
        line.close()


def _peak(process: InProcess) -> int:
    """The most memory that it has had, bytes."""
    assert process.process is not None
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
