"""When a condition came to be so: the first fact, not before a moment, that makes it so. A function of the state."""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from .. import events as ev
from ..events import Body, Event
from ..incident import Incident
from ..values import ACTIVE, ENDED, SEVERITIES, SIMULATED, Ms
from .condition import All, Any, Call, Node, Not, fits, parse


class Found(msgspec.Struct, frozen=True):
    """Since when (UTC ms) something is so, and the fact that made it so; None: it is so of itself."""

    at: Ms
    event: Event | None = None


def since(text: str, state: Incident, start: Ms, until: Ms | None = None) -> Found | None:
    """Since when this condition is so, counted from `start` (UTC ms) on; None while it is not.

    `until`: as it was at that moment, whatever came after it.
    """
    return _node(parse(text), state, start, until)


def _node(node: Node, state: Incident, start: Ms, until: Ms | None) -> Found | None:
    match node:
        case Call():
            found = first(node, state, start)
            return found if found is None or until is None or found.at <= until else None
        case Not(part=part):
            return None if _node(part, state, start, until) else Found(start)
        case All(parts=parts):
            each_of = [_node(part, state, start, until) for part in parts]
            known = [each for each in each_of if each is not None]
            return max(known, key=lambda each: each.at) if len(known) == len(each_of) else None
        case Any(parts=parts):
            known = [each for part in parts if (each := _node(part, state, start, until))]
            return min(known, key=lambda each: each.at, default=None)
    raise TypeError(node)


def first(call: Call, state: Incident, start: Ms) -> Found | None:
    """The first fact at or after `start` for which this one condition is so."""
    if call.name == "declared":
        return Found(max(start, state.declared_at), state.declaration)
    if call.name in _LASTING and (event := _before(call, state, start)):
        return Found(start, event)
    matches, words = _MATCHES[call.name], (*call.words, "", "")
    for event in of_type(state, *_KINDS[call.name]):
        # What lasts and was noted late is so all the same; an entry of before is no answer to what came after it.
        on_time = event.at.t >= start or call.name in _LASTING
        if on_time and event.rec >= start and matches(state, event, words):
            return Found(max(start, event.at.t), event)
    return None


def _before(call: Call, state: Incident, start: Ms) -> Event | None:
    """The fact that made it so before `start`, where nothing has made it otherwise by then."""
    words = (*call.words, "", "")
    latest: dict[object, Event] = {}
    for event in of_type(state, *_KINDS[call.name]):
        if event.rec < start:
            body = event.body
            about = body.key()[1:] if isinstance(body, ev.Value) else ()
            latest[about] = event
    found = (event for event in latest.values() if _MATCHES[call.name](state, event, words))
    return max(found, key=lambda event: event.order, default=None)


# Who has a role, how grave it is, that a person is there: what was so before goes on being so.
_LASTING = frozenset(("commander", "role", "severity", "phase", "resolved", "closed", "bridge", "joined", "injected"))


@lru_cache(maxsize=4)  # a state never changes; the world asks about one many times
def _by_type(state: Incident) -> dict[type, list[Event]]:
    table: dict[type, list[Event]] = {}
    for event in state.facts:
        if state.stands(event.id):
            table.setdefault(event.body.__class__, []).append(event)
    return table


def of_type(state: Incident, *kinds: type[Body]) -> list[Event]:
    """The facts of these kinds that stand, in order."""
    table = _by_type(state)
    found = [event for kind in kinds for event in table.get(kind, ())]
    return sorted(found, key=lambda event: event.order) if len(kinds) > 1 else found


def simulated(event: Event) -> bool:
    """Whether the world of the drill wrote it, and no person of the room."""
    return event.by.login == SIMULATED


def same_person(state: Incident, wanted: str, name: str) -> bool:
    """Whether `name` is who the scenario calls `wanted`, by id or by name; an empty `wanted` is anybody."""
    if not wanted:
        return True
    started = state.value((ev.DrillStarted.type,))
    people = started.scenario.people if isinstance(started, ev.DrillStarted) else ()

    def known(word: str) -> str:
        word = word.casefold()
        return next((p.name for p in people if word in (p.id.casefold(), p.name.casefold())), word).casefold()

    return known(wanted) == known(name)


Words = tuple[str, ...]
_Match = Callable[[Incident, Event, Words], bool]


def _text(state: Incident, event: Event) -> str:
    fixed = state.correction(event.id)
    return fixed.text_ if fixed and fixed.text_ is not None else event.body.text()


