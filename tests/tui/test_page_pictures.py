"""Pictures of a page in its states, to be looked at when they change: `pytest --snapshot-update` makes new ones."""

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

import night
from story import RoomApp
from warroom.core.values import MINUTE
from warroom.tui.moment import Offer
from warroom.tui.overlays.ask import Ask
from warroom.tui.overlays.policy import PolicySheet

SIZES = {"132x40": (132, 40), "80x24": (80, 24)}
LOOKED_AT = ("calling", "fails", "acknowledged", "exhausted", "nobody", "specialist", "trigger", "drill")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", LOOKED_AT)
def test_a_page(snap_compare, state: str, size: str):
    incident, look = night.STATES[state]()
    assert snap_compare(RoomApp(incident, sight=look, now=night.NOW), terminal_size=SIZES[size])


@pytest.mark.parametrize(("look", "ascii"), [("light", False), ("mono", False), ("dark", True)])
def test_a_page_that_failed_in_other_looks(snap_compare, look: str, ascii: bool):
    incident, sight = night.STATES["fails"]()
    app = RoomApp(incident, look, ascii, replace(sight, ascii=ascii), now=night.NOW)
    assert snap_compare(app, terminal_size=SIZES["132x40"])


@pytest.mark.parametrize("size", SIZES)
def test_a_changed_policy(snap_compare, size: str):
    incident, look = night.STATES["calling"]()
    new = night.policy(repeat=1, specialists=())
    new = replace(new, levels=(night.LEVELS[0], replace(night.LEVELS[1], after=9 * MINUTE, notify=(night.ANA,))))
    app = RoomApp(incident, sight=replace(look, offer=Offer("policies/payments.toml", new)), now=night.NOW)

    async def laid(pilot: Pilot[None]) -> None:
        await pilot.pause()
        app.room.query_one("#body").mount(PolicySheet(app.room.query_one("Stub"), lambda: app.room.moment))
        await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=laid)


def test_a_page_that_is_very_late_is_asked_about(snap_compare):
    incident, look = night.STATES["nobody"]()
    app = RoomApp(incident, sight=look, now=night.NOW)
    keys = (("↵", "page now"), ("n", "no, only take the pager"), ("esc", "back"))

    async def asked(pilot: Pilot[None]) -> None:
        await pilot.pause()
        app.push_screen(Ask("L3 Rahul is 22m late: page now?", "It may be needed no more.", keys=keys, other="n"))
        await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=asked)
