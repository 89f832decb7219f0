"""A commander without a screen: the lines of a script, each done as the command line would do it, in drill time."""

import shlex
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.acts.drill import MarkScript
from ..core.commands import Draft
from ..core.events import DrillScripted
from ..core.values import At, By, Ms
from ..core.zone import utc
from ..room.headless import Scripted, SteppedRoom, marked
from ..store.log import Log
from . import out
from .index import GROUPS, WHERE
from .session import Session
from .stop import Stop, Usage

if TYPE_CHECKING:
    from ..room.room import Room
    from .verb import Arguments

_GROUPS = ("Steer", "Write", "Work", "Call", "See")
_NOT = ("declare", "link", "watch", "policy", "list", "follow")
VERBS = tuple(
    name for group in _GROUPS for name, module in WHERE.items() if module in GROUPS[group] and name not in _NOT
)
"""What a script may do: the acts on one incident, and looking at it."""


class ScriptSession(Session):
    """What a verb gets inside a drill: the drill's file, whatever it names, at the drill's moment."""

    def __init__(self, arguments: "Arguments", outer: Session, path: str, at: Ms, line: int) -> None:
        super().__init__(arguments)
        self.__dict__["paths"] = outer.paths
        self.__dict__["settings"] = outer.settings
        self.__dict__["replica"] = outer.replica
        self.__dict__["path"] = path
        self.__dict__["zone"] = utc  # the same on every machine
        self._outer, self._at, self._line = outer, at, line
        self.marked = False
        self._rooms: list[SteppedRoom] = []

    def now(self) -> Ms:
        return self._at

    def room(self) -> "Room":
        made = SteppedRoom(Log.open(self.path, self.replica), self.me, self._at)
        made.line, made.marked = self._line, self.done
        self._rooms.append(made)
        return made

    @cached_property
    def me(self) -> By:
        return super().me if self.arguments.by else self._outer.me

    def beside(self) -> list[Draft]:
        return [Draft(DrillScripted(self._line), At(self._at))]

    @property
    def done(self) -> bool:
        """Whether the line's mark is on the log."""
        return any(room.marked for room in self._rooms)


def run_line(outer: Session, path: str, line: Scripted, at: Ms) -> str:
    """Does one line at that moment (drill time, UTC ms). Returns why it was not possible; empty: it was done."""
    from .main import joined, verb
    from .verb import parse, parser

    session: ScriptSession | None = None
    why = ""
    with out.Caught() as said:
        try:
            name, words = _words(line.words)
            it = verb(name)
            try:
                arguments = parse(parser(name, it), joined(words))
            except SystemExit:
                raise Usage(f"{name}: only its help was asked for") from None
            session = ScriptSession(arguments, outer, path, at, line.number)
            code = it.run(session, arguments)
            why = "" if code == 0 else " ".join(said)[:300]
        except Stop as stop:
            why = str(stop)
        except OSError as problem:
            from ..store.errors import StoreError

            if isinstance(problem, StoreError):
                raise
            why = problem.strerror or str(problem)
    if session is None or not session.done:
        room = SteppedRoom(Log.open(path, outer.replica), outer.me, at)
        with room.log:
            if line.number not in marked(room.load()):
                room.do(MarkScript(line=line.number, refused=why[:400]))
    return why


def _words(text: str) -> tuple[str, list[str]]:
    try:
        words = shlex.split(text)
    except ValueError as wrong:
        raise Usage(f"{wrong}: quotes come in pairs") from None
    if words and words[0] == "warroom":
        words = words[1:]
    if not words or words[0] not in VERBS:
        name = words[0] if words else ""
        raise Usage(f"“{name}” is nothing that is done in a drill; there are {', '.join(VERBS)}.")
    return words[0], words[1:]
