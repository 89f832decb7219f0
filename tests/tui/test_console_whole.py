"""The whole console in a real terminal: an incident from declaring to closing, two consoles, a disk that fills."""

import os
import sys
from pathlib import Path

from console_kit import cli, console, empty, status, timeline
from pty_screen import PtyScreen

HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \x9b31m \u202egnp.exe \x1b]8;;http://evil\x1b\\link"


def say(room: PtyScreen, line: str, seen: str) -> None:
    """Type a line and press Enter; wait until `seen` is on the screen and the prompt is empty again."""
    room.send(line + "\r")
    room.wait_for(seen)
    room.wait_for(empty)


def test_an_incident_from_declaring_to_closing_by_keyboard_at_80_by_24(home: Path) -> None:
    with console() as room:
        room.wait_for("find or declare")
        room.send("Checkout returns 500s\r")
        room.wait_for("What do users see?")
        room.send("2")
        room.wait_for("nothing is paged before Enter")
        room.send("\r")
        room.wait_for("DECL")
        say(room, "/assign commander dana", "commander is dana")
        say(room, "-3m dana: first 500s in the edge log", "first 500s in the edge log")
        say(room, "! roll back 9f2c", "roll back 9f2c")
        say(room, "> pressed the button", "pressed the button")
        room.send("\x1bOQ")  # F2
        room.wait_for("STEP")
        say(room, "/impact 38 % of card checkouts fail", "38 % of card checkouts fail")
        say(room, "/escalate the database lead is needed", "the database lead is needed")
        room.send("\x1b[19~")  # F8
        room.wait_for("/ack")
        room.send("\x15/ack ana\r")
        room.wait_for("ana has it")
        say(room, "/resolve rolled back, errors are gone", "RESOLVED")
        say(room, "/close", "CLOSED")
        room.send("\x04")
        room.wait_for("Leave War room?")
        room.send("\r")
        room.wait_exit()
        assert room.status == 0
    found = status("-i", "checkout")
    assert (found["phase"], found["severity"]) == ("closed", "SEV2")
    assert found["impact"]
    assert found["roles"]["commander"] == "dana"
    assert found["checklist"]["done"] == 1
    entries = timeline("-i", "checkout")
    late = next(e for e in entries if e["text"] == "first 500s in the edge log")
    assert (late["who"], late["by"]) == ("dana", "lee")
    assert late["at"] < late["rec"]
    assert [e["kind"] for e in entries if e["text"] in ("roll back 9f2c", "pressed the button")] == [
        "decision",
        "action",
    ]


def test_two_consoles_and_the_command_line_see_each_other(incident: str, room: PtyScreen) -> None:
    with console(incident) as other:
        other.wait_for("DECL")
        room.send("typed in the one\r")
        other.wait_for("typed in the one")
        other.send("typed in the other\r")
        room.wait_for("typed in the other")
        cli("log", "from the command line")
        room.wait_for("from the command line")
        other.wait_for("from the command line")


def test_a_refusal_gives_the_text_back_with_a_sentence(room: PtyScreen) -> None:
    room.send("/close too early\r")
    room.wait_for("only a resolved or cancelled incident can be closed")
    assert "too early" in room.text()
    assert status()["phase"] == "investigating"


def test_what_only_this_console_sees_gives_its_text_back_too(room: PtyScreen) -> None:
    room.send("/find kind:nope vacuum\r")
    room.wait_for("“nope” is no kind of entry")
    assert "kind:nope vacuum" in room.text()


def test_a_file_that_may_not_grow_gives_the_text_back_and_says_so(incident: str, home: Path) -> None:
    size = max(path.stat().st_size for path in (home / "incidents").glob("*.json"))
    limited = f"import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); \
resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 10}, {size + 10})); \
from warroom.__main__ import main; sys.argv = ['warroom', '{incident}']; main()"
    with PtyScreen([sys.executable, "-c", limited], 80, 24) as room:
        room.wait_for("DECL")
        room.send("this must not be lost\r")
        room.wait_for("nothing was written")
        room.wait_for("not saved")
        room.wait_for(lambda screen: "› this must not be lost" in screen.text())
    assert all(e["text"] != "this must not be lost" for e in timeline())
    assert "broken" not in cli("verify")


def test_what_is_hostile_reaches_no_terminal(home: Path) -> None:
    cli("declare", HOSTILE.replace("\n", " "), "-s", "3", "--service", HOSTILE)
    cli("log", HOSTILE, "--who", HOSTILE)
    cli("log", "x" * 60_000)
    cli("impact", HOSTILE)
    cli("assign", "scribe", HOSTILE)
    for size in ((80, 24), (132, 40)):
        with console("-i", "gnp", cols=size[0], rows=size[1]) as room:
            room.wait_for("log as lee")
            room.wait_for("[bold]a[/]")
            room.send("\x1bi")
            room.wait_for("Situation")
            room.send("\x1b")
            room.wait_for(lambda screen: "to read aloud" not in screen.text())  # else it is Esc Esc r
            room.send("\x1br")
            room.wait_for("Roles")
            raw = bytes(room.raw)
        for evil in (b"\x1b]52", b"\x1b]8", b"\x9b31m", "\u202e".encode(), b"\xc2\x9b"):
            assert evil not in raw
    printed = cli("status") + cli("timeline") + cli("situation") + cli("list")
    assert not any(c in printed for c in "\x1b\x07\x9b\u202e\x00")


def test_a_closed_terminal_leaves_the_lock_free_and_the_draft_kept(incident: str, room: PtyScreen) -> None:
    room.send("half a thou")
    room.wait_for("half a thou")
    os.kill(room.pid, 1)
    room.wait_exit()
    cli("log", "written at once")
    with console(incident) as again:
        again.wait_for("half a thou")


def test_a_redaction_asks_once_with_its_reason_and_takes_the_text_away(room: PtyScreen, home: Path) -> None:
    say(room, "called by Ada Smith", "Ada Smith")
    room.send("/redact last a customer by name\r")
    room.wait_for("Remove this text for good?")
    room.send("\x1b")
    room.wait_for("Nothing was redacted")
    assert "Ada Smith" in "".join(entry["text"] for entry in timeline())
    room.send("\r")
    room.wait_for("Remove this text for good?")
    room.send("\r")
    room.wait_for("REDA")
    room.wait_for(lambda screen: "Ada Smith" not in screen.text())
    left = [(path, path.read_bytes()) for path in home.rglob("*") if path.is_file()]
    assert not [each for each in left if b"Ada Smith" in each[1]]
    assert "ok" in cli("verify")
