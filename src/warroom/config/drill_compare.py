"""What simulated commanders make of the same drill: the scenario as it stood on the log, played in memory."""

from random import Random

from warroom.core import events as ev
from warroom.core.drill import clock
from warroom.core.drill.commanders import COMMANDERS, play
from warroom.core.drill.memory import BASE, MemoryRoom, begin
from warroom.core.drill.report import bands
from warroom.core.incident import Incident

from .drills import POLICY


def simulated(state: Incident) -> dict[str, dict[str, str]]:
    """The bands of each simulated commander, by commander and point, with what was in force in this drill."""
    started = state.value((ev.DrillStarted.type,))
    if not isinstance(started, ev.DrillStarted):
        return {}
    values = _in_force(state)
    policy = state.run.policy if state.run and state.run.policy.policy == POLICY else None
    found = {}
    for name, commander in COMMANDERS.items():
        command = begin(started.scenario, policy, started.seed, values, BASE, who="simulated")
        room = MemoryRoom(command, "Rae")
        last = play(room, commander, Random(started.seed))
        found[name] = bands(last, room.now)
    return found


def _in_force(state: Incident) -> list[ev.Value]:
    """The role cards, rhythms and checklists that the drill began with."""
    start = clock.start_of(state)
    found = (event.body for event in state.facts if event.rec <= start)
    return [body for body in found if isinstance(body, ev.RolesAttached | ev.CadenceAttached | ev.ChecklistAttached)]
