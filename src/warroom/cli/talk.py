"""Polls, questions, and stakeholder updates as they are recorded: nothing is sent from here."""

from ..core.acts import talk
from ..core.cadence import AUDIENCES, next_due
from ..core.incident import Incident
from ..core.values import Ms
from ..render.times import moment
from .act import act
from .session import Session
from .stop import Usage
from .verb import Arguments, Parser, Verb, at, text, words


def span(option: str, word: str) -> Ms:
    """The duration that was typed, in ms. Raises `Usage`."""
    from ..core.duration import duration

    try:
        return duration(word)
    except ValueError as wrong:
        raise Usage(f"{option}: {wrong}.") from None


def _poll(session: Session, arguments: Arguments) -> int:
    return act(session, talk.OpenPoll(proposal=text(arguments.text)))


def _object_arguments(parser: Parser) -> None:
    words(parser, "text", "TEXT", "the objection")
    parser.add_argument("--who", metavar="WHO", default="", help="who objects, where that is not the writer")


def _object(session: Session, arguments: Arguments) -> int:
    return act(session, talk.Object(what=text(arguments.text), who=arguments.who))


def _ask_arguments(parser: Parser) -> None:
    words(parser, "text", "QUESTION", "what somebody waits to hear")
    parser.add_argument("--who", metavar="WHO", default="", help="who asks, where that is not the writer")


def _ask(session: Session, arguments: Arguments) -> int:
    return act(session, talk.Ask(what=text(arguments.text), asker=arguments.who))


def _answer_arguments(parser: Parser) -> None:
    parser.add_argument("question", metavar="QUESTION", help="its number among the open ones, or a part of it")
    words(parser, "text", "ANSWER", "the answer")


def _answer(session: Session, arguments: Arguments) -> int:
    return act(session, talk.Answer(question=arguments.question, what=text(arguments.text)))


def _update_arguments(parser: Parser) -> None:
    words(parser, "text", "TEXT", "what the update said")
    parser.add_argument("--audience", metavar="WHOM", default="public", choices=AUDIENCES, help=", ".join(AUDIENCES))
    parser.add_argument("--next", metavar="DUR", help="when the next one is promised, as 20m")
    at(parser)


def _update(session: Session, arguments: Arguments) -> int:
    wait = span("--next", arguments.next) if arguments.next else None
    command = talk.PostUpdate(
        what=text(arguments.text), audience=arguments.audience, next_in=wait, at=session.at(arguments.at)
    )

    def promised(state: Incident) -> str:
        coming = next_due(state, arguments.audience)
        when = f" The next is due at {moment(coming[1], session.now(), session.zone)}." if coming else ""
        return f"Noted as posted; warroom itself sends nothing.{when}"

    return act(session, command, promised)


VERBS = {
    "poll": Verb(
        "propose something: any strong objections?",
        'warroom poll "cancel the vacuum on orders"',
        lambda parser: words(parser, "text", "PROPOSAL", "what is proposed"),
        _poll,
    ),
    "object": Verb(
        "note a strong objection to the last proposal",
        'warroom object --who ivo "the replica is still rebuilding"',
        _object_arguments,
        _object,
    ),
    "ask": Verb(
        "note a question that somebody waits for", 'warroom ask --who legal "is data lost?"', _ask_arguments, _ask
    ),
    "answer": Verb("answer an open question", 'warroom answer 1 "no, only delayed"', _answer_arguments, _answer),
    "update": Verb(
        "note that an update went out, and when the next is promised; nothing is sent",
        'warroom update "Card payments fail since 13:58 UTC; a fix is on its way." --next 20m',
        _update_arguments,
        _update,
    ),
}
