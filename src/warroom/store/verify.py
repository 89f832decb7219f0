"""Whether a log is whole: every row, every hash, every chain. Pure but for the names of what was set aside."""

import os
from collections.abc import Iterator

import msgspec

from ..core import codec
from ..core.chains import Chains, Fault
from ..core.events import Event
from . import beside, rows
from .layout import Row
from .rows import LogRow


class Trouble(msgspec.Struct, frozen=True):
    """One thing that is not as it should be: the row (0: the file as a whole), the fact's id if known, a sentence."""

    row: int
    id: str
    text: str


def check(data: bytes, inc: str, path: str) -> list[Trouble]:
    """Every trouble of a file's bytes, first the first; then what was set aside beside it."""
    name = os.path.basename(path)
    found: list[Trouble] = []
    table = rows.split(data)
    if table is None:
        from .salvage import salvage

        rescued = salvage(data, "events", rows.tidy)
        table = rescued.rows
        what = "edited by hand or written by another program" if rescued.edited else "cut or damaged"
        found.append(Trouble(0, "", f"{name} was {what}; its layout is put right when a fact is next written to it."))
        found += [Trouble(0, "", f"A piece of {name} cannot be read: {_quoted(piece)}") for piece in rescued.bad]
    found += _Walk(inc).all(table)
    for torn in beside.torn(path):
        size = os.path.getsize(torn)
        found.append(Trouble(0, "", f"{size} bytes that could not be read were set aside in {os.path.basename(torn)}."))
    return found


def _quoted(piece: bytes) -> str:
    text = "".join(c if c.isprintable() else "�" for c in piece[:60].decode("utf-8", "replace"))
    return text + ("…" if len(piece) > 60 else "")


class _Walk:
    """Row by row, and what every row has to fit to."""

    def __init__(self, inc: str) -> None:
        self.inc = inc
        self.lam = 0
        self.number = 0
        self.last: dict[str, tuple[int, set[str]]] = {}  # of each replica the largest number, and whose hashes have it
        self.chains = Chains()

    def all(self, table: list[Row]) -> list[Trouble]:
        found = [self._row(index, row) for index, row in enumerate(table)]
        for fault in self.chains.wrong():
            _, facts, _ = found[fault.row]
            facts.append(_words(fault, table[fault.other].number))
        return [
            Trouble(row.number, id, text)
            for row, (id, facts, others) in zip(table, found, strict=True)
            for text in (*facts, *others)
        ]

    def _row(self, index: int, row: Row) -> tuple[str, list[str], list[str]]:
        """The fact's id, what is wrong with the fact, and what is wrong beside it."""
        parts, event = rows.unpack(row.data), rows.event_of(row.data)
        facts: list[str] = []
        if row.number != self.number + 1:
            facts.append(
                f"its row should have the number {self.number + 1}: rows were taken out, or the number was changed"
            )
        self.number = row.number
        if parts is None or event is None:
            facts.append(f"this row holds no fact that can be read: {_quoted(row.data)}")
            return "", facts, []
        self.chains.add(index, event, parts.h, bytes(parts.e))
        facts += self._fact(parts, event)
        beside = list(self._beside(parts))
        if rows.pack(bytes(parts.e), parts.h, parts.lam, parts.own) != row.data:
            beside.append("the row was changed beside the fact")
        return event.id, facts, beside

    def _fact(self, row: LogRow, event: Event) -> Iterator[str]:
        try:
            codec.accept(bytes(row.e), row.h)
        except codec.Bad as problem:
            yield f"this fact was changed: {problem}"
        if event.inc != self.inc:
            yield "this fact belongs to another incident"
        self.lam = max(self.lam, event.lam)
        seq, hashes = self.last.get(event.rep, (0, {""}))
        if event.seq >= seq:
            self.last[event.rep] = (event.seq, {row.h} if event.seq > seq else {*hashes, row.h})

    def _beside(self, row: LogRow) -> Iterator[str]:
        """The two fields that only this file has."""
        rep, seq, hash = row.own
        if row.lam != self.lam:
            yield f"the largest clock noted beside it is {row.lam}, and should be {self.lam}"
        last, hashes = self.last.get(rep, (0, {""}))
        if seq != last or hash not in hashes:
            yield "the last own fact noted beside it is another one"


def _words(fault: Fault, other: int) -> str:
    match fault.kind:
        case "same":
            return f"the same fact is in row {other}"
        case "other":
            return f"row {other} has another fact with its id"
        case "missing":
            numbers = f"{fault.first}" if fault.first == fault.last else f"{fault.first} to {fault.last}"
            return f"number {numbers} of replica {fault.rep} is missing before it"
        case "broken":
            return "it does not follow the fact before it: that one or this one was changed"
        case "twice":
            return f"its number of replica {fault.rep} is there twice, also in row {other}"
    return "its clock runs backwards"


def line_of(trouble: Trouble) -> str:
    """A trouble as one line: "row 12, K3F9…: this fact was changed: …"."""
    if not trouble.row:
        return trouble.text
    return f"row {trouble.row}{', fact ' + trouble.id if trouble.id else ''}: {trouble.text}"
