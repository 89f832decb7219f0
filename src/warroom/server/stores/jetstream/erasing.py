"""Redactions in the stream: a tombstone takes the place of each row, then the row itself is deleted.

A mark stands in the stream from the moment of the tombstones until everything it names is gone. So what was begun by a
node that died is finished by any other, at the latest when one starts.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from secrets import token_hex

from ..base import StoreTrouble
from .following import Following, no_leader
from .link import Answered, Denied, Link, Mismatch, Unknown
from .mirror import Room
from .tombstones import MOST_TOMBSTONES, expecting, marking, tombstones
from .words import STREAM, blob_subject

_AT_ONCE = 16  # messages that are being deleted
SETTLING = 2.0  # seconds that the node which received a redaction has for it before others take it up
_log = logging.getLogger("warroom.nats")


class Erasing:
    """`link` writes tombstones and marks, `eraser` is the user who may delete."""

    def __init__(self, link: Link, eraser: Link, following: Following) -> None:
        self._link, self._eraser, self._following = link, eraser, following
        self._under_way: set[int] = set()
        self.why = ""  # what the last try failed for

    @property
    def waiting(self) -> int:
        """How many redactions and pieces of evidence are hidden, and still stand in the stream."""
        mirror = self._following.mirror
        marks = sum(len(mark.rows) + len(mark.blobs) for _, _, mark in mirror.marks.values())
        return marks + sum(len(room.ledger.unfinished) for room in mirror.rooms.values())

    async def allowed(self) -> bool:
        """Whether the user who should delete may. Raises `StoreTrouble` where nobody answers."""
        try:
            await self._eraser.ask(f"STREAM.MSG.DELETE.{STREAM}", {"seq": 2**52})
        except Answered:
            pass  # there is no such message; the question was answered
        except Denied:
            return False
        except Unknown as problem:
            raise no_leader(self._eraser, problem) from None
        return True

    # ── tombstones ──────────────────────────────────────────────────────────────────────────────

    async def settle(self, inc: str, room: Room, deadline: float) -> None:
        """Until nothing in the stream has a text that is gone here. Raises `StoreTrouble`."""
        ledger = room.ledger
        mirror = self._following.mirror
        while ledger.unfinished or ledger.unnamed_blobs:
            outline = mirror.outline(inc)
            numbers = sorted(ledger.unfinished)[:MOST_TOMBSTONES]
            blobs = tuple(ledger.unnamed_blobs)
            name = token_hex(8)
            messages = tombstones(ledger, outline, [(n, ledger.row_at(n)) for n in numbers])
            expecting(messages, outline)
            subjects = {message.subject for message in messages}
            messages.append(marking(inc, name, numbers, blobs))
            try:
                number = await self._link.publish(messages)
                await self._following.catch_up(number)
            except (Mismatch, Unknown) as problem:
                await self._following.look({*subjects, messages[-1].subject}, deadline)
                if asyncio.get_running_loop().time() > deadline:
                    raise no_leader(self._link, problem) from None
                continue
            await self.finish(name)

    # ── deleting ────────────────────────────────────────────────────────────────────────────────

    async def finish(self, name: str) -> None:
        """Deletes what the mark of this name says; where that fails, later tries will."""
        for number, (_, known, _) in list(self._following.mirror.marks.items()):
            if known == name:
                await self._try(number)

    async def tidy(self) -> None:
        """What other nodes, or this one before it died, have left undone."""
        mirror = self._following.mirror
        now = asyncio.get_running_loop().time()
        for inc, room in list(mirror.rooms.items()):
            if room.writing or not (room.ledger.unfinished or room.ledger.unnamed_blobs):
                room.settling = 0.0
            elif not room.settling:
                room.settling = now + SETTLING * (1 + random.random())
            elif now >= room.settling:
                room.settling = 0.0
                try:
                    await self.settle(inc, room, now + SETTLING)
                except (StoreTrouble, Unknown) as problem:
                    _log.warning("a redaction waits: %s", problem)
        for number in list(mirror.marks):
            await self._try(number)

    async def _try(self, number: int) -> None:
        if number in self._under_way:
            return
        self._under_way.add(number)
        try:
            await self._carry_out(number)
            self.why = ""
        except (StoreTrouble, Unknown, Answered) as problem:
            self.why = str(problem)
            _log.warning("%d redactions wait: %s", self.waiting, problem)
        finally:
            self._under_way.discard(number)

    async def _carry_out(self, number: int) -> None:
        marks = self._following.mirror.marks
        if number not in marks:
            return
        inc, _, mark = marks[number]
        if await self._link.message(seq=number) is not None:
            for at in range(0, len(mark.rows), _AT_ONCE):
                await asyncio.gather(*(self.delete(row) for row in mark.rows[at : at + _AT_ONCE]))
            for sha in mark.blobs:
                await self.delete_blob(inc, sha)
            await self.delete(number)
        marks.pop(number, None)

    async def delete_blob(self, inc: str, sha: str) -> None:
        """All pieces, also of one whose sending broke off; the last message first, so that nobody reads half of it."""
        subjects: list[Callable[[int], str]] = [lambda _: blob_subject(inc, sha, None)]
        subjects.append(lambda n: blob_subject(inc, sha, n))
        for subject in subjects:
            n = 0
            while (piece := await self._link.message(last_by_subj=subject(n))) is not None:
                await self.delete(piece.seq)
                n += 1

    async def delete(self, number: int) -> None:
        """Overwrites a message on every node's disk. Raises `Unknown`, `StoreTrouble`."""
        try:
            await self._eraser.ask(f"STREAM.MSG.DELETE.{STREAM}", {"seq": number}, within=5.0)
        except Answered as no:
            if await self._link.message(seq=number) is not None:
                raise Unknown(str(no)) from None
