"""What people write, and how it is corrected, taken back and redacted."""

from typing import ClassVar

import msgspec

from ..values import At
from .envelope import Body, Value, because


class Logged(Body, frozen=True, gc=False, omit_defaults=True):
    """An entry. `who` said or did it; the envelope's `by` typed it. `word` is the kind an import found."""

    type: ClassVar = "entry.logged"
    text_: str = msgspec.field(name="text")
    kind_: str = msgspec.field(name="kind", default="note")
    who: str = ""
    word: str = ""

    @property
    def kind(self) -> str:  # type: ignore[override]  # every other body's kind is fixed, an entry's is its writer's choice
        return self.kind_

    def text(self) -> str:
        return self.text_


class EvidenceAttached(Body, frozen=True, gc=False, omit_defaults=True):
    """A log, a screenshot, a pasted block: the bytes are beside the incident under their SHA-256. A `link` has none.

    `of` is the entry that it proves; `masked`: so many secrets were taken out before it was kept.
    """

    type: ClassVar = "evidence.attached"
    kind: ClassVar = "evidence"
    sha: str
    size: int
    name: str
    media: str = ""
    of: str = ""
    masked: int = 0
    link: str = ""

    def text(self) -> str:
        if self.link:
            return self.link if self.name in ("", self.link) else f"{self.name}  {self.link}"
        size = f"{self.size} B" if self.size < 1024 else f"{self.size // 1024} KiB"
        return f"{self.name}  {size}  {self.sha[:8]}" + (f"  {self.masked} masked" if self.masked else "")


class Amended(Value, frozen=True, gc=False, omit_defaults=True):
    """A correction of an entry: what is not None stands instead; a new time is the fact's `to_at`."""

    type: ClassVar = "entry.amended"
    kind: ClassVar = "fixed"
    of: str
    text_: str | None = msgspec.field(name="text", default=None)
    kind_: str | None = msgspec.field(name="kind", default=None)
    who: str | None = None
    to_at: At | None = None

    def key(self) -> tuple[str, ...]:
        return (self.type, self.of)

    def text(self) -> str:
        if self.text_ is not None:
            return self.text_
        return "an entry" if self.kind_ or self.who or self.to_at else "an entry, back to what it was"


class Retracted(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "fact.retracted"
    kind: ClassVar = "undo"
    of: str
    why: str = ""
    what: str = ""  # what sort of fact; never its text, which a redaction would have to find here too

    def text(self) -> str:
        return because(f"took back {self.what or 'an entry'}", self.why)


class FactRedacted(Body, frozen=True, gc=False, omit_defaults=True):
    type: ClassVar = "fact.redacted"
    kind: ClassVar = "redact"
    of: str
    why: str

    def text(self) -> str:
        return because("a fact was redacted", self.why)
