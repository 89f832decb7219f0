"""What lies over the room: sheets that leave typing to the prompt, help, and the question."""

import pytest

from lobby_app import screen, seen
from over_app import DialogApp, OverApp, ready, set_twice
from story import NOW, Writer, story
from warroom.core import events as ev
from warroom.core.acts.lifecycle import Settle
from warroom.core.commands import Stamp
from warroom.core.decide import decide
from warroom.core.values import MINUTE, By, Refused
from warroom.tui.moment import Sight, moment
from warroom.tui.overlays.above import Sheet
from warroom.tui.overlays.ask import Ask
from warroom.tui.overlays.conflicts import Conflicts, options
from warroom.tui.overlays.help import Help
from warroom.tui.overlays.roles import Roles, line_for, spoken
from warroom.tui.overlays.situation import Situation

HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \u202egnp.exe"


# ── sheets ──


async def test_the_situation_is_six_sentences_and_what_is_due_stays_in_sight():
    async with OverApp(Situation).run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        numbered = [row[2:6].strip() for row in screen(pilot) if row[2:6].strip() in tuple("123456")]
        assert numbered == list("123456")
        assert seen(pilot, "Checkout returns 500s (INC-K3F9)")
        assert seen(pilot, "╮╭─ Due ─")


async def test_the_situation_moves_with_the_clock():
    async with OverApp(Situation).run_test(size=(132, 40)) as pilot:
        app = await ready(pilot)
        before = screen(pilot)
        app.clock += 5 * MINUTE
        app.room.tick()
        assert app.sheet is not None
        app.sheet.again()
        await pilot.pause()
        assert screen(pilot) != before
        assert seen(pilot, "Situation at 14:49 UTC")


@pytest.mark.parametrize("size", [(132, 40), (80, 24), (60, 15)])
@pytest.mark.parametrize("sheet", [Situation, Roles, Conflicts])
async def test_typing_goes_to_the_prompt_whatever_lies_over_the_room(sheet: type[Sheet], size: tuple[int, int]):
    async with OverApp(sheet).run_test(size=size) as pilot:
        app = await ready(pilot)
        await pilot.press(*"locks", "space", *"gone")
        await pilot.pause()
        assert app.prompt.text == "locks gone"
        assert app.sheet is None
        assert app.focused is app.prompt


async def test_esc_closes_a_sheet_and_the_prompt_has_the_keyboard():
    async with OverApp(Situation).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert app.sheet is None
        assert app.focused is app.prompt
        assert seen(pilot, "support: tickets have stopped")


async def test_a_sheet_follows_a_resize():
    async with OverApp(Roles).run_test(size=(132, 40)) as pilot:
        app = await ready(pilot)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.sheet is not None
        assert app.sheet.region == app.room.timeline.region


async def test_a_role_shows_its_duties_and_the_words_to_say():
    w = Writer()
    w.add("14:00:00", "dana", ev.Declared("Login fails", "SEV1"))
    card = ev.RoleCard("scribe", "Scribe", ("Write it down.",), "{name} writes for {severity}: {title}.", ("SEV1",))
    w.add("14:00:00", "dana", ev.RolesAttached((ev.RoleCard("commander", "Commander"), card)))
    w.add("14:00:10", "dana", ev.RoleAssigned("scribe", "Lee"))
    async with OverApp(Roles, w.state()).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert not seen(pilot, "Write it down.")
        await pilot.press("down")
        await pilot.pause()
        assert seen(pilot, "▸ Scribe")
        assert seen(pilot, "“Lee writes for SEV1: Login fails.”")
        assert seen(pilot, "· Write it down.")


