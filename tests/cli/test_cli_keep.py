"""Verify explains what it found, archive moves away, and only one's own rule deletes what was kept long enough."""

import re
import subprocess
import sys

import pytest

HOLDS = """
import fcntl, sys
with open(sys.argv[1]) as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def over(incident, tmp_path):
    """One that is cancelled, with evidence."""
    (tmp_path / "locks.txt").write_text("lock wait\n")
    incident.proof = str(tmp_path / "locks.txt")
    incident.ok("log", "locks", "--evidence", incident.proof)
    incident.ok("cancel", "a test")
    return incident


def rule(program, text):
    program.home.mkdir(exist_ok=True)
    (program.home / "config.toml").write_text(text)


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def evidence(program, place="incidents"):
    return files(program.home / place / "evidence")


# ── verify ──


def test_one_that_is_whole_says_so_and_explains_nothing(incident):
    done = incident.ok("verify")
    assert re.fullmatch(
        r"INC-\w+: ok, 6 facts, every hash and every chain holds\n  replica \w+: 6 facts, the last [0-9a-f]{16}\n",
        done.out,
    )
    assert done.err == ""


def test_the_explanation_comes_when_it_is_asked_for(incident):
    assert "names the hash of the fact that the same replica wrote before it" in incident.ok("verify", "--explain").err
    assert incident.ok("verify", "--json").json["explained"] is None
    assert "cut off its end" in incident.ok("verify", "--explain", "--json").json["explained"]


def test_one_that_is_broken_says_in_one_sentence_what_that_means(incident):
    incident.ok("log", "the truth")
    file = next((incident.home / "incidents").glob("2*.json"))
    file.write_bytes(file.read_bytes().replace(b"the truth", b"the t7uth"))
    done = incident("verify")
    assert done.code == 1
    assert ": broken: row 7, fact " in done.out
    assert done.err.count("`warroom verify --explain` says how that is known.") == 1
    assert incident("verify", "--explain").err.count("Every fact has a hash") == 1


def test_the_last_hash_of_each_chain_can_be_noted_elsewhere(incident):
    found = incident.ok("verify", "--json").json
    rows = [line for line in incident.ok("export", "--format", "log").out.splitlines() if line]
    (chain,) = found["chains"]
    assert f'"h":"{chain["last"]}"' in rows[-1]
    assert (chain["facts"], set(found)) == (
        6,
        {"ok", "handle", "facts", "troubles", "chains", "redacted", "evidence", "explained"},
    )


def test_what_was_redacted_is_told_with_who_when_and_why_and_not_what(incident):
    id = incident.ok("log", "hunter2").line
    incident.ok("redact", id, "--why", "a\npassword", "--by", "lee")
    done = incident.ok("verify")
    assert re.search(r"\n  redacted at \d\d:\d\d UTC by lee: entry logged\. a password\n", done.out)
    assert "hunter2" not in done.out
    (row,) = incident.ok("verify", "--json").json["redacted"]
    assert (row["id"], row["what"], row["by"], row["why"]) == (id, "entry.logged", "lee", "a\npassword")
    assert set(row) == {"id", "what", "by", "at", "why"}


def test_evidence_is_verified_with_the_log(over):
    assert "  evidence as it was kept: 1\n" in over.ok("verify", over.inc).out
    (sha,) = evidence(over)
    file = over.home / "incidents" / "evidence" / sha
    file.chmod(0o600)
    file.write_bytes(b"others")
    changed = over("verify", over.inc)
    assert (changed.code, f"  evidence changed: {sha[:12]}\n" in changed.out) == (1, True)
    assert "every chain holds" in changed.out
    assert "what rests on it cannot be shown any more" in changed.err
    file.unlink()
    gone = over("verify", over.inc, "--json")
    assert gone.code == 1
    assert (gone.json["ok"], gone.json["troubles"], gone.json["evidence"]) == (
        False,
        [],
        {"kept": 0, "gone": [sha], "changed": []},
    )


# ── archive ──


def test_a_dry_run_moves_nothing(over):
    before = files(over.home)
    done = over.ok("archive", over.inc, "--dry-run")
    assert done.out == f"{over.inc}  Checkout returns 500s  would go to {over.home / 'archive'}\n"
    assert over.ok("archive", "--older-than", "0s", "--dry-run", "--json").json[0]["handle"] == over.inc
    assert files(over.home) == before


def test_it_goes_with_its_evidence_and_verifies_there(over):
    found = over.ok("archive", over.inc, "--json").json
    assert found == [{"id": found[0]["id"], "handle": over.inc}]
    assert (evidence(over), len(evidence(over, "archive"))) == ([], 1)
    assert over.ok("verify", over.inc, "--json").json["evidence"]["kept"] == 1


# ── deleting what was kept long enough ──


def test_without_a_rule_nothing_is_deleted(over):
    over.ok("archive", over.inc)
    done = over("archive", "--delete-expired")
    assert done.code == 2
    assert "Set delete_after in config.toml first" in done.err
    assert 'delete_after = "1095d"' in done.err
    rule(over, 'delete_after = "1095d"\n')
    done = over.ok("archive", "--delete-expired")
    assert (done.out, done.err) == ("", "Nothing in the archive is older than delete_after says.\n")
    assert len(files(over.home / "archive")) == 2


def test_the_rule_deletes_the_incident_and_all_that_belongs_to_it(over):
    over.ok("archive", over.inc)
    rule(over, 'delete_after = "0s"\n')
    done = over.ok("archive", "--delete-expired")
    assert done.out == f"{over.inc}  Checkout returns 500s  deleted\n"
    assert files(over.home / "archive") == []
    assert over("status", over.inc).code == 3


def test_a_dry_run_deletes_nothing(over):
    over.ok("archive", over.inc)
    rule(over, 'delete_after = "0s"\n')
    before = files(over.home / "archive")
    assert over.ok("archive", "--delete-expired", "--dry-run").out.endswith("  would be deleted\n")
    found = over.ok("archive", "--delete-expired", "--dry-run", "--json").json
    assert ([each["handle"] for each in found["expired"]], found["deleted"]) == ([over.inc], [])
    assert files(over.home / "archive") == before


def test_json_names_what_was_deleted(over):
    over.ok("archive", over.inc)
    rule(over, 'delete_after = "0s"\n')
    found = over.ok("archive", "--delete-expired", "--json").json
    assert found["deleted"] == found["expired"]
    assert set(found["deleted"][0]) == {"id", "handle"}


def test_what_is_not_archived_is_never_deleted(over):
    rule(over, 'delete_after = "0s"\n')
    assert over.ok("archive", "--delete-expired").out == ""
    assert over.ok("status", over.inc, "--json").json["phase"] == "cancelled"


def test_nothing_deletes_by_itself(over):
    over.ok("archive", over.inc)
    rule(over, 'delete_after = "0s"\narchive_after = "0s"\n')
    for words in (("list",), ("archive",), ("status", over.inc), ("verify", over.inc)):
        over.ok(*words)
    assert len(files(over.home / "archive")) == 2


def test_evidence_that_another_one_names_stays(over):
    other = over.ok("declare", "again", "-s", "SEV3").line
    over.ok("log", "the same file", "-i", other, "--evidence", over.proof)
    over.ok("cancel", "-i", other, "a test")
    over.ok("archive", over.inc)
    over.ok("archive", other)
    rule(over, 'delete_after = "0s"\n')
    held = hold(next((over.home / "archive").glob("*-again.json")))
    try:
        done = over("archive", "--delete-expired")
    finally:
        let_go(held)
    assert done.code == 1
    assert "Checkout returns 500s  deleted" in done.out
    assert len(evidence(over, "archive")) == 1
    assert over.ok("evidence", "verify", "-i", other, "--json").json["ok"]


def hold(path):
    """Another process that holds the lock of this file."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    return holder


