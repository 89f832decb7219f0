"""Colours by name, in four palettes: dark, light, the terminal's own sixteen, and none (NO_COLOR).

Widgets ask for `palette(app).style("amber bold")`, stylesheets for `$amber`; no other module knows a colour.
Red is for what is due, late or failed.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from rich.style import Style
from textual.color import Color
from textual.filter import Monochrome, NoColor
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

# Where text stands on: the grounds that a test checks every ink against.
GROUNDS = ("bg", "panel", "select", "sev1", "sev2", "sev3", "sev4", "drill")
INKS = ("text", "muted", "sky", "amber", "red", "green", "violet")
CHIPS = ("sky", "amber", "green", "violet", "red")  # a chip is the ink `chip` on one of these


class Palette(msgspec.Struct, frozen=True, kw_only=True):
    """One set of colours; each is a hex code or one of Textual's `ansi_…` names."""

    name: str
    bg: str
    panel: str
    select: str
    text: str
    muted: str
    rule: str
    sky: str
    amber: str
    red: str
    green: str
    violet: str
    chip: str
    sev1: str
    sev2: str
    sev3: str
    sev4: str
    drill: str
    dark: bool = True
    ansi: bool = False
    plain_tints: bool = False  # on a tinted ground only plain text can be read
    mono: bool = False  # what would stand on a colour is shown in reverse

    def style(self, words: str) -> Style:
        """The style that `words` name: an ink, `bold`, `strike`, `underline`, and `on GROUND`; text without one."""
        return _style(self, words)


DARK = Palette(
    name="dark",
    bg="#0d1117",
    panel="#161c24",
    select="#222a34",
    text="#dce3ea",
    muted="#8f9aa6",
    rule="#2f3945",
    sky="#56b4e9",
    amber="#e69f00",
    red="#ff6b57",
    green="#2fbf8f",
    violet="#b9a5ff",
    chip="#0d1117",
    sev1="#3d2323",
    sev2="#382a12",
    sev3="#18283a",
    sev4="#161c24",
    drill="#2a2444",
)

LIGHT = Palette(
    name="light",
    dark=False,
    bg="#ffffff",
    panel="#eef1f4",
    select="#e2e7ed",
    text="#1b232e",
    muted="#56616d",
    rule="#c9d1da",
    sky="#005f96",
    amber="#845600",
    red="#b2261e",
    green="#0a6b4d",
    violet="#5b3fc4",
    chip="#ffffff",
    sev1="#f3dbda",
    sev2="#f6e8cb",
    sev3="#dce9f5",
    sev4="#eef1f4",
    drill="#e8e3fa",
)

# The terminal decides what these look like; they are checked against xterm's own palette on black.
ANSI = Palette(
    name="ansi",
    ansi=True,
    plain_tints=True,
    bg="ansi_default",
    panel="ansi_default",
    select="ansi_blue",
    text="ansi_default",
    muted="ansi_bright_black",
    rule="ansi_bright_black",
    sky="ansi_cyan",
    amber="ansi_yellow",
    red="ansi_bright_red",
    green="ansi_green",
    violet="ansi_bright_magenta",
    chip="ansi_black",
    sev1="ansi_red",
    sev2="ansi_blue",
    sev3="ansi_blue",
    sev4="ansi_default",
    drill="ansi_magenta",
)

MONO = msgspec.structs.replace(
    ANSI,
    name="mono",
    mono=True,
    **dict.fromkeys((*INKS, "rule", "chip", *GROUNDS), "ansi_default"),
)

PALETTES = {palette.name: palette for palette in (DARK, LIGHT, ANSI, MONO)}
_ATTRIBUTES = ("bold", "strike", "underline", "reverse")


def tint(severity: str) -> str:
    """The ground that this severity's header stands on."""
    return {"SEV1": "sev1", "SEV2": "sev2", "SEV3": "sev3"}.get(severity, "sev4")


def severity_ink(severity: str) -> str:
    """The ink of this severity's name."""
    return {"SEV1": "red", "SEV2": "amber"}.get(severity, "text")


@lru_cache(1024)
def _style(palette: Palette, words: str) -> Style:
    # An attribute that is not named stays unset, or it would switch off what lies beneath.
    attributes: dict[str, Any] = dict.fromkeys(_ATTRIBUTES)
    ink, ground = "text", ""
    left = iter(words.split())
    for word in left:
        if word == "on":
            ground = next(left)
        elif word in _ATTRIBUTES:
            attributes[word] = True
        else:
            ink = word
    tinted = bool(ground) and getattr(palette, ground) != palette.bg
    if palette.mono:
        attributes["reverse"] = attributes["reverse"] or ground not in ("", "bg", "panel", "sev4") or None
    front = getattr(palette, ink)
    if palette.plain_tints and tinted and ink != "chip":
        front = "ansi_bright_white"
    back = Color.parse(getattr(palette, ground)).rich_color if ground else None
    return Style(color=Color.parse(front).rich_color, bgcolor=back, **attributes)


def textual_theme(palette: Palette) -> Theme:
    """The palette as Textual wants it; every name in it is a `$variable` for stylesheets."""
    names = (*INKS[1:], "rule", "select", "chip", "drill", *(f"sev{n}" for n in range(1, 5)))
    return Theme(
        name=palette.name,
        dark=palette.dark,
        ansi=palette.ansi,
        primary=palette.sky,
        secondary=palette.violet,
        accent=palette.sky,
        warning=palette.amber,
        error=palette.red,
        success=palette.green,
        foreground=palette.text,
        background=palette.bg,
        surface=palette.bg,
        panel=palette.panel,
        variables={
            **{name: getattr(palette, name) for name in names},
            "ink": palette.text,
            "ansi-background": "ansi_black" if palette.ansi else "transparent",
            "ansi-foreground": "ansi_white" if palette.ansi else "transparent",
            "border": palette.rule,
            "border-blurred": palette.rule,
            "scrollbar": palette.rule,
            "scrollbar-hover": palette.muted,
            "scrollbar-active": palette.sky,
            "scrollbar-background": palette.bg,
            "scrollbar-background-hover": palette.bg,
            "scrollbar-background-active": palette.bg,
            "scrollbar-corner-color": palette.bg,
            "input-cursor-background": palette.text if not palette.ansi else "ansi_white",
            "input-cursor-foreground": palette.bg if not palette.ansi else "ansi_black",
        },
    )


def choose(wanted: str, environ: "Mapping[str, str]") -> str:
    """The palette to use: NO_COLOR (set and not empty) wins, then `wanted`, then what the terminal can show."""
    if environ.get("NO_COLOR"):
        return "mono"
    if wanted in PALETTES:
        return wanted
    few = environ.get("TERM", "") in ("linux", "vt100", "vt220", "ansi") and not environ.get("COLORTERM")
    return "ansi" if few else "dark"


def install(app: "App[Any]", name: str) -> None:
    """Give the app the palettes and choose one; where Textual saw NO_COLOR, really send no colour."""
    for palette in PALETTES.values():
        app.register_theme(textual_theme(palette))
    # Textual answers NO_COLOR with shades of grey, which are colours all the same.
    app._filters = [each for each in app._filters if not isinstance(each, Monochrome | NoColor)]
    if app.no_color or name == "mono":
        name = "mono"
        app._filters.append(NoColor())
    app.theme = name


def palette(app: "App[Any]") -> Palette:
    """The palette that this app shows now."""
    return PALETTES.get(app.theme, DARK)
