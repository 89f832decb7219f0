"""What one incident has to exchange with its server, decided without a socket, a file or a clock.

Whoever runs it carries out what `next` asks for and tells how it went. What it relies on: a server holds, of every
replica, the beginning of one chain; what it acknowledged is durable there as long as its epoch lasts. It never trusts a
cursor further than the heads agree.
"""

from collections.abc import Iterable
from heapq import merge
from typing import TypeAlias

import msgspec

from ..core.values import Ms
from . import wire
from .wire import Heads, Page, Pushed, Standing

_ENVELOPE = 64  # bytes around a fact in a push, at the most
_START = "-"  # a pull under way that begins with the server's first fact
_PATIENCE = 3  # times without progress before it stops to ask


class Held(msgspec.Struct, frozen=True, gc=False):
    """A fact in the local file, without its text. `size`: bytes of its event."""

    rep: str
    seq: int
    hash: str
    prev: str
    id: str
    lam: int
    rec: Ms
    size: int


class Create(msgspec.Struct, frozen=True):
    """Make the incident known to the server."""


class AskHeads(msgspec.Struct, frozen=True):
    """Ask how far the server's log goes."""


class Pull(msgspec.Struct, frozen=True):
    """Read what the server has after this cursor, into the file; empty: from its first fact on."""

    after: str


class PushFacts(msgspec.Struct, frozen=True):
    """Send these facts, as they are in the file."""

    facts: tuple[Held, ...]


class Adopt(msgspec.Struct, frozen=True):
    """Write these facts once more as this folder's own: the server does not take them in their own chains.

    `forks`: of each of those chains the replica and the first number that the server does not take. Where this folder's
    own replica is among them, it becomes another one first.
    """

    facts: tuple[Held, ...]
    forks: tuple[tuple[str, int], ...]


Ask: TypeAlias = Create | AskHeads | Pull | PushFacts | Adopt


