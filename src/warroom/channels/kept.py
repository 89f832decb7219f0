"""One incident that a pager holds, and which ones a pager takes at all."""

import os
import stat
from collections.abc import Callable, Mapping

from ..config.channels import Channels
from ..core import notices, outbox
from ..core.incident import Incident
from ..core.run import on_duty, people
from ..core.values import SECOND, By, Ms
from ..room.room import Room
from ..store import lock
from ..store.holding import Holding
from ..store.log import Log
from . import filing
from .base import Channel
from .courier import Courier
from .factory import Unusable, for_incident
from .hands import Hands
from .messages import Writer
from .rooms import Rooms
from .standing import Standing, unsaid
from .ways import ways

PATIENCE = 1.0  # seconds for a file's lock: others wait behind it
_HARDLY = 0.02  # the same while it was in vain the last time
_LONGEST = 4 * SECOND  # between two tries of a file that cannot be written


class Kept:
    """One incident that this process pages for."""

    def __init__(
        self,
        room: Room,
        lock: Holding,
        courier: Courier,
        standing: Standing,
        channels: Mapping[str, Channel | Unusable],
    ) -> None:
        self.room, self.lock, self.courier, self.standing, self.channels = room, lock, courier, standing, channels
        self.room.patience = PATIENCE
        self.wake: Ms = 0
        self.taken = False  # whether the log says that it is ours
        self.why = ""  # why it was taken from whoever paged before
        self.shown: Holding | None = None  # what tells others that this process is well
        self.stepped: Ms = 0  # by how much the clock was set, where the log has not heard of it yet
        self._in_vain = 0

    def failed(self, now: Ms) -> None:
        """Its file could not be used: it is left alone for a while, so that it holds up no other."""
        self._in_vain += 1
        self.room.patience = _HARDLY
        self.wake = now + min(_LONGEST, SECOND // 4 << min(self._in_vain, 5))

    def went_well(self) -> None:
        """Its file can be used."""
        self._in_vain = 0
        self.room.patience = PATIENCE

    def release(self) -> None:
        """Gives its lock back; nobody is told any more that this process pages for it."""
        for held in (self.shown, self.lock):
            if held is not None:
                held.release()
        self.room.log.close()

    @property
    def ails(self) -> bool:
        """Whether its file could not be used the last time."""
        return self._in_vain > 0


def keeping(
    room: Room,
    lock: Holding,
    token: str,
    config: Channels,
    channels: Mapping[str, Channel | Unusable],
    hands: Hands,
    writer: Writer,
    rooms: Rooms,
) -> Kept:
    """An incident with what is owed to it: to a drill nothing but the simulator is ever given."""
    mine = for_incident(room.state.id, channels)
    courier = Courier(token, config, mine, hands.turn, hands.spare_turn, rooms.owed)
    return Kept(room, lock, courier, Standing(token, config, mine, writer, hands.spare_turn), mine)


def looks(path: str) -> tuple[int, int] | None:
    """How this file looks from outside, to tell whether it has changed; None: it is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    # Anything but a plain file could be waited for without end.
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def glimpsed(path: str, replica: str, by: By, now: Callable[[], Ms]) -> Incident | None:
    """The incident in this file; None while somebody writes to it, so that nobody else's page waits for that.

    Raises `StoreError`.
    """
    if _is_written(path):
        return None
    with Log.open(path, replica, read_only=True) as log:
        return Room(log, by, now).load()


def _is_written(path: str) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False  # whoever opens it says why it cannot be
    try:
        return not lock.at_once(fd, shared=True)
    finally:
        os.close(fd)


def opened(path: str, replica: str, by: By, now: Callable[[], Ms]) -> Room:
    """The room of this file, read and ready to be written to. Raises `StoreError`, and leaves no file open then."""
    room = Room(Log.open(path, replica), by, now)
    try:
        room.load()
    except BaseException:
        room.log.close()
        raise
    return room


def elsewhere(state: Incident, replica: str) -> str:
    """Which process of another folder pages for it, by its log; empty where none does."""
    other = state.pager
    return other.where or "another process" if other and other.rep and other.rep != replica else ""


def wanted(
    state: Incident, config: Channels, channels: Mapping[str, Channel | Unusable], now: Ms, rooms: Rooms | None = None
) -> bool:
    """Whether there is anything for a pager to do: somebody can be reached, a room is wanted, or a far side has still
    to hear the end.
    """
    if state.declaration is None or state.drill:
        return False
    if rooms is not None and rooms.wanted(state, now):
        return True
    if filing.wanted(state, channels) or any(d.what == "update" for d in outbox.unfinished(state)):
        return True
    if any(notice.way for notice in notices.notices(state) if notice.what != "item"):
        return True
    if state.run is None:
        return False
    if not state.open:
        told = any(_follows(channels, told.of.channel) for told in outbox.to_tell(state, now))
        return told or unsaid(state, config, channels, now)
    levels = [t for level in state.run.policy.levels for t in (*people(level), *level.notify[1:])]
    targets = [*levels, *(t for each in state.run.policy.specialists for t in each.targets)]
    return any(ways(on_duty(t, shift.start), config) for t in targets for shift in t.shifts) or any(
        ways(t, config) for t in targets
    )


def _follows(channels: Mapping[str, Channel | Unusable], name: str) -> bool:
    channel = channels.get(name)
    return isinstance(channel, Channel) and channel.follows
