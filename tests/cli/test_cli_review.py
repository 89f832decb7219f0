"""`warroom review`: as a file and back, in an editor, its states, its check, and what is owed."""

import json
import os
import signal
import stat
from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def over(incident):
    """The program with one incident that is resolved."""
    incident.ok("log", "p99 at 9 s", "-k", "observed")
    incident.ok("impact", "Card payments fail", "--scope", "cards; invoices work")
    incident.ok("resolve", "no errors")
    return incident


def editor(folder, script):
    """An editor that does what `script` says to the file `$1`."""
    folder.mkdir(exist_ok=True)
    path = folder / "editor.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def put(folder, heading, text):
    """An editor that writes `text` under this heading."""
    return editor(folder, f"sed -i 's/^## {heading}$/## {heading}\\n\\n{text}/' \"$1\"")


def left(program):
    folder = program.home / "exports"
    return sorted(name for name in os.listdir(folder)) if folder.exists() else []


def section(program, key):
    (found,) = [s for s in program.ok("review", program.inc, "show", "--json").json["sections"] if s["key"] == key]
    return found


# ── what there is ──


@pytest.mark.parametrize(
    "words", [["show"], ["draft"], ["edit"], ["check"], ["state"], ["state", "reviewed"], ["owner"]]
)
def test_an_incident_that_is_not_over_has_no_review(incident, words):
    done = incident("review", incident.inc, *words)
    assert done.code == 4
    assert "its review begins once it is resolved" in done.err
    assert done.out == ""


def test_the_review_is_there_as_soon_as_it_is_resolved(over):
    done = over.ok("review", over.inc)
    assert done.out.startswith("# Review: Checkout returns 500s\n")
    assert "\n## Escalation\n" in done.out
    assert "<!-- log:" not in done.out
    assert "draft, nobody owns it; draft due" in done.err
    assert "Still empty: " in done.err


def test_it_is_found_by_option_by_environment_and_alone(over):
    for done in (
        over.ok("review", "-i", over.inc, "state"),
        over.ok("review", "state", WARROOM_INCIDENT=over.inc),
        over.ok("review", "state"),
    ):
        assert done.out.startswith(f"{over.inc}  draft")


def test_with_several_owed_it_asks_which(over):
    other = over.ok("declare", "Search is slow", "-s", "SEV1").line
    over.ok("resolve", "-i", other)
    done = over("review", "state")
    assert done.code == 4
    assert "2 reviews are owed" in done.err
    assert other in done.err


def test_a_word_that_is_no_act_is_usage(over):
    assert over("review", over.inc, "frobnicate").code == 2
    assert over("review", "ZZZZ", "show").code == 3


# ── draft, show ──


def test_the_draft_goes_to_a_file_or_to_stdout_and_never_over_another_file(over, tmp_path):
    said = over.ok("review", over.inc, "draft").out
    assert said.startswith(f"<!-- warroom review {over.inc}; base:")
    assert over.ok("review", over.inc, "draft", "-o", "-").out == said
    file = tmp_path / "r.md"
    over.ok("review", over.inc, "draft", "-o", str(file))
    assert file.read_text() == said
    again = over("review", over.inc, "draft", "-o", str(file))
    assert again.code == 4
    assert "is there already" in again.err
    assert over.ok("review", over.inc, "draft", "--json").json["text"] == said


def test_one_section_is_shown_and_the_logs_own_lines_of_it(over, tmp_path):
    file = tmp_path / "r.md"
    over.ok("review", over.inc, "draft", "-o", str(file))
    file.write_text(file.read_text().replace("Card payments fail", "All payments fail"))
    over.ok("review", over.inc, "edit", str(file))
    assert "All payments fail" in over.ok("review", over.inc, "show", "impact").out
    assert "Card payments fail" in over.ok("review", over.inc, "show", "impact", "--log").out
    assert "Card payments fail" in over.ok("review", over.inc, "show", "--log").out
    missing = over("review", over.inc, "show", "nonsense")
    assert missing.code == 3
    assert "there is Owner, Overview" in missing.err


def test_show_as_json_says_everything(over, tmp_path):
    over.ok("review", over.inc, "edit", EDITOR=put(tmp_path, "Impact", "Cards."))
    data = over.ok("review", over.inc, "show", "--json").json
    assert (data["state"], data["owner"], data["next"], data["late"]) == ("draft", None, "draft", False)
    found = section(over, "impact")
    assert found["text"].startswith("Cards.\n\nWhat users saw")
    assert (found["conflict"], found["empty"], found["own"]) == (False, False, False)
    assert found["written"][0]["by"] == "ana"
    assert section(over, "got-lucky")["empty"]


