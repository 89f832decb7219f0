"""`warroom stats`: numbers for people, spreadsheets, programs and a browser; drills in none of them."""

import csv
import io
import json

import pytest

EVIL = "[bold]<script>\x1b]0;t\x07=1+1"


@pytest.fixture
def three(warroom):
    """Two real incidents, one of them resolved."""
    warroom.first = warroom.ok("declare", "Checkout returns 500s", "-s", "SEV1", "--service", "web").line
    warroom.ok("mark", "impact started", "--at", "-9m", "-i", warroom.first)
    warroom.ok("mark", "detected", "--at", "-4m", "-i", warroom.first)
    warroom.ok("resolve", "-i", warroom.first)
    warroom.second = warroom.ok("declare", "Exports are slow", "-s", "SEV3", "--service", "exports").line
    return warroom


def test_the_numbers_are_there_in_words(three):
    done = three.ok("stats")
    assert done.out.startswith("2 incidents")
    assert "detect            1       1  fewer than 5, each shown: 5m" in done.out
    assert "not known: resolve of 1: it is not over (1)" in done.out
    assert "\x1b" not in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines())


def test_a_program_gets_the_same(three):
    found = three.ok("stats", "--json").json
    assert (found["incidents"], found["open"]) == (2, 1)
    assert found["spans"]["detect"] == {
        "n": 1, "not_known": 1, "least_s": 300, "lower_quartile_s": None, "median_s": None,
        "upper_quartile_s": None, "most_s": 300, "mean_s": None, "values_s": [300],
    }  # fmt: skip
    assert [cut["name"] for cut in found["cuts"]["severity"]] == ["SEV1", "SEV3"]
    assert found["alerts"] is None
    assert "alerts" not in found["not_known"]


def test_a_spreadsheet_gets_a_row_for_each_incident(three):
    rows = list(csv.DictReader(io.StringIO(three.ok("stats", "--csv").out)))
    assert [row["title"] for row in rows] == ["Checkout returns 500s", "Exports are slow"]
    assert (rows[0]["detect_s"], rows[0]["acknowledge_s"], rows[1]["detect_s"]) == ("300", "", "")
    assert "acknowledge: “acknowledged” is not known" in rows[0]["not_known"]


def test_a_spreadsheet_gets_a_row_for_each_span_of_a_cut(three):
    rows = list(csv.DictReader(io.StringIO(three.ok("stats", "--csv", "--by", "service").out)))
    assert [(row["service"], row["span"], row["n"]) for row in rows[4:6]] == [
        ("web", "detect", "1"),
        ("web", "acknowledge", "0"),
    ]


def test_a_cell_is_never_a_formula_and_never_commands_a_terminal(warroom):
    warroom.ok("declare", "=HYPERLINK(1)", "-s", "1", "--service", EVIL)
    done = warroom.ok("stats", "--csv")
    assert "'=HYPERLINK(1)" in done.out
    assert "\x1b" not in done.out + warroom.ok("stats", "--by", "service").out + warroom.ok("stats", "--json").out


def test_a_page_is_written_into_a_new_file_only(three, tmp_path):
    page = tmp_path / "stats.html"
    three.ok("stats", "--html", str(page), "--severity", "1")
    text = page.read_text(encoding="utf-8")
    assert "Checkout returns 500s" in text
    assert "Only incidents SEV1." in text
    assert "Exports are slow" not in text
    again = three("stats", "--html", str(page))
    assert (again.code, page.read_text(encoding="utf-8")) == (4, text)
    assert "is there already" in again.err
    assert three("stats", "--html", str(tmp_path / "no" / "x.html")).code == 1


def test_cuts_and_choices(three):
    assert "By month" in three.ok("stats", "--by", "month").out
    assert three.ok("stats", "--severity", "1").out.startswith("1 incident")
    assert three.ok("stats", "--service", "EXPORTS").out.startswith("1 incident")
    assert three.ok("stats", "--since", "2020-01-01", "--until", "2100-01-01", "--json").json["incidents"] == 2
    nothing = three.ok("stats", "--until", "2020-01-01")
    assert nothing.out.startswith("0 incidents")
    assert "No incident to count" in nothing.err


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "yesterday"),
        ("--since", "2026-02-30"),
        ("--since", "2026-02-02", "--until", "2026-02-01"),
        ("--by", "ana"),
        ("--severity", "9"),
        ("--csv", "--json"),
        ("--html", "x.html", "--csv"),
    ],
)
def test_what_cannot_be_meant_is_a_question_of_usage(three, words):
    done = three("stats", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_one_incident_says_what_it_took_and_what_is_missing_and_why(three):
    done = three.ok("stats", three.first)
    assert "detect        5m   impact started → detected" in done.out
    assert "acknowledge   not known: “acknowledged” is not known" in done.out
    found = three.ok("stats", "-i", three.first, "--json").json
    assert (found["spans_s"]["detect"], found["spans_s"]["acknowledge"]) == (300, None)
    assert found["not_known"]["acknowledge"] == "“acknowledged” is not known"
    assert three("stats", "INC-ZZZZ").code == 3
    assert three("stats", three.first, "--csv").code == 2


def test_a_drill_is_in_no_number(three):
    before = three.ok("stats", "--json").json
    three.ok("drill", "run", "slow-queries", "--headless", "--json")
    after = three.ok("stats", "--json").json
    assert after["left_out"]["drills"] == 1
    assert {k: v for k, v in after.items() if k != "left_out"} == {k: v for k, v in before.items() if k != "left_out"}
    assert len(three.ok("stats", "--csv").out.splitlines()) == 3


def test_archived_incidents_count(three):
    three.ok("close", "-i", three.first)
    three.ok("archive", "-i", three.first)
    assert three.ok("stats", "--json").json["incidents"] == 2


def test_signs_are_spelt_in_ascii_where_somebody_wants_it(three):
    (three.home / "config.toml").write_text('glyphs = "ascii"\n')
    assert three.ok("stats").out.isascii()


def test_what_cannot_be_read_is_named(three):
    (three.home / "incidents" / "2026-01-01-zzzz-x.json").write_text("no incident")
    done = three.ok("stats")
    assert "2026-01-01-zzzz-x.json is in no number" in done.err
    assert json.loads(three.ok("stats", "--json").out)["unread"][0]["file"].endswith("zzzz-x.json")
