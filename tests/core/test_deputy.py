"""The deputy speaks of what is so, one thing at a time, and never twice of the same."""

import pytest
from msgspec.structs import replace

from facts import CADENCE, DECLARE, NAMES, T0, Desk
from warroom.core import events as ev
from warroom.core.acts.entries import Log, Redact
from warroom.core.acts.lifecycle import (
    ChangePhase,
    ChangeSeverity,
    Imported,
    ImportTimeline,
    MarkMilestone,
    Reopen,
    StateImpact,
)
from warroom.core.acts.people import AssignRole
from warroom.core.acts.practice import AttendBridge, ReadBack, SettlePrompt
from warroom.core.acts.talk import Ask
from warroom.core.acts.work import Extend, FinishTask, GiveTask
from warroom.core.commands import Draft
from warroom.core.concerns import HOUR, SPAN
from warroom.core.deputy import APART, HOLD, prompts, visible
from warroom.core.values import MINUTE, SECOND, At

LEADS = ("SEV1", "SEV2", "SEV3")
CARDS = ev.RolesAttached(
    (
        ev.RoleCard("commander", "Commander", needed=LEADS),
        ev.RoleCard("scribe", "Scribe", needed=LEADS, from_people=3),
        ev.RoleCard("comms", "Communications"),
        ev.RoleCard("deputy", "Deputy"),
    )
)
RHYTHM = replace(CADENCE, silence=dict.fromkeys(LEADS, 15 * MINUTE))


def room(name: str = "ana", command: bool = True) -> Desk:
    """An incident with role cards and a limit for silence; `name` commands it unless nobody shall."""
    desk = Desk(name=name)
    desk.do(replace(DECLARE, attach=(RHYTHM, CARDS)))
    if command:
        desk.do(AssignRole(role="commander", who=name))
    return desk


def kinds(desk: Desk, after: int = 0) -> list[str]:
    desk.now += after
    return [p.kind for p in prompts(desk.state, desk.now)]


def seen(desk: Desk, me: str = "ana", after: int = 0) -> str:
    desk.now += after
    prompt = visible(desk.state, desk.now, me)
    return prompt.kind if prompt else ""


def write(desk: Desk, *bodies: ev.Body) -> None:
    desk.write([Draft(body, At(desk.now)) for body in bodies])


# ── what it speaks of ──


def test_it_calls_out_every_ten_minutes():
    desk = room()
    said = []
    for _ in range(31):
        desk.do(Log(text="still looking"), after=MINUTE)
        said += [p.key for p in prompts(desk.state, desk.now) if p.kind == "call-out"]
    assert list(dict.fromkeys(said)) == ["call-out:10", "call-out:20", "call-out:30"]
    assert "Minute 30" in next(p.text for p in prompts(desk.state, desk.now) if p.kind == "call-out")


def test_a_changed_impact_asks_whether_the_severity_is_right_and_the_answer_ends_it():
    desk = room()
    desk.do(StateImpact(what="logins are slow"))
    assert "severity" not in kinds(desk)
    desk.do(StateImpact(what="nobody can log in"), after=MINUTE)
    (asked,) = prompts(desk.state, desk.now)
    assert (asked.kind, asked.line) == ("severity", "/sev ")
    assert "SEV2" in asked.text
    desk.do(ChangeSeverity(severity="SEV1", why="everybody"))
    assert kinds(desk) == []


def test_the_same_impact_said_again_changes_nothing():
    desk = room()
    desk.do(StateImpact(what="logins are slow"))
    write(desk, ev.ImpactStated("logins are slow"))
    assert kinds(desk) == []


def test_a_stakeholders_report_asks_for_the_severity_in_their_words():
    desk = room()
    desk.do(Ask(what="all shops in Italy are closed", asker="support", report=True))
    (asked,) = prompts(desk.state, desk.now)
    assert "support reports: “all shops in Italy are closed”. Is" in asked.text


def test_a_missing_commander_is_named_after_a_minute_and_until_there_is_one():
    desk = room(command=False)
    assert kinds(desk, 59 * SECOND) == []
    assert kinds(desk, SECOND) == ["role"]
    desk.do(AssignRole(role="commander", who="ivo"))
    assert kinds(desk) == []


def test_a_scribe_is_missed_only_where_there_are_enough_people():
    desk = room()
    assert kinds(desk, 6 * MINUTE) == []
    for name in ("ivo", "lee"):
        desk.name = name
        desk.do(Log(text="here"))
    assert kinds(desk, 5 * MINUTE) == ["role", "call-out"]
    desk.do(ChangeSeverity(severity="SEV4", why="minor"))
    assert "role" not in kinds(desk)


