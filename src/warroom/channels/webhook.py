"""A signed POST of JSON to a URL of the user's own. The same page is the same `key`, however often it goes.

Signed as Standard Webhooks are: HMAC-SHA256 over `id.timestamp.body`, in base64 behind `v1,`.
"""

import time
from typing import ClassVar

import msgspec

from ..config.channels import ChannelForm, Webhook
from ..core.text import keepable
from ..net import Http, NetError, Reply
from .base import Accepted, Message, Outcome, Probe, Sent
from .http import HttpChannel, outcome_of_error, why_of
from .secrets import NoSecret, Secret

_PREFIX = "whsec_"


class WebhookChannel(HttpChannel):
    """`secrets`: `secret` signs, `token` goes as a bearer token; both may be missing."""

    kind: ClassVar[str] = "webhook"
    form: Webhook

    def __init__(self, name: str, form: ChannelForm, secrets: dict[str, Secret], http: Http) -> None:
        super().__init__(name, form, secrets, http)
        self._key = signing_key(secrets["secret"]) if "secret" in secrets else None

    def send(self, message: Message) -> Outcome:
        body = msgspec.json.encode(payload(message))
        reply = self.call("POST", self.form.url, headers=self._headers(message.key, body), body=body)
        if not isinstance(reply, Reply):
            return reply
        # Who compares keys may well call the second one a conflict.
        if reply.status == 409 and message.twice:
            return Sent(message.key)
        outcome = self.outcome(reply)
        # A webhook cannot be asked later what became of it: that it has the page is all there will ever be to know.
        return Sent(message.key) if isinstance(outcome, (Sent, Accepted)) else outcome

    def probe(self) -> Probe:
        try:
            reply = self.http.request("HEAD", self.form.url, headers=self._token())
        except NetError as error:
            return Probe("bad", outcome_of_error(error).why)
        if reply.status in (401, 403, 404, 410) or 300 <= reply.status < 400:
            outcome = self.outcome(reply)
            return Probe("bad", getattr(outcome, "why", ""))
        if reply.status >= 500 and reply.status != 501:  # 501: it knows no HEAD, which says nothing of a POST
            return Probe("look", why_of(reply, "is there, and has trouble", self.secrets))
        signed = "signed" if self._key else "not signed: set secret_env"
        return Probe("ok", f"the far side is there; pages are {signed}; it cannot answer back")

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "webhook-id": key} | self._token()
        if self._key is not None:
            at = int(time.time())
            headers |= {"webhook-timestamp": str(at), "webhook-signature": sign(self._key, key, at, body)}
        return headers

    def _token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secrets['token'].reveal()}"} if "token" in self.secrets else {}


def payload(message: Message) -> dict[str, object]:
    """What is posted. Two tries of one page differ in `possibly_twice` at most."""
    from datetime import UTC, datetime

    words = message.words
    body: dict[str, object] = {
        "key": message.key,
        "incident": message.incident,
        "incident_id": message.inc,
        "what": message.what,
        "level": message.level,
        "round": message.round,
        "topic": message.topic,
        "to": message.to,
        "name": message.name,
        "address": message.address,
        "title": message.title,
        "severity": message.severity,
        "phase": message.phase,
        "services": [keepable(service) for service in message.services],
        "summary": words.line,
        "brief": words.mail,
        "sms": words.sms,
        "link": message.link,
        "possibly_twice": message.twice,
        "test": message.what == "test",
        "drill": message.drill,
        "due": datetime.fromtimestamp(message.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return {name: keepable(value) if isinstance(value, str) else value for name, value in body.items()}


def signing_key(secret: Secret) -> bytes:
    """The bytes that sign: what stands in base64 behind `whsec_`, else the secret's own. Raises `NoSecret`."""
    from base64 import b64decode

    text = secret.reveal()
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        key = b64decode(text.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise NoSecret("the secret begins with whsec_, and what stands behind it is no base64; copy it again")
    return key


def sign(key: bytes, id: str, at: int, body: bytes) -> str:
    """The value of `webhook-signature`. `at`: seconds since 1970, as they stand in `webhook-timestamp`."""
    import hmac
    from base64 import b64encode

    return "v1," + b64encode(hmac.digest(key, f"{id}.{at}.".encode() + body, "sha256")).decode()
