"""Which facts of one incident another token than their replica's owner brought to the server, as the server tells it.

It is asked when its list says that something changed, and not for each fact: of those that came since nothing is said.
"""

from bisect import bisect_right
from collections.abc import Iterable

from ..core.text import clip
from .engine import Held
from .wire import Details, Heads

MOST = 200  # facts of one incident of which it is kept: they stand in a file that is written anew ten times a second
_NAME = 80  # cells of a name that are kept


class Relays:
    """`facts`: fact id → the name of the token that brought it, of the newest. `mark`: what the server's list said."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        self.mark = self._told = ""
        self._heads: Heads = {}  # of the replicas that others brought facts of, as of the last answer
        self._moved = False  # whether there are more facts of these now

    @property
    def due(self) -> bool:
        """Whether the server is to be asked."""
        return bool(self.mark) and (self.mark != self._told or self._moved)

    def listed(self, mark: str, heads: Heads) -> None:
        """The server's list has this mark for the incident, and its facts reach as far as these heads."""
        self.mark = mark
        self._moved = any(heads.get(rep) != head for rep, head in self._heads.items())
        if not mark:
            self._told, self._heads, self.facts = "", {}, {}

    def told(self, mark: str, details: Details, heads: Heads, rows: Iterable[Held]) -> bool:
        """The server's answer; whether anything is another than before.

        `mark`, `heads`: of before it was asked, since what was said meanwhile may not be in its answer.
        """
        self._told, self._moved = mark, False
        self._heads = {rep: heads[rep] for rep in details.relayed if rep in heads}
        found: list[tuple[int, str, str]] = []
        for row in rows:
            turns = details.relayed.get(row.rep)
            if not turns or row.seq > heads.get(row.rep, (0, ""))[0]:
                continue
            owner = details.owners.get(row.rep, "")
            at = bisect_right(turns, row.seq, key=lambda turn: turn[0])
            by = turns[at - 1][1] if at else owner
            if owner and by and by != owner:
                found.append((row.lam, row.id, clip(by, _NAME)))
        facts = {id: by for _, id, by in sorted(found)[-MOST:]}
        changed = facts != self.facts
        self.facts = facts
        return changed
