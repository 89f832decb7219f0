"""Ten thousand drills, played by the simulated commanders over all shipped scenarios and many seeds."""

from collections import defaultdict

import pytest

from drill_stage import SHIPPED, once
from warroom.core.drill import clock, score
from warroom.core.drill.commanders import COMMANDERS
from warroom.core.drill.points import BANDS, MET

pytestmark = pytest.mark.torture

RUNS = 10_000
SEEDS = 50


def test_ten_thousand_drills_end_and_the_book_does_better_than_chance_and_chance_better_than_nothing(capsys):
    shares: dict[str, list[float]] = defaultdict(list)
    names = tuple(COMMANDERS)
    for n in range(RUNS):
        # What does nothing, and the book, do the same each time: most of the runs are chance's.
        name = names[(n // len(SHIPPED)) % len(names)] if n % 10 == 0 else names[1]
        state, now = once(SHIPPED[n % len(SHIPPED)], n % SEEDS, name, n)
        found = score.points(state, now)
        assert clock.ended(state) is not None
        assert all(point.band in BANDS for point in found)
        fired = [key for key in state.values if key[0] == "drill.injected"]
        assert len(fired) == sum(event.body.type == "drill.injected" for event in state.facts)
        if found:  # chance may end one before anything could be late
            shares[name].append(sum(point.band == MET for point in found) / len(found))
    average = {name: sum(shares[name]) / len(shares[name]) for name in names}
    with capsys.disabled():
        print()
        for name in names:
            print(f"{name:18} {len(shares[name]):6} drills, {average[name]:6.1%} of what was judged met")
    assert average["does nothing"] < average["acts at random"] < average["follows the book"]
    assert average["follows the book"] > 0.9
