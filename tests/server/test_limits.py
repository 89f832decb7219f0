"""Hostile and clumsy senders: each meets a limit, is told so, and nobody else notices."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from server_kit import INC, InThread, closed, facts_of, pushed, read_answer, said_by, status_of, until, written
from warroom.core.acts.entries import Log
from warroom.server.options import Options

EVENTS = f"/v1/incidents/{INC}/events"
MIB = 1024 * 1024


# ── bodies ──────────────────────────────────────────────────────────────────────────────────────


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(server: InThread) -> None:
    server.create()
    with server.connection() as line:
        line.sendall(server.head("POST", EVENTS, f"Content-Length: {100 * MIB}"))
        answer = line.recv(65_536)
    assert status_of(answer) == 413
    assert b"application/problem+json" in answer


def test_a_sender_who_asks_first_is_told_not_to_send(server: InThread) -> None:
    server.create()
    with server.connection() as line:
        line.sendall(server.head("POST", EVENTS, f"Content-Length: {2 * MIB}", "Expect: 100-continue"))
        assert status_of(line.recv(65_536)) == 413


def test_a_body_of_100_mb_is_refused_and_its_connection_stays_of_use(server: InThread) -> None:
    server.create()
    answer = server.ask("POST", EVENTS, b"x" * (100 * 1000 * 1000))
    assert answer.status_code == 413
    assert server.results(facts_of(written(0)))


def test_a_body_in_chunks_is_counted_while_it_comes(server: InThread) -> None:
    server.create()

    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    answer = server.client.post(
        server.url + EVENTS, content=chunks(), headers={"Authorization": f"Bearer {server.token}"}
    )
    assert answer.status_code == 413
    assert server.facts() == []


def test_a_body_in_chunks_that_fits_is_taken(server: InThread) -> None:
    server.create()
    body = pushed(facts_of(written(0)))
    pieces = (body[at : at + 100] for at in range(0, len(body), 100))
    headers = {"Authorization": f"Bearer {server.token}"}
    assert server.client.post(server.url + EVENTS, content=pieces, headers=headers).status_code == 200
    assert server.facts()


def test_a_push_of_one_mebibyte_is_the_largest(server: InThread) -> None:
    server.create()
    desk = written(0)
    while len(pushed(facts_of(desk))) < MIB - 60_000:
        desk.do(Log(text="x" * 50_000))
    body = pushed(facts_of(desk))
    full = body[:-1] + b" " * (MIB - len(body)) + body[-1:]
    assert server.ask("POST", EVENTS, b" " + full).status_code == 413
    assert server.facts() == []
    assert server.ask("POST", EVENTS, full).status_code == 200
    assert len(server.facts()) == len(facts_of(desk))


def test_a_fact_that_is_too_large_is_invalid_by_itself(server: InThread) -> None:
    server.create()
    [good, *_] = facts_of(written(0))
    large = (good[0].replace(b"checkout", b"c" * 70_000), good[1])
    assert server.results([large])[0] == "invalid"


def test_evidence_larger_than_is_kept_is_refused(server: InThread) -> None:
    server.create()
    answer = server.ask("PUT", f"/v1/incidents/{INC}/blobs/{'0' * 64}", b"x" * (10 * MIB + 1))
    assert answer.status_code == 413


# ── no HTTP ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "what",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"POST /v1/info HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/info HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/info HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_a_problem_of_its_sender(server: InThread, what: bytes) -> None:
    with server.connection() as line:
        line.sendall(what)
        line.shutdown(socket.SHUT_WR)
        for status in re.findall(rb"HTTP/1\.1 (\d{3})", read_answer(line)):
            assert 400 <= int(status) < 500
    assert server.ask("GET", "/healthz").status_code == 200


def test_what_is_no_http_is_answered_as_a_problem(server: InThread) -> None:
    with server.connection() as line:
        line.sendall(b"hello\r\n\r\n")
        answer = read_answer(line)
    assert (status_of(answer), said_by(answer)["code"]) == (400, "malformed")
    assert b"application/problem+json" in answer


@pytest.mark.parametrize(
    "path", ["/%ff%fe", "//v1//info", "/v1/info/", "/v1/incidents/%00", "/" + "a" * 60_000, "/s/%0a"]
)
def test_no_path_is_a_mistake(server: InThread, path: str) -> None:
    with server.connection() as line:
        line.sendall(server.head("GET", path, "Connection: close"))
        assert status_of(read_answer(line)) < 500


def test_a_host_that_is_none_is_refused(server: InThread) -> None:
    with server.connection() as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: a b\x01\r\nConnection: close\r\n\r\n")
        assert 400 <= status_of(read_answer(line)) < 500


def test_headers_without_end_end_the_connection(server: InThread) -> None:
    with server.connection() as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\n")
        _flood(line, b"X-More: " + b"x" * 8000 + b"\r\n")
        assert read_answer(line) == b""


def test_one_header_without_end_ends_the_connection(server: InThread) -> None:
    with server.connection() as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nX-Long: ")
        _flood(line, b"x" * 8000)
        assert read_answer(line) == b""


def test_trailers_without_end_end_the_connection(server: InThread) -> None:
    server.create()
    with server.connection() as line:
        line.sendall(server.head("POST", EVENTS, "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n")
        _flood(line, b"X-More: " + b"x" * 8000 + b"\r\n")
        assert b" 200 " not in read_answer(line)


def _flood(line: socket.socket, what: bytes) -> None:
    try:
        for _ in range(5000):
            line.sendall(what)
    except OSError:
        return
    raise AssertionError("40 MB of headers were taken")


def test_requests_that_are_sent_ahead_are_answered_in_order(server: InThread) -> None:
    server.create()
    with server.connection() as line:
        line.sendall(
            server.head("GET", "/healthz")
            + server.head("GET", "/v1/nowhere")
            + server.head("GET", EVENTS, "Connection: close")
        )
        assert re.findall(rb"HTTP/1\.1 (\d{3})", read_answer(line)) == [b"200", b"404", b"200"]


# ── too many ────────────────────────────────────────────────────────────────────────────────────


def test_a_token_that_asks_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    running = InThread(str(tmp_path / "server"), Options(rate=2.0, burst=5))
    ivo = running.make_token("ivo")
    said = [running.ask("GET", "/v1/info", token=ivo) for _ in range(6)]
    assert [answer.status_code for answer in said] == [200] * 5 + [429]
    assert said[-1].headers["retry-after"] == "1"
    assert said[-1].json()["code"] == "too-many"
    assert running.ask("GET", "/v1/info").status_code == 200, "another token is not concerned"
    sleep(1)
    assert running.ask("GET", "/v1/info", token=ivo).status_code == 200
    running.stop()


def test_an_address_that_guesses_is_slowed_down_and_its_good_tokens_are_not(tmp_path: Path) -> None:
    running = InThread(str(tmp_path / "server"), Options(failures=3, pardon=60.0))
    said = [running.ask("GET", "/v1/info", token=f"war_{n}").status_code for n in range(5)]
    assert said == [401] * 3 + [429] * 2
    assert running.ask("GET", "/s/" + "x" * 43, token="").status_code == 429
    assert running.ask("GET", "/v1/info").status_code == 200
    running.stop()


def test_a_thousand_connections_are_no_mistake_of_the_servers(server: InThread) -> None:
    server.create()
    lines = [server.connection() for _ in range(1000)]
    for line in lines:
        line.sendall(server.head("GET", EVENTS, "Connection: close"))
    statuses = {status_of(read_answer(line)) for line in lines}
    assert statuses <= {200, 429}
    for line in lines:
        line.close()
    assert server.ask("GET", "/healthz").status_code == 200


def test_connections_beyond_the_most_are_closed_and_the_others_go_on(tmp_path: Path) -> None:
    running = InThread(str(tmp_path / "server"), Options(connections=20, headers=600))
    with running.live() as live:
        live.next("hello")
        lines = [running.connection() for _ in range(40)]
        until(lambda: sum(closed(line) for line in lines) >= 20)
        running.call(lambda: running.made.house.hub.ping())
        assert live.frame(comments=True) == {"": "ping"}
        for line in lines:
            line.close()
    until(lambda: len(running.server.server_state.connections) <= 1)
    with running.connection() as line:
        line.sendall(running.head("GET", "/healthz"))
        assert status_of(line.recv(65_536)) == 200
    running.stop()
