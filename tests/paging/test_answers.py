"""Answers cross the edge in both directions: given there and read here, given here and told there, each once."""

from collections.abc import Iterator

import pytest

from hand_kit import MINUTE
from stand_ins import StandIns
from warroom.core import escalation
from warroom.core.acts.entries import Undo
from warroom.core.acts.lifecycle import ChangePhase
from warroom.core.acts.paging import Acknowledge, Escalate
from warroom.core.values import SECOND

THREE = ("pagerduty", "opsgenie", "slack")
POLICY = (
    'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:by-pagerduty", "contact:by-opsgenie"]\n'
    '[[level]]\nafter = "PT5M"\nnotify = ["contact:by-slack"]\nbackup = ["contact:second"]\n'
)
TOGETHER = (
    'id = "quick"\n[[level]]\nafter = "PT0S"\n'
    'notify = ["contact:by-pagerduty", "contact:by-opsgenie", "contact:by-slack"]\n'
)


@pytest.fixture
def there() -> Iterator[StandIns]:
    sides = StandIns()
    yield sides
    sides.close()


@pytest.fixture
def begin(house, pager, there, monkeypatch):
    """Makes a pager whose pages have all arrived on the three far sides that can answer."""

    def make(policy=TOGETHER, contacts=THREE):
        for name, value in there.secrets.items():
            monkeypatch.setenv(name, value)
        it = house(watch="off", policy=policy)
        it.write(
            "channels.toml", "".join(there.channel(name) for name in (*THREE, "webhook")).replace("status = true\n", "")
        )
        people = "".join(f'[contact.by-{name}]\nname = "By {name}"\nreach = ["{name}"]\n' for name in THREE)
        it.write("contacts.toml", people + '[contact.second]\nname = "Second"\nreach = ["webhook"]\n')
        by = pager(it).declare()
        by.until(lambda: all(state == "sent" for *_, state in settle(by)))
        return by

    return make


def settle(by):
    by.hand.passes(SECOND)
    return by.states() or [("", "", "none")]


def asks(by, so):
    """Lets the pager ask the far sides until it is so."""

    def later():
        by.hand.passes(SECOND)
        return so()

    by.until(later)


def key(by, channel):
    return next(d.delivery for d in by.state.deliveries if d.channel == channel and d.what == "page")


def acks(by):
    return [(e.body.who, e.body.via) for e in by.state.facts if e.body.kind == "acked"]


def status(by):
    return escalation.view(by.state, by.hand.now()).status


def slack_page(there):
    return next(p["ts"] for p in there.slack.posts["C1"] if p["metadata"]["event_payload"]["what"] == "page")


def notes(there, kind):
    found = [p for p in there.slack.posts["C1"] if p.get("metadata", {}).get("event_payload", {}).get("what") == kind]
    return [p["text"] for p in found]


ANSWERS = {
    "pagerduty": (lambda there, by: there.pagerduty.acknowledges(key(by, "pagerduty"), "Bo Berg"), "Bo Berg"),
    "opsgenie": (
        lambda there, by: there.opsgenie.acknowledges(key(by, "opsgenie"), "bo@example.org"),
        "bo@example.org",
    ),
    "slack": (lambda there, by: there.slack.reacts(slack_page(there), "eyes"), "Ana Lima"),
}


@pytest.mark.parametrize("place", ANSWERS)
def test_an_answer_there_stops_the_clock_with_the_persons_name_and_is_told_to_the_others(begin, there, place):
    by = begin()
    answers, name = ANSWERS[place]
    answers(there, by)
    asks(by, lambda: acks(by))
    assert acks(by) == [(name, place)]
    assert status(by) == "acknowledged"
    asks(by, lambda: len([d for d in by.state.deliveries if d.what == "acknowledge" and d.state == "sent"]) == 3)
    for _ in range(20):
        settle(by)
        by.settled()
    assert acks(by) == [(name, place)]
    assert notes(there, "ack") == [f"{name} has it"]
    assert [what for what, _ in there.opsgenie.acts] == ["create", "acknowledge"]
    assert [what for what, _ in there.pagerduty.events] == ["trigger", "acknowledge"]
    there.clean()


