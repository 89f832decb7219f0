"""What has to go out beside pages: approved updates to their audiences, the brief of a handover to its person, action
items that are to be opened elsewhere.

A notice is begun once for each way, and never again: a delivery with its cause and way says that it was.
"""

import msgspec

from . import events as ev
from .events import Target
from .incident import Incident
from .review.items import REF, item_by_id, to_file
from .run import is_called, on_duty
from .values import Ms


class Notice(msgspec.Struct, frozen=True):
    """Something else than a page that has to go out: an update to an audience, the brief of a handover, an action item.

    `what`: update, handover or item. `way` is as in a contact's `reach`; empty: the person's own ways, best first.
    """

    what: str
    cause: str
    text: str
    at: Ms
    way: str = ""
    target: Target | None = None
    title: str = ""


def notices(state: Incident) -> list[Notice]:
    """What has to go out beside pages and was not begun: approved updates by each way, briefs of open handovers, action
    items that are to be opened elsewhere."""
    begun = {(d.cause, f"{d.channel}:{d.address}" if d.address else d.channel) for d in state.deliveries}
    found = []
    for event in state.updates:
        body = event.body
        if not isinstance(body, ev.UpdatePosted) or not state.stands(event.id):
            continue
        for way in body.ways:
            if (event.id, way) not in begun:
                found.append(Notice("update", event.id, body.what, event.at.t, way, title=f"{body.audience} update"))
    causes = {d.cause for d in state.deliveries}
    for held in state.roles if state.open else ():
        offers = state.visible((ev.RoleOffered.type, held.role))
        offer = offers[-1] if offers else None
        if offer is None or not held.offered_to or not isinstance(offer.body, ev.RoleOffered) or offer.id in causes:
            continue
        target = person(state, held.offered_to)
        if target is not None and offer.body.brief:
            title = f"handover: {held.name}"
            found.append(Notice("handover", offer.id, offer.body.brief, offer.at.t, "", target, title))
    for item in to_file(state):
        target = Target(REF + item.id, f"#{item.number}")
        found.append(Notice("item", item.filed_by, item.what, _asked_at(state, item.filed_by), item.way, target))
    return found


def _asked_at(state: Incident, fact: str) -> Ms:
    asked = state.facts.get(fact)
    return asked.at.t if asked else 0


def person(state: Incident, name: str) -> Target | None:
    """Whom the policy in force knows by this name or contact's id."""
    policy = state.run.policy if state.run else None
    if policy is None:
        return None
    targets = [target for level in policy.levels for target in (*level.notify, *level.backup)]
    targets += [target for specialist in policy.specialists for target in specialist.targets]
    for target in targets:
        for each in (target, *(on_duty(target, shift.start) for shift in target.shifts)):
            if is_called(each, name):
                return each
    return None


def over(state: Incident, delivery: ev.DeliveryChanged) -> str:
    """Why this notice is not needed any more; empty while it is. What was said to stakeholders stays said."""
    if delivery.what == "item":
        return _item_over(state, delivery)
    if delivery.what != "handover":
        return ""
    for held in state.roles:
        offers = state.visible((ev.RoleOffered.type, held.role))
        if offers and offers[-1].id == delivery.cause:
            return "" if held.offered_to else "it was answered"
    return "it was taken back"


def _item_over(state: Incident, delivery: ev.DeliveryChanged) -> str:
    item = item_by_id(state, delivery.ref.removeprefix(REF))
    if state.drill:
        return "a drill's items go nowhere"
    if item is None:
        return "it was taken back"
    if not item.open:
        return f"it is {item.state}"
    return "" if item.filed_by == delivery.cause else "it is opened elsewhere by another way"


def text_of(state: Incident, delivery: ev.DeliveryChanged) -> tuple[str, str]:
    """What a notice is about in a few words, and its whole text; empty where its fact is gone."""
    fact = state.facts.get(delivery.cause)
    match fact.body if fact else None:
        case ev.UpdatePosted() as update:
            word = "correction" if update.corrects else "update"
            return f"{update.audience} {word} #{update.number}", update.what
        case ev.RoleOffered() as offer:
            return f"you are offered the role {offer.role}", offer.brief
    return "", ""
