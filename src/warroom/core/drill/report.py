"""The report of a drill as data: what was held against what happened, and why; and questions to talk about.

It names no wall clock, no random identity and no machine, so that the same drill gives the same report, byte for byte.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import events as ev
from ..due import due
from ..duration import spell
from ..events import Event
from ..fold import fold
from ..incident import Incident
from ..values import MINUTE, SECOND, Ms
from . import clock, score
from .moments import of_type, simulated
from .points import LATE, MET, MISSED, Point
from .world import happened, injects

BACKSTAGE = ("attached", "drill", "fixed", "undo", "sent", "pager", "clock")
_HEARD = 20 * SECOND
_MOST = 6  # questions that the report adds to those of the scenario


def iso(ms: Ms) -> str:
    """A span as `PT6M12S`."""
    sign, seconds = ("-" if ms < 0 else ""), abs(ms) // SECOND
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{seconds}S" * bool(seconds)
    return f"{sign}PT{parts or '0S'}"


def report(
    state: Incident,
    now: Ms,
    simulated_: Mapping[str, Mapping[str, str]] | None = None,
    earlier: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The report at `now` (drill time, UTC ms). `simulated_`: bands of simulated commanders by point; `earlier`: of
    one's own earlier runs. While the drill runs it holds neither the truth nor what the game master noted."""
    played, started = clock.scenario(state), state.value((ev.DrillStarted.type,))
    if played is None or not isinstance(started, ev.DrillStarted):
        return {}
    start, end = clock.start_of(state), score.end_of(state, now)
    over = clock.ended(state)
    found = score.points(state, now)
    screens = _screens(state, [_seen_at(point) for point in found], start)
    return {
        "drill": {
            "id": played.id,
            "title": played.title,
            "level": played.level,
            "minutes": played.length // MINUTE,
            "trains": list(played.trains),
            "seed": started.seed,
            "variant": played.variant or None,
            "who": started.who or None,
            "ran": iso(end - start),
            "ended": over.body.why if over and isinstance(over.body, ev.DrillEnded) else None,
        },
        "points": [_point(state, point, start, screen) for point, screen in zip(found, screens, strict=True)],
        "next_time": _next_time(found),
        "not_tested": [{"id": rule.id, "what": rule.what} for rule in score.untested(state, now)],
        "recording": _recording(state, start),
        "roles": roles_taken(state),
        "script_refused": _refused(state),
        "observations": [
            {"at": iso(e.at.t - start), "by": e.by.name, "what": e.body.what, "about": e.body.about or None}
            for e in of_type(state, ev.DrillObserved)
            if over and isinstance(e.body, ev.DrillObserved)
        ],
        "happened": _happened(state, start),
        "truth": (played.truth or None) if over else None,
        "sources": list(played.sources),
        "questions": [*played.questions, *_questions(found, start)],
        "compared": {"simulated": dict(simulated_ or {}), "earlier": list(earlier)},
        "rules": _rules(played),
        "how": HOW,
    }


HOW = (
    "Bands only: met, late, missed. Nothing is better than met, so haste earns nothing. A point counts from the moment "
    "at which its need was on the screen. Other good ways are as good. What the drill never came to is held against "
    "nobody. How late something was written down is told apart. There is no total and no ranking; whoever practised "
    "can contest a point with a reason, and alone decides who sees this."
)


def _seen_at(point: Point) -> Ms:
    return point.at if point.event is not None else min(point.at, point.start + point.rule.by)


def fact(event: Event, start: Ms, number: int) -> dict[str, Any]:
    """A fact as the report names it: by its number on the log, its time in the drill, its writer and its words."""
    who = getattr(event.body, "who", "")
    return {
        "n": number,
        "at": iso(event.at.t - start),
        "by": event.by.name,
        "who": who if isinstance(who, str) and who and who != event.by.name else None,
        "kind": event.body.kind,
        "text": event.body.text(),
    }


def _point(state: Incident, point: Point, start: Ms, screen: list[str]) -> dict[str, Any]:
    rule = point.rule
    out: dict[str, Any] = {
        "id": point.id,
        "what": rule.what,
        "about": point.about or None,
        "group": rule.group,
        "band": point.band,
        "from": iso(point.start - start),
        "since": rule.since or None,
        "took": None if point.took is None else iso(point.took),
        "by": iso(rule.by),
        "late_by": iso(rule.late),
        "fact": None if point.event is None else fact(point.event, start, _number(state, point.event)),
        "screen": screen,
        "held_against": rule.check or f"measure: {rule.measure}",
        "other_way": point.via or None,
        "why": rule.why or None,
        "source": rule.source or None,
        "better": rule.better if point.band != "met" and rule.better else None,
        "contested": [
            {"by": event.body.who, "why": event.body.why}
            for (_, about, _who), event in ((k, e) for k, e in state.under(ev.PointContested.type))
            if about == point.id and isinstance(event.body, ev.PointContested)
        ],
    }
    return out


def _number(state: Incident, event: Event) -> int:
    return next((n for n, each in enumerate(state.facts, 1) if each.id == event.id), 0)


# ── what was on the screen ──


def _screens(state: Incident, moments: list[Ms], start: Ms) -> list[list[str]]:
    """What the console showed at each of these moments, from one pass over the facts."""
    found: dict[Ms, list[str]] = {}
    waiting = sorted(set(moments), reverse=True)
    then = Incident()
    for event in state.facts:
        while waiting and event.rec > waiting[-1]:
            at = waiting.pop()
            found[at] = screen(then, at, start)
        then = fold(then, event)
    for at in waiting:
        found[at] = screen(then, at, start)
    return [found[at] for at in moments]


