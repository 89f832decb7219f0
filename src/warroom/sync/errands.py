"""What nobody waits for: evidence that goes to the server, who is here, who brought what. On a thread of its own."""

import os
from collections.abc import Callable
from threading import Event, Thread
from typing import Protocol

from ..room import here
from ..store import beside, evidence
from ..store.errors import StoreError
from . import wire
from .answers import Absent, Denied, Offline, Trouble, Unfit
from .client import Client
from .exchange import Exchange
from .link import Link

EVERY_S = 10.0  # seconds between two times that somebody is said to be here


class Served(Protocol):
    """Whoever it runs for; called from its thread."""

    def exchange(self, inc: str) -> Exchange | None: ...

    def present(self, exchange: Exchange, here: tuple[wire.Present, ...]) -> None: ...

    def heard(self, exchange: Exchange) -> None: ...

    def failed(self, fault: Exception) -> None: ...


class Errands:
    """`owes` names what may have evidence to send, or something to ask."""

    def __init__(
        self, client: Client, link: Link, served: Served, state_folder: str, clock: Callable[[], float]
    ) -> None:
        self._client, self._link, self._served, self._clock = client, link, served, clock
        self._state_folder = state_folder
        self._host = os.uname().nodename[:64]
        self._owing: dict[str, Exchange] = {}
        self._wake = Event()
        self._stopping = False
        self._said = -EVERY_S
        self._here: set[tuple[str, str]] = set()  # incident and name, as they were said last
        self._thread = Thread(target=self._run, name="warroom-errands", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._client.stop()
        self._wake.set()

    def again(self) -> None:
        """The old connection may be dead without knowing. From any thread."""
        self._client.interrupt()

    def owes(self, exchange: Exchange) -> None:
        """Its evidence may not all be there, or who brought what may not be known here."""
        if exchange.file.blobs or exchange.relays.due:
            self._owing[exchange.inc] = exchange
            self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(max(0.1, self._said + EVERY_S - self._clock()))
            self._wake.clear()
            if self._stopping or self._link.state != "online":
                self._wake.wait(1.0)
                continue
            try:
                if self._clock() - self._said >= EVERY_S:
                    self._said = self._clock()
                    self._say_who_is_here()
                self._bring()
            except Trouble:
                self._client.close()  # whoever exchanges facts finds out what it is
            except Exception as fault:  # a mistake of this program must not end the errands for good
                self._client.close()
                self._served.failed(fault)

    def _say_who_is_here(self) -> None:
        now = {(each.inc, each.who) for each in here.now(self._state_folder)}
        before, self._here = self._here, now
        for inc, name in sorted(now | before):
            exchange = self._served.exchange(inc)
            if exchange is None or self._stopping:
                continue
            say = self._client.present if (inc, name) in now else self._client.leaves
            try:
                who = wire.Present(name, self._host, exchange.file.rep)
                self._served.present(exchange, say(inc, who).here)
            except (Absent, Denied, Unfit):
                continue  # a token that may only read is not shown to others

    def _bring(self) -> None:
        while self._owing and not self._stopping:
            inc, exchange = self._owing.popitem()
            try:
                if any((send(self._client, exchange), learn(self._client, exchange))):
                    self._served.heard(exchange)
            except Offline:
                self._owing[inc] = exchange
                raise


def owed(exchange: Exchange) -> list[str]:
    """The evidence whose fact the server has, and of which it is not known that it is there too."""
    with exchange.guard:
        not_there = exchange.engine.unsent.keys() | exchange.engine.refused.keys()
        named = [sha for sha, ids in exchange.file.blobs.items() if ids - not_there]
    known = exchange.there | exchange.unfit
    return [sha for sha in named if sha not in known and evidence.is_hash(sha)]


def send(client: Client, exchange: Exchange) -> bool:
    """Brings what is owed and lies here; whether the server has anything more now. Raises `Offline`."""
    folder = beside.evidence(exchange.file.path)
    found = False
    for sha in owed(exchange):
        try:
            if not client.has_blob(exchange.inc, sha):
                if exchange.reads_only:
                    raise Absent("nobody has sent it yet")
                client.put_blob(exchange.inc, sha, evidence.load(folder, sha))
        except (Absent, Denied, Unfit, StoreError):
            exchange.unfit.add(sha)  # asked for again when everything is tried anew
            continue
        exchange.there.add(sha)
        found = True
    return found


def learn(client: Client, exchange: Exchange) -> bool:
    """Asks who brought what, where that may be another than before; whether it is. Raises `Offline`."""
    with exchange.guard:
        if not (exchange.relays.due and exchange.engine.level):
            return False  # what is on its way would not be told of
        mark, heads, rows = exchange.relays.mark, dict(exchange.engine.heads), exchange.engine.rows
    try:
        details = client.details(exchange.inc)
    except (Absent, Denied, Unfit):
        return False
    with exchange.guard:
        return exchange.relays.told(mark, details, heads, rows)
