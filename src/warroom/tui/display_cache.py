"""The last screen of a room or of the lobby, as rows of text with colours, in a small file beside what it shows.

It may be lost at any time, and goes when a fact is redacted. What is read is believed only if it is printable text
and colours: nothing else in it could have come from here.
"""

import os

TYPE_CHECKING = False  # importing `typing` would cost half of what the first row waits for
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from textual.geometry import Region
    from textual.screen import Screen

SUFFIX = ".screen"
LOBBY = "lobby" + SUFFIX
_HEAD = "warroom screen 1 "
_LARGEST = 512 * 1024
_AFTER = 3.0  # seconds; what changes meanwhile is kept with it


def place(path: str) -> str:
    """Where the last screen of the incident in the file `path` is kept; of the lobby, for a folder."""
    return os.path.join(path, LOBBY) if os.path.isdir(path) else path.removesuffix(".json") + SUFFIX


def rows(path: str, width: int, height: int) -> list[str] | None:
    """The rows kept at `path` for a terminal of exactly this size, safe to write to it. None where there are none."""
    try:
        with open(path, "rb") as file:
            lines = file.read(_LARGEST).decode().split("\n")
    except (OSError, UnicodeDecodeError):
        return None
    if lines[0] != f"{_HEAD}{width}x{height}" or len(lines) != height + 1:
        return None
    return lines[1:] if all(map(_harmless, lines[1:])) else None


def _harmless(row: str) -> bool:
    text, *coloured = row.split("\x1b[")
    for part in coloured:
        colours, m, rest = part.partition("m")
        if not m or colours.strip("0123456789;"):
            return False
        text += rest
    return text.isprintable()


def write(path: str, width: int, height: int, lines: list[str]) -> None:
    """Keep these rows. Raises nothing: a screen that cannot be kept is drawn again next time."""
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join([f"{_HEAD}{width}x{height}", *lines]))
        os.replace(temporary, path)
    except (OSError, UnicodeEncodeError):
        _remove(temporary)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass


class Keeper:
    """Keeps the screen of one room or of the lobby at `path` while it changes.

    `stale` selects widgets whose content is wrong by the next start, clocks above all: they are kept empty.
    """

    def __init__(self, screen: "Screen[Any]", path: str, stale: str = "") -> None:
        self._screen = screen
        self._path = path
        self._stale = stale
        self._waiting = False

    def changed(self) -> None:
        """Something is on the screen that was not; keep it soon. Not for a clock that ticks."""
        if not self._waiting:
            self._waiting = True
            self._screen.set_timer(_AFTER, self.keep)

    def keep(self) -> None:
        """Keep what is on the screen now: when the person leaves it."""
        self._waiting = False
        screen = self._screen
        if not screen.is_active or not screen.size:
            return
        hidden = [widget.region for widget in screen.query(self._stale)] if self._stale else []
        write(self._path, *screen.size, drawn(screen, hidden))


def drawn(screen: "Screen[Any]", hidden: "Iterable[Region]" = ()) -> list[str]:
    """The rows on the screen as text with colours; nothing of what the `hidden` regions frame."""
    from textual.strip import Strip

    console = screen.app.console
    lines = []
    # The only place that knows what is on the screen now; private, like the filters: textual is pinned for it.
    for y, strip in enumerate(screen._compositor.render_strips()):
        for region in hidden:
            if region.y + (region.height > 2) <= y < region.bottom - (region.height > 2):
                left, right = region.x + 1, region.right - 1
                blank = Strip.blank(right - left, next(iter(strip.crop(left, left + 1)), (None, None))[1])
                strip = Strip.join([strip.crop(0, left), blank, strip.crop(right)])
        text = "".join(segment.text for segment in strip)
        lines.append(
            strip.render(console) if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
        )
    return lines


def _plain(text: str) -> str:
    """Text with what would make a reader doubt it, such as the joiner in an emoji, left out."""
    return "".join(c if c.isprintable() else " " for c in text)
