"""What stakeholders see of an incident, what they ask there, and who decides what is seen."""

import pytest

from facts import T0, Desk, declared
from warroom.core import codec, deputy
from warroom.core import events as ev
from warroom.core.acts.entries import Log, Redact
from warroom.core.acts.lifecycle import ChangePhase, Declare, StateImpact
from warroom.core.acts.page import AskOnPage, Moderate
from warroom.core.acts.people import AssignRole
from warroom.core.acts.practice import TakeQuestion
from warroom.core.acts.talk import Answer, Ask, PostUpdate
from warroom.core.acts.updates import CorrectUpdate
from warroom.core.page import HIDDEN, NOT_YET, page
from warroom.core.questions import questions
from warroom.core.values import MINUTE
from warroom.render.page import Form, _span, whole
from warroom.render.page_text import lines


def shown(desk: Desk, audience: str = "internal"):
    return page(desk.state, "INC-000G", audience)


def asked(what: str = "is data lost?") -> Desk:
    desk = declared()
    desk.do(AskOnPage(what=what, asker="support"))
    return desk


# ── what is seen ──


def test_updates_stand_newest_first_and_the_next_is_what_was_promised():
    desk = declared()
    desk.do(PostUpdate(what="one"), after=MINUTE)
    desk.do(PostUpdate(what="two", next_in=7 * MINUTE), after=MINUTE)
    it = shown(desk)
    assert [each.text for each in it.updates] == ["two", "one"]
    assert it.next == T0 + 9 * MINUTE


def test_two_updates_of_the_same_moment_stand_with_the_later_one_first():
    desk = declared()
    desk.do(PostUpdate(what="one"))
    desk.do(PostUpdate(what="two"))
    assert [each.text for each in shown(desk).updates] == ["two", "one"]


def test_a_promise_is_met_by_an_update_to_others_that_these_readers_see_too():
    desk = declared()
    desk.do(PostUpdate(what="inside", audience="internal", next_in=5 * MINUTE))
    assert shown(desk).next == T0 + 5 * MINUTE
    desk.do(PostUpdate(what="to all", audience="public", next_in=20 * MINUTE), after=6 * MINUTE)
    assert shown(desk).next == desk.now + 20 * MINUTE
    assert [each.text for each in shown(desk, "public").updates] == ["to all"]


def test_a_corrected_update_says_so_and_so_does_its_correction():
    desk = declared()
    desk.do(PostUpdate(what="9 % fail"), after=MINUTE)
    desk.do(CorrectUpdate(what="19 % fail"), after=MINUTE)
    assert [(each.text, each.corrects, each.corrected) for each in shown(desk).updates] == [
        ("19 % fail", True, False),
        ("9 % fail", False, True),
    ]


def test_nothing_is_declared_before_it_is():
    it = page(Desk().state, "INC-000G")
    assert (it.phase, it.asks, it.updates) == (NOT_YET, False, ())
    assert lines(it, T0) == ["Nothing is declared yet."]


def test_a_restricted_incident_shows_nothing_and_takes_no_question():
    desk = Desk()
    desk.do(Declare(title="an intruder", severity="SEV1", restricted=True))
    desk.do(PostUpdate(what="we look into it", audience="internal"))
    it = shown(desk)
    assert (it.phase, it.title, it.severity, it.updates) == (HIDDEN, "", "", ())
    assert lines(it, desk.now) == ["This incident is confidential and has no page."]
    assert "intruder" not in "\n".join(lines(it, desk.now)) + whole(it, desk.now, "v", Form("token"))
    assert "Nothing can be asked" in desk.refusal(AskOnPage(what="who is it?", asker="support"))


def test_the_text_has_no_line_that_could_be_another():
    desk = declared()
    desk.do(PostUpdate(what="all is well\nNext update: never \x1b[31m"))
    text = lines(shown(desk), desk.now)
    assert sum(line.startswith("Next update: ") for line in text) == 1
    assert not any("\x1b" in line or "\n" in line for line in text)


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (59_999, "less than a minute"),
        (60_000, "1 minute"),
        (3_600_000, "1 hour"),
        (3_719_999, "1 hour 1 minute"),
        (86_400_000 + 7_200_000, "1 day 2 hours"),
    ],
)
def test_spans_are_words_in_whole_minutes(ms: int, said: str):
    assert _span(ms) == said


# ── what is asked ──


def test_a_readers_question_waits_and_its_reader_is_nobody_in_the_room():
    desk = asked()
    desk.name = "the page"
    desk.do(AskOnPage(what="and now?", asker="ivo"))
    assert [each.page for each in questions(desk.state)] == [True, True]
    assert shown(desk).questions == ()
    assert not {"ivo", "support", "the page"} & set(desk.state.people)


def test_a_reader_breaks_no_silence():
    assert ev.by_machine(ev.QuestionAsked("is data lost?", page=True))
    assert not ev.by_machine(ev.QuestionAsked("is data lost?"))


def test_what_is_let_through_is_seen_without_who_asked_and_then_with_its_answer():
    desk = asked()
    desk.do(Moderate(question="1", shown=True))
    (seen,) = shown(desk).questions
    assert (seen.what, seen.answered) == ("is data lost?", None)
    desk.do(Answer(question="1", what="no"))
    (seen,) = shown(desk).questions
    assert seen.answer == "no"


def test_a_question_of_the_room_is_not_seen_although_it_has_its_answer():
    desk = declared()
    desk.do(Ask(what="who broke it?", asker="legal"))
    desk.do(Answer(question="1", what="we do not know"))
    assert shown(desk).questions == ()
    desk.do(Moderate(question="1", shown=True))
    assert len(shown(desk).questions) == 1