def let_go(holder):
    holder.communicate("")


def test_one_that_a_process_holds_is_not_deleted_and_the_process_is_named(over):
    over.ok("archive", over.inc)
    rule(over, 'delete_after = "0s"\n')
    (file,) = (over.home / "archive").glob("2*.json")
    held = hold(file)
    try:
        done = over("archive", "--delete-expired", "--json")
    finally:
        let_go(held)
    assert done.code == 1
    assert f"Process {held.pid} " in done.err
    assert done.json["deleted"] == []
    assert file.exists()
    assert len(evidence(over, "archive")) == 1
    assert over.ok("archive", "--delete-expired").out.endswith("deleted\n")


def test_one_that_cannot_be_read_stays_and_is_named(over):
    over.ok("archive", over.inc)
    rule(over, 'delete_after = "0s"\n')
    broken = over.home / "archive" / "2026-11-22-k3f9-lost.json"
    broken.write_bytes(b"\xff")
    done = over("archive", "--delete-expired")
    assert (done.code, f"{over.inc}  Checkout returns 500s  deleted\n") == (1, done.out)
    assert "INC-K3F9 stays, since it cannot be read" in done.err
    assert broken.exists()


@pytest.mark.parametrize("words", [("--older-than", "1d"), ("-i", "INC-K3F9"), ("INC-K3F9",)])
def test_the_rule_is_the_only_choice(over, words):
    rule(over, 'delete_after = "0s"\n')
    done = over("archive", "--delete-expired", *words)
    assert done.code == 2
    assert "goes by delete_after in config.toml alone" in done.err


@pytest.mark.parametrize(
    ("text", "says"),
    [("delete_after = 90", "should be a duration in quotes"), ('delete_after = "3y"', "is not a duration")],
)
def test_a_rule_that_cannot_be_read_deletes_nothing(over, text, says):
    over.ok("archive", over.inc)
    rule(over, text + "\n")
    done = over("archive", "--delete-expired")
    assert done.code == 2
    assert says in done.err
    assert len(files(over.home / "archive")) == 2