def _entry(kind: str = "") -> _Match:
    def matches(state: Incident, event: Event, words: Words) -> bool:
        body = event.body
        if not isinstance(body, ev.Logged) or simulated(event):
            return False
        wanted = kind or words[1]
        return (not wanted or body.kind_ == wanted) and fits(words[0], _text(state, event))

    return matches


def _decided(state: Incident, event: Event, words: Words) -> bool:
    body = event.body
    if isinstance(body, ev.Logged):
        return _entry("decision")(state, event, words)
    return isinstance(body, ev.PollClosed) and body.outcome == "agreed" and fits(words[0], body.proposal)


def _severity(state: Incident, event: Event, words: Words) -> bool:
    severity = getattr(event.body, "severity", "")
    wanted = words[0].upper()
    return severity in SEVERITIES and wanted in SEVERITIES and SEVERITIES.index(severity) <= SEVERITIES.index(wanted)


_ORDER = (*ACTIVE, "resolved", "closed")


def _phase(state: Incident, event: Event, words: Words) -> bool:
    phase = getattr(event.body, "phase", "")
    return phase in _ORDER and words[0] in _ORDER and _ORDER.index(phase) >= _ORDER.index(words[0])


def _judged(state_: str) -> _Match:
    def matches(state: Incident, event: Event, words: Words) -> bool:
        body = event.body
        if not isinstance(body, ev.HypothesisJudged) or body.state != state_:
            return False
        return fits(words[0], f"{body.what} {body.evidence}")

    return matches


def _tasked(state: Incident, event: Event, words: Words) -> bool:
    body = event.body
    return isinstance(body, ev.TaskGiven) and same_person(state, words[0], body.who) and fits(words[1], body.what)


def _posted(state: Incident, event: Event, words: Words) -> bool:
    body = event.body
    if not isinstance(body, ev.UpdatePosted | ev.UpdateDrafted):
        return False
    wanted = int(words[1]) if words[1].isdecimal() else 1
    return (not words[0] or body.audience == words[0]) and body.number >= wanted


def _answered(state: Incident, event: Event, words: Words) -> bool:
    body = event.body
    if not isinstance(body, ev.QuestionAnswered):
        return False
    question = state.facts.get(body.of)
    asked = question.body.text() if question else body.question
    return fits(words[0], f"{asked} {body.what}") or words[0] in inject_of(state, body.of)


def inject_of(state: Incident, fact: str) -> tuple[str, ...]:
    """The inject that this fact came with, as a tuple of none or one."""
    event = state.facts.get(fact)
    if event is None or not simulated(event):
        return ()
    from .world import injects  # which asks here when a condition came to be so

    text = getattr(event.body, "what", "") or event.body.text()
    return tuple(
        each.id
        for each in injects(state)
        if text and (each.text == text or any(line.text == text for line in each.lines))
    )[:1]


def _paged(state: Incident, event: Event, words: Words) -> bool:
    body = event.body
    return isinstance(body, ev.DeliveryChanged) and body.what == "page" and same_person(state, words[0], body.who)


def _escalated(state: Incident, event: Event, words: Words) -> bool:
    """By a person: what the clock does of itself is nobody's doing."""
    body = event.body
    if isinstance(body, ev.NoAnswer):
        return not simulated(event)
    return not getattr(body, "trigger", "") and not simulated(event)


def _who(role: str = "") -> _Match:
    def matches(state: Incident, event: Event, words: Words) -> bool:
        body = event.body
        return isinstance(body, ev.RoleAssigned) and body.role == (role or words[0]) and bool(body.who)

    return matches


def _handover(state: Incident, event: Event, words: Words) -> bool:
    """Command accepted by another one: it was somebody's before."""
    body = event.body
    role = words[0] or "commander"
    return isinstance(body, ev.RoleAssigned) and body.role == role and bool(body.who and body.was)


def _by_words(*names: str) -> _Match:
    def matches(state: Incident, event: Event, words: Words) -> bool:
        said = " ".join(str(getattr(event.body, name, "")) for name in names)
        return fits(words[0], said)

    return matches


def _ticked(state: Incident, event: Event, words: Words) -> bool:
    body = event.body
    if not isinstance(body, ev.StepChanged) or body.state == "todo":
        return False
    return words[0] in ("", body.item, f"{body.list}:{body.item}") or fits(words[0], body.what)


