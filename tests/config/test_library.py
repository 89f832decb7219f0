import os
from collections.abc import Callable
from pathlib import Path

import pytest

from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.core.values import MINUTE, Refused

Write = Callable[[str, str], Path]

STEP = '[[step]]\nid = "{0}"\ntext = "Do {0}"\nstage = "identify"\n'
QUICK = """
id = "quick"
[[level]]
after = "PT0S"
notify = ["contact:sre1"]
[[level]]
after = "5m"
notify = ["contact:db1"]
backup = ["contact:db2"]
"""
CONTACTS = """
[contact.sre1]
name = "Primary on call"
reach = ["hook"]
phone = "+44 20 7946 0001"
[contact.db1]
name = "Database lead"
[contact.db2]
name = "Database second"
"""


def chosen(library: Library, severity: str, *services: str) -> list[str]:
    return [playbook.id for playbook in library.choose_playbooks(severity, services)]


# ── choosing ──


@pytest.mark.parametrize(
    ("service", "first"),
    [
        ("orders-db", "database"),
        ("Postgres-Main", "database"),
        ("edge-proxy", "network"),
        ("dns", "network"),
        ("vault", "certificates"),
        ("eu-west-1", "region"),
        ("mail-queue", "capacity"),
        ("backup", "data-loss"),
        ("feature-flags", "deploy"),
        ("stripe", "vendor"),
        ("security", "security"),
        ("checkout", "general"),
        ("knowledge", "general"),
        ("ledger", "general"),
        ("processor", "general"),
        ("payload", "general"),
        ("cargo", "general"),
    ],
)
def test_a_service_chooses_its_playbook_and_the_general_one_is_always_there(service: str, first: str) -> None:
    ids = chosen(Library(), "SEV2", service)
    assert ids[0] == first
    assert "general" in ids


def test_a_small_incident_gets_the_short_playbook() -> None:
    assert chosen(Library(), "SEV5") == ["minor", "general"]


def test_two_services_bring_both_playbooks() -> None:
    ids = chosen(Library(), "SEV1", "dns", "orders-db")
    assert sorted(ids[:2]) == ["database", "network"]
    assert ids[2:] == ["general"]


def test_the_closer_pattern_comes_first(paths: Paths, write: Write) -> None:
    write("playbooks/orders.toml", 'title = "Orders"\nwhen = { service = ["orders-db"] }\n' + STEP.format("a"))
    assert chosen(Library(paths), "SEV1", "orders-db") == ["orders", "database", "general"]


def test_a_pattern_needs_its_severity_too(paths: Paths, write: Write) -> None:
    write("playbooks/o.toml", 'title = "O"\nwhen = { severity = ["SEV1"], service = ["o*"] }\n' + STEP.format("a"))
    assert "o" in chosen(Library(paths), "SEV1", "orders")
    assert "o" not in chosen(Library(paths), "SEV2", "orders")
    assert "o" not in chosen(Library(paths), "SEV1")


def test_the_policy_is_the_setting_then_ones_own_then_the_example(paths: Paths, write: Write) -> None:
    assert Library().choose_policy("SEV1") == "example"
    assert Library().choose_policy("SEV3") == "example-slow"
    assert Library().choose_policy("SEV4") == ""
    write("policies/quick.toml", QUICK)
    assert Library(paths).choose_policy("SEV1") == "quick"
    assert Library(paths).choose_policy("SEV4", "quick") == ""
    write("policies/other.toml", QUICK.replace('"quick"', '"other"'))
    assert Library(paths).choose_policy("SEV1") == "example"
    assert Library(paths).choose_policy("SEV1", "other") == "other"
    write("policies/default.toml", QUICK.replace('"quick"', '"default"'))
    assert Library(paths).choose_policy("SEV1") == "default"


# ── one's own files ──


def test_ones_own_file_of_the_same_name_wins(paths: Paths, write: Write) -> None:
    write("playbooks/database.toml", 'id = "database"\ntitle = "Ours"\n' + STEP.format("only"))
    library = Library(paths)
    assert [step.id for step in library.playbooks["database"].step] == ["only"]
    assert library.problems == []


def test_a_playbook_without_an_id_has_its_file_s_name(paths: Paths, write: Write) -> None:
    write("playbooks/search.toml", 'title = "Search"\n' + STEP.format("a"))
    assert Library(paths).checklist(Library(paths).playbooks["search"]).list == "search"


