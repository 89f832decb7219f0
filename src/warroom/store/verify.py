"""Whether a log is whole: every row, every hash, every chain. Pure but for the names of what was set aside."""

import os
from collections.abc import Iterator

import msgspec

from ..core import codec
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
    found += _Chain(inc).walk(table)
    for torn in beside.torn(path):
        size = os.path.getsize(torn)
        found.append(Trouble(0, "", f"{size} bytes that could not be read were set aside in {os.path.basename(torn)}."))
    return found


def _quoted(piece: bytes) -> str:
    text = "".join(c if c.isprintable() else "�" for c in piece[:60].decode("utf-8", "replace"))
    return text + ("…" if len(piece) > 60 else "")


class _Chain:
    """What the next row of each replica has to go on from."""

    def __init__(self, inc: str) -> None:
        self.inc = inc
        self.lam = 0
        self.number = 0
        self.heads: dict[str, tuple[int, str, int]] = {}
        self.ids: dict[str, int] = {}

    def walk(self, table: list[Row]) -> Iterator[Trouble]:
        for row in table:
            parts = rows.unpack(row.data)
            event = rows.event_of(row.data)
            if row.number != self.number + 1:
                text = (
                    f"its row should have the number {self.number + 1}: rows were taken out, or the number was changed"
                )
                yield Trouble(row.number, event.id if event else "", text)
            self.number = row.number
            if parts is None or event is None:
                yield Trouble(row.number, "", f"this row holds no fact that can be read: {_quoted(row.data)}")
                continue
            yield from (Trouble(row.number, event.id, text) for text in self._fact(row.number, parts, event))
            if rows.pack(bytes(parts.e), parts.h, parts.lam, parts.own) != row.data:
                yield Trouble(row.number, event.id, "the row was changed beside the fact")

    def _fact(self, number: int, row: LogRow, event: Event) -> Iterator[str]:
        try:
            codec.accept(bytes(row.e), row.h)
        except codec.Bad as problem:
            yield f"this fact was changed: {problem}"
        if event.inc != self.inc:
            yield "this fact belongs to another incident"
        if event.id in self.ids:
            yield f"the same fact is in row {self.ids[event.id]}"
        self.ids.setdefault(event.id, number)
        yield from self._in_chain(row, event)
        self.lam = max(self.lam, event.lam)
        self.heads[event.rep] = (event.seq, row.h, event.lam)
        yield from self._beside(row)

    def _in_chain(self, row: LogRow, event: Event) -> Iterator[str]:
        seq, hash, lam = self.heads.get(event.rep, (0, "", 0))
        if event.seq != seq + 1:
            missing = f"{seq + 1}" if event.seq == seq + 2 else f"{seq + 1} to {event.seq - 1}"
            yield (
                f"number {missing} of replica {event.rep} is missing before it"
                if event.seq > seq
                else f"number {event.seq} of replica {event.rep} is there twice"
            )
        elif event.prev != hash:
            yield "it does not follow the fact before it: that one or this one was changed"
        if event.lam <= lam:
            yield "its clock runs backwards"

    def _beside(self, row: LogRow) -> Iterator[str]:
        """The two fields that only this file has."""
        rep, seq, hash = row.own
        if row.lam != self.lam:
            yield f"the largest clock noted beside it is {row.lam}, and should be {self.lam}"
        if (seq, hash) != self.heads.get(rep, (0, "", 0))[:2]:
            yield "the last own fact noted beside it is another one"


def line_of(trouble: Trouble) -> str:
    """A trouble as one line: "row 12, K3F9…: this fact was changed: …"."""
    if not trouble.row:
        return trouble.text
    return f"row {trouble.row}{', fact ' + trouble.id if trouble.id else ''}: {trouble.text}"
