"""What every fact has: its envelope, and the two ways in which a body is none of the known kinds."""

from typing import ClassVar

import msgspec

from ..values import At, By, Ms

Order = tuple[int, str, str, int, str]  # lam, id, rep, seq, hash


class Body(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a fact says. `type` names it on the wire, `kind` in the timeline; `text()` is its sentence."""

    type: ClassVar[str] = ""
    kind: ClassVar[str] = "note"

    def text(self) -> str:
        return ""


class Value(Body, frozen=True, gc=False, omit_defaults=True):
    """A fact that replaces the value under the same key."""

    def key(self) -> tuple[str, ...]:
        return (self.type,)

    def says(self) -> object:
        """What two writers must agree on for there to be no conflict."""
        return self


class Redacted(msgspec.Struct, frozen=True, gc=False):
    """The tombstone of a fact whose text was taken out: the digests that keep the chain whole."""

    type: str
    body: str
    by: str
    kind: ClassVar[str] = "redacted"

    def text(self) -> str:
        return "redacted"


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """A fact of a kind this version does not know: kept whole, passed on, and said so."""

    type: str
    raw: bytes
    kind: ClassVar[str] = "newer"

    def text(self) -> str:
        return f"{self.type}, written by a newer warroom"


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One fact with its envelope. `hash` names the whole; `id` never changes."""

    id: str
    inc: str
    rep: str
    seq: int
    lam: int
    at: At
    rec: Ms
    by: By
    body: Body | Redacted | Unknown
    over: tuple[str, ...] = ()
    prev: str = ""
    salt: str = ""
    hash: str = ""
    v: int = 1

    # A decoded fact is of a subclass for its kind (see codec), a sealed one is not: they are the same fact.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and msgspec.structs.astuple(self) == msgspec.structs.astuple(other)

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def order(self) -> "Order":
        """The one total order in which facts are folded.

        The id before the replica: a fact that another replica passes on as its own keeps its place among the others.
        """
        return (self.lam, self.id, self.rep, self.seq, self.hash)

    @property
    def type(self) -> str:
        return self.body.type


def because(text: str, why: str) -> str:
    """The sentence with its reason."""
    return f"{text} · {why}" if why else text
