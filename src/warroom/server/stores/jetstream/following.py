"""Keeping a node's mirror up to date: all outlines at the start, every message as it comes, ledgers when asked for."""

import asyncio
from collections.abc import Iterable

from ..base import StoreTrouble
from .ledger import loaded
from .link import Link, Unknown
from .mirror import Mirror, Room
from .reading import Reader
from .words import ALL, META, Got

BEHIND = 0.3  # seconds that a message may take to come by itself before the leader is asked for it
LOADING = 30.0
_DEAF = 6.0
_SOON = 0.6  # seconds for one answer of a leader that may not be there
_ANOTHER = "The NATS stream was replaced and is being read; push again."
_MANY = 2000  # facts: more of them are made into a ledger beside the event loop


class Following:
    """`memory`: bytes of facts that are kept; what is over it is read again when it is asked for."""

    def __init__(self, link: Link, memory: int) -> None:
        self.link, self.memory = link, memory
        self.mirror = Mirror()
        self.begun = False
        self._generation = 0
        self._reader: Reader | None = None
        self._task: asyncio.Task[None] | None = None
        self._locks: dict[str, asyncio.Lock] = {}

    async def begin(self) -> None:
        """Learns what is there, and listens from then on."""
        mirror = self.mirror
        mirror.forget(_ANOTHER)
        wanted: dict[str, int] = {}

        def take(got: Got) -> None:
            if mirror.take_outline(got):
                wanted[got.subject] = got.seq

        reached = await Reader(self.link, [ALL], take, newest=True, headers_only=True).through(0, LOADING)
        marks = [number for subject, number in wanted.items() if subject.startswith("war.x_")]
        documents = [number for subject, number in wanted.items() if not subject.startswith("war.x_")]
        if documents:
            filters = [f"war.*.{META}", "war.t_.*"]
            found: list[Got] = []
            await Reader(self.link, filters, found.append, newest=True).through(max(documents), LOADING)
            for got in sorted(found, key=lambda got: got.seq):
                if "_" in got.subject.split(".")[1]:
                    mirror.take_document(got)
        for number in marks:
            mark = await self.link.message(seq=number)
            if mark is not None:
                mirror.take_document(mark)
        mirror.applied = reached
        self._reader = Reader(self.link, [ALL], mirror.take, reached)
        self._reader.heard = asyncio.get_running_loop().time()
        self.begun = True
        self._task = asyncio.ensure_future(self._reader.run())

    async def stop(self) -> None:
        """Nothing that is known holds from now on."""
        self.begun = False
        self._generation += 1
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,), timeout=1)
            self._task = self._reader = None

    def check(self) -> None:
        """Raises `StoreTrouble` while this node has yet to learn what is there."""
        if not self.begun:
            raise StoreTrouble(_ANOTHER)

    def again(self) -> None:
        if self._reader is not None:
            self._reader.again()

    @property
    def deaf(self) -> bool:
        """Whether nothing has been heard for so long that others know more."""
        return self._reader is None or asyncio.get_running_loop().time() - self._reader.heard > _DEAF

    # ── up to the newest ────────────────────────────────────────────────────────────────────────

    async def catch_up(self, number: int) -> None:
        """Takes all messages up to this one. Raises `Unknown`."""
        mirror = self.mirror
        if await mirror.reached(number, BEHIND):
            return
        generation = self._generation
        while mirror.applied < number:
            got = await self.link.message(seq=mirror.applied + 1, next_by_subj=ALL)
            if generation != self._generation:
                raise StoreTrouble(_ANOTHER)
            if got is None:
                raise Unknown("the leader knows less than was acknowledged")
            mirror.take(got)

    async def look(self, subjects: Iterable[str], deadline: float) -> None:
        """Asks the leader how far these subjects go, and follows. Raises `StoreTrouble` where none answers by then."""
        subjects = list(subjects)
        while True:
            try:
                # Where there is no leader nobody answers, and the first moment with one is not to be missed.
                asked = (self.link.message(_SOON, last_by_subj=subject) for subject in subjects)
                newest = await asyncio.gather(*asked)
                await self.catch_up(max((got.seq for got in newest if got is not None), default=0))
                return
            except Unknown as problem:
                if asyncio.get_running_loop().time() > deadline:
                    raise no_leader(self.link, problem) from None
            await asyncio.sleep(0.1)

    # ── rooms ───────────────────────────────────────────────────────────────────────────────────

    async def room(self, inc: str) -> Room:
        """The incident with all facts that this node has heard of."""
        self.check()
        room = self.mirror.rooms.get(inc)
        if room is None:
            async with self._locks.setdefault(inc, asyncio.Lock()):
                room = self.mirror.rooms.get(inc)
                if room is None:
                    room = await self._load(inc)
                    self._forget_some(inc)
            self._locks.pop(inc, None)
        self.mirror.rooms.move_to_end(inc)
        return room

    async def _load(self, inc: str) -> Room:
        mirror = self.mirror
        generation = self._generation
        later = mirror.loading[inc] = []
        try:
            outline = mirror.outlines.get(inc)
            reach = outline.reach if outline is not None else 0
            found: list[Got] = []
            through = 0
            if reach:
                through = await Reader(self.link, [f"war.{inc}.*"], found.append).through(reach, LOADING)
            if len(found) > _MANY:
                ledger = await asyncio.to_thread(loaded, inc, found, through)
            else:
                ledger = loaded(inc, found, through)
            for got in later:
                ledger.take(got)
        finally:
            mirror.loading.pop(inc, None)
        if generation != self._generation:
            raise StoreTrouble(_ANOTHER)
        room = mirror.rooms[inc] = Room(ledger)
        return room

    def _forget_some(self, but: str) -> None:
        rooms = self.mirror.rooms
        total = sum(room.ledger.size for room in rooms.values())
        for inc, room in list(rooms.items()):
            if total <= self.memory:
                return
            if inc != but and room.free:
                total -= room.ledger.size
                del rooms[inc]


def no_leader(link: Link, problem: Exception) -> StoreTrouble:
    """What people are told when nobody answered."""
    why = link.trouble or f"The NATS cluster does not answer ({problem}); it may be without a leader for some seconds."
    return StoreTrouble(f"{why} Whether the last push is kept is not known: push it again.")
