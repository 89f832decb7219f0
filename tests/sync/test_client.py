"""The client against far sides that answer well, badly, or are somebody else: each is one plain sentence."""

import pickle
import ssl
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import trustme

from farside import SURELY_S, FarSide, drips, garbage, half, hangs_up, head, redirects, says
from warroom.sync import wire
from warroom.sync.answers import Absent, Denied, Offline, Trouble, Unfit
from warroom.sync.client import Client
from warroom.sync.joining import BadAddress, address
from warroom.sync.offset import Offset
from warroom.sync.token import NoToken, Token, fit

SECRET = "s3cr3t-token-of-ana"
INC = "0123456789ABCDEFGHJKMNPQRS"
INFO = wire.Info("warroom", "0.1", 1_700_000_000_000, "EPOCH", "ana", "respond")


@pytest.fixture
def far() -> Iterator[FarSide]:
    side = FarSide()
    yield side
    side.close()


@pytest.fixture
def client(far: FarSide) -> Iterator[Client]:
    made = Client(far.url, Token(SECRET))
    yield made
    made.close()


def test_a_share_link_of_a_server_that_does_not_say_for_whom_is_for_those_within() -> None:
    old = b'{"id":"a","name":"the board","created":1,"expires":2}'
    assert msgspec.json.decode(old, type=wire.Share).audience == "internal"
    assert b'"audience":"internal"' in msgspec.json.encode(wire.Share("a", "the board", 1, 2))


def problem(status: int, detail: str, code: str = "x", **headers: str) -> object:
    body = wire.Problem(status, code, "Title", detail)
    return says(status, body, {"Content-Type": "application/problem+json"} | headers)


def why(client: Client, kind: type[Trouble] = Offline) -> str:
    """Why the server cannot be asked now."""
    with pytest.raises(Trouble) as trouble:
        client.info()
    assert type(trouble.value) is kind
    assert SECRET not in str(trouble.value)
    assert "\n" not in str(trouble.value)
    return str(trouble.value)


def test_an_answer_is_what_it_says_and_the_token_goes_along(far: FarSide, client: Client) -> None:
    far.answers(says(200, INFO))
    assert client.info() == INFO
    assert far.requests[0].target == "/v1/info"
    assert far.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def test_a_captive_portal_with_html_is_no_server(far: FarSide, client: Client) -> None:
    far.answers(says(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}))
    assert "captive portal" in why(client)


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500, 502, 511])
def test_the_error_page_of_a_proxy_is_not_the_servers_word(far: FarSide, client: Client, status: int) -> None:
    far.answers(says(status, b"<h1>Denied</h1>", {"Content-Type": "text/html"}))
    assert f"status {status}" in why(client)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"status":"ok"}',
        b'{"service":"gitlab","version":"1"}',
    ],
)
def test_another_service_is_no_war_room(far: FarSide, client: Client, body: bytes) -> None:
    far.answers(says(200, body))
    assert "no War room server" in why(client)


def test_a_body_that_is_cut_counts_as_offline(far: FarSide, client: Client) -> None:
    far.answers(half(200, msgspec.json.encode(INFO)))
    assert "half way" in why(client)


def test_a_redirect_is_named_and_not_followed(far: FarSide, client: Client) -> None:
    far.answers(redirects("https://login.example/?next=x"))
    assert "login.example" in why(client)
    assert len(far.requests) == 1


def test_a_packed_answer_is_not_unpacked(far: FarSide, client: Client) -> None:
    far.answers(says(200, INFO, {"Content-Encoding": "gzip"}))
    assert "packs" in why(client)


@pytest.mark.parametrize("answer", [garbage, hangs_up])
def test_what_is_no_http_counts_as_offline(far: FarSide, client: Client, answer: object) -> None:
    far.answers(answer)  # type: ignore[arg-type]  # pytest's parameters have no types
    assert why(client)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Denied),
        (403, Denied),
        (404, Absent),
        (400, Unfit),
        (409, Unfit),
        (422, Unfit),
        (500, Offline),
        (503, Offline),
    ],
)
def test_the_servers_own_words_are_told_by_their_kind(
    far: FarSide, client: Client, status: int, kind: type[Trouble]
) -> None:
    far.answers(problem(status, f"Because \x1b[31m{SECRET} said so."))  # type: ignore[arg-type]  # an answer
    said = why(client, kind)
    assert "said so" in said
    assert "\x1b" not in said


def test_too_large_is_told_whoever_says_it(far: FarSide, client: Client) -> None:
    far.answers(says(413, b"<html>nginx</html>", {"Content-Type": "text/html"}))
    with pytest.raises(Unfit) as trouble:
        client.put_blob(INC, "0" * 64, b"x")
    assert trouble.value.status == 413


