"""How much memory what is under way may take: bodies that come, and evidence that goes. Each token has its part."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from .problem import Trouble


class Budget:
    """At most `each` bytes for one token and `most` for all of them."""

    def __init__(self, each: int, most: int) -> None:
        self._each, self._most = each, most
        self._held: Counter[str] = Counter()
        self._all = 0

    @contextmanager
    def holding(self, token: str, size: int) -> Iterator[None]:
        """Keeps `size` bytes for this token meanwhile. Raises `Trouble` 429."""
        if self._held[token] + size > self._each or self._all + size > self._most:
            raise Trouble(429, "Too much is under way at once. Try again in 1 s.", headers={"Retry-After": "1"})
        self._held[token] += size
        self._all += size
        try:
            yield
        finally:
            self._all -= size
            self._held[token] -= size
            if not self._held[token]:
                del self._held[token]
