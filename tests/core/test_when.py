"""Times as people type them, seen from 14:44:28 on 22 November 2026."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warroom.core import zone
from warroom.core.values import DAY, HOUR, MINUTE, At, Ms
from warroom.core.when import scan, spoken, when
from warroom.core.zone import Civil, Zone, civil, moments, utc

BERLIN = zone.of(ZoneInfo("Europe/Berlin"))
LORD_HOWE = zone.of(ZoneInfo("Australia/Lord_Howe"))  # turns its clocks by half an hour
ZONES = st.sampled_from(
    [utc, BERLIN, LORD_HOWE, zone.of(ZoneInfo("Asia/Kathmandu")), zone.of(ZoneInfo("Pacific/Apia"))]
)


def at(*shown: int, where: Zone = utc) -> Ms:
    (t,) = moments(Civil(*shown), where)
    return t


NOW = at(2026, 11, 22, 14, 44, 28)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("-3m", At(NOW - 3 * MINUTE)),
        ("-1h30m", At(NOW - 90 * MINUTE)),
        ("14:01", At(at(2026, 11, 22, 14, 1))),
        ("9:05", At(at(2026, 11, 22, 9, 5))),
        ("14:01:30", At(at(2026, 11, 22, 14, 1, 30))),
        ("~14:01", At(at(2026, 11, 22, 14, 1), None, True)),
        ("14:01..14:05", At(at(2026, 11, 22, 14, 1), at(2026, 11, 22, 14, 5))),
        ("23:58..00:03", At(at(2026, 11, 21, 23, 58), at(2026, 11, 22, 0, 3))),
        ("11-21T23:58..00:03", At(at(2026, 11, 21, 23, 58), at(2026, 11, 22, 0, 3))),
        ("-10m..-5m", At(NOW - 10 * MINUTE, NOW - 5 * MINUTE)),
        ("11-21T23:58", At(at(2026, 11, 21, 23, 58))),
        ("02-29T10:00", At(at(2024, 2, 29, 10, 0))),
        ("2025-11-21T23:58:07", At(at(2025, 11, 21, 23, 58, 7))),
        ("2026-11-21 23:58:07,123", At(at(2026, 11, 21, 23, 58, 7))),
        ("2026-11-22T14:01Z", At(at(2026, 11, 22, 14, 1))),
        ("2026-11-22T15:01+01:00", At(at(2026, 11, 22, 14, 1))),
        ("14:44:40", At(NOW)),  # somebody rounded
    ],
)
def test_a_time_is_read(typed: str, meant: At) -> None:
    assert when(typed, NOW) == meant


def test_a_clock_time_that_is_still_ahead_was_yesterday() -> None:
    assert when("14:50", NOW).t == at(2026, 11, 21, 14, 50)
    found = scan("14:50", NOW)
    assert found is not None
    assert found.spoken(NOW) == "11-21 14:50 UTC, 23 h ago"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2026-11-23T10:00", "future"),
        ("11-22T15:00", "future"),
        ("12-31T10:00", "future"),
        ("11-21T23:58..2026-11-23T01:00", "future"),
        ("14:05..14:01", "ends before it begins"),
        ("-3", "no unit"),
        ("02-30T10:00", "no day"),
        ("yesterday", "not a time"),
        ("14:75", "not a time"),
        ("14:01 or so", "not a time"),
        ("", "not a time"),
    ],
)
def test_what_is_no_time_of_the_past_is_refused_with_a_sentence(typed: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        when(typed, NOW)


def test_a_time_is_read_in_the_zone_that_is_shown() -> None:
    assert when("15:01", NOW, BERLIN).t == at(2026, 11, 22, 14, 1)


def test_in_january_a_december_date_is_last_years() -> None:
    assert when("12-31T23:58", at(2027, 1, 1, 0, 10)).t == at(2026, 12, 31, 23, 58)


def test_an_hour_that_comes_twice_means_the_later_one_that_has_been() -> None:
    early, late = moments(Civil(2026, 10, 25, 2, 30), BERLIN)
    assert late - early == HOUR
    assert when("02:30", late + HOUR, BERLIN).t == late
    assert when("02:30", late - 10 * MINUTE, BERLIN).t == early
    assert when("10-25T02:30", NOW, BERLIN).t == late
    assert spoken(At(early), late, BERLIN).startswith("02:30 CEST")
    assert spoken(At(late), late, BERLIN).startswith("02:30 CET")


def test_an_hour_that_was_skipped_is_the_day_before() -> None:
    morning = at(2026, 3, 29, 9, 0, where=BERLIN)
    assert moments(Civil(2026, 3, 29, 2, 30), BERLIN) == ()
    assert when("02:30", morning, BERLIN).t == at(2026, 3, 28, 2, 30, where=BERLIN)
    with pytest.raises(ValueError, match="skipped when the clocks went forward"):
        when("03-29T02:30", morning, BERLIN)


def test_it_is_spoken_as_a_person_reads_it() -> None:
    assert spoken(when("14:01", NOW), NOW) == "14:01 UTC, 43 min ago"
    assert spoken(when("~14:01", NOW), NOW) == "~14:01 UTC, 43 min ago"
    assert spoken(when("14:01..14:05", NOW), NOW) == "14:01–14:05 UTC, 39 min ago"
    assert spoken(when("11-21T23:58..00:03", NOW), NOW) == "11-21 23:58–11-22 00:03 UTC, 14 h ago"
    assert spoken(when("2025-11-21T23:58", NOW), NOW) == "2025-11-21 23:58 UTC, 365 days ago"
    found = scan("14:01:30 text", NOW)
    assert found is not None
    assert found.spoken(NOW) == "14:01:30 UTC, 42 min ago"


@given(st.integers(0, 4_000_000_000_000), ZONES)
def test_calendar_and_moment_belong_together(t: Ms, where: Zone) -> None:
    assert t // 1000 * 1000 in moments(civil(t, where), where)


@given(st.integers(DAY * 365, 4_000_000_000_000), ZONES, st.integers(0, 23), st.integers(0, 59))
@example(at(2011, 12, 31, 9), zone.of(ZoneInfo("Pacific/Apia")), 9, 0)  # the day after the one that Samoa skipped
def test_a_clock_time_always_has_been(now: Ms, where: Zone, hour: int, minute: int) -> None:
    t = when(f"{hour}:{minute:02}", now, where).t
    assert now - 3 * DAY < t <= now
    assert civil(t, where)[3:5] == (hour, minute) or t == now


@given(st.text(st.sampled_from("0123456789-:.~TZ+ hm") | st.characters(), max_size=30), ZONES)
def test_reading_is_total(text: str, where: Zone) -> None:
    found = scan(text, NOW, where)
    assert found is None or 0 < found.end <= len(text)
    if found and found.at:
        assert found.at.t <= NOW
        assert found.at.to is None or found.at.t <= found.at.to <= NOW
        assert found.spoken(NOW, where)