def test_silence_is_counted_from_when_anybody_last_did_anything():
    desk = room()
    desk.do(GiveTask(who="ivo", what="roll back"), after=12 * MINUTE)
    assert "silence" not in kinds(desk, 14 * MINUTE)
    assert "silence" in kinds(desk, MINUTE)
    desk.do(Log(text="rolled back"))
    assert "silence" not in kinds(desk)


def test_a_missing_milestone_is_asked_for_once_it_is_being_mended():
    desk = room()
    desk.do(ChangePhase(phase="mitigating", why="roll-back"))
    assert "“impact started” is missing" in next(
        p.text for p in prompts(desk.state, desk.now + MINUTE) if p.kind == "milestone"
    )
    desk.do(MarkMilestone(milestone="impact started"))
    desk.do(MarkMilestone(milestone="detected"))
    desk.do(MarkMilestone(milestone="acknowledged"))
    assert kinds(desk, MINUTE) == []


def test_an_impossible_order_of_milestones_is_named():
    desk = room()
    desk.now += 5 * MINUTE
    write(desk, ev.MilestoneMarked("detected"))
    desk.write([Draft(ev.MilestoneMarked("acknowledged"), At(T0))])
    desk.do(ChangePhase(phase="monitoring", why="it holds"))
    said = [p.text for p in prompts(desk.state, desk.now + MINUTE) if p.kind == "milestone"]
    assert "stands before" in said[0]


def test_more_people_than_one_can_lead_is_said_once():
    desk = room()
    desk.do(AttendBridge(who=",".join(f"p{n}" for n in range(SPAN))))
    assert kinds(desk) == []
    desk.do(AttendBridge(who="p9, p10"))
    (asked,) = prompts(desk.state, desk.now)
    assert asked.kind == "span"
    desk.do(AttendBridge(who="p1,p2,p3", here=False))
    assert kinds(desk) == []


def test_an_update_that_promised_a_time_is_looked_at_before_that_time_comes_and_only_the_last_one():
    desk = room()
    promised = desk.now + 9 * MINUTE
    write(desk, ev.UpdatePosted("public", "cards fail", number=1, estimate=promised))
    assert kinds(desk, 3 * MINUTE) == []
    assert kinds(desk, MINUTE) == ["estimate"]
    write(desk, ev.UpdatePosted("public", "cards fail; no time yet", number=2))
    assert kinds(desk) == []


def test_a_task_whose_time_is_up_asks_for_the_result_until_it_is_done_or_gets_more_time():
    desk = room()
    desk.do(GiveTask(who="ivo", what="roll back 9f2c", within=3 * MINUTE))
    desk.do(ReadBack(task="ivo"))
    assert kinds(desk, 3 * MINUTE) == ["task"]
    (asked,) = prompts(desk.state, desk.now)
    assert "ivo's time is up: roll back 9f2c" in asked.text
    desk.do(Extend(what="ivo", more=2 * MINUTE))
    assert kinds(desk) == []
    assert kinds(desk, 2 * MINUTE) == ["task"]
    desk.do(FinishTask(task="ivo", result="done"))
    assert kinds(desk) == []


def test_a_task_that_was_not_read_back_is_asked_for_after_a_minute():
    desk = room()
    desk.do(GiveTask(who="ivo", what="roll back"))
    assert kinds(desk, MINUTE) == ["read-back"]
    desk.do(ReadBack(task="ivo"))
    assert kinds(desk) == []


def test_more_than_three_tasks_for_one_person_are_pointed_out():
    desk = room()
    for n in range(4):
        assert "load" not in kinds(desk)
        desk.do(GiveTask(who="ivo", what=f"step {n}"))
    assert kinds(desk) == ["load"]
    desk.do(FinishTask(task="step 1"))
    assert kinds(desk) == []


def test_four_hours_in_command_are_enough_and_a_handover_ends_the_reminder():
    desk = room()
    desk.now += 4 * HOUR
    desk.do(Log(text="still here"))
    tired = [p for p in prompts(desk.state, desk.now) if p.kind == "fatigue"]
    assert ["for 4 hours" in p.text for p in tired] == [True]
    desk.do(AssignRole(role="commander", who="ivo"))
    assert "fatigue" not in kinds(desk)


# ── to whom, and when ──


def test_the_clock_belongs_to_the_deputy_and_to_the_commander_where_there_is_none():
    desk = room()
    desk.do(Log(text="x"), after=10 * MINUTE)
    assert (seen(desk, "ana"), seen(desk, "ivo")) == ("call-out", "")
    desk.do(AssignRole(role="deputy", who="ivo"))
    assert (seen(desk, "ana"), seen(desk, "ivo")) == ("", "call-out")


def test_what_is_the_commanders_is_everybodys_while_nobody_commands():
    desk = room(command=False)
    desk.now += MINUTE
    assert {seen(desk, name) for name in NAMES} == {"role"}


