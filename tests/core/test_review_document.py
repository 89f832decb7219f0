"""The review as a file: whatever is done to it in an editor, no line that somebody wrote or the log wrote is lost."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warroom.core.review import document as doc
from warroom.core.review.changed import Changes, changes
from warroom.core.review.document import TOP, Base, Drafted, Section, compose, drafted, mark, parse, slug

LOG = {
    each.key: each
    for each in (
        Drafted(TOP, "", ("# Review: checkout returns 500s", "", "INC-K3F9 · SEV2")),
        Drafted("overview", "Overview", ("At 14:02 UTC checkout failed.",)),
        Drafted("impact", "Impact", ("- 38 % of cards failed", "- for 42m00s")),
        Drafted(
            "timeline", "Timeline", ("- 14:02 **observed** ana: p99 at 9 s", "- 14:07 **decision** ivo: roll back")
        ),
        Drafted("went-well", "Went well", ()),
    )
}
KEYS = tuple(LOG)


def untouched(**bodies: str) -> list[Section]:
    """The sections of the template, some of them as somebody wrote them; one's own behind them."""
    made = [Section(key, LOG[key].title, bodies.pop(key.replace("-", "_"), mark(key))) for key in KEYS]
    return made + [Section(key, key.capitalize(), body) for key, body in bodies.items()]


def base_of(sections: list[Section]) -> Base:
    return Base("INC-K3F9", {s.key: (f"FACT-{s.key or 'top'}",) for s in sections if s.body != mark(s.key)})


def file_of(**bodies: str) -> str:
    sections = untouched(**bodies)
    return compose(sections, LOG, base_of(sections))


def read(text: str, before: str) -> Changes:
    return changes(parse(before, KEYS), parse(text, KEYS), KEYS)


def after(text: str, before: str) -> dict[str, str]:
    """The bodies of the document once `text` was read back."""
    made = {each.key: each.body for each in parse(before, KEYS).sections}
    return made | {each.key: each.body for each in read(text, before).written}


# ── what is read ──


def test_a_file_that_nobody_changed_changes_nothing() -> None:
    before = file_of(impact=f"{mark('impact')}\n\nand refunds", legal="We told them.")
    assert read(before, before) == Changes()


def test_a_block_that_is_as_it_was_becomes_a_mark_and_renews_itself() -> None:
    before = file_of()
    text = before.replace("## Impact\n", "## Impact\n\nBefore it.\n").replace("<!-- /log -->\n\n## Timeline", END)
    (change,) = read(text, before).written
    assert change.body == f"Before it.\n\n{mark('impact')}\nAfter it."
    newer = LOG | {"impact": Drafted("impact", "Impact", ("- 40 % of cards failed",))}
    again = doc.plain(Section("impact", "Impact", change.body), newer)
    assert again == ["Before it.", "", "- 40 % of cards failed", "After it."]


END = "<!-- /log -->\nAfter it.\n\n## Timeline"


def test_a_block_that_was_edited_is_its_writers_text() -> None:
    before = file_of()
    (change,) = read(before.replace("38 %", "about 40 %"), before).written
    assert change.body == "- about 40 % of cards failed\n- for 42m00s"
    assert change.freed


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_another_system_and_a_byte_order_mark_change_nothing(end: str) -> None:
    before = file_of(legal="We told them.")
    assert read("\ufeff" + before.replace("\n", end), before) == Changes()


def test_blanks_at_the_ends_of_the_logs_lines_do_not_make_them_somebodys_own() -> None:
    before = file_of()
    assert read(before.replace("38 % of cards failed", "38 % of cards failed  "), before) == Changes()


def test_a_section_that_is_missing_stays_and_is_named() -> None:
    before = file_of()
    start, end = before.index("## Impact"), before.index("## Timeline")
    found = read(before[:start] + before[end:], before)
    assert [each.key for each in found.missing] == ["impact"]
    assert found.written == ()


def test_an_emptied_section_is_emptied() -> None:
    before = file_of()
    text = before.replace(before[before.index("## Impact") : before.index("## Timeline")], "## Impact\n\n")
    (change,) = read(text, before).written
    assert (change.how, change.body) == ("emptied", "")


def test_text_before_the_first_heading_is_kept() -> None:
    before = file_of()
    text = before.replace("\n## Owner", "\n## Owner").replace("## Overview", "Please read this first.\n\n## Overview")
    (change,) = read(text, before).written
    assert change.key == TOP
    assert change.body.endswith("Please read this first.")


