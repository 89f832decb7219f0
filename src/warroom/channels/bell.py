"""The bell of the terminals that this person is logged in on. One BEL goes out, and nothing that anybody wrote."""

import os
from glob import glob
from typing import ClassVar

from ..config.channels import ChannelForm
from .base import Channel, Failed, Message, Outcome, Probe, Sent
from .secrets import Secret

NOBODY = "no terminal of this person is open on this machine"


class BellChannel(Channel):
    """Rings each terminal that belongs to this user id, tmux's and screen's too."""

    kind: ClassVar[str] = "bell"
    places: ClassVar[tuple[str, ...]] = ("/dev/pts/[0-9]*", "/dev/tty[0-9]*", "/dev/ttys[0-9]*")  # the last: macOS

    def __init__(self, name: str, form: ChannelForm, secrets: dict[str, Secret]) -> None:
        super().__init__(name)

    def send(self, message: Message) -> Outcome:
        rung = sum(_write(path, b"\a") for path in self._mine())
        return Sent(f"bell:{rung}") if rung else Failed(NOBODY)

    def probe(self) -> Probe:
        open_ = sum(_write(path, b"") for path in self._mine())
        if not open_:
            return Probe("look", f"{NOBODY}; the bell rings nowhere now")
        return Probe("ok", f"{open_} terminal{'s' * (open_ > 1)} would ring; a bell cannot answer back")

    def _mine(self) -> list[str]:
        return [path for place in self.places for path in sorted(glob(place)) if _own(path)]


def _own(path: str) -> bool:
    try:
        return os.stat(path).st_uid == os.getuid()
    except OSError:
        return False


def _write(path: str, what: bytes) -> bool:
    try:
        # Without waiting: a terminal stopped by Ctrl-S takes nothing, and must not hold up the others.
        handle = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.isatty(handle) and os.write(handle, what) == len(what)
    except OSError:
        return False
    finally:
        os.close(handle)
