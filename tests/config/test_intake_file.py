"""`intake.toml`: what it may say, and each mistake with its line and what to do; a mistake never opens a door."""

from collections.abc import Callable
from pathlib import Path

import pytest

from warroom.channels.secrets import NoSecret, resolve
from warroom.config import intake
from warroom.config.check import check
from warroom.config.intake import BY_ITSELF, Generic, Intake
from warroom.config.paths import Paths

Write = Callable[[str, str], Path]


def test_without_the_file_some_hooks_are_there(tmp_path: Path) -> None:
    found, problems = intake.load(str(tmp_path))
    assert (found, problems) == (Intake(), [])
    assert tuple(found.hooks) == BY_ITSELF
    assert found.hook("pagerduty") is None


def test_a_hook_is_signed_when_it_names_a_secret(write: Write, tmp_path: Path) -> None:
    write("intake.toml", '[hook.a]\nkind = "grafana"\n[hook.b]\nkind = "grafana"\nsecret_file = "g"\n')
    found, problems = intake.load(str(tmp_path))
    assert problems == []
    assert [found.by_name[name].signed for name in "ab"] == [False, True]


def test_a_secret_that_is_named_and_not_there_is_no_reason_to_go_without(write: Write, tmp_path: Path) -> None:
    write("intake.toml", '[hook.a]\nkind = "generic"\nsecret_env = "S"\n')
    form = intake.load(str(tmp_path))[0].by_name["a"]
    assert resolve(form, {"S": "x" * 9})["secret"].reveal() == "x" * 9
    with pytest.raises(NoSecret, match="variable S is not set"):
        resolve(form, {})


SLACK = '[hook.a]\nkind = "slack"\nsecret_env = "S"\n'


def test_secrets_for_telling_a_sender_have_nothing_to_do_with_who_may_deliver(write: Write, tmp_path: Path) -> None:
    write("intake.toml", AM + 'url = "http://am"\ntoken_env = "T"\n[hook.b]\nkind = "alertmanager"\n')
    found, problems = intake.load(str(tmp_path))
    assert (problems, list(found.told)) == ([], ["a"])
    form = found.by_name["a"]
    assert not form.signed
    assert resolve(form, {}) == {}
    assert form.api is not None
    with pytest.raises(NoSecret, match="variable T is not set"):
        resolve(form.api, {})


