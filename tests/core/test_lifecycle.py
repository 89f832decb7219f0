"""The life of an incident: what is possible when, and the sentence where it is not."""

import pytest

from facts import CADENCE, CHECKLIST, DECLARE, POLICY, ROLES, T0, Desk, declared, other
from laws import decide_answers, holds
from warroom.core import events as ev
from warroom.core import milestones
from warroom.core.acts.entries import Amend, Log, Redact, Undo
from warroom.core.acts.lifecycle import (
    Attach,
    ChangePhase,
    ChangeSeverity,
    Declare,
    Imported,
    ImportTimeline,
    Link,
    MarkMilestone,
    NameService,
    Rename,
    Reopen,
    SetBridge,
    Settle,
    StateImpact,
)
from warroom.core.acts.paging import Acknowledge
from warroom.core.acts.people import AssignRole
from warroom.core.acts.work import GiveTask
from warroom.core.commands import Command, Stamp
from warroom.core.decide import decide
from warroom.core.incident import Incident
from warroom.core.values import ACTIVE, HOUR, MINUTE, PHASES, At, By, Refused, incident_id

ELSEWHERE = incident_id(b"\x01" * 16, drill=False)
DRILL = incident_id(b"\x01" * 16, drill=True)


def test_any_command_on_any_state_gives_facts_that_every_terminal_takes_or_a_sentence():
    holds(decide_answers, 300)


# ── declaring ──


def test_declaring_puts_everything_in_force_at_once():
    state = declared().state
    assert (state.title, state.severity, state.phase) == ("checkout returns 500s", "SEV2", "investigating")
    assert state.open
    assert (state.services, state.declared_at) == (("web",), T0)
    assert [value.body for value in (state.visible(b.key())[0] for b in (POLICY, CHECKLIST, CADENCE, ROLES))] == [
        POLICY, CHECKLIST, CADENCE, ROLES,
    ]  # fmt: skip


def test_an_incident_is_declared_once():
    assert "declared already" in declared().refusal(DECLARE)
    assert "declared already" in declared().refusal(
        ImportTimeline(title="x", severity="1", entries=(Imported(At(T0), "a"),))
    )


@pytest.mark.parametrize(("title", "severity", "word"), [(" \n ", "SEV1", "title"), ("x", "SEV9", "SEV9")])
def test_a_declaration_needs_a_title_and_a_severity(title, severity, word):
    assert word in Desk().refusal(Declare(title=title, severity=severity))


@pytest.mark.parametrize("typed", ["SEV2", "sev2", "2", "SEV-2", " sev 2 "])
def test_a_severity_as_people_type_it(typed):
    desk = Desk()
    desk.do(Declare(title="x", severity=typed))
    assert desk.state.severity == "SEV2"


def test_a_title_is_one_line_and_otherwise_as_it_was_written():
    desk = Desk()
    desk.do(Declare(title=" [red]\x1b]52;c;x\x07\n 500s ", severity="1"))
    assert desk.state.title == "[red]\x1b]52;c;x\x07 500s"


def test_a_drill_says_so_in_its_identity_and_in_its_declaration():
    desk = Desk()
    (event, *_) = desk.do(Declare(title="x", severity="1", inc=DRILL))
    assert event.body.drill
    assert Incident(id=DRILL).drill


@pytest.mark.parametrize("command", [ChangeSeverity(severity="1"), Acknowledge(), Undo(), Rename(title="x")])
def test_before_the_declaration_there_is_nothing_to_change(command):
    assert "never declared" in Desk().refusal(command)


def test_an_entry_is_always_taken():
    desk = Desk()
    desk.do(Log(text="before anything is known"))
    desk = declared()
    desk.do(ChangePhase(phase="cancelled"))
    desk.do(ChangePhase(phase="closed"))
    entry = desk.do(Log(text="a follow-up"))[0]
    desk.do(Amend(of=entry.id, text="the follow-up"))
    desk.do(Redact(of=entry.id, why="x"))
    assert desk.state.phase == "closed"


@pytest.mark.parametrize(
    "command",
    [ChangeSeverity(severity="1"), AssignRole(role="scribe", who="lee"), GiveTask(who="ivo", what="x"), Acknowledge()],
)
def test_a_closed_incident_takes_nothing_else(command):
    desk = declared()
    desk.do(ChangePhase(phase="resolved"))
    desk.do(ChangePhase(phase="closed"))
    assert "closed" in desk.refusal(command)


# ── phases ──

POSSIBLE = {
    **{active: {*ACTIVE, "resolved", "cancelled"} - {active} for active in ACTIVE},
    "resolved": {"closed"},
    "cancelled": {"closed"},
    "closed": set(),
}


def in_phase(phase):
    desk = declared()
    if phase == "closed":
        desk.do(ChangePhase(phase="resolved"))
    if phase != "investigating":
        desk.do(ChangePhase(phase=phase))
    return desk


