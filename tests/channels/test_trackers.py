"""GitHub and Jira: an action item becomes one issue, in literal text, that is found again and read back."""

import base64

import httpx
import pytest
from msgspec.structs import replace

from specs import body_of
from trackers import GitHubThere, JiraThere
from warroom.channels.base import Failed, Later, Message, Sent, There, Unknown, Words
from warroom.channels.github import GitHub, mark_of
from warroom.channels.jira import Jira, document
from warroom.channels.jira import mark_of as label_of
from warroom.channels.secrets import Secret
from warroom.config.channels import GitHub as GitHubForm
from warroom.config.channels import Jira as JiraForm
from warroom.net import Http

TOKEN = "a-token-of-nobody"
TEXT = "Alert on replica lag\n\nOwner: ivo\nFrom: incident INC-K3F9"
ITEM = Message(
    key="k" * 40,
    words=Words(line="", sms="", chat="", mail=TEXT),
    what="item",
    incident="INC-K3F9",
    inc="K3F9ZZZZ",
    title="Alert on replica lag",
    severity="SEV2",
    address="acme/shop",
    labels=("detect",),
    at=1_790_000_000_000,
)
IN_JIRA = replace(ITEM, address="OPS")
HOSTILE = "</pre>@everyone fixes #1\n```\n<script>alert(1)</script> **bold** [x](http://evil) --> <!--"


@pytest.fixture
def hub():
    there = GitHubThere()
    yield there
    there.far.clean()


@pytest.fixture
def jira():
    there = JiraThere()
    yield there
    there.far.clean()


def github(there: GitHubThere, **form: object) -> GitHub:
    http = Http(transport=httpx.MockTransport(there))
    return GitHub("github", GitHubForm(kind="github", token_env="T", **form), {"token": Secret(TOKEN)}, http)


def of_jira(there: JiraThere, **form: object) -> Jira:
    http = Http(transport=httpx.MockTransport(there))
    own = {"user": "ana@example.org", "url": "https://acme.atlassian.net"} | form
    return Jira("jira", JiraForm(kind="jira", token_env="T", **own), {"token": Secret(TOKEN)}, http)


def paragraphs(issue: dict) -> list[str]:
    return [part["content"][0]["text"] for part in issue["fields"]["description"]["content"]]


# ── one issue ──


def test_an_item_is_an_issue_with_its_labels_and_a_hidden_mark(hub) -> None:
    assert github(hub).send(ITEM) == Sent("acme/shop#1 https://github.com/acme/shop/issues/1")
    [issue] = hub.opened
    assert issue["title"] == "Alert on replica lag"
    assert issue["labels"] == ["action item", "detect"]
    assert TEXT in issue["body"]
    assert issue["body"].rstrip().endswith(f"<!-- warroom:{ITEM.key} -->")


def test_in_jira_it_is_a_document_of_plain_texts_with_the_mark_as_a_label(jira) -> None:
    assert of_jira(jira).send(IN_JIRA) == Sent("OPS-1 https://acme.atlassian.net/browse/OPS-1")
    [issue] = jira.opened
    assert issue["fields"]["labels"] == ["action-item", "detect", f"warroom-{ITEM.key}"]
    assert issue["fields"]["issuetype"] == {"name": "Task"}
    assert paragraphs(issue) == ["Alert on replica lag", "Owner: ivo", "From: incident INC-K3F9"]


