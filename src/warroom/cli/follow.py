"""`warroom follow`: the timeline as it grows, a line a fact, for a screen reader, a pipe or a plain terminal."""

import os

from ..core.events import Event
from ..core.incident import Incident
from ..render import timeline
from ..render.times import day
from ..room.room import Room
from . import out
from .session import Session
from .show import look
from .stop import OK, Usage
from .verb import Arguments, Parser, Verb, which

_AT_MOST = 60.0  # seconds between two looks, where nothing woke us


def _arguments(parser: Parser) -> None:
    which(parser)
    parser.add_argument("--plain", action="store_true", help="print lines, on any terminal")
    parser.add_argument("-n", "--last", metavar="N", type=int, help="begin with the last N rows; by default with all")


def _run(session: Session, arguments: Arguments) -> int:
    if arguments.last is not None and arguments.last < 0:
        raise Usage("-n wants a number from 0.")
    full_screen = out.is_terminal(0) and out.is_terminal(1) and os.environ.get("TERM", "dumb") != "dumb"
    if full_screen and not (arguments.plain or arguments.json):
        from .main import open_console

        return open_console(session, session.handle(session.seen().state.id))
    return _follow(session, arguments)


def _follow(session: Session, arguments: Arguments) -> int:
    from ..store.watch import Watcher

    watcher = Watcher(session.path)  # before the first look, so that nothing comes between the two unseen
    room = session.seen()
    lines = _Lines(session)
    known = list(room.state.timeline)
    first = len(known) - arguments.last if arguments.last is not None else 0
    lines.tell(room.state, known[max(0, first) :])
    seen = {event.id for event in known}
    try:
        while True:
            fresh = _fresh(room, seen)
            seen.update(event.id for event in fresh)
            lines.tell(room.state, fresh)
            watcher.wait(_AT_MOST)
    finally:
        watcher.close()
        room.log.close()
    return OK


def _fresh(room: Room, seen: set[str]) -> list[Event]:
    """The facts that came since the last look, in the order in which they are folded."""
    if not room.follow():
        return []
    facts = room.state.facts
    new: list[Event] = []
    for i in range(len(facts) - 1, -1, -1):
        if facts[i].id not in seen:
            new.append(facts[i])
        elif len(seen) + len(new) == len(facts):
            break
    return new[::-1]


class _Lines:
    """Prints facts, a new day's date before the first of it."""

    def __init__(self, session: Session) -> None:
        self.look = look(session)
        self.json = session.arguments.json
        self.day = ""

    def tell(self, state: Incident, events: list[Event]) -> None:
        if self.json:
            for event in events:
                out.json(timeline.as_data(state, event))
            return
        for event in events:
            if timeline.outdated(state, event):
                continue
            t = state.when(event).t
            if (this := day(t, self.look.zone)) != self.day:
                self.day = this
                out.painted([self.look.paint.bold(f"── {this} {self.look.zone(t)[1]}")])
            out.painted(timeline.lines(state, event, self.look))


VERBS = {
    "follow": Verb(
        "the timeline as it grows; in a full terminal the console, with --plain lines",
        "warroom follow --plain | grep decision",
        _arguments,
        _run,
    )
}