def screen(state: Incident, at: Ms, start: Ms) -> list[str]:
    """In a few lines what a console shows of this state at that moment."""
    if state.declaration is None:
        return []
    impact = state.impact.text() if state.impact else "impact not stated yet"
    lines = [f"T+{spell(at - start)}  {state.severity} {state.phase}  {impact}"]
    for each in due(state, at)[:2]:
        left = each.due - at
        wait = f"late by {spell(-left)}" if left < 0 else f"in {spell(left)}"
        lines.append(f"due: {each.kind} {each.what}{f', {each.who}' if each.who else ''}, {wait}")
    lines += [f"on the bridge: {who}: {said}" for who, said in heard(state, at)]
    shown: list[str] = []
    for i in range(len(state.timeline) - 1, -1, -1):
        event = state.timeline[i]
        if event.body.kind in BACKSTAGE or not state.stands(event.id):
            continue
        who = getattr(event.body, "who", "") if isinstance(event.body, ev.Logged) else ""
        shown.append(f"{event.body.kind}: {who or event.by.name}: {event.body.text()}"[:160])
        if len(shown) == 3:
            break
    return lines + shown[::-1]


def heard(state: Incident, at: Ms, lasts: Ms = _HEARD) -> list[tuple[str, str]]:
    """Who says what on the bridge at that moment: it scrolls past, and nobody writes it down by itself."""
    found: list[tuple[Ms, str, str]] = []
    for each in injects(state):
        began = happened(state, each.id)
        if began is None:
            continue
        t = began.at.t
        if each.kind == "voices":
            found += [(t + line.at, line.who, line.text) for line in each.lines]
        elif each.kind in ("takeover", "relief", "vendor", "unavailable", "outage") and each.text:
            found.append((t, began.by.name, each.text))
    return [(who, said) for t, who, said in sorted(found) if t <= at < t + lasts]


# ── the rest ──


def _recording(state: Incident, start: Ms) -> dict[str, Any]:
    lags = score.lag(state)
    spans = sorted(span for _, span in lags)
    middle = len(spans) // 2
    median = (spans[middle] if len(spans) % 2 else (spans[middle - 1] + spans[middle]) // 2) if spans else None
    return {
        "late_entries": len(lags),
        "median": None if median is None else iso(median),
        "longest": iso(spans[-1]) if spans else None,
        "entries": [
            {**fact(event, start, _number(state, event)), "later": iso(span)}
            for event, span in sorted(lags, key=lambda each: -each[1])[:10]
        ],
    }


def roles_taken(state: Incident) -> list[dict[str, str]]:
    """Who had which role, simulated people aside."""
    found = []
    played = clock.scenario(state)
    world = {p.name for p in played.people} if played else set()
    for event in of_type(state, ev.RoleAssigned):
        body = event.body
        if isinstance(body, ev.RoleAssigned) and body.who and body.who not in world:
            row = {"role": body.role, "who": body.who}
            if row not in found:
                found.append(row)
    return found


def _refused(state: Incident) -> list[dict[str, Any]]:
    return [
        {"line": e.body.line, "why": e.body.refused}
        for e in of_type(state, ev.DrillScripted)
        if isinstance(e.body, ev.DrillScripted) and e.body.refused
    ]


def _happened(state: Incident, start: Ms) -> list[dict[str, Any]]:
    """Every inject in the order in which it came, with whether what it said was so."""
    found = []
    for each in injects(state):
        came = happened(state, each.id)
        if came is None or each.kind == "coach":
            continue
        said = each.text or " / ".join(f"{line.who}: {line.text}" for line in each.lines)
        row: dict[str, Any] = {"at": iso(came.at.t - start), "id": each.id, "kind": each.kind, "text": said}
        if each.wrong:
            row["wrong"] = True
        found.append((came.at.t, each.id, row))
    return [row for _, _, row in sorted(found, key=lambda each: each[:2])]


def _questions(found: Iterable[Point], start: Ms) -> list[str]:
    out = []
    for point in found:
        if point.band == MISSED:
            out.append(
                f"“{point.rule.what}”{f' ({point.about})' if point.about else ''}: what was on your mind around "
                f"T+{spell(point.start + point.rule.by - start)}, and what would have helped?"
            )
        elif point.band == LATE and point.event is not None:
            out.append(f"How did you know, at T+{spell(point.at - start)}, that it was time for “{point.rule.what}”?")
    return out[:_MOST]


def _next_time(found: Iterable[Point]) -> list[str]:
    """What to do better, once each, in the order in which it came due; what was missed comes first."""
    ordered = sorted(found, key=lambda point: point.band != MISSED)
    return list(dict.fromkeys(p.rule.better for p in ordered if p.band != MET and p.rule.better))[:_MOST]


def _rules(played: ev.Scenario) -> list[dict[str, Any]]:
    return [
        {
            "id": rule.id,
            "what": rule.what,
            "counts_from": rule.since or "the start" if rule.check else "each case",
            "by": iso(rule.by),
            "late_by": iso(rule.late),
            "check": rule.check or None,
            "measure": rule.measure or None,
            "why": rule.why or None,
            "source": rule.source or None,
        }
        for rule in played.expectations
    ]


def bands(state: Incident, now: Ms) -> dict[str, str]:
    """Each point's band by its id: what two runs are compared by."""
    return {point.id: point.band for point in score.points(state, now)}


def people_of(state: Incident) -> set[str]:
    """Everybody who took part and is not of the world."""
    return {e.by.name for e in state.facts if not simulated(e) and e.by.name}
