"""Opsgenie's and JSM's webhook: what was done to an alert there is its state here."""

import pytest

from intake_kit import Room, T, hook, opsgenie, refused, taken
from warroom.core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED

OG, JSM = hook("opsgenie"), hook("jsm")
SECOND = 1_000_000_000  # ns
LATER = [1_795_308_570_000_000_000 + n * SECOND for n in range(8)]


def test_an_alert_there_is_one_here() -> None:
    [alert] = taken(OG, opsgenie("Create")).alerts
    assert alert.key == "052652ac-5d1c-464a-812a-7dd18bbfba8c"
    assert (alert.rule, alert.severity, alert.service) == ("replication is late", "P2", "db-2")
    assert (alert.since, alert.told) == (1_795_308_542_104, 1_795_308_570_000)
    assert alert.labels["tags"] == "db, prod"
    assert taken(JSM, opsgenie("Create")).source == "jsm"


def test_its_details_say_which_service_and_rule() -> None:
    said = opsgenie("Create", details={"service": "orders", "team": "payments", "alertname": "ReplicationLag"})
    [alert] = taken(OG, said).alerts
    assert (alert.service, alert.rule) == ("orders", "ReplicationLag")
    assert taken(hook("opsgenie", service=("team",)), said).alerts[0].service == "payments"


def test_its_whole_life_is_followed_and_late_words_are_passed_over() -> None:
    room = Room()
    lived = [("Create", FIRING), ("Acknowledge", ACKNOWLEDGED), ("UnAcknowledge", FIRING), ("Close", RESOLVED)]
    for at, (action, state) in zip(LATER, lived, strict=False):
        assert len(room.take(taken(OG, opsgenie(action, at)))) == 1
        assert list(room.states.values()) == [state]
    for at, (action, _) in zip(LATER, lived, strict=False):
        assert room.take(taken(OG, opsgenie(action, at))) == ()


@pytest.mark.parametrize("action", ["AddNote", "Escalate", "TakeOwnership", "AssignOwnership", "AddTags", "Snooze"])
def test_an_action_that_changes_no_state_is_taken(action: str) -> None:
    assert taken(OG, opsgenie(action)).ignored == f"{action} changes no alert"


def test_deleted_there_is_over_here() -> None:
    assert taken(OG, opsgenie("Delete")).alerts[0].state == RESOLVED


def test_what_is_no_action_is_refused() -> None:
    assert refused(OG, {"alert": {}}).status == 400
    assert refused(OG, {"action": "Create", "alert": {"message": "no id"}}).status == 422
    assert refused(OG, {"action": "Create"}, now=T).status == 422
