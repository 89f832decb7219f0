"""What a person may ask, in the imperative, and what each would put on the log if it is possible now.

A command's `drafts(state, stamp)` returns the facts that follow, or raises `Refused` with a sentence.
`decide` is the only caller: it adds what holds for all of them. The classes live by topic in `acts/`.
"""

from typing import ClassVar

import msgspec

from .events import Body, Value
from .incident import Incident
from .values import MINUTE, At, By, Ms, Refused

_AHEAD = MINUTE  # what two clocks may differ by before a time counts as being in the future


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """Who asks, and when: the only way the time enters the core."""

    now: Ms
    by: By


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A fact before it is sealed: what it says, when it happened, and which values its writer saw and replaces.

    `id` is what it will be called, where that has to be known before.
    """

    body: Body
    at: At
    over: tuple[str, ...] = ()
    id: str = ""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person asks for. `at` is when it happened, where that is not now."""

    at: At | None = None

    blind: ClassVar[bool] = False  # whether it is possible whatever the state is
    after_close: ClassVar[bool] = False  # whether a closed incident still takes it

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        raise TypeError(f"{type(self).__name__} says nothing")

    def draft(self, state: Incident, stamp: Stamp, body: Body) -> Draft:
        """`body` as a fact of this command: at its time, and over what it replaces."""
        over = state.over(body.key()) if isinstance(body, Value) else ()
        return Draft(body, self.at or At(stamp.now), over)


def happened(at: At, stamp: Stamp) -> None:
    """Raises `Refused` where `at` cannot be the time of something that has happened."""
    if max(at.t, at.t if at.to is None else at.to) > stamp.now + _AHEAD:
        raise Refused("That time is in the future; the timeline holds what has happened.")
    if at.to is not None and at.to < at.t:
        raise Refused("That span ends before it begins.")
    if at.t < 0:
        raise Refused("That time is before 1970; write the year with four digits.")
