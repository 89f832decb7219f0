import httpx
import pytest
from msgspec.structs import replace

from specs import body_of, checked
from warroom.channels.base import Accepted, Answer, Failed, Later, Message, Sent, Unknown, Words
from warroom.channels.opsgenie import Opsgenie, responder
from warroom.channels.secrets import Secret
from warroom.config.channels import Opsgenie as Form
from warroom.net import Http

KEY = "a-key-of-nobody"
REQUEST = "43a29c5c-3dbf-4fa4-9c26-f4f71023e120"
PAGE = Message(
    key="k" * 43,
    words=Words(
        line="SEV2 INC-K3F9: checkout returns 500s", sms="sms", chat="chat", mail="What happened: 500s\nBridge: …"
    ),
    incident="INC-K3F9",
    inc="K3F9ZZZZ",
    title="Checkout returns 500s",
    severity="SEV2",
    services=("checkout",),
    level=1,
    to="ana",
    name="Ana Díaz",
    link="https://meet.example.org/k3f9",
)


class OpsgenieThere:
    """Opsgenie as far as these tests need it: what it was told, and the alerts it has."""

    def __init__(self) -> None:
        self.alerts: list[dict] = []
        self.answers: list[httpx.Response] = []  # given before anything else
        self.request: dict | None = None  # what became of the request, once it was worked on
        self.far = checked(self.answer, "opsgenie")

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.answers:
            return self.answers.pop(0)
        path = request.url.path.removeprefix("/jsm/ops/integration")
        if request.method == "POST":
            return httpx.Response(202, json={"result": "Request will be processed", "took": 0.1, "requestId": REQUEST})
        if path.startswith("/v2/alerts/requests/"):
            found = self.request
            return httpx.Response(200 if found else 404, json={"data": found} if found else {"message": "Not found"})
        if path == "/v2/alerts":
            return httpx.Response(200, json={"data": self.alerts})
        # As the service does: an alias names open alerts only.
        found = next((each for each in self.alerts if each["status"] == "open"), None)
        return httpx.Response(200 if found else 404, json={"data": found} if found else {"message": "Not found"})

    def channel(self, kind: str = "opsgenie", **form: str) -> Opsgenie:
        http = Http(transport=httpx.MockTransport(self.far))
        return Opsgenie("og", Form(kind=kind, key_env="K", **form), {"key": Secret(KEY)}, http)

    def told(self) -> dict:
        return body_of(self.far.requests[-1])


@pytest.fixture
def there():
    there = OpsgenieThere()
    yield there
    there.far.clean()


def alert(status: str = "open", **more: object) -> dict:
    begun = {"id": "70413a06-38d6-4c85-92b8-5ebc900d42e2-1795424400000", "createdAt": "2026-11-23T09:00:00Z"}
    return begun | {"alias": PAGE.key, "status": status, "acknowledged": False} | more


# ── a page ──


def test_a_page_is_an_alert_whose_alias_is_the_delivery_s_key(there) -> None:
    assert there.channel().send(PAGE) == Accepted(REQUEST)
    told = there.told()
    assert (told["message"], told["alias"], told["priority"]) == (PAGE.words.line, PAGE.key, "P2")
    assert told["description"] == PAGE.words.mail
    assert "responders" not in told
    assert str(there.far.requests[-1].url) == "https://api.opsgenie.com/v2/alerts"


def test_its_successor_gets_the_same_body_at_another_address(there) -> None:
    there.channel("opsgenie").send(PAGE)
    there.channel("jsm").send(PAGE)
    first, second = there.far.requests
    assert str(second.url) == "https://api.atlassian.com/jsm/ops/integration/v2/alerts"
    assert first.content == second.content


def test_an_address_of_one_s_own_is_used_in_its_place(there) -> None:
    there.channel(url="https://api.eu.opsgenie.com/").send(PAGE)
    assert there.far.requests[-1].url.host == "api.eu.opsgenie.com"


