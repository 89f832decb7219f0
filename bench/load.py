"""Opening a long file: facts as typed values, against what decoding the same bytes into dicts takes."""

import gc
from collections.abc import Iterator

import orjson

from .corpus import Corpus
from .measure import interleaved, ms, ratio, timed
from .row import Row


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    size = 20_000 if quick else 100_000
    room = corpus.incident(size)
    log = room.log
    with open(log.path, "rb") as file:
        data = file.read()

    def peer() -> None:
        orjson.loads(data)

    def subject() -> None:
        assert len(log.load()) >= size

    def folded() -> None:
        room.load()

    assert gc.isenabled()
    acts = {"load": lambda: timed(subject), "orjson": lambda: timed(peer), "folded": lambda: timed(folded)}
    found = interleaved(3 if quick else 9, acts)
    note = f"{size} events: {ms(found['load'])}, orjson {ms(found['orjson'])}; with the fold {ms(found['folded'])}"
    yield Row("typed load × orjson.loads of the same bytes", ratio(found["load"], found["orjson"]), 0.7, 0.4, note)
    log.close()
