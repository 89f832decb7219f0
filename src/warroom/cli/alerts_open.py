"""`warroom alerts open|attach`: an incident made from an alert, or one that it belongs to; what is there is said."""

import msgspec

from ..core import masking
from ..core.acts.lifecycle import Declare
from ..core.alerts.inbox import Line
from ..core.alerts.observed import title as title_of
from ..core.text import clean
from ..core.values import Refused
from ..room.alerts import InboxRoom
from ..room.alerts_attach import attach as attached
from ..room.room import Room
from . import out
from .alerts import found, writing
from .session import Session
from .stop import FAILED, OK, No, Usage
from .verb import text


def attach(session: Session, rest: list[str], missing: Usage) -> int:
    """KEY belongs to INC."""
    if len(rest) != 2:
        raise missing
    from .which import by_name

    inbox = writing(session)
    try:
        line = found(inbox.inbox, rest[0])
        incident = session.desk.open_loaded(by_name(session.paths, rest[1]).path)
        with incident.log:
            outcome = attached(inbox, [line.id], incident)
            handle = session.handle(incident.state.id)
            if isinstance(outcome, Refused):
                raise No(str(outcome))
            if isinstance(outcome, OSError):
                raise outcome
            if session.arguments.json:
                out.json({"alert": line.id, "incident": incident.state.id, "handle": handle})
            else:
                out.say(f"{clean(line.alert.rule)} ({line.id}) belongs to {handle}  {clean(incident.state.title)}")
    finally:
        inbox.close()
    return OK


def open_from(session: Session, rest: list[str], missing: Usage) -> int:
    """An incident whose first entry is what the sender saw; then the alert belongs to it."""
    from .incident import severity_of

    if not rest or not session.arguments.severity:
        raise missing
    severity = severity_of(session.arguments.severity)
    named, *said = rest
    inbox = writing(session)
    try:
        line = found(inbox.inbox, named)
        title = masking.text(text(said) or title_of(line)).text
        incident = _declared(session, Declare(title=title, severity=severity, services=_services(session, line)))
        with incident.log:
            return _belongs(session, inbox, line.id, incident)
    finally:
        inbox.close()


def _services(session: Session, line: Line) -> tuple[str, ...]:
    if named := session.arguments.service or line.alert.service:
        return (named,)
    return session.settings.default_services if session.settings else ()


def _declared(session: Session, command: Declare) -> Room:
    from .incident import in_force

    attach = in_force(session, command.severity, command.services)
    outcome = session.desk.declare(msgspec.structs.replace(command, attach=attach))
    if isinstance(outcome, Refused):
        raise No(str(outcome))
    if isinstance(outcome, OSError):
        raise outcome
    return outcome


def _belongs(session: Session, inbox: InboxRoom, name: str, incident: Room) -> int:
    """Says which incident there is now, whatever became of the rest."""
    from .incident import made, paged

    outcome = attached(inbox, [name], incident, opened=True)
    state = incident.state
    starting = paged(session, state)
    made(session, state.id, incident.log.path, state, starting=starting)
    if not isinstance(outcome, Refused | OSError):
        return OK
    handle = session.handle(state.id)
    out.say(f"{handle} is there, but the alert is not attached to it: {outcome}")
    out.say(f"`warroom alerts attach {name} {handle}` does it.")
    return FAILED
