"""What a game master does to a drill, and that its players see what comes of it and nothing else."""

import asyncio
from pathlib import Path

import pytest

from master_app import Evening, answer, asked, begun, choose, facts, letter, master, told, whole
from page_app import shows, until
from warroom.core import events as ev
from warroom.core.acts.drill import EndDrill
from warroom.core.drill import clock
from warroom.core.values import MINUTE, SECOND
from warroom.tui.drill import letters
from warroom.tui.drill.master import GameMaster
from warroom.tui.overlays.ask import Ask


@pytest.fixture
def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evening:
    monkeypatch.setattr(letters, "ALONE", 0.08)  # this hand is quick and never types a word
    monkeypatch.setattr(letters, "HELD", 0.2)
    return Evening(tmp_path)


# ── what is done, and what players see of it ──


async def test_an_inject_is_fired_after_enter_and_the_player_sees_only_that_it_happened(evening: Evening):
    async with evening.player() as player, evening.console() as pilot:
        await begun(pilot)
        await shows(player, "40 % of the lists")
        await choose(pilot, "cache")
        await asked(pilot, "f")
        assert "Fire “cache” now?" in whole(pilot)
        assert "cache misses" not in whole(player)
        await pilot.press("escape")
        assert not facts(pilot, ev.DrillChanged)
        await asked(pilot, "f")
        await answer(pilot)
        await shows(player, "the cache misses a lot")
        await shows(pilot, "“cache” comes now.")
        await until(pilot, lambda: master(pilot).view.standing.stands == "happened")
        assert not told(player, ("cache misses",))
        await letter(pilot, "f")
        await shows(pilot, "what was seen is seen")


