"""Reading the stream in order: each message once and none left out, whatever connection or node breaks meanwhile.

The consumers are the server's cheapest kind (in memory, unacknowledged, gone after seconds). Their messages are
counted; where a number is missing, or nothing is heard, reading begins again behind the last message that came.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import TYPE_CHECKING

from ..base import StoreTrouble
from .link import Answered, Link, Unknown
from .words import STREAM, Got

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

HEARTBEAT = 1.0
SILENCE = 2.6  # seconds without a message or a heartbeat: the node that should send them is gone
_SECOND = 1_000_000_000
_log = logging.getLogger("warroom.nats")


class Reader:
    """Calls `take` for every message after number `last`. `headers_only`: the newest of each subject, without bytes."""

    def __init__(
        self,
        link: Link,
        filters: Sequence[str],
        take: Callable[[Got], None],
        last: int = 0,
        *,
        newest: bool = False,
        headers_only: bool = False,
    ) -> None:
        self.last = last
        self.heard = float("-inf")  # by the loop's clock
        self._link, self._filters, self._take = link, list(filters), take
        self._newest, self._headers_only = newest, headers_only
        self._consumer = ""
        self._count = 0
        self._broken = asyncio.Event()
        self._moved = asyncio.Event()
        self._pending = -1  # -1: not known yet

    def again(self) -> None:
        """The connection is another one: what was sent to the old one may be missing."""
        self._broken.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._once()
            except (Unknown, Answered, StoreTrouble) as problem:
                _log.info("reading the stream begins again: %s", problem)
            if asyncio.get_running_loop().time() - began < HEARTBEAT:
                await asyncio.sleep(0.3)

    async def through(self, reach: int, within: float) -> int:
        """Reads what is there by now, number `reach` included; the last number that came."""
        running = asyncio.ensure_future(self.run())
        try:
            async with asyncio.timeout(within):
                while self._pending != 0 or self.last < reach:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise StoreTrouble("The NATS cluster does not give out what it keeps; it may have no leader now.") from None
        finally:
            running.cancel()
            await asyncio.wait((running,))
        return self.last

    async def _once(self) -> None:
        name = self._consumer = "warroom_" + token_hex(8)
        self._count = 0
        self._broken.clear()
        inbox = self._link.inbox()
        heard: Subscription | None = None

        async def take(message: "Msg") -> None:
            await self._received(name, message)

        try:
            heard = await self._link.listen(inbox, take)
            made = await self._link.ask(self._creating(name), self._wanted(name, inbox), within=3.0)
            self.heard = asyncio.get_running_loop().time()
            if made.get("num_pending", 0) == 0 and self._count == 0:
                self._pending = 0
                self._moved.set()
            await self._while_it_beats()
        finally:
            self._consumer = ""
            with contextlib.suppress(Exception):  # the server forgets both by itself
                if heard is not None:
                    await heard.unsubscribe()
                await self._link.tell(f"$JS.API.CONSUMER.DELETE.{STREAM}.{name}")

    async def _while_it_beats(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._broken.is_set():
            left = self.heard + SILENCE - loop.time()
            if left <= 0:
                raise Unknown("silence")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._broken.wait(), left)

    def _creating(self, name: str) -> str:
        one = "." + self._filters[0] if len(self._filters) == 1 else ""
        return f"CONSUMER.CREATE.{STREAM}.{name}{one}"

    def _wanted(self, name: str, inbox: str) -> dict[str, object]:
        config: dict[str, object] = {
            "name": name,
            "deliver_subject": inbox,
            "ack_policy": "none",
            "replay_policy": "instant",
            "flow_control": True,
            "idle_heartbeat": int(HEARTBEAT * _SECOND),
            "inactive_threshold": 5 * _SECOND,
            "num_replicas": 1,
            "mem_storage": True,
            "headers_only": self._headers_only,
        }
        config |= (
            {"filter_subject": self._filters[0]} if len(self._filters) == 1 else {"filter_subjects": self._filters}
        )
        if self._newest:
            self._pending = -1
            config["deliver_policy"] = "last_per_subject"
        else:
            config |= {"deliver_policy": "by_start_sequence", "opt_start_seq": self.last + 1}
        return {"stream_name": STREAM, "config": config, "action": "create"}

    async def _received(self, name: str, message: "Msg") -> None:
        if name != self._consumer or self._broken.is_set():
            return
        self.heard = asyncio.get_running_loop().time()
        headers = message.headers or {}
        if not message.reply.startswith("$JS.ACK."):
            await self._signalled(message, headers)
            return
        # Nine words, or more with a domain and an account before the stream.
        words = message.reply.split(".")
        at = 4 if len(words) == 9 else 6
        seq, count, pending = int(words[at + 1]), int(words[at + 2]), int(words[at + 4])
        if count != self._count + 1:
            self._broken.set()
            return
        self._count = count
        if seq > self.last or self._newest:
            self._take(Got(message.subject, seq, message.data, headers, pending))
            self.last = max(self.last, seq)
        self._pending = pending
        if pending == 0:
            self._moved.set()

    async def _signalled(self, message: "Msg", headers: dict[str, str]) -> None:
        if headers.get("Status") != "100":
            self._broken.set()  # the consumer is gone
        elif message.reply:
            await self._link.tell(message.reply)  # everything up to here was taken: send more
        else:
            if stalled := headers.get("Nats-Consumer-Stalled"):
                await self._link.tell(stalled)
            if int(headers.get("Nats-Last-Consumer", self._count)) != self._count:
                self._broken.set()
