"""How late or how near a review is, in a few words: for lists of incidents."""

from collections.abc import Mapping

from ...core.duration import spell
from ...core.review.deadlines import Owes, Rule, Standing, standing
from ...core.values import DAY, Ms
from ..spans import Span


def word(stands: Standing, now: Ms) -> str:
    """`draft due in 2d`, `review 3d late`, `review due in 5h12m`; empty where nothing is owed."""
    if stands.due is None or not stands.next:
        return ""
    left = stands.due - now
    span = spell(abs(left)) if abs(left) < DAY else f"{abs(left) // DAY}d"
    return f"{stands.next} due in {span}" if left >= 0 else f"{stands.next} {span} late"


def beside(owes: Owes | None, rules: Mapping[str, Rule], now: Ms) -> Span | None:
    """The same beside an incident in a list; None where nothing is owed."""
    stands = standing(owes, rules)
    said = word(stands, now)
    if not said or stands.due is None:
        return None
    left = stands.due - now
    return said, "red bold" if left < 0 else "amber" if left < DAY else "muted"
