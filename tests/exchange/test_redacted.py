"""A copy for outside: people by their role, secrets masked, no numbers, chosen entries gone with all about them."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from facts import CHECKLIST, DECLARE, MINUTE, POLICY, T0, Choices, Desk, declared, history, sealed, state_of
from warroom.core import events as ev
from warroom.core.acts import entries, lifecycle, paging, people, practice, talk, updates, work
from warroom.core.acts.items import RaiseItem
from warroom.core.values import At, By
from warroom.exchange import write
from warroom.exchange.redacted import WHAT_IT_IS, left_out, redacted
from warroom.exchange.roles import cast, key
from warroom.render.deadlines import deadlines
from warroom.render.icalendar import calendar
from warroom.render.ics214 import form
from warroom.render.incident_html import page
from warroom.render.markdown import report
from warroom.render.timeline import text_of

NOW = T0 + 600 * MINUTE


class Shown(HTMLParser):
    """The text of a page."""

    def __init__(self, html):
        super().__init__()
        self.text = ""
        self.feed(html)

    def handle_data(self, data):
        self.text += data


def exports(state, told=()):
    """Every form in which an incident leaves, as text without what the form adds to it."""
    handle = "INC-K3F9"
    found = calendar(deadlines(state, handle, NOW, {}), f"{handle} {state.title}", NOW, told)
    return {
        "json": "\n".join(texts(json.loads(write.as_json(state, told)))),
        "jsonl": "\n".join(t for line in write.as_lines(state, told).splitlines() for t in texts(json.loads(line))),
        "csv": "\n".join(cell for row in csv.reader(io.StringIO(write.as_csv(state))) for cell in row),
        "md": report(state, handle, NOW, told).replace("&#64;", "@").replace("\\", ""),
        "html": Shown(page(state, handle, NOW, told)).text,
        "ics": found.replace("\r\n ", ""),
        "ics214": " ".join(form(state, handle, NOW, redactions=told).split()),
    }


def texts(tree):
    if isinstance(tree, dict | list):
        for each in tree.values() if isinstance(tree, dict) else tree:
            yield from texts(each)
    else:
        yield str(tree)


def copy(desk):
    return redacted(desk.state)[0]


def lines(state):
    return [text_of(state, event) for event in state.timeline]


def said(*commands, name="ana", desk=None):
    """What stands in the copy for the last of these commands."""
    desk = desk or declared(name)
    for command in commands:
        desk.do(command, after=1000)
    return lines(copy(desk))[-1]


def log(text, **more):
    return entries.Log(text=text, **more)


# ── people ──


def test_people_are_named_by_their_gravest_role():
    desk = declared("ana")
    desk.do(people.AssignRole(role="scribe", who="ivo"))
    desk.do(people.AssignRole(role="commander", who="ivo"))
    desk.do(people.AssignRole(role="scribe", who="lee", replace=True))
    found = copy(desk)
    assert [(role.name, role.who) for role in found.roles] == [("Commander", "Commander"), ("Scribe", "Scribe")]
    assert {event.by.name for event in found.facts} == {"Responder 1"}


def test_several_with_the_same_role_have_numbers_in_the_order_in_which_they_came():
    desk = declared("ana")
    for who in ("zoe", "ivo"):
        desk.do(people.AssignRole(role="commander", who=who, replace=True))
    assert lines(copy(desk))[-2:] == ["commander is Commander 1", "commander is Commander 2, after Commander 1"]


def test_whoever_only_asks_is_a_stakeholder():
    desk = declared("ana")
    desk.do(talk.Ask(what="when, says Uma?", asker="uma"))
    desk.do(talk.Ask(what="and now?", asker="ana"))
    found = copy(desk)
    assert [event.body.asker for event in found.questions] == ["Stakeholder", "Responder 1"]
    assert lines(found)[-2] == "when, says Stakeholder?"


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("ivo rolled back", "Responder 2 rolled back"),
        ("IVO, Ivo and iVo", "Responder 2, Responder 2 and Responder 2"),
        ("@ivo please", "@Responder 2 please"),
        ("(ivo's patch)", "(Responder 2's patch)"),
        ("ivory survivor pivot", "ivory survivor pivot"),
        ("ivo_db and ivo2", "ivo_db and ivo2"),
        ("ivo-laptop, ivo.", "Responder 2-laptop, Responder 2."),
        ("ask ivo\nand ivo", "ask Responder 2\nand Responder 2"),
    ],
)
def test_a_name_in_a_text_becomes_the_role_and_inside_a_word_it_is_none(text, becomes):
    assert said(log("x", who="ivo"), log(text)) == becomes


@pytest.mark.parametrize(
    ("name", "text", "becomes"),
    [
        ("Ana Díaz", "ana rolled back", "Responder 2 rolled back"),
        ("Ana Díaz", "DÍAZ, ana díaz, Ana  Díaz", "Responder 2, Responder 2, Responder 2"),
        ("Ana Díaz", "Di\u0301az is a decomposed Ana", "Responder 2 is a decomposed Responder 2"),
        ("Ana Díaz", "ana.díaz or ana_díaz", "Responder 2 or Responder 2"),
        ("Al Ng", "al ng is at it, all of it", "Responder 2 is at it, all of it"),
        ("Will Mark", "will it work? Will says so", "will it work? Responder 2 says so"),
        ("Will Mark", "@will and WILL", "@Responder 2 and Responder 2"),
        ("root", "the root cause", "the root cause"),
        ("root", "@root look", "@Responder 2 look"),
        ("x", "x or @x", "x or @Responder 2"),
        ("a.*b(", "a.*b( and aXXb(", "Responder 2 and aXXb("),
        ("[bo]|\\", "[bo]|\\ here", "Responder 2 here"),
        ("<b>Bo</b>", "so <b>Bo</b> said", "so Responder 2 said"),
        ("דנה כהן", "דנה rolled back", "Responder 2 rolled back"),
        ("\u202eeve\u202c", "by \u202eeve\u202c it was", "by Responder 2 it was"),
        ("...", "well ... yes", "well Responder 2 yes"),
    ],
)
def test_first_names_other_spellings_and_hostile_names_are_found(name, text, becomes):
    assert said(log("x", who=name), log(text), name="mei") == becomes


def test_a_first_name_that_two_people_share_names_neither_of_them():
    assert said(log("x", who="Ana Díaz"), log("x", who="Ana Kos"), log("ana and Kos"), name="lee") == (
        "somebody and Responder 3"
    )


def test_one_person_under_several_names_is_one_person():
    target = ev.Target("contact:dokafor", "Dana Okafor", phone="+15550100")
    policy = replace(POLICY, levels=(ev.Level(0, "primary", (target,)),), specialists=())
    desk = Desk()
    desk.do(replace(DECLARE, attach=(policy,)))
    desk.do(paging.Acknowledge(who="dokafor"))
    desk.do(log("Dana is on it, says DOKAFOR", who="Dana Okafor"))
    desk.do(log("thanks", who="dana okafor"))
    found = copy(desk)
    assert {event.body.who for event in found.facts if getattr(event.body, "who", "")} == {"Responder 2"}
    assert lines(found)[-2] == "Responder 2 is on it, says Responder 2"


def test_logins_and_hosts_are_names_too_and_words_of_the_trade_are_not():
    by = By("ana", "adiaz", "anas-mbp.corp.example")
    texts = ("adiaz on anas-mbp", "anas-mbp.corp.example is slow", "the host and the login page")
    first = sealed(ev.Declared("t", "SEV2"))
    found = [replace(sealed(ev.Logged(text_=text), seq=n, lam=n), by=by) for n, text in enumerate(texts, 2)]
    assert lines(redacted(state_of([first, *found]))[0])[1:] == [
        "Responder on ‹a host›",
        "‹a host› is slow",
        "the host and the login page",
    ]


def test_where_the_pager_runs_is_nobodys_business():
    desk = declared()
    desk.write([_draft(ev.PagerHeld("t", "watch@anas-mbp", was="ana@web1"))])
    desk.write([_draft(ev.ClockStepped(5 * MINUTE, "anas-mbp"))])
    assert lines(copy(desk))[-2:] == [
        "one machine pages, instead of another",
        "the clock of the pager was set forward by 5m00s; countdowns go on",
    ]


def _draft(body):
    from warroom.core.commands import Draft

    return Draft(body, At(T0))


def test_a_role_that_would_name_somebody_is_not_told():
    desk = declared("ana")
    desk.do(people.AssignRole(role="ana's shadow", who="ivo"))
    assert set(cast(desk.state).people.values()) >= {"Responder 1", "Responder 2"}
    assert "ana" not in exports(copy(desk))["md"]


def test_severities_phases_and_turns_are_nobody():
    turn = ev.Target("oncall:web", "web on call", shifts=(ev.Shift(T0, "contact:sam", "Sam Ito", "+15550199"),))
    policy = replace(POLICY, levels=(ev.Level(0, "primary", (turn,)),), specialists=())
    desk = Desk()
    desk.do(replace(DECLARE, attach=(policy,)))
    desk.do(lifecycle.ChangeSeverity(severity="SEV1"))
    desk.do(lifecycle.ChangePhase(phase="identified"))
    desk.do(log("web on call: sam has it, on investigating"))
    assert lines(copy(desk))[-3:] == [
        "SEV2 → SEV1",
        "investigating → identified",
        "web on call: Responder 2 has it, on investigating",
    ]


def test_the_people_of_an_example_are_invented_and_stay():
    invented = ev.Target("contact:p", "Example Primary", phone="+44 20 7946 0001", example=True)
    desk = Desk()
    desk.do(replace(DECLARE, attach=(replace(POLICY, levels=(ev.Level(0, "p", (invented,)),), specialists=()),)))
    desk.do(log("Example Primary is rung"))
    assert lines(copy(desk))[-1] == "Example Primary is rung"


# ── secrets, and ways to reach somebody ──


def test_secrets_that_were_written_on_purpose_are_masked():
    desk = declared()
    desk.do(log("it was password=hunter2secret99 all along"))
    state, told = redacted(desk.state)
    assert lines(state)[-1] == "it was password=‹masked› all along"
    assert "1 place that looks like a secret is masked." in told.sentences


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("ring +44 20 7946 0001 now", "ring ‹left out› now"),
        ("ring (020) 7946 0001 or 020 7946 0001", "ring ‹left out› or ‹left out›"),
        ("415-555-0100 or 415.555.0100", "‹left out› or ‹left out›"),
        ("mail ana.d+x@mail.example.org", "mail ‹left out›"),
        ("1-555-0100 is Dana's", "‹left out› is Responder 2's"),
        ("at 15 55 01 00", "at ‹left out›"),
        ("2026-11-22 14:02, 0900-1000, +38 % of 10.120.3.4, 1,200,000 users", None),
        ("9f2c 0123456789abcdef0123456789abcdef p99 +12.5 ms", None),
    ],
)
def test_numbers_and_addresses_are_left_out_and_other_numbers_are_not(text, becomes):
    desk = declared()
    assert said(paging.Acknowledge(who="dana"), log(text), desk=desk) == (becomes or text)


def test_the_way_into_the_room_is_left_out_wherever_it_is_written():
    desk = declared()
    desk.do(lifecycle.SetBridge(where="https://meet.example/k3f9", dial="+44 20 7946 0002", passcode="4711"))
    desk.do(log("join https://meet.example/k3f9 with 4711, or dial 00442079460002"))
    state, told = redacted(desk.state)
    assert lines(state)[-2:] == ["‹left out›", "join ‹left out› with ‹left out›, or dial ‹left out›"]
    assert state.call == ev.BridgeSet("‹left out›")
    assert any(sentence.endswith("ways to reach somebody, or a room, are left out.") for sentence in told.sentences)


# ── what is left out ──


def entry(desk, text, **more):
    return desk.do(log(text, **more))[0]


def test_a_chosen_entry_goes_with_its_correction_its_evidence_and_what_repeats_it():
    desk = declared()
    guess = entry(desk, "the vendor lied", kind="hypothesis")
    desk.do(entries.Amend(of=guess.id, text="the vendor lied to us"))
    desk.do(entries.AttachEvidence(sha="ab" * 32, size=3, name="mail.txt", of=guess.id))
    desk.do(practice.JudgeHypothesis(hypothesis="1", state="supported", evidence="their own status page"))
    entry(desk, "kept")
    gone = left_out(desk.state, [guess.id])
    state, told = redacted(desk.state, gone, people=False)
    assert lines(state)[-1] == "kept"
    for kind, text in exports(state, told.sentences).items():
        assert "vendor" not in text, kind
        assert "mail.txt" not in text, kind
        assert "status page" not in text, kind
    assert told.sentences == ("4 entries are left out: 1 hypothesis, 1 fixed, 1 evidence, 1 supported.",)


def test_a_proposal_goes_with_its_objections_and_the_decision_it_became():
    desk = declared()
    poll = desk.do(talk.OpenPoll(proposal="fail over to Frankfurt"))[0]
    desk.do(talk.Object(what="data in Frankfurt is stale"))
    desk.do(practice.ClosePoll(outcome="agreed"))
    state, _ = redacted(desk.state, left_out(desk.state, [poll.id]), people=False)
    assert "Frankfurt" not in "".join(exports(state).values())


def test_a_whole_kind_is_left_out_as_it_is_shown():
    desk = declared()
    guess = entry(desk, "a guess")
    entry(desk, "a note")
    desk.do(entries.Amend(of=guess.id, kind="hypothesis"))
    state, told = redacted(desk.state, left_out(desk.state, kinds=["hypothesis"]), people=False)
    assert "a guess" not in lines(state)
    assert "a note" in lines(state)
    assert told.left_out == 2


def test_without_a_value_the_older_one_is_not_told_as_what_is_so_now():
    desk = declared()
    desk.do(lifecycle.StateImpact(what="all is lost"))
    newer = desk.do(lifecycle.StateImpact(what="only cards fail"))[0]
    state, _ = redacted(desk.state, left_out(desk.state, [newer.id]), people=False)
    assert state.impact is None
    assert lines(state)[-1] == "all is lost"


def test_what_the_incident_is_cannot_be_left_out():
    desk = declared()
    desk.do(lifecycle.ChangePhase(phase="resolved"))
    kinds = {body.kind for body in WHAT_IT_IS}
    state, _ = redacted(desk.state, left_out(desk.state, kinds=kinds), people=False)
    assert (state.title, state.severity, state.phase, state.ended) == ("checkout returns 500s", "SEV2", "resolved", T0)


def test_without_people_redacted_nobody_is_touched():
    desk = declared()
    note = entry(desk, "ivo: +44 20 7946 0001", who="ivo")
    other = entry(desk, "x")
    state, _ = redacted(desk.state, {other.id}, people=False)
    assert state.facts.get(note.id) == note


def test_an_open_incident_can_be_copied_whole():
    desk = declared()
    state, _ = redacted(desk.state)
    assert (state.id, state.severity, state.open, len(state.facts)) == (
        desk.state.id,
        "SEV2",
        True,
        len(desk.state.facts),
    )
    assert [event.id for event in state.timeline] == [event.id for event in desk.state.timeline]


# ── what is told ──


def test_the_sentences_count_one_and_many():
    desk = declared("ana")
    desk.do(log("+44 20 7946 0001, password=hunter2secret99"))
    note = entry(desk, "gone")
    assert redacted(desk.state, {note.id})[1].sentences == (
        "1 person is named by their role: Responder 1.",
        "1 place that looks like a secret is masked.",
        "1 way to reach somebody, or a room, is left out.",
        "1 entry is left out: 1 note.",
    )
    desk.do(log("+44 20 7946 0005, token=hunter2secret98", who="ivo"))
    note2 = entry(desk, "gone", kind="decision")
    assert redacted(desk.state, {note.id, note2.id})[1].sentences == (
        "2 people are named by their role: Responder 1, Responder 2.",
        "2 places that look like a secret are masked.",
        "2 ways to reach somebody, or a room, are left out.",
        "2 entries are left out: 1 note, 1 decision.",
    )


def test_where_nothing_had_to_be_changed_it_says_so():
    state = state_of([replace(sealed(ev.Declared("t", "SEV2")), by=By(""))])
    assert redacted(state)[1].sentences == ("Nothing in it had to be changed.",)


def test_who_could_have_been_called_and_was_not_is_not_counted():
    desk = declared("ana")
    assert redacted(desk.state)[1].people == 1


# ── for every history ──

SECRETS = {
    **{name: (f"{name}.login", f"{name}-mbp.corp.example") for name in ("ana", "ivo", "lee", "dana", "sam", "bo")},
}
NAMED = re.compile(
    r"(?<!\w)(?:ana|ivo|lee|dana|sam|bo)(?!\w)|\w+-mbp|corp\.example|(?:5550100)|hunter2|7946", re.IGNORECASE
)


NAMES = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
    .filter(str.strip)
    .filter(lambda name: key(name) not in ("nobody", "somebody", "all", "unknown", "watch"))
)


def a_night(data):
    """A history in which everybody's name, login, host and number is also written into texts."""
    events = history(Choices(data), decent=True)
    # Whoever wrote nothing that is still there is unknown.
    known = {event.by.name for event in state_of(events).facts}
    events = [_from_a_machine(event) for event in events]
    last = max(events, key=lambda event: event.order)
    words = [
        f"{name.upper()} ({login}, {host}) and @{name} with {name.title()}'s +44 20 7946 0001"
        for name, (login, host) in SECRETS.items()
        if name in known
    ]
    more = [
        sealed(ev.Logged(text_=text, kind_="decision"), rep="zz", seq=n, lam=last.lam + n, at=last.at, by="ana")
        for n, text in enumerate([*words, "password: hunter2hunter2"], 1)
    ]
    return state_of([*events, *map(_from_a_machine, more)])


