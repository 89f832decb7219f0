"""The only place that imports websockets: one connection, opened with a deadline, that notices when nobody is there.

It belongs to the extra `slack`, and is imported by whoever opens a connection.
"""

from typing import TYPE_CHECKING

import msgspec

from .. import __version__
from ..core.text import clean
from .errors import Malformed, NoReply, NotSent

if TYPE_CHECKING:
    import ssl

    from websockets.sync.client import ClientConnection

LARGEST = 1 << 22  # bytes of one message
_CLOSING_S = 1.0


class WebSocket:
    """Opens at once. Raises `NotSent`. `silence_s`: unanswered pings so long apart end it.

    `take` is for one thread; `send` and `close` for any.
    """

    def __init__(self, url: str, *, timeout_s: float = 10.0, silence_s: float = 20.0, verify: object = True) -> None:
        from logging import CRITICAL, getLogger

        from websockets.exceptions import InvalidURI, WebSocketException
        from websockets.sync.client import connect

        logger = getLogger("warroom.web_socket")
        logger.setLevel(CRITICAL)  # below it addresses are written down, with what is secret in them
        self.host = host_of(url)
        context: ssl.SSLContext | None = verify if url.startswith("wss:") and verify is not True else None  # type: ignore[assignment]  # the interface names no ssl type
        try:
            self._line: ClientConnection = connect(
                url,
                ssl=context,
                open_timeout=timeout_s,
                ping_interval=silence_s,
                ping_timeout=silence_s,
                close_timeout=_CLOSING_S,
                max_size=LARGEST,
                user_agent_header=f"warroom/{__version__}",
                logger=logger,
            ).__enter__()
        except (InvalidURI, ValueError):
            raise Malformed("the address is none of a WebSocket") from None
        except TimeoutError:
            raise NotSent(f"no connection to {self.host} within {timeout_s:g} s") from None
        except (OSError, WebSocketException) as error:
            # Some of them name the address, which may be a secret.
            raise NotSent(f"{self.host} opens no WebSocket ({type(error).__name__})") from None

    def take(self, timeout_s: float) -> bytes | None:
        """The next message; None: none came so soon. Raises `NoReply` once the connection is gone."""
        from websockets.exceptions import WebSocketException

        try:
            said = self._line.recv(timeout=timeout_s)
        except TimeoutError:
            return None
        except (OSError, WebSocketException, EOFError):
            raise NoReply(f"{self.host} ended the connection") from None
        return said.encode() if isinstance(said, str) else bytes(said)

    def send(self, message: object) -> bool:
        """`message` as JSON; whether it went out."""
        from websockets.exceptions import WebSocketException

        try:
            self._line.send(msgspec.json.encode(message).decode())
        except (OSError, WebSocketException):
            return False
        return True

    def close(self) -> None:
        """Ends it, also while another thread waits for a message."""
        from websockets.exceptions import WebSocketException

        try:
            self._line.close()
        except (OSError, WebSocketException):
            pass


def host_of(url: str) -> str:
    """The host of this address, as messages name it."""
    from urllib.parse import urlsplit

    try:
        return clean(urlsplit(url).netloc.rpartition("@")[2])[:200] or "nowhere"
    except ValueError:
        return "nowhere"
