"""The messages of a redaction: what takes the place of a row, and the mark of what is still to be deleted."""

from collections.abc import Sequence

import msgspec

from ..turns import spelled
from .ledger import Ledger, event_of
from .mirror import Outline
from .words import BY, FOR, HEAD, TURNS, Mark, Message, fact_subject, mark_subject

MOST_TOMBSTONES = 500  # in one batch


def tombstones(ledger: Ledger, outline: Outline, rows: Sequence[tuple[int, bytes]]) -> list[Message]:
    """For these numbers, what takes the place of their rows."""
    messages = []
    for number, row in rows:
        rep = event_of(row).rep
        seq, hash = ledger.heads[rep]
        headers = {HEAD: f"{seq} {hash} {ledger.ends[rep]}", BY: outline.owners.get(rep, ""), FOR: str(number)}
        if turns := outline.turns.get(rep):
            headers[TURNS] = spelled(turns)
        messages.append(Message(fact_subject(ledger.inc, rep), row, headers))
    return messages


def marking(inc: str, name: str, rows: Sequence[int], blobs: Sequence[str]) -> Message:
    """What remembers that these have to be deleted, until it is done."""
    return Message(mark_subject(inc, name), msgspec.json.encode(Mark(tuple(rows), tuple(blobs))), {}, 0)


def expecting(messages: Sequence[Message], outline: Outline) -> None:
    """Each subject's first message expects the last one that this node knows of there."""
    seen = set()
    for message in messages:
        rep = message.subject.rpartition(".")[2]
        if message.expected is None and message.subject not in seen:
            message.expected = outline.tips.get(rep, 0)
        seen.add(message.subject)
