"""The palette, the keys while Esc waits, and help: all of it derives from the intents and the key map."""

import pytest
from textual.pilot import Pilot

from lobby_app import seen
from over_app import OverApp, ready
from warroom.intents import ALL, BY_NAME
from warroom.tui.keys import rebound, shipped
from warroom.tui.overlays.esc_layer import columns, room_keys
from warroom.tui.overlays.help import found, lines, sections
from warroom.tui.overlays.matching import ranked
from warroom.tui.overlays.palette import Palette
from warroom.tui.spans import cells

VERBS = [intent for intent in ALL if intent.verb]


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
        assert seen(pilot, "/escalate [LEVEL|TOPIC] why")
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
    assert len(drawn) <= {56: 9, 76: 7, 128: 4}[width]


def test_help_has_every_verb_and_every_key():
    said = "\n".join(f"{e.type} {e.does} {e.key}" for section in sections(shipped()) for e in section.entries)
    for intent in VERBS:
        assert f"/{intent.verb}" in said
        assert intent.words in said
    for intent in ALL:
        assert not intent.key or f"esc {intent.key}" in said
        assert not intent.fkey or intent.fkey.upper() in said


def test_help_shows_the_keys_as_they_are_bound():
    bound = rebound({"snooze": "alt+p", "brief": ""}).acts
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
