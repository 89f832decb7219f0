"""How fast one channel may be used: a bucket of turns that fills at its pace. Now is an argument.

A far side that sets a pace of its own (429) is left alone until then, by everything that would go there.
"""

import msgspec


class Pace(msgspec.Struct, frozen=True):
    """`rate` turns a second, `burst` at once. `now` is seconds of any one clock; one that goes back costs nothing."""

    rate: float
    burst: float = 1.0
    turns: float | None = None  # left at `at`; None: all of them
    at: float = 0.0
    busy_until: float = 0.0  # by the same clock

    def wait(self, now: float) -> float:
        """The seconds until the next turn; 0.0: go."""
        missing = 1.0 - self._turns(now)
        # A hair's breadth: rates such as 0.1 have no exact binary form.
        own = missing / self.rate if missing > 1e-9 else 0.0
        return max(own, self.busy_until - now, 0.0)

    def took(self, now: float) -> "Pace":
        """After one turn was taken; also one that should have waited."""
        return msgspec.structs.replace(self, turns=self._turns(now) - 1.0, at=now)

    def busy(self, until: float) -> "Pace":
        """After the far side said that nothing should come before `until`."""
        return msgspec.structs.replace(self, busy_until=max(self.busy_until, until))

    def _turns(self, now: float) -> float:
        if self.turns is None:
            return self.burst
        return min(self.burst, self.turns + max(0.0, now - self.at) * self.rate)
