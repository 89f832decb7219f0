"""A drill without a screen: from one moment at which something happens to the next, at any speed.

Every fact gets the drill time of its moment and not the wall's, so that the speed of the drill, of the disk and of the
machine show in nothing. What was done is on the log, so that a run that was killed goes on where it was.
"""

from collections.abc import Callable, Sequence

import msgspec

from ..core.acts.drill import MarkScript
from ..core.commands import Command, Stamp
from ..core.decide import decide
from ..core.drill import clock
from ..core.drill.world import plan
from ..core.duration import duration
from ..core.events import DrillScript, DrillScripted
from ..core.incident import Incident
from ..core.values import By, Ms, Refused
from ..store.errors import StoreError
from ..store.log import Log
from .drill_runner import sleep_until
from .real import RealPages
from .room import Outcome, Room

_LONGEST_LINE = 4_000
_MOST_LINES = 2_000


class Scripted(msgspec.Struct, frozen=True):
    """One line of a script: what is done `at` ms after the start. `number` counts the file's lines from 1."""

    at: Ms
    words: str
    number: int


def script(lines: Sequence[str]) -> list[Scripted]:
    """The acts of an actor's script, `PT3M command…` a line, in their order of time. Raises ValueError.

    Empty lines, and those that begin with #, say nothing.
    """
    if len(lines) > _MOST_LINES:
        raise ValueError(f"line {_MOST_LINES + 1}: a script has at most {_MOST_LINES} lines")
    found = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if len(text) > _LONGEST_LINE or "\0" in text:
            raise ValueError(f"line {number}: is longer than {_LONGEST_LINE} characters, or has a NUL in it")
        when, _, words = text.partition(" ")
        try:
            at = duration(when)
        except ValueError as wrong:
            raise ValueError(f"line {number}: {wrong}; a line is a time and a command, as `PT3M ack`") from None
        if not words.strip():
            raise ValueError(f"line {number}: says when, and not what; a line is a time and a command, as `PT3M ack`")
        found.append(Scripted(at, words.strip(), number))
    return sorted(found, key=lambda each: each.at)


def script_of(state: Incident) -> list[Scripted]:
    """The script that this drill is played with."""
    parts = sorted(
        (e.body for _, e in state.under(DrillScript.type) if isinstance(e.body, DrillScript)), key=lambda p: p.first
    )
    return script([line for part in parts for line in part.lines])


class SteppedRoom(Room):
    """A room whose time is `at`, wherever the wall's clock is. `line` marks what is done with the script's number."""

    def __init__(self, log: Log, me: By, at: Ms) -> None:
        super().__init__(log, me, lambda: self.at)
        self.at = at
        self.line = 0
        self.marked = False

    def time(self, state: Incident) -> Ms:
        return self.at

    def commit(self, asked: Sequence[tuple[Command, By]]) -> list[Outcome]:
        if not self.line or self.marked:
            return super().commit(asked)
        # The act and its mark are one write: killed in between, it would be done twice, or never.
        self.load()
        decided = (decide(self.state, command, Stamp(self.at, by)) for command, by in asked)
        refused = next((str(each) for each in decided if isinstance(each, Refused)), "")
        *outcomes, mark = super().commit([*asked, (MarkScript(line=self.line, refused=refused), self.me)])
        self.marked = isinstance(mark, list)
        return outcomes


Run = Callable[[Scripted, Ms], str]
"""Does one line of the script at that drill time (UTC ms): empty, or why it was not possible."""


class Stopped(Exception):
    """The run stopped before the end; `str()` says why."""


def play(
    room: SteppedRoom,
    run: Run,
    *,
    speed: int | None = None,
    now: Callable[[], Ms],
    real: RealPages | None = None,
) -> Incident:
    """The drill to its end. `speed` in percent of real time; None: as fast as it goes. `now` gives the wall (UTC ms).

    Raises `Stopped` when a real page comes, `StoreError` where nothing can be written.
    """
    room.load()
    start = clock.start_of(room.state)
    lines = script_of(room.state)
    room.at = max((event.rec for event in room.state.facts), default=start)
    wall, began = now(), room.at
    if real is not None:
        real.begin()
    refused: set[tuple[str, int]] = set()
    while clock.ended(room.state) is None:
        coming = plan(room.state, room.at)
        count = len(room.state.facts)
        act = next((a for a in coming.owed if (a.key, count) not in refused), None)
        if act is not None:
            if isinstance(_done(room.do(act.command, act.by)), Refused):
                refused.add((act.key, count))
            continue
        line = _next(room.state, lines)
        if line is not None and start + line.at <= room.at:
            run(line, room.at)
            room.follow()
            continue
        moments = [at for at in (coming.wake, start + line.at if line else None) if at is not None]
        if not moments:
            raise Stopped("Nothing happens in this drill any more, and it never ends.")
        at = min(moments)
        if real is not None and (page := real.new()):
            raise Stopped(f"{page} The drill stopped.")
        if speed:
            _wait(wall + (at - began) * 100 // speed, now, real)
        room.at = at
    return room.state


def _next(state: Incident, lines: Sequence[Scripted]) -> Scripted | None:
    done = marked(state)
    return next((line for line in lines if line.number not in done), None)


def marked(state: Incident) -> set[int]:
    """The numbers of the script's lines that were done, or were not possible."""
    return {event.body.line for event in state.facts if isinstance(event.body, DrillScripted)}


def _done(outcome: Outcome) -> Outcome:
    if isinstance(outcome, StoreError):
        raise outcome
    return outcome


def _wait(until: Ms, now: Callable[[], Ms], real: RealPages | None) -> None:
    while (left := until - now()) > 0:
        sleep_until(now() + min(left, 1000), now)
        if real is not None and (page := real.new()):
            raise Stopped(f"{page} The drill stopped.")
