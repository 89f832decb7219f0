"""What came in at a server whose folder lies in this data folder: its machine shows its inbox, without joining it.

A folder that has joined a server exchanges the logs of alerts with it, and nothing is taken over here.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from ..core.alerts import week as weeks
from ..core.codec import Bad
from ..core.values import Ms
from ..store import rows
from ..store.errors import Exists, StoreError
from ..store.layout import Place, Row
from ..store.log import Log
from ..store.rows import LogRow
from . import syncing
from .alerts import BEFORE, Mark, mark, path_of

_FOLDER = os.path.join("server", "incidents")  # where an embedded store keeps its logs
_End: TypeAlias = tuple[Place | None, list[Row]]
_AT_ONCE = 1_000  # facts that are written under one lock, which people's acts wait for too
_REST = 10.0  # seconds until a log that could not be copied is tried again


def there(data: str) -> bool:
    """Whether a server keeps its logs in this data folder: one stat."""
    return os.path.isdir(os.path.join(data, _FOLDER))


class Beside:
    """What is new of the server's logs is copied into this folder's. `replica` says as whom this folder writes."""

    def __init__(self, data: str, replica: Callable[[], str], now: Callable[[], Ms]) -> None:
        self._data, self._replica, self._now = data, replica, now
        self._weeks: dict[str, _Week] = {}

    def took(self) -> str:
        """Durable on return; a sentence where it could not be. Never raises: whatever is wrong may be right later."""
        try:
            return self._take()
        except Exception as mistake:
            return _sentence(mistake)

    def _take(self) -> str:
        if not there(self._data) or syncing.joined(self._data) is not None:
            self._weeks = {}
            return ""
        known = weeks.known(self._now(), BEFORE)
        this = weeks.week_of(self._now())
        found = {inc: self._weeks.get(inc) or self._week(inc, week) for inc, week in known.items()}
        self._weeks = found
        for inc, week in found.items():
            week.look()
            if known[inc] != this:
                week.rest()
        return next((week.why for week in found.values() if week.why), "")

    def _week(self, inc: str, week: str) -> "_Week":
        theirs = os.path.join(self._data, _FOLDER, f"{inc}.json")
        return _Week(inc, theirs, path_of(self._data, week), self._replica)


class _Week:
    """One week's log there and here. `why`: what kept it from being copied, in a sentence."""

    def __init__(self, inc: str, theirs: str, ours: str, replica: Callable[[], str]) -> None:
        self._inc, self._theirs, self._ours, self._replica = inc, theirs, ours, replica
        self.why = ""
        self._mark: Mark = None
        self._again = 0.0
        self._copied: Place | None = None  # of theirs: what stands before it is here
        self._place: Place | None = None  # of ours: the hashes before it are known
        self._known: set[str] = set()

    def look(self) -> None:
        """Copies what is new; after trouble only once some time has passed."""
        found = mark(self._theirs)
        if found == self._mark or found is None or time.monotonic() < self._again:
            return
        try:
            self._copy()
            self._mark, self.why = found, ""
        except Exception as failed:
            self.why, self._again = _sentence(failed), time.monotonic() + _REST

    def rest(self) -> None:
        """Hardly anything is added to it any more: what is known of it needs no memory."""
        self._place, self._known = None, set()

    def _copy(self) -> None:
        with self._own() as ours:
            if not self._learn(ours):
                self._copied = None  # the file here is another one: nothing is known to stand in it
            with Log.open(self._theirs, "", read_only=True) as theirs:
                end, new = _since(theirs, self._copied) or _all(theirs)
            for at in range(0, len(new), _AT_ONCE):
                self._keep(ours, new[at : at + _AT_ONCE])
        self._copied = end

    def _keep(self, ours: Log, new: Sequence[Row]) -> None:
        with ours.writing() as writing:
            self._learn(ours)
            added = set()
            for row in _unpacked(new):
                if row.h in self._known:
                    continue
                try:
                    writing.accept(bytes(row.e), row.h)
                except Bad:
                    continue  # what a server kept of a fact that it could not read
                added.add(row.h)
            writing.write()
            self._known |= added
            self._place = ours.place

    def _learn(self, ours: Log) -> bool:
        """What stands here; whether it goes on from what was known."""
        added = _since(ours, self._place)
        if added is None:
            self._known = set()
        self._place, new = added or _all(ours)
        self._known |= {row.h for row in _unpacked(new)}
        return added is not None

    def _own(self) -> Log:
        try:
            return Log.create(self._ours, self._inc, self._replica())
        except Exists:
            return Log.open(self._ours, self._replica())


def _since(log: Log, place: Place | None) -> _End | None:
    """The rows after `place`, and where they end; None where the file is no continuation of it."""
    if place is None:
        return None
    with log.file.sharing():
        return log.file.since(place)


def _all(log: Log) -> _End:
    with log.file.sharing():
        tail = log.file.tail()
    return (tail[0] if tail is not None else None), log.all_rows()


def _unpacked(table: Iterable[Row]) -> Iterable[LogRow]:
    return (row for each in table if (row := rows.unpack(each.data)) is not None)


def _sentence(failed: Exception) -> str:
    why = str(failed) if isinstance(failed, StoreError | OSError) else f"it failed ({type(failed).__name__})."
    return f"What came in at the server of this folder is not among these: {why}"
