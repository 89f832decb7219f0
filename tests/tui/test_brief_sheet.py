"""The brief over the timeline: one key away, all of it to be read at any size, and never in the way of typing."""

import pytest

from lobby_app import screen, seen
from over_app import OverApp, ready
from story import NOW, Writer, story
from warroom.core import events as ev
from warroom.core.brief import brief
from warroom.core.values import MINUTE
from warroom.intents import BY_KEY, BY_NAME
from warroom.tui.moment import Sight, moment
from warroom.tui.overlays.brief import BriefSheet, lines
from warroom.tui.spans import cells

HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \u202egnp.exe"
WIDTHS = (56, 76, 128)


def drawn(writer: Writer, width: int = 76) -> list[str]:
    state = writer.state()
    made = lines(brief(state, NOW), moment(state, NOW, Sight(me="lee")), width)
    assert all(cells(line) <= width for line in made)
    return ["".join(text for text, _ in line).rstrip() for line in made]


def labelled(rows: list[str]) -> dict[str, str]:
    return {row[:11].strip(): row[11:].strip() for row in rows if row[:11].strip()}


def test_its_key_and_its_word_are_in_the_map():
    assert BY_KEY["p"] is BY_NAME["brief"]
    assert BY_NAME["brief"].quick


@pytest.mark.parametrize("size", [(132, 40), (120, 40), (80, 24)])
async def test_what_is_asked_of_the_reader_stands_in_front(size: tuple[int, int]):
    async with OverApp(BriefSheet).run_test(size=size) as pilot:
        await ready(pilot)
        assert seen(pilot, "Brief at 14:44 UTC")
        assert seen(pilot, "SEV1  Checkout returns 500s")
        assert seen(pilot, "meet/k3f9")
        assert seen(pilot, "reduced, 0.8 % of card checkouts")
        assert seen(pilot, "warroom ack -i INC-K3F9")


async def test_it_scrolls_to_its_end_and_back():
    async with OverApp(BriefSheet).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert seen(pilot, "more lines ↓")
        assert not seen(pilot, "has it 14:18")
        await pilot.press(*["pagedown"] * 9)
        await pilot.pause()
        assert seen(pilot, "has it 14:18")
        assert not seen(pilot, "more lines ↓")
        await pilot.press(*["pageup"] * 9)
        await pilot.pause()
        assert seen(pilot, "SEV1  Checkout returns 500s")


async def test_it_moves_with_the_clock_and_with_the_facts():
    writer = story()
    async with OverApp(BriefSheet, writer.state()).run_test(size=(132, 40)) as pilot:
        app = await ready(pilot)
        assert seen(pilot, "mitigating for 42m17s")
        app.clock += 5 * MINUTE
        app.room.tick()
        assert app.sheet is not None
        app.sheet.again()
        await pilot.pause()
        assert seen(pilot, "mitigating for 47m17s")
        writer.add("14:45", "dana", ev.BridgeSet("meet/other"), over=tuple(e.id for e in writer.events[5:6]))
        app.room.show(writer.state(), Sight(me="lee", handle="INC-K3F9"))
        app.sheet.again()
        await pilot.pause()
        assert any("bridge     meet/other" in row for row in screen(pilot))


@pytest.mark.parametrize("size", [(132, 40), (80, 24), (60, 15)])
async def test_typing_goes_to_the_prompt(size: tuple[int, int]):
    async with OverApp(BriefSheet).run_test(size=size) as pilot:
        app = await ready(pilot)
        await pilot.press(*"on", "space", *"it")
        await pilot.pause()
        assert app.prompt.text == "on it"
        assert app.sheet is None


async def test_whoever_is_called_now_sees_what_they_get():
    async with OverApp(BriefSheet, story(answered=False).state()).run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        assert seen(pilot, "as L2 backup gets it")


def test_every_part_has_its_label():
    writer = story()
    writer.log("14:30", "ivo", "note", "ruled out: deploy 9f2c")
    writer.add("14:32", "ivo", ev.EvidenceAttached("ab" * 32, 2048, "locks.txt"))
    said = labelled(drawn(writer))
    assert list(said)[2:] == [
        "impact", "needed", "bridge", "command", "answer",
        "happened", "done", "running", "open", "ruled out", "evidence", "called",
    ]  # fmt: skip
    assert said["running"] == "ivo: roll back 9f2c in 10m, read back"
    assert said["evidence"] == "locks.txt (2 KiB, abababab)"
    assert said["called"] == "L1  Ivo  has it 14:02"


def test_what_nobody_has_said_yet_is_said_to_be_missing():
    writer = Writer()
    writer.add("14:40", "dana", ev.Declared("Login fails", "SEV2"))
    said = labelled(drawn(writer))
    assert said["impact"] == "nobody has said yet what users see"
    assert said["bridge"] == "not set: /bridge WHERE"
    assert said["command"] == "nobody"
    assert "done" not in said


def test_a_restricted_incident_says_what_others_get():
    writer = Writer()
    writer.add("14:40", "dana", ev.Declared("Intruder", "SEV1", restricted=True))
    assert "Intruder" in drawn(writer)[0]
    assert labelled(drawn(writer))["restricted"] == "channels that many read get the handle and whom to ask"


@pytest.mark.parametrize("width", WIDTHS)
def test_foreign_text_is_text_and_fits(width: int):
    writer = Writer(drill=True)
    writer.add("14:40", HOSTILE, ev.Declared(HOSTILE * 5, HOSTILE))
    writer.add("14:40", HOSTILE, ev.BridgeSet(HOSTILE * 5))
    writer.add("14:40", HOSTILE, ev.ImpactStated(HOSTILE * 5, HOSTILE))
    writer.add("14:40", HOSTILE, ev.EvidenceAttached("x", 1, HOSTILE))
    writer.add("14:41", HOSTILE, ev.TaskGiven(HOSTILE, HOSTILE * 5))
    for kind in ("observed", "action", "hypothesis"):
        writer.log("14:42", HOSTILE, kind, "https://x.example/" + "y" * 300 + " " + HOSTILE + "世界" * 40)
    rows = drawn(writer, width)
    assert not any(char in row for row in rows for char in "\x1b\x07\u202e\n")
    assert any("[bold]a[/]" in row for row in rows)
