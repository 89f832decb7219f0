"""Single letters as keys where nothing is typed: one that comes alone acts once. Pure: the time comes with every key.

Several at once are somebody typing into the wrong window, and do nothing.
"""

ALONE = 0.3  # seconds; whoever types a word is quicker
HELD = 0.7  # keyboards repeat a held key after 250 to 660 ms


class Letters:
    """Feed it every letter; `take` gives the one that has come alone, `ALONE` seconds after it came."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: whatever came before went somewhere else."""
        self._waits = ""
        self._last = ""
        self._last_at = -HELD
        self._word = False

    def feed(self, char: str, at: float) -> bool:
        """Whether this one waits from now on to be a key."""
        since, same = at - self._last_at, char == self._last
        self._last, self._last_at = char, at
        if same and since < HELD:
            return False  # held down
        if since < ALONE:
            self._waits, self._word = "", True
            return False
        self._waits, self._word = char, False
        return True

    def typing(self, at: float) -> bool:
        """Whether a word is being typed; a key that is no letter belongs to it then."""
        return self._word and at - self._last_at < ALONE

    def take(self) -> str:
        """The letter that waits, once."""
        waits, self._waits = self._waits, ""
        return waits
