"""The palette: what a slash in the prompt could become, with words, arguments and key. The prompt's text filters it.

Up and Down choose, Enter and Tab put what was chosen into the prompt; nothing is done from here.
"""

from collections.abc import Iterable, Mapping

from rich.cells import cell_len
from textual.message import Message

from ...core.text import wrap
from ...intents import ALL, BY_VERB, Intent
from ..keys import shipped, spoken
from ..listing import lit, window
from ..panes.pane import Card
from ..spans import Line, cells, clip, left, spread
from .above import Strip
from .matching import ranked

_MOST = 10
_FRAME = 4
_USAGE = 34  # cells for verb and arguments, where there is room


class Palette(Strip):
    """The acts that the prompt's text could mean. Give it the text with `feed`, and keys with `press`."""

    class Chosen(Message):
        """`text` belongs into the prompt, for the arguments and Enter."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        intents: Iterable[type[Intent]] = ALL,
        acts: Mapping[str, str] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._intents = tuple(intent for intent in intents if intent.verb)
        self._acts = shipped() if acts is None else acts
        self._found: list[type[Intent]] = []
        self._place = -1  # what was chosen with Up and Down
        self._top = 0
        self._most = _MOST

    def feed(self, text: str, most: int = _MOST) -> None:
        """Show what `text`, as it stands in the prompt, could mean, in at most `most` rows; nothing for other text."""
        slash = text.startswith("/") and not text.startswith("//")
        found = self._matches(text[1:]) if slash else []
        self._most = max(1, most)
        if found != self._found:
            self._found, self._place, self._top = found, -1, 0
        self.display = bool(found)
        if found:
            self.again()

    def _matches(self, typed: str) -> list[type[Intent]]:
        verb, space, _ = typed.partition(" ")
        if not space:
            return ranked(verb, self._intents)
        known = BY_VERB.get(verb.casefold())
        return [known] if known in self._intents else []

    def press(self, key: str) -> bool:
        """Take this key; False leaves it to the prompt. Enter and Tab are its own only after Up or Down."""
        if not self.display or not self._found:
            return False
        if key == "escape":
            self.display = False
            return True
        if key in ("up", "down") and len(self._found) > 1:
            step = 1 if key == "down" else -1
            self._place = (self._place + step) % len(self._found) if self._place >= 0 else 0 if step > 0 else -1
            self._place %= len(self._found)
            self.again()
            return True
        if key in ("enter", "tab") and self._place >= 0:
            self.post_message(self.Chosen(f"/{self._found[self._place].verb} "))
            self._place = -1
            return True
        return False

    # ── how it looks ──

    def rows(self, width: int) -> int:
        if len(self._found) == 1:
            return len(self._alone(self._found[0], max(1, width - _FRAME))) + 2
        return min(len(self._found), self._most) + 2

    def content(self, width: int, height: int) -> Card:
        if len(self._found) == 1:
            return Card("Palette", self._alone(self._found[0], width), "Enter does it", tone="sky")
        first, last = window(len(self._found), 1, self._place, self._top, min(height, self._most))
        self._top = first
        lines: list[Line] = []
        for n in range(first, last):
            line = self._row(self._found[n], width)
            lines.append(lit(line, width) if n == self._place else line)
        count = f"{last} of {len(self._found)} · " if last - first < len(self._found) else ""
        return Card("Palette", lines, f"{count}↑ ↓ choose · Tab completes", tone="sky")

    def _alone(self, intent: type[Intent], width: int) -> list[Line]:
        """The only one, with all there is to say about it."""
        verb, keys = f"/{intent.verb}", keys_of(intent, self._acts)
        head = f"{verb} {intent.usage}".rstrip()
        room = max(8, width - cell_len(keys) - 2)
        column = min(_USAGE, width // 2)
        if cell_len(head) <= column and column + 1 + cell_len(intent.words) <= room:
            lines = [self._row(intent, width)]
        else:
            usage = wrap(head, room)
            first: Line = ((verb, "bold"), (usage[0][len(verb) :], "muted"))
            lines = [spread(first, ((keys, "sky"),), width), *(((f"  {row}", "muted"),) for row in usage[1:])]
            lines += [((f"  {row}", ""),) for row in wrap(intent.words, width - 2)]
        if intent.example:
            lines.append((("as in  ", "muted"), (intent.example, "")))
        return lines

    def _row(self, intent: type[Intent], width: int) -> Line:
        verb = f"/{intent.verb}"
        usage = clip(intent.usage, max(0, min(_USAGE, width // 2) - len(verb) - 1))
        head: Line = ((verb, "bold"), (f" {usage}" if usage else "", "muted"))
        gap = max(1, min(_USAGE, width // 2) + 1 - cells(head))
        keys = keys_of(intent, self._acts)
        return spread((*head, (" " * gap, ""), (intent.words, "")), ((left(keys, len(keys)), "sky"),), width)


def keys_of(intent: type[Intent], acts: Mapping[str, str]) -> str:
    """The keys of an act as people write them: `esc a  F8`."""
    return "  ".join(spoken(key) for key, name in acts.items() if name == intent.name)
