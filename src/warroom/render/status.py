"""The incident at a moment, as `status --json` has it and as a block of lines."""

from ..core import escalation
from ..core.due import Due, due
from ..core.duration import spell
from ..core.events import DeliveryChanged
from ..core.incident import Incident
from ..core.learn.origin import origin
from ..core.run import advance
from ..core.text import clean, clip, wrap
from ..core.triggers import coming as coming_
from ..core.values import SECOND, Ms
from . import timeline
from .times import iso, iso_or_none, moment

Data = dict[str, object]
_NAMED = 4  # of those whom a level calls at once


def data(state: Incident, handle: str, now: Ms, *, unheld: str = "") -> Data:
    """What is so at `now`; nothing is left out: what is not known is null. Durations are whole seconds.

    `unheld`: why the process that the log names as the pager pages no more; empty: it does.
    """
    impact = state.impact
    return {
        "id": state.id,
        "handle": handle,
        "title": state.title,
        "severity": state.severity,
        "phase": state.phase,
        "impact": impact.text() if impact else None,
        "impact_since": iso_or_none(impact.since) if impact else None,
        "impact_state": impact.state if impact else None,
        "services": list(state.services),
        "bridge": state.bridge or None,
        "dial": state.call.dial or None,
        "passcode": state.call.passcode or None,
        "declared_at": iso(state.declared_at),
        "ended_at": iso_or_none(state.ended),
        "elapsed_s": state.elapsed(now) // SECOND,
        "roles": {held.role: held.who or None for held in state.roles},
        "offered": {held.role: held.offered_to for held in state.roles if held.offered_to},
        "checklist": _checklist(state),
        "tasks": [
            {"id": t.id, "who": t.who, "what": t.what, "state": t.state, "due_at": iso_or_none(t.due)}
            for t in state.tasks
        ],
        "questions": [{"id": q.id, "what": q.body.text()} for q in state.open_questions],
        "escalation": _escalation(state, now, unheld),
        "due": [_due(each, now) for each in due(state, now)],
        "entries": state.entry_count,
        "conflicts": len(state.conflicts),
        "drill": state.drill,
        "restricted": state.restricted,
    }


def _checklist(state: Incident) -> Data:
    steps = state.steps
    several = len({step.list for step in steps}) > 1
    return {
        "done": sum(step.state == "done" for step in steps),
        "total": len(steps),
        "items": [
            {
                "id": f"{step.list}:{step.step.id}" if several else step.step.id,
                "text": step.step.text,
                "state": step.state,
                "list": step.list,
                "number": step.number,
                "origin": step.step.origin or None,
            }
            for step in steps
        ],
    }


def _escalation(state: Incident, now: Ms, unheld: str) -> Data:
    view = escalation.view(state, now)
    coming, calling = view.next, view.current
    at = coming.at if coming else None
    return {
        "policy": view.policy.policy if view.policy else None,
        "status": view.status,
        "next_level": coming.level if coming else None,
        "next_target": coming.target.name if coming and coming.target else None,
        "due_at": iso_or_none(at),
        "due_in_s": None if at is None else _left(at, now),
        "calling": calling.target.name if calling and calling.target else None,
        "calling_level": calling.level if calling else None,
        "acknowledged_by": view.ack.who if view.ack else None,
        "expires_at": iso_or_none(view.expires),
        "snoozed_until": iso_or_none(view.snoozed.until) if view.snoozed else None,
        "calling_why": calling.why or None if calling else None,
        "next_why": coming.why or None if coming else None,
        "called_off": view.off.why if view.off else None,
        "pages_nobody": view.pages_nobody,
        "tested": bool(view.policy and view.policy.tested),
        "pager": state.pager.where if state.pager and not unheld else None,
        "deliveries": [_delivery(each) for each in state.deliveries],
        "specialists": {topic: _specialist(seen) for topic, seen in escalation.specialists(state, now).items()},
        "triggers": [
            {"id": each.trigger.id, "at": iso(each.at), "why": each.trigger.why} for each in coming_(state, now)
        ],
    }


