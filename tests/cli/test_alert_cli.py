"""`warroom alert`: one alert, a pipe that stays open, documents as others write them, what is broken, and a storm."""

import fcntl
import json
import os
import subprocess
from pathlib import Path

import pytest

from cli_kit import Done, Program

HOSTILE = "[bold]a[/] \x1b]52;c;aGk=\x07 \u202egnp.exe"


def inbox(warroom: Program) -> list[dict[str, object]]:
    found = warroom.ok("alerts", "list", "--json").json
    assert isinstance(found, list)
    return found


def week(warroom: Program) -> Path:
    [path] = Path(warroom.home, "alerts").iterdir()
    return path


def test_one_alert_prints_its_name_once_it_is_on_disk(warroom: Program) -> None:
    done = warroom.ok("alert", "CRITICAL disk full: 97% of /var", "--service", "db")
    [row] = inbox(warroom)
    assert done.line == row["id"]
    assert (row["rule"], row["service"], row["severity"], row["state"]) == ("disk full", "db", "critical", "firing")
    assert row["summary"] == "97% of /var"


def test_the_same_alert_again_is_known_and_its_end_is_news(warroom: Program) -> None:
    warroom.ok("alert", "disk full: 97%", "--service", "db")
    again = warroom.ok("alert", "disk full: 98%", "--service", "db")
    assert (again.out, again.err) == ("", "It is known already; nothing was written.\n")
    assert warroom.ok("alert", "disk full: 98%", "--service", "db", "--json").json["known"] == 1
    warroom.ok("alert", "RESOLVED disk full", "--service", "db")
    [row] = inbox(warroom)
    assert (row["state"], row["summary"], row["fired"]) == ("resolved", "disk full", 1)
    warroom.ok("alert", "disk full: 99%", "--service", "db")
    assert inbox(warroom)[0]["fired"] == 2


def test_the_same_rule_on_two_services_is_two_alerts(warroom: Program) -> None:
    warroom.ok("alert", "disk full", "--service", "db")
    warroom.ok("alert", "-", "--service", "web", input="disk full\n")
    assert sorted(str(row["service"]) for row in inbox(warroom)) == ["db", "web"]


def test_options_say_what_the_text_does_not(warroom: Program) -> None:
    words = ("--rule", "disk full", "--service", "db", "--severity", "page", "--key", "db-2", "--source", "cron")
    done = warroom.ok("alert", *words, "97% of /var", "--json")
    assert done.json["id"] == "cron:db-2"
    warroom.ok("alert", *words, "--resolved")
    [row] = inbox(warroom)
    assert (row["key"], row["severity"], row["state"], row["summary"]) == ("db-2", "page", "resolved", "97% of /var")


@pytest.mark.parametrize(
    "words",
    [(), (" ",), ("-", "--rule", "x"), ("-", "--resolved"), ("x", "--source", "a:b"), ("x", "--source", "a" * 41)],
)
def test_what_cannot_be_meant_is_a_question_of_usage(warroom: Program, words: tuple[str, ...]) -> None:
    done = warroom("alert", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert not Path(warroom.home, "alerts").exists()


# ── pipes ──


def test_lines_are_taken_while_the_pipe_is_open(warroom: Program) -> None:
    program = warroom.start("alert", "-", stdin=-1)
    assert program.stdin is not None
    assert program.stdout is not None
    for n in range(3):
        program.stdin.write(f"rule {n}: fires\n".encode())
        program.stdin.flush()
        name = program.stdout.readline().decode().strip()
        assert name in [row["id"] for row in inbox(warroom)]
    program.stdin.write(b"rule 0: fires still\n")
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (0, b"")
    assert err.decode() == "3 new, 1 known.\n"


def test_what_cannot_be_read_is_named_and_the_rest_is_taken(warroom: Program) -> None:
    lines = ["disk full: 97%", "", '{"no": "rule"}', "a\0b", '{"rule": "lag", "service": "db"}']
    done = warroom("alert", "-", input="\n".join(lines))
    assert done.code == 4
    assert "line 3: No alert in the delivery can be read: alert 1 has no rule." in done.err
    assert "line 4: The line has a NUL character in its rule." in done.err
    assert "2 new, 0 known, 2 lines cannot be read." in done.err
    assert len(inbox(warroom)) == 2


def test_many_that_cannot_be_read_are_counted(warroom: Program) -> None:
    done = warroom("alert", "-", input='{"no": 1}\n' * 50)
    assert done.code == 4
    assert done.err.count("has no rule") == 5
    assert "0 new, 0 known, 50 lines cannot be read (the first 5 are named above)." in done.err


def test_a_document_over_many_lines_is_one_document(warroom: Program) -> None:
    group = {
        "version": "4",
        "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "HighErrorRate", "service": "checkout", "severity": "critical"},
                "annotations": {"summary": "5xx 12%"},
                "startsAt": "2026-11-22T00:49:02Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "fingerprint": "dd8da78792863335",
            }
        ],
    }
    done = warroom.ok("alert", "-", input=json.dumps(group, indent=2))
    assert done.line == "alertmanager:dd8da78792863335"
    one_line = warroom.ok("alert", "-", input=json.dumps(group))
    assert one_line.err == "0 new, 1 known.\n"
    broken = warroom("alert", "-", input=json.dumps(group, indent=2)[:-9])
    assert (broken.code, broken.out) == (4, "")


