"""Whatever the far side does, the right state is on the log, and somebody else is tried where that helps."""

import pytest

from farside import FarSide, floods, garbage, half, redirects, resets, says, silence
from hand_kit import MINUTE, hook
from warroom.core.acts.paging import Acknowledge
from warroom.core.values import SECOND

ONE = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'

ANSWERS = {
    "200": (says(200), "sent"),
    "200 with half a body": (half(200, b'{"ok":'), "sent"),
    "200 with 100 MB": (floods(200), "sent"),
    "202": (says(202), "sent"),
    "400": (says(400), "failed"),
    "401": (says(401), "failed"),
    "403": (says(403), "failed"),
    "404": (says(404), "failed"),
    "408": (says(408), "queued"),
    "409": (says(409), "failed"),
    "429": (says(429, headers={"Retry-After": "7"}), "queued"),
    "500": (says(500), "queued"),
    "503": (says(503), "queued"),
    "a redirect": (redirects("http://127.0.0.1:1/elsewhere"), "failed"),
    "garbage": (garbage, "unknown"),
    "nothing": (silence, "unknown"),
    "a broken connection": (resets, "unknown"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_leaves_its_state(pager, far, name):
    answer, state = ANSWERS[name]
    far.answers(answer)
    it = pager(policy=ONE, timeout_s="0.8").declare()
    it.until(lambda: it.states() == [("sre1", "hook", state)])
    if state != "sent":
        assert it.state.deliveries[0].why


def test_the_pause_that_the_far_side_asks_for_is_kept_and_then_it_goes_out(pager, far, hand):
    far.answers(says(429, headers={"Retry-After": "7"}), says(200))
    it = pager(policy=ONE).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "queued")])
    hand.passes(6 * SECOND)
    it.settled()
    assert len(far.requests) == 1
    hand.passes(2 * SECOND)
    it.until(lambda: it.states() == [("sre1", "hook", "sent")])
    first, second = it.house.pages
    assert first["key"] == second["key"]
    assert second["possibly_twice"] is False  # the first one was refused


def test_what_may_have_arrived_goes_again_under_its_key_and_is_marked(pager, far, hand):
    far.answers(resets, says(200))
    it = pager(policy=ONE).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "unknown")])
    hand.passes(2 * SECOND)
    it.until(lambda: it.states() == [("sre1", "hook", "sent")])
    first, second = it.house.pages
    assert first["key"] == second["key"]
    assert second["possibly_twice"] is True
    assert "possibly twice" in it.texts("paged")[-1]


def test_a_failure_that_lasts_is_given_up_after_a_while_and_says_so(pager, far, hand):
    far.answers(says(503))
    it = pager(policy=ONE).declare()
    for _ in range(40):
        it.settled()
        hand.passes(MINUTE)
    assert it.states() == [("sre1", "hook", "failed")]
    assert "given up after 20 tries" in it.state.deliveries[0].why


def test_a_second_way_to_the_person_begins_when_the_first_fails(house, pager, far):
    it = house(watch="off", policy=ONE)
    other = FarSide()
    it.write("channels.toml", hook("hook", far.port) + hook("sms", other.port))
    it.write("contacts.toml", '[contact.sre1]\nname = "Primary"\nreach = ["hook", "sms:+44 20 7946 0001"]\n')
    far.answers(says(401))
    hand = pager(it).declare()
    hand.until(lambda: hand.states() == [("sre1", "hook", "failed"), ("sre1", "sms", "sent")])
    assert other.requests[0].json()["address"] == "+44 20 7946 0001"
    other.close()


def test_a_way_that_only_waits_holds_up_the_next_one_for_two_tries_at_most(house, pager, far, hand):
    it = house(watch="off", policy=ONE)
    other = FarSide()
    it.write("channels.toml", hook("hook", far.port) + hook("sms", other.port))
    it.write("contacts.toml", '[contact.sre1]\nname = "Primary"\nreach = ["hook", "sms"]\n')
    far.answers(says(500))
    by = pager(it).declare()
    by.until(lambda: by.states() == [("sre1", "hook", "queued")])
    hand.passes(2 * SECOND)
    by.until(lambda: ("sre1", "sms", "sent") in by.states())
    other.close()


