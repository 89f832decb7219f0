"""The inbox on the screen, by keyboard alone: what is shown, what is done, and that nothing jumps whatever comes in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from alerts_kit import HOSTILE, Senders, alert
from lobby_app import DeskApp, screen, seen, settled
from page_app import shows, until
from story import NOW
from warroom.core.acts.lifecycle import ChangePhase, Declare
from warroom.core.alerts import acts
from warroom.core.alerts.inbox import Line
from warroom.core.events import Logged
from warroom.core.values import HOUR, MINUTE, By, Refused
from warroom.room import alerts_live
from warroom.room.alerts import FOLDER, path_of
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store.errors import DiskFull
from warroom.store.replica import current
from warroom.store.writing import Writing
from warroom.tui.alerts import acts as screen_acts
from warroom.tui.alerts import screen as alerts_screen
from warroom.tui.alerts.screen import AlertsScreen
from warroom.tui.declare import DeclareScreen
from warroom.tui.lobby import Lobby
from warroom.tui.spans import cells
from warroom.tui.stats import StatsScreen

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def senders(tmp_path: Path) -> Iterator[Senders]:
    (tmp_path / "incidents").mkdir()
    found = Senders(tmp_path, NOW)
    yield found
    found.close()


def incident(home: Path, title: str = "Checkout returns 500s", **more: object) -> str:
    """An open incident; its identity."""
    desk = Desk(str(home / "incidents"), current(str(home)), By("ivo"), lambda: NOW - 6 * MINUTE)
    room = desk.declare(Declare(title=title, severity="SEV2", **more))  # type: ignore[arg-type]  # as Declare has them
    assert isinstance(room, Room)
    with room.log:
        return room.state.id


async def opened(pilot: Pilot[int], waits: str = "3 alerts wait") -> AlertsScreen:
    """The inbox, opened from the lobby."""
    await shows(pilot, f"{waits}: F8")
    await pilot.press("f8")
    await until(pilot, lambda: isinstance(pilot.app.screen, AlertsScreen))
    await shows(pilot, waits)
    assert isinstance(pilot.app.screen, AlertsScreen)
    return pilot.app.screen


async def choose(pilot: Pilot[int], text: str) -> None:
    """From the first row down until the chosen one says this."""
    await pilot.press("home")
    await pilot.pause()
    for _ in range(30):
        if text in chosen(pilot):
            return
        await pilot.press("down")
        await pilot.pause()
    raise AssertionError(f"no row says {text}\n" + "\n".join(screen(pilot)))


def chosen(pilot: Pilot[int]) -> str:
    """The chosen row, as it stands on the screen."""
    return screen(pilot)[chosen_at(pilot)]


def chosen_at(pilot: Pilot[int]) -> int:
    """The row of the screen on which the chosen one stands."""
    inbox = pilot.app.screen_stack[-1]
    assert isinstance(inbox, AlertsScreen)
    board = inbox._list
    return board.region.y + 1 + inbox._place - board.first


def line(senders: Senders, key: str) -> Line:
    return senders.inbox().lines[f"prom:{key}"]


# ── the way there ──


async def test_where_no_alert_ever_came_nothing_says_so_and_nothing_is_followed(tmp_path: Path) -> None:
    app = DeskApp(str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert not seen(pilot, "wait")
        assert not seen(pilot, "F8")
        assert not app.alerts_came
        await pilot.press("f8")
        await shows(pilot, "No alert has come in, this week or last.")
        await shows(pilot, "/v1/hooks/NAME")
        await pilot.press("a")
        await shows(pilot, "Nothing is chosen: no alert is here.")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Lobby))


@pytest.mark.parametrize("size", SIZES)
async def test_the_lobby_counts_what_waits_and_f8_or_a_word_shows_it(
    senders: Senders, tmp_path: Path, size: tuple[int, int]
) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=size) as pilot:
        await shows(pilot, "dana 3 alerts wait: F8")
        await shows(pilot, "F8 alerts")
        await pilot.press(*"/alerts")
        await shows(pilot, "↵ the inbox of alerts")
        await pilot.press("enter")
        await shows(pilot, "HighErrorRate")
        assert all(len(row) <= size[0] for row in screen(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Lobby))
        assert pilot.app.screen._field.text == ""  # type: ignore[attr-defined]  # the lobby's line


async def test_what_waits_no_longer_is_no_longer_counted(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1 alert waits: F8")
        senders.dismiss("a1")
        await until(pilot, lambda: not seen(pilot, "waits"))


# ── what is shown ──


@pytest.mark.parametrize("size", SIZES)
async def test_groups_show_counts_and_a_sparkline_and_unfold(
    senders: Senders, tmp_path: Path, size: tuple[int, int]
) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=size) as pilot:
        await opened(pilot)
        assert "▸ checkout" in chosen(pilot)
        assert "2×  2 wait" in chosen(pilot)
        assert "·" * 11 + "█" in chosen(pilot)
        await pilot.press("enter")
        await shows(pilot, "▾ checkout")
        await shows(pilot, "▲ critical 5xx at 12 %")
        await shows(pilot, "waits 5m")
        await choose(pilot, "12 %")
        await shows(pilot, "instance=web-1")
        await pilot.press("left")
        await shows(pilot, "▸ checkout")
        assert "▸ checkout" in chosen(pilot)


async def test_what_is_quiet_is_counted_and_shown_on_a_key(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert not seen(pilot, "edge")
        await shows(pilot, "1 ended or quiet, w shows them")
        await pilot.press("w")
        await shows(pilot, "edge")
        await shows(pilot, "dismissed")


async def test_a_suggested_incident_is_explained(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    inc = incident(tmp_path, services=("checkout",))
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await shows(pilot, f"→ fits INC-{inc[:4]} Checkout returns 500s: same service (checkout), 3 min after")


async def test_typing_behind_a_slash_finds_and_esc_brings_all_again(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("slash", *"lag")
        await until(pilot, lambda: not seen(pilot, "HighErrorRate"))
        assert "ReplicaLag" in chosen(pilot)
        await pilot.press("enter", "enter")
        await shows(pilot, "▾ payments-db")
        await pilot.press("escape")
        await shows(pilot, "HighErrorRate")
        await pilot.press("slash", *"nothing such")
        await shows(pilot, "No alert here says “nothing such”.")
        await pilot.press("escape")
        await shows(pilot, "HighErrorRate")
        assert isinstance(pilot.app.screen, AlertsScreen)


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (120, 40), (200, 50)])
async def test_hostile_text_is_text_and_every_row_has_its_width(
    senders: Senders, tmp_path: Path, size: tuple[int, int]
) -> None:
    hostile = HOSTILE * 5
    senders.fire(alert("h", hostile, hostile, severity=hostile, summary=hostile, labels={hostile: hostile}))
    async with DeskApp(str(tmp_path)).run_test(size=size) as pilot:
        await opened(pilot, "1 alert waits")
        await pilot.press("enter", "down")
        await until(pilot, lambda: seen(pilot, "[bold]a[/]"))
        said = "".join(screen(pilot))
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert all(cells(((row, ""),)) <= size[0] for row in screen(pilot))
        await pilot.press("x")
        await until(pilot, lambda: seen(pilot, "Dismiss [bold]"))


def damaged(home: Path) -> str:
    """This week's file, which is no log."""
    (home / FOLDER).mkdir()
    path = Path(path_of(str(home), "2026-W47"))
    path.write_text("no log at all")
    return str(path)


