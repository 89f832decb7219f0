"""Runs a drill, in the console or without a screen, and moves the clock of one that runs."""

import os
import random
import time
from typing import TYPE_CHECKING

from ..core.acts.drill import EndDrill, SetClock
from ..core.drill import clock
from ..core.drill.memory import BASE
from ..core.drill.world import plan
from ..core.incident import Incident
from ..core.values import Ms, Refused
from ..store.errors import StoreError
from . import out
from .act import act
from .drill import loaded, scenario_file
from .session import Session
from .stop import No, NotHere, Stop, Usage
from .verb import Arguments
from .which import by_name

if TYPE_CHECKING:
    from ..core.acts.lifecycle import Declare
    from ..room.room import Room

_FASTEST = 1_000_000
_SCRIPT = 1024 * 1024


def wall() -> Ms:
    """What the wall's clock shows (UTC ms)."""
    return time.time_ns() // 1_000_000


def percent(word: str | None) -> int | None:
    """`2` or `0.5` times real time as percent; None where nothing was said. Raises `Usage`."""
    if word is None:
        return None
    try:
        times = float(word)
    except ValueError:
        times = 0.0
    if not 0.01 <= times <= _FASTEST:
        raise Usage(f"--speed: “{word}” should be how many times as fast as real time, from 0.01 to {_FASTEST}.")
    return round(times * 100)


def run(session: Session, arguments: Arguments, name: str) -> int:
    """A new run of this scenario."""
    speed = percent(arguments.speed)
    if arguments.actor_script and not arguments.headless:
        raise Usage("--actor-script goes with --headless: in the console you are the actor.")
    lines = _script(arguments.actor_script) if arguments.actor_script else ()
    file = scenario_file(session, name)
    seed = arguments.seed if arguments.seed is not None else (0 if arguments.headless else random.randrange(1, 10_000))
    if not 0 <= seed < 2**53:
        raise Usage("--seed: should be a whole number from 0.")
    played = loaded(session, file, seed, arguments.variant)
    if arguments.headless:
        return _headless(session, arguments, played, seed, lines, speed)
    if not (out.is_terminal(0) and out.is_terminal(1)):
        raise Usage("A drill in the console needs a terminal. --headless runs it without one.")
    from ..config.drill_begin import declaration
    from ..config.settings import Settings
    from .main import open_console
    from .which import handle

    settings = session.settings or Settings()
    command = declaration(session.library, settings, played, seed, wall(), who=session.me.name)
    room = _declared(session, command)
    inc = room.log.inc
    if speed is not None and speed != 100:
        room.do(SetClock(speed=min(speed, clock.FASTEST), wall=wall()))
    room.log.close()
    return open_console(session, handle(session.paths, inc))


def _declared(session: Session, command: "Declare", at: Ms | None = None) -> "Room":
    from ..room.desk import Desk

    now = (lambda: at) if at is not None else wall
    desk = Desk(session.paths.incidents, session.replica, session.me, now)
    outcome = desk.declare(command, drill=True)
    if isinstance(outcome, StoreError):
        raise outcome
    if isinstance(outcome, Refused):
        raise No(str(outcome))
    return outcome


# ── without a screen ──


