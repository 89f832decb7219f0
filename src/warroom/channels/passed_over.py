"""The incidents that a watch has looked at and left: until their file changes, or until a moment that was named."""

import os

from ..core.values import Ms


class PassedOver:
    def __init__(self) -> None:
        self._looked: dict[str, tuple[int, int]] = {}  # path → how the file looked
        self._again: dict[str, Ms] = {}  # name → when to look at what is another's, and may not stay so

    def put(self, path: str, stamp: tuple[int, int], again: Ms = 0) -> None:
        self.drop(path)
        self._looked[path] = stamp
        if again:
            self._again[os.path.basename(path)] = again

    def drop(self, path: str) -> None:
        self._looked.pop(path, None)
        self._again.pop(os.path.basename(path), None)

    def due(self, now: Ms) -> set[str]:
        """The names of files to look at again, whether they have changed or not."""
        return {name for name, at in self._again.items() if at <= now}

    def still(self, path: str, stamp: tuple[int, int]) -> bool:
        """Whether there is nothing to do with this file, as it looks now."""
        return self._looked.get(path) == stamp and os.path.basename(path) not in self._again
