"""What is met, late or missed in a drill, what is held against nobody, and the report that says so."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from drill_stage import (
    INES,
    LISTED,
    NORA,
    PEOPLE,
    POLICY,
    SAM,
    SHIPPED,
    Stage,
    expectation,
    inject,
    measure,
    scene,
    shipped,
)
from warroom.core import events as ev
from warroom.core.acts import drill, entries, lifecycle, paging, people, practice, talk, work
from warroom.core.drill import score
from warroom.core.drill.commanders import COMMANDERS
from warroom.core.drill.memory import BASE
from warroom.core.drill.points import LATE, MET, MISSED, Point, band
from warroom.core.drill.report import BACKSTAGE, bands, iso, report, screen
from warroom.core.events import ScenarioLine
from warroom.core.fold import fold
from warroom.core.incident import Incident
from warroom.core.values import MINUTE, SECOND, At, By

S = SECOND
BRIDGE = lifecycle.SetBridge(where="https://call.example")


def of(*rules: ev.Expectation, injects=(), policy=None, checklist=None, length=30 * MINUTE, **more) -> Stage:
    """A drill that is held against these rules only."""
    return Stage(scene(*injects, expectations=rules, length=length, **more), policy, checklist=checklist)


def points(stage: Stage) -> tuple[Point, ...]:
    return score.points(stage.state, stage.room.now)


def found(stage: Stage) -> list[tuple[str, str]]:
    """The band of each point by its id."""
    return [(point.id, point.band) for point in points(stage)]


def the_band(stage: Stage) -> str:
    (point,) = points(stage)
    return point.band


# ── bands ──


@pytest.mark.parametrize(
    ("took", "expected"),
    [(0, MET), (60_000, MET), (60_001, LATE), (120_000, LATE), (120_001, MISSED), (1 << 50, MISSED)],
)
def test_met_until_by_then_late_until_late_then_missed(took, expected):
    assert band(took, 60_000, 120_000) == expected
    if took < 1 << 50:
        stage = of(expectation(by=60_000, late=120_000))
        stage.do(BRIDGE, at=took)
        assert the_band(stage.to(5 * MINUTE)) == expected
        assert points(stage)[0].took == took


@settings(max_examples=60, deadline=None)
@given(early=st.integers(0, 120_000), late=st.integers(0, 120_000))
def test_haste_earns_nothing_and_later_is_never_better(early, late):
    early, late = sorted((early, late))
    order = (MET, LATE, MISSED)
    assert order.index(band(early, 60_000, 90_000)) <= order.index(band(late, 60_000, 90_000))
    if late <= 60_000:
        assert band(early, 60_000, 90_000) == band(late, 60_000, 90_000) == MET


def test_what_came_at_once_and_what_came_just_in_time_give_the_same_report_of_it():
    reports = []
    for at in (0, 60_000):
        stage = of(expectation())
        stage.do(BRIDGE, at=at)
        (point,) = report(stage.to(5 * MINUTE).state, stage.room.now)["points"]
        reports.append((point["band"], point["better"], point["contested"]))
    assert reports[0] == reports[1] == (MET, None, [])


def test_what_never_came_is_missed_when_its_time_is_over_and_rests_on_no_fact():
    stage = of(expectation()).to(2 * MINUTE)
    (point,) = points(stage)
    assert (point.band, point.event, point.took, point.at - stage.base) == (MISSED, None, None, 2 * MINUTE)


def test_until_it_could_be_late_it_is_held_against_nobody():
    stage = of(expectation()).to(2 * MINUTE - 1)
    assert points(stage) == ()
    assert [rule.id for rule in score.untested(stage.state, stage.room.now)] == ["it"]


@pytest.mark.parametrize(("end", "expected"), [(2 * MINUTE - 1, []), (2 * MINUTE, [("it", MISSED)])])
def test_a_drill_that_was_over_before_it_could_be_late_holds_it_against_nobody(end, expected):
    stage = of(expectation())
    stage.to(end)
    stage.do(drill.EndDrill(why="so"))
    stage.to(9 * MINUTE)
    assert found(stage) == expected


def test_it_counts_from_its_inject_on_and_not_where_that_never_came():
    rule = expectation(since="a")
    stage = of(rule, injects=(inject("a", at=5 * MINUTE),))
    stage.do(BRIDGE, at=6 * MINUTE)
    (point,) = points(stage)
    assert (point.band, point.start - stage.base, point.took) == (MET, 5 * MINUTE, MINUTE)
    for never in (inject("a", at=29 * MINUTE), inject("a", unless="declared()")):
        stage = of(rule, injects=(never,)).to(20 * MINUTE)
        assert points(stage) == ()
        assert [each.id for each in score.untested(stage.state, stage.room.now)] == ["it"]


def test_what_was_done_before_the_need_was_seen_does_not_count():
    stage = of(expectation('decided("")', since="a"), injects=(inject("a", at=5 * MINUTE),))
    stage.do(entries.Log(text="roll back", kind="decision"), at=MINUTE)
    assert the_band(stage.to(20 * MINUTE)) == MISSED


def test_another_good_way_is_as_good_and_is_named():
    rule = expectation('decided("roll back")', also=(('decided("fail over")', "the replica has the old plan"),))
    stage = of(rule)
    stage.do(entries.Log(text="fail over", kind="decision"), at=50 * S)
    (point,) = points(stage)
    assert (point.band, point.via) == (MET, "the replica has the old plan")
    stage.do(entries.Log(text="roll back", kind="decision"), at=90 * S)
    assert points(stage)[0].via == "the replica has the old plan"


def test_of_several_ways_the_best_one_counts():
    stage = of(expectation('decided("roll back")', also=(("bridge()", "so"),)))
    stage.do(BRIDGE, at=90 * S)
    stage.do(entries.Log(text="roll back", kind="decision"), at=100 * S)
    assert (the_band(stage), points(stage)[0].via, points(stage)[0].took) == (LATE, "so", 90 * S)


@pytest.mark.parametrize(("severity", "tested"), [("SEV1", True), ("SEV2", True), ("SEV3", False)])
def test_a_rule_for_some_severities_counts_only_where_it_was_that_grave(severity, tested):
    stage = of(expectation(severities=("SEV1", "SEV2")), severity=severity).to(5 * MINUTE)
    assert bool(points(stage)) == tested


def test_it_is_enough_that_it_was_that_grave_at_some_time():
    stage = of(expectation(severities=("SEV1",)), severity="SEV3")
    stage.do(lifecycle.ChangeSeverity(severity="SEV1"), at=10 * S)
    stage.do(lifecycle.ChangeSeverity(severity="SEV3"), at=20 * S)
    assert the_band(stage.to(5 * MINUTE)) == MISSED


def test_what_is_not_to_be_so_is_met_where_it_never_was_and_missed_where_it_was():
    rule = expectation('not decided("delete")')
    stage = of(rule).to(20 * MINUTE)
    assert the_band(stage) == MET
    stage.do(entries.Log(text="delete it", kind="decision"))
    assert the_band(stage) == MISSED


@pytest.mark.parametrize("check", ["bridge()", "not bridge()"])
def test_nothing_that_is_done_after_the_end_changes_a_point(check):
    stage = of(
        expectation(check), measure("read-backs"), measure("questions"), measure("steps"), measure("silence"),
        injects=(inject("ask", "report", 0, who="boss"),), length=10 * MINUTE, checklist=LISTED,
    )  # fmt: skip
    stage.do(work.GiveTask(who="lee", what="look"), at=8 * MINUTE + 30 * S)
    before = points(stage.to(11 * MINUTE)), score.untested(stage.state, stage.room.now)
    stage.ask(BRIDGE)
    stage.ask(practice.ReadBack(task="lee", words="understood"))
    stage.ask(talk.Answer(question="1", what="so"))
    stage.ask(work.ChangeStep(step="a"))
    stage.ask(lifecycle.ChangeSeverity(severity="SEV1"))
    assert (points(stage), score.untested(stage.state, stage.room.now)) == before


def test_a_correction_after_the_end_changes_no_point():
    stage = of(expectation('logged("340")'), length=10 * MINUTE)
    entry = stage.do(entries.Log(text="340 orders"), at=30 * S)[0]
    stage.to(11 * MINUTE)
    stage.ask(entries.Amend(of=entry.id, text="nothing"))
    assert the_band(stage) == MET


# ── measures ──


def test_a_task_is_met_when_it_was_said_back_in_time():
    stage = of(measure("read-backs"))
    for at, after in ((0, 60_000), (5 * MINUTE, 60_001), (10 * MINUTE, 120_001)):
        stage.do(work.GiveTask(who="lee", what=f"look {at}"), at=at)
        stage.do(practice.ReadBack(task=f"look {at}"), at=at + after)
    assert found(stage) == [("read-backs.1", MET), ("read-backs.2", LATE), ("read-backs.3", MISSED)]
    assert points(stage)[0].about == "@lee look 0"
    assert isinstance(points(stage)[0].event.body, ev.TaskReadBack)


def test_a_task_that_was_never_said_back_is_missed_unless_it_was_done_in_that_time():
    stage = of(measure("read-backs"))
    stage.do(work.GiveTask(who="lee", what="look"))
    stage.do(work.GiveTask(who="bo", what="restart"))
    stage.do(work.FinishTask(task="bo", result="restarted"), at=50 * S)
    stage.do(work.FinishTask(task="lee", result="nothing"), at=90 * S)
    assert found(stage.to(5 * MINUTE)) == [("read-backs.1", MISSED), ("read-backs.2", MET)]


def test_a_time_box_is_met_where_somebody_saw_that_it_ran_out():
    stage = of(measure("tasks"))
    for n, after in enumerate((30 * S, 90 * S, 3 * MINUTE), 1):
        stage.do(work.GiveTask(who="lee", what=f"look {n}", within=MINUTE), at=n * 10 * MINUTE - 9 * MINUTE)
        stage.do(work.FinishTask(task=f"look {n}"), at=stage.now + MINUTE + after)
    assert found(stage) == [("tasks.1", MET), ("tasks.2", LATE), ("tasks.3", MISSED)]


def test_a_task_with_more_time_is_a_new_time_box_and_one_without_a_time_is_none():
    stage = of(measure("tasks"))
    stage.do(work.GiveTask(who="bo", what="restart"))
    stage.do(work.GiveTask(who="lee", what="look", within=MINUTE))
    stage.do(work.Extend(what="lee", more=5 * MINUTE), at=50 * S)
    stage.to(8 * MINUTE)
    assert found(stage) == [("tasks.1", MET), ("tasks.2", MISSED)]
    assert points(stage)[1].start - stage.base == 5 * MINUTE + 50 * S


def test_a_task_that_was_done_early_keeps_its_time_box():
    stage = of(measure("tasks"))
    stage.do(work.GiveTask(who="lee", what="look", within=5 * MINUTE))
    stage.do(work.FinishTask(task="lee"), at=MINUTE)
    assert found(stage.to(9 * MINUTE)) == [("tasks.1", MET)]


def test_a_promised_update_is_met_by_its_time_and_the_first_one_is_not_measured_here():
    stage = of(measure("updates"), length=60 * MINUTE)
    for at in (3 * MINUTE, 13 * MINUTE, 24 * MINUTE + S, 36 * MINUTE + 2 * S):
        stage.do(talk.PostUpdate(what="We look at it.", next_in=10 * MINUTE), at=at)
    assert [(p.about, p.band) for p in points(stage)] == [
        ("public #2", MET),
        ("public #3", LATE),
        ("public #4", MISSED),
    ]


def test_a_promised_update_that_never_came_is_missed():
    stage = of(measure("updates"))
    stage.do(talk.PostUpdate(what="We look at it.", next_in=10 * MINUTE), at=MINUTE)
    assert found(stage.to(12 * MINUTE)) == []
    assert [(p.about, p.band, p.event) for p in points(stage.to(13 * MINUTE))] == [("public #2", MISSED, None)]


@pytest.mark.parametrize(
    "act", [talk.Answer(question="1", what="340"), practice.TakeQuestion(question="1", owner="lee")]
)
@pytest.mark.parametrize(("after", "expected"), [(MINUTE, MET), (90 * S, LATE), (3 * MINUTE, MISSED)])
def test_a_question_is_met_where_it_was_answered_or_taken_in_time(act, after, expected):
    ask = inject("boss", "questions", MINUTE, text="", lines=(ScenarioLine(0, "Dora", "How many?"),))
    stage = of(measure("questions"), injects=(ask,))
    stage.do(act, at=MINUTE + after)
    assert the_band(stage) == expected
    assert points(stage)[0].about == stage.facts(ev.QuestionAsked)[0].body.text()


def test_a_question_that_nobody_answered_is_missed():
    ask = inject("boss", "questions", MINUTE, text="", lines=(ScenarioLine(0, "Dora", "How many?"),))
    assert the_band(of(measure("questions"), injects=(ask,)).to(3 * MINUTE)) == MISSED


def test_a_report_is_also_met_by_the_impact_or_the_severity_that_follows_from_it():
    for act in (lifecycle.StateImpact(what="payments fail"), lifecycle.ChangeSeverity(severity="SEV1")):
        stage = of(measure("questions"), injects=(inject("care", "report", MINUTE, who="second"),))
        stage.do(act, at=90 * S)
        assert the_band(stage) == MET


@pytest.mark.parametrize(("after", "expected"), [(MINUTE, MET), (90 * S, LATE), (3 * MINUTE, MISSED)])
@pytest.mark.parametrize("act", [people.AcceptRole(), practice.DeclineRole()])
def test_a_handover_is_met_when_it_is_accepted_or_declined_in_time(act, after, expected):
    stage = of(measure("handover"))
    stage.do(people.AssignRole(role="commander", who="ana"))
    stage.do(people.OfferRole(role="commander", who="lee"), at=MINUTE)
    stage.do(act, at=MINUTE + after)
    (first, *_) = points(stage)
    assert (first.band, first.about) == (expected, "commander to lee")


def test_a_handover_that_was_left_hanging_is_missed():
    stage = of(measure("handover"))
    stage.do(people.AssignRole(role="commander", who="ana"))
    stage.do(people.OfferRole(role="commander", who="lee"), at=MINUTE)
    assert the_band(stage.to(9 * MINUTE)) == MISSED


@pytest.mark.parametrize(("after", "expected"), [(0, MET), (90 * S, LATE), (3 * MINUTE, MISSED), (None, MISSED)])
def test_a_step_is_met_by_its_time_done_or_skipped(after, expected):
    stage = of(measure("steps"), checklist=LISTED)
    if after is not None:
        how = {"state": "skipped", "why": "no replica"} if after else {}
        stage.do(work.ChangeStep(step="a", **how), at=5 * MINUTE + after)
    assert the_band(stage.to(20 * MINUTE)) == expected
    assert points(stage)[0].about == "name a commander"


def test_a_step_without_a_time_or_not_due_yet_is_not_measured():
    assert points(of(measure("steps"), checklist=LISTED).to(5 * MINUTE - 1)) == ()


@pytest.mark.parametrize(
    ("gap", "expected"), [(MINUTE, MET), (MINUTE + 1, LATE), (2 * MINUTE, LATE), (2 * MINUTE + 1, MISSED)]
)
def test_the_longest_silence_is_measured(gap, expected):
    stage = of(measure("silence"))
    stage.do(entries.Log(text="seen"), at=30 * S)
    stage.do(entries.Log(text="seen"), at=30 * S + gap)
    (point,) = points(stage)
    assert (point.band, point.took, point.start - stage.base) == (expected, gap, 30 * S)


def test_of_many_silences_the_three_longest_are_told_and_what_the_world_says_breaks_none():
    stage = of(measure("silence"), injects=(inject("a", at=2 * MINUTE),))
    for minute in (4, 7, 9, 14):
        stage.do(entries.Log(text="seen"), at=minute * MINUTE)
    assert [(p.start - stage.base) // MINUTE for p in points(stage)] == [0, 4, 9]
    assert {p.band for p in points(stage)} == {MISSED}


def test_a_silence_at_the_end_counts_too():
    (point,) = points(of(measure("silence")).to(5 * MINUTE))
    assert (point.band, point.event) == (MISSED, None)


@pytest.mark.parametrize(("after", "expected"), [(MINUTE, MET), (90 * S, LATE), (3 * MINUTE, MISSED)])
@pytest.mark.parametrize(
    "act", [paging.ReportNoAnswer(who="Nora"), paging.Escalate(level=2), paging.Acknowledge(who="ana")]
)
def test_who_cannot_be_reached_is_passed_by_in_time(act, after, expected):
    quiet = replace(INES, page="silent")
    stage = of(measure("unreachable"), policy=POLICY, people=(NORA, replace(SAM, page="silent"), quiet))
    stage.do(act, at=after)
    point = next(p for p in points(stage.to(29 * MINUTE)) if p.about == "Nora")
    assert (point.band, point.took) == (expected, after)


def test_where_the_clock_alone_called_the_next_one_that_is_late_at_best():
    levels = tuple(replace(level, after=n * MINUTE, backup=()) for n, level in enumerate(POLICY.levels))
    stage = of(measure("unreachable", by=2 * MINUTE, late=5 * MINUTE), policy=replace(POLICY, levels=levels))
    point = points(stage.to(9 * MINUTE))[0]
    assert (point.about, point.band, point.took) == ("Nora", LATE, MINUTE)


def test_who_answers_or_declines_was_reached():
    for how in ("acknowledges", "declines"):
        nora = replace(NORA, page=how, after=10 * S)
        stage = of(measure("unreachable"), policy=POLICY, people=(nora, SAM, INES)).to(20 * MINUTE)
        assert [p.about for p in points(stage)] == []


def test_nobody_who_was_never_paged_is_unreachable():
    assert points(of(measure("unreachable")).to(20 * MINUTE)) == ()


# ── what was written down later ──


def test_how_late_something_was_written_down_is_told_apart_and_earns_or_costs_nothing():
    stage = of(expectation('decided("")'))
    stage.to(4 * MINUTE)
    stage.do(entries.Log(text="roll back", kind="decision", at=At(stage.base + 50 * S)))
    stage.do(entries.Log(text="as of now"))
    assert the_band(stage) == MET
    assert [(e.body.text_, span) for e, span in score.lag(stage.state)] == [("roll back", 190 * S)]
    told = report(stage.state, stage.room.now)["recording"]
    assert (told["late_entries"], told["median"], told["longest"]) == (1, "PT3M10S", "PT3M10S")
    assert told["entries"][0]["text"] == "roll back"


def test_the_median_of_several_is_the_middle_one():
    stage = of(expectation())
    stage.to(5 * MINUTE)
    for span in (10, 20, 40, 90):
        stage.do(entries.Log(text=f"{span}", at=At(stage.room.now - span * S)))
    told = report(stage.state, stage.room.now)["recording"]
    assert (told["median"], told["longest"], told["entries"][0]["later"]) == ("PT30S", "PT1M30S", "PT1M30S")


# ── the report ──


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "PT0S"),
        (999, "PT0S"),
        (61_000, "PT1M1S"),
        (3_600_000, "PT1H"),
        (3_723_000, "PT1H2M3S"),
        (-90_000, "-PT1M30S"),
    ],
)
def test_a_span_is_told_in_iso_8601(ms, text):
    assert iso(ms) == text


def test_a_point_names_the_fact_it_rests_on_by_its_number_and_what_was_on_the_screen():
    stage = of(expectation(why="because", better="do so", source="a book"))
    stage.do(entries.Log(text="errors at checkout", kind="observed"), at=10 * S)
    event = stage.do(BRIDGE, at=90 * S)[0]
    (point,) = report(stage.to(5 * MINUTE).state, stage.room.now)["points"]
    number = 1 + list(stage.state.facts).index(event)
    assert point["fact"] == {
        "n": number, "at": "PT1M30S", "by": "ana", "who": None, "kind": event.body.kind, "text": event.body.text()
    }  # fmt: skip
    assert (point["band"], point["took"], point["by"], point["late_by"]) == (LATE, "PT1M30S", "PT1M", "PT2M")
    assert (point["why"], point["better"], point["source"]) == ("because", "do so", "a book")
    assert point["screen"][-2].endswith("errors at checkout")


def test_the_screen_is_as_it_was_then():
    stage = of(expectation(by=2 * MINUTE, late=4 * MINUTE))
    entry = stage.do(entries.Log(text="340 orders"), at=10 * S)[0]
    stage.do(entries.Log(text="just in time"), at=2 * MINUTE)
    stage.do(entries.Log(text="a moment later"), at=2 * MINUTE + 1)
    stage.do(entries.Amend(of=entry.id, text="430 orders"))
    stage.do(lifecycle.ChangeSeverity(severity="SEV1"))
    (point,) = report(stage.to(9 * MINUTE).state, stage.room.now)["points"]
    assert point["band"] == MISSED
    assert point["screen"][0].startswith("T+2m00s  SEV2 investigating")
    assert [line.rpartition(": ")[2] for line in point["screen"][-2:]] == ["340 orders", "just in time"]


def test_the_screen_shows_who_spoke_at_that_moment():
    lines = (ScenarioLine(0, "Ines", "slow queries"), ScenarioLine(30 * S, "Sam", "restart it?"))
    stage = of(expectation(by=95 * S), injects=(inject("talk", "voices", MINUTE, text="", lines=lines),))
    (point,) = report(stage.to(5 * MINUTE).state, stage.room.now)["points"]
    assert [line for line in point["screen"] if "bridge" in line] == ["on the bridge: Sam: restart it?"]


def test_a_contested_point_is_told_with_its_reason_and_keeps_its_band():
    stage = of(expectation(), length=10 * MINUTE)
    assert stage.refusal(drill.Contest(point="it", why="so")).startswith("The drill is still running")
    stage.to(11 * MINUTE)
    assert stage.refusal(drill.Contest(point="it", why=" ")).startswith("What is wrong with it?")
    stage.do(drill.Contest(point="it", why="we spoke in person"))
    stage.do(drill.Contest(point="it", why="I saw that"), by="lee")
    stage.do(drill.Contest(point="it", why="we all spoke in person"))
    (point,) = report(stage.state, stage.room.now)["points"]
    assert point["band"] == MISSED
    assert point["contested"] == [
        {"by": "ana", "why": "we all spoke in person"},
        {"by": "lee", "why": "I saw that"},
    ]


def test_only_whoever_practised_says_who_sees_it():
    stage = of(expectation(), length=10 * MINUTE).to(11 * MINUTE)
    stage.do(drill.Share(), by="Ana")
    no = stage.room.do(drill.Share(shared=False), By("lee"))
    assert str(no) == "The report is ana's; only they can share it."


def test_what_the_game_master_noticed_is_in_it():
    stage = of(expectation())
    stage.do(drill.Observe(what="two people spoke at once", about="it"), at=90 * S, by="gm")
    stage.do(drill.EndDrill(why="so"), at=5 * MINUTE)
    (told,) = report(stage.state, stage.room.now)["observations"]
    assert told == {"at": "PT1M30S", "by": "gm", "what": "two people spoke at once", "about": "it"}


def test_while_the_drill_runs_its_report_holds_neither_the_truth_nor_what_the_game_master_noticed():
    stage = of(expectation(), truth="the index was gone")
    stage.do(drill.Observe(what="two people spoke at once"))
    told = report(stage.state, stage.room.now)
    assert (told["truth"], told["observations"]) == (None, [])
    stage.do(drill.EndDrill(why="so"))
    assert report(stage.state, stage.room.now)["truth"] == "the index was gone"


def test_what_was_not_tested_is_said():
    stage = of(expectation(), expectation(id="never", since="a"), injects=(inject("a", at=29 * MINUTE),)).to(5 * MINUTE)
    assert report(stage.state, stage.room.now)["not_tested"] == [{"id": "never", "what": "it is so"}]


def test_what_happened_is_told_with_whether_it_was_so():
    stage = of(
        injects=(
            inject("a", "report", 10 * S, who="boss", wrong=True),
            inject("b", unless="declared()"),
            inject("c", "coach", until="bridge()"),
            inject("d", "voices", 5 * S, text="", lines=(ScenarioLine(0, "Sam", "hm"), ScenarioLine(1, "Ines", "so"))),
        )
    ).to(MINUTE)
    assert report(stage.state, stage.room.now)["happened"] == [
        {"at": "PT5S", "id": "d", "kind": "voices", "text": "Sam: hm / Ines: so"},
        {"at": "PT10S", "id": "a", "kind": "report", "text": "a happens", "wrong": True},
    ]


def test_questions_come_from_what_was_missed_or_late_and_never_from_what_was_met():
    stage = of(
        expectation(what="a bridge is named"), expectation('decided("")', id="b", what="a decision"),
        expectation("commander()", id="c", what="a commander"), questions=("How did you know?",),
    )  # fmt: skip
    stage.do(people.AssignRole(role="commander", who="ana"))
    stage.do(entries.Log(text="so", kind="decision"), at=90 * S)
    asked = report(stage.to(9 * MINUTE).state, stage.room.now)["questions"]
    assert asked[0] == "How did you know?"
    assert set(asked[1:]) == {
        "How did you know, at T+1m30s, that it was time for “a decision”?",
        "“a bridge is named”: what was on your mind around T+1m00s, and what would have helped?",
    }


def test_earlier_runs_and_simulated_commanders_are_put_beside_it_as_bands():
    stage = of(expectation()).to(5 * MINUTE)
    told = report(stage.state, stage.room.now, {"does nothing": {"it": MISSED}}, [{"it": LATE}])["compared"]
    assert told == {"simulated": {"does nothing": {"it": MISSED}}, "earlier": [{"it": LATE}]}
    assert bands(stage.state, stage.room.now) == {"it": MISSED}


def test_there_is_no_number_for_the_whole():
    stage = of(expectation()).to(5 * MINUTE)
    keys = set(_keys(report(stage.state, stage.room.now)))
    assert not keys & {"score", "total", "grade", "rank", "percent", "points_met", "sum"}


def _keys(tree: object):
    if isinstance(tree, dict):
        yield from tree
        for each in tree.values():
            yield from _keys(each)
    elif isinstance(tree, list):
        for each in tree:
            yield from _keys(each)


def test_a_real_incident_has_no_report():
    from facts import declared

    assert report(declared().state, BASE) == {}


# ── the report of every shipped scenario ──

LOGIN = "zq7login"
PLAYED = [(file, commander) for file in SHIPPED for commander in COMMANDERS]
each_played = pytest.mark.parametrize(("file", "commander"), PLAYED, ids=[f"{f.stem}, {c}" for f, c in PLAYED])
DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b|\b1[67]\d{11}\b")


def lines(event: ev.Event) -> list[str]:
    """How a fact may stand on the screen."""
    body = event.body
    return [f"{body.kind}: {who}: {body.text()}"[:160] for who in (event.by.name, getattr(body, "who", ""))]


@each_played
def test_every_point_of_a_report_rests_on_a_fact_of_its_moment_and_on_what_the_screen_showed_then(file, commander):
    state, now = shipped(file, 1, commander, login=LOGIN)
    then, facts = Incident(), list(state.facts)
    found = score.points(state, now)
    told = report(state, now)["points"]
    assert [each["id"] for each in told] == [point.id for point in found]
    assert len({each["id"] for each in told}) == len(told)
    moments = []
    for point, each in zip(found, told, strict=True):
        assert each["band"] in (MET, LATE, MISSED)
        assert (each["fact"] is None) == (point.event is None)
        if point.event is not None:
            assert facts[each["fact"]["n"] - 1].id == point.event.id
        elif each["band"] != MISSED:
            assert point.rule.check.startswith("not ") or point.rule.measure == "silence"
        moments.append((point.at if point.event else min(point.at, point.start + point.rule.by), each))
    n = 0
    for at, each in sorted(moments, key=lambda pair: pair[0]):
        while n < len(facts) and facts[n].rec <= at:
            then = fold(then, facts[n])
            n += 1
        assert each["screen"] == screen(then, at, BASE)
        known = {line for e in facts[:n] for line in lines(e)}
        coming = {line for e in facts[n:] if e.body.kind not in BACKSTAGE for line in lines(e)}
        assert not (coming - known) & set(each["screen"])


@each_played
def test_a_report_holds_no_date_no_identity_and_no_machine(file, commander):
    state, now = shipped(file, 1, commander, login=LOGIN)
    text = json.dumps(report(state, now), ensure_ascii=False)
    scenario = str(next(e.body for e in state.facts if isinstance(e.body, ev.DrillStarted)))
    assert set(DATE.findall(text)) <= set(DATE.findall(scenario))
    assert LOGIN not in text
    assert state.id not in text
    assert [e.id for e in state.facts if e.id in text] == []


@each_played
def test_the_same_drill_at_another_time_gives_the_same_report_byte_for_byte(file, commander):
    later = BASE + 77 * 24 * 3600 * S + 12_345_000
    once, again = shipped(file, 1, commander, login=LOGIN), shipped(file, 1, commander, base=later, login="other")
    assert json.dumps(report(*once)) == json.dumps(report(*again))


def test_people_of_the_world_hold_no_role_of_the_report():
    stage = of(expectation(), people=PEOPLE)
    stage.do(people.AssignRole(role="commander", who="ana"))
    stage.do(people.OfferRole(role="commander", who="Sam"))
    assert report(stage.to(5 * MINUTE).state, stage.room.now)["roles"] == [{"role": "commander", "who": "ana"}]
