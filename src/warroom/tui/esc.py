"""The Esc layer: which keys are acts and which are typing. Pure: the time comes with every key.

Esc-then-letter and Alt+letter are one act. A key that is held acts once. Letters that come faster than a hand types
are text, whatever stands before them. What is not bound does nothing and inserts nothing.
"""

from collections.abc import Mapping

import msgspec

Millis = float


class Act(msgspec.Struct, frozen=True):
    """An act of the key map."""

    name: str


class Text(msgspec.Struct, frozen=True):
    """Typing, for whatever has the keyboard."""

    text: str


class Press(msgspec.Struct, frozen=True):
    """A key for whatever has the keyboard; `char` is what it types, if anything."""

    key: str
    char: str | None = None


Outcome = Act | Text | Press


class Pace(msgspec.Struct, frozen=True):
    """What tells a hand from a machine, in ms."""

    human: Millis = 30  # two letters closer than this were not typed one by one
    held: Millis = 700  # keyboards repeat a held key after 250 to 660
    repeat: Millis = 110  # and then at least this often


HAND = Pace()
AT_ONCE = Pace(0, 0, 0)  # for tests that drive the app: every key stands for itself

_NEVER: Millis = -1e9
READLINE = "bfd"  # Alt with these moves and cuts in the prompt
_ONCE = ("enter",)  # beside the acts: Enter held down must not answer the question it raised


class EscLayer:
    """Feed it every key; it says what each comes to. `open`: Esc was pressed and a letter is awaited.

    Where `deadline` is set, call `tick` at that time (or feed the next key, whichever is first).
    """

    def __init__(self, acts: Mapping[str, str], pace: Pace = HAND) -> None:
        self.acts = acts  # "alt+a" or "f8" -> name of the act
        self.pace = pace
        self.open = False
        self.deadline: Millis | None = None
        self._letter = ""  # came behind Esc, or with Alt; it is an act unless more letters follow at once
        self._again: Press | None = None  # a repeat that may be a second press or a key held down
        self._last = ""  # the key that acted last, while nothing else was pressed
        self._last_at: Millis = 0
        self._escaped_at: Millis = _NEVER
        self._dropping = False
        self._dialog = False

    def feed(self, key: str, char: str | None, t: Millis, dialog: bool = False) -> list[Outcome]:
        """What this key comes to at `t`. `dialog`: something else waits for an answer, so that Esc is its cancel."""
        out = self._settle(key, char, t)
        if out is None:
            return []
        if self._letter and char is not None and char.isprintable() and t < (self.deadline or t):
            burst, self._letter, self.deadline = self._letter + char, "", None
            self._last = ""
            return [*out, Text(burst)]
        return [*out, *self._resolve(), *self._fresh(key, char, t, dialog)]

    def tick(self, t: Millis) -> list[Outcome]:
        """What was waiting for a next key that did not come."""
        if self.deadline is None or t < self.deadline:
            return []
        self.deadline = None
        again, self._again = self._again, None
        return [again] if again else self._resolve()

    # ── one key ──

    def _fresh(self, key: str, char: str | None, t: Millis, dialog: bool) -> list[Outcome]:
        if key == "escape":
            return self._escape(t, dialog)
        letter = _alt_letter(key)
        if self.open:
            self.open = False
            if key == "ctrl+c":
                return []
            if not letter and char is not None and char.isprintable():
                letter = char
            elif not letter and "+" not in key and key not in self.acts:
                key, char = f"alt+{key}", None
        if letter:
            return self._await(letter, t, dialog)
        if key in self.acts:
            return self._once(key, t, [Act(self.acts[key])])
        if key in _ONCE:
            return self._once(key, t, [Press(key, char)])
        self._last = ""
        return [Press(key, char)]

    def _escape(self, t: Millis, dialog: bool) -> list[Outcome]:
        held = t - self._escaped_at < self.pace.repeat
        self._escaped_at = t
        self._last = ""
        if dialog:
            self.open = False
            return [] if held else [Press("escape")]
        if not held:
            self.open = not self.open
        return []

    def _await(self, letter: str, t: Millis, dialog: bool) -> list[Outcome]:
        lower = letter.lower()
        if self._last == lower and t - self._last_at < self.pace.held and lower not in READLINE:
            self._last_at = t  # held down
            return []
        self._letter, self._last, self._last_at = letter, lower, t
        self._dialog = dialog
        if self.pace.human:
            self.deadline = t + self.pace.human
            return []
        return self._resolve()

    def _resolve(self) -> list[Outcome]:
        """The letter that waited is an act, a key of the prompt's, or nothing."""
        letter, self._letter, self.deadline = self._letter.lower(), "", None
        if not letter:
            return []
        if letter in READLINE:
            return [Press(f"alt+{letter}")]
        name = self.acts.get(f"alt+{letter}")
        return [Act(name)] if name and not self._dialog else []

    # ── keys that are held down ──

    def _once(self, key: str, t: Millis, outcome: list[Outcome]) -> list[Outcome]:
        held = key == self._last and t - self._last_at < self.pace.held
        self._last, self._last_at = key, t
        return [] if held else outcome

    def _settle(self, key: str, char: str | None, t: Millis) -> list[Outcome] | None:
        """What the keys before come to now that this one is here; None when this one is only a repeat of them."""
        same = bool(self._last) and self._last == (key if key in _ONCE else (char or "").lower())
        if not same or self.open or self._letter:
            self._dropping = False
            waiting, self._again = self._again, None
            if waiting:
                self.deadline = None
            return [waiting] if waiting else []
        since, self._last_at = t - self._last_at, t
        if since >= self.pace.held:
            self._dropping, self._last = False, ""
            return []
        if self._again or self._dropping:
            # A third one so soon: nobody presses that fast.
            fast = since < 2 * self.pace.repeat
            self._again, self.deadline, self._dropping = None, None, fast
            if fast:
                return None
        self._again = Press(key, char)
        self.deadline = t + self.pace.repeat
        return None


def _alt_letter(key: str) -> str:
    """`A` of `alt+A`; nothing for any other key."""
    head, _, letter = key.partition("+")
    if letter.startswith("shift+"):
        letter = letter.removeprefix("shift+").upper()
    return letter if head == "alt" and len(letter) == 1 else ""