_MATCHES: dict[str, _Match] = {
    "commander": _who("commander"),
    "role": _who(),
    "severity": _severity,
    "phase": _phase,
    "resolved": lambda state, event, words: getattr(event.body, "phase", "") in ("resolved", "closed"),
    "closed": lambda state, event, words: getattr(event.body, "phase", "") in ENDED[1:],
    "impact": _by_words("what", "scope"),
    "bridge": lambda state, event, words: bool(getattr(event.body, "said", False)),
    "decided": _decided,
    "proposed": _by_words("proposal"),
    "hypothesis": _entry("hypothesis"),
    "ruled_out": _judged("ruled out"),
    "supported": _judged("supported"),
    "logged": _entry(),
    "tasked": _tasked,
    "read_back": _by_words("what", "who", "words"),
    "done": lambda state, event, words: (
        getattr(event.body, "state", "") == "done" and _by_words("what", "who", "result")(state, event, words)
    ),
    "drafted": _posted,
    "posted": _posted,
    "said": _by_words("what"),
    "asked": lambda state, event, words: (
        _by_words("what")(state, event, words) or words[0] in inject_of(state, event.id)
    ),
    "answered": _answered,
    "acknowledged": lambda state, event, words: same_person(state, words[0], getattr(event.body, "who", "")),
    "escalated": _escalated,
    "paged": _paged,
    "called": lambda state, event, words: getattr(event.body, "topic", "").casefold() == words[0].casefold(),
    "no_answer": lambda state, event, words: (
        not simulated(event) and same_person(state, words[0], getattr(event.body, "who", ""))
    ),
    "offered": lambda state, event, words: (
        bool(getattr(event.body, "who", "")) and getattr(event.body, "role", "") == (words[0] or "commander")
    ),
    "handover": _handover,
    "joined": lambda state, event, words: (
        bool(getattr(event.body, "here", False)) and same_person(state, words[0], getattr(event.body, "who", ""))
    ),
    "milestone": lambda state, event, words: getattr(event.body, "milestone", "") == words[0],
    "ticked": _ticked,
    "evidence": lambda state, event, words: True,
    "injected": lambda state, event, words: (
        getattr(event.body, "inject", "") == words[0] and not getattr(event.body, "dropped", "")
    ),
    "flag": lambda state, event, words: words[0] in getattr(event.body, "flags", ()),
    "reported": lambda state, event, words: getattr(event.body, "inject", "").startswith(f"answer:{words[0]}:"),
}

_KINDS: dict[str, tuple[type[Body], ...]] = {
    "commander": (ev.RoleAssigned,),
    "role": (ev.RoleAssigned,),
    "severity": (ev.Declared, ev.SeverityChanged),
    "phase": (ev.PhaseChanged,),
    "resolved": (ev.PhaseChanged,),
    "closed": (ev.PhaseChanged,),
    "impact": (ev.ImpactStated,),
    "bridge": (ev.BridgeSet,),
    "decided": (ev.Logged, ev.PollClosed),
    "proposed": (ev.PollOpened,),
    "hypothesis": (ev.Logged,),
    "ruled_out": (ev.HypothesisJudged,),
    "supported": (ev.HypothesisJudged,),
    "logged": (ev.Logged,),
    "tasked": (ev.TaskGiven,),
    "read_back": (ev.TaskReadBack,),
    "done": (ev.TaskChanged,),
    "drafted": (ev.UpdateDrafted,),
    "posted": (ev.UpdatePosted,),
    "said": (ev.UpdatePosted,),
    "asked": (ev.QuestionAsked,),
    "answered": (ev.QuestionAnswered,),
    "acknowledged": (ev.Acknowledged,),
    "escalated": (ev.Escalated, ev.SpecialistCalled, ev.NoAnswer),
    "paged": (ev.DeliveryChanged,),
    "called": (ev.SpecialistCalled,),
    "no_answer": (ev.NoAnswer,),
    "offered": (ev.RoleOffered,),
    "handover": (ev.RoleAssigned,),
    "joined": (ev.BridgeAttended,),
    "milestone": (ev.MilestoneMarked,),
    "ticked": (ev.StepChanged,),
    "evidence": (ev.EvidenceAttached,),
    "injected": (ev.DrillInjected,),
    "flag": (ev.DrillInjected,),
    "reported": (ev.DrillInjected,),
}
