"""What is asked of this person now, and what became of it. It is looked up after the screen was painted, never before:
no keystroke waits for it.
"""

import asyncio
from typing import TYPE_CHECKING

from ...core import deputy
from ...core.acts.practice import SettlePrompt
from ...core.deputy import Prompt
from ...core.incident import Incident
from ...core.line import Line
from ...core.values import Ms
from ...intents.practice import next_line
from .strip import Asked, AskedStrip, asked

if TYPE_CHECKING:
    from ..incident_screen import IncidentScreen

_MANY = 1_000  # facts; to look through more of them takes longer than a frame may


class Asking:
    """The line above the prompt, and what Tab takes from it."""

    def __init__(self, room: "IncidentScreen") -> None:
        self._room = room
        self._taken: Prompt | None = None  # Tab put its line into the prompt
        self._waits = False  # a look was asked for and has not begun
        self._looks = False  # one goes on in a thread

    @property
    def shown(self) -> Asked | None:
        return self._room.query_one(AskedStrip).asked

    # ── what is shown ──

    def look(self) -> None:
        """Bring it to now, soon."""
        if not self._waits and self._room.is_attached:
            self._waits = True
            self._room.call_after_refresh(self._look)

    def _look(self) -> None:
        self._waits = False
        room, moment = self._room, self._room.moment
        if not room.is_attached or moment is None or moment.sight.reading:
            return
        state, now, me = moment.incident, moment.now, moment.sight.me
        if len(state.facts) <= _MANY:
            self._show(deputy.visible(state, now, me))
        elif not self._looks:
            self._looks = True
            room.run_worker(self._from_afar(state, now, me), exit_on_error=False)

    async def _from_afar(self, state: Incident, now: Ms, me: str) -> None:
        try:
            self._show(await asyncio.to_thread(deputy.visible, state, now, me))
        finally:
            self._looks = False

    def _show(self, prompt: Prompt | None) -> None:
        room = self._room
        if room.is_attached and room.moment is not None:
            room.query_one(AskedStrip).asked = asked(room.moment, prompt)

    # ── what is done about it ──

    def take(self) -> str:
        """The line that Tab puts into an empty prompt; empty where nothing is asked."""
        shown = self.shown
        self._taken = shown.prompt if shown else None
        return shown.line if shown else next_line(self._room.asking())

    def answers(self, line: Line) -> Prompt | None:
        """The prompt that this line answers; until that is settled it may be tried again."""
        taken = self._taken
        verb = taken.line.removeprefix("/").split(None, 1)[0] if taken and taken.line.strip() else ""
        if taken is None or line.verb != verb:
            self._taken = None
        return self._taken

    def settle(self, prompt: Prompt) -> None:
        """What was asked has its answer, and the log says so."""
        self._taken = None
        self._room.live.do(SettlePrompt(prompt=prompt.key, what=prompt.text))
