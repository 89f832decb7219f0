"""One escalation running: from a policy and what people did about it, who is called when.

A `Run` is what the facts say so far; `advance` brings it to a moment. Both are pure: times are arguments.
The rules: an acknowledgement stops the clock and runs out (target/goalert#3378); "no answer" moves on at once to the
backup, then the next level; an empty level is skipped (target/goalert#4548); every snooze ends by itself (#3230).
"""

import msgspec

from .events import (
    Acknowledged,
    Body,
    CalledOff,
    ClockStepped,
    Escalated,
    Level,
    NoAnswer,
    OnCallAnswered,
    PolicyAttached,
    Snoozed,
    SpecialistCalled,
    Target,
)
from .values import MINUTE, Ms

_LAST_GAP = 5 * MINUTE  # before the levels start again, when the policy has one level only
MOST_ROUNDS = 20  # whatever a policy asks for: nobody is helped by more, and a view must end

_with = msgspec.structs.replace


class Call(msgspec.Struct, frozen=True, gc=False):
    """Somebody is to be called: level and round count from 1 and 0, backup 0 is the level's own target.

    `cause` is the fact that it follows from: a page for another reason is another page.
    """

    level: int
    due: Ms
    backup: int = 0
    round: int = 0
    cause: str = ""

    @property
    def place(self) -> tuple[int, int]:
        return (self.level, self.backup)

    def is_as(self, other: "Call") -> bool:
        """Whether both are one call, whatever the clock was set to in between."""
        return (self.place, self.round, self.cause) == (other.place, other.round, other.cause)


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What became of a call: `acked`, `no answer`, `declined` or `expired`. `fact` is the one that says so."""

    call: Call
    what: str
    who: str
    at: Ms
    fact: str = ""


class Run(msgspec.Struct, frozen=True):
    """One escalation as the facts left it. `stopped`: the incident ended; `off`: somebody called it off."""

    policy: PolicyAttached
    started: Ms
    cause: str = ""
    current: Call | None = None
    next: Call | None = None
    answers: tuple[Answer, ...] = ()
    ack: Answer | None = None
    expires: Ms = 0
    snoozed: Snoozed | None = None
    stopped: bool = False
    off: CalledOff | None = None
    called: tuple[Call, ...] = ()  # the last one at each place

    @property
    def halted(self) -> bool:
        """Whether nothing is counted any more."""
        return self.stopped or self.off is not None

    @property
    def waits(self) -> bool:
        """Whether nobody is called before a trigger or a person starts it."""
        return self.policy.waits and not self.called and self.next is None and self.ack is None


# ── whom a level calls ──


def people(level: Level) -> tuple[Target, ...]:
    """The level's targets and then its backups, in the order in which they are called."""
    return (level.notify[:1] or level.backup[:1]) + (level.backup if level.notify else level.backup[1:])


def target_of(level: Level, backup: int) -> Target | None:
    """Whom this level calls at this place: 0 its own target, n its nth backup; None where nobody is."""
    who = people(level)
    return who[backup] if backup < len(who) else None


def called_at(run: Run, call: Call) -> tuple[Target, ...]:
    """Everybody whom this call calls at once, each as the person who is on call then."""
    level = run.policy.levels[call.level - 1]
    first = target_of(level, call.backup)
    others = level.notify[1:] if call.backup == 0 else ()
    return tuple(on_duty(target, call.due) for target in ((first, *others) if first else others))


def on_duty(target: Target, at: Ms) -> Target:
    """The person who has this turn at `at`; a target that is no turn is that person already."""
    if not target.shifts:
        return target
    shift = target.shifts[0]
    for each in target.shifts:
        if each.start > at:
            break
        shift = each
    return Target(shift.ref, shift.name, shift.phone, shift.reach, target.example, asked=target.asked)


def said_by(run: Run, call: Call, target: Target) -> Answer | None:
    """That this person declined this call, or was said not to answer it; without a name it is said of everybody."""
    for answer in run.answers:
        said = answer.what in ("no answer", "declined") and answer.call.is_as(call)
        if said and (not answer.who or is_called(target, answer.who)):
            return answer
    return None


