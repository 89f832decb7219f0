"""What the log offers for the parts of a review that people write: candidates to keep, change or throw out."""

from collections.abc import Mapping, Sequence

import msgspec

from .. import events as ev
from ..duration import spell
from ..incident import Incident
from ..values import MILESTONES, MINUTE, At
from . import signs
from .entries import Entry, came_with, entry
from .items import followups
from .lateness import promised
from .metrics import SPANS, Metrics
from .pages import Called

_MOST = 8
_STORY = 14
_QUICK = 5 * MINUTE
_GRACE = 2 * MINUTE


class Line(msgspec.Struct, frozen=True):
    """A sentence, the time it is about, and the fact that it rests on."""

    text: str
    at: At | None = None
    fact: str = ""


def story(state: Incident, said: Sequence[Entry]) -> tuple[Line, ...]:
    """How it went, in the facts that carry it: how it began, was noticed, understood, decided on, and ended."""
    rows = [*(e for e in said if not later(e)), *(entry(state, e) for e in state.facts if _turns(state, e))]
    rows.sort(key=lambda e: e.at.t)
    ranked = sorted(((_weight(e, n == 0), n) for n, e in enumerate(rows)), key=lambda each: (-each[0], each[1]))
    kept = sorted(n for weight, n in ranked[:_STORY] if weight > 0)
    return tuple(_line(rows[n]) for n in kept)


def _turns(state: Incident, event: ev.Event) -> bool:
    """Whether the incident took a turn with this fact."""
    kinds = ev.SeverityChanged | ev.PhaseChanged | ev.ImpactStated | ev.HypothesisJudged
    return isinstance(event.body, kinds) and state.stands(event.id) and not came_with(state, event)


_WEIGHTS = {"decision": 8, "impact": 7, "phase": 6, "severity": 6, "supported": 7, "ruled out": 3, "action": 3}
_WORDS = {"detection": 9, "detected": 9, "resolution": 9, "resolved": 9, "escalation": 5, "comms": 2}


def _weight(each: Entry, first: bool) -> int:
    weight = max(_WEIGHTS.get(each.kind, 0), _WORDS.get(each.word, 0), 9 if first else 0)
    if each.kind == "observed":
        weight = max(weight, 2)
    if each.kind in ("observed", "action") and signs.signs(each, signs.CAUSE):
        weight += 4
    if each.kind == "observed" and signs.signs(each, signs.SIZE):
        weight += 3
    if each.kind in ("observed", "action") and signs.signs(each, signs.BELIEF):
        weight += 4
    return weight - (1 if each.at.approx and weight < 9 else 0)


def factors(state: Incident, said: Sequence[Entry]) -> tuple[Line, ...]:
    """What may have contributed: hypotheses with evidence, then what was logged that speaks of why."""
    judged = [e for _, e in state.under(ev.HypothesisJudged.type) if getattr(e.body, "state", "") == "supported"]
    supported = [Line(e.body.text(), e.at, e.id) for e in judged]
    why = [e for n, e in enumerate(said) if e.kind in ("observed", "action", "note") and _is_factor(e, n == 0)]
    return (*supported, *(_line(e) for e in why[: 2 * _MOST]))


def _is_factor(each: Entry, first: bool) -> bool:
    """What a timeline that was kept elsewhere begins with is what somebody found worth beginning with."""
    return (first and each.imported) or signs.signs(each, signs.CAUSE) or signs.signs(each, signs.TOOLS)


def milestones(known: Mapping[str, At], said: Sequence[Entry]) -> tuple[tuple[str, Line], ...]:
    """For milestones that are missing, the first entry whose words may say that it was reached."""
    found = []
    for name in MILESTONES:
        entry = next((e for e in said if signs.reaches(e, name) and not later(e)), None)
        if name not in known and entry:
            found.append((name, _line(entry)))
    return tuple(found)


def size(said: Sequence[Entry]) -> tuple[Line, ...]:
    """What was logged that speaks of users and of amounts."""
    found = [e for e in said if e.kind != "decision" and not later(e) and signs.signs(e, signs.SIZE)]
    return tuple(_line(e) for e in found[:_MOST])


def beliefs(said: Sequence[Entry]) -> tuple[Line, ...]:
    """What was believed on the way, where a timeline that was kept elsewhere has no hypotheses."""
    found = [e for e in said if e.imported and (signs.signs(e, signs.BELIEF) or signs.rules_out(e))]
    return tuple(_line(e) for e in found[:_MOST])


def resolution(said: Sequence[Entry], state: Incident) -> tuple[Line, ...]:
    """What ended it: the last decisions and actions before the end, and what was said of the end itself."""
    end = state.ended
    before = [e for e in said if (end is None or e.at.t <= end) and not later(e)]
    turn = max((e.at.t for e in (*_firsts(before, "decision"), *_noticed(before))), default=0)
    did = [e for e in before if e.kind in ("action", "decision") and e.at.t >= turn][-6:]
    ends = [e for e in said if e.word in ("resolution", "resolved")]
    after = [e for e in said if end is not None and e.at.t > end and e.kind != "followup" and not later(e)][:3]
    over = [entry(state, e) for e in state.phase_changes if _turns(state, e) and _ends(e)]
    rows = {e.id: e for e in (*did, *ends, *after, *over)}
    return tuple(_line(e) for e in sorted(rows.values(), key=lambda e: e.at.t))


