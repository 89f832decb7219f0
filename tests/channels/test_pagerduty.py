import httpx
import pytest
from msgspec.structs import replace

from pagerduty_there import FOR_ONE, KEY, PAGE, WITH_SERVICE, PagerDutyThere, acknowledged, incident, refused
from specs import body_of
from warroom.channels.base import Accepted, Answer, Failed, Later, Sent, Unknown, Words
from warroom.net import Http


@pytest.fixture
def there():
    there = PagerDutyThere()
    yield there
    there.events.clean()
    there.rest.clean()


# ── a page ──


def test_a_page_is_an_event_whose_key_is_the_delivery_s(there) -> None:
    assert there.channel().send(PAGE) == Accepted(PAGE.key)
    told = there.told()
    assert (told["routing_key"], told["event_action"], told["dedup_key"]) == (KEY, "trigger", PAGE.key)
    assert told["payload"]["summary"] == PAGE.words.line
    assert told["payload"]["custom_details"]["brief"] == PAGE.words.mail
    assert told["links"] == [{"href": PAGE.link, "text": "Bridge"}]


@pytest.mark.parametrize(
    ("severity", "word"),
    [("SEV1", "critical"), ("SEV2", "critical"), ("SEV3", "error"), ("SEV4", "warning"), ("SEV5", "info")],
)
def test_each_severity_has_its_word_there(there, severity: str, word: str) -> None:
    there.channel().send(replace(PAGE, severity=severity))
    assert there.told()["payload"]["severity"] == word


def test_a_page_sent_again_has_the_same_key_and_says_that_it_may_be_the_second(there) -> None:
    there.channel().send(PAGE)
    first = there.told()
    there.channel().send(replace(PAGE, twice=True))
    assert there.told()["dedup_key"] == first["dedup_key"]
    assert "possibly_twice" not in first["payload"]["custom_details"]
    assert there.told()["payload"]["custom_details"]["possibly_twice"] is True


def test_whatever_people_wrote_fits_what_pagerduty_takes(there) -> None:
    wild = replace(
        PAGE,
        key="ü" * 999,
        words=Words(line="\x1b[31m" + "x" * 9_000, sms="", chat="", mail="\ud800" + "y" * 20_000),
        title="\0",
        severity="",
        link="javascript:alert(1)",
        services=("\u202e", ""),
    )
    assert there.channel().send(wild) == Accepted(there.told()["dedup_key"])
    assert "links" not in there.told()


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Failed), (401, Failed), (403, Failed), (404, Failed), (302, Failed)]
)
def test_what_pagerduty_refuses_is_not_sent_again(there, status: int, kind: type) -> None:
    there.answers = [httpx.Response(status, json={"status": "invalid event", "errors": ["Invalid routing key"]})]
    outcome = there.channel().send(PAGE)
    assert isinstance(outcome, kind)
    assert KEY not in outcome.why


@pytest.mark.parametrize("status", [429, 500, 502, 503, 408])
def test_what_pagerduty_cannot_take_now_may_be_sent_again(there, status: int) -> None:
    there.answers = [httpx.Response(status, headers={"Retry-After": "30"})]
    outcome = there.channel().send(PAGE)
    assert isinstance(outcome, Later)
    assert outcome.after == 30
    assert outcome.busy == (status == 429)


def test_an_event_without_an_answer_may_have_arrived(there) -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("nothing", request=request)

    there.http = Http(transport=httpx.MockTransport(silent))
    assert isinstance(there.channel().send(PAGE), Unknown)


def test_a_status_message_never_pages(there) -> None:
    assert isinstance(there.channel(token=False).send(replace(PAGE, what="status")), Failed)
    assert there.asked() == 0


def test_a_status_message_goes_to_those_who_follow_the_incident_there(there) -> None:
    there.incidents = [incident("triggered")]
    channel = there.channel(sender="room@example.org")
    assert channel.send(replace(PAGE, what="status", thread=PAGE.key)) == Sent()
    assert there.rest.requests[-1].url.path == "/incidents/PT4KHLK/status_updates"
    assert there.told()["message"] == PAGE.words.chat


