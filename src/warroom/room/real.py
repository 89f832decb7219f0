"""Whether a real page has come since a drill began: then the drill stops at once."""

import os
from collections.abc import Callable

from ..core import events as ev
from ..core.incident import Incident
from ..core.run import Call, advance
from ..core.values import By, Ms, handle, is_drill
from ..store import folder
from ..store.errors import StoreError
from .desk import Desk

_GONE = ("failed", "dropped", "queued")


class RealPages:
    """Looks at the real incidents of a folder. `now` gives the wall's time (UTC ms)."""

    def __init__(self, incidents: str, now: Callable[[], Ms]) -> None:
        self._folder, self._now = incidents, now
        self._desk = Desk(incidents, "", By(""), now)
        self._known: set[str] = set()
        self._mark: object = None

    def begin(self) -> None:
        """What there is already is no news."""
        self._known = {key for key, _ in self._pages()}

    def new(self) -> str:
        """A sentence about a page, or an incident, that was not there before; empty where there is none.

        All that came at once is told once: an incident that is declared calls somebody in the same moment.
        """
        found = [(key, said) for key, said in self._pages() if key not in self._known]
        self._known |= {key for key, _ in found}
        return found[0][1] if found else ""

    def _pages(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        try:
            entries = folder.entries(self._folder) if os.path.isdir(self._folder) else []
        except StoreError:
            return []
        for entry in entries:
            if is_drill(entry.inc):
                continue
            try:
                found += _of(self._desk.state(entry.path), self._now(), [each.inc for each in entries])
            except StoreError:
                continue
        return found


def _of(state: Incident, now: Ms, ids: list[str]) -> list[tuple[str, str]]:
    """The keys of what calls somebody in this incident, each with what it says."""
    declared = state.declared
    if not state.open or state.drill or (declared and declared.source):
        return []
    name = f"{handle(state.id, ids)} {state.severity}: {state.title}"
    found = [(state.id, f"A REAL INCIDENT was declared, {name}.")]
    for topic, run in state.runs.items():
        call = advance(run, now).current
        if call is not None and not run.ack and not run.halted:
            found.append((_key(state, topic, call), f"A REAL PAGE, {name}."))
    for page in state.deliveries:
        if page.what == "page" and page.state not in _GONE and isinstance(page, ev.DeliveryChanged):
            found.append((_key(state, page.topic, page), f"A REAL PAGE for {page.who}, {name}."))
    return found


def _key(state: Incident, topic: str, of: Call | ev.DeliveryChanged) -> str:
    """What a call and each of its pages have in common: they are one piece of news."""
    return f"{state.id} {topic} {of.cause} {of.level} {of.backup} {of.round}"
