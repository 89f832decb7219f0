"""The numbers as data for JSON: spans in whole seconds, times in UTC, and of how many each number is not known."""

from collections.abc import Sequence
from typing import Any

from ..core.review.metrics import SPANS, Metrics
from ..core.review.stats import BY, Cut, Hurt, Only, Spread, Stats, Updates
from ..core.values import SECOND, Ms
from .times import iso, iso_or_none

Data = dict[str, Any]


def data(found: Stats, only: Only, unread: Sequence[tuple[str, str]] = (), alerts: Data | None = None) -> Data:
    """Everything that the stats say. `unread`: files that are in no number, and why; `alerts`: what the inbox says."""
    return {
        "incidents": found.n,
        "open": found.open,
        "cancelled": found.cancelled,
        "reopened": found.reopened,
        "imported": found.imported,
        "left_out": {"drills": found.drills, "duplicates": found.duplicates},
        "only": {
            "since": iso_or_none(only.since),
            "until": iso_or_none(only.until),
            "service": only.service or None,
            "severity": only.severity or None,
        },
        "spans": _spreads(found.spans),
        "in_phase": _spreads(found.in_phase),
        "at_severity": _spreads(found.at_severity),
        "updates": _updates(found.updates),
        "pages": {
            "by": [
                {
                    "place": place,
                    "paged": found.pages.sent.get(place, 0),
                    "answered": found.pages.answered.get(place, 0),
                    "no_answer": found.pages.no_answer.get(place, 0),
                }
                for place in found.pages.places
            ],
            "failed": found.pages.failed,
        },
        "caught": _hurt(found.hurt),
        "alerts": alerts,
        "cuts": {by: [_cut(cut) for cut in found.cuts(by)] for by in BY},
        "not_known": found.missing,
        "unread": [{"file": file, "why": why} for file, why in unread],
    }


def _spreads(spreads: dict[str, Spread]) -> Data:
    return {name: spread(each) for name, each in spreads.items()}


def spread(found: Spread) -> Data:
    """One spread; quartiles of fewer than five values are left out, and the values themselves are there."""
    few = found.few
    return {
        "n": found.n,
        "not_known": found.missing,
        "least_s": seconds(found.least),
        "lower_quartile_s": None if few else seconds(found.lower),
        "median_s": None if few else seconds(found.median),
        "upper_quartile_s": None if few else seconds(found.upper),
        "most_s": seconds(found.most),
        "mean_s": None if few else seconds(found.mean),
        "values_s": [seconds(value) for value in found.values] if few else None,
    }


def seconds(span: Ms | None) -> int | None:
    """Whole seconds, cut."""
    return None if span is None else span // SECOND


def _updates(found: Updates) -> Data:
    return {
        "sent": found.sent,
        "owed": found.owed,
        "in_time": found.on_time,
        "late": found.late,
        "never": found.missed,
        "not_known": found.unknown,
    }


def _hurt(found: Hurt) -> Data:
    return {"before_users_were_hurt": found.caught, "not": found.hurt, "not_known": found.not_known}


def _cut(cut: Cut) -> Data:
    return {
        "name": cut.name,
        "incidents": cut.n,
        "spans": _spreads(cut.spans),
        "updates": _updates(cut.updates),
        "caught": _hurt(cut.hurt),
    }


def incident(found: Metrics, handle: str, alerts: Sequence[tuple[str, str]] = ()) -> Data:
    """What one incident took. `alerts`: names and rules of those that belong to it."""
    return {
        "id": found.id,
        "handle": handle,
        "title": found.title,
        "severity": found.severity or None,
        "phase": found.phase,
        "declared_at": iso(found.declared_at),
        "ended_at": iso_or_none(found.ended),
        "services": list(found.services),
        "drill": found.drill,
        "imported": found.imported,
        "cancelled": found.cancelled,
        "reopened": found.reopened,
        "duplicate_of": found.duplicate_of or None,
        "spans_s": {name: seconds(found.spans.get(name)) for name in SPANS},
        "in_phase_s": {name: seconds(span) for name, span in found.in_phase.items()},
        "at_severity_s": {name: seconds(span) for name, span in found.at_severity.items()},
        "updates": {
            "sent": found.updates,
            "owed": found.updates_owed + found.updates_missed,
            "in_time": found.updates_owed - found.updates_late,
            "late": found.updates_late,
            "never": found.updates_missed,
            "not_known": found.updates_unknown,
        },
        "pages": {
            "paged": found.pages,
            "answered": found.answered,
            "no_answer": found.no_answer,
            "failed": found.pages_failed,
        },
        "caught": found.caught,
        "alerts": [{"id": id, "rule": rule} for id, rule in alerts],
        "entries": found.entries,
        "not_known": found.missing,
    }


def title(found: Metrics) -> str:
    """Its title in what is handed on: a restricted incident's stays here."""
    return "(restricted)" if found.restricted else found.title
