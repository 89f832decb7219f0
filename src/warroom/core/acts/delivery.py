"""What the pager puts on the log: that it pages, what it sends and what became of it, what it could not do in time.

Each is decided again under the lock: a process that was taken over from, however late it wakes, sends nothing.
"""

from typing import ClassVar

from msgspec.structs import replace

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..events.delivery import ACCEPTED, DROPPED, OVER, QUEUED, SENDING, UNKNOWN
from ..incident import Incident
from ..notices import over
from ..outbox import closed, paused
from ..values import Refused


class TakePager(Command, frozen=True, kw_only=True):
    """This process pages from now on: `token` tells it from every other, `where` is for people."""

    token: str
    where: str
    rep: str = ""
    why: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        held = state.pager
        if held and held.token == self.token:
            raise Refused("It holds the pager already.")
        was = held.where if held else ""
        return [self.draft(state, stamp, ev.PagerHeld(self.token, self.where, self.rep, was, self.why))]


class LetGoOfPager(Command, frozen=True, kw_only=True):
    """This process pages no longer. Refused where another one does already."""

    token: str
    why: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        held = holds(state, self.token)
        return [self.draft(state, stamp, ev.PagerHeld(was=held.where, why=self.why))]


class HandOverPager(Command, frozen=True, kw_only=True):
    """The process of this token pages no longer, so that another one begins. Refused while a page of its is on its way.

    What is under way would be the other's to send again.
    """

    token: str
    why: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if any(each.state == SENDING and each.pager == self.token for each in state.deliveries):
            raise Refused("A page is being sent just now; try again in a moment.")
        return LetGoOfPager(token=self.token, why=self.why).drafts(state, stamp)


def holds(state: Incident, token: str) -> ev.PagerHeld:
    """What the log says of the pager, which the process of this token holds. Raises `Refused` where it does not."""
    held = state.pager
    if held is None or held.token != token:
        raise Refused(f"{held.where if held else 'Nobody'} holds the pager now.")
    return held


_AFTER: dict[str, tuple[str, ...]] = {
    QUEUED: ("", QUEUED, SENDING, UNKNOWN, DROPPED),
    SENDING: ("", QUEUED, UNKNOWN, SENDING),
    UNKNOWN: (SENDING, UNKNOWN),
    ACCEPTED: (SENDING, UNKNOWN, ACCEPTED),
    "sent": ("", SENDING, UNKNOWN, ACCEPTED),
    "failed": ("", QUEUED, SENDING, UNKNOWN, ACCEPTED),
    "dropped": (QUEUED, UNKNOWN),
}
"""State → the states from which it can follow; "" is none at all."""


class Deliver(Command, frozen=True, kw_only=True):
    """The next state of one delivery, as this pager knows it. Before `sending`, a page must still be open."""

    delivery: ev.DeliveryChanged
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        new = self.delivery
        holds(state, new.pager)
        old = state.delivery(new.delivery)
        if (old.state if old else "") not in _AFTER[new.state]:
            raise Refused(f"That delivery is {old.state if old else 'not begun'}; it cannot be {new.state} now.")
        if old and old.state == SENDING == new.state and old.pager == new.pager:
            raise Refused("That is being sent already.")
        if old and old.state in OVER and not (old.state == DROPPED and new.state == QUEUED):
            raise Refused(f"That delivery is {old.state} already.")
        if new.what == "page" and new.state in (SENDING, QUEUED):
            no = closed(state, new, stamp.now)
            if no and old and old.state == SENDING and new.state == QUEUED:
                # It came back from the far side, and whoever it was for is not needed any more.
                new = replace(new, state=DROPPED, again=None, why=no)
            elif no:
                raise Refused(f"That page is not needed any more: {no}.")
            elif new.state == SENDING and paused(state, new.topic, stamp.now):
                raise Refused("It is snoozed; nobody is paged before that ends.")
        if new.what == "item" and new.state == SENDING and (no := over(state, new)):
            raise Refused(f"That item is not opened elsewhere any more: {no}.")
        return [self.draft(state, stamp, new)]


class SkipLevel(Command, frozen=True, kw_only=True):
    """A level came due while nobody paged: it is not paged now, and the log says why."""

    skip: ev.LevelSkipped

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        for event in state.skips:
            body = event.body
            if isinstance(body, ev.LevelSkipped) and (body.topic, body.cause, body.level, body.backup, body.round) == (
                self.skip.topic,
                self.skip.cause,
                self.skip.level,
                self.skip.backup,
                self.skip.round,
            ):
                raise Refused("That is logged already.")
        return [self.draft(state, stamp, self.skip)]
