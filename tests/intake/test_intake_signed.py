"""Signatures: the right one is taken, any other is a 401 and nothing else is; compared in constant time."""

import hmac
from base64 import b64encode
from pathlib import Path

import pytest

from intake_kit import (
    KEY,
    T,
    as_bytes,
    firing,
    group,
    hexed,
    hook,
    pagerduty,
    reaction,
    refused,
    slack_headers,
    standard,
    taken,
)
from warroom.config.intake_map import Mapping
from warroom.core.values import SECOND
from warroom.intake import signed
from warroom.intake.base import Hook

BODY = as_bytes(group(firing()))
PD_BODY = as_bytes(pagerduty("incident.triggered"))
SLACK_BODY = as_bytes(reaction())
OURS = b'{"rule": "disk full"}'
STAMPED = "x-grafana-alerting-timestamp"

GRAFANA = hook("grafana", KEY)
STAMPING = hook("grafana", KEY, timestamp_header="X-Grafana-Alerting-Timestamp")
PAGERDUTY = hook("pagerduty", KEY)
SLACK = hook("slack", KEY)
GENERIC = hook("generic", KEY, map=Mapping(rule="rule"))
GITHUBBY = hook("generic", KEY, map=Mapping(rule="rule"), signature_header="X-Sig-256")


def stamped(body: bytes, now: int = T) -> dict[str, str]:
    stamp = str(now // 1000)
    return {STAMPED: stamp, "x-grafana-alerting-signature": hexed(stamp.encode() + b":" + body)}


RIGHT: list[tuple[Hook, bytes, dict[str, str]]] = [
    (GRAFANA, BODY, {"x-grafana-alerting-signature": hexed(BODY)}),
    (STAMPING, BODY, stamped(BODY)),
    (PAGERDUTY, PD_BODY, {"x-pagerduty-signature": f"v1={hexed(PD_BODY)}"}),
    (PAGERDUTY, PD_BODY, {"x-pagerduty-signature": f"v1={'0' * 64}, v1={hexed(PD_BODY)},v2=x"}),
    (SLACK, SLACK_BODY, slack_headers(SLACK_BODY)),
    (GENERIC, OURS, standard(OURS)),
    (GITHUBBY, OURS, {"x-sig-256": "sha256=" + hexed(OURS)}),
    (GITHUBBY, OURS, {"x-sig-256": hexed(OURS)}),
]
EACH = pytest.mark.parametrize(("to", "body", "headers"), RIGHT)


@EACH
def test_what_is_signed_rightly_is_taken(to: Hook, body: bytes, headers: dict[str, str]) -> None:
    assert len(taken(to, body, headers).alerts) == 1


@EACH
def test_another_body_under_the_same_signature_is_not(to: Hook, body: bytes, headers: dict[str, str]) -> None:
    no = refused(to, body + b" ", headers)
    assert (no.status, no.code) == (401, "signature")


@EACH
def test_another_secret_is_not(to: Hook, body: bytes, headers: dict[str, str]) -> None:
    other = Hook(to.name, to.form, b"another secret")
    assert refused(other, body, headers).status == 401


@EACH
def test_without_its_signature_it_is_not(to: Hook, body: bytes, headers: dict[str, str]) -> None:
    for name in headers:
        left = {each: said for each, said in headers.items() if each != name}
        assert refused(to, body, left).status == 401


@EACH
def test_a_refusal_holds_nothing_of_the_secret(to: Hook, body: bytes, headers: dict[str, str]) -> None:
    said = str(refused(to, body + b" ", headers)) + repr(to)
    assert KEY.decode() not in said
    assert not any(value[3:30] in said for name, value in headers.items() if "sig" in name)


@pytest.mark.parametrize(
    ("to", "body", "make"), [(STAMPING, BODY, stamped), (SLACK, SLACK_BODY, slack_headers), (GENERIC, OURS, standard)]
)
def test_a_signed_time_holds_for_five_minutes_either_way(to: Hook, body: bytes, make) -> None:  # type: ignore[no-untyped-def]  # three functions of one form
    headers = make(body, now=T) if make is not standard else standard(body, now=T)
    for off in (-300, 0, 300):
        assert taken(to, body, headers, now=T + off * SECOND).alerts
    for off in (-301, 301, 10**9):
        no = refused(to, body, headers, now=max(0, T + off * SECOND))
        assert (no.status, no.code) == (401, "stale")


def test_one_of_several_signatures_of_standard_webhooks_is_enough() -> None:
    headers = standard(OURS)
    headers["webhook-signature"] = f"v1a,xyz v1,{b64encode(b'0' * 32).decode()} {headers['webhook-signature']}"
    assert taken(GENERIC, OURS, headers).delivery == "msg_1"


def test_a_secret_behind_whsec_is_base64() -> None:
    assert signed.key_of("whsec_" + b64encode(KEY).decode()) == KEY
    assert signed.key_of("plain") == b"plain"
    with pytest.raises(signed.BadSecret, match="no base64") as problem:
        signed.key_of("whsec_***s3cret")
    assert "s3cret" not in str(problem.value)


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, object]] = []
    real = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        asked.append((one, other))
        return real(one, other)

    monkeypatch.setattr(signed.hmac, "compare_digest", watched)
    for to, body, headers in RIGHT:
        asked.clear()
        taken(to, body, headers)
        assert asked, to
    source = Path(signed.__file__).parent
    for file in source.glob("*.py"):
        assert "== right" not in file.read_text(), file


def test_a_hook_of_a_sender_that_always_signs_takes_nothing_without_a_key() -> None:
    for kind, body, headers in (("pagerduty", PD_BODY, RIGHT[2][2]), ("slack", SLACK_BODY, RIGHT[4][2])):
        keyless = Hook(kind, hook(kind, KEY).form, None)
        assert refused(keyless, body, headers).status == 401
