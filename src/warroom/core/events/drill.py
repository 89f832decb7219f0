"""A drill on the log: its scenario and seed, its clock, what the simulated world and the game master did.

All but the clock is backstage: whoever practises does not see what is coming.
"""

from typing import ClassVar

from ..values import Ms
from .envelope import Body, Value, because
from .scenario import Inject, Scenario


class DrillStarted(Value, frozen=True, gc=False, omit_defaults=True):
    """The scenario with every choice of its seed made. `headless`: it is played without a screen."""

    type: ClassVar = "drill.started"
    kind: ClassVar = "drill"
    scenario: Scenario
    seed: int
    headless: bool = False
    who: str = ""  # who practises
    before: str = ""  # the drill that this one repeats

    def text(self) -> str:
        return f"drill “{self.scenario.title}”, seed {self.seed}"


class DrillClock(Value, frozen=True, gc=False, omit_defaults=True):
    """From the fact's own time on, drill time runs at `speed` percent of the wall's, which then shows `wall` (UTC ms).

    Speed 0: it stands.
    """

    type: ClassVar = "drill.clock"
    kind: ClassVar = "clock"
    speed: int
    wall: Ms
    why: str = ""
    quiet: bool = False  # it goes on where it was: nothing that anybody has to read

    def text(self) -> str:
        if not self.speed:
            return because("the drill is paused", self.why)
        times = f"{self.speed // 100}" if self.speed % 100 == 0 else f"{self.speed / 100:g}"
        pace = "the drill goes on" if self.speed == 100 else f"the drill runs {times} times as fast as real time"
        return because(pace, self.why)


class DrillInjected(Value, frozen=True, gc=False, omit_defaults=True):
    """An inject fired, or an answer came (`answer:ID:NUMBER`); with `dropped` it was passed over."""

    type: ClassVar = "drill.injected"
    kind: ClassVar = "drill"
    inject: str
    dropped: str = ""
    flags: tuple[str, ...] = ()

    def key(self) -> tuple[str, ...]:
        return (self.type, self.inject)

    def says(self) -> object:
        return self.inject

    def text(self) -> str:
        return because(f"{self.inject} {'was passed over' if self.dropped else 'happened'}", self.dropped)


class DrillChanged(Value, frozen=True, gc=False, omit_defaults=True):
    """The game master's hand on one inject: when it comes (UTC ms of the drill), other words, not at all, a new one."""

    type: ClassVar = "drill.changed"
    kind: ClassVar = "drill"
    inject: str
    due: Ms | None = None
    words: str | None = None
    cancelled: bool = False
    added: Inject | None = None

    def key(self) -> tuple[str, ...]:
        return (self.type, self.inject)

    def text(self) -> str:
        return f"the game master changed {self.inject}"


class DrillObserved(Body, frozen=True, gc=False, omit_defaults=True):
    """What the game master noticed, for the debrief."""

    type: ClassVar = "drill.observed"
    kind: ClassVar = "drill"
    what: str
    about: str = ""

    def text(self) -> str:
        return "the game master noted something for the debrief"


class DrillEnded(Value, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "drill.ended"
    kind: ClassVar = "ended"
    why: str

    def text(self) -> str:
        return because("the drill is over", self.why)


class DrillScript(Value, frozen=True, gc=False, omit_defaults=True):
    """A part of what a commander without a screen does: the script's lines from `first` (from 1) on."""

    type: ClassVar = "drill.script"
    kind: ClassVar = "drill"
    first: int
    lines: tuple[str, ...]

    def key(self) -> tuple[str, ...]:
        return (self.type, f"{self.first:06}")

    def text(self) -> str:
        return f"a script of {len(self.lines)} lines"


class DrillScripted(Body, frozen=True, gc=False, omit_defaults=True):
    """Line `line` of the script (from 1) was done; `refused` says why it was not possible."""

    type: ClassVar = "drill.scripted"
    kind: ClassVar = "drill"
    line: int
    refused: str = ""

    def text(self) -> str:
        return because(f"line {self.line} of the script", self.refused)


class PointContested(Value, frozen=True, gc=False, omit_defaults=True):
    """Somebody holds a point of the report for wrong, and says why."""

    type: ClassVar = "drill.contested"
    kind: ClassVar = "drill"
    point: str
    why: str
    who: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.point, self.who)

    def text(self) -> str:
        return because(f"{self.who} contests “{self.point}”", self.why)


class DrillShared(Value, frozen=True, gc=False, omit_defaults=True):
    """Whoever practised lets others see the report, or no longer does."""

    type: ClassVar = "drill.shared"
    kind: ClassVar = "drill"
    shared: bool = True

    def text(self) -> str:
        return "the report is shared" if self.shared else "the report is private"


def hidden(body: object) -> bool:
    """Whether this is the drill's own machinery: whoever practises does not see what is coming."""
    if isinstance(body, DrillClock):
        return body.quiet
    return isinstance(body, DRILL) and not isinstance(body, DrillEnded)


DRILL = (
    DrillStarted,
    DrillClock,
    DrillInjected,
    DrillChanged,
    DrillObserved,
    DrillEnded,
    DrillScript,
    DrillScripted,
    PointContested,
    DrillShared,
)
"""What belongs to the drill and not to the incident in it: it tells of nobody who is there."""
