"""After a gap only what is due now is paged; a clock that is set changes no countdown. The log says why, both times."""

import pytest

from hand_kit import FOUR, MINUTE
from warroom.core import escalation
from warroom.core.acts.paging import Acknowledge


def test_after_twenty_minutes_asleep_only_the_level_that_is_due_now_is_paged(pager, hand):
    it = pager(policy=FOUR).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "sent")])
    hand.passes(12 * MINUTE)
    it.settled()
    assert it.states() == [("sre1", "hook", "sent"), ("db2", "hook", "sent")]
    assert it.texts("skipped") == [
        "L2 Database was not paged · it was due while nobody paged; only the level that is due now is called"
    ]
    it.turn()
    assert len(it.texts("skipped")) == 1


def test_a_page_that_is_more_than_a_quarter_of_an_hour_late_says_so(pager, hand):
    it = pager(policy=FOUR).declare()
    hand.passes(40 * MINUTE)
    it.settled()
    assert it.states() == [("sre1", "hook", "sent")]
    assert len(it.texts("skipped")) == 3
    assert "25m00s late" in str(it.house.pages[0]["brief"])


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_by_an_hour_moves_the_countdowns_with_it(pager, hand, hours):
    it = pager(policy=FOUR).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "sent")])
    hand.passes(2 * MINUTE)
    it.turn()
    hand.is_set(hours * 60 * MINUTE)
    it.settled()
    assert it.states() == [("sre1", "hook", "sent")]
    way = "forward" if hours > 0 else "back"
    assert it.texts("clock") == [f"the clock of host was set {way} by 1h00m; countdowns go on"]
    view = escalation.view(it.state, hand.now())
    assert (view.next.level, view.next.at - hand.now()) == (2, 3 * MINUTE)
    hand.passes(3 * MINUTE)
    it.settled()
    assert it.states() == [("sre1", "hook", "sent"), ("db1", "hook", "sent")]
    assert it.texts("skipped") == []


def test_the_end_of_an_acknowledgement_moves_with_the_clock_too(pager, hand):
    it = pager(policy=FOUR).declare()
    it.settled()
    it.do(Acknowledge(who="sre1"))
    hand.is_set(60 * MINUTE)
    it.settled()
    assert escalation.view(it.state, hand.now()).status == "acknowledged"
    hand.passes(31 * MINUTE)
    it.settled()
    assert it.states()[1:] == [("sre1", "hook", "sent")]
    keys = {page["key"] for page in it.house.pages}
    assert len(keys) == 2  # another page, for another reason


def test_small_corrections_of_the_clock_are_no_step(pager, hand):
    it = pager(policy=FOUR).declare()
    for _ in range(10):
        hand.is_set(1_500)
        it.turn()
    assert it.texts("clock") == []
