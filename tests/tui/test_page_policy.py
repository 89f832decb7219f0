"""A policy's files that change in the middle of an incident: offered in a sentence and a sheet, never applied alone."""

from pathlib import Path

import pytest

from lobby_app import seen
from night import ANA, LEVELS, MEI, NOW, Night, policy
from page_app import CHANNELS, POLICY, PageConsole, files, shows, until
from warroom.core import events as ev
from warroom.core.events import PolicyAttached
from warroom.core.values import MINUTE
from warroom.tui import lookout
from warroom.tui.overlays.policy import PolicySheet, lines
from warroom.tui.policy_words import changes, then
from warroom.tui.spans import cells

LATER = POLICY.replace("PT5M", "PT9M")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at the files takes no waiting here."""
    monkeypatch.setattr(lookout, "LOOK", 0.05)
    monkeypatch.setattr(lookout, "FILES", 0.05)


def write(home: Path, policy: str) -> None:
    (home / "policies" / "quick.toml").write_text(policy)


def after(app: PageConsole) -> list[int]:
    run = app.room.live.state.run
    assert run is not None
    return [level.after // MINUTE for level in run.policy.levels]


async def typed(pilot: object, line: str) -> None:
    pilot.app.room.prompt.fill(line)  # type: ignore[attr-defined]  # the app of this file
    await pilot.press("enter")  # type: ignore[attr-defined]  # textual's


# ── in the room ──


async def test_an_edit_is_offered_and_changes_nothing_by_itself(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(132, 40)) as pilot:
        await until(pilot, lambda: app.room._seen and app.room._seen.tried is not None)
        write(tmp_path, LATER)
        await shows(pilot, "policies/quick.toml was changed; /policy shows what, Enter accepts.")
        await shows(pilot, "changed: /policy")
        assert after(app) == [0, 5]


async def test_the_sheet_shows_what_would_change_and_enter_accepts_it(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(132, 40)) as pilot:
        write(tmp_path, LATER)
        await typed(pilot, "/policy")
        await shows(pilot, "- L2 after 5m: Mei (hook)")
        await shows(pilot, "+ L2 after 9m: Mei (hook)")
        await shows(pilot, "Then L2 Mei is called in 8m00s.")
        assert after(app) == [0, 5]
        await pilot.press("enter")
        await until(pilot, lambda: after(app) == [0, 9])
        await until(pilot, lambda: not seen(pilot, "changed: /policy"))


async def test_escape_leaves_it_as_it_is(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        write(tmp_path, LATER)
        await typed(pilot, "/policy")
        await shows(pilot, "Enter accepts · Esc leaves it as it is")
        await pilot.press("escape")
        await until(pilot, lambda: not app.room.query(PolicySheet))
        assert after(app) == [0, 5]


async def test_without_a_difference_a_sentence_says_so(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "/policy")
        await shows(pilot, "Nothing differs: what the files say of “quick” is in force.")
        assert not app.room.query(PolicySheet)


async def test_a_file_that_cannot_be_read_is_named_and_never_offered(tmp_path: Path):
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(132, 40)) as pilot:
        await until(pilot, lambda: app.room._seen and app.room._seen.tried is not None)
        (tmp_path / "contacts.toml").write_text("[contact.ivo]\nname = 7\n")
        await shows(pilot, "What is in force stays.")
        assert app.room._offer is None


async def test_a_channel_that_is_configured_at_last_is_offered_too(tmp_path: Path):
    app = PageConsole(files(tmp_path, channels=""))
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "PAGES NOBODY")
        (tmp_path / "channels.toml").write_text(CHANNELS)
        await typed(pilot, "/policy")
        await shows(pilot, "+ a channel reaches somebody")
        await pilot.press("enter")
        await shows(pilot, "PAGER: nobody")


async def test_where_no_policy_is_in_force_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(PageConsole, "attached", lambda self: ())
    app = PageConsole(files(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "/policy")
        await shows(pilot, "No escalation policy is in force here.")


# ── in words ──


def changed(new: PolicyAttached) -> list[str]:
    return [f"{sign} {text}" for sign, text in changes(policy(), new) if sign != " "]


def test_levels_that_stay_stand_there_for_orientation():
    assert [sign for sign, _ in changes(policy(), policy())] == [" ", " ", " ", "+"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"repeat": 2}, ["- no further round", "+ afterwards 2 more rounds"]),
        ({"ack_expires": 20 * MINUTE}, ["- an acknowledgement lasts 30m", "+ an acknowledgement lasts 20m"]),
        ({"fallback": ""}, ["- when nobody is left: ring the duty manager on +44 20 7946 0100"]),
        ({"specialists": ()}, ["- for db: Ana (+44 20 7946 0009, hook), Mei (+44 20 7946 0002, hook)"]),
        ({"reachable": False}, ["- a channel reaches somebody", "+ no channel reaches anybody"]),
    ],
)
def test_every_difference_is_a_plain_line(other: dict[str, object], said: list[str]):
    assert changed(policy(**other)) == said


def test_a_level_that_goes_and_one_that_comes_are_told():
    fewer = PolicyAttached("payments", LEVELS[:2], title="payments", tested=True, reachable=True)
    assert any(line.startswith("- L3 eng manager after 15m: Rahul") for line in changed(fewer))


def test_accepting_says_beforehand_whom_it_would_call_at_once():
    w = Night("14:41:00")
    sooner = ev.PolicyAttached(
        "payments", (LEVELS[0], ev.Level(2 * MINUTE, "database", (MEI,), (ANA,))), reachable=True
    )
    assert then(w.state(), sooner, NOW) == "Then L2 Mei is called at once."
    assert then(w.state(), policy(), NOW) == "Then L2 Mei is called in 1m32s."


def test_while_somebody_has_it_nobody_is_called():
    w = Night()
    w.add("14:43:50", "ivo", ev.Acknowledged("Ivo", 1))
    assert then(w.state(), policy(repeat=1), NOW) == "Ivo has it; nobody is called for now."


@pytest.mark.parametrize("width", [40, 76, 128])
def test_the_sheet_fits(width: int):
    drawn = lines(policy(), policy(repeat=3, specialists=()), "policies/payments.toml", "Then L2 Mei is called.", width)
    assert all(cells(line) <= width for line in drawn)
