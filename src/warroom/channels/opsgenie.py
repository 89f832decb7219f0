"""Opsgenie and its successor, Jira Service Management Operations: the same bodies at two addresses.

The delivery's key is the alert's alias. Everything written there is done later: `settle` asks what came of it.
"""

from hashlib import sha256
from typing import ClassVar

from ..config.channels import RESPONDERS
from ..config.channels import Opsgenie as Form
from ..core.text import clean
from ..net import Http, Reply
from .base import Accepted, Answer, Failed, Later, Message, Outcome, Probe, Sent, Unknown
from .foreign import Row, is_id, moment, number, row, rows, segment, word
from .http import HttpChannel
from .secrets import Secret

BASES = {
    "opsgenie": "https://api.opsgenie.com",
    "jsm": "https://api.atlassian.com/jsm/ops/integration",
}
ALIAS, LINE, DESCRIPTION, DETAIL, TAG, TAGS = 512, 130, 15_000, 8_000, 50, 20
SOURCE = "War room"
_PRIORITY = {f"SEV{n}": f"P{n}" for n in range(1, 6)}
_UUID = 36


def base_of(kind: str, url: str = "") -> str:
    """The address that the paths stand behind: the configured one, else the vendor's own for this kind."""
    return (url or BASES.get(kind, BASES["opsgenie"])).rstrip("/")


