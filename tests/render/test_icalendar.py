"""Deadlines as RFC 5545 wants them: lines, folding, escapes, one identity for one thing, and all that has a date."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from facts import MINUTE, T0, Choices, declared, history, state_of
from warroom.core.acts import lifecycle, talk, work
from warroom.core.acts.items import ChangeItem, RaiseItem
from warroom.core.acts.review import MoveReview
from warroom.core.review.deadlines import Rule
from warroom.core.text import clean
from warroom.core.values import DAY
from warroom.render.deadlines import deadlines
from warroom.render.icalendar import Entry, calendar

RULES = {"SEV1": Rule(days=3), "SEV2": Rule(business_days=5)}
NOW = T0 + 5 * MINUTE
TEXT = st.text(max_size=200)
AWKWARD = 'a,b;c:d\\n\\,"q" ü 火\r\nEND:VEVENT\nBEGIN:VALARM\x00\x1b[31m \u2028 x'


def parsed(text):
    """The calendar's own properties, and each entry's: `{NAME: value}` with the escapes taken out."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    lines = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    head, found, inside = {}, [], None
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    for line in lines[1:-1]:
        name, colon, value = line.partition(":")
        assert colon, line
        assert re.fullmatch("[A-Z-]+", name), line
        assert not re.search(r"[;,]|\\[^\\;,nN]|\\$", re.sub(r"\\[\\;,]", "", value)), line
        if line == "BEGIN:VEVENT":
            assert inside is None
            inside = {}
        elif line == "END:VEVENT":
            found.append(inside)
            inside = None
        else:
            target = head if inside is None else inside
            assert name not in target, line
            target[name] = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
    assert inside is None
    return head, found


def entry(what="review", **more):
    return Entry(more.pop("uid", "u@warroom"), more.pop("at", T0), what, **more)


def of(desk, now=NOW):
    return deadlines(desk.state, "INC-K3F9", now, RULES)


def summaries(found):
    return [each.what for each in found]


# ── the file ──


def test_a_calendar_is_as_the_standard_wants_it():
    assert calendar([entry("the review is due", about="K3F9", kind="review")], "K3F9", NOW) == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//War room//incident deadlines//EN\r\nCALSCALE:GREGORIAN\r\n"
        "X-WR-CALNAME:K3F9\r\nBEGIN:VEVENT\r\nUID:u@warroom\r\nDTSTAMP:20231114T221820Z\r\n"
        "DTSTART:20231114T221320Z\r\nSUMMARY:the review is due\r\nTRANSP:TRANSPARENT\r\nSTATUS:CONFIRMED\r\n"
        "DESCRIPTION:K3F9\r\nCATEGORIES:review\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def test_no_entry_ends_when_it_starts():
    """An end must be later than the start (RFC 5545, 3.8.2.2)."""
    assert "DTEND" not in calendar([entry()], "K3F9", NOW)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_unfolded_and_parsed_the_texts_are_what_was_written(texts):
    rows = [entry(what, about=about, uid=f"{n}@warroom") for n, (what, about) in enumerate(texts)]
    head, found = parsed(calendar(rows, texts[0][0], NOW))
    assert head["X-WR-CALNAME"] == clean(texts[0][0], lines=True)
    assert [(e["SUMMARY"], e.get("DESCRIPTION", "")) for e in found] == [
        (clean(what, lines=True), clean(about, lines=True)) for what, about in texts
    ]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="aü火🔥\u0301,;\\\n", max_size=300))
def test_no_line_is_longer_than_75_bytes_and_no_character_is_cut(text):
    for line in calendar([entry(text)], text, NOW).split("\r\n"):
        assert len(line.encode()) <= 75


def test_a_full_line_is_75_bytes():
    lines = calendar([entry("x" * 300)], "K3F9", NOW).split("\r\n")
    assert [len(line) for line in lines if "xx" in line] == [75, 75, 75, 75, 12]


def test_nothing_that_is_written_begins_or_ends_a_component():
    _, found = parsed(calendar([entry(AWKWARD, about=AWKWARD, kind=AWKWARD)], AWKWARD, NOW))
    assert len(found) == 1
    assert set(found[0]) == {
        *("UID", "DTSTAMP", "DTSTART", "SUMMARY", "TRANSP", "STATUS", "DESCRIPTION", "CATEGORIES"),
    }
    assert "\x1b" not in found[0]["SUMMARY"]