def is_called(target: Target, who: str) -> bool:
    """Whether this name, or contact's id, is the target's."""
    name = who.casefold()
    return bool(name) and name in (
        target.name.casefold(),
        target.ref.casefold(),
        target.ref.partition(":")[2].casefold(),
    )


def quiet_at(level: Level, at: Ms) -> bool:
    """Whether it is in its quiet hours then."""
    return any(start <= at < end for start, end in level.quiet)


# ── the clock ──


def start(policy: PolicyAttached, at: Ms, cause: str = "") -> Run:
    """The run that begins when `policy` comes into force, by the fact `cause`."""
    first = None if policy.waits else _from(policy, 0, 0, at, cause)
    return Run(policy=policy, started=at, cause=cause, next=first)


def specialist(body: SpecialistCalled, at: Ms, cause: str) -> Run:
    """The run of a specialist's page: a level for each who may be called."""
    levels = tuple(Level(n * body.gap, "", (target,)) for n, target in enumerate(body.targets))
    return start(PolicyAttached(body.topic, levels, ack_expires=body.ack_expires, reachable=True), at, cause)


def _from(policy: PolicyAttached, index: int, round: int, base: Ms, cause: str) -> Call | None:
    """The first call from level index on that has somebody in it, `after` counted from `base`.

    A level in its quiet hours is passed over; where that would leave nobody at all in a round, it is called.
    """
    spare = None
    for i in range(index, len(policy.levels)):
        level = policy.levels[i]
        if not people(level):
            continue
        call = Call(i + 1, base + level.after, round=round, cause=cause)
        if not quiet_at(level, call.due):
            return call
        spare = spare or call
    return spare if index == 0 else None


def _following(run: Run, call: Call) -> Call | None:
    policy = run.policy
    base = call.due - policy.levels[call.level - 1].after
    onward = _from(policy, call.level, call.round, base, call.cause)
    if onward or call.round >= min(policy.repeat, MOST_ROUNDS):
        return onward
    afters = [level.after for level in policy.levels]
    gap = afters[-1] - afters[-2] if len(afters) > 1 else _LAST_GAP
    return _from(policy, 0, call.round + 1, call.due + max(gap, MINUTE), call.cause)


def advance(run: Run, now: Ms) -> Run:
    """The run at `now`: acknowledgements that ran out, levels that came due."""
    if run.halted:
        return run
    if run.ack and run.expires <= now:
        was = run.ack.call
        again = Call(was.level, run.expires, was.backup, was.round, run.ack.fact or was.cause)
        expired = Answer(was, "expired", run.ack.who, run.expires)
        run = _with(run, ack=None, next=again, answers=(*run.answers, expired))
    while not run.ack and run.next and run.next.due <= now:
        run = _call(run, run.next)
    return run


def _call(run: Run, call: Call) -> Run:
    onward = _following(run, call)
    snoozed = run.snoozed if run.snoozed and run.snoozed.until > call.due else None
    if snoozed and onward:
        onward = _with(onward, due=max(onward.due, snoozed.until))
    before = (c for c in run.called if c.place != call.place)
    return _with(run, current=call, next=onward, snoozed=snoozed, called=(*before, call))


# ── what people do ──


