import os
from pathlib import Path

import pytest

from export_kit import read_back, save, says
from warroom.channels.importers import read_file, write
from warroom.config.load import Library
from warroom.config.paths import find
from warroom.core.values import MINUTE, Refused


def test_a_table_of_people_becomes_contacts_and_a_policy(tmp_path: Path) -> None:
    table = "Name;Phone;Email;Level;After\nAna Díaz;+44 20 7946 0001;ana@x.org;1;\n"
    table += "Ivo;;ivo@x.org;1;\nLee;;;2;10m\nZoe;;;;\n"
    imported = read_file(save(tmp_path, "\ufeff" + table, "people.csv"))
    library = read_back(imported, tmp_path / "home")
    levels = library.policies["imported"].level
    assert [(level.after, level.notify) for level in levels] == [
        (0, ("contact:ana-diaz", "contact:ivo")),
        (10 * MINUTE, ("contact:lee",)),
    ]
    assert library.contacts["ana-diaz"].phone == "+44 20 7946 0001"
    assert "zoe" in library.contacts
    assert says(imported, "channel")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("a,b\n1,2\n", "no column “name”"),
        ("", "no column “name”"),
        ("name\n", "names nobody"),
        ("name,level\nAna,top\n", "line 2: the level is “top”"),
        ("name,level,after\nAna,1,5\n", "line 2: “5” has no unit"),
        ("name,phone\n,123\n", "line 2: there is no name"),
        ("{", "begins like JSON"),
        ("[" * 90_000, "begins like JSON"),
        ("{}", "nothing that can be imported"),
        ('[{"users": []}]', "nothing that can be imported"),
    ],
)
def test_a_file_that_is_none_of_ours_gets_a_sentence(tmp_path: Path, table: str, words: str) -> None:
    with pytest.raises(Refused, match=r"^.*people.csv.*\.$") as refused:
        read_file(save(tmp_path, table, "people.csv"))
    assert words in str(refused.value)


def test_a_folder_a_pipe_and_bytes_are_refused_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in (".", "pipe", "bytes", "missing"):
        with pytest.raises(Refused):
            read_file(str(tmp_path / name))


@pytest.mark.parametrize(
    "tree",
    [
        {"escalation_policies": [{"name": 3, "escalation_rules": [{"targets": [None, 4, {"type": []}]}]}]},
        {
            "escalation_policies": [
                {"name": "x" * 9_000, "escalation_rules": [{"escalation_delay_in_minutes": 1e300}] * 90}
            ]
        },
        {"escalation_policies": [{}] * 900, "users": [{}] * 9, "schedules": ["x", 3, {}]},
        {"users": [{"id": f"P{n}", "name": "\u202e" + "ü" * 300, "email": "@" * 900} for n in range(2_000)]},
        {"escalations": [{"name": '"]\n[x]', "rules": [{"delay": 3}], "repeat": {"count": 10**15}}], "schedules": {}},
        {"schedules": [{"id": "s" * 999, "name": '"""', "rotations": "x"}], "escalations": [{"rules": 4}]},
        {"users": [{"username": "a" * 900 + "@x.org", "fullName": "\\u0000\\"}], "escalations": []},
    ],
)
def test_whatever_an_export_holds_our_files_read_it_back(tmp_path: Path, tree: dict) -> None:
    imported = read_file(save(tmp_path, tree))
    paths = find({"WARROOM_HOME": str(tmp_path / "home")})
    write(imported, paths.config)
    library = Library(paths)
    library.read_all()
    assert [str(problem) for problem in library.problems] == []
    assert all(sentence.isprintable() and len(sentence) < 400 for sentence in imported.left)
    assert len(imported.left) <= 200