async def test_enter_on_a_role_offers_the_line_that_changes_it():
    async with OverApp(Roles).run_test(size=(132, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.lines == ["/offer commander "]
        assert app.sheet is None


def test_a_role_is_assigned_while_free_offered_while_held_and_accepted_while_offered():
    w = story()
    w.add("14:44:00", "dana", ev.RoleOffered("commander", "Ana"))
    by = {role.role: line_for(role, "lee") for role in w.state().roles}
    assert by["deputy"] == "/assign deputy "
    assert by["scribe"] == "/offer scribe "
    assert by["commander"] == "/accept commander"


def test_words_to_say_are_only_ever_text():
    w = Writer()
    w.add("14:00:00", "dana", ev.Declared(HOSTILE, "SEV1"))
    w.add("14:00:00", "dana", ev.RolesAttached((ev.RoleCard("commander", "C", say="{name} {title} {0.__class__}"),)))
    said = spoken(w.state().roles[0], moment(w.state(), NOW, Sight(me=HOSTILE)))
    assert said.isprintable()
    assert "{0.__class__}" in said


async def test_a_conflict_says_who_set_what_and_when():
    async with OverApp(Conflicts, set_twice()).run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        assert seen(pilot, "severity")
        assert seen(pilot, "role commander")
        said = "\n".join(screen(pilot))
        assert "only cards" in said
        assert "ana, 14:44:20" in said
        assert "dana, 14:12:44" in said


async def test_enter_lets_the_chosen_value_stand():
    state = set_twice()
    wanted = options(state.conflicts[0])[1].event.id
    async with OverApp(Conflicts, state).run_test(size=(132, 40)) as pilot:
        app = await ready(pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.settled == [wanted]


async def test_nothing_to_settle_is_said():
    async with OverApp(Conflicts).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert seen(pilot, "Nothing was set twice.")


@pytest.mark.parametrize("which", [0, 1])
def test_a_conflict_is_settled_by_a_fact_that_saw_both(which: int):
    state = set_twice()
    for conflict in state.conflicts:
        chosen = options(conflict)[which].event
        drafts = decide(state, Settle(fact=chosen.id), Stamp(NOW, By("lee")))
        assert isinstance(drafts, list)
        assert set(drafts[0].over) == {each.event.id for each in options(conflict)}
        assert drafts[0].body == chosen.body


def test_what_is_settled_cannot_be_settled_again():
    state = story().state()
    fact = next(iter(state.values.values()))[0]
    assert isinstance(decide(state, Settle(fact=fact.id), Stamp(NOW, By("lee"))), Refused)


async def test_typing_in_help_filters_and_esc_closes():
    async with DialogApp(Help()).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press(*"snooze")
        await pilot.pause()
        assert seen(pilot, "/snooze 10m why")
        assert not seen(pilot, "/escalate")
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.room
        assert app.prompt.text == ""


async def test_help_scrolls_to_its_end():
    async with DialogApp(Help()).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert seen(pilot, "more lines ↓")
        await pilot.press(*["pagedown"] * 20)
        await pilot.pause()
        assert seen(pilot, "/lobby")
        assert not seen(pilot, "more lines ↓")


# ── the question ──


@pytest.mark.parametrize(("key", "answer"), [("enter", ""), ("escape", None), ("ctrl+c", None)])
async def test_a_question_is_confirmed_by_enter_and_by_nothing_else(key: str, answer: str | None):
    async with DialogApp(Ask("Leave?", note="Everything is saved.")).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("y", "n", "space")
        await pilot.press(key)
        await pilot.pause()
        assert app.answers == [answer]


async def test_the_reason_is_given_in_the_same_dialog():
    async with DialogApp(Ask("Cancel it?", reason="why")).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press(*"false", "space", *"alarm", "enter")
        await pilot.pause()
        assert app.answers == ["false alarm"]


async def test_a_reason_that_is_needed_is_asked_for_again():
    async with DialogApp(Ask("Cancel it?", reason="why", needed=True)).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == []
        assert seen(pilot, "a few words, please")
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_nothing_shifts_under_a_question():
    async with DialogApp(Ask("Leave?")).run_test(size=(80, 24)) as pilot:
        app = await ready(pilot)
        over = screen(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert over[:15] == screen(pilot)[:15]
        assert app.screen is app.room


async def test_a_question_shows_foreign_text_as_text():
    async with DialogApp(Ask(HOSTILE, note=HOSTILE)).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        drawn = "\n".join(screen(pilot))
        assert "[bold]a[/] ␛]52" in drawn
        assert not any(char in drawn for char in "\x1b\x07\u202e")


# ── very small screens ──


@pytest.mark.parametrize("size", [(60, 15), (30, 8), (12, 4), (2, 2)])
@pytest.mark.parametrize("over", [Situation, Roles, Conflicts, Help, Ask])
async def test_nothing_breaks_where_there_is_no_room(over: type, size: tuple[int, int]):
    if issubclass(over, Sheet):
        app: OverApp = OverApp(over, set_twice())
    else:
        app = DialogApp(Help() if over is Help else Ask("Leave?", note="Saved.", reason="why"))
    async with app.run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        await pilot.resize_terminal(*size)
        await pilot.pause()
        await pilot.press("down", "pagedown", "up")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
    assert app.return_code in (None, 0)
