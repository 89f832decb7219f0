"""What a replica's next fact goes on from: the largest clock in the file, its own last number and hash. Pure."""

import msgspec

from . import rows
from .layout import Row


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The largest `lam` in the file, and the last `seq` and hash of the replica that writes."""

    lam: int = 0
    seq: int = 0
    prev: str = ""


def after(added: list[Row], rep: str, before: Standing | None) -> Standing | None:
    """From the last of these rows, when its hash fits and it agrees with itself; None: every row has to be looked at.

    `before`: what held before them, if known.
    """
    last = rows.unpack(added[-1].data)
    event = rows.event_of(added[-1].data)
    if last is None or event is None or not rows.intact(last) or last.lam < event.lam:
        return None
    if event.rep == rep and last.own != (rep, event.seq, last.h):
        return None
    if last.own[0] == rep:
        return Standing(last.lam, last.own[1], last.own[2])
    if before is None:
        return None
    for row in reversed(added):
        own = found.own if (found := rows.unpack(row.data)) else ("", 0, "")
        if own[0] == rep:
            return Standing(last.lam, own[1], own[2])
    return Standing(last.lam, before.seq, before.prev)


def scan(table: list[Row], rep: str) -> Standing:
    """From every row: of a broken one only what two places in it agree on is believed."""
    lam = 0
    own = (0, "")
    for each in table:
        row = rows.unpack(each.data)
        event = rows.event_of(each.data)
        if row is None or event is None:
            continue
        sound = rows.intact(row)
        if sound or row.lam == event.lam:
            lam = max(lam, event.lam)
        if event.rep == rep and (sound or row.own == (rep, event.seq, row.h)):
            own = max(own, (event.seq, row.h))
    return Standing(lam, *own)
