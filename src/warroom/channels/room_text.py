"""What stands in the room of an incident: the pinned brief, and the lines by which facts are told there. Plain text."""

from collections.abc import Iterator

from ..core import events as ev
from ..core.brief import Said, brief
from ..core.duration import spell
from ..core.events import Event
from ..core.incident import Incident
from ..core.run import Call, Run, advance, called_at
from ..core.text import clean, clip
from ..core.values import Ms
from ..render.brief import dial_in, flat, impact
from ..render.timeline import kind_of, text_of, who_of
from ..render.times import clock, moment

MOST = 8  # facts in one message
_LINE, _UPDATE, _PINNED = 450, 2_800, 2_900
_ENTRIES, _NAME = 5, 60
_VEILED = "restricted{}. Ask whoever is in command."

_NEWS = (
    *(ev.SeverityChanged, ev.PhaseChanged, ev.ImpactStated, ev.RoleAssigned, ev.RoleOffered, ev.UpdatePosted),
    *(ev.Acknowledged, ev.NoAnswer, ev.Escalated, ev.SpecialistCalled, ev.Snoozed, ev.CalledOff, ev.BridgeSet),
    *(ev.TaskGiven, ev.QuestionAnswered, ev.PollOpened, ev.ServiceNamed, ev.Renamed),
)
_WORDS = {"acked": "answer", "escalate": "calling", "role": "role", "bridge": "bridge"}


def is_news(state: Incident, event: Event, *, ever: bool = False) -> bool:
    """Whether a fact is worth telling to everybody in the room. `ever`: whatever became of it since."""
    body = event.body
    told = body.kind == "decision" if isinstance(body, ev.Logged) else isinstance(body, _NEWS)
    return told and (ever or state.stands(event.id))


def told(state: Incident, ids: list[str]) -> str:
    """These facts as they stand now, a line each; what was taken back meanwhile says so, and nothing else."""
    lines = []
    for id in ids:
        event = state.facts.get(id)
        if event is not None and state.stands(id):
            lines.append(_line(state, event))
    return "\n".join(lines) or "(what was to be told here was taken back)"


def _line(state: Incident, event: Event) -> str:
    at, kind = clock(state.when(event).t), kind_of(state, event)
    body = event.body
    if isinstance(body, ev.UpdatePosted):
        due = f"\nNext update: {moment(body.next, event.at.t)}" if body.next is not None else ""
        head = f"{at} UTC  {body.audience} update #{body.number}"
        return f"{head}\n{clip(clean(body.what, lines=True), _UPDATE)}{due}"
    said = flat(text_of(state, event), _LINE)
    who = who_of(state, event) or ("" if event.by.login == "" else event.by.name)
    named = who and who.casefold() not in said.casefold()
    return f"{at} UTC  {_WORDS.get(kind, kind)}: {said}" + (f"  ({flat(who, 60)})" if named else "")


# ── the pinned brief ──


def pinned(state: Incident, now: Ms, handle: str, *, private: bool, listens: bool) -> str:
    """The brief that is kept current. No number in it runs, so that it changes only when something has happened."""
    if state.restricted and not private:
        return f"{handle}: " + _VEILED.format("" if state.open else f", {state.phase}")
    head = [*_head(state, now, handle), *_called(state, now)]
    tail = ["", _how(listens)] if state.open else []
    room = _PINNED - sum(len(line) + 1 for line in (*head, *tail))
    body = []
    for line in _body(state, now):
        room -= len(line) + 1
        if room < 0:
            break
        body.append(line)
    return "\n".join((*head, *body, *tail))


def _head(state: Incident, now: Ms, handle: str) -> Iterator[str]:
    yield f"{state.severity} {flat(state.title, 200)}"
    after = "" if state.open else f" after {spell(state.elapsed(now))}"
    yield f"{handle}, {state.phase}{after}, declared {moment(state.declared_at, state.declared_at)}"
    told_ = brief(state, now)
    yield f"Impact: {flat(impact(told_.impact, state.declared_at), 400)}"
    commander = state.role("commander")
    yield f"In command: {flat(commander.who, 60) if commander else 'nobody yet'}"
    others = [f"{role.name}: {flat(role.who, 40)}" for role in state.roles if role.who and role.role != "commander"]
    if others:
        yield "; ".join(others)[:300]
    if state.open and state.bridge:
        yield f"Bridge: {flat(state.bridge, 300)}"
        if number := dial_in(state.call.dial, state.call.passcode):
            yield f"Dial in: {number}"


def _called(state: Incident, now: Ms) -> Iterator[str]:
    for topic, run in state.runs.items() if state.open else ():
        yield f"Called{f' for {flat(topic, 60)}' if topic else ''}: {called(advance(run, now))}"


def called(run: Run) -> str:
    """Who has it, or who is called and who is next, in one line."""
    if run.ack:
        return f"{flat(run.ack.who, _NAME)} has it"
    if run.off:
        return "it was called off"
    said = [f"{_level(run, run.current)}, no answer yet"] if run.current else []
    if run.next:
        said.append(f"{_level(run, run.next)} next, at {moment(run.next.due, run.next.due)}")
    return "; ".join(said) or "nobody"


def _level(run: Run, call: Call) -> str:
    names = [flat(target.name, _NAME) for target in called_at(run, call)[:3]]
    return f"L{call.level} {', '.join(names) or 'nobody'}"


def _body(state: Incident, now: Ms) -> Iterator[str]:
    told_ = brief(state, now)
    yield from _list("What happened, newest first", state, told_.happened)
    done = [_said(state, each) for each in told_.done[:_ENTRIES]]
    for task in told_.running[:_ENTRIES]:
        due = f", by {moment(task.due, state.declared_at)}" if task.due is not None else ""
        done.append(f"- now {flat(task.who, 40)}: {flat(task.what, 200)}{due}")
    if done:
        yield from ("", "Done so far", *done)
    yield from _list("Hypotheses", state, told_.hypotheses)
    yield from _list("Ruled out", state, told_.ruled_out)
    if asked := state.open_questions:
        yield from ("", "Open questions")
        numbers = {question.id: n for n, question in enumerate(state.questions, 1)}
        for question in asked[-_ENTRIES:]:
            yield f"- {numbers[question.id]}: {flat(question.body.text(), 200)}"


def _list(title: str, state: Incident, said: tuple[Said, ...]) -> Iterator[str]:
    if said:
        yield from ("", title, *(_said(state, each) for each in said[:_ENTRIES]))


def _said(state: Incident, said: Said) -> str:
    return f"- {moment(said.at, state.declared_at)} {flat(said.who, 40)}: {flat(said.what, 200)}"


def _how(listens: bool) -> str:
    if listens:
        return "Take part from here: !log what you see, !ack, !ask, !sev; !help lists the words."
    return "What is written here is not on the log: write it there."
