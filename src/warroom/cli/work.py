"""Checklist steps and tasks for named persons."""

from ..core.acts import work
from ..core.acts.work import next_step
from ..core.incident import Incident
from ..core.text import clean
from .act import act
from .session import Session
from .talk import span
from .verb import Arguments, Parser, Verb, text, words

_ITEM = "its number, id or a part of its text"


def _coming(state: Incident) -> str:
    step = next_step(state)
    return f"Next: {step.number} {clean(step.step.text)}" if step else "No step is left."


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
    parser.add_argument("who", metavar="WHO", help="one named person")
    words(parser, "text", "WHAT", "what they are to do")
    parser.add_argument("--in", dest="within", metavar="DUR", help="in how long, as 10m")


def _task(session: Session, arguments: Arguments) -> int:
    within = span("--in", arguments.within) if arguments.within else None
    return act(session, work.GiveTask(who=arguments.who.removeprefix("@"), what=text(arguments.text), within=within))


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
    return act(session, work.Extend(what=arguments.what, more=span("DUR", arguments.more)))


def _item_arguments(parser: Parser) -> None:
    words(parser, "item", "ITEM", _ITEM)


VERBS = {
    "tick": Verb("tick a step of the checklist", "warroom tick 3", _item_arguments, _tick),
    "untick": Verb("put a step back", "warroom untick 3", _item_arguments, _untick),
    "skip": Verb("skip a step, with the reason", 'warroom skip 4 "no replica in this region"', _skip_arguments, _skip),
    "task": Verb("give one person a task", 'warroom task ivo "roll back 9f2c" --in 10m', _task_arguments, _task),
    "done": Verb(
        "a task is done, with what came of it",
        'warroom done ivo "rolled back, latency unchanged"',
        _done_arguments,
        _done,
    ),
    "extend": Verb("give a task or a step more time from now", "warroom extend ivo 10m", _extend_arguments, _extend),
}
