"""What the simulated world does next: a function of (state, now), like what the pager owes in a real incident.

That something happened is a fact under its own key, so that a drill which was killed goes on where it was and nothing
happens twice. Nothing here is random: the seed has chosen when the drill began.
"""

from collections.abc import Iterator

import msgspec

from .. import events as ev
from .. import outbox
from ..acts import drill as act
from ..acts.delivery import Deliver, SkipLevel, TakePager
from ..acts.paging import FireTrigger, owed_call
from ..commands import Command
from ..events.delivery import FAILED, SENT
from ..incident import Incident
from ..notices import notices
from ..triggers import coming
from ..updates import next_overdue
from ..values import MINUTE, SIMULATED, By, Ms
from . import clock
from .inject_words import reworded
from .moments import simulated, since
from .responders import answers

PAGER = "drill"
WHERE = "the drill"
AFTER_END = MINUTE  # so long it goes on once its end has come to be so
ASKS = 3 * MINUTE  # so long a question of a replay waits where the clock does not wait for it


class Act(msgspec.Struct, frozen=True):
    """Something the world does at `at` (drill time, UTC ms). `rank` orders what happens in the same moment."""

    at: Ms
    rank: int
    key: str
    command: Command
    by: By


class Plan(msgspec.Struct, frozen=True):
    """`owed`: what the world does at this moment, in order. `wake`: when it does something next (UTC ms) by itself."""

    owed: tuple[Act, ...]
    wake: Ms | None


def plan(state: Incident, now: Ms) -> Plan:
    """What is owed at `now`, and when to look again."""
    played = clock.scenario(state)
    if played is None or clock.ended(state) is not None:
        return Plan((), None)
    acts = sorted(_acts(state, played, now), key=lambda each: (each.at, each.rank, each.key))
    owed = tuple(each for each in acts if each.at <= now)
    ahead = [each.at for each in acts if each.at > now]
    ahead += [at for at in (outbox.wake(state, now), next_overdue(state, now)) if at is not None and at > now]
    return Plan(owed, min(ahead, default=None))


def as_person(name: str) -> By:
    """Somebody of the world as a writer."""
    return By(name, SIMULATED)


def _acts(state: Incident, played: ev.Scenario, now: Ms) -> Iterator[Act]:
    if state.run is not None and (state.pager is None or state.pager.token != PAGER):
        yield Act(now, 0, "pager", TakePager(token=PAGER, where=WHERE), as_person(WHERE))
    yield from _injects(state, played)
    if state.run is not None:
        yield from _pager(state, now)
    for at, key, command, name in answers(state, played):
        yield Act(at, 5, key, command, as_person(name))
    yield from _end(state, played)


# ── injects ──


def injects(state: Incident) -> tuple[ev.Inject, ...]:
    """Every inject as the game master left it: the scenario's, and those that were added; without the cancelled."""
    played = clock.scenario(state)
    changes = {key[1]: event.body for key, event in state.under(ev.DrillChanged.type)}
    added = (change.added for change in changes.values() if isinstance(change, ev.DrillChanged) and change.added)
    found = []
    for each in (*(played.injects if played else ()), *added):
        change = changes.get(each.id)
        if isinstance(change, ev.DrillChanged):
            if change.cancelled:
                continue
            if change.words is not None:
                each = reworded(each, change.words)
        found.append(each)
    return tuple(found)


def fired(state: Incident, key: str) -> ev.Event | None:
    """The fact that an inject, or an answer, happened or was passed over."""
    found = state.visible((ev.DrillInjected.type, key))
    return found[0] if found else None


def happened(state: Incident, key: str) -> ev.Event | None:
    """The fact that it happened, where it was not passed over."""
    event = fired(state, key)
    return event if event and isinstance(event.body, ev.DrillInjected) and not event.body.dropped else None


def due(state: Incident, each: ev.Inject) -> Ms | None:
    """When this inject comes (UTC ms), as far as that is known; None: it waits for something that has not happened."""
    change = state.value((ev.DrillChanged.type, each.id))
    if isinstance(change, ev.DrillChanged) and change.due is not None:
        return change.due
    start = clock.start_of(state)
    moments = [start]
    if each.at is not None:
        moments.append(start + each.at)
    if each.after:
        before = happened(state, each.after)
        if before is None:
            return None
        moments.append(before.at.t + each.delay)
    if each.when:
        so = since(each.when, state, start)
        if so is None:
            return None
        moments.append(so.at if each.after else so.at + each.delay)
    return max(moments)


def is_down(state: Incident, tool: str, at: Ms) -> bool:
    """Whether this tool is out of order at that moment."""
    for each in injects(state):
        if each.kind != "outage" or each.tool != tool:
            continue
        began = happened(state, each.id)
        if began and began.at.t <= at and (not each.lasts or at < began.at.t + each.lasts):
            return True
    return False


def unreachable(state: Incident, played: ev.Scenario) -> frozenset[str]:
    """The ids of those who answer nothing any more."""
    gone = (each.who for each in injects(state) if each.kind in ("unavailable", "vendor") and happened(state, each.id))
    return frozenset(gone)


def person(played: ev.Scenario, who: str) -> ev.Person | None:
    """Somebody of the world by id or name."""
    wanted = who.casefold()
    return next((p for p in played.people if wanted in (p.id.casefold(), p.name.casefold())), None)


def _called(played: ev.Scenario, who: str) -> str:
    known = person(played, who)
    return known.name if known else who


