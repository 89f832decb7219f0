"""`warroom poll`: a proposal, the strong objections to it by name, and what came of it."""

from ..core import events as ev
from ..core.acts import practice, talk
from ..core.incident import Incident
from ..core.text import clean
from ..render.times import iso, iso_or_none, moment
from . import out
from .act import act
from .session import Session
from .stop import OK, Usage
from .verb import Arguments, Parser, Verb, text, words

_STEPS = "open PROPOSAL, object OBJECTION, close agreed|rejected|withdrawn [WHY], or list; other text is a proposal"


def _arguments(parser: Parser) -> None:
    words(parser, "words", "STEP|PROPOSAL", _STEPS)
    parser.add_argument("--who", metavar="WHO", default="", help="who objects, or who decided, where not the writer")
    parser.add_argument("--why", metavar="TEXT", default="", help="close: the grounds, as after the outcome")


def _poll(session: Session, arguments: Arguments) -> int:
    first, *rest = arguments.words
    match first:
        case "open" if rest:
            return _open(session, rest)
        case "open":
            raise Usage("warroom poll open: what is proposed? warroom poll open roll back 9f2c")
        case "object" if rest:
            return act(session, talk.Object(what=text(rest), who=arguments.who))
        case "object":
            raise Usage("warroom poll object: what is the objection? warroom poll object the replica lags --who ivo")
        case "close":
            return _close(session, arguments, rest)
        case "list" if not rest:
            return _list(session)
        case "list":
            raise Usage('warroom poll list: nothing goes with it. A proposal: warroom poll open "list …".')
    return _open(session, arguments.words)


def _open(session: Session, proposal: list[str]) -> int:
    after = "What came of it: `warroom poll close agreed`." if not session.arguments.json else ""
    return act(session, talk.OpenPoll(proposal=text(proposal)), lambda state: after)


def _close(session: Session, arguments: Arguments, rest: list[str]) -> int:
    outcome, *why = rest or [""]
    if not any(known.startswith(outcome.casefold()) for known in practice.OUTCOMES) or not outcome:
        raise Usage(
            f"warroom poll close: what came of it, {', '.join(practice.OUTCOMES)}? "
            'A proposal that begins with this word: warroom poll open "close …".'
        )
    return act(session, practice.ClosePoll(outcome=outcome, why=arguments.why or text(why), who=arguments.who))


def _object_arguments(parser: Parser) -> None:
    words(parser, "text", "TEXT", "the objection")
    parser.add_argument("--who", metavar="WHO", default="", help="who objects, where that is not the writer")


def _object(session: Session, arguments: Arguments) -> int:
    return act(session, talk.Object(what=text(arguments.text), who=arguments.who))


# ── looking ──


def _list(session: Session) -> int:
    state = session.seen().state
    polls = [poll for poll in state.polls if state.stands(poll.id) and isinstance(poll.body, ev.PollOpened)]
    if session.arguments.json:
        out.json([_data(state, poll) for poll in polls])
        return OK
    for poll in polls:
        out.data(_line(session, state, poll))
    if not polls:
        out.say("Nothing was proposed.")
    return OK


def _closed(state: Incident, poll: ev.Event) -> tuple[ev.PollClosed | None, ev.Event | None]:
    found = state.visible((ev.PollClosed.type, poll.id))
    body = found[-1].body if found else None
    return (body, found[-1]) if isinstance(body, ev.PollClosed) else (None, None)


def _line(session: Session, state: Incident, poll: ev.Event) -> str:
    body, _ = _closed(state, poll)
    proposal = poll.body.proposal if isinstance(poll.body, ev.PollOpened) else ""
    word = f"{body.outcome} by {body.who}" + (f": {body.why}" if body.why else "") if body else "open"
    against = "".join(f"; {each.who} objects: {each.what}" for each in practice.objections(state, poll.id))
    return clean(f"{moment(poll.at.t, session.now(), session.zone)}  {proposal}  ({word}{against})")


def _data(state: Incident, poll: ev.Event) -> dict[str, object]:
    body, closed = _closed(state, poll)
    return {
        "id": poll.id,
        "proposal": poll.body.proposal if isinstance(poll.body, ev.PollOpened) else "",
        "by": poll.by.name,
        "opened_at": iso(poll.at.t),
        "objections": [{"who": each.who, "what": each.what} for each in practice.objections(state, poll.id)],
        "outcome": body.outcome if body else None,
        "decided_by": body.who or None if body else None,
        "why": body.why or None if body else None,
        "closed_at": iso_or_none(closed.at.t if closed else None),
    }


VERBS = {
    "poll": Verb(
        "propose something: any strong objections? And what came of it",
        'warroom poll "cancel the vacuum on orders"',
        _arguments,
        _poll,
    ),
    "object": Verb(
        "note a strong objection to the last proposal",
        'warroom object --who ivo "the replica is still rebuilding"',
        _object_arguments,
        _object,
    ),
}
