"""What this node knows of all incidents without asking again: who may see them, and how far their logs go."""

from collections import Counter

from ..core.alerts.week import named
from ..sync.wire import Listed, cursor, digest, relayed
from .grants import sees
from .stores.base import Meta, Store
from .tokens import Token


class Catalogue:
    """`learned` and `changed` keep it true; `refresh` brings what other nodes did."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._metas: dict[str, Meta] = {}
        self._before: set[str] = set()  # incidents of before the store became another: none of them is new
        self._standing: dict[str, tuple[str, int]] = {}
        self._changes: Counter[str] = Counter()
        self._last: dict[str, int] = {}

    def __len__(self) -> int:
        """How many incidents there are; logs of alerts are none."""
        return sum(not named(inc) for inc in self._metas)

    def knows(self, inc: str) -> bool:
        return inc in self._metas

    def seen_by(self, token: Token, inc: str) -> bool:
        meta = self._metas.get(inc)
        return meta is not None and sees(token, meta)

    def learned(self, meta: Meta) -> str:
        """What is new about it: "created", "seen" by others than before, or nothing."""
        known = self._metas.get(meta.inc)
        self._metas[meta.inc] = meta
        if known is None and meta.inc not in self._before:
            return "created"
        self._before.discard(meta.inc)
        if known is None:
            return "seen"
        return "seen" if (known.restricted, known.named) != (meta.restricted, meta.named) else ""

    def changed(self, inc: str, last: int) -> None:
        """Facts were added; `last` is the number of the last."""
        self._last[inc] = last
        self._changes[inc] += 1
        self._standing.pop(inc, None)

    def anew(self) -> None:
        """The store is another than before, or what it numbers is: nothing is known of what it holds."""
        self._standing.clear()
        self._last.clear()
        self._changes.update(self._metas.keys())  # what is being worked out now is of before
        self._before.update(self._metas)
        self._metas.clear()

    async def standing(self, inc: str) -> tuple[str, int]:
        """The digest of its heads and the number of its last fact: worked out once for each change."""
        known = self._standing.get(inc)
        if known is None:
            before = self._changes[inc]
            heads, last = await self._store.heads(inc)
            known = (digest(heads), last)
            if self._changes[inc] == before:
                self._standing[inc] = known
        return known

    async def listed(self, meta: Meta) -> Listed:
        sum, last = await self.standing(meta.inc)
        return Listed(meta.inc, sum, cursor(self._store.epoch, last), meta.restricted, relayed(meta.turns))

    async def mark(self, inc: str) -> int:
        """The number of the last fact; a reader that is added before the next await gets all later ones."""
        last = (await self._store.heads(inc))[1]
        return max(last, self._last.get(inc, 0))