def test_prompts_for_several_roles_of_one_person_come_as_one_and_the_most_urgent_first():
    desk = room()
    for role in ("deputy", "scribe", "comms"):
        desk.do(AssignRole(role=role, who="ana"))
    desk.do(GiveTask(who="ivo", what="roll back", within=MINUTE))
    assert kinds(desk, MINUTE) == ["task", "read-back"]
    assert seen(desk) == "task"


def test_the_next_one_waits_two_minutes_after_an_answer():
    desk = room()
    desk.do(GiveTask(who="ivo", what="roll back", within=MINUTE))
    desk.now += MINUTE
    first = visible(desk.state, desk.now, "ana")
    desk.do(SettlePrompt(prompt=first.key, how="dismissed", why="he is on the phone"))
    assert seen(desk, after=APART - 1) == ""
    assert seen(desk, after=1) == "read-back"


def test_the_next_one_waits_two_minutes_after_one_that_went_away_by_itself():
    desk = room()
    desk.do(GiveTask(who="ivo", what="roll back", within=MINUTE))
    desk.do(GiveTask(who="lee", what="watch the locks"))
    assert seen(desk, after=MINUTE) == "task"
    desk.do(FinishTask(task="ivo"), after=SECOND)
    assert kinds(desk) == ["read-back"]
    assert seen(desk, after=APART - 1) == ""
    assert seen(desk, after=1) == "read-back"


def test_one_that_nobody_answers_makes_room_for_the_others_and_comes_back():
    desk = room()
    desk.do(GiveTask(who="ivo", what="roll back", within=MINUTE))
    shown = []
    desk.now += MINUTE
    for _ in range(80):
        shown.append(seen(desk))
        desk.now += MINUTE // 2
    turns = [kind for n, kind in enumerate(shown) if kind and kind != shown[n - 1]]
    assert turns[:2] == ["task", "read-back"]
    assert "task" in turns[2:]
    assert shown[: HOLD * 2 // MINUTE + 1] == ["task"] * (HOLD * 2 // MINUTE) + [""]


def test_what_was_dismissed_stays_away_and_a_reason_is_wanted():
    desk = room(command=False)
    desk.now += MINUTE
    key = prompts(desk.state, desk.now)[0].key
    assert "Why is it dismissed" in desk.refusal(SettlePrompt(prompt=key, how="dismissed"))
    desk.do(SettlePrompt(prompt=key, how="dismissed", why="lee is on the way"))
    assert "role" not in kinds(desk, 20 * MINUTE)
    desk.do(AssignRole(role="commander", who="lee"))
    desk.do(AssignRole(role="commander", who="", replace=True))
    assert "role" in kinds(desk, MINUTE)


def test_a_prompt_that_two_settle_at_once_is_settled_once_and_both_reasons_are_kept():
    desk = room(command=False)
    desk.now += MINUTE
    key = prompts(desk.state, desk.now)[0].key
    desk.do(SettlePrompt(prompt=key, how="dismissed", why="lee comes"))
    desk.name = "ivo"
    no = desk.ask(SettlePrompt(prompt=key, how="dismissed", why="I take it soon"))
    assert "ana" in str(no)
    assert [d.body.words for d in no.noted] == ["I take it soon"]


@pytest.mark.parametrize("phase", ["resolved", "cancelled"])
def test_nothing_is_said_of_what_is_over_and_it_speaks_again_once_it_was_reopened(phase):
    desk = room(command=False)
    desk.now += MINUTE
    desk.do(ChangePhase(phase=phase, why="over"))
    assert kinds(desk, HOUR) == []
    assert seen(desk) == ""
    desk.do(Reopen(why="it is back"))
    assert "role" in kinds(desk)
    assert seen(desk) == "role"


def test_nothing_is_said_before_anybody_declared():
    state = Desk().state
    assert prompts(state, T0 + HOUR) == ()
    assert visible(state, T0 + HOUR) is None


def test_nothing_is_said_of_a_timeline_that_was_brought_along():
    desk = Desk()
    past = (Imported(At(T0 - HOUR), "cards fail"),)
    desk.do(ImportTimeline(title="cards", severity="SEV1", entries=past, source="report.json"))
    assert kinds(desk, HOUR) == []


def test_a_redaction_leaves_two_quiet_minutes_and_no_trace_of_what_it_took():
    desk = room()
    (task,) = desk.do(GiveTask(who="ivo", what="use the password hunter2", within=MINUTE))
    desk.do(GiveTask(who="lee", what="watch the locks"))
    assert seen(desk, after=MINUTE) == "task"
    desk.do(Redact(of=task.id, why="a password"), after=SECOND)
    assert not any("hunter2" in p.text for p in prompts(desk.state, desk.now))
    assert seen(desk, after=APART - 1) == ""
    assert seen(desk, after=1) == "read-back"
