"""What goes wrong on the worst night: a sentence on the screen, the typed text still there, nothing half written."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console_kit import WARROOM, cli, console, timeline
from pty_screen import PtyScreen

# Root may write everywhere, unless it gives up that power.
POWERLESS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner") if os.geteuid() == 0 else ()
_HOLD = (
    "import fcntl, os, sys; f = open(sys.argv[1], 'rb+'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); \
os.kill(os.getpid(), 19)"
)


def the_file(home: Path) -> Path:
    return next(iter((home / "incidents").glob("*checkout*[a-z0-9].json")))


@pytest.fixture
def held(room: PtyScreen, home: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that took the lock and was stopped."""
    process = subprocess.Popen([sys.executable, "-c", _HOLD, str(the_file(home))], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_lock_held_by_a_stopped_process_is_named_and_the_text_comes_back(
    room: PtyScreen, held: "subprocess.Popen[str]"
) -> None:
    room.send("do not lose me\r")
    room.wait_for(str(held.pid))
    room.wait_for("› do not lose me")
    os.kill(held.pid, signal.SIGCONT)
    held.wait()
    room.send("\r")
    room.wait_for("NOTE do not lose me")
    assert timeline()[-1]["text"] == "do not lose me"


def test_while_the_disk_is_waited_for_typing_goes_on(room: PtyScreen, held: "subprocess.Popen[str]") -> None:
    room.send("first\r")
    room.send("second, typed meanwhile")
    room.wait_for("second, typed meanwhile")
    os.kill(held.pid, signal.SIGCONT)
    room.wait_for("NOTE first")
    assert "second, typed meanwhile" in room.text()


def test_a_read_only_incident_still_opens_and_says_why_nothing_is_written(incident: str, home: Path) -> None:
    os.chmod(the_file(home), 0o400)
    os.chmod(home / "incidents", 0o500)
    with PtyScreen([*POWERLESS, *WARROOM, incident], 80, 24) as room:
        room.wait_for(
            lambda screen: "DECL" in screen.text() or screen.status is not None or "read-only" in screen.text()
        )
        room.settle(0.3)
        assert "Traceback" not in room.text()
        assert any(word in room.text() for word in ("read-only", "may not"))
    os.chmod(home / "incidents", 0o700)


def test_a_folder_that_becomes_read_only_while_the_room_is_open_loses_nothing_typed(incident: str, home: Path) -> None:
    with PtyScreen([*POWERLESS, *WARROOM, incident], 80, 24) as room:
        room.wait_for("DECL")
        os.chmod(the_file(home), 0o400)
        os.chmod(home / "incidents", 0o500)
        room.send("still here\r")
        room.wait_for(lambda screen: "NOTE still here" in screen.text() or "› still here" in screen.text())
    os.chmod(home / "incidents", 0o700)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"WARROOM_HOME": "", "HOME": ""}, "No home folder"),
        ({"WARROOM_HOME": "/proc/warroom"}, "/proc"),
        ({"WARROOM_HOME": "/dev/null/x"}, "/dev/null"),
    ],
)
def test_no_place_for_files_is_a_sentence_and_no_console(home: Path, environment: dict[str, str], said: str) -> None:
    with PtyScreen(WARROOM, 80, 24, env={**environment, "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}) as screen:
        assert screen.wait_exit() != 0
        assert said in screen.text()
        assert "Traceback" not in screen.text()


def test_a_folder_of_somebody_else_is_named_with_its_owner(home: Path) -> None:
    if os.geteuid() == 0:
        (home / "incidents").mkdir(parents=True)
        os.chown(home / "incidents", 65534, 65534)
    with PtyScreen(WARROOM, 80, 24, env={} if os.geteuid() == 0 else {"WARROOM_HOME": "/"}) as screen:
        assert screen.wait_exit() != 0
        assert "belongs to" in screen.text() or "read-only" in screen.text()
        assert "Traceback" not in screen.text()


def test_what_another_could_not_write_is_never_seen_here(room: PtyScreen, home: Path) -> None:
    """A writer whose sync fails after its bytes are in the file: the follower must not show them."""
    failing = "import os, sys\ndef no(fd): raise OSError(5, 'Input/output error')\nos.fdatasync = no\nos.fsync = no\n\
from warroom.__main__ import main\nsys.argv = ['warroom', 'log', 'never durable']\nmain()"
    done = subprocess.run([sys.executable, "-c", failing], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    cli("log", "durable again")
    room.wait_for("durable again")
    assert "never durable" not in room.text()
    assert "never durable" not in bytes(room.raw).decode(errors="replace")
    assert all(entry["text"] != "never durable" for entry in timeline())


def test_the_eight_public_incidents_open_scroll_and_filter(home: Path) -> None:
    folder = Path(__file__).parents[3] / "shared" / "incidents"
    files = sorted(folder.glob("*.json")) or [Path(__file__).parents[1] / "data" / "timeline-cards.json"]
    for file in files:
        cli("import", str(file))
    for handle in (line.split()[0] for line in cli("list").splitlines()):
        with console(handle) as room:
            room.wait_for("log as lee")
            first = timeline("-i", handle)[1]["text"]
            room.send("\x1b[1;5H")  # Ctrl+Home
            room.wait_for(" ".join(first.split()[:3]))
            room.send("/find kind:action\r")
            room.wait_for("ACT")
            room.settle(0.1)
            assert "OBS" not in room.text()
