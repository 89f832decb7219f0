"""A house, its far side and whatever is started there, gone afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from farside import FarSide
from hand_kit import Hand, Pager
from paging_kit import House


@pytest.fixture
def far() -> Iterator[FarSide]:
    side = FarSide()
    yield side
    side.close()


@pytest.fixture
def house(tmp_path: Path, far: FarSide) -> Iterator[Callable[..., House]]:
    """Makes the house: `house(second="PT2S")`."""
    made: list[House] = []

    def make(**how: str) -> House:
        made.append(House(tmp_path / "home", far, **how))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def pager(house: Callable[..., House], hand: Hand) -> Iterator[Callable[..., Pager]]:
    """A pager by hand for a house: `pager(policy=FOUR)`."""
    made: list[Pager] = []

    def make(it: House | None = None, **how: str) -> Pager:
        timeout = float(how.pop("timeout_s", "20"))
        made.append(Pager(it or house(watch="off", **how), hand, timeout_s=timeout))
        return made[-1]

    yield make
    for each in made:
        each.close()
