"""One connection to the cluster, which comes back by itself, and what its answers mean."""

import asyncio
import contextlib
import logging
import ssl
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import msgspec

from ....core.text import clean
from ..base import StoreTrouble
from .settings import Settings
from .words import EXPECTED, STREAM, Got, Message

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

CONNECTING = 5.0  # seconds
ANSWER = 2.0  # seconds for one answer
MOST_BATCHES = 16  # under way at once: the stream takes 50 from all nodes together
_MISMATCH = (10071, 10164)
_FULL = (10023, 10028, 10047, 10054, 10077, 10122)
_log = logging.getLogger("warroom.nats")


class Mismatch(Exception):
    """Somebody else wrote there first. Nothing was written."""


class Unknown(Exception):
    """No answer, or none that says whether it was written."""


class Denied(StoreTrouble):
    """This user may not do that."""


class Answered(Exception):
    """The cluster said no, for the reason `code`."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


class Link:
    """Requests and messages under one user. `again` is called whenever the connection is there anew."""

    def __init__(self, settings: Settings, user: str, password: str, again: Callable[[], None]) -> None:
        self._settings, self._user, self._password, self._again = settings, user, password, again
        self._nc: Client | None = None
        self.number = 0  # another one for each connection that knows nothing of what was listened to before
        self._closing = False
        self._why = ""
        self._denied: set[str] = set()
        self._refused = asyncio.Event()
        self._batches = asyncio.Semaphore(MOST_BATCHES)
        self._reopening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connects, or says within seconds why not."""
        try:
            self._use(await self._connect())
        except (OSError, ssl.SSLError, ValueError) as problem:
            raise StoreTrouble(f"NATS cannot be reached: {clean(str(problem))}.") from None

    def _use(self, client: "Client") -> None:
        self._nc = client
        self.number += 1

    async def _connect(self) -> "Client":
        try:
            from nats.aio.client import Client
        except ImportError:
            raise StoreTrouble("This store needs the extra `nats`: pip install 'warroom[nats]'.") from None
        client = Client()
        self._refused.clear()
        options: dict[str, Any] = {"user": self._user, "password": self._password} if self._user else {}
        connecting = asyncio.ensure_future(
            client.connect(
                list(self._settings.servers),
                name="warroom",
                tls=self._settings.tls(),
                error_cb=self._noted,
                reconnected_cb=self._reconnected,
                closed_cb=self._closed,
                connect_timeout=2,
                reconnect_time_wait=0.25,  # type: ignore[arg-type]  # it sleeps for it: any number of seconds will do
                reconnect_to_server_handler=_after_a_moment,
                max_reconnect_attempts=-1,
                ping_interval=2,
                max_outstanding_pings=2,
                pending_size=0,  # what cannot leave now is refused at once, and never sent later behind our back
                **options,
            )
        )
        refused = asyncio.ensure_future(self._refused.wait())
        await asyncio.wait((connecting, refused), timeout=CONNECTING, return_when=asyncio.FIRST_COMPLETED)
        refused.cancel()
        if connecting.done():
            connecting.result()
            return client
        connecting.cancel()
        await asyncio.wait((connecting,), timeout=1)
        where = ", ".join(server.partition("://")[2] for server in self._settings.servers)
        raise StoreTrouble(f"NATS at {where} cannot be reached: {self._why or 'no answer'}.")

    async def _noted(self, problem: Exception) -> None:
        words = clean(str(problem)).removeprefix("nats: ").strip("'") or type(problem).__name__
        if "permissions violation" in words.lower():
            self._denied.add(words.lower().partition('"')[2].rpartition('"')[0])
            return
        self._why = words
        if isinstance(problem, ConnectionError) and "refused" not in words.lower():
            # A node that does not know somebody may be gone before its reason has arrived.
            self._why = "it breaks the connection off; does it know this user or password, or want TLS"
        if "authorization" in words.lower():
            self._why = "it does not know this user or password"
            self._refused.set()

    async def _reconnected(self) -> None:
        self._why = ""
        self._again()

    async def _closed(self) -> None:
        # After some errors the client gives up for good (a user who is unknown for a moment while a node restarts).
        if not self._closing and self._nc is not None and self._reopening is None:
            self._reopening = asyncio.ensure_future(self._reopen())

    async def _reopen(self) -> None:
        wait = 0.5
        while not self._closing:
            await asyncio.sleep(wait)
            wait = min(wait * 2, 10.0)
            try:
                self._use(await self._connect())
            except (StoreTrouble, OSError) as problem:
                _log.warning("%s", problem)
                continue
            break
        self._reopening = None
        self._again()

    async def close(self) -> None:
        self._closing = True
        if self._reopening is not None:
            self._reopening.cancel()
        if self._nc is not None:
            with contextlib.suppress(Exception):  # it is gone either way
                await asyncio.wait_for(self._nc.close(), 1)

    # ── what it knows ───────────────────────────────────────────────────────────────────────────

    @property
    def trouble(self) -> str:
        """Why there is no connection now; empty where there is one."""
        if self._nc is not None and self._nc.is_connected:
            return ""
        return f"There is no connection to NATS ({self._why or 'trying again'})."

    @property
    def info(self) -> dict[str, Any]:
        """What the node at the other end said of itself."""
        return self._client()._server_info  # the client has no other way to its name

    def _client(self) -> "Client":
        if self._nc is None:
            raise StoreTrouble("There is no connection to NATS.")
        return self._nc

    # ── asking ──────────────────────────────────────────────────────────────────────────────────

    async def ask(self, name: str, body: object = None, within: float = ANSWER) -> dict[str, Any]:
        """What the JetStream API answers to `$JS.API.` + `name`. Raises `Answered`, `Unknown` and `Denied`."""
        subject = "$JS.API." + name
        data = b"" if body is None else msgspec.json.encode(body)
        self._denied.discard(subject.lower())
        asking = asyncio.ensure_future(self._request(subject, data, None, within))
        try:
            while not asking.done():  # a node tells what is denied beside the request, which then stays without answer
                await asyncio.wait((asking,), timeout=0.1)
                if subject.lower() in self._denied:
                    raise Denied(f"The NATS user {self._user or '(none)'} may not use {subject}.")
        finally:
            asking.cancel()
        answer = asking.result()
        error = answer.get("error")
        if error is not None:
            raise Answered(int(error.get("err_code", 0)), clean(str(error.get("description", ""))))
        return answer

    async def _request(
        self, subject: str, data: bytes, headers: dict[str, str] | None, within: float
    ) -> dict[str, Any]:
        from nats.errors import Error

        try:
            reply = await self._client().request(subject, data, timeout=within, headers=headers)
            answer = msgspec.json.decode(reply.data)
        except (Error, OSError, msgspec.DecodeError) as problem:
            raise Unknown(clean(str(problem)).removeprefix("nats: ")) from None
        if not isinstance(answer, dict):
            raise Unknown("an answer that is none")
        return answer

    async def message(self, within: float = ANSWER, **which: object) -> Got | None:
        """One message as the leader has it: `seq=`, `last_by_subj=`, or `seq=` with `next_by_subj=`."""
        try:
            found = (await self.ask(f"STREAM.MSG.GET.{STREAM}", which, within))["message"]
        except Answered as no:
            if no.code == 10037:
                return None
            raise Unknown(str(no)) from None
        headers = dict[str, str]()
        for line in b64decode(found.get("hdrs", "")).decode("utf-8", "replace").split("\r\n")[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers[name] = value.strip()
        return Got(found["subject"], found["seq"], b64decode(found.get("data", "")), headers)

    # ── writing ─────────────────────────────────────────────────────────────────────────────────

    async def publish(self, messages: Sequence[Message], within: float = ANSWER) -> int:
        """Writes all of them or none, one behind the other; the number of the last. Raises `Mismatch`, `Unknown`.

        And `StoreTrouble` where the stream cannot take them, so that trying again is of no use.
        """
        if len(messages) == 1:
            (one,) = messages
            return self._written(await self._request(one.subject, one.data, _headers(one), within))
        batch = token_hex(12)
        async with self._batches:
            *first, last = (
                (m, {**(_headers(m) or {}), "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(k)})
                for k, m in enumerate(messages, 1)
            )
            for message, headers in first:
                await self.tell(message.subject, message.data, headers)
            message, headers = last
            headers["Nats-Batch-Commit"] = "1"
            return self._written(await self._request(message.subject, message.data, headers, within))

    @staticmethod
    def _written(answer: dict[str, Any]) -> int:
        error = answer.get("error")
        if error is None:
            return int(answer["seq"])
        code, words = int(error.get("err_code", 0)), clean(str(error.get("description", "")))
        if code in _MISMATCH:
            raise Mismatch(words)
        if code in _FULL:
            raise StoreTrouble(f"The NATS stream takes nothing more: {words}.")
        raise Unknown(words)

    async def tell(self, subject: str, data: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Sends without an answer."""
        from nats.errors import Error

        try:
            await self._client().publish(subject, data, headers=headers)
        except (Error, OSError) as problem:
            raise Unknown(clean(str(problem)).removeprefix("nats: ")) from None

    async def listen(self, subject: str, take: "Callable[[Msg], Awaitable[None]]") -> "Subscription":
        """Raises `Unknown`, and `Denied` where this user may not."""
        from nats.errors import Error

        self._denied.discard(subject.lower())
        try:
            heard = await self._client().subscribe(subject, cb=take)
            if not subject.startswith("_INBOX."):
                # Twice, for the first may overtake the subscription, and a denial comes beside the answers.
                await self._client().flush(timeout=2)
                await self._client().flush(timeout=2)
        except (Error, OSError) as problem:
            raise Unknown(clean(str(problem)).removeprefix("nats: ")) from None
        if subject.lower() in self._denied:
            raise Denied(f"The NATS user {self._user or '(none)'} may not listen to {subject}.")
        return heard

    def inbox(self) -> str:
        return self._client().new_inbox()


def _headers(message: Message) -> dict[str, str] | None:
    headers = dict(message.headers)
    if message.expected is not None:
        headers[EXPECTED] = str(message.expected)
    return headers or None


def _after_a_moment(servers: list[Any], _: dict[str, Any]) -> tuple[Any, float]:
    """Which node is tried next, and when: those that failed least often first."""
    return min(servers, key=lambda server: server.reconnects), 0.25
