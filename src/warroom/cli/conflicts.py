"""What was set twice at once: each value with who set it and when, and how one of them is made to stand."""

from ..core.acts.lifecycle import Settle, has_reason
from ..core.events import Event, Value
from ..core.incident import Conflict, Incident
from ..core.text import clean
from ..render import timeline
from ..render.times import moment
from . import out
from .act import act
from .session import Session
from .stop import OK, NotHere, Usage
from .verb import Arguments, Parser, Verb, which, why

_LEAST = 4  # letters of a fact's id that name it


def _arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("--settle", metavar="VALUE", help="let this value stand: the letters before it in the list")
    why(parser)


def _conflicts(session: Session, arguments: Arguments) -> int:
    if arguments.settle:
        return act(session, lambda state: _settle(state, arguments.settle, arguments.why))
    if arguments.why:
        raise Usage("--why goes with --settle: it is the reason why that value stands.")
    state, now = session.seen().state, session.now()
    if arguments.json:
        out.json([_data(state, each) for each in state.conflicts])
        return OK
    size = _length(state)
    for each in state.conflicts:
        out.data(clean(" ".join((each.shown.body.kind, *each.key[1:2]))))
        for event in _values(each):
            shown = ", shown" if event is each.shown else ""
            by = f"({event.by.name}, {moment(state.when(event).t, now, session.zone)}{shown})"
            out.data(clean(f"  {event.id[-size:]}  {event.body.text()}  {by}"))
    out.say(
        "`warroom conflicts --settle LETTERS` lets one stand; all of them stay on the log."
        if state.conflicts
        else "No conflicts."
    )
    return OK


def _values(each: Conflict) -> list[Event]:
    """The one that is shown first."""
    return [each.shown, *reversed(each.others)]


def _length(state: Incident) -> int:
    """So many letters at the end of an id tell each of the values from every other one."""
    ids = [event.id for each in state.conflicts for event in _values(each)]
    size = _LEAST
    while len({id[-size:] for id in ids}) < len(ids):
        size += 1
    return size


def _settle(state: Incident, named: str, reason: str) -> Settle:
    """The command that lets the value stand which these letters name. Raises `NotHere` and `Usage`."""
    wanted = named.strip().upper()
    events = [event for each in state.conflicts for event in _values(each)]
    found = [event for event in events if len(wanted) >= _LEAST and event.id.upper().endswith(wanted)]
    if not found:
        raise NotHere(f"No value that was set twice ends in “{clean(named)}”; `warroom conflicts` lists them.")
    if len(found) > 1:
        raise Usage(f"“{clean(named)}” fits {len(found)} values: more of its letters, please.")
    body = found[0].body
    if reason and isinstance(body, Value) and not has_reason(body):
        raise Usage(f"A {clean(body.kind)} has no reason of its own; leave --why out, or log it.")
    return Settle(fact=found[0].id, why=reason)


def _data(state: Incident, each: Conflict) -> dict[str, object]:
    return {
        "what": list(each.key),
        "shown": timeline.as_data(state, each.shown),
        "others": [timeline.as_data(state, other) for other in each.others],
    }


VERBS = {
    "conflicts": Verb(
        "what was set twice at once, and letting one stand",
        'warroom conflicts --settle 7K3F --why "cards only"',
        _arguments,
        _conflicts,
    ),
}
