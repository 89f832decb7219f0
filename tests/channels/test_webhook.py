"""The webhook against a real far side: what is posted, how it is signed, what becomes of it."""

import hmac
import ssl
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from email.utils import formatdate

import pytest
import trustme

from farside import (
    SURELY_S,
    Answer,
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
)
from warroom.channels.base import Accepted, Failed, Later, Message, Outcome, Sent, Unknown
from warroom.channels.http import outcome_of, retry_after
from warroom.channels.secrets import NoSecret, Secret
from warroom.channels.webhook import WebhookChannel
from warroom.config.channels import Webhook
from warroom.net import Http, Reply

Page = Callable[..., Message]


def hook(url: str, http: Http, **secrets: str) -> WebhookChannel:
    form = Webhook(kind="webhook", url=url)
    return WebhookChannel("hook", form, {name: Secret(text) for name, text in secrets.items()}, http)


@pytest.fixture
def edge() -> Iterator[Callable[[float], Http]]:
    opened: list[Http] = []

    def make(timeout_s: float, verify: object = True) -> Http:
        opened.append(Http(timeout_s=timeout_s, verify=verify))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def test_a_page_is_a_post_of_json_with_all_that_a_receiver_needs(far: FarSide, http: Http, page: Page) -> None:
    assert hook(f"{far.url}/page", http).send(page(round=2)) == Sent("page-0123456789abcdef")
    request = far.requests[0]
    assert (request.method, request.target, request.headers["content-type"]) == ("POST", "/page", "application/json")
    assert request.json() == {
        "key": "page-0123456789abcdef",
        "incident": "INC-K3F9",
        "incident_id": "3K9F0000000000000000000000",
        "what": "page",
        "level": 1,
        "round": 2,
        "topic": "",
        "to": "sre1",
        "name": "Primary on call",
        "address": "",
        "title": "Checkout returns 500s",
        "severity": "SEV1",
        "phase": "investigating",
        "services": ["checkout", "payments"],
        "summary": "INC-K3F9 SEV1 Checkout returns 500s",
        "brief": "SEV1 Checkout returns 500s\n\nImpact: half of all orders fail\nDone so far: nothing",
        "sms": "INC-K3F9 SEV1 Checkout returns 500s. Call the bridge.",
        "link": "https://meet.example/bridge",
        "possibly_twice": False,
        "test": False,
        "drill": False,
        "due": "2026-11-23T00:00:00.000Z",
    }


def test_a_second_try_differs_in_its_mark_only(far: FarSide, http: Http, page: Page) -> None:
    channel = hook(far.url, http, secret="raw secret")
    channel.send(page())
    channel.send(page(twice=True))
    first, second = far.requests
    assert second.json() == first.json() | {"possibly_twice": True}
    assert second.headers["webhook-id"] == first.headers["webhook-id"] == "page-0123456789abcdef"
    assert second.headers["idempotency-key"] == first.headers["idempotency-key"] == "page-0123456789abcdef"


def test_a_test_says_so(far: FarSide, http: Http, page: Page) -> None:
    hook(far.url, http).send(page(what="test"))
    assert far.requests[0].json()["test"] is True


def test_text_that_no_json_can_hold_is_left_out(far: FarSide, http: Http, page: Page) -> None:
    assert isinstance(hook(far.url, http).send(page(title="a\ud800b\0c", services=("x\udfff",))), Sent)
    body = far.requests[0].json()
    assert (body["title"], body["services"]) == ("abc", ["x"])


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("plain words", b"plain words"),
        ("whsec_" + b64encode(b"\x00\x01binary key, 24 bytes\xff").decode(), b"\x00\x01binary key, 24 bytes\xff"),
    ],
)
def test_the_signature_verifies_over_the_very_bytes_that_were_sent(
    far: FarSide, http: Http, page: Page, secret: str, key: bytes
) -> None:
    hook(far.url, http, secret=secret).send(page())
    request = far.requests[0]
    version, _, signature = request.headers["webhook-signature"].partition(",")
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    assert version == "v1"
    assert hmac.compare_digest(b64decode(signature), hmac.digest(key, signed, "sha256"))


def test_the_timestamp_is_now_in_whole_seconds(
    far: FarSide, http: Http, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 1_795_392_000.9)
    hook(far.url, http, secret="x").send(page())
    assert far.requests[0].headers["webhook-timestamp"] == "1795392000"