def test_a_first_line_that_is_wrong_holds_up_nothing(warroom: Program) -> None:
    done = warroom("alert", "-", input='{"rule": oops}\ndisk full\n')
    assert (done.code, len(done.out.split())) == (4, 1)


def test_a_line_without_an_end_is_refused_and_what_follows_is_taken(warroom: Program) -> None:
    done = warroom("alert", "-", input=b"x" * 3_000_000 + b"\ndisk full\n")
    assert done.code == 4
    assert "line 1: The line is longer than 1024 KiB." in done.err
    assert [row["rule"] for row in inbox(warroom)] == ["disk full"]


def test_a_document_that_is_too_large_is_refused(warroom: Program) -> None:
    done = warroom("alert", "-", input="[\n" + '{"rule": "x"},\n' * 100_000 + "]")
    assert (done.code, done.out) == (4, "")
    assert "more than 1024 KiB" in done.err


def test_json_is_a_line_for_each_that_is_told_and_the_counts_at_the_end(warroom: Program) -> None:
    done = warroom.ok("alert", "-", "--json", input="a: one\nb: two\na: one\n")
    *rows, last = [json.loads(line) for line in done.out.splitlines()]
    assert [(row["rule"], row["new"]) for row in rows] == [("a", True), ("b", True)]
    assert last == {"new": 2, "known": 1, "counted": 0, "unreadable": 0}


def test_whoever_reads_the_names_may_go(warroom: Program) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = warroom.command("alert", "-")
    done = subprocess.run(words, input=b"a: one\nb: two\n", stdout=writer, stderr=-1, env=warroom.env, check=False)
    os.close(writer)
    assert done.returncode == 0
    assert len(inbox(warroom)) == 2


def test_hostile_text_is_kept_and_commands_no_terminal(warroom: Program) -> None:
    warroom.ok("alert", "--rule", HOSTILE, "--service", HOSTILE, HOSTILE)
    [row] = inbox(warroom)
    assert row["rule"] == HOSTILE
    for words in (("alerts",), ("alerts", "--json"), ("alerts", "show", str(row["id"])), ("alerts", "report")):
        done = warroom.ok(*words)
        assert "\x1b" not in done.out + done.err
        assert "\u202e" not in done.out + done.err


# ── trouble ──


def test_a_file_that_somebody_holds_takes_nothing_and_says_who(warroom: Program) -> None:
    warroom.ok("alert", "disk full")
    with open(week(warroom), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        done: Done = warroom("alert", "-", input="replica lag\n")
    assert done.code == 1
    assert "Not taken: 1 alert from hand, and what follows." in done.err
    assert len(inbox(warroom)) == 1


def test_a_hundred_thousand_alerts_are_a_few_facts(warroom: Program) -> None:
    lines = "".join(
        f'{{"rule":"HighErrorRate","service":"checkout","key":"k{n}","summary":"5xx at {n % 100} %"}}\n'
        for n in range(100_000)
    )
    done = warroom.ok("alert", "-", input=lines)
    new = len(done.out.split())
    assert f"{new} new, 0 known, {100_000 - new:,} more of a storm, which are counted only." in done.err
    assert len(week(warroom).read_bytes().splitlines()) < 300
    assert 20 <= new <= 60  # twenty in a minute
    listed = warroom.ok("alerts")
    assert len(listed.out.splitlines()) <= 8
    assert f"{100_000 - new:,} more in storms were counted only" in listed.err
