"""The early screen in a real terminal: it comes first, no key is lost or doubled, the terminal is left as found."""

import os
import random
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from early_console import STAGES
from pty_screen import PtyScreen
from warroom.tui import display_cache

HERE = Path(__file__).parent
CONSOLE = [sys.executable, str(HERE / "early_console.py")]
UNHEARD = STAGES[:-1]  # the stages at which nobody reads the keyboard yet


class Start:
    """A console that starts, stage by stage."""

    def __init__(self, folder: Path, cache: str = "", fail: str = "", stages: bool = True) -> None:
        self.submitted = folder / "submitted"
        self.cache = folder / "room.screen"
        if cache:
            self.cache.write_text(cache)
        self._said, said = os.pipe()
        go, self._go = os.pipe()
        self._ends = [self._said, said, go, self._go]
        for end in (said, go):
            os.set_inheritable(end, True)
        command = [*CONSOLE, str(self.cache), str(self.submitted), *([fail] if fail else [])]
        self.screen = PtyScreen(command, env={"STAGES": f"{said},{go}"} if stages else {})
        self.found = termios.tcgetattr(self.screen.fd)

    def until(self, name: str) -> PtyScreen:
        """Let it go on to that stage."""
        for each in STAGES[: STAGES.index(name) + 1]:
            self.wait(each)
            if each != name:
                self.on()
        return self.screen

    def wait(self, name: str) -> None:
        said = b""
        while not said.endswith(b"\n"):
            said += os.read(self._said, 1)
        assert said.decode().strip() == name

    def on(self) -> None:
        os.write(self._go, b"!")

    def lines(self) -> list[str]:
        return self.submitted.read_text().splitlines() if self.submitted.exists() else []

    def wait_for_line(self, last: str) -> None:
        self.screen.wait_for(lambda _: self.lines()[-1:] == [last])

    def close(self) -> None:
        self.screen.close()
        for end in self._ends:
            os.close(end)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[object]:
    started: list[Start] = []

    def make(*args: object, **kwargs: object) -> Start:
        started.append(Start(tmp_path, *args, **kwargs))  # type: ignore[arg-type]  # passed on
        return started[-1]

    yield make
    for each in started:
        each.close()


def kept(*rows: str, width: int = 80, height: int = 24) -> str:
    return "\n".join([f"warroom screen 1 {width}x{height}", *rows, *[""] * (height - len(rows))])


def left_as_found(started: Start) -> bool:
    raw = bytes(started.screen.raw)
    entered, left = raw.rfind(b"\x1b[?1049h"), raw.rfind(b"\x1b[?1049l")
    shown, hidden = raw.rfind(b"\x1b[?25h"), raw.rfind(b"\x1b[?25l")
    return termios.tcgetattr(started.screen.fd) == started.found and left >= entered and shown >= hidden


def test_a_line_typed_in_pieces_at_every_stage_arrives_whole(start):
    started = start()
    for each in STAGES:
        started.wait(each)
        started.screen.send(each + " ")
        started.on()
    started.screen.send("\r")
    started.wait_for_line(" ".join(STAGES) + " ")
    assert len(started.lines()) == 1


def test_enter_at_every_stage_submits_each_line_once_and_in_order(start):
    started = start()
    for each in STAGES:
        started.wait(each)
        started.screen.send(each + "\r")
        started.on()
    started.wait_for_line(STAGES[-1])
    assert started.lines() == list(STAGES)


@pytest.mark.parametrize("seed", range(3))
def test_somebody_who_types_all_the_while_loses_nothing(start, seed):
    started, dice, typed = start(stages=False), random.Random(seed), ""
    screen = started.screen
    while b"\x1b[?1004h" not in screen.raw or typed[-20:] not in screen.text():
        # Before the keyboard is ours the kernel keeps 4095 bytes of a line.
        if len(typed) < 1000 or b"\x1b[?1049h" in screen.raw:
            typed += (piece := dice.choice(["roll back ", "é→", "9f2c", "7", "x"]))
            screen.send(piece)
        screen.take(dice.random() / 200)
    screen.send("\r")
    started.wait_for_line(typed)
    assert len(started.lines()) == 1


def test_keys_that_are_sequences_and_letters_of_several_bytes_arrive_as_they_are(start):
    started = start()
    started.until("painted").send("h→\x1b[H\x1b[C\x1b[99;99~\x01\x7fé")
    for each in STAGES[2:]:
        started.on()
        started.wait(each)
    started.on()
    started.screen.send("\r")
    started.wait_for_line("h→<home><right><ctrl+a><backspace>é")


def test_a_paste_during_the_start_is_one_paste(start):
    started = start()
    started.until("painted")
    started.screen.wait_for("opening …")
    started.screen.send("\x1b[200~one\rtwo\rthree\x1b[201~")
    for each in STAGES[2:]:
        started.on()
        started.wait(each)
    started.on()
    started.wait_for_line("paste 'one\\rtwo\\rthree'")
    assert len(started.lines()) == 1


