"""The inbox of this data folder: one log for each week, of which the present and the last are read together.

Of the weeks before only silences are taken, which may last longer than a week.
"""

import os
from collections.abc import Callable
from typing import TypeAlias

from ..core.alerts import week as weeks
from ..core.alerts.acts import LONGEST
from ..core.alerts.facts import SILENCE, UNSILENCE, Alert, AlertCarried, AlertsSilenced, SilenceEnded
from ..core.alerts.inbox import Folding, Inbox, name_of
from ..core.commands import Draft, Stamp
from ..core.events import Event
from ..core.values import DAY, By, Ms, Refused
from ..store.errors import Exists, StoreError
from ..store.lock import WAIT
from ..store.log import Log

FOLDER = "alerts"  # in the data folder
_SILENCES = (b'"type":"alerts.silenced"', b'"type":"silence.ended"', b'"act":"silence"', b'"act":"unsilence"')
BEFORE = 1 + -(-LONGEST // (7 * DAY))  # weeks before this one that are read: a silence of theirs may hold still

Act: TypeAlias = Callable[[Inbox, Stamp], list[Draft]]
Outcome: TypeAlias = list[Event] | Refused | StoreError
Mark: TypeAlias = tuple[int, int, int] | None


def path_of(data: str, week: str) -> str:
    """Where that week's alerts are."""
    return os.path.join(data, FOLDER, f"{week}.json")


def mark(path: str) -> Mark:
    """Another value whenever the file is another one; None: there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _holds_silence(path: str) -> bool:
    with open(path, "rb") as file:
        held = file.read()
    return any(each in held for each in _SILENCES)


def _of_silence(body: object) -> bool:
    """Whether it says that something is silenced, here or where alerts come from."""
    carried = isinstance(body, AlertCarried) and body.act in (SILENCE, UNSILENCE)
    return carried or isinstance(body, AlertsSilenced | SilenceEnded)


class InboxRoom:
    """The inbox, alive. For one thread at a time. `now` gives UTC ms; `me` is who writes.

    `trouble`: what of the weeks before cannot be read, in a sentence; this week's alerts are there all the same.
    """

    def __init__(self, data: str, replica: str, me: By, now: Callable[[], Ms], *, read_only: bool = False) -> None:
        self.data, self.replica, self.me, self.now = data, replica, me, now
        self.patience = WAIT
        self.inbox = Inbox()
        self.trouble = ""
        self._read_only = read_only
        self._week = ""
        self._log: Log | None = None
        self._older: list[Event] = []
        self._marks: dict[str, Mark] = {}
        self._ranks: dict[str, int] = {}  # by the identity of a week's log, the later ones greater
        self._folding = Folding()
        self._events: dict[str, Event] = {}
        self._last: Event | None = None

    def load(self) -> Inbox:
        """The inbox as the files tell it. Raises `StoreError`."""
        self.close()
        self._week = weeks.week_of(self.now())
        self._older, self.trouble = [], ""
        before = [self._week]
        for _ in range(BEFORE):
            before.append(weeks.before(before[-1]))
        self._ranks = {weeks.identity(week): -number for number, week in enumerate(before)}
        self._marks = {path: mark(path) for path in (path_of(self.data, week) for week in before[1:])}
        for number, path in enumerate(self._marks):
            self._older = [*self._read(path, silences=number > 0), *self._older]
        here = path_of(self.data, self._week)
        if os.path.exists(here):
            self._log = Log.open(here, self.replica, read_only=self._read_only)
        return self._fold(self._log.load() if self._log else [])

    def _read(self, path: str, silences: bool) -> list[Event]:
        if self._marks[path] is None:
            return []
        try:
            if silences and not _holds_silence(path):
                return []
            with Log.open(path, self.replica, read_only=True) as log:
                events = sorted(log.load(), key=lambda event: event.order)
        except (StoreError, OSError) as failed:
            self.trouble = f"Older alerts are not among these: {failed}"
            return []
        return [each for each in events if not silences or _of_silence(each.body)]

    def follow(self) -> bool:
        """Takes what others wrote since; whether anything changed. Raises `StoreError`."""
        here = path_of(self.data, self._week)
        appeared = self._log is None and os.path.exists(here)
        # A server may bring last week's facts when that week is over.
        if self._over() or appeared or any(mark(path) != known for path, known in self._marks.items()):
            self.load()
            return True
        if self._log is None:
            return False
        came = self._log.follow(self.patience)
        if came is None:
            self._fold(self._log.load())
            return True
        if came:
            self._take(came)
        return bool(came)

    def _over(self) -> bool:
        """Whether the week that was read is no longer this one."""
        return weeks.week_of(self.now()) != self._week

    def knows(self, source: str, alert: Alert) -> bool:
        """Whether this alert was told before in this state; inside an act, of what is there under the lock."""
        return self._folding.knows(source, alert)

    def has(self, source: str, key: str) -> bool:
        """Whether the alert was ever told."""
        return self._folding.has(name_of(source, key))

    def do(self, act: Act, by: By | None = None) -> Outcome:
        """One act, durably: decided again on what is there under the lock."""
        stamp = Stamp(self.now(), by or self.me)
        try:
            log = self._writable()
            with log.writing(self.patience) as writing:
                if writing.fresh is None:
                    self._fold(log.load())
                elif writing.fresh:
                    self._take(writing.fresh)
                drafts = act(self.inbox, stamp)
                events = [writing.seal(draft, at_now=stamp.now, by=stamp.by) for draft in drafts]
                writing.write()
        except Refused as no:
            return no
        except StoreError as failed:
            return failed
        self._take(events)
        return events

    def _writable(self) -> Log:
        if self._log is None or self._over():
            self.load()
        if self._log is None:
            here = path_of(self.data, self._week)
            try:
                self._log = Log.create(here, weeks.identity(self._week), self.replica)
            except Exists:
                self._log = Log.open(here, self.replica)
            self._take(self._log.load())
        return self._log

    def _fold(self, events: list[Event]) -> Inbox:
        self._folding, self._events, self._last = Folding(), {}, None
        self._take([*self._older, *events])
        return self.inbox

    def _take(self, events: list[Event]) -> None:
        """In their order; what belongs before the last one folds everything anew."""
        new = sorted((e for e in events if e.id not in self._events), key=self._place)
        self._events.update((event.id, event) for event in new)
        if new and self._last is not None and self._place(new[0]) < self._place(self._last):
            self._folding = Folding()
            new = sorted(self._events.values(), key=self._place)
        for event in new:
            self._folding.take(event)
            self._last = event
        self.inbox = self._folding.inbox

    def _place(self, event: Event) -> tuple[int, object]:
        """Each week's facts come before the next one's, whose clocks begin anew."""
        return (self._ranks.get(event.inc, -len(self._ranks)), event.order)

    def close(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None