# ── edit ──


def test_an_edit_is_read_back_and_says_what_changed(over, tmp_path):
    done = over.ok("review", over.inc, "edit", EDITOR=put(tmp_path, "Impact", "Cards."))
    assert "Impact: written" in done.err
    assert done.out == ""
    assert left(over) == []
    assert section(over, "impact")["text"].startswith("Cards.")


def test_an_edit_that_changes_nothing_writes_nothing(over, tmp_path):
    before = over.ok("export", over.inc, "--format", "log").raw
    done = over.ok("review", over.inc, "edit", EDITOR=editor(tmp_path, "true"))
    assert "Nothing was changed" in done.err
    assert over.ok("export", over.inc, "--format", "log").raw == before
    assert left(over) == []


@pytest.mark.parametrize("end", ["exit 3", "kill -9 $$"])
def test_an_editor_that_fails_loses_nothing_and_the_next_edit_goes_on(over, tmp_path, end):
    script = f"sed -i 's/^## Impact$/## Impact\\n\\nHalf a sentence/' \"$1\"; {end}"
    done = over("review", over.inc, "edit", EDITOR=editor(tmp_path, script))
    assert done.code == 1
    (name,) = left(over)
    assert str(over.home / "exports" / name) in done.err
    assert section(over, "impact")["written"] == []
    again = over.ok("review", over.inc, "edit", EDITOR=editor(tmp_path, "true"))
    assert "An earlier edit was left" in again.err
    assert section(over, "impact")["text"].startswith("Half a sentence")
    assert left(over) == []


def test_the_program_killed_while_the_editor_is_open_loses_nothing(over, tmp_path):
    mark = tmp_path / "open"
    script = f"sed -i 's/^## Impact$/## Impact\\n\\nHalf a sentence/' \"$1\"; : > {mark}; exec sleep 60"
    over.env["EDITOR"] = editor(tmp_path, script)
    program = over.start("review", over.inc, "edit", start_new_session=True)
    while not mark.exists():
        assert program.poll() is None
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()
    again = over.ok("review", over.inc, "edit", EDITOR=editor(tmp_path, "true"))
    assert "An earlier edit was left" in again.err
    assert section(over, "impact")["text"].startswith("Half a sentence")


def test_what_an_earlier_edit_left_can_be_set_aside(over, tmp_path):
    over("review", over.inc, "edit", EDITOR=editor(tmp_path, 'echo mine >> "$1"; exit 1'))
    done = over.ok("review", over.inc, "edit", "--anew", EDITOR=editor(tmp_path, "true"))
    assert "is now in" in done.err
    (name,) = left(over)
    assert "mine" in (over.home / "exports" / name).read_text()


def test_an_editor_that_is_not_there_is_said(over):
    done = over("review", over.inc, "edit", EDITOR="/nowhere/editor")
    assert done.code == 1
    assert "could not be started" in done.err


def test_without_an_editor_and_without_a_terminal_it_says_what_to_do(over):
    done = over("review", over.inc, "edit")
    assert done.code == 4
    assert "draft -o FILE" in done.err


def test_a_file_is_read_back_without_an_editor_and_from_standard_input(over, tmp_path):
    said = over.ok("review", over.inc, "draft").out
    file = tmp_path / "r.md"
    file.write_bytes(
        b"\xef\xbb\xbf" + said.replace("## Impact\n", "## Impact\n\nCards.\n").replace("\n", "\r\n").encode()
    )
    data = over.ok("review", over.inc, "edit", str(file), "--json").json
    assert [(each["key"], each["how"]) for each in data["written"]] == [("impact", "written")]
    assert file.exists()
    over.ok("review", over.inc, "edit", "-", input=said.replace("## Got lucky\n", "## Got lucky\n\nYes.\n"))
    assert section(over, "got-lucky")["text"].startswith("Yes.")
    assert section(over, "impact")["text"].startswith("Cards.")


