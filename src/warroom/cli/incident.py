"""Declare, and steer: severity, phase, impact, milestones, services, bridge, title, links, what is in force."""

import msgspec

from ..core import masking
from ..core.acts import lifecycle as act_
from ..core.events import Value
from ..core.incident import Incident
from ..core.text import clean
from ..core.values import ACTIVE, ENDED, IMPACT_STATES, LINK_KINDS, MILESTONES, SEVERITIES, Refused
from ..store.errors import StoreError
from . import out
from .act import act
from .session import Session
from .stop import OK, No, NotHere, Usage
from .verb import Arguments, Parser, Verb, at, text, why, words
from .which import by_name

NONE = "none"


# ── declare ─────────────────────────────────────────────────────────────────────────────────────


def _declare_arguments(parser: Parser) -> None:
    words(parser, "title", "TITLE", "what users see")
    parser.add_argument("-s", "--severity", metavar="SEV", required=True, help="SEV1 (critical) to SEV5 (cosmetic)")
    parser.add_argument("--service", metavar="NAME", action="append", default=[], help="affected; may be repeated")
    parser.add_argument(
        "--playbook", metavar="ID", action="append", default=[], help="instead of those that fit; repeatable; or none"
    )
    parser.add_argument("--policy", metavar="ID", help="instead of the severity's escalation policy; or none")
    parser.add_argument("--bridge", metavar="WHERE", default="", help="where people talk")
    parser.add_argument("--restricted", action="store_true", help="for named people only, once there is a server")


def severity_of(word: str) -> str:
    """SEV1 from "sev1" or "1". Raises `Usage`."""
    try:
        return act_.severity_of(word)
    except Refused as no:
        raise Usage(str(no)) from None


def _declare(session: Session, arguments: Arguments) -> int:
    severity = severity_of(arguments.severity)
    settings = session.settings
    services = tuple(arguments.service) or (settings.default_services if settings else ())
    attach = in_force(session, severity, services)
    command = act_.Declare(
        title=text(arguments.title),
        severity=severity,
        services=services,
        restricted=arguments.restricted,
        attach=attach,
        bridge=arguments.bridge,
    )
    return declared(session, command)


def in_force(session: Session, severity: str, services: tuple[str, ...]) -> tuple[Value, ...]:
    """The role cards, rhythms, escalation policy and checklists that the incident starts with."""
    from ..config.opening import opening
    from ..config.settings import Settings

    library, arguments = session.library, session.arguments
    begin = opening(library, session.settings or Settings(), severity, services)
    attach: list[Value] = [library.roles(), begin.cadence]
    if arguments.policy and arguments.policy != NONE:
        attach.append(_policy(session, arguments.policy))
    elif begin.policy is not None and not arguments.policy:
        attach.append(begin.policy)
    if arguments.playbook:
        attach += [_checklist(session, id) for id in arguments.playbook if id != NONE]
    else:
        attach += [library.checklist(each) for each in begin.playbooks]
    for problem in library.problems:
        out.say(str(problem))
    return tuple(attach)


def _policy(session: Session, id: str) -> Value:
    try:
        return session.library.policy(id)
    except Refused as no:
        raise NotHere(str(no)) from None


def _checklist(session: Session, id: str) -> Value:
    known = session.library.playbooks
    if id not in known:
        raise NotHere(f"There is no playbook “{id}”. There are {', '.join(known)}.")
    return session.library.checklist(known[id])


def declared(session: Session, command: act_.Declare | act_.ImportTimeline) -> int:
    """Makes the incident and says how to go on. Raises `Stop` and `StoreError`; then there is no file."""
    title = masking.text(command.title)
    outcome = session.desk.declare(msgspec.structs.replace(command, title=title.text))
    if isinstance(outcome, StoreError):
        raise outcome
    if isinstance(outcome, Refused):
        raise No(str(outcome))
    with outcome.log as log:
        state = outcome.state
        starting = paged(session, state)
        made(session, log.inc, log.path, state, starting=starting)
    if title.count:
        out.say(f"{title.sentence} before it was written.")
    return OK


