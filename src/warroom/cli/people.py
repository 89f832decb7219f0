"""Roles: assign, and a handover in two steps."""

from ..core.acts.people import AcceptRole, AssignRole, OfferRole
from .act import act
from .session import Session
from .verb import Arguments, Parser, Verb


def _assign_arguments(parser: Parser) -> None:
    parser.add_argument("role", metavar="ROLE", help="commander, scribe, comms, …")
    parser.add_argument("who", metavar="WHO", help='the person; "" frees the role')
    parser.add_argument("--replace", action="store_true", help="take it from whoever has it, at once")


def _assign(session: Session, arguments: Arguments) -> int:
    return act(session, AssignRole(role=arguments.role, who=arguments.who, replace=arguments.replace))


def _offer_arguments(parser: Parser) -> None:
    parser.add_argument("role", metavar="ROLE", help="the role to hand over")
    parser.add_argument("who", metavar="WHO", help="to whom; nothing changes until they accept")


def _offer(session: Session, arguments: Arguments) -> int:
    return act(session, OfferRole(role=arguments.role, who=arguments.who))


def _accept_arguments(parser: Parser) -> None:
    parser.add_argument("role", metavar="ROLE", nargs="?", default="", help="which, where several are offered")


def _accept(session: Session, arguments: Arguments) -> int:
    return act(session, AcceptRole(role=arguments.role))


VERBS = {
    "assign": Verb("give a role to a person", "warroom assign scribe lee", _assign_arguments, _assign),
    "offer": Verb("begin to hand a role over", "warroom offer commander ana", _offer_arguments, _offer),
    "accept": Verb(
        "accept a role, or note who you heard accept it", "warroom accept commander", _accept_arguments, _accept
    ),
}
