"""Alerts beside an open incident: a quiet count only where something waits, and the inbox by keyboard and back."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alerts_kit import Senders
from console_kit import WARROOM, cli, console, empty, entered, timeline
from lobby_app import screen, seen
from page_app import PageConsole, files, shows, until
from practice_app import Hand
from story import NOW
from warroom.intents import BY_VERB
from warroom.tui.alerts.screen import AlertsScreen
from warroom.tui.incident_screen import IncidentScreen

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def senders(tmp_path: Path) -> Senders:
    return Senders(tmp_path, NOW)


@pytest.mark.parametrize(("size", "said"), [((80, 24), "3 alerts · saved"), ((120, 40), "3 alerts wait · saved")])
async def test_the_header_counts_what_waits_and_only_while_it_does(
    senders: Senders, tmp_path: Path, size: tuple[int, int], said: str
) -> None:
    senders.some()
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=size) as pilot:
        await shows(pilot, said)
        assert all(len(row) <= size[0] for row in screen(pilot))
        for key in ("e1", "e2", "l1"):
            senders.dismiss(key)
        await until(pilot, lambda: not seen(pilot, "alert"))


async def test_where_no_alert_came_nothing_is_said_and_nothing_is_followed(tmp_path: Path) -> None:
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved")
        await pilot.pause(2.5)  # the lookout has looked
        assert not app.alerts_came
        assert not seen(pilot, "alert")


async def test_alerts_that_begin_while_the_room_is_open_are_counted(senders: Senders, tmp_path: Path) -> None:
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved")
        senders.fire()
        await shows(pilot, "1 alert · saved")


async def test_a_drill_is_not_disturbed_by_what_is_real(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    app = PageConsole(files(tmp_path), drill=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.alerts_waiting == 3)
        await pilot.pause(2.5)
        assert not seen(pilot, "alerts")


@pytest.mark.parametrize("size", SIZES)
async def test_a_line_of_the_prompt_shows_the_inbox_with_what_is_due_in_the_room(
    senders: Senders, tmp_path: Path, size: tuple[int, int]
) -> None:
    senders.some()
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=size) as pilot:
        hand = Hand(pilot)
        hand.words("/alerts")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AlertsScreen))
        await shows(pilot, "3 alerts wait")
        await until(pilot, lambda: " page " in screen(pilot)[0])
        assert app.room.live.state.id[:4] in screen(pilot)[0]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, IncidentScreen))
        hand.words("still here")
        assert app.room.prompt.text == "still here"


async def test_attaching_to_the_open_room_shows_the_entry_there_like_any_other_processs(
    senders: Senders, tmp_path: Path
) -> None:
    senders.some()
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        hand = Hand(pilot)
        hand.words("/alerts")
        await pilot.press("enter")
        await shows(pilot, "→ fits INC-")
        await pilot.press("i")
        await shows(pilot, "belongs to INC-")
        await pilot.press("enter")
        await shows(pilot, "(2 alerts) belongs to INC-")
        await pilot.press("escape")
        await shows(pilot, "alert HighErrorRate on checkout (critical): 5xx at 12 %")


def test_nothing_of_the_inbox_is_imported_before_the_first_frame() -> None:
    script = "import sys, warroom.tui.app, warroom.tui.lobby, warroom.tui.incident_screen; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not [name for name in ran.stdout.split() if "alerts" in name]


def test_the_palette_and_the_help_know_it() -> None:
    assert BY_VERB["alerts"].words == "the inbox of alerts: what fires, and what is done about it"


# ── the real program ──


def told(*lines: object) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    subprocess.run([*WARROOM, "alert", "-"], input=text.encode(), check=True, capture_output=True)


def one(key: str, rule: str, service: str) -> dict[str, object]:
    return {"key": key, "rule": rule, "service": service, "severity": "critical", "summary": f"{rule} of {service}"}


@pytest.mark.parametrize("size", SIZES)
def test_from_an_alert_to_an_incident_by_keyboard(home: Path, size: tuple[int, int]) -> None:
    told(one("e1", "HighErrorRate", "checkout"), one("l1", "ReplicaLag", "payments-db"))
    with console(cols=size[0], rows=size[1]) as screen:
        screen.wait_for("2 alerts wait: F8")
        screen.send("\x1b[19~")  # F8
        screen.wait_for("HighErrorRate")
        screen.send("/Lag\r")
        screen.wait_for(lambda s: "HighErrorRate" not in s.text())
        screen.send("x")
        screen.wait_for("1 flapping")
        screen.send("flapping since Monday\r")
        screen.wait_for("Dismissed as flapping")
        screen.send("\x1b")
        screen.wait_for("1 alert waits")
        screen.wait_for("HighErrorRate of checkout")
        screen.send("o")
        screen.wait_for("What do users see?")
        screen.send("2\r")
        screen.wait_for("log as lee")
        screen.wait_for("alert HighErrorRate on checkout")
    rows = {row["key"]: row for row in json.loads(cli("alerts", "--json"))}
    assert (rows["l1"]["dismissed"]["as"], rows["l1"]["dismissed"]["note"]) == ("flapping", "since Monday")
    assert rows["e1"]["stands"] == "in an incident"
    first = timeline("-i", "HighErrorRate")[0]
    assert (first["kind"], first["who"], first["by"]) == ("observed", "hand", "lee")


def test_what_a_pipe_brings_is_seen_by_a_console_that_is_open(incident: str) -> None:
    with entered(incident) as screen:
        told(one("e1", "HighErrorRate", "checkout"))
        screen.wait_for("1 alert · saved")
        screen.send("/alerts\r")
        screen.wait_for("HighErrorRate of checkout")
        told(one("e2", "HighErrorRate", "checkout"))
        screen.wait_for("2 wait")
        screen.send("\x1b")
        screen.wait_for(empty)


def test_a_console_that_is_killed_in_the_inbox_leaves_the_terminal_usable(home: Path) -> None:
    told(one("e1", "HighErrorRate", "checkout"))
    with console() as screen:
        screen.wait_for("1 alert waits: F8")
        screen.send("\x1b[19~")
        screen.wait_for("HighErrorRate")
        screen.kill(signal.SIGTERM)
        screen.wait_exit()
        assert b"\x1b[?1049l" in screen.raw
    assert json.loads(cli("alerts", "--json"))[0]["waits"] is True
