import pytest

from pagerduty_there import TOKEN, PagerDutyThere, acknowledged, incident, refused
from warroom.channels.base import Failed, Later, Sent
from warroom.channels.pagerduty_rest import Rest, Seen
from warroom.channels.secrets import Secret


@pytest.fixture
def there():
    there = PagerDutyThere()
    yield there
    there.events.clean()
    there.rest.clean()


@pytest.fixture
def rest(there) -> Rest:
    return Rest(there.http, "https://api.pagerduty.com/", Secret(TOKEN), "room@example.org")


def test_notes_status_updates_bridges_and_responders_fit_what_pagerduty_takes(there, rest: Rest) -> None:
    assert rest.note("PT4KHLK", "Rolled back to 4.1") == Sent()
    assert there.told() == {"note": {"content": "Rolled back to 4.1"}}
    assert rest.status_update("PT4KHLK", "Recovering", "Checkout") == Sent()
    assert rest.bridge("PT4KHLK", "https://meet.example.org/k3f9", "+44 20 7946 0001") == Sent()
    assert rest.ask("PT4KHLK", "PL1JMK5", "Please come", users=("PJ25ZYX",), policies=("PT20YPA",)) == Sent()
    targets = [each["responder_request_target"]["id"] for each in there.told()["responder_request_targets"]]
    assert targets == ["PJ25ZYX", "PT20YPA"]
    assert "from" not in there.rest.requests[-1].headers


def test_writing_needs_a_person_and_says_which_setting(there) -> None:
    outcome = Rest(there.http, "https://api.pagerduty.com", Secret(TOKEN)).note("PT4KHLK", "x")
    assert isinstance(outcome, Failed)
    assert "sender" in outcome.why
    assert there.asked() == 0


def test_an_empty_key_is_never_asked_for(there, rest: Rest) -> None:
    there.incidents = [acknowledged("Ana Díaz")]
    assert rest.find("") is None
    assert there.asked() == 0


def test_an_incident_s_state_is_read(there, rest: Rest) -> None:
    there.incidents = [acknowledged("Ana Díaz")]
    assert rest.get("PT4KHLK") == Seen("PT4KHLK", "acknowledged", "Ana Díaz", 1_795_424_400_000)
    assert rest.get("PNONE") is None


def test_what_changed_meanwhile_is_read_again_before_it_is_written_again(there) -> None:
    there.incidents = [incident("triggered")]
    rest = Rest(there.http, "https://api.pagerduty.com", Secret(TOKEN), "room@example.org")
    there.answers = [refused(1005, 409)]
    assert rest.change("PT4KHLK", "acknowledged") == Sent()
    assert [request.method for request in there.rest.requests] == ["PUT", "GET", "PUT"]
    there.incidents = [incident("resolved")]
    there.answers = [refused(1005, 409)]
    assert rest.change("PT4KHLK", "acknowledged") == Sent()
    assert [request.method for request in there.rest.requests[3:]] == ["PUT", "GET"]


@pytest.mark.parametrize(
    ("code", "kind"), [(2001, Failed), (1006, Failed), (1015, Failed), (2020, Later), (1005, Later)]
)
def test_pagerduty_s_own_codes_say_what_may_be_tried_again(there, code: int, kind: type) -> None:
    there.answers = [refused(code)] * 2
    rest = Rest(there.http, "https://api.pagerduty.com", Secret(TOKEN), "room@example.org")
    assert isinstance(rest.note("PT4KHLK", "x"), kind)