@pytest.mark.parametrize("to", PHASES)
@pytest.mark.parametrize("phase", PHASES)
def test_phases_are_strict(phase, to):
    desk = in_phase(phase)
    outcome = desk.ask(ChangePhase(phase=to))
    if to in POSSIBLE[phase]:
        assert desk.state.phase == to
        assert outcome[0].body.was == phase
    else:
        assert isinstance(outcome, Refused)
        assert phase in str(outcome)
        assert desk.state.phase == phase


@pytest.mark.parametrize("phase", PHASES)
def test_only_an_ended_incident_reopens(phase):
    desk = in_phase(phase)
    if phase in ACTIVE:
        assert "open already" in desk.refusal(Reopen())
    else:
        desk.do(Reopen(why="it came back"))
        assert (desk.state.phase, desk.state.ended) == ("investigating", None)


def test_a_phase_goes_by_its_beginning_where_that_fits_one():
    desk = declared()
    desk.do(ChangePhase(phase="mit"))
    assert desk.state.phase == "mitigating"
    assert "no phase" in desk.refusal(ChangePhase(phase="c"))


def test_elapsed_stops_when_it_was_resolved_and_goes_on_when_it_is_reopened():
    desk = declared()
    desk.do(ChangePhase(phase="resolved"), after=HOUR)
    desk.do(ChangePhase(phase="closed"), after=HOUR)
    assert desk.state.elapsed(T0 + 9 * HOUR) == HOUR
    desk.do(Reopen(), after=HOUR)
    assert desk.state.elapsed(T0 + 9 * HOUR) == 9 * HOUR


def test_saying_again_what_is_so_is_refused_and_says_who_said_it():
    desk = declared()
    desk.do(ChangePhase(phase="identified"))
    assert desk.refusal(ChangePhase(phase="identified")) == "It is identified already, said ana."
    assert desk.refusal(ChangeSeverity(severity="2")) == "It is SEV2 already."


def test_the_shown_side_of_a_conflict_can_be_said_again_to_settle_it():
    ana, ivo = declared("ana"), None
    ivo = other(ana)
    ana.do(ChangePhase(phase="identified"))
    ana.receive(ivo.do(ChangePhase(phase="monitoring")))
    assert len(ana.state.conflicts) == 1
    ana.do(ChangePhase(phase=ana.state.phase))
    assert not ana.state.conflicts


def test_the_other_side_of_a_conflict_can_be_let_stand():
    ana = declared("ana")
    ivo = other(ana)
    mine = ana.do(MarkMilestone(milestone="detected", at=At(T0 - MINUTE)))[0]
    ana.receive(ivo.do(MarkMilestone(milestone="detected", at=At(T0 - 2 * MINUTE))))
    ana.do(Settle(fact=mine.id), after=HOUR)
    assert not ana.state.conflicts
    assert milestones.reached(ana.state)["detected"] == At(T0 - MINUTE)
    assert "settled already" in ana.refusal(Settle(fact=mine.id))
    entry = ana.do(Log(text="x"))[0]
    assert "no value" in ana.refusal(Settle(fact=entry.id))


# ── times ──


@pytest.mark.parametrize(
    ("at", "word"),
    [
        (At(T0 + 2 * MINUTE), "future"),
        (At(T0, T0 + 2 * MINUTE), "future"),
        (At(T0, T0 - 1), "before"),
        (At(-1), "1970"),
    ],
)
@pytest.mark.parametrize("command", [Log, ChangeSeverity, MarkMilestone])
def test_what_cannot_have_happened_is_refused(command, at, word):
    asked = {Log: {"text": "x"}, ChangeSeverity: {"severity": "1"}, MarkMilestone: {"milestone": "detected"}}[command]
    assert word in declared().refusal(command(**asked, at=at))


def test_a_clock_may_be_a_minute_off():
    declared().do(Log(text="x", at=At(T0 + MINUTE)))


# ── what no fact can hold ──

FIELDS = [
    lambda text: Log(text=text),
    lambda text: Log(text="x", who=text),
    lambda text: Rename(title=text),
    lambda text: ChangePhase(phase="identified", why=text),
    lambda text: StateImpact(what="x", scope=text),
    lambda text: NameService(service=text),
    lambda text: SetBridge(where=text),
    lambda text: AssignRole(role="scribe", who=text),
    lambda text: AssignRole(role=text, who="lee"),
    lambda text: GiveTask(who="ivo", what=text),
    lambda text: Link(link="caused by", to=ELSEWHERE, title=text),
    lambda text: Attach(body=ev.ChecklistAttached("l", "t", (ev.Step("i", text),))),
]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("text", "sentence"), [("a\0b", "NUL"), ("a\ud800b", "lone surrogate")])
def test_nul_and_half_a_pair_are_refused_in_every_field(field, text, sentence):
    assert sentence in declared().refusal(field(text))


