"""What is wrong with a file that was to be imported: the file, the line and the reason, for as many as are worth it."""

import msgspec

from ..core.text import clean, clip

MOST = 20
ENOUGH = 1000


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong. `line` counts from 1; 0 is the file as a whole."""

    line: int
    reason: str


class BadInput(Exception):
    """The file cannot be imported; nothing of it was. `problems` has at least one."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        super().__init__(name, problems)
        self.name = name
        self.problems = sorted(problems, key=lambda p: p.line)

    def lines(self) -> list[str]:
        """`FILE, line N: reason`, at most MOST of them, and how many more there are."""
        out = [
            f"{self.name}, line {p.line}: {p.reason}" if p.line else f"{self.name}: {p.reason}"
            for p in self.problems[:MOST]
        ]
        if len(self.problems) > MOST:
            out.append(f"… and {len(self.problems) - MOST} more.")
        return out


class Problems:
    """Gathers what is wrong while a file is read, so that a person hears of all of it at once.

    Raises `BadInput` when there is ENOUGH: such a file is something else altogether.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Problem] = []

    def add(self, line: int, reason: str) -> None:
        self.found.append(Problem(line, reason))
        if len(self.found) == ENOUGH:
            self.check()

    def fail(self, line: int, reason: str) -> BadInput:
        """The one thing that ends the reading."""
        return BadInput(self.name, [*self.found, Problem(line, reason)])

    def check(self) -> None:
        """Raises `BadInput` if anything was found."""
        if self.found:
            raise BadInput(self.name, self.found)


def shown(text: str) -> str:
    """A value from a file, in quotes and short enough for a sentence about it."""
    return f"“{clip(clean(text), 40)}”"
