"""What all channels that speak HTTP share: the call, and the one table from an answer to an `Outcome`.

The far side's own words stand behind ours, cleaned, short, and without any secret that it sent back to us.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from ..config.channels import ChannelForm
from ..core.text import clean, clip
from ..net import Http, Malformed, NetError, NoReply, Reply, Untrusted
from .base import Accepted, Channel, Failed, Later, Outcome, Sent, Unknown
from .secrets import Secret, scrub

SAID = 120  # characters of the far side's own words
_READ = 4_096  # characters of a body in which they are looked for
_LONGEST = 86_400.0  # seconds: who asks for a longer pause than a day is not believed
_EPOCH = 1_000_000_000  # seconds: a reset this large is a time of day, not a span

_REFUSED = {
    400: "does not understand the request",
    401: "refuses the credentials",
    403: "refuses the credentials",
    404: "has nothing at this address; check url",
    405: "takes no such request at this address; check url",
    409: "says that it is in conflict",
    410: "has nothing at this address any more; check url",
    413: "finds the request too long",
    422: "refuses what the request says",
}

Secrets = Mapping[str, Secret] | Iterable[Secret]


class HttpChannel(Channel):
    """A channel behind HTTP. `secrets` by name, as `resolve` returns them."""

    def __init__(self, name: str, form: ChannelForm, secrets: dict[str, Secret], http: Http) -> None:
        super().__init__(name)
        self.form = form
        self.secrets = secrets
        self.http = http

    def call(self, method: str, url: str, **given: Any) -> "Reply | Later | Failed | Unknown":
        """`Http.request`, with what may go wrong on the way as an outcome."""
        try:
            return self.http.request(method, url, **given)
        except NetError as error:
            return outcome_of_error(error)

    def outcome(self, reply: Reply) -> Outcome:
        """`outcome_of` with this channel's secrets."""
        return outcome_of(reply, self.secrets)


def outcome_of_error(error: NetError) -> "Later | Failed | Unknown":
    """What became of a request that got no answer: it may go again, never will, or nobody knows."""
    if isinstance(error, NoReply):
        return Unknown(str(error))
    return Failed(str(error)) if isinstance(error, (Untrusted, Malformed)) else Later(str(error))


def outcome_of(reply: Reply, secrets: Secrets = (), now: float | None = None) -> Outcome:
    """What an answer means where the far side has no rules of its own. `now`: seconds since 1970, else the clock's."""
    status = reply.status
    if 200 <= status < 300:
        return Accepted() if status == 202 else Sent()
    if status == 429:
        return Later(why_of(reply, "asks for fewer requests", secrets), retry_after(reply, now), busy=True)
    if status in (408, 425) or status >= 500:
        return Later(why_of(reply, "cannot take it now", secrets), retry_after(reply, now))
    if 300 <= status < 400:
        return Failed(why_of(reply, "answers with a redirect; put the final address into url", secrets))
    return Failed(why_of(reply, _REFUSED.get(status, "refuses it"), secrets))


def why_of(reply: Reply, ours: str, secrets: Secrets = ()) -> str:
    """`the far side OURS (STATUS: its own words)`."""
    theirs = said(reply, secrets)
    return f"the far side {ours} ({reply.status}{': ' if theirs else ''}{theirs})"


def said(reply: Reply, secrets: Secrets = ()) -> str:
    """The far side's own words, on one line, at most `SAID` characters; empty where it says nothing for people."""
    text = _words(reply.json())
    if not text and "html" not in reply.header("content-type").lower():
        text = next((line for line in reply.body[:_READ].decode(errors="replace").splitlines() if line.strip()), "")
        text = "" if text.lstrip()[:1] in ("<", "{", "[", "\0") or _binary(text) else text
    # Before it is cut: half a secret is one that nobody recognises.
    text = clean(scrub(text[:_READ], _all(secrets)))
    return clip(" ".join(text.split()), SAID)[:SAID]


def retry_after(reply: Reply, now: float | None = None) -> float | None:
    """The seconds that the far side asks to wait, by `Retry-After` or `ratelimit-reset`; None where it does not say."""
    now = time.time() if now is None else now
    value = reply.header("retry-after").strip()
    seconds = _number(value)
    if seconds is None and value:
        from email.utils import parsedate_to_datetime

        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, TypeError, OverflowError, OSError):
            seconds = None
    if seconds is None:
        for name in ("ratelimit-reset", "x-ratelimit-reset"):
            seconds = _number(reply.header(name).strip())
            if seconds is not None:
                seconds = seconds - now if seconds > _EPOCH else seconds
                break
    return None if seconds is None else min(max(0.0, seconds), _LONGEST)


def _number(text: str) -> float | None:
    # Digits only: float() would take “nan”, “inf” and “1_0”.
    whole, _, part = text.partition(".")
    plain = whole.isascii() and whole.isdecimal() and len(whole) <= 12 and (not part or part.isdecimal())
    return float(text) if plain and part.isascii() else None


def _words(body: object, depth: int = 0) -> str:
    """The first text under a name that far sides use for people."""
    if isinstance(body, str):
        return body if depth else ""
    if isinstance(body, list):
        return next((words for item in body[:3] if (words := _words(item, depth + 1))), "") if depth < 4 else ""
    if not isinstance(body, dict) or depth >= 4:
        return ""
    found = (_words(body.get(name), depth + 1) for name in ("message", "error", "errors", "detail", "title", "reason"))
    return next((words for words in found if words), "")


def _binary(text: str) -> bool:
    return sum(char == "�" or (char < " " and char != "\t") for char in text[:200]) > 2


def _all(secrets: Secrets) -> list[Secret]:
    return list(secrets.values() if isinstance(secrets, Mapping) else secrets)
