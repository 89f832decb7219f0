"""Simulated commanders: one who does nothing, one who follows the book, one who acts at random.

They show what a scenario asks for, and what a report says of it: nobody's practice is measured against them.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .. import events as ev
from .. import updates
from ..acts import entries, lifecycle, paging, people, practice, talk, work
from ..acts import updates as update_acts
from ..commands import Command
from ..due import due
from ..events import Expectation
from ..incident import Incident
from ..values import MINUTE, SECOND, Ms, Refused
from . import clock
from .condition import All, Any, Call, Node, Not, parse
from .memory import MemoryRoom
from .moments import of_type, simulated
from .world import happened, person

if TYPE_CHECKING:
    from random import Random

EVERY = 30 * SECOND  # so often a commander looks up
Commander = Callable[[MemoryRoom, "Random"], None]


def play(room: MemoryRoom, commander: Commander, random: "Random") -> Incident:
    """The whole drill with this commander; its last state."""
    look = room.now + EVERY
    wake = room.settle()
    while not room.over:
        coming = min(look, wake if wake is not None else look)
        room.now = max(coming, room.now + 1)
        if room.now >= look:
            commander(room, random)
            look = room.now + EVERY
        wake = room.settle()
    return room.state


def idle(room: MemoryRoom, random: "Random") -> None:
    """Does nothing."""


def at_random(room: MemoryRoom, random: "Random") -> None:
    """Does something now and then, whatever it is."""
    if random.random() < 0.35:
        acts = _anything(room.state, random)
        room.do(random.choice(acts))


def by_the_book(room: MemoryRoom, random: "Random") -> None:
    """Does what is due, and what the scenario hopes for once there is reason to."""
    for _ in range(6):
        # What is refused once, another act may make possible; what nothing does is left.
        if all(isinstance(room.do(command), Refused) for command in list(_book(room))[:12]):
            return


COMMANDERS: dict[str, Commander] = {"does nothing": idle, "acts at random": at_random, "follows the book": by_the_book}


# ── by the book ──


def _book(room: MemoryRoom) -> Iterator[Command]:
    state, now, me = room.state, room.now, room.me.name
    if not state.open:
        return
    if state.role("commander") is None:
        yield people.AssignRole(role="commander", who=me)
    if state.impact is None and now - state.declared_at > MINUTE:
        yield lifecycle.StateImpact(what=state.title, scope="others are not affected")
    yield from _unanswered(room)
    yield from _told(room)
    for question in state.open_questions:
        yield talk.Answer(question=question.id, what="We are looking into it; the next update says more.")
    yield from _boxes(state, now)
    for step in state.steps:
        if step.state == "todo" and step.due is not None and step.due <= now:
            yield work.ChangeStep(step=f"{step.list}:{step.step.id}")
    yield from _hoped_for(room)
    last = max((e.rec for e in state.facts if not simulated(e) and isinstance(e.body, ev.Logged)), default=0)
    if now - max(last, state.declared_at) > 6 * MINUTE:
        yield entries.Log(text="Call-out: what runs, what is due, who has not reported?")


def _unanswered(room: MemoryRoom) -> Iterator[Command]:
    state, now = room.state, room.now
    from ..run import advance, called_at

    for topic, run in state.runs.items():
        run = advance(run, now)
        if run.ack or run.halted or run.current is None or now - run.current.due < 3 * MINUTE + 15 * SECOND:
            continue
        for target in called_at(run, run.current):
            yield paging.ReportNoAnswer(who=target.name, topic=topic, tried="phone")


def _told(room: MemoryRoom) -> Iterator[Command]:
    state, now = room.state, room.now
    for each in due(state, now):
        if each.kind != "update" or each.due - now > MINUTE:
            continue
        waiting = updates.draft(state, each.ref)
        if waiting is None or (waiting.body.next is not None and waiting.body.next <= now):
            yield update_acts.DraftUpdate(what=f"{state.title}. We are working on it.", audience=each.ref)
        elif not waiting.ready:
            yield update_acts.ApproveUpdate(audience=each.ref, who=state_commander(state))
        else:
            yield update_acts.PostDraft(audience=each.ref)


def state_commander(state: Incident) -> str:
    held = state.role("commander")
    return held.who if held else ""


def _boxes(state: Incident, now: Ms) -> Iterator[Command]:
    for task in state.tasks:
        if task.state == "open" and task.due is not None and task.due <= now:
            yield work.Extend(what=task.id, more=5 * MINUTE)
        if task.state == "open" and task.read_back is None and now - task.given > MINUTE:
            yield practice.ReadBack(task=task.id, words="heard on the bridge")


def _hoped_for(room: MemoryRoom) -> Iterator[Command]:
    """What expectations ask for, in the middle of their band, once what they count from has happened."""
    from .moments import since

    state, now = room.state, room.now
    played = clock.scenario(state)
    for rule in played.expectations if played else ():
        if not rule.check:
            continue
        start = clock.start_of(state)
        if rule.since:
            before = happened(state, rule.since)
            if before is None:
                continue
            start = before.at.t
        if now < start + min(rule.by // 2, 3 * MINUTE) or since(rule.check, state, start) is not None:
            continue
        yield from _so(parse(rule.check), state, start, room.me.name)


def _so(node: Node, state: Incident, start: Ms, me: str) -> Iterator[Command]:
    """What would make this condition so."""
    from .moments import first

    match node:
        case All(parts=parts):
            for part in parts:
                yield from _so(part, state, start, me)
        case Any(parts=parts):
            yield from _so(parts[0], state, start, me)
        case Not():
            return
        case Call():
            if first(node, state, start) is None:
                yield from made(node, state, me)


def _one(pattern: str) -> str:
    """Words that fit a pattern: its first alternative."""
    return pattern.split("|")[0].strip() or "as discussed"


def made(call: Call, state: Incident, me: str) -> Iterator[Command]:
    """The acts that make this one condition so, as far as a commander can."""
    first, second = (*call.words, "", "")[:2]
    match call.name:
        case "commander":
            yield people.AssignRole(role="commander", who=me)
        case "role":
            yield people.AssignRole(role=first, who=me)
        case "severity":
            yield lifecycle.ChangeSeverity(severity=first, why="in doubt the higher one")
        case "phase":
            yield lifecycle.ChangePhase(phase=first, why="as it stands")
        case "resolved":
            yield lifecycle.ChangePhase(phase="resolved", why="it holds")
        case "impact":
            yield lifecycle.StateImpact(what=_one(first) if first else state.title)
        case "bridge":
            yield lifecycle.SetBridge(where="https://meet.example/drill")
        case "decided":
            yield entries.Log(text=_one(first), kind="decision")
        case "proposed":
            yield talk.OpenPoll(proposal=_one(first))
        case "hypothesis":
            yield entries.Log(text=_one(first), kind="hypothesis")
        case "ruled_out" | "supported":
            known = [e for e in of_type(state, ev.Logged) if getattr(e.body, "kind_", "") == "hypothesis"]
            how = "ruled out" if call.name == "ruled_out" else "supported"
            if known:
                from .condition import fits

                fitting = [e for e in known if fits(first, e.body.text())] or known
                yield practice.JudgeHypothesis(state=how, hypothesis=fitting[-1].id, evidence=_one(first))
            else:
                yield entries.Log(text=_one(first), kind="hypothesis")
        case "logged":
            yield entries.Log(text=_one(first), kind=second or "note")
        case "tasked":
            played = clock.scenario(state)
            who = person(played, first) if played and first else None
            anybody = next((p for p in played.people if not p.observer), None) if played else None
            name = who.name if who else first or (anybody.name if anybody else "ivo")
            yield work.GiveTask(who=name, what=_one(second), within=8 * MINUTE)
        case "posted" | "drafted" | "said":
            yield from _publish(first if call.name != "said" else "public", first if call.name == "said" else "", state)
        case "answered":
            for question in state.open_questions:
                yield talk.Answer(question=question.id, what=_one(first))
        case "acknowledged":
            yield paging.Acknowledge(who=me)
        case "called":
            yield paging.CallSpecialist(topic=first, why="who knows it has to look")
        case "escalated":
            yield paging.Escalate(why="the next one has to know")
        case "no_answer":
            yield paging.ReportNoAnswer(tried="phone")
        case "offered" | "handover":
            yield from _hand_over(state, first or "commander", me)
        case "milestone":
            yield lifecycle.MarkMilestone(milestone=first)
        case "ticked":
            yield work.ChangeStep(step=first)
        case "joined":
            yield practice.AttendBridge(who=first or me)
        case "read_back":
            for task in state.tasks:
                if task.state == "open" and task.read_back is None:
                    yield practice.ReadBack(task=task.id)
        case _:
            return


def _publish(audience: str, words: str, state: Incident) -> Iterator[Command]:
    audience = audience or "public"
    what = f"{_one(words)}. {state.title}." if words else f"{state.title}. We are working on it."
    waiting = updates.draft(state, audience)
    from .condition import fits

    if waiting is None or (words and not fits(words, waiting.body.what)):
        yield update_acts.DraftUpdate(what=what, audience=audience)
    elif not waiting.ready:
        yield update_acts.ApproveUpdate(audience=audience, who=state_commander(state))
    else:
        yield update_acts.PostDraft(audience=audience)


def _hand_over(state: Incident, role: str, me: str) -> Iterator[Command]:
    played = clock.scenario(state)
    for each in played.injects if played else ():
        who = person(played, each.who) if played and each.kind == "relief" and happened(state, each.id) else None
        if who:
            yield people.OfferRole(role=role, who=who.name)
            return
    to = next((p for p in played.people if p.accepts and not p.observer), None) if played else None
    if to is not None:
        yield people.OfferRole(role=role, who=to.name)


# ── at random ──


def _anything(state: Incident, random: "Random") -> list[Command]:
    played = clock.scenario(state)
    rules: tuple[Expectation, ...] = played.expectations if played else ()
    hoped = [call for rule in rules if rule.check for call in _calls(rule.check)]
    call = random.choice(hoped) if hoped else Call("impact")
    wanted = list(made(call, state, "rae"))
    return [
        *wanted,
        entries.Log(text=random.choice(("hm", "looking", "graphs look odd", "restart it?"))),
        entries.Log(text="restart everything", kind="decision"),
        talk.OpenPoll(proposal="fail over"),
        practice.ClosePoll(outcome=random.choice(("agreed", "withdrawn"))),
        lifecycle.ChangeSeverity(severity=random.choice(("SEV1", "SEV2", "SEV3", "SEV4")), why="a feeling"),
        lifecycle.ChangePhase(phase=random.choice(("identified", "mitigating", "monitoring"))),
        paging.ReportNoAnswer(),
        paging.Escalate(),
        paging.Acknowledge(),
        people.AssignRole(role=random.choice(("commander", "scribe", "comms")), who="rae"),
        work.GiveTask(who=random.choice(("ivo", "rae", "nobody")), what="look at it", within=5 * MINUTE),
        update_acts.DraftUpdate(what="Something is wrong."),
        update_acts.ApproveUpdate(who="rae"),
        update_acts.PostDraft(),
    ]


def _calls(text: str) -> tuple[Call, ...]:
    from .condition import calls

    return calls(parse(text))
