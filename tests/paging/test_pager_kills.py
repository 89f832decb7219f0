"""`kill -9` of the process that pages, at every point of a delivery and at any moment."""

import random

import pytest

from killing import killed_at, killed_sometime

POINTS = (
    *("before a write", "after a write"),  # that it pages
    *("before a write", "after a write"),  # that it sends
    *("before a request", "after a request"),
    *("before a write", "after a write"),  # what came of it
)


@pytest.mark.parametrize("n", range(len(POINTS)))
def test_killed_at_every_point_of_a_delivery_somebody_is_paged_under_one_key(tmp_path, n):
    assert killed_at(tmp_path / "home", n) == POINTS[n]


@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_moment_nobody_is_left_unpaged(tmp_path, seed):
    killed_sometime(tmp_path / "home", random.Random(seed))
