"""The clock of a drill: drill time follows the wall's at the speed that was last set, and stands while it is paused.

Without a clock on the log time is the wall's: so it is for every real incident.
"""

from .. import events as ev
from ..events import Event
from ..incident import Incident
from ..values import Ms

SPEEDS = (25, 50, 100, 200, 400, 800, 1600)  # percent of real time that “slower” and “faster” step through
FASTEST = 360_000


def set_at(state: Incident) -> Event | None:
    """The fact that set the clock last."""
    found = state.visible((ev.DrillClock.type,))
    return found[-1] if found else None


def time(state: Incident, wall: Ms) -> Ms:
    """What time it is in this incident when the wall's clock shows `wall` (both UTC ms)."""
    found = set_at(state)
    if found is None or not isinstance(found.body, ev.DrillClock):
        return wall
    clock, began = found.body, found.at.t
    if not clock.speed:
        return max(began, state.facts[-1].rec)  # without a screen it goes from one fact to the next
    return began + max(0, wall - clock.wall) * clock.speed // 100


def speed(state: Incident) -> int:
    """Percent of real time; 0 while it stands; 100 where there is no drill."""
    found = set_at(state)
    return found.body.speed if found and isinstance(found.body, ev.DrillClock) else 100


def before_pause(state: Incident) -> int:
    """The speed at which it would go on."""
    for i in range(len(state.facts) - 1, -1, -1):
        body = state.facts[i].body
        if isinstance(body, ev.DrillClock) and body.speed:
            return body.speed
    return 100


def stepped(now: int, by: int) -> int:
    """The next speed, faster (1) or slower (-1)."""
    known = sorted((*SPEEDS, now))
    place = known.index(now) + by
    faster = [each for each in SPEEDS if each > now]
    slower = [each for each in SPEEDS if each < now]
    if place < 0 or (by > 0 and not faster) or (by < 0 and not slower):
        return now
    return faster[0] if by > 0 else slower[-1]


def started(state: Incident) -> Event | None:
    """The fact that says which scenario is played."""
    found = state.visible((ev.DrillStarted.type,))
    return found[-1] if found else None


def scenario(state: Incident) -> ev.Scenario | None:
    """What is played, or None: this is no drill, or one without a scenario."""
    body = state.value((ev.DrillStarted.type,))
    return body.scenario if isinstance(body, ev.DrillStarted) else None


def start_of(state: Incident) -> Ms:
    """When it began, in drill time (UTC ms)."""
    event = started(state)
    return event.at.t if event else state.declared_at


def ended(state: Incident) -> Event | None:
    """The fact that ended it."""
    found = state.visible((ev.DrillEnded.type,))
    return found[0] if found else None


def running(state: Incident) -> bool:
    """Whether there is a scenario that is not over."""
    return scenario(state) is not None and ended(state) is None
