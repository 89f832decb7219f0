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
from ..core.alerts.facts import FIRING, Alert, AlertsReceived, AlertWorded
from ..core.alerts.inbox import Folding, name_of
from ..core.events import Body, Event
from ..core.values import At, By, Ms, crockford, fact_id
from ..intake.base import Taken
from ..sync.wire import Fact
from .stores.base import Meta, Row, Store, StoreTrouble

TOKEN = "intake"  # what the store is told of whoever brought these facts
_PAGE = 500
_STORM = 40  # deliveries that wait at once: then others are waited for, a little
_LINGER = 0.05
_fact = msgspec.json.Decoder(Fact)


class Intake:
    """One server's way into the inbox. `start` once the store is open."""

    def __init__(self, store: Store, now: Callable[[], Ms]) -> None:
        self._store, self._now = store, now
        self._by_host = os.uname().nodename[:64]
        self._waiting: list[tuple[Taken | _Words, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._week = ""
        self._inc = ""
        self._lam = 0
        self._seen: set[str] = set()
        self._worded: set[str] = set()
        self._folding = Folding()
        self._rates: dict[str, storm.Rates] = {}
        self._rep, self._seq, self._prev = "", 0, ""

    def start(self) -> None:
        self._store.watch(self._heard)

    async def take(self, taken: Taken) -> None:
        """Durable on return. Raises `StoreTrouble`: then nothing of it counts, and its sender tries again."""
        if taken.alerts or taken.more:
            await self._kept(taken)

    async def word(self, source: str, key: str, text: str) -> None:
        """What the message says that this alert was made of. Durable on return. Raises `StoreTrouble`."""
        await self._kept(_Words(source, AlertWorded(name_of(source, key), text)))

    def lacks_words(self, source: str, key: str) -> bool:
        """Whether this alert is in the inbox, and was not told what its message says since it last began to fire."""
        name = name_of(source, key)
        return self._folding.has(name) and name not in self._worded

    async def wordless(self, source: str) -> list[str]:
        """The keys of its alerts that fire and have no words yet. Raises `StoreTrouble`."""
        await self._ready()
        lines = (line for line in self._folding.inbox.lines.values() if line.source == source)
        return [line.alert.key for line in lines if line.alert.state == FIRING and line.id not in self._worded]

    async def _kept(self, what: "Taken | _Words") -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((what, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
        await done

    async def _write_all(self) -> None:
        while self._waiting:
            if len(self._waiting) > _STORM:
                await asyncio.sleep(_LINGER)
            group, self._waiting = self._waiting, []
            trouble: StoreTrouble | None = None
            try:
                await self._write([what for what, _ in group])
            except StoreTrouble as why:
                trouble = why
            except Exception as mistake:
                trouble = StoreTrouble(f"The intake failed ({type(mistake).__name__}).")
            if trouble is not None:
                self._week = ""  # what is in memory may be ahead of the store
            for _, done in group:
                if not done.done():
                    done.set_exception(trouble) if trouble else done.set_result(None)

    async def _write(self, group: list["Taken | _Words"]) -> None:
        await self._ready()
        now = self._now()
        events: list[tuple[Event, bytes]] = []
        came = [each for each in group if isinstance(each, Taken)]
        for source in dict.fromkeys(taken.source for taken in came):
            for body in self._bodies(source, [taken for taken in came if taken.source == source], now):
                events.append(self._sealed(body, source, now))
        events += [self._sealed(each.body, each.source, now) for each in group if isinstance(each, _Words)]
        for at in range(0, len(events), 20):
            await self._append(events[at : at + 20])

    def _bodies(self, source: str, group: list[Taken], now: Ms) -> tuple[AlertsReceived, ...]:
        new: dict[tuple[str, Ms, str, Ms], Alert] = {}
        for taken in group:
            for alert in taken.alerts:
                if not self._folding.knows(source, alert):
                    new.setdefault((alert.key, alert.since, alert.state, alert.told), alert)
        alerts = list(new.values())
        rates = self._rates.setdefault(source, storm.Rates())
        told = storm.choose(alerts, rates.at(now), rates.told(now), _Known(self._folding, source))
        rates.add(alerts, now)
        delivery = group[0].delivery if len(group) == 1 else ""
        return storm.facts(source, told, delivery, sum(taken.more for taken in group))

    def _sealed(self, body: Body, source: str, now: Ms) -> tuple[Event, bytes]:
        self._seq, self._lam = self._seq + 1, self._lam + 1
        event = Event(
            id=fact_id(os.urandom(12)),
            inc=self._inc,
            rep=self._rep,
            seq=self._seq,
            lam=self._lam,
            at=At(now),
            rec=now,
            by=By(source, "intake", self._by_host),
            body=body,
            prev=self._prev,
            salt=os.urandom(16).hex(),
        )
        data, self._prev = codec.seal(event)
        msgspec.structs.force_setattr(event, "hash", self._prev)
        return event, data

    async def _append(self, events: list[tuple[Event, bytes]]) -> None:
        facts = [(data, event.hash) for event, data in events]
        pushed = await self._store.append_expected(self._inc, facts, TOKEN)
        if any(result.status not in ("ok", "duplicate") for result in pushed.results):
            raise StoreTrouble("The log of alerts goes on otherwise than was known here; it is read again.")
        for event, _ in events:
            self._keep(event)

    # ── what is known ───────────────────────────────────────────────────────────────────────────

    async def _ready(self) -> None:
        """This week's log and the last one's, read once; what others add arrives by itself."""
        week = weeks.week_of(self._now())
        if week == self._week:
            return
        self._folding, self._seen, self._worded, self._lam = Folding(), set(), set(), 0
        # A replica of its own for each start and week: nobody has to remember where it stood.
        self._rep, self._seq, self._prev = crockford(int.from_bytes(os.urandom(7), "big"), 10), 0, ""
        last, inc = weeks.identity(weeks.before(week)), weeks.identity(week)
        if await self._store.meta(last) is not None:
            await self._read(last)
        self._lam = 0
        await self._store.put_meta(Meta(inc, created=self._now()))
        self._inc = inc
        await self._read(inc)
        self._week = week

    async def _read(self, inc: str) -> None:
        n = 0
        while rows := await self._store.read_after(inc, n, _PAGE):
            for row in rows:
                self._keep(_event(row))
            n = rows[-1].n

    def _heard(self, inc: str, rows: list[Row]) -> None:
        if inc == self._inc and self._week:
            own = f'"rep":"{self._rep}"'.encode()
            for row in rows:
                if own not in row.data:  # what this writes itself is kept once it is acknowledged
                    self._keep(_event(row))

    def _keep(self, event: Event | None) -> None:
        if event is None or event.id in self._seen:
            return
        self._seen.add(event.id)
        self._lam = max(self._lam, event.lam)
        self._folding.take(event)
        body = event.body
        if isinstance(body, AlertWorded):
            self._worded.add(body.of)
        elif isinstance(body, AlertsReceived) and self._worded:
            self._worded -= {name_of(body.source, alert.key) for alert in body.alerts if alert.state == FIRING}


class _Words(msgspec.Struct, frozen=True):
    """The words of a message, on their way into the log."""

    source: str
    body: AlertWorded


class _Known:
    """The keys of a source that the inbox has."""

    def __init__(self, folding: Folding, source: str) -> None:
        self._folding, self._source = folding, source

    def __contains__(self, key: object) -> bool:
        return self._folding.has(name_of(self._source, str(key)))


def _event(row: Row) -> Event | None:
    fact = _fact.decode(row.data)
    try:
        return codec.decode(fact.e, fact.h)
    except codec.Bad:
        return None
