"""The situation in six lines to read aloud: what, how grave, what users see, what is done, who, what comes next."""

from ..core import events as ev
from ..core.due import due
from ..core.duration import spell
from ..core.incident import Incident
from ..core.text import clean
from ..core.values import SECOND, Ms
from ..core.zone import Zone, utc
from . import timeline
from .times import moment

LABELS = ("what", "state", "impact", "doing", "people", "next")
_LEADERS = ("commander", "scribe", "comms", "deputy")


def data(state: Incident, handle: str, now: Ms, zone: Zone = utc) -> dict[str, str]:
    """The six lines by their label."""
    return dict(zip(LABELS, lines(state, handle, now, zone), strict=True))


def lines(state: Incident, handle: str, now: Ms, zone: Zone = utc) -> list[str]:
    """Six sentences, clean, without line breaks, for `now`."""
    said = (
        _what(state, handle),
        _state(state, now, zone),
        _impact(state, now, zone),
        _doing(state, now),
        _people(state),
        _next(state, now, zone),
    )
    return [clean(line) for line in said]


def _what(state: Incident, handle: str) -> str:
    drill = "This is a drill. " if state.drill else ""
    services = f" Affected: {', '.join(state.services)}." if state.services else ""
    return f"{drill}{_stopped(state.title)} ({handle}).{services}"


def _stopped(text: str) -> str:
    return text.strip().rstrip(".")


def _state(state: Incident, now: Ms, zone: Zone) -> str:
    since = moment(state.phase_since, now, zone)
    if state.open:
        return f"{state.severity}, {state.phase} since {since}; declared {spell(state.elapsed(now))} ago."
    return f"{state.severity}, {state.phase} since {since}, after {spell(state.elapsed(now))}."


def _impact(state: Incident, now: Ms, zone: Zone) -> str:
    impact = state.impact
    if impact is None:
        return "Impact: nobody has said yet what users see."
    since = f", since {moment(impact.since, now, zone)}" if impact.since is not None else ""
    word = {"ended": "Impact, ended", "reduced": "Impact, reduced"}.get(impact.state, "Impact")
    scope = f" ({impact.scope})" if impact.scope else ""
    return f"{word}: {_stopped(impact.what)}{scope}{since}."


def _doing(state: Incident, now: Ms) -> str:
    tasks = [t for t in state.tasks if t.state == "open"]
    if tasks:
        return "Now: " + "; ".join(f"{t.who}: {_stopped(t.what)}{_left(t.due, now)}" for t in tasks[:3]) + "."
    for kind, word in (("action", "Last action"), ("decision", "Last decision")):
        for i in range(len(state.timeline) - 1, max(-1, len(state.timeline) - 500), -1):
            event = state.timeline[i]
            if isinstance(event.body, ev.Logged) and state.stands(event.id) and timeline.kind_of(state, event) == kind:
                who = timeline.who_of(state, event) or event.by.name
                text = " ".join(timeline.text_of(state, event).split())
                return f"{word}: {_stopped(text)} ({who}, {spell(max(0, now - state.when(event).t))} ago)."
    return "Now: no task is given and no action is noted."


def _left(at: Ms | None, now: Ms) -> str:
    if at is None:
        return ""
    return f", {spell(at - now)} left" if at - now >= SECOND else f", late by {spell(max(0, now - at))}"


def _people(state: Incident) -> str:
    held = {role.role: role for role in state.roles}
    commander = held.get("commander")
    first = f"{commander.who} commands" if commander and commander.who else "Nobody commands"
    others = [r for r in _LEADERS[1:] if r in held] + [r for r in held if r not in _LEADERS]
    named = [f"{held[r].name} {held[r].who}" for r in others if held[r].who]
    offers = [f"{r.name} is offered to {r.offered_to}" for r in held.values() if r.offered_to]
    return "; ".join([first, *named, *offers]) + "."


def _next(state: Incident, now: Ms, zone: Zone) -> str:
    waiting = due(state, now)
    if not waiting:
        return "Next: nothing is due."
    first = waiting[0]
    who = f", {first.who}" if first.who else ""
    left = first.left(now)
    when = "now" if abs(left) < SECOND else f"in {spell(left)}" if left > 0 else f"late by {spell(-left)}"
    more = f"; {len(waiting) - 1} more" if len(waiting) > 1 else ""
    word = {"page": "page ", "step": "step: ", "task": "task: "}.get(first.kind, "")
    return f"Next: {word}{_stopped(first.what)}{who}, {when}, at {moment(first.due, now, zone)}{more}."
