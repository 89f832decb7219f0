"""The review's acts: what is written, its states, its owner; and by when it is owed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts import INC, T0, Desk, declared, other
from warroom.core import events as ev
from warroom.core.acts import entries, lifecycle
from warroom.core.acts.review import MoveReview, OwnReview, WriteSection, owner, state_of
from warroom.core.review.deadlines import Rule, business, draft_due, due, gravest, owes, standing
from warroom.core.review.written import Written, sections, visible
from warroom.core.values import DAY, HOUR, At, Ms
from warroom.core.zone import Civil, moments


def over() -> Desk:
    desk = declared()
    desk.do(lifecycle.ChangePhase(phase="resolved"), HOUR)
    return desk


def utc(year: int, month: int, day: int, hour: int = 15) -> Ms:
    return moments(Civil(year, month, day, hour))[0]


def written(desk: Desk, key: str = "impact") -> Written:
    return next(each for each in sections(desk.state, ()) if each.key == key)


# ── writing ──


@pytest.mark.parametrize(
    "command", [WriteSection(section="impact", text="x"), MoveReview(state="in review"), OwnReview(who="ana")]
)
def test_an_incident_that_is_not_over_has_no_review(command) -> None:  # type: ignore[no-untyped-def]  # three commands
    assert "not over (investigating)" in declared().refusal(command)


def test_one_that_was_opened_again_says_so_and_keeps_what_was_written() -> None:
    desk = over()
    desk.do(WriteSection(section="impact", text="mine"))
    desk.do(lifecycle.Reopen())
    assert "open again" in desk.refusal(MoveReview(state="in review"))
    assert written(desk).body == "mine"


def test_what_was_written_replaces_what_its_writer_saw() -> None:
    desk = over()
    (first,) = desk.do(WriteSection(section="impact", text="a", base=()))
    desk.do(WriteSection(section="impact", text="b", base=(first.id,)))
    assert [version.body for version in written(desk).versions] == ["b"]


def test_two_who_wrote_at_once_are_both_kept_and_the_next_who_saw_both_settles_it() -> None:
    ana = over()
    (first,) = ana.do(WriteSection(section="impact", text="a", base=()))
    ivo = other(ana)
    mine = ana.do(WriteSection(section="impact", text="ana's", base=(first.id,)))
    theirs = ivo.do(WriteSection(section="impact", text="ivo's", base=(first.id,)))
    ana.receive(theirs)
    ivo.receive(mine)
    for desk in (ana, ivo):
        assert {(v.by, v.body) for v in written(desk).versions} == {("ana", "ana's"), ("ivo", "ivo's")}
    ana.do(WriteSection(section="impact", text="both", base=visible(ana.state)["impact"]))
    assert [v.body for v in written(ana).versions] == ["both"]


def test_who_does_not_say_what_they_saw_overwrites_nothing() -> None:
    desk = over()
    desk.do(WriteSection(section="impact", text="a"))
    desk.do(WriteSection(section="impact", text="b"))
    assert [v.body for v in written(desk).versions] == ["a", "b"]


def test_a_base_of_another_section_replaces_nothing() -> None:
    desk = over()
    (first,) = desk.do(WriteSection(section="impact", text="a"))
    desk.do(WriteSection(section="overview", text="b", base=(first.id, "NOTHING")))
    assert written(desk).body == "a"


def test_a_section_keeps_its_place_until_somebody_moves_it() -> None:
    desk = over()
    (first,) = desk.do(WriteSection(section="legal", text="a", after="impact"))
    desk.do(WriteSection(section="legal", text="b", base=(first.id,)))
    assert written(desk, "legal").versions[-1].after == "impact"


def test_what_was_redacted_meanwhile_is_not_written_again() -> None:
    desk = over()
    (first,) = desk.do(WriteSection(section="impact", text="the key is 4711"))
    desk.do(entries.Redact(of=first.id, why="secret"))
    assert "redacted meanwhile" in desk.refusal(
        WriteSection(section="impact", title="Impact", text="the key is 4711, yes", base=(first.id,))
    )


def test_a_redacted_entry_is_taken_out_of_the_review_that_quotes_it() -> None:
    desk = over()
    (entry,) = desk.do(entries.Log(text="customer_9 called: their card is 4111", who="lee"))
    desk.do(WriteSection(section="impact", text="lee saw it\n\n- customer\\_9 called: their card is 4111\n\nand more"))
    desk.do(entries.Redact(of=entry.id, why="a card"))
    assert written(desk).body == "lee saw it\n\n(redacted)\n\nand more"
    assert b"4111" not in repr([event.body for event in desk.state.facts]).encode()


def test_a_section_that_no_fact_can_hold_is_refused_with_a_sentence() -> None:
    assert "too long for one fact" in over().refusal(WriteSection(section="impact", text="x" * 70_000))


# ── states and owner ──


def test_the_states_go_one_step_at_a_time_and_one_step_back() -> None:
    desk = over()
    assert state_of(desk.state) == "draft"
    for to in ("in review", "reviewed", "closed", "reviewed", "in-review", "draft"):
        desk.do(MoveReview(state=to))
    assert state_of(desk.state) == "draft"


@pytest.mark.parametrize(("to", "says"), [("reviewed", "“in review” comes before"), ("closed", "“in review” comes")])
def test_a_jump_is_refused_and_says_what_comes_first(to: str, says: str) -> None:
    assert says in over().refusal(MoveReview(state=to))


def test_a_state_that_it_has_or_that_is_none_is_refused() -> None:
    assert "already" in over().refusal(MoveReview(state="draft"))
    assert "no state of a review" in over().refusal(MoveReview(state="finished"))


def test_a_closed_review_takes_nothing_before_it_is_moved_back() -> None:
    desk = over()
    for to in ("in review", "reviewed", "closed"):
        desk.do(MoveReview(state=to))
    assert "move it back" in desk.refusal(WriteSection(section="impact", text="x"))
    desk.do(MoveReview(state="reviewed"))
    desk.do(WriteSection(section="impact", text="x"))


def test_a_closed_incident_still_takes_its_review() -> None:
    desk = over()
    desk.do(lifecycle.ChangePhase(phase="closed"))
    desk.do(WriteSection(section="impact", text="x"))
    desk.do(MoveReview(state="in review"))
    desk.do(OwnReview(who="  mei "))
    assert owner(desk.state) == "mei"


def test_somebody_owns_it_or_nobody() -> None:
    desk = over()
    assert "Nobody owns" in desk.refusal(OwnReview(who=""))
    desk.do(OwnReview(who="ana"))
    assert "already" in desk.refusal(OwnReview(who="ana"))
    desk.do(OwnReview(who=""))
    assert owner(desk.state) == ""


# ── deadlines ──


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ((2026, 11, 23), 1, (2026, 11, 24)),  # Monday
        ((2026, 11, 23), 5, (2026, 11, 30)),
        ((2026, 11, 27), 1, (2026, 11, 30)),  # Friday
        ((2026, 11, 28), 1, (2026, 11, 30)),  # Saturday
        ((2026, 11, 29), 5, (2026, 12, 4)),  # Sunday
        ((2026, 11, 26), 2, (2026, 11, 30)),
        ((2026, 11, 26), 0, (2026, 11, 26)),
        ((2026, 11, 28), 0, (2026, 11, 28)),
        ((2026, 12, 31), 12, (2027, 1, 18)),
    ],
)
def test_business_days_are_monday_to_friday_at_the_same_time_of_day(start, days, end) -> None:  # type: ignore[no-untyped-def]  # dates
    assert business(utc(*start), days) == utc(*end)


@given(st.integers(0, 4 * 10**12), st.integers(1, 400))
def test_business_days_are_those_that_one_counts_on_fingers(t: Ms, days: int) -> None:
    day, left = t, days
    if (day // DAY + 3) % 7 > 4:
        day -= ((day // DAY + 3) % 7 - 4) * DAY
    while left:
        day += DAY
        left -= (day // DAY + 3) % 7 < 5
    assert business(t, days) == day


def test_a_review_is_due_by_its_severitys_days_and_its_draft_the_day_before() -> None:
    ended = utc(2026, 11, 26)  # a Thursday
    assert due(ended, Rule(days=3)) == utc(2026, 11, 29)
    assert draft_due(ended, Rule(days=3)) == utc(2026, 11, 28)
    assert due(ended, Rule(business_days=5)) == utc(2026, 12, 3)
    assert draft_due(ended, Rule(business_days=5)) == utc(2026, 12, 2)
    assert draft_due(ended, Rule(days=0)) == ended
    assert due(ended, Rule()) is None


def test_what_comes_next_is_the_draft_then_the_review_then_nothing() -> None:
    desk = over()
    rules = {"SEV2": Rule(days=3)}

    def next_of() -> tuple[str, Ms | None]:
        found = standing(owes(desk.state), rules)
        return found.next, found.due

    ended = T0 + HOUR
    assert next_of() == ("draft", ended + 2 * DAY)
    desk.do(MoveReview(state="in review"))
    assert next_of() == ("review", ended + 3 * DAY)
    desk.do(MoveReview(state="reviewed"))
    assert next_of() == ("", None)


def test_the_gravest_severity_says_by_when() -> None:
    desk = declared()
    desk.do(lifecycle.ChangeSeverity(severity="SEV1"))
    desk.do(lifecycle.ChangeSeverity(severity="SEV4"))
    desk.do(lifecycle.ChangePhase(phase="resolved"))
    assert gravest(desk.state) == "SEV1"
    found = standing(owes(desk.state), {"SEV1": Rule(days=3), "SEV4": Rule()})
    assert found.review_due == T0 + 3 * DAY


def test_what_is_open_cancelled_or_a_drill_owes_no_review() -> None:
    assert owes(declared().state) is None
    cancelled = declared()
    cancelled.do(lifecycle.ChangePhase(phase="cancelled", why="false alarm"))
    cancelled.do(lifecycle.ChangePhase(phase="closed"))
    assert owes(cancelled.state) is None
    practised = over()
    assert owes(practised.state) is not None
    import msgspec

    assert owes(msgspec.structs.replace(practised.state, id="Z" + INC[1:])) is None


def imported(ended: Ms, now: Ms) -> Desk:
    desk = Desk(now=now)
    line = lifecycle.Imported(At(ended - HOUR), "it began")
    desk.do(
        lifecycle.ImportTimeline(
            title="kept elsewhere", severity="SEV1", entries=(line,), source="a file", resolved=At(ended)
        )
    )
    return desk


def test_a_timeline_that_was_imported_owes_one_from_its_end_history_only_once_somebody_began() -> None:
    assert owes(imported(T0, T0 + 5 * DAY).state) is not None
    history = imported(T0, T0 + 400 * DAY)
    assert owes(history.state) is None
    history.do(OwnReview(who="ana"))
    assert owes(history.state) is not None


def test_the_facts_of_a_review_move_no_clock_of_the_incident() -> None:
    desk = over()
    before = (desk.state.last_entry, dict(desk.state.seen), desk.state.entry_count)
    desk.now += DAY
    desk.do(WriteSection(section="impact", text="x"))
    desk.do(MoveReview(state="in review"))
    assert (desk.state.last_entry, dict(desk.state.seen), desk.state.entry_count) == before
    assert all(isinstance(e.body, ev.REVIEW) for e in list(desk.state.facts)[-2:])
