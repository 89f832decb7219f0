"""One incident's file as an exchange sees it: which facts are in it, their bytes when they leave, and those that came.

A fact's text is read only where something hangs on it here: a redaction, evidence, the declaration. The file is locked
for as long as it is read or written, and never while anybody waits for a network.
"""

import os
from collections.abc import Iterable, Sequence

import msgspec

from ..core import codec
from ..core.commands import Draft
from ..core.events import DRILL, Declared, Event, EvidenceAttached, FactRedacted, Redacted, ReplicaForked
from ..core.values import At, By, Ms
from ..store import replica, rows
from ..store.errors import Missing
from ..store.layout import Place, Row
from ..store.log import Log
from .engine import Adopt, Held
from .wire import Fact, Heads, fact_bytes

_DECLARED, _REDACTED, _EVIDENCE = Declared.type, FactRedacted.type, EvidenceAttached.type
_READ = frozenset((_DECLARED, _REDACTED, _EVIDENCE))
_PLAYED = frozenset(kind.type for kind in DRILL)


class _Envelope(msgspec.Struct, gc=False):
    body: msgspec.Raw
    id: str
    lam: int
    rep: str
    seq: int
    type: str
    rec: Ms = 0
    prev: str = ""
    salt: str = ""


class _Body(msgspec.Struct, gc=False):
    """What may stand in a body that something hangs on here."""

    of: str = ""
    sha: str = ""
    drill: bool = False
    restricted: bool = False


_envelope = msgspec.json.Decoder(_Envelope)
_body = msgspec.json.Decoder(_Body)


