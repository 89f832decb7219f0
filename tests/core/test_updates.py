"""Stakeholder updates: drafted, approved, posted; what lapses, what is refused, and what two people do at once."""

import msgspec
import pytest

from facts import POLICY, T0, declared
from warroom.core import events as ev
from warroom.core import updates
from warroom.core.acts.entries import Amend, Log, Undo
from warroom.core.acts.lifecycle import Attach, ChangePhase, ChangeSeverity, StateImpact
from warroom.core.acts.paging import owed_call
from warroom.core.acts.people import AssignRole
from warroom.core.acts.practice import TakeQuestion
from warroom.core.acts.talk import Answer, Ask, PostUpdate
from warroom.core.acts.updates import ApproveUpdate, CorrectUpdate, DraftUpdate, PostDraft, PostSame
from warroom.core.acts.work import FinishTask, GiveTask
from warroom.core.cadence import next_due
from warroom.core.commands import Stamp
from warroom.core.decide import decide
from warroom.core.notices import notices
from warroom.core.questions import questions
from warroom.core.values import MINUTE, By, Refused


def drafted(what="Card payments fail.", **more):
    """A desk on an incident with this draft."""
    desk = declared()
    desk.do(DraftUpdate(what=what, **more), after=MINUTE)
    return desk


def approved(**more):
    desk = drafted(**more)
    desk.do(ApproveUpdate())
    return desk


def as_another(desk, command, name="ivo"):
    """What `command` leads to where somebody else asks for it; what is noted of a refusal is kept, as a room does."""
    found = decide(desk.state, command, Stamp(desk.now, By(name)))
    if isinstance(found, Refused):
        kept, desk.name = desk.name, name
        desk.write(found.noted)
        desk.name = kept
    return found


# ── draft, approve, post ──


def test_what_was_approved_goes_out_with_the_hash_of_its_text_its_ways_and_its_promise():
    desk = drafted(next_in=10 * MINUTE, estimate_in=60 * MINUTE)
    desk.do(ApproveUpdate())
    (posted,) = desk.do(PostDraft(ways=("slack:C1", "mail:list@x.org")), after=MINUTE)
    body = posted.body
    assert (body.audience, body.number, body.what) == ("public", 1, "Card payments fail.")
    assert body.sha == updates.sha("Card payments fail.")
    assert (body.next, body.estimate) == (T0 + 11 * MINUTE, T0 + 61 * MINUTE)
    assert next_due(desk.state, "public") == (2, T0 + 11 * MINUTE)
    assert [n.way for n in notices(desk.state)] == ["slack:C1", "mail:list@x.org"]
    assert updates.draft(desk.state, "public") is None


def test_nothing_goes_out_that_nobody_approved():
    assert "not approved yet" in drafted().refusal(PostDraft())
    assert "No public update is drafted" in declared().refusal(PostDraft())


def test_a_draft_whose_promise_has_passed_is_neither_approved_nor_posted_and_may_be_said_again():
    desk = drafted(next_in=2 * MINUTE)
    desk.do(ApproveUpdate())
    desk.now += 5 * MINUTE
    assert "promises for the next one has passed" in desk.refusal(PostDraft())
    text = updates.draft(desk.state, "public").body.what
    desk.do(DraftUpdate(what=text))
    desk.do(ApproveUpdate())
    (posted,) = desk.do(PostDraft())
    assert posted.body.next == desk.now + 20 * MINUTE


def test_what_promises_a_time_that_has_passed_is_not_approved():
    desk = drafted(next_in=2 * MINUTE)
    desk.now += 5 * MINUTE
    assert "fills it anew" in desk.refusal(ApproveUpdate())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (ChangeSeverity(severity="SEV1"), "severity changed"),
        (ChangePhase(phase="mitigating"), "phase changed"),
        (StateImpact(what="no page loads"), "impact changed"),
    ],
)
def test_an_approval_lapses_when_severity_phase_or_impact_change(change, named):
    desk = approved()
    assert updates.draft(desk.state, "public").ready
    desk.do(change)
    assert named in desk.refusal(PostDraft())
    assert not updates.draft(desk.state, "public").ready
    desk.do(ApproveUpdate())
    desk.do(PostDraft())


def test_a_new_draft_takes_the_approval_of_the_old_one_with_it():
    desk = approved()
    desk.do(DraftUpdate(what="Card payments fail again."))
    assert "not approved yet" in desk.refusal(PostDraft())


def test_only_the_commander_approves_or_whoever_heard_them_by_name():
    desk = drafted()
    desk.do(AssignRole(role="commander", who="dana"))
    assert "dana commands and approves" in desk.refusal(ApproveUpdate())
    (word,) = desk.do(ApproveUpdate(who="dana"))
    assert (word.body.who, word.body.alone, word.by.name) == ("dana", False, "ana")


