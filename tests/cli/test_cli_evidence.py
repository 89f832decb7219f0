"""Evidence from the command line: piped in, brought as files and links, listed, shown and verified."""

import hashlib
from pathlib import Path

import pytest

MASKED = "‹masked›"


def entries(warroom):
    return [row for row in warroom.ok("timeline", "--json").json if row["kind"] != "attached"]


def last(warroom, kind):
    return next(row for row in reversed(entries(warroom)) if row["kind"] == kind)


def test_what_a_command_printed_becomes_evidence_and_the_entry_names_it(incident):
    output = "NAME  READY\napp   0/1\n"
    done = incident.ok("log", "-", "the", "app", "does", "not", "start", "--evidence", "pods.txt", input=output)
    row = last(incident, "note")
    assert row["id"] == done.line
    assert row["text"] == "the app does not start"
    sha = hashlib.sha256(output.encode()).hexdigest()
    assert row["evidence"] == [{"name": "pods.txt", "size": len(output), "sha256": sha}]
    assert "the app does not start [pods.txt]" in incident.ok("timeline").out
    assert "the app does not start (pods.txt)" in incident.ok("export", "--format", "md").out.replace("\\", "")
    assert "pods.txt (22 B, " in incident.ok("brief").out


def test_without_words_the_entry_says_what_it_is_called(incident):
    incident.ok("log", "-", "-k", "observed", "--evidence", input="x")
    assert last(incident, "observed")["text"] == "output.txt"


def test_files_and_links_are_attached_to_the_entry_they_prove(incident, tmp_path):
    (tmp_path / "a.log").write_text("a")
    files = [str(tmp_path / "a.log"), "https://grafana.example/d/1"]
    incident.ok("log", "p99 is at 9 s", "-k", "observed", "--evidence", *files)
    proofs = last(incident, "observed")["evidence"]
    assert [proof.get("name") or proof["link"] for proof in proofs] == ["a.log", "https://grafana.example/d/1"]
    assert "p99 is at 9 s [a.log, https://grafana.example/d/1]" in incident.ok("brief").out


def test_an_entry_whose_evidence_cannot_be_kept_is_not_written(incident, tmp_path):
    before = len(entries(incident))
    done = incident("log", "see there", "--evidence", str(tmp_path / "none"))
    assert done.code == 3
    assert "There is no file" in done.err
    (tmp_path / "big").write_bytes(b"\0" * (10 * 1024 * 1024 + 1))
    done = incident("log", "see there", "--evidence", str(tmp_path / "big"))
    assert done.code == 1
    assert "evidence may have 10" in done.err
    assert len(entries(incident)) == before


def test_nothing_piped_in_is_said(incident):
    done = incident("log", "-", "--evidence", input="")
    assert done.code == 2
    assert "Nothing came through the pipe" in done.err


def test_evidence_is_added_to_an_entry_that_is_there(incident, tmp_path):
    id = incident.ok("log", "p99 is at 9 s").line
    (tmp_path / "graph.png").write_bytes(b"\x89PNG\0")
    done = incident.ok("evidence", "add", str(tmp_path / "graph.png"), "--with", "last", "--as", "p99.png")
    assert done.line == hashlib.sha256(b"\x89PNG\0").hexdigest()
    (item,) = incident.ok("evidence", "list", "--json").json
    assert (item["name"], item["of"], item["media"], item["state"]) == ("p99.png", id, "image/png", "kept")
    assert incident("evidence", "add", "x", "--with", "NOSUCHENTRY").code == 3


def test_a_link_is_evidence_too(incident):
    incident.ok("evidence", "add", "https://grafana.example/d/1", "--as", "the dashboard")
    (item,) = incident.ok("evidence", "list", "--json").json
    assert (item["name"], item["link"], item["sha256"]) == ("the dashboard", "https://grafana.example/d/1", None)
    assert incident.ok("evidence", "show", "the dashboard").line == "https://grafana.example/d/1"
    assert "the dashboard: https://grafana.example/d/1" in incident.ok("brief").out