@pytest.mark.parametrize(
    ("address", "whom"),
    [
        ("team:payments", {"type": "team", "name": "payments"}),
        ("user:ana@x.org", {"type": "user", "username": "ana@x.org"}),
        ("ana@x.org", {"type": "user", "username": "ana@x.org"}),
        ("schedule:web", {"type": "schedule", "name": "web"}),
        ("escalation:web", {"type": "escalation", "name": "web"}),
        (f"team:{REQUEST}", {"type": "team", "id": REQUEST}),
        ("team:", None),
        ("nobody", None),
    ],
)
def test_an_address_names_whom_to_call(there, address: str, whom: dict | None) -> None:
    assert responder(address) == whom
    there.channel().send(replace(PAGE, address=address))
    assert there.told().get("responders") == (whom and [whom])


def test_the_form_s_responder_is_called_where_the_page_names_nobody(there) -> None:
    channel = there.channel(responder="team:payments")
    channel.send(PAGE)
    assert there.told()["responders"] == [{"type": "team", "name": "payments"}]
    channel.send(replace(PAGE, address="user:ana@x.org"))
    assert there.told()["responders"] == [{"type": "user", "username": "ana@x.org"}]


def test_whatever_people_wrote_fits_what_opsgenie_takes(there) -> None:
    wild = replace(
        PAGE,
        key="ü" * 999,
        words=Words(line="\x1b" * 900, sms="", chat="", mail="\ud800" + "y" * 20_000),
        title="\0",
        severity="",
        services=tuple(f"{n}" + "s" * 600 for n in range(40)),
        name="n" * 9_000,
    )
    assert there.channel().send(wild) == Accepted(REQUEST)


def test_a_page_sent_again_has_the_same_alias_and_says_that_it_may_be_the_second(there) -> None:
    there.channel().send(PAGE)
    first = there.told()
    there.channel().send(replace(PAGE, twice=True))
    assert there.told()["alias"] == first["alias"]
    assert "possibly_twice" not in first["details"]
    assert there.told()["details"]["possibly_twice"] == "yes"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 301])
def test_what_opsgenie_refuses_is_not_sent_again(there, status: int) -> None:
    there.answers = [httpx.Response(status, json={"message": f"Key {KEY} is wrong"})]
    outcome = there.channel().send(PAGE)
    assert isinstance(outcome, Failed)
    assert KEY not in outcome.why


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_opsgenie_cannot_take_now_may_be_sent_again(there, status: int) -> None:
    there.answers = [httpx.Response(status, headers={"Retry-After": "7"})]
    outcome = there.channel().send(PAGE)
    assert isinstance(outcome, Later)
    assert outcome.after == 7
    assert outcome.busy == (status == 429)


def test_an_alert_without_an_answer_may_have_arrived() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("nothing", request=request)

    http = Http(transport=httpx.MockTransport(silent))
    channel = Opsgenie("og", Form(kind="opsgenie", key_env="K"), {"key": Secret(KEY)}, http)
    assert isinstance(channel.send(PAGE), Unknown)


def test_a_status_message_never_pages(there) -> None:
    assert isinstance(there.channel().send(replace(PAGE, what="status")), Failed)
    assert there.far.requests == []


# ── what became of it ──


def test_a_page_is_sent_once_the_far_side_has_worked_on_it(there) -> None:
    channel = there.channel()
    assert channel.settle(PAGE, REQUEST) == Accepted(REQUEST)
    there.request = {"isSuccess": True, "status": "Created alert", "alertId": "A1", "alias": PAGE.key}
    assert channel.settle(PAGE, REQUEST) == Sent("A1")


def test_a_page_that_the_far_side_could_not_do_says_why(there) -> None:
    there.request = {"isSuccess": False, "status": "No responder \x1b[31mfound"}
    outcome = there.channel().settle(PAGE, REQUEST)
    assert isinstance(outcome, Failed)
    assert "No responder" in outcome.why
    assert outcome.why.isprintable()