@pytest.mark.parametrize(("told", "waits"), [("7", 7.0), ("99999", 300.0), ("soon", 1.0), ("", 1.0)])
def test_whoever_asks_to_wait_says_how_long(far: FarSide, client: Client, told: str, waits: float) -> None:
    far.answers(problem(429, "Too many.", **({"Retry-After": told} if told else {})))  # type: ignore[arg-type]  # an answer
    with pytest.raises(Offline) as trouble:
        client.info()
    assert trouble.value.wait == waits


def test_results_that_are_fewer_than_the_facts_are_no_acknowledgement(far: FarSide, client: Client) -> None:
    far.answers(says(200, wire.Pushed((wire.Result("ok"),), "E.1")))
    with pytest.raises(Offline, match="1 of 2"):
        client.push(INC, [b'{"e":1,"h":"x"}', b'{"e":2,"h":"y"}'])


def test_evidence_with_another_hash_is_not_taken(far: FarSide, client: Client) -> None:
    sha = sha256(b"proof").hexdigest()
    far.answers(says(200, b"proof"), says(200, b"forged"))
    assert client.blob(INC, sha) == b"proof"
    with pytest.raises(Offline, match="another hash"):
        client.blob(INC, sha)


def test_whether_evidence_is_there_is_asked_without_its_bytes(far: FarSide, client: Client) -> None:
    far.answers(says(200, b""), says(404, b""), says(502, b"<html>", {"Content-Type": "text/html"}))
    assert client.has_blob(INC, "0" * 64) is True
    assert client.has_blob(INC, "0" * 64) is False
    with pytest.raises(Offline):
        client.has_blob(INC, "0" * 64)


def test_a_stream_that_is_a_web_page_is_no_stream(far: FarSide, client: Client) -> None:
    far.answers(says(200, b"<html>", {"Content-Type": "text/html"}))
    with pytest.raises(Offline):
        list(client.live(SURELY_S))
    far.answers(says(200, INFO))
    with pytest.raises(Offline, match="no stream"):
        list(client.live(SURELY_S))


def test_a_stopped_client_asks_nothing_more(far: FarSide, client: Client) -> None:
    client.stop()
    with pytest.raises(Offline):
        client.info()
    assert far.requests == []


def test_a_page_that_drips_is_given_up(far: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.sync.client.SOON", 0.6)
    far.answers(drips(head(200, {"Content-Length": "100000"}) + b" " * 100_000, 0.01))
    client = Client(far.url, Token(SECRET))
    with pytest.raises(Offline, match="half way"):
        client.info()
    client.close()


# ── whom to trust ──


def test_only_a_certificate_of_a_known_authority_is_taken(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    far = FarSide(context)
    far.answers(says(200, INFO))
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    assert Client(far.url, Token(SECRET), str(ca)).info() == INFO
    assert "certificate" in why(Client(far.url, Token(SECRET)))
    ca.write_text("this is no certificate")
    assert str(ca) in why(Client(far.url, Token(SECRET), str(ca)))
    far.close()


# ── addresses, tokens, clocks ──


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://warroom.example.org/", "https://warroom.example.org"),
        (" https://example.org:8443/warroom/ ", "https://example.org:8443/warroom"),
        ("http://127.0.0.1:8465", "http://127.0.0.1:8465"),
        ("http://localhost:8465/", "http://localhost:8465"),
        ("http://[::1]:8465", "http://[::1]:8465"),
    ],
)
def test_an_address_is_kept_without_its_last_slash(text: str, kept: str) -> None:
    assert address(text) == kept


@pytest.mark.parametrize(
    "text",
    ["", "warroom.example.org", "http://192.0.2.1", "http://localhost.example.org", "ftp://x", "https://a:b@c", "https://x#y",
     "https://x:99999", "https://[", "https://münchen.example", "http://127.0.0.1.example.org"],
)  # fmt: skip
def test_an_address_that_is_none_or_not_safe_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        address(text)


def test_a_token_shows_itself_nowhere() -> None:
    token = fit(f"  {SECRET}\n")
    assert SECRET not in f"{token} {token!r} {[token]}"
    assert token.reveal() == SECRET
    with pytest.raises(TypeError):
        pickle.dumps(token)


@pytest.mark.parametrize("text", ["", "  ", "two words", "line\nline", "ä" * 20, "x" * 600])
def test_what_is_no_token_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(NoToken) as no:
        fit(text)
    assert not text.strip() or text.strip() not in str(no.value)


def test_the_clock_of_the_server_is_judged_by_its_quick_answers() -> None:
    offset = Offset()
    for took, theirs in ((10, 5_005), (12, 5_007), (4_000, 9_000), (11, 5_004), (9_000, 1)):
        offset.saw(theirs, 0, took)
    assert offset.ms is not None
    assert 4_990 <= offset.ms <= 5_010
    assert abs(offset.here(5_000)) <= 10
