"""`warroom slack`: what Slack says of the tokens, and the manifest; and what a watch without Slack never imports."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from farside import FarSide
from paging_kit import House, until
from slack_there import TOKENS, SlackThere

CHANNEL = '[channel.chat]\nkind = "slack"\ntoken_env = "SLACK_TOKEN"\napp_token_env = "SLACK_APP_TOKEN"\nroom = true\n'


@pytest.fixture
def slack() -> Iterator[SlackThere]:
    there = SlackThere()
    yield there
    there.close()
    there.judge.clean()


@pytest.fixture
def house(tmp_path: Path, slack: SlackThere) -> Iterator[House]:
    far = FarSide()
    made = House(tmp_path / "home", far, watch="off")
    made.write("channels.toml", f'{CHANNEL}url = "{slack.url}"\n')
    made.env |= TOKENS
    yield made
    made.close()
    far.close()


def check(house: House, code: int) -> dict[str, object]:
    (row,) = json.loads(house.call("slack", "check", "--json", code=code))
    assert isinstance(row, dict)
    return row


def test_a_good_app_is_good_and_nothing_is_posted(house: House, slack: SlackThere) -> None:
    row = check(house, 0)
    assert row["state"] == "ok"
    assert "people take part from there" in str(row["says"])
    assert "channels:manage" in str(row["scopes"])
    assert slack.made == {}
    assert slack.posts["C1"] == []


def test_a_scope_that_is_missing_is_named(house: House, slack: SlackThere) -> None:
    slack.scopes = "chat:write,channels:history"
    row = check(house, 1)
    assert row["state"] == "look"
    assert "channels:manage (making rooms)" in str(row["says"])


def test_an_app_token_that_is_wrong_or_not_set_is_bad(
    house: House, slack: SlackThere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "apps_connections_open", lambda asked: {"error": "not_allowed_token_type"})
    assert "wants another kind of token" in str(check(house, 1)["says"])
    del house.env["SLACK_APP_TOKEN"]
    assert "the app token is not set" in str(check(house, 1)["says"])


def test_no_token_is_ever_printed(house: House, slack: SlackThere) -> None:
    said = house.call("slack", "check", code=0)
    assert not any(token in said for token in TOKENS.values())


def test_where_no_slack_is_configured_it_says_so(house: House) -> None:
    house.write("channels.toml", "")
    house.call("slack", "check", code=3)


def test_the_manifest_is_json_as_slack_takes_it(house: House) -> None:
    made = json.loads(house.call("slack", "manifest"))
    assert made["settings"]["socket_mode_enabled"] is True


def test_a_watch_without_slack_imports_nothing_that_listens(tmp_path: Path) -> None:
    far = FarSide()
    house = House(tmp_path / "home", far, watch="off", second="PT20M")
    try:
        house.declare()
        watch = subprocess.Popen(
            [sys.executable, "-X", "importtime", "-m", "warroom", "watch", "--json"],
            env=house.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        until(lambda: house.paged())
        os.kill(watch.pid, signal.SIGTERM)
        _, said = watch.communicate(timeout=30)
        imported = {line.rpartition(b"|")[2].strip().decode() for line in said.splitlines()}
        assert "warroom.channels.watch" in imported
        assert not imported & {
            "websockets",
            "warroom.channels.listening",
            "warroom.channels.slack",
            "warroom.net.web_socket",
        }
    finally:
        house.close()
        far.close()


def test_declaring_starts_a_watch_that_makes_the_room(house: House, slack: SlackThere) -> None:
    house.env["WARROOM_WATCH"] = ""
    inc = house.call("declare", "Checkout returns 500s", "-s", "SEV2").strip()
    until(lambda: slack.room and slack.texts(slack.room, "status"))
    until(lambda: slack.listeners)
    ts = slack.writes("!log from somebody without a terminal", slack.room)
    until(lambda: "white_check_mark" in slack.signs(slack.room, ts))
    assert "from somebody without a terminal" in [row["text"] for row in house.timeline(inc)]