class LocalFile:
    """The facts of one incident on disk. For one thread at a time.

    `drill`, `restricted`: what its facts say. `blobs`: hash → the facts that name this evidence. `bad`: why the last
    fact that came and is none was left out. `shrank`: facts that were here are gone, since an older copy was put back.
    """

    def __init__(self, path: str, rep: str) -> None:
        self.path = path
        self._log = Log.open(path, rep)
        self.inc = self._log.inc
        self.drill = self.restricted = self.shrank = False
        self.bad = ""
        self.blobs: dict[str, set[str]] = {}
        self.heads: Heads = {}
        self._place: Place | None = None
        self._stamp = (0, 0)
        self._known: set[str] = set()  # hashes
        self._unread: set[str] = set()  # hashes of what came and could not be read
        self._gone: set[str] = set()  # ids of facts whose text must not stand here
        self._unseen: list[Held] = []  # what others wrote, read while something else was done
        self._bytes: dict[str, bytes] = {}  # by hash: what was read lately

    def close(self) -> None:
        self._log.close()

    @property
    def rep(self) -> str:
        return self._log.rep

    def writes_as(self, rep: str) -> None:
        """This folder became another replica."""
        self._log.rep = rep

    # ── out of the file ─────────────────────────────────────────────────────────────────────────

    def news(self) -> list[Held]:
        """What is in the file and was not told before. Raises `StoreError`; `Missing`: it was moved or removed."""
        if not self._is_as_it_was():
            with self._log.file.sharing():
                self._catch_up()
        told, self._unseen = self._unseen, []
        return told

    def _is_as_it_was(self) -> bool:
        try:
            status = os.stat(self.path)
        except OSError as problem:
            raise Missing(f"{os.path.basename(self.path)} was moved or removed.") from problem
        return (status.st_ino, status.st_size) == self._stamp

    def wire(self, facts: Iterable[Held]) -> list[bytes]:
        """These facts as they leave, in their order; one that is not in the file any more is left out."""
        wanted = [each.hash for each in facts]
        if any(hash not in self._bytes for hash in wanted):
            self._bytes = {hash: data for data, hash in self._log.rows()}
        found = [fact_bytes(self._bytes[hash], hash) for hash in wanted if hash in self._bytes]
        if len(found) < len(wanted):
            self._place, self._stamp, self.shrank = None, (0, 0), True
        return found

    def idle(self) -> None:
        """Nothing leaves for now: lets go of what was read for it."""
        self._bytes = {}

    def _catch_up(self) -> None:
        """Reads what others added; under the lock."""
        file = self._log.file
        found = file.since(self._place) if self._place is not None else None
        if found is None:
            self._read_all()
            return
        self._place, added = found
        self._stamp = (file.inode, file.size())
        self._take(added)

    def _read_all(self) -> None:
        file = self._log.file
        inc, _ = rows.meta_of(file.head() or {})
        if inc and inc != self.inc:
            raise Missing(f"Another incident lies under the name {os.path.basename(self.path)} now.")
        tail = file.tail()
        before, self._known, self._unseen = self._known, set(), []
        self.heads, self.blobs, self._bytes, self._gone = {}, {}, {}, set()
        self.drill = self.restricted = False
        self._take(self._log.all_rows())
        self._place = tail[0] if tail is not None else None
        self._stamp = (file.inode, file.size())
        self.shrank = self.shrank or bool(before - self._known)

    def _take(self, table: Sequence[Row]) -> None:
        for each in table:
            row = rows.unpack(each.data)
            held = self._held(bytes(row.e), row.h) if row is not None else None
            if held is not None and row is not None:
                self._unseen.append(held)
                if len(table) <= 500:
                    self._bytes[row.h] = bytes(row.e)

    def _held(self, data: bytes, hash: str) -> Held | None:
        """The fact without its text; None: nothing that can be passed on."""
        try:
            found = _envelope.decode(data)
            about = _body.decode(found.body) if found.salt and found.type in _READ else None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        self._known.add(hash)
        if found.seq > self.heads.get(found.rep, (0, ""))[0]:
            self.heads[found.rep] = (found.seq, hash)
        self.drill = self.drill or found.type in _PLAYED
        if about is not None:
            self._about(found, about)
        return Held(found.rep, found.seq, hash, found.prev, found.id, found.lam, found.rec, len(data))

    def _about(self, found: _Envelope, body: _Body) -> None:
        if found.type == _DECLARED:
            self.drill, self.restricted = self.drill or body.drill, self.restricted or body.restricted
        elif found.type == _REDACTED:
            self._gone.add(body.of)
            self._unname(body.of)
        elif body.sha and found.id not in self._gone:
            self.blobs.setdefault(body.sha, set()).add(found.id)

    def _unname(self, id: str) -> None:
        for ids in self.blobs.values():
            ids.discard(id)

    # ── into the file ───────────────────────────────────────────────────────────────────────────

    def accept(self, facts: Iterable[Fact]) -> list[Held]:
        """Those of these facts that are here now, durably; also those that were here before. Raises `StoreError`.

        One that follows a fact which is not here is left out: whoever reads on gets both.
        """
        checked = self._checked(facts)
        if self._is_as_it_was() and all(event.hash in self._known for event, _ in checked):
            return [_as_held(event, data) for event, data in checked]
        with self._log.writing() as writing:
            self._catch_up()
            checked = self._following(checked)
            kept = {event.hash: (event, data) for event, data in checked if event.hash not in self._known}
            for event, data in kept.values():
                writing.keep(event, self._without_what_is_gone(event, data), event.hash)
            writing.write()
            self._written()
            for event, data in kept.values():
                self._held(data, event.hash)
                if isinstance(event.body, FactRedacted):
                    self._bytes = {}
        return [_as_held(event, data) for event, data in checked]

    def _checked(self, facts: Iterable[Fact]) -> list[tuple[Event, bytes]]:
        found = []
        for fact in facts:
            data = bytes(fact.e)
            try:
                found.append((_accepted(self.inc, data, fact.h), data))
            except codec.Bad as bad:
                self.bad = str(bad)
                self._unread.add(fact.h)
        return found

    def _following(self, checked: list[tuple[Event, bytes]]) -> list[tuple[Event, bytes]]:
        """Without those that would leave a hole in a chain; a hole for a fact that cannot be read is none."""
        came: set[str] = set()
        found = []
        for event, data in checked:
            before = event.prev
            if event.seq == 1 or before in self._known or before in came or before in self._unread:
                came.add(event.hash)
                found.append((event, data))
        return found

    def _without_what_is_gone(self, event: Event, data: bytes) -> bytes:
        """A text that was redacted here does not come back with a copy of its fact."""
        buried = event.id in self._gone and not isinstance(event.body, Redacted)
        return codec.redact(data)[0] if buried else data

    def adopt(self, ask: Adopt, now: Ms, by: By) -> list[Held]:
        """The copies that were asked for, and what says why they are there, in one write. Raises `StoreError`."""
        folder = os.path.dirname(os.path.dirname(self.path))
        with self._log.writing() as writing:
            self._catch_up()
            copied = {each.hash: data for each, data in zip(ask.facts, self._events(ask.facts), strict=True)}
            if any(rep == self.rep for rep, _ in ask.forks):
                writing.renew(replica.renew(folder, self.rep))
            made = [writing.seal(Draft(ReplicaForked(rep, seq), At(now)), at_now=now, by=by) for rep, seq in ask.forks]
            made += [writing.adopt(copied[each.hash]) for each in ask.facts if copied[each.hash]]
            writing.write()
            self._catch_up()
            self._written()
        hashes = {event.hash for event in made}
        written = [each for each in self._unseen if each.hash in hashes]
        self._unseen = [each for each in self._unseen if each.hash not in hashes]
        return written

    def _events(self, facts: Sequence[Held]) -> list[bytes]:
        self.wire(facts)
        return [self._bytes.get(each.hash, b"") for each in facts]

    def _written(self) -> None:
        """The file ends where this has written to."""
        file = self._log.file
        self._place = self._log.place
        self._stamp = (file.inode, file.size())


def _as_held(event: Event, data: bytes) -> Held:
    return Held(event.rep, event.seq, event.hash, event.prev, event.id, event.lam, event.rec, len(data))


def _accepted(inc: str, data: bytes, hash: str) -> Event:
    """Raises `codec.Bad`."""
    event = codec.accept(data, hash)
    if event.inc != inc:
        raise codec.Bad("a fact of another incident")
    return event


def declared(facts: Iterable[Fact]) -> tuple[str, Ms] | None:
    """The title of the incident and when it was declared; None: its declaration is not among these facts."""
    for fact in facts:
        data = bytes(fact.e)
        if _DECLARED.encode() not in data:
            continue
        try:
            event = codec.decode(data, fact.h)
        except codec.Bad:
            continue
        if event.type == _DECLARED:
            return (event.body.title if isinstance(event.body, Declared) else "", event.at.t)
    return None


def make(part: str, inc: str, rep: str, facts: Iterable[Fact]) -> None:
    """A new file at `part` with these facts, durable. Raises `StoreError`."""
    with Log.create(part, inc, rep) as log, log.writing() as writing:
        for fact in facts:
            data = bytes(fact.e)
            try:
                writing.keep(_accepted(inc, data, fact.h), data, fact.h)
            except codec.Bad:
                continue
        writing.write()
