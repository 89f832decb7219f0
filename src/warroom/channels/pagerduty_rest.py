"""PagerDuty's REST API, version 2: what became of an incident there, and what can be added to it.

Every function returns what it found or made, or an `Outcome` that says why not; a repeat that PagerDuty refuses because
it was done already counts as done.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from ..core.values import Ms
from ..net import Http, NetError, Reply
from .base import Failed, Later, Outcome, Sent, Unknown
from .foreign import is_id, moment, number, row, rows, segment, word
from .http import outcome_of, outcome_of_error, retry_after, why_of
from .secrets import Secret

ACCEPT = "application/vnd.pagerduty+json;version=2"
DONE = (1001, 1002)  # already resolved, already acknowledged
CHANGED = 1005  # by somebody else, between the reading and the writing
_PACE = 2020
_REFUSED = {
    1006: "cannot escalate this incident any further",
    1015: "has nobody on call at that level",
    2001: "refuses what the request says",
}

Trouble: TypeAlias = Later | Failed | Unknown


class Seen(msgspec.Struct, frozen=True):
    """An incident as PagerDuty has it. `who` is the person behind the status; empty when it was a service."""

    id: str
    status: str  # triggered, acknowledged, resolved
    who: str = ""
    at: Ms | None = None
    merged: str = ""  # the incident that this one went into


class Duty(msgspec.Struct, frozen=True):
    """Somebody on call from `start` to `end` (UTC ms); None: without one."""

    start: Ms | None
    end: Ms | None
    name: str
    email: str = ""
    id: str = ""
    level: int = 0
    schedule: str = ""


class Rest:
    """`sender` is the e-mail address of a user there; without it only reading is possible, and asking responders."""

    def __init__(self, http: Http, url: str, token: Secret, sender: str = "") -> None:
        self.http = http
        self.url = url.rstrip("/")
        self.token = token
        self.sender = sender

    # ── reading ──

    def find(self, key: str) -> Seen | Trouble | None:
        """The incident with this key: the newest that is open, else the newest; None where there is none."""
        if not key:
            return None  # PagerDuty would take an empty key for every incident there is
        asked = {"incident_key": key, "sort_by": "created_at:desc", "limit": 25}
        reply = self.call("GET", "/incidents", params=asked)
        if not isinstance(reply, Reply):
            return reply
        if reply.status != 200 or not isinstance(row(reply.json()).get("incidents"), list):
            return self._trouble(reply)
        # An incident made of several alerts has no key of its own.
        ours = [each for each in rows(reply.json(), "incidents") if word(each, "incident_key", most=300) in (key, "")]
        found = [_seen(each) for each in ours if is_id(word(each, "id"))]
        seen = next((each for each in found if each.status != "resolved"), found[0] if found else None)
        return self.get(seen.merged) if seen is not None and seen.merged else seen

    def get(self, id: str) -> Seen | Trouble | None:
        """The incident with this id."""
        reply = self.call("GET", f"/incidents/{segment(id)}")
        if not isinstance(reply, Reply):
            return reply
        if reply.status == 404:
            return None
        incident = row(reply.json(), "incident")
        return _seen(incident) if reply.status == 200 and incident else self._trouble(reply)

    def who_acknowledged(self, id: str) -> tuple[str, Ms | None]:
        """The last person who acknowledged, and when, from the incident's own log; empty where no person did."""
        reply = self.call("GET", f"/incidents/{segment(id)}/log_entries", params={"limit": 100})
        entries = rows(reply.json(), "log_entries") if isinstance(reply, Reply) and reply.status == 200 else []
        found = [
            (moment(entry, "created_at"), _person(row(entry, "agent")))
            for entry in entries
            if word(entry, "type").startswith("acknowledge_log_entry") and _person(row(entry, "agent"))
        ]
        at, who = max(found, key=lambda pair: pair[0] or 0, default=(None, ""))
        return who, at

    def on_calls(self, schedule: str, since: str, until: str) -> list[Duty] | Trouble:
        """Who is on call in this schedule between two moments (ISO 8601), in the order of their turns."""
        found: dict[tuple[Ms | None, Ms | None, str], Duty] = {}
        asked = {"schedule_ids[]": schedule, "since": since, "until": until, "include[]": "users", "limit": 100}
        for offset in range(0, 1_000, 100):
            reply = self.call("GET", "/oncalls", params={**asked, "offset": offset})
            if not isinstance(reply, Reply):
                return reply
            tree = reply.json()
            if reply.status != 200 or not isinstance(row(tree).get("oncalls"), list):
                return self._trouble(reply)
            for each in rows(tree, "oncalls"):
                duty = _duty(each)
                # One turn stands there once for every policy that uses the schedule.
                if duty.name:
                    found.setdefault((duty.start, duty.end, duty.id or duty.name), duty)
            if row(tree).get("more") is not True:
                break
        return sorted(found.values(), key=lambda duty: (duty.start or 0, duty.level))

    def check(self) -> Outcome:
        """Whether the token is taken."""
        reply = self.call("GET", "/abilities")
        return self.outcome(reply) if isinstance(reply, Reply) else reply

    # ── writing ──

    def create(
        self,
        title: str,
        service: str,
        key: str,
        details: Mapping[str, object] = {},
        *,
        assignee: str = "",
        bridge: str = "",
    ) -> Outcome:
        """An incident on this service, for one person where `assignee` names one. `Sent` also if the key has one."""
        incident: dict[str, object] = {
            "type": "incident",
            "title": title,
            "service": {"id": service, "type": "service_reference"},
            "urgency": "high",
            "incident_key": key,
            "body": {"type": "incident_body", "details": dict(details)},
        }
        if assignee:
            incident["assignments"] = [{"assignee": {"id": assignee, "type": "user_reference"}}]
        if bridge:
            incident["conference_bridge"] = {"conference_url": bridge}
        made = self._write("POST", "/incidents", {"incident": incident})
        # PagerDuty refuses a key that an open incident has, in words only.
        if isinstance(made, Failed) and isinstance(seen := self.find(key), Seen) and seen.status != "resolved":
            return Sent()
        return made

    def change(self, id: str, status: str) -> Outcome:
        """Makes it `acknowledged` or `resolved`."""
        body = {"incident": {"type": "incident_reference", "status": status}}
        reply = self.call("PUT", f"/incidents/{segment(id)}", json=body, named=True)
        if isinstance(reply, Reply) and _code(reply) == CHANGED:
            seen = self.get(id)
            if isinstance(seen, Seen) and seen.status in (status, "resolved"):
                return Sent()
            reply = self.call("PUT", f"/incidents/{segment(id)}", json=body, named=True)
        return self.outcome(reply) if isinstance(reply, Reply) else reply

    def bridge(self, id: str, url: str = "", number: str = "") -> Outcome:
        """Puts the bridge on it: a link, a number to dial, or both."""
        bridge = {"conference_url": url, "conference_number": number}
        incident = {"type": "incident_reference", "conference_bridge": {k: v for k, v in bridge.items() if v}}
        return self._write("PUT", f"/incidents/{segment(id)}", {"incident": incident})

    def note(self, id: str, text: str) -> Outcome:
        """Adds a note. There is no key: sent twice, it stands there twice."""
        return self._write("POST", f"/incidents/{segment(id)}/notes", {"note": {"content": text}})

    def status_update(self, id: str, text: str, subject: str = "") -> Outcome:
        """Tells those who follow the incident there. No key either."""
        body = {"message": text} | ({"subject": subject} if subject else {})
        return self._write("POST", f"/incidents/{segment(id)}/status_updates", body)

    def ask(
        self, id: str, requester: str, text: str, *, users: tuple[str, ...] = (), policies: tuple[str, ...] = ()
    ) -> Outcome:
        """Asks more responders to come, in the name of the user with the id `requester`."""
        targets = [{"id": each, "type": "user_reference"} for each in users]
        targets += [{"id": each, "type": "escalation_policy_reference"} for each in policies]
        body = {
            "requester_id": requester,
            "message": text,
            "responder_request_targets": [{"responder_request_target": target} for target in targets],
        }
        return self._write("POST", f"/incidents/{segment(id)}/responder_requests", body, named=False)

    # ── the call ──

    def call(
        self, method: str, path: str, *, json: object = None, params: object = None, named: bool = False
    ) -> Reply | Trouble:
        """One request; `named` ones go in the sender's name."""
        headers = {
            "Authorization": f"Token token={self.token.reveal()}",
            "Accept": ACCEPT,
            "Content-Type": "application/json",
        }
        if named:
            if not self.sender:
                return Failed("PagerDuty wants a person for this; put the e-mail address of a user there into sender")
            headers["From"] = self.sender
        try:
            return self.http.request(
                method,
                self.url + path,
                headers=headers,
                json=json,
                params=params if isinstance(params, dict) else None,
                limit=4 * 1024 * 1024,
            )
        except NetError as error:
            return outcome_of_error(error)

    def outcome(self, reply: Reply) -> Outcome:
        """What an answer means, by PagerDuty's own codes first."""
        code = _code(reply)
        if code in DONE:
            return Sent()
        if code == CHANGED:
            return Later(why_of(reply, "says that it changed meanwhile", [self.token]))
        if code == _PACE:
            return Later(why_of(reply, "asks for fewer requests", [self.token]), retry_after(reply), busy=True)
        if code in _REFUSED and 400 <= reply.status < 500 and reply.status not in (408, 425, 429):
            return Failed(why_of(reply, _REFUSED[code], [self.token]))
        return outcome_of(reply, [self.token])

    def _write(self, method: str, path: str, body: object, named: bool = True) -> Outcome:
        reply = self.call(method, path, json=body, named=named)
        return self.outcome(reply) if isinstance(reply, Reply) else reply

    def _trouble(self, reply: Reply) -> Trouble:
        outcome = self.outcome(reply)
        if isinstance(outcome, (Later, Failed, Unknown)):
            return outcome
        return Later(why_of(reply, "answers something that is not understood", [self.token]))


