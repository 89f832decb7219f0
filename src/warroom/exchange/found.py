"""What every reader makes of its file: a `Found`. Here is what holds for an event whatever format it came in."""

import msgspec

from ..core.acts.lifecycle import Imported, ImportTimeline, severity_of
from ..core.codec import MAX_EVENT
from ..core.values import At, Ms, Refused
from . import moments, words
from .problem import Problems, shown

LONGEST = MAX_EVENT - 2048  # bytes; the rest of a fact is for its envelope


class Options(msgspec.Struct, frozen=True):
    """What a person said beside the file. `date` is the day of times that have none."""

    now: Ms
    title: str = ""
    severity: str = ""
    source: str = ""
    date: str = ""


class Found(msgspec.Struct, frozen=True):
    """A timeline that was read and checked, and what to tell the person about it."""

    command: ImportTimeline
    notes: tuple[str, ...] = ()


class Gathering:
    """Takes events one after the other, then says what they are together, or everything that is wrong with them."""

    def __init__(self, name: str, options: Options) -> None:
        self.problems = Problems(name)
        self.options = options
        self.notes: list[str] = []
        self.title = options.title
        self.severity = options.severity
        self.source = options.source
        self._entries: list[Imported] = []
        self._no_zone = 0
        self._resolved: At | None = None

    def head(self, line: int, *, title: str | None, severity: str | None, source: str | None) -> None:
        """What the file says of the incident itself; what a person said wins."""
        for text in (title, severity, source):
            if text and (reason := unkeepable(text)):
                self.problems.add(line, reason)
        self.title = self.title or title or ""
        self.severity = self.severity or severity or ""
        self.source = self.source or source or ""

    def event(
        self, line: int, at: str, text: str, kind: str, who: str = "", to: str = "", approx: bool | None = None
    ) -> None:
        """One event. `approx`: whether the text's `~` was read already; None: it was not."""
        try:
            moment = moments.moment(at)
            end = moments.moment(to).t if to else None
        except ValueError as wrong:
            self.problems.add(line, f"the time {shown(at)} {wrong}")
            return
        self.moment(line, moment, text, kind, who, end, approx)

    def moment(
        self,
        line: int,
        moment: moments.Moment,
        text: str,
        kind: str,
        who: str = "",
        to: Ms | None = None,
        approx: bool | None = None,
    ) -> None:
        """One event whose time was read already."""
        if approx is None and text.startswith("~"):
            approx, text = True, text[1:].removeprefix(" ")
        at = At(moment.t, to, bool(approx))
        if reason := self._wrong(at, text) or next((r for s in (text, kind, who) if (r := unkeepable(s))), ""):
            self.problems.add(line, reason)
            return
        self._no_zone += not moment.zoned
        ours, word = words.kind_of(kind)
        self._entries.append(Imported(at, text, ours, word, who))
        if words.ends(kind) and (self._resolved is None or self._resolved.t <= at.t):
            self._resolved = At(at.to if at.to is not None else at.t, None, at.approx)

    def _wrong(self, at: At, text: str) -> str:
        if not text.strip():
            return "the event has no text"
        if (at.to or at.t) > self.options.now:
            return "the time lies in the future"
        if at.to is not None and at.to < at.t:
            return "the event ends before it begins"
        return ""

    def done(self, otherwise_titled: str) -> Found:
        """All of it. Raises `BadInput`. `otherwise_titled` is the title where neither file nor person gave one."""
        if not self._entries and not self.problems.found:
            self.problems.add(0, "there is no event in it")
        severity = self._severity()
        self.problems.check()
        if self._no_zone:
            what = "1 time has" if self._no_zone == 1 else f"{self._no_zone} times have"
            self.notes.append(f"{what} no zone; read as UTC.")
        if not self.title.strip():
            self.notes.append(f"No title in the file; it is called {shown(otherwise_titled)}. --title gives another.")
        command = ImportTimeline(
            title=self.title if self.title.strip() else otherwise_titled,
            severity=severity,
            entries=tuple(self._entries),
            source=self.source or self.problems.name,
            resolved=self._resolved,
        )
        return Found(command, tuple(self.notes))

    def _severity(self) -> str:
        if not self.severity.strip():
            self.notes.append("No severity in the file; SEV3 is assumed. --severity gives another.")
            return "SEV3"
        try:
            return severity_of(self.severity)
        except Refused as no:
            self.problems.add(0, str(no))
            return ""


def unkeepable(text: str) -> str:
    """Why no fact can hold this text; empty if one can."""
    if "\0" in text:
        return "a text holds a NUL character"
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "a text holds half of a character pair (a lone surrogate)"
    return f"a text is too long for one fact ({size // 1024} KiB, at most {LONGEST // 1024})" if size > LONGEST else ""
