"""Redacting a fact takes its text out of every fact and out of everything that is shown; what it set stays."""

import pytest
from msgspec.structs import replace

from facts import CHECKLIST, POLICY, T0, Choices, declared, fingerprint, other, sealed
from facts import command as some_command
from laws import holds
from warroom.core import cadence, codec, escalation
from warroom.core import events as ev
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
    StateImpact,
)
from warroom.core.acts.paging import Acknowledge, Escalate, ReportNoAnswer, Snooze
from warroom.core.acts.people import AcceptRole, AssignRole, OfferRole
from warroom.core.acts.talk import Answer, Ask, Object, OpenPoll, PostUpdate
from warroom.core.acts.work import ChangeStep, Extend, FinishTask, GiveTask
from warroom.core.order import Replay
from warroom.core.values import MINUTE, At

SECRET = "hunter2"
ELSEWHERE = "0" * 26


def redact(desk, event):
    desk.do(Redact(of=event.id, why="a password"), after=1000)


def holds_secret(events):
    return [e for e in events if SECRET in repr(codec.encode(e)).casefold()]


def assert_gone(desk):
    """Nothing of it in this state, in its facts, or in what a terminal shows that loads them."""
    assert not holds_secret(desk.state.facts), [e.body for e in holds_secret(desk.state.facts)]
    assert SECRET not in repr(fingerprint(desk.state)).casefold()
    again = Replay()
    again.receive([codec.decode(*codec.encode(event)) for event in desk.state.facts])
    assert fingerprint(again.state) == fingerprint(desk.state)


SECRET_LIST = replace(CHECKLIST, list="x", steps=(ev.Step("s", f"rotate {SECRET}", due=MINUTE), ev.Step("t", SECRET)))

# What is written first, and then what people do about it, so that other facts come to repeat its words.
STORIES = {
    "entry": [Log(text=SECRET), Amend(of="last", kind="action"), Undo()],
    "entry's speaker": [Log(text="x", who=SECRET), Amend(of="last", text="y")],
    "correction": [Amend(of="entry", text=SECRET), Amend(of="entry", kind="action"), Amend(of="entry", to_at=At(T0))],
    "correction's speaker": [Amend(of="entry", who=SECRET), Amend(of="entry", text="y"), Undo(), Undo()],
    "retraction": [Undo(of="entry", why=SECRET)],
    "severity": [ChangeSeverity(severity="SEV1", why=SECRET), ChangeSeverity(severity="SEV3")],
    "phase": [ChangePhase(phase="resolved", why=SECRET), ChangePhase(phase="closed"), Reopen()],
    "title": [Rename(title=SECRET), Rename(title="other")],
    "impact": [StateImpact(what=SECRET, scope="eu"), StateImpact(what="fewer", state="reduced")],
    "impact's scope": [StateImpact(what="x", scope=SECRET)],
    "service": [NameService(service=SECRET)],
    "bridge": [SetBridge(where=f"https://meet/{SECRET}")],
    "link": [Link(link="caused by", to=ELSEWHERE, title=SECRET), Undo()],
    "role's holder": [AssignRole(role="commander", who=SECRET), AssignRole(role="commander", who="bo", replace=True)],
    "role": [AssignRole(role=SECRET, who="ana")],
    "offer": [
        OfferRole(role="commander", who=SECRET),
        AcceptRole(),
        AssignRole(role="commander", who="bo", replace=True),
        AssignRole(role="commander", who="", replace=True),
    ],
    "checklist": [
        Attach(body=SECRET_LIST),
        ChangeStep(step="x:s"),
        ChangeStep(step="x:t", state="skipped", why="no"),
        Undo(),
        Extend(what="4", more=MINUTE),
    ],
    "step": [ChangeStep(step="1", state="skipped", why=SECRET), ChangeStep(step="1", state="done")],
    "task": [GiveTask(who="ivo", what=SECRET), Extend(what="ivo", more=MINUTE), FinishTask(task="ivo", result="ok")],
    "task's person": [GiveTask(who=SECRET, what="look"), FinishTask(task="look", dropped=True)],
    "task's result": [GiveTask(who="ivo", what="look"), FinishTask(task="look", result=SECRET)],
    "task taken back": [GiveTask(who="ivo", what=SECRET), Undo()],
    "poll": [OpenPoll(proposal=SECRET), Object(what="data"), Undo()],
    "objection": [OpenPoll(proposal="x"), Object(what=SECRET)],
    "question": [Ask(what=SECRET, asker="ceo"), Answer(question="1", what="soon")],
    "answer": [Ask(what="when?"), Answer(question="1", what=SECRET)],
    "update": [PostUpdate(what=SECRET, next_in=MINUTE)],
    "acknowledgement": [Acknowledge(who="dana", why=SECRET)],
    "who acknowledged": [Acknowledge(who=SECRET), Log(text="x"), Undo(), Undo()],
    "no answer": [ReportNoAnswer(why=SECRET), ReportNoAnswer()],
    "escalation": [Escalate(why=SECRET)],
    "snooze": [Snooze(length=MINUTE, why=SECRET), Undo()],
    "policy": [Attach(body=replace(POLICY, title=SECRET, fallback=SECRET))],
}


