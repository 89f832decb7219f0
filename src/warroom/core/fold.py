"""fold(state, event) -> state. Total: any fact on any state gives a state; only `decide` refuses."""

from msgspec.structs import replace

from . import events as ev
from . import run as running
from .events import Event
from .incident import Incident
from .run import Run
from .values import ENDED, SIMULATED, Ms

_LISTS: dict[type[ev.Body], str] = {
    ev.TaskGiven: "tasks_given",
    ev.PollOpened: "polls",
    ev.ObjectionRaised: "objections",
    ev.QuestionAsked: "questions",
    ev.QuestionAnswered: "answers",
    ev.UpdatePosted: "updates",
    ev.Linked: "links",
    ev.LevelSkipped: "skips",
    ev.ItemRaised: "items_raised",
    **dict.fromkeys(ev.PAGES, "pages"),
}
_QUOTING = (ev.Logged, ev.RoleAssigned, ev.Acknowledged)
_MOVES_RUN = (ev.PolicyAttached, ev.OnCallAnswered, ev.PhaseChanged, *ev.PAGES)


def fold(state: Incident, event: Event) -> Incident:
    """The state after `event`. A fact that is known already changes nothing."""
    facts = state.facts
    if event.id in facts:
        return state
    body = event.body
    kind = body.__class__
    change: dict[str, object] = {
        "facts": facts.append(event),
        "timeline": state.timeline.append(event, state.when(event).t),
        "seen": _seen(state.seen, event),
    }
    if not state.id:
        change["id"] = event.inc
    if state.run and state.run.ack:
        change["run"] = _sign(state.run, event)
    if state.specialists:
        change["specialists"] = {topic: _sign(run, event) for topic, run in state.specialists.items()}
    if kind is ev.Logged:
        change["entry_count"] = state.entry_count + (event.id not in state.retracted)
        change["last_entry"] = event.rec
        return replace(state, **change)
    if isinstance(body, ev.Value):
        key = body.key()
        kept = tuple(e for e in state.values.get(key, ()) if e.id not in event.over)
        change["values"] = {**state.values, key: (*kept, event)}
        if kind is ev.PhaseChanged:
            change["phase_changes"] = (*state.phase_changes, event)
    elif name := _LISTS.get(kind):  # type: ignore[arg-type]  # a body that is no key of the table is no list's
        change[name] = (*getattr(state, name), event)
    return _effect(replace(state, **change), event, before=state)


def _effect(state: Incident, event: Event, before: Incident) -> Incident:
    """What a fact does beyond standing in its place."""
    body = event.body
    match body:
        case ev.Declared() if state.declaration is None:
            return replace(state, declaration=event)
        case ev.Redacted():
            return _tombstone(state, body, event)
        case ev.PhaseChanged():
            return _phase(state, body, event, before)
        case ev.PolicyAttached():
            return replace(state, run=_policy(state, body, event))
        case ev.OnCallAnswered():
            aside = {topic: running.told(run, body) for topic, run in state.specialists.items()}
            return replace(state, run=state.run and running.told(state.run, body), specialists=aside)
        case ev.EvidenceAttached(of=of):
            return replace(state, evidence={**state.evidence, of: (*state.evidence.get(of, ()), event)})
        case ev.Amended(of=of):
            return _placed(state, of, before)
        case ev.Retracted(of=of) if of not in state.retracted:
            return _retracted(state, of, event)
        case ev.FactRedacted(of=of) if of not in state.redacted:
            return replace(state, redacted={**state.redacted, of: event})
        case _ if isinstance(body, ev.PAGES) and event.id not in state.retracted:
            return _page(state, body, event)
    return state


def _page(state: Incident, body: ev.Body, event: Event) -> Incident:
    """What was done about a page: about the hierarchy's, a specialist's, or all of them."""
    at, topic = event.at.t, getattr(body, "topic", "")
    if isinstance(body, ev.SpecialistCalled):
        begun = running.specialist(body, at, event.id)
        begun = replace(begun, stopped=True) if state.phase in ENDED else begun
        return replace(state, specialists={**state.specialists, topic: begun})
    everywhere = isinstance(body, ev.ClockStepped) or (isinstance(body, ev.CalledOff) and not topic)
    run, specialists = state.run, state.specialists
    if isinstance(body, ev.ClockStepped) and state.last_entry is not None:
        state = replace(state, last_entry=state.last_entry + body.by)
    if run and not topic:
        run = running.apply(run, body, at, event.id)
    if specialists and (topic or everywhere):
        specialists = {
            name: running.apply(each, body, at, event.id) if everywhere or name == topic else each
            for name, each in specialists.items()
        }
    return replace(state, run=run, specialists=specialists)


def _seen(seen: dict[str, Ms], event: Event) -> dict[str, Ms]:
    """Who was seen with this fact: the one who wrote it, and the one whom it quotes."""
    body, name, wrote = event.body, event.by.name, event.rec
    if event.by.login == SIMULATED or ev.by_machine(body):
        name = ""
    if name and seen.get(name, wrote - 1) < wrote:
        seen = {**seen, name: wrote}
    who = body.who if isinstance(body, _QUOTING) else ""
    if who and seen.get(who, event.at.t - 1) < event.at.t:
        seen = {**seen, who: event.at.t}
    return seen