def _code(reply: Reply) -> int | None:
    return number(reply.json(), "error", "code") if reply.status >= 400 else None


def _seen(incident: object) -> Seen:
    status = word(incident, "status")
    merged = row(incident, "resolve_reason")
    into = word(merged, "incident", "id") if word(merged, "type").startswith("merge") else ""
    if status == "acknowledged":
        for each in reversed(rows(incident, "acknowledgements")):
            if who := _person(row(each, "acknowledger")):
                return Seen(word(incident, "id"), status, who, moment(each, "at"))
        return Seen(word(incident, "id"), status)
    at = moment(incident, "resolved_at") or moment(incident, "last_status_change_at")
    who = word(incident, "last_status_change_by", "summary")
    return Seen(word(incident, "id"), status, who, at, into if is_id(into) and status == "resolved" else "")


def _person(agent: object) -> str:
    """The name behind a reference. A service is no person: it acknowledges when we say so there ourselves."""
    if word(agent, "type").startswith("service"):
        return ""
    return word(agent, "summary") or word(agent, "name")


def _duty(each: object) -> Duty:
    user = row(each, "user")
    return Duty(
        start=moment(each, "start"),
        end=moment(each, "end"),
        name=word(user, "name") or word(user, "summary"),
        email=word(user, "email"),
        id=word(user, "id"),
        level=number(each, "escalation_level") or 0,
        schedule=word(each, "schedule", "id"),
    )
