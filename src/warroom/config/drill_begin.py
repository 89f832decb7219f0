"""A drill as it is declared: on one's own checklists, role cards and rhythms, with the policy of its world."""

from warroom.core.acts.lifecycle import Declare
from warroom.core.drill import clock
from warroom.core.drill.memory import begin
from warroom.core.events import (
    CadenceAttached,
    ChecklistAttached,
    DrillStarted,
    PolicyAttached,
    RolesAttached,
    Value,
)
from warroom.core.incident import Incident
from warroom.core.values import Ms, Refused

from .drill_making import POLICY, Played
from .load import Library
from .opening import opening
from .settings import Settings


def declaration(
    library: Library,
    settings: Settings,
    played: Played,
    seed: int,
    wall: Ms,
    *,
    who: str = "",
    headless: bool = False,
    script: tuple[str, ...] = (),
    before: str = "",
) -> Declare:
    """What declares the drill's incident: on one's own checklists, role cards and rhythms, with the world's policy.

    `wall`: what the wall's clock shows (UTC ms).
    """
    scenario = played.scenario
    known = library.playbooks
    books = [known[id] for id in scenario.playbooks if id in known]
    books = books or list(opening(library, settings, scenario.severity, scenario.services).playbooks)
    values = [library.roles(), library.cadence(), *(library.checklist(each) for each in books)]
    return begin(scenario, played.policy, seed, values, wall, who=who, headless=headless, script=script, before=before)


def again(state: Incident, wall: Ms, who: str) -> Declare:
    """The same drill from the start: what it was declared with, whatever the files say now. Raises `Refused`."""
    started = state.value((DrillStarted.type,))
    if not isinstance(started, DrillStarted):
        raise Refused("This is no drill with a scenario; there is nothing to repeat.")
    return begin(started.scenario, policy_of(state), started.seed, in_force(state), wall, who=who, before=state.id)


def policy_of(state: Incident) -> PolicyAttached | None:
    """The escalation policy of this drill's world."""
    policy = state.run.policy if state.run else None
    return policy if policy and policy.policy == POLICY else None


def in_force(state: Incident) -> list[Value]:
    """The role cards, rhythms and checklists that the drill began with."""
    start = clock.start_of(state)
    found = (event.body for event in state.facts if event.rec <= start)
    return [body for body in found if isinstance(body, RolesAttached | CadenceAttached | ChecklistAttached)]
