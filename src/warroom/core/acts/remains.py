"""What a redaction takes with it, and what it leaves: other facts that repeat the words, and what stays in force.

The text of a fact goes; what the fact set (a severity, a phase, a step's state, an acknowledgement) is said again
without it. Names of people, services and roles are words too, and go.
"""

from collections.abc import Iterator

from msgspec import to_builtins
from msgspec.structs import replace

from .. import events as ev
from ..cadence import AUDIENCES
from ..commands import Draft
from ..events import Event
from ..incident import Incident
from ..milestones import OF_PHASE
from ..text import clean
from ..values import ENTRY_KINDS, IMPACT_STATES, ITEM_STATES, MILESTONES, PHASES, SEVERITIES

_ROOM = 30  # letters that a brief leaves of any text
_FIXED = frozenset(
    (
        *(*SEVERITIES, *PHASES, *MILESTONES, *IMPACT_STATES, *ITEM_STATES, *ENTRY_KINDS, *AUDIENCES),
        *(*ev.ITEM_KINDS, *ev.ITEM_STATES_OF_WORK),
    )
)


def repeating(state: Incident, target: Event) -> list[Event]:
    """`target` and every fact that repeats its words, in order: none of them may outlive it."""
    if isinstance(target.body, ev.UpdatePosted) and (draft := state.facts.get(target.body.of)):
        return repeating(state, draft)  # which says the same, before it
    found = [target]
    for fact in state.facts:
        if fact.order > target.order and (_repeats(fact.body, target) or any(_settles(fact, each) for each in found)):
            found.append(fact)
    return found


def _repeats(body: object, target: Event) -> bool:
    said = target.body
    match body:
        case ev.Amended(of=of) if isinstance(said, ev.Amended):
            return of == said.of and bool(_words(body) & _words(said))
        case ev.Amended(of=of) | ev.TaskChanged(of=of) | ev.QuestionAnswered(of=of) | ev.QuestionModerated(of=of):
            return of == target.id
        case ev.PollClosed(who=who) if isinstance(said, ev.RoleAssigned | ev.RoleOffered):
            return who == said.who != ""
        case ev.TaskReadBack(of=of) | ev.HypothesisJudged(of=of) | ev.PollClosed(of=of) | ev.QuestionTaken(of=of):
            return of == target.id
        case ev.ItemRaised(of=of, what=text):
            return of == target.id and _is_quoted(target, text)
        case ev.ItemChanged(of=of, what=text) | ev.ItemFiled(of=of, what=text):
            again = isinstance(said, ev.ItemChanged) and said.of == of
            return again or of == target.id or (bool(text) and _is_quoted(target, text))
        case ev.UpdatePosted(of=of) if isinstance(said, ev.UpdateDrafted):
            return of == target.id
        case ev.RoleOffered(role=role, brief=text, declined_by=who):
            declined = isinstance(said, ev.RoleOffered) and said.role == role and said.who == who != ""
            return declined or (bool(text) and _is_quoted(target, text))
        case ev.PromptSettled(what=text) | ev.ActRepeated(what=text):
            return _is_quoted(target, text)
        case ev.Logged(who=who) if isinstance(said, ev.RoleAssigned | ev.RoleOffered):
            return who == said.who != ""
        case ev.SectionWritten(body=text):
            return _without(text, target) != text
        case ev.Logged(text_=text) if isinstance(said, ev.PollOpened | ev.ObjectionRaised):
            return _is_quoted(target, text)
        case ev.StepChanged(list=id) | ev.StepExtended(list=id):
            return isinstance(said, ev.ChecklistAttached) and said.list == id and bool(body.what)
        case ev.RoleAssigned(role=role, who=who, was=was):
            if isinstance(said, ev.RoleOffered):
                return said.role == role and said.who in (who, was)
            return isinstance(said, ev.RoleAssigned) and said.role == role and said.who == was != ""
    return False


def _is_quoted(target: Event, text: str) -> bool:
    """Whether `text`, which the room put together, holds any word of the fact, or as much as it had room for."""
    there = " ".join(text.split())
    return any(clean(" ".join(words.split()))[:_ROOM] in there for words in _texts(to_builtins(target.body)))


