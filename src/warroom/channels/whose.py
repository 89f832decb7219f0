"""Whose turn it is to page for an incident, where several folders keep it.

Alone, whatever is here is paged for. Beside a server that pages, it is left to the server, and taken over where nothing
is heard of the one who pages for a minute, or nobody has begun within ten seconds. The server's own pager does the
same, and begins at once. Across a broken network both may page, and then both are on the log.
"""

import os

import msgspec

from ..core.incident import Incident
from ..core.values import SECOND, Ms
from ..room import here, paged_there, syncing
from ..store.holding import Holding
from . import settling
from .kept import elsewhere
from .settling import Settling

LOOKS = 5 * SECOND  # between two looks at somebody who may fall silent


class Claim(msgspec.Struct, frozen=True):
    """`take` it now, else look `again` at that moment (0: when its file has changed). `why` is for the log."""

    take: bool
    why: str = ""
    again: Ms = 0


class Whose:
    """`takes`: from whoever pages in another folder (`--take`). `serves`: this is the pager of a server."""

    def __init__(
        self, data: str, state_folder: str, replica: str, *, takes: bool = False, serves: bool = False
    ) -> None:
        self._data, self._state_folder, self._replica = data, state_folder, replica
        self._takes, self._serves = takes, serves
        self._silent: dict[str, tuple[str, Ms]] = {}  # path → whose silence, since when
        lasts = settling.SERVER if serves else settling.HERE
        self._settling = Settling(state_folder, os.path.join(data, "incidents"), lasts)

    @property
    def _shared(self) -> bool:
        joined = syncing.joined(self._data)
        return self._serves or bool(joined and joined.pages and syncing.allowed())

    # ── who begins ──

    def claim(self, path: str, state: Incident, now: Ms) -> Claim:
        """Whether this process is to page for the incident in this file."""
        other = elsewhere(state, self._replica)
        if self._takes and not self._serves:
            return Claim(True)
        if not self._shared or (not self._serves and not paged_there.kept(self._data, state)):
            why = f"by its log {other} of another folder pages for it; `warroom watch --take` takes it"
            return Claim(not other, why if other else "")
        if until := self._settling.until(path, now):
            return Claim(False, again=until)
        if other and state.pager is not None:
            return self._from_another(path, other, state.pager.rep, now)
        return self._from_nobody(path, state, now)

    def _from_another(self, path: str, other: str, rep: str, now: Ms) -> Claim:
        # Whoever is not let in hears nobody, nor does a server's pager that does not reach its own server.
        deaf = paged_there.denied(path) or (self._serves and not paged_there.in_reach(self._data, path))
        if deaf or paged_there.heard(self._data, path, rep):
            self._silent.pop(path, None)
            return Claim(False, again=now + LOOKS)
        since = self._since(path, rep, now)
        if now - since < paged_there.SILENT:
            return Claim(False, again=min(now + LOOKS, since + paged_there.SILENT))
        return Claim(True, f"nothing was heard of {other} for {(now - since) // SECOND} s")

    def _from_nobody(self, path: str, state: Incident, now: Ms) -> Claim:
        mine = state.pager is not None and state.pager.rep == self._replica
        if self._serves or mine:
            return Claim(True)
        if paged_there.cut_off(path, now) >= paged_there.SILENT:
            return Claim(True, "the server is out of reach")
        begins = self._since(path, "", now) + paged_there.BEGINS
        return Claim(True, "the server's pager did not begin") if now >= begins else Claim(False, again=begins)

    def _since(self, path: str, rep: str, now: Ms) -> Ms:
        """Since when nothing was heard of that replica; a silence that began before this process did counts too."""
        known = self._silent.get(path)
        if known is None or known[0] != rep or known[1] > now:
            known = self._silent[path] = (rep, now)
        cut = paged_there.cut_off(path, now) if rep and not self._serves else 0
        return min(known[1], now - cut)

    # ── who goes on ──

    def turned(self, now: Ms) -> None:
        """Called at every turn."""
        if self._shared and self._settling.turned(now):
            self._silent.clear()

    def waits(self, path: str, now: Ms) -> bool:
        """Whether to send nothing for it yet, since the log may be about to say that another one pages by now."""
        return bool(self._settling.until(path, now))

    def shown(self, inc: str, where: str) -> Holding | None:
        """Lets others see that this process is well, by way of the server, until it is released."""
        return here.enter(self._state_folder, inc, where) if self._shared else None

    def looked_at_all(self) -> None:
        """Sees to it that facts are exchanged, since a pager that nobody hears of is taken over from.

        What was asked for by `--take` is taken by now; what others begin later is theirs.
        """
        if self._serves:
            return
        if self._shared:
            self._takes = False
        syncing.ensure(self._data, self._state_folder)  # also where nobody else pages: an acknowledgement comes so too
