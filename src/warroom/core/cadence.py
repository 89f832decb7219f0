"""The rhythm of stakeholder updates: what was promised wins, else what the cadence on the log says."""

from . import events as ev
from .incident import Incident
from .values import MINUTE, Ms

AUDIENCES = ("public", "internal", "executive")
_LAST_ONE = 15 * MINUTE  # how soon the closing update is owed where the cadence asks for one


def rhythm(state: Incident, audience: str) -> ev.Rhythm | None:
    """The rhythm for this audience at the severity it has now, or None."""
    cadence = state.value((ev.CadenceAttached.type,))
    if not isinstance(cadence, ev.CadenceAttached):
        return None
    return next((r for r in cadence.rhythms if r.audience == audience and state.severity in r.severities), None)


def every(state: Incident, audience: str) -> Ms | None:
    """How often this audience hears in the phase it is in now (ms), or None where nothing is owed."""
    now = rhythm(state, audience)
    return now.every.get(state.phase) if now else None


def last(state: Incident, audience: str) -> ev.Event | None:
    """The last update to this audience that stands."""
    for event in reversed(state.updates):
        if isinstance(event.body, ev.UpdatePosted) and event.body.audience == audience and state.stands(event.id):
            return event
    return None


def next_due(state: Incident, audience: str) -> tuple[int, Ms] | None:
    """The number of the next update to this audience and when it is due (ms UTC), or None."""
    if state.phase in ("closed", "cancelled"):
        return None
    now = rhythm(state, audience)
    wait = now.every.get(state.phase) if now else None
    previous = last(state, audience)
    body = previous.body if previous else None
    number, promised = (body.number + 1, body.next) if isinstance(body, ev.UpdatePosted) else (1, None)
    if state.ended is not None:
        told = previous is not None and previous.at.t >= state.ended
        return None if wait is None or told else (number, state.ended + (wait or _LAST_ONE))
    if promised is not None:
        return number, promised
    if now is None or wait is None:
        return None
    if previous is None:
        return number, state.declared_at + (now.first if now.first is not None else wait)
    return number, previous.at.t + wait
