"""The last line of defence: whatever a widget renders, the bytes that reach the terminal command nothing."""

import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from pty_screen import PtyScreen
from warroom.tui.filter import Safe, safe
from warroom.tui.glyphs import TABLE, plain

HERE = Path(__file__).parent
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029\ud800-\udfff]")


def apply(text: str, style: Style | None = None, ascii: bool = False) -> Segment:
    return Safe(ascii).apply([Segment(text, style)], Color(0, 0, 0))[0]


@given(st.text(st.characters(codec=None)))
def test_no_text_keeps_an_unsafe_character_or_changes_its_cells(text: str):
    out = apply(text).text
    assert not UNSAFE.search(out)
    assert cell_len(out) == cell_len(text)


def test_what_people_write_in_any_script_is_left_alone():
    for text in ("plain", "Grüße, ça va?", "日本語", "👩‍💻 café́", "שלום", "\u00a0"):
        assert safe(text) == text


def test_lone_surrogates_do_not_reach_the_encoder():
    apply("x\ud800y\udfff").text.encode()


def test_a_link_is_not_written():
    segment = apply("text", Style(link="https://evil.example/", bold=True))
    assert segment.style is not None
    assert segment.style.link is None
    assert segment.style.bold


def test_every_sign_has_a_plain_one_of_the_same_width():
    for code, spelt in TABLE.items():
        assert spelt.isascii()
        assert len(spelt) == 1
        assert cell_len(chr(code)) == 1


def test_in_ascii_the_consoles_own_signs_are_plain_and_letters_stay():
    assert plain("╭─ √ → é 漢 ─╮") == "+- + > é 漢 -+"
    assert apply("▲ 38 %", ascii=True).text == "^ 38 %"


@pytest.fixture(scope="module")
def raw() -> bytes:
    with PtyScreen([sys.executable, str(HERE / "evil_console.py")], cols=132, rows=40) as screen:
        screen.wait_for("END OF IT")
        screen.settle()
        return bytes(screen.raw)


def drawn(raw: bytes) -> str:
    """What came, which must be UTF-8, without the shape of the mouse pointer, which Textual sets."""
    return re.sub("\x1b]22;[a-z]+\x07", "", raw.decode())


def test_the_terminal_gets_no_byte_of_an_evil_text(raw: bytes):
    text = drawn(raw)
    assert "\x1b]52;" not in text
    assert "\x1b]8;" not in text
    assert "\x07" not in text
    assert not re.search("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029\U000e0041]", text)


def test_every_escape_sequence_is_one_that_textual_draws_with(raw: bytes):
    text = drawn(raw)
    text = re.sub(r"\x1b\[[0-9;:?<>=$]*[a-zA-Z~]", "", text)  # CSI: colours, cursor, modes
    text = re.sub(r"\x1b[78=>]", "", text)
    text = re.sub(r"\x1bP.*?\x1b\\", "", text)  # what Textual asks the terminal about itself
    assert "\x1b" not in text
