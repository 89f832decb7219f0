"""The numbers as CSV, for a spreadsheet: a row for each incident, or a row for each span of each cut.

What is not known is an empty cell, and why stands in the last column. Spans are whole seconds.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from ..core.review.metrics import SPANS, Metrics
from ..core.review.stats import Cut, real
from ..core.text import clean
from ..core.values import ACTIVE, SEVERITIES
from ..render.stats_data import seconds, spread, title
from ..render.times import iso_short
from .records import guarded

_SPREAD = ("n", "not_known", "least_s", "lower_quartile_s", "median_s", "upper_quartile_s", "most_s", "mean_s")
_UPDATES = ("updates", "updates_owed", "updates_late", "updates_never", "updates_not_known")
_PAGES = ("paged", "answered", "no_answer", "pages_failed")


def incidents(found: Iterable[Metrics], handles: dict[str, str]) -> str:
    """A row for each incident that counts; `handles` are theirs by identity."""
    heads = (
        *("handle", "id", "title", "severity", "phase", "declared_at", "ended_at", "services", "imported", "reopened"),
        *(f"{name}_s" for name in SPANS),
        *(f"{name}_s" for name in (*ACTIVE, *SEVERITIES)),
        *_UPDATES,
        *_PAGES,
        *("caught", "not_known"),
    )
    return _csv(heads, (_incident(each, handles) for each in real(found)))


def _incident(each: Metrics, handles: dict[str, str]) -> Sequence[object]:
    in_phase = [None if "in_phase" in each.missing else each.in_phase.get(name, 0) for name in ACTIVE]
    at = [None if "at_severity" in each.missing else each.at_severity.get(name, 0) for name in SEVERITIES]
    return (
        *(handles.get(each.id, ""), each.id, title(each), each.severity, each.phase, iso_short(each.declared_at)),
        *("" if each.ended is None else iso_short(each.ended), ", ".join(each.services), each.imported, each.reopened),
        *(seconds(span) for span in (*(each.spans.get(name) for name in SPANS), *in_phase, *at)),
        *(each.updates, each.updates_owed + each.updates_missed, each.updates_late, each.updates_missed),
        *(each.updates_unknown, sum(each.pages.values()), sum(each.answered.values()), sum(each.no_answer.values())),
        *(each.pages_failed, each.caught, "; ".join(_reasons(each))),
    )


def _reasons(each: Metrics) -> list[str]:
    """Why cells are empty."""
    return [f"{name}: {why}" for name, why in each.missing.items()]


def cuts(by: str, found: Iterable[Cut]) -> str:
    """A row for each span of each cut."""
    rows = (
        (cut.name, cut.n, name, *(spread(each)[column] for column in _SPREAD))
        for cut in found
        for name, each in cut.spans.items()
    )
    return _csv((by, "incidents", "span", *_SPREAD), rows)


def _csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
    return clean(guarded(str(value)), lines=True)