def test_jira_gets_user_and_token_as_basic_credentials(jira) -> None:
    of_jira(jira).send(IN_JIRA)
    said = jira.far.requests[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(said).decode() == f"ana@example.org:{TOKEN}"


def test_where_a_project_has_no_labels_the_mark_is_the_last_line(jira) -> None:
    jira.labels = False
    assert of_jira(jira).send(IN_JIRA) == Sent("OPS-1 https://acme.atlassian.net/browse/OPS-1")
    assert paragraphs(jira.issues[0])[-1] == f"warroom-{ITEM.key}"
    assert of_jira(jira).look_up(IN_JIRA) == Sent("OPS-1 https://acme.atlassian.net/browse/OPS-1")


def test_without_an_address_it_goes_where_the_form_says(hub, jira) -> None:
    assert isinstance(github(hub, repo="acme/shop").send(replace(ITEM, address="")), Sent)
    assert isinstance(of_jira(jira, project="OPS").send(replace(ITEM, address="")), Sent)


@pytest.mark.parametrize("address", ["", "shop", "a/b/c", "/shop", "acme/"])
def test_what_names_no_repository_is_refused_with_how_to_name_one(hub, address) -> None:
    outcome = github(hub).send(replace(ITEM, address=address))
    assert isinstance(outcome, Failed)
    assert "owner/repo" in outcome.why
    assert not hub.far.requests


def test_an_address_with_anything_in_it_stays_one_step_of_the_path(hub) -> None:
    github(hub).send(replace(ITEM, address="acme/..?x=1#y"))
    assert hub.far.requests[0].url.raw_path == b"/repos/acme/..%3Fx%3D1%23y/issues"


@pytest.mark.parametrize("address", ["", "ops 1", 'OPS" OR project = "X', "9"])
def test_what_names_no_project_is_refused_with_how_to_name_one(jira, address) -> None:
    outcome = of_jira(jira).send(replace(ITEM, address=address))
    assert isinstance(outcome, Failed)
    assert "jira:PROJ" in outcome.why
    assert not jira.far.requests


def test_a_page_is_refused_since_nobody_is_reached(hub, jira) -> None:
    for channel in (github(hub), of_jira(jira)):
        outcome = channel.send(replace(ITEM, what="page"))
        assert isinstance(outcome, Failed)
        assert "reaches nobody" in outcome.why


# ── literal text ──


def test_on_github_no_markup_and_no_call_by_name_takes_effect(hub) -> None:
    words = replace(ITEM.words, mail=HOSTILE)
    github(hub).send(replace(ITEM, words=words))
    body = hub.opened[0]["body"]
    fence = body.split("text\n")[0]
    inside = body.removeprefix(f"{fence}text\n").split(f"\n{fence}\n")[0]
    assert set(fence) == {"`"}
    assert inside == HOSTILE
    assert fence not in inside


def test_a_mark_that_somebody_wrote_into_an_item_is_not_taken_for_the_end_of_the_text(hub) -> None:
    words = replace(ITEM.words, mail=HOSTILE)
    github(hub).send(replace(ITEM, words=words))
    assert hub.opened[0]["body"].rstrip().endswith(mark_of(ITEM))


def test_in_jira_hostile_text_is_text(jira) -> None:
    of_jira(jira).send(replace(IN_JIRA, words=replace(ITEM.words, mail=HOSTILE)))
    assert "\n".join(paragraphs(jira.opened[0])) == HOSTILE


def test_escape_sequences_reach_no_far_side(hub, jira) -> None:
    words = replace(ITEM.words, mail="a\x1b]0;owned\x07b")
    github(hub).send(replace(ITEM, words=words))
    of_jira(jira).send(replace(IN_JIRA, words=words))
    assert "\x1b" not in str(hub.opened) + str(jira.opened)


def test_an_empty_text_is_an_empty_document() -> None:
    assert document("\n \n") == {"type": "doc", "version": 1, "content": []}


def test_a_title_is_never_longer_than_there_is_room(hub, jira) -> None:
    github(hub).send(replace(ITEM, title="é" * 1_000))
    of_jira(jira).send(replace(IN_JIRA, title="日" * 1_000))
    assert len(hub.opened[0]["title"]) <= 256
    assert len(jira.opened[0]["fields"]["summary"]) <= 255


# ── found again ──


def test_what_was_opened_is_found_by_its_mark(hub, jira) -> None:
    assert github(hub).look_up(ITEM) is None
    assert of_jira(jira).look_up(IN_JIRA) is None
    made, in_jira = github(hub).send(ITEM), of_jira(jira).send(IN_JIRA)
    github(hub).send(replace(ITEM, key="x" * 40))
    assert github(hub).look_up(ITEM) == made
    assert of_jira(jira).look_up(IN_JIRA) == in_jira


def test_it_is_found_whether_it_is_open_or_closed(hub) -> None:
    made = github(hub).send(ITEM)
    hub.closes(1)
    assert github(hub).look_up(ITEM) == made


def test_a_pull_request_with_the_mark_in_it_is_not_the_issue(hub) -> None:
    github(hub).send(ITEM)
    hub.issues[0]["pull_request"] = {"url": "x"}
    assert github(hub).look_up(ITEM) is None


def test_in_a_busy_repository_the_search_is_asked(hub) -> None:
    made = github(hub).send(ITEM)
    hub.indexed = list(hub.issues)
    for number in range(160):
        github(hub).send(replace(ITEM, key=f"{number:040}"))
    assert github(hub).look_up(ITEM) == made
    assert hub.asked("/search/issues") == 1


def test_a_search_that_did_not_end_says_nothing(hub) -> None:
    for number in range(160):
        github(hub).send(replace(ITEM, key=f"{number:040}"))
    looked = github(hub)
    whole = hub.read

    def partial(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/search/issues":
            return httpx.Response(200, json={"total_count": 0, "incomplete_results": True, "items": []})
        return whole(request)

    hub.read = partial
    assert isinstance(looked.look_up(ITEM), Later)


def test_a_look_up_that_nobody_answers_never_says_that_it_is_not_there(hub, jira) -> None:
    for status in (401, 403, 404, 429, 500, 502, 503):
        for there, channel, item in ((hub, github(hub), ITEM), (jira, of_jira(jira), IN_JIRA)):
            there.first = [httpx.Response(status, json={})]
            assert isinstance(channel.look_up(item), Later | Failed), status


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b"[1]", b"<html>", b'{"issues": 7}'])
def test_an_answer_that_is_nobody_s_does_not_say_that_it_is_not_there(jira, body) -> None:
    jira.first = [httpx.Response(200, content=body)]
    assert isinstance(of_jira(jira).look_up(IN_JIRA), Later)


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b"<html>", b'{"number": "1"}'])
def test_a_success_that_is_nobody_s_is_in_doubt(hub, jira, body) -> None:
    hub.first, jira.first = [httpx.Response(201, content=body)], [httpx.Response(201, content=body)]
    assert isinstance(github(hub).send(ITEM), Unknown)
    assert isinstance(of_jira(jira).send(IN_JIRA), Unknown)


