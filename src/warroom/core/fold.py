"""fold(state, event) -> state. Total: any fact on any state gives a state; only `decide` refuses."""

from msgspec.structs import replace

from . import escalation
from . import events as ev
from .events import Event
from .incident import Incident
from .values import ENDED, Ms

_LISTS: dict[type[ev.Body], str] = {
    ev.TaskGiven: "tasks_given",
    ev.PollOpened: "polls",
    ev.ObjectionRaised: "objections",
    ev.QuestionAsked: "questions",
    ev.QuestionAnswered: "answers",
    ev.UpdatePosted: "updates",
    ev.Linked: "links",
    ev.Acknowledged: "pages",
    ev.NoAnswer: "pages",
    ev.Escalated: "pages",
    ev.Snoozed: "pages",
}
_PAGES = (ev.Acknowledged, ev.NoAnswer, ev.Escalated, ev.Snoozed)


def fold(state: Incident, event: Event) -> Incident:
    """The state after `event`. A fact that is known already changes nothing."""
    facts = state.facts
    if event.id in facts:
        return state
    body = event.body
    kind = body.__class__
    change: dict[str, object] = {
        "facts": facts.append(event),
        "timeline": state.timeline.append(event, event.at.t),
        "seen": _seen(state.seen, event),
    }
    if kind is ev.Logged:
        change["entry_count"] = state.entry_count + state.stands(event.id)
        change["last_entry"] = event.rec
        if state.run and state.run.ack:
            change["run"] = _sign(state.run, event)
        return replace(state, **change)
    if not state.id:
        change["id"] = event.inc
    if state.run and state.run.ack:
        change["run"] = _sign(state.run, event)
    if isinstance(body, ev.Value):
        key = body.key()
        kept = tuple(e for e in state.values.get(key, ()) if e.id not in event.over)
        change["values"] = {**state.values, key: (*kept, event)}
        if kind is ev.PhaseChanged:
            change["phase_changes"] = (*state.phase_changes, event)
    elif name := _LISTS.get(kind):  # type: ignore[arg-type]  # a body that is no key of the table is no list's
        change[name] = (*getattr(state, name), event)
    elif isinstance(body, ev.Redacted) and event.over:
        change["values"] = _without(state, body.type, event.over)
    return _effect(replace(state, **change), event, before=state)


def _effect(state: Incident, event: Event, before: Incident) -> Incident:
    """What a fact does beyond standing in its place."""
    body = event.body
    match body:
        case ev.Declared() if state.declaration is None:
            return replace(state, declaration=event)
        case ev.Redacted(type="incident.declared") if state.declaration is None:
            return replace(state, declaration=event)
        case ev.PhaseChanged():
            return _phase(state, event, before)
        case ev.PolicyAttached():
            return replace(state, run=_policy(state, body, event.at.t))
        case ev.Amended():
            return _amended(state, body.of, before)
        case ev.Retracted(of=of) if of not in state.retracted:
            return _retracted(state, of, event)
        case ev.FactRedacted(of=of) if of not in state.redacted:
            return replace(state, redacted={**state.redacted, of: event})
        case _ if isinstance(body, _PAGES) and state.run:
            return replace(state, run=escalation.apply(state.run, body, event.at.t))
    return state


def _seen(seen: dict[str, Ms], event: Event) -> dict[str, Ms]:
    """Who was seen with this fact: the one who wrote it, and the one whom it quotes."""
    body = event.body
    who = body.who if isinstance(body, ev.Logged | ev.RoleAssigned | ev.Acknowledged) else ""
    name = event.by.name
    if seen.get(name, -1) >= event.rec and (not who or seen.get(who, -1) >= event.at.t):
        return seen
    seen = dict(seen)
    if name:
        seen[name] = max(seen.get(name, 0), event.rec)
    if who:
        seen[who] = max(seen.get(who, 0), event.at.t)
    return seen


def _sign(run: escalation.Run, event: Event) -> escalation.Run:
    ack = run.ack
    if ack is None or ack.at > event.rec:
        return run
    body = event.body
    if event.by.name == ack.who or (isinstance(body, ev.Logged) and body.who == ack.who):
        return escalation.sign_of(run, event.rec)
    return run


def _without(state: Incident, type: str, over: tuple[str, ...]) -> dict[tuple[str, ...], tuple[Event, ...]]:
    """The values without those that a redacted value had replaced: its text is gone, that it replaced them is not."""
    return {
        key: tuple(e for e in events if e.id not in over) if key[0] == type else events
        for key, events in state.values.items()
    }


def _phase(state: Incident, event: Event, before: Incident) -> Incident:
    phase, at = state.phase, event.at.t
    run = state.run
    if phase in ENDED:
        ended = before.ended if before.ended is not None and before.phase in ENDED else at
        return replace(state, ended=ended, run=run and replace(escalation.advance(run, at), stopped=True))
    if before.phase in ENDED and run:
        run = escalation.start(run.policy, at)
    return replace(state, ended=None, run=run)


def _policy(state: Incident, policy: ev.PolicyAttached, at: Ms) -> escalation.Run:
    run = escalation.start(policy, at)
    return replace(run, stopped=True) if state.phase in ENDED else run


def _amended(state: Incident, of: str, before: Incident) -> Incident:
    entry = state.facts.get(of)
    if entry is None:
        return state
    was, now = before.when(entry).t, state.when(entry).t
    return state if was == now else replace(state, timeline=state.timeline.moved(entry, was, now))


def _retracted(state: Incident, of: str, event: Event) -> Incident:
    fact = state.facts.get(of)
    gone = state.stands(of) and fact is not None and isinstance(fact.body, ev.Logged)
    state = replace(state, retracted={**state.retracted, of: event}, entry_count=state.entry_count - int(gone))
    if fact is not None and isinstance(fact.body, _PAGES) and state.run:
        return replace(state, run=_run_again(state))
    return state


def _run_again(state: Incident) -> escalation.Run | None:
    """The escalation without what was taken back: the old due time is restored."""
    run: escalation.Run | None = None
    phases = Incident()
    for fact in state.facts:
        body = fact.body
        if fact.id in state.retracted:
            continue
        if run and run.ack:
            run = _sign(run, fact)
        if isinstance(body, ev.PolicyAttached | ev.PhaseChanged):
            phases = fold(phases, fact)
            run = phases.run if isinstance(body, ev.PolicyAttached) else _phase_run(run, phases, fact)
        elif isinstance(body, _PAGES) and run:
            run = escalation.apply(run, body, fact.at.t)
    return run


def _phase_run(run: escalation.Run | None, phases: Incident, fact: Event) -> escalation.Run | None:
    if run is None:
        return None
    if phases.phase in ENDED:
        return replace(escalation.advance(run, fact.at.t), stopped=True)
    return escalation.start(run.policy, fact.at.t) if run.stopped else run
