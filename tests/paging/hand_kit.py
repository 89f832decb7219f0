"""The pager in the test's own process, under a clock that the test sets: real files, real far sides, no waiting."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from paging_kit import House
from warroom.channels.base import Channel
from warroom.channels.clock import Clock
from warroom.channels.factory import Unusable, build
from warroom.channels.messages import Writer
from warroom.channels.watch import Watch
from warroom.config import channels as configured
from warroom.config import shipped
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.core.acts.lifecycle import Declare
from warroom.core.commands import Command
from warroom.core.incident import Incident
from warroom.core.values import MINUTE, By, Ms
from warroom.net import Http
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store.access import ready
from warroom.store.holding import Holder
from warroom.store.replica import current

T0: Ms = 1_790_000_000_000


class Hand:
    """A clock that the test turns: `passes` is time that goes by, `is_set` somebody who sets the time of day."""

    def __init__(self) -> None:
        self.wall = self.even = T0 * 1_000_000

    def passes(self, ms: Ms) -> None:
        self.wall += ms * 1_000_000
        self.even += ms * 1_000_000

    def is_set(self, by: Ms) -> None:
        self.wall += by * 1_000_000

    def now(self) -> Ms:
        return self.wall // 1_000_000

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.even)


class Pager:
    """One incident under the policy `quick` of that house, and a pager that moves when it is told to."""

    def __init__(self, house: House, hand: Hand, *, timeout_s: float = 20.0, token: str = "t1", take: bool = False):
        self.house, self.hand = house, hand
        self.paths = Paths(str(house.home), str(house.home), str(house.home))
        ready(self.paths.incidents)
        self.replica = current(self.paths.data)
        self.said: list[dict[str, object]] = []
        config, problems = configured.load(self.paths.config)
        assert not problems, problems
        self.channels: dict[str, Channel | Unusable] = build(config, http=Http(timeout_s=timeout_s))
        self.watch = Watch(
            self.paths.incidents,
            self.replica,
            By("watch", "login", "host"),
            Holder(os.getpid(), f"watch@{token}", token),
            config,
            self.channels,
            Writer(shipped.folder(), self.paths.config, lambda inc: f"INC-{inc[:4]}"),
            self.said.append,
            clock=hand.clock(),
            take=take,
        )
        self.desk = Desk(self.paths.incidents, self.replica, By("ana"), hand.now)
        self.path = ""

    def declare(self, **how: object) -> "Pager":
        policy = Library(self.paths).policy("quick", self.hand.now())
        drill = bool(how.pop("drill", False))
        title = str(how.pop("title", "Checkout returns 500s"))
        command = Declare(title=title, severity="SEV2", attach=(policy,), **how)  # type: ignore[arg-type]
        made = self.desk.declare(command, drill)
        assert isinstance(made, Room), made
        with made.log as log:
            self.path = log.path
        return self

    @property
    def state(self) -> Incident:
        room = self.desk.open(self.path)
        with room.log:
            return room.load()

    def do(self, command: Command, by: str = "ana") -> None:
        room = self.desk.open(self.path)
        with room.log:
            room.load()
            outcome = room.do(command, By(by))
        assert isinstance(outcome, list), outcome

    def turn(self) -> "Pager":
        self.watch.turn(None)
        return self

    def until(self, so: Callable[[], object], within_s: float = 30.0) -> None:
        """Lets the pager go on, at this moment of its clock, until `so()`."""
        end = time.monotonic() + within_s
        self.turn()
        while not so():
            assert time.monotonic() < end, (self.states(), self.said)
            time.sleep(0.01)
            self.turn()

    def settled(self) -> None:
        """Until nothing is under way any more."""
        self.until(lambda: not self.watch.busy)

    def states(self) -> list[tuple[str, str, str]]:
        """(contact, channel, state) of every page, in order."""
        found = [d for d in self.state.deliveries if d.what == "page"]
        return [(d.ref.partition(":")[2], d.channel, d.state) for d in found]

    def texts(self, kind: str) -> list[str]:
        return [e.body.text() for e in self.state.facts if e.body.kind == kind]

    def close(self) -> None:
        self.watch.stop()
        self.watch.run()


FOUR = (
    'id = "quick"\n'
    '[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'
    '[[level]]\nafter = "PT5M"\nnotify = ["contact:db1"]\n'
    '[[level]]\nafter = "PT10M"\nnotify = ["contact:db2"]\n'
    '[[level]]\nafter = "PT15M"\nnotify = ["contact:sre1"]\n'
)


def hook(name: str, port: int, path: str = "page") -> str:
    return f'[channel.{name}]\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/{path}"\n'


__all__ = ["FOUR", "MINUTE", "T0", "Hand", "Pager", "Path", "hook"]
