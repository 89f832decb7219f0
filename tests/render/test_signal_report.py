"""The signal report as Markdown, as lines and as data: the rules to mend first, what people wrote as literal text."""

import json

from warroom.core.alerts.facts import FIRING, Alert
from warroom.core.alerts.inbox import Inbox, Line
from warroom.core.alerts.signal import Signal, signal
from warroom.core.text import width
from warroom.core.values import DAY, HOUR, Ms
from warroom.render import signal as report
from warroom.render.signal import data, lines, markdown, text
from warroom.render.sparkline import counts, spark

MONDAY: Ms = 1_795_392_000_000  # 2026-W48
WEEK = ("2026-W48",)


def line(rule: str, fired: int, **said: object) -> Line:
    times = tuple(MONDAY + n * HOUR for n in range(fired))
    return Line(
        f"am:{rule}", "am", Alert(rule, rule, FIRING, service="web"), MONDAY, MONDAY, fired, times=times, **said
    )  # type: ignore[arg-type]  # its other fields


def found(*each: Line) -> Signal:
    return signal([Inbox({one.id: one for one in each}, {}, {"am": 12})])


NOISY = line("DiskSlow", 41, flaps=30, reasons={"flapping": 38}, answered=(60_000,) * 38)
HOSTILE = line("a|b <script>\n# x @ana [l](http://x) \x1b[2J", 2)


def test_markdown_says_the_rule_its_evidence_and_the_suggestion() -> None:
    said = markdown(found(NOISY), WEEK)
    assert "# Alerts: signal and noise, 2026-W48" in said
    assert "- 41 firings of 1 rule; 0 belonged to 0 incidents" in said
    assert "1. **DiskSlow** (am, web): fires 41 times, 0 incidents, dismissed 38 times as flapping" in said
    assert "**Raise \\`for:\\` or add hysteresis, so that it fires once.**" in said
    assert "- 12 more in storms were counted only, and are in no other number" in said
    assert "| DiskSlow | am | web | 41 | 0 | 38 | 30 | 0 | 1m00s (38) | 96 |" in said


def test_what_a_sender_wrote_is_literal_in_markdown() -> None:
    said = markdown(found(HOSTILE), WEEK)
    assert "<script>" not in said
    assert "\x1b" not in said
    assert "@ana" not in said
    rows = [row for row in said.splitlines() if row.startswith("| a\\|b")]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 11


def test_every_row_of_the_table_has_as_many_cells_as_its_head() -> None:
    table = [row for row in markdown(found(NOISY, line("b", 1)), WEEK).splitlines() if row.startswith("|")]
    assert len({row.count("|") for row in table}) == 1
    empty = [row for row in markdown(found(), WEEK).splitlines() if row.startswith("|")]
    assert len({row.count("|") for row in empty}) == 1


def test_lines_fit_and_hold_nothing_that_commands_a_terminal() -> None:
    for cells in (40, 80, 132):
        for row in lines(found(NOISY, HOSTILE), WEEK, MONDAY, cells):
            said = "".join(part for part, _ in row)
            assert width(said) <= cells
            assert said.isprintable()


def test_text_shows_when_it_fired() -> None:
    said = text(found(NOISY), WEEK, MONDAY, 100)
    assert "▇▇▇█········" in said or "█" in said
    assert "The rule to mend" in said
    assert "→ raise `for:` or add hysteresis" in said
    plain = text(found(NOISY), WEEK, MONDAY, 100, ascii=True)
    assert "█" not in plain
    assert "#" in plain


def test_no_alert_is_said() -> None:
    assert "No alert came in, 2026-W48." in text(signal([]), WEEK, MONDAY)
    assert "no alert came in" in markdown(signal([]), ())


def test_data_is_json_and_says_of_how_many() -> None:
    said = json.loads(json.dumps(data(found(NOISY), WEEK)))
    [rule] = said["rules"]
    assert (rule["fired"], rule["reacted"], rule["median_until_reacted_s"], rule["noise"]) == (41, 38, 60, 96)
    assert said["mend"] == ["DiskSlow"]
    assert said["counted_in_storms"] == 12


def test_several_weeks_are_named_from_the_first_to_the_last() -> None:
    assert "2026-W47 to 2026-W49" in markdown(found(), ("2026-W49", "2026-W47", "2026-W48"))
    assert report.data(found(), ())["weeks"] == []


def test_counts_over_time() -> None:
    times = [MONDAY, MONDAY + 1, MONDAY + DAY, MONDAY + 7 * DAY - 1, MONDAY + 7 * DAY, MONDAY - 1]
    assert counts(times, MONDAY, MONDAY + 7 * DAY, 7) == [2, 1, 0, 0, 0, 0, 1]
    assert counts(times, MONDAY, MONDAY + 7 * DAY, 0) == []
    assert counts(times, MONDAY, MONDAY, 3) == [0, 0, 0]


def test_a_sparkline_has_a_cell_for_each_stretch_also_in_ascii() -> None:
    times = [MONDAY, MONDAY + 1, MONDAY + DAY]
    assert spark(times, MONDAY, MONDAY + 7 * DAY, 7) == "█▄·····"
    assert spark(times, MONDAY, MONDAY + 7 * DAY, 7, ascii=True) == "#:-----"
