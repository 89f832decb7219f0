"""Action items as text: one line for a list, and the issue that one becomes elsewhere. Plain text, no markup."""

from ..core import masking
from ..core.incident import Incident
from ..core.review.dates import date_of
from ..core.review.items import THERE_GONE, ItemView
from ..core.text import clean, clip, wrap
from ..core.values import DAY, Ms
from ..core.zone import Zone, utc
from .times import day

TITLE = 200  # cells of an issue's title
_WIDE = 92  # cells of a line of its text
_MOST = 20_000  # characters of the text

FOR = {
    "prevent": "so that it does not happen again",
    "detect": "so that it is noticed sooner",
    "mitigate": "so that it does less harm, or is over sooner",
    "learn": "so that we understand it better",
}


def issue(state: Incident, item: ItemView, handle: str) -> tuple[str, str]:
    """Title and text of the issue. Of the incident it says no more than the handle, its day and its severity.

    What looks like a secret is masked, whoever insisted on it here.
    """
    words = masking.text(clean(item.what, lines=True)).text
    title = clip(" ".join(words.split()), TITLE)
    facts = [
        *wrap(words, _WIDE),
        "",
        f"For: {item.what_for}, {FOR.get(item.what_for, '')}".rstrip(", "),
        f"Owner: {clean(item.owner) or 'nobody yet'}",
        f"Due: {date_of(item.due) if item.due is not None else 'no date yet'}",
        f"From: incident {handle} of {day(state.declared_at)}, {state.severity}, action item {item.number}",
        "",
        "Opened by War room. When this issue is closed, the action item is done there as well.",
    ]
    return title, "\n".join(facts)[:_MOST]


def when_due(item: ItemView, now: Ms, zone: Zone = utc) -> str:
    """`due 2026-12-03`, `12 days late`, `no date`; of what is done or dropped, when that was."""
    if not item.open:
        return f"{item.state} {day(item.changed, zone)}"
    if item.due is None:
        return "no date"
    if not item.overdue(now):
        return f"due {date_of(item.due, zone)}"
    return f"{late(item, now)} late"


def late(item: ItemView, now: Ms) -> str:
    """How long it is overdue in days, of which the one that has begun counts: `12 days`."""
    days = -(((item.due or now) - now) // DAY)
    return "1 day" if days == 1 else f"{days} days"


_FILING = {
    "waiting": "waits to be opened",
    "queued": "waits to be opened",
    "sending": "is being opened",
    "unknown": "perhaps opened, is looked up",
    "failed": "NOT OPENED",
    "dropped": "not opened",
}
_THERE = {"closed": " (closed there)", THERE_GONE: " (deleted or moved there)"}


def elsewhere(item: ItemView) -> str:
    """Where it was opened and how it stands there; empty where nobody asked for it."""
    if not item.way:
        return ""
    place = clean(item.link or item.remote or item.way)
    if item.remote:
        return place + _THERE.get(item.there, "")
    trouble = f": {clean(item.trouble)}" if item.trouble else ""
    return f"{place} {_FILING.get(item.filing, 'is opened')}{trouble}"
