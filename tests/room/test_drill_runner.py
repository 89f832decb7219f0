"""Who plays a drill beside its console: the first that can, only while somebody looks, and never over a real page."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from drill_kit import Folder
from warroom.config.load import Library
from warroom.core import events as ev
from warroom.core.acts.delivery import Deliver, TakePager
from warroom.core.acts.drill import EndDrill, SetClock
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import Declare, Imported, ImportTimeline
from warroom.core.drill import clock
from warroom.core.drill.memory import begin
from warroom.core.events import Inject
from warroom.core.incident import Incident
from warroom.core.run import Call, advance
from warroom.core.values import HOUR, MINUTE, SECOND, At, By, Ms
from warroom.room import playing
from warroom.room.desk import Desk
from warroom.room.drill_runner import DrillRunner
from warroom.room.live import LiveRoom
from warroom.room.real import RealPages
from warroom.room.room import Room
from warroom.store import beside
from warroom.store.log import Log as File
from warroom.store.replica import current

ANA = By("ana")


class Wall:
    """The wall's clock, and how far a test has moved it."""

    def __init__(self) -> None:
        self.moved: Ms = 0

    def now(self) -> Ms:
        return time.time_ns() // 1_000_000 + self.moved


class Console:
    """What a console has of a drill: its room, and a runner that would play it."""

    def __init__(self, folder: Folder, path: str, wall: Wall) -> None:
        self.told: list[str] = []
        self.path, self.wall = path, wall
        self.live = LiveRoom(Room(File.open(path, current(folder.paths.data)), ANA, wall.now))
        self.live.start()
        real = RealPages(folder.paths.incidents, wall.now)
        self.runner = DrillRunner(self.live, wall.now, real, self.told.append)
        self.runner.start()

    @property
    def state(self) -> Incident:
        return self.live.state

    @property
    def now(self) -> Ms:
        """Drill time since it began."""
        return clock.time(self.state, self.wall.now()) - clock.start_of(self.state)

    @property
    def set_to(self) -> Ms:
        """The drill time since it began at which its clock was set last."""
        found = clock.set_at(self.state)
        assert found is not None
        return found.at.t - clock.start_of(self.state)

    @property
    def speed(self) -> int:
        return clock.speed(self.state)

    def texts(self, kind: str) -> list[str]:
        return [event.body.text() for event in self.state.facts if event.body.kind == kind]

    def do(self, command: object) -> None:
        outcome = self.live.do(command).result(20)  # type: ignore[arg-type]  # any command
        assert isinstance(outcome, list), outcome

    def close(self) -> None:
        self.runner.close()
        self.live.close()


def until(so: Callable[[], object], within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while not so():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.02)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "home")


@pytest.fixture
def path(folder: Folder, wall: Wall) -> str:
    room = folder.declare(headless=False, now=wall.now())
    room.log.close()
    return room.log.path


@pytest.fixture
def console(folder: Folder, path: str, wall: Wall) -> Iterator[Callable[[], Console]]:
    made: list[Console] = []

    def make() -> Console:
        made.append(Console(folder, path, wall))
        return made[-1]

    yield make
    for each in made:
        each.close()


def playing_one(console: Callable[[], Console]) -> Console:
    found = console()
    until(lambda: found.runner.plays)
    return found


# ── it plays ──


