"""PagerDuty: pages by Events v2; with a REST token as well, what became of them is read back.

The delivery's key is the alert's `dedup_key`: the same page again opens no second alert while the first is open.
"""

from hashlib import sha256
from typing import ClassVar

from ..config.channels import PagerDuty as Form
from ..core.text import clean
from ..net import Http, Reply
from .base import Accepted, Answer, Failed, Later, Message, Outcome, Probe, Sent
from .foreign import is_id, iso
from .http import HttpChannel
from .pagerduty_rest import Rest, Seen
from .secrets import Secret

KEY = 255
SUMMARY = 1_024
ROUTING_KEY = 32
_SEVERITY = {"SEV1": "critical", "SEV2": "critical", "SEV3": "error", "SEV4": "warning", "SEV5": "info"}


class PagerDuty(HttpChannel):
    """`address`, where a message has one, is the id of a PagerDuty user.

    With `token`, `sender` and `service` set, such a page is an incident assigned to that person. Any other goes the way
    of all events, and the service there decides whom to call.
    """

    kind: ClassVar = "pagerduty"
    follows = True
    echoes = True
    pace: ClassVar = 2.0  # some 120 a minute for one key

    def __init__(self, name: str, form: Form, secrets: dict[str, Secret], http: Http) -> None:
        super().__init__(name, form, secrets, http)
        self.events = form.events_url.rstrip("/")
        self.service = form.service
        token = secrets.get("token")
        self.rest = Rest(http, form.url, token, form.sender) if token else None
        self.answers = self.finds = self.rest is not None  # Events v2 alone answers nothing

    def send(self, message: Message) -> Outcome:
        if not message.calls:
            return self._status(message)
        if rest := self._for_one(message):
            made = rest.create(
                _summary(message),
                self.service,
                key_of(message),
                _details(message),
                assignee=_user(message),
                bridge=_link(message),
            )
            return Sent(key_of(message)) if isinstance(made, Sent) else made
        return self._event("trigger", message, {"payload": _payload(message), **_extras(message)})

    def look_up(self, message: Message) -> Outcome | None:
        if self.rest is None:
            return super().look_up(message)
        seen = self.rest.find(key_of(message))
        if isinstance(seen, Seen):
            return Sent(key_of(message))
        return None if seen is None else Later(seen.why, getattr(seen, "after", None), getattr(seen, "busy", False))

    def settle(self, message: Message, remote: str) -> Outcome:
        seen = self.rest.find(key_of(message)) if self.rest else None
        # It was taken; where nobody can be asked what came of that, there is nothing left to wait for.
        if self.rest is None or isinstance(seen, (Seen, Failed)):
            return Sent(remote)
        return Accepted(remote)

    def answer(self, message: Message, remote: str) -> Answer | None:
        seen = self.rest.find(key_of(message)) if self.rest else None
        if self.rest is None or not isinstance(seen, Seen):
            return None
        if seen.status == "resolved":
            return Answer("resolved", seen.who or "PagerDuty", seen.at)
        if seen.status == "acknowledged":
            who, at = (seen.who, seen.at) if seen.who else self.rest.who_acknowledged(seen.id)
            return Answer("acknowledged", who, at) if who else None
        return None

    def acknowledge(self, message: Message, remote: str, who: str) -> Outcome:
        return self._change(message, "acknowledge")

    def resolve(self, message: Message, remote: str) -> Outcome:
        return self._change(message, "resolve")

    def probe(self) -> Probe:
        if len(self.secrets["key"].reveal()) != ROUTING_KEY:
            return Probe("bad", f"the routing key should have {ROUTING_KEY} characters; take the integration's own")
        # An end of something that never began: PagerDuty judges the key and drops the rest.
        body = self._body("resolve", "war-room-probe")
        reply = self.call("POST", f"{self.events}/v2/enqueue", json=body)
        outcome = self.outcome(reply) if isinstance(reply, Reply) else reply
        if not isinstance(outcome, (Sent, Accepted)):
            return Probe("bad", outcome.why)
        if self.rest is None:
            return Probe("look", "takes pages; without token_env nobody's answer comes back from there")
        checked = self.rest.check()
        if not isinstance(checked, (Sent, Accepted)):
            return Probe("look", f"takes pages, but no answer comes back: {checked.why}")
        return Probe("ok", "takes pages, and answers come back")

    # ── the requests ──

    def _for_one(self, message: Message) -> Rest | None:
        """REST, where the page can be given to one person."""
        return self.rest if self.rest and self.rest.sender and self.service and _user(message) else None

    def _event(self, action: str, message: Message, more: dict[str, object]) -> Outcome:
        reply = self.call("POST", f"{self.events}/v2/enqueue", json=self._body(action, key_of(message)) | more)
        if not isinstance(reply, Reply):
            return reply
        outcome = self.outcome(reply)
        if not isinstance(outcome, (Sent, Accepted)):
            return outcome
        return Accepted(key_of(message)) if action == "trigger" else Sent(key_of(message))

    def _body(self, action: str, key: str) -> dict[str, object]:
        return {"routing_key": self.secrets["key"].reveal(), "event_action": action, "dedup_key": key}

    def _change(self, message: Message, action: str) -> Outcome:
        rest = self._for_one(message)
        if rest is None:
            return self._event(action, message, {})
        seen = rest.find(key_of(message))
        if isinstance(seen, Seen):
            return rest.change(seen.id, f"{action}d")
        return seen or Failed("PagerDuty has no incident for this page")

    def _status(self, message: Message) -> Outcome:
        """A status update on the incident of the first page. An event would page somebody."""
        if self.rest is None or not self.rest.sender or not message.thread:
            return Failed(
                f"{clean(self.name)} carries pages; status messages need token_env, sender and an earlier page"
            )
        seen = self.rest.find(message.thread)
        if isinstance(seen, Seen):
            return self.rest.status_update(seen.id, clean(message.words.chat, lines=True), _summary(message))
        return seen or Failed("PagerDuty has no incident to put the status on")


