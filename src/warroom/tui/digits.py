"""The big digits of what is due next: three rows, each character in cells of its own, so that nothing jumps."""

from ..core.values import DAY, HOUR, MINUTE, SECOND, Ms

ROWS = 3
_DIGIT = 3
_THIN = {
    "0": ("╭─╮", "│ │", "╰─╯"),
    "1": ("╶╮ ", " │ ", "╶┴╴"),
    "2": ("╶─╮", "╭─╯", "╰─╴"),
    "3": ("╶─╮", " ─┤", "╶─╯"),
    "4": ("╷ ╷", "╰─┤", "  ╵"),
    "5": ("╭─╴", "╰─╮", "╶─╯"),
    "6": ("╭─╴", "├─╮", "╰─╯"),
    "7": ("╶─╮", "  │", "  ╵"),
    "8": ("╭─╮", "├─┤", "╰─╯"),
    "9": ("╭─╮", "╰─┤", "╶─╯"),
    "h": ("╷  ", "├─╮", "╵ ╵"),
    "d": ("  ╷", "╭─┤", "╰─╯"),
    "-": ("   ", "╶─╴", "   "),
    ":": ("   ", " : ", "   "),
    " ": ("   ", "   ", "   "),
}
_PLAIN = {
    "0": (" _ ", "| |", "|_|"),
    "1": ("   ", "  |", "  |"),
    "2": (" _ ", " _|", "|_ "),
    "3": (" _ ", " _|", " _|"),
    "4": ("   ", "|_|", "  |"),
    "5": (" _ ", "|_ ", " _|"),
    "6": (" _ ", "|_ ", "|_|"),
    "7": (" _ ", "  |", "  |"),
    "8": (" _ ", "|_|", "|_|"),
    "9": (" _ ", "|_|", " _|"),
    "h": ("   ", "|_ ", "| |"),
    "d": ("   ", " _|", "|_|"),
    "-": ("   ", " _ ", "   "),
    ":": ("   ", " . ", " . "),
    " ": ("   ", "   ", "   "),
}
WIDTH = 5 * _DIGIT  # the widest it gets: "59:59", "23h59", "99d23"


def countdown(left: Ms) -> str:
    """The span as the big digits show it, at most five characters: `1:32`, `59:59`, `1h05`, `3d04`; never below 0."""
    left = max(0, left)
    if left < HOUR:
        return f"{left // MINUTE}:{left % MINUTE // SECOND:02}"
    if left < DAY:
        return f"{left // HOUR}h{left % HOUR // MINUTE:02}"
    days = min(left // DAY, 99)
    return f"{days}d{left % DAY // HOUR:02}"


def big(text: str, ascii: bool = False) -> tuple[str, str, str]:
    """The three rows of `text`, three cells a character; what has no shape is blank."""
    shapes = _PLAIN if ascii else _THIN
    parts = [shapes.get(char, shapes[" "]) for char in text]
    top, middle, bottom = ("".join(part[row] for part in parts) for row in range(ROWS))
    return top, middle, bottom
