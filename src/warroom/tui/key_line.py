"""The last line: the keys that do something here, the least needed left out first where there is no room."""

from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from . import theme
from .spans import Line, cells, strip

Keys = tuple[tuple[str, str], ...]

ROOM: Keys = (
    ("F1", "help"),
    ("F2", "tick"),
    ("F3", "task"),
    ("F4", "update"),
    ("F5", "situation"),
    ("F6", "roles"),
    ("F7", "find"),
    ("F8", "ack"),
    ("F9", "escalate"),
    ("esc", "all keys"),
)
_LEAST = ("F7", "F6", "F8", "F5", "F3", "F2", "F4", "F9", "F1")


def line(keys: Keys, width: int) -> Line:
    """The keys with their words in `width` cells; `esc`, which shows the rest, stays the longest."""
    for gone in range(len(_LEAST) + 1):
        shown = [each for each in keys if each[0] not in _LEAST[:gone]]
        for gap in ("  ", " "):
            out: list[tuple[str, str]] = [(" ", "")]
            for n, (key, word) in enumerate(shown):
                out += [(gap if n else "", ""), (key, "bold"), (f" {word}", "muted")]
            if cells(out) <= width:
                return tuple(out)
    return ()


class KeyLine(Widget):
    """The keys of this screen."""

    DEFAULT_CSS = "KeyLine { height: 1; background: $background; }"

    keys: var[Keys] = var(ROOM, init=False)

    def watch_keys(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        return strip(line(self.keys, width), theme.palette(self.app), "bg", width)
