"""The stats screen over a thousand incidents: the first opening against reading the same bytes once, and the second."""

import glob
import os
import time
from collections.abc import Iterator

from warroom.config.load import Library
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity, Declare, MarkMilestone, StateImpact
from warroom.core.acts.paging import Acknowledge
from warroom.core.acts.talk import PostUpdate
from warroom.core.commands import Command, Draft
from warroom.core.review.stats import stats
from warroom.core.values import MINUTE, At
from warroom.render.stats_text import month
from warroom.room.metrics_cache import read
from warroom.room.room import Room
from warroom.store import beside
from warroom.store.rows import events_in
from warroom.tui.stats.screen import View, text

from .corpus import ME, SENTENCE, Corpus
from .measure import interleaved, ms, ratio, timed
from .row import Row

FACTS = 500


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    count = 100 if quick else 1_000
    for n in range(count):
        _incident(corpus, n)
    folder = corpus.paths.incidents
    paths = sorted(glob.glob(os.path.join(folder, "*.json")))

    def once() -> None:
        """Every byte of every file, as the store reads it: typed facts."""
        for path in paths:
            with open(path, "rb") as file:
                found = events_in(file.read())
            assert found is not None
            assert len(found) > FACTS * 0.9

    def opened() -> int:
        """What happens between the key and the screen."""
        found = read((folder, corpus.paths.archive))
        now = time.time_ns() // 1_000_000
        incidents = tuple(found.at(now))
        view = View(found=stats(incidents, month), rows=incidents, now=now)
        assert len(text(view, 116)) > 60
        return found.files_read

    def first() -> float:
        if os.path.exists(beside.metrics(folder)):
            os.unlink(beside.metrics(folder))
        return timed(lambda: _is(opened(), count))

    acts = {"once": lambda: timed(once), "first": first, "again": lambda: timed(lambda: _is(opened(), 0))}
    found = interleaved(3 if quick else 7, acts)
    note = f"{count} incidents of {FACTS} facts: {ms(found['first'])}, reading {ms(found['once'])}"
    yield Row("stats, first opening × reading the same bytes once", ratio(found["first"], found["once"]), 3, 2, note)
    note = f"{ms(found['again'])}; nothing had changed"
    yield Row(
        "stats, second opening × reading the same bytes once", ratio(found["again"], found["once"]), 0.3, 0.1, note
    )


def _is(found: int, wanted: int) -> None:
    assert found == wanted, (found, wanted)


def _incident(corpus: Corpus, n: int) -> None:
    """One as a busy night leaves it: mostly entries, and pages, updates and phases among them."""
    library = Library()
    declare = Declare(
        title=f"incident {n}",
        severity=f"SEV{n % 4 + 1}",
        services=(("payments", "search", "web")[n % 3],),
        attach=(library.policy("example"), library.cadence()),
    )
    room = corpus.desk.declare(declare)
    assert isinstance(room, Room), room
    began = time.time_ns() // 1_000_000 - (20 + n % 90) * MINUTE
    acts: list[Command] = [
        StateImpact(what="5xx", since=began, users=n % 2 * 40),
        MarkMilestone(milestone="detected", at=At(began + (1 + n % 7) * MINUTE)),
        Acknowledge(who="dana"),
        ChangeSeverity(severity=f"SEV{(n + 1) % 4 + 1}"),
        *(ChangePhase(phase=phase) for phase in ("identified", "mitigating", "monitoring")),
        *(PostUpdate(what="we know more", audience=audience) for audience in ("public", "internal") * 4),
        ChangePhase(phase="resolved"),
    ]
    entries = [Log(text=f"{SENTENCE} #{k}") for k in range(FACTS - len(acts) - 4 - 40)]
    outcomes = room.commit([(act, ME) for act in (*acts, *entries)])
    assert all(isinstance(outcome, list) for outcome in outcomes)
    with room.log.writing() as writing:
        for k in range(40):
            key, state = f"page {k // 4}", ("queued", "sending", "accepted", "sent")[k % 4]
            body = ev.DeliveryChanged(key, state, ref=f"contact:{k // 4}", level=1 + k // 20, cause="x")
            writing.seal(Draft(body, At(began)), at_now=began, by=ME)
        writing.write()
    room.log.close()
