"""Slack's Events API: who marks a message makes an alert or an entry of it, once however often Slack sends it."""

from intake_kit import KEY, Room, T, as_bytes, hook, reaction, refused, slack_headers, taken
from warroom.core.alerts.facts import FIRING, RESOLVED
from warroom.intake.base import Hook, Marked, Taken

ALERTS = hook("slack", KEY, workspace="https://acme.slack.com")
ENTRIES = hook("slack", KEY, becomes="entry", reaction="pushpin")


def told(to: Hook, said: object) -> Taken:
    body = as_bytes(said)
    return taken(to, body, slack_headers(body))


def test_the_challenge_is_answered() -> None:
    found = told(ALERTS, {"type": "url_verification", "token": "z", "challenge": "3eZbrw1aB"})
    assert (found.answer, found.alerts) == ("3eZbrw1aB", ())


def test_a_marked_message_is_an_alert() -> None:
    found = told(ALERTS, reaction())
    [alert] = found.alerts
    assert (alert.key, alert.state, alert.since) == ("C1/1795308500.000200", FIRING, 1_795_308_500_000)
    assert alert.url == "https://acme.slack.com/archives/C1/p1795308500000200"
    assert alert.summary == "A message of U2, marked by U1"
    assert found.delivery == "Ev1"


def test_the_other_reaction_ends_it() -> None:
    room = Room()
    room.take(told(ALERTS, reaction()))
    room.take(told(ALERTS, reaction("white_check_mark", event_ts="1795308595.000000")))
    assert list(room.states.values()) == [RESOLVED]


def test_a_retry_and_a_second_person_are_nothing_new() -> None:
    room = Room()
    assert len(room.take(told(ALERTS, reaction()))) == 1
    assert room.take(told(ALERTS, reaction())) == ()
    assert room.take(told(ALERTS, reaction(user="U9", event_ts="1795308599.000000"))) == ()


def test_a_marked_message_can_be_an_entry() -> None:
    found = told(ENTRIES, reaction("pushpin"))
    assert found.marked == (Marked("C1", "1795308500.000200", "U1", "U2", "pushpin", 1_795_308_590_000),)
    assert found.alerts == ()


def test_the_tone_of_a_hand_makes_no_difference() -> None:
    assert told(hook("slack", KEY, reaction="wave"), reaction("wave::skin-tone-3")).alerts


def test_what_is_not_meant_is_taken_and_passed_over() -> None:
    only = hook("slack", KEY, channels=("C2",))
    assert told(ALERTS, reaction("tada")).ignored == "it is another reaction"
    assert told(only, reaction()).ignored == "the channel is none of this hook's"
    assert told(ALERTS, reaction(item={"type": "file", "file": "F1"})).ignored == "the reaction is on no message"
    assert told(ALERTS, reaction(type="message", text="hi")).ignored == "message marks no message"
    assert told(ALERTS, {"type": "app_rate_limited"}).ignored == "app_rate_limited is about no message"


def test_what_is_signed_and_makes_no_sense_is_malformed() -> None:
    for body in (b"[]", b"{}", as_bytes(reaction(item=7))):
        assert refused(ALERTS, body, slack_headers(body), T).status == 400
