"""What is due, nearest first: a pure function of (state, now)."""

from collections.abc import Iterator

import msgspec

from . import escalation
from .cadence import AUDIENCES, next_due
from .events.delivery import ACCEPTED, SENDING, SENT
from .incident import Incident
from .run import Call, Run, advance
from .triggers import coming
from .values import ENDED, MINUTE, Ms

ASKS = 5 * MINUTE  # so long before an acknowledgement runs out, somebody is asked whether it still holds


class Due(msgspec.Struct, frozen=True, gc=False):
    """Something that waits for a person. `kind`: page, ack, update, step or task. `due` is UTC ms.

    `why`: what calls somebody out of turn.
    """

    kind: str
    what: str
    who: str
    due: Ms
    ref: str = ""
    why: str = ""

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


def asks(expires: Ms, now: Ms) -> bool:
    """Whether an acknowledgement that runs out then is asked about now."""
    return expires - now <= ASKS


def is_out(state: Incident, topic: str, call: Call) -> bool:
    """Whether a page for this call has left, or is leaving: whom it calls need not be rung by hand."""
    mine = (topic, call.cause, call.level, call.backup, call.round)
    return any(
        d.what == "page"
        and d.state in (SENDING, ACCEPTED, SENT)
        and (d.topic, d.cause, d.level, d.backup, d.round) == mine
        for d in state.deliveries
    )


def _pages(state: Incident, now: Ms) -> Iterator[Due]:
    if state.run is None or not state.open:
        return
    yield from _turns(state, "", escalation.view(state, now), advance(state.run, now), now)
    for topic, view in escalation.specialists(state, now).items():
        yield from _turns(state, topic, view, advance(state.specialists[topic], now), now)
    for each in coming(state, now):
        trigger = each.trigger
        if trigger.topic:
            known = next((s for s in state.run.policy.specialists if s.topic == trigger.topic), None)
            who = known.targets[0].name if known and known.targets else ""
            yield Due("page", trigger.topic, who, each.at, trigger.topic, trigger.why or trigger.id)


def _turns(state: Incident, topic: str, view: escalation.View, run: Run, now: Ms) -> Iterator[Due]:
    if view.ack and view.expires and view.status == "acknowledged":
        what = f"{view.ack.who} still on it?" if asks(view.expires, now) else "acknowledgement expires"
        yield Due("ack", what, view.ack.who, view.expires, topic)
    if view.next and view.next.at is not None:
        yield _page(view.next, topic)
    call = run.current
    if view.current is None or call is None or view.status == "snoozed":
        return
    last = next((a for a in reversed(run.answers) if a.call.is_as(call)), None)
    if last is not None and last.what != "expired":
        if view.next is None:
            left = run.policy.fallback or "nobody is left to call"
            yield Due("page", f"{topic}: {left}" if topic else left, "", last.at, f"{topic}.fallback")
    elif not (state.drill or is_out(state, topic, call)):  # in a drill nobody is paged, nor too late for it
        yield _page(view.current, topic)


def _page(line: escalation.LevelView, topic: str) -> Due:
    who = line.target.name if line.target else ""
    name = topic or f"L{line.level}" + (" backup" if line.backup else "") + (f" {line.name}" if line.name else "")
    ref = f"{topic}.{line.level}.{line.backup}" if topic else f"{line.level}.{line.backup}"
    return Due("page", name, who, line.at or 0, ref, line.why)


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