def test_it_is_shown_whole_by_the_beginning_of_its_hash_or_by_its_name(incident, tmp_path):
    data = bytes(range(128))
    (tmp_path / "core.bin").write_bytes(data)
    sha = incident.ok("evidence", "add", str(tmp_path / "core.bin")).line
    assert incident.ok("evidence", "show", sha[:8]).raw == data
    incident.ok("evidence", "show", "core.bin", "-o", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == data
    assert incident("evidence", "show", "core.bin", "-o", str(tmp_path / "copy")).code == 4
    assert incident("evidence", "show", "none.bin").code == 3


def test_verify_names_what_was_changed_and_what_is_gone(incident, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    one, two = incident.ok("evidence", "add", str(tmp_path / "a"), str(tmp_path / "b")).out.split()
    assert incident.ok("evidence", "verify", "--json").json == {"ok": True, "kept": 2, "troubles": []}
    folder = next(path.parent for path in incident.home.rglob(one))
    (folder / one).write_text("c")
    (folder / two).unlink()
    done = incident("evidence", "verify")
    assert done.code == 1
    assert "a  was changed" in done.out
    assert "b  is gone" in done.out
    assert "changed after it was kept" in incident("evidence", "show", one[:8]).err


def test_evidence_that_was_added_by_mistake_is_taken_back(incident):
    incident.ok("evidence", "add", "https://grafana.example/d/1")
    incident.ok("undo")
    assert incident.ok("evidence", "list", "--json").json[0]["retracted"]
    assert "grafana" not in incident.ok("brief").out


# ── secrets ──


def everything_in(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_secret_is_on_no_disk_whichever_way_it_came(incident, tmp_path):
    (tmp_path / "env").write_text("DB_PASSWORD=hunter2secret\n")
    said = [
        incident.ok("log", "the password is hunter2secret"),
        incident.ok("log", "-", input="password=hunter2secret\nand token: hunter2secret\n"),
        incident.ok("log", "-", "--evidence", "env", input="password=hunter2secret"),
        incident.ok("log", "password=hunter2secret", "--evidence", str(tmp_path / "env")),
        incident.ok("evidence", "add", str(tmp_path / "env")),
        incident.ok("fix", "last", "secret=hunter2secret"),
        incident.ok("task", "ana", "use password=hunter2secret"),
    ]
    assert b"hunter2" not in everything_in(incident.home)
    assert all("Masked" in done.err for done in said)
    assert MASKED in incident.ok("timeline").out


def test_what_was_masked_says_so_when_it_is_shown(incident):
    incident.ok("log", "-", "--evidence", "env", input="password=hunter2secret")
    shown = incident.ok("evidence", "show", "env")
    assert shown.out == f"password={MASKED}"
    assert "masked before it was kept" in shown.err


def test_a_name_that_two_have_is_refused_with_their_hashes(incident):
    for text in ("a", "b"):
        incident.ok("log", "-", "--evidence", "env", input=text)
    done = incident("evidence", "show", "env")
    assert done.code == 4
    assert hashlib.sha256(b"a").hexdigest()[:12] in done.err


@pytest.mark.parametrize("verb", ["log", "fix"])
def test_whoever_insists_is_believed(incident, verb):
    incident.ok("log", "x")
    incident.ok(*(("log",) if verb == "log" else ("fix", "last")), "password=hunter2secret", "--insist")
    assert last(incident, "note")["text"] == "password=hunter2secret"


def test_ordinary_lines_are_written_as_they_came(incident):
    text = "token bucket empty; sha 9f2c1e7b9f2c1e7b9f2c1e7b9f2c1e7b9f2c1e7b at 1700000000000"
    done = incident.ok("log", text)
    assert last(incident, "note")["text"] == text
    assert done.err == ""


# ── bridge ──


def test_a_bridge_has_a_link_a_number_and_a_code_in_status_and_brief(incident):
    incident.ok("bridge", "https://meet.example/k3f9", "--dial", "+44 20 7946 0001", "--code", "4711")
    status = incident.ok("status", "--json").json
    assert (status["bridge"], status["dial"], status["passcode"]) == (
        "https://meet.example/k3f9", "+44 20 7946 0001", "4711",
    )  # fmt: skip
    for form in ("sms", "chat", "mail"):
        said = incident.ok("brief", "--form", form).out
        assert "https://meet.example/k3f9" in said
        assert "dial +44 20 7946 0001, code 4711" in said
    incident.ok("bridge", "--code", "0815")
    assert incident.ok("status", "--json").json["dial"] == "+44 20 7946 0001"
    incident.ok("bridge", "https://meet.example/other")
    assert incident.ok("status", "--json").json["passcode"] is None
