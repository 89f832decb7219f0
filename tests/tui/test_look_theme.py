"""The palettes: every text can be read on every ground it may stand on, and NO_COLOR sends no colour."""

import pytest
from rich.style import Style
from textual.color import Color

from story import RoomApp, story
from warroom.tui import theme
from warroom.tui.theme import ANSI, CHIPS, DARK, GROUNDS, INKS, LIGHT, MONO, Palette, choose

# xterm's own sixteen colours on black, which is what the 16-colour palette is checked against.
XTERM = [
    *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"),
    *("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"),
]


def shown(color: object, ground: bool) -> Color:
    """A colour of a style as the terminal shows it."""
    number = getattr(color, "number", None)
    triplet = getattr(color, "triplet", None)
    if triplet is not None:
        return Color(*triplet)
    if number is not None:
        return Color.parse(XTERM[number])
    return Color.parse(XTERM[0] if ground else XTERM[7])


def contrast(fg: Color, bg: Color) -> float:
    """The contrast ratio of WCAG 2: 1 for the same colour, 21 for black on white."""

    def luminance(color: Color) -> float:
        parts = (x / 255 for x in color.rgb)
        r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(fg), luminance(bg)))
    return (high + 0.05) / (low + 0.05)


def read(style: Style) -> float:
    return contrast(shown(style.color, False), shown(style.bgcolor, True))


def test_the_measure_of_contrast_is_the_one_of_wcag():
    assert contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21)
    assert contrast(Color.parse("#777"), Color.parse("#fff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [DARK, LIGHT, ANSI], ids=lambda p: p.name)
def test_every_text_can_be_read_on_every_ground(palette: Palette):
    poor = {
        (ink, ground): round(read(palette.style(f"{ink} on {ground}")), 2)
        for ink in INKS
        for ground in GROUNDS
        if read(palette.style(f"{ink} on {ground}")) < 4.5
    }
    assert not poor


@pytest.mark.parametrize("palette", [DARK, LIGHT, ANSI], ids=lambda p: p.name)
def test_every_chip_can_be_read(palette: Palette):
    poor = {chip: read(palette.style(f"chip on {chip}")) for chip in CHIPS}
    assert {chip: round(ratio, 2) for chip, ratio in poor.items() if ratio < 4.5} == {}


def test_the_dark_palette_is_the_one_that_was_chosen():
    chosen = dict(bg="#0d1117", panel="#161c24", text="#dce3ea", muted="#8f9aa6", rule="#2f3945", sky="#56b4e9")
    chosen |= dict(amber="#e69f00", red="#ff6b57", green="#2fbf8f", violet="#b9a5ff")
    assert {name: getattr(DARK, name) for name in chosen} == chosen


def test_without_colour_what_stood_on_a_colour_stands_in_reverse():
    assert MONO.style("chip on sky").reverse
    assert MONO.style("text on select").reverse
    assert not MONO.style("text on bg").reverse


@pytest.mark.parametrize(
    ("wanted", "environ", "palette"),
    [
        ("", {}, "dark"),
        ("light", {}, "light"),
        ("light", {"NO_COLOR": "1"}, "mono"),
        ("light", {"NO_COLOR": ""}, "light"),
        ("no such theme", {}, "dark"),
        ("", {"TERM": "linux"}, "ansi"),
        ("dark", {"TERM": "linux"}, "dark"),
    ],
)
def test_the_palette_follows_the_wish_and_the_terminal(wanted: str, environ: dict[str, str], palette: str):
    assert choose(wanted, environ) == palette


async def test_no_color_leaves_no_colour_on_the_screen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = RoomApp(story().state())
    async with app.run_test(size=(132, 40)) as pilot:
        await pilot.pause()
        assert app.theme == "mono"
        styles = [style for strip in app.screen._compositor.render_strips() for _, style, _ in strip if style]
        colours = {colour.name for style in styles for colour in (style.color, style.bgcolor) if colour}
        assert colours == {"default"}


@pytest.mark.parametrize("name", ["dark", "light", "ansi"])
async def test_the_whole_room_uses_only_the_colours_of_its_palette(name: str):
    app = RoomApp(story().state(), look=name)
    async with app.run_test(size=(132, 40)) as pilot:
        await pilot.pause()
        palette = theme.palette(app)
        names = (*INKS, *GROUNDS, "rule", "chip")
        known = {Color.parse(getattr(palette, each)).rich_color.name for each in names} | {"color(15)"}
        strips = app.screen._compositor.render_strips()
        used = {style.color.name for strip in strips for _, style, _ in strip if style and style.color}
        assert used <= known
