"""What lies over the room: sheets that leave typing to the prompt, the palette, the keys, help, and the question."""

import pytest
from textual.app import App
from textual.pilot import Pilot

from lobby_app import screen, seen
from story import NOW, Writer, story
from warroom.core import events as ev
from warroom.core.acts.settle import Settle
from warroom.core.commands import Stamp
from warroom.core.decide import decide
from warroom.core.incident import Incident
from warroom.core.order import Replay
from warroom.core.values import MINUTE, By, Refused
from warroom.intents import ALL, BY_NAME
from warroom.tui import filter, theme
from warroom.tui.keyboard import Keyed
from warroom.tui.keys import rebound, shipped
from warroom.tui.moment import Sight, moment
from warroom.tui.overlays.above import Sheet
from warroom.tui.overlays.ask import Ask
from warroom.tui.overlays.conflicts import Conflicts, options
from warroom.tui.overlays.esc_layer import columns, room_keys
from warroom.tui.overlays.help import Help, found, lines, sections
from warroom.tui.overlays.matching import ranked
from warroom.tui.overlays.palette import Palette
from warroom.tui.overlays.roles import Roles, line_for, spoken
from warroom.tui.overlays.situation import Situation
from warroom.tui.prompt import Prompt
from warroom.tui.room_screen import RoomScreen
from warroom.tui.spans import cells

HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \u202egnp.exe"
VERBS = [intent for intent in ALL if intent.verb]


class OverApp(Keyed, App[None]):
    """The room of the story at a frozen time, with the real prompt, and `sheet` over it."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, sheet: type[Sheet] | None = None, state: Incident | None = None, me: str = "lee") -> None:
        super().__init__()
        self.state = state or story().state()
        self.clock = NOW
        self.me = me
        self.prompt = Prompt(lambda: self.clock)
        self.lines: list[str] = []
        self.settled: list[str] = []
        self.answers: list[str | None] = []
        self._sheet = sheet

    def on_mount(self) -> None:
        theme.install(self, "dark")
        filter.install(self)
        self.room = RoomScreen(self.prompt, lambda: self.clock)
        self.push_screen(self.room)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.room.show(self.state, Sight(me=self.me, handle="INC-K3F9"))
        self.room.set_focus(self.prompt)
        if self._sheet is not None:
            self.room.query_one("#body").mount(self._sheet(self.prompt, lambda: self.room.moment))

    @property
    def sheet(self) -> Sheet | None:
        return next(iter(self.room.query(Sheet)), None)

    def act(self, name: str) -> None:
        """Nothing acts here."""

    def on_sheet_line(self, message: Sheet.Line) -> None:
        self.lines.append(message.text)

    def on_conflicts_settled(self, message: Conflicts.Settled) -> None:
        self.settled.append(message.fact)


async def ready(pilot: Pilot[None]) -> OverApp:
    await pilot.pause()
    await pilot.pause()
    assert isinstance(pilot.app, OverApp)
    return pilot.app


def set_twice() -> Incident:
    """An incident whose severity and commander two people set at the same time."""
    w = story()
    other = Writer(rep="B")
    other.inc = w.inc
    other.add("14:44:20", "ana", ev.SeverityChanged("SEV2", "only cards", was="SEV1"))
    other.add("14:44:21", "ana", ev.RoleAssigned("commander", "Ana", was="Dana"))
    return Replay().receive([*w.events, *other.events])


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


# ── the palette ──


@pytest.mark.parametrize("intent", VERBS, ids=lambda intent: intent.verb)
def test_an_act_is_first_under_its_own_name(intent: type):
    assert ranked(intent.verb, VERBS)[0] is intent


def test_letters_in_order_and_words_of_what_it_does_will_do():
    assert BY_NAME["no-answer"] in ranked("nans", VERBS)
    assert BY_NAME["escalate"] in ranked("next level", VERBS)
    assert ranked("zzz", VERBS) == []


class PaletteApp(OverApp):
    """The palette above the prompt."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []

    def _begin(self) -> None:
        super()._begin()
        self.palette = Palette()
        self.room.mount(self.palette, before=self.prompt)

    def on_palette_chosen(self, message: Palette.Chosen) -> None:
        self.chosen.append(message.text)


