"""Terminals that were apart, on a network and machines that did everything wrong, hold the same when they meet again.

`WARROOM_EXAMPLES` says how many histories are tried, `WARROOM_SEED` which; both halves can run beside each other.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import meeting

EXAMPLES = int(os.environ.get("WARROOM_EXAMPLES", "200"))
SEED = int(os.environ.get("WARROOM_SEED", "1"))
HALVES = 2
THOROUGH = 25  # one in so many histories is compared in everything that a pane can show


@pytest.fixture
def folder() -> Iterator[str]:
    """A folder in memory, where there is one: nothing waits for a disk."""
    made = tempfile.mkdtemp(prefix="warroom-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.parametrize("half", range(HALVES))
def test_all_who_meet_again_hold_the_same_and_nothing_is_lost(half: int, folder: str) -> None:
    count = 0

    @seed(SEED * HALVES + half)
    @settings(
        max_examples=EXAMPLES // HALVES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.binary(min_size=60, max_size=240))
    def every_history(data: bytes) -> None:
        nonlocal count
        count += 1
        here = os.path.join(folder, str(count))
        try:
            meeting.run(data, here, thorough=count % THOROUGH == 0)
        finally:
            shutil.rmtree(here, ignore_errors=True)

    try:
        every_history()
    except BaseException:
        print(f"WARROOM_SEED={SEED} WARROOM_EXAMPLES={EXAMPLES} half {half}")
        raise
