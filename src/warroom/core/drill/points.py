"""One thing that was held against what happened: its band, and the fact that it rests on. There is no score.

Bands are met, late and missed. Nothing is better than met, so that haste earns nothing.
"""

import msgspec

from ..events import Event, Expectation
from ..values import Ms

MET, LATE, MISSED = "met", "late", "missed"
BANDS = (MET, LATE, MISSED)


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """`start` is the moment the counting began, `at` when it was met, or when its time was over (UTC ms, drill time).

    `about`: which case of its kind; `via`: another good way in which it was met.
    """

    rule: Expectation
    band: str
    start: Ms
    at: Ms
    event: Event | None = None
    about: str = ""
    via: str = ""
    case: int = 0

    @property
    def id(self) -> str:
        """What it is called: `first-update`, or `read-backs.3` for one of several."""
        return f"{self.rule.id}.{self.case}" if self.case else self.rule.id

    @property
    def took(self) -> Ms | None:
        """How long it took (ms); None where it never happened."""
        return None if self.event is None and self.band == MISSED else self.at - self.start


def band(took: Ms, by: Ms, late: Ms) -> str:
    """The band of something that took so long (all ms)."""
    return MET if took <= by else LATE if took <= late else MISSED


def judged(
    rule: Expectation,
    start: Ms,
    event: Event | None,
    end: Ms,
    *,
    at: Ms | None = None,
    about: str = "",
    via: str = "",
    case: int = 0,
) -> Point | None:
    """The point for what began at `start` and came with `event` (at `at`, by default when that happened).

    None where the drill was over before it could be late: that is held against nobody.
    """
    came = at if at is not None else event.at.t if event else None
    if came is not None and came - start <= rule.late:
        how = band(max(0, came - start), rule.by, rule.late)
        return Point(rule=rule, band=how, start=start, at=came, event=event, about=about, via=via, case=case)
    if came is None and end < start + rule.late:
        return None
    over = start + rule.late if came is None else came
    return Point(rule=rule, band=MISSED, start=start, at=over, event=event, about=about, via=via, case=case)
