"""What goes over the wire, for both sides: shapes, limits, and how a fact, a cursor and a set of heads are written.

Times are UTC ms. A cursor is `EPOCH.N`: N counts what the server received for that incident, and means nothing under
another epoch.
"""

from hashlib import sha256
from typing import Annotated, Literal, TypeAlias

import msgspec

from ..core.values import Ms

MOST_EVENTS = 200  # in one push
LARGEST_PUSH = 1024 * 1024  # bytes
LARGEST_BLOB = 10 * 1024 * 1024
LONGEST_PAGE = 500  # events in one pull
LONGEST_WAIT = 20  # seconds that a pull waits for something new
PING = 10.0  # seconds between two signs of life on a stream
SILENCE = 25.0  # seconds after which a stream without any is dead

Grant: TypeAlias = Literal["observe", "respond", "administer", "intake"]
Audience: TypeAlias = Literal["public", "internal", "executive"]
Status: TypeAlias = Literal["ok", "duplicate", "gap", "fork", "invalid"]
Heads: TypeAlias = dict[str, tuple[int, str]]
"""Of each replica the number and the hash of its last fact."""


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A fact under way: the canonical bytes of its event, unchanged, and their hash."""

    e: msgspec.Raw
    h: str


class Push(msgspec.Struct, frozen=True):
    """Facts for the server, those of one replica in the order of their numbers."""

    events: tuple[Fact, ...]


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one pushed fact. `kept`: an invalid one left its place in the chain, without its text."""

    status: Status
    why: str = ""
    kept: bool = False


class Pushed(msgspec.Struct, frozen=True):
    """One result for each pushed fact, in their order, and where the server's log ends now."""

    results: tuple[Result, ...]
    cursor: str


class Page(msgspec.Struct, frozen=True):
    """Facts in the order in which the server received them; `more`: ask again with `cursor`."""

    events: tuple[Fact, ...]
    cursor: str
    more: bool
    time: Ms = 0


class Standing(msgspec.Struct, frozen=True):
    """How far the server's log of one incident goes."""

    heads: Heads
    cursor: str
    time: Ms = 0


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One incident on the server. `digest` is that of its heads; `relayed` changes with `Details.relayed`."""

    inc: str
    digest: str
    cursor: str
    restricted: bool = False
    relayed: str = ""


class Incidents(msgspec.Struct, frozen=True):
    incidents: tuple[Listed, ...]
    time: Ms = 0


class Limits(msgspec.Struct, frozen=True):
    events: int = MOST_EVENTS
    push_bytes: int = LARGEST_PUSH
    event_bytes: int = 64 * 1024
    blob_bytes: int = LARGEST_BLOB
    page: int = LONGEST_PAGE
    wait_s: int = LONGEST_WAIT


class Info(msgspec.Struct, frozen=True):
    """`service` tells a War room server from whatever else answers with 200. `name` and `grant` are the token's.

    `pages`: the server's own pager pages for what it keeps.
    """

    service: Literal["warroom"]
    version: str
    time: Ms
    epoch: str
    name: str
    grant: Grant
    limits: Limits = Limits()
    pages: bool = False


class Create(msgspec.Struct, frozen=True, omit_defaults=True):
    """`restricted`: only tokens that name the incident see it; the one that creates it does from then on."""

    restricted: bool = False


class Details(msgspec.Struct, frozen=True):
    """One incident. `owners`: replica → the name of the token that first pushed a fact of it.

    `relayed`: replica → from which of its numbers on whose token brought its facts, where not always the owner's.
    """

    inc: str
    restricted: bool
    created: Ms
    owners: dict[str, str]
    relayed: dict[str, tuple[tuple[int, str], ...]] = {}


class ShareWish(msgspec.Struct, frozen=True, omit_defaults=True):
    """A share link that is wanted: for how long, for whom, and whose updates it shows."""

    hours: Annotated[float, msgspec.Meta(ge=1, le=24 * 90)] = 24
    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    audience: Audience = "internal"


def _internal() -> Audience:
    return "internal"


class Share(msgspec.Struct, frozen=True, omit_defaults=True):
    """A share link. `path` holds its secret, and is told when it is made and never again."""

    id: str
    name: str
    created: Ms
    expires: Ms
    audience: Audience = msgspec.field(default_factory=_internal)  # an older server does not say it
    path: str = ""


class Shares(msgspec.Struct, frozen=True):
    shares: tuple[Share, ...]


class Present(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who has the room open: who, on which host, under which replica; `seen` by the server's clock."""

    who: str
    host: str = ""
    rep: str = ""
    seen: Ms = 0


class Presence(msgspec.Struct, frozen=True):
    here: tuple[Present, ...]


class Live(msgspec.Struct, frozen=True):
    """One `data:` of a stream. Event `fact`: one fact; `page`, `here` and `created` tell what else changed.

    `epoch.cursor` is the frame's `id:` on a stream of one incident, and `cursor` here on a stream of all.
    """

    inc: str
    cursor: str
    fact: Fact


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 application/problem+json. `code` is for programs, `detail` one sentence for people."""

    status: int
    code: str
    title: str
    detail: str
    type: str = "about:blank"


_encoder = msgspec.json.Encoder()


def digest(heads: Heads) -> str:
    """The same on both sides when, and only when, they hold the same facts of every replica."""
    text = _encoder.encode(sorted((rep, seq, hash) for rep, (seq, hash) in heads.items()))
    return sha256(text).hexdigest()


def relayed(turns: dict[str, tuple[tuple[int, str], ...]]) -> str:
    """Another one whenever somebody else begins to bring a replica's facts; empty while nobody does."""
    return sha256(_encoder.encode(sorted(turns.items()))).hexdigest()[:8] if turns else ""


def fact_bytes(event: bytes, hash: str) -> bytes:
    """One fact as it stands in a push, a page and a stream: `{"e":EVENT,"h":HASH}`."""
    return b'{"e":' + event + b',"h":"' + hash.encode() + b'"}'


def cursor(epoch: str, n: int) -> str:
    return f"{epoch}.{n}"


def after(text: str, epoch: str) -> int | None:
    """N of a cursor of this epoch; None: it is of another epoch, or none at all, and reading begins at the start."""
    head, dot, number = text.rpartition(".")
    if not dot or head != epoch or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number)
