"""What marked messages say: asked for once their alert is kept, and written behind it. No sender waits for it."""

import asyncio
from collections.abc import Callable, Mapping
from threading import Thread

from ..core import masking
from ..core.alerts.facts import FIRING
from ..intake.base import Taken, Worded
from ..intake.slack import place
from .intake import Intake
from .stores.base import StoreTrouble

MOST = 1_000  # that are owed at once; a message more keeps the words that the event had
TRIES = 10
_LONGEST = 300.0  # seconds between two tries, at the most
_TROUBLE = 5.0  # seconds until the store is tried again

Reader = Callable[[str, str], Worded]
"""Channel and `ts` → the message's words. It may wait for a network, and is called on a thread of its own."""


class _Owed:
    def __init__(self, due: float) -> None:
        self.due, self.tries = due, 0


class Words:
    """`readers` by hook. `start` and `stop` belong to the server's event loop."""

    def __init__(self, intake: Intake, readers: Mapping[str, Reader], say: Callable[[str], None]) -> None:
        self._intake, self._readers, self._say = intake, readers, say
        self._owed: dict[tuple[str, str], _Owed] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._readers:
            self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def wanted(self, taken: Taken) -> None:
        """These alerts are kept now."""
        if taken.source in self._readers:
            for alert in taken.alerts:
                if alert.state == FIRING:
                    self._owes(taken.source, alert.key)

    def _owes(self, source: str, key: str) -> None:
        if len(self._owed) < MOST:
            self._owed.setdefault((source, key), _Owed(asyncio.get_running_loop().time()))
            self._wake.set()

    async def _run(self) -> None:
        await self._owed_before()
        now = asyncio.get_running_loop().time
        while True:
            self._wake.clear()
            name = min(self._owed, key=lambda each: self._owed[each].due, default=None)
            wait = None if name is None else self._owed[name].due - now()
            if name is not None and wait is not None and wait <= 0:
                await self._ask(*name)
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), wait)
            except TimeoutError:
                pass

    async def _owed_before(self) -> None:
        """What an earlier process kept and could not ask for any more."""
        for source in self._readers:
            while True:
                try:
                    found = await self._intake.wordless(source)
                    break
                except StoreTrouble:
                    await asyncio.sleep(_TROUBLE)
            for key in found:
                self._owes(source, key)

    async def _ask(self, source: str, key: str) -> None:
        owed = self._owed[source, key]
        try:
            lacks = await self._intake.lacks_words(source, key)
        except StoreTrouble:
            owed.due = asyncio.get_running_loop().time() + _TROUBLE
            return
        owed.tries += 1
        found = Worded()
        if lacks:
            found = await _on_a_thread(self._readers[source], *place(key))
            if found.text:
                found = await self._written(source, key, found.text)
        if found.again is None or owed.tries >= TRIES:
            del self._owed[source, key]
            if found.why:
                self._say(f"{source}: what the marked message {key} says is not known: {found.why}")
            return
        owed.due = asyncio.get_running_loop().time() + max(found.again, min(_LONGEST, 2.0 ** (owed.tries - 2)))

    async def _written(self, source: str, key: str, text: str) -> Worded:
        try:
            await self._intake.word(source, key, masking.text(text).text)
        except StoreTrouble as trouble:
            return Worded(why=str(trouble), again=_TROUBLE)
        return Worded()


async def _on_a_thread(reader: Reader, channel: str, ts: str) -> Worded:
    """What the reader gives. Its thread is nobody's: a server that stops does not wait for what it waits for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Worded] = loop.create_future()

    def tell(found: Worded) -> None:
        if not done.done():
            done.set_result(found)

    def run() -> None:
        try:
            found = reader(channel, ts)
        except Exception as mistake:
            found = Worded(why=f"it could not be asked for ({type(mistake).__name__})", again=_LONGEST)
        try:
            loop.call_soon_threadsafe(tell, found)
        except RuntimeError:
            pass  # the loop has ended meanwhile

    Thread(target=run, name="warroom-words", daemon=True).start()
    return await done