def paged(session: Session, state: Incident) -> bool:
    """Sees to it that some process pages for this incident, where anybody can be reached; whether one does or will.

    Says so where none may.
    """
    from ..room import paged_there, pager

    setting = session.settings.watch if session.settings else True
    rooms = not state.drill and session.library.channels.makes_rooms
    if not pager.wanted(state, rooms):
        return False
    data = session.paths.data
    if paged_there.there(data, state) or pager.ensure(data, session.paths.state, state, setting, rooms):
        return True
    if pager.watching(data) is not None:
        return True
    if not pager.allowed(setting):
        out.say("Nobody pages yet: no pager may start by itself here. `warroom watch` pages.")
    else:
        out.say("Nobody pages: the pager could not be started. `warroom watch` says why.")
    return False


def made(session: Session, inc: str, path: str, state: Incident, *, starting: bool = False) -> None:
    """Says which incident there is now. `starting`: a pager is on its way."""
    handle = session.handle(inc)
    if session.arguments.json:
        out.json({"id": inc, "handle": handle, "path": path})
        return
    out.data(handle)
    out.say(f"{state.severity}  {clean(state.title)}")
    if not state.open:
        return
    if state.run and state.run.policy:
        from ..render.status import escalation_line
        from ..render.timeline import Look

        said = escalation_line(state, session.now(), Look(session.zone), starting=starting)
        out.say(f"Escalation: {said}.")
    out.say(f"Go on: `warroom {handle}` opens the room; `warroom log -i {handle} TEXT` writes an entry.")


# ── steer ───────────────────────────────────────────────────────────────────────────────────────


def _one_of(word: str, known: tuple[str, ...], what: str) -> str:
    try:
        return act_.one_of(word.replace("-", " ").replace("_", " "), known, what)
    except Refused as no:
        raise Usage(str(no)) from None


def _severity_arguments(parser: Parser) -> None:
    parser.add_argument("severity", metavar="SEV", help=", ".join(SEVERITIES))
    why(parser)


def _severity(session: Session, arguments: Arguments) -> int:
    def after(state: Incident) -> str:
        paged(session, state)
        return _without_policy(session, state)

    return act(session, act_.ChangeSeverity(severity=severity_of(arguments.severity), why=arguments.why), after)


def _without_policy(session: Session, state: Incident) -> str:
    """That nobody is called at this severity, where a policy is there that an incident of it starts with."""
    if state.run is not None or not state.open:
        return ""
    preferred = session.settings.default_policy if session.settings else ""
    id = session.library.choose_policy(state.severity, preferred)
    if id not in session.library.own_policies:
        return ""
    return f"Nobody is called: no escalation policy is in force. `warroom attach policy {id}` begins it."


def _phase_arguments(parser: Parser) -> None:
    parser.add_argument("phase", metavar="PHASE", help=", ".join(ACTIVE + ENDED))
    why(parser)
    at(parser)


def _phase(session: Session, arguments: Arguments) -> int:
    phase = _one_of(arguments.phase, ACTIVE + ENDED, "phase")
    return act(session, act_.ChangePhase(phase=phase, why=arguments.why, at=session.at(arguments.at)))


def _impact_arguments(parser: Parser) -> None:
    words(parser, "text", "TEXT", "what users see")
    parser.add_argument("--scope", metavar="WHO", default="", help="who is affected, and who is not")
    parser.add_argument("--since", metavar="TIME", help="since when")
    parser.add_argument("--state", metavar="STATE", default="ongoing", help=", ".join(IMPACT_STATES))
    parser.add_argument("--users", metavar="N", type=int, help="how many are affected, where the text does not say")


def _impact(session: Session, arguments: Arguments) -> int:
    since = session.at(arguments.since)
    state = _one_of(arguments.state, IMPACT_STATES, "state of an impact")
    what = act_.StateImpact(
        what=text(arguments.text),
        scope=arguments.scope,
        since=since.t if since else None,
        state=state,
        users=arguments.users,
    )
    return act(session, what)


def _milestone_arguments(parser: Parser) -> None:
    words(parser, "milestone", "MILESTONE", ", ".join(MILESTONES))
    at(parser)


def _milestone(session: Session, arguments: Arguments) -> int:
    name = _one_of(text(arguments.milestone), MILESTONES, "milestone")
    return act(session, act_.MarkMilestone(milestone=name, at=session.at(arguments.at)))


def _bridge_arguments(parser: Parser) -> None:
    words(
        parser,
        "where",
        "WHERE",
        "a link or a number; none: there is none any more; nothing: says what it is",
        needed=False,
    )
    parser.add_argument("--dial", metavar="NUMBER", help="the number to dial in")
    parser.add_argument("--code", metavar="CODE", help="the code that lets people in")


