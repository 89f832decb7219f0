"""What PagerDuty, Opsgenie and Alertmanager are told of acts here: exactly that, once, never more than was meant."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from pagerduty_there import PagerDutyThere, incident, refused
from specs import body_of
from test_opsgenie import REQUEST, OpsgenieThere
from warroom.channels.back import Closed, Pulled, Quiet, Source, Told, build
from warroom.channels.back_alertmanager import AlertmanagerBack
from warroom.channels.base import Accepted, Failed, Later, Sent, Unknown
from warroom.config.intake import Alertmanager, HookForm, Intake, Opsgenie, PagerDuty
from warroom.config.intake_api import AlertmanagerApi, OpsgenieApi, PagerDutyApi
from warroom.core.alerts.facts import ACKNOWLEDGE, FIRING, RESOLVE, SILENCE, UNSILENCE, Alert
from warroom.core.alerts.inbox import Line, Silence
from warroom.core.values import HOUR
from warroom.intake.base import MAX_ALERTS
from warroom.net import Http

T = 1_795_392_000_000
ENV = {"TOKEN": "u+a-token-of-nobody", "KEY": "0123456789abcdef0123456789abcdef", "OG": "a-key-of-nobody"}
ACK = Told(ACKNOWLEDGE, "k" * 24, "Ana Díaz", "looking", T, Alert("PT4KHLK", "Checkout returns 500s"))
DONE = replace(ACK, act=RESOLVE)


def source(form: HookForm, http: Http, name: str = "src", env: dict[str, str] | None = None) -> Source:
    made = build(Intake({name: form}, file="/etc/intake.toml"), http=http, env=ENV if env is None else env)[name]
    assert isinstance(made, Source), made
    return made


# ── PagerDuty ──


def pagerduty(there: PagerDutyThere, **api: str) -> Source:
    given = api or {"token_env": "TOKEN", "sender": "room@example.org"}
    return source(PagerDuty(kind="pagerduty", secret_env="S", api=PagerDutyApi(**given)), there.http)


def test_pagerduty_is_told_about_the_incident_by_its_id_in_the_name_of_the_sender() -> None:
    there = PagerDutyThere(incident("triggered"))
    back = pagerduty(there)
    assert isinstance(back.tell(ACK), Sent)
    asked = there.rest.requests[-1]
    assert (asked.method, asked.url.path, asked.headers["From"]) == ("PUT", "/incidents/PT4KHLK", "room@example.org")
    assert there.told()["incident"]["status"] == "acknowledged"
    assert isinstance(back.tell(DONE), Sent)
    assert there.told()["incident"]["status"] == "resolved"
    there.rest.clean()


def test_what_was_done_there_already_is_done() -> None:
    there = PagerDutyThere(incident("acknowledged"))
    there.answers = [refused(1002)]
    assert isinstance(pagerduty(there).tell(ACK), Sent)


@pytest.mark.parametrize(
    ("told", "status", "found"),
    [
        (ACK, "triggered", None),
        (ACK, "acknowledged", Sent("PT4KHLK")),
        (ACK, "resolved", Sent("PT4KHLK")),
        (DONE, "acknowledged", None),
        (DONE, "resolved", Sent("PT4KHLK")),
    ],
)
def test_pagerduty_is_asked_whether_it_was_told(told: Told, status: str, found: object) -> None:
    assert pagerduty(PagerDutyThere(incident(status))).look_up(told) == found


def test_without_a_rest_token_an_event_goes_under_the_key_of_the_incident() -> None:
    there = PagerDutyThere()
    back = pagerduty(there, key_env="KEY")
    assert not back.way.finds
    assert isinstance(back.tell(ACK), Failed), "no key was told"
    keyed = replace(ACK, alert=Alert("PT4KHLK", "x", labels={"incident_key": "db/1"}))
    assert isinstance(back.tell(keyed), Sent)
    assert there.told() == {"routing_key": ENV["KEY"], "event_action": "acknowledge", "dedup_key": "db/1"}
    there.events.clean()


# ── Opsgenie ──


def opsgenie(there: OpsgenieThere, kind: str = "opsgenie") -> Source:
    http = Http(transport=httpx.MockTransport(there.far))
    return source(Opsgenie(kind=kind, api=OpsgenieApi(key_env="OG")), http)


@pytest.mark.parametrize("kind", ["opsgenie", "jsm"])
def test_opsgenie_is_told_by_the_alerts_id_and_asked_what_became_of_it(kind: str) -> None:
    there = OpsgenieThere()
    back = opsgenie(there, kind)
    assert back.tell(ACK) == Accepted(REQUEST)
    asked = there.far.requests[-1]
    assert asked.url.path.endswith("/v2/alerts/PT4KHLK/acknowledge")
    assert asked.url.params["identifierType"] == "id"
    assert there.told()["user"] == "Ana Díaz"
    assert back.settle(ACK, REQUEST) == Accepted(REQUEST)
    there.request = {"isSuccess": True, "alertId": "PT4KHLK", "status": "Acknowledged"}
    assert back.settle(ACK, REQUEST) == Sent("PT4KHLK")
    there.request = {"isSuccess": False, "status": "Alert does not exist"}
    assert isinstance(back.settle(ACK, REQUEST), Failed)
    assert back.tell(DONE) == Accepted(REQUEST)
    assert there.far.requests[-1].url.path.endswith("/close")
    there.far.clean()


def test_opsgenie_is_asked_whether_it_was_told() -> None:
    there = OpsgenieThere()
    back = opsgenie(there)
    there.alerts = [{"id": "PT4KHLK", "status": "open", "acknowledged": False}]
    assert back.look_up(ACK) is None
    there.alerts = [{"id": "PT4KHLK", "status": "open", "acknowledged": True}]
    assert back.look_up(ACK) == Sent("PT4KHLK")
    assert back.look_up(DONE) is None
    there.alerts = []
    assert isinstance(back.look_up(DONE), Later)


# ── Alertmanager ──


class AlertmanagerThere:
    """Alertmanager's API in memory, as far as it is used."""

    def __init__(self) -> None:
        self.silences: list[dict[str, Any]] = []
        self.alerts: list[dict[str, Any]] = []
        self.uptime = "2026-11-22T00:00:00Z"
        self.requests: list[httpx.Request] = []
        self.loses = False  # the answer to what was done
        self.refuses = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path.removeprefix("/api/v2")
        if self.refuses:
            return httpx.Response(self.refuses)
        if request.method == "POST":
            self.silences.append({"id": f"s{len(self.silences)}", "status": {"state": "active"}, **body_of(request)})
            if self.loses:
                raise httpx.ReadTimeout("gone", request=request)
            return httpx.Response(200, json={"silenceID": self.silences[-1]["id"]})
        if request.method == "DELETE":
            one = next(each for each in self.silences if path == f"/silence/{each['id']}")
            one["status"] = {"state": "expired"}
            return httpx.Response(200)
        found = {"/silences": self.silences, "/alerts": self.alerts, "/status": {"uptime": self.uptime}}
        return httpx.Response(200, json=found[path])

    def back(self, **api: str) -> Source:
        form = Alertmanager(kind="alertmanager", api=AlertmanagerApi(url="http://am.example:9093/", **api))
        return source(form, Http(transport=httpx.MockTransport(self.answer)), "am")

    def posted(self) -> list[dict[str, Any]]:
        return [body_of(each) for each in self.requests if each.method == "POST"]


