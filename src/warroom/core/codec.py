"""Event ↔ canonical JSON, and the hash chain.

Canonical: keys sorted by code point, compact, UTF-8 unescaped, integers within ±(2^53-1), no floats.
An event's hash is SHA-256 over its envelope in which `body` and `by` stand as SHA-256(salt ‖ canonical):
a redaction can drop body, by and salt, and the chain still verifies.
"""

from hashlib import sha256
from typing import Any

import msgspec

from .events import BODIES, Body, Event, Redacted, Unknown
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


def _digest(salt: str, part: bytes) -> str:
    return sha256(salt.encode() + part).hexdigest()


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(canonical(value))


def _hash(wire: _Wire) -> str:
    """The hash of an envelope, whether it still has its body or only the digests."""
    if wire.salt:
        wire = msgspec.structs.replace(
            wire,
            body=_raw(_digest(wire.salt, bytes(wire.body))),
            by=_raw(_digest(wire.salt, bytes(wire.by))),
            salt="",
        )
    return sha256(_envelope(wire)).hexdigest()


def _envelope(wire: _Wire) -> bytes:
    # `v` is always written, so that a reader of any age can tell what it has before it.
    text = _encoder.encode(wire)
    return text if wire.v != ENVELOPE else text[:-1] + b',"v":1}'


def _to_wire(event: Event) -> _Wire:
    body: msgspec.Raw
    by: msgspec.Raw
    match event.body:
        case Redacted(body=digest, by=writer):
            body, by = _raw(digest), _raw(writer)
        case Unknown(raw=raw):
            body, by = msgspec.Raw(raw), _raw(event.by)
        case known:
            body, by = _raw(known), _raw(event.by)
    return _Wire(
        at=event.at,
        body=body,
        by=by,
        id=event.id,
        inc=event.inc,
        lam=event.lam,
        over=event.over,
        prev=event.prev,
        rec=event.rec,
        rep=event.rep,
        salt="" if isinstance(event.body, Redacted) else event.salt,
        seq=event.seq,
        type=event.body.type,
        v=event.v,
    )


def encode(event: Event) -> tuple[bytes, str]:
    """The event's canonical bytes and its hash."""
    wire = _to_wire(event)
    return _envelope(wire), _hash(wire)


def decode(data: bytes | memoryview | msgspec.Raw, hash: str = "") -> Event:
    """The event in `data`. Checks types, not the canonical form: see `accept` for bytes from elsewhere.

    Raises `Bad`. `hash` is what the row says; it is kept, and believed until somebody verifies.
    """
    try:
        wire = _wire.decode(data)
        return _from_wire(wire, hash)
    except RecursionError:
        raise Bad("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise Bad(str(problem)) from None


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
        cls = BODIES.get(type)
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
    return _from_wire(wire, hash)


def _check(tree: Any, depth: int = 1) -> None:
    if depth > MAX_DEPTH:
        raise Bad("nested too deeply")
    match tree:
        case bool() | None:
            pass
        case str():
            if "\0" in tree:
                raise Bad("a NUL character")
        case int():
            if not -MAX_INT <= tree <= MAX_INT:
                raise Bad("a number beyond ±(2^53-1)")
        case float():
            raise Bad("a number with a fraction")
        case list():
            for each in tree:
                _check(each, depth + 1)
        case dict():
            for key, each in tree.items():
                _check(key, depth)
                _check(each, depth + 1)


def hash_of(data: bytes | msgspec.Raw) -> str:
    """The hash that these event bytes should have. Raises `Bad`."""
    try:
        return _hash(_wire.decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Bad(str(problem)) from None


def redact(data: bytes) -> tuple[bytes, str]:
    """The same event without body, by and salt: what a redaction leaves. The hash stays what it was."""
    wire = _wire.decode(data)
    if wire.salt:
        wire = msgspec.structs.replace(
            wire,
            body=_raw(_digest(wire.salt, bytes(wire.body))),
            by=_raw(_digest(wire.salt, bytes(wire.by))),
            salt="",
        )
    text = _envelope(wire)
    return text, sha256(text).hexdigest()