async def test_a_file_that_cannot_be_read_is_a_sentence_and_heals_by_itself(senders: Senders, tmp_path: Path) -> None:
    path = damaged(tmp_path)
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f8")
        await shows(pilot, "2026-W47.json holds no incident")
        os.unlink(path)
        senders.fire()
        await shows(pilot, "HighErrorRate")


# ── calm ──


def shape(pilot: Pilot[int]) -> list[str]:
    return [row.split("█")[0] for row in screen(pilot) if "▸" in row or "▾" in row]


async def test_what_is_chosen_stays_chosen_and_stays_where_it_is(senders: Senders, tmp_path: Path) -> None:
    senders.fire(*(alert(f"k{n}", f"Rule{n:02}", "svc", NOW - (40 - n) * MINUTE) for n in range(30)))
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot, "30 alerts wait")
        await choose(pilot, "Rule25")
        at = chosen_at(pilot)
        senders.fire(*(alert(f"new{n}", f"New{n}", "svc", NOW) for n in range(4)))
        await shows(pilot, "34 alerts wait")
        assert "Rule25" in chosen(pilot)
        assert chosen_at(pilot) == at
        await shows(pilot, "↑ 4 above")
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert "Rule25" in chosen(pilot)
        await pilot.press("home")
        await pilot.pause()
        assert "New" in chosen(pilot)


