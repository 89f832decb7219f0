"""All that a review is filled from, gathered once: a function of the log, and of the days by which it is owed."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from .. import cadence, milestones
from .. import events as ev
from ..acts.review import owner, state_of
from ..hypotheses import Hypothesis, hypotheses
from ..incident import Incident, StepView
from ..learn.proposals import Proposal, proposals
from ..values import At, Ms
from . import offered
from .deadlines import Rule, Standing, gravest, owes, standing
from .entries import Entry, entries, timeline
from .items import ItemView, items
from .lateness import promised
from .metrics import Metrics, metrics, times
from .offered import Line, later
from .pages import Act, Called, acts, called
from .thoughts import Thought, thoughts


class Held(msgspec.Struct, frozen=True):
    """Somebody had a role from then until then (UTC ms); None: until the end. `heard`: who heard them accept it."""

    role: str
    who: str
    since: Ms
    until: Ms | None = None
    was: str = ""
    heard: str = ""
    why: str = ""


class There(msgspec.Struct, frozen=True):
    """Who was on the bridge, from when until when (UTC ms); None: not known, or to the end."""

    who: str
    since: Ms | None = None
    until: Ms | None = None


class Decision(msgspec.Struct, frozen=True):
    """A decision, or a proposal and what came of it; `objections` are strong ones, each with its name."""

    at: At
    text: str
    who: str = ""
    outcome: str = ""
    objections: tuple[str, ...] = ()


class Told(msgspec.Struct, frozen=True):
    """An update that went out: when, and when it had been promised (UTC ms), where it had."""

    at: At
    audience: str
    number: int
    text: str
    due: Ms | None = None
    approved_by: str = ""


class Facts(msgspec.Struct, frozen=True):
    """The incident as its review needs it. Lines are offers: a reviewer keeps, changes or throws them out."""

    state: Incident
    handle: str
    standing: Standing
    owner: str
    severity: str
    numbers: Metrics
    said: tuple[Entry, ...]
    timeline: tuple[Entry, ...]
    held: tuple[Held, ...]
    there: tuple[There, ...]
    spoke: tuple[tuple[str, int], ...]
    decisions: tuple[Decision, ...]
    hypotheses: tuple[Hypothesis, ...]
    called: tuple[Called, ...]
    acts: tuple[Act, ...]
    updates: tuple[Told, ...]
    owed: tuple[tuple[str, Ms], ...]  # audiences whose last update never came
    milestones: dict[str, At]
    gaps: tuple[str, ...]
    perhaps: tuple[tuple[str, Line], ...]  # milestones that are missing, and what may have been one
    story: tuple[Line, ...]
    factors: tuple[Line, ...]
    size: tuple[Line, ...]
    resolution: tuple[Line, ...]
    beliefs: tuple[Line, ...]
    well: tuple[Line, ...]
    badly: tuple[Line, ...]
    lucky: tuple[Line, ...]
    thoughts: tuple[Thought, ...]
    items: tuple[ItemView, ...]
    follow_ups: tuple[Line, ...]
    changes: tuple[Proposal, ...]
    skipped: tuple[StepView, ...]
    late: tuple[tuple[StepView, Ms], ...]  # steps that were done, by so much after they were due
    undone: tuple[StepView, ...]

    @property
    def kept_elsewhere(self) -> bool:
        """Whether its timeline was imported."""
        return bool(self.state.declared and self.state.declared.source)


def facts(state: Incident, handle: str = "", rules: Mapping[str, Rule] | None = None) -> Facts:
    """What the review of this incident is filled from. `rules`: by severity, when a review is owed."""
    end = state.ended if state.ended is not None else state.declared_at
    numbers = metrics(state, end)
    said, rows = entries(state), called(state)
    known = times(state)
    return Facts(
        state=state,
        handle=handle or state.handle(),
        standing=msgspec.structs.replace(standing(owes(state), rules or {}), state=state_of(state), owner=owner(state)),
        owner=owner(state),
        severity=gravest(state),
        numbers=numbers,
        said=said,
        timeline=timeline(state),
        held=_held(state),
        there=_there(state),
        spoke=_spoke(said),
        decisions=_decisions(state, said),
        hypotheses=hypotheses(state),
        called=rows,
        acts=acts(state),
        updates=_updates(state, said),
        owed=_owed(state),
        milestones=known,
        gaps=tuple(milestones.gaps(known)),
        perhaps=offered.milestones(known, said),
        story=offered.story(state, said),
        factors=offered.factors(state, said),
        size=offered.size(said),
        resolution=offered.resolution(said, state),
        beliefs=offered.beliefs(said),
        well=offered.well(state, numbers, rows, said),
        badly=offered.badly(state, numbers, rows, said),
        lucky=offered.lucky(said),
        thoughts=thoughts(state),
        items=items(state),
        follow_ups=offered.follow_ups(state, said),
        changes=proposals(state),
        skipped=tuple(s for s in state.steps if s.state == "skipped"),
        late=tuple((s, s.at - s.due) for s in state.steps if s.state == "done" and s.at and s.due and s.at > s.due),
        undone=tuple(s for s in state.steps if s.state == "todo"),
    )


# ── people ──


def _held(state: Incident) -> tuple[Held, ...]:
    """Every role, by who had it when; the commander's first."""
    given: dict[str, list[ev.Event]] = {}
    for event in state.facts:
        if isinstance(event.body, ev.RoleAssigned) and state.stands(event.id):
            given.setdefault(event.body.role, []).append(event)
    names = {role.role: role.name for role in state.roles}
    order = {role.role: n for n, role in enumerate(state.roles)}
    out: list[tuple[int, Held]] = []
    for role, events in given.items():
        events.sort(key=lambda e: (e.at.t, e.order))
        for event, after in zip(events, [*events[1:], None], strict=True):
            body = event.body
            if isinstance(body, ev.RoleAssigned) and body.who:
                until = after.at.t if after else None
                held = Held(names.get(role, role), body.who, event.at.t, until, body.was, body.heard_by)
                out.append((order.get(role, len(order)), held))
    return tuple(held for _, held in sorted(out, key=lambda each: (each[0], each[1].since)))