def test_where_a_persons_own_ways_fail_the_ranked_fallbacks_are_tried(house, pager, far):
    it = house(watch="off", policy=ONE)
    other = FarSide()
    it.write(
        "channels.toml",
        'fallback = ["nowhere", "sms:desk"]\n'.replace('"nowhere", ', "")
        + hook("hook", far.port)
        + hook("sms", other.port),
    )
    it.write("contacts.toml", '[contact.sre1]\nname = "Primary"\nreach = ["hook"]\n')
    far.answers(says(403))
    by = pager(it).declare()
    by.until(lambda: by.states() == [("sre1", "hook", "failed"), ("sre1", "sms", "sent")])
    other.close()


def test_somebody_with_no_way_at_all_is_said_with_the_number_to_ring(house, pager):
    it = house(watch="off", policy=ONE + 'backup = ["contact:db1"]\n')
    it.write(
        "contacts.toml",
        '[contact.sre1]\nname = "Primary"\nphone = "+44 20 7946 0001"\n[contact.db1]\nname = "D"\nreach = ["hook"]\n',
    )
    by = pager(it).declare()
    by.until(lambda: by.states() == [("sre1", "", "failed")])
    assert by.state.deliveries[0].why == "no channel here reaches them; ring +44 20 7946 0001"


def test_an_acknowledgement_ends_every_further_try(pager, far, hand):
    far.answers(says(503))
    it = pager(policy=ONE).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "queued")])
    it.do(Acknowledge(who="sre1"))
    it.until(lambda: it.states() == [("sre1", "hook", "dropped")])
    assert it.state.deliveries[0].why == "sre1 has it"
    count = len(far.requests)
    hand.passes(5 * MINUTE)
    it.settled()
    assert len(far.requests) == count


def test_a_channel_that_hangs_holds_up_no_other(house, pager, far):
    two = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1", "contact:db1"]\n'
    it = house(watch="off", policy=two)
    other = FarSide()
    it.write("channels.toml", hook("hook", far.port) + hook("sms", other.port))
    it.write(
        "contacts.toml", '[contact.sre1]\nname = "P"\nreach = ["hook"]\n[contact.db1]\nname = "D"\nreach = ["sms"]\n'
    )
    far.answers(silence)
    by = pager(it).declare()
    by.until(lambda: ("db1", "sms", "sent") in by.states())
    assert ("sre1", "hook", "sending") in by.states()
    other.close()


def test_a_secret_is_in_no_fact_no_log_and_no_line(house, pager, far, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", "whsec_c3VwZXJzZWNyZXQtdmFsdWU=")
    monkeypatch.setenv("HOOK_TOKEN", "tok-ultrasecret-123")
    it = house(watch="off", policy=ONE)
    it.write("channels.toml", hook("hook", far.port) + 'secret_env = "HOOK_SECRET"\ntoken_env = "HOOK_TOKEN"\n')
    far.answers(says(401, {"message": "bad token tok-ultrasecret-123"}))
    by = pager(it).declare()
    by.until(lambda: by.states() == [("sre1", "hook", "failed")])
    everything = b"".join(p.read_bytes() for p in it.home.rglob("*") if p.is_file()).decode(errors="replace")
    for secret in ("tok-ultrasecret-123", "c3VwZXJzZWNyZXQtdmFsdWU"):
        assert secret not in everything
        assert secret not in str(by.said)
    assert far.requests[0].headers["authorization"] == "Bearer tok-ultrasecret-123"


def test_a_drill_reaches_nobody_whatever_is_configured(pager, far):
    it = pager(policy=ONE).declare(drill=True)
    it.settled()
    assert it.states() == []
    assert far.requests == []


def test_a_restricted_incident_goes_to_no_channel_that_many_read(house, pager, far):
    it = house(watch="off", policy=ONE)
    other = FarSide()
    it.write("channels.toml", hook("room", far.port) + "shared = true\n" + hook("hook", other.port))
    it.write("contacts.toml", '[contact.sre1]\nname = "P"\nreach = ["room", "hook"]\n')
    by = pager(it).declare(restricted=True)
    by.until(lambda: by.states() == [("sre1", "hook", "sent")])
    assert far.requests == []
    other.close()
