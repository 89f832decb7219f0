"""Every form in which an incident leaves, as it is or as it may be shown outside."""

import json
import re

import pytest

from warroom.cli.export import FORMATS

NUMBER = "+44 20 7946 0042"


@pytest.fixture
def night(incident):
    incident.ok("assign", "commander", "ivo")
    incident.night = incident.ok("log", f"ivo rings {NUMBER}, says ANA", "--who", "mei").line
    incident.guess = incident.ok("log", "-k", "hypothesis", "the vendor lied").line
    incident.ok("hypothesis", "support", "last", "their own words")
    return incident


@pytest.mark.parametrize("format", FORMATS)
def test_each_form_goes_to_standard_output_and_into_a_file(night, tmp_path, format):
    file = tmp_path / "out"
    done = night.ok("export", "--format", format, "-o", str(file), "--json")
    assert done.json == {"file": str(file), "format": format, "redactions": []}
    assert done.err == ""
    clocks = re.compile(rb"DTSTAMP:\S+|Made at \S+|Last[^\n]*|lasts [^<]*|\d\d:\d\d UTC")
    shown = night.ok("export", "--format", format).raw
    assert clocks.sub(b"", shown) == clocks.sub(b"", file.read_bytes())
    assert file.stat().st_mode & 0o777 == 0o600


def test_without_a_form_it_is_json(night, tmp_path):
    assert night.ok("export").json["title"] == "Checkout returns 500s"
    assert night.ok("export", "-o", str(tmp_path / "x"), "--json").json["format"] == "json"


@pytest.mark.parametrize("format", [each for each in FORMATS if each != "log"])
def test_the_redacted_copy_names_nobody_and_says_what_it_left_out(night, format):
    done = night.ok("export", "--redacted", "--format", format)
    assert not re.search(r"\b(ivo|ana|mei)\b", done.out, re.IGNORECASE)
    assert NUMBER not in done.out.replace("\\", "")
    assert "3 people are named by their role: Incident Commander, Responder 1, Responder 2.\n" in done.err
    assert "1 way to reach somebody, or a room, is left out.\n" in done.err
    assert done.err.endswith("whoever is only spoken of, and never took part, is not known here.\n")
    if format != "csv":
        assert "3 people are named" in " ".join(done.out.replace("\r\n ", "").split())


def test_the_log_that_stays_here_keeps_what_it_holds(night):
    before = night.ok("export", "--format", "log").out
    night.ok("export", "--redacted")
    assert night.ok("export", "--format", "log").out == before


def test_chosen_entries_are_left_out_by_id_and_by_kind(night):
    done = night.ok("export", "--without", night.guess[:6], "--without-kind", "attached")
    assert "vendor" not in done.out
    assert "their own words" not in done.out
    assert NUMBER in done.out
    assert "1 hypothesis, 1 supported." in done.err
    assert not [event for event in done.json["events"] if event["kind"] == "attached"]


def test_a_redacted_copy_is_imported_as_an_incident_of_its_own(night, tmp_path):
    copy = night.ok("export", "--redacted").out
    done = night.ok("import", "-", input=copy, WARROOM_HOME=str(tmp_path / "other"))
    assert done.line != night.inc
    assert "Not read" not in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--without", "ZZZZ"), "--without: there is no entry “ZZZZ” here. `warroom timeline --json` shows their ids."),
        (("--without-kind", "gossip"), "--without-kind: there is no “gossip” here. There are attached, hypothesis,"),
        (
            ("--without-kind", "declared"),
            "--without-kind: declared says what this incident is, which cannot be left out.",
        ),
        (("--without-kind", "phase"), "phase says what this incident is"),
        (("--person", "zoe", "--format", "ics214"), "--person: nobody here is called “zoe”. There are ivo,"),
    ],
)
def test_what_is_not_there_cannot_be_left_out(night, words, says):
    done = night("export", *words)
    assert (done.code, done.out) == (4, "")
    assert says in done.err


def test_the_declaration_cannot_be_left_out_by_its_id(night):
    id = night.ok("timeline", "--json").json[0]["id"]
    done = night("export", "--without", id)
    assert done.code == 4
    assert "says what this incident is" in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--format", "log", "--redacted"), "A log is whole"),
        (("--format", "log", "--without", "last"), "A log is whole"),
        (("--person", "ivo"), "--person is for --format ics214 only."),
        (("--format", "pdf"), "invalid choice"),
    ],
)
def test_what_cannot_be_asked_together_is_refused(night, words, says):
    done = night("export", *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_the_activity_log_of_one_person(night):
    found = night.ok("export", "--format", "ics214", "--person", "IVO").out
    assert "3. Name                       ivo\n4. ICS position               Incident Commander\n" in found
    assert "8. Prepared by                ana\n" in found
    redacted = night.ok("export", "--format", "ics214", "--person", "ivo", "--redacted").out
    assert "3. Name                       Incident Commander\n" in redacted
    assert "commander is Incident Commander" in redacted
    assert "8. Prepared by\n" in redacted


def test_deadlines_come_as_a_calendar_and_nothing_to_do_makes_none(night, tmp_path):
    night.ok("task", "ivo", "roll back", "--in", "10m")
    found = night.ok("export", "--format", "ics").out
    assert found.startswith("BEGIN:VCALENDAR\r\n")
    assert f"{night.inc} task: roll back (ivo)" in found
    night.ok("cancel", "a false alarm")
    done = night("export", night.inc, "--format", "ics", "-o", str(tmp_path / "x.ics"))
    assert done.code == 4
    assert (
        done.err == f"Nothing in {night.inc} has a date: nothing is due, and no review is owed. Nothing was written.\n"
    )
    assert not (tmp_path / "x.ics").exists()


def test_the_review_of_a_resolved_incident_has_its_dates_in_the_calendar(night):
    night.ok("resolve", "rolled back")
    found = night.ok("export", "--format", "ics").out
    assert "the review is due" in found
    assert "the review's draft is due" in found


def test_the_page_of_an_incident_is_one_file(night):
    found = night.ok("export", "--format", "html").out
    assert found.startswith("<!doctype html>")
    assert "<script" not in found


def test_a_copy_says_in_json_what_was_changed(night, tmp_path):
    file = tmp_path / "x.json"
    done = night.ok("export", "--redacted", "-o", str(file), "--json")
    assert done.json["redactions"] == json.loads(file.read_text())["redactions"]
    assert done.json["redactions"][0].startswith("3 people are named by their role")