@pytest.mark.parametrize("name", ["a\0b", "a\udcffb"])
def test_a_name_from_the_environment_that_no_fact_can_hold_is_refused_too(name):
    no = decide(declared().state, Log(text="x"), Stamp(T0, By("ana", login=name)))
    assert isinstance(no, Refused)
    assert "name" in str(no)


@pytest.mark.parametrize(
    "text", ["[b]x[/b]", "\x1b]8;;u\x07", "\x9b31m", "\u202eabc", "\\u0000", "\U000e0041", "é" * 9]
)
def test_all_other_text_is_kept_as_it_was_written(text):
    desk = declared()
    desk.do(Log(text=text))
    assert desk.state.facts[-1].body.text() == text


def test_a_text_that_is_too_long_for_one_fact_says_what_to_do():
    desk = declared()
    desk.do(Log(text="x" * 60_000))
    assert "evidence" in desk.refusal(Log(text="x" * 65_000))
    assert "evidence" in desk.refusal(Log(text="é" * 40_000))
    assert "evidence" in str(decide(desk.state, Log(text="x"), Stamp(T0, By("ana" * 22_000))))


# ── the rest ──


def test_impact_is_stated_with_since_when_and_ends():
    desk = declared()
    desk.do(StateImpact(what=" 38 % of card checkouts fail ", scope="eu", since=T0 - MINUTE))
    desk.do(StateImpact(what="2 % fail", state="red"))
    assert desk.state.impact == ev.ImpactStated("2 % fail", "", T0 - MINUTE, "reduced")
    assert "what users see" in desk.refusal(StateImpact(what=" "))
    assert "future" in desk.refusal(StateImpact(what="x", since=T0 + HOUR))
    assert "state of an impact" in desk.refusal(StateImpact(what="x", state="gone"))


def test_services_come_and_go():
    desk = declared()
    desk.do(NameService(service="db"))
    desk.do(NameService(service="web", affected=False))
    assert desk.state.services == ("db",)
    assert "named already" in desk.refusal(NameService(service="db"))
    assert "not among" in desk.refusal(NameService(service="cdn", affected=False))
    assert "Which service" in desk.refusal(NameService(service=" "))


def test_links_join_incidents_of_one_sort():
    desk = declared()
    desk.do(Link(link="caused-by", to=ELSEWHERE, title="db"))
    assert "there already" in desk.refusal(Link(link="caused by", to=ELSEWHERE))
    assert "itself" in desk.refusal(Link(link="dup", to=desk.state.id))
    assert "drill" in desk.refusal(Link(link="dup", to=DRILL))
    assert "no link" in desk.refusal(Link(link="like", to=ELSEWHERE))
    desk.do(Undo())
    desk.do(Link(link="caused by", to=ELSEWHERE))


def test_a_title_bridge_and_list_are_replaced():
    desk = declared()
    desk.do(Rename(title="checkout  down"))
    desk.do(SetBridge(where=" https://meet/x "))
    assert (desk.state.title, desk.state.bridge) == ("checkout down", "https://meet/x")
    assert "same content" in desk.refusal(Attach(body=CHECKLIST))


def test_an_import_becomes_an_incident_in_the_order_of_its_times():
    desk = Desk(now=T0 + HOUR)
    late, early = Imported(At(T0 + 2), "b", "decision", word="DECISION"), Imported(At(T0 + 1, approx=True), "a")
    desk.do(ImportTimeline(title="x", severity="1", entries=(late, early), source="u", resolved=At(T0 + 3)))
    state = desk.state
    assert [e.body.text() for e in state.timeline][1:3] == ["a", "b"]
    assert (state.phase, state.ended, state.declared_at, state.entry_count) == ("resolved", T0 + 3, T0 + 1, 2)


@pytest.mark.parametrize(
    ("entries", "resolved", "sentence"),
    [
        ((), None, "no entries"),
        ((Imported(At(T0 + HOUR), "x"),), None, "future"),
        ((Imported(At(-5), "x"),), None, "1970"),
        ((Imported(At(T0), "x", "nonsense"),), None, "nonsense"),
        ((Imported(At(T0), "x"),), At(T0 + HOUR), "future"),
    ],
)
def test_an_import_with_a_mistake_imports_nothing(entries, resolved, sentence):
    desk = Desk()
    assert sentence in desk.refusal(ImportTimeline(title="x", severity="1", entries=entries, resolved=resolved))
    assert len(desk.state.facts) == 0


def test_a_command_that_says_nothing_is_a_mistake_of_the_programmer():
    with pytest.raises(TypeError):
        decide(declared().state, Command(), Stamp(T0, By("ana")))
