"""Joining a server and leaving it from the console, and the sheet that says how it stands. Keyboard only."""

import os
import subprocess
from pathlib import Path

import pytest

from joined_kit import IVO, SERVER, JoinedConsole, quick
from lobby_app import screen, seen
from page_app import shows, until
from story import NOW
from warroom.core.values import MINUTE
from warroom.room import errand, syncing
from warroom.room.errand import Errand, Said
from warroom.store import beside, local
from warroom.tui import joining
from warroom.tui.address import server_act, without_token
from warroom.tui.joining import Join
from warroom.tui.overlays.ask import Ask

TOKEN = "wr-7f3k-secret"


class Errands(list[tuple[tuple[str, ...], str]]):
    """Stands where `warroom …` is run: notes what was asked with which token, and answers with `said`."""

    said = Said(True, "Joined https://war.example.org as “lee”.")

    def __call__(self, *words: str, token: str = "") -> "Errands":
        self.append((words, token))
        return self

    def run(self) -> Said:
        return self.said

    def stop(self) -> None:
        """It is over already."""


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.fixture
def errands(monkeypatch: pytest.MonkeyPatch) -> Errands:
    found = Errands()
    monkeypatch.setattr(joining, "Errand", found)
    return found


async def typed(pilot: object, text: str) -> None:
    await pilot.press(*("space" if char == " " else char for char in text))  # type: ignore[attr-defined]  # textual's


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_joining_asks_for_the_address_and_the_token_which_is_never_shown(
    tmp_path: Path, errands: Errands, size: tuple[int, int]
):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        await typed(pilot, "/server")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        await typed(pilot, f"https://{SERVER}")
        await pilot.press("enter")
        await typed(pilot, TOKEN)
        assert seen(pilot, "•" * len(TOKEN))
        assert TOKEN not in "".join(screen(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: errands)
        await shows(pilot, "Joined https://war.example.org as “lee”.")
        assert errands == [(("join", f"https://{SERVER}"), TOKEN)]


async def test_a_join_with_an_address_on_the_line_asks_for_the_token_only(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        await typed(pilot, f"/join https://{SERVER}")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        await typed(pilot, TOKEN)
        await pilot.press("enter")
        await until(pilot, lambda: errands == [(("join", f"https://{SERVER}"), TOKEN)])


async def test_joining_the_bridge_is_still_joining_the_bridge(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        await typed(pilot, "/join ivo")
        await pilot.press("enter")
        await until(pilot, lambda: app.room.live.state.attendance == {"ivo": True})
        assert errands == []


async def test_what_was_typed_stays_where_it_fails(tmp_path: Path, errands: Errands):
    errands.said = Said(False, "war.example.org does not take this token: it was revoked. Nothing was joined.")
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        await typed(pilot, "/server")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        await typed(pilot, SERVER)
        await pilot.press("tab")
        await typed(pilot, TOKEN)
        await pilot.press("enter")
        await shows(pilot, "does not take this token: it was revoked. Nothing was joined.")
        assert seen(pilot, SERVER)
        assert seen(pilot, "•" * len(TOKEN))
        await pilot.press("enter")
        await until(pilot, lambda: len(errands) == 2)
        assert errands[0] == errands[1] == (("join", f"https://{SERVER}"), TOKEN)


async def test_a_missing_token_is_asked_for_and_nothing_is_run(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        await typed(pilot, f"/server https://{SERVER}")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        await pilot.press("enter")
        await shows(pilot, "The token is missing.")
        assert errands == []


async def test_a_token_behind_the_address_is_kept_nowhere(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        await typed(pilot, f"/join https://{SERVER} {TOKEN}")
        await pilot.press("enter")
        await shows(pilot, "The token is asked for here")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.room)
        await pilot.press("up")
        assert app.room.prompt.text == f"/join https://{SERVER}"
        path = beside.local(app.room.live.path)
        await until(pilot, lambda: local.load(path).history)
        assert TOKEN not in "".join(local.load(path).history)
        assert all(TOKEN not in event.body.text() for event in app.room.live.state.facts)


async def test_giving_up_leaves_no_token_behind(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        await typed(pilot, f"/server https://{SERVER}")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Join))
        dialog = app.screen
        assert isinstance(dialog, Join)
        await typed(pilot, TOKEN)
        await pilot.press("ctrl+w", "ctrl+y", "escape")
        await until(pilot, lambda: app.screen is app.room)
        assert dialog._token.text == ""
        assert dialog._token._edit.cut == ""
        assert errands == []


# ── joined ──


async def test_the_sheet_says_all_that_is_known(tmp_path: Path):
    why = "War.example.org refuses the connection; it is tried again by itself."
    app = JoinedConsole(tmp_path, state="offline", since=NOW - 5 * MINUTE, why=why, offset=4_000)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "offline since 14:39")
        app.say(
            state="offline", since=NOW - 5 * MINUTE, why=why, offset=4_000,
            unsent={app.id_of("SEV1"): NOW - MINUTE}, refused={app.id_of("quick"): "it is too large"},
        )  # fmt: skip
        await shows(pilot, "1 refused")
        await typed(pilot, "/server")
        await pilot.press("enter")
        for said in (
            SERVER,
            "it is tried again by itself",
            "1 not there yet, the oldest from 14:43",
            "it is too large",
            "reads and writes",
            "this clock is 4s behind the server's",
        ):
            await shows(pilot, said)


async def test_joining_another_one_says_which_goes_and_replaces_it(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, here=(IVO,))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        await typed(pilot, "/server")
        await pilot.press("enter")
        await shows(pilot, "l leaves")
        await pilot.press("j")
        await shows(pilot, f"Instead of {SERVER}")
        await typed(pilot, "other.example.org")
        await pilot.press("tab")
        await typed(pilot, TOKEN)
        await pilot.press("enter")
        await until(pilot, lambda: errands == [(("join", "https://other.example.org", "--replace"), TOKEN)])


async def test_leaving_asks_once_and_says_what_is_unsent(tmp_path: Path, errands: Errands):
    errands.said = Said(True, f"Left https://{SERVER}.")
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        app.say(unsent={app.id_of("SEV1"): NOW - MINUTE})
        await shows(pilot, "1 unsent")
        await typed(pilot, "/server leave")
        await pilot.press("enter")
        await shows(pilot, f"Leave {SERVER}?")
        await shows(pilot, "1 fact is not on it yet and will not be sent")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.room)
        assert errands == []
        await typed(pilot, "/server leave")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("enter")
        await shows(pilot, f"Left https://{SERVER}.")
        assert errands == [(("leave", "--server", "--anyway"), "")]


async def test_there_is_nothing_to_leave_where_nothing_was_joined(tmp_path: Path, errands: Errands):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        await typed(pilot, "/server leave")
        await pilot.press("enter")
        await shows(pilot, "This folder has joined no server; there is none to leave.")
        assert errands == []


async def test_leaving_the_console_says_what_waits_and_that_it_goes_on(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "on the server")
        app.say(unsent={app.id_of("SEV1"): NOW - MINUTE})
        await shows(pilot, "1 unsent")
        await pilot.press("ctrl+d")
        await shows(pilot, "1 fact waits for the server, which goes on without this console.")


# ── the process ──


def test_a_token_is_in_no_list_of_processes_and_in_no_word(monkeypatch: pytest.MonkeyPatch):
    given: list[tuple[list[str], dict[str, str]]] = []
    real = subprocess.Popen

    def started(command: list[str], **options: object) -> object:
        given.append((command, dict(options["env"])))  # type: ignore[call-overload]  # as it is called
        return real(["true"], **options)  # type: ignore[call-overload]  # the same

    monkeypatch.setattr(errand.subprocess, "Popen", started)
    asked = Errand("join", f"https://{SERVER}", token=TOKEN)
    asked.run()
    command, environment = given[0]
    assert TOKEN not in " ".join(command)
    assert environment["WARROOM_TOKEN"] == TOKEN
    assert TOKEN not in repr(vars(asked))


def test_what_the_program_says_of_a_server_that_is_not_there_comes_back_as_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WARROOM_HOME", str(tmp_path))
    said = Errand("join", "https://127.0.0.1:9", token=TOKEN).run()
    assert not said.done
    assert "127.0.0.1:9" in said.sentence
    assert TOKEN not in said.sentence
    assert not os.path.exists(tmp_path / syncing.JOINED)


def test_an_errand_that_was_stopped_before_it_began_ends_at_once():
    asked = Errand("watch")
    asked.stop()
    assert not asked.run().done


# ── what a line says ──


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"/join https://{SERVER} {TOKEN}", f"/join https://{SERVER}"),
        (f"/server https://{SERVER} {TOKEN}", f"/server https://{SERVER}"),
        (f"/join https://{SERVER}", f"/join https://{SERVER}"),
        ("/join ana, ivo", "/join ana, ivo"),
        ("see https://runbook.example.org first", "see https://runbook.example.org first"),
    ],
)
def test_what_stands_behind_an_address_is_not_remembered(line: str, kept: str):
    assert without_token(line) == kept


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("/join", "join"),
        (f"/join https://{SERVER}", "join"),
        ("/server", "join"),
        ("/server leave", "leave"),
        ("/leave", "leave"),
        ("/server returns 500", ""),
        ("/join ana", ""),
        ("/var/log is full", ""),
        ("join", ""),
    ],
)
def test_a_title_that_begins_like_an_act_is_a_title(line: str, act: str):
    assert server_act(line) == act
