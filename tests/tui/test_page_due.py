"""What is due because of a page: whoever was paged is waited for, not late; what was not sent is late and loud."""

import night
from night import NOW, Night, sight
from story import at
from warroom.core import events as ev
from warroom.core.due import due
from warroom.tui.moment import Moment, moment
from warroom.tui.panes import due as pane


def seen(w: Night) -> Moment:
    return moment(w.state(), NOW, sight())


def kinds(w: Night) -> list[tuple[str, str, str]]:
    return [(d.kind, d.what, d.who) for d in due(w.state(), NOW) if d.kind in ("page", "ack")]


def shown(moment: Moment) -> list[str]:
    return ["".join(part for part, _ in line).rstrip() for line in pane.card(moment, 40, 7).lines]


def test_a_page_that_went_out_is_due_no_more_and_the_next_one_is():
    w = Night()
    assert kinds(w)[0] == ("page", "L1 on-call", "Ivo")
    w.delivery("14:43:20", "sending")
    assert kinds(w) == [("page", "L2 database", "Mei")]
    w.delivery("14:43:21", "sent")
    assert kinds(w) == [("page", "L2 database", "Mei")]


def test_a_page_that_waits_or_failed_stays_due():
    for state in ("queued", "failed", "unknown"):
        w = Night()
        w.delivery("14:43:21", state)
        assert kinds(w)[0] == ("page", "L1 on-call", "Ivo")


def test_in_a_drill_whoever_is_called_is_not_late():
    assert kinds(Night(drill=True)) == [("page", "L2 database", "Mei")]


def test_an_acknowledgement_is_asked_about_five_minutes_before_it_runs_out():
    w = Night("14:14:00")
    w.add("14:19:29", "ivo", ev.Acknowledged("Ivo", 1))
    assert kinds(w) == [("ack", "acknowledgement expires", "Ivo")]
    w = Night("14:14:00")
    w.add("14:19:28", "ivo", ev.Acknowledged("Ivo", 1))
    assert kinds(w) == [("ack", "Ivo still on it?", "Ivo")]
    lines = shown(seen(w))
    assert "Ivo still on it?" in lines[0]
    assert lines[2].endswith("F8")


def test_a_trigger_that_comes_is_due_with_what_calls_it_although_somebody_has_it():
    incident, look = night.STATES["trigger"]()
    first, second = (d for d in due(incident, NOW) if d.kind in ("page", "ack"))
    assert (first.what, first.who, first.why) == ("L3 eng manager", "Rahul", "SEV1 not resolved in 10 min")
    assert second.kind == "ack"
    assert shown(moment(incident, NOW, look))[2].endswith("SEV1 not resolved in 10…")


def test_a_trigger_that_will_call_a_specialist_is_due_by_its_topic():
    wants = ev.Trigger("locks", ev.When(elapsed=5 * 60_000), topic="db", why="5 min without a cause")
    w = Night(triggers=(wants,))
    w.delivery("14:43:21", "sent")
    found = [(d.what, d.who, d.why, d.due) for d in due(w.state(), NOW) if d.why]
    assert found == [("db", "Ana", "5 min without a cause", at("14:48:20"))]


def test_a_specialists_next_one_is_due_beside_the_hierarchys():
    incident, _ = night.STATES["specialist"]()
    assert [(d.what, d.who) for d in due(incident, NOW) if d.kind == "page"] == [("L2 database", "Mei"), ("db", "Mei")]


def test_when_nobody_is_left_the_fallback_is_what_is_due():
    incident, look = night.STATES["exhausted"]()
    (left,) = [d for d in due(incident, NOW) if d.kind == "page"]
    assert (left.what, left.who) == ("ring the duty manager on +44 20 7946 0100", "")
    assert pane.card(moment(incident, NOW, look), 40, 7).tone == "red"


def test_what_was_called_off_or_has_ended_is_not_due():
    for state in ("called_off", "resolved"):
        incident, _ = night.STATES[state]()
        assert [d for d in due(incident, NOW) if d.kind in ("page", "ack")] == []
