"""Three simulated commanders in every shipped scenario: what nobody does, what the book does, and what chance does."""

from random import Random

import pytest

from drill_stage import LIBRARY, LISTED, POLICY, SHIPPED, Stage, expectation, once, scene, shipped
from warroom.config.drills import load
from warroom.core import events as ev
from warroom.core.acts.talk import Ask
from warroom.core.acts.work import GiveTask
from warroom.core.drill import clock, score
from warroom.core.drill.commanders import COMMANDERS, made, play
from warroom.core.drill.condition import KNOWN, calls, parse
from warroom.core.drill.moments import simulated, since
from warroom.core.drill.points import BANDS, MET
from warroom.core.values import MINUTE, Refused

SEEDS = (1, 2, 3)
IDLE, CHANCE, BOOK = "does nothing", "acts at random", "follows the book"
RUNS = 600
SHORT = [file for file in SHIPPED if load(LIBRARY, str(file), 1).scenario.length <= 20 * MINUTE]
IN_TURN = [*SHIPPED, *(SHORT * 10)]
"""A long one takes many times as long to play: each is played, the short ones often."""
each_shipped = pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)


def share(file, seed: int, commander: str) -> float:
    """The share of what was judged that is met."""
    found = score.points(*shipped(file, seed, commander))
    assert found
    return sum(point.band == MET for point in found) / len(found)


def test_there_are_three_commanders():
    assert tuple(COMMANDERS) == (IDLE, CHANCE, BOOK)


@each_shipped
def test_who_follows_the_book_meets_nearly_all(file):
    for seed in SEEDS:
        missed = [point.id for point in score.points(*shipped(file, seed, BOOK)) if point.band != MET]
        assert share(file, seed, BOOK) >= 0.9, missed


@each_shipped
def test_who_does_nothing_meets_fewest_and_hardly_anything_of_the_scenarios_own(file):
    for seed in SEEDS:
        state, now = shipped(file, seed, IDLE)
        own = [p for p in score.points(state, now) if p.rule.id not in LIBRARY.drill_rules]
        assert sum(point.band == MET for point in own) <= 1
        assert share(file, seed, IDLE) < share(file, seed, BOOK)
        assert share(file, seed, IDLE) <= 0.2
        assert not [e for e in state.facts if not simulated(e) and e.rec > clock.start_of(state)]


@each_shipped
def test_chance_lies_between_the_two_on_average(file):
    average = {name: sum(share(file, seed, name) for seed in SEEDS) / len(SEEDS) for name in COMMANDERS}
    assert average[IDLE] < average[CHANCE] < average[BOOK]


@each_shipped
def test_all_that_the_scenario_expects_comes_up_with_one_of_them(file):
    runs = [shipped(file, seed, name) for seed in SEEDS for name in COMMANDERS]
    never = set.intersection(*({rule.id for rule in score.untested(*run)} for run in runs))
    assert not never - set(LIBRARY.drill_rules)


@each_shipped
def test_every_run_ends_in_its_time(file):
    length = load(LIBRARY, str(file), 1).scenario.length
    for name in COMMANDERS:
        state, _ = shipped(file, 1, name)
        ended = clock.ended(state)
        assert ended is not None
        assert ended.at.t - clock.start_of(state) <= length


@each_shipped
def test_the_same_dice_give_the_same_run(file):
    one, other = once(file, 5, CHANCE, 77), once(file, 5, CHANCE, 77)
    assert (list(one[0].facts), one[1]) == (list(other[0].facts), other[1])


@pytest.mark.parametrize("part", range(12))
def test_six_hundred_runs_at_random_end_without_a_crash(part):
    for n in range(part, RUNS, 12):
        file = IN_TURN[n % len(IN_TURN)]
        state, now = once(file, 1 + n % 3, CHANCE, n)
        assert clock.ended(state) is not None
        assert all(point.band in BANDS for point in score.points(state, now))


# ── a condition that the book is to make so ──

OF_THE_WORLD = {
    "declared",
    "closed",
    "done",
    "paged",
    "injected",
    "flag",
    "reported",
    "asked",
    "acknowledged",
    "evidence",
    "handover",
}
"""What a commander cannot make so by one act alone, or at all."""


@pytest.mark.parametrize("name", sorted(set(KNOWN) - OF_THE_WORLD))
def test_the_book_knows_an_act_for_every_condition_that_a_commander_can_make_so(name):
    words = {
        "role": '"scribe"', "severity": '"SEV1"', "phase": '"identified"', "tasked": '"dba", "look"',
        "said": '"sorry"', "called": '"database"', "milestone": '"detected"', "ticked": '"a"', "offered": '"commander"',
        "logged": '"x", "observed"', "joined": '"lee"',
    }.get(name, "" if KNOWN[name][0] == 0 else '"x"')  # fmt: skip
    (call,) = calls(parse(f"{name}({words})"))
    stage = Stage(scene(), POLICY, checklist=LISTED)
    if name == "read_back":
        stage.do(GiveTask(who="lee", what="look"))
    if name == "answered":
        stage.do(Ask(what="how many?"))
    for _ in range(4):
        for command in made(call, stage.state, "ana"):
            stage.ask(command)
    assert since(f"{name}({words})", stage.state, stage.base)


def test_the_book_makes_both_of_two_and_the_first_of_several():
    rules = (
        expectation('bridge() and logged("340")', by=8 * MINUTE, late=9 * MINUTE, id="both"),
        expectation('decided("roll back") or decided("fail over")', by=8 * MINUTE, late=9 * MINUTE, id="one"),
        expectation('not decided("delete")', by=8 * MINUTE, late=9 * MINUTE, id="never"),
    )
    stage = Stage(scene(expectations=rules, length=12 * MINUTE), POLICY)
    play(stage.room, COMMANDERS[BOOK], Random(1))
    assert {p.id: p.band for p in score.points(stage.state, stage.room.now)} == dict.fromkeys(
        ("both", "one", "never"), MET
    )
    decided = [e.body.text_ for e in stage.facts(ev.Logged) if e.body.kind_ == "decision"]
    assert decided == ["roll back"]


def test_nobody_is_moved_by_a_commander_who_does_nothing():
    stage = Stage(scene(length=8 * MINUTE), POLICY)
    play(stage.room, COMMANDERS[IDLE], Random(1))
    assert not [e for e in stage.state.facts if not simulated(e) and e.rec > stage.base]


def test_chance_is_refused_often_and_never_raises():
    stage = Stage(scene(length=60 * MINUTE), POLICY)
    refused = 0

    def counted(room, dice):
        nonlocal refused
        before = room.do

        def do(command, by=None):
            nonlocal refused
            done = before(command, by)
            refused += isinstance(done, Refused)
            return done

        room.do = do
        COMMANDERS[CHANCE](room, dice)
        room.do = before

    play(stage.room, counted, Random(3))
    assert refused > 5