def test_a_section_that_is_not_in_the_file_stays_and_is_named(over):
    said = over.ok("review", over.inc, "draft").out
    start, end = said.index("## Impact"), said.index("## Responders")
    done = over.ok("review", over.inc, "edit", "-", input=said[:start] + said[end:])
    assert "Not in the file, so it stays as it was: Impact." in done.err
    assert "Card payments fail" in section(over, "impact")["text"]


def test_two_who_edit_at_once_are_both_kept_and_told(over):
    said = over.ok("review", over.inc, "draft").out
    over.ok("review", over.inc, "edit", "-", input=said.replace("## Impact\n", "## Impact\n\nMine.\n"))
    done = over.ok(
        "--by", "ivo", "review", over.inc, "edit", "-", input=said.replace("## Impact\n", "## Impact\n\nHis.\n")
    )
    assert "ana wrote it at the same time; both are kept" in done.err
    found = section(over, "impact")
    assert found["conflict"]
    assert {(each["by"], each["text"].split("\n")[0]) for each in found["written"]} == {
        ("ana", "Mine."),
        ("ivo", "His."),
    }
    shown = over.ok("review", over.inc, "show", "impact")
    assert "**ana wrote this" in shown.out
    assert "**ivo wrote this" in shown.out
    assert "written at the same time by ana, ivo" in shown.err
    over.ok("review", over.inc, "edit", "-", input=over.ok("review", over.inc, "draft").out.replace("His.", "Ours."))
    assert not section(over, "impact")["conflict"]


def test_two_at_the_same_table_have_a_file_each(over, tmp_path):
    mark = tmp_path / "open"
    over.env["EDITOR"] = editor(tmp_path, f": > {mark}; while [ -e {mark} ]; do sleep 0.05; done")
    program = over.start("review", over.inc, "edit")
    while not mark.exists():
        assert program.poll() is None
    over.ok("review", over.inc, "edit", EDITOR=put(tmp_path / "second", "Impact", "Second."))
    mark.unlink()
    program.communicate()
    assert section(over, "impact")["text"].startswith("Second.")
    assert left(over) == []


def test_what_cannot_be_kept_is_refused_and_the_file_stays(over, tmp_path):
    script = "\n".join(
        (
            "python3 - \"$1\" <<'X'",
            "import sys",
            "said = open(sys.argv[1]).read()",
            "said = said.replace('## Impact\\n', '## Impact\\n\\n' + 'word ' * 20000 + '\\n')",
            "said = said.replace('## Got lucky\\n', '## Got lucky\\n\\nYes.\\n')",
            "open(sys.argv[1], 'w').write(said)",
            "X",
        )
    )
    done = over("review", over.inc, "edit", EDITOR=editor(tmp_path, script))
    assert done.code == 4
    assert "Impact: refused. That is too long for one fact" in done.err
    (name,) = left(over)
    assert str(over.home / "exports" / name) in done.err
    assert "word word" in (over.home / "exports" / name).read_text()
    assert section(over, "got-lucky")["text"].startswith("Yes.")


@pytest.mark.parametrize(
    ("data", "says"), [(b"## Impact\n\xff\n", "it is not UTF-8"), (b"x" * 9_000_000, "larger than")]
)
def test_a_file_that_is_no_text_is_not_read(over, tmp_path, data, says):
    file = tmp_path / "r.md"
    file.write_bytes(data)
    done = over("review", over.inc, "edit", str(file))
    assert done.code == 1
    assert says in done.err


def test_the_review_of_another_incident_is_not_taken(over):
    other = over.ok("declare", "Search is slow", "-s", "SEV1").line
    over.ok("resolve", "-i", other)
    done = over("review", other, "edit", "-", input=over.ok("review", over.inc, "draft").out)
    assert done.code == 4
    assert f"not of {other}" in done.err


def test_what_looks_like_a_secret_is_masked_before_it_is_written(over):
    said = over.ok("review", over.inc, "draft").out
    done = over.ok(
        "review", over.inc, "edit", "-", input=said.replace("## Impact\n", "## Impact\n\npassword=hunter2hunter2\n")
    )
    assert "masked" in done.err
    assert "hunter2" not in over.ok("export", over.inc, "--format", "log").out


def test_text_that_commands_a_terminal_reaches_none(over):
    said = over.ok("review", over.inc, "draft").out
    over.ok("review", over.inc, "edit", "-", input=said.replace("## Impact\n", "## Impact\n\n\x1b]0;gone\x07 x\n"))
    assert "\x1b" not in over.ok("review", over.inc, "show").out
    assert "\x1b]0;gone" in over.ok("review", over.inc, "draft").out  # as it is, since it is read back


