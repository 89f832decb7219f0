"""What one incident took, by its facts alone. What cannot be known is named with its reason, and never guessed.

A time that is only approximate keeps the order of things and feeds no number. A drill is never among real incidents.
`docs/stats.md` says of every number what is counted from where to where.
"""

from collections.abc import Sequence

import msgspec

from .. import events as ev
from ..incident import Incident
from ..values import ENDED, SEVERITIES, At, Ms
from . import steps
from .bearing import Bearing, bearing
from .lateness import Followed, follow
from .reached import CANCELLED, OPEN, is_cancelled, reopening, times_of
from .steps import Step, Stretch

# name → (from, to): milestones. Each is counted from what users felt, but for the acknowledgement of what was detected.
SPANS = {
    "detect": ("impact started", "detected"),
    "acknowledge": ("detected", "acknowledged"),
    "mitigate": ("impact started", "mitigated"),
    "resolve": ("impact started", "resolved"),
}


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """Spans in ms by name; `missing` says of every number that is not here why. Pages are counted by level or topic.

    `severity` is the gravest that it had. `caught`: over before users were hurt; None: not known.
    """

    id: str
    title: str
    severity: str
    phase: str
    declared_at: Ms
    services: tuple[str, ...]
    drill: bool
    spans: dict[str, Ms]
    missing: dict[str, str]
    at_severity: dict[str, Ms]
    in_phase: dict[str, Ms]
    updates: int  # that went out
    updates_owed: int  # of those, for which a time was promised
    updates_late: int  # of those, that came later
    updates_missed: int  # that were owed and never came
    updates_unknown: int  # that went out; when they were owed is redacted
    pages: dict[str, int]  # people who were paged
    answered: dict[str, int]
    no_answer: dict[str, int]
    pages_failed: int
    caught: bool | None
    entries: int
    imported: bool
    ended: Ms | None = None
    restricted: bool = False  # its title is for those who were told of it
    reopened: int = 0
    cancelled: bool = False  # also where it was closed then
    duplicate_of: str = ""  # the incident that this one is the same as

    @property
    def open(self) -> bool:
        return self.phase not in ENDED


class Measured(msgspec.Struct, frozen=True):
    """The metrics as far as they do not depend on the time; `at` adds what an incident that is open took since.

    `severity`, `phase`: what goes on, since when (UTC ms); `owed`: updates that have to come. It holds for as long as
    no fact is added.
    """

    so_far: Metrics
    severity: tuple[str, Ms] | None = None
    phase: tuple[str, Ms] | None = None
    owed: tuple[Ms, ...] = ()

    def at(self, now: Ms) -> Metrics:
        """The metrics at `now` (UTC ms)."""
        sure = self.so_far
        return msgspec.structs.replace(
            sure,
            at_severity=_with(sure.at_severity, self.severity, now),
            in_phase=_with(sure.in_phase, self.phase, now),
            updates_missed=sure.updates_missed + Followed(owed=self.owed).missed(now),
        )


def _with(table: dict[str, Ms], going_on: tuple[str, Ms] | None, now: Ms) -> dict[str, Ms]:
    if going_on is None or now <= going_on[1]:
        return table
    value, since = going_on
    return {**table, value: table.get(value, 0) + now - since}


def metrics(state: Incident, now: Ms) -> Metrics:
    """What this incident took, up to `now` (UTC ms) where it is not over."""
    return measured(bearing(state.facts)).at(now)


def times(state: Incident) -> dict[str, At]:
    """When each milestone was reached, in their order, as the metrics see it; unknown ones are absent."""
    known = bearing(state.facts)
    return times_of(known, state, _phases(known, state))


