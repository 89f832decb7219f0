"""Words at hand: shipped, replaced entry by entry by one's own, and filled in from the incident."""

import re

import pytest

from facts import T0, declared
from warroom.config.check import check
from warroom.config.paths import Paths
from warroom.config.words import PLACEHOLDERS, load
from warroom.core.acts.people import AssignRole, OfferRole
from warroom.core.acts.work import GiveTask
from warroom.core.incident import Incident
from warroom.core.values import MINUTE
from warroom.render.say import fill, values

SHIPPED, PROBLEMS = load(None)


@pytest.fixture
def own(tmp_path):
    paths = Paths(str(tmp_path), str(tmp_path), str(tmp_path))

    def write(text):
        (tmp_path / "words.toml").write_text(text)
        return paths

    return write


def test_there_are_words_for_every_hard_moment():
    assert PROBLEMS == []
    for moment in (
        "opening", "task", "poll", "handover-offer", "handover-accept", "executive", "status", "closing", "vendor",
        "objections",
    ):  # fmt: skip
        assert SHIPPED[moment].say
        assert SHIPPED[moment].when


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_words_are_whole_once_everything_is_known(name):
    known = dict.fromkeys(PLACEHOLDERS, "x")
    said = fill(SHIPPED[name].say, known)
    assert not re.search(r"[{}\[\]]", said)
    assert len(said) < 300
    assert said.endswith((".", "?"))


def test_to_somebody_who_takes_over_uninvited_it_says_the_one_question():
    assert "do you wish to take command?" in SHIPPED["executive"].say


def test_ones_own_entry_wins_and_the_others_stay(own):
    found, problems = load(own('[words.opening]\nsay = "Hello, {name} here."\n[words.tea]\nsay = "Tea?"\n'))
    assert problems == []
    assert found["opening"].say == "Hello, {name} here."
    assert found["tea"].say == "Tea?"
    assert found["closing"] == SHIPPED["closing"]


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('[words.opening]\nsay = "Hi {nam}"\n', "line 2, words.opening.say", "“{nam}” is not filled in; there is"),
        ('[words.opening]\nsay = "Hi {name"\n', "line 2, words.opening.say", "a brace without its other half"),
        ('[words.opening]\nsay = "{name.__class__}"\n', "line 2, words.opening.say", "is not filled in"),
        ('[words.opening]\nsay = "{name!r}"\n', "line 2, words.opening.say", "is not filled in"),
        ('[words.opening]\nsay = "{0}"\n', "line 2, words.opening.say", "is not filled in"),
        ('[words.opening]\nsay = ""\n', "line 2, words.opening.say", "is empty"),
        ('[words.opening]\nsay = 3\n', "line 2, words.opening.say", "should be text in quotes"),
        ("[words.opening]\n", "line 1, words.opening", "“say” is missing"),
        ('[words.opening]\nsay = "x"\ntune = "y"\n', "line 3, words.opening.tune", "not a key"),
        ('[words."A B"]\nsay = "x"\n', "words.A B", "a name of small letters"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_file_and_line_and_the_shipped_words_stand_in(own, text, place, reason):
    paths = own(text)
    found, (problem,) = load(paths)
    assert found == SHIPPED
    assert problem.file.endswith("words.toml")
    assert place in problem.place
    assert reason in problem.reason
    assert problem in check(paths)


@pytest.mark.parametrize("text", ["words = 3", "[word.x]\nsay='y'", "[words", "\x00", 'words = "x"', "[[words]]\n"])
def test_a_file_that_is_none_of_it_leaves_the_shipped_words(own, text):
    found, problems = load(own(text))
    assert found == SHIPPED
    assert len(problems) == 1
    assert "The shipped ones are used." in str(problems[0])


# ── filled in ──


def test_the_names_are_those_of_the_incident():
    desk = declared("ana")
    desk.do(AssignRole(role="commander", who="ana"))
    desk.do(GiveTask(who="ivo", what="roll back", within=6 * MINUTE))
    known = values(desk.state, "ana", desk.now)
    assert (known["name"], known["role"], known["severity"], known["other"]) == ("ana", "commander", "SEV2", "ivo")
    assert fill("{other}: {title}, {minutes}", known) == "ivo: checkout returns 500s, 5"
    assert values(desk.state, "ana", desk.now, other="bo", minutes=3)["other"] == "bo"


def test_in_a_handover_the_other_is_the_other_side_of_it():
    desk = declared("ana")
    desk.do(AssignRole(role="scribe", who="ana"))
    desk.do(OfferRole(role="scribe", who="bo"))
    assert values(desk.state, "ana", T0)["other"] == "bo"
    assert values(desk.state, "bo", T0)["other"] == "ana"
    assert values(desk.state, "bo", T0)["role"] == "scribe"


def test_what_is_not_known_is_a_gap_that_can_be_seen():
    known = values(Incident(), "ana", T0)
    assert fill("{name}: {title} with {other}, {{so}}", known) == "ana: [title] with [other], {so}"


def test_what_is_filled_in_commands_no_terminal_and_is_not_filled_in_again():
    assert fill("{title}", {"title": "\x1b[31m{name}\n", "name": "x"}) == "␛[31m{name}"
