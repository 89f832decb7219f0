"""Who is here and who does what: roles, a handover in two steps, the bridge, and the server that is joined."""

from ..core import events as ev
from ..core.acts.people import AssignRole
from ..core.acts.practice import AttendBridge
from ..core.text import clean
from ..render.times import iso, moment
from . import handover, out
from .act import act
from .session import Session
from .stop import OK
from .verb import Arguments, Parser, Verb, at, which


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
    return handover.offer(session, arguments.role, arguments.who)


def _accept_arguments(parser: Parser) -> None:
    parser.add_argument("role", metavar="ROLE", nargs="?", default="", help="which, where several are offered")


def _accept(session: Session, arguments: Arguments) -> int:
    return handover.accept(session, arguments.role)


def _bridge_arguments(parser: Parser) -> None:
    parser.add_argument("who", metavar="WHO", nargs="*", help="who; several with commas; nobody: the writer")
    at(parser)


def _join_arguments(parser: Parser) -> None:
    _bridge_arguments(parser)
    parser.add_argument("--ca", metavar="FILE", default="", help="a server: certificates to trust beside the system's")
    parser.add_argument("--replace", action="store_true", help="a server: also where another one is joined")


def _join(session: Session, arguments: Arguments) -> int:
    from . import joining

    if joining.is_address(arguments.who):
        return joining.join(session, arguments, arguments.who[0])
    return _attend(session, arguments, True)


def _leave_arguments(parser: Parser) -> None:
    _bridge_arguments(parser)
    parser.add_argument("--server", action="store_true", help="the joined server: nothing is exchanged any more")
    parser.add_argument("--anyway", action="store_true", help="a server: also while something was not sent")


def _leave(session: Session, arguments: Arguments) -> int:
    from . import joining

    if arguments.server or joining.is_address(arguments.who):
        return joining.leave(session, arguments, "" if arguments.server else arguments.who[0])
    return _attend(session, arguments, False)


def _attend(session: Session, arguments: Arguments, here: bool) -> int:
    who = ",".join(word for each in arguments.who if (word := each.strip(" ,")))
    return act(session, AttendBridge(who=who, here=here, at=session.at(arguments.at)))


def _roster(session: Session, arguments: Arguments) -> int:
    state, now = session.seen().state, session.now()
    roles = {who: [r.name for r in state.roles if r.who == who] for who in state.attendance}
    rows = [(e.body, e.at.t) for _, e in state.under(ev.BridgeAttended.type) if isinstance(e.body, ev.BridgeAttended)]
    rows.sort(key=lambda row: (not row[0].here, row[1]))
    if arguments.json:
        out.json([{"who": b.who, "here": b.here, "since": iso(t), "roles": roles.get(b.who, [])} for b, t in rows])
        return OK
    for body, t in rows:
        held = f"  {', '.join(roles[body.who])}" if roles.get(body.who) else ""
        word = "here since" if body.here else "left at"
        out.data(clean(f"{body.who}  {word} {moment(t, now, session.zone)}{held}"))
    if not rows:
        out.say("Nobody has joined the bridge. `warroom join ana,ivo` notes who did.")
    return OK


VERBS = {
    "assign": Verb("give a role to a person", "warroom assign scribe lee", _assign_arguments, _assign),
    "offer": Verb("begin to hand a role over, with its brief", "warroom offer commander ana", _offer_arguments, _offer),
    "accept": Verb(
        "accept a role, or note who you heard accept it", "warroom accept commander", _accept_arguments, _accept
    ),
    "join": Verb(
        "note who joined the bridge; or join a server",
        "warroom join https://warroom.example.org",
        _join_arguments,
        _join,
    ),
    "leave": Verb("note who left the bridge; or leave the server", "warroom leave ivo", _leave_arguments, _leave),
    "roster": Verb("who is on the bridge, and who left", "warroom roster", which, _roster),
}