def _ends(event: ev.Event) -> bool:
    return isinstance(event.body, ev.PhaseChanged) and event.body.phase in ("monitoring", "resolved")


def _firsts(said: Sequence[Entry], kind: str) -> list[Entry]:
    return [e for e in said if e.kind == kind][:1]


def _noticed(said: Sequence[Entry]) -> list[Entry]:
    return [e for e in said if e.word in ("detection", "detected")][:1]


# ── went well, went badly, got lucky ──


def well(state: Incident, numbers: Metrics, rows: Sequence[Called], said: Sequence[Entry]) -> tuple[Line, ...]:
    """What the facts say went well."""
    out: list[Line] = []
    for name in ("detect", "acknowledge"):
        span = numbers.spans.get(name)
        if span is not None and span <= _QUICK:
            words = {"detect": "Detected", "acknowledge": "Acknowledged"}[name]
            out.append(Line(f"{words} within {spell(span)} ({' → '.join(SPANS[name])})."))
    sent = [(event, due) for event, due in promised(state) if due is not None]
    late = [event for event, due in sent if due is not None and event.at.t > due + _GRACE]
    if sent and not late:
        out.append(Line(f"Every update came when it was promised ({len(sent)} of {len(sent)})."))
    answered = [row for row in rows if row.answer == "acked"]
    if rows and len(answered) == len(rows):
        out.append(Line(f"Every page was answered ({len(rows)} of {len(rows)})."))
    handed = [e for e in state.facts if isinstance(e.body, ev.RoleAssigned) and e.body.was and e.body.who]
    if handed:
        out.append(Line("Roles were handed over, with the next one's word for it.", handed[-1].at, handed[-1].id))
    out += [_nobodys(e) for e in said if signs.signs(e, signs.GOOD) and not signs.signs(e, signs.SLOW)][:_MOST]
    return tuple(out)


def badly(state: Incident, numbers: Metrics, rows: Sequence[Called], said: Sequence[Entry]) -> tuple[Line, ...]:
    """What the facts say went badly, as it happened and without a name."""
    out: list[Line] = []
    for event, due in promised(state):
        body = event.body
        if due is not None and event.at.t > due + _GRACE and isinstance(body, ev.UpdatePosted):
            late = spell(event.at.t - due)
            out.append(
                Line(f"The {body.audience} update {body.number} came {late} after it was promised.", event.at, event.id)
            )
    waited = [row for row in rows if row.answer in ("no answer", "expired", "declined", "")]
    out += [Line(f"{row.place}: {_UNANSWERED[row.answer]}.", At(row.due), row.fact) for row in waited[:4]]
    failed = [row for row in rows if row.state == "failed"]
    out += [Line(f"{row.place}: the page did not go out by {row.way or 'any way'}.", At(row.due)) for row in failed[:4]]
    steps = [step for step in state.steps if step.state == "todo"]
    if steps and len(steps) < len(state.steps):
        out.append(Line(f"{len(steps)} of {len(state.steps)} steps of the checklist were neither done nor skipped."))
    elif steps:
        out.append(Line("The checklist was not used: no step was ticked or skipped."))
    open_still = state.open_questions
    if open_still:
        out.append(Line(f"{len(open_still)} questions of stakeholders have no answer on the log."))
    out += [_nobodys(e) for e in said if e.kind != "decision" and _bad(e)][:_MOST]
    return tuple(out)


_UNANSWERED = {
    "no answer": "no answer to the page",
    "expired": "it was acknowledged, and the acknowledgement ran out",
    "declined": "the page was declined",
    "": "the page has no answer on the log",
}


def _bad(each: Entry) -> bool:
    return signs.signs(each, signs.SLOW) or signs.signs(each, signs.TOOLS)


def lucky(said: Sequence[Entry]) -> tuple[Line, ...]:
    """What may have been luck."""
    return tuple(_nobodys(e) for e in said if signs.signs(e, signs.LUCK))[:_MOST]


def follow_ups(state: Incident, said: Sequence[Entry]) -> tuple[Line, ...]:
    """What was marked as to be done afterwards, and no action item came of yet."""
    waiting = {each.id for each in followups(state)}
    return tuple(_line(e) for e in said if e.id in waiting or (later(e) and e.kind != "followup"))


def later(each: Entry) -> bool:
    """Whether it tells what is to be done afterwards, whatever its kind is."""
    return each.kind == "followup" or each.text.casefold().startswith(("follow-up:", "follow up:"))


def _nobodys(each: Entry) -> Line:
    """The entry without whose it is: that something went badly is nobody's."""
    return Line(each.text, each.at, each.id)


def _line(each: Entry) -> Line:
    who = f"{each.who}: " if each.who else ""
    return Line(who + each.text, each.at, each.id)
