"""A data folder whose acts are carried to a stand-in of a source, which does as it is told."""

import threading
from collections.abc import Callable
from pathlib import Path

from alerts_kit import Senders, alert
from paging_kit import until
from warroom.channels.back import Closed, Pulled, Source, Told
from warroom.channels.base import Later, Outcome, Sent
from warroom.channels.carrying import LOCK, Carrying, Setup
from warroom.channels.voice import Voice
from warroom.config.intake import HookForm
from warroom.core.alerts import acts
from warroom.core.alerts.carry import Way
from warroom.core.alerts.facts import ACKNOWLEDGE, SILENCE, UNSILENCE, AlertCarried
from warroom.core.values import By, Ms
from warroom.net import Http
from warroom.store import holding
from warroom.store.holding import Holder, Holding

T0 = 1_795_424_400_000
ALL = Way((ACKNOWLEDGE, "resolve", SILENCE, UNSILENCE), finds=True)


class Stand(Source):
    """A source that does as it is told, or as `answers` say first, and remembers what it was told."""

    way = ALL
    pulls = True
    pace = 1000.0

    def __init__(self, name: str = "prom", way: Way = ALL) -> None:
        super().__init__(name, HookForm(kind="alertmanager"), {}, Http())
        self.way = way
        self.told: list[Told] = []
        self.looked: list[Told] = []
        self.answers: list[Outcome] = []
        self.fires: Pulled | Later = Pulled()
        self.asked = 0
        self.held = threading.Event()
        self.held.set()

    def tell(self, told: Told) -> Outcome:
        self.told.append(told)
        self.held.wait(20)
        return self.answers.pop(0) if self.answers else Sent(f"far-{len(self.told)}")

    def look_up(self, told: Told) -> Outcome | None:
        self.looked.append(told)
        return next((Sent("found") for each in self.told if each.key == told.key), None)

    def pull(self, now: Ms) -> Pulled | Later:
        self.asked += 1
        return self.fires


class Folder:
    """A data folder in which alerts fire and people act, and whoever carries for it. All clocks stand at `now`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.senders = Senders(home, T0)
        self.lines: list[dict[str, object]] = []
        self.carriers: list[Carrying] = []

    def carrier(self, *sources: Source | Closed, token: str = "t", start: bool = False, **setup: object) -> Carrying:
        made = Carrying(
            str(self.home),
            Setup({each.name: each for each in sources}, **setup),  # type: ignore[arg-type]  # as a setup has them
            By("watch"),
            token,
            lambda: self.lock(token),
            Voice(self.lines.append),
            lambda: self.senders.now,
        )
        self.carriers.append(made)
        if start:
            made.start()
        return made

    def lock(self, token: str) -> Holding | None:
        return holding.take(str(self.home / LOCK), Holder(1, "watch@here", token))

    def fire(self, *keys: str) -> None:
        self.senders.fire(*(alert(key, since=self.senders.now, labels={"instance": key}) for key in keys or ("a",)))

    def acknowledge(self, key: str = "a", by: str = "ana") -> None:
        done = self.senders.room.do(
            lambda inbox, stamp: acts.handle(inbox.lines[f"prom:{key}"], "acknowledged", "mine", stamp), By(by)
        )
        assert isinstance(done, list), done

    def carried(self) -> list[AlertCarried]:
        return [each.fact for each in self.senders.inbox().carried.values()]

    def states(self) -> list[str]:
        return [each.state for each in self.carried()]

    def close(self) -> None:
        for each in self.carriers:
            each.close()
            each.join()
        self.senders.close()


def turns(carrier: Carrying, so: Callable[[], object]) -> None:
    """Turns until it is so."""

    def turned() -> object:
        carrier.turn()
        return so()

    until(turned)