def test_a_policy_brings_all_that_is_needed_to_ring(paths: Paths, write: Write) -> None:
    write("policies/quick.toml", QUICK)
    write("contacts.toml", CONTACTS)
    library = Library(paths)
    fact = library.policy("quick")
    assert [level.after for level in fact.levels] == [0, 5 * MINUTE]
    target = fact.levels[0].notify[0]
    assert (target.ref, target.name, target.phone) == ("contact:sre1", "Primary on call", "+44 20 7946 0001")
    assert target.reach == ("hook",)
    assert not target.example
    assert fact.levels[1].backup[0].name == "Database second"
    assert library.problems == []


def test_ones_own_contacts_fill_the_example_policy(paths: Paths, write: Write) -> None:
    write("contacts.toml", '[contact.primary]\nname = "Ana"\nphone = "1"\n')
    first, second, *_ = Library(paths).policy("example").levels
    assert (first.notify[0].name, first.notify[0].example) == ("Ana", False)
    assert second.notify[0].example


def test_an_unknown_policy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match=r"no escalation policy “nope”; there is example-slow or example"):
        Library().policy("nope")


# ── broken files ──


def test_a_broken_playbook_is_said_and_the_shipped_one_stands_in(paths: Paths, write: Write) -> None:
    file = write("playbooks/database.toml", 'title = "Ours"\n' + STEP.format("a") + 'due = "10"\n')
    library = Library(paths)
    assert library.playbooks["database"] == Library().playbooks["database"]
    [problem] = library.problems
    assert problem.file == str(file)
    assert problem.place == "line 6, step[1].due"
    assert problem.reason.startswith("“10” has no unit")
    assert problem.instead == "The shipped file of that name is used instead."


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('title = "T"\n' + STEP.format("a") + STEP.format("a"), "line 7, step[2].id", "already the id of an earlier"),
        ('title = "T"\n' + STEP.format("a").replace("identify", "wat"), "line 5, step[1].stage", "is not a stage"),
        ('title = "T"\n[when]\nseverity = ["SEV9"]\n' + STEP.format("a"), "line 3, when.severity", "is not a severity"),
        ('title = "T"\n' + STEP.format("a") + "colour = 1\n", "line 6, step[1].colour", "is not a key that anything"),
        ('title = "T"\n' + STEP.format("a").replace("Do a", ""), "line 4, step[1].text", "is empty"),
        ('title = "T"\n' + STEP.format("a").replace("Do a", "x" * 201), "line 4, step[1].text", "is longer than 200"),
        ('title = "T"\n[[step]]\nid = "a"\nstage = "identify"\n', "line 2, step[1]", "“text” is missing"),
        (STEP.format("a"), "", "“title” is missing"),
        ('title = "T"\nstep = []\n', "line 2, step", "is empty"),
        ('title = "T"\nsteps = 1\n', "line 2, steps", "the keys here are title, step, id, summary, version, when"),
        ("title = \n", "line 1, column 9", "is not TOML: invalid value"),
        ('title = "T\n', "line 1, column 11", "is not TOML: illegal character"),
        ("x = " + "9" * 1999, "line 1", "is longer than 2000 characters"),
        ("x = " + "[" * 1900, "", "is nested too deeply"),
        ('title = "' + "x" * 130 * 1024, "", "is larger than 128 KiB"),
    ],
)
def test_what_is_wrong_with_a_playbook_is_said_in_plain_words(
    paths: Paths, write: Write, text: str, place: str, reason: str
) -> None:
    write("playbooks/mine.toml", text)
    library = Library(paths)
    assert "mine" not in library.playbooks
    [problem] = library.problems
    assert problem.place == place
    assert reason in problem.reason


def test_bytes_that_are_no_text_are_said(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "roles.toml").write_bytes(b'[[role]]\nid = "\xff"\n')
    library = Library(paths)
    assert library.roles() == Library().roles()
    assert str(library.problems[0]).endswith("roles.toml, line 2: is not UTF-8 text. The shipped file is used instead.")