def test_what_is_declined_leaves_the_desk_and_comes_back_when_it_is_let_through():
    desk = asked()
    desk.do(Moderate(question="1", shown=False, why="it names a customer"))
    assert questions(desk.state) == ()
    assert desk.state.open_questions == ()
    desk.do(Moderate(question="1", shown=True))
    assert len(questions(desk.state)) == 1


def test_a_question_of_the_room_stays_on_the_desk_when_the_page_does_not_show_it():
    desk = declared()
    desk.do(Ask(what="is data lost?", asker="legal"))
    desk.do(Moderate(question="1", shown=True))
    desk.do(Moderate(question="1", shown=False, why="not yet"))
    assert shown(desk).questions == ()
    assert len(questions(desk.state)) == 1


def test_declining_has_a_reason_and_saying_it_twice_is_refused():
    desk = asked()
    assert "Why is it not shown?" in desk.refusal(Moderate(question="1", shown=False))
    desk.do(Moderate(question="1", shown=True))
    assert "decided already" in desk.refusal(Moderate(question="1", shown=True))
    assert "Which question" in desk.refusal(Moderate(question="7", shown=True))


def test_an_answer_does_not_show_what_was_declined():
    desk = asked()
    desk.do(Moderate(question="1", shown=False, why="it names a customer"))
    desk.do(Answer(question="1", what="told them by mail"))
    assert shown(desk).questions == ()


def test_a_redacted_question_or_answer_is_gone_from_the_page():
    desk = asked("is Contoso hit?")
    desk.do(Answer(question="1", what="yes, they are"))
    desk.do(Redact(of=desk.state.answers[0].id, why="a name"))
    assert "yes, they are" not in "\n".join(lines(shown(desk), desk.now))
    desk.do(Redact(of=desk.state.questions[0].id, why="a name"))
    assert "Contoso" not in "\n".join(lines(shown(desk), desk.now))


def test_a_refusal_whose_reason_is_redacted_still_holds():
    desk = asked("is Contoso hit?")
    desk.do(Answer(question="1", what="told them by mail"))
    (refusal,) = desk.do(Moderate(question="1", shown=False, why="it names Contoso"))
    desk.do(Redact(of=refusal.id, why="a name"))
    assert shown(desk).questions == ()
    (kept,) = questions(desk.state, answered=True)
    assert (kept.shown, kept.why) == (False, "redacted")


def test_what_was_let_through_stays_so_when_the_fact_that_did_it_is_redacted():
    desk = asked()
    (let,) = desk.do(Moderate(question="1", shown=True))
    desk.do(Redact(of=let.id, why="a name"))
    assert len(shown(desk).questions) == 1


def test_a_redacted_question_leaves_no_word_in_what_was_decided_about_it():
    for decision in (
        Moderate(question="1", shown=False, why="it names a customer"),
        Moderate(question="1", shown=True),
    ):
        desk = asked("is Contoso hit?")
        desk.do(decision)
        desk.do(Redact(of=desk.state.questions[0].id, why="a name"))
        said = "".join(repr(event.body) for event in desk.state.facts)
        assert not [word for word in ("Contoso", "a customer") if word in said]


def test_a_question_is_seen_where_its_page_was_and_by_whoever_sees_more():
    desk = declared()
    for audience in ("public", "internal", "executive", ""):
        desk.do(AskOnPage(what=f"asked by {audience or 'an older server'}", asker="x", audience=audience))
    for number in range(1, 5):
        desk.do(Answer(question=str(number), what="no"))
    desk.do(Ask(what="asked in the room", asker="legal"))
    desk.do(Moderate(question="5", shown=True))

    def seen(audience: str) -> set[str]:
        return {each.what.removeprefix("asked ") for each in shown(desk, audience).questions}

    assert seen("public") == {"by public", "in the room"}
    assert seen("internal") == {"by public", "by internal", "by an older server", "in the room"}
    assert seen("executive") == seen("internal") | {"by executive"}


def test_the_audience_of_a_question_is_not_on_the_log_where_nobody_wrote_it_down():
    assert b"audience" not in codec.encode(asked().state.questions[0])[0]


def test_the_text_says_of_an_impact_that_it_is_over():
    desk = declared()
    for how, said in (
        ("reduced", "Impact, less than it was: cards fail"),
        ("ended", "Impact, which is over: cards fail"),
    ):
        desk.do(StateImpact(what="cards fail", state=how))
        assert said in lines(shown(desk), desk.now)


def test_the_scribe_is_reminded_of_a_readers_question_until_somebody_has_looked_at_it():
    for look in (Moderate(question="1", shown=True), Answer(question="1", what="no"), TakeQuestion(question="1")):
        desk = declared()
        desk.do(AssignRole(role="scribe", who="ana"))
        desk.do(AskOnPage(what="is data lost?", asker="support"))
        prompt = deputy.visible(desk.state, desk.now, "ana")
        assert prompt is not None
        assert (prompt.kind, prompt.line) == ("page", "/questions")
        assert "support asks on the page: “is data lost?”" in prompt.text
        desk.do(look)
        assert getattr(deputy.visible(desk.state, desk.now, "ana"), "kind", "") != "page"


def test_the_same_question_is_asked_once():
    desk = declared()
    command = AskOnPage(what="is data lost?", asker="support", id="0" * 20)
    desk.do(command)
    assert "already" in desk.refusal(command)


def test_a_closed_incident_takes_no_question():
    desk = declared()
    desk.do(ChangePhase(phase="resolved"))
    desk.do(AskOnPage(what="is it over?", asker="support"))
    desk.do(ChangePhase(phase="closed"))
    assert "closed" in desk.refusal(AskOnPage(what="and now?", asker="support"))
    desk.do(Log(text="entries are always taken"))