async def test_what_is_chosen_and_ends_gives_way_to_what_stands_in_its_place(senders: Senders, tmp_path: Path) -> None:
    senders.fire(*(alert(f"k{n}", f"Rule{n}", "svc", NOW - n * MINUTE) for n in range(5)))
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot, "5 alerts wait")
        await choose(pilot, "Rule2")
        senders.end("k2", "Rule2", "svc", NOW - 2 * MINUTE)
        await shows(pilot, "4 alerts wait")
        assert "Rule3" in chosen(pilot)


async def test_a_storm_is_one_line_and_the_other_lines_stay_where_they_are(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await choose(pilot, "ReplicaLag")
        before = shape(pilot)
        for part in range(10):
            senders.fire(*(alert(f"s{part}-{n}", since=NOW) for n in range(500)))
        await shows(pilot, "4,982 more only counted")
        await shows(pilot, "20× 20 wait")
        assert shape(pilot) == before
        assert "ReplicaLag" in chosen(pilot)


def test_the_screen_changes_twice_a_second_at_the_most() -> None:
    assert alerts_screen.LOOK >= 0.5
    assert alerts_live.SOON >= 0.5


async def test_a_word_that_is_typed_acts_on_nothing(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        screen_ = pilot.app.screen
        assert isinstance(screen_, AlertsScreen)
        for char in "ana takes orders":
            screen_._list.press("space" if char == " " else char, char)
        await pilot.pause(0.5)
        assert pilot.app.screen is screen_
        assert senders.inbox().lines["prom:e1"].handled is None


# ── what is done ──


async def test_a_group_is_acknowledged_with_a_note(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("a")
        await shows(pilot, "Acknowledge HighErrorRate on checkout (2 alerts)?")
        await shows(pilot, "prom is told, where that can be told.")
        assert line(senders, "e1").handled is None
        await pilot.press(*"looking", "enter")
        await shows(pilot, "Acknowledged: HighErrorRate on checkout (2 alerts).")
        await shows(pilot, "1 alert waits")
    for key in ("e1", "e2"):
        handled = line(senders, key).handled
        assert handled is not None
        assert (handled.what, handled.by, handled.note) == ("acknowledged", "dana", "looking")


async def test_f8_acknowledges_here_too(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot, "1 alert waits")
        await pilot.press("f8")
        await shows(pilot, "Acknowledge HighErrorRate on checkout?")


@pytest.mark.parametrize("key", ["a", "r", "x", "s", "i", "o"])
async def test_esc_and_ctrl_c_cancel_every_act(senders: Senders, tmp_path: Path, key: str) -> None:
    senders.some()
    incident(tmp_path, services=("checkout",))
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        inbox = await opened(pilot)
        await shows(pilot, "→ fits")
        for cancel in ("escape", "ctrl+c"):
            await pilot.press(key)
            await until(pilot, lambda: pilot.app.screen is not inbox)
            await pilot.press("ctrl+u", cancel)
            if isinstance(pilot.app.screen, DeclareScreen):
                await pilot.press(cancel)
            await until(pilot, lambda: pilot.app.screen is inbox)
            await pilot.pause(0.4)
        assert len(line(senders, "e1").attached) == 0
        assert line(senders, "e1").handled is line(senders, "e1").dismissed is None
        assert senders.inbox().silences == {}
        assert len(list((tmp_path / "incidents").glob("*.json"))) == 1


async def test_dismissing_asks_for_the_reason_in_the_same_dialog(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        await choose(pilot, "12 %")
        await pilot.press("x")
        await shows(pilot, "1 flapping 2 known 3 not actionable 4 duplicate 5 test")
        await pilot.press("enter")
        await shows(pilot, "Which reason?")
        await pilot.press(*"boring", "enter")
        assert line(senders, "e1").dismissed is None
        await pilot.press("ctrl+u", "3", "space", *"known to all")
        await shows(pilot, "dismissed as not actionable: known to all")
        await pilot.press("enter")
        await shows(pilot, "Dismissed as not actionable: HighErrorRate on checkout.")
        mark = line(senders, "e1").dismissed
        assert mark is not None
        assert (mark.what, mark.note) == ("not actionable", "known to all")
        assert line(senders, "e2").dismissed is None
        await pilot.press("w")
        await choose(pilot, "dismissed as")
        await pilot.press("u")
        await shows(pilot, "No longer dismissed")
        assert line(senders, "e1").dismissed is None


async def test_a_silence_asks_for_how_long_and_why_and_always_ends(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("s")
        await shows(pilot, "alertname=HighErrorRate, service=checkout.")
        await pilot.press("enter")
        await shows(pilot, "Whoever meets this silence later has to understand it.")
        await pilot.press("ctrl+u", *"40d ever", "enter")
        await shows(pilot, "A silence lasts from one minute to 30 days.")
        await pilot.press("ctrl+u", *"3h deploying")
        await shows(pilot, "quiet until 17:44 UTC")
        await pilot.press("enter")
        await shows(pilot, "Silenced: HighErrorRate on checkout (2 alerts).")
        await shows(pilot, "1 alert waits · 1 silence")
        [silence] = senders.inbox().silences.values()
        assert (silence.labels, silence.until - silence.at, silence.why) == (
            {"alertname": "HighErrorRate", "service": "checkout"},
            3 * HOUR,
            "deploying",
        )
        await pilot.press("w")
        await choose(pilot, "checkout")
        await pilot.press("u")
        await shows(pilot, "No longer silenced: alertname=HighErrorRate, service=checkout.")
        await shows(pilot, "3 alerts wait")


async def test_attaching_offers_what_fits_and_writes_into_the_incident(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    other = incident(tmp_path, "Exports are slow", services=("exports",))
    inc = incident(tmp_path, services=("checkout",))
    app = DeskApp(str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await shows(pilot, "→ fits")
        await pilot.press("i")
        await shows(pilot, "To which incident does HighErrorRate on checkout (2 alerts) belong?")
        await shows(pilot, "1 INC-")
        await shows(pilot, "Exports are slow")
        await shows(pilot, "belongs to INC-")
        await pilot.press("enter")
        await shows(pilot, "(2 alerts) belongs to INC-")
        await shows(pilot, "1 alert waits")
        await shows(pilot, f"in {inc[:4]}")
        assert [mark.what for key in ("e1", "e2") for mark in line(senders, key).attached] == [inc, inc]
        state = app.desk.state(app.desk.find(f"INC-{inc[:6]}").path)
        assert any(isinstance(event.body, Logged) and event.body.who == "prom" for event in state.facts)
        # … and Enter on it leads there.
        await choose(pilot, "checkout")
        await pilot.press("right", "down")
        await shows(pilot, f"▸ critical 5xx at 9 % in INC-{inc[:4]}")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.entered) == 1)
        assert app.entered[0][0].state.id == inc != other


async def test_where_there_is_nothing_to_do_it_says_so(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot, "1 alert waits")
        await pilot.press("i")
        await shows(pilot, "No incident is open that it could belong to; o opens one from it.")
        await pilot.press("u")
        await shows(pilot, "It is neither dismissed nor silenced")


async def test_an_incident_is_opened_from_an_alert_with_title_and_service(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    app = DeskApp(str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await choose(pilot, "ReplicaLag")
        await pilot.press("o")
        await shows(pilot, "ReplicaLag: 41 s behind")
        await shows(pilot, "Services, where known › payments-db")
        await pilot.press("2", "enter")
        await until(pilot, lambda: len(app.entered) == 1)
        state = app.entered[0][0].state
        assert (state.title, state.severity, state.services) == ("ReplicaLag: 41 s behind", "SEV2", ("payments-db",))
        [mark] = line(senders, "l1").attached
        assert (mark.what, mark.by) == (state.id, "dana")
    room = Desk(str(tmp_path / "incidents"), "", By(""), lambda: NOW)
    entry = room.state(app.entered[0][0].log.path).timeline[0]
    assert (entry.at.t, entry.body.kind) == (NOW - 60 * MINUTE, "observed")


async def test_where_attaching_fails_the_room_is_entered_and_it_says_so(
    senders: Senders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    senders.some()
    app = DeskApp(str(tmp_path))
    told: list[str] = []
    monkeypatch.setattr(app, "tell", lambda sentence, trouble=False: told.append(sentence))
    monkeypatch.setattr(screen_acts, "attached", lambda *args, **more: Refused("the disk is full"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("o")
        await shows(pilot, "What do users see?")
        await pilot.press("2", "enter")
        await until(pilot, lambda: told)
        assert len(app.entered) == 1
        assert told == ["The incident is there, but the alert is not attached to it: the disk is full"]


async def test_whoever_was_second_is_told_who_was_first(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    async with DeskApp(str(tmp_path), me="lee").run_test(size=(80, 24)) as pilot:
        await opened(pilot, "1 alert waits")
        await pilot.press("a")
        await shows(pilot, "Acknowledge HighErrorRate")
        senders.room.do(lambda inbox, stamp: acts.handle(inbox.lines["prom:a1"], "acknowledged", "", stamp))
        await pilot.press("enter")
        await shows(pilot, "dana has acknowledged it already.")


async def test_what_cannot_be_written_says_why_and_the_inbox_goes_on(
    senders: Senders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Writing) -> None:
        raise DiskFull("The disk is full: nothing was written. Make room.")

    senders.fire()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot, "1 alert waits")
        with monkeypatch.context() as patch:
            patch.setattr(Writing, "write", full)
            await pilot.press("a")
            await shows(pilot, "Acknowledge HighErrorRate")
            await pilot.press("enter")
            await shows(pilot, "The disk is full: nothing was written. Make room.")
        await pilot.press("a")
        await shows(pilot, "Acknowledge HighErrorRate")
        await pilot.press("enter")
        await shows(pilot, "Acknowledged: HighErrorRate on checkout.")


async def test_an_alert_is_resolved_here(senders: Senders, tmp_path: Path) -> None:
    senders.fire()
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot, "1 alert waits")
        await pilot.press("r")
        await shows(pilot, "Resolve HighErrorRate on checkout?")
        await pilot.press("enter")
        await shows(pilot, "Resolved: HighErrorRate on checkout.")
        await shows(pilot, "nothing waits")


async def test_a_key_shows_which_rules_to_mend(senders: Senders, tmp_path: Path) -> None:
    senders.some()
    async with DeskApp(str(tmp_path)).run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("m")
        await until(pilot, lambda: isinstance(pilot.app.screen, StatsScreen))
        await shows(pilot, "Alerts: signal and noise, 2026-W46 to 2026-W47")
        await shows(pilot, "dismissed once as known")
        await pilot.press("s")
        await shows(pilot, "Stats by severity")
        await shows(pilot, "Signal and noise of alerts")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, AlertsScreen))


def test_ended_incidents_are_not_offered(senders: Senders, tmp_path: Path) -> None:
    """What is attached to by its handle may have ended; what is offered has not."""
    senders.fire()
    inc = incident(tmp_path, services=("checkout",))
    desk = Desk(str(tmp_path / "incidents"), current(str(tmp_path)), By("ivo"), lambda: NOW)
    room = desk.open_loaded(desk.find(inc).path)
    with room.log:
        assert isinstance(room.do(ChangePhase(phase="resolved")), list)
    view = alerts_live.LiveInbox(str(tmp_path), str(tmp_path / "incidents"), lambda: "", lambda: By(""), lambda: NOW)
    view._look()
    assert view.view.waiting == 1
    assert view.view.open == ()
