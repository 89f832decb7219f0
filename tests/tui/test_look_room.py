"""The war room as a whole: its layout at every size, zoom, and how little it paints while nothing happens."""

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from story import NOW, RoomApp, Writer, story
from warroom.core import events as ev
from warroom.core.values import SECOND
from warroom.tui import header
from warroom.tui.key_line import ROOM, line
from warroom.tui.moment import Sight, moment
from warroom.tui.panes.pane import Pane
from warroom.tui.room_screen import ZOOMS, RoomScreen
from warroom.tui.spans import cells


def screen(pilot: Pilot[None]) -> list[str]:
    return [strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips()]


async def ready(pilot: Pilot[None]) -> RoomScreen:
    await pilot.pause()
    app = pilot.app
    assert isinstance(app, RoomApp)
    return app.room


async def test_at_132_by_40_all_panes_stand_beside_the_timeline():
    async with RoomApp(story().state()).run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        lines = screen(pilot)
        assert lines[2].startswith("╭─ Timeline ─")
        assert [n for n, text in enumerate(lines) if "╮╭─ " in text or "│╭─ " in text] == [2, 11, 22, 28]
        assert lines[35].endswith("database · F2 ticks ─╯")
        assert lines[39].startswith(" F1 help  F2 tick")
        assert {len(text) for text in lines[:39]} <= {131, 132}


async def test_at_80_by_24_everything_that_is_due_is_there_in_words():
    async with RoomApp(story(answered=False).state()).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        lines = screen(pilot)
        assert "■ SEV1 MITIGATING T+42m 14:44Z" in lines[0]
        assert "bridge meet/k3f9" in lines[1]
        assert lines[2].startswith(" 26m late page: L2 backup database Ana")
        assert lines[3].startswith(" ring L2 backup Ana +44 20 7946 0009  L3 Rahul in 9m31s")
        assert lines[3].endswith("PAGES NOBODY")
        assert lines[4].startswith(" Cmd Dana Scribe Lee")
        rows = lines[5:22]
        assert len(rows) >= 17
        assert "support: tickets have stopped" in rows[-1]
        assert lines[22].startswith("log as lee")
        assert lines[23].endswith("esc all keys")


async def test_at_60_by_15_it_still_shows_what_is_due_the_timeline_and_the_prompt():
    async with RoomApp(story().state()).run_test(size=(60, 15)) as pilot:
        await ready(pilot)
        lines = screen(pilot)
        assert "SEV1" in lines[0]
        assert lines[2].startswith(" 1m32s public update #3")
        assert "support: tickets have stopped" in lines[12]
        assert lines[13].startswith("log as lee")


@pytest.mark.parametrize("size", [(1, 1), (10, 4), (40, 10), (100, 30), (131, 24), (300, 100)])
async def test_no_size_breaks_it(size: tuple[int, int]):
    async with RoomApp(story().state()).run_test(size=(132, 40)) as pilot:
        room = await ready(pilot)
        for name in ("", *ZOOMS):
            room.zoom(name)
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert len(screen(pilot)) == size[1]


async def test_every_pane_shows_the_same_moment():
    async with RoomApp(story().state()).run_test(size=(132, 40)) as pilot:
        room = await ready(pilot)
        pilot.app.clock = NOW + 5 * SECOND  # type: ignore[attr-defined]  # the app of this file
        room.tick()
        shown = [pane.moment for pane in room.query(Pane) if pane.display]
        assert len(shown) >= 6
        assert all(each is room.moment for each in shown)


async def test_a_second_in_which_nothing_else_happens_paints_a_few_rows(monkeypatch: pytest.MonkeyPatch):
    painted: list[Region] = []
    refresh = Widget.refresh

    def counted(self: Widget, *regions: Region, **options: bool) -> Widget:
        if isinstance(self, Pane):
            painted.extend(regions or (self.size.region,))
        return refresh(self, *regions, **options)

    async with RoomApp(story().state()).run_test(size=(132, 40)) as pilot:
        room = await ready(pilot)
        monkeypatch.setattr(Widget, "refresh", counted)
        room.tick()
        assert painted == []  # the same second again
        pilot.app.clock = NOW + SECOND  # type: ignore[attr-defined]  # the app of this file
        room.tick()
        assert 0 < sum(region.height for region in painted) <= 10


