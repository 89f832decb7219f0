"""What was pasted, and what it is to become: one entry, an entry for each line, or evidence."""

from collections.abc import Collection

import msgspec

from ..core.line import Line, as_text, entry
from ..core.text import keepable
from ..core.values import Ms
from ..core.zone import Zone

ONE, EACH, EVIDENCE = "one", "each", "evidence"
LIMIT = 62 * 1024  # bytes as the log writes them; a fact holds 64 KiB with its envelope

_NEXT = {ONE: EACH, EACH: EVIDENCE, EVIDENCE: ONE}
_WORDS = {ONE: "one entry", EACH: "an entry a line, leading times kept", EVIDENCE: "evidence"}


class Paste(msgspec.Struct, frozen=True):
    """A pasted text; `way` is what Enter makes of it. `apart`: too long for the prompt, it waits beside it."""

    text: str
    lines: int
    way: str = ONE
    dropped: str = ""
    apart: bool = False

    @classmethod
    def of(cls, text: str) -> "Paste":
        """The paste with plain line ends, without what no log can hold, and a sentence about what was left out."""
        kept = keepable(text)
        lost = len(text) - len(kept)
        kept = kept.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
        left_out = "1 character was left out" if lost == 1 else f"{lost} characters were left out"
        return cls(
            kept, kept.count("\n") + 1, dropped=f"{left_out}: NUL or broken, no log can hold it." if lost else ""
        )

    def next(self) -> "Paste":
        """The same text as something else."""
        return self if self.apart else msgspec.structs.replace(self, way=_NEXT[self.way])

    def note(self) -> str:
        """What Enter does, and what Ctrl+T would change."""
        if self.apart:
            return (
                f"{self.lines} lines are more than one entry holds · Enter: keep them as evidence · Ctrl+C: drop them"
            )
        return f"{self.lines} lines · Enter: {_WORDS[self.way]} · Ctrl+T: as {_WORDS[_NEXT[self.way]]}"

    def entries(self, text: str, now: Ms, zone: Zone, people: Collection[str]) -> tuple[Line, ...]:
        """An entry for each line that says something. A line that cannot be read as one is kept as text."""
        found = (entry(line, now, zone, people) for line in text.split("\n") if line.strip())
        lines = [line for line in text.split("\n") if line.strip()]
        return tuple(as_text(raw) if line.problem else line for raw, line in zip(lines, found, strict=True))


def too_long(text: str) -> bool:
    """Whether a fact could not hold this text."""
    if len(text) * 6 <= LIMIT:
        return False
    return len(msgspec.json.encode(text)) > LIMIT
