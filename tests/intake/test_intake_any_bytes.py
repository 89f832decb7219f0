"""Whatever anybody sends: never an exception, only what was taken or a refusal that says it is wrong for ever."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from intake_kit import (
    KEY,
    Room,
    T,
    as_bytes,
    firing,
    group,
    hexed,
    hook,
    opsgenie,
    pagerduty,
    reaction,
    resolved,
    slack_headers,
    standard,
)
from warroom.config.intake_map import Mapping
from warroom.core.alerts import storm
from warroom.core.codec import canonical
from warroom.intake import lines
from warroom.intake.base import MAX_ALERTS, MAX_LABELS, Delivery, Hook, No, Taken
from warroom.intake.hooks import take

GENERIC = {"map": Mapping(rule="a.b", key="{a}{b.0}", labels="c", since="t", told=("u", "/t")), "alerts": "alerts"}
OPEN = [hook("alertmanager"), hook("grafana"), hook("opsgenie"), hook("generic"), hook("generic", **GENERIC)]
SIGNED = [hook("grafana", KEY), hook("pagerduty", KEY), hook("slack", KEY), hook("generic", KEY, **GENERIC)]

_WORDS = """
    alerts labels status startsAt endsAt fingerprint alertname event event_type data id action alert alertId type
    challenge reaction item ts channel rule key state a b c t u createdAt updatedAt annotations truncatedAlerts
"""
_names = st.sampled_from(re.findall(r"\w+", _WORDS))
_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20),
        st.sampled_from(["firing", "resolved", "incident.triggered", "Create", "reaction_added", "event_callback",
                         "message", "2026-11-22T00:49:02Z", "0001-01-01T00:00:00Z", "x\0", 10**30, 1.5e300, -1]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names | st.text(max_size=5), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip
REAL = [group(firing(), resolved("b")), pagerduty("incident.resolved"), opsgenie("Close"), reaction(), {"rule": "x"}]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real delivery with one of its values exchanged, or a piece of it overwritten."""
    said: Any = json.loads(json.dumps(draw(st.sampled_from(REAL))))
    at = said
    while isinstance(at, dict | list) and at:
        where = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[where], dict | list) or draw(st.booleans()):
            at[where] = draw(_values)
            break
        at = at[where]
    data = json.dumps(said).encode()
    start = draw(st.integers(0, len(data)))
    return data if draw(st.booleans()) else data[:start] + draw(st.binary(max_size=6)) + data[start + 3 :]


bodies = st.one_of(st.binary(max_size=200), _values.map(lambda value: json.dumps(value).encode()), damaged())
headers = st.dictionaries(
    st.sampled_from(["x-pagerduty-signature", "x-slack-signature", "x-slack-request-timestamp", "webhook-id",
                     "webhook-timestamp", "webhook-signature", "x-grafana-alerting-signature", "x-webhook-id",
                     "authorization", "content-type"]),
    st.text(max_size=80) | st.sampled_from(["v1=" + "0" * 64, "v0=" + "0" * 64, str(T // 1000), "v1,xx", "ü" * 64]),
)  # fmt: skip


def check(found: Taken | No) -> None:
    if isinstance(found, No):
        assert found.status in (400, 401, 404, 413, 422)
        assert found.code
        assert found.sentence.endswith(".")
        return
    assert len(found.alerts) <= MAX_ALERTS
    for alert in found.alerts:
        assert alert.key
        assert alert.rule
        assert len(alert.labels) <= MAX_LABELS
    for fact in storm.facts(found.source, storm.choose(found.alerts, {}), found.delivery):
        assert len(canonical(fact)) <= storm.MOST
        canonical(fact).decode()


def signed_headers(to: Hook, body: bytes) -> dict[str, str]:
    return {
        "grafana": {"x-grafana-alerting-signature": hexed(body)},
        "pagerduty": {"x-pagerduty-signature": f"v1={hexed(body)}"},
        "slack": slack_headers(body),
        "generic": standard(body),
    }[to.form.kind]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(OPEN), bodies, headers, st.integers(0, 2**46))
def test_where_a_token_was_enough(to: Hook, body: bytes, sent: dict[str, str], now: int) -> None:
    found = take(to, Delivery(sent, body, now))
    check(found)
    assert not (isinstance(found, No) and found.status == 401)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SIGNED), bodies, headers)
def test_where_nothing_is_signed_rightly_everything_is_a_401(to: Hook, body: bytes, sent: dict[str, str]) -> None:
    found = take(to, Delivery(sent, body, T))
    assert isinstance(found, No)
    assert found.status == 401


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SIGNED), bodies)
def test_where_it_is_signed_the_signature_is_never_the_reason(to: Hook, body: bytes) -> None:
    found = take(to, Delivery(signed_headers(to, body), body, T))
    check(found)
    assert not (isinstance(found, No) and found.status == 401)


@settings(max_examples=300, deadline=None)
@given(bodies | st.text().map(lambda said: said.encode(errors="surrogatepass")))
def test_from_a_pipe(body: bytes) -> None:
    check(lines.whole(body, T))
    check(lines.line(body.partition(b"\n")[0], T))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(OPEN), st.one_of(damaged(), st.sampled_from(REAL).map(as_bytes))), max_size=4)
)
def test_the_same_deliveries_again_are_nothing_new(sent: list[tuple[Hook, bytes]]) -> None:
    room = Room()
    for to, body in sent:
        found = take(to, Delivery({}, body, T))
        if isinstance(found, Taken):
            room.take(found)
            assert room.take(found) == ()
            again = take(to, Delivery({}, body, T + 1_000))
            assert isinstance(again, Taken)
            # Of what has two states in one delivery, the later word may hold again.
            if len({alert.key for alert in again.alerts}) == len(again.alerts):
                assert room.take(again) == ()


def test_nesting_and_numbers_without_end_are_refused() -> None:
    for body in (b"[" * 500_000, b'{"alerts":' * 100_000, b'{"alerts":[' + b"9" * 100_000 + b"]}", b"9" * 9_000):
        for to in (*OPEN, *SIGNED):
            found = take(to, Delivery(signed_headers(to, body) if to.key else {}, body, T))
            check(found)
            assert isinstance(found, No), (to, body[:20])