def test_an_acknowledgement_here_is_carried_to_every_far_side_once_and_its_end_too(begin, there):
    by = begin()
    by.do(Acknowledge(who="Ivo"))
    asks(by, lambda: len([d for d in by.state.deliveries if d.what == "acknowledge"]) == 3)
    by.do(ChangePhase(phase="resolved"))
    asks(by, lambda: len([d for d in by.state.deliveries if d.what == "resolve"]) == 3)
    for _ in range(20):
        settle(by)
        by.settled()
    assert [what for what, _ in there.pagerduty.events] == ["trigger", "acknowledge", "resolve"]
    assert [what for what, _ in there.opsgenie.acts] == ["create", "acknowledge", "close"]
    assert notes(there, "ack") == ["Ivo has it"]
    assert len(notes(there, "resolved")) == 1
    assert acks(by) == [("Ivo", "")]
    there.clean()


def test_a_decline_on_slack_goes_to_the_backup(begin, there):
    by = begin(POLICY)
    by.hand.passes(5 * MINUTE)
    by.until(lambda: ("by-slack", "slack", "sent") in by.states())
    there.slack.reacts(slack_page(there), "x")
    asks(by, lambda: by.states()[-1:] == [("second", "webhook", "sent")])
    assert by.texts("no answer") == ["By slack (L2) declined, on slack"]
    assert [page.json()["to"] for page in there.hook.requests] == ["second"]


def test_somebody_who_resolves_it_there_has_it_and_the_incident_stays_open(begin, there):
    by = begin()
    there.pagerduty.resolves(key(by, "pagerduty"), "Bo Berg")
    asks(by, lambda: acks(by))
    assert by.texts("acked") == ["Bo Berg has it (L1), on pagerduty · resolved there"]
    assert by.state.open


def test_what_we_told_a_far_side_ourselves_is_no_answer_once_it_was_taken_back_here(begin, there):
    by = begin()
    by.do(Acknowledge(who="Ivo"))
    asks(by, lambda: len([d for d in by.state.deliveries if d.what == "acknowledge"]) == 3)
    by.do(Undo())
    for _ in range(30):
        settle(by)
        by.settled()
    assert acks(by) == [("Ivo", "")]
    assert status(by) == "exhausted"  # one level, which was called


def test_an_answer_there_that_was_taken_back_here_is_not_read_a_second_time(begin, there):
    by = begin()
    there.pagerduty.acknowledges(key(by, "pagerduty"), "Bo Berg")
    asks(by, lambda: acks(by))
    [ack] = [e for e in by.state.facts if e.body.kind == "acked"]
    by.do(Undo(of=ack.id))
    for _ in range(30):
        settle(by)
        by.settled()
    assert acks(by) == [("Bo Berg", "pagerduty")]
    assert status(by) == "exhausted"


def test_after_it_was_taken_back_another_person_can_still_answer_there(begin, there):
    by = begin()
    by.do(Acknowledge(who="Ivo"))
    asks(by, lambda: len([d for d in by.state.deliveries if d.what == "acknowledge"]) == 3)
    by.do(Undo())
    there.slack.reacts(slack_page(there), "eyes")
    asks(by, lambda: len(acks(by)) == 2)
    assert acks(by)[-1] == ("Ana Lima", "slack")


def test_an_answer_that_comes_late_takes_it_from_nobody(begin, there):
    by = begin()
    there.opsgenie.acknowledges(key(by, "opsgenie"), "bo@example.org")
    by.do(Acknowledge(who="Ivo"))
    for _ in range(20):
        settle(by)
        by.settled()
    assert acks(by) == [("Ivo", "")]


def test_a_level_called_again_is_told_and_asked_under_its_own_key(begin, there):
    by = begin()
    by.do(Acknowledge(who="Ivo"))
    asks(by, lambda: len([d for d in by.state.deliveries if d.what == "acknowledge"]) == 3)
    by.do(Escalate(level=1))
    asks(by, lambda: len(there.pagerduty.incidents) == 2)
    first, second = there.pagerduty.incidents
    assert first != second
    assert acks(by) == [("Ivo", "")]  # what stands there about the first page answers nothing about the second
    there.pagerduty.acknowledges(second, "Bo Berg")
    asks(by, lambda: len(acks(by)) == 2)
    assert acks(by)[-1] == ("Bo Berg", "pagerduty")
