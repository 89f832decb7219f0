"""What docs/slack-room.md shows can be copied, and says what the program says."""

import json
import re
from pathlib import Path

from warroom.channels.slack_asked import help_text
from warroom.channels.slack_manifest import manifest, scopes
from warroom.config.channels import Slack, load

DOCS = (Path(__file__).parents[2] / "docs" / "slack-room.md").read_text(encoding="utf-8")


def shown(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)
    assert isinstance(found, str)
    return found


def test_the_manifest_is_the_one_that_is_printed() -> None:
    assert json.loads(shown("json")) == manifest()


def test_the_example_is_read_without_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "channels.toml").write_text(shown("toml"))
    channels, problems = load(str(tmp_path))
    assert problems == []
    form = channels.by_name["chat"]
    assert isinstance(form, Slack)
    assert form.room
    assert form.listens
    assert channels.makes_rooms


def test_every_scope_is_named_and_in_the_manifest() -> None:
    form = Slack(
        kind="slack", token_env="T", app_token_env="A", room=True, status=True, channel="C1", restricted="private"
    )
    asked = manifest()["oauth_config"]
    assert isinstance(asked, dict)
    granted = set(asked["scopes"]["bot"])
    for scope, _ in scopes(form):
        assert f"`{scope}`" in DOCS
        assert scope in granted


def test_every_word_is_in_the_table() -> None:
    for line in help_text().splitlines():
        word, _, what = line.partition(" – ")
        assert f"| `{word}` | {what} |" in DOCS


def test_a_form_that_cannot_be_is_named_with_its_place(tmp_path: Path) -> None:
    text = '[channel.chat]\nkind = "slack"\ntoken_env = "T"\n'
    for line, place in (
        ('restricted = "yes"', "channel.chat.restricted"),
        ('prefix = "Über"', "channel.chat.prefix"),
        ('mark = ":pushpin:"', "channel.chat.mark"),
        ('invite = ["ana"]', "channel.chat.invite[1]"),
    ):
        (tmp_path / "channels.toml").write_text(f"{text}{line}\n")
        _, (problem,) = load(str(tmp_path))
        assert place in str(problem)
