"""What simulated commanders make of the same drill: the scenario as it stood on the log, played in memory."""

from random import Random

from warroom.core import events as ev
from warroom.core.drill.commanders import COMMANDERS, play
from warroom.core.drill.memory import BASE, MemoryRoom, begin
from warroom.core.drill.report import bands
from warroom.core.incident import Incident

from .drill_begin import in_force, policy_of


def simulated(state: Incident) -> dict[str, dict[str, str]]:
    """The bands of each simulated commander, by commander and point, with what was in force in this drill."""
    started = state.value((ev.DrillStarted.type,))
    if not isinstance(started, ev.DrillStarted):
        return {}
    values, policy = in_force(state), policy_of(state)
    found = {}
    for name, commander in COMMANDERS.items():
        command = begin(started.scenario, policy, started.seed, values, BASE, who="simulated")
        room = MemoryRoom(command, "Rae")
        last = play(room, commander, Random(started.seed))
        found[name] = bands(last, room.now)
    return found