def key_of(message: Message) -> str:
    """The delivery's key as a `dedup_key`."""
    return message.key if len(message.key) <= KEY else sha256(message.key.encode(errors="replace")).hexdigest()


def _summary(message: Message) -> str:
    return (clean(message.words.line) or clean(message.title) or message.incident)[:SUMMARY]


def _details(message: Message) -> dict[str, object]:
    """What people can read there besides the summary."""
    details: dict[str, object] = {
        "incident": message.incident,
        "title": clean(message.title),
        "severity": message.severity,
        "phase": message.phase,
        "level": message.level or clean(message.topic),
        "to": clean(message.name or message.to),
        "services": [clean(service) for service in message.services],
        "brief": clean(message.words.mail, lines=True),
        "possibly_twice": message.twice,
    }
    return {key: value for key, value in details.items() if value}


def _payload(message: Message) -> dict[str, object]:
    payload: dict[str, object] = {
        "summary": _summary(message),
        "source": message.incident or "War room",
        "severity": _SEVERITY.get(message.severity, "critical"),
        "class": message.what,
        "custom_details": _details(message),
    }
    if message.services:
        payload["component"] = clean(message.services[0])
    if message.at > 0:
        payload["timestamp"] = iso(message.at)
    return payload


def _extras(message: Message) -> dict[str, object]:
    link = _link(message)
    return {"client": "War room"} | ({"links": [{"href": link, "text": "Bridge"}]} if link else {})


def _link(message: Message) -> str:
    fits = message.link.startswith(("https://", "http://")) and message.link.isprintable()
    return message.link if fits and " " not in message.link else ""


def _user(message: Message) -> str:
    id = message.address.removeprefix("user:")
    return id if is_id(id) else ""
