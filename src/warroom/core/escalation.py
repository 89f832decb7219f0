"""The clock of the escalation: from an escalation policy and what people did about it, who is called when.

A `Run` is what the facts say so far; `advance` brings it to a moment. Both are pure: times are arguments.
The rules: an acknowledgement stops the clock and runs out (target/goalert#3378); "no answer" moves on at once to the
backup, then the next level; an empty level is skipped (target/goalert#4548); every snooze ends by itself (#3230).
"""

from typing import TYPE_CHECKING

import msgspec

from .events import Acknowledged, Body, Escalated, Level, NoAnswer, PolicyAttached, Snoozed, Target
from .values import MINUTE, Ms

if TYPE_CHECKING:
    from .incident import Incident

_LAST_GAP = 5 * MINUTE  # before the levels start again, when the policy has one level only
_MOST_ROUNDS = 20  # whatever a policy asks for: nobody is helped by more, and a view must end


class Call(msgspec.Struct, frozen=True, gc=False):
    """Somebody is to be called: level and round count from 1 and 0, backup 0 is the level's own target."""

    level: int
    due: Ms
    backup: int = 0
    round: int = 0


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What became of a call: `acked`, `no answer`, `declined` or `expired`."""

    call: Call
    what: str
    who: str
    at: Ms


class Run(msgspec.Struct, frozen=True):
    """The escalation of one incident as its facts left it."""

    policy: PolicyAttached
    started: Ms
    current: Call | None = None
    next: Call | None = None
    answers: tuple[Answer, ...] = ()
    ack: Answer | None = None
    expires: Ms = 0
    snoozed: Snoozed | None = None
    stopped: bool = False
    called: tuple[Call, ...] = ()  # the last one at each place


class LevelView(msgspec.Struct, frozen=True, gc=False):
    """One line of the pane. `state`: waiting, next, calling, passed, acked, no answer, declined, empty, expired."""

    level: int
    backup: int
    name: str
    target: Target | None
    state: str
    at: Ms | None
    others: tuple[Target, ...] = ()  # called at the same time


class View(msgspec.Struct, frozen=True, gc=False):
    """The escalation at a moment. `status`: none, running, acknowledged, snoozed, exhausted, stopped."""

    status: str
    policy: PolicyAttached | None = None
    levels: tuple[LevelView, ...] = ()
    next: LevelView | None = None
    current: LevelView | None = None
    ack: Answer | None = None
    expires: Ms | None = None
    snoozed: Snoozed | None = None
    pages_nobody: bool = True


def start(policy: PolicyAttached, at: Ms) -> Run:
    """The run that begins when `policy` comes into force."""
    return Run(policy=policy, started=at, next=_from(policy, 0, 0, at))


def _from(policy: PolicyAttached, index: int, round: int, base: Ms) -> Call | None:
    """The first call from level index on that has somebody in it, `after` counted from `base`."""
    for i in range(index, len(policy.levels)):
        if people(policy.levels[i]):
            return Call(i + 1, base + policy.levels[i].after, round=round)
    return None


def people(level: Level) -> tuple[Target, ...]:
    """The level's targets and then its backups, in the order in which they are called."""
    return (level.notify[:1] or level.backup[:1]) + (level.backup if level.notify else level.backup[1:])


def _following(run: Run, call: Call) -> Call | None:
    policy = run.policy
    base = call.due - policy.levels[call.level - 1].after
    onward = _from(policy, call.level, call.round, base)
    if onward or call.round >= min(policy.repeat, _MOST_ROUNDS):
        return onward
    afters = [level.after for level in policy.levels]
    gap = afters[-1] - afters[-2] if len(afters) > 1 else _LAST_GAP
    return _from(policy, 0, call.round + 1, call.due + max(gap, MINUTE))


def advance(run: Run, now: Ms) -> Run:
    """The run at `now`: acknowledgements that ran out, levels that came due."""
    if run.stopped:
        return run
    if run.ack and run.expires <= now:
        again = Call(run.ack.call.level, run.expires, run.ack.call.backup, run.ack.call.round)
        expired = Answer(run.ack.call, "expired", run.ack.who, run.expires)
        run = msgspec.structs.replace(run, ack=None, next=again, answers=(*run.answers, expired))
    while not run.ack and run.next and run.next.due <= now:
        run = _call(run, run.next)
    return run


def _call(run: Run, call: Call) -> Run:
    onward = _following(run, call)
    snoozed = run.snoozed if run.snoozed and run.snoozed.until > call.due else None
    if snoozed and onward:
        onward = msgspec.structs.replace(onward, due=max(onward.due, snoozed.until))
    before = (c for c in run.called if (c.level, c.backup) != (call.level, call.backup))
    return msgspec.structs.replace(run, current=call, next=onward, snoozed=snoozed, called=(*before, call))


