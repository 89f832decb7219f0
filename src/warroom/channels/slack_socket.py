"""Slack's Socket Mode: a connection that this process opens, so that no public address is needed.

What comes is acknowledged by whoever has made it durable; what is not acknowledged, Slack tells again. It reconnects by
itself, and at once where Slack asks for it.
"""

import random
import time
from collections.abc import Callable
from re import compile
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import msgspec

from ..core.text import clean, clip
from ..net import NetError, trust
from .base import Later, Unknown
from .foreign import Row, number, row
from .slack_call import No, SlackCalls
from .slack_words import word

if TYPE_CHECKING:
    from ..net.web_socket import WebSocket

EXTRA = "needs the package websockets; say pip install 'warroom[slack]'"
_HELLO_S = 10.0  # until Slack has said hello
_SILENCE_S = 15.0  # between two pings, and until one is answered
_FIRST_S, _LONGEST_S = 0.5, 30.0
_REFUSED_S = 300.0  # until what Slack refuses is asked for again: somebody may have put it right
_PATIENCE_S = 1.0
_SHORT_S = 5.0
# A lone surrogate, which no fact can hold and no decoder takes: the first half without the second, or the other way.
_HALF = compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_HELD = 20_000  # envelopes that wait to be acknowledged


class SlackSocket:
    """`take` gets each envelope, `hello` the number of connections that the app has, both on this one's thread;
    `tell` is told what is wrong, once, and an empty text when it is over.
    """

    def __init__(
        self,
        slack: SlackCalls,
        take: Callable[[Row], None],
        hello: Callable[[int], None],
        tell: Callable[[str], None],
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._slack, self._take, self._hello, self._tell, self._dice = slack, take, hello, tell, dice
        self._stopping = Event()
        self._guard = Lock()
        self._held: dict[str, WebSocket] = {}
        self._line: WebSocket | None = None
        self.connected = False
        Thread(target=self._run, name=f"slack-{slack.name}", daemon=True).start()

    def acknowledge(self, envelope: str) -> None:
        """Tells Slack that this envelope is kept here. One whose connection has gone comes again, and is known then."""
        with self._guard:
            line = self._held.pop(envelope, None)
        if line is not None:
            line.send({"envelope_id": envelope})

    def close(self) -> None:
        """Ends the connection, from any thread."""
        self._stopping.set()
        line = self._line
        if line is not None:
            # Its good-bye may take a second, and nobody is to wait for that.
            Thread(target=line.close, name="slack-close", daemon=True).start()

    # ── on its own thread ──

    def _run(self) -> None:
        failed = 0
        while not self._stopping.is_set():
            pause = self._once()
            self.connected = False
            with self._guard:
                self._held.clear()
            failed = 0 if pause is None else failed + 1
            if pause is not None:
                backoff = min(_LONGEST_S, _FIRST_S * 2 ** min(failed - 1, 10))
                self._stopping.wait(max(pause, backoff * (0.5 + self._dice())))

    def _once(self) -> float | None:
        """One connection, until it ends. The seconds to wait before the next at the least; None: it was a good one."""
        try:
            from ..net.web_socket import WebSocket

            url = self._address()
            if not isinstance(url, str):
                return url
            self._line = WebSocket(url, silence_s=_SILENCE_S, verify=trust())
        except ImportError:
            self._tell(EXTRA)
            return _REFUSED_S
        except NetError as error:
            self._tell(str(error))
            return 0.0
        begun = time.monotonic()
        try:
            pause = self._listen(self._line)
        except NetError as error:
            if not self._stopping.is_set():
                self._tell(str(error))
            pause = None if self.connected else 0.0
        finally:
            self._line.close()
            self._line = None
        # Somebody who sends us away as soon as we come is not asked again at once.
        return 0.0 if pause is None and time.monotonic() - begun < _SHORT_S else pause

    def _address(self) -> str | float:
        """Where to connect; where Slack gives no address, the seconds to wait."""
        done = self._slack.read(self._slack.sent("POST", "apps.connections.open", {}, token="app_token"))
        if isinstance(done, No):
            self._tell(done.why)
            if isinstance(done.outcome, Later):
                return done.outcome.after or 0.0
            return 0.0 if isinstance(done.outcome, Unknown) else _REFUSED_S
        url = word(done.get("url"))
        if not is_safe(url):
            self._tell("Slack gives an address for its socket that nobody should connect to")
            return _REFUSED_S
        return url

    def _listen(self, line: "WebSocket") -> float | None:
        waited = 0.0
        while not self._stopping.is_set():
            raw = line.take(_PATIENCE_S)
            if raw is None:
                waited += _PATIENCE_S
                if not self.connected and waited >= _HELLO_S:
                    self._tell("Slack says no hello on its socket")
                    return 0.0
                continue
            said = _read(raw)
            match said.get("type"):
                case "hello":
                    self.connected = True
                    self._tell("")
                    self._hello(number(said, "num_connections") or 1)
                case "disconnect":
                    return self._sent_away(word(said.get("reason")))
                case _:
                    self._came(line, said)
        return None

    def _came(self, line: "WebSocket", said: Row) -> None:
        id = word(said.get("envelope_id"))
        if not id:
            return
        with self._guard:
            if len(self._held) >= _HELD:
                return  # Slack tells it again
            self._held[id] = line
        self._take(said)

    def _sent_away(self, reason: str) -> float | None:
        """Slack ends connections every few hours, and says so."""
        if reason == "link_disabled":
            self._tell("Socket Mode is switched off for the Slack app; switch it on where the app is configured")
            return _REFUSED_S
        if reason in ("warning", "refresh_requested", ""):
            return None
        self._tell(f"Slack ended the socket: {clip(clean(reason), 80)}")
        return 0.0


def _read(raw: bytes) -> Row:
    """A message of Slack's; an empty one where it is none. Half a character in it costs that character and no more."""
    for data in (raw, _HALF.sub(rb"\\ufffd", raw)):
        try:
            return row(msgspec.json.decode(data))
        except (msgspec.MsgspecError, RecursionError, ValueError):
            continue
    return {}


def is_safe(url: str) -> bool:
    """Whether this is an address of a socket on which nobody else can listen."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (parts.scheme == "wss" and bool(host)) or (
        parts.scheme == "ws" and host in ("127.0.0.1", "::1", "localhost")
    )
