"""The escalation: what people did about it. Nothing is sent from here, and every answer says so."""

from ..core import escalation
from ..core.acts import paging
from ..core.incident import Incident
from ..render.status import escalation_line
from ..render.timeline import Look
from .act import After, act
from .session import Session
from .stop import Usage
from .talk import span
from .verb import Arguments, Parser, Verb, text, why, words


def _after(session: Session) -> After:
    def line(state: Incident) -> str:
        now = session.now()
        calling = escalation.view(state, now).current
        ring = ""
        if calling and calling.target:
            number = calling.target.phone or "; ".join(calling.target.reach)
            ring = f"Nothing is sent: ring {calling.target.name}{f', {number},' if number else ''} by hand.\n"
        return f"{ring}Escalation: {escalation_line(state, now, Look(session.zone))}."

    return line


def _escalate_arguments(parser: Parser) -> None:
    parser.add_argument("level", metavar="LEVEL", nargs="?", help="the level to call; without it, the next one")
    why(parser)


def _escalate(session: Session, arguments: Arguments) -> int:
    level = None
    if arguments.level is not None:
        number = arguments.level.upper().removeprefix("L")
        if not (number.isascii() and number.isdecimal() and len(number) < 4):
            raise Usage(f"“{arguments.level}” is no level; a number from 1, as in `warroom escalate 2`.")
        level = int(number)
    return act(session, paging.Escalate(level=level, why=arguments.why), _after(session))


def _ack_arguments(parser: Parser) -> None:
    parser.add_argument("--who", metavar="WHO", default="", help="who has it, where that is not the writer")
    why(parser)


def _ack(session: Session, arguments: Arguments) -> int:
    return act(session, paging.Acknowledge(who=arguments.who, why=arguments.why), _after(session))


def _noanswer_arguments(parser: Parser) -> None:
    parser.add_argument("--declined", action="store_true", help="they answered, and said no")
    why(parser)


def _noanswer(session: Session, arguments: Arguments) -> int:
    return act(session, paging.ReportNoAnswer(declined=arguments.declined, why=arguments.why), _after(session))


def _snooze_arguments(parser: Parser) -> None:
    parser.add_argument("length", metavar="DUR", help="for how long, as 10m; at most 4h")
    words(parser, "reason", "WHY", "the reason, for the log", needed=False)
    parser.add_argument("--why", metavar="TEXT", default="", help="the same as an option")


def _snooze(session: Session, arguments: Arguments) -> int:
    reason = arguments.why or text(arguments.reason)
    return act(session, paging.Snooze(length=span("DUR", arguments.length), why=reason), _after(session))


VERBS = {
    "escalate": Verb(
        "call the next level now, or a chosen one; nothing is sent yet",
        'warroom escalate 2 --why "the database lead is needed"',
        _escalate_arguments,
        _escalate,
    ),
    "ack": Verb("somebody has it: the clock stops", "warroom ack --who ana", _ack_arguments, _ack),
    "noanswer": Verb(
        "the one who is called does not answer: on to the backup, then the next level",
        'warroom noanswer --why "phone and chat"',
        _noanswer_arguments,
        _noanswer,
    ),
    "snooze": Verb(
        "no calls for a while, with the reason; it ends by itself",
        'warroom snooze 10m --why "the vendor is on it"',
        _snooze_arguments,
        _snooze,
    ),
}
