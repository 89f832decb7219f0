"""Action items: raised during the incident or after it, changed, opened elsewhere, and what the far side said of them.

A closed incident takes all of it: this is what it is closed for.
"""

from typing import ClassVar

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..incident import Incident
from ..review.items import DROPPED, THERE_CLOSED, THERE_GONE, FollowUp, ItemView, followups, item_by_id, items
from ..values import Ms, Refused
from .delivery import holds
from .lifecycle import one_of
from .repeated import repeated
from .work import NOBODY

CLOSED_THERE = "closed there"
_NAMED = 4  # of those that a text fits, how many are named


def item_of(state: Incident, text: str) -> ItemView:
    """The item that `text` names: its number, its id, or a part of its text that fits one. Raises `Refused`."""
    every = items(state)
    wanted = " ".join(text.split()).casefold().removeprefix("#")
    if not every:
        raise Refused("There is no action item here.")
    if not wanted:
        raise Refused("Which action item? Its number, or a part of its text.")
    hits = [i for i in every if wanted in (str(i.number), i.id.casefold())]
    hits = hits or [i for i in every if wanted in i.what.casefold()]
    if len(hits) > 1 and (still := [i for i in hits if i.open]):
        hits = still
    if not hits:
        raise Refused(f"No action item here is called “{text}”; there is {_several(every)}.")
    if len(hits) > 1:
        raise Refused(f"“{text}” fits several action items: {_several(hits)}.")
    return hits[0]


def followup_of(state: Incident, text: str) -> FollowUp:
    """The open follow-up that `text` names: its number, id or a part of its text; nothing names the only one there is.

    Raises `Refused`.
    """
    waiting = followups(state)
    wanted = " ".join(text.split()).casefold().removeprefix("#")
    if not waiting:
        raise Refused("No follow-up waits here: there is none, or an action item came of each.")
    hits = [f for f in waiting if not wanted or wanted in (str(f.number), f.id.casefold())]
    hits = hits or [f for f in waiting if wanted in f.what.casefold()]
    if len(hits) == 1:
        return hits[0]
    there = "; ".join(f"{f.number} {' '.join(f.what.split())}" for f in (hits or waiting)[:_NAMED])
    raise Refused(
        f"Say which follow-up by its number: {there}." if hits else f"No follow-up says that; there is {there}."
    )


def _several(some: "tuple[ItemView, ...] | list[ItemView]") -> str:
    return "; ".join(f"{i.number} {i.what}" for i in some[:_NAMED]) + ("; …" if len(some) > _NAMED else "")


def _owner(name: str) -> str:
    who = " ".join(name.split())
    if who.casefold() in NOBODY or "," in who:
        raise Refused(f"“{who}” is no one person or team, and then nobody does it. One name.")
    return who


def _due(due: Ms | None, stamp: Stamp) -> Ms | None:
    if due is not None and due < stamp.now:
        raise Refused("That date is over; an action item is due today or later.")
    return due


class RaiseItem(Command, frozen=True, kw_only=True):
    """Raise an action item. `due` is UTC ms. `of`: the follow-up that it comes from, whose words it has by itself."""

    what: str = ""
    owner: str = ""
    due: Ms | None = None
    what_for: str = "prevent"
    of: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        came = self._followup(state, stamp) if self.of else None
        what = self.what.strip() or (came.what if came else "")
        if not what:
            raise Refused("What is to be done?")
        body = ev.ItemRaised(
            what,
            _owner(self.owner),
            _due(self.due, stamp),
            one_of(self.what_for, ev.ITEM_KINDS, "purpose of an action item"),
            came.id if came else "",
        )
        return [self.draft(state, stamp, body)]

    def _followup(self, state: Incident, stamp: Stamp) -> FollowUp:
        for event in state.items_raised:
            body = event.body
            if isinstance(body, ev.ItemRaised) and body.of == self.of and state.stands(event.id):
                told = f"{event.by.name} made an action item of that follow-up already: {body.what}."
                raise repeated(self, state, stamp, event.by.name, f"raised, too: {body.what}", told, self.what.strip())
        return followup_of(state, self.of)