def _without(review: str, target: Event) -> str:
    """A section of the review without the lines that hold words of the fact, which may be escaped in it."""
    from ..review.document import literal_of

    said = target.body
    who = said.who if isinstance(said, ev.Logged) else ""
    held = {clean(" ".join(part.split()))[:_ROOM] for part in _texts(to_builtins(said)) if part != who}

    def left(line: str) -> str:
        there = " ".join(literal_of(line).split())
        return "(redacted)" if any(part in there for part in held) else line

    return "\n".join(map(left, review.split("\n")))


def _texts(part: object) -> Iterator[str]:
    """Every text in a body that people chose."""
    if isinstance(part, str):
        if len(part) > 2 and part not in _FIXED:
            yield part
    elif isinstance(part, dict | list | tuple):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)


def _settles(fact: Event, earlier: Event) -> bool:
    """Whether this fact let the value of an earlier one stand, word for word."""
    return isinstance(fact.body, ev.Value) and earlier.id in fact.over and fact.body == earlier.body


def _words(body: ev.Amended) -> set[str]:
    return {word for word in (body.text_, body.who) if word}


def left_by(state: Incident, gone: list[Event]) -> list[Draft]:
    """What the facts that are redacted had set and is in force, as facts without their words, at the same times."""
    drafts = []
    for event in gone:
        for body in _left_by(state, event, gone):
            shown = isinstance(body, ev.Value) and state.visible(body.key())[-1:] == (event,)
            drafts.append(Draft(body, event.at, (event.id,) if shown else ()))
    return drafts


def _left_by(state: Incident, event: Event, gone: list[Event]) -> list[ev.Body]:
    body = event.body
    match body:
        case ev.Declared():
            return _of_declaration(state)
        case ev.PhaseChanged():
            return _of_phase(state, event, body)
        case ev.Value() if state.visible(body.key())[-1:] == (event,):
            return _of_value(body, gone)
        case ev.Logged() if event is not gone[0] and isinstance(gone[0].body, ev.RoleAssigned | ev.RoleOffered):
            return [replace(body, who="")]
        case ev.Retracted(of=of, what=what):
            return [ev.Retracted(of, what=what)]
        case ev.QuestionAnswered(of=of) if _stays(of, gone):
            return [ev.QuestionAnswered(of, "answer redacted")]
        case ev.UpdatePosted(audience=audience, next=next, number=number) if event == _last_update(state, audience):
            return [ev.UpdatePosted(audience, "update redacted", next, number)]
        case ev.LevelSkipped():
            return [replace(body, who="", why="")]
        case ev.ClockStepped(by=by):
            return [ev.ClockStepped(by)]
        case _ if isinstance(body, ev.PAGES) and event == _last_page(state):
            return _of_page(body)
    return []


def _stays(id: str, gone: list[Event]) -> bool:
    return all(id != event.id for event in gone)


def _of_declaration(state: Incident) -> list[ev.Body]:
    left: list[ev.Body] = []
    if not state.visible((ev.Renamed.type,)):
        left.append(ev.Renamed("title redacted"))
    if not state.visible((ev.SeverityChanged.type,)) and state.severity in SEVERITIES:
        left.append(ev.SeverityChanged(state.severity))
    return left


def _of_phase(state: Incident, event: Event, body: ev.PhaseChanged) -> list[ev.Body]:
    if state.visible(body.key())[-1:] == (event,):
        was = body.was if body.was in PHASES else ""
        return [ev.PhaseChanged(body.phase, was=was)] if body.phase in PHASES else []
    milestone = OF_PHASE.get(body.phase)
    if milestone and not state.visible((ev.MilestoneMarked.type, milestone)):
        return [ev.MilestoneMarked(milestone)]
    return []


