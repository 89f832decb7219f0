"""Action items on standard output: of all incidents, what is late first; or of one, with its follow-ups."""

from ..core.review.items import ItemView, followups, items
from ..core.text import clean, clip, width
from ..core.values import SECOND, Ms
from ..render.item import elsewhere, when_due
from ..render.paint import Paint
from ..render.times import iso, iso_or_none
from ..room.items import ItemBook, Looked, Owed
from . import out
from .session import Session, wall
from .stop import FAILED, OK, Usage

_NAME = 20  # cells of an owner
_TEXT = 20  # the fewest of what is to be done


def many(session: Session) -> int:
    """The open items of every incident; 1 where a file could not be read, and then it is named."""
    arguments = session.arguments
    if named := [f"--{name.replace('_', '-')}" for name in _OTHERS if getattr(arguments, name)]:
        raise Usage(f"warroom items: {', '.join(named)} goes with a step, as add, change or file.")
    looked = ItemBook(session.paths.incidents, session.paths.archive).look()
    found = [each for each in looked.owed if _asked(session, each)]
    if arguments.json:
        out.json([data(each.item, each.handle, wall()) | _whose(each) for each in found])
    else:
        _print(session, found)
        out.say(_summary(session, looked, found))
        _followed(session, looked)
    for trouble in looked.troubles:
        out.say(trouble)
    return FAILED if looked.troubles else OK


_OTHERS = ("due", "what_for", "what", "why", "way", "from_followup", "incident")


def _asked(session: Session, each: Owed) -> bool:
    arguments, item = session.arguments, each.item
    owner = arguments.owner
    if owner is not None and item.owner.casefold() != " ".join(owner.split()).casefold():
        return False
    return item.overdue(wall()) if arguments.overdue else item.open or arguments.all


def _print(session: Session, found: list[Owed]) -> None:
    now, paint = wall(), Paint(out.colours())
    rows = [
        (
            f"{each.handle} {each.item.number}",
            when_due(each.item, now, session.zone),
            clip(clean(each.item.owner) or "nobody", _NAME),
            each.item.what_for,
            clean(" ".join(each.item.what.split())),
            elsewhere(each.item),
        )
        for each in found
    ]
    columns = [max((width(row[n]) for row in rows), default=0) for n in range(4)]
    for each, row in zip(found, rows, strict=True):
        head = "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, columns, strict=False))
        tail = f"  [{row[5]}]" if row[5] else ""
        room = max(_TEXT, out.width() - width(head) - width(tail) - 2) if out.width() else 0
        line = f"{head}  {clip(row[4], room) if room else row[4]}{tail}"
        out.painted([paint.alarm(line) if each.item.overdue(now) else line])


def _summary(session: Session, looked: Looked, found: list[Owed]) -> str:
    now = wall()
    if not looked.owed:
        return "No action item yet. `warroom items add K3F9 alert on replica lag --owner ivo --due 14d` raises one."
    if not found:
        return "No action item is late." if session.arguments.overdue else "No action item is open."
    still = [each for each in found if each.item.open]
    late = sum(each.item.overdue(now) for each in still)
    loose = sum(not each.item.owner for each in still)
    said = [f"{len(still)} open"]
    said += [f"{late} overdue"] if late else []
    said += [f"{loose} without an owner"] if loose else []
    return ", ".join(said) + "."


def _followed(session: Session, looked: Looked) -> None:
    from ..room import pager

    if looked.followed and pager.watching(session.paths.data) is None:
        out.say("Nobody reads back how the issues elsewhere stand: `warroom watch --detach` does.")


def _whose(each: Owed) -> dict[str, object]:
    return {"incident": each.id, "title": each.title, "archived": each.archived}


def data(item: ItemView, handle: str, now: Ms) -> dict[str, object]:
    """An item as JSON."""
    left = item.due - now if item.due is not None and item.open else None
    return {
        "handle": handle,
        "number": item.number,
        "item": item.id,
        "what": item.what,
        "for": item.what_for,
        "owner": item.owner or None,
        "due_at": iso_or_none(item.due),
        "due_in_s": None if left is None else int(left / SECOND),
        "overdue": item.overdue(now),
        "state": item.state,
        "why": item.why or None,
        "raised_at": iso(item.raised),
        "changed_at": iso(item.changed),
        "changed_by": item.by,
        "elsewhere": _elsewhere(item) if item.way else None,
    }


def _elsewhere(item: ItemView) -> dict[str, object]:
    return {
        "way": item.way,
        "state": item.filing,
        "remote": item.remote or None,
        "link": item.link or None,
        "there": item.there or None,
        "trouble": item.trouble or None,
    }


def one(session: Session, rest: list[str]) -> int:
    """Every item of one incident, whatever became of it, and the follow-ups that none came of."""
    if rest:
        raise Usage(f"warroom items show: one incident, and nothing else: “{clean(' '.join(rest))}”.")
    state = session.seen().state
    handle, now = session.handle(state.id), session.now()
    found, waiting = items(state), followups(state)
    if session.arguments.json:
        out.json(
            {
                "handle": handle,
                "title": state.title,
                "drill": state.drill,
                "items": [data(item, handle, now) for item in found],
                "followups": [
                    {"number": f.number, "id": f.id, "what": f.what, "who": f.who, "at": iso(f.at)} for f in waiting
                ],
            }
        )
        return OK
    for item in found:
        owner = clean(item.owner) or "nobody yet"
        late = " LATE," if item.overdue(now) else ""
        out.data(f"{item.number:>2}  {clean(' '.join(item.what.split()))}")
        why = f" · {clean(item.why)}" if item.why else ""
        out.data(f"    {item.what_for}, {owner},{late} {when_due(item, now, session.zone)}{why}")
        if place := elsewhere(item):
            out.data(f"    {place}")
    if not found:
        out.say(f"No action item yet. `warroom items add {handle} WHAT --owner WHO --due DATE` raises one.")
    for each in waiting:
        out.say(f"follow-up {each.number}, no item yet: {clean(' '.join(each.what.split()))} ({clean(each.who)})")
    if waiting:
        out.say(f"`warroom items raise {handle} {waiting[0].number} --owner WHO --due DATE` makes an item of one.")
    return OK
