"""The brief that hands a role over, in the blocks of ICS form 201: what the next one must know before they say yes."""

import msgspec

from . import escalation
from . import events as ev
from .due import due
from .duration import spell
from .hypotheses import hypotheses
from .incident import Incident
from .text import clean
from .values import SECOND, Ms
from .zone import Zone, civil, utc

_MOST = 6  # of each list
LONGEST = 4_000  # characters of a brief as text, which a fact and a letter hold with ease
# How much room there is, by how often it was too long: items of a block, letters of an item.
_ROOM = ((6, 400), (6, 200), (6, 120), (4, 120), (3, 80), (2, 60), (1, 40))


class Item(msgspec.Struct, frozen=True, gc=False):
    """A line of a block. `at` (UTC ms) is when it happened or is due; None: at no moment in particular."""

    text: str
    at: Ms | None = None


class Block(msgspec.Struct, frozen=True, gc=False):
    title: str
    items: tuple[Item, ...]


def blocks(state: Incident, role: str, now: Ms) -> tuple[Block, ...]:
    """Situation, safety, objectives, actions, organisation, resources; one without items has nothing to say.

    Of the role that is handed over, it says in the organisation who has it and to whom it is offered.
    """
    return (
        Block("Situation", _situation(state)),
        Block("Safety", _safety(state)),
        Block("Objectives", _objectives(state)),
        Block("Actions", _actions(state)),
        Block("Due", _due(state, now)),
        Block("Organisation", _organisation(state, role)),
        Block("Resources", _resources(state, now)),
    )


def _situation(state: Incident) -> tuple[Item, ...]:
    found = [Item(f"{state.severity} {state.phase}: {state.title}", state.declared_at)]
    impact = state.impact
    if impact:
        found.append(Item(impact.text(), impact.since))
    if state.services:
        found.append(Item(f"affected: {', '.join(state.services)}"))
    found += [Item(f"{can.who}: {can.condition}", at) for can, at in _reports(state)]
    for hypothesis in hypotheses(state)[-_MOST:]:
        word = "" if hypothesis.state == "open" else f" ({hypothesis.state}: {hypothesis.evidence})"
        found.append(Item(f"hypothesis {hypothesis.number}{word}: {hypothesis.what}", hypothesis.at))
    return tuple(found)


def _reports(state: Incident) -> list[tuple[ev.CanReported, Ms]]:
    """The last report of each expert."""
    last: dict[str, tuple[ev.CanReported, Ms]] = {}
    for event in state.timeline:
        if isinstance(event.body, ev.CanReported) and state.stands(event.id):
            last[event.body.who] = (event.body, event.at.t)
    return list(last.values())[-_MOST:]


def _due(state: Incident, now: Ms) -> tuple[Item, ...]:
    found = [Item(f"{d.kind}: {d.what}" + (f", {d.who}" if d.who else ""), d.due) for d in due(state, now)]
    return tuple(found[:_MOST])


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
    """What was decided last, what is proposed, and which answers are owed."""
    decided = [e for e in _entries(state) if _kind(state, e) == "decision"]
    found = [Item(_text(state, e), state.when(e).t) for e in decided[-_MOST:]]
    for poll in state.polls:
        waits = state.stands(poll.id) and not state.visible((ev.PollClosed.type, poll.id))
        if waits and isinstance(poll.body, ev.PollOpened):
            found.append(Item(f"proposed, not decided yet: {poll.body.proposal}", poll.at.t))
    found += [Item(f"owed an answer: {q.body.text()}", q.at.t) for q in state.open_questions[:3]]
    return tuple(found)


def _actions(state: Incident) -> tuple[Item, ...]:
    done = [Item(_text(state, e), state.when(e).t) for e in _entries(state) if _kind(state, e) == "action"]
    for task in state.tasks:
        word = "" if task.state == "open" else f" ({task.state}{': ' + task.result if task.result else ''})"
        done.append(Item(f"{task.who}: {task.what}{word}", task.due if task.state == "open" else task.given))
    return tuple(sorted(done, key=lambda item: item.at or 0)[-_MOST:])


def _organisation(state: Incident, role: str) -> tuple[Item, ...]:
    held = [Item(f"{r.name}: {r.who}", r.since) for r in state.roles if r.who]
    held += [Item(f"{r.name}: nobody") for r in state.roles if not r.who and r.role == role]
    there = sorted(who for who, here in state.attendance.items() if here)
    if there:
        held.append(Item(f"on the bridge: {', '.join(there)}"))
    if state.call.said:
        held.append(Item(f"bridge: {state.call.text()}"))
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
    found += [Item(f"{can.who} needs: {can.needs}", at) for can, at in _reports(state) if can.needs]
    return tuple(found)


def _entries(state: Incident) -> list[ev.Event]:
    return [e for e in state.timeline if isinstance(e.body, ev.Logged) and state.stands(e.id)]


def _kind(state: Incident, event: ev.Event) -> str:
    fixed = state.correction(event.id)
    return fixed.kind_ if fixed and fixed.kind_ else event.body.kind


def _text(state: Incident, event: ev.Event) -> str:
    fixed = state.correction(event.id)
    return fixed.text_ if fixed and fixed.text_ is not None else event.body.text()


# ── in words ──


def text(state: Incident, role: str, now: Ms, *, to: str = "", zone: Zone = utc) -> str:
    """The brief as plain text of at most `LONGEST` characters, clean; with `to` it says how that person accepts."""
    found = blocks(state, role, now)
    said = ""
    for items, letters in _ROOM:
        said = "\n".join(_lines(state, role, now, to, zone, found, items, letters))
        if len(said) <= LONGEST:
            break
    return said[:LONGEST]


def _lines(
    state: Incident, role: str, now: Ms, to: str, zone: Zone, found: tuple[Block, ...], items: int, letters: int
) -> list[str]:
    held = next((r for r in state.roles if r.role == role), None)
    name = _flat(held.name if held else role, 40)
    drill = "DRILL " if state.drill else ""
    out = [
        f"{drill}Handover: {name}" + (f" to {_flat(to, 40)}" if to else ""),
        f"{state.handle()}, {moment(now, now, zone, date=True)}, {spell(state.elapsed(now))} after it was declared",
    ]
    for block in found:
        out += ["", block.title.upper()]
        # What is due comes nearest first, everything else latest last.
        some = block.items[:items] if block.title in ("Due", "Organisation") else block.items[-items:]
        out += [f"- {_said(item, now, zone, letters)}" for item in some] or ["- nothing noted"]
    if to:
        who = held.who if held else ""
        until = f"Until then {_flat(who, 40)} stays {name}." if who else f"Until then nobody is {name}."
        out += ["", f"Accept: `/accept {role}`, `warroom accept {role}`, or say so on the bridge. {until}"]
    return out


def _said(item: Item, now: Ms, zone: Zone, letters: int) -> str:
    text = _flat(item.text, letters)
    if item.at is None:
        return text
    left = item.at - now
    ahead = f" (in {spell(left)})" if left >= SECOND else ""
    return f"{moment(item.at, now, zone)}{ahead}  {text}"


def _flat(text: str, most: int) -> str:
    text = clean(" ".join(text.split()))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def moment(t: Ms, now: Ms, zone: Zone = utc, *, date: bool = False) -> str:
    """`14:02 UTC`, with its date where that is not today's, or with `date`."""
    c, today = civil(t, zone), civil(now, zone)
    there = "" if c[:3] == today[:3] and not date else f"{c.year:04}-{c.month:02}-{c.day:02} "
    return f"{there}{c.hour:02}:{c.minute:02} {zone(t)[1]}"