async def test_zoom_fills_the_body_with_one_pane_and_gives_it_back():
    async with RoomApp(story().state()).run_test(size=(132, 40)) as pilot:
        room = await ready(pilot)
        before = screen(pilot)
        for name in ZOOMS:
            room.zoom(name)
            await pilot.pause()
            lines = screen(pilot)
            assert lines[2].lower().startswith(f"╭─ {name} ─")
            assert lines[2].endswith("╮")
            assert lines[3].count("│") == 2
            room.zoom(name)
            await pilot.pause()
            assert screen(pilot) == before


async def test_zoomed_in_eighty_columns_a_pane_is_whole():
    async with RoomApp(story().state()).run_test(size=(80, 24)) as pilot:
        room = await ready(pilot)
        room.zoom("checklist")
        await pilot.pause()
        text = "\n".join(screen(pilot))
        assert "√ Name a commander" in text
        assert "○ Watch for half an hour" in text


async def test_a_pane_that_was_out_of_sight_is_up_to_date_when_it_comes_back():
    w = story()
    async with RoomApp(w.state()).run_test(size=(80, 24)) as pilot:
        room = await ready(pilot)
        pilot.app.clock = NOW + 30 * SECOND  # type: ignore[attr-defined]  # the app of this file
        w.log("14:44:50", "ivo", "note", "came while it was small")
        room.show(w.state())
        await pilot.resize_terminal(132, 40)
        await pilot.pause()
        text = "\n".join(screen(pilot))
        assert "came while it was small" in text
        assert " 2m40s  step " in text


async def test_in_ascii_nothing_on_the_screen_is_beyond_ascii():
    async with RoomApp(story(answered=False).state(), ascii=True).run_test(size=(132, 40)) as pilot:
        room = await ready(pilot)
        for name in ("", *ZOOMS):
            room.zoom(name)
            await pilot.pause()
            assert [text for text in screen(pilot) if not text.isascii()] == []


async def test_an_incident_without_anything_but_its_declaration_is_a_designed_state():
    w = Writer()
    w.add("14:44", "dana", ev.Declared("Checkout returns 500s", "SEV3"))
    async with RoomApp(w.state()).run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        text = "\n".join(screen(pilot))
        for said in (
            "impact not stated yet",
            "Nothing is due.",
            "Nobody has a role yet.",
            "No checklist in this incident.",
        ):
            assert said in text


@pytest.mark.parametrize("width", range(20, 140, 7))
def test_the_keys_fit_and_the_way_to_all_of_them_stays(width: int):
    shown = line(ROOM, width)
    assert cells(shown) <= width
    assert ("esc", "bold") in shown


# ── the bridge on top ──


def on_top(width: int, impact: str, *call: str) -> str:
    """The header's second line for this impact and this way to the call: link, number, code."""
    w = Writer()
    w.add("14:02", "dana", ev.Declared(title="Checkout returns 500s", severity="SEV1"))
    w.add("14:03", "dana", ev.ImpactStated(impact))
    w.add("14:04", "dana", ev.BridgeSet(*call))
    shown = header.card(moment(w.state(), NOW, Sight()), width, 2).lines[1]
    assert cells(shown) == width
    return "".join(part for part, _ in shown)


WAY = ("https://meet.example/k3f9", "+44 20 7946 0001", "4711")


def test_link_number_and_code_stand_on_top_where_there_is_room():
    said = on_top(132, "38 % of card checkouts fail", *WAY)
    assert "bridge https://meet.example/k3f9 · dial +44 20 7946 0001 · code 4711" in said
    assert "38 % of card checkouts fail" in said


def test_where_there_is_little_room_the_link_stays_and_then_the_number():
    assert "code" not in on_top(100, "38 % of card checkouts fail", *WAY)
    assert "dial +44 20 7946 0001" in on_top(112, "38 % of card checkouts fail", *WAY)
    said = on_top(80, "38 % of card checkouts fail for everybody who pays by card", *WAY)
    assert "bridge https://meet.example/k3f9" in said
    assert "dial" not in said


def test_a_number_alone_is_the_way_in():
    said = on_top(80, "38 % of card checkouts fail", "", "+44 20 7946 0001", "4711")
    assert "dial +44 20 7946 0001" in said
    assert "bridge" not in said
