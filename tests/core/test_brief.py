"""The brief as data: what somebody who is called has to know, and nothing that was taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts import POLICY, T0, Choices, Desk, declared, history, sealed
from warroom.core import events as ev
from warroom.core.acts.entries import Amend, Log, Redact, Undo
from warroom.core.acts.lifecycle import Declare, SetBridge, StateImpact
from warroom.core.acts.paging import Acknowledge, CallSpecialist, Escalate, ReportNoAnswer
from warroom.core.acts.people import AssignRole
from warroom.core.acts.work import FinishTask, GiveTask
from warroom.core.brief import ENTRIES, PROOFS, Brief, brief, links
from warroom.core.fold import fold
from warroom.core.order import Replay
from warroom.core.values import MINUTE

SECRET = "hunter2"


def of(desk: Desk, **how: object) -> Brief:
    return brief(desk.state, desk.now, **how)  # type: ignore[arg-type]  # each test gives what it is about


def whats(said: tuple) -> list[str]:  # type: ignore[type-arg]  # entries, tasks or guesses alike
    return [each.what for each in said]


# ── what happened, what was done ──


def test_it_says_what_the_incident_is_and_how_to_answer():
    desk = declared()
    desk.do(StateImpact(what="38 % fail", scope="eu", since=T0 - MINUTE), after=MINUTE)
    desk.do(SetBridge(where="meet/k3f9"))
    told = of(desk)
    assert (told.title, told.severity, told.phase, told.elapsed) == (
        "checkout returns 500s", "SEV2", "investigating", MINUTE,
    )  # fmt: skip
    assert (told.impact.what, told.impact.scope, told.impact.since) == ("38 % fail", "eu", T0 - MINUTE)
    assert told.bridge == "meet/k3f9"
    assert told.answer == f"warroom ack -i {desk.state.handle()}"


def test_what_happened_is_what_was_observed_newest_first_and_the_declaration_last():
    desk = declared()
    for n in range(ENTRIES + 3):
        desk.do(Log(text=f"seen {n}", kind="observed"), after=MINUTE)
    desk.do(Log(text="by the way"))
    assert whats(of(desk).happened) == [
        *(f"seen {n}" for n in range(ENTRIES + 2, 2, -1)),
        "checkout returns 500s",
    ]


def test_what_was_done_is_actions_decisions_and_finished_tasks_and_what_runs_stands_apart():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="roll back", within=None), after=MINUTE)
    desk.do(GiveTask(who="lee", what="ask the vendor", within=9 * MINUTE), after=MINUTE)
    desk.do(Log(text="cancel it", kind="decision"), after=MINUTE)
    desk.do(FinishTask(task="ivo", result="no change"), after=MINUTE)
    desk.do(Log(text="cancelled", kind="action", who="ana"), after=MINUTE)
    told = of(desk)
    assert whats(told.done) == ["cancelled", "roll back · no change", "cancel it"]
    assert [(t.who, t.what, t.due) for t in told.running] == [("lee", "ask the vendor", T0 + 11 * MINUTE)]


def test_a_correction_stands_in_its_entrys_place():
    desk = declared()
    (entry,) = desk.do(Log(text="rolld back", kind="note"))
    desk.do(Amend(of=entry.id, text="rolled back", kind="action", who="ivo"))
    assert [(d.what, d.who) for d in of(desk).done] == [("rolled back", "ivo")]


@pytest.mark.parametrize("kind", ["observed", "action", "decision", "hypothesis"])
def test_what_was_taken_back_is_not_in_it(kind: str):
    desk = declared()
    desk.do(Log(text=f"{SECRET} https://x.example/{SECRET}", kind=kind))
    assert SECRET in repr(of(desk))
    desk.do(Undo())
    assert SECRET not in repr(of(desk))


@pytest.mark.parametrize("kind", ["observed", "action", "decision", "hypothesis"])
def test_what_was_redacted_is_not_in_it(kind: str):
    desk = declared()
    (entry,) = desk.do(Log(text=f"{SECRET} https://x.example/{SECRET}", kind=kind))
    desk.do(Redact(of=entry.id, why="a password"))
    assert SECRET not in repr(of(desk))


def test_a_redaction_holds_also_before_the_text_itself_is_gone():
    entry = sealed(ev.Logged(text_=SECRET, kind_="observed"), seq=2, lam=2)
    state = declared().state
    for fact in (entry, sealed(ev.FactRedacted(entry.id, "so"), rep="r2", seq=1, lam=90)):
        state = fold(state, fact)
    assert SECRET not in repr(brief(state, T0))


# ── hypotheses ──


def guessed(*texts: str) -> Desk:
    desk = declared()
    for text in texts:
        desk.do(Log(text=text, kind="hypothesis"), after=MINUTE)
    return desk


@pytest.mark.parametrize(
    "said",
    [
        "ruled out: deploy 9f2c dropped the index",
        "Ruled out: deploy 9f2c",
        "ruled out deploy 9f2c, rolled back and nothing changed",
        "RULED OUT – Deploy 9f2c because the rollback changed nothing",
    ],
)
def test_a_hypothesis_that_a_later_entry_rules_out_is_not_open(said: str):
    desk = guessed("deploy 9f2c dropped the index", "the vacuum holds a lock")
    desk.do(Log(text=said), after=MINUTE)
    told = of(desk)
    assert whats(told.hypotheses) == ["the vacuum holds a lock"]
    assert len(told.ruled_out) == 1
    assert told.ruled_out[0].what.casefold().startswith("deploy 9f2c")


def test_a_hypothesis_can_be_corrected_to_one_that_is_ruled_out():
    desk = declared()
    (entry,) = desk.do(Log(text="the vacuum holds a lock", kind="hypothesis"))
    desk.do(Amend(of=entry.id, text="ruled out: the vacuum holds a lock"))
    assert (whats(of(desk).hypotheses), whats(of(desk).ruled_out)) == ([], ["the vacuum holds a lock"])


def test_a_ruling_out_that_fits_two_closes_neither_and_is_shown():
    desk = guessed("the db is slow", "the db is full")
    desk.do(Log(text="ruled out: the db"))
    assert whats(of(desk).hypotheses) == ["the db is full", "the db is slow"]
    assert whats(of(desk).ruled_out) == ["the db"]


@pytest.mark.parametrize(
    "said", ["ruled outside the team", "ruled out? the vacuum", "is the vacuum ruled out", "ruled out"]
)
def test_other_words_rule_nothing_out(said: str):
    desk = guessed("the vacuum holds a lock")
    desk.do(Log(text=said))
    assert (whats(of(desk).hypotheses), of(desk).ruled_out) == (["the vacuum holds a lock"], ())


def test_a_hypothesis_is_open_again_when_its_ruling_out_is_taken_back():
    desk = guessed("the vacuum holds a lock")
    desk.do(Log(text="ruled out: the vacuum"))
    desk.do(Undo())
    assert whats(of(desk).hypotheses) == ["the vacuum holds a lock"]


def test_a_hypothesis_that_comes_up_after_it_was_ruled_out_is_open():
    desk = guessed("the vacuum")
    desk.do(Log(text="ruled out: the vacuum"), after=MINUTE)
    desk.do(Log(text="the vacuum", kind="hypothesis"), after=MINUTE)
    assert whats(of(desk).hypotheses) == ["the vacuum"]


# ── evidence ──


def test_evidence_is_kept_files_and_links_newest_first_each_once():
    desk = declared()
    desk.do(Log(text="see https://g.example/d/1, and (http://h.example/x)."), after=MINUTE)
    file = sealed(ev.EvidenceAttached("ab" * 32, 2048, "locks.txt"), at=desk.now + MINUTE, rep="r7", lam=500)
    desk.receive([file])
    desk.now += 2 * MINUTE
    desk.do(Log(text="again https://g.example/d/1"))
    assert [p.link or (p.name, p.size, p.sha) for p in of(desk).evidence] == [
        "https://g.example/d/1",
        ("locks.txt", 2048, "abababab"),
        "http://h.example/x",
    ]


def test_evidence_is_the_newest_few():
    desk = declared()
    for n in range(PROOFS + 2):
        desk.do(Log(text=f"https://g.example/{n}"), after=MINUTE)
    assert [p.link[-1] for p in of(desk).evidence] == [str(n) for n in range(PROOFS + 1, 1, -1)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://a.example/?x=1&y=[2]#z, so", ["https://a.example/?x=1&y=[2]#z"]),
        ("HTTPS://A.example and http://b.example", ["HTTPS://A.example", "http://b.example"]),
        ("xhttp://a.example https:// http", []),
        ("https://a.example/\x1b]52;c;x\x07", ["https://a.example/"]),
        ("İ https://a.example", []),
    ],
)
def test_links_end_where_the_text_goes_on(text: str, found: list[str]):
    assert links(text) == found


# ── who is called, and for what ──


def test_it_says_who_else_was_called_and_what_they_did():
    desk = declared()
    desk.do(ReportNoAnswer(), after=MINUTE)
    desk.do(ReportNoAnswer(declined=True), after=MINUTE)
    told = of(desk, place="L3")
    assert [(c.place, c.who, c.did) for c in told.called] == [
        ("L1", "dana", "no answer"), ("L1 backup", "sam", "declined"),
    ]  # fmt: skip


def test_whoever_acknowledged_has_it():
    desk = declared()
    desk.do(Acknowledge(who="dana"), after=MINUTE)
    assert [(c.place, c.did) for c in of(desk).called] == [("L1", "acked")]


def test_whoever_reads_it_is_not_named_as_somebody_else():
    desk = declared()
    assert of(desk).called[0].did == "calling"
    assert of(desk, place="L1").called == ()


def test_a_specialist_and_their_answer_stand_beside_the_levels():
    desk = declared()
    desk.do(CallSpecialist(topic="db", why="locks"), after=MINUTE)
    assert ("db", "bo", "calling") in [(c.place, c.who, c.did) for c in of(desk).called]
    assert of(desk, place="db").needed == "locks"
    desk.do(ReportNoAnswer(topic="db", declined=True), after=MINUTE)
    found = [(c.place, c.who, c.did) for c in of(desk).called]
    assert ("db", "bo", "declined") in found
    assert ("db", "sam", "calling") in found


def test_an_answer_of_an_earlier_round_is_still_told():
    desk = declared()
    desk.do(ReportNoAnswer(), after=MINUTE)
    desk.do(ReportNoAnswer(), after=MINUTE)
    desk.do(ReportNoAnswer(), after=MINUTE)
    assert {(c.place, c.did) for c in of(desk).called} >= {("L1 backup", "no answer"), ("L3", "no answer")}


def test_what_is_needed_is_what_the_caller_says_else_why_they_were_called_else_what_is_missing():
    desk = declared()
    assert of(desk).needed == "take command, or say who does"
    desk.do(AssignRole(role="commander", who="dana"))
    assert of(desk).needed == "acknowledge, then ask dana what to take on"
    desk.do(Escalate(level=3, why="decide about the failover"), after=MINUTE)
    assert of(desk, place="L3").needed == "decide about the failover"
    assert of(desk, place="L1").needed == "acknowledge, then ask dana what to take on"
    assert of(desk, place="L3", needed="sign off").needed == "sign off"


# ── restricted ──


def restricted() -> Desk:
    desk = Desk()
    desk.do(Declare(title=f"intruder {SECRET}", severity="SEV1", restricted=True, attach=(POLICY,)))
    desk.do(SetBridge(where=SECRET))
    desk.do(Log(text=SECRET, kind="observed"))
    desk.do(Escalate(level=3, why=SECRET), after=MINUTE)
    return desk


def test_a_channel_that_many_read_gets_the_handle_of_a_restricted_incident_and_whom_to_ask():
    desk = restricted()
    told = of(desk, shared=True, needed=SECRET, place="L3")
    assert told == Brief(
        handle=desk.state.handle(), now=desk.now, hidden=True, ask="ana", needed="ask ana",
        answer=f"warroom ack -i {desk.state.handle()}",
    )  # fmt: skip
    desk.do(AssignRole(role="commander", who="dana"))
    assert of(desk, shared=True).ask == "dana"


def test_a_channel_of_ones_own_gets_all_of_a_restricted_incident():
    assert SECRET in of(restricted()).title
    assert not of(declared(), shared=True).hidden


# ── whatever the facts ──


@given(st.binary(max_size=80), st.sampled_from(["", "L1", "L2 backup", "db"]), st.booleans())
def test_any_history_gives_a_brief(data: bytes, place: str, shared: bool):
    state = Replay().receive(history(Choices(data)))
    told = brief(state, T0 + 60 * MINUTE, place=place, shared=shared)
    assert told.needed
    assert told.answer
    assert told.hidden == (shared and state.restricted)
    assert len(told.happened) <= ENTRIES + 1
    assert max(len(told.done), len(told.hypotheses), len(told.ruled_out)) <= ENTRIES
    assert not any(c.place == place and c.did == "calling" for c in told.called if place)


def test_an_empty_state_gives_a_brief():
    assert brief(Replay().state, T0).title == ""
