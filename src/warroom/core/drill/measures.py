"""What is measured over a whole drill, case by case: each gives points for one rule."""

from collections.abc import Callable, Iterator

from .. import events as ev
from ..cadence import AUDIENCES, next_due
from ..duration import spell
from ..events import Event, Expectation
from ..fold import fold
from ..incident import Incident
from ..values import Ms
from . import clock
from .moments import of_type, simulated
from .points import LATE, MET, MISSED, Point, judged
from .world import person

Measure = Callable[[Incident, Expectation, Ms], "Iterator[Point]"]


def _points(found: "Iterator[tuple[Ms, Event | None, str]]", rule: Expectation, end: Ms) -> Iterator[Point]:
    """Points for cases: when the counting began, what came of it, and what it was about."""
    for case, (start, event, about) in enumerate(found, 1):
        if start <= end and (point := judged(rule, start, event, end, about=about, case=case)):
            yield point


def _given(state: Incident) -> list[Event]:
    return [e for e in of_type(state, ev.TaskGiven) if not simulated(e)]


def read_backs(state: Incident, rule: Expectation, end: Ms) -> Iterator[Point]:
    """Every task that a person of the room gave: said back, or done so soon that nobody need have."""

    def cases() -> Iterator[tuple[Ms, Event | None, str]]:
        for event in _given(state):
            body = event.body
            if not isinstance(body, ev.TaskGiven):
                continue
            said = state.visible((ev.TaskReadBack.type, event.id))
            changed = state.visible((ev.TaskChanged.type, event.id))
            soon = next((e for e in changed if e.at.t - event.at.t <= rule.by), None)
            yield event.at.t, said[0] if said else soon, f"@{body.who} {body.what}"

    return _points(cases(), rule, end)


def tasks(state: Incident, rule: Expectation, end: Ms) -> Iterator[Point]:
    """Every time box: whether the task was done, dropped or given more time when it ran out."""

    def cases() -> Iterator[tuple[Ms, Event | None, str]]:
        changes = of_type(state, ev.TaskChanged)
        for event in _given(state):
            body = event.body
            if not isinstance(body, ev.TaskGiven) or body.due is None:
                continue
            due, about = body.due, f"@{body.who} {body.what}"
            for change in (c for c in changes if isinstance(c.body, ev.TaskChanged) and c.body.of == event.id):
                yield due, change, about
                due = change.body.due if change.body.state == "open" and change.body.due else 0  # type: ignore[union-attr]  # filtered above
                if not due:
                    break
            if due:
                yield due, None, about

    return _points(cases(), rule, end)


def updates(state: Incident, rule: Expectation, end: Ms) -> Iterator[Point]:
    """Every promised update but the first: whether it came by the promised time."""

    def cases() -> Iterator[tuple[Ms, Event | None, str]]:
        then = Incident()
        for event in state.facts:
            body = event.body
            if isinstance(body, ev.UpdatePosted) and event.rec <= end:
                owed = next_due(then, body.audience)
                if owed and body.number > 1 and state.stands(event.id):
                    yield owed[1], event, f"{body.audience} #{body.number}"
            if event.rec <= end:
                then = fold(then, event)
        for audience in AUDIENCES:
            owed = next_due(then, audience)
            if owed and owed[0] > 1:
                yield owed[1], None, f"{audience} #{owed[0]}"

    return _points(cases(), rule, end)


def questions(state: Incident, rule: Expectation, end: Ms) -> Iterator[Point]:
    """Every question and report from outside: answered, or taken by somebody; a report also by what it led to."""

    def cases() -> Iterator[tuple[Ms, Event | None, str]]:
        for asked in of_type(state, ev.QuestionAsked):
            body = asked.body
            if not isinstance(body, ev.QuestionAsked):
                continue
            came = [e for e in of_type(state, ev.QuestionAnswered, ev.QuestionTaken) if _of(e) == asked.id]
            if body.report:
                moved = of_type(state, ev.SeverityChanged, ev.ImpactStated)
                came += [e for e in moved if e.order > asked.order]
            yield asked.at.t, min(came, key=lambda e: e.order, default=None), body.text()

    return _points(cases(), rule, end)


def _of(event: Event) -> str:
    return str(getattr(event.body, "of", ""))


