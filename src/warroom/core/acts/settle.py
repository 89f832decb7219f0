"""Settle a conflict: of the values that were set at once, one stands, by a fact that saw them all."""

from typing import ClassVar

from ..commands import Command, Draft, Stamp
from ..events import MilestoneMarked, Value
from ..incident import Incident
from ..values import At, Refused


class Settle(Command, frozen=True, kw_only=True):
    """Let the value that the fact `fact` set stand."""

    fact: str
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        event = state.facts.get(self.fact)
        if event is None or not isinstance(body := event.body, Value):
            raise Refused("There is no such value here.")
        open_ones = {each.id for c in state.conflicts for each in (c.shown, *c.others)}
        if event.id not in open_ones:
            raise Refused("That is settled already: somebody has set it since.")
        # A milestone's value is its time; everything else is set now.
        at = event.at if isinstance(body, MilestoneMarked) else At(stamp.now)
        return [Draft(body, at, state.over(body.key()))]
