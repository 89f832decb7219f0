"""Which facts of one incident another token than their replica's owner brought to the server, as the server tells it.

It is asked when its list says that something changed, and not for each fact: of those that came since nothing is said.
"""

from bisect import bisect_right
from collections.abc import Iterable

from ..core.text import clip
from .engine import Held
from .wire import Details, Heads

_NAME = 80  # cells of a name that are kept


class Relays:
    """`facts`: fact id → the name of the token that brought it. `due`: whether the server is to be asked."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        self.due = False
        self._mark = self._told = ""
        self._heads: Heads = {}  # of the replicas that others brought facts of, as of the last answer

    def listed(self, mark: str, heads: Heads) -> None:
        """The server's list has this mark for the incident, and its facts reach as far as these heads."""
        self._mark = mark
        moved = any(heads.get(rep) != head for rep, head in self._heads.items())
        self.due = bool(mark) and (mark != self._told or moved)
        if not mark:
            self._told, self._heads, self.facts = "", {}, {}

    def told(self, details: Details, heads: Heads, rows: Iterable[Held]) -> bool:
        """The server's answer; `heads`: what it held before it was asked. Whether anything is another than before."""
        self._told = self._mark
        self._heads = {rep: heads[rep] for rep in details.relayed if rep in heads}
        found: dict[str, str] = {}
        for row in rows:
            turns = details.relayed.get(row.rep)
            if not turns or row.seq > heads.get(row.rep, (0, ""))[0]:
                continue
            owner = details.owners.get(row.rep, "")
            at = bisect_right(turns, row.seq, key=lambda turn: turn[0])
            by = turns[at - 1][1] if at else owner
            if owner and by and by != owner:
                found[row.id] = clip(by, _NAME)
        changed = found != self.facts
        self.facts = found
        return changed