def test_a_heading_nobody_knows_makes_a_section_with_its_place() -> None:
    before = file_of()
    (change,) = read(before.replace("## Timeline", "## Legal\n\nWe told them.\n\n## Timeline"), before).written
    assert (change.how, change.key, change.title, change.before) == ("new", "legal", "Legal", "impact")
    assert change.body == "We told them."


def test_a_heading_that_stands_there_twice_makes_one_section_with_both_texts() -> None:
    before = file_of()
    (change,) = read(before + "\n## Impact\n\nand refunds\n", before).written
    assert change.body == f"{mark('impact')}\n\n## Impact\n\nand refunds"
    assert after(before + "\n## Impact\n\nand refunds\n", before)["went-well"] == mark("went-well")


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_a_heading_within_a_code_fence_is_text(fence: str) -> None:
    before = file_of()
    text = before.replace("## Timeline", f"{fence}sh\n## not a heading\n## Impact\n{fence}\n\n## Timeline")
    (change,) = read(text, before).written
    assert change.key == "impact"
    assert change.body.endswith(f"{fence}sh\n## not a heading\n## Impact\n{fence}")


def test_a_fence_that_nobody_closed_swallows_no_section() -> None:
    before = file_of(legal="We told them.")
    (change,) = read(before.replace("## Timeline", "```\nls\n\n## Timeline"), before).written
    assert change.body.endswith("```\nls")


def test_a_block_that_was_moved_is_renewed_where_it_stands_now() -> None:
    before = file_of()
    block = before[before.index("<!-- log: impact") : before.index("## Timeline")]
    found = after(before.replace(block, "").replace("## Impact", f"{block}\n## Impact"), before)
    assert found["overview"] == f"{mark('overview')}\n\n{mark('impact')}"
    assert found["impact"] == ""


def test_a_heading_that_was_renamed_is_the_same_section_with_another_title() -> None:
    before = file_of()
    text = before.replace("## Impact", "## What users saw")
    (change,) = read(text, before).written
    assert (change.key, change.title, change.body) == ("impact", "What users saw", mark("impact"))
    sections = [Section(s.key, "What users saw" if s.key == "impact" else s.title, s.body) for s in untouched()]
    again = compose(sections, LOG, Base("INC-K3F9", {"impact": ("F",)}, {"what-users-saw": "impact"}))
    assert read(again, again) == Changes()
    (change,) = read(again.replace("What users saw\n", "What users saw\n\nmore\n"), again).written
    assert (change.key, change.base) == ("impact", ("F",))


def test_sections_of_the_template_that_were_moved_change_nothing() -> None:
    before = file_of()
    start, end = before.index("## Impact"), before.index("## Timeline")
    assert read(before[:start] + before[end:] + "\n" + before[start:end], before) == Changes()


def test_a_section_of_ones_own_that_was_moved_has_another_place() -> None:
    before = file_of(legal="We told them.")
    at = before.index("## Legal")
    (change,) = read(before[:at].replace("## Impact", before[at:] + "\n## Impact"), before).written
    assert (change.key, change.how, change.before) == ("legal", "moved", "overview")


def test_the_first_line_says_what_its_writer_saw() -> None:
    before = file_of(impact="mine")
    (change,) = read(before.replace("mine", "ours"), before).written
    assert change.base == ("FACT-impact",)
    (change,) = read(before.replace("<!-- /log -->\n\n## Impact", "x\n\n## Impact"), before).written
    assert change.base == ()


def test_without_the_first_line_nobody_knows_what_its_writer_saw() -> None:
    before = file_of(impact="mine")
    text = before.split("\n", 1)[1].replace("mine", "ours")
    (change,) = read(text, before).written
    assert change.base is None


@pytest.mark.parametrize(
    ("title", "key"),
    [("Went well", "went-well"), ("  **Impact**: users ", "impact-users"), ("Übersicht 2", "übersicht-2"), ("!!", "")],
)
def test_a_key_is_the_slug_of_its_heading(title: str, key: str) -> None:
    assert slug(title) == key


def test_a_template_with_a_heading_twice_makes_one_section() -> None:
    found = drafted("# Review\n\n## Impact\n\na\n\n## Other\n\n## impact\n\nb\n<!-- /log -->\n")
    assert [(each.key, each.lines) for each in found] == [
        (TOP, ("# Review",)),
        ("impact", ("a", "", "## impact", "", "b")),
        ("other", ()),
    ]


