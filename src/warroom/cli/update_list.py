"""`warroom update list`: what was said to whom, what waits, and when the next is due. Looking changes nothing."""

from ..core import events as ev
from ..core import updates
from ..core.cadence import AUDIENCES, next_due
from ..core.events import Event
from ..core.incident import Incident
from ..core.text import clean
from ..core.updates import DraftView
from ..render.times import iso, iso_or_none, moment
from . import out
from .session import Session
from .stop import OK


def show(session: Session) -> int:
    """All updates in order, then the drafts that wait, then what is due."""
    state, now = session.seen().state, session.now()
    sent = [event for event in state.updates if isinstance(event.body, ev.UpdatePosted) and state.stands(event.id)]
    waiting = updates.waiting(state)
    due = [(audience, *owed) for audience in AUDIENCES if (owed := next_due(state, audience))]
    if session.arguments.json:
        out.json(
            {
                "updates": [_update(state, event) for event in sent],
                "drafts": [_draft(view) for view in waiting],
                "due": [{"audience": audience, "number": n, "due_at": iso(at)} for audience, n, at in due],
            }
        )
        return OK
    for event in sent:
        time, by = moment(event.at.t, now, session.zone), clean(event.by.name)
        head, *lines = clean(event.body.text(), lines=True).split("\n")
        out.data("\n".join([f"{time}  {by}  {head}{_ways(state, event)}", *(f"    {line}" for line in lines)]))
    for view in waiting:
        out.data(f"draft  {view.body.audience} #{view.body.number}, {standing(view)}: {clean(view.body.what)}")
    for audience, number, at in due:
        out.say(f"{audience} #{number} is due at {moment(at, now, session.zone)}.")
    if not sent and not waiting:
        out.say("No update has gone out. `warroom update draft` fills one from what is known.")
    return OK


def standing(view: DraftView) -> str:
    """How far this draft is, in words."""
    if view.lapsed:
        return f"approval lapsed: {view.lapsed}"
    return f"approved by {view.approved.who}" if view.approved else "not approved"


def _ways(state: Incident, event: Event) -> str:
    """Where it went, and what became of it there."""
    body = event.body
    assert isinstance(body, ev.UpdatePosted)
    return f"  [{', '.join(f'{way} {how}' for way, how in _sent(state, event, body))}]" if body.ways else ""


def _sent(state: Incident, event: Event, body: ev.UpdatePosted) -> list[tuple[str, str]]:
    became = {
        f"{d.channel}:{d.address}" if d.address else d.channel: d.state for d in state.deliveries if d.cause == event.id
    }
    return [(way, became.get(way, "waiting")) for way in body.ways]


def _update(state: Incident, event: Event) -> dict[str, object]:
    body = event.body
    assert isinstance(body, ev.UpdatePosted)
    return {
        "id": event.id,
        "audience": body.audience,
        "number": body.number,
        "at": iso(event.at.t),
        "by": event.by.name,
        "text": body.what,
        "next_at": iso_or_none(body.next),
        "estimate_at": iso_or_none(body.estimate),
        "sha256": body.sha or None,
        "draft": body.of or None,
        "corrects": body.corrects or None,
        "same": body.same,
        "ways": [{"way": way, "state": how} for way, how in _sent(state, event, body)],
    }


def _draft(view: DraftView) -> dict[str, object]:
    return {
        "id": view.fact,
        "audience": view.body.audience,
        "number": view.body.number,
        "at": iso(view.at),
        "by": view.by,
        "text": view.body.what,
        "next_at": iso_or_none(view.body.next),
        "estimate_at": iso_or_none(view.body.estimate),
        "state": "lapsed" if view.lapsed else "approved" if view.approved else "waiting",
        "approved_by": view.approved.who if view.approved else None,
        "lapsed": view.lapsed or None,
    }
