"""The clock of a drill: how drill time follows the wall's under a pause, a speed and a skip."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drill_stage import POLICY, Stage, inject, scene
from facts import declared
from warroom.core import events as ev
from warroom.core.acts.drill import EndDrill, SetClock
from warroom.core.acts.entries import Log
from warroom.core.drill import clock
from warroom.core.drill.memory import BASE, MemoryRoom, begin
from warroom.core.values import MINUTE, SECOND

WALL = BASE  # what the wall's clock shows when the drill begins


def running() -> Stage:
    return Stage(scene(inject("a", at=20 * MINUTE)))


def shown(stage: Stage, wall: int) -> int:
    """Drill time, in ms after the start, when the wall's clock shows `wall` ms after it."""
    return clock.time(stage.state, WALL + wall) - BASE


def set_to(stage: Stage, speed: int, wall: int, to: int | None = None, why: str = "") -> None:
    """Sets the speed when the wall's clock shows `wall` ms after the start, as a console does."""
    stage.room.now = clock.time(stage.state, WALL + wall)
    stage.do(SetClock(speed=speed, wall=WALL + wall, to=None if to is None else BASE + to, why=why))


def test_in_a_real_incident_time_is_the_walls():
    state = declared().state
    assert clock.time(state, 12345) == 12345
    assert clock.speed(state) == 100
    assert (clock.scenario(state), clock.started(state), clock.ended(state)) == (None, None, None)
    assert clock.start_of(state) == state.declared_at
    assert not clock.running(state)


def test_a_drill_begins_at_the_walls_speed():
    stage = running()
    assert clock.speed(stage.state) == 100
    assert [shown(stage, wall) for wall in (0, 1, 90 * SECOND)] == [0, 1, 90 * SECOND]
    assert clock.running(stage.state)
    assert clock.start_of(stage.state) == BASE


def test_a_wall_clock_that_was_set_back_does_not_turn_the_drill_back():
    assert shown(running(), -5 * MINUTE) == 0


def test_while_it_is_paused_no_time_passes_and_then_it_goes_on_where_it_was():
    stage = running()
    set_to(stage, 0, 2 * MINUTE, why="a real page")
    assert clock.speed(stage.state) == 0
    assert [shown(stage, wall * MINUTE) for wall in (2, 3, 900)] == [2 * MINUTE] * 3
    assert stage.facts(ev.DrillClock)[-1].body.text() == "the drill is paused · a real page"
    set_to(stage, 100, 60 * MINUTE)
    assert [shown(stage, wall * MINUTE) for wall in (60, 61)] == [2 * MINUTE, 3 * MINUTE]


@pytest.mark.parametrize(("speed", "minute"), [(25, 15), (50, 30), (200, 120), (1600, 960), (360_000, 216_000)])
def test_at_another_speed_it_runs_by_that_much_from_then_on(speed, minute):
    stage = running()
    set_to(stage, speed, MINUTE)
    assert shown(stage, MINUTE) == MINUTE
    assert shown(stage, 2 * MINUTE) == MINUTE + minute * SECOND


def test_speeds_follow_one_another_without_a_jump():
    stage = running()
    for speed, wall, expected in ((200, 60, 60), (0, 120, 180), (50, 300, 180), (400, 340, 200), (100, 350, 240)):
        set_to(stage, speed, wall * SECOND)
        assert shown(stage, wall * SECOND) == expected * SECOND
    assert shown(stage, 351 * SECOND) == 241 * SECOND


def test_a_skip_goes_on_from_the_moment_it_skips_to():
    stage = running()
    set_to(stage, 100, MINUTE, to=20 * MINUTE)
    assert shown(stage, MINUTE) == 20 * MINUTE
    assert shown(stage, 2 * MINUTE) == 21 * MINUTE


def test_a_skip_at_another_speed_sets_both():
    stage = running()
    set_to(stage, 400, MINUTE, to=20 * MINUTE)
    assert shown(stage, 2 * MINUTE) == 24 * MINUTE


