"""`warroom doctor keys` in a real terminal."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pty_screen import PtyScreen

SHOW = "import sys; from warroom.tui.doctor_keys import run; sys.exit(run())"


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[PtyScreen]:
    (tmp_path / "config.toml").write_text('keys = { acknowledge = "alt+p", brief = "alt+a" }\n')
    with PtyScreen([sys.executable, "-c", SHOW], 110, 30, env={"WARROOM_HOME": str(tmp_path)}) as screen:
        screen.wait_for("Ctrl+C twice")
        yield screen


@pytest.mark.parametrize(
    ("sent", "row"),
    [
        ("\x1be", "ESC 65 Esc e, or Alt+e escalate (also F9)"),
        ("\x1bp", "ESC 70 Esc p, or Alt+p acknowledge (also F8)"),
        ("\x1bb", "ESC 62 Esc b, or Alt+b moves or cuts a word in the prompt"),
        ("\x1bc", "ESC 63 Esc c, or Alt+c nothing"),
        ("\x1bOQ", "ESC 4f 51 f2 tick (also esc k)"),
        ("\x1b", "ESC Esc shows every key; a letter next is an act"),
        ("\x12", "12 Ctrl+R the prompt's"),
        ("é", "c3 a9 é typed"),
        ("\x1b[200~a\rb\x1b[201~", "… a paste, 3 characters stays in the prompt, 2 lines"),
    ],
)
def test_each_key_shows_its_bytes_its_name_and_its_act(screen: PtyScreen, sent: str, row: str) -> None:
    screen.send(sent)
    screen.wait_for(lambda s: row in [" ".join(line.split()) for line in s.lines()])


def test_ctrl_c_twice_ends_it_and_one_alone_does_not(screen: PtyScreen) -> None:
    screen.send("\x03x\x03")
    screen.wait_for(lambda s: s.text().count("once more") == 2)
    screen.send("\x03")
    assert screen.wait_exit() == 0
