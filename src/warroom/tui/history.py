"""What was typed before. Walking through it never loses the line that was being typed."""

from collections.abc import Iterable

import msgspec

LONGEST = 500


class History:
    """Newest last; the same line twice in a row is kept once."""

    def __init__(self, items: Iterable[str] = ()) -> None:
        self.items = [item for item in items if item.strip()][-LONGEST:]
        self._at: int | None = None  # None: not walking
        self._draft = ""

    def add(self, text: str) -> bool:
        """Keep a line; False when there was nothing new to keep."""
        self._at = None
        if not text.strip() or (self.items and self.items[-1] == text):
            return False
        self.items.append(text)
        del self.items[:-LONGEST]
        return True

    def before(self, items: Iterable[str]) -> None:
        """Lines of earlier days, oldest first, go before what is here."""
        self.items[:0] = [item for item in items if item.strip()]
        del self.items[:-LONGEST]
        self._at = None

    def older(self, current: str) -> str | None:
        """The line before; None when there is none. `current` is kept if it is a draft."""
        at = len(self.items) if self._at is None else self._at
        if self._at is None:
            self._draft = current
        while at > 0:
            at -= 1
            if self.items[at] != current:
                self._at = at
                return self.items[at]
        return None

    def newer(self) -> str | None:
        """The line after, at last the draft; None when not walking."""
        if self._at is None:
            return None
        self._at += 1
        if self._at >= len(self.items):
            self._at = None
            return self._draft
        return self.items[self._at]

    def rest(self) -> None:
        """Stop walking: what is shown is now being edited."""
        self._at = None

    def find(self, words: str, before: int) -> int | None:
        """Where the newest line before index `before` holds `words`, capitals aside; None when none does."""
        wanted = words.casefold()
        return next((at for at in range(before - 1, -1, -1) if wanted in self.items[at].casefold()), None)


class Search(msgspec.Struct, frozen=True):
    """Ctrl+R: the words so far, and where in the history they were found."""

    words: str = ""
    at: int | None = None

    def of(self, history: History, words: str) -> "Search":
        """The newest line with these words."""
        return Search(words, history.find(words, len(history.items)) if words else None)

    def older(self, history: History) -> "Search":
        """The next older line with the same words; the same one when there is none."""
        found = history.find(self.words, self.at) if self.at is not None else None
        return self if found is None else Search(self.words, found)
