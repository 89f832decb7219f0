"""Updates and pages of one incident in numbers: what was promised, what came, who was called and who answered."""

from msgspec.structs import replace

from facts import CADENCE, DANA, SAM, T0, Desk, declared
from warroom.core import events as ev
from warroom.core.acts.entries import Redact
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity, Declare, Reopen
from warroom.core.acts.paging import Acknowledge, ReportNoAnswer
from warroom.core.acts.talk import PostUpdate
from warroom.core.commands import Draft
from warroom.core.review.lateness import promised, updates_late
from warroom.core.review.metrics import Metrics, metrics
from warroom.core.values import HOUR, MINUTE, At, Ms


def of(desk: Desk, now: Ms = 0) -> Metrics:
    return metrics(desk.state, now or desk.now)


# ── updates ──


def test_updates_are_in_time_late_or_never_came() -> None:
    desk = declared()  # the first is due after 5 min, then one every 20
    desk.do(PostUpdate(what="we know"), after=6 * MINUTE)
    desk.do(PostUpdate(what="we know more"), after=23 * MINUTE)
    assert (of(desk).updates, of(desk).updates_late, of(desk).updates_missed) == (2, 1, 0)
    assert of(desk, desk.now + 22 * MINUTE).updates_missed == 0
    assert of(desk, desk.now + 22 * MINUTE + 1).updates_missed == 1


def test_a_promise_that_was_broken_is_not_made_good_by_the_end() -> None:
    desk = declared()
    desk.do(PostUpdate(what="we know"), after=MINUTE)
    desk.do(ChangePhase(phase="resolved"), after=HOUR)
    desk.do(PostUpdate(what="it is over"), after=MINUTE)
    assert (of(desk).updates, of(desk).updates_late, of(desk).updates_missed) == (2, 1, 0)


def test_a_closing_update_that_never_came_is_missed_once_it_is_closed() -> None:
    desk = declared()
    desk.do(PostUpdate(what="we know"), after=MINUTE)
    desk.do(ChangePhase(phase="resolved"), after=10 * MINUTE)
    desk.do(ChangePhase(phase="closed"), after=HOUR)
    assert (of(desk).updates, of(desk).updates_late, of(desk).updates_missed) == (1, 0, 1)


def test_a_graver_severity_makes_no_update_late_that_was_in_time_before() -> None:
    brisk = {"investigating": 10 * MINUTE}
    cadence = ev.CadenceAttached(
        (ev.Rhythm("public", ("SEV2",), {"investigating": HOUR}), ev.Rhythm("public", ("SEV1",), brisk))
    )
    desk = Desk()
    desk.do(Declare(title="x", severity="SEV2", attach=(cadence,)))
    desk.do(ChangeSeverity(severity="SEV1"), after=40 * MINUTE)
    desk.do(PostUpdate(what="we know"), after=9 * MINUTE)
    assert of(desk).updates_late == 0


def test_an_incident_that_is_opened_again_owes_its_next_update_from_then_on() -> None:
    desk = declared()
    desk.do(PostUpdate(what="we know"), after=MINUTE)
    desk.do(ChangePhase(phase="resolved"), after=MINUTE)
    desk.do(PostUpdate(what="it is over"), after=MINUTE)
    desk.do(Reopen(), after=9 * HOUR)
    desk.do(PostUpdate(what="it is back"), after=20 * MINUTE)
    assert (of(desk).updates_late, of(desk).updates_missed) == (0, 0)


def test_what_a_redacted_update_promised_is_not_held_against_the_next_one() -> None:
    desk = declared()
    first = desk.do(PostUpdate(what="ana knows"), after=MINUTE)[0]
    desk.do(PostUpdate(what="we know"), after=20 * MINUTE)
    desk.do(PostUpdate(what="we know more"), after=HOUR)
    desk.do(Redact(of=first.id, why="a name"))
    found = of(desk)
    assert (found.updates, found.updates_late, found.updates_unknown) == (3, 1, 2)
    assert found.missing["updates"] == "an update is redacted, and with it what it promised"


def test_what_a_redaction_leaves_of_the_last_update_stands_in_its_place() -> None:
    desk = declared()
    last = desk.do(PostUpdate(what="ana knows"), after=MINUTE)[0]
    desk.do(Redact(of=last.id, why="a name"), after=HOUR)
    found = of(desk)
    assert (found.updates, found.updates_owed, found.updates_late, found.updates_unknown) == (1, 1, 0, 0)


def test_an_update_for_which_none_was_promised_is_neither_late_nor_in_time() -> None:
    desk = Desk()
    desk.do(Declare(title="x", severity="SEV2"))
    desk.do(PostUpdate(what="we know"), after=HOUR)
    found = of(desk)
    assert (found.updates, found.updates_owed, found.updates_late) == (1, 0, 0)


def test_each_update_is_told_with_when_it_was_owed() -> None:
    desk = declared()
    desk.do(PostUpdate(what="we know"), after=9 * MINUTE)
    assert [due for _, due in promised(desk.state)] == [T0 + 5 * MINUTE]
    assert updates_late(desk.state, desk.now) == (1, 1)


# ── pages ──


def page(desk: Desk, who: ev.Target, state: str, level: int = 1, way: str = "a") -> None:
    key = f"{who.ref} {way} {level}"
    body = ev.DeliveryChanged(key, state, ref=who.ref, who=who.name, level=level)
    desk.write([Draft(body, At(desk.now), desk.state.over(body.key()))])


def test_a_person_who_is_paged_by_two_ways_is_paged_once() -> None:
    desk = declared()
    for way in "ab":
        page(desk, DANA, "sending", way=way)
        page(desk, DANA, "sent", way=way)
    page(desk, SAM, "sending", 3)
    page(desk, SAM, "failed", 3)
    assert of(desk).pages == {"L1": 1}
    assert of(desk).pages_failed == 1


def test_two_people_of_the_same_name_are_two() -> None:
    desk = declared()
    page(desk, DANA, "sent")
    page(desk, replace(SAM, name=DANA.name), "accepted")
    assert of(desk).pages == {"L1": 2}


def test_a_page_that_perhaps_went_out_counts_and_one_that_was_not_needed_does_not() -> None:
    desk = declared()
    page(desk, DANA, "unknown")
    page(desk, SAM, "dropped", 3)
    assert (of(desk).pages, of(desk).pages_failed) == ({"L1": 1}, 0)


def test_answers_and_no_answers_stand_by_level() -> None:
    desk = declared()
    desk.do(ReportNoAnswer(who="dana"), after=MINUTE)
    desk.do(Acknowledge(), after=MINUTE)
    found = of(desk)
    assert found.no_answer == {"L1": 1}
    assert found.answered == {"L1": 1}


def test_the_cadence_of_these_tests_is_what_they_say() -> None:
    assert CADENCE.rhythms[0].first == 5 * MINUTE
