"""The form of an escalation policy's file: levels, triggers, specialists; what it says by itself is judged here."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from warroom.core.run import MOST_ROUNDS
from warroom.core.values import ACTIVE, HOUR, MINUTE, SEVERITIES

from .forms import Form, Text, Word
from .local import span_of_day
from .people_forms import CONTACT, ONCALL, is_ref
from .problem import Fault, one_of, shown
from .toml import Span

Name = Annotated[str, msgspec.Meta(max_length=64)]
Refs = Annotated[tuple[str, ...], msgspec.Meta(max_length=20)]
Count = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]

BY_TRIGGER = "trigger"


class FileLevel(Form, frozen=True):
    after: Span
    name: Name = ""
    notify: Refs = ()
    backup: Refs = ()
    quiet: str = ""  # "22:00-07:00": nobody in it is called then
    quiet_tz: str = ""  # the zone of these hours; empty: UTC

    def faults(self) -> Iterator[Fault]:
        yield from _refs(self.notify, self.backup)
        if not self.quiet:
            return
        hours = span_of_day(self.quiet)
        if hours is None:
            yield Fault("quiet", f"“{shown(self.quiet)}” is not a span of a day, as 22:00-07:00")
        elif hours[0] == hours[1] or hours == (0, 24 * HOUR):
            yield Fault("quiet", "covers the whole day: the level would never be called")


class FileTrigger(Form, frozen=True):
    """When all its conditions are so, it calls a level, a specialist, or starts a policy that waits."""

    id: Word
    why: Annotated[str, msgspec.Meta(max_length=200)] = ""
    jump: Annotated[int, msgspec.Meta(ge=1, le=40)] | None = None
    page: str = ""
    start: bool = False
    severity: tuple[str, ...] = ()
    elapsed: Span | None = None
    phase: tuple[str, ...] = ()
    in_phase: Span | None = None
    users: Count | None = None
    services: Count | None = None
    alone: Span | None = None
    unacknowledged: Span | None = None
    missing: Name = ""
    missing_for: Span | None = None
    silence: Span | None = None

    def faults(self) -> Iterator[Fault]:
        if not any(getattr(self, name) not in (None, "", ()) for name in CONDITIONS):
            yield Fault("", f"has no condition, and would never be told from a mistake; there are {one_of(CONDITIONS)}")
        if not (self.jump or self.page or self.start):
            yield Fault("", "has no effect: say jump = LEVEL, page = TOPIC or start = true")
        if self.missing_for is not None and not self.missing:
            yield Fault("missing_for", "needs `missing`, the role that nobody has")
        for key, said, known in (("severity", self.severity, SEVERITIES), ("phase", self.phase, ACTIVE)):
            for word in said:
                if word not in known:
                    yield Fault(key, f"“{shown(word)}” is not one of {one_of(known)}")


CONDITIONS = (
    "severity",
    "elapsed",
    "phase",
    "in_phase",
    "users",
    "services",
    "alone",
    "unacknowledged",
    "missing",
    "silence",
)


class FileSpecialist(Form, frozen=True):
    """Whom a topic calls, one after the other."""

    topic: Word
    notify: Refs = ()
    backup: Refs = ()
    after: Span = Span(5 * MINUTE)

    def faults(self) -> Iterator[Fault]:
        yield from _refs(self.notify, self.backup)
        if not (self.notify or self.backup):
            yield Fault("notify", "is empty: nobody is called for this topic")
        if self.after < MINUTE:
            yield Fault("after", "should be at least a minute")


class Policy(Form, frozen=True):
    level: Annotated[tuple[FileLevel, ...], msgspec.Meta(min_length=1, max_length=40)]
    id: str = ""  # the file's name, unless it says otherwise
    title: Annotated[str, msgspec.Meta(max_length=100)] = ""
    owner: Annotated[str, msgspec.Meta(max_length=100)] = ""
    repeat: int = 0
    loops: int | None = None  # another word for it
    ack_expires: Span = Span(30 * MINUTE)
    fallback: Text = ""
    starts: str = ""  # "trigger": it calls nobody before one of its triggers, or a person, starts it
    trigger: Annotated[tuple[FileTrigger, ...], msgspec.Meta(max_length=40)] = ()
    specialist: Annotated[tuple[FileSpecialist, ...], msgspec.Meta(max_length=40)] = ()

    @property
    def rounds(self) -> int:
        """How often the levels run again after the last one."""
        return self.repeat if self.loops is None else self.loops

    @property
    def waits(self) -> bool:
        return self.starts == BY_TRIGGER

    def faults(self) -> Iterator[Fault]:
        yield from self._of_levels()
        if self.ack_expires <= 0:
            yield Fault("ack_expires", "should be longer than nothing")
        if self.starts not in ("", BY_TRIGGER):
            yield Fault("starts", f"“{shown(self.starts)}” is not known; leave it out, or say “{BY_TRIGGER}”")
        yield from self._of_rounds()
        yield from self._of_specialists()
        yield from self._of_triggers()

    def _of_levels(self) -> Iterator[Fault]:
        last = -1
        for number, level in enumerate(self.level, 1):
            if level.after <= last:
                yield Fault(f"level[{number}].after", "should be later than the level before it")
            last = max(last, level.after)
            yield from _inside(f"level[{number}]", level)

    def _of_rounds(self) -> Iterator[Fault]:
        key = "repeat" if self.loops is None else "loops"
        if not 0 <= self.rounds < 2**53:
            yield Fault(key, f"should be a number from 0 to {MOST_ROUNDS}; {shown(str(self.rounds))} has no end")
        if self.repeat and self.loops is not None and self.loops != self.repeat:
            yield Fault("loops", "says something else than repeat, which means the same; take one out")

    def _of_specialists(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for number, each in enumerate(self.specialist, 1):
            at = f"specialist[{number}]"
            if each.topic in seen:
                yield Fault(f"{at}.topic", f"“{shown(each.topic)}” is already the topic of an earlier one")
            seen.add(each.topic)
            yield from _inside(at, each)

    def _of_triggers(self) -> Iterator[Fault]:
        seen: set[str] = set()
        topics = tuple(each.topic for each in self.specialist)
        for number, each in enumerate(self.trigger, 1):
            at = f"trigger[{number}]"
            if each.id in seen:
                yield Fault(f"{at}.id", f"“{shown(each.id)}” is already the id of an earlier trigger")
            seen.add(each.id)
            yield from _inside(at, each)
            if each.jump and each.jump > len(self.level):
                yield Fault(f"{at}.jump", f"there is no level {each.jump}, the last is {len(self.level)}")
            if each.page and each.page not in topics:
                there = f"there is {one_of(topics)}" if topics else "there is no [[specialist]]"
                yield Fault(f"{at}.page", f"“{shown(each.page)}” is not a topic; {there}")
            if each.start and not self.waits:
                yield Fault(f"{at}.start", 'has no effect without starts = "trigger", since the policy starts at once')


def _inside(at: str, form: Form) -> Iterator[Fault]:
    for fault in form.faults():
        yield Fault(f"{at}.{fault.path}".strip("."), fault.reason)


def _refs(*lists: tuple[str, ...]) -> Iterator[Fault]:
    for refs in lists:
        for ref in refs:
            if not (is_ref(ref, CONTACT) or is_ref(ref, ONCALL)):
                yield Fault("", f"“{shown(ref)}” should be written as contact:NAME or oncall:NAME")
