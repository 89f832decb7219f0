"""Connections that are kept, and streams: against a real server that keeps them, closes them, and says little."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from farside import SURELY_S, FarSide, head, redirects, says, silence
from warroom.net import Frame, Http, NoReply, NotSent, Reply, Stream

EVENTS = {"Content-Type": "text/event-stream"}


class Keeping:
    """Counts connections and requests. `after`: what it does to the connection after its next answer."""

    def __init__(self) -> None:
        self.connections: list[socket.socket] = []
        self.requests: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = _fine
        side = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                side.connections.append(self.connection)

            def do_GET(self) -> None:
                side.requests.append(self.path)
                side.answer(self)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def hang_up(self) -> None:
        for each in self.connections:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _fine(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "2")
    request.end_headers()
    request.wfile.write(b"ok")


def _resets(request: BaseHTTPRequestHandler) -> None:
    """Reads the request and tears the connection down."""
    request.connection.shutdown(socket.SHUT_RDWR)
    request.close_connection = True


@pytest.fixture
def side() -> Iterator[Keeping]:
    made = Keeping()
    yield made
    made.close()


@pytest.fixture
def kept() -> Iterator[Http]:
    edge = Http(timeout_s=SURELY_S, keep=True)
    yield edge
    edge.close()


def test_one_connection_serves_many_requests(side: Keeping, kept: Http) -> None:
    assert {kept.request("GET", f"{side.url}/{n}").body for n in range(20)} == {b"ok"}
    assert (len(side.connections), len(side.requests)) == (1, 20)


def test_no_thread_is_made_for_a_request_on_a_kept_connection(side: Keeping, kept: Http) -> None:
    kept.request("GET", side.url)
    made: list[str] = []
    begin = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        made.append(thread.name)
        begin(thread)

    threading.Thread.start = start  # type: ignore[method-assign]  # put back below
    try:
        kept.request("GET", side.url)
    finally:
        threading.Thread.start = begin  # type: ignore[method-assign]  # as above
    assert "warroom-http" not in made


def test_a_connection_that_was_closed_meanwhile_is_made_anew(side: Keeping, kept: Http) -> None:
    kept.request("POST", side.url, json={})
    side.hang_up()
    for number in range(3):
        assert kept.request("POST", f"{side.url}/{number}", json={}).status == 200
    assert side.requests == ["/", "/0", "/1", "/2"]
    assert len(side.connections) == 2


def test_what_may_have_arrived_is_sent_again_only_where_that_does_no_harm(side: Keeping, kept: Http) -> None:
    kept.request("POST", f"{side.url}/first", json={})
    side.answer = _resets
    with pytest.raises(NoReply):
        kept.request("POST", f"{side.url}/once", json={})
    assert side.requests.count("/once") == 1
    side.answer = _fine
    kept.request("POST", f"{side.url}/first", json={})

    def first_resets(request: BaseHTTPRequestHandler) -> None:
        side.answer = _fine
        _resets(request)

    side.answer = first_resets
    assert kept.request("POST", f"{side.url}/twice", json={}, again=True).status == 200
    assert side.requests.count("/twice") == 2


def test_silence_on_a_kept_connection_ends_at_the_deadline(side: Keeping) -> None:
    kept = Http(timeout_s=0.5, keep=True)
    kept.request("GET", side.url)
    side.answer = lambda request: time.sleep(3)
    with pytest.raises(NoReply, match=r"did not answer within 0\.5 s"):
        kept.request("GET", side.url)
    side.answer = _fine
    assert kept.request("GET", side.url).status == 200
    kept.close()


def test_a_request_is_ended_from_another_thread(side: Keeping, kept: Http) -> None:
    kept.request("GET", side.url)
    held = threading.Event()
    side.answer = lambda request: held.wait(SURELY_S) and None
    threading.Timer(0.2, kept.stop).start()
    began = time.monotonic()
    with pytest.raises(NoReply):
        kept.request("GET", side.url)
    held.set()
    assert time.monotonic() - began < SURELY_S


def test_a_reply_that_was_cut_is_not_followed_by_another_on_its_connection(side: Keeping, kept: Http) -> None:
    def long(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"x" * 1000)

    side.answer = long
    assert kept.request("GET", side.url, limit=10).cut
    side.answer = _fine
    assert kept.request("GET", side.url).body == b"ok"
    assert len(side.connections) == 2


# ── streams ──


def streams(*parts: bytes, then: float = 0.0) -> Callable[..., None]:
    """A stream of these pieces, and silence for so long."""

    def answer(line, request) -> None:  # type: ignore[no-untyped-def]  # as farside has it
        line.write(head(200, EVENTS | {"Connection": "close"}))
        for part in parts:
            line.write(part)
        line.closing.wait(then)

    return answer


def opened(http: Http, far: FarSide, silence_s: float = SURELY_S, first_s: float = 0.0) -> Stream:
    stream = http.stream(far.url, silence_s=silence_s, first_s=first_s)
    assert isinstance(stream, Stream)
    return stream


def frames(stream: Stream) -> list[Frame]:
    """All of them, until the far side ends it."""
    found: list[Frame] = []
    with pytest.raises(NoReply):
        collect(stream, found)
    return found


def collect(stream: Stream, found: list[Frame]) -> None:
    for several in stream:
        found += several


def test_frames_come_with_event_data_and_id(far: FarSide, http: Http) -> None:
    far.answers(streams(b': ping\n\nid: e.1\nevent: fact\ndata: {"a":1}\n\nevent: hello\r\ndata: x\r\ndata: y\r\n\r\n'))
    assert frames(opened(http, far)) == [Frame("fact", b'{"a":1}', "e.1"), Frame("hello", b"x\ny", "e.1")]
    assert far.requests[0].headers["accept"] == "text/event-stream"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_frames_are_the_same_however_their_bytes_are_cut(far: FarSide, http: Http, size: int) -> None:
    text = b"event: a\ndata: one\n\n: ping\n\nevent: b\r\ndata: two\r\n\r\ndata: three\n\n"
    far.answers(streams(*(text[at : at + size] for at in range(0, len(text), size))))
    assert frames(opened(http, far)) == [Frame("a", b"one"), Frame("b", b"two"), Frame("message", b"three")]


def test_a_stream_that_falls_silent_ends(far: FarSide, http: Http) -> None:
    far.answers(streams(b"data: one\n\n", then=SURELY_S))
    stream = opened(http, far, silence_s=0.4)
    with pytest.raises(NoReply, match=r"silent for 0\.4 s"):
        list(stream)
    far.wait_until_alone()


def test_pings_keep_a_stream_alive_and_a_drip_without_a_line_does_not(far: FarSide, http: Http) -> None:
    def pings(line, request) -> None:  # type: ignore[no-untyped-def]  # as farside has it
        line.write(head(200, EVENTS) + b"data: hello\n\n")
        for _ in range(8):
            line.closing.wait(0.2)
            line.write(b": ping\n\n")
        line.write(b"data: still\n\n")
        for _ in range(100):
            line.closing.wait(0.1)
            line.write(b"x")

    far.answers(pings)
    found: list[Frame] = []
    stream = opened(http, far, silence_s=0.8)
    with pytest.raises(NoReply, match="silent"):
        collect(stream, found)
    assert [each.data for each in found] == [b"hello", b"still"]


def test_the_first_frame_has_a_deadline_of_its_own(far: FarSide, http: Http) -> None:
    far.answers(streams(b": ping\n\n", then=SURELY_S))
    with pytest.raises(NoReply, match=r"silent for 0\.3 s"):
        list(opened(http, far, first_s=0.3))


def test_another_thread_closes_a_stream_that_waits(far: FarSide, http: Http) -> None:
    far.answers(streams(b"data: one\n\n", then=SURELY_S))
    stream = opened(http, far)
    threading.Timer(0.2, stream.close).start()
    assert [each for several in stream for each in several] == [Frame("message", b"one")]
    far.wait_until_alone()


def test_a_frame_without_an_end_is_not_kept_for_ever(far: FarSide, http: Http) -> None:
    far.answers(streams(*[b"data: " + b"x" * 100_000] * 30))
    with pytest.raises(NoReply, match="without an end"):
        list(opened(http, far))


@pytest.mark.parametrize("status", [200, 401, 503])
def test_what_is_no_stream_is_a_reply(far: FarSide, http: Http, status: int) -> None:
    far.answers(says(status, b"<html>"))
    reply = http.stream(far.url, silence_s=SURELY_S)
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (status, b"<html>")


def test_a_stream_follows_no_redirect(far: FarSide, http: Http) -> None:
    far.answers(redirects(f"{far.url}/elsewhere"))
    reply = http.stream(far.url, silence_s=SURELY_S)
    assert isinstance(reply, Reply)
    assert (reply.status, len(far.requests)) == (302, 1)


def test_a_stream_that_never_begins_is_no_reply(far: FarSide, hasty: Http) -> None:
    far.answers(silence)
    with pytest.raises(NoReply):
        hasty.stream(far.url, silence_s=SURELY_S)


def test_a_stream_from_nobody_was_not_asked_for(closed_port: int, http: Http) -> None:
    with pytest.raises(NotSent):
        http.stream(f"http://127.0.0.1:{closed_port}/", silence_s=SURELY_S)