LABELS = {"alertname": "DiskFull", "job": "db", "instance": "a"}
LINE = Line("am:k", "am", Alert("k", "DiskFull", service="db", labels=LABELS), T, T)
SILENCED = Told(
    SILENCE, "k" * 24, "Ana Díaz", "", T, LINE.alert, Silence("S", LINE.labels, T, T + HOUR, "drained", "Ana"), [LINE]
)
ENDED = replace(SILENCED, act=UNSILENCE)


def test_a_silence_has_the_labels_of_what_was_silenced_and_its_end() -> None:
    there = AlertmanagerThere()
    assert there.back().tell(SILENCED) == Sent("s0")
    [body] = there.posted()
    assert {each["name"]: each["value"] for each in body["matchers"]} == {**LABELS, "service": ""}
    assert {(each["isRegex"], each["isEqual"]) for each in body["matchers"]} == {(False, True)}
    assert (body["startsAt"], body["endsAt"]) == ("2026-11-23T00:00:00Z", "2026-11-23T01:00:00Z")
    assert (body["createdBy"], body["comment"]) == ("Ana Díaz", f"drained [war room {'k' * 24}]")


def test_told_twice_under_one_key_there_is_one_silence_and_another_key_is_another() -> None:
    there = AlertmanagerThere()
    back = there.back()
    there.loses = True
    assert isinstance(back.tell(SILENCED), Unknown)
    there.loses = False
    assert back.look_up(SILENCED) == Sent("s0")
    assert back.tell(SILENCED) == Sent("s0")
    assert len(there.silences) == 1
    other = replace(SILENCED, key="o" * 24)
    assert back.look_up(other) is None
    assert isinstance(back.tell(other), Sent)
    assert len(there.silences) == 2


def test_the_end_here_ends_ours_there_and_nobody_elses() -> None:
    there = AlertmanagerThere()
    back = there.back()
    back.tell(replace(SILENCED, key="o" * 24))
    back.tell(SILENCED)
    there.silences.append({"id": "s2", "status": {"state": "active"}, "comment": "by hand", "matchers": []})
    assert back.look_up(ENDED) is None
    assert back.tell(ENDED) == Sent("s1")
    assert [each["status"]["state"] for each in there.silences] == ["active", "expired", "active"]
    assert back.look_up(ENDED) == Sent()
    assert back.tell(ENDED) == Sent(), "what has ended is not ended again"


