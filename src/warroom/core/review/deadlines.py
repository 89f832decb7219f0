"""By when a review is owed: the severity's own days after the incident ended, and a draft the day before. In UTC.

Business days are Monday to Friday: no calendar of holidays is known here.
"""

from collections.abc import Mapping

import msgspec

from .. import events as ev
from ..acts.review import owner, state_of
from ..incident import Incident
from ..values import DAY, Ms

_MONDAY = 4 * DAY  # 1970-01-05
_HISTORY = 90 * DAY  # a timeline imported later than this after its end is history
_DONE = ("reviewed", "closed")


class Rule(msgspec.Struct, frozen=True):
    """So many days, or business days, after the end; neither: no review is owed."""

    days: int | None = None
    business_days: int | None = None


class Owes(msgspec.Struct, frozen=True):
    """An ended incident whose review may be owed: its gravest severity, when it ended (UTC ms), the review's state."""

    severity: str
    ended: Ms
    state: str
    owner: str = ""


class Standing(msgspec.Struct, frozen=True):
    """How a review stands. `due` (UTC ms) is for what comes `next`: the draft, then the review; None: none is owed."""

    state: str
    owner: str = ""
    next: str = ""
    due: Ms | None = None
    draft_due: Ms | None = None
    review_due: Ms | None = None


def owes(state: Incident) -> Owes | None:
    """What may be owed of this incident; None: nothing. Drills, what is not over and what was cancelled owe none.

    A timeline that was imported long after its end owes one as soon as somebody has begun it.
    """
    if state.drill or state.ended is None or state.phase not in ("resolved", "closed") or _cancelled(state):
        return None
    if _is_history(state) and not _begun(state):
        return None
    return Owes(gravest(state), state.ended, state_of(state), owner(state))


def standing(owed: Owes | None, rules: Mapping[str, Rule]) -> Standing:
    """How the review stands by these rules, which are by severity."""
    if owed is None:
        return Standing("draft")
    rule = rules.get(owed.severity, Rule())
    review, draft = due(owed.ended, rule), draft_due(owed.ended, rule)
    step = "" if review is None or owed.state in _DONE else "draft" if owed.state == "draft" else "review"
    at = draft if step == "draft" else review if step else None
    return Standing(owed.state, owed.owner, step, at, draft, review)


def due(ended: Ms, rule: Rule) -> Ms | None:
    """When the review is due (UTC ms)."""
    if rule.days is not None:
        return ended + max(0, rule.days) * DAY
    return None if rule.business_days is None else business(ended, max(0, rule.business_days))


def draft_due(ended: Ms, rule: Rule) -> Ms | None:
    """When its draft is due: a day before, a business day before where these are counted; never before the end."""
    if rule.days is not None:
        return ended + max(0, rule.days - 1) * DAY
    return None if rule.business_days is None else business(ended, max(0, rule.business_days - 1))


def business(t: Ms, days: int) -> Ms:
    """So many business days after `t`, at the same time of day; what ends on a weekend counts from its Friday."""
    if not days:
        return t
    place = (t - _MONDAY) // DAY % 7
    if place > 4:
        t, place = t - (place - 4) * DAY, 4
    weeks, rest = divmod(days, 5)
    over = 2 if place + rest > 4 else 0
    return t + (7 * weeks + rest + over) * DAY


def gravest(state: Incident) -> str:
    """The gravest severity that it ever had."""
    known = [state.declared.severity] if state.declared else []
    known += [e.body.severity for e in state.facts if isinstance(e.body, ev.SeverityChanged)]
    return min(known, default=state.severity)


def _cancelled(state: Incident) -> bool:
    """Whether what ended it was that it was cancelled."""
    ends = [e.body.phase for e in state.phase_changes if isinstance(e.body, ev.PhaseChanged)]
    return [each for each in ends if each in ("resolved", "cancelled")][-1:] == ["cancelled"]


def _is_history(state: Incident) -> bool:
    declared, first = state.declared, state.declaration
    ended = state.ended or 0
    return bool(declared and declared.source and first and first.rec - ended > _HISTORY)


def _begun(state: Incident) -> bool:
    moved = state.visible((ev.ReviewMoved.type,)) or state.visible((ev.ReviewOwned.type,))
    return bool(moved) or any(True for _ in state.under(ev.SectionWritten.type))
