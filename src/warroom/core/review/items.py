"""Action items as they stand: who does what by when, where it was opened elsewhere, and which follow-ups wait to become
one. Pure: what is overdue depends on a time that is given."""

import msgspec

from .. import events as ev
from ..events import DeliveryChanged, Event
from ..events.delivery import ARRIVED, FAILED
from ..incident import Incident
from ..values import Ms

REF = "item:"  # whom a delivery is for, where it opens an item elsewhere
OPEN, DONE, DROPPED = ev.ITEM_STATES_OF_WORK
THERE_OPEN, THERE_CLOSED, THERE_GONE = "open", "closed", "gone"


class ItemView(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One item. `number` counts all that were ever raised, from 1, so that it always means the same one.

    `way` is where it is opened elsewhere, `link` and `there` what it is there. `filing`: how far that is: the state of
    the delivery, "waiting" before there is one, "filed" once it is there, empty where nobody asked for it.
    """

    number: int
    id: str
    what: str
    owner: str = ""
    due: Ms | None = None
    what_for: str = "prevent"
    state: str = OPEN
    why: str = ""
    raised: Ms = 0
    changed: Ms = 0
    by: str = ""  # who changed it last
    way: str = ""
    filed_by: str = ""  # the fact that asks for it
    remote: str = ""
    link: str = ""
    there: str = ""
    filing: str = ""
    trouble: str = ""  # why it is not there

    @property
    def open(self) -> bool:
        return self.state == OPEN

    def overdue(self, now: Ms) -> bool:
        """Whether it is open and its time is over."""
        return self.open and self.due is not None and self.due < now


class FollowUp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A follow-up of the timeline; `number` counts all of them, from 1."""

    number: int
    id: str
    what: str
    who: str
    at: Ms


def items(state: Incident) -> tuple[ItemView, ...]:
    """Every item that stands, in the order in which they were raised."""
    deliveries = {d.cause: d for d in state.deliveries if d.what == "item"} if state.items_raised else {}
    found = []
    for number, event in enumerate(state.items_raised, 1):
        body = event.body
        if isinstance(body, ev.ItemRaised) and state.stands(event.id):
            found.append(_view(state, number, event, body, deliveries))
    return tuple(found)


def _view(
    state: Incident, number: int, event: Event, body: ev.ItemRaised, deliveries: dict[str, DeliveryChanged]
) -> ItemView:
    changes = state.visible((ev.ItemChanged.type, event.id))
    last = changes[-1] if changes else None
    now = last.body if last else None
    seen = ItemView(
        number=number,
        id=event.id,
        what=body.what,
        owner=body.owner,
        due=body.due,
        what_for=body.what_for,
        raised=event.at.t,
        changed=event.at.t,
        by=event.by.name,
    )
    if last is not None and isinstance(now, ev.ItemChanged):
        seen = msgspec.structs.replace(
            seen,
            what=now.what or body.what,
            owner=now.owner,
            due=now.due,
            what_for=now.what_for,
            state=now.state if now.state in ev.ITEM_STATES_OF_WORK else OPEN,
            why=now.why,
            changed=last.at.t,
            by=last.by.name,
        )
    return _filed(state, seen, deliveries)


def _filed(state: Incident, seen: ItemView, deliveries: dict[str, DeliveryChanged]) -> ItemView:
    asked = state.visible((ev.ItemFiled.type, seen.id))
    body = asked[-1].body if asked else None
    if not isinstance(body, ev.ItemFiled) or not body.way:
        return seen
    sent = deliveries.get(asked[-1].id)
    how = "filed" if body.remote else sent.state if sent else "waiting"
    trouble = sent.why if sent and not body.remote else ""
    return msgspec.structs.replace(
        seen,
        way=body.way,
        filed_by=asked[-1].id,
        remote=body.remote,
        link=body.link,
        there=body.there,
        filing=how,
        trouble=trouble,
    )


def open_items(state: Incident) -> tuple[ItemView, ...]:
    """The items that are still to be done, the nearest due first, those without a date last."""
    return tuple(sorted((item for item in items(state) if item.open), key=_nearest))


def overdue(state: Incident, now: Ms) -> tuple[ItemView, ...]:
    """The open items whose time is over, the oldest first."""
    return tuple(item for item in open_items(state) if item.overdue(now))


def _nearest(item: ItemView) -> tuple[bool, Ms, int]:
    return (item.due is None, item.due or 0, item.number)


def item_by_id(state: Incident, id: str) -> ItemView | None:
    """The item of this identity."""
    return next((item for item in items(state) if item.id == id), None)


def followups(state: Incident) -> tuple[FollowUp, ...]:
    """The follow-ups on the timeline that no action item came of, in order, as they read after every correction."""
    taken = {
        e.body.of for e in state.items_raised if isinstance(e.body, ev.ItemRaised) and e.body.of and state.stands(e.id)
    }
    found, number = [], 0
    for event in state.timeline:
        body = event.body
        if not isinstance(body, ev.Logged):
            continue
        fixed = state.correction(event.id)
        kind = fixed.kind_ if fixed and fixed.kind_ is not None else body.kind_
        if kind != "followup":
            continue
        number += 1
        if event.id in taken or not state.stands(event.id):
            continue
        text = fixed.text_ if fixed and fixed.text_ is not None else body.text_
        who = (fixed.who if fixed and fixed.who is not None else body.who) or event.by.name
        found.append(FollowUp(number=number, id=event.id, what=text, who=who, at=state.when(event).t))
    return tuple(found)


# ── elsewhere ──


def to_file(state: Incident) -> tuple[ItemView, ...]:
    """The open items that are to be opened elsewhere and of which nothing was begun. A drill's go nowhere."""
    if state.drill or not state.items_raised:
        return ()
    return tuple(item for item in items(state) if item.open and item.filing == "waiting")


def unnoted(state: Incident) -> tuple[tuple[ItemView, str], ...]:
    """The items that arrived elsewhere where the item does not say so yet, each with what finds it there."""
    if state.drill or not state.items_raised:
        return ()
    arrived = {d.cause: d.remote for d in state.deliveries if d.what == "item" and d.state in ARRIVED and d.remote}
    seen = (item for item in items(state) if not item.remote and item.filed_by in arrived)
    return tuple((item, arrived[item.filed_by]) for item in seen)


def followed(state: Incident) -> tuple[DeliveryChanged, ...]:
    """The deliveries of the items that are open here and there: their state there is read back."""
    if state.drill or not state.items_raised:
        return ()
    wanted = {item.id: item for item in items(state) if item.open and item.remote and item.there != THERE_GONE}
    last: dict[str, DeliveryChanged] = {}
    for each in state.deliveries if wanted else ():
        item = wanted.get(each.ref.removeprefix(REF)) if each.what == "item" and each.state in ARRIVED else None
        if item is not None and each.remote.partition(" ")[0] == item.remote:
            last[item.id] = each
    return tuple(last.values())


def waits_elsewhere(state: Incident) -> bool:
    """Whether an item has still to be opened elsewhere, or its state there is to be read back."""
    if state.drill or not state.items_raised:
        return False
    under_way = any(item.open and item.filing not in ("", "filed", FAILED, DROPPED) for item in items(state))
    return under_way or bool(followed(state))