def _of_value(body: ev.Value, gone: list[Event]) -> list[ev.Body]:
    target = gone[0].body
    match body:
        case ev.Renamed():
            return [ev.Renamed("title redacted")]
        case ev.SeverityChanged(severity=severity, was=was) if severity in SEVERITIES:
            return [ev.SeverityChanged(severity, was=was if was in SEVERITIES else "")]
        case ev.ImpactStated(since=since, state=how) if how in IMPACT_STATES:
            return [ev.ImpactStated("impact redacted", since=since, state=how)]
        case ev.MilestoneMarked(milestone=name) if name in MILESTONES:
            return [body]
        case ev.StepChanged(list=id, item=item, state=how) if how in ITEM_STATES:
            return [ev.StepChanged(id, item, how)]
        case ev.StepExtended(list=id, item=item, due=due):
            return [ev.StepExtended(id, item, due)]
        case ev.TaskChanged(of=of, state=how, due=due) if _stays(of, gone):
            return [ev.TaskChanged(of, how, due)]
        case ev.TaskReadBack(of=of, who=who) if _stays(of, gone):
            return [ev.TaskReadBack(of, who)]
        case ev.HypothesisJudged(of=of, state=how) if _stays(of, gone) and how in ev.HYPOTHESIS_STATES:
            return [ev.HypothesisJudged(of, how, "evidence redacted" if how != "open" else "")]
        case ev.PollClosed(of=of, outcome=how) if _stays(of, gone):
            return [ev.PollClosed(of, how)]
        case ev.ItemChanged(of=of, state=how, due=due, what_for=kind) if _stays(of, gone):
            return [ev.ItemChanged(of, how if how in ev.ITEM_STATES_OF_WORK else "open", "", due, "", kind)]
        case ev.ItemFiled(of=of) if _stays(of, gone):
            return [replace(body, what="")]
        case ev.RoleOffered(role=role, who=who) if target is not body:
            return [ev.RoleOffered(role, who)]
        case ev.QuestionModerated(of=of, shown=shown) if _stays(of, gone):
            return [ev.QuestionModerated(of, shown, "" if shown else "redacted")]
        case ev.PromptSettled(prompt=key, how=how):
            return [ev.PromptSettled(key, how)]
        case ev.Amended() if isinstance(target, ev.Amended):
            return _unsaid(body, _words(target))
        case ev.SectionWritten(body=text):
            return [replace(body, body=_without(text, gone[0]))] if gone[0].body is not body else []
        case ev.DeliveryChanged():
            return [replace(body, who="", why="", address="", ref="")]
        case ev.PagerHeld(token=token, rep=rep):
            return [ev.PagerHeld(token, "redacted" if token else "", rep)]
        case ev.RoleAssigned(role=role, who=who) if who != getattr(target, "who", ""):
            return [ev.RoleAssigned(role, who)]
    return []


def _unsaid(body: ev.Amended, words: set[str]) -> list[ev.Body]:
    """The correction without these words, if anything is left of it."""
    text = None if body.text_ in words else body.text_
    who = None if body.who in words else body.who
    kind = body.kind_ if body.kind_ in ENTRY_KINDS else None
    left = ev.Amended(body.of, text, kind, who, body.to_at)
    return [left] if left != ev.Amended(body.of) else []


def _of_page(body: ev.Body) -> list[ev.Body]:
    match body:
        case ev.Acknowledged(level=level, topic=""):
            return [ev.Acknowledged("redacted", level)]
        case ev.NoAnswer(level=level, backup=backup, declined=declined, topic=""):
            return [ev.NoAnswer("", level, backup, declined)]
        case ev.Escalated(level=level):
            return [ev.Escalated(level)]
        case ev.Snoozed(until=until):
            return [ev.Snoozed(until, "redacted")]
        case ev.CalledOff(topic=""):
            return [ev.CalledOff("redacted")]
    return []


def _last_page(state: Incident) -> Event | None:
    return next((page for page in reversed(state.pages) if state.stands(page.id)), None)


def _last_update(state: Incident, audience: str) -> Event | None:
    if audience not in AUDIENCES:
        return None
    return next((u for u in reversed(state.updates) if getattr(u.body, "audience", "") == audience), None)
