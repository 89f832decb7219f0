"""The form of a scenario's file, and of the rules that every drill is held against. What one part says of another is
judged in `drill_faults`."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from warroom.core.drill.condition import parse
from warroom.core.values import HOUR, MINUTE, SEVERITIES

from .forms import Form, Line, Text, Word
from .problem import Fault, one_of, shown
from .toml import Span

LEVELS = ("first", "easy", "medium", "hard")
KINDS = (
    "alert",
    "noise",
    "observation",
    "voices",
    "questions",
    "report",
    "contradiction",
    "takeover",
    "unavailable",
    "vendor",
    "threshold",
    "outage",
    "relief",
    "coach",
    "ask",
    "change",
)
TOOLS = ("chat", "paging", "monitoring")
GROUPS = ("command", "escalation", "communication", "facts", "decisions")
MEASURES = ("read-backs", "updates", "steps", "silence", "unreachable", "handover", "tasks", "questions")
ANSWERS = ("acknowledges", "declines", "silent")
TASKS = ("reads back", "quiet")

Said = Annotated[str, msgspec.Meta(max_length=400)]
Condition = Annotated[str, msgspec.Meta(max_length=400)]
Name = Annotated[str, msgspec.Meta(max_length=64)]
Long = Annotated[str, msgspec.Meta(max_length=4000)]
SpanRange = Annotated[str, msgspec.Meta(max_length=40)]  # "6m", or "4m..8m", chosen by the seed
_LISTS = msgspec.Meta(max_length=40)


def span_range(text: str) -> tuple[int, int]:
    """The least and the most of `6m` or `4m..8m`, in ms. Raises ValueError."""
    from warroom.core.duration import duration

    low, found, high = text.partition("..")
    least, most = duration(low), duration(high) if found else duration(low)
    if most < least:
        raise ValueError(f"“{shown(text)}” ends before it begins")
    return least, most


class FilePerson(Form, frozen=True):
    id: Word
    name: Word
    knows: Name = ""
    phone: Name = ""
    page: str = "acknowledges"
    after: SpanRange = "1m..3m"
    task: str = "reads back"
    otherwise: Said = ""
    takes: SpanRange = "4m"
    accepts: bool = True
    observer: bool = False

    def faults(self) -> Iterator[Fault]:
        if len(self.name.split()) != 1 or any(c in ":@/," for c in self.name):
            yield Fault("name", f"“{shown(self.name)}” should be one word as one types it, without : @ , /")
        yield from _among("page", self.page, ANSWERS)
        yield from _among("task", self.task, TASKS)
        yield from _range("after", self.after)
        yield from _range("takes", self.takes)


class DrillLevel(Form, frozen=True):
    after: Span
    name: Name = ""
    notify: Annotated[tuple[Word, ...], _LISTS] = ()
    backup: Annotated[tuple[Word, ...], _LISTS] = ()


class DrillSpecialist(Form, frozen=True):
    topic: Word
    notify: Annotated[tuple[Word, ...], _LISTS] = ()


class FileInject(Form, frozen=True):
    id: Word
    kind: str
    at: Span | None = None
    after: Name = ""
    delay: SpanRange = "0s"
    when: Condition = ""
    unless: Condition = ""
    who: Name = ""
    text: Text = ""
    lines: Annotated[tuple[tuple[str, str, Said], ...], _LISTS] = ()
    wrong: bool = False
    tool: str = ""
    lasts: Span | None = None
    users: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None = None
    until: Condition = ""
    keys: Name = ""
    hint: Said = ""
    state: Said = ""
    variant: Name = ""

    def faults(self) -> Iterator[Fault]:
        yield from _among("kind", self.kind, KINDS)
        yield from _range("delay", self.delay)
        yield from _conditions(self, "when", "unless", "until")
        if self.at is None and not self.after and not self.when:
            yield Fault("at", "is missing: say when it happens, with at, after or when")
        if self.kind in ("voices", "questions") and not self.lines:
            yield Fault("lines", f'is empty: {self.kind} need lines, as [["0s", "who", "words"]]')
        for n, (offset, who, said) in enumerate(self.lines, 1):
            yield from _span(f"lines[{n}][1]", offset)
            if not who or len(who) > 64:
                yield Fault(f"lines[{n}][2]", "should say who, in at most 64 characters")
            if not said.strip():
                yield Fault(f"lines[{n}][3]", "has no words")
        if self.kind not in ("voices", "questions", "unavailable", "outage") and not self.text.strip():
            yield Fault("text", f"is empty: what does the {self.kind} say?")
        if self.kind == "outage" or self.tool:
            yield from _among("tool", self.tool, TOOLS)
        if self.kind in ("takeover", "unavailable", "vendor", "relief", "report", "observation") and not self.who:
            yield Fault("who", "is empty: say whose it is")
        if self.kind == "coach" and not self.until:
            yield Fault("until", "is empty: a coach speaks until something is done")


class FileAnswer(Form, frozen=True):
    says: Text
    id: Name = ""
    who: Name = ""
    to: Said = ""
    to_poll: Said = ""
    takes: SpanRange = "4m"
    when: Condition = ""
    done: bool = True
    once: bool = False
    also: Annotated[tuple[Word, ...], _LISTS] = ()
    variant: Name = ""

    def faults(self) -> Iterator[Fault]:
        yield from _range("takes", self.takes)
        yield from _conditions(self, "when")
        if not self.says.strip():
            yield Fault("says", "is empty: what comes back?")
        if bool(self.to) == bool(self.to_poll):
            yield Fault("to", "should say to which tasks it answers; or `to_poll`, to which proposals")


class FileExpectation(Form, frozen=True):
    """One thing that is expected: in a scenario, or as a rule for all of them."""

    id: Word
    what: Line
    check: Condition = ""
    measure: str = ""
    since: Name = ""
    by: Span = Span(0)
    late: Span | None = None
    group: str = "decisions"
    why: Text = ""
    source: Said = ""
    better: Text = ""
    also: Annotated[tuple[tuple[Condition, Said], ...], _LISTS] = ()
    severities: tuple[str, ...] = ()
    variant: Name = ""

    def faults(self) -> Iterator[Fault]:
        if bool(self.check) == bool(self.measure):
            yield Fault("check", "should say what is to be so; or `measure`, what is measured over the whole drill")
        if self.measure:
            yield from _among("measure", self.measure, MEASURES)
        yield from _conditions(self, "check")
        for n, (condition, _) in enumerate(self.also, 1):
            yield from _condition(f"also[{n}][1]", condition)
        yield from _among("group", self.group, GROUPS)
        if self.late is not None and self.late < self.by:
            yield Fault("late", "should not end before `by`")
        if self.check and self.by <= 0:
            yield Fault("by", "is missing: until when is it in time?")
        for word in self.severities:
            if word not in SEVERITIES:
                yield Fault("severities", f"“{shown(word)}” is not a severity: {one_of(SEVERITIES)}")


class Spans(Form, frozen=True):
    by: Span
    late: Span | None = None


class Variant(Form, frozen=True):
    id: Word
    vars: dict[str, Annotated[str, msgspec.Meta(max_length=100)]] = {}


class Drill(Form, frozen=True):
    """A scenario, its words filled in."""

    title: Line
    level: str
    minutes: Annotated[int, msgspec.Meta(ge=5, le=240)]
    trains: Annotated[tuple[Word, ...], msgspec.Meta(min_length=1, max_length=12)]
    about: Text
    severity: str
    id: str = ""
    services: Annotated[tuple[Word, ...], _LISTS] = ()
    playbooks: Annotated[tuple[Word, ...], _LISTS] = ()
    ends: Condition = ""
    truth: Long = ""
    sources: Annotated[tuple[Said, ...], _LISTS] = ()
    questions: Annotated[tuple[Said, ...], _LISTS] = ()
    skip: Annotated[tuple[Word, ...], _LISTS] = ()
    rules: dict[str, Spans] = {}
    person: Annotated[tuple[FilePerson, ...], msgspec.Meta(max_length=30)] = ()
    tier: Annotated[tuple[DrillLevel, ...], msgspec.Meta(max_length=12)] = ()
    specialist: Annotated[tuple[DrillSpecialist, ...], msgspec.Meta(max_length=12)] = ()
    roles: dict[str, Name] = {}
    inject: Annotated[tuple[FileInject, ...], msgspec.Meta(min_length=1, max_length=120)] = ()
    answer: Annotated[tuple[FileAnswer, ...], msgspec.Meta(max_length=80)] = ()
    expect: Annotated[tuple[FileExpectation, ...], msgspec.Meta(max_length=40)] = ()
    variant: Annotated[tuple[Variant, ...], msgspec.Meta(max_length=12)] = ()
    vars: dict[str, Annotated[str, msgspec.Meta(max_length=100)] | tuple[str, ...]] = {}

    def faults(self) -> Iterator[Fault]:
        yield from _among("level", self.level, LEVELS)
        yield from _among("severity", self.severity, SEVERITIES)
        yield from _conditions(self, "ends")
        for key, rows in (
            ("person", self.person),
            ("tier", self.tier),
            ("inject", self.inject),
            ("answer", self.answer),
            ("expect", self.expect),
        ):
            seen: set[str] = set()
            for n, row in enumerate(rows, 1):
                for fault in row.faults():
                    yield Fault(f"{key}[{n}].{fault.path}".rstrip("."), fault.reason)
                id = getattr(row, "id", "")
                if id and id in seen:
                    yield Fault(f"{key}[{n}].id", f"“{shown(id)}” is already the id of an earlier one")
                if ":" in id and key in ("inject", "answer"):
                    yield Fault(f"{key}[{n}].id", "should have no colon: what comes of an inject is noted behind one")
                seen.add(id)
        unnamed = {f"answer-{n}" for n, answer in enumerate(self.answer, 1) if not answer.id}
        for n, answer in enumerate(self.answer, 1):
            if answer.id in unnamed:
                yield Fault(f"answer[{n}].id", f"“{answer.id}” is what an answer without an id is called")
        last = -1
        for n, level in enumerate(self.tier, 1):
            if level.after <= last:
                yield Fault(f"tier[{n}].after", "should be later than the one before it")
            last = level.after
        if self.minutes * MINUTE > 4 * HOUR:
            yield Fault("minutes", "is more than four hours")


def _among(key: str, word: str, known: tuple[str, ...]) -> Iterator[Fault]:
    if word not in known:
        yield Fault(key, f"“{shown(word)}” is not one of {one_of(known)}")


def _range(key: str, text: str) -> Iterator[Fault]:
    try:
        span_range(text)
    except ValueError as wrong:
        yield Fault(key, str(wrong))


_span = _range


def _conditions(form: Form, *keys: str) -> Iterator[Fault]:
    for key in keys:
        if text := getattr(form, key):
            yield from _condition(key, text)


def _condition(key: str, text: str) -> Iterator[Fault]:
    try:
        parse(text)
    except ValueError as wrong:
        yield Fault(key, str(wrong))
