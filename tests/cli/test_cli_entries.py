"""Entries: from arguments and from standard input, corrected, taken back, redacted."""

import subprocess


def rows(program):
    return {row["id"]: row for row in program.ok("timeline", "--json").json}


def test_lines_of_standard_input_become_an_entry_each_with_an_id_each(incident):
    ids = incident.ok("log", "-", "-k", "action", "--who", "ivo", input="one\r\ntwo\n\nthree").out.split()
    known = rows(incident)
    assert [known[id]["text"] for id in ids] == ["one", "two", "three"]
    assert {(known[id]["kind"], known[id]["who"]) for id in ids} == {("action", "ivo")}


def test_an_id_comes_as_soon_as_its_line_is_durable_while_the_input_stays_open(incident):
    with incident.start("log", "-", stdin=subprocess.PIPE) as program:
        for text in (b"first", b"second"):
            program.stdin.write(text + b"\n")
            program.stdin.flush()
            id = program.stdout.readline().decode().strip()
            assert rows(incident)[id]["text"] == text.decode()
        program.stdin.close()
        assert program.wait(timeout=20) == 0
        program.stdout.read()


def test_a_line_that_cannot_be_kept_is_named_and_the_others_are_kept(incident):
    done = incident("log", "-", input=b"good\nnot utf-8 \xff\nnul \0 here\n" + b"x" * 70_000 + b"\nlast\n")
    assert done.code == 4
    assert len(done.out.split()) == 2
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["line 2", "line 3", "line 4"]
    assert {row["text"] for row in rows(incident).values()} >= {"good", "last"}


def test_lines_are_logged_also_when_nobody_reads_the_ids(incident):
    with incident.start("log", "-", stdin=subprocess.PIPE) as program:
        program.stdout.close()
        program.stdin.write(b"one\n" * 600 + b"two\n")
        program.stdin.close()
        assert program.wait(timeout=20) == 0
        assert program.stderr.read() == b""
    assert {"one", "two"} <= {row["text"] for row in rows(incident).values()}


def test_an_entry_keeps_a_span_and_an_approximate_time(incident):
    id = incident.ok("log", "slow queries", "--at", "~2026-01-05T14:01..14:05").line
    row = rows(incident)[id]
    assert (row["at"], row["to"], row["approx"]) == ("2026-01-05T14:01:00.000Z", "2026-01-05T14:05:00.000Z", True)


def test_an_entry_is_corrected_and_what_it_said_stays_on_the_log(incident):
    id = incident.ok("log", "rolled back 9f2c").line
    incident.ok("fix", "last", "s/9f2c/9f2d/")
    incident.ok("fix", id[:8], "--kind", "action", "--who", "ivo")
    row = rows(incident)[id]
    assert (row["text"], row["kind"], row["who"]) == ("rolled back 9f2d", "action", "ivo")
    assert "9f2c" in incident.ok("export", "--format", "log").out
    assert "rolled back 9f2d (fixed)" in incident.ok("timeline").out


def test_an_entry_is_taken_back_and_stays_to_be_seen(incident):
    id = incident.ok("log", "wrong incident").line
    incident.ok("undo", "--why", "wrong room")
    assert rows(incident)[id]["retracted"] is True
    assert "wrong incident (taken back)" in incident.ok("timeline").out
    assert "wrong incident" not in incident.ok("export").out


def test_a_redacted_text_is_nowhere_any_more(incident):
    id = incident.ok("log", "the password is hunter2").line
    incident.ok("fix", id, "the password is hunter2!")
    incident.ok("redact", id[:6], "--why", "a password")
    for form in ("json", "jsonl", "csv", "md", "log"):
        assert "hunter2" not in incident.ok("export", "--format", form).out
    assert not any(b"hunter2" in file.read_bytes() for file in incident.home.rglob("*") if file.is_file())
    assert rows(incident)[id]["text"] == "redacted"
    assert incident.ok("verify").code == 0


def test_a_redaction_needs_its_reason(incident):
    incident.ok("log", "x")
    assert incident("redact", "last").code == 2
