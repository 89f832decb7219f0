"""Every key of the map in the real console, as bytes in a pty and as keys in tmux: its own act and no other."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console_kit import cli, empty, timeline
from pty_screen import PtyScreen
from warroom.intents import BY_FKEY, BY_KEY

# What stands on the screen once the key has acted.
SHEETS = {
    "help": "What you type",
    "situation": "Situation",
    "brief": "Brief at",
    "roles": "Roles",
    "questions": "No question is open",
    "zoom": "Timeline",
    "lobby": "find or declare",
}
PREFILLED = {"task": "› @", "handover": "/offer"}
# What a key does at once, and what stands there then: a step that can be unticked, a draft that nobody has approved.
ACTS = {"tick": "Ticked 1", "update": "Public update #1"}
QUIET_KEYS = sorted(key for key, intent in BY_KEY.items() if intent.name not in ACTS)
QUIET_FKEYS = sorted(key for key, intent in BY_FKEY.items() if intent.name not in ACTS)
LOUD = [(b"\x1b" + key.encode(), name) for key, i in BY_KEY.items() if (name := i.name) in ACTS]
SENT = ("OP", "OQ", "OR", "OS", "[15~", "[17~", "[18~", "[19~", "[20~")
FUNCTION = {f"f{n}": sent for n, sent in enumerate(SENT, 1)}


def seen(intent: type) -> str:
    name = intent.name
    return SHEETS.get(name) or PREFILLED.get(name) or f"/{intent.verb}"


def facts() -> int:
    return len(timeline())


@pytest.mark.parametrize("key", QUIET_KEYS)
def test_esc_then_a_letter_opens_its_line_or_sheet_and_writes_nothing(room: PtyScreen, key: str) -> None:
    before = facts()
    room.send(b"\x1b" + key.encode())
    room.wait_for(seen(BY_KEY[key]))
    room.settle(0.1)
    assert facts() == before


@pytest.mark.parametrize("key", QUIET_FKEYS)
def test_a_function_key_does_the_same(room: PtyScreen, key: str) -> None:
    before = facts()
    room.send(b"\x1b" + FUNCTION[key].encode())
    room.wait_for(seen(BY_FKEY[key]))
    room.settle(0.1)
    assert facts() == before


@pytest.mark.parametrize(("sent", "name"), [*LOUD, (b"\x1bOQ", "tick"), (b"\x1bOS", "update")])
def test_the_keys_that_act_at_once_write_one_fact_that_can_be_taken_back_and_publish_nothing(
    room: PtyScreen, sent: bytes, name: str
) -> None:
    before = facts()
    room.send(sent)
    room.wait_for(ACTS[name])
    room.wait_for(lambda screen: facts() == before + 1)
    assert not [entry for entry in timeline() if entry["kind"] in ("update", "paged")]


@pytest.mark.parametrize("letter", "bcdfltuy0123456789")
def test_a_letter_that_is_not_bound_inserts_nothing(room: PtyScreen, letter: str) -> None:
    room.send(b"\x1b" + letter.encode())
    room.settle(0.15)
    assert empty(room)


def test_escape_shows_every_key_and_a_second_one_hides_them(room: PtyScreen) -> None:
    room.send(b"\x1b")
    room.wait_for("All keys")
    room.settle(0.2)  # sooner, it would be the same press held down
    room.send(b"\x1b")
    room.wait_for(lambda screen: "All keys" not in screen.text())
    assert empty(room)


def test_a_function_key_hides_the_keys_that_escape_showed(room: PtyScreen) -> None:
    room.send(b"\x1b")
    room.wait_for("All keys")
    room.send(b"\x1b" + FUNCTION["f1"].encode())
    room.wait_for("What you type")
    room.settle(0.2)
    room.send(b"\x1b")
    room.wait_for(empty)
    assert "All keys" not in room.text()


def test_letters_that_come_faster_than_a_hand_are_text_and_fire_nothing(room: PtyScreen) -> None:
    before = facts()
    room.send(b"\x1bescalate now")
    room.wait_for("escalate now")
    assert facts() == before


def test_a_page_that_is_mine_is_acknowledged_at_once_and_another_s_only_after_enter(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "policies").mkdir(parents=True)
    (home / "policies" / "mine.toml").write_text(
        'id = "mine"\nowner = "us"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:lee"]\nbackup = ["contact:ana"]\n'
    )
    (home / "contacts.toml").write_text('[contact.lee]\nname = "lee"\n[contact.ana]\nname = "Ana Costa"\n')
    cli("declare", "Mine", "-s", "2", "--policy", "mine")
    with PtyScreen([sys.executable, "-m", "warroom", "mine"], 80, 24) as room:
        room.wait_for("DECL")
        room.send(b"\x1b[19~")
        room.wait_for("lee has it")
    cli("declare", "Hers", "-s", "2", "--policy", "mine")
    cli("noanswer", "-i", "hers")
    with PtyScreen([sys.executable, "-m", "warroom", "hers"], 80, 24) as room:
        room.wait_for("NOAN")
        room.send(b"\x1b[19~")
        room.wait_for("ack  Ana Costa")
        room.settle(0.15)
        assert "ACK" not in [entry["kind"].upper() for entry in timeline("-i", "hers")]
        room.send("\r")
        room.wait_for("Ana Costa has it")


def test_fourteen_pasted_lines_never_submit_and_can_become_entries_or_evidence(room: PtyScreen, home: Path) -> None:
    before = facts()
    lines = [f"14:0{n % 10} line {n} \x1b[31mred" for n in range(14)]
    room.send("\x1b[200~" + "\n".join(lines) + "\x1b[201~")
    room.wait_for("14 lines")
    room.settle(0.15)
    assert facts() == before
    room.send("\x14")
    room.wait_for("leading times kept")
    room.send("\r")
    room.wait_for("line 13")
    deadline = time.monotonic() + 15
    while facts() < before + 14 and time.monotonic() < deadline:
        room.settle(0.05)
    assert facts() == before + 14
    room.send("\x1b[200~" + "\n".join(lines) + "\x1b[201~")
    room.wait_for("14 lines")
    room.send("\x14\x14\r")
    room.wait_for("EVID")
    assert len(list((home / "incidents" / "evidence").iterdir())) == 1


def test_a_storm_of_resizes_while_typing_loses_no_letter(room: PtyScreen) -> None:
    text = "every one of these letters is still here"
    for n, letter in enumerate(text):
        room.send(letter)
        room.resize(60 + n, 18 + n % 20)
    room.resize(80, 24)
    room.wait_for(text)
    room.send("\r")
    room.wait_for(empty)
    assert timeline()[-1]["text"] == text


# ── the same inside tmux ──


@pytest.fixture
def tmux(incident: str, home: Path) -> Iterator["Tmux"]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not on this machine; .ci/run installs it")
    running = Tmux(home, incident)
    yield running
    running.run("kill-server")


class Tmux:
    """The console in a tmux of its own."""

    def __init__(self, home: Path, incident: str) -> None:
        self.socket = str(home / "tmux.sock")
        command = f"{sys.executable} -m warroom {incident}"
        environment = {**os.environ, "TERM": "xterm-256color"}
        subprocess.run(
            ["tmux", "-S", self.socket, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command],
            check=True,
            env=environment,
        )
        self.run("set", "-g", "status", "off")
        self.until("DECL")

    def run(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True, check=False)
        return done.stdout

    def text(self) -> str:
        return self.run("capture-pane", "-p")

    def until(self, wanted: str) -> None:
        deadline = time.monotonic() + 15
        while wanted not in self.text():
            assert time.monotonic() < deadline, f"{wanted!r} never came:\n{self.text()}"
            time.sleep(0.02)


def test_alt_and_esc_then_letter_are_one_act_in_tmux(tmux: "Tmux") -> None:
    tmux.run("send-keys", "M-v")
    tmux.until("/sev")
    tmux.run("send-keys", "C-c")
    tmux.until("log as lee ›\n")
    tmux.run("send-keys", "Escape")
    tmux.until("All keys")
    tmux.run("send-keys", "v")
    tmux.until("/sev")


def test_function_keys_and_text_in_tmux(tmux: "Tmux") -> None:
    tmux.run("send-keys", "F5")
    tmux.until("Situation")
    tmux.run("send-keys", "Escape")
    tmux.run("send-keys", "-l", "typed in tmux")
    tmux.run("send-keys", "Enter")
    tmux.until("typed in tmux")
    assert timeline()[-1]["text"] == "typed in tmux"
