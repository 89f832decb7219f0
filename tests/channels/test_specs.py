import httpx
import pytest

import specs
from specs import Unfit, checked, judge

EVENT = {
    "routing_key": "0" * 32,
    "event_action": "trigger",
    "dedup_key": "k",
    "payload": {"summary": "x", "source": "x", "severity": "critical"},
}
ALERT = {"message": "x", "alias": "k"}
READS = {"Authorization": "Token token=x", "Accept": "application/vnd.pagerduty+json;version=2"}


def event(**changed: object) -> httpx.Request:
    return httpx.Request("POST", "https://events.pagerduty.com/v2/enqueue", json=EVENT | changed)


def alert(url: str = "https://api.opsgenie.com/v2/alerts", **changed: object) -> httpx.Request:
    return httpx.Request("POST", url, json=ALERT | changed, headers={"Authorization": "GenieKey x"})


def say(method: str = "POST", call: str = "chat.postMessage", **fields: str) -> httpx.Request:
    headers = {"Authorization": "Bearer x"}
    url = f"https://slack.com/api/{call}"
    if method == "GET":
        return httpx.Request(method, url, params=fields, headers=headers)
    return httpx.Request(method, url, data=fields, headers=headers)


FIT = [
    (event(), "pagerduty-events"),
    (
        httpx.Request("GET", "https://api.pagerduty.com/incidents?incident_key=k&limit=25", headers=READS),
        "pagerduty-rest",
    ),
    (alert(), "opsgenie"),
    (alert("https://api.atlassian.com/jsm/ops/integration/v2/alerts"), "opsgenie"),
    (alert(responders=[{"type": "team", "name": "payments"}]), "opsgenie"),
    (say(channel="C1", text="x"), "slack"),
    (say("GET", "conversations.history", channel="C1", limit="5"), "slack"),
]
UNFIT = [
    (event(event_action="triger"), "pagerduty-events"),
    (event(payload={"summary": "x", "source": "x"}), "pagerduty-events"),
    (event(payload=EVENT["payload"] | {"summary": "x" * 1_025}), "pagerduty-events"),
    (event(dedup_key="k" * 256), "pagerduty-events"),
    (event(colour="red"), "pagerduty-events"),
    (httpx.Request("POST", "https://events.pagerduty.com/v2/enqueue", content=b"{"), "pagerduty-events"),
    (httpx.Request("GET", "https://api.pagerduty.com/incidents?key=k", headers=READS), "pagerduty-rest"),
    (httpx.Request("GET", "https://api.pagerduty.com/incident", headers=READS), "pagerduty-rest"),
    (httpx.Request("GET", "https://api.pagerduty.com/incidents"), "pagerduty-rest"),
    (alert(priority="P0"), "opsgenie"),
    (alert(message="x" * 131), "opsgenie"),
    (alert(details={"level": 1}), "opsgenie"),
    (alert("https://api.opsgenie.com/v3/alerts"), "opsgenie"),
    (say(text="x"), "slack"),
    (say(call="chat.postMesage", channel="C1", text="x"), "slack"),
]


@pytest.fixture(params=["both", "ours alone"])
def judges(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "ours alone":
        monkeypatch.setattr(specs, "_description", lambda vendor: None)


@pytest.mark.usefixtures("judges")
@pytest.mark.parametrize(("request_", "vendor"), FIT)
def test_what_a_vendor_takes_is_fit(request_: httpx.Request, vendor: str) -> None:
    judge(request_, vendor)


@pytest.mark.usefixtures("judges")
@pytest.mark.parametrize(("request_", "vendor"), UNFIT)
def test_what_a_vendor_would_not_take_is_unfit(request_: httpx.Request, vendor: str) -> None:
    with pytest.raises(Unfit):
        judge(request_, vendor)


def test_an_unfit_request_is_remembered_even_where_its_raise_is_swallowed() -> None:
    far = checked(lambda _: httpx.Response(200), "opsgenie")
    with pytest.raises(Unfit):
        far(alert(priority="P0"))
    with pytest.raises(AssertionError, match="priority"):
        far.clean()
    assert far.requests == []
