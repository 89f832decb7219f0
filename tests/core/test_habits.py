"""How checklists are really used over many incidents: skipped, late, untouched; and what is done without a step."""

from collections.abc import Sequence

from msgspec.structs import replace

from facts import Desk, sealed
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import ChangePhase, Declare
from warroom.core.acts.work import ChangeStep, GiveTask
from warroom.core.commands import Command
from warroom.core.incident import Incident
from warroom.core.learn.habits import Habits, StepUse, habits
from warroom.core.values import MINUTE, At, incident_id

LIST = ev.ChecklistAttached(
    "db",
    "Database",
    (
        ev.Step("host", "Say the host aloud", due=5 * MINUTE),
        ev.Step("copy", "Take a copy first", origin="INC-K3F9"),
        ev.Step("tell", "Tell the owner"),
    ),
)


def ended(*acts: Command, phase: str = "resolved", n: int = 0) -> Incident:
    """An incident with this checklist, in which this was done, two minutes apart."""
    desk = Desk()
    inc = incident_id(n.to_bytes(16), drill=False)
    desk.do(Declare(title="slow", severity="SEV2", attach=(LIST,), inc=inc))
    for act in acts:
        desk.do(act, after=2 * MINUTE)
    if phase:
        desk.do(ChangePhase(phase=phase, why="over"), after=MINUTE)
    return replace(desk.state, id=inc)


def use(found: Habits, step: str) -> StepUse:
    return next(each for each in found.steps if each.step == step)


def skipped(why: str = "no replica") -> ChangeStep:
    return ChangeStep(step="copy", state="skipped", why=why)


def of(states: Sequence[Incident]) -> Habits:
    return habits(states, {})


def test_a_step_that_is_always_skipped_is_said_with_its_n_and_reasons() -> None:
    found = use(of([ended(skipped()), ended(skipped()), ended(skipped("no time"))]), "copy")
    assert found.claims == ("always skipped (3 of 3)",)
    assert found.reasons == (("no replica", 2), ("no time", 1))
    assert (found.n, found.done, found.skipped, found.untouched, found.origin) == (3, 0, 3, 0, "INC-K3F9")


def test_nothing_is_said_of_fewer_than_three() -> None:
    found = of([ended(skipped()), ended(skipped())])
    assert use(found, "copy").skipped == 2
    assert use(found, "copy").claims == ()


def test_lateness_is_the_median_of_those_that_were_late_and_counts_only_steps_with_a_due_time() -> None:
    wait = [Log(text="looking")] * 3  # six minutes; the step is due after five
    late = [ended(*wait, ChangeStep(step="host"), ChangeStep(step="tell")) for _ in range(3)]
    found = of([*late, ended(*wait, Log(text="more"), ChangeStep(step="host"))])
    assert use(found, "host").claims == ("always late (4 of 4)",)
    assert use(found, "host").lateness == 3 * MINUTE
    assert use(found, "tell").timed == 0


def test_a_time_that_is_only_about_right_never_counts_as_late() -> None:
    about = [Log(text="x")] * 4
    desk = ended(*about, phase="")
    state = ended(*about, ChangeStep(step="host", at=At(desk.declared_at + 8 * MINUTE, approx=True)))
    assert use(of([state, state, state]), "host").timed == 0


def test_nearly_always_is_said_from_four_of_five_on() -> None:
    assert use(of([ended(skipped())] * 4 + [ended()]), "copy").claims == ("nearly always skipped (4 of 5)",)
    assert use(of([ended(skipped())] * 3 + [ended()]), "copy").claims == ()


def test_a_step_that_nobody_ever_touched_is_said_so() -> None:
    assert use(of([ended()] * 3), "tell").claims == ("never touched (3 of 3)",)


def test_open_cancelled_and_practised_incidents_are_left_out_and_counted() -> None:
    drill = Incident(id=incident_id(bytes(16), drill=True), declaration=sealed(ev.Declared("x", "SEV2")))
    found = of([ended(), ended(phase=""), ended(phase="cancelled"), drill])
    assert (found.n, found.still_open, found.cancelled, found.drills) == (1, 1, 1, 1)


def test_the_same_action_in_several_incidents_without_a_step_is_told_with_its_n() -> None:
    did = Log(text="Restarted the connection pooler", kind="action")
    states = [ended(did, n=1), ended(Log(text="restarted the connection pooler on 10.0.0.7", kind="action"), n=2)]
    found = of([*states, ended(n=3), ended(n=4)])
    (again,) = found.recurring
    assert (again.kind, len(again.incidents), again.n) == ("action", 2, 4)


def test_tasks_are_known_again_by_their_first_words() -> None:
    states = [
        ended(GiveTask(who="ivo", what=f"drain the old nodes {end}"), n=n) for n, end in enumerate(("now", "in eu"))
    ]
    found = of([*states, ended(n=7)])
    assert [(each.kind, each.words) for each in found.recurring] == [("task", "drain old nodes")]


def test_what_a_step_asks_for_is_not_missing() -> None:
    states = [ended(Log(text="took a copy first", kind="action"), n=n) for n in range(3)]
    assert of(states).recurring == ()


def test_a_step_in_another_playbook_is_named() -> None:
    states = [ended(Log(text="rolled back the release", kind="action"), n=n) for n in range(3)]
    (again,) = habits(states, {"deploy": ["Roll back the release at once"]}).recurring
    assert again.elsewhere == "deploy"


def test_one_playbook_alone_is_counted_over_the_incidents_in_which_it_was_attached() -> None:
    assert habits([ended(), ended()], {}, "db").n == 2
    assert habits([ended(), ended()], {}, "network").n == 0


def test_what_happened_once_is_no_habit() -> None:
    assert of([ended(Log(text="restarted the pooler", kind="action"), n=1), ended(n=2), ended(n=3)]).recurring == ()