def test_a_silence_is_never_without_an_end_nor_begun_when_it_is_over() -> None:
    there = AlertmanagerThere()
    assert isinstance(there.back().tell(replace(SILENCED, now=T + HOUR)), Failed)
    assert there.posted() == []


def test_a_refusal_is_final_and_trouble_is_not() -> None:
    there = AlertmanagerThere()
    for status, kind in ((400, Failed), (401, Failed), (503, Later)):
        there.refuses = status
        assert isinstance(there.back().tell(SILENCED), kind)
        assert isinstance(there.back().pull(T), kind)


def test_the_token_goes_as_bearer_or_as_a_users_password_and_shows_nowhere() -> None:
    there = AlertmanagerThere()
    there.refuses = 401
    back = there.back(token_env="TOKEN")
    failed = back.tell(SILENCED)
    assert there.requests[-1].headers["Authorization"] == f"Bearer {ENV['TOKEN']}"
    assert ENV["TOKEN"] not in repr(failed) + repr(vars(back))
    there.back(token_env="TOKEN", user="ana").probe()
    assert there.requests[-1].headers["Authorization"].startswith("Basic YW5hOnUr")


def fires(key: str, state: str = "active", **labels: str) -> dict[str, Any]:
    named = {"alertname": "DiskFull", **labels}
    return {"fingerprint": key, "labels": named, "startsAt": "2026-11-22T00:49:02Z", "status": {"state": state}}


def test_what_fires_is_read_as_deliveries_are_and_what_is_quiet_there_is_none() -> None:
    there = AlertmanagerThere()
    there.alerts = [fires("a"), fires("b", "suppressed"), fires("c", job="db")]
    pulled = there.back().pull(T)
    assert isinstance(pulled, Pulled)
    assert [(each.key, each.state, each.service) for each in pulled.alerts] == [("a", FIRING, ""), ("c", FIRING, "db")]
    assert (pulled.keys, pulled.quiet, pulled.whole) == ({"a", "b", "c"}, 1, True)
    there.uptime = "2026-11-22T23:59:00Z"  # a minute ago: Prometheus may not have told it everything again
    fresh = there.back().pull(T)
    assert isinstance(fresh, Pulled)
    assert not fresh.whole


def test_more_than_a_delivery_may_hold_is_read_whole() -> None:
    there = AlertmanagerThere()
    there.alerts = [fires(f"k{n}") for n in range(MAX_ALERTS + 3)] + [{"labels": 5, "fingerprint": "broken"}]
    pulled = there.back().pull(T)
    assert isinstance(pulled, Pulled)
    assert len(pulled.alerts) == MAX_ALERTS + 3
    assert "broken" in pulled.keys, "what cannot be read has not ended"
    assert len(pulled.left) == 1


def test_what_somebody_there_has_silenced_is_told_and_what_was_silenced_here_is_not() -> None:
    there = AlertmanagerThere()
    back = there.back()
    back.tell(SILENCED)
    more = {"status": {"state": "active"}, "createdBy": "eve", "matchers": []}
    there.silences += [
        {"id": "x", "comment": "deploy", "endsAt": "2026-11-23T02:00:00Z", **more},
        {"id": "y", "comment": "longer", "endsAt": "2026-11-23T03:00:00.000Z", **more},
    ]
    there.alerts = [fires("a", "suppressed"), fires("b", "suppressed"), fires("c", "suppressed"), fires("d")]
    for alert, by in zip(there.alerts, (["s0"], ["s0", "x", "y"], []), strict=False):
        alert["status"]["silencedBy"] = by
    pulled = back.pull(T)
    assert isinstance(pulled, Pulled)
    assert pulled.silenced == (Quiet("b", T + 3 * HOUR, "longer", "eve"),)
    assert pulled.quiet == 3


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a": 1}', b"[1, null]", b'[{"labels": 5}]', b"\xff", b"[" * 9_999])
def test_whatever_it_answers_nothing_is_raised(body: bytes) -> None:
    http = Http(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=body)))
    back = source(Alertmanager(kind="alertmanager", api=AlertmanagerApi(url="http://am.example")), http)
    back.pull(T)
    back.probe()
    back.tell(SILENCED)
    back.tell(ENDED)
    back.look_up(SILENCED)


def test_where_a_secret_is_missing_the_source_is_closed_and_says_why() -> None:
    form = Alertmanager(kind="alertmanager", api=AlertmanagerApi(url="http://am.example", token_env="TOKEN"))
    closed = build(Intake({"am": form}), env={})["am"]
    assert isinstance(closed, Closed)
    assert closed.why == closed.way.closed == "the variable TOKEN is not set or empty; put the secret there"
    assert closed.way.acts == AlertmanagerBack.way.acts
