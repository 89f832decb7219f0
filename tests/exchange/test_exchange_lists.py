"""Markdown lists and CSV, as people and spreadsheets keep them."""

import pytest

from exchange_kit import entries, found, problems
from warroom.render.times import iso_short


def timed(text, name="notes.md", **options):
    return [(iso_short(e.at.t), e.text) for e in entries(text, name, **options)]


LIST = """# Checkout returns 500s

Severity: SEV2
Source: https://x.test/2

Some prose that is not an event.

## 2026-11-21

- 23:58 first alert
* 2026-11-22 00:03 UTC — **roll back** 9f2c
  and wait
  - for the caches
+ **00:10:30** – ~ errors fall
1. `00:20` | all clear
"""


def test_a_list_is_read_with_its_heading_its_settings_and_its_dates():
    it = found(LIST, "notes.md")
    assert (it.command.title, it.command.severity, it.command.source) == (
        "Checkout returns 500s",
        "SEV2",
        "https://x.test/2",
    )
    assert [(iso_short(e.at.t), e.text, e.at.approx) for e in it.command.entries] == [
        ("2026-11-21T23:58:00Z", "first alert", False),
        ("2026-11-22T00:03:00Z", "**roll back** 9f2c\nand wait\n- for the caches", False),
        ("2026-11-22T00:10:30Z", "errors fall", True),
        ("2026-11-22T00:20:00Z", "all clear", False),
    ]
    assert "Not imported, since it is no list item: line 6." in it.notes
    assert "3 times have no zone; read as UTC." in it.notes


@pytest.mark.parametrize(
    ("line", "at", "text"),
    [
        ("- 2026-11-22T14:02Z text", "2026-11-22T14:02:00Z", "text"),
        ("* 2026-11-22 14:02 UTC — text", "2026-11-22T14:02:00Z", "text"),
        ("- 2026-11-22 14:02:30+01:00 - text", "2026-11-22T13:02:30Z", "text"),
        ("- 2026-11-22T14:02Z: text", "2026-11-22T14:02:00Z", "text"),
        ("- **2026-11-22 14:02 UTC:** text", "2026-11-22T14:02:00Z", "text"),
        ("2026-11-22 14:02 text", "2026-11-22T14:02:00Z", "text"),
        ("- 2026-11-22 14:02 *stars* stay", "2026-11-22T14:02:00Z", "*stars* stay"),
        ("- 2026-11-22 14:02 -5 % of users", "2026-11-22T14:02:00Z", "-5 % of users"),
    ],
)
def test_the_ways_in_which_people_write_a_time(line, at, text):
    assert timed(line) == [(at, text)]


def test_a_clock_that_goes_back_has_passed_midnight():
    assert timed("- 2026-12-31 23:50 a\n- 00:10 b\n- 00:05 c\n") == [
        ("2026-12-31T23:50:00Z", "a"),
        ("2027-01-01T00:10:00Z", "b"),
        ("2027-01-01T00:05:00Z", "c"),
    ]


def test_the_date_can_come_from_the_person():
    assert timed("- 14:02 a", date="2026-11-22") == [("2026-11-22T14:02:00Z", "a")]
    assert "is not a day" in problems("- 14:02 a", "n.md", date="today")[0]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("- 14:02 a", 1, "“14:02” has no date"),
        ("# 2026-11-22\n- no time", 2, "does not begin with a time"),
        ("# 2026-11-22\n- 25:02 a", 2, "no time that a calendar"),
        ("# 2026-11-22\n- 2:02 pm a", 2, "has a time in “pm”"),
        ("# 2026-11-22\n- 14:02 CET a", 2, "has a time in “CET”"),
        ("# 2026-11-22\n- 14:02", 2, "the event has no text"),
        ("only prose", 0, "there is no event in it"),
    ],
)
def test_a_line_that_cannot_be_an_event_is_named(text, line, reason):
    (said, *_) = problems(text, "notes.md")
    assert said.startswith(f"notes.md, line {line}: " if line else "notes.md: "), said
    assert reason in said


def test_csv_is_read_by_the_names_of_its_columns():
    text = "Time;Author;Speaker;Message\r\n"
    text += '2026-11-22T14:02:00Z;x;ivo;"a ""b""\r\n c"\r\n\r\n'
    text += "2026-11-22T14:03:00Z;;;'=1+1\r\n"
    it = found(text, "notes.csv")
    assert [(e.text, e.who) for e in it.command.entries] == [('a "b"\r\n c', "ivo"), ("=1+1", "")]
    assert "“Author”" in it.notes[0]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("when,why\n1,2\n", 1, "no column for “text”"),
        ("at,time,text\n", 1, "several columns for “at”"),
        ("at,text\n2026-11-22T14:02Z,a,b\n", 2, "has 3 cells, and the header 2"),
        ('at,text\n2026-11-22T14:02Z,"a\nb"\nx,c\n', 4, "the time “x”"),
        ('at,text\n2026-11-22T14:02Z,"a', 2, "is not CSV"),
        ("at,text\n,a\n", 2, "has no time"),
        ("at,text\n", 0, "there is no event in it"),
    ],
)
def test_csv_mistakes_are_named_with_the_line_on_which_the_row_begins(text, line, reason):
    (said, *_) = problems(text, "notes.csv")
    assert said.startswith(f"notes.csv, line {line}: " if line else "notes.csv: "), said
    assert reason in said