def test_time_stands_when_it_is_over():
    stage = running()
    stage.room.now = BASE + 3 * MINUTE
    stage.do(EndDrill(why="so", wall=WALL + 3 * MINUTE))
    assert [shown(stage, wall * MINUTE) for wall in (3, 4, 900)] == [3 * MINUTE] * 3
    assert not clock.running(stage.state)


def test_without_a_screen_time_goes_from_one_fact_to_the_next():
    room = MemoryRoom(begin(scene(), POLICY, 1, [], BASE, headless=True), "ana")
    assert clock.time(room.state, WALL + MINUTE) == BASE
    room.now = BASE + 7 * MINUTE
    room.do(Log(text="seen"))
    assert clock.time(room.state, WALL + MINUTE) == BASE + 7 * MINUTE


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, MINUTE), st.sampled_from((0, *clock.SPEEDS)), st.integers(0, MINUTE) | st.none()),
        max_size=8,
    )
)
def test_drill_time_never_goes_back_whatever_is_done_to_its_clock(steps):
    stage, wall, before = running(), 0, 0
    for passed, speed, skip in steps:
        for part in range(3):
            assert shown(stage, wall + passed * part // 2) >= before
            before = shown(stage, wall + passed * part // 2)
        wall += passed
        stage.room.now = clock.time(stage.state, WALL + wall)
        stage.room.do(SetClock(speed=speed, wall=WALL + wall, to=None if skip is None else stage.room.now + skip))
    assert shown(stage, wall) >= before


# ── speeds ──


def test_it_would_go_on_at_the_speed_before_the_pause():
    stage = running()
    assert clock.before_pause(stage.state) == 100
    set_to(stage, 400, SECOND)
    set_to(stage, 0, 2 * SECOND)
    assert clock.before_pause(stage.state) == 400
    assert clock.before_pause(declared().state) == 100


@pytest.mark.parametrize(
    ("now", "faster", "slower"),
    [
        (25, 50, 25),
        (50, 100, 25),
        (100, 200, 50),
        (800, 1600, 400),
        (1600, 1600, 800),
        (60, 100, 50),
        (10, 25, 10),
        (0, 25, 0),
        (clock.FASTEST, clock.FASTEST, 1600),
    ],
)
def test_faster_and_slower_step_through_the_known_speeds(now, faster, slower):
    assert clock.stepped(now, 1) == faster
    assert clock.stepped(now, -1) == slower


@pytest.mark.parametrize(
    ("speed", "text"),
    [
        (100, "the drill goes on"),
        (200, "the drill runs 2 times as fast as real time"),
        (50, "the drill runs 0.5 times as fast as real time"),
    ],
)  # fmt: skip
def test_a_change_of_the_clock_says_how_it_runs(speed, text):
    assert ev.DrillClock(speed, 0).text() == text


# ── refusals ──


@pytest.mark.parametrize("speed", [-1, clock.FASTEST + 1, 1 << 70])
def test_a_speed_that_is_none_is_refused(speed):
    assert running().refusal(SetClock(speed=speed, wall=WALL)) == "A drill runs at up to 3600 times real time."


def test_the_speed_that_it_has_is_refused():
    stage = running()
    assert stage.refusal(SetClock(speed=100, wall=WALL)) == "It runs like that already."
    set_to(stage, 0, SECOND)
    assert stage.refusal(SetClock(speed=0, wall=WALL)) == "It is paused already."


def test_the_same_speed_from_another_moment_on_is_a_skip():
    stage = running()
    stage.do(SetClock(speed=100, wall=WALL, to=BASE + MINUTE))
    assert shown(stage, 0) == MINUTE


def test_drill_time_is_not_turned_back_behind_what_has_happened():
    stage = running()
    stage.do(Log(text="seen"), at=5 * MINUTE)
    stage.to(6 * MINUTE)
    stage.do(SetClock(speed=100, wall=WALL, to=BASE + 2 * MINUTE))
    assert shown(stage, 0) == 5 * MINUTE