class ChangeItem(Command, frozen=True, kw_only=True):
    """Change an item: its `state` (open, done, or dropped with a reason), owner, due date (UTC ms), purpose or words.

    What is not given stays as it is.
    """

    item: str
    state: str = ""
    owner: str | None = None
    due: Ms | None = None
    what: str = ""
    what_for: str = ""
    why: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        item = item_of(state, self.item)
        how = one_of(self.state, ev.ITEM_STATES_OF_WORK, "state of an action item") if self.state else item.state
        why = self.why.strip()
        if how == DROPPED and not item.state == DROPPED and not why:
            raise Refused("Why is it dropped? A few words, for whoever asks next year.")
        kind = one_of(self.what_for, ev.ITEM_KINDS, "purpose of an action item") if self.what_for else item.what_for
        body = ev.ItemChanged(
            item.id,
            how,
            item.owner if self.owner is None else _owner(self.owner),
            item.due if self.due is None else _due(self.due, stamp),
            self.what.strip() or item.what,
            kind,
            why or (item.why if how == item.state else ""),
        )
        same = ev.ItemChanged(item.id, item.state, item.owner, item.due, item.what, item.what_for, body.why)
        if body == same and len(state.visible(body.key())) < 2:
            if self.state:
                told = f"“{item.what}” is {item.state} already, by {item.by}."
                raise repeated(self, state, stamp, item.by, f"{item.state}, too: {item.what}", told, why)
            raise Refused("That changes nothing.")
        return [self.draft(state, stamp, body)]


class FileItem(Command, frozen=True, kw_only=True):
    """Ask for an item to be opened as an issue elsewhere, by `way`: `github:owner/repo`, `jira:PROJ`."""

    item: str
    way: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if state.drill:
            raise Refused("This is a drill: its action items go nowhere.")
        item, way = item_of(state, self.item), self.way.strip()
        if not way:
            raise Refused("Where is it to be opened? For instance `github:owner/repo`.")
        if not item.open:
            raise Refused(f"“{item.what}” is {item.state}; reopen it first.")
        if item.remote and item.there != THERE_GONE:
            raise Refused(f"“{item.what}” is there already: {item.link or item.remote}.")
        if item.filing in ("sending", "unknown"):
            raise Refused(f"“{item.what}” may have arrived by {item.way}; that is looked up before it is opened again.")
        if item.filing in ("waiting", "queued") and item.way == way:
            raise Refused(f"“{item.what}” waits to be opened by {way} already.")
        return [self.draft(state, stamp, ev.ItemFiled(item.id, way, what=item.what))]


class NoteFiled(Command, frozen=True, kw_only=True):
    """What the pager's process says: the item is there now. `remote` finds it, `link` shows it to people."""

    item: str
    remote: str
    link: str = ""
    pager: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        holds(state, self.pager)
        item = _filed(state, self.item)
        if item.remote:
            raise Refused("That is noted already.")
        return [self.draft(state, stamp, ev.ItemFiled(item.id, item.way, self.remote, self.link, "open", item.what))]


class NoteThere(Command, frozen=True, kw_only=True):
    """What the pager's process read: how the item stands `there` now. Closed there, it is done here."""

    item: str
    there: str
    pager: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        holds(state, self.pager)
        item = _filed(state, self.item)
        if item.there == self.there:
            raise Refused("That is noted already.")
        filed = ev.ItemFiled(item.id, item.way, item.remote, item.link, self.there, item.what)
        found = [self.draft(state, stamp, filed)]
        if self.there == THERE_CLOSED and item.open:
            done = ev.ItemChanged(item.id, "done", item.owner, item.due, item.what, item.what_for, CLOSED_THERE)
            found.append(self.draft(state, stamp, done))
        return found


def _filed(state: Incident, id: str) -> ItemView:
    item = item_by_id(state, id)
    if item is None or not item.way:
        raise Refused("That item is not to be opened elsewhere.")
    return item