def test_what_happens_in_the_scenario_happens(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    until(lambda: "shelf: 40 % of the lists are empty" in one.texts("observed"))
    until(lambda: any("Nora" in text for text in one.texts("paged")))
    assert one.told == []


def test_it_plays_to_the_end_at_the_speed_that_is_asked_for_and_then_no_more(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    one.do(SetClock(speed=36_000, wall=one.wall.now()))
    until(lambda: clock.ended(one.state))
    count = len(one.state.facts)
    time.sleep(0.5)
    assert len(one.state.facts) == count
    assert one.texts("question") == ["how many customers?", "what do I tell them?"]


def test_a_drill_that_somebody_ended_is_played_by_nobody(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    until(lambda: one.texts("paged"))
    one.do(EndDrill(why="enough", wall=one.wall.now()))
    count = len(one.state.facts)
    time.sleep(0.5)
    assert len(one.state.facts) == count


def test_of_two_consoles_one_plays_and_nothing_happens_twice(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    two = console()
    two.do(SetClock(speed=36_000, wall=two.wall.now()))
    until(lambda: clock.ended(two.state))
    assert (one.runner.plays, two.runner.plays) == (True, False)
    assert len(two.texts("observed")) == len(set(two.texts("observed")))


# ── who plays next ──


def test_when_the_first_closes_the_second_goes_on_where_it_was(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    two = console()
    time.sleep(0.5)
    at = one.now
    one.close()
    until(lambda: two.runner.plays and two.speed == 100)
    assert at <= two.set_to < at + 2 * SECOND
    set_by = [event.body for event in two.state.facts if isinstance(event.body, ev.DrillClock)]
    assert len(set_by) == 3
    assert all(each.quiet for each in set_by)


def test_while_nobody_plays_it_stands_also_for_who_only_looks(
    console: Callable[[], Console], wall: Wall, path: str
) -> None:
    one = playing_one(console)
    time.sleep(0.4)
    one.close()
    state = one.state
    stood = playing.time(path, state, wall.now())
    wall.moved += HOUR
    assert playing.time(path, state, wall.now()) == stood
    two = playing_one(console)
    until(lambda: two.speed == 100)
    assert two.set_to == stood - clock.start_of(state)


def test_a_pause_that_somebody_asked_for_is_not_ended_by_who_comes_next(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    one.do(SetClock(speed=0, wall=one.wall.now(), why="lunch"))
    one.close()
    two = playing_one(console)
    time.sleep(0.5)
    assert two.speed == 0


def test_a_skip_while_nobody_plays_is_kept_by_who_comes_next(
    console: Callable[[], Console], folder: Folder, path: str, wall: Wall
) -> None:
    room = Room(File.open(path, current(folder.paths.data)), ANA, wall.now)
    with room.log:
        state = room.load()
        assert isinstance(room.do(SetClock(speed=100, wall=wall.now(), to=clock.start_of(state) + 50 * SECOND)), list)
    wall.moved += MINUTE
    one = playing_one(console)
    until(lambda: len(one.texts("clock")) == 3)
    assert one.set_to == 50 * SECOND


VICTIM = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from drill_kit import Folder
from test_drill_runner import Console, Wall
one = Console(Folder(Path(sys.argv[2])), sys.argv[3], Wall())
while True:
    if one.runner.plays:
        print(one.now, flush=True)
    time.sleep(0.05)
"""


@pytest.mark.parametrize("speed", [100, 400])
def test_killed_it_goes_on_where_it_was_though_a_minute_has_passed(
    console: Callable[[], Console], folder: Folder, path: str, wall: Wall, speed: int
) -> None:
    here = str(Path(__file__).parent)
    env = os.environ | {"PYTHONPATH": os.pathsep.join([here, str(Path(here).parent)])}
    words = [sys.executable, "-c", VICTIM, here, str(folder.home), path]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=env) as victim:
        assert victim.stdout is not None
        victim.stdout.readline()
        if speed != 100:
            room = Room(File.open(path, current(folder.paths.data)), ANA, wall.now)
            with room.log:
                room.load()
                assert isinstance(room.do(SetClock(speed=speed, wall=wall.now())), list)
        time.sleep(1.2)
        os.kill(victim.pid, signal.SIGKILL)
        last = int(victim.stdout.read().split()[-1])
    assert last > SECOND
    assert os.path.exists(beside.drill(path))
    wall.moved += MINUTE
    one = playing_one(console)
    assert one.speed == speed
    assert last - SECOND * speed // 100 < one.set_to < last + 2 * SECOND * speed // 100
    assert one.now - one.set_to < 30 * SECOND


# ── the wall's clock ──


def test_a_laptops_sleep_does_not_pass_in_the_drill(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    time.sleep(0.3)
    at = one.now
    one.wall.moved += HOUR
    until(lambda: len(one.texts("clock")) > 1)
    assert at - SECOND < one.set_to < at + 2 * SECOND
    assert clock.ended(one.state) is None


def test_a_clock_that_is_set_back_does_not_hold_the_drill_up(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    time.sleep(0.3)
    at = one.now
    one.wall.moved -= HOUR
    until(lambda: len(one.texts("clock")) > 1)
    assert at - SECOND < one.set_to < at + 2 * SECOND
    before = one.now
    until(lambda: one.now > before + 300)


def test_a_paused_drill_stands_through_a_sleep(console: Callable[[], Console]) -> None:
    one = playing_one(console)
    one.do(SetClock(speed=0, wall=one.wall.now(), why="lunch"))
    at = one.now
    one.wall.moved += HOUR
    time.sleep(0.6)
    assert (one.speed, one.now) == (0, at)


# ── what would you do now? ──


@pytest.fixture
def asking(folder: Folder, wall: Wall) -> str:
    """A replay that asks at once."""
    ask = Inject(id="ask-1", kind="ask", at=0, text="They took the import down.")
    scenario = replace(folder.played().scenario, injects=(ask,))
    desk = Desk(folder.paths.incidents, current(folder.paths.data), ANA, wall.now)
    made = desk.declare(begin(scenario, None, 1, [], wall.now(), who="ana"), drill=True)
    assert isinstance(made, Room)
    made.log.close()
    return made.log.path


def test_a_question_stops_the_clock_until_somebody_answers(folder: Folder, asking: str, wall: Wall) -> None:
    one = Console(folder, asking, wall)
    try:
        until(lambda: one.speed == 0)
        at = one.now
        one.do(Log(text="a note is no answer"))
        time.sleep(0.5)
        assert one.speed == 0
        one.do(Log(text="we stop the import", kind="decision"))
        until(lambda: one.speed == 100)
        until(lambda: "They, at the time: They took the import down." in one.texts("note"))
        assert one.set_to == at
    finally:
        one.close()


def test_who_lets_it_go_on_without_an_answer_is_asked_again(folder: Folder, asking: str, wall: Wall) -> None:
    one = Console(folder, asking, wall)
    try:
        until(lambda: one.speed == 0)
        one.do(SetClock(speed=100, wall=wall.now()))
        until(lambda: one.speed == 0)
    finally:
        one.close()


# ── the real thing ──

POLICY = """
id = "real"
[[level]]
after = "PT0S"
notify = ["contact:bo"]
[[level]]
after = "{second}"
notify = ["contact:mei"]
"""
CONTACTS = """
[contact.bo]
name = "Bo"
phone = "+44 20 7946 0001"
[contact.mei]
name = "Mei"
phone = "+44 20 7946 0002"
"""


def declare(
    folder: Folder,
    wall: Wall,
    *,
    policy: bool = True,
    drill: bool = False,
    title: str = "Checkout is down",
    second: str = "PT5M",
) -> Room:
    """An incident in the same folder, with a policy that calls somebody at once, and the `second` level after that."""
    (folder.home / "policies").mkdir(exist_ok=True)
    (folder.home / "policies" / "real.toml").write_text(POLICY.format(second=second))
    (folder.home / "contacts.toml").write_text(CONTACTS)
    attach = (Library(folder.paths).policy("real", wall.now()),) if policy else ()
    desk = Desk(folder.paths.incidents, current(folder.paths.data), ANA, wall.now)
    made = desk.declare(Declare(title=title, severity="SEV1", attach=attach), drill)
    assert isinstance(made, Room), made
    made.log.close()
    return made


@pytest.mark.parametrize("policy", [True, False])
def test_a_real_incident_stops_the_drill_at_once_and_says_so(
    console: Callable[[], Console], folder: Folder, wall: Wall, policy: bool
) -> None:
    one = playing_one(console)
    declare(folder, wall, policy=policy)
    until(lambda: one.speed == 0, 3)
    until(lambda: bool(one.told))
    assert "A REAL" in one.told[0]
    assert "Checkout is down" in one.told[0]
    assert "The drill is paused" in one.told[0]
    assert "Checkout is down" in one.texts("clock")[-1]


def test_who_goes_on_after_a_real_page_is_not_stopped_by_the_same_again(
    console: Callable[[], Console], folder: Folder, wall: Wall
) -> None:
    one = playing_one(console)
    real = declare(folder, wall)
    until(lambda: one.speed == 0)
    call = called(real)
    page = ev.DeliveryChanged("d" * 20, "sent", channel="hook", ref="contact:bo", who="Bo", pager="p")
    page = replace(page, cause=call.cause, level=call.level, backup=call.backup, round=call.round)
    room = Room(File.open(real.log.path, current(folder.paths.data)), ANA, wall.now)
    with room.log:
        room.load()
        assert isinstance(room.do(TakePager(token="p", where="watch")), list)
        assert isinstance(room.do(Deliver(delivery=page)), list)
    one.do(SetClock(speed=100, wall=wall.now()))
    time.sleep(0.8)
    assert (one.speed, len(one.told)) == (100, 1)


def called(real: Room) -> Call:
    """What calls the first level of this incident now."""
    run = real.state.run
    assert run is not None
    call = advance(run, real.state.declared_at + 1).current
    assert call is not None
    return call


def test_the_next_level_of_a_real_page_stops_it_again(
    console: Callable[[], Console], folder: Folder, wall: Wall
) -> None:
    one = playing_one(console)
    declare(folder, wall, second="PT1S")
    until(lambda: one.speed == 0)
    one.do(SetClock(speed=100, wall=wall.now()))
    until(lambda: len(one.told) == 2)
    assert one.speed == 0
    assert "A REAL PAGE" in one.told[1]


def test_an_incident_that_was_open_before_stops_nothing(
    console: Callable[[], Console], folder: Folder, wall: Wall
) -> None:
    declare(folder, wall, policy=False)
    one = playing_one(console)
    time.sleep(0.8)
    assert (one.speed, one.told) == (100, [])


def test_a_drill_and_an_imported_timeline_stop_nothing(
    console: Callable[[], Console], folder: Folder, wall: Wall
) -> None:
    one = playing_one(console)
    declare(folder, wall, drill=True, title="another drill")
    entries = (Imported(text="it was slow", at=At(wall.now() - HOUR)),)
    timeline = ImportTimeline(title="last year", severity="SEV2", source="export.json", entries=entries)
    desk = Desk(folder.paths.incidents, current(folder.paths.data), ANA, wall.now)
    made = desk.declare(timeline)
    assert isinstance(made, Room), made
    made.log.close()
    time.sleep(0.8)
    assert (one.speed, one.told) == (100, [])


def test_a_paused_drill_is_not_paused_again_by_a_real_page(
    console: Callable[[], Console], folder: Folder, wall: Wall
) -> None:
    one = playing_one(console)
    one.do(SetClock(speed=0, wall=wall.now(), why="lunch"))
    declare(folder, wall)
    time.sleep(0.6)
    assert one.texts("clock")[-1] == "the drill is paused · lunch"