AM = '[hook.a]\nkind = "alertmanager"\n[hook.a.api]\n'
PD = '[hook.a]\nkind = "pagerduty"\nsecret_env = "S"\n[hook.a.api]\n'
GENERIC = '[hook.a]\nkind = "generic"\n'


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('[hook.a]\nkind = "pigeon"\n', "line 2, hook.a.kind", "“pigeon” is not a kind of hook; there are alert"),
        ("[hook.a]\n", "line 1, hook.a.kind", "has no kind"),
        ('[hook.A]\nkind = "jsm"\n', "line 1, hook.A", "small letters, digits and “-”"),
        ('[hook.jsm]\nkind = "grafana"\n', "line 2, hook.jsm.kind", "under the name of another kind"),
        ('[hook.a]\nkind = "pagerduty"\n', "line 1, hook.a.secret_env", "is missing: the name of the environment"),
        ('[hook.a]\nkind = "slack"\nsecret = "s3cret"\n', "line 3, hook.a.secret", "is not a key that anything reads"),
        (SLACK + 'secret_file = "f"\n', "line 3, hook.a.secret_env", "one of the two is enough"),
        (SLACK + 'becomes = "page"\n', "line 4, hook.a.becomes", "alert or entry"),
        (SLACK + 'reaction = ":x:"\n', "line 4, hook.a.reaction", "without its colons"),
        (SLACK + 'workspace = "http://x"\n', "line 4, hook.a.workspace", "begins with https://"),
        ('[hook.a]\nkind = "grafana"\ntimestamp_header = "X"\n', "line 3, hook.a.timestamp_header", "needs secret_env"),
        (AM + 'url = "am:9093"\n', "line 4, hook.a.api.url", "is not an address that begins with https://"),
        (AM + 'url = "http://u:p@am"\n', "line 4, hook.a.api.url", "holds a user or password"),
        (AM + 'url = "http://am"\nuser = "ana"\n', "line 5, hook.a.api.user", "needs token_env or token_file"),
        (AM + 'url = "http://am"\npull = "1s"\n', "line 5, hook.a.api.pull", "from 5 seconds to a day"),
        (AM + 'url = "http://am"\ntoken = "s3cret"\n', "line 5, hook.a.api.token", "is not a key that anything reads"),
        (PD + 'token_env = "T"\n', "line 4, hook.a.api.sender", "the e-mail address of a user"),
        (PD + 'sender = "a@b.c"\n', "line 4, hook.a.api.token_env", "or key_env, with a routing key"),
        ('[hook.a]\nkind = "jsm"\n[hook.a.api]\n', "line 3, hook.a.api.key_env", "is missing"),
        (GENERIC + '[hook.a.api]\nurl = "http://x"\n', "line 4, hook.a.api.url", "is not a key that anything reads"),
        (GENERIC + 'signature_header = "X"\n', "line 3, hook.a.signature_header", "needs secret_env"),
        (GENERIC + 'alerts = "x"\n', "line 1, hook.a.map", "is missing: it says where rule"),
        (GENERIC + '[hook.a.map]\nkey = "id"\n', "line 3, hook.a.map", "“rule” is missing"),
        (GENERIC + '[hook.a.map]\nrule = "a..b"\n', "line 4, hook.a.map.rule", "empty name between its dots"),
        (GENERIC + '[hook.a.map]\nrule = "x"\nlabels = "{y"\n', "line 5, hook.a.map.labels", "a brace"),
        (GENERIC + 'resolved.state = []\n[hook.a.map]\nrule = "x"\n', "hook.a.resolved.state", "no word"),
        ('[hok.a]\nkind = "jsm"\n', "line 1, hok", "the key here is hook"),
        ("hook = 3\n", "line 1, hook", "should be tables"),
        ("[hook.a\n", "line 1", "is not TOML"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(paths: Paths, write: Write, text: str, place: str, reason: str) -> None:
    write("intake.toml", text)
    [problem] = check(paths)
    assert place in problem.place
    assert reason in problem.reason
    assert problem.file.endswith("intake.toml")
    assert "s3cret" not in str(problem)


def test_one_broken_hook_leaves_the_others_and_takes_nothing_itself(write: Write, tmp_path: Path) -> None:
    write("intake.toml", '[hook.grafana]\nkind = "grafana"\nsecret = "x"\n[hook.eu]\nkind = "alertmanager"\n')
    found, problems = intake.load(str(tmp_path))
    assert [problem.instead for problem in problems] == ["This hook takes nothing."]
    # Not even with a token: whoever wrote the table wanted something else.
    assert found.hook("grafana") is None
    assert set(found.hooks) == {"alertmanager", "opsgenie", "jsm", "generic", "eu"}


def test_a_file_that_cannot_be_read_takes_every_hook_away(write: Write, tmp_path: Path) -> None:
    for text in ("[hook.a\n", "hook = 3\n"):
        write("intake.toml", text)
        assert intake.load(str(tmp_path))[0].hooks == {}


def test_a_place_may_be_one_or_several(write: Write, tmp_path: Path) -> None:
    write(
        "intake.toml",
        '[hook.a]\nkind = "generic"\nresolved = { state = ["ok", "up"], "x.y" = "*" }\n'
        '[hook.a.map]\nrule = ["a", "b"]\nlabels = { host = "h" }\n',
    )
    found, problems = intake.load(str(tmp_path))
    assert problems == []
    form = found.by_name["a"]
    assert isinstance(form, Generic)
    assert form.map is not None
    assert form.map.rule == ("a", "b")
    assert form.resolved == {"state": ("ok", "up"), "x.y": "*"}