def handover(state: Incident, rule: Expectation, end: Ms) -> Iterator[Point]:
    """Every role that was offered: accepted, declined or taken back."""

    def cases() -> Iterator[tuple[Ms, Event | None, str]]:
        offers = [e for e in of_type(state, ev.RoleOffered) if not simulated(e)]
        for offer in offers:
            body = offer.body
            if not isinstance(body, ev.RoleOffered) or not body.who:
                continue
            later = [e for e in of_type(state, ev.RoleAssigned, ev.RoleOffered) if e.order > offer.order]
            came = next((e for e in later if getattr(e.body, "role", "") == body.role), None)
            yield offer.at.t, came, f"{body.role} to {body.who}"

    return _points(cases(), rule, end)


def steps(state: Incident, rule: Expectation, end: Ms) -> Iterator[Point]:
    """Every step that had a time: done, or skipped with a reason."""

    def cases() -> Iterator[tuple[Ms, Event | None, str]]:
        for step in state.steps:
            if step.due is None or step.due > end:
                continue
            changed = state.visible((ev.StepChanged.type, step.list, step.step.id))
            done = changed[-1] if changed and step.state != "todo" else None
            yield step.due, done, step.step.text

    return _points(cases(), rule, end)


def silence(state: Incident, rule: Expectation, end: Ms) -> Iterator[Point]:
    """The longest silences of the people in the room; where none was too long, the longest one is met."""
    wrote = clock.start_of(state)
    gaps: list[tuple[Ms, Ms, Event | None]] = []
    for event in state.facts:
        if event.rec > end:
            break
        if simulated(event) or ev.by_machine(event.body):
            continue
        gaps.append((event.rec - wrote, wrote, event))
        wrote = max(wrote, event.rec)
    gaps.append((end - wrote, wrote, None))
    long = [each for each in gaps if each[0] > rule.by]
    chosen = sorted(long, key=lambda each: (-each[0], each[1]))[:3] or [max(gaps, key=lambda each: each[0])]
    for case, (span, start, ends) in enumerate(sorted(chosen, key=lambda each: each[1]), 1):
        how = MET if span <= rule.by else LATE if span <= rule.late else MISSED
        about = f"{spell(span)} without a word"
        yield Point(rule=rule, band=how, start=start, at=start + span, event=ends, about=about, case=case)


def unreachable(state: Incident, rule: Expectation, end: Ms) -> Iterator[Point]:
    """Every page to somebody who answers nothing: whether a person called the next one, or the clock had to."""
    played = clock.scenario(state)
    pages = [e for e in of_type(state, ev.DeliveryChanged) if getattr(e.body, "what", "") == "page"]
    case = 0
    for event in pages:
        page = event.body
        if not isinstance(page, ev.DeliveryChanged) or played is None:
            continue
        who = person(played, page.who)
        answered = any(
            isinstance(e.body, ev.Acknowledged) and e.body.who == page.who and e.rec >= event.rec
            for e in of_type(state, ev.Acknowledged)
        )
        declined = who is not None and who.page == "declines"
        if answered or declined or event.rec > end:
            continue
        human, other = _passed_by(state, event, page), _next_page(pages, event, page)
        first = min((e for e in (human, other) if e), key=lambda e: e.order, default=None)
        point = judged(rule, event.at.t, human if human is first else first, end, about=page.who, case=case + 1)
        if point is None:
            continue
        case += 1
        if point.band == MET and first is other and human is not first:
            # The clock called the next one by itself: in time, but nobody's doing.
            point = Point(rule=rule, band=LATE, start=point.start, at=point.at, event=first, about=page.who, case=case)
        yield point


def _passed_by(state: Incident, event: Event, page: ev.DeliveryChanged) -> Event | None:
    """What a person did about it: no answer noted, the next level called, or somebody else has it."""
    for each in of_type(state, ev.NoAnswer, ev.Escalated, ev.SpecialistCalled, ev.Acknowledged, ev.CalledOff):
        body = each.body
        if each.order < event.order or (simulated(each) and not isinstance(body, ev.Acknowledged)):
            continue
        if getattr(body, "trigger", "") or (getattr(body, "topic", "") != page.topic and page.topic):
            continue
        return each
    return None


def _next_page(pages: list[Event], event: Event, page: ev.DeliveryChanged) -> Event | None:
    for each in pages:
        body = each.body
        if each.order <= event.order or not isinstance(body, ev.DeliveryChanged):
            continue
        if body.topic == page.topic and body.who != page.who:
            return each
    return None


MEASURES: dict[str, Measure] = {
    "read-backs": read_backs,
    "tasks": tasks,
    "updates": updates,
    "questions": questions,
    "handover": handover,
    "steps": steps,
    "silence": silence,
    "unreachable": unreachable,
}
