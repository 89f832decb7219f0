"""What a server's reply means: the value that was asked for, or why not, in one plain sentence.

Anything may stand between here and the server (a captive portal, a proxy, another service): only what has the shape of
the protocol counts as the server's word, and everything else as being offline.
"""

from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from ..core.text import clean
from ..net import Reply
from . import wire

T = TypeVar("T")

_LONGEST_WAIT = 300.0  # seconds that a server may tell us to wait
_LONGEST_WORDS = 300
_NO_SERVER = "something that is no War room server"


class Trouble(Exception):
    """A call that did not do what it should. `str()` is a sentence for people without its full stop.

    Trouble
    ├─ Offline    no server, or not now: to be tried again; `wait`: not before so many seconds
    ├─ Denied     the token may not do this
    ├─ Absent     there is no such incident or evidence there, or the token may not see it
    └─ Unfit      the server will never take this; `status` and `code` say why
    """


class Offline(Trouble):
    wait: float = 0.0


class Denied(Trouble):
    pass


class Absent(Trouble):
    pass


class Unfit(Trouble):
    status: int = 0
    code: str = ""


_problem = msgspec.json.Decoder(wire.Problem)
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def value(reply: Reply, kind: type[T], host: str) -> T:
    """What was asked for. Raises `Trouble`."""
    check(reply, host)
    decoder = _decoders.get(kind) or _decoders.setdefault(kind, msgspec.json.Decoder(kind))
    try:
        return decoder.decode(reply.body)  # type: ignore[no-any-return]  # of the kind that the decoder was made for
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Offline(_stranger(reply, host)) from None


def check(reply: Reply, host: str) -> None:
    """Raises `Trouble` where this is no whole reply that says yes."""
    status = reply.status
    if 300 <= status < 400:
        raise Offline(_elsewhere(reply, host))
    if status in (200, 201, 204):
        if reply.cut:
            raise Offline(f"{host} broke its answer off half way")
        if reply.header("content-encoding") not in ("", "identity"):
            raise Offline(f"a proxy before {host} packs its answers, which nobody asked for")
        return
    raise _failure(reply, host)


def _failure(reply: Reply, host: str) -> Trouble:
    status, problem = reply.status, _said(reply)
    if status == 413:
        return _unfit(reply, problem, f"{host} takes nothing so large")
    if status == 429 or (status == 503 and reply.header("retry-after")):
        busy = Offline(f"{host} asks to wait" + (f": {_words(problem)}" if problem else ""))
        busy.wait = _seconds(reply.header("retry-after"))
        return busy
    if status == 407:
        return Offline("a proxy on the way wants a name and a password")
    if problem is None:
        return Offline(_stranger(reply, host))
    words = _words(problem)
    if status in (401, 403):
        return Denied(words)
    if status == 404:
        return Absent(words)
    if 400 <= status < 500:
        return _unfit(reply, problem, words)
    return Offline(f"{host} says: {words}")


def _unfit(reply: Reply, problem: wire.Problem | None, words: str) -> Unfit:
    unfit = Unfit(_words(problem) if problem else words)
    unfit.status, unfit.code = reply.status, problem.code if problem else ""
    return unfit


def _said(reply: Reply) -> wire.Problem | None:
    """The problem as the server states it; None: the reply is not the server's."""
    try:
        problem = _problem.decode(reply.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return problem if problem.status == reply.status else None


def _words(problem: wire.Problem) -> str:
    return clean(problem.detail or problem.title)[:_LONGEST_WORDS].rstrip(" .")


def _stranger(reply: Reply, host: str) -> str:
    """Somebody answers who is not the server."""
    if "html" in reply.header("content-type").lower() or reply.body.lstrip()[:1] == b"<":
        return (
            f"{host} answers with a web page (status {reply.status}): a captive portal or a proxy stands before the "
            "server; a browser shows what it wants"
        )
    return f"at {host} answers {_NO_SERVER} (status {reply.status})"


def _elsewhere(reply: Reply, host: str) -> str:
    try:
        to = urlsplit(reply.header("location")).hostname or ""
    except ValueError:
        to = ""
    where = f" to {clean(to)[:80]}" if to else ""
    return f"{host} sends on{where}: a captive portal stands before the server, or its address has changed"


def _seconds(text: str) -> float:
    return min(_LONGEST_WAIT, float(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1.0
