"""A screen over an open room: new states reach it on its own thread, and so does what became of what it asked for."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from ..core.incident import Incident
from ..room import StoreError
from ..room.live import LiveRoom
from ..room.room import Outcome

if TYPE_CHECKING:
    from textual.screen import Screen as _Screen

    AnyScreen = _Screen[Any]
else:
    AnyScreen = object


class Following(AnyScreen):
    """Mixin for a screen (before `Screen`). Call `follow` once it is mounted; `took` then gets the newest state."""

    live: LiveRoom

    def follow(self) -> None:
        """From now on `took` is called."""
        self._newest: Incident | None = None
        self._loop = asyncio.get_running_loop()
        self._pump = contextvars.copy_context()
        self.live.subscribe(self._arrived, lambda failed: self._soon(self.troubled, failed))
        # The first frame is on the screen before a long file is read.
        self.call_after_refresh(self.live.start)

    def took(self, state: Incident) -> None:
        """There is a new state."""
        raise NotImplementedError

    def troubled(self, failed: StoreError) -> None:
        """The room's file could not be read or written."""
        raise NotImplementedError

    def when(self, future: "Future[Outcome]", act: Callable[[Outcome], None]) -> None:
        """Call `act` with the outcome once it is on disk or refused, on this screen's thread."""
        future.add_done_callback(lambda done: self._soon(act, done.result()))

    def _soon(self, act: Callable[..., None], *args: object) -> None:
        """Call `act` on this screen's own thread, as part of its app."""
        try:
            self._loop.call_soon_threadsafe(lambda: self._pump.run(act, *args))
        except RuntimeError:
            pass  # the console has gone; what was committed is on disk

    def _arrived(self, state: Incident) -> None:
        waiting, self._newest = self._newest is not None, state
        if not waiting:
            self._soon(self._take)

    def _take(self) -> None:
        state, self._newest = self._newest, None
        if state is not None and self.is_attached:
            self.took(state)
