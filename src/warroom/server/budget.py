"""How much memory what is under way may take: bodies that come, and evidence that goes. Each token has its part."""

from collections import Counter
from collections.abc import Callable, Iterator
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
        self._take(token, size, size)
        try:
            yield
        finally:
            self._give(token, size, size)

    @contextmanager
    def growing(self, token: str, spared: int) -> Iterator[Callable[[int], None]]:
        """For what may never come: call it with the bytes that did. It raises `Trouble` 429.

        The first `spared` bytes take nothing of what is there for all, so that no crowd keeps a small one out.
        """
        own = beyond = 0

        def more(size: int) -> None:
            nonlocal own, beyond
            of_all = max(0, own + size - spared) - beyond
            self._take(token, size, of_all)
            own, beyond = own + size, beyond + of_all

        try:
            yield more
        finally:
            self._give(token, own, beyond)

    def _take(self, token: str, size: int, of_all: int) -> None:
        if self._held[token] + size > self._each or (of_all and self._all + of_all > self._most):
            raise Trouble(429, "Too much is under way at once. Try again in 1 s.", headers={"Retry-After": "1"})
        self._held[token] += size
        self._all += of_all

    def _give(self, token: str, size: int, of_all: int) -> None:
        self._all -= of_all
        self._held[token] -= size
        if not self._held[token]:
            del self._held[token]
