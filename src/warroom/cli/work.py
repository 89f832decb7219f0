"""Checklist steps and tasks for named persons."""

from ..core.acts import work
from ..core.acts.practice import ReadBack
from ..core.acts.work import next_step
from ..core.concerns import TASKS as MOST
from ..core.duration import spell
from ..core.incident import Incident, TaskView
from ..core.learn.origin import origin
from ..core.text import clean
from ..core.values import SECOND, Ms
from ..render.times import iso, iso_or_none
from . import out
from .act import act
from .session import Session
from .stop import OK, Usage
from .verb import Arguments, Parser, Verb, span, text, words

_ITEM = "its number, id or a part of its text"


def _coming(state: Incident) -> str:
    step = next_step(state)
    if step is None:
        return "No step is left."
    after = f" ({origin(step.step)})" if step.step.origin else ""
    return clean(f"Next: {step.number} {step.step.text}{after}")


def _tick(session: Session, arguments: Arguments) -> int:
    return act(session, work.ChangeStep(step=text(arguments.item), state="done"), _coming)


def _untick(session: Session, arguments: Arguments) -> int:
    return act(session, work.ChangeStep(step=text(arguments.item), state="todo"))


def _skip_arguments(parser: Parser) -> None:
    parser.add_argument("item", metavar="ITEM", help=_ITEM)
    words(parser, "reason", "WHY", "the reason, for the log", needed=False)
    parser.add_argument("--why", metavar="TEXT", default="", help="the same as an option")


def _skip(session: Session, arguments: Arguments) -> int:
    why = arguments.why or text(arguments.reason)
    return act(session, work.ChangeStep(step=arguments.item, state="skipped", why=why), _coming)


def _task_arguments(parser: Parser) -> None:
    words(
        parser,
        "words",
        "STEP|WHO",
        "give WHO WHAT, read-back TASK [WORDS], done TASK [RESULT], extend TASK DUR, drop TASK [WHY], or list; "
        "other words give a task: WHO WHAT",
    )
    parser.add_argument("--in", dest="within", metavar="DUR", help="give: in how long, as 10m")


def _task(session: Session, arguments: Arguments) -> int:
    match arguments.words:
        case ["list"]:
            return _tasks(session)
        case ["read-back", task, *said]:
            return act(session, ReadBack(task=task, words=text(said)))
        case ["done" | "drop" as step, task, *said]:
            return act(session, work.FinishTask(task=task, result=text(said), dropped=step == "drop"))
        case ["extend", task, more]:
            return act(session, _longer(task, more))
        case ["give", who, *what] if what:
            return _give(session, arguments, who, what)
        case [who, *what] if what and who not in _MISSING:
            return _give(session, arguments, who, what)
    first = arguments.words[0]
    raise Usage(f"warroom task {first}: {_MISSING.get(first, _MISSING['give'])}")


_MISSING = {
    "give": "WHO and WHAT; a task needs one person by name and words: warroom task ivo roll back 9f2c --in 10m",
    "read-back": "which task? Its person, # and its number, or a part of it: warroom task read-back ivo",
    "done": "which task? Its person, # and its number, or a part of it: warroom task done ivo errors fall",
    "drop": "which task? Its person, # and its number, or a part of it: warroom task drop ivo not needed",
    "extend": "TASK and DUR, so much more time from now: warroom task extend ivo 10m",
    "list": 'nothing goes with it. A task for somebody called “list”: warroom task give list "…"',
}


def _give(session: Session, arguments: Arguments, who: str, what: list[str]) -> int:
    within = span("--in", arguments.within) if arguments.within else None
    who = who.removeprefix("@")

    def after(state: Incident) -> str:
        if arguments.json:
            return ""
        count = sum(t.state == "open" and t.who.casefold() == who.casefold() for t in state.tasks)
        many = f"{who} has {count} open tasks now: who takes one? " if count > MOST else ""
        return f"{many}Have it read back: `warroom task read-back {who}`."

    return act(session, work.GiveTask(who=who, what=text(what), within=within), after)


def _longer(task: str, more: str) -> work.Extend:
    return work.Extend(what=task, more=span("DUR", more))


def _tasks(session: Session) -> int:
    found, now = session.seen().state.tasks, session.now()
    if session.arguments.json:
        out.json([_data(each, now) for each in found])
        return OK
    for each in sorted(found, key=lambda t: (t.state != "open", t.due is None, t.due or 0)):
        out.data(clean(f"#{each.number}  @{each.who} {each.what}  ({_stands(each, now)})"))
    if not found:
        out.say("No task was given. `warroom task ivo roll back 9f2c --in 10m` gives one.")
    return OK


def _stands(task: TaskView, now: Ms) -> str:
    if task.state != "open":
        return task.state + (f": {task.result}" if task.result else "")
    left = task.due - now if task.due is not None else None
    word = "no time box" if left is None else f"{spell(left)} left" if left > 0 else f"late by {spell(-left)}"
    return word + ("" if task.read_back else ", not read back")


def _data(task: TaskView, now: Ms) -> dict[str, object]:
    left = None if task.due is None or task.state != "open" else int((task.due - now) / SECOND)
    return {
        "number": task.number,
        "id": task.id,
        "who": task.who,
        "what": task.what,
        "state": task.state,
        "given_at": iso(task.given),
        "due_at": iso_or_none(task.due),
        "due_in_s": left,
        "read_back_at": iso_or_none(task.read_back),
        "result": task.result or None,
    }


def _done_arguments(parser: Parser) -> None:
    parser.add_argument("task", metavar="TASK", help="the person's name, or a part of the task")
    words(parser, "result", "RESULT", "what came of it", needed=False)
    parser.add_argument("--dropped", action="store_true", help="it is not to be done any more")


def _done(session: Session, arguments: Arguments) -> int:
    return act(session, work.FinishTask(task=arguments.task, result=text(arguments.result), dropped=arguments.dropped))


def _extend_arguments(parser: Parser) -> None:
    parser.add_argument("what", metavar="WHAT", help="a task (its person, a part of it) or a step")
    parser.add_argument("more", metavar="DUR", help="so much more time from now, as 10m")


def _extend(session: Session, arguments: Arguments) -> int:
    return act(session, _longer(arguments.what, arguments.more))


def _item_arguments(parser: Parser) -> None:
    words(parser, "item", "ITEM", _ITEM)


VERBS = {
    "tick": Verb("tick a step of the checklist", "warroom tick 3", _item_arguments, _tick),
    "untick": Verb("put a step back", "warroom untick 3", _item_arguments, _untick),
    "skip": Verb("skip a step, with the reason", 'warroom skip 4 "no replica in this region"', _skip_arguments, _skip),
    "task": Verb(
        "give one person a task, and follow it: read-back, done, extend, drop, list",
        'warroom task ivo "roll back 9f2c" --in 10m',
        _task_arguments,
        _task,
    ),
    "done": Verb(
        "a task is done, with what came of it",
        'warroom done ivo "rolled back, latency unchanged"',
        _done_arguments,
        _done,
    ),
    "extend": Verb("give a task or a step more time from now", "warroom extend ivo 10m", _extend_arguments, _extend),
}
