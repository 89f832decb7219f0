"""Plots as text: every cell where it belongs, in 80 columns, without colour, and in ASCII."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats_kit import NOW, made, of, some
from warroom.core.review.stats import BY, spread
from warroom.core.text import width
from warroom.core.values import DAY, HOUR, MINUTE, SECOND
from warroom.render.plots import (
    TICKS,
    Mark,
    axis,
    axis_line,
    bars,
    box,
    boxes,
    buckets,
    lanes,
    said,
    short,
    sparkline,
)
from warroom.render.stats_text import lines, one
from warroom.tui.glyphs import plain

spans = st.lists(st.integers(0, 400 * DAY), max_size=40)


def texts(drawn: list[tuple[tuple[str, str], ...]]) -> list[str]:
    return [said(line).rstrip() for line in drawn]


def test_a_box_shows_range_middle_half_and_median() -> None:
    found = spread([MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR])
    assert box(found, axis([found], 41)) == "├" + "─" * 11 + "▒" * 8 + "█" + "▒" * 10 + "─" * 9 + "┤"


def test_a_box_can_be_read_in_ascii() -> None:
    found = spread([MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR])
    assert plain(box(found, axis([found], 41))) == "+-----------::::::::#::::::::::---------+"


def test_of_few_values_each_is_shown_and_no_quartile() -> None:
    found = spread([MINUTE, MINUTE, 4 * HOUR])
    drawn = box(found, axis([found], 41))
    assert (drawn[0], drawn[-1]) == ("2", "●")
    assert set(drawn[1:-1]) == {" "}
    assert texts(boxes([("detect", found)], 76))[0].endswith("3 only")


def test_the_axis_names_its_ticks_and_says_of_which_span_each_is() -> None:
    found = spread([MINUTE, 4 * HOUR])
    assert axis_line(axis([found], 41)).split() == ["1m", "5m", "15m", "1h", "4h"]


@given(spans)
def test_every_value_lies_on_its_axis_and_greater_ones_never_before_smaller_ones(values: list[int]) -> None:
    at = axis([spread(values)], 40)
    columns = [at.column(value) for value in sorted(values)]
    assert columns == sorted(columns)
    assert all(0 <= column < 40 for column in columns)
    assert (at.low in TICKS, at.high in TICKS, at.low < at.high) == (True, True, True)


@given(st.lists(spans, max_size=6), st.integers(30, 140))
def test_no_plot_is_wider_than_it_may_be(many: list[list[int]], cells: int) -> None:
    rows = [(f"a rather long name {n}", spread(values)) for n, values in enumerate(many)]
    drawn = boxes(rows, max(46, cells)) + bars(buckets([v for values in many for v in values]), cells)
    assert all(width(said(line)) <= max(46, cells) for line in drawn)


def test_buckets_hold_every_value_once() -> None:
    values = [0, 4 * MINUTE, 5 * MINUTE, 20 * MINUTE, 9 * DAY]
    assert buckets(values)[:2] == [("under 5m", 2), ("under 15m", 1)]
    assert sum(count for _, count in buckets(values)) == len(values)
    assert buckets(values)[-1] == ("3d or more", 1)
    assert buckets([]) == []


def test_a_count_that_is_not_zero_always_has_a_bar() -> None:
    drawn = texts(bars([("a", 1), ("b", 10_000), ("c", 0)], 60))
    assert [row.count("█") for row in drawn] == [1, 38, 0]
    assert drawn[2].endswith("0")


def test_a_sparkline_tells_none_from_zero() -> None:
    assert sparkline([0, 1, 4, None, 8]) == "·▁▄ █"
    assert sparkline([0, 0]) == "··"
    assert sparkline([]) == ""


def test_a_timeline_counts_what_went_on_at_once() -> None:
    marks = [Mark("SEV1", n * HOUR, 20 * HOUR) for n in range(11)] + [Mark("SEV2", 40 * HOUR, 40 * HOUR)]
    first, second, dates = texts(lanes(marks, 80))
    assert first.startswith("SEV1          123456789++++++++")
    assert second.startswith("SEV2          ·····")
    assert second.endswith("·1")
    assert "1970-01-01" in dates


def test_a_span_has_no_second_unit_that_is_nothing() -> None:
    spelt = [short(ms) for ms in (5 * MINUTE, HOUR, DAY, 42 * SECOND, 4 * MINUTE + 37 * SECOND)]
    assert spelt == ["5m", "1h", "1d", "42s", "4m37s"]


# ── all of it ──


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("cells", [60, 76, 80, 128])
@pytest.mark.parametrize("count", [0, 1, 4, 60, 400])
def test_the_whole_fits_its_width_and_needs_no_colour(by: str, cells: int, count: int) -> None:
    rows = some(count)
    drawn = lines(of(rows), rows, by, NOW, cells)
    assert all(width(said(line)) <= cells for line in drawn)
    assert all(plain(said(line)).isascii() for line in drawn)


def test_nothing_of_quartiles_or_means_is_said_of_few() -> None:
    rows = [made(n, spans={"resolve": HOUR + n * MINUTE}) for n in range(3)]
    shown = texts(lines(of(rows), rows, "severity", NOW, 80))
    row = next(line for line in shown if line.startswith("resolve"))
    assert row == "resolve           3       ·  fewer than 5, each shown: 1h, 1h01m, 1h02m"
    assert any("this is no distribution yet" in line for line in shown)


def test_a_mean_stands_last_and_muted_behind_the_median() -> None:
    rows = some()
    drawn = lines(of(rows), rows, "severity", NOW, 80)
    heads = next(said(line) for line in drawn if "median" in said(line))
    assert heads.split() == ["n", "unknown", "least", "quart", "1", "median", "quart", "3", "most", "mean"]
    row = next(line for line in drawn if said(line).startswith("resolve"))
    assert (row[-1][1], row[-3][1]) == ("muted", "bold")


def test_drills_and_duplicates_are_named_as_left_out() -> None:
    rows = some()
    assert "left out: 2 drills" in " ".join(texts(lines(of(rows), rows, "severity", NOW, 80))[:3])


def test_one_incident_says_of_everything_that_is_missing_why() -> None:
    it = made(0, spans={"detect": 5 * MINUTE}, missing={"resolve": "“resolved” is known only about"})
    shown = texts(one(it, "INC-0000", 80))
    assert "detect        5m   impact started → detected" in shown
    assert "resolve       not known: “resolved” is known only about" in shown


def test_what_people_wrote_is_clean() -> None:
    evil = "\x1b]0;t\x07\n[bold]"
    rows = [made(n, title=evil, services=(evil,), pages={evil: 1}, severity=evil) for n in range(6)]
    every = [*lines(of(rows), rows, "service", NOW, 80), *one(rows[0], "INC-0000", 80)]
    assert all(char.isprintable() for line in every for char in said(line))
