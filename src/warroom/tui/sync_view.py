"""How this room stands to the server that its folder has joined, as this console last read it.

The words for it are in `sync_words`, which a console whose folder has joined none never reads.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from ..core.values import SECOND, Ms

if TYPE_CHECKING:
    from ..core.events import Event
    from ..core.incident import Incident
    from ..room.syncing import Here

ALONE, STARTING, ONLINE, OFFLINE, DENIED, SILENT = "alone", "starting", "online", "offline", "denied", "silent"

CALM = 3 * SECOND  # shorter than this, nobody is told that the server is gone or that something waits
_LAST = 64  # facts that may be younger than what was last written down of them


class SyncView(msgspec.Struct, frozen=True):
    """`state`: one of the words above; SILENT is that no process here exchanges facts. `since` when, `why` in words.

    `unsent`: fact → when it was recorded. `refused`: fact → why. `relayed`: fact → who brought it. `offset`: the
    server's clock minus this one. `rep`: this folder's replica, of which the server has the facts up to `reached`.
    `beside`: who else has the room open at a console of this folder. `pages`: the server pages.
    """

    state: str = ALONE
    server: str = ""
    since: Ms = 0
    why: str = ""
    grant: str = ""
    unsent: Mapping[str, Ms] = {}
    refused: Mapping[str, str] = {}
    relayed: Mapping[str, str] = {}
    here: "tuple[Here, ...]" = ()
    beside: tuple[str, ...] = ()
    offset: Ms | None = None
    rep: str = ""
    reached: int | None = None  # None: nothing is known of it
    pages: bool = False

    @property
    def joined(self) -> bool:
        return self.state != ALONE

    def waits(self, event: "Event") -> bool:
        """Whether this fact is on this disk only, as far as is known."""
        if not self.joined or event.id in self.refused:
            return False
        # What was written just now is not counted as unsent yet by the process that will send it.
        if event.id in self.unsent or self.reached is None:
            return event.id in self.unsent
        return event.rep == self.rep and event.seq > self.reached

    def same_rows(self, other: "SyncView") -> bool:
        """Whether every row of the timeline looks the same in both."""
        mine = (self.joined, self.unsent, self.refused, self.relayed, self.reached)
        return mine == (other.joined, other.unsent, other.refused, other.relayed, other.reached)


def waiting(view: SyncView, state: "Incident") -> tuple[int, Ms | None]:
    """How many facts are on this disk only, and since when the oldest of them is."""
    if not view.joined:
        return 0, None
    times = [t for id, t in view.unsent.items() if id not in view.refused]
    facts = state.facts
    for n in range(len(facts) - 1, max(-1, len(facts) - 1 - _LAST), -1):
        event = facts[n]
        if event.id not in view.unsent and view.waits(event):
            times.append(event.rec)
    return len(times), min(times, default=None)


def troubled(view: SyncView, now: Ms, unsent: int) -> bool:
    """Whether the person is told that nothing reaches the server: not for a moment that is over before it is read."""
    if view.state == ONLINE:
        return view.grant == "observe" and unsent > 0
    return view.state == DENIED or (view.state in (OFFLINE, SILENT) and now - view.since >= CALM)
