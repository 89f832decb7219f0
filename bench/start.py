"""From exec to the first row, and to the first frame that can be typed into; and back to the shell."""

import os
import sys
from collections.abc import Callable, Iterator

from .corpus import WARROOM, Corpus
from .measure import interleaved, ms, ratio
from .row import Row
from .terminal import Terminal

APPS = os.path.join(os.path.dirname(__file__), "apps")
PASS = [sys.executable, "-c", "pass"]
MINIMAL = [sys.executable, os.path.join(APPS, "minimal.py")]
UP = b"\x1b[?1004h"  # what Textual's driver writes before its first frame
TYPED_HERE = b"log as dana"  # the frame of the prompt
LEAVE_MINIMAL, LEAVE, ASKED = b"\x11", b"\x04", b"Leave War room?"


def up(terminal: Terminal) -> float:
    """When the console's own first frame was there."""
    terminal.until(UP)
    return terminal.until(TYPED_HERE, terminal.raw.find(UP))


def leave(terminal: Terminal) -> float:
    """Ask to leave, agree, and say how long the leaving took."""
    terminal.quiet()
    terminal.send(LEAVE)
    terminal.until(ASKED)
    terminal.quiet()
    begin = terminal.send(b"\r")
    return terminal.ended() - begin


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    runs = 6 if quick else 25
    short, long = corpus.incident(100), corpus.incident(20_000 if quick else 100_000)
    rooms = {"short": [WARROOM, corpus.handle(short)], "long": [WARROOM, corpus.handle(long)]}
    for command in rooms.values():  # so that there is a last screen to show
        with Terminal(command, corpus.env) as terminal:
            up(terminal)
            leave(terminal)

    def first_row() -> float:
        with Terminal(rooms["short"], corpus.env) as terminal:
            return terminal.until(b"opening") - terminal.began

    def nothing() -> float:
        with Terminal(PASS) as terminal:
            return terminal.ended() - terminal.began

    found = interleaved(runs * 2, {"row": first_row, "pass": nothing}, warm=2)
    note = f"{ms(found['row'])}, python -c pass {ms(found['pass'])}"
    yield Row("first row on the terminal × python -c pass", ratio(found["row"], found["pass"]), 2.5, 1.5, note)

    quits: dict[str, list[float]] = {"console": [], "minimal": []}
    acts = {name: _frame(command, corpus, quits) for name, command in rooms.items()}
    found = interleaved(runs, {**acts, "minimal": lambda: _minimal(quits)})
    for name, facts in (("short", "100"), ("long", "20,000" if quick else "100,000")):
        note = f"{ms(found[name])}, minimal app {ms(found['minimal'])}"
        what = f"first interactive frame, {facts} events × a minimal app"
        yield Row(what, ratio(found[name], found["minimal"]), 1.6, 1.3, note)
    note = f"{ms(quits['console'])}, minimal app {ms(quits['minimal'])}"
    yield Row("quit × the quit of a minimal app", ratio(quits["console"], quits["minimal"]), 1, 0.5, note)
    short.log.close()
    long.log.close()


def _frame(command: list[str], corpus: Corpus, quits: dict[str, list[float]]) -> Callable[[], float]:
    def frame() -> float:
        with Terminal(command, corpus.env) as terminal:
            seen = up(terminal) - terminal.began
            quits["console"].append(leave(terminal))
            return seen

    return frame


def _minimal(quits: dict[str, list[float]]) -> float:
    with Terminal(MINIMAL) as terminal:
        seen = terminal.until(b"eady") - terminal.began
        terminal.quiet()
        begin = terminal.send(LEAVE_MINIMAL)
        quits["minimal"].append(terminal.ended() - begin)
        return seen
