"""What hands a role over: the blocks of ICS 201, short enough for a fact, in words for four in the morning."""

from facts import T0, declared
from warroom.core import events as ev
from warroom.core import handover
from warroom.core.acts.entries import Log, Redact, Undo
from warroom.core.acts.lifecycle import StateImpact
from warroom.core.acts.people import AcceptRole, AssignRole, OfferRole
from warroom.core.acts.practice import AttendBridge, DeclineRole, JudgeHypothesis, ReportCan
from warroom.core.acts.talk import Ask, OpenPoll
from warroom.core.acts.work import FinishTask, GiveTask
from warroom.core.values import HOUR, MINUTE


def busy():
    """A night of which there is something to tell."""
    desk = declared("ana")
    desk.do(AssignRole(role="commander", who="ana"))
    desk.do(StateImpact(what="one checkout in three fails", since=T0 - 5 * MINUTE))
    desk.do(Log(text="the vacuum holds a lock", kind="hypothesis"))
    desk.do(JudgeHypothesis(state="supported", evidence="400 locks"))
    desk.do(Log(text="do not restart the primary", kind="observed"))
    desk.do(Log(text="cancel the vacuum", kind="decision"))
    desk.do(GiveTask(who="ivo", what="roll back 9f2c", within=10 * MINUTE))
    desk.do(GiveTask(who="lee", what="watch the locks"))
    desk.do(FinishTask(task="lee", result="they fall"))
    desk.do(OpenPoll(proposal="fail over to the replica"))
    desk.do(Ask(what="is data lost?", asker="legal"))
    desk.do(ReportCan(who="ivo", condition="replica lags 40 s", actions="waiting", needs="ten minutes"))
    desk.do(AttendBridge(who="ana,ivo"))
    return desk


def items(desk, title, role="commander"):
    block = next(b for b in handover.blocks(desk.state, role, desk.now) if b.title == title)
    return [item.text for item in block.items]


def test_every_block_says_what_the_next_one_has_to_know():
    desk = busy()
    situation = items(desk, "Situation")
    assert situation[:3] == [
        "SEV2 investigating: checkout returns 500s",
        "one checkout in three fails",
        "affected: web",
    ]
    assert "hypothesis 1 (supported: 400 locks): the vacuum holds a lock" in situation
    assert "ivo: replica lags 40 s" in situation
    assert items(desk, "Safety") == ["do not restart the primary"]
    assert items(desk, "Objectives") == [
        "cancel the vacuum",
        "proposed, not decided yet: fail over to the replica",
        "owed an answer: is data lost?",
    ]
    assert items(desk, "Actions") == ["lee: watch the locks (done: they fall)", "ivo: roll back 9f2c"]
    assert any("task: roll back 9f2c, ivo" in text for text in items(desk, "Due"))
    assert items(desk, "Organisation") == ["Commander: ana", "on the bridge: ana, ivo"]
    assert "ivo needs: ten minutes" in items(desk, "Resources")
    assert any("dana: called" in text for text in items(desk, "Resources"))


def test_a_role_that_nobody_has_is_said_to_be_free():
    assert "Scribe: nobody" in items(busy(), "Organisation", "scribe")


def test_the_words_name_every_block_every_time_with_its_zone_and_how_to_accept():
    desk = busy()
    said = handover.text(desk.state, "commander", desk.now, to="bo")
    assert said.startswith("Handover: Commander to bo\nINC-")
    for title in ("SITUATION", "SAFETY", "OBJECTIVES", "ACTIONS", "DUE", "ORGANISATION", "RESOURCES"):
        assert f"\n{title}\n- " in said
    assert "- 22:23 UTC (in 10m00s)  ivo: roll back 9f2c" in said
    assert "`/accept commander`" in said
    assert "Until then ana stays Commander." in said


def test_what_happened_on_another_day_has_its_date():
    desk = busy()
    said = handover.text(desk.state, "commander", desk.now + 24 * HOUR)
    assert "- 2023-11-14 22:13 UTC  cancel the vacuum" in said


def test_an_empty_block_says_so():
    assert "SAFETY\n- nothing noted" in handover.text(declared().state, "commander", T0)


def test_the_brief_stays_short_and_clean_whatever_was_written():
    desk = busy()
    for n in range(40):
        desk.do(Log(text=f"never \x1b[31m{n}\n" + "lock " * 900, kind="decision"))
        desk.do(GiveTask(who=f"p{n}", what="look at " + "it " * 900))
    said = handover.text(desk.state, "commander", desk.now, to="bo")
    assert len(said) <= handover.LONGEST
    assert "\x1b" not in said
    assert "RESOURCES" in said
    assert "`/accept commander`" in said


def test_an_offer_carries_the_brief_as_it_was_when_it_was_made():
    desk = busy()
    (offer,) = desk.do(OfferRole(role="commander", who="bo"))
    assert offer.body.brief == handover.text(desk.state, "commander", desk.now, to="bo")
    assert "cancel the vacuum" in offer.body.brief


def test_what_was_taken_back_is_in_no_brief():
    desk = declared()
    (entry,) = desk.do(Log(text="wipe the disk", kind="decision"))
    desk.do(Undo(of=entry.id))
    assert "wipe" not in handover.text(desk.state, "commander", T0)


def test_a_redaction_takes_the_brief_that_quotes_it_and_leaves_the_offer():
    desk = declared("ana")
    desk.do(AssignRole(role="commander", who="ana"))
    (entry,) = desk.do(Log(text="the password is hunter2", kind="decision"))
    desk.do(OfferRole(role="commander", who="bo"))
    desk.do(Redact(of=entry.id, why="a password"))
    held = next(r for r in desk.state.roles if r.role == "commander")
    assert (held.who, held.offered_to) == ("ana", "bo")
    assert not any("hunter2" in repr(e.body) for e in desk.state.facts)


def test_declined_nothing_has_changed_and_the_log_says_by_whom():
    desk = busy()
    desk.do(OfferRole(role="commander", who="bo"))
    desk.name = "bo"
    (declined,) = desk.do(DeclineRole(why="I am off"))
    assert declined.body == ev.RoleOffered("commander", "", why="I am off", declined_by="bo")
    held = next(r for r in desk.state.roles if r.role == "commander")
    assert (held.who, held.offered_to) == ("ana", "")
    assert "No role is being handed over" in desk.refusal(AcceptRole())


def test_whoever_offered_it_takes_it_back():
    desk = busy()
    desk.do(OfferRole(role="commander", who="bo"))
    (back,) = desk.do(DeclineRole())
    assert back.body.text() == "the offer of commander was taken back"


def test_the_second_to_accept_is_told_who_noted_it_and_their_word_is_kept():
    desk = busy()
    desk.do(OfferRole(role="commander", who="bo"))
    desk.name = "lee"
    desk.do(AcceptRole())
    desk.name = "bo"
    no = desk.ask(AcceptRole())
    assert "lee noted it" in str(no)
    assert [d.body.text() for d in no.noted] == ["accepted commander too"]
