"""`warroom handover`: a role changes hands with a brief, and only once the other has accepted it."""

from ..core.acts.people import AcceptRole, OfferRole, role_of
from ..core.acts.practice import DeclineRole
from ..core.commands import Command
from ..core.incident import Incident
from ..core.text import clean
from ..core.values import Refused
from . import out
from .act import act, for_shell
from .session import Session
from .stop import OK, No, Usage
from .verb import Arguments, Parser, Verb, text, words

_USAGE = "offer ROLE WHO, accept [ROLE], decline [ROLE [WHY]], or brief ROLE"


def _arguments(parser: Parser) -> None:
    words(parser, "words", "STEP", _USAGE)
    parser.add_argument("--why", metavar="TEXT", default="", help="offer, decline: the reason, for the log")


def _handover(session: Session, arguments: Arguments) -> int:
    match arguments.words:
        case ["offer", role, who]:
            return offer(session, role, who, arguments.why)
        case ["accept", *rest] if len(rest) < 2:
            return accept(session, "".join(rest))
        case ["decline", *rest]:
            return act(session, DeclineRole(role="".join(rest[:1]), why=arguments.why or text(rest[1:])))
        case ["brief", role]:
            return _brief(session, role)
    first = arguments.words[0]
    if first in _MISSING:
        raise Usage(f"warroom handover {first}: {_MISSING[first]}")
    raise Usage(f"warroom handover {first}: there is no such step; {_USAGE}.")


_MISSING = {
    "offer": "ROLE and WHO, one word each or in quotes: warroom handover offer commander ana",
    "accept": "at most the role: warroom handover accept commander. Who accepted is whom it was offered to.",
    "brief": "which role? warroom handover brief commander",
}


def offer(session: Session, role: str, who: str, why: str = "") -> int:
    """Offer it with the brief, which is shown as the other one gets it."""
    made: list[str] = []

    def command(state: Incident) -> Command:
        from ..render.handover import text

        held = role_of(state, role)
        # On the log every time is in UTC: whoever reads it may sit in another zone.
        made[:] = [text(state, held.role, session.now(), to=who)]
        return OfferRole(role=held.role, who=who, brief=made[0], why=why)

    def after(state: Incident) -> str:
        if not session.arguments.json:
            out.data(made[0])
        return ""

    return act(session, command, after)


def accept(session: Session, role: str) -> int:
    """Note that it was accepted, by the writer or by whom they heard."""
    return act(session, AcceptRole(role=role))


def _brief(session: Session, role: str) -> int:
    from ..render import handover

    state, now = session.seen().state, session.now()
    try:
        held = role_of(state, role)
    except Refused as no:
        raise No(for_shell(str(no))) from None
    if held.role not in {r.role for r in state.roles}:
        known = ", ".join(clean(r.role) for r in state.roles)
        raise No(f"There is no role “{clean(role)}” here. Known: {known}.")
    if session.arguments.json:
        out.json(handover.data(state, held.role, now))
    else:
        out.data(handover.text(state, held.role, now, session.zone, to=held.offered_to))
    return OK


VERBS = {
    "handover": Verb(
        "hand a role over with its brief; nothing changes until the other has accepted",
        "warroom handover offer commander ana",
        _arguments,
        _handover,
    )
}
