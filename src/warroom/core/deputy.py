"""The deputy in the machine: what a good deputy would say now. A function of (state, now).

One person sees one prompt at most, and none within two minutes of the last one, whether that was answered, dismissed,
or went away by itself; what was answered or dismissed does not come again. Nothing is remembered for this: who would
have seen what at which moment follows from the facts, and is worked out again each time.
"""

from collections.abc import Iterator
from itertools import chain

import msgspec

from .concerns import concerns
from .incident import Held, Incident
from .prompts import Concerns, Prompt
from .values import DAY, HOUR, MINUTE, Ms

__all__ = ["APART", "Prompt", "needed", "prompts", "visible"]

APART = 2 * MINUTE
CALL_OUT = 10 * MINUTE
HOLD = 3 * MINUTE  # so long one is shown while others wait
_LAPSES = CALL_OUT - APART  # a call-out that nobody answered makes room for the next one
_OFTEN = 12 * HOUR  # from then on a call-out every hour
_LAST = 7 * DAY


def prompts(state: Incident, now: Ms) -> tuple[Prompt, ...]:
    """Every prompt that is true at `now` and neither answered nor dismissed, the most urgent first."""
    if not _speaks(state):
        return ()
    told = concerns(state)
    now = max(now, told.latest)
    found = [p for p in chain(told.all, _call_outs(state, told, now)) if _is_true(p, now)]
    return tuple(sorted(found, key=lambda p: (p.rank, p.since, p.key)))


def visible(state: Incident, now: Ms, me: str = "") -> Prompt | None:
    """The one prompt that `me` sees at `now`, with `at` from when on; without `me`: of all that are true.

    It is mine by any of the roles that I hold. What is for a role that nobody has is the commander's, and what is the
    commander's is everybody's while nobody commands.
    """
    if not _speaks(state):
        return None
    told = concerns(state)
    now = max(now, told.latest)
    return _Turns(told, me.casefold()).at(list(chain(told.all, _call_outs(state, told, now))), now)


def needed(state: Incident, held: Held) -> bool:
    """Whether this role must be filled now: by severity, and by how many are there."""
    card = held.card
    return bool(card and not held.who and state.severity in card.needed and len(state.seen) >= card.from_people)


def _speaks(state: Incident) -> bool:
    """A timeline that was brought along from elsewhere needs no deputy, nor does what is over."""
    declared = state.declared
    return state.declaration is not None and state.open and not (declared and declared.source)


def _is_true(prompt: Prompt, t: Ms) -> bool:
    return prompt.since <= t and (prompt.until is None or t < prompt.until)


def _gone(prompt: Prompt) -> Ms | None:
    """When it left the screen: what ended in the very moment in which it began was there all the same."""
    return None if prompt.until is None else max(prompt.until, prompt.since + 1)


def _call_outs(state: Incident, told: Concerns, now: Ms) -> Iterator[Prompt]:
    start = state.declared_at
    recorded = state.declaration.rec if state.declaration else start
    at = start
    while (at := at + (CALL_OUT if at - start < _OFTEN else HOUR)) <= min(now, start + _LAST):
        minute = (at - start) // MINUTE
        key = f"call-out:{minute}"
        if at >= recorded:
            text = f"Minute {minute}: call out. What is running, what is due, who has not reported? Is the plan right?"
            until = min(at + _LAPSES, told.settled.get(key, at + _LAPSES))
            yield Prompt(key, "call-out", text, at, ("deputy",), "/situation", 6, until)


class _Turns:
    """Who would have seen what since the beginning. `me` is folded; empty: whoever sees everything."""

    def __init__(self, told: Concerns, me: str) -> None:
        self.told, self.me = told, me
        self.shown: Prompt | None = None
        self.since: Ms = 0
        self.free: Ms = 0  # from when on another may be shown
        self.turns: dict[str, int] = {}
        self.holders: dict[str, str] = {}

    def at(self, found: list[Prompt], now: Ms) -> Prompt | None:
        """The prompt that is shown at `now`, of all that there ever were."""
        coming = sorted(found, key=lambda p: (-p.since, p.key))
        held = list(reversed(self.told.holders))
        moments = {now} | {p.since for p in found} | {end for p in found if (end := _gone(p)) is not None}
        moments |= {t for t, _ in held} | {*self.told.cuts}
        moments |= {t for pause in self.told.pauses for t in pause if t is not None}
        points = sorted(t for t in moments if t <= now)
        true: list[Prompt] = []
        for n, t in enumerate(points):
            while coming and coming[-1].since <= t:
                true.append(coming.pop())
            while held and held[-1][0] <= t:
                self.holders = held.pop()[1]
            true = [p for p in true if (end := _gone(p)) is None or t < end]
            mine = [] if self._is_paused(t) else [p for p in true if self._is_mine(p)]
            if t in self.told.cuts:
                self._rest(t)
            self._between(mine, t, points[n + 1] if n + 1 < len(points) else t + 1)
        if self.shown is None or not _is_true(self.shown, now):
            return None
        return msgspec.structs.replace(self.shown, at=self.since)

    def _between(self, mine: list[Prompt], t: Ms, end: Ms) -> None:
        """What is shown from `t` up to `end`, while `mine` are true."""
        if self.shown is not None and self.shown not in mine:
            self._rest(t if self.shown.until is None else min(t, self.shown.until))
        while mine:
            if self.shown is not None:
                t = max(t, self.since + HOLD)
                if len(mine) == 1 or t >= end:
                    return
                self._rest(t)
            t = max(t, self.free)
            if t >= end:
                return
            self.shown = min(mine, key=lambda p: (self.turns.get(p.key, 0), p.rank, p.since, p.key))
            self.since = t
            self.turns[self.shown.key] = self.turns.get(self.shown.key, 0) + 1

    def _rest(self, t: Ms) -> None:
        if self.shown is not None:
            self.shown, self.free = None, t + APART
        elif t in self.told.cuts:
            self.free = max(self.free, t + APART)

    def _is_mine(self, prompt: Prompt) -> bool:
        if not self.me:
            return True
        meant = {role if role in self.holders else "commander" for role in prompt.roles}
        if "commander" in meant and "commander" not in self.holders:
            return True
        return any(self.holders.get(role, "").casefold() == self.me for role in meant)

    def _is_paused(self, t: Ms) -> bool:
        return any(begin <= t and (end is None or t < end) for begin, end in self.told.pauses)
