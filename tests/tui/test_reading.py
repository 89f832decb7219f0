"""A long incident is shown from its end while the rest is read; until then nothing is said that is not known."""

import pytest
from textual.pilot import Pilot

from story import RoomApp, story
from warroom.core.incident import Incident
from warroom.core.order import Replay
from warroom.tui.incident_screen import called
from warroom.tui.moment import Sight


def screen(pilot: Pilot[None]) -> list[str]:
    return [strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips()]


def end() -> Incident:
    return Replay().receive(story().events[-6:])


@pytest.mark.parametrize(("size", "handle"), [((132, 40), "INC-"), ((80, 24), "")])
async def test_until_all_is_read_the_header_has_the_name_and_no_pane_says_what_it_cannot_know(
    size: tuple[int, int], handle: str
):
    async with RoomApp(end()).run_test(size=size) as pilot:
        await pilot.pause()
        app = pilot.app
        assert isinstance(app, RoomApp)
        app.room.show(end(), Sight(handle="INC-K3F9", reading="checkout returns 500s"))
        await pilot.pause()
        rows = screen(pilot)
        assert rows[0].startswith(f" {handle}K3F9  checkout returns 500s")
        assert "reading …" in rows[0]
        everything = "\n".join(rows)
        for unknown in ("T+", "INVESTIGATING", "impact not stated", "due", "No escalation", "Nobody has", "nobody has"):
            assert unknown not in everything.replace("╭─ Due ─", "")
        assert "support: tickets have stopped" in everything
        app.room.show(story().state(), Sight(handle="INC-K3F9"))
        await pilot.pause()
        assert "MITIGATING" in screen(pilot)[0]
        assert "reading" not in "\n".join(screen(pilot))


def test_the_name_of_the_file_says_what_the_incident_is_called():
    assert called("/x/2026-11-22-dgp7-sixteen-thousand-entries.json") == "sixteen thousand entries"
    assert called("/x/saved-by-hand.json") == "saved-by-hand"
