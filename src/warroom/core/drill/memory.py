"""A drill in memory: the same commands, facts and fold as in a file, for simulated commanders and for checks."""

from collections.abc import Sequence

import msgspec

from ..acts.lifecycle import Declare
from ..commands import Command, Draft, Stamp
from ..decide import decide
from ..events import DrillClock, DrillScript, DrillStarted, Event, PolicyAttached, RoleAssigned, Scenario, Value
from ..fold import fold
from ..incident import Incident
from ..values import By, Ms, Refused, fact_id, incident_id
from . import clock
from .world import plan

BASE: Ms = 1_767_578_400_000  # 2026-01-05 02:00 UTC, a Monday night: when every drill without a screen begins
_PART = 48 * 1024  # bytes of a script in one fact, which holds little more
_MOST = 20_000  # acts of a world in one drill; more can only be a circle


def begin(
    scenario: Scenario,
    policy: PolicyAttached | None,
    seed: int,
    values: Sequence[Value],
    wall: Ms,
    *,
    who: str = "",
    headless: bool = False,
    script: tuple[str, ...] = (),
    before: str = "",
) -> Declare:
    """What declares the incident of a drill: the scenario, its clock and its world with all that is in force.

    `values`: role cards, checklists and rhythms. `wall`: what the wall's clock shows (UTC ms).
    """
    started = DrillStarted(scenario, seed, headless, who, before)
    speed = 0 if headless else 100
    attach: list[Value] = [started, DrillClock(speed, wall, quiet=True), *values]
    attach += [RoleAssigned(role, name) for role, name in scenario.roles]
    if policy is not None:
        attach.append(policy)
    attach += _parts(script)
    return Declare(title=scenario.title, severity=scenario.severity, services=scenario.services, attach=tuple(attach))


def _parts(script: tuple[str, ...]) -> list[DrillScript]:
    found: list[DrillScript] = []
    lines: list[str] = []
    size, first = 0, 1
    for number, line in enumerate(script, 1):
        length = len(msgspec.json.encode(line)) + 1
        if lines and size + length > _PART:
            found.append(DrillScript(first, tuple(lines)))
            lines, size, first = [], 0, number
        lines.append(line)
        size += length
    return [*found, DrillScript(first, tuple(lines))] if lines else found


class MemoryRoom:
    """One drill that is in no file. `now` is drill time (UTC ms)."""

    def __init__(self, declare: Declare, me: str, now: Ms = BASE) -> None:
        self.now = now
        self.me = By(me)
        self.state = Incident()
        self._inc = incident_id(b"drill in memory.", drill=True)
        self._n = 0
        self._refused: set[tuple[str, int]] = set()
        self.do(declare)

    def do(self, command: Command, by: By | None = None) -> list[Event] | Refused:
        """What the command puts on the log, or why not."""
        who = by or self.me
        drafts = decide(self.state, command, Stamp(self.now, who))
        if isinstance(drafts, Refused):
            for noted in drafts.noted:
                if isinstance(noted, Draft):
                    self._write(noted, who)
            return drafts
        return [self._write(draft, who) for draft in drafts]

    def _write(self, draft: Draft, by: By) -> Event:
        self._n += 1
        event = Event(
            id=fact_id(self._n.to_bytes(12, "big")),
            inc=self._inc,
            rep="memory",
            seq=self._n,
            lam=self._n,
            at=draft.at,
            rec=self.now,
            by=by,
            body=draft.body,
            over=draft.over,
        )
        self.state = fold(self.state, event)
        return event

    def settle(self) -> Ms | None:
        """Lets the world do all that it owes at this moment; when it does something next (UTC ms)."""
        for _ in range(_MOST):
            coming = plan(self.state, self.now)
            act = next((a for a in coming.owed if (a.key, self._n) not in self._refused), None)
            if act is None:
                return coming.wake
            if isinstance(self.do(act.command, act.by), Refused):
                self._refused.add((act.key, self._n))
        raise RuntimeError("the world of this drill goes round in a circle")

    @property
    def over(self) -> bool:
        return clock.ended(self.state) is not None