async def palette(pilot: Pilot[None], text: str) -> PaletteApp:
    app = await ready(pilot)
    assert isinstance(app, PaletteApp)
    app.palette.feed(text)
    await pilot.pause()
    return app


async def test_a_slash_shows_the_acts_with_words_arguments_and_keys():
    async with PaletteApp().run_test(size=(80, 24)) as pilot:
        await palette(pilot, "/esc")
        assert seen(pilot, "/escalate [LEVEL] why")
        assert seen(pilot, "call the next level now")
        assert seen(pilot, "esc e  F9")


async def test_behind_its_verb_an_act_shows_its_example():
    async with PaletteApp().run_test(size=(80, 24)) as pilot:
        await palette(pilot, "/sev 1 checkout")
        assert seen(pilot, "/sev SEV1..SEV5 why")
        assert seen(pilot, "as in  /sev 1 checkout fails for everybody")


@pytest.mark.parametrize("text", ["", "text", "//var/log", "/unknown word", "/zzz"])
async def test_other_text_shows_no_palette(text: str):
    async with PaletteApp().run_test(size=(80, 24)) as pilot:
        app = await palette(pilot, text)
        assert not app.palette.display


async def test_enter_is_the_prompts_until_something_was_chosen():
    async with PaletteApp().run_test(size=(80, 24)) as pilot:
        app = await palette(pilot, "/")
        assert not app.palette.press("enter")
        assert not app.palette.press("a")
        assert app.palette.press("down")
        assert app.palette.press("enter")
        await pilot.pause()
        assert app.chosen == [f"/{VERBS[0].verb} "]


async def test_up_and_down_go_round():
    async with PaletteApp().run_test(size=(80, 24)) as pilot:
        app = await palette(pilot, "/")
        app.palette.press("up")
        app.palette.press("tab")
        app.palette.press("down")
        app.palette.press("down")
        app.palette.press("tab")
        await pilot.pause()
        assert app.chosen == [f"/{VERBS[-1].verb} ", f"/{VERBS[1].verb} "]


# ── keys and help ──


def test_the_esc_layer_has_every_act_of_the_map_once():
    words = [word for _, word in room_keys()]
    assert {name for name in shipped().values()} <= set(words)
    assert len(words) == len(set(words))


@pytest.mark.parametrize("width", [56, 76, 128])
def test_the_keys_stand_in_columns_that_fit(width: int):
    drawn = columns(room_keys(), width)
    text = "\n".join("".join(span for span, _ in line) for line in drawn)
    assert all(len(row.rstrip()) <= width for row in text.split("\n"))
    assert all(word in text for _, word in room_keys())
    assert len(drawn) <= {56: 8, 76: 6, 128: 3}[width]


def test_help_has_every_verb_and_every_key():
    said = "\n".join(f"{e.type} {e.does} {e.key}" for section in sections(shipped()) for e in section.entries)
    for intent in VERBS:
        assert f"/{intent.verb}" in said
        assert intent.words in said
    for intent in ALL:
        assert not intent.key or f"esc {intent.key}" in said
        assert not intent.fkey or intent.fkey.upper() in said


def test_help_shows_the_keys_as_they_are_bound():
    bound = rebound({"snooze": "alt+p"}).acts
    entry = next(e for section in sections(bound) for e in section.entries if e.type.startswith("/snooze"))
    assert entry.key == "esc p"


@pytest.mark.parametrize("width", [56, 76, 128])
def test_help_fits_and_aligns(width: int):
    drawn = lines(sections(shipped()), width)
    assert all(cells(line) <= width for line in drawn)


def test_help_finds_by_every_word():
    shown = found("hypothesis", sections(shipped()))
    assert [each.type for each in shown[0].entries] == ["? …"]
    assert found("no such thing", sections(shipped())) == ()


class DialogApp(OverApp):
    """A dialog over the room."""

    def __init__(self, dialog: Ask | Help) -> None:
        super().__init__()
        self._dialog = dialog

    def _begin(self) -> None:
        super()._begin()
        self.push_screen(self._dialog, self.answers.append)


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
        await pilot.press(*["pagedown"] * 10)
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
