"""What was learned, at the console: `/learn` proposes, shows, applies, takes back; the next incident has the step."""

from pathlib import Path

import pytest

from page_app import shows, until
from practice_app import Hand, PracticeConsole, console, done_elsewhere, laid
from warroom.config import shipped
from warroom.core import events as ev
from warroom.core.acts.learn import DecideChange, ProposeChange
from warroom.core.acts.lifecycle import ChangePhase, Declare
from warroom.core.learn.proposals import proposals
from warroom.tui.learn.acts import step_of
from warroom.tui.learn.sheet import Learned
from warroom.tui.overlays.ask import Ask

SIZES = ((120, 40), (80, 24))
SHIPPED = Path(shipped.folder(), "playbooks", "general.toml").read_text()
STEP = "/learn step identify: Ask who else is looking"


def mine(app: PracticeConsole) -> Path:
    return Path(app.paths.config, "playbooks", "general.toml")


async def proposed(hand: Hand) -> None:
    hand.words(STEP)
    await hand.press("enter")
    await hand.until(ev.ChangeProposed)


async def applied(hand: Hand) -> None:
    """The sheet, with its first change applied."""
    hand.words("/learn")
    await hand.press("enter")
    await shows(hand.pilot, "Enter applies")
    await hand.press("enter")
    await until(hand.pilot, lambda: isinstance(hand.app.screen, Ask))
    await hand.press("enter")
    await hand.until(ev.ChangeDecided)


@pytest.mark.parametrize("size", SIZES)
async def test_a_step_is_proposed_shown_applied_after_one_question_and_taken_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app = console(tmp_path)
    async with app.run_test(size=size) as pilot:
        hand = Hand(pilot)
        done_elsewhere(app, "dana", ChangePhase(phase="resolved"))
        await hand.until(ev.PhaseChanged)
        await proposed(hand)
        await shows(pilot, "one more step in general, to identify")
        await applied(hand)
        await shows(pilot, "applied")
        assert 'text = "Ask who else is looking"' in mine(app).read_text()
        assert f'origin = "{app.room.live.state.handle()}"' in mine(app).read_text()
        await pilot.press("u")
        await hand.until(ev.ChangeDecided, 2)
        await shows(pilot, "undone")
        assert not mine(app).exists()
        assert [each.state for each in proposals(app.room.live.state)] == ["undone"]


@pytest.mark.parametrize("size", SIZES)
async def test_the_next_incident_of_the_same_console_has_the_step_and_says_where_it_comes_from(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app = console(tmp_path)
    async with app.run_test(size=size) as pilot:
        hand = Hand(pilot)
        len(app.library.playbooks)
        await proposed(hand)
        await applied(hand)
        origin = app.room.live.state.handle()
        checklist = app.library.checklist(app.library.playbooks["general"])
        room = app.desk.declare(Declare(title="Again", severity="SEV1", attach=(checklist,)))
        await app.enter(room)  # type: ignore[arg-type]  # it is a room
        place = next(n for n, step in enumerate(checklist.steps) if step.origin == origin)
        for n in range(place):
            await pilot.press("f2")
            await hand.until(ev.StepChanged, n + 1)
        await shows(pilot, f"next {place + 1}, added after {origin}: Ask who else is looking")
        hand.words("/zoom checklist")
        await hand.press("enter")
        await shows(pilot, f"▸ Ask who else is looking added after {origin}")


async def test_nothing_is_written_when_the_question_is_not_answered(tmp_path: Path) -> None:
    app = console(tmp_path)
    async with app.run_test(size=SIZES[0]) as pilot:
        hand = Hand(pilot)
        await proposed(hand)
        hand.words("/learn apply 1")
        await hand.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await hand.press("escape")
        await until(pilot, lambda: app.screen is app.room)
        assert not mine(app).exists()
        assert [each.state for each in proposals(app.room.live.state)] == ["open"]


async def test_the_sheet_shows_why_and_the_diff_and_hostile_text_is_only_text(tmp_path: Path) -> None:
    app = console(tmp_path)
    evil = '@@ -0,0 +1,2 @@\n+x = "[red]\x1b[31m"\n+y\u202e\n'
    async with app.run_test(size=SIZES[0]) as pilot:
        hand = Hand(pilot)
        change = ProposeChange(target="roles.toml", diff=evil, whole="x", base="", why="[b]the lock[/b]", summary="s")
        done_elsewhere(app, "ivo", change)
        await hand.until(ev.ChangeProposed)
        hand.words("/learn")
        await hand.press("enter")
        await until(pilot, lambda: "why: [b]the lock[/b]" in laid(app))
        assert '+ x = "[red]␛[31m"' in laid(app)
        assert "\u202e" not in laid(app)
        assert "ivo proposed it" in laid(app)


async def test_r_begins_a_rejection_with_its_reason(tmp_path: Path) -> None:
    app = console(tmp_path)
    async with app.run_test(size=SIZES[0]) as pilot:
        hand = Hand(pilot)
        await proposed(hand)
        hand.words("/learn")
        await hand.press("enter")
        await until(pilot, lambda: list(app.room.query(Learned)))
        await pilot.press("r")
        await until(pilot, lambda: app.room.prompt.text == "/learn reject 1 ")
        hand.words("the drill covers it")
        await hand.press("enter")
        await hand.until(ev.ChangeDecided)
        assert proposals(app.room.live.state)[0].decided_why == "the drill covers it"


async def test_a_refused_step_stands_in_the_prompt_again(tmp_path: Path) -> None:
    app = console(tmp_path)
    async with app.run_test(size=SIZES[0]) as pilot:
        hand = Hand(pilot)
        said = "/learn step verify: " + "long " * 45 + "step"
        hand.words(said)
        await hand.press("enter")
        await shows(pilot, "is longer than 200")
        assert app.room.prompt.text == said


async def test_a_file_that_was_changed_since_is_said_and_stays(tmp_path: Path) -> None:
    app = console(tmp_path)
    async with app.run_test(size=SIZES[0]) as pilot:
        hand = Hand(pilot)
        await proposed(hand)
        mine(app).parent.mkdir()
        other = SHIPPED.replace("[[step]]", "[[step]]\n# ours")
        mine(app).write_text(other)
        hand.words("/learn apply 1")
        await hand.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await hand.press("enter")
        await shows(pilot, "has changed since change 1 was proposed")
        assert mine(app).read_text() == other


async def test_what_was_decided_elsewhere_is_told_at_once(tmp_path: Path) -> None:
    app = console(tmp_path)
    async with app.run_test(size=SIZES[0]) as pilot:
        hand = Hand(pilot)
        await proposed(hand)
        done_elsewhere(app, "ivo", DecideChange(change="1", outcome="applied", record="1"))
        await hand.until(ev.ChangeDecided)
        hand.words("/learn apply 1")
        await hand.press("enter")
        await shows(pilot, "Change 1 is applied already, by ivo.")


def test_the_words_before_a_colon_are_the_stage_where_they_are_one() -> None:
    assert step_of("verify: look again") == ("verify", "look again")
    assert step_of("say: nobody touches it") == ("restore", "say: nobody touches it")
    assert step_of("pause the job") == ("restore", "pause the job")
