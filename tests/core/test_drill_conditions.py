"""The conditions of a scenario: how they are read, what their words match, and since when each of them is so."""

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drill_stage import INES, LISTED, POLICY, SAM, Stage, inject, scene
from warroom.core import events as ev
from warroom.core.acts import entries, lifecycle, paging, people, practice, talk, updates, work
from warroom.core.drill.condition import DEEPEST, KNOWN, LONGEST, MOST, All, Any, Call, Not, calls, fits, parse
from warroom.core.drill.moments import _LASTING, since
from warroom.core.values import MINUTE, SECOND, At

# ── reading ──


@pytest.mark.parametrize("name", KNOWN)
def test_every_condition_takes_as_few_and_as_many_words_as_it_says(name):
    least, most = KNOWN[name]
    for count in range(least, most + 1):
        words = ", ".join(['"a b"'] * count)
        assert parse(f"{name}({words})") == Call(name, ("a b",) * count)
    many = ", ".join(['"x"'] * (most + 1))
    with pytest.raises(ValueError, match=f"{name}.. takes"):
        parse(f"{name}({many})")
    if least:
        with pytest.raises(ValueError, match=f"{name}.. takes"):
            parse(f"{name}()")


A, B, C = Call("bridge"), Call("commander"), Call("evidence")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("bridge()", A),
        ("  bridge ( )  ", A),
        ("bridge() and commander()", All((A, B))),
        ("bridge() or commander()", Any((A, B))),
        ("not bridge()", Not(A)),
        ("not not bridge()", Not(Not(A))),
        ("bridge() or commander() and evidence()", Any((A, All((B, C))))),
        ("(bridge() or commander()) and evidence()", All((Any((A, B)), C))),
        ("not bridge() and commander()", All((Not(A), B))),
        ("not (bridge() and commander())", Not(All((A, B)))),
        ('posted("public", 2)', Call("posted", ("public", "2"))),
        ('logged("say (and) or not, twice")', Call("logged", ("say (and) or not, twice",))),
        ('bridge()and\n\tcommander()', All((A, B))),
        ('decided("")', Call("decided", ("",))),
    ],
)  # fmt: skip
def test_and_binds_closer_than_or_not_closest_and_parentheses_decide(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("x" * (LONGEST + 1), f"is longer than {LONGEST} characters; make two of it"),
        ("bridge() & commander()", "has “& commander(”, which is neither a name, nor words in quotes"),
        ('decided("roll back)', "has “\"roll back)”, which is neither a name, nor words in quotes"),
        ("bridge() commander()", "goes on with “commander” where it should have ended, or have `and` or `or`"),
        ("bridge())", "goes on with “)” where it should have ended, or have `and` or `or`"),
        ("bridge() and", "ends too early"),
        ("not", "ends too early"),
        ("(bridge()", "ends where “)” should stand"),
        ("bridge", "ends where “(” should stand"),
        ("bridge commander()", "has “commander” where “(” should stand"),
        ("brigde()", "has “brigde”, which is no condition; did you mean bridge()?"),
        ("os()", "has “os”, which is no condition"),
        ("and bridge()", "has “and”, which is no condition"),
        ("()", "has “)”, which is no condition"),
        ('"words"', "has “\"words\"”, which is no condition"),
        ("role()", "role() takes 1 words in quotes, has 0"),
        ('logged("a", "note", "c")', "logged() takes 0 to 2 words in quotes, has 3"),
        ("decided(roll back)", "decided() has “roll” where words in quotes should stand"),
        ('decided("a" "b")', "has “\"b\"” where “,” should stand"),
        ('decided("a"', "ends where “,” should stand"),
        ("decided(", "decided() ends where words in quotes should stand"),
        ('decided("a",', "decided() ends where words in quotes should stand"),
        ("(" * (DEEPEST + 1) + "bridge()", f"has parentheses more than {DEEPEST} deep"),
        ("not " * (DEEPEST + 1) + "bridge()", f"has parentheses more than {DEEPEST} deep"),
        ("or ".join(["done()"] * (MOST + 1)), f"joins more than {MOST} conditions"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence_that_names_the_place(text, sentence):
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the sentence is compared below
        parse(text)
    assert str(refused.value) == sentence


def test_at_the_limits_it_is_still_read():
    assert len(calls(parse("or ".join(["done()"] * MOST)))) == MOST
    assert parse("(" * DEEPEST + "bridge()" + ")" * DEEPEST) == A
    words = "x" * (LONGEST - 11)
    long = f'decided("{words}")'
    assert len(long) == LONGEST
    assert calls(parse(long))[0].name == "decided"


_pieces = st.lists(
    st.sampled_from(
        [
            "(",
            ")",
            "not",
            "and",
            "or",
            " ",
            ",",
            '"',
            '"words"',
            "2",
            "٣",
            "²",
            "bridge()",
            'decided("x")',
            "posted(",
            "é",
        ]
    ),
    max_size=200,
).map("".join)


def _depth() -> int:
    frame, deep = sys._getframe(), 0
    while frame is not None:
        frame, deep = frame.f_back, deep + 1
    return deep


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=500), _pieces, _pieces.map(lambda text: text[:LONGEST])))
@example("(" * LONGEST)
@example("not " * 100)
@example("()" * 200)
@example('"' * LONGEST)
@example("\0\x1c\x85\u2028")
def test_any_text_is_a_condition_or_is_refused_with_a_sentence(text):
    deep, said = sys.getrecursionlimit(), ""
    sys.setrecursionlimit(_depth() + 120)  # a little room, however it is nested
    try:
        node = parse.__wrapped__(text)
        assert calls(node)
        assert all(call.name in KNOWN for call in calls(node))
    except ValueError as refused:
        said = str(refused)
    finally:
        sys.setrecursionlimit(deep)
    assert said.split(" ")[0] in ("", "is", "has", "ends", "goes", "joins", *(f"{name}()" for name in KNOWN))
    assert len(said) < 2 * LONGEST


