"""Hears what others write: one stream for all incidents, and asks again and again where a proxy holds streams back.

Runs on a thread of its own. A fact that comes goes into its file here, at once; for whatever else there is to do, the
process is woken.
"""

from collections.abc import Callable
from itertools import groupby
from threading import Event, Thread
from typing import Protocol

import msgspec

from ..net import Frame
from . import wire
from .answers import Trouble
from .client import Client
from .exchange import Exchange
from .link import Link

HELLO_S = 5.0  # seconds in which a stream says something, unless a proxy holds it back
STREAM_AGAIN_S = 300.0  # seconds until a stream is tried again where one was held back
_PAUSE_S = 0.2  # seconds before a stream that ended is opened again, where nothing is wrong
_IDLE_S = 1.0
_FAULT_S = 5.0


class _HereNow(msgspec.Struct, frozen=True):
    inc: str
    here: tuple[wire.Present, ...]


_live = msgspec.json.Decoder(wire.Live)
_listed = msgspec.json.Decoder(wire.Listed)
_here = msgspec.json.Decoder(_HereNow)


class Hears(Protocol):
    """Whoever is told, from the listener's thread."""

    def exchange(self, inc: str) -> Exchange | None:
        """The incident, where it is exchanged."""

    def liveliest(self) -> Exchange | None:
        """The incident in step on which a pull may wait."""

    def connected(self) -> None:
        """A stream begins, or plain answers do: what came before is not on it."""

    def lost(self, trouble: Trouble) -> None:
        """There is no stream, and no answer."""

    def failed(self, fault: Exception) -> None:
        """Something went wrong that should not have."""

    def unknown(self, inc: str) -> None:
        """An incident that has no file here."""

    def heard(self, exchange: Exchange) -> None:
        """Something new is in its file, or somebody came or went."""

    def present(self, exchange: Exchange, here: tuple[wire.Present, ...]) -> None:
        """Who has the room open."""


class Listener:
    """`polling`: whether it asks again and again; `streaming`: whether a stream is open and has said something."""

    def __init__(self, client: Client, link: Link, hears: Hears, clock: Callable[[], float]) -> None:
        self._client, self._link, self._hears, self._clock = client, link, hears, clock
        self._wake = Event()
        self._stopping = False
        self.polling = self.streaming = False
        self._stream_due = 0.0
        self._thread = Thread(target=self._run, name="warroom-listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it soon. From any thread."""
        self._stopping = True
        self._client.stop()
        self._wake.set()

    def again(self) -> None:
        """Connects anew, now: the old connection may be dead without knowing. From any thread."""
        self._stream_due = 0.0
        self._client.interrupt()
        self._wake.set()

    def nudge(self) -> None:
        """There is a server again: no need to wait for the next try. From any thread."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                pause = self._poll() if self.polling and self._clock() < self._stream_due else self._stream()
            except Trouble as trouble:
                self._client.close()
                self._hears.lost(trouble)
                pause = max(_PAUSE_S, self._link.due - self._clock())
            except Exception as fault:  # a mistake of this program must not end the hearing for good
                self._client.close()
                self._hears.failed(fault)
                pause = _FAULT_S
            if not self._stopping:
                self._wake.wait(pause)

    # ── a stream ──

    def _stream(self) -> float:
        """Until it ends; how long to wait then. Raises `Trouble` where plain calls fail too."""
        try:
            for frames in self._client.live(HELLO_S):
                if not self.streaming:
                    self.streaming, self.polling = True, False
                    self._hears.connected()
                self._take(frames)
        except Trouble as trouble:
            if not self.streaming and not self._stopping:
                self._without_stream(trouble)
        finally:
            self.streaming = False
        return _PAUSE_S

    def _without_stream(self, trouble: Trouble) -> None:
        """No stream came: where plain calls are answered, something on the way holds streams back. Raises `Trouble`."""
        self._client.close()
        self._client.incidents()
        self.polling = True
        self._stream_due = self._clock() + STREAM_AGAIN_S
        self._hears.connected()

    def _take(self, frames: list[Frame]) -> None:
        for event, several in groupby(frames, lambda frame: frame.event):
            try:
                if event == "fact":
                    self._facts([_live.decode(frame.data) for frame in several])
                elif event == "here":
                    self._present([_here.decode(frame.data) for frame in several])
                elif event == "created":
                    for frame in several:
                        self._hears.unknown(_listed.decode(frame.data).inc)
                elif event == "reset":
                    self._hears.connected()
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                self._hears.connected()  # something was said that is not understood: compare what both sides have

    def _facts(self, lives: list[wire.Live]) -> None:
        for inc, several in groupby(lives, lambda live: live.inc):
            exchange = self._hears.exchange(inc)
            if exchange is None:
                self._hears.unknown(inc)
                continue
            exchange.came([(live.cursor, live.fact) for live in several])
            self._hears.heard(exchange)

    def _present(self, rooms: list[_HereNow]) -> None:
        for room in rooms:
            exchange = self._hears.exchange(room.inc)
            if exchange is not None:
                self._hears.present(exchange, room.here)

    # ── again and again ──

    def _poll(self) -> float:
        """Waits for what is new in the liveliest incident; the process looks at the others. Raises `Trouble`."""
        exchange = self._hears.liveliest()
        if exchange is None:
            return _IDLE_S
        with exchange.guard:
            cursor = exchange.engine.cursor
        page = self._client.pull(exchange.inc, cursor, wait=wire.LONGEST_WAIT)
        if page.events:
            exchange.came([(page.cursor, fact) for fact in page.events])
            self._hears.heard(exchange)
        return 0.0
