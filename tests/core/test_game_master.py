"""The game master's hand on a drill: what is fired, moved, reworded, cancelled, added and noted; what is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill_stage import DORA, INES, NORA, PEOPLE, Stage, expectation, inject, scene
from warroom.core import events as ev
from warroom.core.acts.drill import ChangeInject, EndDrill, Observe
from warroom.core.acts.lifecycle import Declare
from warroom.core.acts.talk import Answer
from warroom.core.acts.work import GiveTask
from warroom.core.drill.inject_words import KINDS, added, between, misfit, reworded, words
from warroom.core.drill.injects import (
    CANCELLED,
    COMING,
    HAPPENED,
    WAITING,
    counting,
    following,
    fresh_id,
    passed_over,
    standings,
)
from warroom.core.drill.memory import BASE, MemoryRoom
from warroom.core.drill.moments import since
from warroom.core.drill.report import heard, report
from warroom.core.drill.world import happened, injects
from warroom.core.events import ScenarioLine
from warroom.core.values import HOUR, MINUTE, SECOND, Refused

S, M = SECOND, MINUTE
NOW_TEXT = "the disk is full"


def change(id: str = "it", **more: object) -> ChangeInject:
    return ChangeInject(inject=id, **more)  # type: ignore[arg-type]  # as they are named


def came(stage: Stage, id: str) -> int | None:
    """After how many seconds it happened."""
    event = happened(stage.state, id)
    return (event.at.t - stage.base) // S if event else None


def standing(stage: Stage, id: str):
    return next(each for each in standings(stage.state) if each.id == id)


# ── what it does ──


def test_an_inject_that_is_fired_happens_at_that_moment_and_once():
    stage = Stage(scene(inject("it", at=5 * M))).to(M)
    stage.do(change(due=stage.room.now))
    assert came(stage, "it") == 60
    stage.to(6 * M)
    assert len(stage.facts(ev.DrillInjected)) == 1


def test_one_that_waits_for_something_need_not_wait_when_it_is_fired():
    stage = Stage(scene(inject("it", at=None, when='called("database")'))).to(M)
    assert standing(stage, "it").stands == WAITING
    stage.do(change(due=stage.room.now))
    assert came(stage, "it") == 60


def test_an_inject_comes_later_or_earlier():
    stage = Stage(scene(inject("late", at=2 * M), inject("soon", at=5 * M))).to(M)
    stage.do(change("late", due=BASE + 4 * M))
    stage.do(change("soon", due=BASE + 3 * M))
    stage.to(5 * M)
    assert (came(stage, "late"), came(stage, "soon")) == (240, 180)


def test_a_text_and_the_lines_of_voices_can_be_reworded_and_what_was_moved_stays_moved():
    lines = (ScenarioLine(0, "Sam", "one"), ScenarioLine(9 * S, "Ines", "two"))
    stage = Stage(scene(inject("it", at=M), inject("talk", "voices", M, text="", lines=lines)))
    stage.do(change(due=BASE + 2 * M))
    stage.do(change(words="other words"))
    stage.do(change("talk", words="eins / zwei"))
    stage.to(M + 10 * S)
    assert heard(stage.state, stage.room.now) == [("Sam", "eins"), ("Ines", "zwei")]
    assert came(stage, "it") is None
    stage.to(2 * M)
    assert [e.body.text_ for e in stage.facts(ev.Logged)] == ["other words"]


def test_a_reworded_question_is_still_the_one_that_an_answer_is_expected_to():
    stage = Stage(scene(inject("ask", "questions", M, text="", lines=(ScenarioLine(0, "Dora", "how many?"),))))
    stage.do(change("ask", words="how many exactly?"))
    stage.to(M)
    stage.do(Answer(question="1", what="900"), 2 * M)
    assert since('answered("ask")', stage.state, BASE) is not None


def test_what_is_cancelled_does_not_come_nor_what_comes_after_it():
    stage = Stage(scene(inject("it", at=M), inject("then", at=None, after="it"), inject("other", at=2 * M)))
    assert following(stage.state, "it") == ("then",)
    stage.do(change(cancelled=True))
    stage.to(5 * M)
    assert (came(stage, "it"), came(stage, "then"), came(stage, "other")) == (None, None, 120)
    assert standing(stage, "it").stands == CANCELLED
    assert standing(stage, "then").waits == ("after it, which never comes",)


def test_an_inject_that_is_added_happens_like_the_others():
    stage = Stage(scene(inject("it", at=9 * M))).to(M)
    new = added(f"alert monitoring: {NOW_TEXT} in 2m", PEOPLE, fresh_id(stage.state))
    stage.do(change(new.inject.id, added=new.inject, due=stage.room.now + new.wait))
    assert standing(stage, "gm-1").stands == COMING
    stage.do(change("gm-1", words="the disk is nearly full"))
    stage.to(3 * M)
    assert [e.body.text_ for e in stage.facts(ev.Logged)] == ["the disk is nearly full"]
    assert came(stage, "gm-1") == 180


def test_whoever_is_made_unavailable_answers_no_task_any_more():
    def answers(gone: bool) -> list[str]:
        stage = Stage(scene(inject("it", at=20 * M))).to(M)
        if gone:
            new = added("unavailable Ines", PEOPLE, "gm-1")
            stage.do(change("gm-1", added=new.inject, due=stage.room.now))
        stage.do(GiveTask(who="Ines", what="look at the indexes"))
        stage.to(10 * M)
        return [event.by.name for event in stage.facts(ev.TaskReadBack)]

    assert answers(gone=False) == ["Ines"]
    assert answers(gone=True) == []


def test_a_note_stands_in_the_report_once_the_drill_is_over_and_so_does_the_truth():
    stage = Stage(scene(inject(), truth="it was the index")).to(M)
    stage.do(Observe(what="  they asked twice ", about="it"))
    running = report(stage.state, stage.room.now)
    assert (running["observations"], running["truth"]) == ([], None)
    stage.do(EndDrill(why="enough"))
    over = report(stage.state, stage.room.now)
    assert over["observations"] == [{"at": "PT1M", "by": "ana", "what": "they asked twice", "about": "it"}]
    assert over["truth"] == "it was the index"


# ── what is refused ──


def test_what_happened_cannot_be_changed():
    stage = Stage(scene(inject()))
    for asked in (change(due=BASE + M), change(words="no"), change(cancelled=True)):
        assert stage.refusal(asked) == "“it” has happened already; what was seen is seen."


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (change("nothing", due=BASE), "There is no inject “nothing” in this drill."),
        (change(), "What is to change?"),
        (change(words="  "), "It has to say something."),
        (change(words="x" * 601), "longer than 600 characters"),
        (change(due=BASE + 5 * HOUR), "more than four hours ahead"),
        (change(added=inject("it")), "“it” is an inject of this drill already."),
        (change("talk", words="only one"), "It has 2 lines, with “/” between two"),
        (change("talk", words="one /  / two"), "It has 2 lines"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(asked: ChangeInject, said: str):
    lines = (ScenarioLine(0, "Sam", "one"), ScenarioLine(9 * S, "Ines", "two"))
    stage = Stage(scene(inject("it", at=9 * M), inject("talk", "voices", 9 * M, text="", lines=lines)))
    before = len(stage.state.facts)
    assert said in stage.refusal(asked)
    assert len(stage.state.facts) == before


def test_what_was_cancelled_stays_so_and_its_name_is_not_used_again():
    stage = Stage(scene(inject("it", at=9 * M)))
    stage.do(change(cancelled=True))
    said = "“it” was cancelled; another one can be added in its place."
    assert stage.refusal(change(due=BASE + M)) == said
    assert stage.refusal(change(cancelled=True)) == said
    assert "already" in stage.refusal(change(added=inject("it")))
    stage.do(change("gm-1", added=inject("gm-1", at=None), due=BASE + 9 * M))
    stage.do(change("gm-1", cancelled=True))
    assert fresh_id(stage.state) == "gm-2"
    assert "already" in stage.refusal(change("gm-1", added=inject("gm-1")))


def test_nothing_is_changed_once_the_drill_is_over_but_notes_are_taken():
    stage = Stage(scene(inject("it", at=9 * M)))
    stage.do(EndDrill(why="enough"))
    assert stage.refusal(change(due=BASE)).startswith("The drill is over")
    stage.do(Observe(what="well done"))


def test_a_note_has_words():
    assert "What did you notice?" in Stage(scene(inject())).refusal(Observe(what="   "))


def test_an_incident_that_is_no_drill_has_no_game_master():
    room = MemoryRoom(Declare(title="Checkout returns 500s", severity="SEV1"), "ana")
    for asked in (change(due=BASE), Observe(what="a note")):
        no = room.do(asked)
        assert isinstance(no, Refused)
        assert str(no).startswith("This is no drill")


# ── how they stand ──


def test_injects_stand_by_what_happened_what_comes_nearest_first_what_waits_and_what_is_cancelled():
    stage = Stage(
        scene(
            inject("far", at=9 * M),
            inject("gone", at=8 * M),
            inject("waits", at=None, after="near", delay=30 * S, when="bridge()"),
            inject("near", at=3 * M),
            inject("second", at=M),
            inject("first", at=0),
        )
    ).to(2 * M)
    stage.do(change("gone", cancelled=True))
    found = [(each.id, each.stands) for each in standings(stage.state)]
    assert found == [
        ("first", HAPPENED),
        ("second", HAPPENED),
        ("near", COMING),
        ("far", COMING),
        ("waits", WAITING),
        ("gone", CANCELLED),
    ]
    assert standing(stage, "near").at == BASE + 3 * M
    assert standing(stage, "waits").waits == ("30s after near", "when bridge()")
    stage.to(3 * M)
    assert standing(stage, "waits").waits == ("when bridge()",)


def test_one_that_would_be_passed_over_says_so_before_and_afterwards():
    stage = Stage(scene(inject("it", at=9 * M, unless="commander()"), roles=(("commander", "Sam"),)))
    assert passed_over(stage.state, injects(stage.state)[0])
    stage.do(change(due=stage.room.now))
    assert standing(stage, "it").dropped == "it was not needed any more"


def test_what_is_expected_from_an_inject_on_is_named_with_it():
    stage = Stage(scene(inject(), expectations=(expectation(since="it"), expectation(id="other"))))
    assert [rule.id for rule in counting(stage.state, "it")] == ["it"]


# ── a line that adds one ──


@pytest.mark.parametrize(
    ("line", "made", "wait"),
    [
        ("alert monitoring: the disk is full", ev.Inject("gm", "alert", who="monitoring", text=NOW_TEXT), 0),
        ("alert: the disk is full in 3m", ev.Inject("gm", "alert", who="monitoring", text=NOW_TEXT), 3 * M),
        ("Noise the backup: done  IN 90s", ev.Inject("gm", "noise", who="the backup", text="done"), 90 * S),
        ("observation ines: it is slow", ev.Inject("gm", "observation", who="dba", text="it is slow"), 0),
        (
            "voices ines: at 14:02 it broke",
            ev.Inject("gm", "voices", lines=(ScenarioLine(0, "Ines", "at 14:02 it broke"),)),
            0,
        ),
        ("questions sales: how many?", ev.Inject("gm", "questions", lines=(ScenarioLine(0, "sales", "how many?"),)), 0),
        (
            "wrong report support: all is down",
            ev.Inject("gm", "report", who="support", text="all is down", wrong=True),
            0,
        ),
        ("unavailable Nora", ev.Inject("gm", "unavailable", who="first"), 0),
        ("unavailable nora in 10m", ev.Inject("gm", "unavailable", who="first"), 10 * M),
        (
            "unavailable Nora: her phone is flat",
            ev.Inject("gm", "unavailable", who="first", text="her phone is flat"),
            0,
        ),
        ("outage chat 10m", ev.Inject("gm", "outage", tool="chat", lasts=10 * M), 0),
        ("outage paging in 5m", ev.Inject("gm", "outage", tool="paging"), 5 * M),
        ("change: restarted in production", ev.Inject("gm", "change", text="restarted in production"), 0),
        ("takeover Dora: I decide now", ev.Inject("gm", "takeover", who="boss", text="I decide now"), 0),
    ],
)
def test_a_line_of_words_is_an_inject(line: str, made: ev.Inject, wait: int):
    new = added(line, PEOPLE, "gm")
    assert (new.inject, new.wait) == (made, wait)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "Such as: alert monitoring"),
        ("   ", "Such as: alert monitoring"),
        ("alrt monitoring: x", "“alrt” is no kind. Did you mean alert?"),
        ("explosion: x", "“explosion” is no kind. alert, noise"),
        ("coach: press F1", "A coach is a part of the scenario"),
        ("ask: what now?", "is a part of the scenario"),
        ("alert monitoring", "What does it say? A colon, then the words: alert monitoring: text"),
        ("alert monitoring:  in 3m", "What does it say?"),
        ("voices: hello", "Whose? A name behind voices: voices Ivo: text"),
        ("unavailable", "Whose? A name behind unavailable: unavailable Ivo"),
        ("unavailable Iwo", "There is no “Iwo” in this drill. There is Nora, Sam, Ines."),
        ("outage", "Of which tool? chat, paging, monitoring"),
        ("outage mail", "Of which tool?"),
        ("outage chat 10", "“10” has no unit"),
        ("outage chat for 10m", "Of which tool?"),
        ("alert monitoring: " + "x" * 601, "longer than 600 characters"),
        ("report " + "x" * 65 + ": y", "Is a colon missing behind the name?"),
    ],
)
def test_a_line_that_is_none_is_refused_with_what_is_missing(line: str, said: str):
    with pytest.raises(ValueError, match=re.escape(said)):
        added(line, PEOPLE, "gm")


def test_what_was_understood_is_said_back():
    said = added("wrong report support: all is down in 3m", PEOPLE, "gm").text()
    assert said == "report · support · not so · in 3m00s: all is down"
    assert added("outage chat 10m", PEOPLE, "gm").text() == "outage chat · for 10m00s · now"


@given(st.text(max_size=80) | st.tuples(st.sampled_from(KINDS), st.text(max_size=40)).map(" ".join))
def test_whatever_is_typed_is_an_inject_or_a_sentence(line: str):
    said = ""
    try:
        new = added(line, (NORA, INES, DORA), "gm")
    except ValueError as no:
        said = str(no)
    assert said or (new.inject.kind in KINDS and new.wait >= 0)


@given(st.lists(st.text(alphabet="ab/|¦ ", min_size=1, max_size=6).filter(str.strip), max_size=4))
def test_the_words_of_an_inject_fit_back_into_it(said: list[str]):
    each = ev.Inject("it", "voices", lines=tuple(ScenarioLine(0, "Sam", text.strip()) for text in said), text="x")
    if between(each) != " ¦ ":
        assert not misfit(each, words(each))
        assert reworded(each, words(each)) == each
