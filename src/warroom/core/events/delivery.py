"""What left the room, and what became of it: every delivery has a state that everybody can see.

A delivery's key is the same for every try of it. `sending` is on disk before anything leaves (design: a page is never
lost silently and never doubled silently).
"""

from typing import ClassVar

from ..values import Ms
from .envelope import Body, Value, because

QUEUED, SENDING, ACCEPTED, SENT, FAILED, UNKNOWN, DROPPED = (
    "queued",
    "sending",
    "accepted",
    "sent",
    "failed",
    "unknown",
    "dropped",
)
STATES = (QUEUED, SENDING, ACCEPTED, SENT, FAILED, UNKNOWN, DROPPED)
ARRIVED = (ACCEPTED, SENT)
OVER = (SENT, FAILED, DROPPED)  # nothing more is done about it

_SAYS = {
    QUEUED: "waits",
    SENDING: "is being sent",
    ACCEPTED: "accepted",
    SENT: "sent",
    FAILED: "NOT SENT",
    UNKNOWN: "perhaps sent",
    DROPPED: "not needed any more",
}


class DeliveryChanged(Value, frozen=True, gc=False, omit_defaults=True):
    """One state of one delivery. `cause` is the fact that called for it; `due`, `again` are UTC ms."""

    type: ClassVar = "delivery.changed"
    delivery: str  # its key
    state: str
    what: str = "page"  # page, acknowledge, resolve, status, test, update, handover, item, room, invite, told
    channel: str = ""
    address: str = ""
    ref: str = ""  # whom: "contact:sre1"
    who: str = ""
    level: int = 0
    backup: int = 0
    round: int = 0
    topic: str = ""
    cause: str = ""
    due: Ms = 0
    attempt: int = 1
    again: Ms | None = None  # when it is tried next
    twice: bool = False  # an earlier try may have arrived
    answers: bool = False  # an answer on the far side is read back
    remote: str = ""  # what finds it there
    of: str = ""  # the delivery that an acknowledge or resolve is about
    pager: str = ""  # the process that sends it
    why: str = ""

    @property
    def kind(self) -> str:  # type: ignore[override]  # what the timeline calls it depends on what it says
        return "not sent" if self.state == FAILED else "paged" if self.what == "page" else "sent"

    def key(self) -> tuple[str, ...]:
        return (self.type, self.delivery)

    def says(self) -> object:
        return self.state

    @property
    def place(self) -> str:
        """`L2`, `L2 backup`, or the topic."""
        return self.topic or (f"L{self.level}" + (" backup" if self.backup else "") if self.level else "")

    @property
    def echoes(self) -> bool:
        """Whether it has said elsewhere what stands on the log anyway."""
        return self.what == "told" and self.state == SENT

    def text(self) -> str:
        what = "" if self.what == "page" else f"{self.what} "
        way = f"by {self.channel}" if self.channel else ""
        head = " ".join(part for part in (what.strip(), self.place, self.who, way) if part)
        said = _SAYS.get(self.state, self.state) + (", possibly twice" if self.twice else "")
        return because(f"{head}, {said}", self.why)


class LevelSkipped(Body, frozen=True, gc=False, omit_defaults=True):
    """A level came due and nobody was paged: nobody is in it, or none was there to page before the next one was due."""

    type: ClassVar = "page.skipped"
    kind: ClassVar = "skipped"
    level: int
    due: Ms
    backup: int = 0
    round: int = 0
    topic: str = ""
    cause: str = ""
    who: str = ""
    why: str = ""

    def text(self) -> str:
        place = self.topic or f"L{self.level}" + (" backup" if self.backup else "")
        who = f" {self.who} was not paged" if self.who else " calls nobody"
        return because(place + who, self.why)


class PagerHeld(Value, frozen=True, gc=False, omit_defaults=True):
    """Which process pages for this incident: `where` says it for people, `token` tells it from every other one.

    An empty token: nobody does.
    """

    type: ClassVar = "pager.held"
    kind: ClassVar = "pager"
    token: str = ""
    where: str = ""
    rep: str = ""
    was: str = ""
    why: str = ""

    def says(self) -> object:
        return self.token

    def text(self) -> str:
        if not self.token:
            return because(f"nobody pages any more{f', {self.was} let go' if self.was else ''}", self.why)
        return because(f"{self.where} pages{f', instead of {self.was}' if self.was else ''}", self.why)


MACHINE = (DeliveryChanged, LevelSkipped, PagerHeld)
"""What no person writes: these tell nothing of who is there."""
