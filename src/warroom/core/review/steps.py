"""How long each severity and each phase held, by when it was so and not by when it was written.

At any moment that holds which was written last among what is said to have begun by then: so a time that was corrected
later counts, and a change that was replaced before it began never was.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest

import msgspec

from .. import events as ev
from ..events import Event, Order
from ..values import ENDED, At, Ms

_BEFORE_MITIGATED = ("investigating", "identified", "mitigating")


class Step(msgspec.Struct, frozen=True, gc=False):
    """From when on which value held. None: the fact that said so is redacted, and nothing else tells it."""

    at: At
    value: str | None
    order: Order


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """A value from one moment to another (UTC ms), or until now where `end` is None."""

    value: str | None
    start: Ms
    end: Ms | None

    def within(self, other: "Stretch") -> "Stretch | None":
        """The part of this one that lies in the other; None where they do not meet."""
        start = max(self.start, other.start)
        end = min((each for each in (self.end, other.end) if each is not None), default=None)
        return Stretch(self.value, start, end) if end is None or end > start else None


def written(facts: Iterable[Event], kind: type[ev.SeverityChanged | ev.PhaseChanged], first: Step | None) -> list[Step]:
    """Every change of this kind in the order in which they were written, behind what was so at first."""
    changes = [fact for fact in facts if fact.type == kind.type]
    out = [first] if first else []
    if first and first.value is None:
        out = [Step(first.at, _was(changes), first.order)]
    for fact in changes:
        body = fact.body
        if isinstance(body, ev.SeverityChanged):
            out.append(Step(fact.at, body.severity, fact.order))
        elif isinstance(body, ev.PhaseChanged):
            out.append(Step(fact.at, body.phase, fact.order))
        else:
            after = [each for each in changes if fact.id in each.over]
            if not any(each.at == fact.at for each in after):  # else it was said again, without its words
                out.append(Step(fact.at, _was(after), fact.order))
    return out


def _was(changes: Sequence[Event]) -> str | None:
    """What the first of these changes says that it replaced; None where it says nothing."""
    body = changes[0].body if changes else None
    return (body.was or None) if isinstance(body, ev.SeverityChanged | ev.PhaseChanged) else None


def back(phases: Sequence[Step]) -> list[Step]:
    """Every time that it was mitigated or over, and then was not any more; the phases as they were written."""
    return [
        after
        for before, after in pairwise(phases)
        if before.value not in _BEFORE_MITIGATED and after.value in _BEFORE_MITIGATED
    ]


def reopened(phases: Sequence[Step]) -> int:
    """How often it was over, and then was not any more."""
    return sum(before.value in ENDED and after.value not in ENDED for before, after in pairwise(phases))


def ending_once(phases: Sequence[Step]) -> list[Step]:
    """The phases without a second end: that a resolved incident is closed ends nothing any more."""
    before = [None, *(step.value for step in phases)]
    return [step for step, was in zip(phases, before, strict=False) if not (was in ENDED and step.value in ENDED)]


def held(steps: Iterable[Step]) -> list[Step]:
    """What really held, in the order of time."""
    out: list[Step] = []
    for step in steps:
        while out and out[-1].at.t >= step.at.t:
            out.pop()
        if not out or out[-1].value != step.value:
            out.append(step)
    return out


def stretches(steps: Sequence[Step], since: Ms) -> list[Stretch]:
    """The same as stretches of time, none of which begins before `since`."""
    ends: list[Ms | None] = [step.at.t for step in steps[1:]]
    return [
        Stretch(step.value, max(step.at.t, since), end)
        for step, end in zip_longest(steps, ends)
        if end is None or end > max(step.at.t, since)
    ]


def borders(phases: Sequence[Step]) -> list[Step]:
    """Where it began, ended and was opened again."""
    return [step for n, step in enumerate(phases) if not n or (step.value in ENDED) != (phases[n - 1].value in ENDED)]


def is_exact(at: At) -> bool:
    """Whether a number may rest on it: approximate times and spans only keep the order of things."""
    return not at.approx and at.to is None
