"""The far sides of every kind of channel, on loopback: each keeps what it was told, answers as the real one would, and
judges every request by what its vendor takes. A test plays the people who answer there.
"""

import base64
import hmac
import time
from datetime import UTC, datetime
from typing import Any

import httpx

from farside import FarSide, Request, serves
from mail_side import MailServer
from slack_room import SlackRoom
from specs import body_of, checked

ROUTING = "0123456789abcdef0123456789abcdef"
SECRET = base64.b64encode(b"a secret of the house").decode()


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class PagerDutyRoom:
    """Incidents by their key, made by events; `acknowledges` and `resolves` are what a person does there."""

    def __init__(self) -> None:
        self.incidents: dict[str, dict[str, Any]] = {}
        self.events: list[tuple[str, str]] = []  # (what, key)
        self.briefs: dict[str, str] = {}
        self._judges = checked(self._answer, "pagerduty-events"), checked(self._answer, "pagerduty-rest")

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return self._judges[0 if request.url.path == "/v2/enqueue" else 1](request)

    @property
    def unfit(self) -> list[str]:
        return [*self._judges[0].unfit, *self._judges[1].unfit]

    def acknowledges(self, key: str, who: str, type: str = "user_reference") -> None:
        by = {"at": iso(time.time()), "acknowledger": {"id": "P1", "type": type, "summary": who}}
        self.incidents[key] |= {"status": "acknowledged", "acknowledgements": [by]}

    def resolves(self, key: str, who: str) -> None:
        by = {"id": "P1", "type": "user_reference", "summary": who}
        self.incidents[key] |= {"status": "resolved", "resolved_at": iso(time.time()), "last_status_change_by": by}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v2/enqueue":
            return self._event(body_of(request))
        if request.url.path.endswith("/log_entries"):
            return httpx.Response(200, json={"log_entries": []})
        key = request.url.params.get("incident_key", "")
        found = [self.incidents[key]] if key in self.incidents else []
        return httpx.Response(200, json={"incidents": found, "limit": 25, "offset": 0, "more": False})

    def _event(self, body: dict[str, Any]) -> httpx.Response:
        key, what = body["dedup_key"], body["event_action"]
        self.events.append((what, key))
        if what == "trigger":
            self.briefs[key] = body["payload"]["custom_details"]["brief"]
            number = f"P{len(self.incidents):06d}"
            self.incidents.setdefault(key, {"id": number, "incident_key": key, "status": "triggered"})
        elif key in self.incidents:
            # By an event it is the integration that did it, and nobody else.
            by = {"id": "S1", "type": "service_reference", "summary": "Checkout (Events)"}
            done = {"at": iso(time.time()), "acknowledger": by}
            self.incidents[key] |= (
                {"status": "resolved"} if what == "resolve" else {"status": "acknowledged", "acknowledgements": [done]}
            )
        return httpx.Response(202, json={"status": "success", "message": "Event processed", "dedup_key": key})


class OpsgenieRoom:
    """Alerts by their alias; what is asked for is done at once, and told when somebody asks."""

    def __init__(self) -> None:
        self.alerts: dict[str, dict[str, Any]] = {}
        self.acts: list[tuple[str, str]] = []  # (what, alias)
        self._judge = checked(self._answer, "opsgenie")

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return self._judge(request)

    @property
    def unfit(self) -> list[str]:
        return self._judge.unfit

    def acknowledges(self, alias: str, who: str) -> None:
        self.alerts[alias] |= {"acknowledged": True, "report": {"acknowledgedBy": who, "ackTime": 1_000}}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        parts = request.url.path.strip("/").split("/")[2:]
        if request.method == "POST":
            return self._done(parts, body_of(request) or {})
        if parts[:1] == ["requests"]:
            done = {"isSuccess": True, "status": "Created alert", "alertId": "70413a06", "action": "Create"}
            return httpx.Response(200, json={"data": done})
        if not parts:
            return httpx.Response(200, json={"data": list(self.alerts.values())})
        found = self.alerts.get(parts[0])
        return httpx.Response(200 if found else 404, json={"data": found} if found else {"message": "Not found"})

    def _done(self, parts: list[str], body: dict[str, Any]) -> httpx.Response:
        if not parts:
            alias = body["alias"]
            self.acts.append(("create", alias))
            new = {
                "id": "70413a06",
                "alias": alias,
                "status": "open",
                "acknowledged": False,
                "createdAt": iso(time.time()),
            }
            self.alerts.setdefault(alias, new | {"description": body["description"]})
        else:
            self.acts.append((parts[1], parts[0]))
            if parts[1] == "acknowledge":
                self.acknowledges(parts[0], body["user"])
            elif parts[1] == "close":
                self.alerts[parts[0]]["status"] = "closed"
        return httpx.Response(202, json={"result": "Request will be processed", "took": 0.1, "requestId": "43a29c5c"})


