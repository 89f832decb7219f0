"""What can go wrong on the way to a far side, and how httpx tells it."""

import socket

from ..core.text import clean


class NetError(Exception):
    """No answer. `str()` says why in words for people, and holds nothing but the host of where it went.

    NetError
    ├─ NotSent          the far side has nothing
    │  ├─ Untrusted     its certificate does not verify
    │  └─ Malformed     what was to be sent is no HTTP, and never will be
    └─ NoReply          it left, and the far side may have it
    """


class NotSent(NetError):
    """Nothing of the request has reached the far side: its name, its port, the connection, TLS or a proxy failed."""


class Untrusted(NotSent):
    """There is somebody, whose certificate does not verify."""


class Malformed(NotSent):
    """The address, a header or the body cannot be written as HTTP; trying again cannot help."""


class NoReply(NetError):
    """The request may have arrived: silence, a connection that broke, or something that is no HTTP."""


def reason(error: Exception | None, host: str, sent: bool, traced: bool) -> NetError:
    """The error in our words. `sent`: something of the request has left; `traced`: whether that is known for sure."""
    import httpx

    if isinstance(error, (httpx.LocalProtocolError, httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return Malformed("the address or a header cannot be written as HTTP")
    if not traced:  # another transport than the network's tells by the kind of its error only
        sent = isinstance(error, (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, httpx.CloseError))
        sent = sent or isinstance(error, (httpx.ReadTimeout, httpx.WriteTimeout))
    if isinstance(error, httpx.TimeoutException):
        return NoReply(f"{host} did not answer in time") if sent else NotSent(f"no connection to {host} in time")
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error) and sent:
        return NoReply(f"what {host} answered is no HTTP")
    if sent:
        return NoReply(f"{host} broke the connection off before it answered")
    return _not_sent(error, host)


def _not_sent(error: BaseException | None, host: str) -> NotSent:
    import ssl

    import httpx

    if isinstance(error, httpx.ProxyError):
        return NotSent(f"the proxy does not connect to {host}")
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return Untrusted(f"the certificate of {host} does not verify ({clean(error.verify_message)})")
        if isinstance(error, ssl.SSLError):
            why = f" ({error.reason.replace('_', ' ').lower()})" if error.reason else ""
            return NotSent(f"no TLS with {host}{why}")
        if isinstance(error, socket.gaierror):
            return NotSent(f"the name {host} is not known here")
        if isinstance(error, ConnectionRefusedError):
            return NotSent(f"{host} refuses the connection")
        if isinstance(error, OSError):
            return NotSent(f"{host} cannot be reached" + (f" ({error.strerror.lower()})" if error.strerror else ""))
        error = error.__cause__ or error.__context__
    return NotSent(f"{host} cannot be reached")