def apply(run: Run, body: Body, at: Ms) -> Run:
    """The run after somebody acknowledged, did not answer, escalated or snoozed at `at`."""
    run = advance(run, at)
    if run.stopped:
        return run
    match body:
        case Acknowledged(who=who, level=level):
            call = run.current or run.next
            if call is None:
                return run
            if level != call.level and 1 <= level <= len(run.policy.levels):
                call = Call(level, call.due, round=call.round)
            answer = Answer(call, "acked", who, at)
            return msgspec.structs.replace(
                run,
                ack=answer,
                expires=at + run.policy.ack_expires,
                answers=(*run.answers, answer),
                current=call,
                next=run.next if run.current else _following(run, call),
                snoozed=None,
            )
        case NoAnswer(who=who, level=level, backup=backup):
            if run.ack or not 1 <= level <= len(run.policy.levels):
                return run
            call = run.current if run.current and run.current.level == level else Call(level, at, backup)
            answer = Answer(
                Call(level, call.due, backup, call.round), "declined" if body.declined else "no answer", who, at
            )
            run = msgspec.structs.replace(run, answers=(*run.answers, answer))
            if run.current is None or run.current.level != level or run.current.backup != backup:
                return run
            if backup + 1 < len(people(run.policy.levels[level - 1])):
                return _call(run, Call(level, at, backup + 1, call.round))
            if run.next:
                return advance(msgspec.structs.replace(run, next=msgspec.structs.replace(run.next, due=at)), at)
            return run
        case Escalated(level=level) if 1 <= level <= len(run.policy.levels):
            round = run.current.round if run.current else 0
            return _call(msgspec.structs.replace(run, ack=None, snoozed=None), Call(level, at, round=round))
        case Snoozed(until=until) if run.next and not run.ack:
            later = msgspec.structs.replace(run.next, due=max(run.next.due, until))
            return msgspec.structs.replace(run, next=later, snoozed=body)
    return run


def sign_of(run: Run, at: Ms) -> Run:
    """The person who acknowledged was seen at `at`: their acknowledgement lasts that much longer."""
    if run.ack and at <= run.expires:
        return msgspec.structs.replace(run, expires=max(run.expires, at + run.policy.ack_expires))
    return run


def pages_nobody(policy: PolicyAttached) -> bool:
    """Whether no tested channel reaches anybody under this policy: it counts down, and people ring by hand."""
    return not policy.tested or all(t.example for level in policy.levels for t in people(level))


def view(state: "Incident", now: Ms) -> View:
    """The escalation of this incident at `now`, as the pane shows it."""
    run = state.run
    if run is None:
        return View("none")
    run = advance(run, now)
    lines: list[LevelView] = []
    for n, level in enumerate(run.policy.levels, 1):
        who = people(level)
        if not who:
            lines.append(LevelView(n, 0, level.name, None, "empty", None))
        for backup in range(len(who)):
            line = _line(run, n, backup, level)
            if backup == 0 or line.state not in ("waiting", "passed"):
                lines.append(line)
    if run.stopped:
        status = "stopped"
    elif run.ack:
        status = "acknowledged"
    elif run.next and run.snoozed and run.snoozed.until > now:
        status = "snoozed"
    else:
        status = "running" if run.next else "exhausted"
    upcoming = run.next if status in ("running", "snoozed") else None
    return View(
        status=status,
        policy=run.policy,
        levels=tuple(lines),
        next=_view_of(run, upcoming, "next"),
        current=_view_of(run, run.current, "calling") if status in ("running", "snoozed", "exhausted") else None,
        ack=run.ack,
        expires=run.expires if run.ack else None,
        snoozed=run.snoozed if status == "snoozed" else None,
        pages_nobody=pages_nobody(run.policy),
    )


def _view_of(run: Run, call: Call | None, state: str) -> LevelView | None:
    if call is None:
        return None
    level = run.policy.levels[call.level - 1]
    return _show(call.level, call.backup, level, state, call.due)


def _show(n: int, backup: int, level: Level, state: str, at: Ms | None) -> LevelView:
    others = level.notify[1:] if backup == 0 else ()
    return LevelView(n, backup, level.name, target_of(level, backup), state, at, others)


def target_of(level: Level, backup: int) -> Target | None:
    """Whom this level calls at this place: 0 its own target, n its nth backup; None where nobody is."""
    who = people(level)
    return who[backup] if backup < len(who) else None


def _line(run: Run, n: int, backup: int, level: Level) -> LevelView:
    here = next((c for c in run.called if c.level == n and c.backup == backup), None)
    answers = [a for a in run.answers if a.call.level == n and a.call.backup == backup]
    if run.next and not run.ack and not run.stopped and (run.next.level, run.next.backup) == (n, backup):
        return _show(n, backup, level, "next", run.next.due)
    if answers and (here is None or answers[-1].at >= here.due):
        return _show(n, backup, level, answers[-1].what, answers[-1].at)
    if run.current and (run.current.level, run.current.backup) == (n, backup) and not run.stopped:
        return _show(n, backup, level, "calling", run.current.due)
    if here:
        return _show(n, backup, level, "passed", here.due)
    return _show(n, backup, level, "waiting", None)
