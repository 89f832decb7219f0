"""The convergence proof can fail: each fault that is put into engine, order, stores or files is one that it catches."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator

import pytest

import meeting
from faulty import faulty
from warroom.core import codec, events
from warroom.server.stores import embedded, index
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.stores.index import Index
from warroom.store import standing, writing
from warroom.store.writing import Writing
from warroom.sync import engine, exchange, files, wire
from warroom.sync.engine import Engine
from warroom.sync.exchange import Exchange
from warroom.sync.files import LocalFile

MOST = 400  # histories in which a fault has to show

FAULTS = {
    # ── the engine ──
    "a new epoch leaves what was believed": (
        engine, Engine._begin_again, "self._there_ids.clear()", "pass",
    ),
    "a server that lost its memory is not sent everything again": (
        engine, Engine._begin_again, "self._waiting = dict(self._rows)", "pass",
    ),
    "the heads are believed without their epoch": (
        engine, Engine.told_heads, "if _epoch(standing.cursor) != self._epoch:", "if not self._epoch:",
    ),
    "an answer that was lost counts as yes": (
        engine, Engine.failed, "self.doubt()", "[self._holds(row) for row in list(self._waiting.values())]",
    ),
    "the cursor is trusted further than the heads agree": (
        engine, Engine.pulled, "elif not self._whole:", "elif False:",
    ),
    "what a fork left behind is not written again": (
        engine, Engine._adoption, "return Adopt(", "return None and Adopt(",
    ),
    "what follows a refused fact waits for it": (
        engine, Engine._following, "if row.hash not in self._poison", "if True",
    ),
    "a fact that was refused and left its place counts as missing": (
        engine, Engine.pushed, " or result.kept", "",
    ),
    # ── its hands ──
    "only the folder's own facts are sent": (
        exchange, Exchange._next, "ask = pace.cut(ask)",
        "ask = PushFacts(tuple(row for row in ask.facts if row.rep == self.file.rep))",
    ),
    "a file that was replaced is not told anew": (
        exchange, Exchange._look, "if self.file.shrank:", "if False:",
    ),
    "an older file is not noticed when something comes": (
        files, LocalFile.accept, "self._is_as_it_was() and ", "",
    ),
    "a hole in a chain is filled with what comes after it": (
        files, LocalFile.accept, "checked = self._following(checked)", "pass",
    ),
    "a redaction does not hold for what comes later": (
        files, LocalFile._without_what_is_gone, "event.id in self._gone and", "False and",
    ),
    "a fork goes on under the same replica": (
        files, LocalFile.adopt, "if any(rep == self.rep for rep, _ in ask.forks):", "if False:",
    ),
    # ── the file ──
    "a copy is another fact": (
        codec, codec.readdressed, "rep=rep,", "rep=rep, id=wire.id[::-1],",
    ),
    "a copy is of now": (
        codec, codec.readdressed, "rep=rep,", "rep=rep, lam=wire.lam + 1,",
    ),
    "a redaction from elsewhere is not carried out": (
        writing, Writing.keep, "if isinstance(event.body, FactRedacted):", "if False:",
    ),
    "a redaction takes the words out of one copy only": (
        writing, Writing._without_text, "bare, _ = codec.redact(bytes(found.e))",
        "self._redact.discard(event.id); bare, _ = codec.redact(bytes(found.e))",
    ),
    "an own fact that comes back does not count": (
        writing, Writing.keep, "event.rep == self._log.rep and event.seq > seq", "False",
    ),
    "the largest clock of a file is not looked for": (
        standing, standing.scan, "lam = max(lam, event.lam)", "lam = event.lam",
    ),
    # ── the order ──
    "facts are folded in the order of the clocks on the walls": (
        events, events.Event.order.fget, "(self.lam, self.id,", "(self.rec, self.id,",
    ),
    "a copy stands elsewhere than its fact": (
        events, events.Event.order.fget, "(self.lam, self.id, self.rep, self.seq, self.hash)",
        "(self.lam, self.rep, self.seq, self.id, self.hash)",
    ),
    # ── the server ──
    "it acknowledges what it has not written": (
        embedded, EmbeddedStore._write_group, "await self._in_thread(lambda: self._keep(room, new))", "pass",
    ),
    "it shows what it could not write": (
        embedded, EmbeddedStore._write_all,
        "self._rooms.pop(inc, None)  # what is in memory may be ahead of the disk\n            room.log.close()",
        "room.log.file.__dict__.pop('append', 0); room.log.file.__dict__.pop('replace', 0)",
    ),
    "it goes on under its old epoch": (
        embedded, EmbeddedStore.__init__, "crockford(int.from_bytes(os.urandom(7), \"big\"), 10)", "'0' * 10",
    ),
    "it does not look at the fact before": (
        index, Index._placed, "(event.seq == seq + 1 and event.prev != prev)", "False",
    ),
    "it takes a fact after a gap": (
        index, Index._placed, "if event.seq != seq + 1:", "if event.seq < seq + 1:",
    ),
    "it takes another fact under a known id": (
        index, Index._says_something_else, "codec.content(known[0]) != codec.content(data)", "False",
    ),
    "it forgets redactions": (
        index, Index._kept, "if event.id in self.redacted:", "if False:",
    ),
    "it gives redacted words away": (
        index, Index.erase, "if bare != bytes(fact.e):", "if False:",
    ),
    "its pages begin where they like": (
        wire, wire.after, "return int(number)", "return int(number) + 1",
    ),
}  # fmt: skip


@pytest.fixture
def folder() -> Iterator[str]:
    made = tempfile.mkdtemp(prefix="warroom-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def caught_after(folder: str, most: int) -> int:
    """How many histories it took until one did not hold; 0: all of `most` did."""
    for count in range(1, most + 1):
        here = os.path.join(folder, str(count))
        numbers = random.Random(count)
        try:
            meeting.run(numbers.randbytes(numbers.randrange(60, 240)), here)
        except Exception:
            return count
        finally:
            shutil.rmtree(here, ignore_errors=True)
    return 0


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught(name: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, function, old, new = FAULTS[name]
    monkeypatch.setattr(function, "__code__", faulty(module, function, old, new))
    assert caught_after(folder, MOST), "nothing shows that this is wrong"


def test_without_a_fault_the_same_histories_hold(folder: str) -> None:
    assert not caught_after(folder, MOST // 8)
