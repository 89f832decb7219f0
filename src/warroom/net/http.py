"""Requests over HTTP, each with one deadline from the look-up of the name to the last byte."""

import time
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import msgspec

from .. import __version__
from ..core.text import clean
from . import deadline
from .errors import Malformed, NotSent
from .exchange import Exchange
from .reply import Reply
from .stream import Stream

if TYPE_CHECKING:
    import httpx

LIMIT = 262_144  # bytes of a body: no answer that an adapter reads is longer


class Http:
    """Requests that take `timeout_s` seconds at the most. Thread-safe.

    `verify` is True, False or an `ssl.SSLContext`; `transport` stands in for the network. Proxies are taken from the
    environment; a netrc and cookies are not. `keep`: one connection is kept and used again, by one request at a time.
    """

    def __init__(
        self, *, timeout_s: float = 10.0, transport: object | None = None, verify: object = True, keep: bool = False
    ) -> None:
        self.timeout_s = timeout_s
        self._transport, self._verify, self._keep = transport, verify, keep
        self._lock, self._turn = Lock(), Lock()
        self._client: httpx.Client | None = None
        self._line: Any = None  # httpcore's stream of the kept connection
        self._current: Exchange | None = None

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
        again: bool = False,
        timeout_s: float | None = None,
    ) -> Reply:
        """The reply, whatever its status; also one that broke off after its status line. Raises `NetError`.

        At most one of `json`, `body` and `form` is sent. `params` are added to the address, lists as repeated names.
        At most `limit` bytes of the reply's body are kept. `again`: the far side takes it twice as once, so that it
        may be sent again where a kept connection has gone. `timeout_s`: another deadline than usual.
        """
        within = self.timeout_s if timeout_s is None else timeout_s
        until = time.monotonic() + within
        client = self._ready()
        what = (method, url, headers, _content(json, body, form), params)
        if not self._keep:
            exchange = Exchange(limit)
            request, host = _request(client, exchange, *what)
            _on_a_thread(exchange, client, request, within)
            return exchange.result(host, within)
        with self._turn:
            if self._line is not None:
                exchange = Exchange(limit, self._line)
                request, host = _request(client, exchange, *what)
                self._current = exchange
                self._at_once(exchange, client, request, within)
                if not exchange.stale(again):
                    return exchange.result(host, within)
            self._current = exchange = Exchange(limit)
            request, host = _request(client, exchange, *what)
            _on_a_thread(exchange, client, request, until - time.monotonic())
            self._kept(exchange)
            return exchange.result(host, within)

    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, silence_s: float, first_s: float = 0.0
    ) -> Stream | Reply:
        """Server-sent events from `url`, or the reply where it is none. Raises `NetError`.

        `timeout_s` counts to its headers, then `first_s` to its first frame (0: `silence_s`); from then on `silence_s`
        without a line is too long.
        """
        client = self._ready()
        exchange = Exchange(LIMIT, opening=True)
        asked = {"Accept": "text/event-stream", "Cache-Control": "no-store", **(headers or {})}
        request, host = _request(client, exchange, "GET", url, asked, (None, ""), None)
        request.extensions["timeout"] = {"connect": self.timeout_s, "write": self.timeout_s, "pool": self.timeout_s}
        _on_a_thread(exchange, client, request, self.timeout_s)
        if exchange.response is not None:
            return Stream(exchange.response, exchange, host, silence_s, first_s or silence_s)
        return exchange.result(host, self.timeout_s)

    def stop(self) -> None:
        """Ends what is under way on a kept connection: from any thread."""
        current = self._current
        if current is not None and not current.done.is_set():
            current.stop()

    def close(self) -> None:
        """Lets go of what is open; another request opens it again."""
        with self._lock:
            client, self._client = self._client, None
            self._line = None
        if client is not None:
            client.close()

    def _at_once(self, exchange: Exchange, client: "httpx.Client", request: "httpx.Request", within: float) -> None:
        """On this thread: a kept connection has no name to look up, and its socket can be shut from outside."""
        late = deadline.arm(within, exchange.stop)
        try:
            exchange.run(client, request)
        finally:
            deadline.disarm(late)
            self._kept(exchange)

    def _kept(self, exchange: Exchange) -> None:
        self._line = exchange.line if exchange.whole else None

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
        # Elsewhere a kept connection that the far side closes would turn a plain “not sent” into “unknown”.
        asked = {} if self._keep else {"Connection": "close"}
        try:
            return httpx.Client(
                transport=self._transport,  # type: ignore[arg-type]  # the interface names no httpx type
                verify=self._verify,  # type: ignore[arg-type]  # as above
                timeout=self.timeout_s,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                limits=httpx.Limits(keepalive_expiry=None) if self._keep else httpx.Limits(),
                headers={"User-Agent": f"warroom/{__version__}", **asked, "Accept-Encoding": "identity"},
            )
        except OSError:
            raise NotSent("the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read") from None
        except (ImportError, ValueError):
            raise NotSent("the proxy that the environment names cannot be used") from None


def _on_a_thread(exchange: Exchange, client: "httpx.Client", request: "httpx.Request", within: float) -> None:
    """On a thread of its own, since neither the look-up of a name nor a drip of bytes heeds a deadline."""
    Thread(target=exchange.run, args=(client, request), name="warroom-http", daemon=True).start()
    if not exchange.done.wait(within):
        exchange.stop()


@lru_cache(maxsize=8)
def _parsed(url: str) -> "httpx.URL":
    import httpx

    return httpx.URL(url)


def _content(json: object, body: bytes | None, form: Mapping[str, str] | None) -> tuple[bytes | None, str]:
    if json is not None:
        return msgspec.json.encode(json), "application/json"
    if form is not None:
        from urllib.parse import urlencode

        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return body, ""


def _request(
    client: "httpx.Client",
    exchange: Exchange,
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    content: tuple[bytes | None, str],
    params: Mapping[str, Any] | None,
) -> "tuple[httpx.Request, str]":
    """The request, and the host as messages name it. Raises `Malformed`."""
    data, kind = content
    try:
        own = dict(headers or {})
        if kind and not any(name.lower() == "content-type" for name in own):
            own["Content-Type"] = kind
        at = _parsed(url).copy_merge_params(dict(params)) if params else _parsed(url)
        request = client.build_request(method, at, headers=own, content=data, extensions={"trace": exchange.trace})
    except Exception:  # httpx names the value it does not like, which may be a secret
        raise Malformed("the address, a header or the body cannot be written as HTTP") from None
    return request, clean(request.url.netloc.decode("ascii", "replace").rpartition("@")[2])