def _there(state: Incident) -> tuple[There, ...]:
    """Who joined the bridge, and left it, in the order in which they came."""
    found: dict[str, There] = {}
    for event in sorted(state.facts, key=lambda e: e.at.t):
        body = event.body
        if not isinstance(body, ev.BridgeAttended) or not state.stands(event.id):
            continue
        known = found.get(body.who)
        if body.here and (known is None or known.until is not None):
            found[body.who] = There(body.who, known.since if known else event.at.t)
        elif not body.here:
            found[body.who] = There(body.who, known.since if known else None, event.at.t)
    return tuple(found.values())


def _spoke(said: Sequence[Entry]) -> tuple[tuple[str, int], ...]:
    """Who said or did how much of what was logged, as it was written down; a list of names, and no ranking."""
    named = Counter(each.who or each.by for each in said if each.who or each.by)
    return tuple(sorted(named.items(), key=lambda each: each[0].casefold()))


# ── decisions and updates ──


def _decisions(state: Incident, said: Sequence[Entry]) -> tuple[Decision, ...]:
    agreed = {
        (e.at.t, e.body.proposal) for _, e in state.under(ev.PollClosed.type) if isinstance(e.body, ev.PollClosed)
    }
    made = (e for e in said if e.kind == "decision" and not later(e))
    # What was agreed in a poll is told with the poll.
    found = [
        Decision(e.at, e.text, e.who or e.by)
        for e in made
        if not any(e.at.t == at and proposal and e.text.startswith(proposal) for at, proposal in agreed)
    ]
    for poll in state.polls:
        body = poll.body
        if not isinstance(body, ev.PollOpened) or not state.stands(poll.id):
            continue
        closed = state.visible((ev.PollClosed.type, poll.id))
        last = closed[-1].body if closed else None
        against = tuple(
            f"{e.body.who}: {e.body.what}"
            for e in state.objections
            if isinstance(e.body, ev.ObjectionRaised) and e.body.of == poll.id and state.stands(e.id)
        )
        outcome = (
            f"{last.outcome}{f', {last.why}' if last.why else ''}" if isinstance(last, ev.PollClosed) else "left open"
        )
        who = last.who if isinstance(last, ev.PollClosed) else ""
        found.append(Decision(poll.at, body.proposal, who, outcome, against))
    return tuple(sorted(found, key=lambda each: each.at.t))


def _updates(state: Incident, said: Sequence[Entry]) -> tuple[Told, ...]:
    """What was told to whom; of an imported timeline, the entries that say so."""
    found = [Told(e.at, "", 0, e.text) for e in said if e.kind == "update"]
    for event, due in promised(state):
        body = event.body
        if isinstance(body, ev.UpdatePosted) and state.stands(event.id):
            found.append(Told(event.at, body.audience, body.number, body.what, due, _approved(state, body)))
    return tuple(sorted(found, key=lambda each: each.at.t))


def _approved(state: Incident, update: ev.UpdatePosted) -> str:
    for event in state.facts if update.of else ():
        if isinstance(event.body, ev.UpdateApproved) and event.body.of == update.of:
            return event.body.who
    return ""


def _owed(state: Incident) -> tuple[tuple[str, Ms], ...]:
    found = ((audience, cadence.next_due(state, audience)) for audience in cadence.AUDIENCES)
    return tuple((audience, due[1]) for audience, due in found if due is not None)