def _from_a_machine(event):
    if not event.by.name:
        return event
    return replace(event, by=By(event.by.name, *SECRETS[event.by.name]))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80))
@example(bytes(range(80)))
def test_nobody_is_left_in_any_export_of_any_history(data):
    state, told = redacted(a_night(data))
    for kind, text in exports(state, told.sentences).items():
        found = NAMED.search(text)
        assert found is None, (kind, text[max(0, found.start() - 60) : found.end() + 60])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_a_redacted_copy_says_the_same_of_everything_but_people(data):
    whole = state_of(history(Choices(data), decent=True))
    state, _ = redacted(whole)
    assert (state.severity, state.phase, state.ended, state.services) == (
        whole.severity,
        whole.phase,
        whole.ended,
        whole.services,
    )
    assert [(state.when(e).t, e.body.kind) for e in state.timeline] == [
        (whole.when(e).t, e.body.kind) for e in whole.timeline
    ]
    assert [(s.number, s.state) for s in state.steps] == [(s.number, s.state) for s in whole.steps]
    assert [task.state for task in state.tasks] == [task.state for task in whole.tasks]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.lists(st.integers(0, 60), max_size=4))
def test_hostile_histories_are_redacted_too(data, chosen):
    whole = state_of(history(Choices(data)))
    facts = list(whole.facts)
    gone = left_out(whole, {facts[i % len(facts)].id for i in chosen})
    state, told = redacted(whole, gone)
    assert len(state.facts) == len(facts)
    assert not {event.id for event in state.timeline} & gone
    assert told.left_out == len(gone)
    exports(state, told.sentences)


