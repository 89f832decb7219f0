import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.duration import LONGEST, duration, spell
from warroom.core.values import DAY, HOUR, MINUTE, SECOND


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90s", 90 * SECOND),
        ("10m", 10 * MINUTE),
        ("1h30m", 90 * MINUTE),
        ("2d", 2 * DAY),
        ("1d2h3m4s", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND),
        ("PT5M", 5 * MINUTE),
        ("PT1H30M", 90 * MINUTE),
        ("PT0S", 0),
        ("P1D", DAY),
        ("P1DT2H", DAY + 2 * HOUR),
        (" 10M ", 10 * MINUTE),
    ],
)
def test_a_duration_is_read_in_the_short_and_in_the_iso_form(text: str, ms: int) -> None:
    assert duration(text) == ms


def test_a_bare_number_is_refused_and_told_why() -> None:
    with pytest.raises(ValueError, match=r"“10” has no unit; write a duration as 90s"):
        duration("10")


@pytest.mark.parametrize(
    "text",
    ["", " ", "P", "PT", "P1DT", "P5M", "PT1D", "m", "5m5m", "5s5m", "-5m", "1.5h", "5 m", "5m3", "٥m", "9" * 10 + "s"],
)
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write"):
        duration(text)


def test_more_than_ten_years_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than ten years"):
        duration("3651d")


@given(st.text(alphabet="0123456789dhmspt .-xP", max_size=12) | st.text(max_size=60))
def test_any_text_is_a_duration_in_range_or_a_value_error(text: str) -> None:
    try:
        ms = duration(text)
    except ValueError:
        return
    assert 0 <= ms <= LONGEST


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0s"),
        (42_999, "42s"),
        (60_000, "1m00s"),
        (277_000, "4m37s"),
        (HOUR - 1, "59m59s"),
        (HOUR + 5 * MINUTE, "1h05m"),
        (3 * DAY + 4 * HOUR, "3d04h"),
        (-42_000, "-42s"),
    ],
)
def test_a_span_is_spelled_in_two_units_at_most(ms: int, text: str) -> None:
    assert spell(ms) == text


@given(st.integers(0, 365 * DAY))
def test_what_is_spelled_can_be_typed_and_loses_less_than_its_smaller_unit(ms: int) -> None:
    again = duration(spell(ms))
    smaller = SECOND if ms < HOUR else MINUTE if ms < DAY else HOUR
    assert 0 <= ms - again < smaller
