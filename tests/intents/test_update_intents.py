"""What is typed behind the verbs of updates and questions, and what it asks for."""

import pytest

from facts import declared
from warroom.config.shipped import folder
from warroom.core.acts.lifecycle import StateImpact
from warroom.core.acts.practice import TakeQuestion
from warroom.core.acts.talk import Ask
from warroom.core.acts.updates import ApproveUpdate, CorrectUpdate, DraftUpdate, PostDraft, PostSame
from warroom.core.values import HOUR, MINUTE, Refused
from warroom.core.when import when
from warroom.intents import BY_KEY, BY_VERB, Context, Screen
from warroom.intents.update import Asked, read, sent, whom
from warroom.render.update import step


def at(desk):
    return Context(desk.state, desk.name, desk.now, lambda text: when(text, desk.now), lambda text: ("", ""))


def asked(line, desk):
    verb, _, args = line.removeprefix("/").partition(" ")
    return BY_VERB[verb].command(args, at(desk))


# ── updates ──


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("", Asked()),
        ("public", Asked("public")),
        ("exec", Asked("executive")),
        ("It fails.", Asked("", "It fails.")),
        ("internal It fails.; next in 20m", Asked("internal", "It fails.", 20 * MINUTE)),
        ("It fails. next in 20m; estimate 2h", Asked("", "It fails.", 20 * MINUTE, 2 * HOUR)),
        ("public estimate 2h", Asked("public", "", None, 2 * HOUR)),
        ("You are next in line", Asked("", "You are next in line")),
        ("You wait; next in line", Asked("", "You wait; next in line")),
        ("public one\ntwo\n\nthree", Asked("public", "one\ntwo\n\nthree")),
    ],
)
def test_an_audience_a_text_a_wait_and_an_estimate_are_each_optional(typed, means):
    assert read(typed) == means


def test_a_draft_without_a_text_is_for_the_console_to_fill_and_with_one_it_is_a_command():
    desk = declared()
    assert asked("/draft internal next in 20m", desk) == Screen("draft", "internal next in 20m")
    assert asked("/draft internal It fails.", desk) == DraftUpdate(what="It fails.", audience="internal")


def test_the_line_that_fills_itself_is_held_to_the_time_that_stands_in_it():
    desk = declared()
    desk.do(StateImpact(what="cards fail"))
    line, _ = step(desk.state, "public", desk.now, folder())
    desk.now += 3 * MINUTE
    command = asked(line, desk)
    assert command.what == line.removeprefix("/draft public ")
    (drafted,) = desk.do(command)
    assert drafted.body.next // MINUTE * MINUTE == (desk.now + 17 * MINUTE) // MINUTE * MINUTE


def test_the_same_line_twice_is_refused_rather_than_undoing_an_approval():
    desk = declared()
    line, _ = step(desk.state, "public", desk.now, folder())
    desk.do(asked(line, desk))
    desk.do(asked("/approve public", desk))
    assert "says that already" in desk.refusal(asked(line, desk))


def test_an_approval_names_its_audience_and_who_said_so_in_any_combination():
    desk = declared()
    assert asked("/approve", desk) == ApproveUpdate(audience="public", who="")
    assert asked("/approve Dana Lim", desk) == ApproveUpdate(audience="public", who="Dana Lim")
    assert asked("/approve internal dana", desk) == ApproveUpdate(audience="internal", who="dana")
    desk.do(DraftUpdate(what="x", audience="executive"))
    assert asked("/approve", desk).audience == "executive"


def test_what_publishes_is_for_the_console_which_adds_the_ways():
    desk = declared()
    ways = ("slack:C1",)
    post, same = asked("/post internal", desk), asked("/nochange public; next in 5m", desk)
    assert sent(post, at(desk), ways) == PostDraft(audience="internal", ways=ways)
    filled = sent(asked("/nochange", desk), at(desk), ways, "Still so.")
    assert filled == PostSame(audience="public", what="Still so.", ways=ways)
    assert whom(same, at(desk)) == "public"
    desk.do(DraftUpdate(what="x", audience="internal"))
    assert whom(asked("/post", desk), at(desk)) == "internal"
    assert whom(asked("/nochange", desk), at(desk)) == "public"
    right = asked("/correct internal it is 3 %; next in 5m", desk)
    assert sent(right, at(desk), ways) == CorrectUpdate(what="it is 3 %; next in 5m", audience="internal", ways=ways)
    assert "What is right" in declared().refusal(CorrectUpdate(what="")) or asked("/correct", desk) == CorrectUpdate(
        what=""
    )


def test_post_takes_an_audience_and_nothing_else():
    with pytest.raises(Refused, match="no audience"):
        asked("/post press", declared())
    with pytest.raises(Refused, match="changes the text"):
        asked("/post public now", declared())


def test_the_key_opens_the_next_step_for_the_audience_that_hears_next():
    desk, update = declared(), BY_KEY["w"]
    assert update.prefill(at(desk)) == "/draft public"
    desk.do(DraftUpdate(what="x", audience="internal"))
    assert update.prefill(at(desk)) == "/approve internal"
    desk.do(ApproveUpdate(audience="internal"))
    assert update.prefill(at(desk)) == "/post internal"


@pytest.mark.parametrize("verb", ["post", "nochange", "correct", "update"])
def test_what_publishes_wants_its_whole_word(verb):
    assert BY_VERB[verb].whole


# ── questions ──


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/ask legal: is data lost? in 20m", Ask(asker="legal", what="is data lost?", within=20 * MINUTE)),
        ("/ask is it back in 10m", Ask(what="is it back in 10m")),
        ("/ask is it back in Berlin?", Ask(what="is it back in Berlin?")),
        ("/ask https://x.example is down?", Ask(what="https://x.example is down?")),
        ("/report support: 1,200 users", Ask(asker="support", what="1,200 users", report=True)),
        ("/take 2", TakeQuestion(question="2")),
        ("/take 2 ivo in 15m", TakeQuestion(question="2", owner="ivo", within=15 * MINUTE)),
        ("/take 2 in 15m", TakeQuestion(question="2", within=15 * MINUTE)),
    ],
)
def test_who_asks_who_finds_the_answer_and_by_when(line, command):
    assert asked(line, declared()) == command


def test_the_lines_that_open_name_a_question_that_waits():
    desk = declared()
    assert BY_VERB["answer"].prefill(at(desk)) == "/ask "
    desk.do(Ask(what="a?"))
    desk.do(Ask(what="b?"))
    desk.do(TakeQuestion(question="1"))
    assert BY_VERB["answer"].prefill(at(desk)) == "/answer 1 "
    assert BY_VERB["take"].prefill(at(desk)) == "/take 2 "
    assert BY_VERB["take"].candidates("", at(desk)) == ["1", "2"]


def test_the_boards_are_for_the_console_to_show():
    assert asked("/questions", declared()) == Screen("questions")
    assert asked("/updates", declared()) == Screen("updates")
