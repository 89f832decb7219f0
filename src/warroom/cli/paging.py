"""The escalation: what people do about it, and what becomes of it then."""

from ..core import escalation
from ..core.acts import paging
from ..core.commands import Command
from ..core.incident import Incident
from ..core.values import DAY
from ..render.status import escalation_line
from ..render.timeline import Look
from .act import After, act
from .incident import paged
from .session import Session
from .stop import Usage
from .verb import Arguments, Parser, Verb, span, text, why, words


def _after(session: Session) -> After:
    def line(state: Incident) -> str:
        from ..room import pager

        starting = paged(session, state)
        unheld = "" if starting else pager.unheld(session.path, session.paths.data, state)
        now = session.now()
        view = escalation.view(state, now)
        ring = ""
        if view.current and view.current.target and view.pages_nobody and not state.drill:
            target = view.current.target
            number = target.phone or "; ".join(target.reach)
            ring = f"Nothing is sent: ring {target.name}{f', {number},' if number else ''} by hand.\n"
        return f"{ring}Escalation: {escalation_line(state, now, Look(session.zone), starting=starting, unheld=unheld)}."

    return line


def _do(session: Session, command: Command) -> int:
    return act(session, command, _after(session))


def _escalate_arguments(parser: Parser) -> None:
    parser.add_argument(
        "level", metavar="LEVEL|TOPIC", nargs="?", help="the level to call, or a topic with a specialist; else the next"
    )
    why(parser)


def _escalate(session: Session, arguments: Arguments) -> int:
    asked = arguments.level
    if asked is None:
        return _do(session, paging.Escalate(why=arguments.why))
    number = asked.upper().removeprefix("L")
    if number.isascii() and number.isdecimal():
        if len(number) > 3:
            raise Usage(f"“{asked}” is no level; a number from 1, as in `warroom escalate 2`.")
        return _do(session, paging.Escalate(level=int(number), why=arguments.why))
    return _do(session, paging.CallSpecialist(topic=asked, why=arguments.why))


def _who(parser: Parser, help: str) -> None:
    parser.add_argument("--who", metavar="WHO", default="", help=help)


def _topic(parser: Parser) -> None:
    parser.add_argument("--topic", metavar="TOPIC", default="", help="of a specialist's page")


def _ack_arguments(parser: Parser) -> None:
    _who(parser, "who has it, where that is not the writer")
    _topic(parser)
    why(parser)


def _ack(session: Session, arguments: Arguments) -> int:
    return _do(session, paging.Acknowledge(who=arguments.who, why=arguments.why, topic=arguments.topic))


def _noanswer_arguments(parser: Parser) -> None:
    parser.add_argument("--declined", action="store_true", help="they answered, and said no")
    parser.add_argument("--tried", metavar="HOW", default="", help="how they were tried: phone, chat, a channel")
    _who(parser, "who, where several are called at once")
    _topic(parser)
    why(parser)


def _noanswer(session: Session, arguments: Arguments) -> int:
    return _refusal(session, arguments, arguments.declined, arguments.tried)


def _refusal(session: Session, arguments: Arguments, declined: bool, tried: str = "") -> int:
    who, topic = arguments.who, arguments.topic
    return _do(session, paging.ReportNoAnswer(declined=declined, tried=tried, who=who, topic=topic, why=arguments.why))


def _decline_arguments(parser: Parser) -> None:
    _who(parser, "who declines; by default the writer where they are called, else whoever is called now")
    _topic(parser)
    why(parser)


def _decline(session: Session, arguments: Arguments) -> int:
    if not arguments.who:
        me = session.me.name

        def mine(state: Incident) -> Command:
            topic, level, _ = paging.whose(state, me, session.now())
            who = me if level else ""
            return paging.ReportNoAnswer(declined=True, who=who, topic=arguments.topic or topic, why=arguments.why)

        return act(session, mine, _after(session))
    return _refusal(session, arguments, True)


def _snooze_arguments(parser: Parser) -> None:
    parser.add_argument("length", metavar="DUR", help="for how long, as 10m, at most 4h; or a time of day, as 14:30")
    words(parser, "reason", "WHY", "the reason, for the log", needed=False)
    parser.add_argument("--why", metavar="TEXT", default="", help="the same as an option")


def _snooze(session: Session, arguments: Arguments) -> int:
    reason = arguments.why or text(arguments.reason)
    if ":" in arguments.length:
        at = session.at(arguments.length)
        until = at.t + DAY if at and at.t <= session.now() else at.t if at else None
        return _do(session, paging.Snooze(until=until, why=reason))
    return _do(session, paging.Snooze(length=span("DUR", arguments.length), why=reason))


def _calloff_arguments(parser: Parser) -> None:
    words(parser, "reason", "WHY", "the reason, for the log", needed=False)
    parser.add_argument("--why", metavar="TEXT", default="", help="the same as an option")
    _topic(parser)


def _calloff(session: Session, arguments: Arguments) -> int:
    return _do(session, paging.CallOff(why=arguments.why or text(arguments.reason), topic=arguments.topic))


VERBS = {
    "escalate": Verb(
        "call the next level now, or a chosen one; or a topic's specialist, beside the levels",
        'warroom escalate 2 --why "the database lead is needed"',
        _escalate_arguments,
        _escalate,
    ),
    "ack": Verb("somebody has it: the clock stops", "warroom ack --who ana", _ack_arguments, _ack),
    "noanswer": Verb(
        "the one who is called does not answer: on to the backup, then the next level",
        "warroom noanswer --tried phone",
        _noanswer_arguments,
        _noanswer,
    ),
    "decline": Verb(
        "they answered, and cannot: on to the backup, then the next level",
        'warroom decline --why "on a plane"',
        _decline_arguments,
        _decline,
    ),
    "snooze": Verb(
        "no calls for a while, with the reason; it ends by itself",
        'warroom snooze 10m --why "the vendor is on it"',
        _snooze_arguments,
        _snooze,
    ),
    "calloff": Verb(
        "nobody is called any more, until somebody escalates again",
        'warroom calloff "false alarm, the probe was broken"',
        _calloff_arguments,
        _calloff,
    ),
}