# ── words ──


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", "anything"),
        ("", ""),
        ("roll back", "we roll it back"),
        ("back roll", "we roll it back"),
        ("roll", "rolled back"),
        ("roll", "a pre-roll"),
        ("ROLL", "rolling"),
        ("roll", "ROLLBACK"),
        ("revert|undo", "please undo it"),
        (" revert | undo ", "please undo it"),
        ("slow quer|lock", "the slowest of the queries"),
        ("änder", "Änderung zurück"),
        ("ÄNDER", "änderung"),
        ("straße", "STRASSE gesperrt"),
        ("zurück", unicodedata.normalize("NFD", "zurück")),
        (unicodedata.normalize("NFD", "zurück"), "zurück"),
        ("500", "500s at checkout"),
        ("a.b", "see a.b now"),
        ("c++", "in c++ code"),
        ("(x", "call (x, y)"),
        ("[a-z]*", "the pattern [a-z]* fails"),
        ("\\d", "a \\d in it"),
        ("^$", "what ^$ means"),
    ],
)  # fmt: skip
def test_words_fit_where_each_of_one_alternative_begins_a_word(pattern, text):
    assert fits(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("roll back", "we roll"),
        ("oll", "we roll"),
        ("rolled", "we roll"),
        ("revert|undo", "redo"),
        ("nder", "Änderung"),
        ("a.b", "axb"),
        (".*", "anything"),
        ("^we", "we"),
        ("\\w", "word"),
        ("[a-z]", "word"),
        ("word", ""),
    ],
)  # fmt: skip
def test_words_do_not_fit_inside_a_word_and_no_sign_of_a_regular_expression_means_anything(pattern, text):
    assert not fits(pattern, text)


# ── since when ──

MADE = {
    "commander()": lifecycle.Attach(body=ev.RoleAssigned("commander", "ana")),
    'role("scribe")': people.AssignRole(role="scribe", who="lee"),
    'severity("SEV1")': lifecycle.ChangeSeverity(severity="SEV1"),
    'phase("identified")': lifecycle.ChangePhase(phase="mitigating"),
    "resolved()": lifecycle.ChangePhase(phase="resolved"),
    'phase("resolved")': lifecycle.ChangePhase(phase="resolved"),
    'impact("pay")': lifecycle.StateImpact(what="payments fail"),
    "bridge()": lifecycle.SetBridge(where="https://call.example"),
    'decided("roll back|revert")': entries.Log(text="revert 9f2c", kind="decision"),
    'proposed("fail over")': talk.OpenPoll(proposal="fail over to the replica"),
    'hypothesis("lock")': entries.Log(text="a lock, perhaps", kind="hypothesis"),
    'logged("340")': entries.Log(text="340 orders failed"),
    'logged("340", "observed")': entries.Log(text="340 orders failed", kind="observed"),
    'tasked("dba", "index")': work.GiveTask(who="Ines", what="look at the index"),
    'tasked("Ines")': work.GiveTask(who="ines", what="look"),
    'tasked("", "index")': work.GiveTask(who="lee", what="look at the index"),
    'drafted("public")': updates.DraftUpdate(what="We look at it."),
    'posted("public")': talk.PostUpdate(what="We look at it."),
    'posted("", 1)': talk.PostUpdate(what="We look at it.", audience="internal"),
    'said("sorry")': talk.PostUpdate(what="We are sorry."),
    'asked("how many")': talk.Ask(what="How many users?"),
    'acknowledged("second")': paging.Acknowledge(who="Sam"),
    "escalated()": paging.Escalate(),
    'called("Database")': paging.CallSpecialist(topic="database"),
    'no_answer("first")': paging.ReportNoAnswer(who="Nora"),
    "offered()": people.OfferRole(role="commander", who="Sam"),
    'joined("second")': practice.AttendBridge(who="Sam"),
    'milestone("detected")': lifecycle.MarkMilestone(milestone="detected"),
    'ticked("a")': work.ChangeStep(step="a"),
    'ticked("general:a")': work.ChangeStep(step="a"),
    'ticked("name")': work.ChangeStep(step="a"),
    "evidence()": entries.AttachEvidence(name="graph", link="https://graphs.example/1"),
}
"""What a person does, and what is so from then on."""