def test_alone_one_approves_oneself_and_the_log_says_so():
    desk = approved()
    assert updates.draft(desk.state, "public").approved.alone
    assert "alone: their own words" in desk.state.facts[-1].body.text()


def test_a_draft_that_says_nothing_or_the_same_is_refused():
    desk = drafted()
    assert "says nothing yet" in desk.refusal(DraftUpdate(what=" "))
    assert "says that already" in desk.refusal(DraftUpdate(what="Card payments fail."))
    assert "no audience" in desk.refusal(DraftUpdate(what="x", audience="press"))


def test_each_audience_has_its_own_draft_and_number():
    desk = approved()
    desk.do(DraftUpdate(what="the vacuum holds a lock", audience="internal"))
    desk.do(PostDraft())
    assert updates.meant(desk.state) == "internal"
    desk.do(DraftUpdate(what="still so", audience="executive"))
    assert updates.meant(desk.state) == "public"  # of several nobody can tell which
    desk.do(ApproveUpdate(audience="executive"))
    desk.do(PostDraft(audience="executive"))
    desk.do(DraftUpdate(what="still so"))
    assert [(v.body.audience, v.body.number) for v in updates.waiting(desk.state)] == [("public", 2), ("internal", 1)]
    assert updates.meant(desk.state) == "public"


# ── the same again, and a correction ──


def test_no_news_keeps_the_rhythm_without_an_approval():
    desk = declared()
    (posted,) = desk.do(PostSame(what="Still investigating, no news.", ways=("slack:C1",)))
    assert posted.body.same
    assert posted.body.next == T0 + 20 * MINUTE
    assert notices(desk.state)[0].text == "Still investigating, no news."
    desk.do(ChangePhase(phase="resolved"))
    assert "the last update says how it ended" in desk.refusal(PostSame(what="no news"))


def test_a_correction_is_a_new_update_that_names_the_wrong_one_and_keeps_its_promise():
    desk = approved(next_in=30 * MINUTE)
    (wrong,) = desk.do(PostDraft())
    (right,) = desk.do(CorrectUpdate(what="It is 3 %, not 30 %."), after=MINUTE)
    assert (right.body.corrects, right.body.number, right.body.next) == (wrong.id, 2, wrong.body.next)
    assert desk.state.stands(wrong.id)
    assert "a correction" in right.body.text()
    assert "nothing to correct" in desk.refusal(CorrectUpdate(what="x", audience="executive"))
    assert "What is right" in desk.refusal(CorrectUpdate(what=" "))


def test_where_somebody_else_commands_a_correction_is_a_draft_for_them_to_approve():
    desk = approved()
    (wrong,) = desk.do(PostDraft())
    desk.do(AssignRole(role="commander", who="dana"))
    (drafted,) = desk.do(CorrectUpdate(what="It is 3 %, not 30 %."))
    assert (drafted.type, drafted.body.corrects) == ("update.drafted", wrong.id)
    assert "not approved yet" in desk.refusal(PostDraft())
    desk.do(ApproveUpdate(who="dana"))
    (posted,) = desk.do(PostDraft())
    assert posted.body.corrects == wrong.id


def test_no_news_in_ones_own_words_needs_the_commander():
    desk = declared()
    desk.do(AssignRole(role="commander", who="dana"))
    assert "for dana to approve" in desk.refusal(PostSame(what="it is nearly done", own_words=True))
    desk.do(PostSame(what="Still investigating, no news."))


# ── two people at once ──


def test_who_approves_second_is_told_who_was_first_and_it_is_noted():
    desk = approved()
    no = as_another(desk, ApproveUpdate())
    assert "approved already, by ana" in str(no)
    assert desk.state.facts[-1].body == ev.ActRepeated("approved public #1 too")
    assert updates.draft(desk.state, "public").ready


def test_who_posts_second_is_told_who_was_first_and_nothing_goes_out_twice():
    desk = approved()
    desk.do(PostDraft())
    assert "posted already, by ana" in str(as_another(desk, PostDraft()))
    assert desk.state.facts[-1].body == ev.ActRepeated("posted public #1 too")
    assert len(desk.state.updates) == 1
    desk.do(PostSame(what="no news"), after=MINUTE)
    assert "No public update is drafted" in desk.refusal(PostDraft())


def test_no_news_from_two_people_within_a_minute_goes_out_once():
    desk = declared()
    desk.do(PostSame(what="no news"))
    assert "has just said so, by ana" in str(as_another(desk, PostSame(what="no news")))
    desk.do(PostSame(what="no news"), after=2 * MINUTE)
    assert len(desk.state.updates) == 2


