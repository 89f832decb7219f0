"""Files in and out through the program: verify, export, import, archive."""

import os

import pytest

TIMELINE = (
    '{"title": "T", "severity": "SEV2", "events": [{"at": "2026-01-05T14:00:00Z", "text": "a", "kind": "action"}]}'
)


def files(program):
    folder = program.home / "incidents"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_verify_names_the_first_broken_fact(incident):
    id = incident.ok("log", "the truth").line
    incident.ok("log", "and more")
    file = next((incident.home / "incidents").glob("*.json"))
    file.write_bytes(file.read_bytes().replace(b"the truth", b"the t7uth"))
    done = incident("verify", incident.inc)
    assert done.code == 1
    assert f"row 7, fact {id}: this fact was changed" in done.out
    found = incident("verify", "--json").json
    assert (found["ok"], found["facts"], found["troubles"][0]["id"]) == (False, 8, id)


def test_an_import_says_which_incident_there_is_now(warroom):
    (warroom.home.parent / "t.json").write_text(TIMELINE)
    made = warroom.ok("import", str(warroom.home.parent / "t.json"), "--json").json
    assert set(made) == {"id", "handle", "path"}
    assert os.path.basename(made["path"]) == f"2026-01-05-{made['handle'][4:].lower()}-t.json"
    listed = warroom.ok("list", "--json").json
    assert [(each["title"], each["severity"], each["handle"]) for each in listed] == [("T", "SEV2", made["handle"])]
    assert warroom.ok("status", "--json").json["escalation"]["status"] == "none"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TIMELINE.replace("14:00:00Z", "99:00:00Z"), "stdin, line 1: the time “2026-01-05T99:00:00Z” is no time"),
        (TIMELINE[:60], "stdin, line 1: is not whole"),
        ("- 14:02 no date", "stdin, line 1: “14:02” has no date"),
        ("", "stdin: is empty"),
    ],
)
def test_a_bad_file_is_named_with_line_and_reason_and_imports_nothing(warroom, text, says):
    done = warroom("import", "-", input=text)
    assert (done.code, done.out) == (1, "")
    assert says in done.err
    assert done.err.endswith("Nothing was imported.\n")
    assert files(warroom) == []


def test_a_timeline_that_the_core_refuses_leaves_no_file(warroom):
    done = warroom("import", "-", "--title", "half \udcff", input=TIMELINE)
    assert done.code == 4
    assert files(warroom) == []


def test_a_folder_and_a_missing_file_cannot_be_imported(warroom):
    assert "is a folder" in warroom("import", str(warroom.home.parent)).err
    assert "No such file" in warroom("import", "nowhere.json").err


def test_a_log_goes_to_another_warroom_whole(incident, tmp_path):
    incident.ok("log", "secret")
    incident.ok("redact", "last", "--why", "secret")
    incident.ok("log", "esc \x1b[1m \u202e here", "--who", "ivo")
    log = incident.ok("export", "--format", "log").out
    other = {"WARROOM_HOME": str(tmp_path / "other")}
    made = incident.ok("import", "-", "--json", input=log, **other).json
    assert made["handle"] == incident.inc
    assert incident.ok("export", "--format", "log", **other).out == log
    assert incident.ok("timeline", "--json", **other).out == incident.ok("timeline", "--json").out
    assert "ok, 9 facts" in incident.ok("verify", **other).out
    assert incident.ok("log", "goes on", **other).line
    assert incident.ok("verify", **other).code == 0
    assert incident("import", "-", input=log, **other).code == 4


@pytest.mark.parametrize("damage", ["changed", "missing", "twice", "cut"])
def test_a_damaged_log_is_refused(incident, tmp_path, damage):
    incident.ok("log", "one")
    incident.ok("log", "two")
    lines = incident.ok("export", "--format", "log").out.splitlines(keepends=True)
    match damage:
        case "changed":
            lines[6] = lines[6].replace("one", "0ne")
        case "missing":
            del lines[6]
        case "twice":
            lines.insert(6, lines[6])
        case "cut":
            lines[-1] = lines[-1][:-20]
    home = tmp_path / "other"
    done = incident("import", "-", input="".join(lines), WARROOM_HOME=str(home))
    assert done.code == 1
    assert "stdin, line " in done.err
    assert not home.exists() or not list(home.rglob("*.json"))


def test_an_export_goes_into_a_new_file_and_never_over_another(incident, tmp_path):
    file = tmp_path / "out.md"
    incident.ok("export", "--format", "md", "-o", str(file))
    assert file.read_text().startswith("# Checkout returns 500s\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert incident("export", "-o", str(file)).code == 4
    assert file.read_text().startswith("# Checkout")


def test_closed_incidents_are_archived_and_still_found(incident):
    assert incident("archive", incident.inc).code == 4
    assert incident("archive").code == 2
    incident.ok("cancel", "a test")
    assert "Nothing to archive" in incident.ok("archive", "--older-than", "1d").err
    incident.ok("archive", incident.inc)
    assert incident.ok("list", "--json").json == []
    assert incident.ok("status", incident.inc, "--json").json["phase"] == "cancelled"


def test_looking_works_where_nothing_can_be_written(incident):
    incident.ok("log", "x")
    for path in (incident.home, incident.home / "incidents"):
        path.chmod(0o500)
    try:
        for words in (("status",), ("timeline", "--json"), ("list",), ("verify",), ("export",)):
            assert incident(*words).code == 0
    finally:
        for path in (incident.home, incident.home / "incidents"):
            path.chmod(0o700)
