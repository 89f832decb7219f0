"""Correct, take back and redact. An entry is named by its id, the beginning of one, or `last`: the actor's own last."""

from ..core import events as ev
from ..core.acts import entries
from ..core.commands import Command
from ..core.incident import Incident
from ..core.values import Refused
from ..intents.talk import substituted
from ..render.timeline import text_of
from .act import act
from .log import insist, kind_of
from .session import Session
from .stop import Usage
from .verb import Arguments, Parser, Verb, at, text, why, words


def named(session: Session, state: Incident, id: str) -> str:
    """The id of the entry that is meant. Raises `Refused`."""
    if id.casefold() != "last":
        return entries.fact(state, id).id
    for i in range(len(state.facts) - 1, -1, -1):
        event = state.facts[i]
        if isinstance(event.body, ev.Logged) and event.by.name == session.me.name and state.stands(event.id):
            return event.id
    raise Refused(f"{session.me.name} has written nothing here yet.")


def _fix_arguments(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", help="the entry's id, the beginning of it, or last")
    words(parser, "text", "TEXT", "the corrected text, or s/old/new/", needed=False)
    parser.add_argument("-k", "--kind", metavar="KIND", help="the corrected kind")
    parser.add_argument("--who", metavar="WHO", help="who really said or did it")
    at(parser)
    insist(parser)


def _fix(session: Session, arguments: Arguments) -> int:
    kind = kind_of(arguments.kind) if arguments.kind is not None else None
    to_at = session.at(arguments.at)
    said = text(arguments.text) if arguments.text else None
    if said is None and kind is None and to_at is None and arguments.who is None:
        raise Usage("What is to be corrected? A new text, --kind, --who or --at.")

    def command(state: Incident) -> Command:
        id = named(session, state, arguments.id)
        old = text_of(state, entries.fact(state, id))
        new = substituted(said, old) if said is not None else None
        return entries.Amend(of=id, text=new, kind=kind, who=arguments.who, to_at=to_at)

    return act(session, command)


def _undo_arguments(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", nargs="?", default="", help="the fact's id; without it, your last one")
    why(parser)


def _undo(session: Session, arguments: Arguments) -> int:
    from .incident import paged

    def after(state: Incident) -> str:
        paged(session, state)  # what was taken back may have been the acknowledgement that had stopped the clock
        return ""

    id = "" if arguments.id.casefold() == "last" else arguments.id
    return act(session, entries.Undo(of=id, why=arguments.why), after)


def _redact_arguments(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", help="the fact's id, the beginning of it, or last")
    why(parser, needed=True)


def _redact(session: Session, arguments: Arguments) -> int:
    def command(state: Incident) -> Command:
        return entries.Redact(of=named(session, state, arguments.id), why=arguments.why)

    return act(session, command)


VERBS = {
    "fix": Verb(
        "correct an entry; what was there stays on the log",
        "warroom fix last s/9f2c/9f2d/",
        _fix_arguments,
        _fix,
    ),
    "undo": Verb(
        "take back your last entry or step, within 60 s also an acknowledgement",
        'warroom undo --why "wrong incident"',
        _undo_arguments,
        _undo,
    ),
    "redact": Verb(
        "remove a fact's text everywhere; that there was one stays",
        'warroom redact last --why "a password was in it"',
        _redact_arguments,
        _redact,
    ),
}
