"""The only import of httpx. One request in, a small reply or a plain reason out; never more than asked for.

What may go wrong is told apart by what the far side can know of it: `NotSent`, it has nothing; `NoReply`, it may have
it. A reply's body is read up to a limit, a redirect is not followed, and the whole takes no longer than its deadline.
"""

import socket
from collections.abc import Iterator, Mapping
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

import msgspec

from . import __version__
from .core.text import clean

if TYPE_CHECKING:
    import httpx

LIMIT = 262_144  # bytes of a body: no answer that an adapter reads is longer


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


class Reply(msgspec.Struct, frozen=True):
    """What came back. `headers` by lower-case name; `cut`: `body` is not the whole of it."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""
    cut: bool = False

    def json(self) -> object | None:
        """The body as JSON; None where it is none."""
        try:
            return msgspec.json.decode(self.body)  # type: ignore[no-any-return]  # any JSON there is
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return None

    def header(self, name: str) -> str:
        """A header's value; empty where there is none."""
        return self.headers.get(name.lower(), "")


class Http:
    """Requests with one deadline, `timeout_s` seconds from the look-up of the name to the last byte. Thread-safe.

    `verify` is True, False or an `ssl.SSLContext`; `transport` stands in for the network. Proxies are taken from the
    environment; a netrc and cookies are not.
    """

    def __init__(self, *, timeout_s: float = 10.0, transport: object | None = None, verify: object = True) -> None:
        self.timeout_s = timeout_s
        self._transport, self._verify = transport, verify
        self._lock = Lock()
        self._client: httpx.Client | None = None

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        limit: int = LIMIT,
    ) -> Reply:
        """The reply, whatever its status; also one that broke off after its status line. Raises `NetError`.

        At most one of `json`, `body` and `form` is sent. `params` are added to the address, lists as repeated names.
        At most `limit` bytes of the reply's body are kept.
        """
        client = self._ready()
        exchange = _Exchange(limit)
        try:
            request = _request(client, exchange, method, url, headers, _content(json, body, form), params)
        except Exception:  # httpx names the value it does not like, which may be a secret
            raise Malformed("the address, a header or the body cannot be written as HTTP") from None
        host = clean(request.url.netloc.decode("ascii", "replace").rpartition("@")[2])
        # On a thread of its own, since neither the look-up of a name nor a drip of bytes heeds a deadline.
        Thread(target=exchange.run, args=(client, request), name="warroom-http", daemon=True).start()
        if not exchange.done.wait(self.timeout_s):
            exchange.stop()
        return exchange.result(host, self.timeout_s)

    def close(self) -> None:
        """Lets go of what is open; another request opens it again."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _ready(self) -> "httpx.Client":
        with self._lock:
            if self._client is None:
                self._client = self._open()
            return self._client

    def _open(self) -> "httpx.Client":
        from http.cookiejar import CookieJar, DefaultCookiePolicy
        from logging import WARNING, getLogger

        import httpx

        for name in ("httpx", "httpcore"):
            getLogger(name).setLevel(WARNING)  # below it they write down addresses and headers, with what is secret
        try:
            return httpx.Client(
                transport=self._transport,  # type: ignore[arg-type]  # the interface names no httpx type
                verify=self._verify,  # type: ignore[arg-type]  # as above
                timeout=self.timeout_s,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                # A kept connection that the far side closes meanwhile would turn a plain “not sent” into “unknown”.
                headers={"User-Agent": f"warroom/{__version__}", "Connection": "close", "Accept-Encoding": "identity"},
            )
        except OSError:
            raise NotSent("the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read") from None
        except (ImportError, ValueError):
            raise NotSent("the proxy that the environment names cannot be used") from None


def _content(json: object, body: bytes | None, form: Mapping[str, str] | None) -> tuple[bytes | None, str]:
    if json is not None:
        return msgspec.json.encode(json), "application/json"
    if form is not None:
        from urllib.parse import urlencode

        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return body, ""


def _request(
    client: "httpx.Client",
    exchange: "_Exchange",
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    content: tuple[bytes | None, str],
    params: Mapping[str, Any] | None,
) -> "httpx.Request":
    import httpx

    data, kind = content
    own = httpx.Headers({"Content-Type": kind} if kind else {})
    own.update(dict(headers or {}))
    at = httpx.URL(url).copy_merge_params(dict(params)) if params else httpx.URL(url)
    return client.build_request(method, at, headers=own, content=data, extensions={"trace": exchange.trace})


class _Over(Exception):
    """The deadline has passed, so nothing may be sent any more."""


class _Exchange:
    """One request under way. The caller may stop it at any moment; what it said by then stays true."""

    def __init__(self, limit: int) -> None:
        self.done = Event()
        self._lock = Lock()
        self._limit = limit
        self._over = self._sent = self._traced = False
        self._stream: Any = None
        self._error: Exception | None = None
        self._status, self._headers = 0, dict[str, str]()
        self._body, self._cut = bytearray(), True

    def run(self, client: "httpx.Client", request: "httpx.Request") -> None:
        try:
            response = client.send(request, stream=True)
            try:
                self._read(response)
            finally:
                response.close()
        except Exception as error:
            self._error = error
        finally:
            self.done.set()

    def _read(self, response: "httpx.Response") -> None:
        with self._lock:
            self._headers = {name.lower(): value for name, value in response.headers.items()}
            self._status = response.status_code
        # Raw, since a small body that was packed may unpack to any size.
        chunks: Iterator[bytes] = iter([response.content]) if response.is_stream_consumed else response.iter_raw()
        for chunk in chunks:
            with self._lock:
                room = self._limit - len(self._body)
                self._body += chunk[:room]
                if self._over or len(chunk) > room:
                    return
        self._cut = False

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """What the connection does, told by httpcore: the one sure sign of whether anything was sent."""
        self._traced = True
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            with self._lock:
                self._stream = info["return_value"]
        elif name.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            with self._lock:
                if self._over:
                    raise _Over
                self._sent = True

    def stop(self) -> None:
        """The deadline has passed: from now on nothing is sent and nothing more is read."""
        with self._lock:
            self._over = True
            held = self._stream.get_extra_info("socket") if self._stream is not None else None
        if isinstance(held, socket.socket):
            try:
                # Not the method of a TLS socket, which would take the session from under the thread that reads.
                socket.socket.shutdown(held, socket.SHUT_RDWR)
            except OSError:
                pass

    def result(self, host: str, timeout_s: float) -> Reply:
        with self._lock:
            if self._status:
                return Reply(self._status, self._headers, bytes(self._body), self._cut)
            over, sent, traced, error = self._over, self._sent, self._traced, self._error
        if over:
            late = f"within {timeout_s:g} s"
            raise NoReply(f"{host} did not answer {late}") if sent else NotSent(f"no connection to {host} {late}")
        raise _reason(error, host, sent, traced) from None


def _reason(error: Exception | None, host: str, sent: bool, traced: bool) -> NetError:
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