def test_what_only_asks_for_something_says_nothing() -> None:
    assert Drafted("a", "A", ("<!-- what went", "well? -->", "")).empty
    assert not Drafted("a", "A", ("<!-- what? -->", "- this")).empty


# ── whatever is done to it ──

_WORDS = st.sampled_from(
    (
        *("and refunds", "## Impact", "## IMPACT!", "## Legal", "## Timeline ##", "  ## Overview", "##", "## !!!"),
        *("```", "~~~", "```sh", "    ## indented", "# A title", "### smaller", "-----", "", "   ", "\t"),
        *("<!-- log: impact -->", "<!-- log: nowhere -->", "<!-- log: timeline 0123456789ab -->", "<!-- /log -->"),
        *("<!-- log: impact", "log: impact -->", "<!-- a remark -->", "<!-- warroom review", "base: impact=X -->"),
        *(
            "<!-- warroom review INC-K3F9; base: impact=X -->",
            "- 38 % of cards failed",
            "a <!-- /log -->",
            "\\",
            "é\u0301",
        ),
    )
)
_LINES = st.one_of(
    _WORDS, st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=("Cs",)), max_size=30)
)
_EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.integers(0, 60), _LINES),
        st.tuples(st.just("delete"), st.integers(0, 60), st.integers(1, 6)),
        st.tuples(st.just("move"), st.integers(0, 60), st.integers(0, 60)),
    ),
    max_size=12,
)
_BODY = st.lists(_LINES, max_size=6).map("\n".join)


def edited(text: str, edits: list[tuple]) -> str:  # type: ignore[type-arg]  # three sorts of edits
    lines = text.split("\n")
    for what, at, other in edits:
        at = min(at, len(lines))
        if what == "insert":
            lines.insert(at, other)
        elif what == "delete":
            del lines[at : at + other]
        elif at < len(lines):
            lines.insert(min(other, len(lines) - 1), lines.pop(at))
    return "\n".join(lines)


def theirs(text: str) -> Counter[str]:
    """The lines of a file that people wrote or kept, without marks and blanks."""
    lines = (" ".join(line.split()) for line in text.split("\n") if not doc.is_mark(line))
    return Counter(line for line in lines if line)


def stands(sections: list[Section]) -> Counter[str]:
    """The lines of the document, its headings among them."""
    return theirs(compose(sections, LOG, None))


@settings(max_examples=400, deadline=None)
@given(edits=_EDITS, impact=st.none() | _BODY, legal=st.none() | _BODY)
def test_whatever_is_done_to_the_file_every_line_of_it_is_in_the_document(edits, impact, legal) -> None:  # type: ignore[no-untyped-def]  # hypothesis
    sections = untouched(**{k: v for k, v in (("impact", impact), ("legal", legal)) if v is not None})
    before = compose(sections, LOG, base_of(sections))
    text = edited(before, edits)
    found = read(text, before)
    made = {each.key: each for each in parse(before, KEYS).sections}
    made |= {each.key: Section(each.key, each.title, each.body) for each in found.written}
    missing = theirs(text) - stands(list(made.values()))
    assert not missing, (text, missing)


@settings(max_examples=300, deadline=None)
@given(impact=st.none() | _BODY, legal=st.none() | _BODY)
def test_whatever_was_written_a_file_that_nobody_touched_changes_nothing(impact, legal) -> None:  # type: ignore[no-untyped-def]  # hypothesis
    sections = untouched(**{k: v for k, v in (("impact", impact), ("legal", legal)) if v is not None})
    before = compose(sections, LOG, base_of(sections))
    assert read(before, before) == Changes()
    newer = LOG | {"timeline": Drafted("timeline", "Timeline", ("- 14:30 **note** lee: more",))}
    now = compose(sections, newer, base_of(sections))
    assert read(before, now) == Changes(), "and neither does one that the log has gone beyond"


@settings(max_examples=200, deadline=None)
@given(body=_BODY)
def test_what_was_taken_out_of_the_log_can_be_had_again(body: str) -> None:
    before = file_of(impact=body)
    text = before.replace("## Timeline", f"{mark('impact')}\n\n## Timeline", 1)
    (change,) = [each for each in read(text, before).written if mark("impact") in each.body.split("\n")][:1]
    assert set(LOG["impact"].lines) <= set(doc.plain(Section(change.key, "", change.body), LOG))
