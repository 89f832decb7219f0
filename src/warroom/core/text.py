"""Foreign text made fit for a terminal. `clean()` is the only way it becomes displayable; what was written is kept.

Widths are in terminal cells: 0 for what combines, 2 for what East Asian terminals draw wide.
"""

from unicodedata import category, east_asian_width

TAB = "    "
BREAK = "⏎"
REPLACEMENT = "�"
ELLIPSIS = "…"

_JOINER, _WIDE_SELECTOR = "\u200d", "\ufe0f"
_BREAKS = (0x0B, 0x0C, 0x85, 0x2028, 0x2029)


def _table() -> dict[int, str]:
    unsafe = [*range(0x20), *range(0x7F, 0xA0)]  # C0, DEL, C1
    unsafe += [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x2070)]  # bidirectional controls
    unsafe += [*range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)]  # annotations, tags: text that nobody sees
    table = dict.fromkeys(unsafe, REPLACEMENT)
    table |= dict.fromkeys((0x0A, 0x0D, *_BREAKS), BREAK)
    return table | {0x09: TAB, 0x1B: "␛"}


_SAFE = _table()
_SAFE_LINES = _SAFE | dict.fromkeys((0x0A, 0x0D, *_BREAKS), "\n")


def clean(text: str, lines: bool = False) -> str:
    """`text` without anything that could command a terminal, each such character replaced by a visible one.

    Line breaks become ⏎, with `lines` they stay (as `\\n`). Text that needs nothing is returned as it is.
    """
    if text.isprintable():
        return text
    table = _SAFE_LINES if lines else _SAFE
    text = text.replace("\r\n", "\n").translate(table)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode(errors="surrogatepass").decode(errors="replace")
    return text


def keepable(text: str) -> str:
    """`text` without what no fact can hold: NUL and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="ignore").decode()
    return text


def width(text: str) -> int:
    """The terminal cells that clean text takes up."""
    if text.isascii():
        return len(text)
    return sum(cells for _, cells in _clusters(text))


def clip(text: str, cells: int) -> str:
    """`text` in at most `cells` cells; what was cut off is an ellipsis."""
    if len(text) * 2 <= cells or width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    kept, used = [], 1
    for cluster, wide in _clusters(text):
        if used + wide > cells:
            break
        kept.append(cluster)
        used += wide
    return "".join(kept).rstrip() + ELLIPSIS


def wrap(text: str, cells: int) -> list[str]:
    """`text` in lines of at most `cells` cells, broken at spaces; a word is split only when no line could hold it."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _paragraph(paragraph, max(1, cells))
    return lines


def _paragraph(text: str, cells: int) -> list[str]:
    if width(text) <= cells:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for number, word in enumerate(text.split(" ")):
        wide = width(word)
        gap = number > 0
        if used + gap + wide <= cells:
            line, used = line + " " * gap + word, used + gap + wide
            continue
        if line.strip(" "):
            lines.append(line.rstrip(" "))
        line, used = "", 0
        for cluster, step in _clusters(word) if wide > cells else [(word, wide)]:
            if used and used + step > cells:
                lines.append(line)
                line, used = "", 0
            line, used = line + cluster, used + step
    return [*lines, line.rstrip(" ")] if line.strip(" ") or not lines else lines


def _clusters(text: str) -> list[tuple[str, int]]:
    """What moves as one on the screen, each with its cells: a character and what combines with it."""
    out: list[tuple[str, int]] = []
    joined = False
    for char in text:
        cells = _cells(char)
        if out and (joined or cells == 0):
            cluster, had = out[-1]
            # The selector asks for the emoji form of a sign, which is drawn wide.
            widened = char == _WIDE_SELECTOR and had == 1 and category(cluster[0]) == "So"
            out[-1] = (cluster + char, had + widened)
        else:
            out.append((char, cells))
        joined = char == _JOINER
    return out


def _cells(char: str) -> int:
    if char < "\u0300":
        return int(char >= " " and not "\x7f" <= char < "\xa0" and char != "\xad")
    if "\u1160" <= char <= "\u11ff" or category(char) in ("Mn", "Mc", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
