"""A storm: the first of a rule and service are told, the rest is counted, nothing is dropped, every fact fits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from warroom.core.alerts import storm
from warroom.core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED, Alert
from warroom.core.codec import MAX_INT, canonical
from warroom.core.values import MINUTE, SECOND, Ms

T: Ms = 1_795_308_600_000


def alerts(count: int, rule: str = "r", service: str = "s", state: str = FIRING, first: int = 0) -> list[Alert]:
    return [Alert(f"{rule}{n}", rule, state, T, service=service) for n in range(first, first + count)]


_alert = st.builds(
    Alert,
    key=st.text(min_size=1, max_size=30),
    rule=st.sampled_from(["a", "b", "c"]),
    state=st.sampled_from([FIRING, ACKNOWLEDGED, RESOLVED]),
    service=st.sampled_from(["", "x"]),
    summary=st.text(max_size=500),
    labels=st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=300), max_size=5),
)


@settings(deadline=None)
@given(
    st.lists(_alert, max_size=60),
    st.dictionaries(st.tuples(st.sampled_from(["", "x"]), st.sampled_from(["a", "b"])), st.integers(0, 50)),
    st.integers(0, 700),
    st.sets(st.text(max_size=3)),
    st.text(max_size=200),
    st.integers(0, MAX_INT - 100),
)
def test_nothing_is_dropped_uncounted(
    batch: list[Alert], rates: dict[storm.Group, int], before: int, known: set[str], delivery: str, more: int
) -> None:
    told = storm.choose(batch, rates, before, known)
    facts = storm.facts("source", told, delivery, more)
    assert sum(len(fact.alerts) + fact.more for fact in facts) == len(batch) + more
    assert tuple(alert for fact in facts for alert in fact.alerts) == told.alerts
    left = iter(batch)
    assert all(alert in left for alert in told.alerts)  # in their order
    for fact in facts:
        assert len(canonical(fact)) <= storm.MOST
        assert fact.delivery == delivery
        assert fact.alerts or fact.more


def test_large_alerts_are_split_into_few_facts() -> None:
    big = [Alert(f"{n}", "r", labels={f"l{i}": "\x01" * 300 for i in range(8)}) for n in range(12)]
    facts = storm.facts("s", storm.Told(tuple(big), 3))
    assert [len(fact.alerts) for fact in facts] == [3, 3, 3, 3]
    assert [fact.more for fact in facts] == [0, 0, 0, 3]
    assert all(len(canonical(fact)) <= storm.MOST for fact in facts)


def test_small_ones_go_into_one() -> None:
    [fact] = storm.facts("s", storm.choose(alerts(15), {}))
    assert len(fact.alerts) == 15


def test_nothing_is_no_fact() -> None:
    assert storm.facts("s", storm.choose([], {})) == ()


def test_only_counted_is_a_fact_with_a_count() -> None:
    [fact] = storm.facts("s", storm.choose(alerts(7), {("s", "r"): 20}))
    assert (fact.alerts, fact.more) == ((), 7)


def test_of_one_rule_and_service_the_first_are_told() -> None:
    told = storm.choose(alerts(1_000), {})
    assert [alert.key for alert in told.alerts] == [f"r{n}" for n in range(storm.TOLD)]
    assert told.counted == 1_000 - storm.TOLD


def test_a_storm_of_one_rule_hides_no_other() -> None:
    told = storm.choose([*alerts(1_000), *alerts(1, "quiet")], {("s", "r"): 90_000}, before=20)
    assert [alert.rule for alert in told.alerts] == ["quiet"]


def test_the_end_of_what_was_told_is_always_told() -> None:
    batch = [*alerts(3, state=RESOLVED), *alerts(1, state=ACKNOWLEDGED, first=3)]
    told = storm.choose(batch, {("s", "r"): 500}, storm.ALL, known={"r0", "r2", "r3"})
    assert [alert.key for alert in told.alerts] == ["r0", "r2", "r3"]
    assert told.counted == 1


def test_all_together_have_a_limit() -> None:
    batch = [alert for n in range(100) for alert in alerts(20, f"rule{n}")]
    told = storm.choose(batch, {}, before=100)
    assert len(told.alerts) == storm.ALL - 100


def test_a_minute_later_it_is_quiet_again() -> None:
    rates = storm.Rates()
    for second in range(30):
        rates.add(alerts(100), T + second * SECOND)
    assert rates.at(T + 30 * SECOND) == {("s", "r"): 3_000}
    assert rates.told(T + 30 * SECOND) == storm.TOLD
    assert rates.at(T + MINUTE + 15 * SECOND) == {("s", "r"): 1_400}
    assert rates.at(T + 2 * MINUTE) == {}
    assert rates.told(T + 2 * MINUTE) == 0


@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from("abc"), st.integers(1, 30)), max_size=60))
def test_the_rates_are_those_of_the_last_minute(came: list[tuple[int, str, int]]) -> None:
    rates = storm.Rates()
    for second, rule, count in sorted(came):
        rates.add(alerts(count, rule), T + second * SECOND)
    now = T + 90 * SECOND
    right: dict[storm.Group, int] = {}
    for second, rule, count in came:
        if second > 30:
            right["s", rule] = right.get(("s", rule), 0) + count
    assert rates.at(now) == right
    assert rates.told(now) == sum(min(count, storm.TOLD) for count in right.values())


def test_rules_without_number_take_no_memory_without_number() -> None:
    rates = storm.Rates()
    for n in range(30):
        rates.add([Alert("k", f"{n}-{m}") for m in range(1_000)], T)
    assert len(rates.at(T)) <= storm.GROUPS + 1
    assert sum(rates.at(T).values()) == 30_000
    assert rates.told(T) >= storm.ALL


def test_a_hundred_thousand_in_a_minute_become_few_facts() -> None:
    rates, facts, counted = storm.Rates(), [], 0
    for batch in range(1_000):
        now = T + batch * 60
        came = alerts(100, f"rule{batch % 5}", first=batch * 100)
        told = storm.choose(came, rates.at(now), rates.told(now))
        rates.add(came, now)
        counted += told.counted
        facts += storm.facts("s", storm.Told(told.alerts, 0))
    assert sum(len(fact.alerts) for fact in facts) == 5 * storm.TOLD
    assert counted == 100_000 - 5 * storm.TOLD


def test_the_end_of_what_was_told_in_the_same_batch_is_told_also_beyond_the_limit() -> None:
    many = alerts(storm.TOLD + 30)
    told = storm.choose([*many, *alerts(storm.TOLD + 30, state=RESOLVED)], {})
    began = {each.key for each in told.alerts if each.state == FIRING}
    assert began == {each.key for each in told.alerts if each.state == RESOLVED}
    assert told.counted == 60
