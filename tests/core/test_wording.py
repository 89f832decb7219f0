"""The wording of updates: what is pointed out, what is left in peace, and the times that a text promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts import T0, declared
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import NameService
from warroom.core.acts.practice import JudgeHypothesis
from warroom.core.values import DAY, HOUR, MINUTE
from warroom.core.when import when
from warroom.core.wording import estimated, judged, promised, warnings

PLAIN = """Card payments fail for some customers in Europe. Payments by invoice work.
Since 13:58 UTC.
What we are doing now: we take back a change of this morning; we ask our provider.
You asked: is data lost? No.
Next update by 14:20 UTC.
Estimate, not a promise: over by 15:00 UTC."""


def words(text, **more):
    return [each.word for each in warnings(text, **more)]


def test_a_plain_update_is_left_in_peace():
    assert warnings(PLAIN, people=("ana", "ivo")) == ()


@pytest.mark.parametrize(
    "host",
    [
        "db-3",
        "web01",
        "pg-orders-2",
        "10.0.0.3",
        "10.0.0.3:5432",
        "orders.svc",
        "db1.eu.example.com",
        "fe80:0:0:0:1:2:3:4",
    ],
)
def test_hosts_and_addresses_are_pointed_out_to_the_public_only(host):
    assert words(f"We restart {host} now.") == [host]
    assert words(f"We restart {host} now.", audience="internal") == []


def test_a_link_that_leads_inside_is_pointed_out_and_a_public_one_is_not():
    assert words("See https://status.example.com/i/5 and http://wiki.corp/x.") == ["http://wiki.corp/x."]
    assert words("Write to help2@example.com.") == []


def test_people_who_are_here_are_pointed_out_by_whole_words():
    assert words("Ana restarts it. The banana is fine.", people=("ana",)) == ["Ana"]
    assert words("Ana restarts it.", people=("ana",), audience="executive") == []


@pytest.mark.parametrize("word", ["because of", "caused by", "due to", "root cause"])
def test_a_cause_is_pointed_out_to_every_audience(word):
    for audience in ("public", "internal", "executive"):
        assert words(f"It fails {word} a bad change.", audience=audience) == [word]


def test_a_cause_that_a_hypothesis_with_evidence_supports_is_left_in_peace():
    desk = declared()
    desk.do(Log(text="the vacuum holds a lock on orders", kind="hypothesis"))
    said = "Orders wait because the vacuum holds their lock."
    assert [d.word for d in judged(desk.state, said, "internal")] == ["because"]
    desk.do(JudgeHypothesis(state="supported", evidence="pg_locks shows it"))
    assert judged(desk.state, said, "internal") == ()
    assert [d.word for d in judged(desk.state, "It fails due to solar wind.", "internal")] == ["due to"]


@pytest.mark.parametrize("word", ["should", "hopefully", "probably", "we think", "soon", "seems"])
def test_guesses_are_pointed_out(word):
    assert words(f"It {word} fine.", audience="executive") == [word]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is fixed by 14:30.", ["by 14:30"]),
        ("Payments work again within 30 minutes.", ["within 30 minutes"]),
        ("Everything is back in an hour.", ["in an hour"]),
        ("Estimate: fixed by 14:30.", []),
        ("We expect it to be fixed by 14:30.", []),
        ("Next update by 14:30, when the fix is done.", []),
        ("It is over since 15:00; it began at 14:30.", []),
    ],
)
def test_a_time_that_is_promised_for_the_repair_is_pointed_out_unless_it_is_called_an_estimate(text, found):
    assert words(text) == found


@pytest.mark.parametrize(
    "word", ["5xx", "503s", "p99", "pods", "replica", "rolled back", "payments-7d9f8c6b5d-x2x4z", "9f2cab1"]
)
def test_words_of_the_trade_are_pointed_out_to_the_public_only(word):
    assert words(f"We see {word} now.") == [word]
    assert words(f"We see {word} now.", audience="internal") == []


def test_a_place_that_nobody_has_filled_is_pointed_out():
    assert words("Data loss: [data loss: not stated]", audience="executive") == ["[data loss: not stated]"]


def test_each_word_is_named_once_where_it_first_stands():
    (only,) = warnings("It should. It should. It SHOULD.")
    assert only.at == 3


def test_services_with_a_machines_name_count_as_hosts_and_plain_words_do_not():
    desk = declared()
    desk.do(NameService(service="payments-db"))
    desk.do(NameService(service="checkout"))
    assert [d.word for d in judged(desk.state, "payments-db and checkout fail.", "public")] == ["payments-db"]


@given(st.text(max_size=300), st.sampled_from(("public", "internal")), st.lists(st.text(max_size=8), max_size=4))
def test_every_text_can_be_judged_and_every_word_stands_where_it_is_said_to(text, audience, names):
    for each in warnings(text, audience=audience, people=names, hosts=names):
        assert text[each.at : each.at + len(each.word)] == each.word


@pytest.mark.parametrize("piece", ["a-", "1.", "f:", "in ", "because ", "[x", "a1", "estimate ", "next update "])
def test_a_hostile_text_is_judged_without_hanging(piece):
    text = piece * (64 * 1024 // len(piece))
    assert len(warnings(text)) <= 40
    assert promised(text, T0, lambda word: when(word, T0)) is None


# ── promises ──

MIDNIGHT = T0 - T0 % DAY


def paris(t):
    return HOUR, "CET"


def clock(now, zone):
    return lambda word: when(word, now, zone)


@pytest.mark.parametrize(
    ("text", "now", "wait"),
    [
        ("Next update by 14:20 UTC.", 14 * HOUR, 20 * MINUTE),
        ("Next update by 2023-11-15 00:10 UTC.", 24 * HOUR - 5 * MINUTE, 15 * MINUTE),
        ("The next update comes at 15:20.", 14 * HOUR, 20 * MINUTE),  # in the zone that is shown
        ("Next update by 14:20 UTC. Next update by 14:40 UTC.", 14 * HOUR, 40 * MINUTE),
        ("Next update by 13:20 UTC.", 14 * HOUR, None),  # it has passed
        ("Next update by 25:99.", 14 * HOUR, None),
        ("Since 14:20 UTC. Next update soon.", 14 * HOUR, None),
    ],
)
def test_what_the_text_promises_is_read_from_it(text, now, wait):
    now += MIDNIGHT
    assert promised(text, now, clock(now, paris)) == wait


def test_an_estimate_is_read_apart_from_the_promise():
    now = MIDNIGHT + 14 * HOUR
    assert promised(PLAIN, now, clock(now, paris)) == 20 * MINUTE
    assert estimated(PLAIN, now, clock(now, paris)) == 60 * MINUTE
