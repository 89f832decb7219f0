"""How the prompt's text is laid out: chips as boxes, the rest wrapped between words, the cursor always in sight."""

from collections.abc import Sequence

import msgspec
from rich.cells import cell_len, split_graphemes

from ..core.line import Chip
from ..core.text import clean
from .glyphs import MORE
from .spans import Line, left

ROWS = 5
TONES = {
    "time": "sky",
    "who": "green",
    "mark": "amber",
    "task": "amber",
    "duration": "sky",
    "verb": "violet",
    "fix": "violet",
}
_CLOSED = ("duration", "fix")  # these are whole as soon as they are recognised, with nothing behind them
CURSOR = "cursor "  # before the words of a style: the cell under the cursor
_WINDOW = 6_000  # of a longer text only what lies around the cursor is laid out


class _Piece(msgspec.Struct, frozen=True, gc=False):
    """What is drawn as one and not broken: a character or a chip, and the characters of the text it stands for."""

    text: str
    style: str
    start: int
    end: int
    cells: int
    space: bool = False


def shown(chips: Sequence[Chip], text: str, cursor: int) -> list[Chip]:
    """The chips that are drawn as such: not the one the cursor is in, nor a word that is still being typed."""
    out = []
    for chip in chips:
        inside = chip.start < cursor < chip.end
        typing = chip.kind not in _CLOSED and chip.end == len(text) == cursor and not text[-1:].isspace()
        if not (inside or typing):
            out.append(chip)
    return out


def rows(text: str, cursor: int, chips: Sequence[Chip], width: int, ink: str = "text", most: int = ROWS) -> list[Line]:
    """The text in at most `most` rows of `width` cells, those around the cursor. A negative cursor is not drawn."""
    from_, to = _window(text, cursor)
    width = max(4, width)
    chosen = shown(chips, text, cursor) if from_ == 0 else []
    laid = _break(_pieces(text[:to], from_, chosen, ink, width), width)
    if cursor >= 0 and cursor >= to and to == len(text):
        laid = _room_for_cursor(laid, cursor, width)
    at = next((n for n, row in enumerate(laid) if any(_under(piece, cursor) for piece in row)), len(laid) - 1)
    first = max(0, min(at - most + 1 if cursor >= 0 else 0, len(laid) - most))
    if at < first:
        first = at
    return [tuple(_paint(piece, cursor) for piece in row) for row in laid[first : first + most]]


def one_row(text: str, cursor: int, width: int) -> Line:
    """The text on one row of at most `width` cells, scrolled so that the cursor is in sight, with a sign where it
    goes on. A negative cursor is not drawn."""
    from_, to = _window(text, cursor)
    pieces = [piece for piece in _plain(text[:to], from_, to, "text") if piece.text != "\n"]
    if cursor >= len(text):
        pieces.append(_Piece(" ", "text", cursor, cursor + 1, 1))
    at = next((n for n, piece in enumerate(pieces) if _under(piece, cursor)), 0)
    first, used = 0, sum(piece.cells for piece in pieces[: at + 1])
    while used > width and first < at:
        used -= pieces[first].cells
        first += 1
    last = min(at + 1, len(pieces))
    while last < len(pieces) and used + pieces[last].cells <= width:
        used += pieces[last].cells
        last += 1
    shown = [_paint(piece, cursor) for piece in pieces[first:last]]
    if from_ or first:
        shown[0] = _more(shown[0])
    if last < len(pieces) or to < len(text):
        shown[-1] = _more(shown[-1])
    return tuple(shown)


def _more(span: tuple[str, str]) -> tuple[str, str]:
    return span if span[1].startswith(CURSOR) else (left(MORE, cell_len(span[0])), "muted")


def _window(text: str, cursor: int) -> tuple[int, int]:
    if len(text) <= _WINDOW:
        return 0, len(text)
    from_ = max(0, cursor - _WINDOW // 2)
    from_ = text.rfind("\n", 0, from_) + 1 if from_ and "\n" in text[max(0, from_ - 500) : from_] else from_
    return from_, min(len(text), max(0, cursor) + _WINDOW // 2)


def _pieces(text: str, from_: int, chips: Sequence[Chip], ink: str, width: int) -> list[_Piece]:
    out: list[_Piece] = []
    here = from_
    for chip in chips:
        out += _plain(text, here, chip.start, ink)
        label = f" {clean(chip.text)} "
        while cell_len(label) > width:
            label = label[:-2] + " "
        out.append(_Piece(label, f"chip on {TONES[chip.kind]}", chip.start, chip.end, cell_len(label)))
        if chip.kind not in _CLOSED:
            out.append(_Piece(" ", ink, chip.end, chip.end, 1, True))
        here = chip.end
    return out + _plain(text, here, len(text), ink)


def _plain(text: str, start: int, end: int, ink: str) -> list[_Piece]:
    out: list[_Piece] = []
    for first, last, cells in split_graphemes(text[start:end])[0]:
        source = text[start + first : start + last]
        if source == "\n":
            out.append(_Piece("\n", ink, start + first, start + last, 0))
            continue
        drawn = source if source.isprintable() else clean(source)
        size = cells if drawn is source else cell_len(drawn)
        out.append(_Piece(drawn, ink, start + first, start + last, size, source == " "))
    return out


def _break(pieces: Sequence[_Piece], width: int) -> list[list[_Piece]]:
    """The pieces in rows, broken at newlines and, where a row is full, behind its last space."""
    laid: list[list[_Piece]] = [[]]
    used = 0
    for piece in pieces:
        if piece.text == "\n":
            laid[-1].append(piece)
            laid.append([])
            used = 0
            continue
        if used + piece.cells > width and not piece.space:
            row = laid[-1]
            cut = next((n + 1 for n in range(len(row) - 1, -1, -1) if row[n].space), 0)
            laid.append(row[cut:] if cut else [])
            laid[-2] = row[:cut] if cut else row
            used = sum(each.cells for each in laid[-1])
        laid[-1].append(piece)
        used += piece.cells
    return laid


def _room_for_cursor(laid: list[list[_Piece]], cursor: int, width: int) -> list[list[_Piece]]:
    """A cell for the cursor behind the last character."""
    end = _Piece(" ", "text", cursor, cursor + 1, 1)
    if sum(piece.cells for piece in laid[-1]) >= width:
        return [*laid, [end]]
    laid[-1].append(end)
    return laid


def _under(piece: _Piece, cursor: int) -> bool:
    return piece.start <= cursor < piece.end


def _paint(piece: _Piece, cursor: int) -> tuple[str, str]:
    text = " " if piece.text == "\n" else piece.text
    return (text, CURSOR + piece.style) if _under(piece, cursor) else (text, piece.style)