async def test_what_waits_for_something_can_be_fired_too(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        await choose(pilot, "back")
        await asked(pilot, "f")
        await shows(pilot, 'It no longer waits: when called("import")')
        await answer(pilot)
        await until(pilot, lambda: len(facts(pilot, ev.DrillInjected)) == 2)


async def test_an_inject_is_delayed_or_brought_forward_and_a_span_that_is_none_stays_in_the_line(evening: Evening):
    async with evening.player() as player, evening.console() as pilot:
        await begun(pilot)
        await choose(pilot, "cache")
        await asked(pilot, "d", "5")
        await pilot.press("enter")
        await shows(pilot, "has no unit")
        assert isinstance(pilot.app.screen, Ask)
        await pilot.press("m")
        await shows(pilot, "It comes in 8m00s, at T+8m00s.")
        await answer(pilot)
        await shows(pilot, "in 8m00s")
        await asked(pilot, "d", "-7m55s")
        await answer(pilot)
        await shows(pilot, "moved")
        assert not told(player)
        await evening.passes(pilot, 6 * SECOND)
        await shows(player, "the cache misses a lot")
        assert not told(player, ("cache misses",))


async def test_what_waits_is_given_a_time_of_its_own(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        await choose(pilot, "back")
        await asked(pilot, "d", "-2m")
        await pilot.press("enter")
        await shows(pilot, "has no time yet that could be earlier")
        await pilot.press("ctrl+u", "2", "m")
        await answer(pilot)
        await until(pilot, lambda: master(pilot).view.standing.stands == "coming")


async def test_its_words_are_edited_before_they_are_heard(evening: Evening):
    async with evening.player() as player, evening.console() as pilot:
        await begun(pilot)
        await choose(pilot, "talk")
        dialog = await asked(pilot, "e")
        assert "the import looks short / who has this?" in whole(pilot)
        await pilot.press("ctrl+u", *"one")
        await pilot.press("enter")
        await shows(pilot, "It has 2 lines, with “/” between two")
        assert pilot.app.screen is dialog
        await pilot.press("space", "/", "space", *"two")
        await answer(pilot)
        await shows(pilot, "edited")
        await asked(pilot, "f")
        await answer(pilot)
        await shows(player, "Ivo one")
        assert not told(player)


async def test_a_cancelled_inject_does_not_come_and_what_hangs_on_it_is_named_first(evening: Evening):
    async with evening.player() as player, evening.console() as pilot:
        await begun(pilot)
        await choose(pilot, "cache")
        await asked(pilot, "x")
        await shows(pilot, "No longer expected: Whoever knows the import is asked.")
        await pilot.press("escape")
        await choose(pilot, "talk")
        await asked(pilot, "x")
        await shows(pilot, "What waits for it never comes either: blame.")
        await answer(pilot)
        await shows(pilot, "Cancelled")
        await choose(pilot, "blame")
        await shows(pilot, "waits 30s after talk, which never comes")
        await choose(pilot, "talk")
        await letter(pilot, "e")
        await shows(pilot, "was cancelled")
        assert not told(player)


async def test_another_inject_is_added_from_a_line_that_says_what_it_understood(evening: Evening):
    async with evening.player() as player, evening.console() as pilot:
        await begun(pilot)
        await asked(pilot, "a", "alrt monitoring: x")
        await pilot.press("enter")
        await shows(pilot, "Did you mean alert?")
        await pilot.press("ctrl+u", *"observation", "space", *"Ivo:", "space", *"odd", "space", *"in", "space", *"5s")
        await shows(pilot, "observation · second · in 5s: odd")
        await answer(pilot)
        await shows(pilot, "added odd")
        assert not told(player)
        await evening.passes(pilot, 6 * SECOND)
        await shows(player, "odd")
        await until(pilot, lambda: "second" not in whole(player))
        assert not told(player)


async def test_a_note_is_for_the_debrief_and_about_the_inject_that_was_chosen(evening: Evening):
    async with evening.player() as player, evening.console() as pilot:
        await begun(pilot)
        await asked(pilot, "n", "they dither")
        await answer(pilot)
        await until(pilot, lambda: facts(pilot, ev.DrillObserved) == [ev.DrillObserved("they dither")])
        await choose(pilot, "talk")
        await asked(pilot, "n", "still")
        await shows(pilot, "About “talk”.")
        await answer(pilot)
        await until(pilot, lambda: facts(pilot, ev.DrillObserved)[1:] == [ev.DrillObserved("still", "talk")])
        await shows(player, "40 % of the lists")
        assert not told(player)
        await player.press(*"/drill", "space", *"report", "enter")
        await shows(player, "still running")
        assert not any(secret in whole(player) for secret in ("they dither", "stopped half way"))


async def test_the_clock_stands_goes_on_and_runs_faster_for_both(evening: Evening):
    async with evening.player() as player, evening.console() as pilot:
        await begun(pilot)
        await letter(pilot, "p")
        await shows(pilot, "PAUSED")
        await shows(player, "PAUSED")
        await letter(pilot, "+")
        await shows(pilot, "It is paused; p lets it go on.")
        await asyncio.sleep(letters.HELD)
        await letter(pilot, "space")
        await until(pilot, lambda: clock.speed(master(pilot).live.state) == 100)
        await asyncio.sleep(letters.HELD)
        await letter(pilot, "+")
        await shows(pilot, "×2")
        await shows(player, "×2")
        await letter(pilot, "-")
        await until(pilot, lambda: clock.speed(master(pilot).live.state) == 100)


async def test_the_clock_jumps_to_what_comes_next_after_enter(evening: Evening):
    async with evening.player() as player, evening.console() as pilot:
        await begun(pilot)
        for _ in range(12):
            view = master(pilot).view
            if next(each for each in view.found if each.id == "cache").stands == "happened":
                break
            await asked(pilot, "s")
            await shows(pilot, "Skip ")
            await answer(pilot)
            await asyncio.sleep(letters.HELD)
        await shows(player, "the cache misses a lot")
        assert master(pilot).now() - clock.start_of(master(pilot).live.state) >= 3 * MINUTE


async def test_once_the_drill_is_over_nothing_is_changed_but_notes_are_taken(evening: Evening):
    async with evening.console() as pilot:
        await begun(pilot)
        await choose(pilot, "cache")
        live = master(pilot).live
        live.do(EndDrill(why="enough", wall=evening.now))
        await shows(pilot, "The drill is over")
        await shows(pilot, "Never came")
        for key in ("f", "x", "a", "s", "p"):
            await letter(pilot, key)
            assert isinstance(pilot.app.screen, GameMaster)
            await shows(pilot, "nothing more happens in it")
        await asked(pilot, "n", "well done")
        await answer(pilot)
        await until(pilot, lambda: facts(pilot, ev.DrillObserved))
