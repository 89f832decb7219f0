"""Triggers: what calls a level or a specialist by itself, and from when on. A function of the facts alone.

A trigger fires once for each time the escalation starts; that it fired is a fact, since what it looked at may pass.
"""

from typing import TYPE_CHECKING

import msgspec

from . import events as ev
from .events import Trigger, When
from .run import Run, advance
from .values import Ms

if TYPE_CHECKING:
    from .incident import Incident


class Coming(msgspec.Struct, frozen=True, gc=False):
    """A trigger that will fire at `at` (UTC ms) if nothing changes; in the past: it is due."""

    trigger: Trigger
    at: Ms


def coming(state: "Incident", now: Ms | None = None) -> tuple[Coming, ...]:
    """The triggers that wait, the nearest first. Empty where no escalation is running.

    With `now` (UTC ms), whom a trigger would call counts as called also where the clock alone has called them.
    """
    run = state.run
    if run is None or run.halted or not run.policy.triggers or not state.open:
        return ()
    run = run if now is None else advance(run, now)
    found = []
    for trigger in run.policy.triggers:
        at = None if _done(state, run, trigger) else _from(state, run, trigger.when)
        if at is not None:
            found.append(Coming(trigger, at))
    return tuple(sorted(found, key=lambda each: (each.at, each.trigger.id)))


def _done(state: "Incident", run: Run, trigger: Trigger) -> bool:
    """Whether it has fired already, or whom it would call was called already."""
    began = state.facts.get(run.cause)
    for page in state.pages:
        body = page.body
        fired = isinstance(body, ev.Escalated | ev.SpecialistCalled) and body.trigger == trigger.id
        called = isinstance(body, ev.SpecialistCalled) and body.topic == trigger.topic
        # By the order of facts: their times mean nothing once a clock was set in between.
        if (fired or called) and (began is None or page.order > began.order) and state.stands(page.id):
            return True
    if trigger.topic:
        return False
    return not 1 <= trigger.level <= len(run.policy.levels) or any(c.level >= trigger.level for c in run.called)


def _from(state: "Incident", run: Run, when: When) -> Ms | None:
    """From when on all that it asks for is so; None while it is not, however long one waits."""
    moments = [run.started]
    declared_at = state.declared_at + _set_since(state, state.declaration)
    phases = state.visible((ev.PhaseChanged.type,))
    phase_since = state.phase_since + _set_since(state, phases[-1] if phases else state.declaration)
    for wanted, at in (
        (when.severity, 0 if state.severity in when.severity else None),
        (when.elapsed, declared_at + (when.elapsed or 0)),
        (when.phase, phase_since if state.phase in when.phase else None),
        (when.in_phase, phase_since + (when.in_phase or 0)),
        (when.users, 0 if _users(state) >= (when.users or 0) else None),
        (when.services, 0 if len(state.services) >= (when.services or 0) else None),
        (when.alone, None if len(there(state)) > 1 else declared_at + (when.alone or 0)),
        (when.unacknowledged, None if _answered(state) else declared_at + (when.unacknowledged or 0)),
        (when.missing, _free_since(state, when)),
        (when.silence, max(state.last_entry or 0, declared_at) + (when.silence or 0)),
    ):
        if wanted in (None, "", ()):
            continue
        if at is None:
            return None
        moments.append(at)
    return max(moments)


def _set_since(state: "Incident", since: ev.Event | None) -> Ms:
    """By how much the pager's clock was set after this fact: what is counted from it moves by as much."""
    found: Ms = 0
    for page in state.pages:
        body = page.body
        if since and isinstance(body, ev.ClockStepped) and page.order > since.order and state.stands(page.id):
            found += body.by
    return found


def _users(state: "Incident") -> int:
    impact = state.impact
    return impact.users or 0 if impact and impact.state != "ended" else 0


def there(state: "Incident") -> set[str]:
    """Everybody who wrote something, was quoted, acknowledged, or has a role."""
    return {name.casefold() for name in state.seen} | {held.who.casefold() for held in state.roles if held.who}


def _answered(state: "Incident") -> bool:
    """Whether anybody ever had it."""
    if state.value((ev.MilestoneMarked.type, "acknowledged")):
        return True
    return any(isinstance(page.body, ev.Acknowledged) and state.stands(page.id) for page in state.pages)


def _free_since(state: "Incident", when: When) -> Ms | None:
    held = state.visible((ev.RoleAssigned.type, when.missing))
    last = held[-1] if held else None
    if last and isinstance(last.body, ev.RoleAssigned) and last.body.who:
        return None
    return (last.at.t if last else state.declared_at) + when.missing_for
