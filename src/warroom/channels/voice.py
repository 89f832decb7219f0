"""What a pager says of itself, line by line: what happened, and each trouble once."""

import os
from collections.abc import Callable
from typing import TypeAlias

Told: TypeAlias = Callable[[dict[str, object]], None]
"""Takes one line about what happened, as data."""


class Voice:
    def __init__(self, tell: Told) -> None:
        self.tell = tell
        self._said: dict[str, str] = {}

    def say(self, handle: str, what: str, **more: object) -> None:
        """That something happened to the incident with this handle; what is empty is left out."""
        self.tell({"incident": handle, "what": what, **{k: v for k, v in more.items() if v}})

    def trouble(self, path: str, text: str, what: str = "trouble") -> None:
        """Says it of the file at `path` once, and again when it is another; an empty text: it is over."""
        if text and self._said.get(path) != text:
            self.tell({"what": what, "file": os.path.basename(path), "text": text})
        self._said[path] = text
