"""A small drill built in a test, and the shipped ones played by the simulated commanders."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

from facts import CADENCE, CHECKLIST, ROLES
from warroom.config.drill_begin import declaration
from warroom.config.drills import load
from warroom.config.load import Library
from warroom.config.settings import Settings
from warroom.core import events as ev
from warroom.core.commands import Command
from warroom.core.drill.commanders import COMMANDERS, play
from warroom.core.drill.memory import BASE, MemoryRoom, begin
from warroom.core.events import Event
from warroom.core.incident import Incident
from warroom.core.values import MINUTE, SECOND, By, Ms, Refused

LIBRARY = Library()
SHIPPED = sorted(Path(LIBRARY.data, "drills").glob("*.toml"))
LISTED = CHECKLIST

NORA = ev.Person("first", "Nora", "on call", page="silent")
SAM = ev.Person("second", "Sam", "on call, second", after=30 * SECOND, takes=2 * MINUTE, otherwise="all quiet here")
INES = ev.Person("dba", "Ines", "databases", after=40 * SECOND, takes=3 * MINUTE)
DORA = ev.Person("boss", "Dora", "sales", observer=True)
PEOPLE = (NORA, SAM, INES, DORA)


def target(person: ev.Person) -> ev.Target:
    return ev.Target(f"contact:{person.id}", person.name, reach=("simulated",))


POLICY = ev.PolicyAttached(
    "drill",
    (ev.Level(0, "on call", (target(NORA),), (target(SAM),)), ev.Level(10 * MINUTE, "lead", (target(INES),))),
    specialists=(ev.Specialist("database", (target(INES),)),),
    tested=True,
    reachable=True,
)


def inject(id: str = "it", kind: str = "alert", at: Ms | None = 0, **more) -> ev.Inject:
    """An inject of `kind` that comes `at` ms after the start; `more` as in `ev.Inject`."""
    return ev.Inject(id, kind, at=at, **{"text": f"{id} happens", **more})


def expectation(check: str = "bridge()", by: Ms = MINUTE, late: Ms = 2 * MINUTE, **more) -> ev.Expectation:
    return ev.Expectation(**{"id": "it", "what": "it is so", "check": check, "by": by, "late": late, **more})


def measure(name: str, by: Ms = MINUTE, late: Ms = 2 * MINUTE, **more) -> ev.Expectation:
    return ev.Expectation(**{"id": name, "what": name, "measure": name, "by": by, "late": late, **more})


def scene(*injects: ev.Inject, length: Ms = 30 * MINUTE, people: Sequence[ev.Person] = PEOPLE, **more) -> ev.Scenario:
    return ev.Scenario("scene", "Checkout is slow", "easy", length, injects=injects, people=tuple(people), **more)


class Stage:
    """A drill that is played in memory. Times are ms after its start; whoever practises is ana."""

    def __init__(
        self,
        played: ev.Scenario,
        policy: ev.PolicyAttached | None = None,
        *,
        seed: int = 1,
        base: Ms = BASE,
        checklist: ev.ChecklistAttached | None = None,
        me: By | None = None,
    ) -> None:
        values: list[ev.Value] = [CADENCE, ROLES, *([checklist] if checklist else [])]
        self.base = base
        self.room = MemoryRoom(begin(played, policy, seed, values, base, who="ana"), "ana", base)
        if me:
            self.room.me = me
        self.wake = self.room.settle()

    @property
    def state(self) -> Incident:
        return self.room.state

    @property
    def now(self) -> Ms:
        return self.room.now - self.base

    def to(self, at: Ms) -> "Stage":
        """On to that moment, from wake to wake."""
        while self.wake is not None and self.wake <= self.base + at:
            self.room.now = self.wake
            self.wake = self.room.settle()
        self.room.now = max(self.room.now, self.base + at)
        self.wake = self.room.settle()
        return self

    def step(self, at: Ms, by: Ms = SECOND) -> "Stage":
        """On to that moment, looking every `by` ms."""
        while self.now < at:
            self.room.now = min(self.room.now + by, self.base + at)
            self.wake = self.room.settle()
        return self

    def ask(self, command: Command, by: str = "") -> list[Event] | Refused:
        done = self.room.do(command, By(by) if by else None)
        self.wake = self.room.settle()
        return done

    def do(self, command: Command, at: Ms | None = None, by: str = "") -> list[Event]:
        """What the command puts on the log at that moment, for what has to be possible."""
        if at is not None:
            self.to(at)
        done = self.ask(command, by)
        assert not isinstance(done, Refused), done
        return done

    def refusal(self, command: Command) -> str:
        no = self.ask(command)
        assert isinstance(no, Refused), no
        return str(no)

    def facts(self, *kinds: type) -> list[Event]:
        return [event for event in self.state.facts if isinstance(event.body, kinds)]

    def heard(self, *kinds: type) -> list[tuple[Ms, str, str]]:
        """When (ms), by whom, and the words of the facts of these kinds; by default entries."""
        return [(e.at.t - self.base, e.by.name, e.body.text()) for e in self.facts(*(kinds or (ev.Logged,)))]

    def happened(self) -> dict[str, Ms]:
        """When each inject, or answer, came (ms)."""
        found = self.facts(ev.DrillInjected)
        return {e.body.inject: e.at.t - self.base for e in found if not e.body.dropped}

    def dropped(self) -> dict[str, str]:
        return {e.body.inject: e.body.dropped for e in self.facts(ev.DrillInjected) if e.body.dropped}


@lru_cache(maxsize=512)
def shipped(file: Path, seed: int, commander: str, *, base: Ms = BASE, login: str = "") -> tuple[Incident, Ms]:
    """The last state of a shipped scenario with this commander, and its drill time (UTC ms)."""
    return _played(file, seed, commander, seed, base, login)


def once(file: Path, seed: int, commander: str, dice: int) -> tuple[Incident, Ms]:
    """The same without being kept; `dice`: what the commander at random throws."""
    return _played(file, seed, commander, dice, BASE, "")


@lru_cache(maxsize=1024)
def _declared(file: Path, seed: int, base: Ms):
    return declaration(LIBRARY, Settings(), load(LIBRARY, str(file), seed), seed, base, who="rae")


def _played(file: Path, seed: int, commander: str, dice: int, base: Ms, login: str) -> tuple[Incident, Ms]:
    room = MemoryRoom(_declared(file, seed, base), "rae", base)
    if login:
        room.me = By("rae", login, f"{login}-host")
    state = play(room, COMMANDERS[commander], Random(dice))
    return state, room.now
