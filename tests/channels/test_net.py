"""The network edge against a real far side: what came back, and what went wrong as the far side would tell it."""

import logging
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx
import pytest
import trustme

from farside import (
    SOON_S,
    SURELY_S,
    FarSide,
    drips,
    floods,
    garbage,
    half,
    hangs_up,
    head,
    redirects,
    resets,
    says,
    silence,
    stalls,
)
from warroom.net import Http, Malformed, NetError, NoReply, NotSent, Reply, Untrusted


def test_a_reply_has_status_headers_and_body(far: FarSide, http: Http) -> None:
    far.answers(says(201, {"id": 7}, {"X-Where": "here"}))
    reply = http.request("POST", f"{far.url}/page", json={"a": 1})
    assert (reply.status, reply.header("x-WHERE"), reply.json(), reply.cut) == (201, "here", {"id": 7}, False)


def test_json_form_and_bytes_arrive_as_such(far: FarSide, http: Http) -> None:
    http.request("POST", far.url, json={"a": "ä"})
    http.request("POST", far.url, form={"a": "1 & 2"})
    http.request("POST", far.url, body=b"\x00raw", headers={"Content-Type": "x/y"})
    json, form, raw = far.requests
    assert (json.headers["content-type"], json.body) == ("application/json", '{"a":"ä"}'.encode())
    assert (form.headers["content-type"], form.body) == ("application/x-www-form-urlencoded", b"a=1+%26+2")
    assert (raw.headers["content-type"], raw.body) == ("x/y", b"\x00raw")


def test_parameters_stand_beside_those_of_the_address(far: FarSide, http: Http) -> None:
    http.request("GET", f"{far.url}/list?a=1", params={"b": "x y", "c[]": ["1", "2"]})
    assert far.requests[0].target == "/list?a=1&b=x+y&c%5B%5D=1&c%5B%5D=2"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 429, 500, 503])
def test_any_status_is_a_reply(far: FarSide, http: Http, status: int) -> None:
    far.answers(says(status))
    assert http.request("GET", far.url).status == status


def test_a_redirect_is_not_followed(far: FarSide, http: Http) -> None:
    far.answers(redirects(f"{far.url}/elsewhere"))
    assert http.request("POST", far.url, json={}).status == 302
    assert len(far.requests) == 1


def test_a_body_of_100_mb_is_read_up_to_the_limit(far: FarSide, http: Http) -> None:
    far.answers(floods())
    reply = http.request("GET", far.url, limit=1_000)
    assert (reply.status, len(reply.body), reply.cut) == (200, 1_000, True)


def test_a_body_as_long_as_the_limit_is_whole(far: FarSide, http: Http) -> None:
    far.answers(says(200, b"x" * 1_000))
    assert http.request("GET", far.url, limit=1_000).cut is False


def test_half_a_body_is_a_reply_that_was_cut(far: FarSide, http: Http) -> None:
    far.answers(half(200, b"0123456789"))
    assert http.request("GET", far.url) == Reply(200, {"content-length": "10"}, b"01234", cut=True)


def test_a_body_that_stops_half_way_is_a_reply_that_was_cut(far: FarSide, hasty: Http) -> None:
    far.answers(stalls(200, b"0123456789"))
    reply = hasty.request("GET", far.url)
    assert (reply.status, reply.body, reply.cut) == (200, b"01234", True)


def test_a_body_that_drips_is_cut_at_the_deadline(far: FarSide, hasty: Http) -> None:
    far.answers(drips(head(200, {"Content-Length": "100000"})[:-2] + b"\r\n" + b"x" * 100_000, 0.001))
    reply = hasty.request("GET", far.url)
    assert (reply.status, reply.cut) == (200, True)


def test_headers_that_drip_are_given_up_at_the_deadline(far: FarSide, hasty: Http) -> None:
    far.answers(drips(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000))
    with pytest.raises(NoReply, match=rf"did not answer within {SOON_S:g} s"):
        hasty.request("GET", far.url)
    far.wait_until_alone()