def test_without_a_secret_nothing_claims_to_be_signed(far: FarSide, http: Http, page: Page) -> None:
    hook(far.url, http).send(page())
    assert not {"webhook-signature", "webhook-timestamp", "authorization"} & set(far.requests[0].headers)


def test_a_token_goes_as_a_bearer_token(far: FarSide, http: Http, page: Page) -> None:
    hook(far.url, http, token="t0k3n").send(page())
    assert far.requests[0].headers["authorization"] == "Bearer t0k3n"


def test_a_signing_secret_that_is_no_base64_is_named_before_the_night(http: Http) -> None:
    with pytest.raises(NoSecret, match="whsec_"):
        hook("http://x/", http, secret="whsec_!!!")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says(200), Sent("page-0123456789abcdef")),
        (says(204), Sent("page-0123456789abcdef")),
        (says(202), Sent("page-0123456789abcdef")),
        (half(200, b'{"half": true}'), Sent("page-0123456789abcdef")),
        (floods(200), Sent("page-0123456789abcdef")),
        (
            says(400, {"error": {"message": "level is missing"}}),
            Failed("the far side does not understand the request (400: level is missing)"),
        ),
        (says(401, {"message": "bad token"}), Failed("the far side refuses the credentials (401: bad token)")),
        (says(403), Failed("the far side refuses the credentials (403)")),
        (
            says(404, b"no such hook\nbye"),
            Failed("the far side has nothing at this address; check url (404: no such hook)"),
        ),
        (says(408), Later("the far side cannot take it now (408)")),
        (says(409), Failed("the far side says that it is in conflict (409)")),
        (says(425), Later("the far side cannot take it now (425)")),
        (says(429), Later("the far side asks for fewer requests (429)", busy=True)),
        (
            says(429, headers={"Retry-After": "17"}),
            Later("the far side asks for fewer requests (429)", after=17.0, busy=True),
        ),
        (says(500), Later("the far side cannot take it now (500)")),
        (says(503, headers={"Retry-After": "3"}), Later("the far side cannot take it now (503)", after=3.0)),
        (half(503, b"try again later"), Later("the far side cannot take it now (503: try aga)")),
        (floods(500), Later("the far side cannot take it now (500: " + "x" * 119 + "…)")),
        (
            redirects("https://elsewhere.example/?token=x"),
            Failed("the far side answers with a redirect; put the final address into url (302)"),
        ),
        (says(418, {"errors": [{"detail": "teapot"}]}), Failed("the far side refuses it (418: teapot)")),
    ],
)
def test_every_answer_has_its_outcome(far: FarSide, http: Http, page: Page, answer: Answer, outcome: Outcome) -> None:
    far.answers(answer)
    assert hook(far.url, http).send(page()) == outcome


@pytest.mark.parametrize("answer", [garbage, hangs_up, resets])
def test_an_answer_that_is_none_leaves_it_unknown(far: FarSide, http: Http, page: Page, answer: Answer) -> None:
    far.answers(answer)
    assert isinstance(hook(far.url, http).send(page()), Unknown)
    assert len(far.requests) == 1


@pytest.mark.parametrize("answer", [silence, drips(head(200, {"X": "x" * 100_000}))])
def test_an_answer_that_does_not_come_in_time_leaves_it_unknown(
    far: FarSide, hasty: Http, page: Page, answer: Answer
) -> None:
    far.answers(answer)
    assert isinstance(hook(far.url, hasty).send(page()), Unknown)
    assert len(far.wait_for(1)) == 1


def test_a_conflict_on_a_second_try_means_that_the_first_arrived(far: FarSide, http: Http, page: Page) -> None:
    far.answers(says(409))
    assert hook(far.url, http).send(page(twice=True)) == Sent("page-0123456789abcdef")


def test_a_refused_connection_is_tried_later(closed_port: int, http: Http, page: Page) -> None:
    assert isinstance(hook(f"http://127.0.0.1:{closed_port}", http).send(page()), Later)


def test_a_certificate_that_does_not_verify_has_failed(secure: FarSide, http: Http, page: Page) -> None:
    outcome = hook(secure.url, http, token="t0k3n").send(page())
    assert isinstance(outcome, Failed)
    assert "does not verify" in outcome.why
    assert secure.requests == []


def test_a_certificate_of_a_known_authority_is_taken(
    secure: FarSide, authority: trustme.CA, page: Page, edge: Callable[..., Http]
) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    assert isinstance(hook(secure.url, edge(SURELY_S, context)).send(page()), Sent)


