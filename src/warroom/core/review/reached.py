"""When each milestone was reached, as metrics see it: what was undone was not reached, and others' words count.

It begins with what the incident itself knows (`core.milestones`) and adds what only a look at all of it tells.
"""

from collections.abc import Iterable, Iterator, Sequence

from .. import events as ev
from ..incident import Incident
from ..milestones import reached
from ..values import ENDED, MILESTONES, At
from . import steps
from .bearing import Bearing
from .steps import Step

OPEN = "it is not over"
CANCELLED = "it was cancelled"
_DETECTING = ("detection", "detected", "detect")  # words with which others' timelines say so


def times_of(known: Bearing, state: Incident, phases: Sequence[Step]) -> dict[str, At]:
    """The milestones in their order; `phases` are all changes of the phase as they were written."""
    found = reached(state)
    came_back = reopening(phases)
    after = {
        "detected": [found["detected"]] if "detected" in found else _lines(known, state, "detected"),
        "acknowledged": [*_acknowledged(known, state), *_lines(known, state, "acknowledged")],
        "mitigated": _mitigated(known, came_back),
        "resolved": _resolved(known, state, phases),
    }
    for name, told in after.items():
        found.pop(name, None)
        marked = state.visible((ev.MilestoneMarked.type, name))
        undone = name in ("mitigated", "resolved") and came_back is not None
        if marked and not (undone and came_back and marked[-1].order < came_back.order):
            found[name] = marked[-1].at
        elif earliest := min(told, key=lambda at: at.t, default=None):
            found[name] = earliest
    if state.open:
        found.pop("resolved", None)
    return {name: found[name] for name in MILESTONES if name in found}


def _acknowledged(known: Bearing, state: Incident) -> Iterator[At]:
    """When pages were acknowledged. A redaction takes the words of one away, and not that it was."""
    kind = ev.Acknowledged.type
    return (fact.at for fact in known.facts if fact.type == kind and fact.id not in state.retracted)


def _lines(known: Bearing, state: Incident, says: str) -> list[At]:
    """When the lines of an imported timeline say so; one whose kind was corrected says what it was corrected to."""
    found = []
    for line in known.lines:
        body, fixed = line.body, state.correction(line.id)
        if not isinstance(body, ev.Logged) or (fixed and fixed.kind_ is not None):
            continue
        word = "detected" if body.word.casefold() in _DETECTING else ""
        if (word or ("acknowledged" if body.kind_ == ev.Acknowledged.kind else "")) == says:
            found.append(state.when(line))
    return found


def _mitigated(known: Bearing, came_back: Step | None) -> Iterator[At]:
    for fact in known.facts:
        body = fact.body
        held = came_back is None or fact.order > came_back.order
        if held and isinstance(body, ev.PhaseChanged) and body.phase == "monitoring":
            yield fact.at


def _resolved(known: Bearing, state: Incident, phases: Sequence[Step]) -> Iterable[At]:
    if state.ended is None or state.phase not in ("resolved", "closed") or is_cancelled(phases):
        return ()
    ends = [step.at for step in phases if step.value in ENDED and step.at.t == state.ended]
    return ends[:1] or (At(state.ended),)


def reopening(phases: Sequence[Step]) -> Step | None:
    """When it went back for the last time to a phase before it was mitigated."""
    found = steps.back(phases)
    return found[-1] if found else None


def is_cancelled(phases: Sequence[Step]) -> bool:
    """Whether what ended it is that it was cancelled, also where it was closed then."""
    last = [step.value for step in phases if step.value != "closed"][-1:]
    return last == ["cancelled"]
