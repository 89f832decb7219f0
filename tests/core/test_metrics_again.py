"""The metrics agree with a plain second implementation, over logs that nobody would write by hand."""

import pytest

from facts import T0
from metric_logs import log
from plain_metrics import Plain
from warroom.core.order import Replay
from warroom.core.review.metrics import SPANS, metrics
from warroom.core.values import HOUR

LOGS = 1_000
NOW = T0 + 90 * HOUR


@pytest.mark.parametrize("part", range(10))
def test_a_second_implementation_says_the_same_of_a_thousand_logs(part: int) -> None:
    for seed in range(part, LOGS, 10):
        raw = log(seed)
        ours, plain = metrics(Replay().receive(raw), NOW), Plain(raw)
        phases, severities = plain.tables(NOW)
        assert ours.spans == {
            name: span for name, (start, end) in SPANS.items() if (span := plain.span(start, end)) is not None
        }, seed
        assert (ours.in_phase if "in_phase" not in ours.missing else None) == phases, seed
        assert (ours.at_severity if "at_severity" not in ours.missing else None) == severities, seed
        assert (ours.updates, ours.updates_late, ours.updates_missed, ours.updates_unknown) == plain.updates(NOW), seed
        assert (ours.pages, ours.answered, ours.no_answer, ours.pages_failed) == plain.pages(), seed
        assert ours.caught == plain.caught(), seed
        assert ours.severity == plain.worst, seed
        assert (ours.phase, ours.entries, ours.drill) == (plain.phase, plain.entries(), plain.is_drill()), seed
