"""The plan is what the clock does when nobody answers: in the order of time, with what is passed over."""

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.events import Level, PolicyAttached, Shift, Specialist, Target, Trigger, When
from warroom.core.plan import Line, ends, fires_after, plan, rounds
from warroom.core.values import DAY, HOUR, MINUTE

AT = 1_795_600_000_000


def person(name: str) -> Target:
    return Target(ref=f"contact:{name.lower()}", name=name, phone="+44 20 7946 0001", reach=("hook",))


ANA, IVO, MEI = person("Ana"), person("Ivo"), person("Mei")


def policy(*levels: Level, **more: object) -> PolicyAttached:
    return PolicyAttached("p", levels, **more)  # type: ignore[arg-type]  # the fields are those of the fact


def level(minute: int, *notify: Target, backup: tuple[Target, ...] = (), **more: object) -> Level:
    return Level(minute * MINUTE, notify=notify, backup=backup, **more)  # type: ignore[arg-type]  # as above


def shape(lines: tuple[Line, ...]) -> list[tuple[int, int, str, str]]:
    return [(line.minute, line.level, line.state, ", ".join(target.name for target in line.who)) for line in lines]


def test_every_level_has_its_minute_and_its_backup() -> None:
    lines = plan(policy(level(0, ANA), level(5, IVO, backup=(MEI,))), AT)
    assert shape(lines) == [(0, 1, "calls", "Ana"), (5, 2, "calls", "Ivo")]
    assert lines[1].backup == (MEI,)
    assert lines[1].ways == ("hook",)


def test_the_rounds_are_those_of_the_clock() -> None:
    lines = plan(policy(level(0, ANA), level(5, IVO), repeat=2), AT)
    assert [(line.minute, line.round) for line in lines] == [(0, 0), (5, 0), (10, 1), (15, 1), (20, 2), (25, 2)]
    assert rounds(lines) == 3
    assert ends(lines) == 25 * MINUTE


def test_a_loop_without_end_has_one_here() -> None:
    assert rounds(plan(policy(level(0, ANA), repeat=10**9), AT)) == 21


def test_an_empty_level_is_shown_where_it_would_have_been() -> None:
    lines = plan(policy(level(0), level(5, IVO), level(10)), AT)
    assert shape(lines) == [(0, 1, "empty", ""), (5, 2, "calls", "Ivo"), (10, 3, "empty", "")]


def test_a_policy_with_nobody_in_it_is_all_empty() -> None:
    assert shape(plan(policy(level(0), level(5)), AT)) == [(0, 1, "empty", ""), (5, 2, "empty", "")]


def test_a_level_in_its_quiet_hours_is_passed_over_until_they_are_over() -> None:
    quiet = ((AT - HOUR, AT + 12 * MINUTE),)
    lines = plan(policy(level(0, ANA), level(5, IVO, quiet=quiet), level(10, MEI), repeat=1), AT)
    assert shape(lines)[:3] == [(0, 1, "calls", "Ana"), (5, 2, "quiet", ""), (10, 3, "calls", "Mei")]
    assert shape(lines)[4] == (20, 2, "calls", "Ivo")


def test_the_person_is_the_one_who_has_the_turn_at_that_minute() -> None:
    shifts = (Shift(AT - DAY, "contact:ana", "Ana"), Shift(AT + 3 * MINUTE, "contact:ivo", "Ivo"))
    turn = Target("oncall:web", "web on call", shifts=shifts)
    assert shape(plan(policy(level(0, turn), level(5, MEI, backup=(turn,))), AT)) == [
        (0, 1, "calls", "Ana"),
        (5, 2, "calls", "Mei"),
    ]
    assert plan(policy(level(5, MEI, backup=(turn,))), AT)[0].backup[0].name == "Ivo"


