"""What two machines set at the same time, listed and settled from the command line."""

import json
import re
from pathlib import Path

import pytest

from twice import set_twice


@pytest.fixture
def twice(warroom):
    """An incident whose severity and commander were set on two machines at once."""
    incident = warroom
    incident.inc = incident.ok("declare", "Checkout returns 500s", "-s", "SEV1").line
    path = next(Path(incident.home, "incidents").glob("*.json"))
    rep = json.loads(Path(incident.home, "replica.json").read_text())["rep"]
    set_twice(str(path), rep)
    return incident


def letters(done, text):
    """What stands before this value in the list."""
    return next(line.split()[0] for line in done.out.splitlines() if text in line)


def test_every_value_stands_there_with_who_set_it_and_the_letters_that_name_it(twice):
    done = twice.ok("conflicts", twice.inc)
    assert re.search(r"^severity$", done.out, re.MULTILINE)
    assert re.search(r"^  [0-9A-Z]{4}  SEV1 → SEV3 · few users  \(ivo, ", done.out, re.MULTILINE)
    assert re.search(r"^  [0-9A-Z]{4}  commander is ana  \(dana, ", done.out, re.MULTILINE)
    assert done.out.count("shown)") == 2
    assert "`warroom conflicts --settle LETTERS` lets one stand" in done.err


def test_a_value_is_settled_by_its_letters_with_a_reason(twice):
    named = letters(twice.ok("conflicts", twice.inc), "few users")
    twice.ok("conflicts", twice.inc, "--settle", named.lower(), "--why", "we looked")
    assert twice.ok("status", "--json").json["severity"] == "SEV3"
    assert [each["what"][0] for each in twice.ok("conflicts", "--json").json] == ["role.assigned"]
    last = twice.ok("timeline", "--json").json[-1]
    assert "we looked" in last["text"]
    assert last["by"] == "ana"


def test_the_fact_that_settles_names_all_that_it_replaces(twice):
    before = twice.ok("conflicts", "--json").json
    severity = next(each for each in before if each["what"] == ["severity.changed"])
    both = {severity["shown"]["id"], *(each["id"] for each in severity["others"])}
    twice.ok("conflicts", "--settle", severity["others"][0]["id"])
    path = next(Path(twice.home, "incidents").glob("*.json"))
    rows = json.loads(path.read_text())["events"]
    assert set(rows[str(len(rows))]["e"]["over"]) == both


def test_a_whole_id_and_json_do_for_a_script(twice):
    shown = next(each["shown"] for each in twice.ok("conflicts", "--json").json if each["what"][0] == "role.assigned")
    done = twice.ok("conflicts", "--settle", shown["id"], "--json")
    assert done.json["text"] == shown["text"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--settle", "ZZZZZZ"), 3, "No value that was set twice ends in “ZZZZZZ”"),
        (("--settle", "A"), 3, "lists them"),
        (("--why", "because"), 2, "--why goes with --settle"),
    ],
)
def test_what_names_no_value_is_refused_with_what_to_do(twice, words, code, said):
    done = twice("conflicts", *words)
    assert done.code == code
    assert said in done.err
    assert len(twice.ok("conflicts", "--json").json) == 2


def test_only_the_end_of_an_id_names_a_value(twice):
    shown = twice.ok("conflicts", "--json").json[0]["shown"]["id"]
    assert twice("conflicts", "--settle", shown[:6]).code == 3
    assert len(twice.ok("conflicts", "--json").json) == 2


def test_a_reason_for_what_has_none_is_refused_and_nothing_is_settled(twice):
    named = letters(twice.ok("conflicts"), "commander is ivo")
    done = twice("conflicts", "--settle", named, "--why", "he is awake")
    assert done.code == 2
    assert "leave --why out" in done.err
    assert len(twice.ok("conflicts", "--json").json) == 2


def test_what_is_settled_cannot_be_settled_again(twice):
    named = letters(twice.ok("conflicts"), "few users")
    twice.ok("conflicts", "--settle", named)
    assert twice("conflicts", "--settle", named).code == 3


def test_without_a_conflict_it_says_so(incident):
    done = incident.ok("conflicts")
    assert (done.out, done.err) == ("", "No conflicts.\n")
