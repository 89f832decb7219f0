"""The bytes of a file: `{"meta": {…},` then `"events": {`, a row a line, and the closer. Pure.

The space after a row's number and none inside the row is what tells a row's start from everything in it.
"""

from codecs import utf_8_decode

import msgspec

CLOSER = b"\n}}"
# What is remembered of the bytes before the closer, to know the place again: the last hash is among them.
MARKED = slice(-len(CLOSER) - 128, -len(CLOSER))
MAX_DIGITS = 18
_PIECE = 1 << 20

Raw = msgspec.Raw
_tables = msgspec.json.Decoder(dict[str, msgspec.Raw])
_any = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()
encode = _encoder.encode


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where the closer of a file starts, and how to tell that it is still so."""

    inode: int
    end: int
    last: int  # the number of the last row; 0 in an empty table
    mark: bytes  # what stands before `end`


class Row(msgspec.Struct, frozen=True, gc=False):
    """One document with its number in the table."""

    number: int
    data: bytes


def opening(table: str) -> bytes:
    """The line after which the rows of the last table begin."""
    return encode(table) + b": {"


def head(tables: dict[str, bytes], last: str) -> bytes:
    """Everything before the first row; `tables` are the others, each as its JSON."""
    lines = [encode(name) + b": " + data + b",\n" for name, data in tables.items() if name != last]
    return b"{\n" + b"".join(lines) + opening(last)


def lines(rows: list[bytes], first: int, joined: bool) -> bytes:
    """The rows as they stand in the file, numbered from `first`; `joined`: other rows come before them."""
    text = b",".join([b'\n"%d": %b' % numbered for numbered in enumerate(rows, first)])
    return b"," + text if joined else text


def whole(head: bytes, rows: list[Row]) -> bytes:
    """A complete file."""
    return head + b",".join([b'\n"%d": %b' % (row.number, row.data) for row in rows]) + CLOSER


def parse_line(line: bytes) -> Row | None:
    """The row in a line without its comma, or None. Does not look into the row."""
    key, colon, data = line.partition(b'": ')
    number = key[1:]
    if not (colon and key[:1] == b'"' and data[:1] == b"{" and data[-1:] == b"}"):
        return None
    if not number.isdigit() or len(number) > MAX_DIGITS or number[:1] == b"0":
        return None
    return Row(int(number), data)


def parse_rows(text: bytes) -> list[Row] | None:
    """The rows between two places of a file (`,\\n"4": {…},\\n"5": {…}`), or None when it is anything else."""
    found: list[Row] = []
    if not text:
        return found
    for line in text.removeprefix(b",").removeprefix(b"\n").split(b",\n"):
        row = parse_line(line)
        if row is None or b"\n" in line:
            return None
        found.append(row)
    return found


def is_object(data: bytes) -> bool:
    """Whether these bytes are one complete JSON object."""
    try:
        return isinstance(_any.decode(data), dict)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def is_utf8(data: bytes) -> bool:
    """Of the whole: the decoder does not look into what it skips, and others who open the file do."""
    if data.isascii():
        return True
    at = 0
    view = memoryview(data)
    try:
        while at < len(data):
            last = at + _PIECE >= len(data)
            at += utf_8_decode(view[at : at + _PIECE], "strict", last)[1]
    except UnicodeDecodeError:
        return False
    return True


def tables(data: bytes) -> dict[str, bytes] | None:
    """The tables of a complete file, each as its JSON, however it is laid out; None when it is not JSON."""
    if not is_utf8(data):
        return None
    try:
        return {name: bytes(raw) for name, raw in _tables.decode(data).items()}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def tidy(data: bytes) -> bytes:
    """The same JSON in the compact form that rows have. Raises what msgspec raises."""
    return encode(_any.decode(data))


def rows_start(data: bytes, table: str) -> int:
    """Where the `{` of the table's rows stands in a file of this layout, or -1."""
    line = opening(table)
    if data.startswith(b"{\n" + line + b"\n"):
        return 1 + len(line)
    at = data.find(b",\n" + line + b"\n")
    return at + 1 + len(line) if at > 0 and data.startswith(b"{\n") else -1