def measured(known: Bearing) -> Measured:
    """What can be said of these facts whatever time it is."""
    state = known.state()
    declared = state.declared
    missing: dict[str, str] = {}
    phases = _phases(known, state)
    severities = steps.held(_severities(known, state))
    in_phase, at_severity = _tables(severities, phases, state, missing)
    updates = follow(known.facts)
    pages, failed = _pages(known.deliveries)
    caught, why = _caught(known, state)
    if why:
        missing["caught"] = why
    if any(not each.known for each in updates.sent):
        missing["updates"] = "an update is redacted, and with it what it promised"
    had = [step.value for step in severities if step.value]
    links = [e.body for e in state.links if state.stands(e.id) and isinstance(e.body, ev.Linked)]
    so_far = Metrics(
        id=state.id,
        title=state.title,
        severity=min((each for each in had if each in SEVERITIES), default=state.severity),
        phase=state.phase,
        declared_at=state.declared_at,
        services=state.services,
        drill=state.drill,
        spans=_spans(known, state, phases, missing),
        missing=missing,
        at_severity=at_severity.values,
        in_phase=in_phase.values,
        updates=len(updates.sent),
        updates_owed=sum(each.due is not None for each in updates.sent),
        updates_late=sum(each.is_late() for each in updates.sent),
        updates_missed=len(updates.broken),
        updates_unknown=sum(not each.known for each in updates.sent),
        pages=pages,
        answered=_said(state, ev.Acknowledged),
        no_answer=_said(state, ev.NoAnswer),
        pages_failed=failed,
        caught=caught,
        entries=known.entries,
        imported=bool(declared and declared.source),
        ended=state.ended,
        restricted=state.restricted,
        reopened=steps.reopened(phases),
        cancelled=not state.open and is_cancelled(phases),
        duplicate_of=next((link.to for link in links if link.link == "duplicate of"), ""),
    )
    return Measured(so_far, at_severity.going_on, in_phase.going_on, updates.owed)


def _spans(known: Bearing, state: Incident, phases: Sequence[Step], missing: dict[str, str]) -> dict[str, Ms]:
    reached = times_of(known, state, phases)
    spans: dict[str, Ms] = {}
    for name, (start, end) in SPANS.items():
        span, why = _span(reached, start, end)
        if end not in reached and end in ("mitigated", "resolved"):
            why = _not_reached(state, phases, end) or why
        if span is not None:
            spans[name] = span
        else:
            missing[name] = why
    return spans


def _span(known: dict[str, At], start: str, end: str) -> tuple[Ms | None, str]:
    for name in (start, end):
        if name not in known:
            return None, f"“{name}” is not known"
        if not steps.is_exact(known[name]):
            return None, f"“{name}” is known only about"
    span = known[end].t - known[start].t
    return (span, "") if span >= 0 else (None, f"“{end}” stands before “{start}”")


def _not_reached(state: Incident, phases: Sequence[Step], end: str) -> str:
    if is_cancelled(phases):
        return CANCELLED
    if end == "resolved" and state.open:
        return OPEN
    if end == "mitigated" and reopening(phases):
        return "“mitigated” is not known since it came back"
    return ""


# ── how long at which severity and in which phase ──


class _Table(msgspec.Struct, frozen=True):
    values: dict[str, Ms] = {}
    going_on: tuple[str, Ms] | None = None


def _severities(known: Bearing, state: Incident) -> list[Step]:
    declaration, declared = state.declaration, state.declared
    first = Step(declaration.at, declared.severity if declared else None, declaration.order) if declaration else None
    return steps.written(known.facts, ev.SeverityChanged, first)


def _phases(known: Bearing, state: Incident) -> list[Step]:
    """As they were written; an imported timeline begins as exactly as its first entry does."""
    declaration = state.declaration
    if declaration is None:
        return steps.written(known.facts, ev.PhaseChanged, None)
    at = declaration.at
    first = [line.at for line in known.lines if line.at.t == at.t]
    if first and not any(steps.is_exact(each) for each in first):
        at = At(at.t, approx=True)
    return steps.written(known.facts, ev.PhaseChanged, Step(at, "investigating", declaration.order))


