"""Enter → durable → on the screen, and another process's fact → on this screen."""

import os
import random
import sys
from collections.abc import Iterator
from time import perf_counter

from warroom.core.acts.entries import Log as LogEntry

from .corpus import WARROOM, Corpus
from .measure import interleaved, ms, ratio
from .row import Row
from .start import APPS, up
from .terminal import Terminal

STORELESS = [sys.executable, "-m", "bench.apps.storeless"]
_REPOSITORY = os.path.dirname(os.path.dirname(APPS))


class Typist:
    """Somebody at a console, who types one short line after another."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.lines = 0
        up(terminal)
        terminal.quiet(1.0)

    def enter(self) -> float:
        """Seconds from Enter to the line's row on the screen."""
        self.lines += 1
        line = b"entry%05d" % self.lines
        before = len(self.terminal.raw)
        self.terminal.send(line)
        self.terminal.until(line[-1:], before)
        # Somewhere between two of Textual's frames, as people press it: always at the same place would favour one side.
        self.terminal.quiet(0.03 + random.random() / 50)
        before = len(self.terminal.raw)
        begin = self.terminal.send(b"\r")
        took = self.terminal.until(line, before) - begin
        self.terminal.quiet(0.03)
        return took


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    runs = 20 if quick else 150
    long = 20_000 if quick else 100_000
    rooms = {size: corpus.incident(size) for size in (100, long)}
    handles = {size: corpus.handle(room) for size, room in rooms.items()}
    environment = {**corpus.env, "PYTHONPATH": _REPOSITORY}
    with (
        Terminal([WARROOM, handles[100]], environment) as own,
        Terminal([*STORELESS, handles[100]], environment) as bare,
        Terminal([WARROOM, handles[long]], environment) as big,
    ):
        typists = {"own": Typist(own), "bare": Typist(bare), "big": Typist(big)}
        found = interleaved(runs, {name: typist.enter for name, typist in typists.items()}, warm=5)
    note = f"{ms(found['own'])}, without a store {ms(found['bare'])}"
    yield Row("Enter → durable → on screen × without a store", ratio(found["own"], found["bare"]), 1.25, 1.1, note)
    note = f"{ms(found['big'])} against {ms(found['own'])}"
    yield Row(f"the same, {long:,} against 100 rows", ratio(found["big"], found["own"]), 1.6, 1.2, note)

    other = corpus.other(rooms[100])
    with Terminal([WARROOM, handles[100]], environment) as terminal:
        typist = Typist(terminal)
        count = 0

        def theirs() -> float:
            nonlocal count
            count += 1
            line = f"other{count:05d}"
            terminal.quiet(0.03 + random.random() / 50)
            before = len(terminal.raw)
            begin = perf_counter()
            outcome = other.do(LogEntry(text=line))
            assert isinstance(outcome, list), outcome
            took = terminal.until(line.encode(), before) - begin
            terminal.quiet(0.03)
            return took

        found = interleaved(runs if quick else 500, {"theirs": theirs, "own": typist.enter}, warm=5)
    note = f"n = {len(found['theirs'])}: {ms(found['theirs'])} from its Enter, own {ms(found['own'])}"
    yield Row("another process's fact → here × own Enter", ratio(found["theirs"], found["own"]), 3, 2, note)
    for room in (*rooms.values(), other):
        room.log.close()
