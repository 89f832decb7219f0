"""Two lists that only grow, with the meaning of values: `append` gives a new view and the old one stays as it was.

Views share their storage, so appending is cheap; appending to a view that is not the newest copies it first.
"""

from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from .events import Event, Order


class Facts(msgspec.Struct, frozen=True, eq=False):
    """The facts of an incident in the order in which they were folded, each known once by its id."""

    _items: list[Event] = []
    _where: dict[str, int] = {}
    _n: int = 0

    def append(self, event: Event) -> "Facts":
        items, where, n = self._items, self._where, self._n
        if len(items) != n:
            items = items[:n]
            where = {e.id: i for i, e in enumerate(items)}
        items.append(event)
        where[event.id] = n
        return Facts(items, where, n + 1)

    def __contains__(self, id: str) -> bool:
        return self._where.get(id, self._n) < self._n

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, i: int) -> Event:
        if i < 0:
            i += self._n
        if not 0 <= i < self._n:
            raise IndexError(i)
        return self._items[i]

    def __iter__(self) -> Iterator[Event]:
        items = self._items
        return (items[i] for i in range(self._n))

    def get(self, id: str) -> Event | None:
        """The fact with this id, or None."""
        i = self._where.get(id, self._n)
        return self._items[i] if i < self._n else None


_Key = tuple[int, Order]


class Timeline(msgspec.Struct, frozen=True, eq=False):
    """The facts sorted by when they happened, then by the order of folding."""

    _keys: list[_Key] = []
    _items: list[Event] = []
    _n: int = 0

    def append(self, event: Event, t: int) -> "Timeline":
        """With this fact at `t`, which is its own time or the one a correction gave it."""
        keys, items, n = self._keys, self._items, self._n
        key = (t, event.order)
        if len(keys) != n:
            keys, items = keys[:n], items[:n]
        if n and keys[n - 1] > key:
            i = bisect_right(keys, key, 0, n)
            keys, items = [*keys[:i], key, *keys[i:n]], [*items[:i], event, *items[i:n]]
        else:
            keys.append(key)
            items.append(event)
        return Timeline(keys, items, n + 1)

    def without(self, event: Event, t: int) -> "Timeline":
        i = bisect_right(self._keys, (t, event.order), 0, self._n) - 1
        n = self._n
        return Timeline([*self._keys[:i], *self._keys[i + 1 : n]], [*self._items[:i], *self._items[i + 1 : n]], n - 1)

    def moved(self, event: Event, t: int, to: int) -> "Timeline":
        """With this fact at `to` instead of `t`."""
        return self.without(event, t).append(event, to)

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, i: int) -> Event:
        if i < 0:
            i += self._n
        if not 0 <= i < self._n:
            raise IndexError(i)
        return self._items[i]

    def __iter__(self) -> Iterator[Event]:
        items = self._items
        return (items[i] for i in range(self._n))

    def times(self) -> Iterator[int]:
        keys = self._keys
        return (keys[i][0] for i in range(self._n))

    def first_change(self, older: "Timeline") -> int:
        """The first position at which this view differs from `older`; everything before it is the same row."""
        n = min(self._n, older._n)
        if self._items is older._items:
            return n
        low, high = 0, n
        while low < high:
            mid = (low + high) // 2
            here = slice(low, mid + 1)
            # The facts too: a tombstone stands under the same key as the fact that it replaced.
            if self._keys[here] == older._keys[here] and self._items[here] == older._items[here]:
                low = mid + 1
            else:
                high = mid
        return low