def _injects(state: Incident, played: ev.Scenario) -> Iterator[Act]:
    for rank, each in enumerate(injects(state)):
        by = as_person(_called(played, each.who) or "the drill")
        before = fired(state, each.id)
        if before is None:
            at = due(state, each)
            if at is not None:
                yield Act(at, 1, f"{rank:03}", _fire(state, each, at), by)
        elif happened(state, each.id):
            yield from _goes_on(state, each, before.at.t, rank, by)


def _fire(state: Incident, each: ev.Inject, at: Ms) -> Command:
    start = clock.start_of(state)
    if each.unless and since(each.unless, state, start):
        return act.FireInject(inject=each, dropped="it was not needed any more")
    if each.kind in ("alert", "noise", "threshold") and is_down(state, "monitoring", at):
        return act.FireInject(inject=each, dropped="monitoring is down")
    now = tuple(line for line in each.lines if not line.at) if each.kind == "questions" else ()
    return act.FireInject(inject=each, lines=now)


def _goes_on(state: Incident, each: ev.Inject, began: Ms, rank: int, by: By) -> Iterator[Act]:
    """What comes of an inject later: its other questions, a tool that works again, what they did at the time."""
    if each.kind == "questions":
        for n, line in enumerate(each.lines, 1):
            key = f"{each.id}:{n}"
            if line.at and fired(state, key) is None:
                asked = act.FireInject(inject=each, key=key, lines=(line,))
                yield Act(began + line.at, 1, f"{rank:03}:{n:02}", asked, by)
    if each.kind == "outage" and each.lasts and fired(state, f"restored:{each.id}") is None:
        said = act.Reply(key=f"restored:{each.id}", says=f"{each.tool} works again", done=False)
        yield Act(began + each.lasts, 1, f"{rank:03}", said, by)
    if each.kind == "ask" and each.text and fired(state, f"did:{each.id}") is None:
        answered = answer_to(state, began)
        at = answered.rec if answered else began + ASKS
        yield Act(at, 1, f"{rank:03}", act.Reveal(inject=each), as_person("the record"))


def answer_to(state: Incident, began: Ms) -> ev.Event | None:
    """What a person of the room decided, did or gave as a task after that moment: the answer to a replay's question."""
    for i in range(len(state.facts) - 1, -1, -1):
        event = state.facts[i]
        if event.rec < began:
            break
        body = event.body
        said = isinstance(body, ev.Logged) and body.kind_ in ("decision", "action")
        if (said or isinstance(body, ev.TaskGiven | ev.PollOpened)) and not simulated(event):
            return event
    return None


def waits_for_answer(state: Incident) -> ev.Inject | None:
    """The question of a replay that nobody has answered yet: until then the clock of a console stands."""
    for each in injects(state):
        if each.kind == "ask" and (began := happened(state, each.id)) and fired(state, f"did:{each.id}") is None:
            return None if answer_to(state, began.at.t) else each
    return None


# ── pages and updates, which go nowhere ──


def _pager(state: Incident, now: Ms) -> Iterator[Act]:
    by = as_person(WHERE)
    for n, each in enumerate(coming(state)):
        yield Act(each.at, 2, f"{n}", FireTrigger(trigger=each.trigger.id), by)
    call = owed_call(state, now)
    if call is not None:
        yield Act(now, 2, "overdue", call, by)
    if state.pager is None or state.pager.token != PAGER:
        return
    for skip in (*outbox.empty(state, now), *outbox.passed(state, now)):
        yield Act(now, 3, f"{skip.topic}{skip.level}{skip.backup}", SkipLevel(skip=skip), by)
    down = is_down(state, "paging", now)
    for page in outbox.pages(state, now):
        call_, target = page.call, page.target
        yield Act(
            now,
            4,
            f"{page.topic}{call_.level}{target.ref}",
            Deliver(
                delivery=ev.DeliveryChanged(
                    outbox.key(state.id, page, WHERE, target.ref),
                    FAILED if down else SENT,
                    channel="pager (simulated)",
                    ref=target.ref,
                    who=target.name,
                    level=call_.level,
                    backup=call_.backup,
                    round=call_.round,
                    topic=page.topic,
                    cause=call_.cause,
                    due=call_.due,
                    pager=PAGER,
                    why="the paging service does not answer" if down else "",
                )
            ),
            by,
        )
    chat = is_down(state, "chat", now)
    for n, notice in enumerate(notices(state)):
        way = notice.way or "chat"
        key = outbox.follow_key(notice.cause, way)
        name, _, address = way.partition(":")
        yield Act(
            now,
            4,
            f"notice{n}",
            Deliver(
                delivery=ev.DeliveryChanged(
                    key,
                    FAILED if chat else SENT,
                    what=notice.what,
                    channel=name,
                    address=address,
                    ref=notice.target.ref if notice.target else "",
                    who=notice.target.name if notice.target else "",
                    cause=notice.cause,
                    pager=PAGER,
                    why="chat is down" if chat else "simulated",
                )
            ),
            by,
        )


# ── the end ──


def ends(state: Incident, played: ev.Scenario) -> Iterator[tuple[Ms, str]]:
    """When it ends of itself (UTC ms), as far as that is known, and why."""
    start = clock.start_of(state)
    yield start + played.length, "its time is over"
    if played.ends and (so := since(played.ends, state, start)):
        yield max(so.at, so.event.rec if so.event else 0) + AFTER_END, "what it was about is done"


def _end(state: Incident, played: ev.Scenario) -> Iterator[Act]:
    for key, (at, why) in zip(("length", "ends"), ends(state, played), strict=False):
        yield Act(at, 9, key, act.EndDrill(why=why), as_person(WHERE))
