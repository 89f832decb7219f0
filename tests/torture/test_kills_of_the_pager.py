"""200 kills of the process that pages, against a far side that counts."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "paging"))

from killing import killed_at, killed_sometime

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("n", range(40))
def test_at_every_point(tmp_path, n):
    killed_at(tmp_path / "home", n % 8)


@pytest.mark.parametrize("seed", range(1_000, 1_160))
def test_at_any_moment(tmp_path, seed):
    killed_sometime(tmp_path / "home", random.Random(seed))