# ── check ──


def test_the_check_lists_line_words_why_and_other_words_and_never_blocks(over, tmp_path):
    over.ok("review", over.inc, "edit", EDITOR=put(tmp_path, "Impact", "It was human error. ana should have known."))
    done = over.ok("review", over.inc, "check")
    assert "Impact  “human error”" in done.out
    assert "    instead: " in done.out
    data = over.ok("review", over.inc, "check", "--json").json["findings"]
    assert [(each["words"], each["section"]) for each in data] == [("human error", "impact"), ("ana should", "impact")]
    line = over.ok("review", over.inc, "draft").out.split("\n")[data[0]["line"] - 1]
    assert "human error" in line


def test_a_file_can_be_checked_before_it_is_read_back(over, tmp_path):
    file = tmp_path / "r.md"
    file.write_text("## Impact\n\nObviously.\n")
    assert "line 3" in over.ok("review", over.inc, "check", str(file)).out


# ── state, owner, what is owed ──


def test_the_state_moves_step_by_step(over):
    assert over("review", over.inc, "state", "reviewed").code == 4
    for to in ("in review", "reviewed", "closed"):
        over.ok("review", over.inc, "state", *to.split())
    assert over.ok("review", over.inc, "state", "--json").json["state"] == "closed"
    done = over("review", over.inc, "edit", "-", input=over.ok("review", over.inc, "draft").out + "\nmore\n")
    assert done.code == 4
    assert "move it back" in done.err


def test_the_reason_of_a_state_is_on_the_log(over):
    over.ok("review", over.inc, "state", "in review", "--why", "mei reads it")
    assert "mei reads it" in over.ok("timeline", over.inc).out


def test_it_has_an_owner_or_none(over):
    assert over.ok("review", over.inc, "owner").line == "nobody"
    over.ok("review", over.inc, "owner", "mei")
    assert over.ok("review", over.inc, "owner", "--json").json["owner"] == "mei"
    assert "Owner: mei" in over.ok("review", over.inc).out
    over.ok("review", over.inc, "owner", "nobody")
    assert over.ok("review", over.inc, "owner").line == "nobody"


def kept_elsewhere(program, tmp_path, title, ended, severity="SEV1"):
    at = datetime.now(UTC) - ended
    events = [
        {"at": (at - timedelta(hours=1)).isoformat(), "text": "it began", "kind": "detection"},
        {"at": at.isoformat(), "text": "it ended", "kind": "resolution"},
    ]
    file = tmp_path / "t.json"
    file.write_text(json.dumps({"title": title, "severity": severity, "source": "elsewhere", "events": events}))
    return program.ok("import", str(file)).line


def test_alone_it_lists_what_is_owed_the_overdue_first(over, tmp_path):
    late = kept_elsewhere(over, tmp_path, "Old one", timedelta(days=9))
    later = kept_elsewhere(over, tmp_path, "Newer one", timedelta(days=6))
    kept_elsewhere(over, tmp_path, "Minor one", timedelta(days=6), "SEV4")
    rows = over.ok("review", "--json").json
    assert [(row["handle"], row["late"]) for row in rows] == [(late, True), (later, True), (over.inc, False)]
    lines = over.ok("review").out.split("\n")
    assert "draft 7d late" in lines[0]
    assert "draft 4d late" in lines[1]
    assert "draft due in" in lines[2]
    over.ok("review", late, "state", "in review")
    assert "review 6d late" in over.ok("review").out.split("\n")[0]
    over.ok("review", late, "state", "reviewed")
    assert late not in over.ok("review").out


def test_drills_are_not_among_what_is_owed(warroom):
    warroom.ok("drill", "run", "first-drill", "--headless", "--json")
    assert warroom.ok("review", "--json").json == []
    assert "No review is owed" in warroom.ok("review").err


def test_days_of_ones_own_are_those_that_count(over):
    (over.home / "severities.toml").write_text(
        '[[severity]]\nid = "SEV2"\nname = "Major"\nreview_days = 30\n[[severity]]\nid = "SEV1"\nname = "Critical"\n'
    )
    (row,) = over.ok("review", "--json").json
    due = datetime.fromisoformat(row["review_due_at"])
    assert timedelta(days=29) < due - datetime.now(UTC) < timedelta(days=31)
