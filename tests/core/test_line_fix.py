"""`s/old/new/` in the prompt corrects one's last entry; everything that only looks a little like it is text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from test_line import NOW, PEOPLE, VERBS, line
from warroom.core.line import as_text, entry, parse, typed


def test_a_substitution_is_the_correction_of_my_last_entry() -> None:
    it = line("s/9f2c/9f2d/")
    assert (it.verb, it.args, it.problem) == ("fix", "s/9f2c/9f2d/", None)
    assert [chip.text for chip in it.chips] == ["fix my last entry: 9f2c → 9f2d"]


def test_what_is_put_in_its_place_may_be_nothing_and_both_may_have_spaces() -> None:
    assert line("s/ by mistake//").args == "s/ by mistake//"
    assert line("s/table lock/row lock/").verb == "fix"


@pytest.mark.parametrize(
    "text", ["s/he/they said", "s//new/", "see s/a/b/", "s/a/b/ and more", "s/a", "s/a\nb/c/", "S/a/b/"]
)
def test_what_is_not_whole_is_text(text: str) -> None:
    assert line(text) == as_text(text)


def test_turned_back_into_text_it_is_logged() -> None:
    assert line("s/a/b/", "s/a/b/") == as_text("s/a/b/")


def test_a_backslash_makes_it_text() -> None:
    assert line("\\s/a/b/") == as_text("s/a/b/")
    assert typed("s/a/b/", NOW, people=PEOPLE, verbs=VERBS) == "\\s/a/b/"


def test_a_pasted_substitution_never_acts() -> None:
    assert entry("s/a/b/", NOW) == as_text("s/a/b/")


@given(st.text("s/ab\\ "))
def test_every_text_of_such_signs_can_be_typed(text: str) -> None:
    said = typed(text, NOW, people=PEOPLE, verbs=VERBS)
    assert parse(said, NOW, people=PEOPLE, verbs=VERBS) == as_text(text)
