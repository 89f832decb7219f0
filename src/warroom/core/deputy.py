"""The deputy in the machine: what a good deputy would say now. A function of (state, now).

At most one prompt is visible, none within two minutes of the last; what was answered or dismissed does not come again.
Sources: the ten-minute call-out of on-call teams; the span of control of the Incident Command System (3 to 7 people).
"""

from collections.abc import Iterator

import msgspec

from . import events as ev
from .incident import Held, Incident
from .milestones import problems
from .values import HOUR, MINUTE, Ms

APART = 2 * MINUTE
CALL_OUT = 10 * MINUTE
SPAN = 7  # people on one lead
TIRED = 4 * HOUR  # in one role without a break
TASKS = 3  # for one person
_BEFORE = 5 * MINUTE  # an estimate that was promised is looked at


class Prompt(msgspec.Struct, frozen=True, gc=False):
    """`key` names it once and for all. `roles`: whose it is; `line`: what answers it, put into the prompt on one key.

    `since` is when it became true, `at` when it is shown (UTC ms).
    """

    key: str
    kind: str
    text: str
    since: Ms
    roles: tuple[str, ...] = ("commander",)
    line: str = ""
    rank: int = 5  # smaller is more urgent
    at: Ms = 0


def prompts(state: Incident, now: Ms) -> tuple[Prompt, ...]:
    """Every prompt that is true at `now` and neither answered nor dismissed, the most urgent first."""
    if state.declaration is None or not state.open:
        return ()
    found = [p for p in _all(state, now) if p.since <= now and not _settled(state, p.key)]
    return tuple(sorted(found, key=lambda p: (p.rank, p.since, p.key)))


def visible(state: Incident, now: Ms, me: str = "") -> Prompt | None:
    """The one prompt that `me` sees at `now`: mine by the roles that I hold, merged where I hold several.

    Who holds no role sees what is the commander's while nobody commands.
    """
    mine = {held.role for held in state.roles if held.who and held.who.casefold() == me.casefold()}
    commander = state.role("commander")
    if commander is None:
        mine |= {"commander"}
    held = {r.role for r in state.roles if r.who}
    found = []
    for prompt in prompts(state, now):
        # What is for a role that nobody has is the commander's.
        meant = {role if role in held else "commander" for role in prompt.roles}
        if not me or mine & meant:
            found.append(prompt)
    if not found:
        return None
    last = max((e.at.t for _, e in state.under(ev.PromptSettled.type)), default=None)
    if last is not None and now - last < APART:
        return None
    first = found[0]
    shown = max(first.since, last + APART) if last is not None else first.since
    return msgspec.structs.replace(first, at=shown)


def _settled(state: Incident, key: str) -> bool:
    return bool(state.visible((ev.PromptSettled.type, key)))


def _all(state: Incident, now: Ms) -> Iterator[Prompt]:
    yield from _severity(state)
    yield from _reports(state)
    yield from _roles(state)
    yield from _tasks(state, now)
    yield from _estimates(state)
    yield from _silence(state)
    yield from _call_out(state, now)
    yield from _span(state)
    yield from _fatigue(state)
    yield from _milestones(state)


def _call_out(state: Incident, now: Ms) -> Iterator[Prompt]:
    n = (now - state.declared_at) // CALL_OUT
    if n >= 1:
        minute = n * CALL_OUT // MINUTE
        text = (
            f"Minute {minute}: call out. What is running, what is due, who has not reported? Is the plan still right?"
        )
        at = state.declared_at + n * CALL_OUT
        yield Prompt(f"call-out:{minute}", "call-out", text, at, ("deputy",), "/situation", rank=6)


def _severity(state: Incident) -> Iterator[Prompt]:
    stated = state.visible((ev.ImpactStated.type,))
    if not stated:
        return
    impact = stated[-1]
    changed = state.visible((ev.SeverityChanged.type,))
    first = not any(True for v in impact.over)
    if changed and changed[-1].order > impact.order or first:
        return
    text = f"The impact changed: is {state.severity} still right? In doubt the higher one."
    yield Prompt(f"severity:{impact.id}", "severity", text, impact.rec, ("commander", "deputy"), "/sev ", rank=2)


def _reports(state: Incident) -> Iterator[Prompt]:
    for event in state.open_questions:
        body = event.body
        if isinstance(body, ev.QuestionAsked) and body.report:
            text = f"{body.asker or 'A stakeholder'} reports: {body.what} Is {state.severity} still right?"
            yield Prompt(f"report:{event.id}", "severity", text, event.rec, ("commander", "deputy"), "/sev ", rank=2)


