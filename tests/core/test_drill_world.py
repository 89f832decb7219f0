"""The simulated world: what each inject does, when it comes, how people answer, and that nothing happens twice."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from drill_stage import DORA, INES, LIBRARY, NORA, PEOPLE, POLICY, SAM, Stage, inject, scene, target
from warroom.config.drill_forms import KINDS
from warroom.config.drills import load
from warroom.core import events as ev
from warroom.core.acts import drill, entries, lifecycle, paging, people, practice, talk, updates, work
from warroom.core.drill import clock
from warroom.core.drill.moments import simulated
from warroom.core.drill.report import heard
from warroom.core.drill.world import plan, waits_for_answer
from warroom.core.events import ScenarioLine
from warroom.core.values import MINUTE, SECOND

S = SECOND
ROLL = ev.Reply("rolled", "rolled back, no change", to="roll|revert", takes=90 * S)


def bridge(stage: Stage) -> list[tuple[str, str]]:
    """Who says what on the bridge at this moment."""
    return heard(stage.state, stage.room.now)


def told(stage: Stage) -> list[tuple[int, str, str]]:
    """The entries that the world wrote: after how many seconds, by whom, which words."""
    return [(at // S, by, text) for at, by, text in stage.heard()]


# ── kinds ──

SHOWN = {
    "alert": [(3, "monitoring", "it happens")],
    "noise": [(3, "monitoring", "it happens")],
    "threshold": [(3, "monitoring", "it happens")],
    "observation": [(3, "monitoring", "it happens")],
    "contradiction": [(3, "monitoring", "it happens")],
    "change": [(3, "monitoring", "it happens")],
}


@pytest.mark.parametrize("kind", SHOWN)
def test_an_alert_or_an_observation_stands_in_the_timeline_as_something_seen(kind):
    stage = Stage(scene(inject("it", kind, 3 * S, who="monitoring"))).to(2 * S)
    assert told(stage) == []
    stage.to(3 * S)
    assert told(stage) == SHOWN[kind]
    entry = stage.facts(ev.Logged)[0]
    assert entry.body.kind_ == "observed"
    assert simulated(entry)


def test_somebody_of_the_scenario_speaks_by_name():
    stage = Stage(scene(inject("it", "observation", S, who="dba"))).to(S)
    assert told(stage) == [(1, "Ines", "it happens")]
    assert stage.facts(ev.Logged)[0].body.who == "Ines"


def test_voices_are_heard_for_a_while_and_written_down_by_nobody():
    lines = (ScenarioLine(0, "Sam", "I have it"), ScenarioLine(5 * S, "Ines", "the locks grow"))
    stage = Stage(scene(inject("talk", "voices", 10 * S, text="", lines=lines)))
    assert bridge(stage.to(9 * S)) == []
    assert bridge(stage.to(10 * S)) == [("Sam", "I have it")]
    assert bridge(stage.to(15 * S)) == [("Sam", "I have it"), ("Ines", "the locks grow")]
    assert bridge(stage.to(31 * S)) == [("Ines", "the locks grow")]
    assert bridge(stage.to(36 * S)) == []
    assert told(stage) == []


def test_questions_are_asked_by_stakeholders_each_at_its_time():
    lines = (
        ScenarioLine(0, "Dora", "Is it us?"),
        ScenarioLine(0, "Lin", "How many?"),
        ScenarioLine(20 * S, "Dora", "And?"),
    )
    stage = Stage(scene(inject("ask", "questions", 10 * S, text="", lines=lines)))
    assert len(stage.to(10 * S).state.open_questions) == 2
    stage.to(MINUTE)
    asked = [(e.at.t - stage.base, e.body.asker, e.body.what) for e in stage.facts(ev.QuestionAsked)]
    assert asked == [(10 * S, "Dora", "Is it us?"), (10 * S, "Lin", "How many?"), (30 * S, "Dora", "And?")]
    assert not any(e.body.report for e in stage.facts(ev.QuestionAsked))


@pytest.mark.parametrize("wrong", [False, True])
def test_a_report_says_what_a_stakeholder_sees_and_does_not_show_whether_it_is_so(wrong):
    stage = Stage(scene(inject("it", "report", S, who="boss", users=400, wrong=wrong))).to(S)
    asked = stage.facts(ev.QuestionAsked)[0].body
    assert (asked.asker, asked.what, asked.report, asked.users) == ("Dora", "it happens", True, 400)


@pytest.mark.parametrize("kind", ["takeover", "vendor", "relief", "unavailable", "outage"])
def test_what_somebody_says_on_the_bridge_is_heard_and_not_written(kind):
    stage = Stage(scene(inject("it", kind, S, who="second", tool="chat"))).to(S)
    assert bridge(stage) == [("Sam", "it happens")]
    assert told(stage) == []


def test_a_relief_joins_the_bridge():
    stage = Stage(scene(inject("it", "relief", S, who="second"))).to(S)
    assert stage.state.attendance == {"Sam": True}


def test_an_outage_ends_after_its_time_and_that_is_said():
    stage = Stage(scene(inject("it", "outage", S, tool="chat", lasts=MINUTE))).to(2 * MINUTE)
    assert told(stage) == [(61, "the drill", "chat works again")]


def test_an_outage_without_a_time_stays():
    stage = Stage(scene(inject("it", "outage", S, tool="chat"))).to(20 * MINUTE)
    assert told(stage) == []


def test_a_coach_leaves_nothing_in_the_timeline():
    stage = Stage(scene(inject("it", "coach", S, until="bridge()"))).to(MINUTE)
    assert told(stage) == []
    assert stage.happened() == {"it": S}


@pytest.mark.parametrize(
    "act",
    [
        entries.Log(text="roll back", kind="decision"),
        entries.Log(text="restarted it", kind="action"),
        work.GiveTask(who="Sam", what="look"),
        talk.OpenPoll(proposal="roll back"),
    ],
)
def test_what_would_you_do_now_waits_for_a_decision_an_action_or_a_task_and_then_says_what_they_did(act):
    stage = Stage(scene(inject("it", "ask", 10 * S, text="they rolled back")))
    assert waits_for_answer(stage.to(9 * S).state) is None
    assert waits_for_answer(stage.to(10 * S).state).id == "it"
    stage.do(entries.Log(text="hm"), at=12 * S)
    assert waits_for_answer(stage.state).id == "it"
    stage.do(act, at=20 * S)
    assert waits_for_answer(stage.state) is None
    assert (20, "the record", "They, at the time: they rolled back") in told(stage)


def test_without_an_answer_it_is_told_after_three_minutes():
    stage = Stage(scene(inject("it", "ask", 10 * S, text="they rolled back"))).to(5 * MINUTE)
    assert told(stage) == [(190, "the record", "They, at the time: they rolled back")]


def test_every_kind_is_tried_here():
    tried = {
        *SHOWN,
        "voices",
        "questions",
        "report",
        "takeover",
        "vendor",
        "relief",
        "unavailable",
        "outage",
        "coach",
        "ask",
    }
    assert tried == set(KINDS)


# ── when it comes ──


def test_at_counts_from_the_start():
    stage = Stage(scene(inject("a", at=0), inject("b", at=90 * S))).to(5 * MINUTE)
    assert stage.happened() == {"a": 0, "b": 90 * S}


def test_after_counts_from_another_one_with_its_delay_and_not_from_one_that_was_passed_over():
    stage = Stage(
        scene(
            inject("a", at=10 * S),
            inject("b", at=None, after="a", delay=20 * S),
            inject("c", at=5 * S, unless="declared()"),
            inject("d", at=None, after="c"),
        )
    ).to(5 * MINUTE)
    assert stage.happened() == {"a": 10 * S, "b": 30 * S}


def test_when_waits_for_a_condition_and_counts_its_delay_from_then():
    stage = Stage(scene(inject("it", at=None, when="bridge()", delay=5 * S))).to(MINUTE)
    assert stage.happened() == {}
    stage.do(lifecycle.SetBridge(where="https://call.example"), at=2 * MINUTE)
    assert stage.to(3 * MINUTE).happened() == {"it": 2 * MINUTE + 5 * S}


def test_all_that_is_given_has_to_be_so_and_the_last_of_it_counts():
    parts = {"at": 30 * S, "after": "a", "delay": 10 * S, "when": "bridge()"}
    for at, expected in ((5 * S, 30 * S), (50 * S, 50 * S)):
        stage = Stage(scene(inject("a", at=15 * S), inject("it", **parts)))
        stage.do(lifecycle.SetBridge(where="https://call.example"), at=at)
        assert stage.to(MINUTE).happened()["it"] == expected


def test_unless_drops_it_where_that_is_so_at_that_moment_and_not_where_it_becomes_so_later():
    stage = Stage(scene(inject("a", at=10 * S, unless="bridge()"), inject("b", at=30 * S, unless="bridge()")))
    stage.do(lifecycle.SetBridge(where="https://call.example"), at=20 * S)
    stage.to(MINUTE)
    assert stage.happened() == {"a": 10 * S}
    assert stage.dropped() == {"b": "it was not needed any more"}
    assert [text for _, _, text in told(stage)] == ["a happens"]


def test_injects_of_the_same_moment_come_in_the_order_of_the_file():
    stage = Stage(scene(*(inject(id, at=10 * S) for id in ("z", "a", "m")))).to(MINUTE)
    assert [text for _, _, text in told(stage)] == ["z happens", "a happens", "m happens"]


def test_while_monitoring_is_down_no_alert_comes_and_what_people_see_still_does():
    stage = Stage(
        scene(
            inject("gone", "outage", 10 * S, tool="monitoring", lasts=MINUTE),
            *(inject(kind, kind, 20 * S) for kind in ("alert", "noise", "threshold")),
            inject("seen", "observation", 20 * S, who="dba"),
            inject("later", "alert", 70 * S),
        )
    ).to(5 * MINUTE)
    assert set(stage.dropped()) == {"alert", "noise", "threshold"}
    assert set(stage.dropped().values()) == {"monitoring is down"}
    assert {text for _, _, text in told(stage)} == {"seen happens", "monitoring works again", "later happens"}


# ── the game master ──


def test_the_game_master_moves_rewords_cancels_and_adds():
    stage = Stage(scene(inject("a", at=10 * MINUTE), inject("b", at=2 * MINUTE), inject("c", at=2 * MINUTE)))
    stage.do(drill.ChangeInject(inject="a", due=stage.base + 60 * S))
    stage.do(drill.ChangeInject(inject="b", words="b is other words"))
    stage.do(drill.ChangeInject(inject="c", cancelled=True))
    stage.do(drill.ChangeInject(inject="d", added=inject("d", at=3 * MINUTE)))
    stage.to(12 * MINUTE)
    assert stage.happened() == {"a": 60 * S, "b": 120 * S, "d": 180 * S}
    assert [text for _, _, text in told(stage)] == ["a happens", "b is other words", "d happens"]


def test_the_game_masters_changes_add_up():
    stage = Stage(scene(inject("a", at=10 * MINUTE)))
    stage.do(drill.ChangeInject(inject="a", words="other words"))
    stage.do(drill.ChangeInject(inject="a", due=stage.base + 60 * S))
    assert told(stage.to(2 * MINUTE)) == [(60, "the drill", "other words")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"inject": "no"}, "There is no inject “no” in this drill."),
        ({"inject": "a", "words": "new"}, "“a” has happened already; what was seen is seen."),
        ({"inject": "b", "added": inject("b")}, "“b” is an inject of this drill already."),
        ({"inject": "b"}, "What is to change? When it comes, its words, or that it does not come."),
        ({"inject": "c", "due": 1}, "“c” was cancelled; another one can be added in its place."),
        ({"inject": "c", "added": inject("c")}, "“c” is an inject of this drill already."),
    ],
)
def test_what_the_game_master_cannot_do_is_refused(change, sentence):
    stage = Stage(scene(inject("a"), inject("b", at=20 * MINUTE), inject("c", at=20 * MINUTE))).to(S)
    stage.do(drill.ChangeInject(inject="c", cancelled=True))
    assert stage.refusal(drill.ChangeInject(**change)) == sentence


def test_nothing_is_put_more_than_four_hours_ahead():
    stage = Stage(scene(inject("b", at=20 * MINUTE)))
    refused = stage.refusal(drill.ChangeInject(inject="b", due=stage.base + 241 * MINUTE))
    assert refused == "That is more than four hours ahead; no drill is that long."


# ── tasks ──


def answers(*replies: ev.Reply, tasks: tuple[str, ...], who: str = "Sam", **more) -> list[tuple[int, str, str]]:
    """What comes back from tasks that are given together at the start."""
    stage = Stage(scene(replies=replies, **more))
    for what in tasks:
        stage.do(work.GiveTask(who=who, what=what))
    stage.to(20 * MINUTE)
    said = [
        (at, by, e.body.result) for e in stage.facts(ev.TaskChanged) for at, by in [(e.at.t - stage.base, e.by.name)]
    ]
    said += [(at, by, text) for at, by, text in stage.heard()]
    return [(at // S, by, text) for at, by, text in sorted(said)]


def test_a_task_is_said_back_within_half_a_minute_or_so():
    for seed in range(12):
        stage = Stage(scene(), seed=seed)
        stage.do(work.GiveTask(who="Sam", what="look at it"))
        stage.to(MINUTE)
        back = stage.facts(ev.TaskReadBack)
        assert [(e.by.name, e.body.words) for e in back] == [("Sam", "understood: look at it")]
        assert 12 * S <= back[0].at.t - stage.base <= 36 * S


def test_the_first_answer_that_fits_comes_back_and_the_task_is_done():
    second = replace(ROLL, id="second", says="no")
    assert answers(ROLL, second, tasks=("revert it",)) == [(90, "Sam", "rolled back, no change")]


def test_an_answer_may_be_one_persons_only():
    mine = replace(ROLL, who="dba")
    assert answers(mine, tasks=("roll back",)) == [(120, "Sam", "all quiet here")]
    assert answers(mine, tasks=("roll back",), who="Ines") == [(90, "Ines", "rolled back, no change")]


def test_a_person_is_known_by_their_id_too():
    assert answers(ROLL, tasks=("roll back",), who="second") == [(90, "Sam", "rolled back, no change")]


def test_where_no_answer_fits_they_say_what_they_see_or_that_there_is_nothing_yet():
    assert answers(ROLL, tasks=("look",)) == [(120, "Sam", "all quiet here")]
    assert answers(ROLL, tasks=("look",), who="Ines") == [(180, "Ines", "Nothing to report yet; I keep looking.")]


def test_a_report_on_the_way_leaves_the_task_open_until_there_is_more():
    way = ev.Reply("way", "half of it is back", to="roll", takes=30 * S, done=False)
    assert answers(way, ROLL, tasks=("roll back",)) == [
        (30, "Sam", "half of it is back"),
        (90, "Sam", "rolled back, no change"),
    ]
    assert answers(way, tasks=("roll back",)) == [(30, "Sam", "half of it is back"), (120, "Sam", "all quiet here")]


def test_a_late_report_on_the_way_still_comes_before_the_end():
    way = ev.Reply("way", "half of it is back", to="roll", takes=5 * MINUTE, done=False)
    assert answers(way, tasks=("roll back",)) == [(300, "Sam", "half of it is back"), (360, "Sam", "all quiet here")]


def test_a_late_report_that_comes_once_is_no_reason_to_hurry_the_end():
    way = ev.Reply("way", "half of it is back", to="roll", takes=5 * MINUTE, done=False, once=True)
    assert answers(way, tasks=("roll back",)) == [(300, "Sam", "half of it is back"), (360, "Sam", "all quiet here")]


def test_once_is_for_the_first_such_task_only():
    once = replace(ROLL, once=True)
    assert answers(once, tasks=("roll back", "roll back again")) == [
        (90, "Sam", "rolled back, no change"),
        (120, "Sam", "all quiet here"),
    ]


def test_when_is_asked_as_of_the_moment_at_which_the_task_is_given():
    sure = replace(ROLL, when="bridge()", says="sure")
    unsure = replace(ROLL, id="unsure", when="not bridge()", says="not without a call")
    stage = Stage(scene(replies=(sure, unsure)))
    stage.do(work.GiveTask(who="Sam", what="roll back"))
    stage.do(lifecycle.SetBridge(where="https://call.example"), at=10 * S)
    stage.do(work.GiveTask(who="Sam", what="roll back"), at=20 * S)
    stage.to(10 * MINUTE)
    assert [e.body.result for e in stage.facts(ev.TaskChanged)] == ["not without a call", "sure"]


def test_an_answers_flags_bring_what_waits_for_them():
    flags = replace(ROLL, flags=("fixed", "quiet"))
    stage = Stage(scene(inject("it", "change", None, when='flag("fixed")', delay=10 * S), replies=(flags,)))
    stage.do(work.GiveTask(who="Sam", what="roll back"))
    assert stage.to(5 * MINUTE).happened()["it"] == 100 * S


def test_a_task_to_nobody_of_the_world_or_to_an_observer_gets_no_answer():
    for who in ("lee", DORA.name):
        assert answers(ROLL, tasks=("roll back",), who=who) == []


def test_a_task_that_was_dropped_gets_no_answer():
    stage = Stage(scene(replies=(ROLL,)))
    stage.do(work.GiveTask(who="Sam", what="roll back"))
    stage.do(work.FinishTask(task="Sam", dropped=True), at=10 * S)
    stage.to(5 * MINUTE)
    assert [e.by.name for e in stage.facts(ev.TaskChanged)] == ["ana"]


@pytest.mark.parametrize("kind", ["unavailable", "vendor"])
def test_who_cannot_be_reached_answers_neither_pages_nor_tasks_from_then_on(kind):
    stage = Stage(scene(inject("gone", kind, 30 * S, who="second"), replies=(ROLL,)), POLICY)
    stage.do(work.GiveTask(who="Sam", what="roll back"))
    stage.do(paging.ReportNoAnswer(who="Nora"), at=10 * S)
    stage.to(9 * MINUTE)
    assert stage.facts(ev.TaskChanged, ev.Acknowledged) == []


def test_who_leaves_is_no_longer_on_the_bridge():
    stage = Stage(scene(inject("gone", "unavailable", 30 * S, who="second")))
    stage.do(practice.AttendBridge(who="Sam"))
    assert stage.to(MINUTE).state.attendance == {"Sam": False}


# ── quiet people ──

LIN = ev.Person("lin", "Lin", task="quiet", takes=8 * MINUTE)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("Lin, have you got it?", True),
        ("@lin?", True),
        ("does everybody know their task?", False),
        ("the line is slow, a link is missing", False),
        ("berlin is slow", False),
    ],
)
def test_a_quiet_person_says_it_back_only_when_asked_by_name(words, asked):
    stage = Stage(scene(people=(*PEOPLE, LIN)))
    stage.do(work.GiveTask(who="Lin", what="look"), at=10 * S)
    stage.to(2 * MINUTE)
    assert stage.facts(ev.TaskReadBack) == []
    stage.do(entries.Log(text=words))
    stage.to(3 * MINUTE)
    assert [e.by.name for e in stage.facts(ev.TaskReadBack)] == (["Lin"] if asked else [])


def test_naming_a_quiet_person_before_they_had_the_task_is_not_asking():
    stage = Stage(scene(people=(*PEOPLE, LIN)))
    stage.do(entries.Log(text="Lin is here"))
    stage.do(work.GiveTask(who="Lin", what="look"), at=10 * S)
    assert stage.to(3 * MINUTE).facts(ev.TaskReadBack) == []


def test_what_the_world_says_of_a_quiet_person_is_not_asking():
    stage = Stage(scene(inject("seen", "observation", 20 * S, who="dba", text="Lin is quiet"), people=(*PEOPLE, LIN)))
    stage.do(work.GiveTask(who="Lin", what="look"), at=10 * S)
    assert stage.to(3 * MINUTE).facts(ev.TaskReadBack) == []


# ── pages ──


def policy(*persons: ev.Person) -> ev.PolicyAttached:
    return replace(POLICY, levels=tuple(ev.Level(n * 5 * MINUTE, notify=(target(p),)) for n, p in enumerate(persons)))


def test_who_acknowledges_does_so_in_their_time_and_then_joins():
    stage = Stage(scene(), policy(SAM, INES)).to(29 * S)
    assert stage.facts(ev.Acknowledged) == []
    stage.to(9 * MINUTE)
    assert stage.heard(ev.Acknowledged) == [(30 * S, "Sam", stage.facts(ev.Acknowledged)[0].body.text())]
    assert [(e.at.t - stage.base, e.body.who, e.body.here) for e in stage.facts(ev.BridgeAttended)] == [
        (50 * S, "Sam", True)
    ]
    assert [e.body.who for e in stage.facts(ev.DeliveryChanged)] == ["Sam"]


def test_who_declines_says_so_and_the_next_one_is_called():
    stage = Stage(scene(people=(replace(SAM, page="declines"), INES)), policy(SAM, INES)).to(9 * MINUTE)
    no = stage.facts(ev.NoAnswer)
    assert [(e.at.t - stage.base, e.by.name, e.body.declined) for e in no] == [(30 * S, "Sam", True)]
    assert [(e.at.t - stage.base, e.body.who) for e in stage.facts(ev.DeliveryChanged)] == [
        (0, "Sam"),
        (30 * S, "Ines"),
    ]
    assert stage.heard(ev.Acknowledged)[0][:2] == (70 * S, "Ines")


def test_who_is_silent_never_answers_and_the_clock_calls_the_next_one():
    stage = Stage(scene(), policy(NORA, SAM)).to(9 * MINUTE)
    assert stage.facts(ev.NoAnswer) == []
    paged = [(e.at.t - stage.base, e.body.who) for e in stage.facts(ev.DeliveryChanged)]
    assert paged == [(0, "Nora"), (5 * MINUTE, "Sam")]
    assert stage.heard(ev.Acknowledged)[0][:2] == (5 * MINUTE + 30 * S, "Sam")


def test_who_was_passed_by_no_longer_answers():
    stage = Stage(scene(), policy(replace(SAM, page="acknowledges"), INES))
    stage.do(paging.ReportNoAnswer(who="Sam"), at=10 * S)
    stage.to(9 * MINUTE)
    assert {e.by.name for e in stage.facts(ev.Acknowledged)} == {"Ines"}


def test_a_page_that_somebody_in_the_room_has_is_answered_by_nobody_else():
    stage = Stage(scene(), policy(SAM))
    stage.do(paging.Acknowledge(who="ana"), at=10 * S)
    assert [e.body.who for e in stage.to(9 * MINUTE).facts(ev.Acknowledged)] == ["ana"]


def test_a_specialist_is_paged_and_comes():
    stage = Stage(scene(), POLICY)
    stage.do(paging.CallSpecialist(topic="database"), at=10 * S)
    stage.to(MINUTE + 30 * S)
    assert [(e.body.who, e.body.topic) for e in stage.facts(ev.Acknowledged)] == [("Ines", "database")]
    assert stage.state.attendance == {"Ines": True}


def test_while_paging_is_down_pages_fail_and_are_seen_to():
    stage = Stage(scene(inject("gone", "outage", 0, tool="paging", lasts=4 * MINUTE)), policy(SAM, INES)).to(9 * MINUTE)
    sent = [(e.body.who, e.body.state, e.body.why) for e in stage.facts(ev.DeliveryChanged)]
    assert sent == [("Sam", "failed", "the paging service does not answer"), ("Ines", "sent", "")]
    assert {e.by.name for e in stage.facts(ev.Acknowledged)} == {"Ines"}


def test_without_a_policy_nobody_is_paged():
    stage = Stage(scene()).to(9 * MINUTE)
    assert stage.facts(ev.DeliveryChanged) == []
    assert stage.state.pager is None


# ── updates ──


def post(stage: Stage, at: int) -> None:
    stage.do(updates.DraftUpdate(what=f"We look at it, {at}."), at=at)
    stage.do(updates.ApproveUpdate(who="ana"))
    stage.do(updates.PostDraft(ways=("slack:#status",)))


@pytest.mark.parametrize("lasts", [0, MINUTE])
def test_while_chat_is_down_updates_do_not_go_out(lasts):
    stage = Stage(scene(inject("gone", "outage", 30 * S, tool="chat", lasts=lasts)), policy(SAM))
    for at in (10 * S, 40 * S, 2 * MINUTE):
        post(stage, at)
    stage.to(5 * MINUTE)
    sent = [(e.body.state, e.body.why) for e in stage.facts(ev.DeliveryChanged) if e.body.what == "update"]
    down = ("failed", "chat is down")
    assert sent == [("sent", "simulated"), down, ("sent", "simulated") if lasts else down]


# ── roles and proposals ──


def test_an_offered_role_is_accepted_in_less_than_a_minute_by_whoever_accepts():
    stage = Stage(scene(people=(SAM, replace(INES, accepts=False), DORA)))
    stage.do(people.AssignRole(role="commander", who="ana"))
    for who, accepted in (("Ines", False), ("Dora", False), ("Sam", True)):
        stage.do(people.OfferRole(role="commander", who=who), at=stage.now + MINUTE)
        offered = stage.now
        stage.to(offered + 50 * S)
        assert (stage.state.role("commander").who == who) == accepted
    last = stage.facts(ev.RoleAssigned)[-1]
    assert (last.by.name, last.body.was) == ("Sam", "ana")
    assert last.at.t - stage.base - offered >= 20 * S


AGAINST = ev.Reply("against", "the replica is an hour behind", who="dba", to_poll="fail over", flags=("warned",))


@pytest.mark.parametrize(("proposal", "said"), [("fail over now", 1), ("roll back", 0)])
def test_a_strong_objection_comes_to_a_proposal_whose_words_fit(proposal, said):
    stage = Stage(scene(inject("it", at=None, when='flag("warned")'), replies=(AGAINST,)))
    stage.do(talk.OpenPoll(proposal=proposal), at=10 * S)
    stage.to(2 * MINUTE)
    against = [(e.at.t - stage.base, e.by.name, e.body.what) for e in stage.facts(ev.ObjectionRaised)]
    assert against == [(40 * S, "Ines", "the replica is an hour behind")] * said
    assert ("it" in stage.happened()) == bool(said)


def test_no_objection_comes_once_the_proposal_is_closed_or_where_its_condition_is_not_so():
    stage = Stage(scene(replies=(AGAINST,)))
    stage.do(talk.OpenPoll(proposal="fail over"), at=10 * S)
    stage.do(practice.ClosePoll(outcome="agreed"), at=20 * S)
    assert stage.to(2 * MINUTE).facts(ev.ObjectionRaised) == []
    stage = Stage(scene(replies=(replace(AGAINST, when="bridge()"),)))
    stage.do(talk.OpenPoll(proposal="fail over"), at=10 * S)
    assert stage.to(2 * MINUTE).facts(ev.ObjectionRaised) == []


# ── the end ──


def over(stage: Stage) -> list[tuple[int, str]]:
    return [(at, text) for at, _, text in stage.heard(ev.DrillEnded)]


def test_it_ends_when_its_time_is_over_and_nothing_happens_then():
    stage = Stage(scene(inject("late", at=11 * MINUTE), length=10 * MINUTE)).to(20 * MINUTE)
    assert over(stage) == [(10 * MINUTE, "the drill is over · its time is over")]
    assert stage.happened() == {}
    assert plan(stage.state, stage.room.now) == plan(stage.state, stage.room.now + 99 * MINUTE)
    assert plan(stage.state, stage.room.now).owed == ()


def test_it_ends_a_minute_after_what_it_is_about_is_done():
    stage = Stage(scene(ends="resolved()"))
    stage.do(lifecycle.ChangePhase(phase="resolved"), at=5 * MINUTE)
    assert over(stage.to(5 * MINUTE + 59 * S)) == []
    assert over(stage.to(20 * MINUTE)) == [(6 * MINUTE, "the drill is over · what it was about is done")]


def test_somebody_ends_it_and_then_nothing_of_it_can_be_changed():
    stage = Stage(scene(inject("late", at=11 * MINUTE)))
    stage.do(drill.EndDrill(why="a real page"), at=2 * MINUTE)
    assert over(stage) == [(2 * MINUTE, "the drill is over · a real page")]
    sentence = "The drill is over · a real page. `/drill report` shows how it went."
    for command in (
        drill.EndDrill(why="again"),
        drill.SetClock(speed=100, wall=0),
        drill.ChangeInject(inject="late", cancelled=True),
        drill.FireInject(inject=inject("late")),
    ):
        assert stage.refusal(command) == sentence
    assert not clock.running(stage.state)


# ── nothing happens twice ──

_acts = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 999)), max_size=12)
_OFTEN = ("bridge()", "commander()", 'tasked("")', 'decided("")', "not bridge()", 'flag("fixed")', "acknowledged()")


def an_act(number: int):
    dice = Random(number)
    names = ("Sam", "Ines", "Nora", "lee")
    return dice.choice(
        (
            lifecycle.SetBridge(where="https://call.example"),
            lifecycle.ChangePhase(phase=dice.choice(("mitigating", "resolved"))),
            people.AssignRole(role="commander", who="ana"),
            people.OfferRole(role="commander", who=dice.choice(names)),
            work.GiveTask(who=dice.choice(names), what=dice.choice(("roll back", "look")), within=3 * MINUTE),
            entries.Log(text=dice.choice(("roll back", "Sam?", "hm")), kind=dice.choice(("note", "decision"))),
            talk.OpenPoll(proposal="fail over"),
            talk.PostUpdate(what="We look at it."),
            paging.ReportNoAnswer(),
            paging.Acknowledge(who="ana"),
            paging.CallSpecialist(topic="database"),
            paging.Snooze(length=2 * MINUTE, why="so"),
            paging.CallOff(why="so"),
        )
    )


def a_scene(number: int) -> ev.Scenario:
    dice = Random(number)
    made: list[ev.Inject] = []
    for n in range(dice.randrange(1, 9)):
        more: dict[str, object] = {"who": dice.choice(("second", "dba", "monitoring"))}
        kind = dice.choice(KINDS)
        if kind in ("voices", "questions"):
            more["lines"] = tuple(ScenarioLine(k * 7 * S, "Dora", f"{n} {k}") for k in range(dice.randrange(1, 4)))
        if kind == "outage":
            more |= {"tool": dice.choice(("chat", "paging", "monitoring")), "lasts": dice.choice((0, 45 * S))}
        how = dice.randrange(3)
        if how == 1 and made:
            more |= {"after": dice.choice(made).id, "delay": dice.randrange(40) * S}
        if how == 2 or dice.random() < 0.2:
            more["when"] = dice.choice(_OFTEN)
        if dice.random() < 0.3:
            more["unless"] = dice.choice(_OFTEN)
        at = dice.randrange(200) * S if "after" not in more and "when" not in more else None
        made.append(inject(f"i{n}", kind, at, **more))
    persons = tuple(replace(p, page=dice.choice(("acknowledges", "declines", "silent"))) for p in PEOPLE)
    persons += (LIN,)
    replies = (replace(ROLL, flags=("fixed",), once=dice.random() < 0.5, done=dice.random() < 0.7), AGAINST)
    ends = dice.choice(("", "resolved()", "bridge()"))
    return scene(*made, people=persons, replies=replies, ends=ends, length=5 * MINUTE)


def fresh(number: int) -> Stage:
    few = replace(POLICY, levels=tuple(replace(level, after=n * MINUTE) for n, level in enumerate(POLICY.levels)))
    return Stage(a_scene(number), few, seed=number)


@settings(max_examples=50, deadline=None)
@given(number=st.integers(0, 1 << 30), acts=_acts)
def test_looking_only_when_something_comes_sees_the_same_as_looking_every_second(number, acts):
    leaping, stepping = fresh(number), fresh(number)
    for second, which in sorted(acts):
        for stage, on in ((leaping, leaping.to), (stepping, stepping.step)):
            on(second * S)
            stage.ask(an_act(which))
    leaping.to(6 * MINUTE)
    stepping.step(6 * MINUTE)
    assert list(leaping.state.facts) == list(stepping.state.facts)
    assert over(leaping)


@pytest.mark.parametrize("name", ["first-drill", "small-fault", "night-shift"])
def test_so_it_is_in_shipped_scenarios_too(name):
    made = load(LIBRARY, str(Path(LIBRARY.data, "drills", f"{name}.toml")), 3)
    leaping, stepping = Stage(made.scenario, made.policy), Stage(made.scenario, made.policy)
    for n in range(12):
        for stage, on in ((leaping, leaping.to), (stepping, stepping.step)):
            on(n * 37 * S)
            stage.ask(an_act(n))
    leaping.to(made.scenario.length)
    stepping.step(made.scenario.length)
    assert list(leaping.state.facts) == list(stepping.state.facts)
    assert over(leaping)


@settings(max_examples=50, deadline=None)
@given(number=st.integers(0, 1 << 30), acts=_acts)
def test_nothing_happens_twice_however_often_and_late_the_world_looks(number, acts):
    stage = fresh(number)
    for second, which in sorted(acts):
        stage.step(second * S, by=17 * S)
        stage.ask(an_act(which))
        count = len(stage.state.facts)
        stage.room.settle()
        assert len(stage.state.facts) == count
    stage.step(6 * MINUTE, by=50 * S)
    fired = [e.body.inject for e in stage.facts(ev.DrillInjected)]
    assert len(fired) == len(set(fired))
    assert len(over(stage)) == 1
    begun = [e.body.delivery for e in stage.facts(ev.DeliveryChanged)]
    assert len(begun) == len(set(begun))


def test_what_has_happened_is_refused_a_second_time():
    stage = Stage(scene(inject("a"))).to(S)
    assert stage.refusal(drill.FireInject(inject=inject("a"))) == "That has happened already."
    stage.do(drill.Reply(key="k", says="so", done=False))
    assert stage.refusal(drill.Reply(key="k", says="so", done=False)) == "That was answered already."


def test_in_a_real_incident_nothing_of_a_drill_is_possible():
    from facts import declared

    for command in (drill.SetClock(speed=0, wall=0), drill.EndDrill(why="so"), drill.Observe(what="so")):
        assert declared().refusal(command) == "This is no drill; nothing of the kind is played here."