# ── read back ──


def test_open_and_closed_are_read_back(hub, jira) -> None:
    for there, channel, item in ((hub, github(hub), ITEM), (jira, of_jira(jira), IN_JIRA)):
        made = channel.send(item)
        assert isinstance(made, Sent)
        assert channel.there(item, made.remote) == There("open")
        there.closes(1)
        assert channel.there(item, made.remote) == There("closed")


@pytest.mark.parametrize("status", [301, 410])
def test_an_issue_that_was_deleted_or_moved_is_gone(hub, status) -> None:
    made = github(hub).send(ITEM)
    hub.first = [httpx.Response(status, json={})]
    assert github(hub).there(ITEM, made.remote) == There("gone")


@pytest.mark.parametrize("remote", ["", "acme/shop", "acme/shop#x", "../..#1/x", "OPS"])
def test_a_remote_that_is_none_asks_nobody(hub, jira, remote) -> None:
    assert isinstance(github(hub).there(ITEM, remote), Failed)
    assert isinstance(of_jira(jira).there(IN_JIRA, remote), Failed)
    assert not hub.far.requests + jira.far.requests


def test_no_answer_about_it_is_no_state(hub, jira) -> None:
    for status in (401, 404, 500):
        hub.first, jira.first = [httpx.Response(status, json={})], [httpx.Response(status, json={})]
        assert not isinstance(github(hub).there(ITEM, "acme/shop#1"), There)
        assert not isinstance(of_jira(jira).there(IN_JIRA, "OPS-1"), There)


