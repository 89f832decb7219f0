"""Slack: what is posted, how it is found again, what counts as an answer, and what each refusal means."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from slack_room import SlackRoom
from specs import body_of, checked
from warroom.channels.base import Accepted, Failed, Later, Message, Outcome, Sent, Unknown, Words
from warroom.channels.secrets import Secret
from warroom.channels.slack import Slack
from warroom.config.channels import Slack as Form
from warroom.net import Http

Make = Callable[..., Message]
TOKEN = "xoxb-1111-hush"


@pytest.fixture
def room() -> SlackRoom:
    return SlackRoom()


@pytest.fixture
def judge(room: SlackRoom) -> Iterator[checked]:
    judge = checked(room, "slack")
    yield judge
    judge.clean()


@pytest.fixture
def slack(judge: checked) -> Slack:
    form = Form(kind="slack", token_env="SLACK_TOKEN", channel="C1", status=True)
    return Slack("chat", form, {"token": Secret(TOKEN)}, Http(transport=httpx.MockTransport(judge)))


def words(chat: str) -> Words:
    return Words(chat[:130], chat[:459], chat[:2_900], chat)


def sent(outcome: Outcome) -> str:
    assert isinstance(outcome, Sent), outcome
    return outcome.remote


def ts_of(outcome: Outcome) -> str:
    return sent(outcome).partition("/")[2]


def why(outcome: Outcome | None) -> str:
    assert outcome is not None
    assert not isinstance(outcome, (Sent, Accepted))
    return outcome.why


def error(name: str, status: int = 200, **more: object) -> list[httpx.Response]:
    return [httpx.Response(status, json={"ok": False, "error": name} | more)]


# ── posting ──


def test_a_page_without_an_address_stands_in_the_channel_of_the_form(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.send(page()))
    assert remote == f"C1/{room.posts['C1'][0]['ts']}"
    assert "half of all orders fail" in room.posts["C1"][0]["text"]


def test_a_page_to_a_person_is_found_again_in_their_direct_messages(slack: Slack, room: SlackRoom, page: Make) -> None:
    assert sent(slack.send(page(address="U7"))) == f"D7/{room.posts['D7'][0]['ts']}"


def test_a_page_to_nowhere_is_never_sent(judge: checked, page: Make) -> None:
    nowhere = Slack("chat", Form(kind="slack", token_env="T"), {"token": Secret(TOKEN)}, Http())
    assert "nowhere to post" in why(nowhere.send(page()))


def test_what_people_wrote_calls_nobody_and_is_no_markup(slack: Slack, judge: checked, page: Make) -> None:
    slack.send(page(words=words("<!channel> *bold* <@U7> a & b\r\nnext \x1b[31mline")))
    fields = body_of(judge.requests[0])
    assert fields["text"] == "&lt;!channel&gt; *bold* &lt;@U7&gt; a &amp; b\nnext ␛[31mline"
    assert fields["mrkdwn"] == fields["link_names"] == "false"
    assert fields["parse"] == "none"


def test_no_link_in_a_page_is_unfolded(slack: Slack, judge: checked, page: Make) -> None:
    slack.send(page())
    fields = body_of(judge.requests[0])
    assert fields["unfurl_links"] == fields["unfurl_media"] == "false"


def test_a_later_page_in_the_same_channel_answers_the_first_and_is_seen_by_all(
    slack: Slack, room: SlackRoom, page: Make
) -> None:
    first = sent(slack.send(page()))
    slack.send(page(key="second", thread=first))
    assert room.posts["C1"][1]["thread_ts"] == first.partition("/")[2]
    assert room.posts["C1"][1]["reply_broadcast"] == "true"


def test_a_page_to_a_person_stands_in_no_thread_of_a_channel(slack: Slack, room: SlackRoom, page: Make) -> None:
    first = sent(slack.send(page()))
    slack.send(page(key="second", thread=first, address="U7"))
    assert "thread_ts" not in room.posts["D7"][0]


def test_a_page_whose_thread_is_gone_is_posted_without_it(slack: Slack, room: SlackRoom, page: Make) -> None:
    sent(slack.send(page(thread="C1/1795392000.000001")))
    assert "thread_ts" not in room.posts["C1"][0]


def test_a_page_that_may_come_twice_says_so(slack: Slack, room: SlackRoom, page: Make) -> None:
    slack.send(page(twice=True))
    assert room.posts["C1"][0]["text"].startswith("This page may have reached you before")


def test_a_title_of_any_length_is_posted(slack: Slack, page: Make) -> None:
    sent(slack.send(page(title="t" * 5_000, words=words("<" * 2_900))))


# ── what an answer means ──


@pytest.mark.parametrize("name", ["ratelimited", "rate_limited"])
def test_a_slack_that_asks_for_a_pause_gets_it(slack: Slack, room: SlackRoom, page: Make, name: str) -> None:
    room.wrong["chat.postMessage"] = [
        httpx.Response(429, headers={"Retry-After": "7"}, json={"ok": False, "error": name})
    ]
    outcome = slack.send(page())
    assert isinstance(outcome, Later)
    assert (outcome.after, outcome.busy) == (7.0, True)


def test_a_pause_may_be_asked_for_with_status_200(slack: Slack, room: SlackRoom, page: Make) -> None:
    room.wrong["chat.postMessage"] = error("ratelimited")
    outcome = slack.send(page())
    assert isinstance(outcome, Later)
    assert outcome.busy


@pytest.mark.parametrize("name", ["service_unavailable", "request_timeout", "team_added_to_org"])
def test_a_trouble_that_passes_is_worth_another_try(slack: Slack, room: SlackRoom, page: Make, name: str) -> None:
    room.wrong["chat.postMessage"] = error(name)
    assert isinstance(slack.send(page()), Later)


@pytest.mark.parametrize("name", ["internal_error", "fatal_error", "timeout"])
def test_a_trouble_in_the_middle_of_it_leaves_open_whether_it_was_posted(
    slack: Slack, room: SlackRoom, page: Make, name: str
) -> None:
    room.wrong["chat.postMessage"] = error(name)
    assert isinstance(slack.send(page()), Unknown)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("invalid_auth", "does not know the token"),
        ("channel_not_found", "use the id"),
        ("not_in_channel", "invite it"),
        ("is_archived", "archived"),
        ("a_new_error", "Slack refuses it: a_new_error"),
    ],
)
def test_a_refusal_is_final_and_says_what_to_do(
    slack: Slack, room: SlackRoom, page: Make, name: str, says: str
) -> None:
    room.wrong["chat.postMessage"] = error(name)
    outcome = slack.send(page())
    assert isinstance(outcome, Failed)
    assert says in outcome.why


def test_a_missing_scope_is_named(slack: Slack, room: SlackRoom, page: Make) -> None:
    room.wrong["chat.postMessage"] = error("missing_scope", needed="chat:write")
    assert "chat:write" in why(slack.send(page()))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"ok": 1}', b'{"ok": tr', b"null"])
def test_a_success_that_is_not_slacks_leaves_open_whether_it_was_posted(
    slack: Slack, room: SlackRoom, page: Make, body: bytes
) -> None:
    room.wrong["chat.postMessage"] = [httpx.Response(200, content=body)]
    assert isinstance(slack.send(page()), Unknown)


@pytest.mark.parametrize(("status", "kind"), [(302, Failed), (404, Failed), (500, Later), (503, Later)])
def test_another_status_means_what_it_means_everywhere(
    slack: Slack, room: SlackRoom, page: Make, status: int, kind: type[Outcome]
) -> None:
    room.wrong["chat.postMessage"] = [httpx.Response(status, json={"ok": True})]
    assert isinstance(slack.send(page()), kind)


def test_an_error_shows_neither_the_token_nor_an_escape(slack: Slack, room: SlackRoom, page: Make) -> None:
    room.wrong["chat.postMessage"] = error(f"no {TOKEN}\x1b[2J")
    said = why(slack.send(page()))
    assert TOKEN not in said
    assert "\x1b" not in said


def test_a_line_that_breaks_leaves_open_whether_it_was_posted(room: SlackRoom, page: Make) -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    form = Form(kind="slack", token_env="T", channel="C1")
    slack = Slack("chat", form, {"token": Secret(TOKEN)}, Http(transport=httpx.MockTransport(breaks)))
    assert isinstance(slack.send(page()), Unknown)
    assert isinstance(slack.look_up(page()), Later)


# ── finding it again ──


def test_what_was_posted_is_found_by_its_key(slack: Slack, page: Make) -> None:
    remote = sent(slack.send(page()))
    assert slack.look_up(page()) == Sent(remote)


def test_what_was_posted_to_a_person_is_found_by_its_key(slack: Slack, page: Make) -> None:
    remote = sent(slack.send(page(address="U7")))
    assert slack.look_up(page(address="U7")) == Sent(remote)


def test_what_was_posted_into_a_thread_is_found_by_its_key(slack: Slack, room: SlackRoom, page: Make) -> None:
    first = sent(slack.send(page()))
    second = sent(slack.send(page(key="second", thread=first)))
    del room.posts["C1"][1]["reply_broadcast"]
    assert slack.look_up(page(key="second", thread=first)) == Sent(second)


def test_what_was_never_posted_is_told_from_what_nobody_can_tell(slack: Slack, room: SlackRoom, page: Make) -> None:
    assert slack.look_up(page()) is None
    room.wrong["conversations.history"] = error("missing_scope", needed="channels:history")
    outcome = slack.look_up(page())
    assert isinstance(outcome, Later)
    assert "channels:history" in outcome.why


def test_it_is_found_among_hundreds_of_others(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.send(page()))
    for number in range(450):
        room.says(f"{number}")
    assert slack.look_up(page()) == Sent(remote)


def test_a_channel_too_loud_to_look_through_says_so(slack: Slack, room: SlackRoom, page: Make) -> None:
    for number in range(1_100):
        room.says(f"{number}")
    assert isinstance(slack.look_up(page()), Later)


# ── answers ──


@pytest.mark.parametrize("name", ["white_check_mark", "heavy_check_mark", "eyes", "+1::skin-tone-3", "ok_hand"])
def test_a_reaction_acknowledges(slack: Slack, room: SlackRoom, page: Make, name: str) -> None:
    remote = sent(slack.send(page()))
    room.reacts(remote.partition("/")[2], name)
    answer = slack.answer(page(), remote)
    assert answer is not None
    assert (answer.what, answer.who) == ("acknowledged", "Ana Lima")


@pytest.mark.parametrize("name", ["x", "no_entry", "-1", "no_good::skin-tone-2"])
def test_a_reaction_declines(slack: Slack, room: SlackRoom, page: Make, name: str) -> None:
    remote = sent(slack.send(page()))
    room.reacts(remote.partition("/")[2], name)
    answer = slack.answer(page(), remote)
    assert answer is not None
    assert answer.what == "declined"


def test_a_yes_counts_before_a_no(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.send(page()))
    room.reacts(remote.partition("/")[2], "x")
    room.reacts(remote.partition("/")[2], "eyes")
    answer = slack.answer(page(), remote)
    assert answer is not None
    assert answer.what == "acknowledged"


def test_whose_name_slack_does_not_tell_goes_by_their_id(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.send(page()))
    room.reacts(remote.partition("/")[2], "eyes", user="U9")
    answer = slack.answer(page(), remote)
    assert answer is not None
    assert answer.who == "U9"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Ack, looking", "acknowledged"),
        ("on it", "acknowledged"),
        ("<@UBOT> I’m on it", "acknowledged"),
        ("Declined: ill", "declined"),
    ],
)
def test_a_reply_in_the_thread_answers_with_its_time(
    slack: Slack, room: SlackRoom, page: Make, text: str, what: str
) -> None:
    remote = sent(slack.send(page()))
    ts = room.says(text, thread=remote.partition("/")[2])
    answer = slack.answer(page(), remote)
    assert answer is not None
    assert (answer.what, answer.who, answer.at) == (what, "Ana Lima", int(float(ts) * 1000))


@pytest.mark.parametrize("text", ["ack?", "acknowledging receipt of cake", "what is on it", "", "anyone declined"])
def test_other_replies_are_no_answers(slack: Slack, room: SlackRoom, page: Make, text: str) -> None:
    remote = sent(slack.send(page()))
    room.says(text, thread=remote.partition("/")[2])
    assert slack.answer(page(), remote) is None


def test_a_direct_message_is_answered_below_it(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.send(page(address="U7")))
    room.says("ack", channel="D7")
    answer = slack.answer(page(address="U7"), remote)
    assert answer is not None
    assert answer.what == "acknowledged"


def test_a_reply_answers_the_last_page_before_it_and_no_older_one(slack: Slack, room: SlackRoom, page: Make) -> None:
    first = sent(slack.send(page()))
    second = sent(slack.send(page(key="second", thread=first)))
    room.says("ack", thread=first.partition("/")[2])
    assert slack.answer(page(), first) is None
    assert slack.answer(page(key="second", thread=first), second) is not None


def test_no_answer_is_read_from_a_slack_in_trouble(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.send(page()))
    room.wrong["reactions.get"] = [httpx.Response(200, json={"ok": True, "message": {"reactions": [1, {"name": 2}]}})]
    room.wrong["conversations.replies"] = [httpx.Response(200, json={"ok": True, "messages": [1, {"ts": "x"}, {}]})]
    assert slack.answer(page(), remote) is None


# ── following ──


def test_who_has_it_stands_below_the_page_once(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.send(page()))
    sent(slack.acknowledge(page(), remote, "ana <!here>"))
    sent(slack.acknowledge(page(), remote, "ana <!here>"))
    below = [row["text"] for row in room.posts["C1"] if row.get("thread_ts")]
    assert below == ["ana &lt;!here&gt; has it"]


def test_that_it_is_over_stands_below_the_page_once(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.send(page()))
    sent(slack.resolve(page(), remote))
    sent(slack.resolve(page(), remote))
    below = [row["text"] for row in room.posts["C1"] if row.get("thread_ts")]
    assert below == ["INC-K3F9 is resolved"]


def test_what_we_wrote_ourselves_is_no_answer(slack: Slack, page: Make) -> None:
    remote = sent(slack.send(page()))
    slack.acknowledge(page(), remote, "ack")
    assert slack.answer(page(), remote) is None
