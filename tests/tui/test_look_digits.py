"""The big digits: three rows, every character in cells of its own."""

import pytest

from warroom.core.values import DAY, HOUR, MINUTE, SECOND
from warroom.tui.digits import WIDTH, big, countdown


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (0, "0:00"),
        (-5, "0:00"),
        (92 * SECOND, "1:32"),
        (59 * MINUTE + 59 * SECOND, "59:59"),
        (HOUR, "1h00"),
        (HOUR + 5 * MINUTE + 59 * SECOND, "1h05"),
        (3 * DAY + 4 * HOUR, "3d04"),
        (4000 * DAY, "99d00"),
    ],
)
def test_a_countdown_is_read_at_a_glance(left: int, shown: str):
    assert countdown(left) == shown


@pytest.mark.parametrize("ascii", [False, True])
def test_no_digit_is_wider_than_another(ascii: bool):
    for text in ("0", "1", "7", "8", ":", "h", "d", "?"):
        assert {len(row) for row in big(text, ascii)} == {3}


@pytest.mark.parametrize("ascii", [False, True])
def test_all_digits_differ(ascii: bool):
    assert len({big(digit, ascii) for digit in "0123456789"}) == 10


def test_in_ascii_they_are_ascii():
    assert all(row.isascii() for row in big("0123456789:hd", ascii=True))


def test_the_widest_countdown_fits():
    assert len(big("59:59")[0]) == len(big("99d23")[0]) == WIDTH
