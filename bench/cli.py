"""One entry from the shell: the whole process, durable, against a Python that does nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator

from .corpus import SENTENCE, WARROOM, Corpus
from .measure import interleaved, ms, ratio, timed
from .row import Row


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    room = corpus.incident(1_000)
    handle = corpus.handle(room)
    environment = {**os.environ, **corpus.env}

    def log() -> None:
        done = subprocess.run([WARROOM, "log", SENTENCE, "-i", handle], env=environment, capture_output=True)
        assert (done.returncode, bool(done.stdout)) == (0, True), done

    def nothing() -> None:
        subprocess.run([sys.executable, "-c", "pass"], env=environment, capture_output=True, check=True)

    found = interleaved(10 if quick else 60, {"log": lambda: timed(log), "pass": lambda: timed(nothing)}, warm=2)
    note = f"{ms(found['log'])}, python -c pass {ms(found['pass'])}"
    yield Row("warroom log …, whole process × python -c pass", ratio(found["log"], found["pass"]), 6, 4, note)
    room.log.close()