class Engine:
    """One incident. `cursor` and `heads`: what is remembered of the server from an earlier run."""

    def __init__(self, inc: str, cursor: str = "", heads: Heads | None = None) -> None:
        self.inc = inc
        self.cursor = cursor
        self.heads: Heads = dict(heads or {})  # the server's, as far as they are known
        self.trouble = ""  # why nothing more is asked for now, a sentence
        self._epoch = _epoch(cursor)
        self._sure = False  # whether `heads` are the server's own word under its present epoch
        self._created = False
        self._rows: dict[str, Held] = {}
        self._after: dict[tuple[str, str], list[Held]] = {}  # by replica and hash of the fact before
        self._copies: dict[str, int] = {}  # how many rows have this id
        self._there: set[str] = set()  # hashes of what the server holds, each with all of its chain before it
        self._there_ids: set[str] = set()
        self._waiting: dict[str, Held] = {}  # by hash: what it may not hold
        self._refused: dict[str, str] = {}
        self._poison: set[str] = set()  # hashes of what was refused and left no place in the chain
        self._reading = ""  # where the present pull goes on; empty: none is under way
        self._whole = False  # whether it began with the server's first fact
        self._vain = self._absent = 0

    # ── the file ────────────────────────────────────────────────────────────────────────────────

    def wrote(self, rows: Iterable[Held]) -> None:
        """These facts are in the local file, durably; known ones change nothing."""
        for row in rows:
            if row.hash in self._rows:
                continue
            self._rows[row.hash] = row
            self._after.setdefault((row.rep, row.prev), []).append(row)
            self._copies[row.id] = self._copies.get(row.id, 0) + 1
            self._waiting[row.hash] = row
            self._weigh(row)
        self._settle()

    def _weigh(self, row: Held) -> None:
        """A fact that no push can carry stays here; what follows it goes on without it."""
        if row.size > wire.LARGEST_PUSH - 2 * _ENVELOPE:
            self._refused[row.id] = "it is larger than all that a server takes at once"
            self._poison.add(row.hash)

    @property
    def unsent(self) -> dict[str, Ms]:
        """The facts that the server has not acknowledged and may still: id → when it was recorded."""
        return {
            row.id: row.rec
            for row in self._waiting.values()
            if row.id not in self._there_ids and row.id not in self._refused
        }

    @property
    def refused(self) -> dict[str, str]:
        """The facts that the server does not take, and why."""
        return dict(self._refused)

    @property
    def in_step(self) -> bool:
        """Whether both sides hold the same, but for what was refused."""
        return self._sure and not self.trouble and not self._missing() and not self.unsent

    @property
    def level(self) -> bool:
        """Whether all that the server holds is here, as far as is known."""
        return self._sure and not self._reading and not self._missing()

    @property
    def rows(self) -> list[Held]:
        """Everything in the file, the oldest first."""
        return list(self._rows.values())

    # ── what to do ──────────────────────────────────────────────────────────────────────────────

    def next(self) -> Ask | None:
        """The next thing to do; None: nothing until something changes, see `trouble`."""
        if self.trouble:
            return None
        if not self._created:
            return Create()
        if not self._sure:
            return AskHeads()
        if self._reading or self._missing():
            return Pull("" if self._reading == _START else self._reading or self.cursor)
        if ready := self._ready():
            return PushFacts(ready)
        return self._adoption()

    def _missing(self) -> bool:
        return any(hash not in self._there for _, hash in self.heads.values())

    def _settle(self) -> None:
        """Marks what the server holds: from each of its heads back along the chain, if all of it is here."""
        for _, hash in self.heads.values():
            path = []
            row = self._rows.get(hash)
            while row is not None and row.hash not in self._there:
                path.append(row)
                if row.seq == 1 and not row.prev:
                    break
                row = self._rows.get(row.prev)
            if row is not None:
                for each in path:
                    self._holds(each)

    def _holds(self, row: Held) -> None:
        self._there.add(row.hash)
        self._there_ids.add(row.id)
        self._waiting.pop(row.hash, None)

    def _ready(self) -> tuple[Held, ...]:
        """As much of what follows the server's heads as one push may hold, causes before effects."""
        replicas = {row.rep for row in self._waiting.values()}
        chains = [self._following(rep) for rep in sorted(replicas)]
        taken: list[Held] = []
        size = 0
        for row in merge(*chains, key=lambda each: each.lam):
            size += row.size + _ENVELOPE
            if len(taken) == wire.MOST_EVENTS or (taken and size > wire.LARGEST_PUSH - 2 * _ENVELOPE):
                break
            taken.append(row)
        return tuple(taken)

    def _following(self, rep: str) -> list[Held]:
        _, hash = self.heads.get(rep, (0, ""))
        chain: list[Held] = []
        while len(chain) < wire.MOST_EVENTS:
            found = [row for row in self._after.get((rep, hash), ()) if row.hash not in self._poison]
            if not found:
                break
            # Where a chain forked in this file, the branch whose facts have no other copy goes first.
            row = min(found, key=lambda each: (self._copies[each.id], each.hash))
            chain.append(row)
            hash = row.hash
        return chain

    def _adoption(self) -> Adopt | None:
        """What is left cannot follow in its own chain: the server's goes on with something else there, or nothing."""
        lost = [row for row in self._waiting.values() if row.id not in self._there_ids | self._refused.keys()]
        if not lost:
            return None
        once = {row.id: row for row in sorted(lost, key=lambda each: (each.lam, each.id), reverse=True)}
        forks: dict[str, int] = {}
        for row in lost:
            forks[row.rep] = min(row.seq, forks.get(row.rep, row.seq))
        return Adopt(tuple(reversed(once.values())), tuple(sorted(forks.items())))

    # ── how it went ─────────────────────────────────────────────────────────────────────────────

    def created(self) -> None:
        self._created = True

    def told_heads(self, standing: Standing) -> None:
        """The server's own word on how far it is. Another epoch: nothing of what it once held counts."""
        if _epoch(standing.cursor) != self._epoch:
            self._begin_again(_epoch(standing.cursor))
        for rep, head in standing.heads.items():
            # Under one epoch it never holds less than before: what says so was kept on the way by a proxy.
            if head[0] >= self.heads.get(rep, (0, ""))[0]:
                self.heads[rep] = head
        self._sure, self._reading, self._whole, self._absent = True, "", False, 0
        self._settle()
        if not self._missing():
            self.cursor = standing.cursor
        elif not self.cursor:
            self._reading, self._whole = _START, True

    def _begin_again(self, epoch: str) -> None:
        self._epoch, self.cursor = epoch, ""
        self.heads = {}
        self._there.clear()
        self._there_ids.clear()
        self._refused.clear()
        self._poison.clear()
        self._waiting = dict(self._rows)
        for row in self._rows.values():
            self._weigh(row)

    def pulled(self, page: Page, rows: Iterable[Held]) -> None:
        """A page is in the file; `rows` are its facts, also those that were there before."""
        rows = list(rows)
        if _epoch(page.cursor) != self._epoch:
            self.wrote(rows)
            self.doubt()
            return
        for row in rows:
            self._advance(row)
        self.wrote(rows)
        self.cursor = page.cursor
        if page.more:
            self._reading = page.cursor
            return
        self._reading = ""
        if not self._missing():
            self._vain = 0
        elif not self._whole:
            # The file is behind its cursor: an older copy of it was put back.
            self._reading, self._whole = _START, True
        else:
            self._in_vain("The server's answers contradict each other.")

    def _advance(self, row: Held) -> bool:
        """Whether the server's head of this replica is at or behind this fact, which it holds."""
        seq, hash = self.heads.get(row.rep, (0, ""))
        if row.seq == seq + 1 and row.prev == hash:
            self.heads[row.rep] = (row.seq, row.hash)
            return True
        return row.seq <= seq

    def live(self, cursor: str, row: Held) -> None:
        """This fact came by the stream and is in the file."""
        if self._sure and not self._reading and _epoch(cursor) == self._epoch and self._advance(row):
            self.wrote([row])
            self._settle()
            self.cursor = cursor
        else:
            self.wrote([row])
            self.doubt()

    def pushed(self, ask: PushFacts, answer: Pushed) -> None:
        """What became of each fact of a push."""
        if _epoch(answer.cursor) != self._epoch:
            self.doubt()
            return
        moved = False
        for row, result in zip(ask.facts, answer.results, strict=False):
            if result.status in ("ok", "duplicate") or result.kept:
                moved = self._took(row) or moved
            if result.status == "invalid":
                self._refused[row.id] = result.why
                moved = True
                if not result.kept:
                    self._poison.add(row.hash)
            elif result.status in ("gap", "fork"):
                self.doubt()
        if moved:
            self._vain = 0
        else:
            self._in_vain("The server takes none of the facts that follow its last ones.")

    def _took(self, row: Held) -> bool:
        if not self._advance(row):
            self.doubt()
            return False
        if self._sure and self.heads[row.rep][1] == row.hash:
            self._holds(row)
        else:
            self._settle()
        return row.hash in self._there  # also where the stream was faster than this answer

    def adopted(self, rows: Iterable[Held]) -> None:
        """The copies are in the file; `rows` are all that was written for it."""
        self.wrote(rows)

    def absent(self) -> None:
        """The server knows nothing of this incident: it was made anew, or an older copy of it was put back."""
        self._created = False
        self.doubt()
        self._absent += 1
        if self._absent >= _PATIENCE:
            self.trouble = "The server makes the incident, and then knows nothing of it."

    def doubt(self) -> None:
        """The server may hold more or less than is known here: ask it."""
        self._sure, self._reading = False, ""

    def failed(self) -> None:
        """What was asked for last did not come to an end: whether it arrived is not known."""
        self.doubt()

    def stop(self, why: str) -> None:
        """Nothing more is asked for until `again`: the server does not let this folder do it."""
        self.trouble = why

    def again(self) -> None:
        """Try anew, from the heads."""
        self.trouble, self._vain, self._absent = "", 0, 0
        self._created = False
        self.doubt()

    def _in_vain(self, why: str) -> None:
        self._vain += 1
        self.doubt()
        if self._vain >= _PATIENCE:
            self.trouble = why


class Backoff:
    """How long to wait after one failure after the other: half a second to thirty, doubled, with jitter."""

    FIRST, LONGEST = 0.5, 30.0  # seconds

    def __init__(self) -> None:
        self.failures = 0

    def next(self, random: float) -> float:
        """Seconds to wait now; `random` is between 0 and 1."""
        wait: float = min(self.LONGEST, self.FIRST * 2.0 ** min(self.failures, 10))
        self.failures += 1
        return wait * (0.5 + random / 2)

    def reset(self) -> None:
        self.failures = 0


def _epoch(cursor: str) -> str:
    return cursor.rpartition(".")[0]
