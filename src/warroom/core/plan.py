"""What an escalation policy does when nobody answers: who is called at which minute, and which triggers fire by then.

It is the clock itself that is asked, so that what is printed and what happens cannot differ.
"""

from collections.abc import Iterator

import msgspec

from .events import Escalated, Level, PolicyAttached, Target, Trigger
from .run import Call, Run, advance, apply, called_at, on_duty, people, quiet_at, start
from .values import MINUTE, Ms

CALLS, EMPTY, QUIET = "calls", "empty", "quiet"


class Line(msgspec.Struct, frozen=True):
    """One line of the plan. `after` counts from the start, in ms; `level` from 1, 0 for a specialist; `round` from 0.

    `who` is called at once and `backup`, in this order, when somebody says no or does not answer: each is the person
    who is on call at that minute. `state`: calls, empty (nobody is in it) or quiet (its quiet hours).
    """

    after: Ms
    level: int
    round: int
    name: str = ""
    who: tuple[Target, ...] = ()
    backup: tuple[Target, ...] = ()
    state: str = CALLS
    trigger: str = ""  # what calls it out of its turn
    why: str = ""
    topic: str = ""

    @property
    def minute(self) -> int:
        return self.after // MINUTE

    @property
    def ways(self) -> tuple[str, ...]:
        """How everybody who is called is reached, each way once, best first."""
        return tuple(dict.fromkeys(way for target in self.who for way in target.reach))


def plan(policy: PolicyAttached, at: Ms, severity: str = "") -> tuple[Line, ...]:
    """The lines in the order of time, when it starts at `at` (UTC ms) in an incident of that severity.

    Nobody answers, writes or joins. An empty `severity` stands for any that a trigger asks for.
    """
    return tuple(_lines(policy, at, severity))


def fires_after(trigger: Trigger, severity: str = "") -> Ms | None:
    """How long after the declaration it fires if nobody does anything; None: time alone does not make it fire."""
    when = trigger.when
    if when.severity and severity and severity not in when.severity:
        return None
    if when.phase and "investigating" not in when.phase:
        return None
    if (when.users or 0) > 0 or (when.services or 0) > 1:
        return None
    spans = (when.elapsed, when.in_phase, when.alone, when.unacknowledged, when.missing_for, when.silence)
    return max(span or 0 for span in spans)


def rounds(lines: tuple[Line, ...]) -> int:
    """How often the levels run in all."""
    return max((line.round for line in lines), default=0) + 1


def ends(lines: tuple[Line, ...]) -> Ms:
    """How long after the start somebody is called for the last time."""
    return max((line.after for line in lines if line.state == CALLS), default=0)


def _lines(policy: PolicyAttached, at: Ms, severity: str) -> Iterator[Line]:
    run = start(policy, at)
    waiting = sorted(_triggers(policy, severity), key=lambda pair: (pair[0], pair[1].id))
    specialists = {each.topic: each for each in policy.specialists}
    out: list[Line] = []
    if run.next is None and not policy.waits:
        out += (Line(level.after, n, 0, level.name, state=EMPTY) for n, level in enumerate(policy.levels, 1))
    while run.next or waiting:
        if run.next and (not waiting or run.next.due - at <= waiting[0][0]):
            before = run.current
            run = advance(run, run.next.due)
            if run.current:
                out += _passed(policy, before, run.current, at)
                out.append(_line(run, run.current, at))
            if run.next is None and run.current:
                out += _passed(policy, run.current, None, at)
            continue
        after, trigger = waiting.pop(0)
        if trigger.topic in specialists:
            one = specialists[trigger.topic]
            for n, target in enumerate(one.targets):
                who = on_duty(target, at + after + n * one.gap)
                out.append(
                    Line(after + n * one.gap, 0, 0, "", (who,), topic=one.topic, trigger=trigger.id, why=trigger.why)
                )
        if 1 <= trigger.level <= len(policy.levels) and all(call.level < trigger.level for call in run.called):
            run = apply(run, Escalated(level=trigger.level, trigger=trigger.id), at + after)
            if run.current:
                out.append(_line(run, run.current, at, trigger))
    return iter(sorted(out, key=lambda line: line.after))


def _triggers(policy: PolicyAttached, severity: str) -> Iterator[tuple[Ms, Trigger]]:
    for trigger in policy.triggers:
        after = fires_after(trigger, severity)
        if after is not None:
            yield after, trigger


def _line(run: Run, call: Call, at: Ms, trigger: Trigger | None = None) -> Line:
    level, who = run.policy.levels[call.level - 1], called_at(run, call)
    return Line(
        call.due - at,
        call.level,
        call.round,
        level.name,
        who,
        tuple(on_duty(target, call.due) for target in people(level)[1:]),
        state=CALLS if who else EMPTY,
        trigger=trigger.id if trigger else "",
        why=trigger.why if trigger else "",
    )


def _passed(policy: PolicyAttached, before: Call | None, call: Call | None, at: Ms) -> Iterator[Line]:
    """The levels between two calls that nobody is called in, each when its turn would have been."""
    last = len(policy.levels)
    if before and (call is None or call.round > before.round):
        yield from _skipped(policy, before, before.level, last, at)
    if call:
        first = before.level if before and before.round == call.round else 0
        yield from _skipped(policy, call, first, call.level - 1, at)


def _skipped(policy: PolicyAttached, near: Call, first: int, last: int, at: Ms) -> Iterator[Line]:
    base = near.due - policy.levels[near.level - 1].after
    for index in range(first, last):
        level: Level = policy.levels[index]
        due = base + level.after
        state = EMPTY if not people(level) else QUIET if quiet_at(level, due) else ""
        if state:
            yield Line(due - at, index + 1, near.round, level.name, state=state)