def test_one_broken_contact_does_not_take_the_others_numbers(paths: Paths, write: Write) -> None:
    write("contacts.toml", CONTACTS + "[contact.bad]\nname = 1\n")
    library = Library(paths)
    assert library.contacts["sre1"].phone == "+44 20 7946 0001"
    assert "bad" not in library.contacts
    [problem] = library.problems
    assert problem.place == "line 11, contact.bad.name"
    assert problem.reason == "should be text in quotes, is a whole number"


def test_a_broken_severity_is_replaced_by_the_shipped_one_and_the_others_stay(paths: Paths, write: Write) -> None:
    write("severities.toml", '[[severity]]\nid = "SEV1"\n[[severity]]\nid = "SEV2"\nname = "Ours"\n')
    library = Library(paths)
    assert library.severities["SEV1"] == Library().severities["SEV1"]
    assert library.severities["SEV2"].name == "Ours"
    assert library.problems[0].reason == "“name” is missing"
    assert library.problems[0].instead == "The shipped one is used instead."


def test_levels_that_do_not_climb_are_refused(paths: Paths, write: Write) -> None:
    write("policies/quick.toml", QUICK.replace('"5m"', '"PT0S"'))
    library = Library(paths)
    assert "quick" not in library.policies
    assert library.problems[0].place == "line 7, level[2].after"
    assert library.problems[0].reason == "should be later than the level before it"


@pytest.mark.parametrize("said", ["{name.__class__}", "{name:>99999999}", "{0}", "{", "}{name}"])
def test_a_role_card_may_speak_only_its_own_words(paths: Paths, write: Write, said: str) -> None:
    write("roles.toml", f'[[role]]\nid = "commander"\nname = "C"\nsay = "{said}"\n')
    library = Library(paths)
    assert library.roles_by_id["commander"] == Library().roles_by_id["commander"]
    assert "only {name}, {title} and {severity}" in library.problems[0].reason


def test_a_playbook_that_is_too_much_for_one_fact_is_refused(paths: Paths, write: Write) -> None:
    step = '[[step]]\nid = "{}"\ntext = "x"\nstage = "identify"\nwhy = "{}"\n'
    write("playbooks/long.toml", 'title = "T"\n' + "".join(step.format(n, "\U0001f4a5" * 600) for n in range(40)))
    library = Library(paths)
    assert "long" not in library.playbooks
    assert library.problems[0].reason == "is too much for one fact, which holds 60 KiB; split it"


def test_what_is_not_a_file_is_not_waited_for(paths: Paths, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "contacts.toml")
    (tmp_path / "severities.toml").mkdir()
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "database.toml").symlink_to("database.toml")
    library = Library(paths)
    library.read_all()
    assert [problem.reason for problem in library.problems[:2]] == ["is not a file"] * 2
    assert "cannot be read" in library.problems[2].reason
    assert library.playbooks == Library().playbooks


def test_a_file_replaces_the_shipped_one_of_its_name_even_under_another_id(paths: Paths, write: Write) -> None:
    write("playbooks/database.toml", 'id = "stores"\ntitle = "Stores"\n' + STEP.format("a"))
    assert "database" not in Library(paths).playbooks


def test_two_files_with_one_id_are_said_and_the_first_stands(paths: Paths, write: Write) -> None:
    write("playbooks/a.toml", 'id = "x"\ntitle = "A"\n' + STEP.format("a"))
    write("playbooks/b.toml", 'id = "x"\ntitle = "B"\n' + STEP.format("b"))
    library = Library(paths)
    assert library.playbooks["x"].title == "A"
    assert library.problems[0].reason == "“x” is already the id of another file"


def test_of_two_that_fit_alike_ones_own_comes_first(paths: Paths, write: Write) -> None:
    write("playbooks/z.toml", 'title = "Z"\nwhen = { severity = ["SEV1"], service = ["*db"] }\n' + STEP.format("a"))
    assert chosen(Library(paths), "SEV1", "xdb") == ["z", "database", "general"]


def test_a_clock_of_less_than_a_minute_is_refused(paths: Paths, write: Write) -> None:
    write("severities.toml", '[[severity]]\nid = "SEV2"\nname = "N"\nupdates = { public = { first = "59s" } }\n')
    library = Library(paths)
    assert library.severities["SEV2"] == Library().severities["SEV2"]
    assert library.problems[0].reason == "should be at least a minute"
