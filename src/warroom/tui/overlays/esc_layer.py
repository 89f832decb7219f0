"""Every key with its word, above the prompt, while Esc waits for one. It derives from the key map."""

from collections.abc import Iterable, Mapping

from rich.cells import cell_len

from ...intents import ALL
from ..keys import shipped
from ..panes.pane import Card
from ..spans import Line, left
from .above import Strip

EscKeys = tuple[tuple[str, str], ...]
_GAP = 3
_FRAME = 4
FOOT = "a letter acts · Esc closes this"
PROMPT_KEYS: EscKeys = (
    ("/", "palette"),
    ("PgUp", "scroll"),
    ("Ctrl+R", "search"),
    ("Ctrl+C", "clear"),
    ("Ctrl+D", "leave"),
)


def room_keys(acts: Mapping[str, str] | None = None) -> EscKeys:
    """The keys of the room: each act once with its letter and its function key, then those of the prompt."""
    acts = shipped() if acts is None else acts
    letters = {name: key[4:] for key, name in acts.items() if key.startswith("alt+")}
    others = {name: key.upper() for key, name in acts.items() if not key.startswith("alt+")}
    named = [intent.name for intent in ALL if intent.name in letters or intent.name in others]
    named.sort(key=lambda name: (name not in letters, letters.get(name, ""), others.get(name, "")))
    both = [(" ".join(filter(None, (letters.get(name, " "), others.get(name, "")))), name) for name in named]
    return (*both, *PROMPT_KEYS)


class EscLayerView(Strip):
    """All keys of a screen, in columns."""

    def __init__(self, keys: Iterable[tuple[str, str]], foot: str = FOOT, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys = tuple(keys)
        self._foot = foot

    def rows(self, width: int) -> int:
        return len(columns(self._keys, max(1, width - _FRAME))) + 2

    def content(self, width: int, height: int) -> Card:
        return Card("All keys", columns(self._keys, width), self._foot, tone="sky")


def columns(keys: EscKeys, width: int) -> list[Line]:
    """The keys in as many columns as fit, read downwards; each column is as wide as what stands in it."""
    for count in range(len(keys), 0, -1):
        height = -(-len(keys) // count)
        parts = [keys[at : at + height] for at in range(0, len(keys), height)]
        sizes = [(_widest(key for key, _ in part), _widest(word for _, word in part)) for part in parts]
        if count == 1 or sum(key + 1 + word + _GAP for key, word in sizes) - _GAP <= width:
            return [_row(parts, sizes, n) for n in range(height)]
    return []


def _widest(texts: Iterable[str]) -> int:
    return max((cell_len(text) for text in texts), default=0)


def _row(parts: list[EscKeys], sizes: list[tuple[int, int]], n: int) -> Line:
    line: list[tuple[str, str]] = []
    for part, (key_width, word_width) in zip(parts, sizes, strict=True):
        key, word = part[n] if n < len(part) else ("", "")
        line += [(left(key, key_width) + " ", "bold"), (left(word, word_width + _GAP), "muted")]
    line[-1] = (line[-1][0].rstrip(), "muted")
    return tuple(line)