def _sign(run: Run, event: Event) -> Run:
    """The run after a sign of whoever acknowledged: what they wrote counts when they wrote it, what is told of them
    when it happened."""
    ack = run.ack
    body = event.body
    if ack is None:
        return run
    if _is_same(run, event.by.name, ack.who) and not ev.by_machine(body):
        at = event.rec
    elif isinstance(body, ev.Logged) and _is_same(run, body.who, ack.who):
        at = event.at.t
    else:
        return run
    return run if at < ack.at else running.sign_of(run, at)


def _is_same(run: Run, name: str, other: str) -> bool:
    """Whether both are one person: by that name, or as a contact of the policy and that contact's id."""
    if name == other or not name:
        return bool(name)
    for level in run.policy.levels:
        for target in running.people(level) + level.notify[1:]:
            if running.is_called(target, name) and running.is_called(target, other):
                return True
    return False


def _tombstone(state: Incident, body: ev.Redacted, event: Event) -> Incident:
    """What a redacted fact still does: its text is gone, that it replaced older values is not."""
    if body.type == ev.Declared.type and state.declaration is None:
        return replace(state, declaration=event)
    if not event.over:
        return state
    values = dict(state.values)
    freed = []
    for key, events in state.values.items():
        if key[0] == body.type and any(e.id in event.over for e in events):
            values[key] = tuple(e for e in events if e.id not in event.over)
            freed.append(key)
    after = replace(state, values=values)
    if body.type == ev.Amended.type:
        for _, of in freed:
            after = _placed(after, of, state)
    return after


def _phase(state: Incident, body: ev.PhaseChanged, event: Event, before: Incident) -> Incident:
    at, run, specialists = event.at.t, state.run, state.specialists
    ended = before.ended if before.ended is not None else _ended_unseen(state, body, event)
    if state.phase in ENDED:
        stopped = run and replace(running.advance(run, at), stopped=True)
        specialists = {topic: replace(running.advance(each, at), stopped=True) for topic, each in specialists.items()}
        return replace(state, ended=at if ended is None else ended, run=stopped, specialists=specialists)
    if ended is not None:
        # Whoever did not know of the end did not reopen anything: their escalation goes on as it was.
        reopened = body.was in ENDED
        if run:
            run = running.start(run.policy, at, event.id) if reopened else replace(run, stopped=False)
        specialists = {} if reopened else {t: replace(each, stopped=False) for t, each in specialists.items()}
    return replace(state, ended=None, run=run, specialists=specialists)


def _ended_unseen(state: Incident, body: ev.PhaseChanged, event: Event) -> Ms | None:
    """When the phase ended that this one replaces, where the fact that said so is redacted."""
    if body.was not in ENDED:
        return None
    known = (state.facts.get(id) for id in event.over)
    ends = [fact.at.t for fact in known if fact and _is_tombstone(fact.body, ev.PhaseChanged)]
    return ends[-1] if ends else None


def _is_tombstone(body: object, of: type[ev.Body]) -> bool:
    return isinstance(body, ev.Redacted) and body.type == of.type


def _policy(state: Incident, policy: ev.PolicyAttached, event: Event) -> Run:
    """The run under this policy: another version of the one in force changes nothing that has happened."""
    old = state.run
    if old and old.policy.policy == policy.policy:
        return running.revised(running.advance(old, event.at.t), policy)
    run = running.start(policy, event.at.t, event.id)
    return replace(run, stopped=True) if state.phase in ENDED else run


def _placed(state: Incident, of: str, before: Incident) -> Incident:
    """The entry at its place in the timeline, after a correction of its time came or went."""
    entry = state.facts.get(of)
    if entry is None:
        return state
    was, now = before.when(entry).t, state.when(entry).t
    return state if was == now else replace(state, timeline=state.timeline.moved(entry, was, now))


def _retracted(state: Incident, of: str, event: Event) -> Incident:
    fact = state.facts.get(of)
    body = fact.body if fact else None
    less = int(isinstance(body, ev.Logged))
    state = replace(state, retracted={**state.retracted, of: event}, entry_count=state.entry_count - less)
    if not isinstance(body, ev.PAGES):
        return state
    again = run_again(state)
    return replace(state, run=again.run, specialists=again.specialists)


def run_again(state: Incident) -> Incident:
    """The escalations as the facts that were not taken back leave them: an old due time is restored."""
    again = Incident(retracted=state.retracted)
    for fact in state.facts:
        body = fact.body
        if isinstance(body, _MOVES_RUN) or _is_tombstone(body, ev.PhaseChanged):
            again = fold(again, fact)
        else:
            if again.run and again.run.ack:
                again = replace(again, run=_sign(again.run, fact))
            if again.specialists:
                again = replace(again, specialists={t: _sign(run, fact) for t, run in again.specialists.items()})
    return again
