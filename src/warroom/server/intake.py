"""What comes in by the hooks, into this week's log of alerts: known alerts are dropped, a storm becomes few facts.

A delivery counts as taken only when it is durable. What waits while the disk is busy is written together.
"""

import asyncio
import os
from collections.abc import Callable

import msgspec

from ..core import codec
from ..core.alerts import storm
from ..core.alerts import week as weeks
from ..core.alerts.facts import Alert, AlertsReceived, AlertWorded
from ..core.alerts.inbox import Folding, name_of
from ..core.events import Body, Event
from ..core.values import At, By, Ms, fact_id
from ..intake.base import Taken
from .alerts_known import Chain, Known
from .stores.base import Meta, Row, Store, StoreTrouble

TOKEN = "intake"  # what the store is told of whoever brought these facts
MOST = 2_000  # deliveries that wait; one more comes again later
_STORM = 40  # deliveries that wait at once: then others are waited for, a little
_LINGER = 0.05


class Intake:
    """One server's way into the inbox. `start` once the store is open."""

    def __init__(self, store: Store, now: Callable[[], Ms]) -> None:
        self._store, self._now = store, now
        self._by_host = os.uname().nodename[:64]
        self._waiting: list[tuple[Taken | _Words, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._rates: dict[str, storm.Rates] = {}
        self._one = asyncio.Lock()  # who reads or writes: what is known changes under nobody
        self._of = ("", "")  # the week and the epoch of the store that `_known` is of
        self._inc = ""
        self._known = Known()
        self._chain = Chain()
        self._doubt: int | None = None  # after trouble: from this number on the log may hold what is not known
        self._coming = ""  # the log that is read anew …
        self._late: list[Row] = []  # … and what was added to it meanwhile

    def start(self) -> None:
        self._store.watch(self._heard)

    async def take(self, taken: Taken) -> None:
        """Durable on return. Raises `StoreTrouble`: then nothing of it counts, and its sender tries again.

        Whoever is cancelled while it waits gives its place away.
        """
        if taken.alerts or taken.more:
            await self._kept(taken)

    async def word(self, source: str, key: str, text: str) -> None:
        """What the message says that this alert was made of. Durable on return. Raises `StoreTrouble`."""
        await self._kept(_Words(source, AlertWorded(name_of(source, key), text)))

    async def lacks_words(self, source: str, key: str) -> bool:
        """Whether this alert is in the inbox, and was not told what its message says since it last began to fire.

        Raises `StoreTrouble`.
        """
        await self._ready()
        return self._known.lacks_words(source, key)

    async def wordless(self, source: str) -> list[str]:
        """The keys of its alerts that fire and have no words yet. Raises `StoreTrouble`."""
        await self._ready()
        return self._known.wordless(source)

    async def _kept(self, what: "Taken | _Words") -> None:
        if len(self._waiting) >= MOST:
            raise StoreTrouble(f"{MOST} deliveries of alerts wait for the store already.")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((what, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
        try:
            await done
        except asyncio.CancelledError:
            self._waiting = [each for each in self._waiting if each[1] is not done]
            raise

    async def _write_all(self) -> None:
        while self._waiting:
            if len(self._waiting) > _STORM:
                await asyncio.sleep(_LINGER)
            group, self._waiting = self._waiting, []
            trouble: StoreTrouble | None = None
            try:
                async with self._one:
                    await self._write([what for what, _ in group])
            except StoreTrouble as why:
                trouble = why
            except Exception as mistake:
                trouble = StoreTrouble(f"The intake failed ({type(mistake).__name__}).")
                self._of = ("", "")  # nothing that is in memory is believed any more
            for _, done in group:
                if not done.done():
                    done.set_exception(trouble) if trouble else done.set_result(None)

    async def _write(self, group: list["Taken | _Words"]) -> None:
        await self._read()
        now, before = self._now(), self._known.n
        events: list[tuple[Event, bytes]] = []
        counts: list[tuple[storm.Rates, list[Alert]]] = []
        came = [each for each in group if isinstance(each, Taken)]
        for source in dict.fromkeys(taken.source for taken in came):
            bodies, count = self._bodies(source, [taken for taken in came if taken.source == source], now)
            events += [self._sealed(body, source, now) for body in bodies]
            counts.append(count)
        events += [self._sealed(each.body, each.source, now) for each in group if isinstance(each, _Words)]
        try:
            for at in range(0, len(events), 20):
                await self._append(events[at : at + 20])
        except StoreTrouble:
            self._doubt = before  # some of it may be there
            raise
        if self._store.epoch != self._of[1]:
            raise StoreTrouble("The store is another one than before; the log of alerts is read again.")
        for rates, alerts in counts:  # what was not kept comes again, and is none of a storm until then
            rates.add(alerts, now)

    def _bodies(
        self, source: str, group: list[Taken], now: Ms
    ) -> tuple[tuple[AlertsReceived, ...], tuple[storm.Rates, list[Alert]]]:
        """What is told of these, and what counts once that is durable."""
        new: dict[tuple[str, Ms, str, Ms], Alert] = {}
        for taken in group:
            for alert in taken.alerts:
                if not self._known.folding.knows(source, alert):
                    new.setdefault((alert.key, alert.since, alert.state, alert.told), alert)
        alerts = list(new.values())
        rates = self._rates.setdefault(source, storm.Rates())
        told = storm.choose(alerts, rates.at(now), rates.told(now), _Keys(self._known.folding, source))
        delivery = group[0].delivery if len(group) == 1 else ""
        return storm.facts(source, told, delivery, sum(taken.more for taken in group)), (rates, alerts)

    def _sealed(self, body: Body, source: str, now: Ms) -> tuple[Event, bytes]:
        chain = self._chain
        chain.seq, self._known.lam = chain.seq + 1, self._known.lam + 1
        event = Event(
            id=fact_id(os.urandom(12)),
            inc=self._inc,
            rep=chain.rep,
            seq=chain.seq,
            lam=self._known.lam,
            at=At(now),
            rec=now,
            by=By(source, "intake", self._by_host),
            body=body,
            prev=chain.prev,
            salt=os.urandom(16).hex(),
        )
        data, chain.prev = codec.seal(event)
        msgspec.structs.force_setattr(event, "hash", chain.prev)
        return event, data

    async def _append(self, events: list[tuple[Event, bytes]]) -> None:
        facts = [(data, event.hash) for event, data in events]
        pushed = await self._store.append_expected(self._inc, facts, TOKEN)
        if any(result.status not in ("ok", "duplicate") for result in pushed.results):
            self._of = ("", "")  # what was told to be lost may have come late, and was not heard
            raise StoreTrouble("The log of alerts goes on otherwise than was known here; it is read again.")
        for event, _ in events:
            self._known.keep(event)
        self._chain.acknowledged(events[-1][0])

    # ── what is known ───────────────────────────────────────────────────────────────────────────

    async def _ready(self) -> None:
        """This week's log and the last one's, read once; what others add arrives by itself. Raises `StoreTrouble`."""
        async with self._one:
            await self._read()

    async def _read(self) -> None:
        of = (weeks.week_of(self._now()), self._store.epoch)
        if of != self._of:
            await self._read_anew(*of)
        elif self._doubt is not None:
            await self._known.read(self._store, self._inc, self._doubt)
            heads, _ = await self._store.heads(self._inc)
            self._chain.go_on(heads)
            self._doubt = None

    async def _read_anew(self, week: str, epoch: str) -> None:
        """What was known before stands until all of it is read."""
        known, last, inc = Known(), weeks.identity(weeks.before(week)), weeks.identity(week)
        if await self._store.meta(last) is not None:
            await known.read(self._store, last)
        known.begin()
        await self._store.put_meta(Meta(inc, created=self._now()))
        self._coming, self._late = inc, []
        try:
            await known.read(self._store, inc)
            for row in self._late:
                known.hear(row)
        finally:
            self._coming, self._late = "", []
        self._chain.begin()
        self._known, self._inc, self._of, self._doubt = known, inc, (week, epoch), None

    def _heard(self, inc: str, rows: list[Row]) -> None:
        if inc == self._coming:
            self._late += rows
        if inc == self._inc:
            for row in rows:
                if self._chain.wrote(row):
                    self._known.n = max(self._known.n, row.n)  # it is kept once it is acknowledged
                else:
                    self._known.hear(row)


class _Words(msgspec.Struct, frozen=True):
    """The words of a message, on their way into the log."""

    source: str
    body: AlertWorded


class _Keys:
    """The keys of a source that the inbox has."""

    def __init__(self, folding: Folding, source: str) -> None:
        self._folding, self._source = folding, source

    def __contains__(self, key: object) -> bool:
        return self._folding.has(name_of(self._source, str(key)))