@pytest.mark.parametrize("much", [1, 99], ids=["at once", "after others repeated it"])
@pytest.mark.parametrize("story", STORIES)
def test_no_word_of_a_redacted_fact_is_left(story, much):
    desk = declared()
    entry = desk.do(Log(text="db failed over"))[0]
    first = len(desk.state.facts)
    # Up to the fact that holds the secret first, and then as many more as this case has.
    written = 0
    for command in STORIES[story]:
        if of := getattr(command, "of", ""):
            command = replace(command, of=entry.id if of == "entry" else desk.state.facts[-1].id)
        if holds_secret(desk.state.facts) and (written := written + 1) > much - 1:
            break
        desk.do(command, after=1000)
    source = holds_secret(list(desk.state.facts)[first:])[0]
    redact(desk, source)
    assert_gone(desk)


def whatever_people_did_with_it_since(data):
    """The words of a fact go with it, whatever has happened between."""
    pick = Choices(data)
    desk = declared()
    entry = desk.do(Log(text="db failed over"))[0]
    first = len(desk.state.facts)
    for command in pick.of(list(STORIES.values())):
        if of := getattr(command, "of", ""):
            command = replace(command, of=entry.id if of == "entry" else desk.state.facts[-1].id)
        desk.ask(command)
        if holds_secret(list(desk.state.facts)[first:]):
            break
    while pick.left:
        desk.now += 1000
        asked = some_command(pick, desk.state, desk.now)
        if not isinstance(asked, Redact):
            desk.ask(asked)
    redact(desk, holds_secret(list(desk.state.facts)[first:])[0])
    assert_gone(desk)


def test_no_word_is_left_whatever_people_did_with_it_since():
    holds(whatever_people_did_with_it_since, 150)


def test_no_word_of_a_redacted_declaration_is_left():
    for field in ({"title": SECRET}, {"title": "x", "services": (SECRET, "web")}):
        desk = type(declared())()
        desk.do(Declare(severity="SEV2", **field, attach=(POLICY,)))
        redact(desk, desk.state.declaration)
        assert_gone(desk)
        assert (desk.state.severity, desk.state.title, desk.state.declared_at) == ("SEV2", "title redacted", T0)


def test_the_source_of_an_import_goes_too():
    desk = type(declared())()
    desk.do(ImportTimeline(title="x", severity="SEV1", source=SECRET, entries=(Imported(At(T0), "a"),)))
    redact(desk, desk.state.declaration)
    assert_gone(desk)


def test_a_value_that_settled_a_conflict_in_the_same_words_goes_too():
    desk = declared()
    twin = other(desk)
    secret = desk.do(ChangeSeverity(severity="SEV1", why=SECRET))[0]
    desk.receive(twin.do(ChangeSeverity(severity="SEV3")))
    over = desk.state.over(secret.body.key())
    desk.receive([sealed(secret.body, over=over, lam=desk.replay.lam + 1, seq=desk.seq + 1)])
    desk.seq += 1
    redact(desk, secret)
    assert_gone(desk)
    assert desk.state.severity == "SEV1"


# ── what stays ──


def stays(desk, event, look):
    before = look(desk)
    redact(desk, event)
    assert look(desk) == before
    assert_gone(desk)


def test_the_severity_stays_in_force():
    desk = declared()
    stays(desk, desk.do(ChangeSeverity(severity="SEV1", why=SECRET))[0], lambda d: d.state.severity)


@pytest.mark.parametrize("phase", ["identified", "resolved"])
def test_the_phase_stays_in_force_since_when_it_was(phase):
    desk = declared()
    event = desk.do(ChangePhase(phase=phase, why=SECRET), after=MINUTE)[0]
    stays(desk, event, lambda d: (d.state.phase, d.state.phase_since, d.state.ended))


def test_a_milestone_that_a_phase_brought_stays():
    desk = declared()
    event = desk.do(ChangePhase(phase="identified", why=SECRET), after=MINUTE)[0]
    desk.do(ChangePhase(phase="mitigating"), after=MINUTE)
    redact(desk, event)
    marked = desk.state.visible(("milestone.marked", "identified"))
    assert [e.at.t for e in marked] == [T0 + MINUTE]