# ── what goes wrong ──


def test_a_rate_limit_is_waited_for(hub, jira) -> None:
    hub.first = [httpx.Response(403, headers={"Retry-After": "120"}, json={"message": "secondary rate limit"})]
    assert github(hub).send(ITEM) == Later(
        "the far side asks for fewer requests (403: secondary rate limit)", 120.0, busy=True
    )
    jira.first = [httpx.Response(429, headers={"Retry-After": "7"}, json={})]
    outcome = of_jira(jira).send(IN_JIRA)
    assert isinstance(outcome, Later)
    assert (outcome.after, outcome.busy) == (7.0, True)


def test_a_spent_quota_is_waited_for_until_it_is_filled_again(hub, monkeypatch) -> None:
    monkeypatch.setattr("warroom.channels.http.time.time", lambda: 1_790_000_000.0)
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000300"}
    hub.first = [httpx.Response(403, headers=headers, json={"message": "API rate limit exceeded"})]
    outcome = github(hub).send(ITEM)
    assert isinstance(outcome, Later)
    assert outcome.after == 300.0


def test_a_rate_limit_without_a_time_is_given_a_minute(hub) -> None:
    hub.first = [httpx.Response(403, json={"message": "You have exceeded a secondary rate limit"})]
    outcome = github(hub).send(ITEM)
    assert isinstance(outcome, Later)
    assert outcome.after == 60.0


def test_a_wrong_token_is_a_sentence_without_the_token(hub, jira) -> None:
    hub.first = [httpx.Response(401, json={"message": f"Bad credentials: {TOKEN}"})]
    jira.first = [httpx.Response(401, json={"errorMessages": [f"no such token {TOKEN}"]})]
    for outcome in (github(hub).send(ITEM), of_jira(jira).send(IN_JIRA)):
        assert isinstance(outcome, Failed)
        assert "token_env" in outcome.why
        assert TOKEN not in outcome.why


def test_a_repository_that_is_not_there_is_named(hub) -> None:
    outcome = github(hub).send(replace(ITEM, address="acme/shpo"))
    assert isinstance(outcome, Failed)
    assert "no repository acme/shpo" in outcome.why


def test_a_project_that_is_not_there_is_said_in_jira_s_own_words(jira) -> None:
    outcome = of_jira(jira).send(replace(ITEM, address="NONE"))
    assert outcome == Failed("the far side does not take the issue (400: project: valid project is required)")


@pytest.mark.parametrize(("status", "says"), [(403, "Issues: read and write"), (410, "switched issues off")])
def test_what_the_token_may_not_do_is_said(hub, status, says) -> None:
    hub.first = [httpx.Response(status, json={"message": "no"})]
    outcome = github(hub).send(ITEM)
    assert isinstance(outcome, Failed)
    assert says in outcome.why


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_trouble_there_leaves_it_in_doubt_so_that_it_is_looked_up(hub, jira, status) -> None:
    hub.first, jira.first = [httpx.Response(status)], [httpx.Response(status)]
    assert isinstance(github(hub).send(ITEM), Unknown)
    assert isinstance(of_jira(jira).send(IN_JIRA), Unknown)


# ── the probe ──


def test_a_look_says_what_it_can_do(hub, jira) -> None:
    assert github(hub, repo="acme/shop").probe().state == "ok"
    assert github(hub).probe().state == "ok"
    assert "as Ana Díaz in OPS" in of_jira(jira, project="OPS").probe().says


def test_a_look_says_what_is_wrong(hub, jira) -> None:
    assert "no repository" in github(hub, repo="acme/shpo").probe().says
    jira.first = [httpx.Response(401, text="")]
    assert of_jira(jira).probe().state == "bad"


def test_the_label_is_the_one_that_is_looked_for(jira) -> None:
    of_jira(jira).look_up(IN_JIRA)
    assert f'labels = "{label_of(IN_JIRA)}"' in jira.far.requests[0].url.params["jql"]
    assert body_of(jira.far.requests[0]) is None