def test_redactions_are_told_in_its_description():
    head, _ = parsed(calendar([entry()], "K3F9", NOW, ["1 person is named by their role: Commander.", "So."]))
    assert head["X-WR-CALDESC"] == "1 person is named by their role: Commander. So."


def test_entries_are_sorted_by_time():
    _, found = parsed(calendar([entry("b", uid="2", at=T0 + 1000), entry("a", uid="1")], "K3F9", NOW))
    assert [each["SUMMARY"] for each in found] == ["a", "b"]


# ── what is in it ──


def test_what_is_promised_and_given_is_in_it_and_pages_are_not():
    desk = declared()
    desk.do(talk.PostUpdate(what="we know", next_in=20 * MINUTE))
    desk.do(work.GiveTask(who="ivo", what="roll back", within=10 * MINUTE))
    found = {each.what: (each.at - T0) // MINUTE for each in of(desk)}
    assert found == {
        "INC-K3F9 update: public update #2": 20,
        "INC-K3F9 task: roll back (ivo)": 10,
        "INC-K3F9 step: name a commander": 5,
    }


def test_action_items_are_in_it_and_struck_out_once_they_are_done():
    desk = declared()
    desk.do(RaiseItem(what="alert on lag", owner="ivo", due=T0 + 14 * DAY))
    desk.do(RaiseItem(what="no date"))
    (item,) = (each for each in of(desk) if each.kind == "action item")
    assert (item.what, item.at, item.done) == ("INC-K3F9 action item: alert on lag (ivo)", T0 + 14 * DAY, False)
    desk.do(ChangeItem(item="1", state="done"))
    (done,) = (each for each in of(desk) if each.kind == "action item")
    assert (done.uid, done.done) == (item.uid, True)
    _, found = parsed(calendar([done], "K3F9", NOW))
    assert found[0]["STATUS"] == "CANCELLED"


def test_the_review_and_its_draft_have_deadlines_by_severity():
    desk = declared()
    assert not [each for each in of(desk) if each.kind == "review"]
    desk.do(lifecycle.ChangePhase(phase="resolved"), after=30 * MINUTE)
    draft, review = (each for each in of(desk) if each.kind == "review")
    # 14 November 2023 was a Tuesday.
    assert (draft.what, (draft.at - desk.now) // DAY) == ("INC-K3F9: the review's draft is due", 6)
    assert (review.what, (review.at - desk.now) // DAY) == ("INC-K3F9: the review is due", 7)
    desk.do(MoveReview(state="in review"))
    assert [each.done for each in of(desk) if each.kind == "review"] == [True, False]
    desk.do(MoveReview(state="reviewed"))
    assert [each.done for each in of(desk) if each.kind == "review"] == [True, True]


def test_the_same_thing_has_the_same_identity_in_every_export():
    desk = declared()
    desk.do(work.GiveTask(who="ivo", what="roll back", within=10 * MINUTE))
    desk.do(RaiseItem(what="alert on lag", due=T0 + 14 * DAY))
    before = {each.what: each.uid for each in of(desk)}
    desk.do(work.Extend(what="ivo", more=9 * MINUTE))
    desk.do(lifecycle.Rename(title="another title"))
    after = of(desk, NOW + MINUTE)
    assert {each.what: each.uid for each in after} == before
    assert len(set(before.values())) == len(before)
    assert all(each.uid.endswith(f"{desk.state.id}@warroom") for each in after)


def test_an_update_that_was_promised_anew_moves_and_is_not_doubled():
    desk = declared()
    (first,) = (each for each in of(desk) if each.kind == "update")
    desk.do(talk.PostUpdate(what="we know", next_in=20 * MINUTE))
    (second,) = (each for each in of(desk) if each.kind == "update")
    assert (first.uid, first.at < second.at) == (second.uid, True)


def test_a_drill_owes_no_review_and_every_entry_says_that_it_is_one():
    desk = declared()
    desk.do(lifecycle.ChangePhase(phase="resolved"))
    declaration = replace(desk.state.declaration, body=replace(desk.state.declared, drill=True))
    state = state_of([declaration, *list(desk.state.facts)[1:]])
    found = deadlines(state, "INC-K3F9", NOW, RULES)
    assert {each.kind for each in found} == {"update"}
    assert all(each.what.startswith("INC-K3F9 (drill) ") for each in found)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_every_history_makes_a_calendar_that_can_be_read(data):
    state = state_of(history(Choices(data)))
    found = deadlines(state, "INC-K3F9", NOW, RULES)
    _, read = parsed(calendar(found, state.title, NOW))
    assert len(read) == len(found) == len({each.uid for each in found})
