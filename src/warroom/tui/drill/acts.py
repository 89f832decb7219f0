"""What `/drill …` does at this console: the clock, the end, the report; and what the world's runner tells it."""

from typing import TYPE_CHECKING, Protocol

from ...config.drill_begin import again
from ...core.acts.drill import Contest, EndDrill, Observe, SetClock, Share
from ...core.commands import Command
from ...core.drill import clock
from ...core.drill.world import plan
from ...core.text import clean
from ...core.values import Ms, Refused
from ...room.live import LiveRoom
from ..practice.acts import do
from .debrief import Debrief

if TYPE_CHECKING:
    from ..app import WarRoomApp
    from ..incident_screen import IncidentScreen


class Led(Protocol):
    """A screen that looks at a drill: a room, or the game master's."""

    live: LiveRoom

    @property
    def console_app(self) -> "WarRoomApp":
        """The console that it is on."""

    def now(self) -> Ms:
        """What time it is in the drill (UTC ms)."""


def drill(room: "IncidentScreen", about: str) -> None:
    """Does what `about` begins with, one of WORDS. Raises `Refused`."""
    word, _, rest = about.strip().partition(" ")
    state = room.live.state
    if clock.scenario(state) is None:
        raise Refused("This is no drill with a scenario. The lobby begins one: Esc q.")
    word = word.casefold() or ("report" if clock.ended(state) else "pause" if clock.speed(state) else "go")
    hits = [each for each in WORDS if each.startswith(word)]
    if len(hits) != 1 and word not in WORDS:
        raise Refused(f"/drill {clean(word)}: there is {', '.join(WORDS)}.")
    word = word if word in WORDS else hits[0]
    if word == "report":
        if clock.running(state):
            raise Refused("The drill is still running; its report comes when it is over: /drill end.")
        room.lay_with(Debrief, lambda prompt, moment: Debrief(room))
    elif word == "restart":
        room.app.run_worker(_restart(room), exit_on_error=False)
    else:
        do(room, command(room, word, rest.strip()), lambda done: _said(word, done[0].body.text()))


WORDS = ("pause", "go", "faster", "slower", "skip", "end", "restart", "report", "contest", "share", "private", "note")


def _said(word: str, text: str) -> str:
    return {"note": "Noted for the debrief.", "share": "Others may see the report now."}.get(word, f"{text}.")


def command(room: Led, word: str, rest: str = "") -> Command:
    """What this word asks for, one of WORDS that are more than a look. Raises `Refused`."""
    state, wall = room.live.state, room.console_app.now()
    speed = clock.speed(state)
    match word:
        case "pause":
            return SetClock(speed=0, wall=wall, why=rest)
        case "go":
            if speed:
                raise Refused("It is not paused.")
            return SetClock(speed=clock.before_pause(state), wall=wall)
        case "faster" | "slower":
            now = speed or clock.before_pause(state)
            return SetClock(speed=clock.stepped(now, 1 if word == "faster" else -1), wall=wall)
        case "skip":
            coming = plan(state, room.now()).wake
            if coming is None:
                raise Refused("Nothing is coming; there is nothing to skip to.")
            return SetClock(speed=speed or clock.before_pause(state), wall=wall, to=coming, why="skipped")
        case "end":
            return EndDrill(why=rest or "somebody ended it", wall=wall)
        case "contest":
            point, _, why = rest.partition(" ")
            if not point:
                raise Refused("Which point, and why? The report names them: `/drill contest first-update it was on 2`.")
            return Contest(point=point, why=why)
        case "note":
            return Observe(what=rest)
    return Share(shared=word == "share")


async def _restart(room: "IncidentScreen") -> None:
    """The same scenario and seed, from the start; the one that runs is over."""
    app, state = room.console_app, room.live.state
    if clock.running(state):
        room.live.do(EndDrill(why="restarted", wall=app.now()))
    outcome = await app.declare(again(state, app.now(), app.me), drill=True)
    if isinstance(outcome, Exception):
        room.tell(str(outcome), True)
    else:
        await app.enter(outcome)