def test_the_last_screen_is_there_before_anything_is_imported_and_stays_until_the_first_frame(start):
    started = start(kept("INC-K3F9  Checkout", "\x1b[1;38;2;230;159;0mroll back\x1b[0m 9f2c"))
    screen = started.until("painted")
    screen.wait_for("opening …")
    assert screen.lines()[:2] == ["INC-K3F9  Checkout", "roll back 9f2c"]
    assert screen.cell(0, 1).fg == "e69f00"
    screen.send("secret")
    for each in STAGES[2:5]:
        started.on()
        started.wait(each)
    screen.settle()
    assert screen.lines()[:2] == ["INC-K3F9  Checkout", "roll back 9f2c"]
    assert "secret" not in screen.text()
    assert screen.raw.count(b"\x1b[?1049h") == 1


@pytest.mark.parametrize(
    "cache",
    [
        "",
        kept("other size", width=81),
        kept("steals \x1b]52;c;aGk=\x07 the clipboard"),
        kept("moves \x1b[5A up"),
        kept("c1 \x9b31m"),
        kept("bidi \u202e"),
        kept("no end \x1b[1;2"),
        "no screen at all",
    ],
)
def test_a_cache_that_is_missing_or_not_ours_shows_the_heading_instead(start, cache):
    started = start(cache)
    screen = started.until("painted")
    screen.wait_for("opening …")
    assert screen.lines()[0] == " INC-K3F9  Checkout returns 500s"
    assert not any("".join(screen.lines()[1:-1]))


def test_what_is_kept_when_a_room_is_left_is_what_is_shown_next_time(start, tmp_path):
    started = start(stages=False)
    started.screen.wait_for("what happens?")
    started.screen.send("quit\r")
    assert started.screen.wait_exit() == 0
    assert oct(started.cache.stat().st_mode)[-3:] == "600"
    again = start()
    again.until("painted").wait_for("quit")


@pytest.mark.parametrize("stage", UNHEARD[1:])
def test_ctrl_c_before_the_console_is_up_leaves_the_terminal_as_it_was(start, stage):
    started = start()
    started.until(stage).send("abc\x03")
    assert started.screen.wait_exit() == 130
    assert left_as_found(started)
    assert started.lines() == []


@pytest.mark.parametrize(("stage", "number"), [*zip(STAGES[1:], [signal.SIGTERM, signal.SIGHUP] * 3, strict=False)])
def test_a_signal_at_any_stage_leaves_the_terminal_as_it_was(start, stage, number):
    started = start()
    started.until(stage).kill(number)
    for _ in STAGES:
        started.on()
    assert started.screen.wait_exit() == 128 + number
    assert left_as_found(started)


@pytest.mark.parametrize("stage", ["painted", "imported"])
def test_a_start_that_fails_leaves_the_terminal_as_it_was_and_says_why(start, stage):
    started = start(fail=stage)
    for each in STAGES[: STAGES.index(stage) + 1]:
        started.wait(each)
        started.on()
    assert started.screen.wait_exit() == 1
    assert left_as_found(started)
    assert f"RuntimeError: broken at {stage}".encode() in started.screen.raw


def test_a_console_that_does_not_answer_a_signal_is_ended(start):
    started = start()
    started.until("driven").kill(signal.SIGTERM)
    assert started.screen.wait_exit() == 128 + signal.SIGTERM
    assert left_as_found(started)


def test_a_console_that_ends_by_itself_leaves_the_terminal_as_it_was(start):
    started = start(stages=False)
    started.screen.send("quit\r")
    assert started.screen.wait_exit() == 0
    assert left_as_found(started)


def test_a_terminal_that_is_closed_ends_the_console(start):
    started = start(stages=False)
    started.screen.wait_for("what happens?")
    os.close(started.screen.fd)
    started.screen.fd = os.open(os.devnull, os.O_RDWR)
    assert os.waitstatus_to_exitcode(os.waitpid(started.screen.pid, 0)[1]) == 128 + signal.SIGHUP
    started.screen.status = 0


@pytest.mark.parametrize("env", [{}, {"TERM": "dumb"}])
def test_without_a_terminal_nothing_is_written(tmp_path, env):
    script = "from warroom.tui import early; early.start('x', 'y').restore()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, stdin=subprocess.DEVNULL, check=True)
    assert done.stdout + done.stderr == b""
    with PtyScreen([sys.executable, "-c", script], env={"TERM": "dumb", **env}) as screen:
        screen.wait_exit()
        assert screen.raw == b""


def test_a_terminal_of_another_size_gets_no_rows_that_do_not_fit(tmp_path):
    path = str(tmp_path / "x.screen")
    display_cache.write(path, 80, 24, ["a"] * 24)
    assert display_cache.rows(path, 80, 24) == ["a"] * 24
    assert display_cache.rows(path, 80, 25) is None
    assert display_cache.rows(path, 81, 24) is None


def test_a_screen_that_cannot_be_kept_is_not_kept(tmp_path):
    display_cache.write(str(tmp_path / "nowhere" / "x.screen"), 1, 1, ["a"])
    display_cache.write(str(tmp_path / "x.screen"), 1, 1, ["\ud800"])
    assert list(tmp_path.iterdir()) == []