# ── what it would have to say ──


def test_the_facts_of_an_update_are_what_was_stated_and_what_is_done():
    desk = declared()
    desk.do(StateImpact(what="cards fail", scope="cards; not invoices"), after=MINUTE)
    desk.do(GiveTask(who="ivo", what="roll back 9f2c", within=MINUTE))
    desk.do(GiveTask(who="lee", what="ask the vendor", within=MINUTE))
    desk.do(FinishTask(task="lee"))
    found = updates.facts(desk.state, "public", desk.now)
    assert (found.seen, found.scope, found.doing) == ("cards fail", "cards; not invoices", ("roll back 9f2c",))
    assert (found.since, found.next, found.number) == (T0, desk.now + 20 * MINUTE, 1)
    assert updates.facts(desk.state, "internal", desk.now).doing == ("ivo: roll back 9f2c",)


def test_an_entry_states_a_way_around_data_loss_and_lingering_effects_and_the_last_one_that_stands_counts():
    desk = declared()
    desk.do(Log(text="workaround: pay by invoice"))
    (second,) = desk.do(Log(text="Work-around: pay by card twice"))
    (loss,) = desk.do(Log(text="data loss: 3 orders"))
    desk.do(Log(text="lingering effects: mails come late"))
    desk.do(Amend(of=loss.id, text="data loss: none"))
    found = updates.facts(desk.state, "public", desk.now)
    assert (found.around, found.loss, found.lingering) == ("pay by card twice", "none", "mails come late")
    desk.do(Undo(of=second.id))
    assert updates.facts(desk.state, "public", desk.now).around == "pay by invoice"


def test_answers_are_offered_to_the_next_update_of_each_audience_and_only_once():
    desk = declared()
    desk.do(Ask(what="is data lost?", asker="legal"))
    desk.do(Answer(question="1", what="no"))
    assert updates.answers(desk.state, "public") == (("is data lost?", "no"),)
    desk.do(PostUpdate(what="no data is lost"))
    assert updates.answers(desk.state, "public") == ()
    assert updates.answers(desk.state, "internal") == (("is data lost?", "no"),)


def test_what_is_overdue_for_longest_is_named_after_a_grace():
    desk = declared()
    assert updates.overdue(desk.state, T0 + 6 * MINUTE) is None
    assert updates.overdue(desk.state, T0 + 7 * MINUTE) == ("public", 1, T0 + 5 * MINUTE)


EVE = ev.Target("contact:eve", "eve", phone="+15550199")


@pytest.mark.parametrize(("comms", "called"), [("eve", "eve"), ("nobody knows", "bo"), ("", "bo")])
def test_for_an_overdue_update_the_communications_are_called_else_the_commander(comms, called):
    desk = declared()
    desk.do(Attach(body=msgspec.structs.replace(POLICY, specialists=(ev.Specialist("press", (EVE,)),))))
    desk.do(AssignRole(role="commander", who="bo"))
    if comms:
        desk.do(AssignRole(role="comms", who=comms))
    desk.now = T0 + 8 * MINUTE
    (call,) = desk.do(owed_call(desk.state, desk.now))
    assert [target.name for target in call.body.targets] == [called]
    assert owed_call(desk.state, desk.now) is None


# ── the desk of questions ──


def test_a_question_keeps_its_number_its_asker_its_owner_and_its_due_time():
    desk = declared()
    desk.do(Ask(what="is data lost?", asker="legal", within=20 * MINUTE))
    desk.do(Ask(what="1,200 users cannot pay", asker="support", report=True))
    desk.do(TakeQuestion(question="1", owner="ivo"))
    first, second = questions(desk.state)
    assert (first.number, first.asker, first.owner, first.due) == (1, "legal", "ivo", T0 + 20 * MINUTE)
    assert (second.number, second.report, second.users, second.owner) == (2, True, 1200, "")
    desk.do(Answer(question="1", what="no"))
    assert [q.number for q in questions(desk.state)] == [2]
    assert [(q.number, q.answer, q.by) for q in questions(desk.state, answered=True)] == [(1, "no", "ana"), (2, "", "")]


def test_the_second_answer_is_refused_and_its_words_are_kept():
    desk = declared()
    desk.do(Ask(what="is data lost?"))
    desk.do(Answer(question="1", what="no"))
    no = as_another(desk, Answer(question="1", what="three orders"))
    assert "answered already, by ana: “no”" in str(no)
    assert desk.state.facts[-1].body == ev.ActRepeated("also answered “is data lost?”", "three orders")
