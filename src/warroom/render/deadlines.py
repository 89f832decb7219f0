"""What of an incident has a date, for a calendar: updates that are promised, tasks, steps, action items, the review."""

from collections.abc import Iterator, Mapping

from ..core.due import due
from ..core.incident import Incident
from ..core.review.deadlines import Rule, owes, standing
from ..core.review.items import items
from ..core.values import Ms
from .icalendar import Entry

_KINDS = ("update", "task", "step")  # a page that is due is no appointment


def deadlines(state: Incident, handle: str, now: Ms, rules: Mapping[str, Rule]) -> list[Entry]:
    """Everything that has a date at `now` (UTC ms). `rules`: by when a review is owed, by severity."""
    handle += " (drill)" if state.drill else ""
    return [*_due(state, handle, now), *_items(state, handle), *_review(state, handle, rules)]


def _uid(state: Incident, what: str) -> str:
    return f"{what}-{state.id}@warroom"


def _due(state: Incident, handle: str, now: Ms) -> Iterator[Entry]:
    for each in due(state, now):
        if each.kind in _KINDS:
            who = f" ({each.who})" if each.who else ""
            about = f"{handle} {state.title}"
            name = _uid(state, f"{each.kind}-{each.ref}")
            yield Entry(name, each.due, f"{handle} {each.kind}: {each.what}{who}", about, each.kind)


def _items(state: Incident, handle: str) -> Iterator[Entry]:
    for item in items(state):
        if item.due is not None:
            who = f" ({item.owner})" if item.owner else ""
            what = f"{handle} action item: {item.what}{who}"
            about = f"{handle} {state.title}" + (f"\n{item.link}" if item.link else "")
            yield Entry(_uid(state, f"item-{item.id}"), item.due, what, about, "action item", done=not item.open)


def _review(state: Incident, handle: str, rules: Mapping[str, Rule]) -> Iterator[Entry]:
    owed = standing(owes(state), rules)
    over = {"draft": owed.next != "draft", "review": not owed.next}
    for name, at, said in (
        ("draft", owed.draft_due, "the review's draft is due"),
        ("review", owed.review_due, "the review is due"),
    ):
        if at is not None:
            about = f"{handle} {state.title}"
            yield Entry(_uid(state, name), at, f"{handle}: {said}", about, "review", done=over[name])
