"""An incident in a folder of its own, and a real pager on a thread that holds it. Only the far sides are the test's."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

from warroom.channels.base import Channel
from warroom.channels.factory import Unusable
from warroom.channels.messages import Writer
from warroom.channels.rota import Rota
from warroom.channels.watch import Watch
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.core.acts.lifecycle import Declare
from warroom.core.commands import Command
from warroom.core.events import Event
from warroom.core.incident import Incident
from warroom.core.values import By, incident_id
from warroom.room.room import Room
from warroom.store.holding import Holder
from warroom.store.log import Log

SURELY_S = 20.0
MINE, PAGERS = "ABCDEFGHJK", "ABCDEFGHJM"


def until(true: Callable[[], object], why: str = "it never came to be") -> None:
    """Waits for a condition, and fails where it does not come to be."""
    ends = time.monotonic() + SURELY_S
    while not true():
        assert time.monotonic() < ends, why
        time.sleep(0.01)


class Held:
    """`home` is the configuration, and everything else. `declare` it, let a pager `hold` it, do things, `let_go`."""

    def __init__(self, home: Path, channels: Mapping[str, Channel | Unusable]) -> None:
        self.paths = Paths(str(home), str(home), str(home))
        self.channels = channels
        self.said: list[dict[str, Any]] = []
        self.file = home / "incidents" / "one.json"
        self.inc = incident_id(bytes(range(16)), drill=False)
        self._number = 0
        self._watch: Watch | None = None
        self._thread: Thread | None = None

    @staticmethod
    def now() -> int:
        return time.time_ns() // 1_000_000

    def _room(self, log: Log) -> Room:
        return Room(log, By("ana", "ana", "box"), self.now)

    def declare(self, policy: str = "p", **more: Any) -> None:
        room = self._room(Log.create(self.file, self.inc, MINE))
        attach = (Library(self.paths).policy(policy, self.now()),)
        about = {"title": "Checkout returns 500s", "severity": "SEV2", "attach": attach} | more
        assert isinstance(room.do(Declare(**about)), list)
        room.log.close()

    def do(self, command: Command) -> list[Event]:
        """As a console beside the pager would do it."""
        room = self._room(Log.open(self.file, MINE))
        room.load()
        outcome = room.do(command)
        room.log.close()
        assert isinstance(outcome, list), outcome
        return outcome

    @property
    def state(self) -> Incident:
        room = self._room(Log.open(self.file, "", read_only=True))
        with room.log:
            return room.load()

    def hold(self, rota: bool = False, **more: Any) -> None:
        """`more` is given to the watch."""
        library = Library(self.paths)
        self._number += 1
        self._watch = Watch(
            self.paths.incidents,
            PAGERS,
            By("watch", "ana", "box"),
            Holder(1, "watch@box", f"token{self._number}"),
            library.channels,
            self.channels,
            Writer(library.data, self.paths.config, lambda inc: "INC-K3F9"),
            self.said.append,
            rota=Rota(self.paths, self.channels, lambda text: self.said.append({"what": "on call", "text": text}))
            if rota
            else None,
            **more,
        )
        self._thread = Thread(target=self._watch.run, daemon=True)
        self._thread.start()
        until(lambda: any(line["what"] == "holds" for line in self.said) or not self.state.open, "nobody holds it")

    def let_go(self) -> None:
        if self._watch is not None and self._thread is not None:
            self._watch.stop()
            self._thread.join(SURELY_S)
            assert not self._thread.is_alive(), "the pager does not end"
        self._watch = self._thread = None

    def until_let_go(self) -> None:
        """Until the pager finds nothing left to do for it."""
        until(lambda: self.state.pager is None, "it is still held")

    def sayings(self, what: str) -> list[str]:
        return [str(line.get("text", "")) for line in self.said if line["what"] == what]
