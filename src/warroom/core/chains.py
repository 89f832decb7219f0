"""Whether facts that stand together in one file are whole: every replica's chain, in its order. Pure.

A replica may be there twice from some number on (a copied folder); then `replica.forked` says so, or the facts of the
branch that was given up stand under another replica as well. A copy keeps its id, its clock and what it says.
"""

from typing import Literal, TypeAlias

import msgspec

from . import codec
from .events import Event, ReplicaForked

Kind: TypeAlias = Literal["same", "other", "missing", "broken", "twice", "backwards"]


class Fault(msgspec.Struct, frozen=True, gc=False):
    """What is wrong with the fact in this row.

    same: it is in row `other` as well. other: row `other` has another fact under its id. missing: its replica's numbers
    from `first` to `last` are not there. broken: it does not follow the fact before it. twice: its replica's number is
    that of row `other` too. backwards: its clock is not after that of the fact before it.
    """

    row: int
    kind: Kind
    rep: str
    other: int = 0
    first: int = 0
    last: int = 0


class _Link(msgspec.Struct, frozen=True, gc=False):
    row: int
    event: Event
    hash: str
    data: bytes


class Chains:
    """Facts as they stand in a file. `add` each, then ask what is `wrong`."""

    def __init__(self) -> None:
        self._links: list[_Link] = []
        self._ids: dict[str, list[_Link]] = {}
        self._places: dict[tuple[str, int], list[_Link]] = {}
        self._forked: dict[str, int] = {}  # replica → the first of its numbers that was given up
        self._adopts: dict[str, int] = {}  # replica → its first number that says that it goes on for another

    def add(self, row: int, event: Event, hash: str, data: bytes) -> None:
        link = _Link(row, event, hash, data)
        self._links.append(link)
        self._ids.setdefault(event.id, []).append(link)
        self._places.setdefault((event.rep, event.seq), []).append(link)
        if event.type == ReplicaForked.type:
            self._adopts[event.rep] = min(event.seq, self._adopts.get(event.rep, event.seq))
        if isinstance(event.body, ReplicaForked):
            of, seq = event.body.rep, event.body.seq
            self._forked[of] = min(seq, self._forked.get(of, seq))

    def wrong(self) -> list[Fault]:
        """Every fault, first the first row's."""
        return [fault for link in self._links for fault in (self._copy(link), self._chain(link)) if fault]

    def _copy(self, link: _Link) -> Fault | None:
        first = self._ids[link.event.id][0]
        if first is link:
            return None
        if first.hash == link.hash:
            return Fault(link.row, "same", link.event.rep, first.row)
        return None if _says(first.data) == _says(link.data) else Fault(link.row, "other", link.event.rep, first.row)

    def _chain(self, link: _Link) -> Fault | None:
        event, row, rep = link.event, link.row, link.event.rep
        if (twin := self._twin(link)) is not None:
            return Fault(row, "twice", rep, twin.row)
        before = [each for each in self._places.get((rep, event.seq - 1), ()) if each.row < row]
        follows = next((each for each in before if each.hash == event.prev), None)
        if event.seq > 1 and not before:
            return Fault(row, "missing", rep, first=self._first_missing(link), last=event.seq - 1)
        if follows is None and (event.seq != 1 or event.prev):
            return Fault(row, "broken", rep)
        # Whoever goes on for another replica writes what is older than what it wrote itself.
        if follows is not None and event.lam <= follows.event.lam and event.seq <= self._adopts.get(rep, event.seq):
            return Fault(row, "backwards", rep)
        return None

    def _first_missing(self, link: _Link) -> int:
        """The first number that is not there, as far as the rows before this one tell."""
        seq = link.event.seq - 1
        while seq > 1 and not any(each.row < link.row for each in self._places.get((link.event.rep, seq - 1), ())):
            seq -= 1
        return seq

    def _twin(self, link: _Link) -> _Link | None:
        """The fact that has this one's number, where nothing says why."""
        here = self._places[link.event.rep, link.event.seq]
        if here[0] is link or self._forked.get(link.event.rep, link.event.seq + 1) <= link.event.seq:
            return None
        others = [each for each in here if each.hash != link.hash and each.row < link.row]
        alone = [each for each in (*others, link) if not self._stands_elsewhere(each)]
        return others[0] if others and len(alone) > 1 else None

    def _stands_elsewhere(self, link: _Link) -> bool:
        return any(each.event.rep != link.event.rep for each in self._ids[link.event.id])


def _says(data: bytes) -> str:
    try:
        return codec.content(data)
    except codec.Bad:
        return ""
