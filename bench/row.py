"""A row of the table: what was measured, against what, and how it stands to its budget."""

import sys
from dataclasses import dataclass

OK, NEAR, OVER = "within aim", "within limit", "OVER"


@dataclass(frozen=True)
class Row:
    """`figure` is a ratio, or a count where `unit` is empty; smaller is better. `note` holds what it was made from."""

    what: str
    figure: float
    limit: float
    aim: float
    note: str = ""
    unit: str = "×"

    @property
    def verdict(self) -> str:
        return OK if self.figure <= self.aim else NEAR if self.figure <= self.limit else OVER

    def cells(self) -> tuple[str, ...]:
        def said(figure: float) -> str:
            return f"{figure:.2f} {self.unit}" if self.unit else f"{figure:g}"

        return (self.what, said(self.figure), said(self.limit), said(self.aim), self.verdict, self.note)


HEAD = ("row", "figure", "at most", "aim", "verdict", "measured")
_WIDTHS = (58, 9, 9, 9, 13, 0)


def line(cells: tuple[str, ...]) -> str:
    """The cells in their columns."""
    return "".join(cell.ljust(width) + " " for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def show(row: Row) -> None:
    """Print it at once: a run takes minutes."""
    print(line(row.cells()))
    sys.stdout.flush()
