"""The brief that hands a role over, in the blocks of ICS form 201: what the next one must know before they say yes."""

import msgspec

from . import escalation
from . import events as ev
from .due import due
from .hypotheses import hypotheses
from .incident import Incident
from .values import Ms

_MOST = 6  # of each list


class Item(msgspec.Struct, frozen=True, gc=False):
    """A line of a block. `at` (UTC ms) is when it happened or is due; None: at no moment in particular."""

    text: str
    at: Ms | None = None


class Block(msgspec.Struct, frozen=True, gc=False):
    title: str
    items: tuple[Item, ...]


def blocks(state: Incident, role: str, now: Ms) -> tuple[Block, ...]:
    """Situation, safety, objectives, actions, organisation, resources; an empty block says so."""
    return (
        Block("Situation", _situation(state)),
        Block("Safety", _safety(state)),
        Block("Objectives", _objectives(state)),
        Block("Actions", _actions(state)),
        Block(
            "Due",
            tuple(Item(f"{d.kind} {d.what}" + (f", {d.who}" if d.who else ""), d.due) for d in due(state, now)[:_MOST]),
        ),
        Block("Organisation", _organisation(state)),
        Block("Resources", _resources(state, now)),
    )


def _situation(state: Incident) -> tuple[Item, ...]:
    found = [Item(f"{state.severity} {state.phase}: {state.title}", state.declared_at)]
    impact = state.impact
    if impact:
        found.append(Item(impact.text(), impact.since))
    if state.services:
        found.append(Item(f"affected: {', '.join(state.services)}"))
    for hypothesis in hypotheses(state)[-_MOST:]:
        word = "" if hypothesis.state == "open" else f" ({hypothesis.state})"
        found.append(Item(f"hypothesis{word}: {hypothesis.what}", hypothesis.at))
    return tuple(found)


_DANGERS = ("safety", "danger", "do not ", "don't ", "never ", "careful", "risk")


def _safety(state: Incident) -> tuple[Item, ...]:
    """Entries that warn of something."""
    found = []
    for event in _entries(state):
        text = _text(state, event)
        if any(word in text.casefold() for word in _DANGERS):
            found.append(Item(text, state.when(event).t))
    return tuple(found[-3:])


def _objectives(state: Incident) -> tuple[Item, ...]:
    """What was decided last, and what is open of it."""
    decided = [e for e in _entries(state) if _kind(state, e) == "decision"]
    return tuple(Item(_text(state, e), state.when(e).t) for e in decided[-_MOST:])


def _actions(state: Incident) -> tuple[Item, ...]:
    done = [Item(_text(state, e), state.when(e).t) for e in _entries(state) if _kind(state, e) == "action"]
    for task in state.tasks:
        word = "" if task.state == "open" else f" ({task.state}{': ' + task.result if task.result else ''})"
        done.append(Item(f"{task.who}: {task.what}{word}", task.due if task.state == "open" else task.given))
    return tuple(sorted(done, key=lambda item: item.at or 0)[-_MOST:])


def _organisation(state: Incident) -> tuple[Item, ...]:
    held = [Item(f"{r.name}: {r.who}", r.since) for r in state.roles if r.who]
    there = sorted(who for who, here in state.attendance.items() if here)
    if there:
        held.append(Item(f"on the bridge: {', '.join(there)}"))
    if state.bridge:
        held.append(Item(f"bridge: {state.bridge}"))
    return tuple(held)


def _resources(state: Incident, now: Ms) -> tuple[Item, ...]:
    """Who was called (ordered), who is expected, who is on scene."""
    found = []
    views = {"": escalation.view(state, now), **escalation.specialists(state, now)}
    for topic, view in views.items():
        for line in view.levels:
            if line.target is None or line.state in ("waiting", "empty", "quiet"):
                continue
            word = {"acked": "on scene", "calling": "called", "next": "expected", "passed": "called"}.get(
                line.state, line.state
            )
            found.append(Item(f"{topic or f'L{line.level}'} {line.target.name}: {word}", line.at))
    return tuple(found)


def _entries(state: Incident) -> list[ev.Event]:
    return [e for e in state.timeline if isinstance(e.body, ev.Logged) and state.stands(e.id)]


def _kind(state: Incident, event: ev.Event) -> str:
    fixed = state.correction(event.id)
    return fixed.kind_ if fixed and fixed.kind_ else event.body.kind


def _text(state: Incident, event: ev.Event) -> str:
    fixed = state.correction(event.id)
    return fixed.text_ if fixed and fixed.text_ is not None else event.body.text()
