"""Lists that scroll: which rows are in sight, and how the chosen one looks. Only those are ever made."""

from .spans import Line, spread


def window(count: int, tall: int, selected: int, top: int, height: int) -> tuple[int, int]:
    """The rows in sight, first and one behind the last: `count` rows of `tall` lines in `height`.

    It starts at `top` as before, and moves no further than the selected row needs (-1: none).
    """
    room = max(1, height // tall)
    top = max(0, min(top, count - room))
    if selected >= 0:
        top = max(selected - room + 1, min(top, selected))
    return top, min(count, top + room)


def lit(line: Line, width: int) -> Line:
    """The line as the chosen one."""
    return tuple((text, f"{ink or 'text'} on select") for text, ink in spread(line, (), width))