def _way_in(session: Session) -> int:
    call = session.seen().state.call
    if session.arguments.json:
        out.json({"bridge": call.where or None, "dial": call.dial or None, "passcode": call.passcode or None})
    elif call.said:
        out.data(clean(call.text()))
    else:
        out.say("No bridge is set. `warroom bridge https://meet.example/k3f9 --dial NUMBER --code CODE` sets one.")
    return OK


def _bridge(session: Session, arguments: Arguments) -> int:
    where, dial, code = text(arguments.where), arguments.dial, arguments.code
    if not where and dial is None and code is None:
        return _way_in(session)

    def command(state: Incident) -> act_.SetBridge:
        was = state.call
        if where:
            return act_.SetBridge(where=where, dial=dial or "", passcode=code or "")
        return act_.SetBridge(
            where=was.where,
            dial=was.dial if dial is None else dial,
            passcode=was.passcode if code is None else code,
        )

    return act(session, command)


def _service_arguments(parser: Parser) -> None:
    words(parser, "name", "NAME", "the service")
    parser.add_argument("--off", action="store_true", help="it is not affected after all")


def _service(session: Session, arguments: Arguments) -> int:
    return act(session, act_.NameService(service=text(arguments.name), affected=not arguments.off))


def _rename(session: Session, arguments: Arguments) -> int:
    return act(session, act_.Rename(title=text(arguments.title)))


def _link_arguments(parser: Parser) -> None:
    parser.add_argument("link", metavar="HOW", help="duplicate-of, caused-by or related-to")
    parser.add_argument("to", metavar="OTHER", help="the other incident's handle or a part of its title")


def _link(session: Session, arguments: Arguments) -> int:
    link = _one_of(arguments.link, LINK_KINDS, "link")
    other = by_name(session.paths, arguments.to)
    return act(session, act_.Link(link=link, to=other.inc, title=other.title))


def _attach_arguments(parser: Parser) -> None:
    parser.add_argument("what", choices=("policy", "playbook", "roles", "cadence"), help="what to put in force")
    parser.add_argument("name", metavar="ID", nargs="?", default="", help="which policy or playbook")


def _attach(session: Session, arguments: Arguments) -> int:
    what, id = arguments.what, arguments.name
    if what in ("policy", "playbook") and not id:
        known = session.library.policies if what == "policy" else session.library.playbooks
        raise Usage(f"Which {what}? There are {', '.join(known)}.")
    body: Value
    match what:
        case "policy":
            body = _policy(session, id)
        case "playbook":
            body = _checklist(session, id)
        case "roles":
            body = session.library.roles()
        case _:
            body = session.library.cadence()
    for problem in session.library.problems:
        out.say(str(problem))

    def after(state: Incident) -> str:
        paged(session, state)
        return ""

    return act(session, act_.Attach(body=body), after)


_MILESTONE = Verb(
    "set when a milestone was reached", "warroom milestone detected --at 14:01", _milestone_arguments, _milestone
)

VERBS = {
    "declare": Verb(
        "open an incident, with the checklists, roles, rhythms and escalation policy that fit",
        'warroom declare "Checkout returns 500s" -s SEV2 --service payments-db',
        _declare_arguments,
        _declare,
    ),
    "severity": Verb(
        "change the severity",
        'warroom severity SEV1 --why "every region is affected"',
        _severity_arguments,
        _severity,
    ),
    "phase": Verb(
        "move to another phase", 'warroom phase mitigating --why "roll-back is running"', _phase_arguments, _phase
    ),
    "impact": Verb(
        "say what users see",
        'warroom impact "38 % of card checkouts fail" --scope "cards only" --since 13:58',
        _impact_arguments,
        _impact,
    ),
    "milestone": _MILESTONE,
    "mark": _MILESTONE,
    "bridge": Verb(
        "say where people talk",
        'warroom bridge https://meet.example/k3f9 --dial "+44 20 7946 0001" --code 4711',
        _bridge_arguments,
        _bridge,
    ),
    "service": Verb("name an affected service", "warroom service payments", _service_arguments, _service),
    "rename": Verb(
        "give the incident a better title",
        'warroom rename "Checkout fails for card payments"',
        lambda parser: words(parser, "title", "TITLE", "what users see"),
        _rename,
    ),
    "link": Verb("link to another incident", "warroom link caused-by K3F9", _link_arguments, _link),
    "attach": Verb(
        "put a policy, a playbook, the role cards or the rhythms of updates in force",
        "warroom attach playbook database",
        _attach_arguments,
        _attach,
    ),
}
