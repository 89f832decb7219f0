"""A channel that goes nowhere: what a drill has in place of every other. It remembers what it was given."""

from threading import Lock
from typing import ClassVar

from .base import Channel, Message, Outcome, Probe, Sent


class SimulatorChannel(Channel):
    """`sent` holds the messages in the order in which they came, a second try of one beside the first."""

    kind: ClassVar[str] = "simulator"
    finds: bool = True
    pace: ClassVar[float] = 1_000.0

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sent: list[Message] = []
        self._lock = Lock()

    def send(self, message: Message) -> Outcome:
        with self._lock:
            self.sent.append(message)
        return Sent(f"simulated:{message.key}")

    def look_up(self, message: Message) -> Outcome | None:
        with self._lock:
            known = any(one.key == message.key for one in self.sent)
        return Sent(f"simulated:{message.key}") if known else None

    def probe(self) -> Probe:
        return Probe("ok", "a simulation: nothing leaves this machine")
