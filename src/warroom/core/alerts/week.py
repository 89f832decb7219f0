"""Which log an alert stands in: one for each week (ISO, UTC), whose identity everybody can work out."""

from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from ..values import DAY, Ms, incident_id

_FIRST, _LAST = 2025, 2074  # years whose logs are told from incidents


def week_of(t: Ms) -> str:
    """The week of a moment, as `2026-W48`."""
    year, week, _ = datetime.fromtimestamp(t / 1000, UTC).isocalendar()
    return f"{year}-W{week:02}"


def identity(week: str) -> str:
    """The identity of that week's log; the same on every machine."""
    return incident_id(sha256(f"warroom alerts {week}".encode()).digest()[:16], False)


def before(week: str) -> str:
    """The week before."""
    year, _, number = week.partition("-W")
    monday = datetime.fromisocalendar(int(year), int(number), 1).replace(tzinfo=UTC)
    return week_of(int((monday - timedelta(days=1)).timestamp() * 1000))


def begins(week: str) -> Ms:
    """Monday, 00:00 UTC."""
    year, _, number = week.partition("-W")
    return int(datetime.fromisocalendar(int(year), int(number), 1).replace(tzinfo=UTC).timestamp() * 1000)


def known(now: Ms, back: int = 10) -> dict[str, str]:
    """Identity → week of next week's log, this week's, and those of the weeks before."""
    weeks = [week_of(now + 7 * DAY)]
    for _ in range(back + 1):
        weeks.append(before(weeks[-1]))
    return {identity(week): week for week in weeks}


def named(inc: str) -> str:
    """The week whose log has this identity; empty: it is no log of alerts."""
    return _weeks().get(inc, "")


@cache
def _weeks() -> dict[str, str]:
    # By no clock: one that is years wrong must not take a log of alerts for an incident.
    weeks = (f"{year}-W{number:02}" for year in range(_FIRST, _LAST + 1) for number in range(1, 54))
    return {identity(week): week for week in weeks}
