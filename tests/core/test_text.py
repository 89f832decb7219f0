"""What a terminal may be shown, and how wide it is."""

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.text import clean, clip, keepable, width, wrap

ANY = st.text(st.characters(), max_size=80)  # every code point, lone surrogates too
NASTY = st.lists(
    st.sampled_from(
        ["\x1b[31m", "\x1b]52;c;aGk=\x07", "\x9b2J", "\u202e", "\u2066", "\udcff", "\0", "\u2028", "a", "[b]"]
    )
).map("".join)
UNSAFE = (
    {chr(n) for n in [*range(0x20), *range(0x7F, 0xA0)]}
    | set("\u061c\u200e\u200f\u2028\u2029")
    | {
        chr(n)
        for n in [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000), *range(0xE0000, 0xE0080)]
    }
)


@given(ANY | NASTY)
def test_nothing_that_commands_a_terminal_survives(text: str) -> None:
    assert not UNSAFE & set(clean(text))
    assert not (UNSAFE - {"\n"}) & set(clean(text, lines=True))
    clean(text).encode()
    clean(text, lines=True).encode()


def test_no_unsafe_character_is_forgotten() -> None:
    every = "".join(sorted(UNSAFE))
    assert not UNSAFE & set(clean(every))
    assert not (UNSAFE - {"\n"}) & set(clean(every, lines=True))


@given(ANY | NASTY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean(clean(text, lines=True), lines=True) == clean(text, lines=True)


def test_plain_text_is_handed_back_untouched() -> None:
    text = "p99 auf payments-db: 4,2 s [red]"
    assert clean(text) is text


def test_what_was_taken_out_can_be_seen() -> None:
    assert clean("a\x1b[31mb\tc\nd\0") == "a␛[31mb    c⏎d�"
    assert clean("one\r\ntwo\rthree\u2028four", lines=True) == "one\ntwo\nthree\nfour"


def test_joined_emoji_are_left_alone() -> None:
    family = "👩\u200d👩\u200d👧"
    assert clean(family) == family


@given(ANY | NASTY)
def test_what_can_be_kept_is_kept(text: str) -> None:
    kept = keepable(text)
    kept.encode()
    assert kept == "".join(c for c in text if c != "\0" and not 0xD800 <= ord(c) < 0xE000)


def test_width_counts_cells() -> None:
    assert [width(t) for t in ("", "abc", "日本", "e\u0301", "👍", "\u2764\ufe0f", "👩\u200d👧")] == [
        0,
        3,
        4,
        1,
        2,
        2,
        2,
    ]


@given(st.text(st.characters(exclude_categories=["C"]), max_size=40), st.integers(0, 30))
def test_a_clipped_text_fits(text: str, cells: int) -> None:
    clipped = clip(text, cells)
    assert width(clipped) <= cells
    assert clipped == text or cells == 0 or clipped.endswith("…")


@given(st.text(st.characters(exclude_categories=["C"]), max_size=60), st.integers(2, 30))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, cells: int) -> None:
    lines = wrap(text, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_wrap_breaks_between_words() -> None:
    assert wrap("cancel the vacuum on orders", 12) == ["cancel the", "vacuum on", "orders"]
    assert wrap("a abcdefghij b", 4) == ["a", "abcd", "efgh", "ij b"]
    assert wrap("one\n\n  two", 10) == ["one", "", "  two"]
    assert wrap("", 10) == [""]
