"""What the review's template is given: texts that are literal Markdown, lists and tables of these; times in UTC."""

from collections.abc import Iterable, Mapping

from ..core import updates
from ..core.duration import spell
from ..core.review import signs
from ..core.review.dates import date_of
from ..core.review.entries import Entry
from ..core.review.facts import Decision, Facts, Held, Told
from ..core.review.metrics import SPANS
from ..core.review.offered import Line
from ..core.review.pages import Called
from ..core.review.thoughts import Thought
from ..core.updates import GRACE
from ..core.values import MINUTE, PHASES, SEVERITIES, At, Ms
from .markdown import literal
from .times import clock, day, moment

Row = dict[str, object]
_LONGEST = 400  # letters of an entry outside the timeline
_STEPS = 8  # of those that nobody touched
_LAG = 5 * MINUTE  # from which on the timeline says that something was written down later
_DID = {
    "acked": "acknowledged",
    "declined": "declined",
    "no answer": "no answer",
    "expired": "acknowledged, and it ran out",
    "": "no answer on the log",
}
_SENT = {
    "failed": "NOT SENT",
    "unknown": "perhaps sent",
    "accepted": "accepted",
    "sent": "sent",
    "dropped": "not needed",
}


def values(facts: Facts) -> Mapping[str, object]:
    """All that the template can say."""
    state, on = facts.state, _Clock(facts)
    declared = state.declared
    return {
        "title": literal(state.title),
        "handle": literal(facts.handle),
        "drill": state.drill,
        "restricted": state.restricted,
        "kept_elsewhere": facts.kept_elsewhere,
        "source": literal(declared.source) if declared else "",
        "severity": literal(facts.severity),
        "phase": literal(state.phase),
        "services": literal(", ".join(state.services)),
        "state": facts.standing.state,
        "owner": literal(facts.owner),
        "draft_due": on.full(facts.standing.draft_due),
        "review_due": on.full(facts.standing.review_due),
        "date": day(on.first),
        "declared": on(state.declared_at),
        "ended": on(state.ended),
        "lasted": spell(state.elapsed(on.first)) if state.ended is not None else "",
        **_overview(facts, on),
        **_impact(facts, on),
        "story": _lines(facts.story, on),
        "factors": _lines(facts.factors, on),
        "resolution": _lines(facts.resolution, on),
        "roles": [_role(each, on) for each in facts.held],
        "handovers": [_role(each, on) for each in facts.held if each.was and each.was != each.who],
        "there": [{"who": literal(t.who), "since": on(t.since), "until": on(t.until)} for t in facts.there],
        "spoke": [literal(who) for who, _ in facts.spoke],
        "timeline": _timeline(facts, on),
        "decisions": [_decision(each, on) for each in facts.decisions],
        "hypotheses": _hypotheses(facts, on),
        "beliefs": _lines(facts.beliefs, on),
        "policy": _policy(facts),
        "called": [_called(each, on) for each in facts.called],
        "acts": [
            {"at": on(a.at), "kind": literal(a.kind), "text": _short(a.text), "by": literal(a.by)} for a in facts.acts
        ],
        "calls_elsewhere": [_entry(e, on) for e in facts.said if e.kind in ("page", "acked", "no answer", "escalate")],
        "told": [_told(each, on) for each in facts.updates],
        "owed": [{"audience": literal(audience), "due": on(due)} for audience, due in facts.owed],
        **_milestones(facts, on),
        "well": _lines(facts.well, on),
        "badly": _lines(facts.badly, on),
        "lucky": _lines(facts.lucky, on),
        "thoughts": [_thought(each, on) for each in facts.thoughts],
        "follow_ups": _lines(facts.follow_ups, on),
        **_afterwards(facts, on),
        "messages": _messages(facts, on),
    }


class _Clock:
    """Times of one incident: with the date where that is not the day on which it began."""

    def __init__(self, facts: Facts) -> None:
        at = [facts.state.declared_at, *(e.at.t for e in facts.timeline[:1])]
        self.first = min(at)

    def __call__(self, at: At | Ms | None) -> str:
        """`14:02`, `about 14:02`, `14:02–14:05`, `02-01 00:10`; empty where it is not known."""
        if at is None:
            return ""
        if isinstance(at, int):
            at = At(at)
        said = ("about " if at.approx else "") + self._one(at.t)
        return said if at.to is None else f"{said}–{self._one(at.to)}"

    def _one(self, t: Ms) -> str:
        date = "" if day(t) == day(self.first) else day(t)[5:] + " "
        return date + clock(t, seconds=bool(t % MINUTE))

    def full(self, t: Ms | None) -> str:
        """`2026-11-22 14:02 UTC`."""
        return "" if t is None else moment(t, 0)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return literal(flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1].rstrip() + "…")


