from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from warroom.config import shipped
from warroom.config.check import check
from warroom.config.paths import Paths

Write = Callable[[str, str], Path]

STEP = '[[step]]\nid = "a"\ntext = "Do it"\nstage = "identify"\n'
POLICY = '[[level]]\nafter = "PT0S"\nnotify = ["contact:{}"]\n'


def test_a_fresh_machine_has_no_problems(paths: Paths) -> None:
    assert check(paths) == []


@pytest.mark.parametrize(
    ("name", "text", "place", "reason"),
    [
        ("config.toml", 'theme = "blue"', "line 1, theme", "“blue” is not one of"),
        ("config.toml", 'default_policy = "zz"', "default_policy", "there is no escalation policy “zz”; there is"),
        (
            "playbooks/x.toml",
            'title = "T"\n' + STEP + 'role = "boss"',
            "step[1].role",
            "“boss” is not a role: commander",
        ),
        ("policies/x.toml", POLICY.format("dana"), "level[1]", "there is no “contact:dana” in contacts.toml"),
        (
            "policies/x.toml",
            POLICY.format("primary"),
            "level[1]",
            "“contact:primary” is an example, and reaches nobody",
        ),
        ("policies/x.toml", POLICY.replace("contact:", ""), "line 1, level[1]", "should be written as contact:NAME"),
        ("contacts.toml", '[contact.a]\nname = "A"\ntz = "Mars/X"', "contact.a.tz", "“Mars/X” is not a time zone"),
        ("severity.toml", "", "", "nothing reads a file of this name; there are config.toml, severities.toml"),
        ("playbooks/db.yaml", "", "", "only .toml files are read here"),
        ("roles.toml", "[[role]]\nid = 1", "line 2, role[1].id", "should be text in quotes, is a whole number"),
        ("contacts.toml", "[contract.a]", "line 1, contract", "the key here is contact"),
    ],
)
def test_a_mistake_is_reported_with_file_place_and_reason(
    paths: Paths, write: Write, name: str, text: str, place: str, reason: str
) -> None:
    file = write(name, text)
    problems = check(paths)
    assert problems
    assert problems[0].file == str(file)
    assert problems[0].place == place
    assert reason in problems[0].reason


def test_a_shipped_file_is_checked_even_where_ones_own_replaces_it(
    paths: Paths, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copytree(shipped.folder(), tmp_path / "data")
    monkeypatch.setattr(shipped, "folder", lambda: str(data))
    broken = write("data/playbooks/minor.toml", "title =")
    write("playbooks/minor.toml", 'title = "T"\n' + STEP)
    assert [problem.file for problem in check(paths)] == [str(broken)]


def test_severities_that_are_left_out_are_named(paths: Paths, write: Write) -> None:
    write("severities.toml", "".join(f'[[severity]]\nid = "SEV{n}"\nname = "N"\npolicy = "p{n}"\n' for n in (1, 2)))
    reasons = [problem.reason for problem in check(paths)]
    assert "does not describe SEV3, SEV4, SEV5" in reasons
    assert "there is no escalation policy “p2”" in reasons


def test_an_unreadable_configuration_folder_is_no_reason_to_stop(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "playbooks").write_text("a file where a folder is expected")
    assert check(paths) == []
