"""Checklist steps and tasks for named persons."""

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..incident import Incident, StepView, TaskView
from ..values import ITEM_STATES, Ms, Refused
from .repeated import repeated


def until(stamp: Stamp, within: Ms | None) -> Ms | None:
    """When `within` ms are over (UTC ms); None where no time was named. Raises `Refused` where there is none at all."""
    if within is not None and within <= 0:
        raise Refused("That leaves no time at all. For instance: 10m, or no time where there is none.")
    return None if within is None else stamp.now + within


def step_of(state: Incident, text: str) -> StepView:
    """The step that `text` names: its id, `list:id`, number, or a part of its text that fits one. Raises `Refused`."""
    steps = state.steps
    if not steps:
        raise Refused("There is no checklist here.")
    wanted = " ".join(text.split()).casefold()
    if not wanted:
        raise Refused("Which step? Its number, id or a part of its text.")
    exact = [s for s in steps if wanted in (s.step.id.casefold(), f"{s.list}:{s.step.id}".casefold())]
    hits = (
        exact or [s for s in steps if wanted == str(s.number)] or [s for s in steps if wanted in s.step.text.casefold()]
    )
    if len(hits) > 1 and (undone := [s for s in hits if s.state == "todo"]):
        hits = undone
    if not hits:
        raise Refused(f"No step is called “{text}”. Its number, id or a part of its text will do.")
    if len(hits) > 1:
        raise Refused(f"“{text}” fits several steps: {'; '.join(f'{s.number} {s.step.text}' for s in hits[:4])}.")
    return hits[0]


def next_step(state: Incident) -> StepView | None:
    """The first step that is neither done nor skipped."""
    return next((s for s in state.steps if s.state == "todo"), None)


class ChangeStep(Command, frozen=True, kw_only=True):
    """Tick a step (`done`), skip it with a reason, or put it back (`todo`)."""

    step: str
    state: str = "done"
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if self.state not in ITEM_STATES:
            raise Refused(f"A step is {', '.join(ITEM_STATES)}; not “{self.state}”.")
        step = step_of(state, self.step)
        settled = len(state.visible((ev.StepChanged.type, step.list, step.step.id))) < 2
        if step.state == self.state and settled:
            who = f", by {step.by}" if step.by else ""
            what = f"{self.state}, too: {step.step.text}"
            raise repeated(
                self, state, stamp, step.by or stamp.by.name, what,
                f"“{step.step.text}” is {self.state} already{who}.", self.why,
            )  # fmt: skip
        if self.state == "skipped" and not self.why.strip():
            raise Refused("Why is it skipped? A few words: `/skip 4 no replica in this region`.")
        body = ev.StepChanged(step.list, step.step.id, self.state, step.step.text, self.why)
        return [self.draft(state, stamp, body)]


class Extend(Command, frozen=True, kw_only=True):
    """Give a step or a task that much more time from now (ms)."""

    what: str
    more: Ms

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if self.more <= 0:
            raise Refused("How much more time? For instance: `/extend 4 10m`.")
        due = stamp.now + self.more
        numbered = self.what.strip().isdecimal()  # a number is a step's, even where a task speaks of that number
        if task := None if numbered else find_task(state, self.what):
            change = ev.TaskChanged(task.id, "open", due, what=task.what, who=task.who)
            return [self.draft(state, stamp, change)]
        step = step_of(state, self.what)
        if step.state != "todo":
            raise Refused(f"“{step.step.text}” is {step.state} already.")
        return [self.draft(state, stamp, ev.StepExtended(step.list, step.step.id, due, step.step.text))]


NOBODY = frozenset(
    ("all", "anybody", "anyone", "everybody", "everyone", "nobody", "somebody", "someone", "us", "we", "who", "whoever")
)


class GiveTask(Command, frozen=True, kw_only=True):
    """One task to one named person, with a time box if `within` (ms) is given."""

    who: str
    what: str
    within: Ms | None = None

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        who = " ".join(self.who.split())
        if not who:
            raise Refused("A task needs a name: `@ivo roll back 9f2c in 10m`.")
        if who.casefold() in NOBODY or "," in who:
            raise Refused(f"“{who}” is no one person, and then nobody does it. One name: `@ivo roll back 9f2c in 10m`.")
        if not self.what.strip():
            raise Refused(f"What is {who} to do?")
        return [self.draft(state, stamp, ev.TaskGiven(who, self.what.strip(), until(stamp, self.within)))]


def find_task(state: Incident, text: str) -> TaskView | None:
    """The open task that `text` names: an id, its person, or a part of its text; None if there is no such one."""
    wanted = " ".join(text.split()).casefold().removeprefix("@")
    if not wanted:
        return None
    tasks = [t for t in state.tasks if t.state == "open"]
    hits = [t for t in tasks if wanted in (t.id.casefold(), f"#{t.number}")]
    hits = hits or [t for t in tasks if t.who.casefold() == wanted] or [t for t in tasks if wanted in t.what.casefold()]
    if len(hits) > 1:
        raise Refused(f"“{text}” fits several tasks: {'; '.join(f'@{t.who} {t.what}' for t in hits[:4])}.")
    return hits[0] if hits else None


def no_task(state: Incident, text: str) -> Refused:
    """The refusal for a task that is not open: what became of the one that was meant, where that can be told."""
    found = done_task(state, text)
    if found is None:
        return Refused(f"No open task is called “{text}”; the person's name or a part of its text will do.")
    task, first = found
    return Refused(
        f"No open task is called “{text}”: @{task.who} {task.what} is {task.state} already, noted by {first}."
    )


def done_task(state: Incident, text: str) -> tuple[TaskView, str] | None:
    """The last task of this name that is not open any more, and who said so."""
    wanted = " ".join(text.split()).casefold().removeprefix("@")
    for task in reversed(state.tasks):
        names = (task.id.casefold(), f"#{task.number}", task.who.casefold())
        if task.state != "open" and wanted and (wanted in names or wanted in task.what.casefold()):
            said = state.visible((ev.TaskChanged.type, task.id))
            return task, said[-1].by.name if said else ""
    return None


class FinishTask(Command, frozen=True, kw_only=True):
    """A task is done (or `dropped`), with what came of it."""

    task: str
    result: str = ""
    dropped: bool = False

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        how = "dropped" if self.dropped else "done"
        task = find_task(state, self.task)
        if task is None:
            no = no_task(state, self.task)
            if found := done_task(state, self.task):
                old, first = found
                raise repeated(self, state, stamp, first, f"{how}, too: @{old.who} {old.what}", str(no), self.result)
            raise no
        change = ev.TaskChanged(task.id, how, task.due, self.result, task.what, task.who)
        return [self.draft(state, stamp, change)]
