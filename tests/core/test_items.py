"""Action items: who does what by when, what is late, what goes elsewhere, and what nobody can undo by accident."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from facts import T0, Desk, declared, other
from warroom.core import notices
from warroom.core.acts.delivery import Deliver, TakePager
from warroom.core.acts.entries import Amend, Log, Redact, Undo
from warroom.core.acts.items import ChangeItem, FileItem, NoteFiled, NoteThere, RaiseItem
from warroom.core.acts.lifecycle import ChangePhase
from warroom.core.events import DeliveryChanged
from warroom.core.review.dates import date_of, due_date
from warroom.core.review.items import (
    followed,
    followups,
    items,
    open_items,
    overdue,
    to_file,
    unnoted,
    waits_elsewhere,
)
from warroom.core.values import DAY, HOUR, MINUTE, Ms
from warroom.core.zone import civil

WAY = "github:acme/shop"


def raised(*whats: str, **more: object) -> Desk:
    desk = declared()
    for what in whats or ("alert on lag",):
        desk.do(RaiseItem(what=what, **more))
    return desk


def filed(desk: Desk, state: str = "sent", remote: str = "acme/shop#1 https://github.com/acme/shop/issues/1") -> None:
    """The first item as the pager brings it elsewhere, as far as `state`."""
    desk.do(FileItem(item="1", way=WAY))
    if desk.state.pager is None:
        desk.do(TakePager(token="t", where="watch"))
    [notice] = notices.notices(desk.state)
    begin = DeliveryChanged(
        f"key{len(desk.state.facts)}", "sending", "item", channel="github", ref=notice.target.ref, cause=notice.cause,
        pager="t",
    )  # fmt: skip
    desk.do(Deliver(delivery=begin))
    if state != "sending":
        again = T0 if state in ("queued", "unknown") else None
        desk.do(Deliver(delivery=replace(begin, state=state, again=again, remote=remote if state == "sent" else "")))


def noted(desk: Desk) -> None:
    filed(desk)
    [(item, remote)] = unnoted(desk.state)
    name, _, link = remote.partition(" ")
    desk.do(NoteFiled(item=item.id, remote=name, link=link, pager="t"))


def the_item(desk: Desk):
    return items(desk.state)[0]


# ── raised ──


def test_an_item_has_an_owner_a_date_and_what_it_is_for():
    desk = raised(owner="ivo", due=T0 + DAY, what_for="detect")
    item = the_item(desk)
    assert (item.number, item.what, item.owner, item.due, item.what_for, item.state) == (
        *(1, "alert on lag", "ivo"),
        *(T0 + DAY, "detect", "open"),
    )


def test_items_are_raised_during_the_incident_and_after_it_was_closed():
    desk = raised("a")
    desk.do(ChangePhase(phase="resolved"))
    desk.do(ChangePhase(phase="closed"))
    desk.do(RaiseItem(what="b"))
    desk.do(ChangeItem(item="2", state="done"))
    assert [item.state for item in items(desk.state)] == ["open", "done"]


def test_the_past_is_refused_with_a_sentence():
    assert "is over" in declared().refusal(RaiseItem(what="a", due=T0 - 1))
    assert "is over" in raised().refusal(ChangeItem(item="1", due=T0 - 1))


@pytest.mark.parametrize("owner", ["everyone", "We", "ana, ivo", "somebody"])
def test_an_item_of_everybody_is_nobody_s(owner):
    assert "nobody does it" in declared().refusal(RaiseItem(what="a", owner=owner))


def test_an_item_says_what_is_to_be_done():
    assert declared().refusal(RaiseItem(what="  ")) == "What is to be done?"


def test_a_number_means_the_same_item_whatever_happens_to_the_others():
    desk = raised("a", "b", "c")
    desk.do(Undo(of=items(desk.state)[0].id))
    assert [(item.number, item.what) for item in items(desk.state)] == [(2, "b"), (3, "c")]


# ── follow-ups ──


def test_a_follow_up_becomes_an_item_with_its_words_and_waits_no_more():
    desk = declared()
    [entry] = desk.do(Log(text="alarm on lag", kind="followup"))
    assert [f.what for f in followups(desk.state)] == ["alarm on lag"]
    desk.do(RaiseItem(of=entry.id))
    assert the_item(desk).what == "alarm on lag"
    assert followups(desk.state) == ()


def test_a_follow_up_reads_as_it_was_corrected():
    desk = declared()
    [entry] = desk.do(Log(text="alarm", kind="note"))
    desk.do(Amend(of=entry.id, kind="followup", text="alarm on lag"))
    [found] = followups(desk.state)
    assert (found.what, found.who) == ("alarm on lag", "ana")


def test_a_follow_up_of_which_two_make_an_item_is_one_item_and_the_second_hears_who_was_first():
    desk = declared()
    [entry] = desk.do(Log(text="alarm on lag", kind="followup"))
    desk.do(RaiseItem(of=entry.id))
    desk.name = "ivo"
    assert "ana made an action item of that follow-up already" in desk.refusal(RaiseItem(of=entry.id))
    assert len(items(desk.state)) == 1


def test_a_follow_up_whose_item_was_taken_back_waits_again():
    desk = declared()
    [entry] = desk.do(Log(text="alarm on lag", kind="followup"))
    [item] = desk.do(RaiseItem(of=entry.id))
    desk.do(Undo(of=item.id))
    assert [f.id for f in followups(desk.state)] == [entry.id]


# ── changed ──


def test_a_change_leaves_what_it_does_not_name():
    desk = raised(owner="ivo", due=T0 + DAY)
    desk.do(ChangeItem(item="1", owner="lee"))
    desk.do(ChangeItem(item="1", what_for="learn"))
    desk.do(ChangeItem(item="1", due=T0 + 2 * DAY, what="alert on replica lag"))
    item = the_item(desk)
    assert (item.owner, item.what_for, item.due, item.what) == ("lee", "learn", T0 + 2 * DAY, "alert on replica lag")


def test_dropping_wants_a_reason_and_keeps_it():
    desk = raised()
    assert "Why is it dropped?" in desk.refusal(ChangeItem(item="1", state="dropped"))
    desk.do(ChangeItem(item="1", state="dropped", why="the service is gone"))
    assert (the_item(desk).state, the_item(desk).why) == ("dropped", "the service is gone")
    desk.do(ChangeItem(item="1", state="open"))
    assert (the_item(desk).state, the_item(desk).why) == ("open", "")


def test_who_is_second_hears_who_was_first_and_their_words_stay():
    desk = raised()
    desk.do(ChangeItem(item="1", state="done"))
    desk.name = "lee"
    assert desk.refusal(ChangeItem(item="1", state="done", why="it fires")) == "“alert on lag” is done already, by ana."


def test_what_two_change_at_once_is_a_conflict_that_the_next_change_settles():
    desk = raised()
    twin = other(desk)
    mine = desk.do(ChangeItem(item="1", state="done"))
    theirs = twin.do(ChangeItem(item="1", state="dropped", why="no"))
    desk.receive(theirs)
    twin.receive(mine)
    assert items(desk.state) == items(twin.state)
    assert desk.state.conflicts
    desk.do(ChangeItem(item="1", state="done"))
    assert not desk.state.conflicts


def test_an_item_is_named_by_its_number_or_a_part_of_its_words():
    desk = raised("alert on lag", "alert on disk")
    assert "fits several" in desk.refusal(ChangeItem(item="alert", state="done"))
    assert "1 alert on lag; 2 alert on disk" in desk.refusal(ChangeItem(item="runbook", state="done"))
    desk.do(ChangeItem(item="disk", state="done"))
    desk.do(ChangeItem(item="alert", state="done"))  # only one of them is open now
    assert open_items(desk.state) == ()


# ── what is late ──


def test_what_is_late_is_open_and_over_the_oldest_first():
    desk = declared()
    for what, due in (("c", T0 + 3 * DAY), ("a", T0 + DAY), ("b", T0 + 2 * DAY), ("none", None), ("done", T0 + DAY)):
        desk.do(RaiseItem(what=what, due=due))
    desk.do(ChangeItem(item="5", state="done"))
    assert [item.what for item in overdue(desk.state, T0 + 2 * DAY + 1)] == ["a", "b"]
    assert overdue(desk.state, T0 + DAY) == ()
    assert [item.what for item in open_items(desk.state)] == ["a", "b", "c", "none"]


@given(st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=8), st.integers(0, 100))
def test_an_item_is_late_exactly_when_it_is_open_and_its_time_is_over(given_, later):
    desk = declared()
    for n, (days, done) in enumerate(given_, 1):
        desk.do(RaiseItem(what=f"i{n}", due=T0 + days * DAY))
        if done:
            desk.do(ChangeItem(item=str(n), state="done"))
    now = T0 + later * DAY
    wanted = {n for n, (days, done) in enumerate(given_, 1) if not done and T0 + days * DAY < now}
    found = overdue(desk.state, now)
    assert {item.number for item in found} == wanted
    assert [item.due for item in found] == sorted(item.due for item in found)


# ── dates ──

NOON: Ms = 1_795_694_400_000  # 2026-11-26 12:00 UTC


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-12-03", "2026-12-03"), ("2026-11-26", "2026-11-26"), ("14d", "2026-12-10"), ("2028-02-29", "2028-02-29")],
)
def test_a_date_is_read_and_lasts_all_that_day(text, day):
    due = due_date(text, NOON)
    assert date_of(due) == day
    assert civil(due)[3:] == (23, 59, 59)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-11-25", "is over"),
        ("2027-02-29", "there is no day"),
        ("tomorrow", "is no date"),
        ("14", "is no date"),
        ("", "is no date"),
        ("2099-01-01", "more than ten years"),
        ("2026-1-5", "is no date"),
        ("٢٠٢٦-١٢-٠٣", "is no date"),
    ],
)
def test_what_is_no_date_to_come_is_refused_with_a_sentence(text, says):
    with pytest.raises(ValueError, match=says):
        due_date(text, NOON)


@given(st.integers(0, 3600), st.integers(-12, 14))
def test_a_date_is_shown_as_it_was_typed_in_every_zone(days, hours):
    zone = lambda t: (hours * HOUR, "X")  # noqa: E731  # a zone is a function
    day = date_of(NOON + (days + 1) * DAY, zone)
    assert date_of(due_date(day, NOON, zone), zone) == day
    assert due_date(day, NOON, zone) >= NOON


@given(st.text(max_size=20))
def test_any_text_is_a_day_to_come_or_a_sentence(text):
    said = ""
    try:
        due = due_date(text, NOON)
    except ValueError as no:
        due, said = 0, str(no)
    assert said or due >= NOON


# ── elsewhere ──


def test_what_is_to_be_opened_elsewhere_is_a_notice_once():
    desk = raised()
    assert notices.notices(desk.state) == []
    desk.do(FileItem(item="1", way=WAY))
    [notice] = notices.notices(desk.state)
    assert (notice.what, notice.way, notice.text) == ("item", WAY, "alert on lag")
    assert waits_elsewhere(desk.state)


def test_what_was_begun_is_no_notice_any_more():
    desk = raised()
    filed(desk, "sending")
    assert notices.notices(desk.state) == []
    assert the_item(desk).filing == "sending"


def test_what_arrived_is_noted_with_its_link_and_followed():
    desk = raised()
    noted(desk)
    item = the_item(desk)
    assert (item.remote, item.link, item.there) == ("acme/shop#1", "https://github.com/acme/shop/issues/1", "open")
    assert unnoted(desk.state) == ()
    assert [d.remote.partition(" ")[0] for d in followed(desk.state)] == ["acme/shop#1"]


def test_closed_there_is_done_here():
    desk = raised(owner="ivo")
    noted(desk)
    desk.do(NoteThere(item=the_item(desk).id, there="closed", pager="t"))
    assert (the_item(desk).state, the_item(desk).why, the_item(desk).owner) == ("done", "closed there", "ivo")
    assert not waits_elsewhere(desk.state)


def test_only_the_process_that_holds_the_pager_says_what_a_far_side_said():
    desk = raised()
    noted(desk)
    assert "holds the pager" in desk.refusal(NoteThere(item=the_item(desk).id, there="closed", pager="another"))


def test_a_drill_s_items_go_nowhere():
    desk = raised()
    desk.do(FileItem(item="1", way=WAY))
    state = replace(desk.state, id="Z" * 26)
    assert state.drill
    assert notices.notices(state) == []
    assert to_file(state) == ()
    assert not waits_elsewhere(state)
    assert "drill" in str(_refused(FileItem(item="1", way=WAY), state))


def _refused(command, state):
    from warroom.core.commands import Stamp
    from warroom.core.decide import decide
    from warroom.core.values import By

    return decide(state, command, Stamp(T0, By("ana")))


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_what_may_have_arrived_is_not_sent_by_another_way_meanwhile(state):
    desk = raised()
    filed(desk, state)
    assert "looked up before it is opened again" in desk.refusal(FileItem(item="1", way="jira:OPS"))


def test_what_failed_may_be_filed_again_by_the_same_way():
    desk = raised()
    filed(desk, "failed")
    desk.do(FileItem(item="1", way=WAY))
    assert len(notices.notices(desk.state)) == 1


def test_what_is_there_is_not_filed_again():
    desk = raised()
    noted(desk)
    assert "is there already: https://github.com/acme/shop/issues/1" in desk.refusal(FileItem(item="1", way=WAY))


def test_what_was_deleted_there_may_be_filed_again():
    desk = raised()
    noted(desk)
    desk.do(NoteThere(item=the_item(desk).id, there="gone", pager="t"))
    assert followed(desk.state) == ()
    desk.do(FileItem(item="1", way=WAY))
    assert len(notices.notices(desk.state)) == 1


def test_an_item_that_is_done_or_taken_back_is_sent_no_more():
    for act in (ChangeItem(item="1", state="done"), Undo()):
        desk = raised()
        desk.do(FileItem(item="1", way=WAY))
        desk.do(act if isinstance(act, ChangeItem) else Undo(of=the_item(desk).id))
        assert notices.notices(desk.state) == []
        assert not waits_elsewhere(desk.state)


def test_under_the_lock_it_is_asked_again_whether_it_is_still_wanted():
    desk = raised()
    desk.do(FileItem(item="1", way=WAY))
    desk.do(TakePager(token="t", where="watch"))
    [notice] = notices.notices(desk.state)
    begin = DeliveryChanged("k", "sending", "item", ref=notice.target.ref, cause=notice.cause, pager="t")
    desk.do(ChangeItem(item="1", state="done"))
    assert "it is done" in desk.refusal(Deliver(delivery=begin))


# ── redacted ──

SECRET = "hunter2 of the customer"


def test_a_redacted_item_leaves_no_word_of_itself_anywhere():
    desk = raised(SECRET)
    desk.do(ChangeItem(item="1", owner="ivo"), after=MINUTE)
    noted(desk)
    desk.do(Redact(of=the_item(desk).id, why="a name"), after=MINUTE)
    assert items(desk.state) == ()
    assert SECRET not in str([e.body for e in desk.state.facts])
    assert not waits_elsewhere(desk.state)


def test_a_redacted_change_leaves_what_it_set():
    desk = raised("a")
    [change] = desk.do(ChangeItem(item="1", what=SECRET, state="done", due=T0 + DAY))
    desk.do(ChangeItem(item="1", owner="ivo"), after=MINUTE)
    desk.do(Redact(of=change.id, why="a name"), after=MINUTE)
    assert SECRET not in str([e.body for e in desk.state.facts])
    assert (the_item(desk).what, the_item(desk).state, the_item(desk).due) == ("a", "done", T0 + DAY)


def test_a_redacted_reason_is_in_no_later_change_either():
    desk = raised("a")
    [change] = desk.do(ChangeItem(item="1", state="dropped", why=SECRET))
    desk.do(ChangeItem(item="1", owner="ivo"), after=MINUTE)
    desk.do(Redact(of=change.id, why="a name"), after=MINUTE)
    assert SECRET not in str([e.body for e in desk.state.facts])
    assert the_item(desk).state == "dropped"


def test_a_redacted_follow_up_takes_the_item_that_repeats_it():
    desk = declared()
    [entry] = desk.do(Log(text=SECRET, kind="followup"))
    desk.do(RaiseItem(of=entry.id))
    desk.do(ChangeItem(item="1", owner="ivo"))
    desk.do(Redact(of=entry.id, why="a name"), after=MINUTE)
    assert SECRET not in str([e.body for e in desk.state.facts])


def test_what_was_filed_and_is_redacted_in_part_is_not_opened_twice():
    desk = raised("a")
    noted(desk)
    [filing] = [e for e in desk.state.facts if e.body.type == "item.filed"][-1:]
    desk.do(Redact(of=filing.id, why="a name"), after=MINUTE)
    assert the_item(desk).remote == "acme/shop#1"
    assert to_file(desk.state) == ()