def needed(state: Incident, held: Held) -> bool:
    """Whether this role must be filled now: by severity, and by how many are there."""
    card = held.card
    return bool(card and not held.who and state.severity in card.needed and len(state.seen) >= card.from_people)


def _roles(state: Incident) -> Iterator[Prompt]:
    for held in state.roles:
        if not needed(state, held):
            continue
        freed = state.visible((ev.RoleAssigned.type, held.role))
        since = freed[-1].at.t if freed else state.declared_at
        wait = MINUTE if held.role == "commander" else 5 * MINUTE
        yield Prompt(
            f"role:{held.role}:{since}",
            "role",
            f"Nobody is {held.name}. Who takes it?",
            since + wait,
            ("commander", "deputy"),
            f"/assign {held.role} ",
            rank=1 if held.role == "commander" else 4,
        )


def _tasks(state: Incident, now: Ms) -> Iterator[Prompt]:
    load: dict[str, int] = {}
    for task in state.tasks:
        if task.state != "open":
            continue
        load[task.who] = load.get(task.who, 0) + 1
        if task.due is not None:
            text = f"{task.who}'s time is up: {task.what}. Done, or how much longer?"
            yield Prompt(
                f"task:{task.id}:{task.due}",
                "task",
                text,
                task.due,
                ("commander", "deputy"),
                f"/done @{task.who} ",
                rank=3,
            )
        if not task.read_back and now - task.given < 10 * MINUTE:
            text = f"Has {task.who} read it back? “{task.what}”"
            yield Prompt(
                f"read-back:{task.id}",
                "read-back",
                text,
                task.given + MINUTE,
                ("commander", "scribe"),
                f"/readback @{task.who} ",
                rank=5,
            )
    for who, count in load.items():
        if count > TASKS:
            since = max(t.given for t in state.tasks if t.who == who and t.state == "open")
            text = f"{who} has {count} open tasks. Who takes one of them?"
            yield Prompt(f"load:{who}:{count}", "load", text, since, ("commander", "deputy"), "/board", rank=4)


def _estimates(state: Incident) -> Iterator[Prompt]:
    for event in state.updates:
        body = event.body
        if isinstance(body, ev.UpdatePosted) and body.estimate is not None and state.stands(event.id):
            text = f"The {body.audience} update #{body.number} gives a time. Does it hold?"
            at = body.estimate - _BEFORE
            yield Prompt(
                f"estimate:{event.id}",
                "estimate",
                text,
                max(at, event.at.t),
                ("comms",),
                f"/draft {body.audience} ",
                rank=3,
            )


def _silence(state: Incident) -> Iterator[Prompt]:
    cadence = state.value((ev.CadenceAttached.type,))
    span = cadence.silence.get(state.severity) if isinstance(cadence, ev.CadenceAttached) else None
    if span:
        since = max(state.last_entry or 0, state.declared_at)
        text = "Nothing was written for a while. What is happening?"
        yield Prompt(f"silence:{since}", "silence", text, since + span, ("scribe", "commander"), "", rank=4)


def _span(state: Incident) -> Iterator[Prompt]:
    busy = {t.who for t in state.tasks if t.state == "open"} | {who for who, here in state.attendance.items() if here}
    if len(busy) > SPAN:
        since = max((e.at.t for _, e in state.under(ev.BridgeAttended.type)), default=state.declared_at)
        text = f"{len(busy)} people on one lead, and {SPAN} are as many as one can steer. Split: who leads a part?"
        yield Prompt(f"span:{len(busy)}", "span", text, since, ("commander", "deputy"), "/assign ", rank=4)


def _fatigue(state: Incident) -> Iterator[Prompt]:
    for held in state.roles:
        if held.who and held.since is not None and held.role in ("commander", "deputy", "comms"):
            text = f"{held.who} has been {held.name} for four hours. Who takes over?"
            yield Prompt(
                f"tired:{held.role}:{held.since}",
                "fatigue",
                text,
                held.since + TIRED,
                (held.role, "deputy"),
                f"/offer {held.role} ",
                rank=4,
            )


def _milestones(state: Incident) -> Iterator[Prompt]:
    found = problems(state)
    if found and state.phase in ("monitoring", "mitigating"):
        text = f"Milestones: {found[0]}. When was it?"
        yield Prompt(
            f"milestone:{found[0]}",
            "milestone",
            text,
            state.phase_since + MINUTE,
            ("scribe", "commander"),
            "/mark ",
            rank=6,
        )
