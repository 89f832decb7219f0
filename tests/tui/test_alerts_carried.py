"""What became of an act at the place where its alert came from, in the inbox: said in the details, trouble in red."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts_kit import Senders
from lobby_app import DeskApp
from page_app import shows, until
from story import NOW
from test_alerts_screen import choose, opened
from warroom.channels.back_alertmanager import INSTEAD
from warroom.core.alerts.facts import AlertCarried
from warroom.core.commands import Draft
from warroom.core.values import MINUTE, At, By
from warroom.tui.alerts.screen import AlertsScreen


@pytest.fixture
def senders(tmp_path: Path) -> Iterator[Senders]:
    (tmp_path / "incidents").mkdir()
    found = Senders(tmp_path, NOW)
    found.some()
    yield found
    found.close()


def carried(senders: Senders, cause: str, act: str, state: str, why: str = "", of: str = "prom:l1") -> None:
    body = AlertCarried(cause, "prom", act, state, of, 1, why=why)
    assert isinstance(senders.room.do(lambda inbox, stamp: [Draft(body, At(stamp.now))], By("watch")), list)


async def test_the_details_say_what_became_of_it_there(senders: Senders, tmp_path: Path) -> None:
    carried(senders, "F1", "acknowledge", "sent")
    app = DeskApp(str(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await choose(pilot, "ReplicaLag")
        await shows(pilot, "acknowledge: told there")
        carried(senders, "F1", "acknowledge", "failed", "the far side refuses the credentials (401)")
        await shows(pilot, "acknowledge: NOT TOLD THERE, the far side refuses the credentials (401)")


async def test_a_long_reason_has_room_for_two_lines_on_a_small_screen(senders: Senders, tmp_path: Path) -> None:
    carried(senders, "F1", "acknowledge", "dropped", INSTEAD)
    async with DeskApp(str(tmp_path)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await choose(pilot, "ReplicaLag")
        await shows(pilot, "acknowledge: not told there, Alertmanager knows no such thing:")
        await shows(pilot, "its rule ends it")


async def test_an_alert_under_a_silence_says_what_became_of_that_silence(senders: Senders, tmp_path: Path) -> None:
    made = senders.silence({"alertname": "ReplicaLag"}, 30 * MINUTE)
    assert isinstance(made, list)
    carried(senders, made[0].id, "silence", "dropped", "it means nothing there", of="")
    app = DeskApp(str(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "2 alerts wait")
        await pilot.press("w")
        await choose(pilot, "ReplicaLag")
        await shows(pilot, "silence: not told there, it means nothing there")


async def test_where_nobody_may_carry_it_says_so(
    senders: Senders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARROOM_WATCH", "off")
    app = DeskApp(str(tmp_path))
    hook = '[hook.prom]\nkind = "alertmanager"\n[hook.prom.api]\nurl = "http://127.0.0.1:9"\n'
    (Path(app.paths.config) / "intake.toml").write_text(hook)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await choose(pilot, "ReplicaLag")
        await pilot.press("a")
        await until(pilot, lambda: not isinstance(pilot.app.screen, AlertsScreen))
        await pilot.press("enter")
        await shows(pilot, "Nobody carries it to where it came from: `warroom watch` does.")
