"""The escalation as people see it: every level's state, who is called now, who is next, when and why."""

from typing import TYPE_CHECKING

import msgspec

from .events import CalledOff, Level, PolicyAttached, Snoozed, Target
from .run import Answer, Call, Run, advance, is_called, on_duty, people, quiet_at, target_of
from .triggers import coming
from .values import Ms

if TYPE_CHECKING:
    from .incident import Incident


class LevelView(msgspec.Struct, frozen=True, gc=False):
    """One line of the pane.

    `state`: waiting, next, calling, passed, acked, no answer, declined, empty, quiet, expired. `why`: what calls it
    out of turn.
    """

    level: int
    backup: int
    name: str
    target: Target | None
    state: str
    at: Ms | None
    others: tuple[Target, ...] = ()  # called at the same time
    why: str = ""
    round: int = 0
    by: str = ""  # who answered, where that is not the target


class View(msgspec.Struct, frozen=True, gc=False):
    """The escalation at a moment.

    `status`: none, waiting (for a trigger), running, acknowledged, snoozed, exhausted, stopped, called off.
    """

    status: str
    policy: PolicyAttached | None = None
    levels: tuple[LevelView, ...] = ()
    next: LevelView | None = None
    current: LevelView | None = None
    ack: Answer | None = None
    expires: Ms | None = None
    snoozed: Snoozed | None = None
    off: CalledOff | None = None
    pages_nobody: bool = True


def pages_nobody(policy: PolicyAttached) -> bool:
    """Whether no channel reaches anybody under this policy: it counts down, and people ring by hand."""
    return not (policy.reachable or policy.tested) or all(t.example for x in policy.levels for t in people(x))


def view(state: "Incident", now: Ms) -> View:
    """The escalation of this incident at `now`, as the pane shows it."""
    if state.run is None:
        return View("none")
    seen = of(state.run, now)
    return _with_triggers(state, seen, now)


def specialists(state: "Incident", now: Ms) -> dict[str, View]:
    """The specialists' pages, by topic."""
    return {topic: of(run, now) for topic, run in state.specialists.items()}


def of(run: Run, now: Ms) -> View:
    """One run at `now`, without what triggers may do."""
    run = advance(run, now)
    lines: list[LevelView] = []
    for n, level in enumerate(run.policy.levels, 1):
        who = people(level)
        if not who:
            lines.append(LevelView(n, 0, level.name, None, "empty", None))
        for backup in range(len(who)):
            line = _line(run, n, backup, level, now)
            if backup == 0 or line.state not in ("waiting", "passed", "quiet"):
                lines.append(line)
    status = _status(run, now)
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
        off=run.off,
        pages_nobody=pages_nobody(run.policy),
    )


def _status(run: Run, now: Ms) -> str:
    if run.stopped:
        return "stopped"
    if run.off:
        return "called off"
    if run.ack:
        return "acknowledged"
    if run.waits:
        return "waiting"
    if run.next and run.snoozed and run.snoozed.until > now:
        return "snoozed"
    return "running" if run.next else "exhausted"


def _with_triggers(state: "Incident", seen: View, now: Ms) -> View:
    """With the level that a trigger will call, where that is sooner than its turn."""
    policy = seen.policy
    for each in coming(state, now) if policy else ():
        level = each.trigger.level
        if each.trigger.topic or policy is None or (seen.next and (seen.next.at or 0) <= each.at):
            continue
        line = _show(level, 0, policy.levels[level - 1], "next", each.at, each.trigger.why)
        others = (x for x in seen.levels if x.level != level or x.backup)
        levels = sorted((*others, line), key=lambda x: (x.level, x.backup))
        before = seen.next
        if before and before.level != level:
            levels = [msgspec.structs.replace(x, state="waiting") if x == before else x for x in levels]
        return msgspec.structs.replace(seen, next=line, levels=tuple(levels))
    return seen


def _view_of(run: Run, call: Call | None, state: str) -> LevelView | None:
    if call is None:
        return None
    return _show(call.level, call.backup, run.policy.levels[call.level - 1], state, call.due, round=call.round)


def _show(
    n: int, backup: int, level: Level, state: str, at: Ms | None, why: str = "", round: int = 0, now: Ms = 0
) -> LevelView:
    others = level.notify[1:] if backup == 0 else ()
    target = target_of(level, backup)
    when = at or now
    return LevelView(
        n,
        backup,
        level.name,
        on_duty(target, when) if target else None,
        state,
        at,
        tuple(on_duty(each, when) for each in others),
        why,
        round,
    )


def _line(run: Run, n: int, backup: int, level: Level, now: Ms) -> LevelView:
    place = (n, backup)
    here = next((c for c in run.called if c.place == place), None)
    answers = [a for a in run.answers if a.call.place == place]
    if run.next and not run.ack and not run.halted and run.next.place == place:
        return _show(n, backup, level, "next", run.next.due)
    if answers and (here is None or answers[-1].call.is_as(here) or answers[-1].at >= here.due):
        line = _show(n, backup, level, answers[-1].what, answers[-1].at)
        said = answers[-1]
        theirs = said.what in ("no answer", "declined") or (line.target and is_called(line.target, said.who))
        return line if theirs else msgspec.structs.replace(line, by=said.who)
    if run.current and run.current.place == place and not run.halted:
        return _show(n, backup, level, "calling", run.current.due)
    if here:
        return _show(n, backup, level, "passed", here.due)
    if quiet_at(level, now):
        return _show(n, backup, level, "quiet", None, now=now)
    return _show(n, backup, level, "waiting", None, now=now)
