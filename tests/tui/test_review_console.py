"""The review in the console: its screen, the person's editor, its state, and what the lobby says of it."""

import os
import stat
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console_kit import cli, entered
from lobby_app import listed, screen
from page_app import shows, until
from practice_app import PracticeConsole, console, done_elsewhere, facts
from pty_screen import PtyScreen
from review_kit import RULES
from story import NOW
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import ChangePhase, StateImpact
from warroom.core.acts.review import MoveReview, WriteSection
from warroom.core.review.deadlines import Owes
from warroom.core.values import DAY, HOUR
from warroom.tui.lobby.found import find
from warroom.tui.lobby.rows import View, past_card
from warroom.tui.review.sheet import ReviewSheet


async def over(app: PracticeConsole, pilot: Pilot[int], *more: WriteSection | MoveReview) -> None:
    """The incident is resolved, and its review is over the room."""
    done_elsewhere(
        app,
        "dana",
        Log(text="p99 at 9 s", kind="observed"),
        StateImpact(what="cards fail"),
        ChangePhase(phase="resolved"),
    )
    if more:
        done_elsewhere(app, "dana", *more)
    await until(pilot, lambda: app.room.shown.phase == "resolved")
    await ask(app, pilot, "/review")
    await until(pilot, lambda: sheet(app) is not None and sheet(app).shown is not None)  # type: ignore[union-attr]


async def ask(app: PracticeConsole, pilot: Pilot[int], line: str) -> None:
    for char in line:
        assert app.room.prompt.press(char, char)
    await pilot.press("enter")


def sheet(app: PracticeConsole) -> ReviewSheet | None:
    return next((each for each in app.room.query(ReviewSheet) if each.display), None)


# ── the screen ──


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_screen_shows_the_sections_and_the_text_of_the_chosen_one(tmp_path: Path, size: tuple[int, int]):
    app = console(tmp_path)
    async with app.run_test(size=size) as pilot:
        await over(app, pilot)
        await shows(pilot, "Review: draft · nobody owns it · draft due in 2d")
        assert any("○ Got lucky" in row for row in screen(pilot)) or size == (80, 24)
        await pilot.press(*["down"] * 6)
        await shows(pilot, "What users saw: Cards fail.")
        assert all(len(row) <= size[0] for row in screen(pilot))


