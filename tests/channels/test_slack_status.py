"""Slack's pinned status message, which is changed in its place, and the look at the channel that posts nothing."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from slack_room import SlackRoom
from specs import checked
from warroom.channels.base import Later, Message, Outcome, Sent, Words
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
def slack(room: SlackRoom) -> Iterator[Slack]:
    judge = checked(room, "slack")
    form = Form(kind="slack", token_env="SLACK_TOKEN", channel="C1", status=True)
    yield Slack("chat", form, {"token": Secret(TOKEN)}, Http(transport=httpx.MockTransport(judge)))
    judge.clean()


def words(chat: str) -> Words:
    return Words(chat[:130], chat[:459], chat[:2_900], chat)


def sent(outcome: Outcome) -> str:
    assert isinstance(outcome, Sent), outcome
    return outcome.remote


def error(name: str, **more: object) -> list[httpx.Response]:
    return [httpx.Response(200, json={"ok": False, "error": name} | more)]


# ── the pinned status ──


def test_the_status_is_posted_and_pinned_once_and_then_changed_in_its_place(
    slack: Slack, room: SlackRoom, page: Make
) -> None:
    remote = sent(slack.status(page(what="status"), ""))
    assert room.pins == [("C1", remote.partition("/")[2])]
    assert sent(slack.status(page(what="status", words=words("all well <!here> *b*")), remote)) == remote
    assert [row["text"] for row in room.posts["C1"]] == ["all well &lt;!here&gt; *b*"]
    assert len(room.pins) == 1


def test_the_status_is_shown_as_it_was_written(slack: Slack, room: SlackRoom, page: Make) -> None:
    slack.status(page(what="status", words=words("&" * 2_900)), "")
    block = json.loads(room.posts["C1"][0]["blocks"])[0]["text"]
    assert block["type"] == "plain_text"
    assert len(block["text"]) <= 3_000


def test_a_status_that_somebody_deleted_is_posted_anew(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.status(page(what="status"), ""))
    room.posts["C1"].clear()
    new = sent(slack.status(page(what="status"), remote))
    assert new != remote
    assert len(room.posts["C1"]) == 1


def test_a_status_that_cannot_be_pinned_is_posted_all_the_same(slack: Slack, room: SlackRoom, page: Make) -> None:
    room.wrong["pins.add"] = error("missing_scope", needed="pins:write")
    assert sent(slack.status(page(what="status"), "")).startswith("C1/")


def test_one_that_was_found_again_is_pinned_once(slack: Slack, room: SlackRoom, page: Make) -> None:
    remote = sent(slack.status(page(what="status"), ""))
    room.pins.clear()
    assert sent(slack.status(page(what="status"), remote, pin=True)) == remote
    assert sent(slack.status(page(what="status"), remote, pin=True)) == remote
    assert len(room.pins) == 1


def test_where_slack_asks_for_patience_the_pin_is_tried_again(slack: Slack, room: SlackRoom, page: Make) -> None:
    room.wrong["pins.add"] = [httpx.Response(429, headers={"retry-after": "3"}, json={"ok": False})]
    assert isinstance(slack.status(page(what="status"), ""), Later)
    assert len(room.posts["C1"]) == 1


# ── a look without a page ──


def test_a_probe_says_who_posts_where_and_posts_nothing(slack: Slack, room: SlackRoom) -> None:
    found = slack.probe()
    assert found.state == "ok"
    assert "warroom in Example, to #incidents" in found.says
    assert not room.posts["C1"]


def test_a_probe_names_the_scopes_that_are_missing(slack: Slack, room: SlackRoom) -> None:
    room.scopes = "chat:write,users:read"
    found = slack.probe()
    assert found.state == "look"
    assert all(scope in found.says for scope in ("reactions:read", "channels:history", "pins:write"))


def test_a_probe_without_the_right_to_post_is_bad(slack: Slack, room: SlackRoom) -> None:
    room.scopes = "users:read"
    assert slack.probe().state == "bad"


def test_a_probe_of_a_token_that_is_none_is_bad(slack: Slack, room: SlackRoom) -> None:
    room.wrong["auth.test"] = error("invalid_auth")
    found = slack.probe()
    assert (found.state, TOKEN in found.says) == ("bad", False)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"name": "old", "is_archived": True}, "archived"),
        ({"name": "incidents", "is_member": False, "is_private": True}, "invite"),
    ],
)
def test_a_probe_of_a_channel_that_takes_nothing_is_bad(
    slack: Slack, room: SlackRoom, about: dict[str, object], says: str
) -> None:
    room.channel = about
    found = slack.probe()
    assert found.state == "bad"
    assert says in found.says