class StandIns:
    """Every far side at once. `channels` is a `channels.toml` that reaches them, `secrets` its variables."""

    def __init__(self) -> None:
        self.hook, self.apprise = FarSide(), FarSide()
        self.pagerduty, self.opsgenie, self.jsm, self.slack = (
            PagerDutyRoom(),
            OpsgenieRoom(),
            OpsgenieRoom(),
            SlackRoom(),
        )
        self._slack = checked(self.slack, "slack")
        self.mail = MailServer()
        self._sides = {}
        for name, handler in (
            ("pagerduty", self.pagerduty),
            ("opsgenie", self.opsgenie),
            ("jsm", self.jsm),
            ("slack", self._slack),
        ):
            self._sides[name] = side = FarSide()
            side.answers(serves(handler))

    def url(self, name: str) -> str:
        return self._sides[name].url

    @property
    def secrets(self) -> dict[str, str]:
        return {
            "HOOK_SECRET": f"whsec_{SECRET}",
            "PD_KEY": ROUTING,
            "PD_TOKEN": "u+a-token-of-nobody",
            "OG_KEY": "a-key-of-nobody",
            "SLACK_TOKEN": "xoxb-of-nobody",
            "APPRISE_URL": f"json://127.0.0.1:{self.apprise.port}/page",
        }

    def channel(self, name: str) -> str:
        """The channel of this name, which is its kind too, as it stands in `channels.toml`."""
        return (
            f'[channel.{name}]\nkind = "{name}"\n'
            + {
                "webhook": f'url = "{self.hook.url}/page"\nsecret_env = "HOOK_SECRET"\n',
                "pagerduty": f'key_env = "PD_KEY"\ntoken_env = "PD_TOKEN"\nurl = "{self.url("pagerduty")}"\n'
                f'events_url = "{self.url("pagerduty")}"\n',
                "opsgenie": f'key_env = "OG_KEY"\nurl = "{self.url("opsgenie")}"\n',
                "jsm": f'key_env = "OG_KEY"\nurl = "{self.url("jsm")}"\n',
                "slack": f'token_env = "SLACK_TOKEN"\nchannel = "C1"\nstatus = true\nurl = "{self.url("slack")}/api"\n',
                "email": f'host = "127.0.0.1"\nport = {self.mail.port}\nsender = "room@example.org"\n'
                'to = "night@example.org"\ntls = "none"\n',
                "apprise": 'url_env = "APPRISE_URL"\n',
                "bell": "",
                "desktop": "",
            }[name]
        )

    def clean(self) -> None:
        """Fails where any far side was asked for what its vendor does not take."""
        unfit = [*self.pagerduty.unfit, *self.opsgenie.unfit, *self.jsm.unfit, *self._slack.unfit]
        assert not unfit, unfit

    def close(self) -> None:
        for side in (self.hook, self.apprise, *self._sides.values()):
            side.close()
        self.mail.close()


def signed(request: Request) -> bool:
    """Whether this page carries the signature that Standard Webhooks want, over what has arrived."""
    at, id = request.headers["webhook-timestamp"], request.headers["webhook-id"]
    mac = hmac.digest(base64.b64decode(SECRET), f"{id}.{at}.".encode() + request.body, "sha256")
    return request.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
