"""What is so: status, timeline, situation, and the list of incidents. Looking changes nothing."""

from collections.abc import Iterable

from ..core.events import hidden
from ..core.text import clean, clip, width
from ..render import situation, status, timeline
from ..render.paint import Paint
from ..render.times import day
from ..room import syncing
from ..room.desk import Listed
from . import out
from .session import Session
from .stop import OK
from .verb import Arguments, Parser, Verb, which


def look(session: Session) -> timeline.Look:
    """How this terminal wants its lines."""
    return timeline.Look(session.zone, out.width(), Paint(out.colours()))


def _status(session: Session, arguments: Arguments) -> int:
    from ..room import pager

    room = session.seen()
    handle, now = session.handle(room.state.id), session.now()
    unheld = pager.unheld(session.path, session.paths.data, room.state)
    if arguments.json:
        out.json(status.data(room.state, handle, now, unheld=unheld))
    else:
        out.painted(status.text(room.state, handle, now, look(session), unheld=unheld))
    return OK


def _timeline_arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("-k", "--kind", metavar="KIND", help="only rows of this kind")
    parser.add_argument("-n", "--last", metavar="N", type=int, help="only the last N rows")


def _timeline(session: Session, arguments: Arguments) -> int:
    state = session.seen().state
    shown = (event for event in state.timeline if not hidden(event.body))
    events = [e for e in shown if arguments.kind in (None, timeline.kind_of(state, e))]
    if arguments.last is not None:
        events = events[-arguments.last :] if arguments.last > 0 else []
    if arguments.json:
        known = syncing.status(session.path)
        brought = known.relayed if known is not None else {}
        out.json(
            [
                timeline.as_data(state, event) | ({"relayed_by": brought[event.id]} if event.id in brought else {})
                for event in events
            ]
        )
    else:
        out.painted(timeline.text(state, events, look(session)))
    return OK


def _situation(session: Session, arguments: Arguments) -> int:
    state = session.seen().state
    handle, now = session.handle(state.id), session.now()
    if arguments.json:
        out.json(situation.data(state, handle, now, session.zone))
    else:
        out.painted(situation.lines(state, handle, now, session.zone))
    return OK


def _list_arguments(parser: Parser) -> None:
    parser.add_argument("--open", action="store_true", help="only those that are open")


def _list(session: Session, arguments: Arguments) -> int:
    from ..core.values import By
    from ..room.desk import Desk

    desk = Desk(session.paths.incidents, "", By(""), session.now)
    found = [each for each in desk.incidents() if each.open or not arguments.open]
    if arguments.json:
        out.json([_listed(each) for each in found])
        return OK
    out.painted(_rows(found, session))
    if not found:
        out.say('No incident here. Declare one: warroom declare "what users see" -s SEV2')
    return OK


def _listed(each: Listed) -> dict[str, object]:
    row: dict[str, object] = {
        "id": each.id,
        "handle": each.handle,
        "path": each.path,
        "title": each.title,
        "severity": each.severity or None,
        "phase": each.phase or None,
        "drill": each.drill,
        "open": each.open,
    }
    return row | {"trouble": each.trouble} if each.trouble else row


def _rows(found: list[Listed], session: Session) -> Iterable[str]:
    wide = max((len(each.handle) for each in found), default=0)
    phases = max((len(each.phase) for each in found), default=0)
    shape = look(session)
    for each in found:
        title = clean(each.title) + (" (drill)" if each.drill else "")
        if each.trouble:
            yield shape.paint.alarm(clean(f"{each.handle:<{wide}}  cannot be read: {each.trouble}"))
            continue
        head = (
            f"{each.handle:<{wide}}  {each.severity:<4}  {each.phase:<{phases}}  {day(each.declared_at, shape.zone)}  "
        )
        line = clean(head) + (clip(title, shape.width - width(head)) if shape.width else title)
        yield shape.paint.bold(line) if each.open else line


VERBS = {
    "status": Verb("what is so now, and what is due", "warroom status --json | jq .due", which, _status),
    "timeline": Verb(
        "the timeline, in the order in which things happened",
        "warroom timeline -k decision",
        _timeline_arguments,
        _timeline,
    ),
    "situation": Verb("six lines to read aloud", "warroom situation", which, _situation),
    "list": Verb("every incident, the latest first", "warroom list --open", _list_arguments, _list),
}