def _sentence(text: str) -> str:
    said = _short(text)
    said = said[:1].upper() + said[1:]
    return said if not said or said[-1] in ".!?…" else said + "."


def _lines(lines: Iterable[Line], on: _Clock) -> list[Row]:
    return [{"at": on(line.at), "text": _short(line.text)} for line in lines]


def _entry(each: Entry, on: _Clock) -> Row:
    return {
        "at": on(each.at),
        "text": _short(each.text),
        "who": literal(each.who),
        "kind": literal(each.word or each.kind),
    }


# ── what it was ──


def _overview(facts: Facts, on: _Clock) -> Row:
    """How it began, what told of it, and how it ended, as sentences where the log has them."""
    known, said = facts.milestones, facts.said
    told = next((e for e in said if e.word in ("detection", "detected", "detect")), None)
    if told is None and "detected" in known:
        told = next((e for e in said if e.at.t == known["detected"].t and e.kind == "observed"), None)
    end = next((e for e in reversed(said) if e.word in ("resolution", "resolved", "resolve")), None)
    first = said[0] if said else None
    return {
        "first": {"at": on(first.at), "text": _sentence(first.text)} if first else None,
        "noticed": {"at": on(told.at), "text": _sentence(told.text)} if told and told is not first else None,
        "noticed_by": _noticed(told) if told else "",
        "over": {"at": on(end.at), "text": _sentence(end.text)} if end else None,
    }


def _noticed(told: Entry) -> str:
    return "an alert" if signs.by_machine(told.text) else "people" if signs.by_people(told.text) else ""


def _impact(facts: Facts, on: _Clock) -> Row:
    stated, numbers = facts.state.impact, facts.numbers
    return {
        "impact": _sentence(stated.what) if stated else "",
        "scope": _sentence(stated.scope) if stated else "",
        "users": f"{stated.users:,}".replace(",", " ") if stated and stated.users is not None else "",
        "since": on(stated.since) if stated else "",
        "size": _lines(facts.size, on),
        "at_severity": _table(numbers.at_severity, SEVERITIES),
        "in_phase": _table(numbers.in_phase, PHASES),
        "spans": [
            {"name": name, "span": spell(numbers.spans[name]), "from": SPANS[name][0], "to": SPANS[name][1]}
            for name in SPANS
            if name in numbers.spans
        ],
        "unknown": [{"name": name, "why": literal(numbers.missing[name])} for name in SPANS if name in numbers.missing],
    }


def _table(found: Mapping[str, Ms], order: Iterable[str]) -> list[Row]:
    names = [*(name for name in order if name in found), *(name for name in found if name not in tuple(order))]
    return [{"name": literal(name), "span": spell(found[name])} for name in names]


def _milestones(facts: Facts, on: _Clock) -> Row:
    return {
        "milestones": [{"name": name, "at": on(at)} for name, at in facts.milestones.items()],
        "gaps": [literal(gap) for gap in facts.gaps],
        "perhaps": [{"name": name, "at": on(line.at), "text": _short(line.text)} for name, line in facts.perhaps],
    }


# ── who, and what they did ──


def _role(each: Held, on: _Clock) -> Row:
    return {
        "role": literal(each.role),
        "who": literal(each.who),
        "since": on(each.since),
        "until": on(each.until),
        "was": literal(each.was),
        "heard": literal(each.heard),
    }


def _timeline(facts: Facts, on: _Clock) -> list[Row]:
    """Row by row; `day` is set where another day begins."""
    out: list[Row] = []
    today = ""
    for each in facts.timeline:
        this = day(each.at.t)
        lag = 0 if each.imported or each.at.approx else each.rec - (each.at.to or each.at.t)
        time = ("about " if each.at.approx else "") + clock(each.at.t, seconds=bool(each.at.t % MINUTE))
        if each.at.to is not None:
            time += f"–{clock(each.at.to, seconds=bool(each.at.to % MINUTE))}"
        out.append(
            {
                "day": this if this != today else "",
                "at": time,
                "kind": literal(each.word or each.kind),
                "who": literal(each.who or each.by),
                "text": literal(each.text),
                "evidence": literal(each.proof),
                "later": spell(lag) if lag > _LAG else "",
            }
        )
        today = this
    return out