async def test_it_can_begin_at_a_section(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await over(app, pilot)
        await pilot.press("escape")
        await ask(app, pilot, "/review timeline")
        await shows(pilot, "observed dana: p99 at 9 s")


async def test_it_shows_findings_conflicts_and_a_log_that_has_changed(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        mine = WriteSection(section="impact", title="Impact", text="It was human error.", sha="000000000000")
        await over(app, pilot, mine, WriteSection(section="impact", title="Impact", text="dana should have known."))
        await pilot.press(*["down"] * 6)
        await shows(pilot, "Written at the same time by dana")
        await shows(pilot, "“human error”: a label that ends the search")
        await shows(pilot, "“dana should”: a person as the cause")
        assert any("✗ Impact" in row and "▲2" in row for row in screen(pilot))


async def test_the_logs_own_lines_can_be_seen_behind_what_was_written(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await over(app, pilot, WriteSection(section="impact", title="Impact", text="Ours."))
        await pilot.press(*["down"] * 6)
        await shows(pilot, "Ours.")
        assert not any("Cards fail" in row for row in screen(pilot)[4:])
        await pilot.press("l")
        await shows(pilot, "What users saw: Cards fail.")
        await shows(pilot, "The log's own lines, whatever was written over them:")


async def test_a_fact_that_arrives_renews_it_and_the_section_stays_chosen(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await over(app, pilot)
        await pilot.press(*["down"] * 8)
        await shows(pilot, "p99 at 9 s")
        done_elsewhere(app, "dana", Log(text="and a late one"))
        await shows(pilot, "and a late one")
        chosen = sheet(app)
        assert chosen is not None
        assert chosen.section is not None
        assert chosen.section.key == "timeline"


async def test_typing_closes_it_and_goes_to_the_prompt(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await over(app, pilot)
        await pilot.press("e", "v", "e", "n")
        assert sheet(app) is None
        assert app.room.prompt.text == "even"


async def test_foreign_text_in_it_is_text(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await over(app, pilot, WriteSection(section="impact", title="Impact", text="[bold]x[/] \x1b]0;gone\x07 <b>"))
        await pilot.press(*["down"] * 6)
        await shows(pilot, "[bold]x[/] ␛]0;gone� <b>")


# ── what the prompt does ──


async def test_the_state_and_the_owner_are_lines_of_the_prompt(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await over(app, pilot)
        await pilot.press("escape")
        await ask(app, pilot, "/review state in review")
        await until(pilot, lambda: facts(app, ev.ReviewMoved))
        await ask(app, pilot, "/review owner mei")
        await until(pilot, lambda: facts(app, ev.ReviewOwned))
        await ask(app, pilot, "/review state closed")
        await shows(pilot, "so “reviewed” comes before “closed”")


async def test_an_incident_that_is_not_over_says_so_and_keeps_the_line(tmp_path: Path):
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await ask(app, pilot, "/review")
        await shows(pilot, "its review begins once it is resolved")
        assert app.room.prompt.text == "/review"


# ── the editor, in a real terminal ──


def put(folder: Path, script: str) -> str:
    path = folder / "editor.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def resolved(incident: str) -> str:
    cli("impact", "cards fail")
    cli("resolve", "it is over")
    return incident


def opened(room: PtyScreen, line: str) -> None:
    room.send(line + "\r")
    room.wait_for("Review: draft")


def test_enter_edits_the_section_and_e_all_of_it(
    resolved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "grep -c '^## ' \"$1\" > " + str(tmp_path / "n") + "; sed -i 's/^## Impact$/## Impact\\n\\nOurs too./' \"$1\""
    )
    monkeypatch.setenv("EDITOR", put(tmp_path, script))
    with entered(resolved) as room:
        opened(room, "/review impact")
        room.send("\r")
        room.wait_for("Impact: written.")
        room.wait_for("Ours too.")
        assert (tmp_path / "n").read_text() == "1\n"
        room.send("e")
        room.wait_for(lambda screen: screen.text().count("Ours too.") == 2)
    assert cli("review", resolved, "show", "impact").count("Ours too.") == 2
    assert int((tmp_path / "n").read_text()) == 20


def test_an_editor_that_fails_keeps_the_file_and_the_next_edit_goes_on(
    resolved: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", put(tmp_path, "sed -i 's/^## Impact$/## Impact\\n\\nHalf/' \"$1\"; exit 7"))
    with entered(resolved) as room:
        opened(room, "/review impact")
        room.send("\r")
        room.wait_for("editor.sh ended")
        (name,) = os.listdir(home / "exports")
        assert "Half" in (home / "exports" / name).read_text()
        put(tmp_path, "true")
        room.send("\r")
        room.wait_for("Impact: written.")
    assert "Half" in cli("review", resolved, "show", "impact")
    assert os.listdir(home / "exports") == []


# ── the lobby ──


def past(owes: Owes | None, width: int = 76) -> list[tuple[str, str]]:
    import msgspec

    each = msgspec.structs.replace(
        listed("7XMA", "Login tokens rejected", "SEV1", "resolved", 5 * DAY, HOUR), owes=owes
    )
    other = listed("QD21", "Search is behind", "SEV3", "closed", 8 * DAY, HOUR)
    view = View(found=find("", [each, other], None), now=NOW, ready=True, rules=RULES)
    card, _ = past_card(view, 0, width, 10)
    return [("".join(text for text, _ in line), " ".join(ink for _, ink in line)) for line in card.lines]


def test_the_lobby_says_by_when_a_review_is_due_and_how_late_it_is() -> None:
    for owes, says, ink in (
        (Owes("SEV1", NOW - HOUR, "draft"), "draft due in 1d", "muted"),
        (Owes("SEV1", NOW - HOUR, "in review"), "review due in 2d", "muted"),
        (Owes("SEV1", NOW - 2 * DAY - HOUR, "in review"), "review due in 23h00m", "amber"),
        (Owes("SEV1", NOW - 6 * DAY - HOUR, "in review"), "review 3d late", "red"),
    ):
        (row, inks), (quiet, _) = past(owes)
        assert row.rstrip().endswith(says)
        assert "Login tokens rejected" in row
        assert ink in inks
        assert quiet.rstrip().endswith("closed")


def test_what_owes_no_review_stands_there_as_before() -> None:
    for owes in (None, Owes("SEV1", NOW, "reviewed"), Owes("SEV4", NOW, "draft")):
        (row, _), _ = past(owes)
        assert row.endswith("resolved ")


def test_the_desk_lists_what_is_owed_of_an_incident(resolved: str, home: Path) -> None:
    from warroom.core.values import By
    from warroom.room.desk import Desk

    desk = Desk(str(home / "incidents"), "", By(""), lambda: NOW)
    (each,) = desk.incidents()
    assert each.owes is not None
    assert (each.owes.severity, each.owes.state) == ("SEV2", "draft")
    cli("review", resolved, "state", "in review")
    (each,) = desk.incidents()
    assert each.owes is not None
    assert each.owes.state == "in review"
