"""From the form to the channel: what can be used, why something cannot, and what a drill is given."""

import os
import pickle
from pathlib import Path

import pytest

from farside import FarSide
from warroom.channels import factory
from warroom.channels.base import Channel
from warroom.channels.factory import Unusable, build, for_incident
from warroom.channels.secrets import NoSecret, Secret, absent, resolve, scrub
from warroom.channels.simulator import SimulatorChannel
from warroom.channels.webhook import WebhookChannel
from warroom.config.channels import (
    KINDS,
    Apprise,
    Bell,
    ChannelForm,
    Channels,
    Desktop,
    Email,
    GitHub,
    Jira,
    Opsgenie,
    PagerDuty,
    Slack,
    Webhook,
    load,
)
from warroom.core.values import incident_id
from warroom.net import Http

REAL, DRILL = incident_id(bytes(16), drill=False), incident_id(bytes(16), drill=True)


def channels(**forms: ChannelForm) -> Channels:
    return Channels(dict(forms))


def why(built: Channel | Unusable) -> str:
    assert isinstance(built, Unusable)
    return built.why


def test_a_file_becomes_channels(tmp_path: Path, far: FarSide) -> None:
    (tmp_path / "channels.toml").write_text(
        f'[channel.hook]\nkind = "webhook"\nurl = "{far.url}"\nsecret_env = "HOOK_SECRET"\n'
        '[channel.bell]\nkind = "bell"\n'
    )
    read, problems = load(str(tmp_path))
    built = build(read, env={"HOOK_SECRET": "s3cr3t"})
    assert problems == []
    assert {name: type(channel).__name__ for name, channel in built.items()} == {
        "hook": "WebhookChannel",
        "bell": "BellChannel",
    }
    hook = built["hook"]
    assert isinstance(hook, WebhookChannel)
    assert (hook.name, hook.probe().state) == ("hook", "ok")


def test_a_variable_that_a_channel_cannot_do_without_is_named(http: Http) -> None:
    form = PagerDuty(kind="pagerduty", key_env="PD_KEY")
    for env in ({}, {"PD_KEY": ""}, {"PD_KEY": " \n"}):
        assert "the variable PD_KEY is not set or empty" in why(build(channels(pd=form), http=http, env=env)["pd"])


def test_one_that_it_can_do_without_stops_no_page_and_is_said(http: Http) -> None:
    form = Webhook(kind="webhook", url="http://x", secret_env="HOOK_SECRET")
    for env in ({}, {"HOOK_SECRET": ""}, {"HOOK_SECRET": " \n"}):
        assert isinstance(build(channels(hook=form), http=http, env=env)["hook"], Channel)
        assert absent(form, env) == ["the variable HOOK_SECRET is not set, so it goes without secret"]
    assert absent(form, {"HOOK_SECRET": "s"}) == []


def test_a_mail_account_needs_its_password(http: Http) -> None:
    form = Email(kind="email", host="h", sender="a@b", user="u", password_env="MAIL_PASSWORD")
    assert "MAIL_PASSWORD" in why(build(channels(mail=form), http=http, env={})["mail"])


def test_a_signing_secret_that_cannot_sign_makes_it_unusable(http: Http) -> None:
    form = Webhook(kind="webhook", url="http://x", secret_env="S")
    assert "whsec_" in why(build(channels(hook=form), http=http, env={"S": "whsec_!"})["hook"])


def test_one_that_cannot_be_used_takes_no_other_with_it(http: Http) -> None:
    forms = channels(bad=PagerDuty(kind="pagerduty", key_env="NONE"), good=Desktop(kind="desktop"))
    built = build(forms, http=http, env={})
    assert isinstance(built["bad"], Unusable)
    assert isinstance(built["good"], Channel)


def test_a_missing_extra_is_named_with_its_command(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "_has", lambda package: False)
    built = build(channels(any=Apprise(kind="apprise", url_env="U")), http=http, env={"U": "json://x"})
    assert "pip install 'warroom[notify]'" in why(built["any"])


def test_a_drill_is_given_nothing_but_the_simulator(http: Http) -> None:
    forms = channels(
        hook=Webhook(kind="webhook", url="http://x"),
        bell=Bell(kind="bell"),
        bad=PagerDuty(kind="pagerduty", key_env="NONE"),
    )
    given = for_incident(DRILL, build(forms, http=http, env={}))
    assert {name: type(channel) for name, channel in given.items()} == dict.fromkeys(
        ("hook", "bell", "bad"), SimulatorChannel
    )


def test_a_real_incident_is_given_what_is_configured(http: Http) -> None:
    built = build(channels(hook=Webhook(kind="webhook", url="http://x")), http=http, env={})
    assert for_incident(REAL, built) == built


def form_with(file: Path | str) -> Webhook:
    return Webhook(kind="webhook", url="http://x", secret_file=str(file))


def secret_file(folder: Path, content: bytes = b"s3cr3t\n", mode: int = 0o600) -> Path:
    file = folder / "secret"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_secret_is_read_from_a_file_of_its_owner(tmp_path: Path) -> None:
    assert resolve(form_with(secret_file(tmp_path)))["secret"].reveal() == "s3cr3t"


def test_a_relative_file_counts_from_where_the_channels_stand(tmp_path: Path) -> None:
    secret_file(tmp_path)
    assert resolve(form_with("secret"), folder=str(tmp_path))["secret"].reveal() == "s3cr3t"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(NoSecret, match="can be read by others; say chmod 600"):
        resolve(form_with(secret_file(tmp_path, mode=mode)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not set or empty"),
        (b"  \n", "not set or empty"),
        (b"s3cr3t\nmore", "more than one line"),
        (b"s3cr3t\xff", "no text"),
        (b"s3cr3t" * 20_000, "too long"),
    ],
)
def test_a_file_with_no_secret_in_it_says_so_without_showing_it(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(NoSecret, match=says) as problem:
        resolve(form_with(secret_file(tmp_path, content)))
    assert "s3cr3t" not in str(problem.value)


def test_a_missing_file_a_folder_and_a_pipe_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("none", "pipe", "."):
        with pytest.raises(NoSecret, match="the file"):
            resolve(form_with(tmp_path / name))


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret("s3cr3t")
    assert "s3cr3t" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_scrubbing_takes_out_whole_secrets_and_leaves_short_ones() -> None:
    assert scrub("abcdef abcd ab", [Secret("abcd"), Secret("abcdef"), Secret("ab")]) == "••• ••• ab"


def test_every_kind_that_can_be_configured_has_a_channel(http: Http) -> None:
    forms = channels(
        webhook=Webhook(kind="webhook", url="http://x"),
        pagerduty=PagerDuty(kind="pagerduty", key_env="S"),
        opsgenie=Opsgenie(kind="opsgenie", key_env="S"),
        jsm=Opsgenie(kind="jsm", key_env="S"),
        slack=Slack(kind="slack", token_env="S"),
        email=Email(kind="email", host="localhost", sender="room@x.example"),
        bell=Bell(kind="bell"),
        desktop=Desktop(kind="desktop"),
        apprise=Apprise(kind="apprise", url_env="S"),
        github=GitHub(kind="github", token_env="S"),
        jira=Jira(kind="jira", token_env="S", user="ana@x.example", url="https://x.example"),
    )
    assert set(forms.by_name) == set(KINDS)
    built = build(forms, http=http, env={"S": "json://127.0.0.1"})
    assert {name: channel for name, channel in built.items() if isinstance(channel, Unusable)} == {}
