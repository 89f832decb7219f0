"""Metrics of made-up incidents, enough of them for every part of the stats to have something to say."""

from random import Random

from warroom.core.review.metrics import Metrics
from warroom.core.review.stats import Stats, stats
from warroom.core.values import DAY, HOUR, MINUTE, Ms, incident_id
from warroom.render.stats_text import month

NOW: Ms = 1_764_000_000_000  # 2025-11-24 16:00 UTC
HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(1)> [bold]x[/] \x1b]0;t\x07 https://evil.example ‮'


def made(n: int = 0, **given: object) -> Metrics:
    """One incident that is over."""
    start = NOW - (n + 1) * DAY
    fields: dict[str, object] = {
        "id": incident_id(n.to_bytes(16, "big"), False),
        "title": f"incident {n}",
        "severity": "SEV2",
        "phase": "closed",
        "declared_at": start,
        "ended": start + HOUR,
        "services": ("web",),
        "drill": False,
        "spans": {},
        "missing": {},
        "at_severity": {"SEV2": HOUR},
        "in_phase": {"investigating": 20 * MINUTE, "monitoring": 40 * MINUTE},
        "updates": 0,
        "updates_owed": 0,
        "updates_late": 0,
        "updates_missed": 0,
        "updates_unknown": 0,
        "pages": {},
        "answered": {},
        "no_answer": {},
        "pages_failed": 0,
        "caught": None,
        "entries": 3,
        "imported": False,
    }
    return Metrics(**(fields | given))  # type: ignore[arg-type]  # as Metrics has them


def some(count: int = 60, title: str = "") -> list[Metrics]:
    """Incidents of many sorts, the same each time; two drills among them."""
    random = Random(count)
    out = []
    for n in range(count):
        spans = {
            "detect": int(random.lognormvariate(1, 1) * MINUTE),
            "acknowledge": int(random.lognormvariate(1, 0.5) * MINUTE),
            "mitigate": int(random.lognormvariate(3, 1) * MINUTE),
            "resolve": int(random.lognormvariate(4, 1.3) * MINUTE),
        }
        gone = random.choice((None, None, "detect", "resolve"))
        missing = {gone: "“impact started” is not known"} if gone else {}
        out.append(
            made(
                n * 3,
                title=title or f"incident {n}",
                severity=random.choice(("SEV1", "SEV2", "SEV2", "SEV3", "SEV4")),
                services=random.choice((("web",), ("payments", "web"), (), ("search",))),
                spans={name: span for name, span in spans.items() if name != gone},
                missing=missing,
                updates=4,
                updates_owed=3,
                updates_late=random.choice((0, 1)),
                updates_missed=random.choice((0, 0, 1)),
                pages={"L1": 2, "db": 1},
                answered={"L1": 1},
                no_answer={"L1": 1},
                pages_failed=random.choice((0, 0, 1)),
                caught=random.choice((True, False, False, None)),
            )
        )
    return [*out, made(1, drill=True), made(2, drill=True)]


def of(found: list[Metrics]) -> Stats:
    return stats(found, month)
