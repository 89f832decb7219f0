"""Action items from the room: raised with a line, changed by their number, seen as a board."""

import re

from ..core.acts import items as act
from ..core.commands import Command
from ..core.events import ITEM_KINDS
from ..core.review.dates import due_date
from ..core.review.items import OPEN, open_items
from ..core.values import Ms, Refused
from .base import Context, Intent, Screen

_TAIL = re.compile(
    rf"(?:^|\s)(?:@(?P<owner>\S+)|due (?P<due>\S+)|for (?P<kind>{'|'.join(ITEM_KINDS)}))\s*\Z", re.IGNORECASE
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d+[dhms]", re.IGNORECASE)
_STATES = {"done": "done", "drop": "dropped", "reopen": OPEN}
_WORDS = (*_STATES, "owner", "due", "for")


def _due(word: str, ctx: Context) -> Ms:
    try:
        return due_date(word, ctx.now, ctx.zone)
    except ValueError as wrong:
        raise Refused(f"{wrong}.") from None


def _read(args: str, ctx: Context) -> act.RaiseItem:
    """`alert on lag @ivo due 14d for detect` in its parts; whatever else stands at the end is what is to be done."""
    text = args.strip()
    found: dict[str, str] = {}
    while tail := _TAIL.search(text):
        kind, word = next((name, said) for name, said in tail.groupdict().items() if said)
        if kind in found or (kind == "due" and not _DAY.fullmatch(word)):
            break  # "what is due tomorrow" is no date
        found[kind] = word
        text = text[: tail.start()].rstrip()
    due = _due(found["due"], ctx) if "due" in found else None
    return act.RaiseItem(what=text, owner=found.get("owner", ""), due=due, what_for=found.get("kind", ITEM_KINDS[0]))


class Item(Intent):
    name = "item"
    verb = "item"
    words = "raise an action item: who does what by when, after the incident"
    usage = "WHAT [@OWNER] [due 14d] [for prevent|detect|mitigate|learn]"
    example = "/item alert on replica lag @ivo due 14d for detect"
    group = "write"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return _read(args, ctx)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        *before, last = args.split(" ")
        if last.startswith("@"):
            return [f"@{who}" for who in ctx.state.people if " " not in who]
        return list(ITEM_KINDS) if before[-1:] == ["for"] else []


class Items(Intent):
    name = "items"
    verb = "items"
    words = "the action items: a board of them, or a change to one"
    usage = "[NUMBER done|drop WHY|reopen|owner WHO|due DATE|for KIND]"
    example = "/items 2 drop the service is gone"
    group = "see"
    quick = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        if not args.strip():
            return Screen("items")
        number, _, rest = args.strip().partition(" ")
        word, _, said = rest.strip().partition(" ")
        said = said.strip()
        match word.casefold():
            case "done" | "drop" | "reopen" as how:
                return act.ChangeItem(item=number, state=_STATES[how], why=said)
            case "owner" if said:
                return act.ChangeItem(item=number, owner=said.removeprefix("@"))
            case "due" if said:
                return act.ChangeItem(item=number, due=_due(said, ctx))
            case "for" if said:
                return act.ChangeItem(item=number, what_for=said)
        raise Refused(f"What about item {number}? One of: {', '.join(_WORDS)}, as `/items {number} due 14d`.")

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        before = args.split(" ")[:-1]
        if not before:
            return [str(item.number) for item in open_items(ctx.state)]
        if len(before) == 1:
            return list(_WORDS)
        return list({"owner": ctx.state.people, "for": ITEM_KINDS}.get(before[1], ())) if len(before) == 2 else []


INTENTS: tuple[type[Intent], ...] = (Item, Items)
