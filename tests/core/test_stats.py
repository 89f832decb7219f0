"""Many incidents: n, median, quartiles, range, a mean only beside them; drills apart; what is missing is named."""

from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats_kit import NOW, made, of
from warroom.core.review.stats import NO_SERVICE, Only, Spread, spread
from warroom.core.values import DAY, HOUR, MINUTE

spans = st.lists(st.integers(0, 10**10), min_size=2, max_size=60)


def test_median_quartiles_range_and_mean_by_hand() -> None:
    assert spread([40, 10, 20, 30, 100]) == Spread(
        5, 0, least=10, lower=20, median=30, upper=40, most=100, mean=40, values=(10, 20, 30, 40, 100)
    )
    assert spread([10, 20]).median == 15
    assert spread([10, 20, 40, 80]).lower == 17  # a quarter of the way from 10 to 20, less what is cut


@given(spans)
def test_quartiles_are_those_of_the_standard_library(values: list[int]) -> None:
    found = spread(values)
    for ours, theirs in zip(
        (found.lower, found.median, found.upper), quantiles(values, n=4, method="inclusive"), strict=True
    ):
        assert ours is not None
        assert ours == pytest.approx(theirs, abs=1)


@given(spans)
def test_they_stand_in_their_order(values: list[int]) -> None:
    found = spread(values)
    ordered = [found.least, found.lower, found.median, found.upper, found.most]
    assert ordered == sorted(ordered)  # type: ignore[type-var]  # none of them is None


def test_nothing_has_no_numbers() -> None:
    assert spread([], 3) == Spread(0, 3)
    assert of([]).n == 0


def test_fewer_than_five_are_few() -> None:
    assert [spread([1] * n).few for n in (0, 4, 5)] == [True, True, False]


def test_drills_are_in_no_number() -> None:
    real, drill = made(0, spans={"resolve": HOUR}), made(1, drill=True, spans={"resolve": DAY}, updates=9, caught=True)
    both, alone = of([real, drill]), of([real])
    assert both.drills == 1
    assert both.spans == alone.spans
    assert (both.n, both.updates, both.hurt, both.cuts("month")) == (1, alone.updates, alone.hurt, alone.cuts("month"))


def test_a_duplicate_is_counted_as_the_other_one() -> None:
    first, again = made(1, spans={"resolve": HOUR}), made(0, spans={"resolve": DAY})
    twin = made(0, spans={"resolve": DAY}, duplicate_of=first.id)
    assert of([first, again]).n == 2
    assert (of([first, twin]).n, of([first, twin]).duplicates) == (1, 1)
    assert of([first, twin]).spans["resolve"].values == (HOUR,)


def test_two_that_name_each_other_are_counted_once() -> None:
    a, b = made(0), made(1)
    a, b = made(0, duplicate_of=b.id), made(1, duplicate_of=a.id)
    assert of([a, b]).n == of([b, a]).n == 1


def test_a_duplicate_of_what_is_not_here_counts() -> None:
    assert of([made(0, duplicate_of="elsewhere")]).n == 1


def test_what_is_missing_is_named_with_its_reason() -> None:
    rows = [made(n, missing={"resolve": why}) for n, why in enumerate(("it was cancelled", "so", "so"))]
    found = of(rows)
    assert found.missing["resolve"] == {"so": 2, "it was cancelled": 1}
    assert found.spans["resolve"] == Spread(0, 3)


def test_what_goes_on_still_has_no_length_among_many() -> None:
    over, goes_on = made(0), made(1, phase="investigating", ended=None, in_phase={"investigating": 90 * DAY})
    found = of([over, goes_on])
    assert found.in_phase["investigating"].values == (20 * MINUTE,)
    assert found.in_phase["investigating"].missing == 1
    assert found.missing["in_phase"] == {"it is not over": 1}


def test_cuts_are_by_severity_by_service_and_by_month() -> None:
    rows = [
        made(0, severity="SEV1", services=("web", "db"), spans={"resolve": HOUR}),
        made(40, severity="SEV2", services=()),
    ]
    found = of(rows)
    assert [(cut.name, cut.n) for cut in found.by_severity] == [("SEV1", 1), ("SEV2", 1)]
    assert [(cut.name, cut.n) for cut in found.by_service] == [("db", 1), (NO_SERVICE, 1), ("web", 1)]
    assert [cut.name for cut in found.by_month] == ["2025-10", "2025-11"]
    assert found.by_severity[1].spans["resolve"] == Spread(0, 1)


def test_updates_that_were_owed_are_in_time_late_or_never_came() -> None:
    found = of([made(0, updates=5, updates_owed=3, updates_late=1, updates_missed=2, updates_unknown=1)]).updates
    assert (found.sent, found.owed, found.on_time, found.late, found.missed, found.unknown) == (5, 5, 2, 1, 2, 1)


def test_pages_are_told_by_level_then_by_topic() -> None:
    found = of([made(0, pages={"L10": 1, "L2": 1}, answered={"db": 2}), made(1, pages={"L2": 3})]).pages
    assert found.places == ["L2", "L10", "db"]
    assert found.sent["L2"] == 4


def test_whether_users_were_hurt_is_asked_of_what_is_over_and_was_not_cancelled() -> None:
    rows = [
        made(0, caught=True),
        made(1, caught=False),
        made(2),
        made(3, phase="investigating", ended=None),
        made(4, cancelled=True),
    ]
    found = of(rows).hurt
    assert (found.caught, found.hurt, found.not_known) == (1, 1, 1)


def test_incidents_are_chosen_by_day_service_and_severity() -> None:
    it = made(0, services=("Web",), severity="SEV2")
    at = it.declared_at
    assert all(only.takes(it) for only in (Only(), Only(since=at), Only(until=at + 1), Only(service="web")))
    assert not any(only.takes(it) for only in (Only(since=at + 1), Only(until=at), Only(service="we")))
    assert not Only(severity="SEV1").takes(it)
    assert at < NOW