OTHERWISE = {
    'role("scribe")': people.AssignRole(role="comms", who="lee"),
    'severity("SEV1")': lifecycle.ChangeSeverity(severity="SEV3"),
    'phase("mitigating")': lifecycle.ChangePhase(phase="identified"),
    'phase("resolved")': lifecycle.ChangePhase(phase="cancelled"),
    "resolved()": lifecycle.ChangePhase(phase="monitoring"),
    "closed()": lifecycle.ChangePhase(phase="resolved"),
    'impact("pay")': lifecycle.StateImpact(what="the search is slow"),
    'decided("roll back")': entries.Log(text="roll back?", kind="note"),
    'hypothesis("lock")': entries.Log(text="a lock", kind="observed"),
    'logged("340", "observed")': entries.Log(text="340 orders failed", kind="note"),
    'tasked("dba", "index")': work.GiveTask(who="Sam", what="look at the index"),
    'tasked("dba", "locks")': work.GiveTask(who="Ines", what="look at the index"),
    'posted("public")': talk.PostUpdate(what="We look.", audience="internal"),
    'posted("public", 2)': talk.PostUpdate(what="We look."),
    'said("sorry")': talk.PostUpdate(what="We look."),
    'asked("how many")': talk.Ask(what="Since when?"),
    'acknowledged("first")': paging.Acknowledge(who="Sam"),
    'paged("dba")': entries.Log(text="paged dba"),
    'called("network")': paging.CallSpecialist(topic="database"),
    'no_answer("second")': paging.ReportNoAnswer(who="Nora"),
    'offered("scribe")': people.OfferRole(role="commander", who="Sam"),
    "handover()": people.AssignRole(role="scribe", who="lee"),
    'joined("second")': practice.AttendBridge(who="Sam,lee", here=True),
    'milestone("detected")': lifecycle.MarkMilestone(milestone="impact started"),
    'ticked("b")': work.ChangeStep(step="a"),
}
"""What a person does, and what is not so for all that."""

STEPS = {
    "closed()": (lifecycle.ChangePhase(phase="resolved"), lifecycle.ChangePhase(phase="closed")),
    'decided("fail")': (talk.OpenPoll(proposal="fail over"), practice.ClosePoll(outcome="agreed")),
    'ruled_out("lock")': (
        entries.Log(text="a lock", kind="hypothesis"), practice.JudgeHypothesis(state="ruled out", evidence="no locks")
    ),
    'supported("graph")': (
        entries.Log(text="a lock", kind="hypothesis"), practice.JudgeHypothesis(state="supported", evidence="the graph")
    ),
    'read_back("index")': (
        work.GiveTask(who="lee", what="look at the index"), practice.ReadBack(task="lee", words="understood")
    ),
    'done("rebuilt")': (
        work.GiveTask(who="lee", what="the index"), work.FinishTask(task="lee", result="rebuilt it")
    ),
    'answered("about 340")': (talk.Ask(what="how many?"), talk.Answer(question="1", what="about 340")),
    'answered("many")': (talk.Ask(what="how many?"), talk.Answer(question="1", what="we do not know")),
    'posted("public", 2)': (talk.PostUpdate(what="We look."), talk.PostUpdate(what="We still look.")),
    "handover()": (people.AssignRole(role="commander", who="ana"), people.AssignRole(role="commander", who="lee")),
}  # fmt: skip
"""What is so from the last of these on."""

WORLD = ("declared", "paged", "injected", "flag", "reported")  # each has a test of its own below


def desk(*injects, **more) -> Stage:
    return Stage(scene(*injects, **more), POLICY, checklist=LISTED)


