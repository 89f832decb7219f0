"""Who plays the world of a drill, and how far it has come: drill time passes only while somebody plays it.

A process that was killed leaves its lock's file behind; the age of that file says when the world stood still.
"""

import os

from ..core.drill import clock
from ..core.incident import Incident
from ..core.values import Ms
from ..store import beside, holding

_STEP = 1000  # ms between two beats, and a little more


def beat(path: str) -> Ms:
    """When the process that plays the drill in this file was last heard of (UTC ms); 0: nothing is left of one."""
    try:
        return os.stat(beside.drill(path)).st_mtime_ns // 1_000_000
    except OSError:
        return 0


def time(path: str, state: Incident, wall: Ms) -> Ms:
    """What time it is in this drill when the wall's clock shows `wall` (both UTC ms)."""
    if not clock.speed(state) or clock.scenario(state) is None or holding.look(beside.drill(path)) is not None:
        return clock.time(state, wall)
    return stood(state, min(wall, beat(path)))


def stood(state: Incident, heard: Ms) -> Ms:
    """Where the drill stood when the process that played it was last heard of (UTC ms of the wall; 0: never).

    That is at its last beat, at the last fact, or where somebody has set its clock since.
    """
    last = max((event.rec for event in state.facts), default=0)
    return max(last, clock.time(state, heard))
