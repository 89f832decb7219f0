"""One incident alive in this process: every fact goes to disk before the state that holds it is seen.

A commit is whole: lock, read what others added, fold it, decide again on that state, seal, write, sync, unlock.
A `Room` belongs to one thread; `live.LiveRoom` is the thread that a console gives it.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

from ..core.commands import Command, Draft, Stamp
from ..core.decide import decide
from ..core.events import Event
from ..core.incident import Incident
from ..core.order import Replay
from ..core.values import By, Ms, Refused
from ..store.errors import StoreError
from ..store.lock import WAIT
from ..store.log import Log
from ..store.writing import Writing
from . import playing

Outcome: TypeAlias = list[Event] | Refused | StoreError
"""What became of a command: the facts that are on disk now, why it is not possible, or why it could not be written."""


class Room:
    """One incident on one file. `now` gives UTC ms; `me` is who writes."""

    def __init__(self, log: Log, me: By, now: Callable[[], Ms]):
        self.log = log
        self.me = me
        self.now = now  # of the wall; `time` is that of the incident
        self.loaded = False
        self.patience = WAIT  # seconds to wait for the lock
        self._replay = Replay()

    @property
    def state(self) -> Incident:
        return self._replay.state

    def time(self, state: Incident) -> Ms:
        """What time it is in the incident (UTC ms): a drill has a clock of its own."""
        return playing.time(self.log.path, state, self.now()) if state.drill else self.now()

    def load(self) -> Incident:
        """The state of the whole file. Raises `StoreError`."""
        self._replay = Replay()
        state = self._replay.receive(self.log.load())
        self.loaded = True
        return state

    def glimpse(self, rows: int = 300) -> Incident:
        """The state as the last facts alone tell it: the end of a long timeline, while the rest is read."""
        return Replay().receive(self.log.tail(rows))

    def follow(self) -> bool:
        """Takes what others wrote since the last look; whether there was anything. Raises `StoreError`."""
        events = self.log.follow(self.patience)
        if events is None:
            self.load()
            return True
        self._replay.receive(events)
        return bool(events)

    def do(self, command: Command, by: By | None = None) -> Outcome:
        """One command, durably: see `commit`."""
        return self.commit([(command, by or self.me)])[0]

    def commit(self, asked: Sequence[tuple[Command, By]]) -> list[Outcome]:
        """All of `asked` as one write and one sync; what is refused among them leaves the rest as it is."""
        try:
            with self.log.writing(self.patience) as writing:
                self._catch_up(writing)
                outcomes = self._write(writing, asked)
        except StoreError as failed:
            return [failed] * len(asked)
        return outcomes

    def _catch_up(self, writing: Writing) -> None:
        if writing.fresh is None:
            self.load()
        elif writing.fresh:
            self._replay.receive(writing.fresh)

    def _write(self, writing: Writing, asked: Sequence[tuple[Command, By]]) -> list[Outcome]:
        trial = self._replay.trial()
        outcomes: list[Outcome] = []
        for command, by in asked:
            stamp = Stamp(self.time(trial.state), by)
            drafts = decide(trial.state, command, stamp)
            no = drafts if isinstance(drafts, Refused) else None
            sealed: list[Event] = []
            for draft in drafts.noted if isinstance(drafts, Refused) else drafts:
                event = writing.seal(cast(Draft, draft), at_now=stamp.now, by=by)
                trial.fold(event)
                sealed.append(event)
            outcomes.append(no or sealed)
        if trial.events:
            writing.write()
            self._replay.keep(trial)
        return outcomes


def write_blind(log: Log, command: Command, stamp: Stamp) -> Outcome:
    """A command that is possible whatever the state is, written without reading the incident.

    Raises `TypeError` for any other command.
    """
    if not command.blind:
        raise TypeError(f"{type(command).__name__} depends on the state")
    drafts = decide(Incident(), command, stamp)
    if isinstance(drafts, Refused):
        return drafts
    try:
        with log.writing() as writing:
            events = [writing.seal(draft, at_now=stamp.now, by=stamp.by) for draft in drafts]
            writing.write()
    except StoreError as failed:
        return failed
    return events