def test_every_condition_is_tried_here():
    tried = {call.name for text in (*MADE, *STEPS) for call in calls(parse(text))}
    assert tried | set(WORLD) == set(KNOWN)


@pytest.mark.parametrize("text", MADE)
def test_a_condition_is_so_from_the_fact_on_that_made_it_so(text):
    stage = desk()
    start = stage.base
    assert since(text, stage.state, start) is None
    event = stage.do(MADE[text], at=9 * SECOND)[-1]
    found = since(text, stage.state, start)
    assert (found.at, found.event.id) == (start + 9 * SECOND, event.id)


@pytest.mark.parametrize("text", STEPS)
def test_a_condition_that_takes_two_acts_is_so_from_the_second_on(text):
    stage = desk()
    first, second = STEPS[text]
    stage.do(first, at=SECOND)
    assert since(text, stage.state, stage.base) is None
    stage.do(second, at=9 * SECOND)
    assert since(text, stage.state, stage.base).at == stage.base + 9 * SECOND


@pytest.mark.parametrize("text", OTHERWISE)
def test_a_condition_is_not_so_by_something_else_of_its_kind(text):
    stage = desk()
    if text == 'joined("second")':
        stage.do(practice.AttendBridge(who="Ines"), at=SECOND)
    else:
        stage.do(OTHERWISE[text], at=SECOND)
    assert since(text, stage.state, stage.base) is None


@pytest.mark.parametrize("text", [text for text in MADE if parse(text).name not in _LASTING])
def test_nothing_counts_before_its_start(text):
    stage = desk()
    stage.do(MADE[text], at=9 * SECOND)
    assert since(text, stage.state, stage.base + 9 * SECOND).at == stage.base + 9 * SECOND
    assert since(text, stage.state, stage.base + 9 * SECOND + 1) is None


@pytest.mark.parametrize("text", [text for text in MADE if parse(text).name in _LASTING])
def test_what_was_so_before_goes_on_being_so_from_the_start_on(text):
    stage = desk()
    event = stage.do(MADE[text], at=9 * SECOND)[-1]
    found = since(text, stage.state, stage.base + MINUTE)
    assert (found.at, found.event.id) == (stage.base + MINUTE, event.id)


def test_what_was_taken_away_before_the_start_is_not_so():
    stage = desk()
    stage.do(people.AssignRole(role="commander", who="ana"), at=SECOND)
    stage.do(lifecycle.ChangeSeverity(severity="SEV1"))
    stage.do(practice.AttendBridge(who="lee"))
    stage.do(people.AssignRole(role="commander", who=""), at=9 * SECOND)
    stage.do(lifecycle.ChangeSeverity(severity="SEV3"))
    stage.do(practice.AttendBridge(who="lee", here=False))
    for text in ("commander()", 'severity("SEV2")', 'joined("lee")'):
        assert since(text, stage.state, stage.base).at == stage.base + (0 if "SEV2" in text else SECOND)
        assert since(text, stage.state, stage.base + MINUTE) is None
    assert since('severity("SEV3")', stage.state, stage.base + MINUTE).at == stage.base + MINUTE


def test_it_is_declared_from_the_start_on_whenever_that_is():
    stage = desk()
    for start in (0, stage.base, stage.base + MINUTE):
        assert since("declared()", stage.state, start).at == max(start, stage.base)


def test_who_was_paged_is_known_by_the_deliveries_of_the_world():
    stage = desk()
    assert since('paged("first")', stage.state, stage.base).at == stage.base
    assert since('paged("Nora")', stage.state, stage.base).at == stage.base
    assert since('paged("second")', stage.state, stage.base) is None
    stage.do(paging.ReportNoAnswer(who="Nora"), at=20 * SECOND)
    assert since('paged("second")', stage.state, stage.base).at == stage.base + 20 * SECOND


def test_an_inject_counts_once_it_fired_and_not_where_it_was_passed_over():
    stage = desk(inject("a", at=SECOND), inject("b", at=SECOND, unless='injected("a")'))
    stage.to(2 * SECOND)
    assert since('injected("a")', stage.state, stage.base).at == stage.base + SECOND
    assert since('injected("a")', stage.state, stage.base + MINUTE).at == stage.base + MINUTE
    assert since('injected("b")', stage.state, stage.base) is None


def test_a_flag_is_set_and_an_answer_is_reported_when_it_comes():
    back = ev.Reply("back", "rolled back", to="roll", takes=30 * SECOND, flags=("fixed",))
    stage = desk(replies=(back,))
    stage.do(work.GiveTask(who="Sam", what="roll it back"), at=10 * SECOND)
    stage.to(39 * SECOND)
    assert since('flag("fixed")', stage.state, stage.base) is None
    stage.to(MINUTE)
    for text in ('flag("fixed")', 'reported("back")'):
        assert since(text, stage.state, stage.base).at == stage.base + 40 * SECOND
    assert since('flag("other")', stage.state, stage.base) is None
    assert since('reported("bac")', stage.state, stage.base) is None