def test_silence_is_no_reply(far: FarSide, hasty: Http) -> None:
    far.answers(silence)
    with pytest.raises(NoReply, match="did not answer"):
        hasty.request("POST", far.url, json={})
    assert far.wait_for(1)


@pytest.mark.parametrize(("answer", "says_"), [(resets, "broke"), (hangs_up, "broke"), (garbage, "no HTTP")])
def test_a_broken_answer_is_no_reply(far: FarSide, http: Http, answer: object, says_: str) -> None:
    far.answers(answer)  # type: ignore[arg-type]  # pytest's parameters have no types
    with pytest.raises(NoReply, match=says_):
        http.request("POST", far.url, json={})


def test_a_refused_connection_was_not_sent(closed_port: int, http: Http) -> None:
    with pytest.raises(NotSent, match=rf"127.0.0.1:{closed_port} refuses the connection"):
        http.request("GET", f"http://127.0.0.1:{closed_port}/")


def test_an_unknown_name_was_not_sent(monkeypatch: pytest.MonkeyPatch, http: Http) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent, match=r"the name pager\.example is not known"):
        http.request("GET", "http://pager.example/")


def test_a_name_that_is_looked_up_for_too_long_was_not_sent_and_never_will_be(
    monkeypatch: pytest.MonkeyPatch, far: FarSide, hasty: Http
) -> None:
    look_up, go_on, looked_up = socket.getaddrinfo, Event(), Event()

    def slowly(*args: object, **kwargs: object) -> object:
        go_on.wait(SURELY_S)
        try:
            return look_up(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it came
        finally:
            looked_up.set()

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with pytest.raises(NotSent, match="no connection"):
        hasty.request("POST", far.url, json={"page": "late"})
    go_on.set()
    assert looked_up.wait(SURELY_S)
    monkeypatch.undo()
    hasty.request("POST", far.url, json={"page": "next"})
    assert [request.json() for request in far.requests] == [{"page": "next"}]


def test_tls_that_never_begins_was_not_sent(hasty: Http) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(NotSent, match="no connection"):
        hasty.request("GET", f"https://127.0.0.1:{mute.getsockname()[1]}/")


def test_a_certificate_that_does_not_verify_is_told_apart(secure: FarSide, http: Http) -> None:
    with pytest.raises(Untrusted, match=r"the certificate of 127\.0\.0\.1:\d+ does not verify"):
        http.request("POST", secure.url, json={})
    assert secure.requests == []


def test_a_certificate_of_a_known_authority_is_taken(secure: FarSide, authority: trustme.CA) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    http = Http(timeout_s=SURELY_S, verify=context)
    assert http.request("POST", secure.url, json={}).status == 200
    http.close()


def test_silence_behind_tls_is_no_reply(secure: FarSide, authority: trustme.CA) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    secure.answers(silence)
    http = Http(timeout_s=1.0, verify=context)
    with pytest.raises(NoReply):
        http.request("POST", secure.url, json={})
    assert secure.wait_for(1)


def test_tls_with_somebody_who_speaks_none_was_not_sent(http: Http) -> None:
    plain = FarSide(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(NotSent, match="no TLS with"):
        http.request("GET", f"https://127.0.0.1:{plain.port}/")
    plain.close()


@pytest.mark.parametrize("header", ["Bearer s3cr3t\r\nX: y", "Bearer s3cr3t\0", "Bearer s3cr3t-ä-π"])
def test_a_header_that_is_none_says_so_without_its_value(far: FarSide, http: Http, header: str) -> None:
    with pytest.raises(Malformed) as problem:
        http.request("GET", far.url, headers={"Authorization": header})
    assert "s3cr3t" not in str(problem.value)
    assert problem.value.__cause__ is None
    assert far.requests == []


@pytest.mark.parametrize("url", ["", "ftp://x/", "http://", "http://[::1", "http://x:99999/", "http://" + "a" * 70_000])
def test_an_address_that_is_none_was_not_sent(http: Http, url: str) -> None:
    with pytest.raises(NotSent):
        http.request("GET", url)


def test_an_error_holds_no_part_of_the_address_but_its_host(far: FarSide, closed_port: int, hasty: Http) -> None:
    far.answers(silence)
    for port in (far.port, closed_port):
        with pytest.raises(NetError) as problem:
            hasty.request("GET", f"http://ana:p4ss@127.0.0.1:{port}/s3cr3t?token=t0k3n")
        assert not any(word in str(problem.value) for word in ("p4ss", "s3cr3t", "t0k3n", "ana"))


def test_nothing_is_logged(far: FarSide, http: Http, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    http.request("GET", f"{far.url}/s3cr3t", headers={"Authorization": "Bearer t0k3n"})
    assert "s3cr3t" not in caplog.text
    assert "t0k3n" not in caplog.text


def test_cookies_are_not_kept(far: FarSide, http: Http) -> None:
    far.answers(says(200, headers={"Set-Cookie": "session=1"}))
    http.request("GET", far.url)
    http.request("GET", far.url)
    assert "cookie" not in far.requests[1].headers


def test_a_netrc_is_not_read(far: FarSide, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ana password p4ss\n")
    monkeypatch.setenv("NETRC", str(netrc))
    http.request("GET", far.url)
    assert "authorization" not in far.requests[0].headers


def test_a_proxy_from_the_environment_is_used(far: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", far.url)
    http = Http(timeout_s=SURELY_S)
    assert http.request("GET", "http://pager.example/x").status == 200
    assert far.requests[0].target == "http://pager.example/x"


def test_what_a_proxy_does_not_pass_on_was_not_sent(far: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", far.url)
    far.answers(says(403))
    with pytest.raises(NotSent, match=r"the proxy does not connect to pager\.example"):
        Http(timeout_s=SURELY_S).request("POST", "https://pager.example/x", json={})
    assert far.requests[0].method == "CONNECT"


def test_a_proxy_that_says_nothing_was_not_sent(far: FarSide, monkeypatch: pytest.MonkeyPatch, hasty: Http) -> None:
    monkeypatch.setenv("HTTPS_PROXY", far.url)
    far.answers(silence)
    with pytest.raises(NotSent):
        hasty.request("POST", "https://pager.example/x", json={})


def test_no_connection_is_kept_for_the_next_request(far: FarSide, http: Http) -> None:
    http.request("GET", far.url)
    assert far.requests[0].headers["connection"] == "close"
    far.wait_until_alone()


def test_many_threads_share_one_edge(far: FarSide, http: Http) -> None:
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda n: http.request("GET", f"{far.url}/{n}").status, range(64)))
    assert statuses == [200] * 64
    assert len({request.target for request in far.requests}) == 64


def test_a_closed_edge_opens_again(far: FarSide, http: Http) -> None:
    http.close()
    http.request("GET", far.url)
    http.close()
    assert http.request("GET", far.url).status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"\xff", b"[" * 200_000, b'{"a": Infinity}'])
def test_a_body_that_is_no_json_is_none(body: bytes) -> None:
    assert Reply(200, {}, body).json() is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("x"), NotSent),
        (httpx.ConnectTimeout("x"), NotSent),
        (httpx.ReadTimeout("x"), NoReply),
        (httpx.ReadError("x"), NoReply),
        (httpx.RemoteProtocolError("x"), NoReply),
    ],
)
def test_a_stand_in_for_the_network_is_told_by_its_errors(error: Exception, kind: type[NetError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(kind):
        Http(transport=httpx.MockTransport(fail)).request("GET", "http://x/")


def test_a_stand_in_for_the_network_answers() -> None:
    http = Http(transport=httpx.MockTransport(lambda request: httpx.Response(200, json={"url": str(request.url)})))
    assert http.request("GET", "http://x/").json() == {"url": "http://x/"}
