"""`channels.toml`: what it may say, that it never holds a secret, and that one broken channel leaves the others."""

from pathlib import Path

import pytest

from policy_kit import CHANNELS, put
from warroom.config import channels
from warroom.config.check import check
from warroom.config.load import Library
from warroom.config.paths import Paths


def test_without_a_file_there_is_nothing_and_nothing_is_wrong(paths: Paths, tmp_path: Path) -> None:
    assert channels.load(str(tmp_path)) == (channels.Channels(), [])
    assert Library(paths).channels.by_name == {}


def test_each_kind_is_read_with_what_stands_for_its_secrets(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "channels.toml": 'fallback = ["bell", "mail:ops@example.org"]\n'
            + CHANNELS
            + '[channel.pd]\nkind = "pagerduty"\nkey_env = "PD_KEY"\ntoken_file = "~/pd"\nsender = "ana@example.org"\n'
            + '[channel.jsm]\nkind = "jsm"\nkey_env = "JSM"\nresponder = "team:payments"\n'
            + '[channel.chat]\nkind = "slack"\ntoken_env = "SLACK"\nchannel = "C1"\nstatus = true\n'
            + '[channel.bell]\nkind = "bell"\n[channel.desk]\nkind = "desktop"\n'
            + '[channel.any]\nkind = "apprise"\nurl_env = "ANY"\n'
        },
    )
    found, problems = channels.load(str(tmp_path))
    assert problems == []
    assert list(found.by_name) == ["hook", "mail", "pd", "jsm", "chat", "bell", "desk", "any"]
    assert found.fallback == ("bell", "mail:ops@example.org")


def test_a_way_is_a_channel_or_a_channel_with_an_address(tmp_path: Path) -> None:
    put(tmp_path, {"channels.toml": CHANNELS})
    found, _ = channels.load(str(tmp_path))
    assert found.way("hook") == ("hook", "")
    assert found.way("mail:ana@example.org") == ("mail", "ana@example.org")
    assert found.way("mailto:ana@example.org") is None
    assert found.way("sms") is None


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('[channel.a]\nkind = "pigeon"\n', "line 2, channel.a.kind", "“pigeon” is not a kind of channel"),
        ("[channel.a]\n", "line 1, channel.a.kind", "has no kind"),
        ('[channel.a]\nkind = "webhook"\n', "line 1, channel.a", "“url” is missing"),
        ('[channel.a]\nkind = "webhook"\nurl = "ftp://x"\n', "line 3, channel.a.url", "https:// or http://"),
        ('[channel.a]\nkind = "webhook"\nurl = "https://u:p@x.org"\n', "line 3, channel.a.url", "user or password"),
        ('[channel.a]\nkind = "pagerduty"\n', "line 1, channel.a.key_env", "is missing"),
        ('[channel.a]\nkind = "pagerduty"\nkey = "s3cret"\n', "line 3, channel.a.key", "is not a key that anything"),
        ('[channel.a]\nkind = "bell"\n["channel"."b:c"]\nkind = "bell"\n', "channel.b:c", "no “:” in its name"),
        ('fallback = ["sms"]\n', "line 1, fallback[1]", "there is no channel “sms”"),
        ('[chanel.a]\nkind = "bell"\n', "line 1, chanel", "is not a key that anything reads"),
    ],
)
def test_what_is_wrong_is_said_and_no_secret_with_it(
    paths: Paths, tmp_path: Path, text: str, place: str, reason: str
) -> None:
    put(tmp_path, {"channels.toml": text})
    [problem] = check(paths)
    assert problem.place.endswith(place)
    assert reason in problem.reason
    assert "s3cret" not in str(problem)


def test_one_broken_channel_leaves_the_others(paths: Paths, tmp_path: Path) -> None:
    put(tmp_path, {"channels.toml": CHANNELS + '[channel.bad]\nkind = "slack"\n'})
    library = Library(paths)
    assert list(library.channels.by_name) == ["hook", "mail"]
    assert [problem.instead for problem in library.problems] == ["This channel is ignored."]