# ── a page for one person ──


def test_a_page_for_one_person_is_an_incident_assigned_to_them(there) -> None:
    assert there.channel(**WITH_SERVICE).send(FOR_ONE) == Sent(PAGE.key)
    made = there.told()["incident"]
    assert made["assignments"] == [{"assignee": {"id": "PXPGF42", "type": "user_reference"}}]
    assert made["incident_key"] == PAGE.key
    assert made["conference_bridge"] == {"conference_url": PAGE.link}
    assert there.events.requests == []


def test_a_person_s_page_goes_by_event_where_no_incident_can_be_made(there) -> None:
    assert there.channel().send(FOR_ONE) == Accepted(PAGE.key)
    assert there.told()["payload"]["custom_details"]["to"] == "Ana Díaz"


def test_a_key_that_an_open_incident_has_already_is_a_page_that_arrived(there) -> None:
    there.incidents = [incident("triggered")]
    there.answers = [refused(2001, message="Arguments Caused Error")]
    assert there.channel(**WITH_SERVICE).send(FOR_ONE) == Sent(PAGE.key)


def test_an_incident_that_pagerduty_refuses_otherwise_is_final(there) -> None:
    there.answers = [refused(2001)]
    assert isinstance(there.channel(**WITH_SERVICE).send(FOR_ONE), Failed)


# ── what became of it ──


def test_without_a_token_nothing_is_claimed_about_answers(there) -> None:
    channel = there.channel(token=False)
    assert (channel.answers, channel.finds) == (False, False)
    assert isinstance(channel.look_up(PAGE), Later)
    assert channel.answer(PAGE, PAGE.key) is None
    assert channel.settle(PAGE, PAGE.key) == Sent(PAGE.key)
    assert there.asked() == 0


def test_with_a_token_a_page_is_sent_once_the_incident_is_there(there) -> None:
    channel = there.channel()
    assert (channel.answers, channel.finds) == (True, True)
    assert channel.settle(PAGE, PAGE.key) == Accepted(PAGE.key)
    there.incidents = [incident("triggered")]
    assert channel.settle(PAGE, PAGE.key) == Sent(PAGE.key)


def test_a_page_that_nobody_can_confirm_stays_accepted_and_is_sent_where_asking_is_forbidden(there) -> None:
    there.answers = [httpx.Response(503), httpx.Response(401)]
    assert there.channel().settle(PAGE, PAGE.key) == Accepted(PAGE.key)
    assert there.channel().settle(PAGE, PAGE.key) == Sent(PAGE.key)


def test_a_page_is_looked_up_by_its_key(there) -> None:
    channel = there.channel()
    assert channel.look_up(PAGE) is None
    there.incidents = [incident("resolved")]
    assert channel.look_up(PAGE) == Sent(PAGE.key)
    assert there.rest.requests[-1].url.params["incident_key"] == PAGE.key


def test_another_page_s_incident_is_not_taken_for_this_one_s(there) -> None:
    there.answers = [httpx.Response(200, json={"incidents": [incident("triggered") | {"incident_key": "another"}]})]
    assert there.channel().look_up(PAGE) is None


@pytest.mark.parametrize("answer", [b"", b"[]", b"{", b'{"incidents": 3}', b"[" * 5_000, b'{"incidents": null}'])
def test_garbage_is_no_answer_at_all(there, answer: bytes) -> None:
    there.answers = [httpx.Response(200, content=answer)] * 2
    assert isinstance(there.channel().look_up(PAGE), Later)
    assert there.channel().answer(PAGE, PAGE.key) is None


def test_an_acknowledgement_comes_back_with_its_person_and_time(there) -> None:
    there.incidents = [acknowledged("Ana Díaz")]
    assert there.channel().answer(PAGE, PAGE.key) == Answer("acknowledged", "Ana Díaz", 1_795_424_400_000)


def test_our_own_acknowledgement_is_nobody_s_answer(there) -> None:
    there.incidents = [acknowledged("War room", "service_reference")]
    assert there.channel().answer(PAGE, PAGE.key) is None


