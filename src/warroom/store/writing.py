"""One stretch of writing under the lock: facts are sealed, then written and synced together.

Sealing gives a fact all that a draft lacks (id, salt, numbers, the chain); nothing counts before `write` returns.
"""

import os
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import msgspec

from ..core import codec
from ..core.events import Body, Event, EvidenceAttached, FactRedacted
from ..core.values import CROCKFORD, At, By, Ms
from . import beside, rows
from .errors import NotWritten, TooLarge, not_written
from .layout import Place, Row
from .standing import Standing

if TYPE_CHECKING:
    from .log import Log

_with_hash = msgspec.structs.force_setattr

# `values.fact_id` of random bytes without its arithmetic, for the one place where every microsecond is waited for.
_FIVE_BITS = bytes(CROCKFORD.encode()[n & 31] for n in range(256))
_ONE_BIT = bytes(CROCKFORD.encode()[n & 16] for n in range(256))


class Sealable(Protocol):
    """What core's `Draft` is: a body, when it happened, the values it replaces, and its id where that is chosen."""

    @property
    def body(self) -> Body: ...
    @property
    def at(self) -> At: ...
    @property
    def over(self) -> tuple[str, ...]: ...
    @property
    def id(self) -> str: ...


class Writing:
    """Use as `with log.writing() as w`.

    `fresh`: what others wrote since the last look; None: call `log.load()` inside the block, before deciding.
    """

    __slots__ = ("_gone", "_log", "_redact", "_rows", "_standing", "_wait", "fresh")

    def __init__(self, log: "Log", wait: float) -> None:
        self._log, self._wait = log, wait

    def __enter__(self) -> Self:
        self.fresh: list[Event] | None
        self.fresh, self._standing = self._log.begin(self._wait)
        self._rows: list[bytes] = []
        self._redact: set[str] = set()
        self._gone: set[str] = set()  # evidence whose fact was redacted
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._log.file.release()

    def seal(self, draft: Sealable, *, at_now: Ms, by: By) -> Event:
        """The draft as this replica's next fact; not yet written. Raises NotWritten when it cannot be kept as it is."""
        log, before, body = self._log, self._standing, draft.body
        rep, seq, lam = log.rep, before.seq + 1, before.lam + 1
        random = os.urandom(36)
        event = Event(
            id=draft.id or (random[:19].translate(_FIVE_BITS) + random[19:20].translate(_ONE_BIT)).decode(),
            inc=log.inc,
            rep=rep,
            seq=seq,
            lam=lam,
            at=draft.at,
            rec=at_now,
            by=by,
            body=body,
            over=draft.over,
            prev=before.prev,
            salt=random[20:].hex(),
        )
        try:
            data, hash = codec.seal(event)
        except UnicodeEncodeError:
            raise NotWritten(
                "This text has half a character in it (a lone surrogate). Type that place again."
            ) from None
        if len(data) > codec.MAX_EVENT:
            raise TooLarge(
                f"This is {len(data) // 1024} KiB, and a fact may have {codec.MAX_EVENT // 1024}. "
                "Shorten it, or keep it as evidence."
            )
        if codec.has_nul(data):
            raise NotWritten("This text has a NUL character in it. Take it out, then press Enter again.")
        _with_hash(event, "hash", hash)
        self._standing = Standing(lam, seq, hash)
        self._rows.append(rows.pack(data, hash, lam, (rep, seq, hash)))
        if isinstance(body, FactRedacted):
            self.redact(body.of)
        return event

    def accept(self, data: bytes, hash: str) -> Event:
        """A fact of another replica, its bytes unchanged; not yet written. Raises `codec.Bad`."""
        event = codec.accept(data, hash)
        if event.inc != self._log.inc:
            raise codec.Bad("a fact of another incident")
        self.keep(event, data, hash)
        return event

    def keep(self, event: Event, data: bytes, hash: str) -> None:
        """The same for a fact that was looked at already; `data` may be its tombstone."""
        before = self._standing
        seq, prev = before.seq, before.prev
        if event.rep == self._log.rep and event.seq > seq:
            seq, prev = event.seq, hash
        lam = max(before.lam, event.lam)
        self._standing = Standing(lam, seq, prev)
        self._rows.append(rows.pack(data, hash, lam, (self._log.rep, seq, prev)))
        if isinstance(event.body, FactRedacted):
            self.redact(event.body.of)

    def adopt(self, data: bytes) -> Event:
        """A fact whose own chain a server does not take, as this replica's next one: the same id, text and clock.

        Not yet written. Raises `codec.Bad`.
        """
        before, log = self._standing, self._log
        seq = before.seq + 1
        moved, hash = codec.readdressed(data, log.rep, seq, before.prev)
        event = codec.decode(moved, hash)
        lam = max(before.lam, event.lam)
        self._standing = Standing(lam, seq, hash)
        self._rows.append(rows.pack(moved, hash, lam, (log.rep, seq, hash)))
        return event

    def renew(self, rep: str) -> None:
        """What is written from here on is of another replica: this one's numbers were used twice."""
        self._log.rep = rep
        self._standing = Standing(self._standing.lam)

    def redact(self, of: str) -> None:
        """At the next `write` the text of this fact leaves the file and everything beside it; a tombstone stays."""
        self._redact.add(of)

    def write(self) -> None:
        """Everything sealed so far, in one write and one sync. Raises NotWritten: then nothing of it counts."""
        log = self._log
        assert log.place is not None
        if not self._rows and not self._redact:
            return
        rows, self._rows = self._rows, []
        try:
            place = self._rewrite(rows) if self._redact else log.file.append(log.place, rows)
        except BaseException:
            self._standing = log.standing or Standing()
            raise
        log.reached(place, self._standing)
        if self._redact:
            self._redact = set()
            self._scrub()

    def _rewrite(self, added: list[bytes]) -> Place:
        log = self._log
        old = log.all_rows()
        first = old[-1].number + 1 if old else 1
        new = [Row(number, data) for number, data in enumerate(added, first)]
        tables = log.file.head() or rows.meta(log.inc)
        return log.file.replace(tables, [self._without_text(row) for row in [*old, *new]])

    def _without_text(self, row: Row) -> Row:
        if not any(of.encode() in row.data for of in self._redact):
            return row
        found = rows.unpack(row.data)
        event = rows.event_of(row.data)
        if found is None or event is None or event.id not in self._redact:
            return row
        self._gone |= {event.body.sha} if isinstance(event.body, EvidenceAttached) else set()
        bare, _ = codec.redact(bytes(found.e))
        return Row(row.number, rows.pack(bare, found.h, found.lam, found.own))

    def _scrub(self) -> None:
        try:
            beside.scrub(self._log.path)
            if self._gone:
                from .evidence import sweep

                sweep(self._log.path, self._gone)
        except OSError as problem:
            raise not_written(problem, self._log.path) from problem
