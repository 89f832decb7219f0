"""The server's API as calls with types. Each returns what was asked for or raises `Trouble`; none takes for ever."""

import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from ..net import Frame, Http, NetError, Reply, Stream, Untrusted, trust
from ..net import Malformed as BadRequest
from . import answers, joining, wire
from .answers import Denied, Offline, Trouble
from .offset import Offset
from .token import Token

T = TypeVar("T")

SOON = 12.0  # seconds for a call: less than what a process may be silent before it is taken for dead
LONG = 120.0  # seconds for evidence
_SMALL = 1 << 20
_PAGE = 48 << 20  # bytes of a page: as many facts as it may have, each as large as it may be
_encode = msgspec.json.Encoder().encode


class Client:
    """One server. For one thread; `stop` ends from any other what it waits for."""

    def __init__(self, url: str, token: Token, ca: str = "", offset: Offset | None = None) -> None:
        self.url = joining.address(url)
        self.offset = offset or Offset()
        self.host = urlsplit(self.url).netloc
        self._token, self._ca = token, ca
        self.answered: Callable[[], None] = lambda: None  # called after every call, however it ended
        self._http: Http | None = None
        self._stream: Stream | None = None
        self._stopped = False

    # ── the calls ───────────────────────────────────────────────────────────────────────────────

    def info(self) -> wire.Info:
        return self._timed("GET", "/v1/info", wire.Info)

    def incidents(self) -> wire.Incidents:
        return self._timed("GET", "/v1/incidents", wire.Incidents, limit=_PAGE)

    def create(self, inc: str, restricted: bool) -> None:
        answers.check(self._put(_of(inc), wire.Create(restricted)), self.host)

    def heads(self, inc: str) -> wire.Standing:
        return self._timed("GET", _of(inc, "heads"), wire.Standing, limit=_PAGE)

    def push(self, inc: str, facts: list[bytes]) -> wire.Pushed:
        """Facts as wire bytes."""
        body = b'{"events":[' + b",".join(facts) + b"]}"
        reply = self._ask("POST", _of(inc, "events"), body=body, limit=_SMALL)
        pushed = self._value(reply, wire.Pushed)
        if len(pushed.results) != len(facts):
            raise Offline(f"{self.host} answered for {len(pushed.results)} of {len(facts)} facts")
        return pushed

    def details(self, inc: str) -> wire.Details:
        return self._value(self._ask("GET", _of(inc), limit=_PAGE), wire.Details)

    def pull(self, inc: str, after: str, limit: int = wire.LONGEST_PAGE, wait: int = 0) -> wire.Page:
        params = {"after": after, "limit": limit, "wait": wait}
        asked = {name: value for name, value in params.items() if value}
        path = _of(inc, "events")
        if wait:
            return self._value(self._ask("GET", path, params=asked, limit=_PAGE, timeout_s=wait + SOON), wire.Page)
        return self._timed("GET", path, wire.Page, params=asked, limit=_PAGE)

    def present(self, inc: str, who: wire.Present) -> wire.Presence:
        reply = self._ask("POST", _of(inc, "presence"), body=_encode(who), limit=_SMALL)
        return self._value(reply, wire.Presence)

    def leaves(self, inc: str, who: wire.Present) -> wire.Presence:
        body = {"who": who.who, "host": who.host, "rep": who.rep, "gone": True}
        return self._value(self._ask("POST", _of(inc, "presence"), body=_encode(body), limit=_SMALL), wire.Presence)

    def share(self, inc: str, wish: wire.ShareWish) -> wire.Share:
        """A new link to the page of this incident, with its secret."""
        reply = self._ask("POST", _of(inc, "shares"), body=_encode(wish), again=False)
        return self._value(reply, wire.Share)

    def shares(self, inc: str) -> wire.Shares:
        return self._value(self._ask("GET", _of(inc, "shares")), wire.Shares)

    def unshare(self, inc: str, id: str) -> None:
        self._check(self._ask("DELETE", _of(inc, "shares", id)))

    def has_blob(self, inc: str, sha: str) -> bool:
        reply = self._ask("HEAD", _of(inc, "blobs", sha))
        if reply.status in (200, 404):  # an answer to HEAD has no words
            return reply.status == 200
        self._check(reply)
        return True

    def put_blob(self, inc: str, sha: str, data: bytes) -> None:
        kind = {"Content-Type": "application/octet-stream"}
        self._check(self._ask("PUT", _of(inc, "blobs", sha), body=data, headers=kind, timeout_s=LONG))

    def blob(self, inc: str, sha: str) -> bytes:
        """The evidence, which has this hash."""
        reply = self._ask("GET", _of(inc, "blobs", sha), limit=wire.LARGEST_BLOB + 1, timeout_s=LONG)
        self._check(reply)
        if sha256(reply.body).hexdigest() != sha:
            raise Offline(f"what {self.host} sent has another hash than the evidence {sha[:12]}")
        return reply.body

    def live(self, first_s: float) -> Iterator[list[Frame]]:
        """All frames of all incidents, as they come; it ends when `interrupt` is called, else by raising `Trouble`.

        `first_s`: the seconds in which the first one has to come.
        """
        stream = self._opened("/v1/live", first_s)
        try:
            yield from stream
        except NetError as problem:
            raise self._offline(problem) from None
        finally:
            stream.close()

    # ── how ─────────────────────────────────────────────────────────────────────────────────────

    def stop(self) -> None:
        """Ends what is being waited for, and lets nothing new begin. From any thread."""
        self._stopped = True
        self.interrupt()

    def interrupt(self) -> None:
        """Ends what is being waited for. From any thread."""
        http, stream = self._http, self._stream
        if http is not None:
            http.stop()
        if stream is not None:
            stream.close()

    def close(self) -> None:
        """Lets go of the connection; the next call makes a new one."""
        http, self._http = self._http, None
        if http is not None:
            http.close()

    def _opened(self, path: str, first_s: float) -> Stream:
        try:
            at = self.url + path
            stream = self._edge().stream(at, headers=self._headers(), silence_s=wire.SILENCE, first_s=first_s)
        except NetError as problem:
            raise self._offline(problem) from None
        if isinstance(stream, Reply):
            self._check(stream)
            raise Offline(f"{self.host} answers with no stream: a proxy stands before the server")
        self._stream = stream
        return stream

    def _put(self, path: str, what: msgspec.Struct) -> Reply:
        return self._ask("PUT", path, body=_encode(what))

    def _timed(
        self, method: str, path: str, kind: type[T], *, params: Mapping[str, Any] | None = None, limit: int = _SMALL
    ) -> T:
        """A call whose answer has the server's time in it."""
        asked = time.time_ns() // 1_000_000
        reply = self._ask(method, path, params=params, limit=limit)
        answered = time.time_ns() // 1_000_000
        found = self._value(reply, kind)
        self.offset.saw(getattr(found, "time", 0), asked, answered)
        return found

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = _SMALL,
        timeout_s: float = SOON,
        again: bool = True,
    ) -> Reply:
        """`again`: the call does the same twice as once, as every one but that for a new link."""
        kind = {"Content-Type": "application/json"} if body is not None else {}
        try:
            return self._edge().request(
                method,
                self.url + path,
                headers=kind | self._headers() | dict(headers or {}),
                body=body,
                params=params,
                limit=limit,
                again=again,
                timeout_s=timeout_s,
            )
        except NetError as problem:
            raise self._offline(problem) from None
        finally:
            self.answered()

    def _edge(self) -> Http:
        if self._stopped:
            raise Offline("it was stopped")
        if not self._token:
            raise Denied("the token is not here any more; `warroom join URL --replace` asks for one")
        if self._http is None:
            secure = self.url.startswith("https:")
            try:
                self._http = Http(timeout_s=SOON, verify=trust(self._ca) if secure else False, keep=True)
            except NetError as problem:
                raise self._offline(problem) from None
        return self._http

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    def _value(self, reply: Reply, kind: type[T]) -> T:
        try:
            return answers.value(reply, kind, self.host)
        except Trouble as trouble:
            raise self._hidden(trouble) from None

    def _check(self, reply: Reply) -> None:
        try:
            answers.check(reply, self.host)
        except Trouble as trouble:
            raise self._hidden(trouble) from None

    def _hidden(self, trouble: Trouble) -> Trouble:
        trouble.args = (self._token.hide(str(trouble)),)
        return trouble

    def _offline(self, problem: NetError) -> Trouble:
        if isinstance(problem, BadRequest):
            return Offline("the address or the token cannot be written as HTTP")
        if isinstance(problem, Untrusted):
            self.close()  # the next try reads the certificates anew
        return Offline(str(problem))


def _of(inc: str, *more: str) -> str:
    return "/".join(("/v1/incidents", quote(inc, safe=""), *(quote(each, safe="") for each in more)))
