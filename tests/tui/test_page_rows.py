"""Pages in the timeline: one row for each delivery as it stands, with a sign, a word and four letters of its own."""

import pytest

from night import CALLED, MEI, NOW, Night, sight
from story import at
from warroom.core import events as ev
from warroom.core.order import Replay
from warroom.tui.moment import moment
from warroom.tui.rows import kind_of, row
from warroom.tui.shown import Filter, Shown


def texts(view: Shown) -> list[str]:
    return [view.event(n).body.text() for n in range(len(view))]


def pages(w: Night, filter: Filter | None = None) -> list[str]:
    view = Shown()
    view.take(w.state(), filter or Filter())
    return [text for text in texts(view) if "hook" in text or "mail" in text]


def test_a_delivery_shows_one_row_its_present_state():
    w = Night()
    w.delivery("14:43:20", "sending")
    assert pages(w) == ["L1 Ivo by hook, is being sent"]
    w.delivery("14:43:21", "sent")
    assert pages(w) == ["L1 Ivo by hook, sent"]
    assert pages(w, Filter(("paged",))) == ["L1 Ivo by hook, sent"]


def test_a_view_that_follows_shows_the_same_as_one_that_is_made_anew():
    w = Night()
    view = Shown()
    for state, clock in (
        ("sending", "14:43:20"),
        ("unknown", "14:43:30"),
        ("queued", "14:43:31"),
        ("sent", "14:43:40"),
    ):
        w.delivery(clock, state)
        w.log(clock, "ana", "note", f"something else at {clock}")
        view.take(w.state(), Filter())
        fresh = Shown()
        fresh.take(w.state(), Filter())
        assert texts(view) == texts(fresh)
        assert len([text for text in texts(view) if "hook" in text]) == 1


def test_a_superseded_row_that_comes_late_is_not_shown():
    w = Night()
    w.delivery("14:43:20", "sending")
    w.delivery("14:43:21", "sent")
    late = w.events.pop(-2)
    replay = Replay()
    view = Shown()
    view.take(replay.receive(w.events), Filter())
    before = texts(view)
    view.take(replay.receive([late]), Filter())
    assert texts(view) == before


def test_two_deliveries_of_one_page_have_a_row_each():
    w = Night()
    w.delivery("14:43:20", "failed", why="refused")
    w.delivery("14:43:21", "sent", channel="mail")
    assert len(pages(w)) == 2


def test_what_a_far_side_was_told_is_shown_only_when_asked_for():
    w = Night()
    told = ev.DeliveryChanged("t", "sent", what="acknowledge", channel="hook", who="Ivo", level=1)
    w.add("14:43:50", "watch", told)
    assert pages(w) == []
    assert pages(w, Filter(("sent",))) == ["acknowledge L1 Ivo by hook, sent"]


def test_a_far_side_that_was_not_told_is_shown():
    w = Night()
    told = ev.DeliveryChanged("t", "failed", what="resolve", channel="hook", who="Ivo", level=1, why="refused")
    w.add("14:43:50", "watch", told)
    assert len(pages(w)) == 1


def test_another_policy_that_was_accepted_is_news_and_the_first_one_is_not():
    w = Night()
    view = Shown()
    view.take(w.state(), Filter())
    assert not any("escalation policy" in text for text in texts(view))
    w.add("14:44:00", "dana", w.policy.body, over=(w.policy.id,))
    view.take(w.state(), Filter())
    assert sum("escalation policy" in text for text in texts(view)) == 1


def test_the_foot_counts_what_can_be_seen():
    w = Night()
    w.delivery("14:43:20", "sending")
    w.delivery("14:43:21", "sent")
    view = Shown()
    view.take(w.state(), Filter())
    assert view.total == len(view)


LOOKS = {
    "paged": (ev.DeliveryChanged("k", "sent", channel="hook", level=1), "PAGE", "muted"),
    "waits": (ev.DeliveryChanged("k", "queued", channel="hook", level=1), "PAGE", "amber"),
    "doubt": (ev.DeliveryChanged("k", "unknown", channel="hook", level=1), "PAGE", "amber"),
    "twice": (ev.DeliveryChanged("k", "sent", channel="hook", level=1, twice=True), "PAGE", "amber"),
    "failed": (ev.DeliveryChanged("k", "failed", channel="hook", level=1), "FAIL", "red"),
    "skipped": (ev.LevelSkipped(2, CALLED, who="Mei"), "SKIP", "amber"),
    "pager": (ev.PagerHeld("t", "watch@bastion"), "PAGR", "muted"),
    "nobody": (ev.PagerHeld("", was="watch@bastion"), "PAGR", "amber"),
    "clock": (ev.ClockStepped(3_600_000, "bastion"), "CLCK", "amber"),
    "called off": (ev.CalledOff("false alarm"), "OFF", "amber"),
    "no answer": (ev.NoAnswer("Mei", 2), "NOAN", "amber"),
    "acked": (ev.Acknowledged("Mei", 2), "ACK", "green"),
    "escalated": (ev.Escalated(2, "Mei"), "ESC", "amber"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_each_has_its_word_and_its_colour(name: str):
    body, short, tone = LOOKS[name]
    w = Night()
    fact = w.add("14:44:00", "watch", body)
    each = row(w.state(), fact)
    assert (each.short, each.tone) == (short, tone)
    assert len(each.glyph) == 1


def test_no_two_kinds_of_pages_share_both_sign_and_colour():
    signs = {}
    for name, (body, _, _) in LOOKS.items():
        w = Night()
        each = row(w.state(), w.add("14:44:00", "watch", body))
        signs.setdefault((each.glyph, each.tone), []).append(name)
    assert [names for names in signs.values() if len(names) > 1] == [["waits", "doubt", "twice"]]


def test_that_nobody_pages_is_quiet_once_the_incident_has_ended():
    w = Night()
    fact = w.add("14:44:00", "watch", ev.PagerHeld("", was="watch@bastion"))
    w.add("14:44:10", "dana", ev.PhaseChanged("resolved", was="investigating"))
    assert row(w.state(), fact).tone == "muted"


def test_a_retried_page_stands_where_it_last_changed():
    w = Night()
    w.delivery("14:43:20", "sending", MEI, level=2)
    w.log("14:43:30", "ana", "note", "between")
    w.delivery("14:43:40", "sent", MEI, level=2)
    now = moment(w.state(), NOW, sight())
    view = Shown()
    view.take(now.incident, Filter())
    last = view.event(len(view) - 1)
    assert kind_of(now.incident, last) == "paged"
    assert last.at.t == at("14:43:40")
