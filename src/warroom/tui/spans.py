"""Lines as data: what a pane says, in words and colour names, before anything is painted.

Widths are cells as Textual counts them, so that columns align to the character.
"""

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from .glyphs import MORE
from .theme import Palette

Span = tuple[str, str]  # text, and the words of its style: see `Palette.style`
Line = tuple[Span, ...]

BLANK: Line = ()


def clip(text: str, width: int) -> str:
    """`text` in at most `width` cells, with an ellipsis where something was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + MORE if width > 1 else MORE[: max(0, width)]


def left(text: str, width: int) -> str:
    """`text` in exactly `width` cells, at their left."""
    text = clip(text, width)
    return text + " " * (width - cell_len(text))


def right(text: str, width: int) -> str:
    """`text` in exactly `width` cells, at their right."""
    text = clip(text, width)
    return " " * (width - cell_len(text)) + text


def cells(line: Iterable[Span]) -> int:
    return sum(cell_len(text) for text, _ in line)


def cut(line: Line, width: int) -> Line:
    """The line in at most `width` cells, with an ellipsis where something was cut."""
    if cells(line) <= width:
        return line
    out: list[Span] = []
    room = width
    for i, (text, style) in enumerate(line):
        size = cell_len(text)
        last = not any(rest for rest, _ in line[i + 1 :])
        if size < room or (size == room and last):
            out.append((text, style))
            room -= size
            continue
        out.append((clip(text + MORE, room), style))
        break
    return tuple(out)


def spread(head: Line, tail: Line, width: int) -> Line:
    """`head` at the left and `tail` at the right of `width` cells; where both do not fit, `head` is cut."""
    room = width - cells(tail)
    if tail and room < 2:
        return cut(tail, width)
    head = cut(head, room - 1 if tail else room)
    return (*head, (" " * (room - cells(head)), ""), *tail)


def strip(line: Line, palette: Palette, ground: str, width: int) -> Strip:
    """The line painted on the ground of that name, in exactly `width` cells."""
    segments = [
        Segment(text, palette.style(words if " on " in words else f"{words or 'text'} on {ground}"))
        for text, words in line
        if text
    ]
    return Strip(segments).adjust_cell_length(width, palette.style(f"text on {ground}"))