def apply(run: Run, body: Body, at: Ms, fact: str = "") -> Run:
    """The run after what `body` says was done at `at`, by the fact of that id."""
    if isinstance(body, ClockStepped):
        return _stepped(run, body.by)
    run = advance(run, at)
    if run.stopped or (run.off and not isinstance(body, Escalated)):
        return run
    match body:
        case Acknowledged(who=who, level=level):
            call = run.current or run.next
            if call is None:
                if not (run.waits and run.policy.levels):
                    return run
                call = Call(1, at, cause=run.cause)
            if level != call.level and 1 <= level <= len(run.policy.levels):
                call = Call(level, call.due, round=call.round, cause=call.cause)
            return _acked(run, call, Answer(call, "acked", who, at, fact))
        case NoAnswer() if not run.ack and 1 <= body.level <= len(run.policy.levels):
            return _unanswered(run, body, at)
        case Escalated(level=level) if 1 <= level <= len(run.policy.levels):
            round = run.current.round if run.current else 0
            call = Call(level, at, round=round, cause=fact or run.cause)
            return _call(_with(run, ack=None, snoozed=None, off=None), call)
        case Snoozed(until=until) if run.next and not run.ack:
            return _with(run, next=_with(run.next, due=max(run.next.due, until)), snoozed=body)
        case CalledOff():
            return _with(run, off=body)
    return run


def _acked(run: Run, call: Call, answer: Answer) -> Run:
    return _with(
        run,
        ack=answer,
        expires=answer.at + run.policy.ack_expires,
        answers=(*run.answers, answer),
        current=call,
        next=run.next if run.current else _following(run, call),
        snoozed=None,
    )


def _unanswered(run: Run, body: NoAnswer, at: Ms) -> Run:
    level, backup, current = body.level, body.backup, run.current
    call = current if current and current.level == level else Call(level, at, backup)
    said = "declined" if body.declined else "no answer"
    answer = Answer(Call(level, call.due, backup, call.round, call.cause), said, body.who, at)
    run = _with(run, answers=(*run.answers, answer))
    if current is None or current.place != (level, backup):
        return run
    others = called_at(run, current)[1:]
    if others and body.who and any(is_called(target, body.who) for target in others):
        return run  # whoever was called first may still answer
    if backup + 1 < len(people(run.policy.levels[level - 1])):
        return _call(run, Call(level, at, backup + 1, call.round, call.cause))
    if run.next:
        return advance(_with(run, next=_with(run.next, due=at)), at)
    return run


def _stepped(run: Run, by: Ms) -> Run:
    """With every time that something is counted from, or up to, moved as the clock was: what was left is left."""
    called = tuple(_with(call, due=call.due + by) for call in run.called)
    return _with(
        run,
        started=run.started + by,
        current=run.current and _with(run.current, due=run.current.due + by),
        next=run.next and _with(run.next, due=run.next.due + by),
        expires=run.expires + by,
        snoozed=run.snoozed and _with(run.snoozed, until=run.snoozed.until + by),
        called=called,
    )


def sign_of(run: Run, at: Ms) -> Run:
    """The person who acknowledged was seen at `at`: their acknowledgement lasts that much longer."""
    if run.ack and at <= run.expires:
        return _with(run, expires=max(run.expires, at + run.policy.ack_expires))
    return run


# ── what comes into force while it runs ──


def revised(run: Run, policy: PolicyAttached) -> Run:
    """The run under another version of its policy: who was called and what they said stays, what follows is new."""
    count = len(policy.levels)
    called = tuple(call for call in run.called if call.level <= count)
    current = run.current if run.current and run.current.level <= count else None
    run = _with(run, policy=policy, called=called, current=current, next=None)
    if current:
        following = _following(run, current)
    else:
        following = None if policy.waits else _from(policy, 0, 0, run.started, run.cause)
    if following and run.snoozed:
        following = _with(following, due=max(following.due, run.snoozed.until))
    return _with(run, next=following, ack=run.ack if run.ack and run.ack.call.level <= count else None)


def told(run: Run, body: OnCallAnswered) -> Run:
    """The run once a far schedule has said who is on call."""

    def targets(old: tuple[Target, ...]) -> tuple[Target, ...]:
        return tuple(_with(t, shifts=body.shifts, asked=body.asked) if t.ref == body.ref else t for t in old)

    levels = tuple(_with(x, notify=targets(x.notify), backup=targets(x.backup)) for x in run.policy.levels)
    specialists = tuple(_with(x, targets=targets(x.targets)) for x in run.policy.specialists)
    return _with(run, policy=_with(run.policy, levels=levels, specialists=specialists))