@settings(max_examples=200, deadline=None)
@given(NAMES, st.text(max_size=20), st.text(max_size=20))
def test_any_name_at_all_is_taken_out(name, before, after):
    facts = [
        replace(sealed(ev.Declared("t", "SEV2")), by=By(name)),
        sealed(ev.Logged(text_=f"{before} @{name.strip()} {after}", who=name), seq=2, lam=2, by=name),
    ]
    state, _ = redacted(state_of(facts))
    first, second = state.facts
    assert (first.by.name, second.body.who) == ("Responder", "Responder")
    assert f"@{name.strip()} " not in second.body.text_


def test_all_that_people_can_do_names_nobody():
    desk = declared("ana")
    desk.do(people.AssignRole(role="commander", who="ivo"))
    desk.do(people.OfferRole(role="commander", who="lee", brief="ivo hands over to lee"))
    desk.name = "lee"
    desk.do(people.AcceptRole(role="commander"))
    desk.do(work.GiveTask(who="ivo", what="ask lee", within=MINUTE))
    desk.do(work.FinishTask(task="ivo", result="lee knows"))
    desk.do(talk.OpenPoll(proposal="let ivo sleep"))
    desk.do(talk.Object(what="lee is tired", who="ana"))
    desk.do(practice.ClosePoll(outcome="rejected", who="lee", why="ana is right"))
    desk.do(practice.ReportCan(condition="ivo looks", needs="ana", who="ivo"))
    desk.do(practice.AttendBridge(who="ana"))
    desk.do(talk.Ask(what="is ana there?", asker="uma"))
    desk.do(practice.TakeQuestion(question="1", owner="ivo"))
    desk.do(talk.Answer(question="1", what="ana is"))
    desk.do(updates.DraftUpdate(what="ivo has it"))
    desk.do(updates.ApproveUpdate(who="lee"))
    desk.do(paging.ReportNoAnswer(who="dana", tried="phone"))
    desk.do(paging.Escalate(why="dana sleeps"))
    desk.do(paging.Acknowledge(who="bo"))
    desk.do(RaiseItem(what="give ivo a break", owner="ana", due=NOW))
    state, told = redacted(desk.state)
    for kind, text in exports(state, told.sentences).items():
        assert not NAMED.search(text), (kind, NAMED.search(text))
        assert "uma" not in text
    assert "Stakeholder" in "".join(told.sentences)
    assert CHECKLIST.steps[0].text in "".join(exports(state).values())