def test_the_incident_s_log_says_who_acknowledged_where_the_incident_names_a_service(there) -> None:
    there.incidents = [acknowledged("War room", "service_reference")]
    there.logs = [
        {
            "type": "trigger_log_entry",
            "created_at": "2026-11-23T08:59:00Z",
            "agent": {"type": "user_reference", "summary": "X"},
        },
        {
            "type": "acknowledge_log_entry",
            "created_at": "2026-11-23T09:00:00Z",
            "agent": {"type": "user_reference", "summary": "Ivo"},
        },
    ]
    assert there.channel().answer(PAGE, PAGE.key) == Answer("acknowledged", "Ivo", 1_795_424_400_000)


def test_an_acknowledgement_that_ran_out_there_is_no_answer(there) -> None:
    there.incidents = [acknowledged("Ana Díaz") | {"status": "triggered"}]
    assert there.channel().answer(PAGE, PAGE.key) is None


def test_a_resolved_incident_says_so(there) -> None:
    by = {"type": "user_reference", "summary": "Ana Díaz"}
    there.incidents = [incident("resolved", resolved_at="2026-11-23T09:00:00Z", last_status_change_by=by)]
    assert there.channel().answer(PAGE, PAGE.key) == Answer("resolved", "Ana Díaz", 1_795_424_400_000)


def test_an_open_incident_counts_more_than_a_resolved_one_of_the_same_key(there) -> None:
    there.incidents = [incident("resolved") | {"id": "POLD"}, acknowledged("Ana Díaz")]
    answer = there.channel().answer(PAGE, PAGE.key)
    assert answer is not None
    assert answer.what == "acknowledged"


def test_an_incident_that_was_merged_is_followed_instead_of_taken_for_resolved(there) -> None:
    into = {"type": "merge_resolve_reason", "incident": {"id": "PBIG", "type": "incident_reference"}}
    there.incidents = [
        incident("resolved", resolve_reason=into),
        {"id": "PBIG", "incident_key": "another", "status": "triggered"},
    ]
    assert there.channel().answer(PAGE, PAGE.key) is None
    there.incidents[1] = acknowledged("Ana Díaz") | {"id": "PBIG", "incident_key": "another"}
    answer = there.channel().answer(PAGE, PAGE.key)
    assert answer is not None
    assert (answer.what, answer.who) == ("acknowledged", "Ana Díaz")


def test_a_name_from_there_cannot_command_a_terminal(there) -> None:
    there.incidents = [acknowledged("\x1b]0;owned\x07Ana\n")]
    answer = there.channel().answer(PAGE, PAGE.key)
    assert answer is not None
    assert answer.who.isprintable()


# ── telling it ──


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_the_end_of_a_page_is_told_by_the_same_key(there, action: str) -> None:
    channel = there.channel(token=False)
    outcome = channel.acknowledge(PAGE, PAGE.key, "Ana") if action == "acknowledge" else channel.resolve(PAGE, PAGE.key)
    assert outcome == Sent(PAGE.key)
    assert (there.told()["event_action"], there.told()["dedup_key"]) == (action, PAGE.key)


@pytest.mark.parametrize("code", [1001, 1002])
def test_what_somebody_did_before_us_counts_as_done(there, code: int) -> None:
    there.incidents = [incident("triggered")]
    there.answers = [httpx.Response(200, json={"incidents": there.incidents}), refused(code)]
    assert there.channel(**WITH_SERVICE).resolve(FOR_ONE, PAGE.key) == Sent()
    assert there.told() == {"incident": {"type": "incident_reference", "status": "resolved"}}


# ── looking without paging ──


def test_a_probe_pages_nobody(there) -> None:
    assert there.channel().probe().state == "ok"
    assert there.channel(token=False).probe().state == "look"
    assert {body_of(request)["event_action"] for request in there.events.requests} == {"resolve"}


def test_a_probe_tells_a_bad_key_from_a_bad_token(there) -> None:
    there.answers = [httpx.Response(400, json={"message": "Event object is invalid"})]
    assert there.channel().probe().state == "bad"
    there.answers = [httpx.Response(202), httpx.Response(401)]
    assert there.channel().probe().state == "look"
