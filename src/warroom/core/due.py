"""What is due, nearest first: a pure function of (state, now)."""

import msgspec

from . import escalation
from .cadence import AUDIENCES, next_due
from .incident import Incident
from .values import ENDED, Ms


class Due(msgspec.Struct, frozen=True, gc=False):
    """Something that waits for a person. `kind`: page, ack, update, step or task. `due` is UTC ms."""

    kind: str
    what: str
    who: str
    due: Ms
    ref: str = ""

    def left(self, now: Ms) -> Ms:
        """Milliseconds until it is due; negative once it is late."""
        return self.due - now


def due(state: Incident, now: Ms) -> list[Due]:
    """Everything that counts down in this incident, what is late first."""
    return with_pages(state, standing(state), now)


def standing(state: Incident) -> list[Due]:
    """What is due by the facts alone, whatever the time: updates, steps, tasks."""
    if state.declaration is None or state.phase in ("closed", "cancelled"):
        return []
    return [*_updates(state), *(_work(state) if state.phase not in ENDED else ())]


def with_pages(state: Incident, found: list[Due], now: Ms) -> list[Due]:
    """What stands and, at `now`, the escalation; what is late first. For a clock that ticks on one state."""
    if state.declaration is None or state.phase in ("closed", "cancelled"):
        return []
    return sorted([*_pages(state, now), *found], key=lambda d: (d.due, d.kind, d.what))


def _pages(state: Incident, now: Ms) -> list[Due]:
    view = escalation.view(state, now)
    found = []
    if view.status == "acknowledged" and view.ack and view.expires:
        found.append(Due("ack", "acknowledgement expires", view.ack.who, view.expires))
    elif view.next and view.next.at is not None:
        found.append(_page(view.next))
    if view.current and view.current.at is not None and view.status in ("running", "exhausted"):
        found.append(_page(view.current))
    return found


def _page(line: escalation.LevelView) -> Due:
    who = line.target.name if line.target else ""
    name = f"L{line.level}" + (" backup" if line.backup else "") + (f" {line.name}" if line.name else "")
    return Due("page", name, who, line.at or 0, ref=f"{line.level}.{line.backup}")


def _updates(state: Incident) -> list[Due]:
    found = []
    for audience in AUDIENCES:
        if owed := next_due(state, audience):
            writer = state.role("comms") or state.role("commander")
            found.append(
                Due("update", f"{audience} update #{owed[0]}", writer.who if writer else "", owed[1], audience)
            )
    return found


def _work(state: Incident) -> list[Due]:
    found = []
    for step in state.steps:
        if step.state == "todo" and step.due is not None:
            role = state.role(step.step.role) if step.step.role else None
            who = role.who if role else step.step.role
            found.append(Due("step", step.step.text, who, step.due, f"{step.list}:{step.step.id}"))
    for task in state.tasks:
        if task.state == "open" and task.due is not None:
            found.append(Due("task", task.what, task.who, task.due, task.id))
    return found
