"""Alerts on their way into the inbox of this folder: known ones are dropped, and a storm becomes few facts."""

from collections.abc import Callable, Sequence

import msgspec

from ..core.alerts import storm
from ..core.alerts.facts import LOGIN, Alert
from ..core.alerts.inbox import Inbox
from ..core.commands import Draft, Stamp
from ..core.events import Body, Event
from ..core.values import MINUTE, At, By, Ms, Refused
from ..store.errors import StoreError
from .alerts import InboxRoom


class Came(msgspec.Struct, frozen=True):
    """What became of a batch: the alerts that are told now, how many were known, and how many are counted only.

    Of what is offered again, those are left for the next time.
    """

    told: tuple[Alert, ...] = ()
    known: int = 0
    counted: int = 0


class Receiver:
    """Takes alerts into an inbox, batch after batch. `host` stands beside the sender's name."""

    def __init__(self, room: InboxRoom, host: str) -> None:
        self._room, self._host = room, host[:64]
        self._rates: dict[str, storm.Rates] = {}
        self._came = Came()

    def take(
        self, source: str, alerts: Sequence[Alert], more: int = 0, delivery: str = "", *, again: bool = False
    ) -> Came | StoreError:
        """Durable on return. `more`: alerts that its sender or a reader only counted.

        `again`: what is not told now will be offered again, so that it is not counted either.
        """
        new: list[Alert] = []

        def act(inbox: Inbox, stamp: Stamp) -> list[Draft]:
            new[:] = self._new(source, alerts)
            rates = self._rates_of(source, inbox, stamp.now)
            told = storm.choose(new, rates.at(stamp.now), rates.told(stamp.now), _Known(self._room, source))
            self._came = Came(told.alerts, len(alerts) - len(new), told.counted + more)
            if again:
                told, new[:] = storm.Told(told.alerts, 0), told.alerts
            return [Draft(body, At(stamp.now)) for body in storm.facts(source, told, delivery, more)]

        outcome: list[Event] | Refused | StoreError = self._room.do(act, By(source[:64], LOGIN, self._host))
        if isinstance(outcome, StoreError):
            return outcome
        self._rates[source].add(new, self._room.now())
        return self._came

    def write(self, by: str, bodies: Callable[[Inbox], Sequence[Body]]) -> list[Event] | Refused | StoreError:
        """What else a source tells, in the name of `by` who did it there; decided on the inbox under the lock."""

        def act(inbox: Inbox, stamp: Stamp) -> list[Draft]:
            return [Draft(body, At(stamp.now)) for body in bodies(inbox)]

        return self._room.do(act, By(by[:64], LOGIN, self._host))

    def knows(self, source: str, alert: Alert) -> bool:
        """Whether it was told before in this state, as far as the inbox was read."""
        return self._room.knows(source, alert)

    def _new(self, source: str, alerts: Sequence[Alert]) -> list[Alert]:
        """Those that are not known in this state; within one batch, too, a repeat is no news."""
        last: dict[str, Alert] = {}
        new = []
        for alert in alerts:
            before = last.get(alert.key)
            repeats = before is not None and (before.since, before.state) == (alert.since, alert.state)
            if not repeats and (before is not None or not self._room.knows(source, alert)):
                last[alert.key] = alert
                new.append(alert)
        return new

    def _rates_of(self, source: str, inbox: Inbox, now: Ms) -> storm.Rates:
        """How many came in the last minute; what other processes took in counts too."""
        if source not in self._rates:
            rates = self._rates[source] = storm.Rates()
            lately = [line for line in inbox.lines.values() if line.source == source and line.last > now - MINUTE]
            for line in sorted(lately, key=lambda line: line.last):
                rates.add((line.alert,), line.last)
        return self._rates[source]


class _Known:
    """The keys of a source that the inbox has."""

    def __init__(self, room: InboxRoom, source: str) -> None:
        self._room, self._source = room, source

    def __contains__(self, key: object) -> bool:
        return self._room.has(self._source, str(key))
