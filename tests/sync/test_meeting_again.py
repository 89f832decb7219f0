"""Five terminals that wrote apart for a day, each a process of its own, and a real server between them."""

import pytest
from bench.apart import TERMINALS, meet


@pytest.mark.parametrize("each", [100, pytest.param(2_000, marks=pytest.mark.torture)])
def test_they_hold_the_same_facts_when_they_meet_again(each: int) -> None:
    _, count = meet(each)  # fails where two of them differ
    assert count > TERMINALS * each