def test_a_page_that_nobody_can_confirm_stays_accepted_and_is_sent_where_asking_is_forbidden(there) -> None:
    there.answers = [httpx.Response(503), httpx.Response(200, content=b"{"), httpx.Response(403)]
    outcomes = [there.channel().settle(PAGE, REQUEST) for _ in range(3)]
    assert outcomes == [Accepted(REQUEST), Accepted(REQUEST), Sent(REQUEST)]


def test_an_answer_without_a_usable_request_is_settled_by_the_alias(there) -> None:
    there.answers = [httpx.Response(202, json={"requestId": "../../v2/users"})]
    channel = there.channel()
    assert channel.send(PAGE) == Accepted("")
    assert channel.settle(PAGE, "") == Accepted("")
    there.alerts = [alert()]
    assert channel.settle(PAGE, "") == Sent(there.alerts[0]["id"])


def test_a_page_is_looked_up_by_its_alias_also_when_it_was_closed(there) -> None:
    channel = there.channel()
    assert channel.look_up(PAGE) is None
    there.alerts = [alert("closed")]
    assert channel.look_up(PAGE) == Sent(there.alerts[0]["id"])
    there.alerts = [alert("closed", alias="another")]
    assert channel.look_up(PAGE) is None


@pytest.mark.parametrize("answer", [b"", b"[]", b"{", b'{"data": 3}', b"[" * 5_000])
def test_garbage_is_no_answer_at_all(there, answer: bytes) -> None:
    there.answers = [httpx.Response(200, content=answer)] * 2
    assert isinstance(there.channel().look_up(PAGE), Later)
    assert there.channel().answer(PAGE, REQUEST) is None


def test_an_acknowledgement_comes_back_with_its_person_and_time(there) -> None:
    channel = there.channel()
    there.alerts = [alert()]
    assert channel.answer(PAGE, REQUEST) is None
    there.alerts = [
        alert(acknowledged=True, owner="ivo@x.org", report={"acknowledgedBy": "ana@x.org", "ackTime": 90_000})
    ]
    assert channel.answer(PAGE, REQUEST) == Answer("acknowledged", "ana@x.org", 1_795_424_490_000)
    there.alerts = [alert(acknowledged=True, owner="ivo@x.org")]
    assert channel.answer(PAGE, REQUEST) == Answer("acknowledged", "ivo@x.org")


def test_a_closed_alert_says_so(there) -> None:
    there.alerts = [alert("closed", report={"closedBy": "ana@x.org", "closeTime": 60_000})]
    assert there.channel().answer(PAGE, REQUEST) == Answer("resolved", "ana@x.org", 1_795_424_460_000)


# ── telling it ──


def test_an_acknowledgement_is_told_by_the_alias_in_the_person_s_name(there) -> None:
    assert there.channel().acknowledge(PAGE, REQUEST, "Ana Díaz") == Sent()
    request = there.far.requests[-1]
    assert (request.url.path, request.url.params["identifierType"]) == (f"/v2/alerts/{PAGE.key}/acknowledge", "alias")
    assert there.told()["user"] == "Ana Díaz"


def test_the_end_is_told_by_the_alias_and_a_closed_alert_needs_no_telling(there) -> None:
    assert there.channel().resolve(PAGE, REQUEST) == Sent()
    assert there.far.requests[-1].url.path == f"/v2/alerts/{PAGE.key}/close"
    there.answers = [httpx.Response(404)]
    assert there.channel().resolve(PAGE, REQUEST) == Sent()


# ── looking without paging ──


def test_a_probe_pages_nobody_and_tells_a_bad_key(there) -> None:
    assert there.channel().probe().state == "ok"
    there.answers = [httpx.Response(401), httpx.Response(403)]
    assert [there.channel().probe().state for _ in range(2)] == ["bad", "bad"]
    assert {request.method for request in there.far.requests} == {"GET"}