def _script(file: str) -> tuple[str, ...]:
    """The lines of an actor's script. Raises `Usage` with the line that is wrong."""
    from ..room.headless import script

    try:
        with open(file, "rb") as source:
            data = source.read(_SCRIPT + 1)
        if len(data) > _SCRIPT:
            raise ValueError("it is larger than 1 MiB")
        lines = tuple(data.decode().splitlines())
        script(lines)
    except OSError as problem:
        raise Usage(f"--actor-script: {file} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise Usage(f"--actor-script: {file} is not UTF-8 text.") from None
    except ValueError as wrong:
        raise Usage(f"--actor-script: {file}, {wrong}.") from None
    return lines


def _headless(
    session: Session, arguments: Arguments, played: object, seed: int, lines: tuple[str, ...], speed: int | None
) -> int:
    from ..config.drill_begin import declaration
    from ..config.drill_making import Played
    from ..config.settings import Settings

    assert isinstance(played, Played)
    settings = session.settings or Settings()
    command = declaration(
        session.library, settings, played, seed, BASE, who=session.me.name, headless=True, script=lines
    )
    room = _declared(session, command, BASE)
    path, inc = room.log.path, room.log.inc
    room.log.close()
    out.say(
        f"{session.handle(inc)} runs without a screen; `warroom drill resume {session.handle(inc)}` goes on with it."
    )
    return go_on(session, arguments, path, speed)


def go_on(session: Session, arguments: Arguments, path: str, speed: int | None) -> int:
    """Plays a drill without a screen to its end, from where it is, and prints its report."""
    from ..room.headless import Scripted, SteppedRoom, Stopped, play
    from ..room.real import RealPages
    from ..store import beside, holding
    from ..store.log import Log
    from .drill_report import shown
    from .drill_script import run_line

    held = holding.take(beside.drill(path), holding.Holder(os.getpid(), "a run without a screen", f"{os.getpid()}"))
    if held is None:
        raise No("Another process plays this drill already.")

    def do(line: Scripted, at: Ms) -> str:
        return run_line(session, path, line, at)

    _hear_nothing()
    real = RealPages(session.paths.incidents, wall)
    try:
        room = SteppedRoom(Log.open(path, session.replica), session.me, BASE)
        with room.log:
            state = play(room, do, speed=speed, now=wall, real=real)
    except Stopped as stopped:
        raise No(str(stopped)) from None
    finally:
        held.release()
    return shown(session, arguments, state, [])


def _hear_nothing() -> None:
    """Standard input is somebody else's: a script that reads it would do something else each time."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)


# ── the clock of one that runs ──


def move(session: Session, arguments: Arguments, what: str, rest: list[str]) -> int:
    """Pause, resume, skip, end, or another speed."""
    speed = percent(rest.pop(0)) if what == "speed" else None
    path = _path(session, arguments, rest[0] if rest else "")
    session.__dict__["path"] = path
    state = session.seen().state
    body = clock.started(state)
    if body is None:
        raise No("That is no drill with a scenario; it has no clock of its own.")
    if getattr(body.body, "headless", False):
        if what == "resume" and clock.running(state):
            return go_on(session, arguments, path, percent(arguments.speed))
        if what == "resume":
            from .drill_report import shown

            return shown(session, arguments, state, [])
        raise No("It runs without a screen. Ctrl+C stops it there, and `warroom drill resume` goes on with it.")
    return act(session, lambda now: _command(session, arguments, what, now, speed))


def _command(
    session: Session, arguments: Arguments, what: str, state: Incident, speed: int | None
) -> "SetClock | EndDrill":
    match what:
        case "pause":
            return SetClock(speed=0, wall=wall(), why=arguments.why)
        case "resume":
            if clock.speed(state):
                raise Refused("It is not paused.")
            return SetClock(speed=clock.before_pause(state), wall=wall())
        case "speed":
            return SetClock(speed=speed or 100, wall=wall())
        case "end":
            return EndDrill(why=arguments.why or "somebody ended it", wall=wall())
    coming = plan(state, session.now()).wake
    if coming is None and clock.running(state):
        raise Refused("Nothing is coming; there is nothing to skip to.")
    return SetClock(speed=clock.speed(state) or clock.before_pause(state), wall=wall(), to=coming, why="skipped")


def _path(session: Session, arguments: Arguments, named: str) -> str:
    """The drill that is meant: by name, or the only one that is not over. Raises `Stop`."""
    from ..room.drill_history import history

    named = named or arguments.incident or os.environ.get("WARROOM_INCIDENT", "")
    if named:
        return by_name(session.paths, named).path
    found = [each for each in history(session.desk) if not each.ended]
    if len(found) == 1:
        return found[0].path
    if not found:
        raise NotHere("No drill is running. `warroom drill run NAME` begins one.")
    raise No("Several drills are running; say which: " + ", ".join(each.handle for each in found))


__all__ = ["Stop", "go_on", "move", "percent", "run", "wall"]
