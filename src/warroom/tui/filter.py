"""The last line of defence: whatever a widget renders, no byte that commands a terminal leaves the program.

`core.text.clean()` makes foreign text readable; this only makes sure, and keeps every cell where it was.
"""

import re
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

from .glyphs import plain

if TYPE_CHECKING:
    from rich.style import Style
    from textual.app import App
    from textual.color import Color

# C0, DEL, C1, the bidirectional controls, line separators, lone surrogates, interlinear marks and tag characters.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def safe(text: str) -> str:
    """`text` with every unsafe character gone, or a mark of the same number of cells in its place."""
    if text.isprintable():
        return text
    return _UNSAFE.sub(lambda found: "�" * cell_len(found[0]), text)


def _unlinked(style: "Style | None") -> "Style | None":
    # A link is written as OSC 8 with whatever address it has.
    return style.update_link(None) if style is not None and style.link else style


class Safe(LineFilter):
    """Applied once per strip (Textual caches the outcome). `ascii`: also spell the console's signs in ASCII."""

    def __init__(self, ascii: bool = False) -> None:
        super().__init__()
        self.ascii = ascii

    def apply(self, segments: list[Segment], background: "Color") -> list[Segment]:
        spell = _spell if self.ascii else safe
        return [Segment(spell(text), _unlinked(style)) for text, style, _ in segments]


def _spell(text: str) -> str:
    return plain(safe(text))


def install(app: "App[Any]", ascii: bool = False) -> None:
    """Put the filter last on the app, replacing one that is there."""
    app._filters = [each for each in app._filters if not isinstance(each, Safe)] + [Safe(ascii)]


def is_ascii(app: "App[Any]") -> bool:
    """Whether this app spells its signs in ASCII."""
    return any(isinstance(each, Safe) and each.ascii for each in app._filters)
