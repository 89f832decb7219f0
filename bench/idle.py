"""The processor that an open room takes while its countdowns tick, against one label that ticks."""

import os
import sys
from collections.abc import Iterator
from time import perf_counter

from .corpus import WARROOM, Corpus
from .measure import interleaved, ratio
from .row import Row
from .start import APPS, up
from .terminal import Terminal

TICKING = [sys.executable, os.path.join(APPS, "ticking.py")]


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    stretch = 3.0 if quick else 10.0
    with Terminal([WARROOM, corpus.declared()], corpus.env) as console, Terminal(TICKING) as peer:
        up(console)
        peer.until(b"eady")

        def watch(seconds: float) -> None:
            end = perf_counter() + seconds
            while perf_counter() < end:
                for each in (console, peer):  # both are read, so that neither waits for its terminal
                    each.take(0.05)

        def taken(terminal: Terminal) -> float:
            begin = terminal.cpu()
            watch(stretch)
            return terminal.cpu() - begin

        watch(5.0)  # what follows a start is over, the last screen is kept

        found = interleaved(2 if quick else 4, {"room": lambda: taken(console), "label": lambda: taken(peer)}, warm=1)
    percent = {name: 100 * sum(values) / len(values) / stretch for name, values in found.items()}
    note = f"{percent['room']:.2f} % of a processor, one ticking label {percent['label']:.2f} %"
    yield Row("idle with countdowns × one ticking label", ratio(found["room"], found["label"]), 1.5, 1.1, note)
