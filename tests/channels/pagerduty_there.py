"""PagerDuty in memory: it judges what it is told, and answers as the real one would."""

import httpx
from msgspec.structs import replace

from specs import body_of, checked
from warroom.channels.base import Message, Words
from warroom.channels.pagerduty import PagerDuty
from warroom.channels.secrets import Secret
from warroom.config.channels import PagerDuty as Form
from warroom.net import Http

KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "u+a-token-of-nobody"
PAGE = Message(
    key="k" * 43,
    words=Words(
        line="SEV1 INC-K3F9: checkout returns 500s", sms="sms", chat="chat", mail="What happened: 500s\nBridge: …"
    ),
    incident="INC-K3F9",
    inc="K3F9ZZZZ",
    title="Checkout returns 500s",
    severity="SEV1",
    phase="investigating",
    services=("checkout",),
    level=1,
    to="ana",
    name="Ana Díaz",
    link="https://meet.example.org/k3f9",
    at=1_795_424_400_000,
)
FOR_ONE = replace(PAGE, address="PXPGF42")
WITH_SERVICE = {"sender": "room@example.org", "service": "PIJ90N7"}


class PagerDutyThere:
    """PagerDuty as far as these tests need it: what it was told, and the incidents it has."""

    def __init__(self, *incidents: dict) -> None:
        self.incidents = list(incidents)
        self.answers: list[httpx.Response] = []  # given before anything else
        self.logs: list[dict] = []
        self.events = checked(self.answer, "pagerduty-events")
        self.rest = checked(self.answer, "pagerduty-rest")
        self.http = Http(transport=httpx.MockTransport(self.route))

    def route(self, request: httpx.Request) -> httpx.Response:
        return (self.events if request.url.host.startswith("events.") else self.rest)(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.answers:
            return self.answers.pop(0)
        path = request.url.path
        if path == "/v2/enqueue":
            key = body_of(request)["dedup_key"]
            return httpx.Response(202, json={"status": "success", "message": "Event processed", "dedup_key": key})
        if request.method == "POST" or request.method == "PUT":
            return httpx.Response(200 if request.method == "PUT" else 201, json={"incident": {"id": "PNEW"}})
        if path.endswith("/log_entries"):
            return httpx.Response(200, json={"log_entries": self.logs})
        if path.startswith("/incidents/"):
            found = [each for each in self.incidents if each["id"] == path.rpartition("/")[2]]
            return httpx.Response(200 if found else 404, json={"incident": found[0]} if found else {})
        key = request.url.params.get("incident_key")
        found = [each for each in self.incidents if each.get("incident_key") in (key, None)]
        return httpx.Response(200, json={"incidents": found, "limit": 25, "offset": 0, "more": False})

    def channel(self, token: bool = True, **form: str) -> PagerDuty:
        secrets = {"key": Secret(KEY)} | ({"token": Secret(TOKEN)} if token else {})
        return PagerDuty("pd", Form(kind="pagerduty", key_env="K", **form), secrets, self.http)

    def told(self) -> dict:
        return body_of((self.events.requests + self.rest.requests)[-1])

    def asked(self) -> int:
        return len(self.events.requests) + len(self.rest.requests)


def incident(status: str, **more: object) -> dict:
    return {"id": "PT4KHLK", "type": "incident", "incident_key": PAGE.key, "status": status} | more


def acknowledged(who: str, type: str = "user_reference") -> dict:
    given = [{"at": "2026-11-23T09:00:00Z", "acknowledger": {"id": "P1", "type": type, "summary": who}}]
    return incident("acknowledged", acknowledgements=given)


def refused(code: int, status: int = 400, message: str = "No") -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": message, "code": code, "errors": []}})