@pytest.mark.parametrize("secret", ["s3cr3t-value", 'quo"ted\\s3cr3t', "with space/slash"])
def test_a_secret_that_is_sent_back_is_not_shown(far: FarSide, http: Http, page: Page, secret: str) -> None:
    from urllib.parse import quote

    for echo in ({"message": f"no {secret}!"}, f"no {secret}!".encode(), f"no {quote(secret, safe='')}!".encode()):
        far.answers(says(401, echo))
        assert hook(far.url, http, token=secret).send(page()) == Failed(
            "the far side refuses the credentials (401: no •••!)"
        )


def test_a_secret_is_hidden_before_its_text_is_cut(far: FarSide, http: Http, page: Page) -> None:
    far.answers(says(400, {"message": "x" * 110 + " s3cr3t-value-that-is-long"}))
    outcome = hook(far.url, http, secret="s3cr3t-value-that-is-long").send(page())
    assert isinstance(outcome, Failed)
    assert "s3cr" not in outcome.why


def test_what_the_far_side_says_commands_no_terminal(far: FarSide, http: Http, page: Page) -> None:
    far.answers(says(400, {"message": "\x1b]0;owned\x07\u202ebad\nline"}))
    outcome = hook(far.url, http).send(page())
    assert isinstance(outcome, Failed)
    assert outcome.why.isprintable()


@pytest.mark.parametrize("body", [b"<html><h1>Bad Gateway</h1>", b"\x00\x01\x02\xff\xfe", b"{broken", b"[" * 100_000])
def test_a_body_for_machines_is_not_read_out(far: FarSide, http: Http, page: Page, body: bytes) -> None:
    far.answers(says(502, body))
    assert hook(far.url, http).send(page()) == Later("the far side cannot take it now (502)")


def test_what_will_be_done_later_is_accepted_where_the_far_side_can_be_asked_again() -> None:
    assert outcome_of(Reply(202)) == Accepted()


def test_a_pause_may_be_a_date() -> None:
    assert retry_after(Reply(429, {"retry-after": formatdate(1_000_060, usegmt=True)}), now=1_000_000.0) == 60.0


def test_a_date_that_is_past_means_now() -> None:
    assert retry_after(Reply(429, {"retry-after": formatdate(900_000, usegmt=True)}), now=1_000_000.0) == 0.0


def test_a_pause_may_stand_in_the_rate_limit_as_a_span_or_as_a_time() -> None:
    assert retry_after(Reply(429, {"ratelimit-reset": "42"}), now=0.0) == 42.0
    assert retry_after(Reply(429, {"ratelimit-reset": "1795392042"}), now=1_795_392_000.0) == 42.0


def test_nobody_is_told_to_wait_for_longer_than_a_day() -> None:
    assert retry_after(Reply(429, {"retry-after": "999999999999"}), now=0.0) == 86_400.0


@pytest.mark.parametrize("value", ["", "-5", "nan", "inf", "1e9", "soon", "Mon, 99 Foo 2026", "9" * 400, "١٢", "1_0"])
def test_a_pause_that_is_none_is_no_pause(value: str) -> None:
    assert outcome_of(Reply(429, {"retry-after": value})) == Later(
        "the far side asks for fewer requests (429)", None, busy=True
    )


def test_a_look_at_it_pages_nobody(far: FarSide, http: Http) -> None:
    probe = hook(far.url, http, secret="x", token="t0k3n").probe()
    assert (probe.state, far.requests[0].method, far.requests[0].body) == ("ok", "HEAD", b"")
    assert "cannot answer back" in probe.says
    assert far.requests[0].headers["authorization"] == "Bearer t0k3n"


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "ok"), (400, "ok"), (405, "ok"), (501, "ok"), (503, "look"), (401, "bad"), (403, "bad"), (404, "bad")],
)
def test_a_look_judges_by_the_status(far: FarSide, http: Http, status: int, state: str) -> None:
    far.answers(says(status))
    assert hook(far.url, http).probe().state == state


def test_a_look_finds_a_redirect_and_a_dead_port(far: FarSide, http: Http, closed_port: int) -> None:
    far.answers(redirects("/elsewhere"))
    moved = hook(far.url, http).probe()
    assert (moved.state, "redirect" in moved.says) == ("bad", True)
    assert hook(f"http://127.0.0.1:{closed_port}", http).probe().state == "bad"


def test_a_look_says_that_nothing_is_signed(far: FarSide, http: Http) -> None:
    assert "secret_env" in hook(far.url, http).probe().says
