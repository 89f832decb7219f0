"""The prompt in a real terminal: bytes in, a screen out. Nothing typed is lost, nothing fires that was not meant."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pty_screen import PtyScreen

APP = [sys.executable, str(Path(__file__).with_name("prompt_app.py"))]
WORDS = "the quick brown fox jumps over the lazy dog "


@pytest.fixture
def screen() -> Iterator[PtyScreen]:
    with PtyScreen(APP, 132, 30) as screen:
        screen.wait_for("ready")
        yield screen


def acts(screen: PtyScreen) -> list[str]:
    return [line.split()[1] for line in screen.lines() if line.startswith("ACT ")]


def entries(screen: PtyScreen) -> list[str]:
    return [line.partition("text=")[2] for line in screen.lines() if line.startswith("ENTRY ")]


def prompt(screen: PtyScreen) -> str:
    """What stands in the prompt's frame, without the frame."""
    lines = screen.lines()
    top = [n for n, line in enumerate(lines) if "log as lee" in line]
    return "".join(line.strip("│ ") for line in lines[top[0] + 1 : -1]) if top else "nowhere"


def test_chips_stand_in_the_prompt_before_enter(screen: PtyScreen) -> None:
    screen.send("-3m ana: ? lock released")
    screen.wait_for(" 14:41 UTC, 3 min ago   ana   hypothesis  lock released")
    screen.send("\r")
    screen.wait_for("ENTRY kind=hypothesis who=ana verb=None text=lock released")


@pytest.mark.parametrize("data", [b"\x1ba", b"\x1b[19~"])
def test_alt_a_and_f8_are_one_act(screen: PtyScreen, data: bytes) -> None:
    screen.send(data)
    screen.wait_for("ACT acknowledge")


def test_esc_shows_the_layer_and_a_letter_acts(screen: PtyScreen) -> None:
    screen.send("draft")
    screen.send(b"\x1b")
    screen.wait_for("LAYER open")
    screen.send("k")
    screen.wait_for("ACT tick")
    assert prompt(screen) == "draft"


def test_a_burst_behind_esc_goes_to_the_prompt(screen: PtyScreen) -> None:
    screen.send(b"\x1bask the vendor")
    screen.wait_for("ask the vendor")
    screen.settle()
    assert acts(screen) == []


def test_an_unbound_letter_inserts_nothing(screen: PtyScreen) -> None:
    screen.send(b"\x1bc")
    screen.send(b"\x1b1")
    screen.settle()
    screen.send("end")
    screen.wait_for("end")
    assert prompt(screen) == "end"
    assert acts(screen) == []


def test_a_held_act_acts_once(screen: PtyScreen) -> None:
    for _ in range(20):
        screen.send(b"\x1bk")
    screen.send("end")
    screen.wait_for("end")
    assert acts(screen) == ["tick"]
    assert prompt(screen) == "end"


def test_a_paste_of_fourteen_lines_waits_for_enter(screen: PtyScreen) -> None:
    lines = "\r".join(f"14:{n:02} line {n} \x1b[31mred\x1ba" for n in range(14))
    screen.send(f"\x1b[200~{lines}\r\x1b[201~")
    screen.wait_for("14 lines · Enter: one entry")
    screen.settle()
    assert entries(screen) == []
    assert acts(screen) == []
    screen.send(b"\x14")
    screen.wait_for("Enter: an entry a line")
    screen.send("\r")
    screen.wait_for("LINES 14")


def test_readline_and_history(screen: PtyScreen) -> None:
    screen.send("one two three")
    screen.send(b"\x1bb\x1bb\x1bd")  # back two words, cut one
    screen.wait_for("one  three")
    screen.send("\x05\x15")
    screen.send("first\rsecond\r")
    screen.wait_for("text=second")
    screen.send("\x1b[A\x1b[A")
    screen.wait_for(lambda s: prompt(s) == "first")


def test_a_resize_storm_loses_no_key(screen: PtyScreen) -> None:
    text = WORDS * 2
    for n, char in enumerate(text):
        screen.send(char)
        screen.resize(60 + n * 7 % 90, 12 + n * 5 % 25)
    screen.resize(132, 30)
    screen.send("\r")
    screen.wait_for(lambda s: entries(s) == [text.strip()])
    assert acts(screen) == []


def test_what_no_terminal_should_get_never_gets_there(screen: PtyScreen) -> None:
    screen.send("\x1b[200~a\x1b]52;c;aGk=\x07\u202eb\x9b2Jc\x1b[201~")
    screen.wait_for("a␛]52;c;aGk=")
    screen.settle()
    assert b"]52;" not in screen.raw.replace("␛]52;".encode(), b"")
    assert "\u202e".encode() not in screen.raw
    assert b"\xc2\x9b" not in screen.raw


def test_bytes_that_are_no_text_end_nothing(screen: PtyScreen) -> None:
    screen.send(b"caf\xe9 au lait\xff\r")
    screen.wait_for("ENTRY")
    assert "au lait" in entries(screen)[0]


def test_ctrl_c_clears_and_ctrl_d_leaves(screen: PtyScreen) -> None:
    screen.send("half a thought\x03")
    screen.wait_for(lambda s: prompt(s) == "")
    screen.send("\x1b[A")
    screen.wait_for("half a thought")
    screen.send(b"\x03\x04")
    assert screen.wait_exit() == 0


def test_at_80_columns_the_prompt_is_one_row() -> None:
    with PtyScreen(APP, 80, 24) as screen:
        screen.wait_for("ready")
        screen.send("ana: ! keep SEV1 until 15:00")
        screen.wait_for(" log as lee ›  ana   decision  keep SEV1 until 15:00")
        assert screen.lines()[-1].startswith(" log as lee ›")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not on this machine")
def test_the_same_keys_inside_tmux(tmp_path: Path) -> None:
    socket = str(tmp_path / "tmux")
    inside = shlex.join(["env", f"PYTHONPATH={os.pathsep.join(sys.path)}", *APP])
    with PtyScreen(["tmux", "-S", socket, "-f", "/dev/null", "new-session", inside], 132, 30) as screen:
        try:
            screen.wait_for("ready")
            screen.send("-3m ana: ? lock")
            screen.wait_for("3 min ago   ana   hypothesis  lock")
            screen.send("\x1bk")  # Alt
            screen.wait_for("ACT tick")
            screen.send("\x1b")
            screen.wait_for("LAYER open")
            screen.send("a")
            screen.wait_for("ACT acknowledge")
            screen.send("\x1bOQ")  # F2
            screen.wait_for(lambda s: acts(s) == ["tick", "acknowledge", "tick"])
            screen.send("\x15\x1b[200~one\rtwo \x1bk\rthree\r\x1b[201~")
            screen.wait_for("3 lines · Enter: one entry")
            assert entries(screen) == []
            assert acts(screen) == ["tick", "acknowledge", "tick"]
        finally:
            subprocess.run(["tmux", "-S", socket, "kill-server"], check=False, capture_output=True)