def test_a_step_and_a_task_stay_done():
    desk = declared()
    event = desk.do(ChangeStep(step="1", state="skipped", why=SECRET))[0]
    stays(desk, event, lambda d: [s.state for s in d.state.steps])
    desk.do(GiveTask(who="ivo", what="look"))
    event = desk.do(FinishTask(task="look", result=SECRET))[0]
    stays(desk, event, lambda d: [t.state for t in d.state.tasks])


def test_an_entry_stays_where_a_correction_put_it():
    desk = declared()
    entry = desk.do(Log(text="db failed over"), after=9 * MINUTE)[0]
    event = desk.do(Amend(of=entry.id, text=SECRET, kind="action", to_at=At(T0)))[0]
    redact(desk, event)
    fixed = desk.state.correction(entry.id)
    assert (fixed.text_, fixed.kind_, desk.state.when(entry)) == (None, "action", At(T0))
    assert_gone(desk)


def test_an_acknowledgement_stays_and_does_not_say_who():
    desk = declared()
    event = desk.do(Acknowledge(who=SECRET), after=MINUTE)[0]
    redact(desk, event)
    view = escalation.view(desk.state, T0 + 2 * MINUTE)
    assert (view.status, view.ack.who, view.expires) == ("acknowledged", "redacted", T0 + 31 * MINUTE)


def test_a_promised_update_stays_promised():
    desk = declared()
    event = desk.do(PostUpdate(what=SECRET, next_in=7 * MINUTE))[0]
    stays(desk, event, lambda d: cadence.next_due(d.state, "public"))


def test_a_retraction_and_an_answer_stay():
    desk = declared()
    entry = desk.do(Log(text="x"))[0]
    stays(desk, desk.do(Undo(of=entry.id, why=SECRET))[0], lambda d: d.state.stands(entry.id))
    desk.do(Ask(what="when?"))
    stays(desk, desk.do(Answer(question="1", what=SECRET))[0], lambda d: len(d.state.open_questions))


def test_a_conflict_stays_one_when_the_words_of_one_side_go():
    desk = declared()
    twin = other(desk)
    one = desk.do(ChangeSeverity(severity="SEV1", why=SECRET))[0]
    desk.receive(twin.do(ChangeSeverity(severity="SEV3", why=SECRET)))
    shown = desk.state.severity
    last = next(e for e in desk.state.visible(one.body.key()) if e.body.severity == shown)
    redact(desk, last)
    assert len(desk.state.conflicts) == 1
    assert desk.state.severity == shown


def test_a_later_holder_keeps_the_role_when_an_earlier_name_goes():
    desk = declared()
    event = desk.do(AssignRole(role="commander", who=SECRET))[0]
    desk.do(AssignRole(role="commander", who="bo", replace=True))
    stays(desk, event, lambda d: d.state.role("commander").who)


def test_the_chain_verifies_and_the_writer_is_gone_too():
    desk = declared()
    event = desk.do(Log(text=SECRET))[0]
    redact(desk, event)
    tombstone = desk.state.facts.get(event.id)
    data, hash = codec.encode(tombstone)
    assert hash == event.hash == codec.hash_of(data)
    assert (tombstone.by.name, tombstone.by.login, tombstone.salt) == ("", "", "")
    assert tombstone.order == event.order


@pytest.mark.parametrize(
    ("of", "why", "sentence"), [("entry", " ", "reason"), ("redaction", "x", "cannot be redacted"), ("ZZZZ", "x", "No")]
)
def test_what_cannot_be_redacted_says_so(of, why, sentence):
    desk = declared()
    entry = desk.do(Log(text=SECRET))[0]
    if of == "redaction":
        redact(desk, entry)
    target = {"entry": entry.id, "redaction": desk.state.facts[-1].id}.get(of, of)
    assert sentence in desk.refusal(Redact(of=target, why=why))


def test_redacting_twice_is_refused():
    desk = declared()
    entry = desk.do(Log(text=SECRET))[0]
    redact(desk, entry)
    assert "redacted already" in desk.refusal(Redact(of=entry.id, why="x"))


def test_a_milestone_keeps_its_time_without_its_writer():
    desk = declared()
    event = desk.do(MarkMilestone(milestone="detected", at=At(T0 - MINUTE)))[0]
    redact(desk, event)
    (kept,) = desk.state.visible(event.body.key())
    assert kept.at.t == T0 - MINUTE
