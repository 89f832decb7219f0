"""Who does what: roles, handover, tasks, checklist steps."""

from ..core.acts import people as role
from ..core.acts import work
from ..core.commands import Command
from ..core.duration import duration
from ..core.line import Task as TaskLine
from ..core.line import parse
from ..core.values import Ms, Refused
from .base import Context, Intent, Screen, open_steps, role_names, split


def _names(ctx: Context) -> list[str]:
    return list(ctx.state.people)


def span(text: str) -> Ms:
    """The duration that was typed, in ms. Raises `Refused`."""
    try:
        return duration(text)
    except ValueError as wrong:
        raise Refused(str(wrong)) from None


class Assign(Intent):
    name = "assign"
    verb = "assign"
    key = ""
    words = "give a role to a person"
    usage = "ROLE WHO [!]"
    example = "/assign scribe lee"
    group = "people"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        which, who = split(args, "/assign ROLE WHO")
        if not who:
            raise Refused(f"Who is {which}? `/assign {which} ana`; `/assign {which} -` frees it.")
        replace = who.endswith("!")
        who = who.rstrip("!").strip()
        return role.AssignRole(role=which, who="" if who == "-" else who, replace=replace)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return _names(ctx) if " " in args else role_names(ctx)


class Take(Intent):
    name = "as"
    verb = "as"
    words = "take a role yourself"
    usage = "ROLE"
    example = "/as commander"
    group = "people"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        which, rest = split(args, "/as ROLE")
        return role.AssignRole(role=which, who=ctx.me, replace=rest == "!")

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return role_names(ctx)


class Offer(Intent):
    name = "handover"
    verb = "offer"
    key = "h"
    words = "hand a role over; it changes when they accept"
    usage = "ROLE WHO"
    example = "/offer commander ana"
    group = "people"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        which, who = split(args, "/offer ROLE WHO")
        return role.OfferRole(role=which, who=who)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        mine = [r.role for r in ctx.state.roles if r.who == ctx.me]
        return f"/offer {'commander' if 'commander' in mine or not mine else mine[0]} "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return _names(ctx) if " " in args else role_names(ctx)


class Accept(Intent):
    name = "accept"
    verb = "accept"
    words = "accept a role that was offered, or note that you heard it accepted"
    usage = "[ROLE]"
    group = "people"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return role.AcceptRole(role=args.strip())

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [r.role for r in ctx.state.roles if r.offered_to]


class Tick(Intent):
    name = "tick"
    verb = "tick"
    key = "k"
    fkey = "f2"
    short = "tick"
    words = "tick a step of the checklist"
    usage = "STEP"
    example = "/tick 3"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return work.ChangeStep(step=args or _next(ctx), state="done")

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        step = work.next_step(ctx.state)
        return f"/tick {step.number} " if step else "/tick "

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return open_steps(ctx)


def _next(ctx: Context) -> str:
    step = work.next_step(ctx.state)
    if step is None:
        raise Refused("No step is left to tick.")
    return str(step.number)


class Untick(Intent):
    name = "untick"
    verb = "untick"
    words = "put a step back"
    usage = "STEP"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return work.ChangeStep(step=args, state="todo")


class Skip(Intent):
    name = "skip"
    verb = "skip"
    words = "skip a step, with the reason"
    usage = "STEP why"
    example = "/skip 4 no replica in this region"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        step, why = split(args, "/skip STEP why")
        return work.ChangeStep(step=step, state="skipped", why=why)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return open_steps(ctx)


def given(task: TaskLine) -> Command:
    """The command for a task as the prompt reads it."""
    return work.GiveTask(who=task.who, what=task.what, within=task.within)


class Task(Intent):
    name = "task"
    verb = "task"
    key = "g"
    fkey = "f3"
    short = "task"
    words = "give one person a task"
    usage = "@WHO what [in 10m]"
    example = "@ivo roll back 9f2c in 10m"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        line = parse("@" + args.strip().removeprefix("@"), ctx.now, people=ctx.state.people)
        if line.task is None or (line.problem and not line.again):
            raise Refused(line.problem or "Who is to do what? `@ivo roll back 9f2c in 10m`")
        return given(line.task)

    @classmethod
    def prefill(cls, ctx: Context) -> str:
        return "@"

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return ["@" + n for n in _names(ctx)]


class Done(Intent):
    name = "done"
    verb = "done"
    words = "a task is done, with what came of it"
    usage = "WHO or part of the task [: result]"
    example = "/done ivo: rolled back, latency unchanged"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        task, _, result = args.partition(":")
        if not task.strip():
            raise Refused("Which task? The person's name or a part of it: `/done ivo: rolled back`.")
        if " " in task.strip() and not result and work.find_task(ctx.state, task) is None:
            who, _, said = task.strip().partition(" ")
            if work.find_task(ctx.state, who):
                task, result = who, said
        return work.FinishTask(task=task.strip(), result=result.strip())

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [t.who for t in ctx.state.tasks if t.state == "open"]


class Extend(Intent):
    name = "extend"
    verb = "extend"
    words = "give a task or a step more time from now"
    usage = "TASK or STEP 10m"
    example = "/extend ivo 10m"
    group = "work"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        what, _, length = args.strip().rpartition(" ")
        if not what:
            raise Refused("What, and for how long? `/extend ivo 10m`.")
        return work.Extend(what=what, more=span(length))


INTENTS: tuple[type[Intent], ...] = (Tick, Skip, Untick, Task, Done, Extend, Assign, Take, Offer, Accept)
