"""The threads on which a pager uses its channels, and how fast it may use each: a few threads for every channel, so
that one that hangs holds up no other. What comes back is taken by the one thread that decides.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from ..core.values import Ms
from .base import Accepted, Channel, Failed, Later, Message, Sent
from .courier import Job, Result
from .factory import Unusable
from .limiter import Pace
from .standing import post

_THREADS = 8  # for each channel
_BURST = 5.0


class Hands:
    """`now` is ms by a clock that nobody sets.

    On a thread, `wake` is called whenever something has come back, `worked` when it went out.
    """

    def __init__(
        self,
        channels: Mapping[str, Channel | Unusable],
        now: Callable[[], Ms],
        wake: Callable[[], None],
        worked: Callable[[str], None] = lambda channel: None,
    ) -> None:
        self._channels, self._now, self._wake, self._worked = channels, now, wake, worked
        self._paces: dict[str, Pace] = {}
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._results: SimpleQueue[tuple[str, Job, Result]] = SimpleQueue()
        self.under_way = 0

    def turn(self, channel: str) -> Ms:
        """The ms until this channel may be used; 0: now, and then the turn is taken."""
        return self._take(channel, spare=False)

    def spare_turn(self, channel: str) -> Ms:
        """The same for what is not urgent: it leaves a turn for a page."""
        return self._take(channel, spare=True)

    def _take(self, channel: str, *, spare: bool) -> Ms:
        found = self._channels.get(channel)
        now = self._now() / 1000
        pace = self._paces.get(channel) or Pace(found.pace if isinstance(found, Channel) else 10.0, _BURST)
        wait = pace.wait(now) or (pace.took(now).wait(now) if spare else 0.0)
        self._paces[channel] = pace if wait else pace.took(now)
        return int(wait * 1000) + 1 if wait else 0

    def start(self, place: str, channel: Channel, job: Job, message: Message) -> None:
        """Does `job` on a thread; `back` gives what came of it, with `place`."""
        self.under_way += 1
        pool = self._pools.get(channel.name)
        if pool is None:
            pool = self._pools[channel.name] = ThreadPoolExecutor(_THREADS, f"channel-{channel.name}")

        def work() -> None:
            try:
                result = _use(channel, job, message)
            except Exception as error:  # an adapter's mistake must not end the pager
                result = Failed(f"a mistake in this program ({type(error).__name__}); please report it")
            self._results.put((place, job, result))
            self._wake()
            if job.act == "send" and isinstance(result, Sent | Accepted):
                self._worked(channel.name)

        pool.submit(work)

    def back(self) -> Iterator[tuple[str, Job, Result]]:
        """Everything that has come back since the last look. A far side that asks for patience gets it."""
        while True:
            try:
                place, job, result = self._results.get_nowait()
            except Empty:
                return
            self.under_way -= 1
            if isinstance(result, Later) and result.busy:
                pace = self._paces.get(job.delivery.channel) or Pace(1.0)
                self._paces[job.delivery.channel] = pace.busy(self._now() / 1000 + (result.after or 1.0))
            yield place, job, result

    def close(self) -> None:
        """Begins nothing more; what is under way may still come back."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)


def _use(channel: Channel, job: Job, message: Message) -> Result:
    remote = job.delivery.remote
    match job.act:
        case "send":
            return channel.send(message)
        case "look up":
            return channel.look_up(message)
        case "settle":
            return channel.settle(message, remote)
        case "answer":
            return channel.answer(message, remote)
        case "there":
            return channel.there(message, remote)
        case "acknowledge":
            return channel.acknowledge(message, remote, job.who)
        case "status":
            return post(channel, message, remote)
        case _:
            return channel.resolve(message, remote)