def test_a_trigger_that_time_alone_fires_jumps_the_levels() -> None:
    long = Trigger("long", When(severity=("SEV1",), elapsed=7 * MINUTE), level=3, why="It takes too long.")
    made = policy(level(0, ANA), level(5, IVO), level(60, MEI), triggers=(long,))
    assert shape(plan(made, AT, "SEV1")) == [(0, 1, "calls", "Ana"), (5, 2, "calls", "Ivo"), (7, 3, "calls", "Mei")]
    assert plan(made, AT, "SEV1")[2].trigger == "long"
    assert plan(made, AT, "SEV2")[2].minute == 60


def test_a_trigger_that_comes_after_its_level_was_called_does_nothing() -> None:
    late = Trigger("late", When(elapsed=30 * MINUTE), level=2)
    assert len(plan(policy(level(0, ANA), level(5, IVO), triggers=(late,)), AT)) == 2


def test_specialists_are_called_beside_the_levels() -> None:
    made = policy(
        level(0, ANA),
        level(20, MEI),
        triggers=(Trigger("db", When(silence=10 * MINUTE), topic="db"),),
        specialists=(Specialist("db", (IVO, MEI), 5 * MINUTE),),
    )
    lines = plan(made, AT)
    assert shape(lines) == [
        (0, 1, "calls", "Ana"),
        (10, 0, "calls", "Ivo"),
        (15, 0, "calls", "Mei"),
        (20, 2, "calls", "Mei"),
    ]
    assert lines[1].topic == "db"


def test_a_policy_that_waits_calls_nobody_before_its_trigger() -> None:
    start = Trigger("wide", When(services=2), level=1)
    assert plan(policy(level(0, ANA), waits=True, triggers=(start,)), AT) == ()
    start = Trigger("lone", When(alone=15 * MINUTE), level=1)
    assert shape(plan(policy(level(0, ANA), level(5, IVO), waits=True, triggers=(start,)), AT)) == [
        (15, 1, "calls", "Ana"),
        (20, 2, "calls", "Ivo"),
    ]


def test_what_time_alone_does_not_bring_about_is_not_in_the_plan() -> None:
    for when in (When(users=10), When(services=2), When(phase=("mitigating",)), When(severity=("SEV2",))):
        assert fires_after(Trigger("t", when, 1), "SEV1") is None
    for when in (When(alone=5), When(unacknowledged=5), When(missing="commander", missing_for=5), When(in_phase=5)):
        assert fires_after(Trigger("t", when, 1), "SEV1") == 5


targets = st.lists(st.sampled_from([ANA, IVO, MEI]), max_size=3).map(tuple)
spans = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), max_size=4).map(
    lambda pairs: tuple((AT + start * MINUTE, AT + (start + long) * MINUTE) for start, long in pairs)
)


@st.composite
def policies(draw: st.DrawFn) -> PolicyAttached:
    afters = sorted(draw(st.sets(st.integers(0, 120), min_size=1, max_size=6)))
    levels = [Level(n * MINUTE, notify=draw(targets), backup=draw(targets), quiet=draw(spans)) for n in afters]
    triggers = [
        Trigger(
            f"t{n}",
            When(elapsed=draw(st.integers(0, 200)) * MINUTE),
            draw(st.integers(0, 7)),
            draw(st.sampled_from(["", "db", "x"])),
        )
        for n in range(draw(st.integers(0, 3)))
    ]
    specialists = (Specialist("db", draw(targets)),)
    more = {"repeat": draw(st.integers(-3, 30)), "waits": draw(st.booleans())}
    return policy(*levels, triggers=tuple(triggers), specialists=specialists, **more)


@given(policies())
def test_a_plan_is_in_order_and_calls_somebody_or_says_why_not(made: PolicyAttached) -> None:
    lines = plan(made, AT)
    assert [line.after for line in lines] == sorted(line.after for line in lines)
    assert all(bool(line.who) == (line.state == "calls") for line in lines)
    assert all(0 <= line.level <= len(made.levels) for line in lines)
    first = {line.level for line in lines if line.round == 0}
    if not made.waits and not made.triggers:
        assert first == set(range(1, len(made.levels) + 1))
