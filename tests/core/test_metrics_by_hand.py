"""The metrics of eight public incidents, beside what anybody can work out with a pencil from the two times in a row.

Below are the times that matter, from the reports; where the whole timelines are at hand they have to say the same.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from facts import Desk
from warroom.core.acts.lifecycle import Imported, ImportTimeline, MarkMilestone
from warroom.core.review.metrics import Metrics, metrics
from warroom.core.values import At, Ms
from warroom.core.when import when
from warroom.exchange.found import Options
from warroom.exchange.read import read

SHARED = Path(__file__).parents[3] / "shared" / "incidents"
NOW = 1_800_000_000_000  # 2027-01-15
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

SPANS_NOBODY_TOLD = {"detect", "acknowledge", "mitigate", "resolve"}
ABOUT = "“{}” is known only about"


class By(NamedTuple):
    """One public incident: what its timeline has, what a reviewer marks, and what comes out by hand."""

    lines: str  # times and kinds; ~ is an approximate one
    marks: str
    spans: dict[str, Ms]
    missing: dict[str, str]
    at_sev1: Ms | None


INCIDENTS = {
    "atlassian-2022-04-05": By(
        "2022-04-05T07:38 action, 2022-04-05T08:17 escalation, 2022-04-18T23:57 resolution",
        "2022-04-05T07:38 impact started",
        {"resolve": 13 * DAY + 16 * HOUR + 19 * MINUTE},  # 04-05 07:38 → 04-18 23:57
        {"detect": "“detected” is not known", "mitigate": "“mitigated” is not known"},
        13 * DAY + 16 * HOUR + 19 * MINUTE,  # 04-05 07:38 → 04-18 23:57
    ),
    "aws-s3-2017-02-28": By(
        "~2017-02-28T17:30 observation, 2017-02-28T17:37 action, ~2017-02-28T17:40 detection, "
        "2017-02-28T21:54 resolution, ~2017-02-28T23:00 decision",
        "2017-02-28T17:37 impact started",
        {"resolve": 4 * HOUR + 17 * MINUTE},  # 17:37 → 21:54
        {"detect": ABOUT.format("detected"), "acknowledge": ABOUT.format("detected")},
        None,  # its first entry is only approximate
    ),
    "cloudflare-2019-07-02": By(
        "2019-07-02T13:31 action, 2019-07-02T13:45 detection, 2019-07-02T14:09 resolution, 2019-07-02T14:52 resolution",
        "2019-07-02T13:42 impact started, 2019-07-02T14:09 mitigated",
        {
            "detect": 3 * MINUTE,  # 13:42 → 13:45
            "mitigate": 27 * MINUTE,  # 13:42 → 14:09
            "resolve": HOUR + 10 * MINUTE,  # 13:42 → 14:52
        },
        {},
        HOUR + 21 * MINUTE,  # 13:31 → 14:52
    ),
    "cloudflare-2025-11-18": By(
        "2025-11-18T11:05 action, 2025-11-18T11:31 detection, 2025-11-18T17:06 resolution",
        "2025-11-18T11:28 impact started, 2025-11-18T14:30 mitigated",
        {
            "detect": 3 * MINUTE,  # 11:28 → 11:31
            "mitigate": 3 * HOUR + 2 * MINUTE,  # 11:28 → 14:30
            "resolve": 5 * HOUR + 38 * MINUTE,  # 11:28 → 17:06
        },
        {},
        6 * HOUR + MINUTE,  # 11:05 → 17:06
    ),
    "facebook-2021-10-04": By(
        "~2021-10-04T15:39 action, 2021-10-04T15:50 observation, 2021-10-04T15:51 detection, "
        "~2021-10-04T22:45 resolution",
        "2021-10-04T15:50 impact started",
        {"detect": MINUTE},  # 15:50 → 15:51
        {"resolve": ABOUT.format("resolved"), "mitigate": "“mitigated” is not known"},
        None,  # both its first entry and its end are only approximate
    ),
    "fastly-2021-06-08": By(
        "2021-06-08T09:47 observation, 2021-06-08T09:48 detection, 2021-06-08T12:35 action, "
        "2021-06-08T17:25 resolution",
        "2021-06-08T09:47 impact started, 2021-06-08T12:35 mitigated",
        {
            "detect": MINUTE,  # 09:47 → 09:48
            "mitigate": 2 * HOUR + 48 * MINUTE,  # 09:47 → 12:35
            "resolve": 7 * HOUR + 38 * MINUTE,  # 09:47 → 17:25
        },
        {},
        7 * HOUR + 38 * MINUTE,  # 09:47 → 17:25
    ),
    "github-2018-10-21": By(
        "2018-10-21T22:52 observation, 2018-10-21T22:54 detection, ~2018-10-21T23:13 decision, "
        "2018-10-22T16:24 action, 2018-10-22T23:03 resolution",
        "2018-10-21T22:52 impact started, 2018-10-22T16:24 mitigated",
        {
            "detect": 2 * MINUTE,  # 22:52 → 22:54
            "mitigate": 17 * HOUR + 32 * MINUTE,  # 10-21 22:52 → 10-22 16:24
            "resolve": 24 * HOUR + 11 * MINUTE,  # 10-21 22:52 → 10-22 23:03
        },
        {},
        24 * HOUR + 11 * MINUTE,  # 10-21 22:52 → 10-22 23:03
    ),
    "gitlab-2017-01-31": By(
        "~2017-01-31T17:20 action, 2017-01-31T18:00 detection, 2017-01-31T21:00 escalation, "
        "2017-01-31T22:00 detection, ~2017-02-01T18:00 resolution",
        "2017-01-31T21:00 impact started",
        {},
        {"detect": "“detected” stands before “impact started”", "resolve": ABOUT.format("resolved")},
        None,  # both its first entry and its end are only approximate
    ),
}


def of_lines(lines: str) -> ImportTimeline:
    """The times of a row above as a timeline that was kept elsewhere."""
    entries = []
    for line in lines.split(", "):
        time, kind = line.split(" ")
        ours = {"resolution": "phase", "detection": "observed"}.get(kind, "note")
        entries.append(Imported(_at(time), "it says so", ours, kind))
    ends = [each.at for each in entries if each.word == "resolution"]
    return ImportTimeline(title="x", severity="SEV1", entries=tuple(entries), source="a report", resolved=ends[-1])


def _at(text: str) -> At:
    found = when(text.removeprefix("~"), NOW)
    return At(found.t, approx=text[0] == "~")


def whole_timeline(name: str) -> ImportTimeline:
    found = read((SHARED / f"{name}.json").read_bytes(), f"{name}.json", Options(NOW))
    return found.command  # type: ignore[union-attr]  # a timeline, not a log of facts


def measured(timeline: ImportTimeline, marks: str = "") -> Metrics:
    desk = Desk(now=NOW)
    desk.do(timeline)
    for mark in filter(None, marks.split(", ")):
        time, _, name = mark.partition(" ")
        desk.do(MarkMilestone(milestone=name, at=_at(time)))
    return metrics(desk.state, NOW)


def sources(name: str) -> list[ImportTimeline]:
    """The row above, and the timeline itself where it is at hand."""
    return [of_lines(INCIDENTS[name].lines), *([whole_timeline(name)] if SHARED.exists() else [])]


@pytest.mark.parametrize("name", INCIDENTS)
def test_the_spans_are_those_of_a_pencil_and_what_is_missing_says_why(name: str) -> None:
    by = INCIDENTS[name]
    for timeline in sources(name):
        found = measured(timeline, by.marks)
        assert found.spans == by.spans
        assert {key: why for key, why in found.missing.items() if key in by.missing} == by.missing
        assert set(found.missing) >= SPANS_NOBODY_TOLD - set(by.spans)


@pytest.mark.parametrize("name", INCIDENTS)
def test_the_time_at_a_severity_is_that_of_a_pencil_and_rests_on_no_approximate_time(name: str) -> None:
    by = INCIDENTS[name]
    for timeline in sources(name):
        found = measured(timeline)
        assert found.at_severity == ({"SEV1": by.at_sev1} if by.at_sev1 is not None else {})
        assert ("at_severity" in found.missing) == (by.at_sev1 is None)


@pytest.mark.parametrize("name", INCIDENTS)
def test_a_timeline_that_nobody_has_looked_at_gives_no_span_at_all(name: str) -> None:
    for timeline in sources(name):
        found = measured(timeline)
        assert found.spans == {}
        assert found.missing["resolve"] == "“impact started” is not known"
        assert found.missing["in_phase"] == "an imported timeline does not tell its phases"


def test_an_approximate_mark_feeds_no_number_either() -> None:
    found = measured(of_lines(INCIDENTS["fastly-2021-06-08"].lines), "~2021-06-08T09:47 impact started")
    assert found.spans == {}
    assert found.missing["detect"] == found.missing["resolve"] == ABOUT.format("impact started")