def _tables(
    severities: Sequence[Step], written: Sequence[Step], state: Incident, missing: dict[str, str]
) -> tuple[_Table, _Table]:
    """Time in each phase and at each severity while it was open; `missing` is told why one of them is not known."""
    phases = steps.held(steps.ending_once(written))
    since = state.declared_at
    opened = [each for each in steps.stretches(phases, since) if each.value not in ENDED]
    graves = steps.stretches(severities, since)
    parts = [part for each in graves for other in opened if (part := each.within(other))]
    why = "its declaration is not here" if state.declaration is None else ""
    told_none = all(step.value in ("investigating", *ENDED) for step in phases) and not steps.reopened(phases)
    if not why and state.declared and state.declared.source and told_none:
        missing["in_phase"] = "an imported timeline does not tell its phases"
    else:
        _doubt(missing, "in_phase", why, phases, opened)
    _doubt(missing, "at_severity", why, [*steps.borders(phases), *severities[1:]], parts)
    return (
        _Table() if "in_phase" in missing else _table(opened),
        _Table() if "at_severity" in missing else _table(parts),
    )


def _doubt(missing: dict[str, str], name: str, why: str, rests_on: Sequence[Step], parts: Sequence[Stretch]) -> None:
    about = next((step for step in rests_on if not steps.is_exact(step.at)), None)
    if not why and about is not None:
        why = f"since when it was {about.value or 'so'} is known only about"
    if not why and any(part.value is None for part in parts):
        why = "a change is redacted, and nothing else tells what it said"
    if why:
        missing[name] = why


def _table(parts: Sequence[Stretch]) -> _Table:
    values: dict[str, Ms] = {}
    going_on = None
    for part in parts:
        value = part.value or ""
        if part.end is None:
            going_on = (value, part.start)
        else:
            values[value] = values.get(value, 0) + part.end - part.start
    return _Table(values, going_on)


# ── pages ──


def _pages(deliveries: Sequence[ev.DeliveryChanged]) -> tuple[dict[str, int], int]:
    """Who was paged, by level or topic: each person once for each call, by however many ways; and what never went out.

    A page that perhaps went out counts as one that did.
    """
    called: dict[str, set[tuple[str, str, int]]] = {}
    failed = 0
    for page in deliveries:
        if page.what != "page":
            continue
        failed += page.state == ev.delivery.FAILED
        if page.state in (*ev.delivery.ARRIVED, ev.delivery.UNKNOWN) and (place := _place(page.level, page.topic)):
            called.setdefault(place, set()).add((page.ref or page.who or page.delivery, page.cause, page.round))
    return {place: len(called[place]) for place in sorted(called)}, failed


def _said(state: Incident, kind: type[ev.Acknowledged | ev.NoAnswer]) -> dict[str, int]:
    """How often this was said of a page, by level or topic."""
    found: dict[str, int] = {}
    for event in state.pages:
        body = event.body
        if not (isinstance(body, ev.Acknowledged | ev.NoAnswer) and isinstance(body, kind) and state.stands(event.id)):
            continue
        if place := _place(body.level, body.topic):
            found[place] = found.get(place, 0) + 1
    return dict(sorted(found.items()))


def _place(level: int, topic: str) -> str:
    return topic or (f"L{level}" if level > 0 else "")


# ── whether users were hurt ──


def _caught(known: Bearing, state: Incident) -> tuple[bool | None, str]:
    """Whether it was over before users were hurt: that is so where every statement of the impact says 0 users."""
    if state.open:
        return None, OPEN
    if is_cancelled(_phases(known, state)):
        return None, CANCELLED
    stated = [fact for fact in known.facts if fact.type == ev.ImpactStated.type]
    redacted = {fact.id: fact.at for fact in stated if isinstance(fact.body, ev.Redacted)}
    said = [fact for fact in stated if isinstance(fact.body, ev.ImpactStated)]
    # What a redaction leaves of an impact says nothing of users.
    said = [fact for fact in said if not any(redacted.get(id) == fact.at for id in fact.over)]
    marked = state.visible((ev.MilestoneMarked.type, "impact started"))
    if marked or any(isinstance(fact.body, ev.ImpactStated) and fact.body.users != 0 for fact in said):
        return False, ""
    if redacted:
        return None, "what was said of the impact is redacted"
    return (True, "") if said else (None, "no impact was stated")