def _delivery(each: DeliveryChanged) -> Data:
    return {
        "key": each.delivery,
        "what": each.what,
        "state": each.state,
        "level": each.level or None,
        "topic": each.topic or None,
        "to": each.ref.partition(":")[2] or None,
        "who": each.who or None,
        "channel": each.channel or None,
        "attempt": each.attempt,
        "possibly_twice": each.twice,
        "answers": each.answers,
        "due_at": iso(each.due),
        "next_try_at": iso_or_none(each.again or None),
        "why": each.why or None,
    }


def _specialist(seen: escalation.View) -> Data:
    calling = seen.current
    return {
        "status": seen.status,
        "calling": calling.target.name if calling and calling.target else None,
        "acknowledged_by": seen.ack.who if seen.ack else None,
    }


def _due(each: Due, now: Ms) -> Data:
    return {
        "kind": each.kind,
        "what": each.what,
        "who": each.who or None,
        "due_at": iso(each.due),
        "due_in_s": _left(each.due, now),
    }


def _left(at: Ms, now: Ms) -> int:
    """Seconds until then, cut towards zero like the countdown on the screen; negative once it is late."""
    return -((now - at) // SECOND) if at < now else (at - now) // SECOND


def text(state: Incident, handle: str, now: Ms, look: timeline.Look, *, unheld: str = "") -> list[str]:
    """The same for a person, most urgent first."""
    paint = look.paint
    head = f"{handle}  {clean(state.title)}"
    facts = [state.severity, state.phase, f"for {spell(state.elapsed(now))}"]
    if state.drill:
        facts.insert(0, "DRILL")
    block = [paint.bold(clip(head, look.width) if look.width else head), "  ".join(clean(f) for f in facts)]
    rows = [("impact", _impact(state, now, look)), *_rows(state, now, look, unheld)]
    if state.conflicts:
        rows.append(("conflicts", f"{len(state.conflicts)}: see `warroom conflicts`"))
    block += _aligned([(name, value) for name, value in rows if value], look)
    waiting = due(state, now)
    if waiting:
        block += ["", *(_due_line(each, now, look) for each in waiting[:8])]
        if len(waiting) > 8:
            block.append(paint.dim(f"          … and {len(waiting) - 8} more"))
    return block


def _impact(state: Incident, now: Ms, look: timeline.Look) -> str:
    impact = state.impact
    if impact is None:
        return "not stated yet"
    since = f", since {moment(impact.since, now, look.zone)}" if impact.since is not None else ""
    return impact.text() + since


def _rows(state: Incident, now: Ms, look: timeline.Look, unheld: str) -> list[tuple[str, str]]:
    held = [f"{r.name}: {r.who}" for r in state.roles if r.who]
    free = [r.name for r in state.roles if not r.who]
    offered = [f"{r.name} offered to {r.offered_to}, not accepted yet" for r in state.roles if r.offered_to]
    steps = state.steps
    done = sum(step.state == "done" for step in steps)
    upcoming = next((step for step in steps if step.state == "todo"), None)
    checklist = f"{done} of {len(steps)} done" if steps else ""
    if upcoming:
        after = f" ({origin(upcoming.step)})" if upcoming.step.origin else ""
        checklist += f", next {upcoming.number} {upcoming.step.text}{after}"
    return [
        ("services", ", ".join(state.services)),
        ("bridge", state.call.text() if state.call.said else ""),
        ("roles", "; ".join([*held, *offered]) or "nobody yet"),
        ("free", ", ".join(free)),
        ("checklist", checklist),
        ("escalation", escalation_line(state, now, look, unheld=unheld)),
        ("entries", str(state.entry_count)),
    ]


def escalation_line(state: Incident, now: Ms, look: timeline.Look, *, starting: bool = False, unheld: str = "") -> str:
    """Who is called, who comes next and when, in one line. `starting`: a pager is on its way; `unheld` as in `data`."""
    view = escalation.view(state, now)
    if state.pager is None:
        unheld = "nobody holds the pager: `warroom watch --detach` pages"
    nobody = "" if state.drill or starting else unheld
    name = (view.policy.title or view.policy.policy) if view.policy else ""
    parts: list[str] = []
    match view.status:
        case "none":
            return "no policy: nobody is called"
        case "stopped":
            parts.append("stopped")
        case "called off" if view.off:
            parts.append(f"called off: {view.off.why}")
        case "waiting":
            parts.append("calls nobody until a trigger or a person starts it")
        case "acknowledged" if view.ack and view.expires is not None:
            parts.append(f"{view.ack.who} has it for {spell(max(0, view.expires - now))}")
        case "snoozed" if view.snoozed:
            parts.append(f"snoozed until {moment(view.snoozed.until, now, look.zone)}")
    if view.current and view.status in ("running", "exhausted"):
        verb = "ring" if view.pages_nobody or nobody else "calling"
        parts.append(f"{verb} L{view.current.level} {_reach(view.current)} now{_went(state, view.current, now)}")
    if view.next and view.next.at is not None:
        why = f" ({view.next.why})" if view.next.why else ""
        parts.append(f"L{view.next.level} {_reach(view.next)} in {spell(max(0, view.next.at - now))}{why}")
    elif view.status == "exhausted":
        parts.append(view.policy.fallback if view.policy and view.policy.fallback else "nobody is left: ring by hand")
    if state.drill:
        parts.append("a drill: nobody is paged")
    elif view.status in ("running", "snoozed", "exhausted") and view.pages_nobody:
        parts.append("PAGES NOBODY, ring by hand")
    elif nobody and view.status not in ("stopped", "called off"):
        parts.append(nobody)
    parts += [f"{topic}: {_aside(seen)}" for topic, seen in escalation.specialists(state, now).items()]
    return f"{name}: {'; '.join(parts)}"


def _went(state: Incident, line: escalation.LevelView, now: Ms) -> str:
    """What became of this level's pages: `, hook sent`."""
    call = advance(state.run, now).current if state.run else None
    cause = call.cause if call else ""
    place = (line.level, line.backup, line.round)
    said = [
        (f"{d.who} by " if line.others else "")
        + f"{d.channel or 'no channel'} {WENT.get(d.state, d.state)}"
        + (f" ({d.why})" if d.state == "failed" else "")
        for d in state.deliveries
        if d.what == "page" and not d.topic and (d.level, d.backup, d.round) == place and d.cause == cause
    ]
    return f": {', '.join(said)}" if said else ""


WENT = {"failed": "NOT SENT", "unknown": "perhaps sent", "queued": "waits", "sending": "is sending"}
"""States of a delivery, as a line of status has them; the others are their own words."""


def _aside(seen: escalation.View) -> str:
    if seen.ack:
        return f"{seen.ack.who} has it"
    return f"calling {_reach(seen.current)}" if seen.current else seen.status


def _reach(line: escalation.LevelView) -> str:
    """Everybody whom this level calls at once, each with the number to ring."""
    called = (line.target, *line.others) if line.target else line.others
    names = [f"{each.name} ({each.phone})" if each.phone else each.name for each in called]
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _aligned(rows: list[tuple[str, str]], look: timeline.Look) -> list[str]:
    out = []
    for name, value in rows:
        first, *rest = wrap(clean(value), max(20, look.width - 12)) if look.width else [clean(value)]
        out += [look.paint.dim(f"{name:<12}") + first, *(" " * 12 + line for line in rest)]
    return out


def _due_line(each: Due, now: Ms, look: timeline.Look) -> str:
    left = each.left(now)
    count = "now" if abs(left) < SECOND else spell(left) if left > 0 else f"late {spell(-left)}"
    who = f"  {clean(each.who)}" if each.who else ""
    line = f"{count:>11} {each.kind:<6} {clean(each.what)}{who}"
    if look.width:
        line = clip(line, look.width)
    return look.paint.alarm(line) if left < 0 else line
