"""`warroom learn`: changes to playbooks, policies, templates and drills that came out of an incident."""

from ..core.learn.proposals import proposal, proposals
from ..core.values import Refused
from ..render.paint import Paint
from . import out
from .session import Session
from .stop import OK, No, Usage
from .verb import Arguments, Parser, Verb, text, words

_USAGE = {
    "propose": "propose INC TARGET, and how it changes: --add-step, --drop-step, --reword-step, --file or --edit",
    "show": "show INC [N]",
    "apply": "apply INC N",
    "reject": "reject INC N WHY",
    "undo": "undo [RECORD]",
    "list": "list",
    "steps": "steps [--playbook ID]",
}


def _arguments(parser: Parser) -> None:
    words(parser, "words", "STEP", "; ".join(_USAGE.values()))
    parser.add_argument("--add-step", metavar="TEXT", help="propose: one more step in a playbook")
    parser.add_argument("--stage", metavar="STAGE", default="", help="its stage, as restore")
    parser.add_argument("--after", metavar="STEP", default="", help="behind this step: its id, number or part of it")
    parser.add_argument("--role", metavar="ROLE", default="", help="whose step it is")
    parser.add_argument("--due", metavar="DUR", default="", help="until when, as 10m from when the list is attached")
    parser.add_argument("--drop-step", metavar="STEP", help="propose: one step less")
    parser.add_argument("--reword-step", metavar=("STEP", "TEXT"), nargs=2, help="propose: other words for a step")
    parser.add_argument("--file", metavar="FILE", help="propose: the whole file as it is to be; - reads it from stdin")
    parser.add_argument("--edit", action="store_true", help="propose: change it in your editor")
    parser.add_argument("--why", metavar="TEXT", default="", help="the reason, for the log and for the step")
    parser.add_argument("--force", action="store_true", help="apply, undo: although the file has changed meanwhile")
    parser.add_argument("--insist", action="store_true", help="propose: keep what looks like a secret")
    parser.add_argument("--playbook", metavar="ID", default="", help="steps: only of this playbook")


def _learn(session: Session, arguments: Arguments) -> int:
    step, *rest = arguments.words
    match step:
        case "propose":
            from .learn_propose import propose

            return propose(session, arguments, *_two(session, arguments, rest, "propose"))
        case "show":
            return _show(session, arguments, _named(session, arguments, rest, "show", 1))
        case "apply":
            from .learn_apply import apply

            (name,) = _named(session, arguments, rest, "apply", 1) or ("",)
            return apply(session, arguments, name)
        case "reject":
            from .learn_apply import reject

            name, *why = _named(session, arguments, rest, "reject") or ("",)
            return reject(session, arguments, name, arguments.why or text(why))
        case "undo" if len(rest) < 2:
            from .learn_apply import undo

            return undo(session, arguments, *rest)
        case "list" if not rest:
            from .learn_many import listed

            return listed(session, arguments)
        case "steps" if not rest:
            from .learn_many import steps

            return steps(session, arguments)
    raise _usage(step)


def _usage(step: str) -> Usage:
    return Usage(f"warroom learn {_USAGE[step]}" if step in _USAGE else f"warroom learn: {', '.join(_USAGE)}.")


def _named(session: Session, arguments: Arguments, rest: list[str], step: str, most: int | None = None) -> list[str]:
    """What follows the incident, which is the first word where -i does not name it."""
    if not arguments.incident and rest:
        arguments.inc, *rest = rest
    if most is not None and len(rest) > most:
        raise _usage(step)
    return rest


def _two(session: Session, arguments: Arguments, rest: list[str], step: str) -> list[str]:
    left = _named(session, arguments, rest, step, 1)
    if not left:
        raise _usage(step)
    return left


def _show(session: Session, arguments: Arguments, rest: list[str]) -> int:
    from ..render.learn import change_data, change_lines

    state = session.seen().state
    handle = session.handle(state.id)
    try:
        found = [proposal(state, rest[0])] if rest else list(proposals(state))
    except Refused as no:
        raise No(str(no)) from None
    if arguments.json:
        out.json([change_data(each, handle, drill=state.drill, whole=True) for each in found])
        return OK
    if not found:
        out.say(f"No change was proposed after {handle}.")
    for n, each in enumerate(found):
        lines = change_lines(each, handle, session.now(), Paint(out.colours()), session.zone)
        out.painted(([""] if n else []) + lines)
    return OK


VERBS = {
    "learn": Verb(
        "what came out of an incident: changes to playbooks, policies and drills, and how checklists are used",
        'warroom learn propose K3F9 playbooks/database.toml --add-step "Pause the backup job" --stage restore',
        _arguments,
        _learn,
    )
}