def test_a_question_is_known_by_the_inject_it_came_with():
    lines = (ev.ScenarioLine(0, "Dora", "Is it us?"), ev.ScenarioLine(5 * SECOND, "Lin", "What do I tell them?"))
    stage = desk(inject("boss", "questions", SECOND, text="", lines=lines))
    stage.to(MINUTE)
    assert since('asked("boss")', stage.state, stage.base).at == stage.base + SECOND
    stage.do(talk.Answer(question="2", what="Not known yet."))
    assert since('answered("boss")', stage.state, stage.base).at == stage.base + MINUTE
    assert since('answered("nobody")', stage.state, stage.base) is None


def test_what_the_world_says_is_no_entry_of_the_room():
    stage = desk(inject("seen", "observation", SECOND, who="dba", text="the index is gone"))
    stage.to(MINUTE)
    assert since('logged("index")', stage.state, stage.base) is None


def test_what_was_taken_back_is_not_so():
    stage = desk()
    stage.do(entries.Log(text="roll back", kind="decision"), at=SECOND)
    stage.do(entries.Undo(), at=2 * SECOND)
    assert since('decided("")', stage.state, stage.base) is None


def test_a_corrected_entry_counts_by_its_corrected_words():
    stage = desk()
    entry = stage.do(entries.Log(text="430 orders"), at=SECOND)[0]
    stage.do(entries.Amend(of=entry.id, text="340 orders"), at=2 * SECOND)
    assert since('logged("340")', stage.state, stage.base)
    assert since('logged("430")', stage.state, stage.base) is None


def test_both_are_so_when_the_later_one_is_and_either_when_the_first_one_is():
    stage = desk()
    stage.do(MADE["bridge()"], at=10 * SECOND)
    assert since("bridge() and evidence()", stage.state, stage.base) is None
    assert since("bridge() or evidence()", stage.state, stage.base).at == stage.base + 10 * SECOND
    stage.do(MADE["evidence()"], at=20 * SECOND)
    assert since("evidence() and bridge()", stage.state, stage.base).at == stage.base + 20 * SECOND
    assert since("evidence() or bridge()", stage.state, stage.base).at == stage.base + 10 * SECOND


def test_not_is_so_from_the_start_while_the_other_is_not():
    stage = desk()
    assert since("not bridge()", stage.state, stage.base + MINUTE).at == stage.base + MINUTE
    stage.do(MADE["bridge()"], at=10 * SECOND)
    assert since("not bridge()", stage.state, stage.base) is None
    assert since("not not bridge()", stage.state, stage.base).at == stage.base


def test_a_not_as_of_a_moment_does_not_know_what_came_after_it():
    stage = desk()
    stage.do(MADE["bridge()"], at=10 * SECOND)
    before, after = stage.base + 9 * SECOND, stage.base + 11 * SECOND
    assert since("not bridge()", stage.state, stage.base, until=before).at == stage.base
    assert since("not bridge()", stage.state, stage.base, until=after) is None


def test_a_value_that_was_noted_late_as_of_before_the_start_is_so_from_the_start_on():
    stage = desk()
    stage.to(5 * MINUTE)
    stage.do(lifecycle.ChangeSeverity(severity="SEV1", at=At(stage.base + MINUTE)))
    assert since('severity("SEV1")', stage.state, stage.base + 2 * MINUTE).at == stage.base + 2 * MINUTE


def test_an_entry_that_was_noted_late_as_of_before_the_start_is_no_answer_to_it():
    stage = desk()
    stage.to(5 * MINUTE)
    stage.do(entries.Log(text="roll back", kind="decision", at=At(stage.base + MINUTE)))
    assert since('decided("")', stage.state, stage.base + 2 * MINUTE) is None
    assert since('decided("")', stage.state, stage.base).at == stage.base + MINUTE


@pytest.mark.parametrize("said", [INES.id, INES.name, "INES", "Dba"])
@pytest.mark.parametrize("wanted", [INES.id, INES.name, "INES", "Dba"])
def test_people_are_known_by_id_and_by_name_in_any_case_whichever_was_typed(wanted, said):
    stage = desk()
    stage.do(work.GiveTask(who=said, what="look"), at=SECOND)
    assert since(f'tasked("{wanted}")', stage.state, stage.base)
    assert since(f'tasked("{SAM.name}")', stage.state, stage.base) is None
