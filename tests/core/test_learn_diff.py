"""A change as a diff: it gives what it was made from, and fits a text that has changed elsewhere."""

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.learn.diff import patched, unified

LINES = st.lists(st.sampled_from(["a", "b", "[[step]]", 'id = "x"', "", "\\ No newline at end of file", "--- x", "+y"]))
TEXTS = st.builds(lambda rows, end: "\n".join(rows) + end, LINES, st.sampled_from(["", "\n", "\r\n", "\u2028", "\n\n"]))


@given(TEXTS, TEXTS)
def test_a_diff_on_what_it_was_made_from_gives_what_it_was_made_to(before: str, after: str) -> None:
    diff = unified(before, after, "old", "new")
    assert patched(before, diff) == after
    assert (diff == "") == (before == after)


@given(st.text(), st.text())
def test_no_text_is_too_strange_for_a_diff(before: str, after: str) -> None:
    assert patched(before, unified(before, after, "old", "new")) == after


@given(TEXTS, st.text())
def test_what_is_no_diff_changes_nothing(text: str, diff: str) -> None:
    assert patched(text, diff) in (None, text)


def test_a_hunk_fits_where_lines_came_in_before_it() -> None:
    before = "".join(f"{n}\n" for n in range(20))
    diff = unified(before, before.replace("10\n", "10\nnew\n"), "old", "new")
    moved = "a comment\nand one more\n" + before
    assert patched(moved, diff) == moved.replace("10\n", "10\nnew\n")


def test_a_hunk_whose_lines_were_changed_does_not_fit() -> None:
    before = "".join(f"{n}\n" for n in range(20))
    diff = unified(before, before.replace("10\n", "10\nnew\n"), "old", "new")
    assert patched(before.replace("9\n", "nine\n", 1), diff) is None


def test_what_is_there_already_is_not_put_there_twice() -> None:
    before = "".join(f"{n}\n" for n in range(20))
    after = before.replace("10\n", "10\nnew\n")
    assert patched(after, unified(before, after, "old", "new")) is None


def test_a_place_that_could_be_two_is_none() -> None:
    diff = unified("x\na\ny\n", "x\nb\ny\n", "old", "new")
    assert patched("1\n" + "x\na\ny\n", diff) == "1\nx\nb\ny\n"
    assert patched("x\na\ny\n0\nx\na\ny\n", diff.replace("@@ -1,3 +1,3 @@", "@@ -3,3 +3,3 @@")) is None