class Opsgenie(HttpChannel):
    """`address`, where a message has one, says whom to call: `user:ana@x.org`, `team:payments`, `schedule:NAME`.

    Without one it is the form's `responder`, else whoever the integration's team routes alerts to.
    """

    kind: ClassVar = "opsgenie"
    answers = True
    finds = True
    follows = True
    echoes = True
    pace: ClassVar = 5.0

    def __init__(self, name: str, form: Form, secrets: dict[str, Secret], http: Http) -> None:
        super().__init__(name, form, secrets, http)
        self.base = base_of(form.kind, form.url)
        self.responder = form.responder

    def send(self, message: Message) -> Outcome:
        if not message.calls:
            return Failed(f"{clean(self.name)} carries pages; send status messages by chat or e-mail")
        reply = self._call("POST", "/v2/alerts", json=self._alert(message))
        if not isinstance(reply, Reply):
            return reply
        outcome = self.outcome(reply)
        if not isinstance(outcome, (Sent, Accepted)):
            return outcome
        request = word(reply.json(), "requestId")
        return Accepted(request if is_id(request) else "")

    def look_up(self, message: Message) -> Outcome | None:
        alert = self._find(message)
        if isinstance(alert, dict):
            return Sent(word(alert, "id"))
        return None if alert is None else Later(alert.why, getattr(alert, "after", None), getattr(alert, "busy", False))

    def settle(self, message: Message, remote: str) -> Outcome:
        if not is_id(remote):
            alert = self._find(message)
            return Sent(word(alert, "id")) if isinstance(alert, dict) else Accepted(remote)
        reply = self._call("GET", f"/v2/alerts/requests/{segment(remote)}")
        if not isinstance(reply, Reply):
            return Accepted(remote)
        if reply.status in (401, 403):
            # It was taken, and this key may not ask what came of that.
            return Sent(remote)
        data = row(reply.json(), "data")
        if reply.status != 200 or not isinstance(data.get("isSuccess"), bool):
            return Accepted(remote)
        if data["isSuccess"]:
            return Sent(word(data, "alertId") or remote)
        return Failed(f"the far side did not do it: {word(data, 'status', most=120) or 'it does not say why'}")

    def answer(self, message: Message, remote: str) -> Answer | None:
        alert = self._find(message)
        if not isinstance(alert, dict):
            return None
        begun = moment(alert, "createdAt")
        if word(alert, "status") == "closed":
            who = word(alert, "report", "closedBy") or word(alert, "owner") or "Opsgenie"
            return Answer("resolved", who, _after(begun, number(alert, "report", "closeTime")))
        if alert.get("acknowledged") is True:
            who = word(alert, "report", "acknowledgedBy") or word(alert, "owner") or "Opsgenie"
            return Answer("acknowledged", who, _after(begun, number(alert, "report", "ackTime")))
        return None

    def acknowledge(self, message: Message, remote: str, who: str) -> Outcome:
        return self._act(message, "acknowledge", {"user": clean(who)[:100], "note": f"{clean(who)} has it"})

    def resolve(self, message: Message, remote: str) -> Outcome:
        return self._act(message, "close", {"note": "over, says the war room"})

    def probe(self) -> Probe:
        reply = self._call("GET", "/v2/alerts", params={"limit": 1})
        outcome = self.outcome(reply) if isinstance(reply, Reply) else reply
        if isinstance(outcome, (Sent, Accepted)):
            return Probe("ok", "takes the key, and answers come back")
        if isinstance(reply, Reply) and reply.status == 403:
            return Probe("bad", "the key may not read alerts; give the integration read, create and update access")
        return Probe("bad", outcome.why)

    # ── the requests ──

    def _call(self, method: str, path: str, **given: object) -> Reply | Later | Failed | Unknown:
        headers = {"Authorization": f"GenieKey {self.secrets['key'].reveal()}"}
        return self.call(method, self.base + path, headers=headers, **given)

    def _act(self, message: Message, action: str, body: Row) -> Outcome:
        path = f"/v2/alerts/{segment(alias_of(message))}/{action}"
        reply = self._call("POST", path, params={"identifierType": "alias"}, json={"source": SOURCE, **body})
        if not isinstance(reply, Reply):
            return reply
        outcome = self.outcome(reply)
        if isinstance(outcome, Accepted) or (reply.status == 404 and action == "close"):
            return Sent()  # done a moment later there, which nobody has to wait for
        return outcome

    def _find(self, message: Message) -> Row | Later | Failed | Unknown | None:
        """The alert with this delivery's alias, open or closed; None where there is none."""
        alias = alias_of(message)
        reply = self._call("GET", f"/v2/alerts/{segment(alias)}", params={"identifierType": "alias"})
        if not isinstance(reply, Reply):
            return reply
        if reply.status == 200 and (alert := row(reply.json(), "data")):
            return alert
        if reply.status == 404:
            # A closed alert is no longer known by its alias, only found by it.
            quoted = alias.replace("\\", "").replace('"', "")
            reply = self._call("GET", "/v2/alerts", params={"query": f'alias:"{quoted}"', "limit": 20})
            if not isinstance(reply, Reply):
                return reply
            if reply.status == 200 and isinstance(row(reply.json()).get("data"), list):
                return next((each for each in rows(reply.json(), "data") if each.get("alias") == alias), None)
        outcome = self.outcome(reply)
        return outcome if isinstance(outcome, (Later, Failed)) else Later("the far side's answer is not understood")

    def _alert(self, message: Message) -> Row:
        details = {
            "incident": message.incident,
            "severity": message.severity,
            "phase": message.phase,
            "level": f"L{message.level}" if message.level else clean(message.topic),
            "to": clean(message.name or message.to),
            "bridge": clean(message.link),
            "possibly_twice": "yes" if message.twice else "",
        }
        services = [clean(service) for service in message.services]
        tags = ["war-room", message.severity, *(["TEST"] if message.what == "test" else []), *services]
        alert: Row = {
            "message": (clean(message.words.line) or clean(message.title) or message.incident)[:LINE],
            "alias": alias_of(message),
            "description": clean(message.words.mail, lines=True)[:DESCRIPTION],
            "priority": _PRIORITY.get(message.severity, "P1"),
            "source": SOURCE,
            "details": {key: value[:DETAIL] for key, value in details.items() if value},
            "tags": [tag[:TAG] for tag in tags if tag][:TAGS],
        }
        if services:
            alert["entity"] = services[0][:ALIAS]
        if whom := responder(message.address or self.responder):
            alert["responders"] = [whom]
        return alert


def alias_of(message: Message) -> str:
    """The delivery's key as an alias."""
    return message.key if len(message.key) <= ALIAS else sha256(message.key.encode(errors="replace")).hexdigest()


def responder(text: str) -> dict[str, str] | None:
    """`team:payments` as the far side writes it; an address alone is a user. None where it names nobody."""
    kind, found, name = text.partition(":")
    if not found and "@" in text:
        kind, name = "user", text
    name = clean(name.strip())
    if kind not in RESPONDERS or not name:
        return None
    if len(name) == _UUID and name.count("-") == 4 and is_id(name):
        return {"type": kind, "id": name}
    return {"type": kind, ("username" if kind == "user" else "name"): name}


def _after(begun: int | None, ms: int | None) -> int | None:
    return begun + ms if begun is not None and ms is not None and ms >= 0 else None
