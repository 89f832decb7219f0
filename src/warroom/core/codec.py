"""Event ↔ canonical JSON, and the hash chain.

Canonical: keys sorted by code point, compact, UTF-8 unescaped, integers within ±(2^53-1), no floats.
An event's hash is SHA-256 over its envelope in which `body` and `by` stand as SHA-256(salt ‖ canonical):
a redaction can drop body, by and salt, and the chain still verifies.
"""

from collections.abc import Collection
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Union

import msgspec

from .events import ASIDE, BODIES, Body, Event, Redacted, Unknown
from .values import At, By, Ms

MAX_EVENT = 64 * 1024
MAX_DEPTH = 16
MAX_INT = 2**53 - 1
ENVELOPE = 1


class Bad(ValueError):
    """Bytes that are not one event in canonical form. `str()` says what is wrong with them."""


class _Wire(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The envelope as it is written; fields in code point order, so that encoding needs no sorting."""

    at: At
    body: msgspec.Raw
    by: msgspec.Raw
    id: str
    inc: str
    lam: int
    over: tuple[str, ...] = ()
    prev: str = ""
    rec: Ms = 0
    rep: str = ""
    salt: str = ""
    seq: int = 0
    type: str = ""
    v: int = ENVELOPE


_encoder = msgspec.json.Encoder(order="sorted")
_wire = msgspec.json.Decoder(_Wire)
_by = msgspec.json.Decoder(By)
_any = msgspec.json.Decoder()
_decoders: dict[str, msgspec.json.Decoder[Body]] = {}

canonical = _encoder.encode


def _digest(salt: str, part: bytes | msgspec.Raw) -> msgspec.Raw:
    return msgspec.Raw(b'"%b"' % sha256(salt.encode() + part).hexdigest().encode())


def _bare(wire: _Wire) -> _Wire:
    """The envelope that is hashed: digests where `body` and `by` stood, and no salt."""
    if not wire.salt:
        return wire
    return _Wire(
        wire.at,
        _digest(wire.salt, wire.body),
        _digest(wire.salt, wire.by),
        wire.id,
        wire.inc,
        wire.lam,
        wire.over,
        wire.prev,
        wire.rec,
        wire.rep,
        "",
        wire.seq,
        wire.type,
        wire.v,
    )


def _hash(wire: _Wire) -> str:
    """The hash of an envelope, whether it still has its body or only the digests."""
    return sha256(_envelope(_bare(wire))).hexdigest()


def _envelope(wire: _Wire) -> bytes:
    # `v` is always written, so that a reader of any age can tell what it has before it.
    text = canonical(wire)
    return text if wire.v != ENVELOPE else text[:-1] + b',"v":1}'


def encode(event: Event) -> tuple[bytes, str]:
    """The event's canonical bytes and its hash."""
    body, salt = event.body, event.salt
    if isinstance(body, Redacted):
        said, who, salt = canonical(body.body), canonical(body.by), ""
    else:
        said, who = body.raw if isinstance(body, Unknown) else canonical(body), canonical(event.by)
    wire = _Wire(
        event.at,
        msgspec.Raw(said),
        msgspec.Raw(who),
        event.id,
        event.inc,
        event.lam,
        event.over,
        event.prev,
        event.rec,
        event.rep,
        salt,
        event.seq,
        body.type,
        event.v,
    )
    return _envelope(wire), _hash(wire)


def seal(event: Event) -> tuple[bytes, str]:
    """What `encode` gives, in less time, for a fact that is made here.

    Its id, replica, salt and type need no escaping, and it is neither redacted nor of an unknown kind.
    """
    salt, inc = event.salt, canonical(event.inc).decode()
    at, said, who = canonical(event.at).decode(), canonical(event.body).decode(), canonical(event.by).decode()
    over = f'"over":{canonical(event.over).decode()},' if event.over else ""
    prev = f'"prev":{canonical(event.prev).decode()},' if event.prev else ""
    rec = f'"rec":{event.rec},' if event.rec else ""
    first = f'"id":"{event.id}","inc":{inc},"lam":{event.lam},{over}{prev}{rec}"rep":"{event.rep}"'
    last = f'"seq":{event.seq},"type":"{event.body.type}","v":{ENVELOPE}}}'
    text = f'{{"at":{at},"body":{said},"by":{who},{first},"salt":"{salt}",{last}'.encode()
    said, who = sha256(f"{salt}{said}".encode()).hexdigest(), sha256(f"{salt}{who}".encode()).hexdigest()
    bare = f'{{"at":{at},"body":"{said}","by":"{who}",{first},{last}'.encode()
    return text, sha256(bare).hexdigest()


def decode(data: bytes | memoryview | msgspec.Raw, hash: str = "") -> Event:
    """The event in `data`. Checks types, not the canonical form: see `accept` for bytes from elsewhere.

    Raises `Bad`. `hash` is what the row says; it is kept, and believed until somebody verifies.
    """
    try:
        return _from_wire(_wire.decode(data), hash)
    except RecursionError:
        raise Bad("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise Bad(str(problem)) from None


@cache
def _rows() -> msgspec.json.Decoder[dict[int, Any]]:
    """Reads whole files in one pass, bodies and all: one class per kind, with the envelope's `type` as the tag.

    Made when it is first needed: the classes cost a third of what a single new entry takes.
    """
    salt = Annotated[str, msgspec.Meta(min_length=1)]
    kinds = tuple(
        msgspec.defstruct(
            "Event",
            [("body", kind), ("salt", salt)],
            bases=(Event,),
            tag_field="type",
            tag=kind.type,
            frozen=True,
            gc=False,
            kw_only=True,
        )
        for kind in BODIES.values()
    )
    known: Any = Union[kinds]  # noqa: UP007  # of classes that are made here: there is no `X | Y` to write
    row = msgspec.defstruct("Row", [("e", known), ("h", str)], frozen=True, gc=False)
    return msgspec.json.Decoder(dict[int, row])  # type: ignore[valid-type]  # a class all the same


def decode_rows(rows: bytes | memoryview) -> list[Event] | None:
    """The events of `{"1": {"e": EVENT, "h": HASH, …}, …}` in their order, in one pass.

    None where one of them is not plain (redacted, newer, damaged), or their numbers do not ascend: then each wants
    its own `decode`.
    Two rows under one key come out as one: the caller, who knows how many there are, has to count.
    """
    try:
        table = _rows().decode(rows)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    numbers = list(table)
    if numbers != sorted(numbers):
        return None
    events: list[Event] = []
    for row in table.values():
        event: Event = row.e
        msgspec.structs.force_setattr(event, "hash", row.h)
        events.append(event)
    return events


def _from_wire(wire: _Wire, hash: str) -> Event:
    raw = wire.body
    body: Body | Redacted | Unknown
    if not wire.salt:
        digest, writer = _any.decode(raw), _any.decode(wire.by)
        if not (isinstance(digest, str) and isinstance(writer, str)):
            raise Bad("neither a salt nor the digests of a redacted fact")
        body, by = Redacted(wire.type, digest, writer), By("")
    else:
        by = _by.decode(wire.by)
        body = _body(wire.type, raw)
    return Event(
        id=wire.id,
        inc=wire.inc,
        rep=wire.rep,
        seq=wire.seq,
        lam=wire.lam,
        at=wire.at,
        rec=wire.rec,
        by=by,
        body=body,
        over=wire.over,
        prev=wire.prev,
        salt=wire.salt,
        hash=hash,
        v=wire.v,
    )


def _body(type: str, raw: msgspec.Raw) -> Body | Unknown:
    decoder = _decoders.get(type)
    if decoder is None:
        cls = BODIES.get(type) or ASIDE.get(type)
        if cls is None:
            return Unknown(type, bytes(raw))
        decoder = _decoders[type] = msgspec.json.Decoder(cls)
    try:
        body = decoder.decode(raw)
    except msgspec.ValidationError:
        return Unknown(type, bytes(raw))
    return body


def accept(data: bytes, hash: str) -> Event:
    """An event from elsewhere: its bytes must be canonical, small enough, and have that hash. Raises `Bad`."""
    if len(data) > MAX_EVENT:
        raise Bad(f"larger than {MAX_EVENT // 1024} KiB")
    try:
        tree = _any.decode(data)
        _check(tree)
        again = canonical(tree)
        wire = _wire.decode(data)
    except RecursionError:
        raise Bad("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeError) as problem:
        raise Bad(str(problem)) from None
    if again != data or _envelope(wire) != data:
        raise Bad("not in canonical form")
    if _hash(wire) != hash:
        raise Bad("the hash does not fit the bytes")
    try:
        event = _from_wire(wire, hash)
    except msgspec.MsgspecError as problem:
        raise Bad(str(problem)) from None
    if isinstance(event.body, Redacted) and not (_is_digest(event.body.body) and _is_digest(event.body.by)):
        raise Bad("a redacted fact with something else than digests")
    return event


def _is_digest(text: str) -> bool:
    return len(text) == 64 and not text.strip("0123456789abcdef")


def _check(tree: Any, depth: int = 1) -> None:
    # Leaves are looked at where they hang: a call for each would be most of what accepting a fact costs.
    parts: Collection[Any]
    if isinstance(tree, dict):
        for key in tree:
            _check_leaf(key)
        parts = tree.values()
    elif isinstance(tree, list):
        parts = tree
    else:
        _check_leaf(tree)
        return
    if parts and depth >= MAX_DEPTH:
        raise Bad("nested too deeply")
    for each in parts:
        kind = type(each)
        if kind is str:
            if "\0" in each:
                raise Bad("a NUL character")
        elif kind is dict or kind is list:
            _check(each, depth + 1)
        else:
            _check_leaf(each)


def _check_leaf(leaf: Any) -> None:
    if isinstance(leaf, str):
        if "\0" in leaf:
            raise Bad("a NUL character")
    elif isinstance(leaf, float):
        raise Bad("a number with a fraction")
    elif isinstance(leaf, int) and not -MAX_INT <= leaf <= MAX_INT:
        raise Bad("a number beyond ±(2^53-1)")


def has_nul(data: bytes) -> bool:
    """Whether a text in this canonical JSON holds a NUL. The six characters that spell one can also be typed."""
    return b"\\" in data and b"\\u0000" in data.replace(b"\\\\", b"")


def hash_of(data: bytes | msgspec.Raw) -> str:
    """The hash that these event bytes should have. Raises `Bad`."""
    try:
        return _hash(_wire.decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Bad(str(problem)) from None


def redact(data: bytes) -> tuple[bytes, str]:
    """The same event without body, by and salt: what a redaction leaves. The hash stays what it was. Raises `Bad`."""
    try:
        wire = _wire.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Bad(str(problem)) from None
    text = _envelope(_bare(wire))
    return text, sha256(text).hexdigest()


def is_canonical(data: bytes) -> bool:
    """Whether these bytes are the only ones that say what they say, however large or deep it is."""
    try:
        return canonical(_any.decode(data)) == data
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False


def readdressed(data: bytes, rep: str, seq: int, prev: str) -> tuple[bytes, str]:
    """The same fact (id, clock, times, body, writer) at another place: what another replica passes on as its own.

    Works for a tombstone too. Raises `Bad`.
    """
    try:
        wire = _wire.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Bad(str(problem)) from None
    moved = msgspec.structs.replace(wire, rep=rep, seq=seq, prev=prev)
    return _envelope(moved), _hash(moved)


def content(data: bytes) -> str:
    """What a fact says, wherever it stands and whether its text is still there: 64 hex digits. Raises `Bad`."""
    return readdressed(data, "", 0, "")[1]


def restored(tombstone: bytes, full: bytes) -> bytes:
    """The tombstone's place in its chain with the text of a copy that still has it. Raises `Bad`."""
    try:
        bare, whole = _wire.decode(tombstone), _wire.decode(full)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Bad(str(problem)) from None
    return _envelope(msgspec.structs.replace(bare, body=whole.body, by=whole.by, salt=whole.salt))
