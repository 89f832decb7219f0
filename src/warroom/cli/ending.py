"""Resolve, close, cancel, reopen. Each wants its whole word, here as in the prompt."""

from ..core.acts.lifecycle import ChangePhase, Reopen
from ..core.incident import Incident
from ..core.milestones import problems
from .act import act
from .session import Session
from .stop import Usage
from .verb import Arguments, Parser, Verb, at, text, words


def _arguments(parser: Parser) -> None:
    words(parser, "reason", "WHY", "a few words for the log", needed=False)
    parser.add_argument("--why", metavar="TEXT", default="", help="the same as an option")
    at(parser)


def _why(arguments: Arguments) -> str:
    return arguments.why or text(arguments.reason)


def _gaps(state: Incident) -> str:
    found = problems(state)
    return f"Milestones: {'; '.join(found)}. `warroom milestone` sets them." if found else ""


def _resolve(session: Session, arguments: Arguments) -> int:
    command = ChangePhase(phase="resolved", why=_why(arguments), at=session.at(arguments.at))
    return act(session, command, _gaps)


def _close(session: Session, arguments: Arguments) -> int:
    return act(session, ChangePhase(phase="closed", why=_why(arguments), at=session.at(arguments.at)))


def _cancel(session: Session, arguments: Arguments) -> int:
    why = _why(arguments)
    if not why.strip():
        raise Usage('Why is it cancelled? For instance: warroom cancel "false alarm, a test was running".')
    return act(session, ChangePhase(phase="cancelled", why=why, at=session.at(arguments.at)))


def _reopen(session: Session, arguments: Arguments) -> int:
    from .incident import paged

    def after(state: Incident) -> str:
        paged(session, state)
        return ""

    return act(session, Reopen(why=_why(arguments), at=session.at(arguments.at)), after)


VERBS = {
    "resolve": Verb(
        "resolve the incident; names the milestones that are missing",
        'warroom resolve "locks are gone, errors back to 0.1 %"',
        _arguments,
        _resolve,
    ),
    "close": Verb("close a resolved or cancelled incident", "warroom close -i K3F9", _arguments, _close),
    "cancel": Verb(
        "cancel: it was no incident", 'warroom cancel "false alarm, a test was running"', _arguments, _cancel
    ),
    "reopen": Verb("open it again", 'warroom reopen -i K3F9 "errors are back"', _arguments, _reopen),
}
