import httpx
import pytest

from specs import checked
from warroom.channels import schedules
from warroom.channels.schedules import Turn
from warroom.channels.secrets import Secret
from warroom.config.channels import Opsgenie, PagerDuty, Webhook
from warroom.core.values import DAY, Refused
from warroom.net import Http

TOKEN = Secret("u+a-token-of-nobody")
NOW = 1_795_424_400_000  # 2026-11-23T09:00:00Z


def test_pagerduty_says_who_is_on_call_once_for_every_turn() -> None:
    first = {"start": "2026-11-23T08:00:00Z", "end": "2026-11-24T08:00:00Z"} | {
        "user": {"id": "PANA", "name": "Ana Díaz", "email": "ana@example.org"}
    }
    always = {"start": None, "end": None, "user": {"id": "PIVO", "summary": "Ivo"}}
    over = first | {"start": "2026-11-22T08:00:00Z", "end": "2026-11-23T08:00:00Z"}

    far = checked(
        lambda _: httpx.Response(200, json={"oncalls": [over, first, first, always], "more": False}), "pagerduty-rest"
    )
    form = PagerDuty(kind="pagerduty", key_env="K")
    found = schedules.on_call(form, TOKEN, Http(transport=httpx.MockTransport(far)), "PWEB", NOW)
    far.clean()
    assert found == [
        Turn(NOW, NOW + 3 * DAY, "Ivo", "", "PIVO"),
        Turn(NOW - 3_600_000, NOW + 23 * 3_600_000, "Ana Díaz", "ana@example.org", "PANA"),
    ]
    assert far.requests[-1].url.params["schedule_ids[]"] == "PWEB"


@pytest.mark.parametrize("kind", ["opsgenie", "jsm"])
def test_opsgenie_says_who_is_on_call_by_its_timeline(kind: str) -> None:
    period = {"startDate": "2026-11-23T08:00:00Z", "endDate": "2026-11-24T08:00:00Z"}
    ana = {"id": "u1", "name": "ana@example.org", "type": "user"}
    nobody = {"type": "none"}
    data = {
        "finalTimeline": {"rotations": [{"periods": [period | {"recipient": ana}, period | {"recipient": nobody}]}]}
    }
    far = checked(lambda _: httpx.Response(200, json={"data": data}), "opsgenie")
    form = Opsgenie(kind=kind, key_env="K")
    found = schedules.on_call(form, TOKEN, Http(transport=httpx.MockTransport(far)), "s1", NOW)
    far.clean()
    assert found == [Turn(NOW - 3_600_000, NOW + 23 * 3_600_000, "ana@example.org", "ana@example.org", "u1")]


def test_a_team_s_turn_is_that_of_its_members() -> None:
    members = [{"id": f"u{n}", "name": f"{n}@example.org", "type": "user"} for n in (1, 2)]
    period = {"startDate": "2026-11-23T08:00:00Z", "endDate": "2026-11-24T08:00:00Z", "flattenedRecipients": members}
    team = {"id": "t1", "name": "Payments", "type": "team"}
    alone = period | {"recipient": team, "flattenedRecipients": []}
    data = {"finalTimeline": {"rotations": [{"periods": [period | {"recipient": team}, alone]}]}}
    http = Http(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"data": data})))
    found = schedules.on_call(Opsgenie(kind="opsgenie", key_env="K"), TOKEN, http, "s1", NOW)
    assert [turn.email for turn in found] == ["1@example.org", "2@example.org"]


def test_opsgenie_without_a_timeline_says_at_least_who_is_on_call_now() -> None:
    data = {"onCallRecipients": ["ana@example.org", 3, "ana@example.org"]}
    far = checked(lambda _: httpx.Response(200, json={"data": data}), "opsgenie")
    http = Http(transport=httpx.MockTransport(far))
    found = schedules.on_call(Opsgenie(kind="opsgenie", key_env="K"), TOKEN, http, "s1/../x", NOW)
    far.clean()
    assert [(turn.start, turn.email) for turn in found] == [(NOW, "ana@example.org")]


def test_a_schedule_that_nobody_can_tell_is_a_sentence() -> None:
    http = Http(transport=httpx.MockTransport(lambda _: httpx.Response(403, json={"message": TOKEN.reveal()})))
    forms = (
        PagerDuty(kind="pagerduty", key_env="K"),
        Opsgenie(kind="jsm", key_env="K"),
        Webhook(kind="webhook", url="http://x"),
    )
    for form in forms:
        with pytest.raises(Refused) as refused:
            schedules.on_call(form, TOKEN, http, "s1", NOW)
        assert TOKEN.reveal() not in str(refused.value)
