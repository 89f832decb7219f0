"""What docs/channels.md shows can be copied: every example is read without a mistake, and every kind has one."""

import re
from pathlib import Path

import pytest

from warroom.channels.factory import build
from warroom.config.channels import KINDS, Channels, load

DOCS = Path(__file__).parents[2] / "docs" / "channels.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


def read(folder: Path, text: str) -> Channels:
    (folder / "channels.toml").write_text(text)
    channels, problems = load(str(folder))
    assert problems == []
    return channels


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_read_without_a_mistake(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, text).by_name


def test_every_kind_has_an_example(tmp_path: Path) -> None:
    shown = {form.kind for text in EXAMPLES for form in read(tmp_path, text).by_name.values()}
    assert shown == set(KINDS)


def test_what_the_table_says_of_answers_is_so(tmp_path: Path) -> None:
    (tmp_path / "smtp.secret").write_text("hush")
    (tmp_path / "smtp.secret").chmod(0o600)
    env = dict.fromkeys(re.findall(r'_env = "(\w+)"', "".join(EXAMPLES)), "json://hush-hush")
    said = {}
    for row in re.findall(r"^\| (`.*?) \| (yes|no)[^|]* \| (yes|no)", DOCS.read_text(encoding="utf-8"), re.MULTILINE):
        said |= {kind: (row[1] == "yes", row[2] == "yes") for kind in re.findall("`([a-z]+)`", row[0])[:2]}
    for text in EXAMPLES:
        channels = read(tmp_path, text)
        for name, channel in build(channels, env=env).items():
            kind = channels.by_name[name].kind
            if kind not in ("pagerduty", "apprise"):  # a row of its own for each way to set it up; an extra
                assert said[kind] == (getattr(channel, "answers", None), getattr(channel, "finds", None)), kind
