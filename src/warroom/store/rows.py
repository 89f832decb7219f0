"""An event as a row of the file: `{"e": EVENT, "h": HASH, "lam": N, "own": [rep, seq, hash]}`. Pure.

`lam` is the largest in the file so far and `own` this replica's last fact, so that a writer needs the last row only.
"""

from collections.abc import Sequence

import msgspec

from ..core import codec
from ..core.events import Event
from . import layout
from .layout import Row

FORMAT = 1
_CHUNK = 1000  # rows


class LogRow(msgspec.Struct, frozen=True, gc=False):
    """A row, its event as the bytes that are hashed and passed on."""

    e: msgspec.Raw
    h: str
    lam: int = 0
    own: tuple[str, int, str] = ("", 0, "")


class _Meta(msgspec.Struct, frozen=True):
    inc: str
    format: int = FORMAT


_row = msgspec.json.Decoder(LogRow)
_meta = msgspec.json.Decoder(dict[str, _Meta])
_any = msgspec.json.Decoder()


def pack(event: bytes, hash: str, lam: int, own: tuple[str, int, str]) -> bytes:
    """The row's bytes; every string in it but the event is made of letters and digits."""
    rep, seq, last = own
    return b'{"e":' + event + f',"h":"{hash}","lam":{lam},"own":["{rep}",{seq},"{last}"]}}'.encode()


def unpack(data: bytes) -> LogRow | None:
    """The row, or None when these bytes are not one."""
    try:
        data.decode()  # the decoder does not look into what it skips
        return _row.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def event_of(data: bytes) -> Event | None:
    """The event in a row, or None when it cannot be read."""
    row = unpack(data)
    try:
        return codec.decode(row.e, row.h) if row else None
    except codec.Bad:
        return None


def intact(row: LogRow) -> bool:
    """Whether the event has the hash that the row says."""
    try:
        return codec.hash_of(row.e) == row.h
    except codec.Bad:
        return False


def tidy(data: bytes) -> bytes:
    """A row that another program laid out anew, with its event in canonical form again."""
    return codec.canonical(_any.decode(data))


def meta(inc: str) -> dict[str, bytes]:
    """The tables that stand before the events."""
    return {"meta": codec.canonical({"1": {"format": FORMAT, "inc": inc}})}


def meta_of(tables: dict[str, bytes]) -> tuple[str, int]:
    """The incident's identity and the file's format; an empty identity when it is not there."""
    try:
        found = list(_meta.decode(tables.get("meta", b"{}")).values())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found = []
    return (found[0].inc, found[0].format) if found else ("", FORMAT)


def events_in(data: bytes) -> list[Event] | None:
    """All events of a file in our layout, in one pass; None when some row wants a closer look."""
    start = layout.rows_start(data, "events")
    end = len(data) - len(layout.CLOSER)
    if start < 0 or not data.endswith(layout.CLOSER) or not layout.is_utf8(data):
        return None
    events = codec.decode_rows(memoryview(data)[start:-1])
    # Two rows under one number would come out as one: there is a line for each.
    return events if events is not None and len(events) == data.count(b"\n", start, end) else None


def split(data: bytes) -> list[Row] | None:
    """The rows of a file in our layout; None when it is not that."""
    start = layout.rows_start(data, "events")
    if start < 0 or not data.endswith(layout.CLOSER):
        return None
    return layout.parse_rows(data[start + 1 : -len(layout.CLOSER)])


def events_of(rows: Sequence[Row]) -> tuple[list[Event], list[Row]]:
    """The events in these rows, and the rows that hold none that can be read."""
    events: list[Event] = []
    unread: list[Row] = []
    for first in range(0, len(rows), _CHUNK):
        chunk = rows[first : first + _CHUNK]
        text = b"{" + b",".join([b'"%d":%b' % (n, row.data) for n, row in enumerate(chunk)]) + b"}"
        plain = codec.decode_rows(text) if layout.is_utf8(text) else None
        if plain is not None and len(plain) == len(chunk):
            events += plain
            continue
        for row in chunk:
            event = event_of(row.data)
            if event is None:
                unread.append(row)
            else:
                events.append(event)
    return events, unread
