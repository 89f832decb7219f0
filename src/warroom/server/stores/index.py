"""What a server knows of one incident while it is in memory, and how it judges a fact that is pushed. Pure.

Per replica the chain grows by the fact that follows its last one, and by nothing else; so every copy of a server is,
of every replica, the beginning of the same chain.
"""

from collections.abc import Iterable

import msgspec

from ...core import codec
from ...core.events import DRILL, Declared, Event, EvidenceAttached, FactRedacted, Redacted
from ...core.values import is_drill
from ...sync.wire import Fact, Heads, Result, fact_bytes
from .base import Row

LEAP = 1_000_000  # a fact's clock is at most so far ahead of all others'
LATEST = 253_402_300_799_999  # the last millisecond of the year 9999
_LONGEST_NAME = 40
_fact = msgspec.json.Decoder(Fact)


class Judged(msgspec.Struct, frozen=True):
    """A verdict; where the fact is to be kept, `data` and `event` are what is kept of it."""

    result: Result
    data: bytes = b""
    event: Event | None = None


class Index:
    """The facts of one incident in the order in which they came. `judge` says, `add` keeps; neither is durable."""

    def __init__(self, inc: str) -> None:
        self.inc = inc
        self.rows: list[bytes] = []  # wire bytes; the first has the number 1
        self.heads: Heads = {}
        self.redacted: set[str] = set()
        self.lam = 0
        self.size = 0  # bytes of all rows
        self._hashes: dict[tuple[str, int], str] = {}
        self._ids: dict[str, list[int]] = {}
        self._blobs: dict[str, set[str]] = {}  # hash → the facts that name it

    # ── judging ─────────────────────────────────────────────────────────────────────────────────

    def judge(self, data: bytes, hash: str) -> Judged:
        """Whether this fact goes on from what is here. An invalid one whose envelope is sound stays as a tombstone."""
        try:
            event = codec.accept(data, hash)
        except codec.Bad as bad:
            return self._stub(data, hash, str(bad))
        if why := self._unsound(event):
            return Judged(Result("invalid", why))
        if (placed := self._placed(event, hash)) is not None:
            return placed
        if why := self._belongs_to_a_drill(event):
            return Judged(Result("invalid", why))
        kept, why = self._kept(event, data)
        if why:
            return Judged(Result("invalid", why))
        return Judged(Result("ok"), kept, event if kept == data else codec.decode(kept, hash))

    def _stub(self, data: bytes, hash: str, why: str) -> Judged:
        """The chain goes on where only the text of a fact cannot be kept."""
        if not codec.is_canonical(data):
            # The fact itself may be right, in other bytes: whoever spoils it on the way must not take its place.
            return Judged(Result("invalid", why))
        try:
            bare, same = codec.redact(data)
            event = codec.accept(bare, hash) if same == hash else None
        except codec.Bad:
            event = None
        if event is not None and self._hashes.get((event.rep, event.seq)) == hash:
            return Judged(Result("invalid", why, kept=True))  # as it was answered before, perhaps unheard
        if event is None or self._unsound(event):
            return Judged(Result("invalid", why))
        placed = self._placed(event, hash)
        if placed is not None and placed.result.status == "duplicate":
            return Judged(Result("invalid", why, kept=True))
        if placed is None and self._says_something_else(event, bare):
            return Judged(Result("invalid", why))
        return placed or Judged(Result("invalid", why, kept=True), bare, event)

    def _placed(self, event: Event, hash: str) -> Judged | None:
        """The verdict on a fact that does not go on from its replica's last one; None: it does."""
        known = self._hashes.get((event.rep, event.seq))
        if known == hash:
            return Judged(Result("duplicate"))
        seq, prev = self.heads.get(event.rep, (0, ""))
        if known is not None or (event.seq == seq + 1 and event.prev != prev):
            return Judged(Result("fork", f"number {event.seq} of replica {event.rep} follows another fact here"))
        if event.seq != seq + 1:
            return Judged(Result("gap", f"number {seq + 1} of replica {event.rep} is missing before it"))
        return None

    def _unsound(self, event: Event) -> str:
        if event.inc != self.inc:
            return "a fact of another incident"
        names = (event.id, event.rep)
        if not all(name.isascii() and name.isalnum() and len(name) <= _LONGEST_NAME for name in names):
            return "an id or a replica that is no name"
        if not 1 <= event.lam <= self.lam + LEAP:
            return f"its clock ({event.lam}) is too far from that of the others ({self.lam})"
        moments = (event.at.t, event.rec, event.at.to if event.at.to is not None else event.at.t)
        if not all(0 <= t <= LATEST for t in moments):
            return "a time outside the years 1970 to 9999"
        return ""

    @staticmethod
    def _belongs_to_a_drill(event: Event) -> str:
        body = event.body
        if isinstance(body, DRILL) or (isinstance(body, Declared) and body.drill):
            return "it belongs to a drill, and drills stay where they are played"
        return ""

    def _kept(self, event: Event, data: bytes) -> tuple[bytes, str]:
        """What is kept of a fact that fits: all of it, its tombstone, or with the text that a copy of it still has."""
        if self._says_something_else(event, data):
            return b"", "its id is that of another fact"
        if event.id in self.redacted:
            return codec.redact(data)[0], ""
        whole = [known for known in self._copies(event.id) if codec.decode(known).salt]
        if whole and isinstance(event.body, Redacted):
            # Nobody takes a text out by sending a copy without it: that takes a redaction, which says who and why.
            return codec.restored(data, whole[0]), ""
        return data, ""

    def _says_something_else(self, event: Event, data: bytes) -> bool:
        """Whether another fact is here under its id."""
        known = self._copies(event.id)
        return bool(known) and codec.content(known[0]) != codec.content(data)

    def _copies(self, id: str) -> list[bytes]:
        return [bytes(_fact.decode(self.rows[n - 1]).e) for n in self._ids.get(id, ())]

    # ── keeping ─────────────────────────────────────────────────────────────────────────────────

    def add(self, event: Event, data: bytes, hash: str) -> tuple[Row, list[int]]:
        """The fact as the last row; and the numbers of the rows whose text is gone by it."""
        self.rows.append(fact_bytes(data, hash))
        n = len(self.rows)
        self.size += len(data)
        self.heads[event.rep] = (event.seq, hash)
        self._hashes[event.rep, event.seq] = hash
        self._ids.setdefault(event.id, []).append(n)
        self.lam = max(self.lam, event.lam)
        body = event.body
        if isinstance(body, EvidenceAttached) and body.sha:
            self._blobs.setdefault(body.sha, set()).add(event.id)
        erased = self.erase(body.of) if isinstance(body, FactRedacted) else []
        return Row(n, self.rows[n - 1]), erased

    def erase(self, of: str) -> list[int]:
        """Takes the text of this fact out of every row; returns their numbers. It holds for what comes later too."""
        self.redacted.add(of)
        changed = []
        for n in self._ids.get(of, ()):
            fact = _fact.decode(self.rows[n - 1])
            bare, _ = codec.redact(bytes(fact.e))
            if bare != bytes(fact.e):
                self.rows[n - 1] = fact_bytes(bare, fact.h)
                changed.append(n)
        for ids in self._blobs.values():
            ids.discard(of)
        return changed

    def unnamed(self) -> list[str]:
        """The evidence that no fact names any more; told once."""
        gone = [sha for sha, ids in self._blobs.items() if not ids]
        for sha in gone:
            del self._blobs[sha]
        return gone

    def names(self, sha: str) -> bool:
        """Whether a fact names this evidence."""
        return bool(self._blobs.get(sha))

    def after(self, n: int, limit: int) -> list[Row]:
        """At most `limit` rows after number `n`."""
        return [Row(at, data) for at, data in enumerate(self.rows[n : n + limit], n + 1)]


def refusal_of(inc: str) -> str:
    """Why the server keeps nothing under this identity; empty: it does."""
    plain = len(inc) == 26 and inc.isascii() and inc.isalnum() and inc == inc.upper()
    if not plain:
        return "an incident's identity has 26 letters and digits"
    return "drills stay where they are played: the server takes real incidents only" if is_drill(inc) else ""


def loaded(inc: str, facts: Iterable[tuple[bytes, str]]) -> Index:
    """The index of facts that were judged before. A fact that cannot be read is left out."""
    index = Index(inc)
    for data, hash in facts:
        try:
            index.add(codec.decode(data, hash), data, hash)
        except codec.Bad:
            continue
    return index
