"""What consoles and commands read: the status of each incident, written beside its file when it has changed."""

import time

import msgspec

from ..core.values import Ms
from ..room import syncing
from ..room.syncing import Here, Status
from .exchange import Exchange
from .link import Link
from .offset import Offset

_GONE = 30.0  # seconds for which it is believed who is here, while no stream says when that changes
_AGAIN = 0.1  # seconds between two writes of one status, but for what cannot wait
_STEP = 50  # ms by which the offset must change before it is written anew

_NEXT = {"offline": "it is tried again by itself.", "denied": "it is tried again every minute."}


class Board:
    """For one thread."""

    def __init__(self, server: str, grant: str, link: Link, offset: Offset) -> None:
        self.server, self.grant = server, grant
        self.streaming = False  # whether a stream tells who comes and goes
        self._link, self._offset = link, offset
        self._written: dict[str, tuple[float, Status]] = {}
        self._due: dict[str, Exchange] = {}
        self._shown: Ms | None = None

    def changed(self, exchange: Exchange, at_once: bool = False) -> None:
        """Its status may be another; `at_once`: somebody waits for it."""
        if at_once:
            self._write(exchange)
        else:
            self._due[exchange.inc] = exchange

    def flush(self) -> float:
        """Writes what is due; seconds until the next is, at the most a second."""
        now = time.monotonic()
        wait = 1.0
        for inc, exchange in list(self._due.items()):
            last, _ = self._written.get(inc, (0.0, None))
            if now - last >= _AGAIN:
                self._write(exchange)
            else:
                wait = min(wait, last + _AGAIN - now)
        return wait

    def end(self, exchanges: list[Exchange], why: str) -> None:
        """Nobody exchanges facts from here on: says so."""
        for exchange in exchanges:
            now = time.time_ns() // 1_000_000
            with exchange.guard:
                status = self._status(exchange)
            syncing.save(
                exchange.file.path, msgspec.structs.replace(status, state="offline", since=now, why=why, here=())
            )

    def _write(self, exchange: Exchange) -> None:
        self._due.pop(exchange.inc, None)
        with exchange.guard:
            status = self._status(exchange)
        _, before = self._written.get(exchange.inc, (0.0, None))
        if status != before and not exchange.gone and syncing.save(exchange.file.path, status):
            self._written[exchange.inc] = (time.monotonic(), status)

    def _status(self, exchange: Exchange) -> Status:
        engine, link = exchange.engine, self._link
        state, why = link.state, link.why
        if state == "online" and engine.trouble:
            state, why = "denied", engine.trouble
        elif state == "online" and exchange.ails:
            state, why = "offline", exchange.ails
        elif state != "online":
            why = f"{why[:1].upper()}{why[1:]}; {_NEXT[state]}"
        elif barred := exchange.barred:
            why = f"{barred[:1].upper()}{barred[1:]}, so what is written here stays here."
        return Status(
            server=self.server,
            state=state,
            since=self._since(exchange, state),
            why=why,
            grant=self.grant,
            unsent=engine.unsent,
            refused=engine.refused,
            here=self._here(exchange),
            offset=self._steady_offset(),
            cursor=engine.cursor,
            heads=engine.heads,
            relayed=exchange.relays.facts,
            blobs=tuple(sorted(exchange.there)),
        )

    def _since(self, exchange: Exchange, state: syncing.State) -> Ms:
        _, before = self._written.get(exchange.inc, (0.0, None))
        if before is None:  # another process may have said it before this one began
            before = syncing.status(exchange.file.path)
        if before is not None and (before.state, before.server) == (state, self.server):
            return before.since
        return self._link.since if state == self._link.state else time.time_ns() // 1_000_000

    def _steady_offset(self) -> Ms | None:
        """The offset, without its last trembling: a status is not written anew for a millisecond."""
        now = self._offset.ms
        if now is None or self._shown is None or abs(now - self._shown) >= _STEP:
            self._shown = now
        return self._shown

    def _here(self, exchange: Exchange) -> tuple[Here, ...]:
        """Who is in the room elsewhere."""
        if not self.streaming and time.monotonic() - exchange.heard > _GONE:
            return ()
        return tuple(
            Here(each.who, each.host, each.rep, self._offset.here(each.seen))
            for each in exchange.here
            if each.rep != exchange.file.rep
        )