def _decision(each: Decision, on: _Clock) -> Row:
    return {
        "at": on(each.at),
        "text": _short(each.text),
        "who": literal(each.who),
        "outcome": _short(each.outcome),
        "objections": [_short(said) for said in each.objections],
    }


def _hypotheses(facts: Facts, on: _Clock) -> list[Row]:
    return [
        {
            "at": on(each.at),
            "text": _short(each.what),
            "who": literal(each.who),
            "state": each.state,
            "evidence": _short(each.evidence),
            "held": spell(max(0, each.judged - each.at)) if each.judged is not None else "",
        }
        for each in facts.hypotheses
    ]


# ── who was called ──


def _policy(facts: Facts) -> str:
    run = facts.state.run
    return literal(run.policy.title or run.policy.policy) if run else ""


def _called(each: Called, on: _Clock) -> Row:
    took = each.took
    return {
        "place": literal(each.place + (f", round {each.round + 1}" if each.round else "")),
        "who": literal(each.who),
        "due": on(each.due),
        "sent": on(each.sent),
        "way": literal(each.way),
        "sending": _SENT.get(each.state, each.state),
        "why": literal(each.why),
        "late": spell(each.sent - each.due) if each.sent is not None and each.sent - each.due >= MINUTE else "",
        "by_hand": each.by_hand,
        "answer": _DID.get(each.answer, literal(each.answer)),
        "answered": on(each.answered),
        "answered_by": literal(each.answered_by) if each.answered_by.casefold() != each.who.casefold() else "",
        "took": spell(took) if took is not None and took >= 0 else "",
    }


def _told(each: Told, on: _Clock) -> Row:
    late = each.due is not None and each.at.t > each.due + GRACE
    return {
        "at": on(each.at),
        "audience": literal(each.audience),
        "number": str(each.number or ""),
        "text": _short(each.text),
        "due": on(each.due),
        "late": spell(each.at.t - each.due) if late and each.due is not None else "",
        "approved_by": literal(each.approved_by),
    }


# ── afterwards ──


def _thought(each: Thought, on: _Clock) -> Row:
    return {
        "sort": each.sort,
        "question": literal(each.question),
        "about": _short(each.about),
        "at": on(each.at),
        "took": spell(each.took) if each.took is not None else "",
    }


def _afterwards(facts: Facts, on: _Clock) -> Row:
    unused = bool(facts.undone) and len(facts.undone) == len(facts.state.steps)
    undone = () if unused else facts.undone
    return {
        "actions": [
            {
                "number": str(item.number),
                "text": _short(item.what),
                "sort": literal(item.what_for),
                "owner": literal(item.owner),
                "due": date_of(item.due) if item.due is not None else "",
                "state": literal(item.state),
                "done": item.state == "done",
                "link": literal(item.link),
            }
            for item in facts.items
        ],
        "learned": [
            {
                "name": literal(each.name),
                "target": literal(each.target),
                "text": _short(each.summary or each.why),
                "state": literal(each.state),
            }
            for each in facts.changes
        ],
        "skipped": [{"text": _short(s.step.text), "why": _short(s.why)} for s in facts.skipped],
        "late_steps": [{"text": _short(s.step.text), "late": spell(late)} for s, late in facts.late],
        "undone": [{"text": _short(s.step.text)} for s in undone[:_STEPS]],
        "undone_more": str(len(undone) - _STEPS) if len(undone) > _STEPS else "",
        "unused": unused,
        "checklists": [literal(each.title) for each in facts.state.checklists],
    }


def _messages(facts: Facts, on: _Clock) -> Row:
    """What the drafts of the two messages stand on, as somebody stated it while it lasted."""
    told = updates.facts(facts.state, "public", facts.state.ended or on.first)
    last = [each for each in facts.updates if each.audience == "public" or (not each.audience and facts.kept_elsewhere)]
    return {
        "loss": _sentence(told.loss),
        "lingering": _sentence(told.lingering),
        "around": _sentence(told.around),
        "last": _short(last[-1].text) if last else "",
    }
